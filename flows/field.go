package flows

import (
	"fmt"
	"math"
)

// A Field is the right-hand side of dx/dt = f(t, x). It stores f(t, x) in dst,
// every component of it, whatever dst held before. dst and x have the same
// length and do not overlap. A Field does not write to x and does not keep x
// or dst after it returns: the callers reuse both. Equal arguments give equal
// results (CheckField holds a Field against all of this).
type Field func(dst []float64, t float64, x []float64)

// A State is a point of an orbit: where it is, and when. An iterator that
// yields States reuses X: it is valid until the next step, and Clone keeps it.
type State struct {
	T float64
	X []float64
}

// Clone returns a State with a copy of X.
func (s State) Clone() State {
	return State{T: s.T, X: append([]float64(nil), s.X...)}
}

// finite reports whether the time and every coordinate are neither NaN nor
// infinite.
func (s State) finite() bool { return Finite(s.X) && !math.IsNaN(s.T) && !math.IsInf(s.T, 0) }

// Finite reports whether no coordinate is NaN or infinite.
func Finite(x []float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// Brief prints the first coordinates of a state, however long it is: for errors.
func Brief(x []float64) string {
	const most = 6
	if len(x) <= most {
		return fmt.Sprintf("%.6g", x)
	}
	return fmt.Sprintf("%.6g and %d more coordinates", x[:most], len(x)-most)
}

// CheckField holds a Field against its laws at the given points: its value is
// finite, the same whenever it is asked and whatever dst held before, and x is
// neither written to nor kept. The error names the point and the component.
func CheckField(f Field, points []State) error {
	if f == nil {
		panic("flows: nil field")
	}
	for k, p := range points {
		if err := checkFieldAt(f, p); err != nil {
			return fmt.Errorf("flows: at point %d, t = %g, x = %v: %w", k, p.T, p.X, err)
		}
	}
	return nil
}

// checkFieldAt asks f three times for its value at p: into a dst of NaNs, into
// the same dst again, and, after overwriting the x of the first two calls,
// from a fresh copy of x into a dst of sevens.
func checkFieldAt(f Field, p State) error {
	n := len(p.X)
	first, again, fresh := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		first[i], fresh[i] = math.NaN(), 7
	}
	x := p.Clone().X
	f(first, p.T, x)
	f(again, p.T, x)
	for i := range n {
		if x[i] != p.X[i] {
			return fmt.Errorf("the field changed coordinate %d of its argument from %g to %g: work on a copy", i, p.X[i], x[i])
		}
		if math.IsNaN(first[i]) || math.IsInf(first[i], 0) {
			return fmt.Errorf("component %d of the field is %v: check the formula, assign every component of dst, or choose points inside the domain", i, first[i])
		}
	}
	for i := range n {
		x[i] = math.NaN()
	}
	f(fresh, p.T, p.Clone().X)
	for i := range n {
		if first[i] != again[i] || first[i] != fresh[i] {
			return fmt.Errorf("component %d of the field is %g, then %g and %g at the same point: assign to dst instead of adding to it, keep neither x nor dst, and draw no random numbers", i, first[i], again[i], fresh[i])
		}
	}
	return nil
}
