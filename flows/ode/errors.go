package ode

import (
	"errors"
	"fmt"
	"math"

	"hopflow/flows"
)

// The reasons for which an integration stops early. errors.Is finds them in
// the error of Steps, Solve and Sample.
var (
	// ErrStepSize: the steps that the tolerance asks for are too short to
	// advance the time.
	ErrStepSize = errors.New("step size underflow")
	// ErrMaxSteps: Settings.MaxSteps steps were not enough.
	ErrMaxSteps = errors.New("too many steps")
	// ErrNonFinite: the state or the field is NaN or infinite.
	ErrNonFinite = errors.New("not finite")
)

var remedies = map[error]string{
	ErrStepSize:  "the solution may be singular just ahead (stop earlier) or the tolerances below what rounding or MinStep allows (loosen AbsTol, RelTol)",
	ErrMaxSteps:  "raise MaxSteps, loosen the tolerances, lengthen Step, or shorten the interval; if the steps are much shorter than the solution needs, the problem is stiff",
	ErrNonFinite: "look at the field there, shorten Step, or stop before the solution leaves the domain",
}

// An Error says where an integration stopped before its end, and why. What was
// reached before it is yielded, or returned, with it. errors.As finds it.
type Error struct {
	Reason error       // ErrStepSize, ErrMaxSteps or ErrNonFinite
	At     flows.State // last good state, a copy
	H      float64     // length of the step that was tried from there, signed; 0 if none
	Tried  int         // steps tried until then, rejected ones included
}

// Error names the reason, the place and the remedy.
func (e *Error) Error() string {
	return fmt.Sprintf("ode: %v at t = %.9g, step %d, h = %.3g, x = %s: %s",
		e.Reason, e.At.T, e.Tried, e.H, brief(e.At.X), remedies[e.Reason])
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Reason }

// brief prints the first coordinates of a state, however long it is.
func brief(x []float64) string {
	const most = 6
	if len(x) <= most {
		return fmt.Sprintf("%.6g", x)
	}
	return fmt.Sprintf("%.6g and %d more coordinates", x[:most], len(x)-most)
}

func finite(x []float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
