package sde

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"hopflow/flows"
)

// ErrNonFinite is the reason of an Error for a state that is NaN or infinite.
var ErrNonFinite = errors.New("the state is not finite")

// An Error says where a solution stopped before its end, and why. What was
// reached before it is yielded, or returned, with it. errors.As finds it.
type Error struct {
	Reason error       // ErrNonFinite, or what a scheme, a boundary or a path says
	Step   int         // the step that failed, from 1
	At     flows.State // the last good state, a copy
	H      float64     // length of the step
	To     []float64   // the state that is not good, a copy; nil if there is none
}

// Error names the reason, the step, the place and the remedy.
func (e *Error) Error() string {
	where := fmt.Sprintf("step %d from t = %.9g, h = %.3g, x = %s", e.Step, e.At.T, e.H, flows.Brief(e.At.X))
	if e.To != nil {
		where += " to " + flows.Brief(e.To)
	}
	if e.Reason != ErrNonFinite {
		return fmt.Sprintf("sde: %s: %v", where, e.Reason)
	}
	return fmt.Sprintf("sde: %s: %v: shorten the step, look at the drift and the noise there, or give a Boundary or a chart that keeps the state in the domain", where, e.Reason)
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Reason }

// Steps solves a system from x0 at t0 to t1 in equal steps, as long as
// possible but not longer than h (to rounding), and yields the initial state
// and the state after each step; the last one is at t1 exactly. The X of a
// State is valid until the next one, and not to be written to. If a step
// fails, the last pair has the last good state and an *Error. The caller may
// break at any time, and range over the result again.
//
// A nil Scheme is EulerMaruyama. The noise is a Path with as many components
// as the scheme has channels: a Seed, where any noise will do, or a Brownian,
// which may be handed to solutions with other steps to couple them.
//
// A Boundary, one at most, says what becomes of a step that leaves the domain.
// Where it absorbs, the state at that moment is the last one. What a Boundary
// draws at random depends on the path alone.
//
// Steps panics if the system, x0, the interval or h mean nothing.
func Steps(s *System, scheme Scheme, x0 []float64, t0, t1, h float64, noise Path, boundary ...Boundary) iter.Seq2[flows.State, error] {
	s.mustMean()
	if len(boundary) > 1 {
		panic("sde: more than one boundary: Boundaries makes one of an interval for each coordinate")
	}
	if noise == nil {
		panic("sde: nil noise: give a Seed or a Brownian")
	}
	if len(x0) != s.Dim {
		panic(fmt.Sprintf("sde: length mismatch: x0 has %d coordinates, the system %d", len(x0), s.Dim))
	}
	steps := equalSteps(t0, t1, h)
	if scheme == nil {
		scheme = EulerMaruyama
	}
	start := slices.Clone(x0)
	return func(yield func(flows.State, error) bool) {
		v := &solver{noise: noise, at: flows.State{T: t0, X: slices.Clone(start)}, t0: t0, t1: t1, steps: steps}
		if err := v.begin(s, scheme, boundary); err != nil {
			yield(v.at, err)
			return
		}
		for yield(v.at, nil) && v.step < v.steps {
			moved, err := v.advance()
			if err != nil {
				yield(v.at, err)
			}
			if err != nil || !moved {
				return
			}
		}
	}
}

// Solve solves as Steps does and returns every state. If a step fails, it
// returns what was reached before, with the *Error. More than a gigabyte of
// states is refused before the first step: use Steps, or an Ensemble with its
// observers, which keep what is needed.
func Solve(s *System, scheme Scheme, x0 []float64, t0, t1, h float64, noise Path, boundary ...Boundary) (*flows.Trajectory, error) {
	tr := new(flows.Trajectory)
	states := Steps(s, scheme, x0, t0, t1, h, noise, boundary...)
	const perState = 8 * 5 // a time, a slice, an allocation
	if bytes := float64(equalSteps(t0, t1, h)) * float64(8*s.Dim+perState); bytes > 1<<30 {
		return tr, fmt.Errorf("sde: %d states of %d coordinates take %.1f GB: keep what you need of Steps, or lengthen h = %g", equalSteps(t0, t1, h), s.Dim, bytes/(1<<30), h)
	}
	for state, err := range states {
		if err != nil {
			return tr, err
		}
		tr.Append(state)
	}
	return tr, nil
}

