package adjoint

import (
	"errors"
	"fmt"

	"hopflow/flows"
)

// The reasons for which there is no gradient, or none to trust. errors.Is finds
// them in the errors of a Problem, and those of package ode as well.
var (
	// ErrBlowUp: the solution ends before T1; t is in the message and in At.
	ErrBlowUp = errors.New("the solution ends before T1")
	// ErrInput: x0, θ or a time is NaN or infinite.
	ErrInput = errors.New("input not finite")
	// ErrLoss: a loss is NaN or infinite.
	ErrLoss = errors.New("loss not finite")
	// ErrGradient: the gradient is NaN or infinite, although the loss is finite.
	ErrGradient = errors.New("gradient not finite")
	// ErrGrid: Problem.Grid does not cover the interval.
	ErrGrid = errors.New("step sequence does not cover the interval")
	// ErrObservation: an observation lies outside [T0, T1].
	ErrObservation = errors.New("observation outside the interval")
	// ErrCheckpoints: Problem.Checkpoints is negative.
	ErrCheckpoints = errors.New("no checkpoints to work with")
	// ErrMemory: the budget does not hold what the reverse sweep must keep.
	ErrMemory = errors.New("memory budget too small")
	// ErrMismatch: backward re-integration did not come back to x0.
	ErrMismatch = errors.New("re-integration did not come back to x0")
)

var remedies = map[error]string{
	ErrBlowUp:      "end T1 before it, or shorten the steps; if the state there is small, f itself is not finite",
	ErrInput:       "look at where it comes from: an optimiser that diverged, perhaps",
	ErrLoss:        "look at the loss at that state",
	ErrGradient:    "the adjoint overflows: shorten the interval or scale the loss",
	ErrGrid:        "begin at T0, end at T1, strictly monotone, with every observation time among the times",
	ErrObservation: "move T0 or T1 beyond it, or drop it",
	ErrCheckpoints: "set Checkpoints to the number of states to keep, at least 1; 0 keeps every step",
	ErrMemory:      "raise Memory, or lower Checkpoints",
	ErrMismatch:    "use Gradient (exact) or Continuous (stored states); if the steps are merely long, shorten them, or accept it by Mismatch",
}

// An Error says why there is no gradient, and where. errors.As finds it.
type Error struct {
	Reason error       // one of the errors above, or of package ode
	At     flows.State // last good state where there is one (X is a copy), else only the time
	Step   int         // steps completed until there
	What   string      // what was found
	Cause  error       // the error of package ode behind it, or nil
}

// Error names the reason, the place and the remedy.
func (e *Error) Error() string {
	text := fmt.Sprintf("adjoint: %v", e.Reason)
	if e.What != "" {
		text += ": " + e.What
	}
	if e.At.X != nil {
		text += fmt.Sprintf(", at t = %.9g, step %d, x = %s", e.At.T, e.Step, flows.Brief(e.At.X))
	}
	if remedy, ok := remedies[e.Reason]; ok {
		text += ": " + remedy
	}
	return text
}

// Unwrap returns the reason, and the cause if there is one.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Reason}
	}
	return []error{e.Reason, e.Cause}
}
