package ode

import (
	"errors"
	"fmt"

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
	// ErrTolerance: the tolerances are below what rounding lets a state resolve.
	ErrTolerance = errors.New("tolerance below round-off")
	// ErrEvent: the function of an Event is NaN or infinite.
	ErrEvent = errors.New("event function not finite")
	// ErrSingular: the matrix of an implicit step is singular.
	ErrSingular = errors.New("singular matrix in an implicit step")
	// ErrNotConverged: the equation of an implicit step was not solved.
	ErrNotConverged = errors.New("implicit step not converged")
	// ErrMobility: the symmetric part of a mobility is not positive semidefinite.
	ErrMobility = errors.New("mobility not positive semidefinite")
	// ErrSliding: a Filippov solution is not unique where it is.
	ErrSliding = errors.New("ambiguous on the switching surface")
	// ErrChatter: a Filippov solution changes sides without end.
	ErrChatter = errors.New("chatters on the switching surface")
)

var remedies = map[error]string{
	ErrStepSize:  "the solution may be singular just ahead (stop earlier) or the tolerances below what rounding or MinStep allows (loosen AbsTol, RelTol)",
	ErrMaxSteps:  "raise MaxSteps, loosen the tolerances, lengthen Step, or shorten the interval; if the steps are much shorter than the solution needs, the problem is stiff",
	ErrNonFinite: "look at the field there, shorten Step, or stop before the solution leaves the domain",
	ErrTolerance: "raise RelTol to 1e-15 or more, or AbsTol to 1e-15 times the size of the state or more",
	ErrEvent:     "give the function a finite value wherever a step may look, or shorten MaxStep",
	ErrSingular:  "change Step a little, or check the Jacobian: 1/(γh) is an eigenvalue of it",

	ErrNotConverged: "shorten Step, use ItohAbe where the mobility is symmetric, or check that the energy is bounded below and continuous, and Gradient its derivative",
	ErrMobility:     "check Sharp there: ξ·K(x)ξ >= 0 must hold for all ξ; a metric ends at the boundary of its domain",
	ErrChatter:      "give Below and Above as fields that are smooth beyond the surface, each the continuation of its own side",
	ErrSliding:      "start off the surface: both fields point away from it, and the solution may leave either way",
}

// An Error says where an integration stopped before its end, and why. What was
// reached before it is yielded, or returned, with it. errors.As finds it.
type Error struct {
	Reason error       // one of the errors above, or what a Fallible Stepper says
	At     flows.State // last good state, a copy; for ErrEvent where the function was asked
	H      float64     // length of the step that was tried from there, signed; 0 if none
	Tried  int         // steps tried until then, rejected ones included
}

// Error names the reason, the place and the remedy.
func (e *Error) Error() string {
	place := fmt.Sprintf("ode: %v at t = %.9g, step %d, h = %.3g, x = %s",
		e.Reason, e.At.T, e.Tried, e.H, flows.Brief(e.At.X))
	for reason, remedy := range remedies {
		if errors.Is(e.Reason, reason) {
			return place + ": " + remedy
		}
	}
	return place // a Stepper from elsewhere has its own words
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Reason }
