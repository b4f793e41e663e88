package mirror

import (
	"fmt"
	"math"
	"slices"
)

// A Domain is the open convex set on which a Legendre function is defined; the
// simplex is open in its affine hull.
type Domain interface {
	// Check returns nil where x lies in the domain, and otherwise a
	// *DomainError.
	Check(x []float64) error
	// Tangent projects v, orthogonally, on the directions in which the domain
	// extends: it copies v to dst for a domain of full dimension, and takes
	// the mean off for the simplex. dst may be v.
	Tangent(dst, v []float64)
	// Closure returns the closed set.
	Closure() Set
}

// A DomainError says which coordinate lies outside the domain. Coordinate -1
// stands for the sum of all.
type DomainError struct {
	Coordinate int
	Value      float64
	Lo, Hi     float64 // it has to lie between these, which are excluded
}

// Error names the coordinate, its value, and where it has to lie.
func (e *DomainError) Error() string {
	if e.Coordinate < 0 {
		return fmt.Sprintf("mirror: the coordinates add up to %.17g, not to 1: divide the point by its sum", e.Value)
	}
	return fmt.Sprintf("mirror: coordinate %d is %v, outside the open domain (%v, %v): start inside", e.Coordinate, e.Value, e.Lo, e.Hi)
}

// Open returns the open box of the points with lo_i < x_i < hi_i; the ends may
// be infinite. It panics if the lengths differ or an interval is empty.
func Open(lo, hi []float64) Domain {
	lengths(len(lo), len(hi))
	for i := range lo {
		if !(lo[i] < hi[i]) {
			panic(fmt.Sprintf("mirror: interval %d, (%v, %v), is empty", i, lo[i], hi[i]))
		}
	}
	return intervals{slices.Clone(lo), slices.Clone(hi)}
}

// Everywhere returns the whole space of n dimensions.
func Everywhere(n int) Domain {
	lo, hi := make([]float64, n), make([]float64, n)
	for i := range lo {
		lo[i], hi[i] = math.Inf(-1), math.Inf(1)
	}
	return Open(lo, hi)
}

type intervals struct{ lo, hi []float64 }

func (d intervals) Check(x []float64) error {
	lengths(len(d.lo), len(x))
	for i, v := range x {
		if !(d.lo[i] < v && v < d.hi[i]) {
			return &DomainError{i, v, d.lo[i], d.hi[i]}
		}
	}
	return nil
}

func (d intervals) Tangent(dst, v []float64) { copy(dst, v) }

func (d intervals) Closure() Set { return Box{Lo: d.lo, Hi: d.hi} }

// OpenSimplex returns the points with positive coordinates that add up to 1, to
// 1e-12 n.
func OpenSimplex(n int) Domain {
	if n < 2 {
		panic(fmt.Sprintf("mirror: a simplex of %d coordinates, want at least 2", n))
	}
	return openSimplex(n)
}

type openSimplex int

func (d openSimplex) Check(x []float64) error {
	lengths(int(d), len(x))
	var sum float64
	for i, v := range x {
		if !(0 < v && v < 1) {
			return &DomainError{i, v, 0, 1}
		}
		sum += v
	}
	if !(math.Abs(sum-1) <= 1e-12*float64(d)) {
		return &DomainError{Coordinate: -1, Value: sum}
	}
	return nil
}

func (d openSimplex) Tangent(dst, v []float64) {
	lengths(int(d), len(v), len(dst))
	var mean float64
	for _, vi := range v {
		mean += vi / float64(d)
	}
	for i, vi := range v {
		dst[i] = vi - mean
	}
}

func (d openSimplex) Closure() Set { return Simplex{N: int(d), Sum: 1} }
