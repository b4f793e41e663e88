package mirror

import (
	"errors"
	"fmt"

	"hopflow/flows"
)

// The reasons for which a descent or a projection stops. errors.Is finds them.
var (
	// ErrDomain: the starting point lies outside the open domain.
	ErrDomain = errors.New("start outside the domain")
	// ErrNoSolution: ∇ψ(y) = z has no solution y, because z lies outside the
	// range of ∇ψ.
	ErrNoSolution = errors.New("no solution of the mirror step")
	// ErrGradient: a component of ∇f is NaN or infinite.
	ErrGradient = errors.New("gradient is not finite")
	// ErrEnergy: f is NaN or infinite.
	ErrEnergy = errors.New("energy is not finite")
	// ErrStep: the step rule gives a step that is not positive and finite.
	ErrStep = errors.New("step is not a positive finite number")
	// ErrLeft: a step of the natural gradient leaves the domain.
	ErrLeft = errors.New("the step leaves the domain")
	// ErrLineSearch: no step that the line search tried decreases the model.
	ErrLineSearch = errors.New("line search fails")
	// ErrEmpty: the set has no point, or none in the domain.
	ErrEmpty = errors.New("empty feasible set")
	// ErrNotConverged: an iteration for a projection does not converge.
	ErrNotConverged = errors.New("not converged")
)

var remedies = map[error]string{
	ErrDomain:     "start inside the open domain of the mirror map",
	ErrNoSolution: "shorten the step, or take the conjugate as mirror map (BitEntropy instead of Softplus): its gradient is onto",
	ErrGradient:   "look at the gradient there, or shorten the step before it",
	ErrEnergy:     "look at the energy there, or shorten the step before it",
	ErrStep:       "give h > 0",
	ErrLeft:       "shorten the step, or take Descent with the same mirror map, which cannot leave",
	ErrLineSearch: "check that the gradient is that of the energy; near the minimum rounding may be all that is left",
}

// An Error says at which step a descent stopped, and why. The last good iterate
// comes with it. errors.As finds it.
type Error struct {
	Reason     error     // one of those above
	K          int       // the step that failed, counted from 0
	Coordinate int       // -1 if none is to blame
	Value      float64   // of that coordinate, or of f
	H          float64   // step tried
	X          []float64 // last good iterate, a copy
}

// Error names the reason, the place and the remedy.
func (e *Error) Error() string {
	what := fmt.Sprintf("value %.9g", e.Value)
	if e.Coordinate >= 0 {
		what = fmt.Sprintf("coordinate %d is %.9g", e.Coordinate, e.Value)
	}
	return fmt.Sprintf("mirror: %v at step %d, h = %.6g: %s, from x = %s: %s", e.Reason, e.K, e.H, what, flows.Brief(e.X), remedies[e.Reason])
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Reason }
