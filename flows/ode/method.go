package ode

import "hopflow/flows"

// A Method is a rule that takes a state one step further. It is immutable data
// that goroutines may share. CheckMethod holds a Method against its laws.
type Method interface {
	// Order returns p: the error at a fixed time falls like h^p.
	Order() int
	// Stepper returns the method at work on f in dim dimensions, with a
	// workspace of its own.
	Stepper(f flows.Field, dim int) Stepper
}

// A Stepper takes the steps of one Method along one field. It owns the scratch
// that this needs and allocates nothing per step, so it belongs to one
// goroutine. To step by hand:
//
//	s := ode.RK4.Stepper(f, len(x))
//	for k := range n {
//		s.Step(x, float64(k)*h, h, x)
//	}
type Stepper interface {
	// Step stores in dst the approximate state at t+h, starting from x at t.
	// dst may be x. h may be negative.
	Step(dst []float64, t, h float64, x []float64)
	// Estimate stores in dst an estimate of the error made by the last step,
	// which falls like h^p, and reports whether the method has one. With a nil
	// dst it only reports.
	Estimate(dst []float64) bool
	// Interpolate stores in dst the state at t+θh, 0 <= θ <= 1, inside the last
	// step, with an error that falls like h^p too, and reports whether the
	// method can. With a nil dst it only reports.
	Interpolate(dst []float64, theta float64) bool
}

// A Fallible Stepper can fail for reasons of its own: an implicit one whose
// equation has no solution that it can find. Its Step then stores NaN in dst,
// never something unsolved, and Err returns why; after a Step that went well it
// returns nil. Error control tries a shorter step; if that does not help, or
// steps are equal, the reason is that of the *Error.
type Fallible interface {
	// Err returns why the last Step has no result, or nil.
	Err() error
}
