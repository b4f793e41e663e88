package training

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// Minimise takes theta in place to a minimum of the objective by a method of
// gonum/optimize: &optimize.BFGS{}, &optimize.LBFGS{}, &optimize.CG{}; nil is
// L-BFGS. The objective is asked for step 0 always: a line search compares
// values, so they must not depend on a batch that changes. nil settings stop
// when no component of the gradient exceeds 1e-8, after 1,000 iterations at most;
// settings that are given mean what they mean in optimize.
//
// It returns the result, whose X is theta's, and an error that says why it ended
// unless it converged: then theta holds the best parameters found. A loss that is
// not finite away from the start, or an error of the objective there, only makes
// the line search step back; the last such error is in the message if it did not
// help. The objective is asked by one goroutine at a time, whatever
// Settings.Concurrent says. Minimise panics if the objective is nil, if there is
// no parameter, or if the method needs second derivatives; one that needs no gradient stops at a limit of
// yours.
func Minimise(objective Objective, theta []float64, m optimize.Method, s *optimize.Settings) (*optimize.Result, error) {
	if objective == nil {
		panic("training: Minimise without an objective")
	}
	if len(theta) == 0 {
		panic("training: Minimise without parameters")
	}
	f := &evaluation{objective: objective, gradient: make([]float64, len(theta))}
	// The first evaluation is made here, so that what is wrong shows here.
	if f.at(theta); f.err != nil {
		return nil, &Error{Reason: f.err}
	}
	if m == nil {
		m = &optimize.LBFGS{}
	}
	if s == nil {
		s = &optimize.Settings{GradientThreshold: 1e-8, MajorIterations: 1000, Converger: optimize.NeverTerminate{}}
	}
	settings := *s
	settings.Concurrent = 1
	problem := optimize.Problem{
		Func: func(x []float64) float64 { f.at(x); return f.loss },
		Grad: func(dst, x []float64) { f.at(x); copy(dst, f.gradient) },
	}
	r, err := optimize.Minimize(problem, slices.Clone(theta), &settings, m)
	if r == nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	copy(theta, r.X)
	f.at(theta)
	return r, f.verdict(r, err)
}

// An evaluation keeps loss and gradient where they were taken last: optimize
// asks for them one at a time, and each costs both.
type evaluation struct {
	objective       Objective
	theta, gradient []float64
	loss            float64
	err, lastErr    error
}

func (f *evaluation) at(x []float64) {
	if f.theta != nil && slices.Equal(f.theta, x) {
		return
	}
	f.theta = append(f.theta[:0], x...)
	if f.loss, f.err = f.objective(f.gradient, f.theta, 0); f.err == nil {
		f.err = finite(f.loss, f.gradient)
	}
	if f.err != nil {
		f.lastErr = f.err
		f.loss = math.Inf(1)
		for i := range f.gradient {
			f.gradient[i] = math.NaN()
		}
	}
}

// verdict returns nil if the status is one of convergence, and else what
// happened, how far it came, and what to do.
func (f *evaluation) verdict(r *optimize.Result, err error) error {
	var remedy string
	switch {
	case err == nil && slices.Contains([]optimize.Status{optimize.Success, optimize.FunctionThreshold, optimize.FunctionConvergence,
		optimize.GradientThreshold, optimize.StepConvergence, optimize.MethodConverge}, r.Status):
		return nil
	case f.lastErr != nil:
		remedy = fmt.Sprintf("the objective failed on the way (%v): start nearer, or use Adam with a small Rate", f.lastErr)
	case errors.Is(err, optimize.ErrLinesearcherFailure), errors.Is(err, optimize.ErrNoProgress), errors.Is(err, optimize.ErrNonDescentDirection):
		remedy = "the gradient is as small as rounding allows (raise GradientThreshold), or it is not that of the loss"
	default:
		remedy = "raise the limit in the settings, or ask for less"
	}
	why := r.Status.String()
	if err != nil {
		why = err.Error()
	}
	return fmt.Errorf("training: %w: %s after %d iterations, loss %.9g, largest component of the gradient %.3g: %s",
		ErrNotConverged, why, r.MajorIterations, f.loss, floats.Norm(f.gradient, math.Inf(1)), remedy)
}
