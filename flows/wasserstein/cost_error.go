package wasserstein

import (
	"errors"
	"fmt"
)

// What can be wrong with costs. errors.Is finds them.
var (
	// ErrCost: a cost is NaN, infinite or negative.
	ErrCost = errors.New("cost is not a finite number >= 0")
	// ErrDimension: points differ in dimension, or from what the cost takes.
	ErrDimension = errors.New("dimensions differ")
	// ErrScale: the costs of a long path overflow.
	ErrScale = errors.New("costs are too large")
	// ErrSize: the matrix of costs would not fit.
	ErrSize = errors.New("too many pairs of points")
	// ErrConvex: the cost is not convex, so that sorting is not optimal.
	ErrConvex = errors.New("cost is not convex on the line")
)

// A CostError says which cost keeps a problem of transport from being solved.
// errors.As finds it.
type CostError struct {
	Reason      error   // one of those above, or ErrEmpty
	Row, Column int     // of the cost, from 0; two dimensions where ErrDimension, two sizes where ErrSize
	Value       float64 // of the cost
}

// Error names the reason, the place and the remedy.
func (e *CostError) Error() string {
	switch e.Reason {
	case ErrDimension:
		return fmt.Sprintf("wasserstein: %v: points of %d coordinates against %d: give both measures points of one space, and a chart of its dimension", e.Reason, e.Row, e.Column)
	case ErrConvex:
		return fmt.Sprintf("wasserstein: %v: crossing pairs %d and %d is cheaper by %.6g: use Exact, which takes any cost", e.Reason, e.Row, e.Column, e.Value)
	case ErrSize:
		return fmt.Sprintf("wasserstein: %v: %d x %d costs take %.3g GB: take fewer points, or entropic transport with a separable or low-rank kernel", e.Reason, e.Row, e.Column, 8e-9*float64(e.Row)*float64(e.Column))
	case ErrScale:
		return fmt.Sprintf("wasserstein: %v: the largest is %.6g: divide all by it", e.Reason, e.Value)
	case ErrEmpty:
		return "wasserstein: a matrix of costs without entries: give a row for each source and a column for each target"
	}
	return fmt.Sprintf("wasserstein: %v: from point %d to point %d it is %v: keep the points inside the manifold; where two points are disconnected, transport each component by itself, or use Unbalanced", e.Reason, e.Row, e.Column, e.Value)
}

// Unwrap returns the reason.
func (e *CostError) Unwrap() error { return e.Reason }
