package ode

import (
	"iter"
	"slices"

	"hopflow/flows"
)

// Steps integrates dx/dt = f(t, x) from x0 at t0 to t1 and yields the initial
// state and the state after each step; the last one is at t1 exactly. The X of
// a State is valid until the next one, and not to be written to. If the
// integration fails, the last pair has the last good state and an *Error. The
// caller may break at any time, and range over the result again.
//
// A nil Method is DormandPrince, nil Settings are the defaults. Steps panics if
// f is nil, if the settings mean nothing, and if Settings.Step is 0 and the
// method has no error estimate.
func Steps(f flows.Field, x0 []float64, t0, t1 float64, m Method, s *Settings) iter.Seq2[flows.State, error] {
	start, settings := slices.Clone(x0), s.resolved()
	newSolver(f, start, t0, m, settings) // panics now rather than in the loop
	return func(yield func(flows.State, error) bool) {
		v := newSolver(f, start, t0, m, settings)
		if err := v.aim(t1); err != nil {
			yield(v.state(), err)
			return
		}
		for yield(v.state(), nil) && v.t != t1 {
			if err := v.advance(); err != nil {
				yield(v.state(), err)
				return
			}
		}
	}
}

// Solve integrates as Steps does and returns every state. If the integration
// fails, it returns what was reached before, with the *Error.
func Solve(f flows.Field, x0 []float64, t0, t1 float64, m Method, s *Settings) (*flows.Trajectory, error) {
	tr := new(flows.Trajectory)
	for state, err := range Steps(f, x0, t0, t1, m, s) {
		if err != nil {
			return tr, err
		}
		tr.Append(state)
	}
	return tr, nil
}

// Sample integrates from x0 at times[0] and returns the states at the given
// times, which strictly increase or strictly decrease. Steps are as long as
// the tolerances (or Settings.Step) let them be, and the states inside them
// are interpolated; a method that cannot interpolate to its own order takes a
// step to each of the times instead. If the integration fails, Sample returns
// the states before, with the *Error. It panics where Steps does, and if times
// is empty or not monotone.
func Sample(f flows.Field, x0, times []float64, m Method, s *Settings) (*flows.Trajectory, error) {
	mustBeMonotone(times)
	v := newSolver(f, x0, times[0], m, s.resolved())
	tr, end := new(flows.Trajectory), times[len(times)-1]
	dense := v.stepper.Interpolate(nil, 0)
	x := make([]float64, len(x0))
	for _, t := range times {
		target := t
		if dense {
			target = end
		}
		if err := v.reach(t, target); err != nil {
			return tr, err
		}
		if v.t == t {
			tr.Append(v.state())
			continue
		}
		v.stepper.Interpolate(x, (t-v.from)/(v.t-v.from))
		if !flows.Finite(x) { // the slope at the end of the step is not
			return tr, v.fail(ErrNonFinite, v.t-v.from)
		}
		tr.Append(flows.State{T: t, X: x})
	}
	return tr, nil
}

func mustBeMonotone(times []float64) {
	if len(times) == 0 {
		panic("ode: no times")
	}
	for k := 1; k < len(times); k++ {
		onwards := times[k] > times[k-1]
		if times[1] < times[0] {
			onwards = times[k] < times[k-1]
		}
		if !onwards {
			panic("ode: times are not strictly monotone")
		}
	}
}
