// Package landscape holds energies to descend: quadratic, double well, tilted
// ring, Gaussian mixture, the function of [HF] (59), the rectifier networks of
// [CH] Theorem 3, sums and sections of them, and tables of values.
//
// Each is a lyapunov.Energy with an exact gradient; those with second
// derivatives are Smooth. Where minima or all critical points are known, the
// methods Minima and Critical give them.
package landscape

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov"
)

// Smooth is an Energy with second derivatives.
type Smooth interface {
	lyapunov.Energy
	// Hessian stores ∂²E/∂x_i∂x_j at x in dst, which has order Dim.
	Hessian(dst *mat.SymDense, x []float64)
}

// A Point is a critical point of an energy: ∇E = 0.
type Point struct {
	X     []float64
	Value float64 // E there
	Index int     // number of directions in which E falls: 0 at a minimum
}

// Kind returns "minimum", "saddle" or "maximum".
func (p Point) Kind() string {
	switch p.Index {
	case 0:
		return "minimum"
	case len(p.X):
		return "maximum"
	}
	return "saddle"
}

// minima returns the places of the points that are minima.
func minima(points []Point) (xs [][]float64) {
	for _, p := range points {
		if p.Index == 0 {
			xs = append(xs, p.X)
		}
	}
	return xs
}

// finite panics unless v is a finite number.
func finite(name string, v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		panic(fmt.Sprintf("landscape: %s is %v, want a finite number", name, v))
	}
}

// positive panics unless v is a positive finite number.
func positive(name string, v float64) {
	if !(v > 0) || math.IsInf(v, 0) {
		panic(fmt.Sprintf("landscape: %s is %v, want a positive finite number", name, v))
	}
}

// length panics unless x has n coordinates.
func length(x []float64, n int) {
	if len(x) != n {
		panic("landscape: length mismatch")
	}
}
