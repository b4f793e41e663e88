package flows

import (
	"fmt"
	"math"
)

// A Trajectory is a list of States: at time T[k] the state was X[k]. Times are
// strictly monotone, increasing or (integrated backwards) decreasing, and all
// states have the same length; Check says whether that holds.
type Trajectory struct {
	T []float64
	X [][]float64
}

// Len returns the number of states.
func (tr *Trajectory) Len() int { return len(tr.T) }

// Dim returns the number of coordinates of a state, 0 for an empty trajectory.
func (tr *Trajectory) Dim() int {
	if len(tr.X) == 0 {
		return 0
	}
	return len(tr.X[0])
}

// Append adds a copy of a state. It panics if the state has another number of
// coordinates than those before it.
func (tr *Trajectory) Append(s State) {
	if len(tr.X) > 0 && len(s.X) != tr.Dim() {
		panic("flows: length mismatch")
	}
	tr.T = append(tr.T, s.T)
	tr.X = append(tr.X, append([]float64(nil), s.X...))
}

// At returns the k-th state, counted from 0. Its X is the trajectory's own
// slice, not a copy. It panics if there is no such state.
func (tr *Trajectory) At(k int) State { return State{T: tr.T[k], X: tr.X[k]} }

// Last returns the last state, as At does. It panics if there is none.
func (tr *Trajectory) Last() State {
	if tr.Len() == 0 {
		panic("flows: empty trajectory")
	}
	return tr.At(tr.Len() - 1)
}

// Check returns an error, naming the first state concerned, unless T and X have
// the same length, all states have the same number of coordinates, every number
// is finite, and the times strictly increase or strictly decrease.
func (tr *Trajectory) Check() error {
	if len(tr.T) != len(tr.X) {
		return fmt.Errorf("flows: trajectory with %d times and %d states: use Append, which keeps them together", len(tr.T), len(tr.X))
	}
	for k := range tr.T {
		s := tr.At(k)
		if len(s.X) != tr.Dim() {
			return fmt.Errorf("flows: state %d has %d coordinates, state 0 has %d: one trajectory holds one system", k, len(s.X), tr.Dim())
		}
		if !s.finite() {
			return fmt.Errorf("flows: state %d is not finite, t = %g, x = %v: stop the flow before it, or look at the field there", k, s.T, s.X)
		}
		// The first interval fixes the direction that all others must have.
		if k > 0 && (s.T == tr.T[k-1] || math.Signbit(s.T-tr.T[k-1]) != math.Signbit(tr.T[1]-tr.T[0])) {
			return fmt.Errorf("flows: time goes from %g to %g at state %d: times must strictly increase, or strictly decrease", tr.T[k-1], s.T, k)
		}
	}
	return nil
}