// equalSteps returns the number of equal steps not longer than h.
func equalSteps(t0, t1, h float64) int {
	if !(t0 < t1) || math.IsInf(t1-t0, 0) {
		panic(fmt.Sprintf("sde: an interval from t = %g to %g", t0, t1))
	}
	if !(h > 0) || math.IsInf(h, 0) {
		panic(fmt.Sprintf("sde: a step of h = %g", h))
	}
	n := math.Ceil((t1 - t0) / h * (1 - 1e-12))
	if n > 1<<50 || n > math.MaxInt {
		panic(fmt.Sprintf("sde: %.3g steps of h = %g", n, h))
	}
	return max(1, int(n))
}

// A solver is one solution under way.
type solver struct {
	stepper  Stepper
	noise    Path
	boundary Boundary // nil if there is none
	at       flows.State
	t0, t1   float64
	step     int // steps taken
	steps    int
	block    Block // of one particle
	old, dw  *rows
	z        []float64
}

// begin makes the stepper and refuses a start that is not finite.
func (v *solver) begin(s *System, scheme Scheme, boundary []Boundary) (err error) {
	if !flows.Finite(v.at.X) {
		return fmt.Errorf("sde: %w at the start: x0 = %s", ErrNonFinite, flows.Brief(v.at.X))
	}
	if v.stepper, err = scheme.Stepper(s, 1); err != nil {
		return err
	}
	for _, v.boundary = range boundary {
		if box, ok := v.boundary.(*Box); ok {
			v.boundary = box.bind(s, 1)
		}
	}
	v.block = newBlock(0, 1, s.Dim, make([]float64, s.Dim+1))
	v.old, v.dw = newRows(s.Dim, 1), newRows(v.stepper.Channels(), 1)
	v.z = make([]float64, v.stepper.Channels())
	return nil
}

// advance takes one step and reports whether there is a new state.
func (v *solver) advance() (moved bool, err error) {
	t := instant(v.t0, v.t1, v.step, v.steps)
	end := instant(v.t0, v.t1, v.step+1, v.steps)
	h := (v.t1 - v.t0) / float64(v.steps)
	if err := v.noise.Increment(v.z, t, end); err != nil {
		return false, v.fail(err, h, false)
	}
	if v.step == 0 {
		v.block.Stream = streamOf(v.z)
	}
	b := &v.block
	Scatter(b.X, v.at.X, 0)
	Scatter(v.dw.all, v.z, 0)
	v.stepper.Step(t, h, b.X, v.dw.all)
	if err := failed(v.stepper); err != nil {
		return false, v.fail(err, h, false)
	}
	if v.boundary != nil {
		b.Old = v.old.all
		Scatter(b.Old, v.at.X, 0)
		if err := v.boundary.Enforce(b, t, h); err != nil {
			return false, v.fail(err, h, true)
		}
	}
	for _, row := range b.X {
		if !flows.Finite(row) {
			return false, v.fail(ErrNonFinite, h, true)
		}
	}
	v.step++
	if b.Live == 0 { // absorbed
		v.step, end = v.steps, b.Exit[0]
	}
	moved = end > v.at.T
	v.at.T = end
	Gather(v.at.X, b.X, 0)
	return moved, nil
}

// streamOf returns random numbers for a boundary that are a function of the
// first increment, so that another path has others.
func streamOf(z []float64) *Stream {
	key := make([]uint64, len(z))
	for j, v := range z {
		key[j] = math.Float64bits(v)
	}
	return NewStream(key...)
}

// fail says why the step under way did not get to its end. Of errors that name
// a particle the reason is kept: there is only one.
func (v *solver) fail(reason error, h float64, to bool) error {
	var step *StepError
	var particle *ParticleError
	switch {
	case errors.As(reason, &step):
		reason = step.Reason
	case errors.As(reason, &particle) && particle.Coordinate >= 0:
		reason = fmt.Errorf("coordinate %d %w: %s", particle.Coordinate, particle.Reason, particle.Remedy)
	}
	e := &Error{Reason: reason, Step: v.step + 1, At: v.at.Clone(), H: h}
	if to {
		e.To = make([]float64, len(v.at.X))
		Gather(e.To, v.block.X, 0)
	}
	return e
}
