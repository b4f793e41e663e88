package geometry

import (
	"fmt"
	"math"
)

// A Metric is a Riemannian metric G(x), given by its action. In all methods
// dst is written, has the dimension's length, and may be the same slice as the
// last argument.
type Metric interface {
	// Dim returns the number of coordinates.
	Dim() int
	// Flat stores the covector G(x) v in dst.
	Flat(dst, x, v []float64)
	// Sharp stores the vector G(x)⁻¹ ξ in dst.
	Sharp(dst, x, xi []float64)
}

// A Connection is the Levi-Civita connection of a metric, by the action of its
// Christoffel symbols, [HF] (9).
type Connection interface {
	// Dim returns the number of coordinates.
	Dim() int
	// Christoffel stores Γ^k_ij(x) u^i v^j in dst, which does not overlap the
	// arguments.
	Christoffel(dst, x, u, v []float64)
}

// A Manifold is a metric with its connection: what the geodesic equation needs.
type Manifold interface {
	Metric
	Connection
}

// A Chart is a coordinate system θ in which a metric is Euclidean.
type Chart interface {
	// Dim returns the number of coordinates.
	Dim() int
	// Theta stores the flat coordinates of x in dst, which may be x. They are
	// NaN where x lies outside the manifold's closure.
	Theta(dst, x []float64)
	// State stores the point with flat coordinates theta in dst, which may be
	// theta. It is NaN outside the box.
	State(dst, theta []float64)
	// Box returns the interval that θ_i runs over; its ends may be infinite.
	Box(i int) (lo, hi float64)
}

// Inner returns the inner product uᵀ G(x) v.
func Inner(m Metric, x, u, v []float64) float64 {
	w := make([]float64, m.Dim())
	m.Flat(w, x, v)
	var s float64
	for i := range w {
		s += u[i] * w[i]
	}
	return s
}

// Norm returns the length √(vᵀ G(x) v) of v at x.
func Norm(m Metric, x, v []float64) float64 { return math.Sqrt(Inner(m, x, v, v)) }

// lengths panics unless all slices have length n.
func lengths(n int, slices ...[]float64) {
	for _, s := range slices {
		if len(s) != n {
			panic(fmt.Sprintf("geometry: length mismatch: %d coordinates, want %d", len(s), n))
		}
	}
}

// A CoordinateError says which coordinate of which point keeps a geodesic from
// existing.
type CoordinateError struct {
	Point      string  // the argument's name, such as "x"
	Coordinate int     // from 0
	Value      float64 // of the coordinate
	Lo, Hi     float64 // where it has to lie
	Open       bool    // the ends are excluded
}

// Error names the coordinate, its value, and where it has to lie.
func (e *CoordinateError) Error() string {
	l, r, why := "[", "]", "the cube is the state space; map the data into it first"
	if e.Open {
		l, r, why = "(", ")", "the metric is infinite at the ends; use the closed form or the flat chart there"
	}
	return fmt.Sprintf("geometry: coordinate %d of %s is %v, outside %s%v, %v%s: %s", e.Coordinate, e.Point, e.Value, l, e.Lo, e.Hi, r, why)
}

// inside returns an error unless every coordinate of p lies in [lo, hi], or in
// (lo, hi) where open is set.
func inside(name string, p []float64, lo, hi float64, open bool) error {
	for i, v := range p {
		if !(lo <= v && v <= hi) || (open && (v == lo || v == hi)) {
			return &CoordinateError{Point: name, Coordinate: i, Value: v, Lo: lo, Hi: hi, Open: open}
		}
	}
	return nil
}
