package training

import (
	"fmt"
	"iter"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// An Objective returns the loss at theta and stores its gradient there, every
// component of it. It does not change or keep theta. The step, counted from 0,
// is what a mini-batch depends on. An error ends the training and is returned
// with the place.
type Objective func(gradient, theta []float64, step int) (loss float64, err error)

// A Loop is a training: a Method on an Objective. It is immutable; each Run
// starts with a fresh Optimiser.
type Loop struct {
	Method    Method
	Objective Objective
	Steps     int // steps at most; positive
	// Clip bounds the 2-norm of the gradient that the method sees: a longer one
	// is shortened to it, and Progress.Clipped says so. 0: no bound.
	Clip float64
	// Project, if not nil, is called after every step to bring theta back to
	// where it must be: symmetric weights, a simplex. step counts the steps
	// taken, so that step%n == 0 is the end of every pass over n examples.
	Project func(theta []float64, step int)
	Stop    EarlyStop
}

// Progress is where a training stands: theta holds the parameters after Step
// steps, and Loss and Gradient are taken there.
type Progress struct {
	Step     int     // steps taken
	Loss     float64 // the loss at theta, of the batch of this step
	Gradient float64 // 2-norm of its gradient, before clipping
	Clipped  bool    // the gradient was longer than Loop.Clip and was shortened
	Watched  float64 // what early stopping looks at: the loss, or EarlyStop.Measure
	Best     float64 // the smallest Watched so far
	BestStep int     // and the step when it was
	Reason   Reason  // Running but for the last Progress, which says why it is the last
}

// Run trains theta in place. It yields the state at the start and after each
// step, so Steps+1 times unless it stops early, and the last Progress has the
// Reason. While the caller looks at a Progress, theta holds its parameters (at
// the end of a Stalled training, the best ones: see EarlyStop); a caller that
// breaks keeps them, and may range again, which goes on from theta with a fresh
// Optimiser.
//
// A loss or gradient that is not finite, and an error of the Objective, end
// the training with an *Error; theta is set back to the last parameters at
// which both were finite, and Progress is theirs. Run panics if the Method or
// the Objective is nil, Steps is not positive, or a bound means nothing.
func (l Loop) Run(theta []float64) iter.Seq2[Progress, error] {
	l.mustBeSound()
	l.Method.New(len(theta)) // panics now rather than in the loop
	return func(yield func(Progress, error) bool) {
		r := l.start(theta)
		for {
			if err := r.evaluate(); err != nil {
				copy(theta, r.good)
				yield(r.now, err)
				return
			}
			if !yield(r.now, nil) || r.now.Reason != Running {
				return
			}
			r.step()
		}
	}
}

// Train runs to the end and returns the last Progress. On failure it returns
// the Progress of the parameters that theta then holds, with the *Error.
func (l Loop) Train(theta []float64) (last Progress, err error) {
	for last, err = range l.Run(theta) {
	}
	return last, err
}

func (l Loop) mustBeSound() {
	switch {
	case l.Method == nil || l.Objective == nil:
		panic("training: Loop without Method or Objective")
	case l.Steps <= 0:
		panic("training: Loop.Steps must be positive")
	case !(l.Clip >= 0):
		panic("training: Loop.Clip is negative or NaN; 0 means no clipping")
	}
	l.Stop.mustBeSound()
}

// A run is a Loop at work.
type run struct {
	Loop
	theta, gradient []float64
	good, best      []float64 // last finite parameters; those of now.BestStep
	optimiser       Optimiser
	now             Progress
	next            int // steps taken, which now.Step follows
}

func (l Loop) start(theta []float64) *run {
	return &run{
		Loop: l, theta: theta, gradient: make([]float64, len(theta)), good: slices.Clone(theta),
		optimiser: l.Method.New(len(theta)), now: Progress{Best: math.Inf(1)},
	}
}

// evaluate takes loss and gradient at theta and fills in r.now, or leaves it
// at the last good state and returns why.
func (r *run) evaluate() error {
	for i := range r.gradient {
		r.gradient[i] = math.NaN() // an Objective that leaves a component out is found
	}
	loss, err := r.Objective(r.gradient, r.theta, r.next)
	if err == nil {
		err = finite(loss, r.gradient)
	}
	norm := floats.Norm(r.gradient, 2)
	if err == nil && !isFinite(norm) {
		err = fmt.Errorf("%w: its norm overflows", ErrGradient)
	}
	watched := loss
	if err == nil && r.Stop.Measure != nil {
		if watched, err = r.Stop.Measure(r.theta); err == nil && !isFinite(watched) {
			err = ErrMeasure
		}
	}
	if err != nil {
		return &Error{Reason: err, Step: r.next, Last: r.now.Loss}
	}
	copy(r.good, r.theta)
	r.now.Step, r.now.Loss, r.now.Gradient, r.now.Watched = r.next, loss, norm, watched
	if r.now.Clipped = r.Clip > 0 && norm > r.Clip; r.now.Clipped {
		floats.Scale(r.Clip/norm, r.gradient)
	}
	r.judge()
	return nil
}

func (r *run) step() {
	r.optimiser.Step(r.theta, r.gradient)
	r.next++
	if r.Project != nil {
		r.Project(r.theta, r.next)
	}
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
