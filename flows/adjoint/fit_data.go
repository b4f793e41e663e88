package adjoint

import (
	"fmt"
	"math"

	"hopflow/flows"
)

// Windows cuts a trajectory into pieces of so many states, each beginning
// stride states after the one before, with their times counted from the start
// of the piece: so the model must not depend on time. A last piece that would
// be shorter is left out. Short pieces make the loss of a fit nearly convex where
// that of the whole trajectory, which the error of early times carries away, is
// not; pieces of two states ask for the flow between neighbours alone. The
// pieces share the states of tr. It panics unless states >= 2 and stride >= 1,
// and if tr has fewer than so many states.
func Windows(tr *flows.Trajectory, states, stride int) []*flows.Trajectory {
	if states < 2 || stride < 1 || tr.Len() < states {
		panic(fmt.Sprintf("adjoint: windows of %d states, %d apart, of a trajectory of %d: want at least 2, 1, and the length of a window", states, stride, tr.Len()))
	}
	var out []*flows.Trajectory
	for from := 0; from+states <= tr.Len(); from += stride {
		w := &flows.Trajectory{X: tr.X[from : from+states]}
		for _, t := range tr.T[from : from+states] {
			w.T = append(w.T, t-tr.T[from])
		}
		out = append(out, w)
	}
	return out
}

// AtRest makes data of states alone: each should be where it was after the time
// dt, so that a Fit seeks a flow with these states as equilibria; [NH] Remark 11.
// Any period of a periodic orbit does as well, see Algorithm2. It panics unless
// dt is positive and finite.
func AtRest(dt float64, states ...[]float64) []*flows.Trajectory {
	if !(dt > 0) || math.IsInf(dt, 0) {
		panic(fmt.Sprintf("adjoint: dt is %v, want a positive finite time", dt))
	}
	var out []*flows.Trajectory
	for _, x := range states {
		tr := new(flows.Trajectory)
		tr.Append(flows.State{T: 0, X: x})
		tr.Append(flows.State{T: dt, X: x})
		out = append(out, tr)
	}
	return out
}
