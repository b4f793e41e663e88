package geometry

import (
	"fmt"
	"math"
)

// A Domain knows where its manifold ends. All metrics of this package but
// Orthogonal are one; where a metric is none, differences take the unit cube
// for its domain.
type Domain interface {
	// Reach returns how far coordinate i of x may move to either side before
	// the point leaves the manifold. It is positive at interior points, where
	// it may be +Inf, 0 on the boundary, and negative or NaN outside.
	Reach(x []float64, i int) float64
}

// A BoundaryError says that a point is not an interior point of its manifold.
type BoundaryError struct {
	Point      string    // the argument's name, such as "x"
	X          []float64 // the point
	Coordinate int       // the first one that is not inside, from 0
}

// Error names the point and the coordinate.
func (e *BoundaryError) Error() string {
	return fmt.Sprintf("geometry: coordinate %d of %s = %v is not inside the manifold: choose an interior point, where the metric is finite", e.Coordinate, e.Point, e.X)
}

// interior returns a *BoundaryError unless x is an interior point, as far as m
// can tell.
func interior(m any, name string, x []float64) error {
	d, _ := m.(Domain)
	for i, v := range x {
		ok := !math.IsNaN(v) && !math.IsInf(v, 0)
		if ok && d != nil {
			ok = d.Reach(x, i) > 0
		}
		if !ok {
			return &BoundaryError{Point: name, X: append([]float64(nil), x...), Coordinate: i}
		}
	}
	return nil
}

// extent returns the length on which m varies in coordinate i: its reach, at
// most 1 and at least 1e-12.
func extent(m any, x []float64, i int) float64 {
	reach := math.Min(math.Abs(x[i]), math.Abs(1-x[i]))
	if d, ok := m.(Domain); ok {
		reach = math.Min(d.Reach(x, i), 1)
	}
	return math.Max(reach, 1e-12)
}

// Reach returns the distance of x_i to the nearer of 0 and 1.
func (m *Tanh) Reach(x []float64, i int) float64 { return math.Min(x[i], 1-x[i]) }

// Reach returns the distance of x_i to the nearer end of the range of σ_i.
func (m *Separable) Reach(x []float64, i int) float64 {
	lo, hi := m.act[i].Range()
	return math.Min(x[i]-lo, hi-x[i])
}

// Reach returns the metric's own reach, or what differences take for it.
func (l LeviCivita) Reach(x []float64, i int) float64 {
	if d, ok := l.Metric.(Domain); ok {
		return d.Reach(x, i)
	}
	return extent(l.Metric, x, i)
}

// Euclidean is the metric G = I of the given dimension, in which the natural
// gradient is the gradient: the standard of comparison.
type Euclidean int

var (
	_ Manifold = Euclidean(1)
	_ Domain   = Euclidean(1)
)

// Dim returns the dimension.
func (n Euclidean) Dim() int { return int(n) }

// Flat stores v in dst.
func (n Euclidean) Flat(dst, x, v []float64) {
	lengths(int(n), dst, x, v)
	copy(dst, v)
}

// Sharp stores ξ in dst.
func (n Euclidean) Sharp(dst, x, xi []float64) {
	lengths(int(n), dst, x, xi)
	copy(dst, xi)
}

// Christoffel stores 0 in dst.
func (n Euclidean) Christoffel(dst, x, u, v []float64) {
	lengths(int(n), dst, x, u, v)
	clear(dst)
}

// Reach returns +Inf.
func (n Euclidean) Reach([]float64, int) float64 { return math.Inf(1) }
