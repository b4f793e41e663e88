package training

import (
	"errors"
	"fmt"
)

// The reasons for which a training fails. errors.Is finds them, and whatever an
// Objective returns, in an *Error.
var (
	// ErrLoss: the loss is NaN or infinite.
	ErrLoss = errors.New("loss not finite")
	// ErrGradient: a component of the gradient, or its norm, is NaN or infinite.
	ErrGradient = errors.New("gradient not finite")
	// ErrMeasure: what EarlyStop.Measure returns is NaN or infinite.
	ErrMeasure = errors.New("EarlyStop.Measure not finite")
	// ErrNotConverged: a minimisation ended before its tolerance was met.
	ErrNotConverged = errors.New("not converged")
)

// An Error says at which step a training failed, and why.
type Error struct {
	Reason error   // one of the errors above, or what the Objective says
	Step   int     // steps taken before the parameters at which it failed
	Last   float64 // the last loss that was finite; 0 at step 0
}

// Error names the reason, the step and the remedy. What an Objective says has a
// remedy of its own.
func (e *Error) Error() string {
	switch {
	case e.Step > 0:
		return fmt.Sprintf("training: %v at step %d, the loss before was %.6g: lower Rate, warm it up, or bound the gradient by Clip", e.Reason, e.Step, e.Last)
	case errors.Is(e.Reason, ErrLoss), errors.Is(e.Reason, ErrGradient), errors.Is(e.Reason, ErrMeasure):
		return fmt.Sprintf("training: %v at the initial parameters: start where it is defined", e.Reason)
	}
	return fmt.Sprintf("training: at the initial parameters: %v", e.Reason)
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Reason }

// finite returns an error unless the loss and every component are finite.
func finite(loss float64, gradient []float64) error {
	if !isFinite(loss) {
		return fmt.Errorf("%w (%v)", ErrLoss, loss)
	}
	for i, g := range gradient {
		if !isFinite(g) {
			return fmt.Errorf("%w: component %d of %d is %v", ErrGradient, i, len(gradient), g)
		}
	}
	return nil
}
