package freeenergy

import (
	"fmt"
	"math"
	"slices"
)

// An Axis is a division of an interval into cells. The zero value is not
// valid: use Uniform, Periodic or Edges.
type Axis struct {
	edges    []float64 // ascending, one more than there are cells
	periodic bool
	walled   bool
}

// Uniform returns an axis of equal cells between lo and hi. Nothing flows
// through the ends. It panics unless lo < hi are finite and cells >= 1.
func Uniform(lo, hi float64, cells int) Axis {
	if cells < 1 {
		panic(fmt.Sprintf("freeenergy: an axis of %d cells", cells))
	}
	edges := make([]float64, cells+1)
	for i := range edges {
		// Weights that are exact at both ends.
		s := float64(i) / float64(cells)
		edges[i] = (1-s)*lo + s*hi
	}
	return Edges(edges)
}

// Periodic returns an axis of equal cells on a circle: lo and hi are the same
// point. It panics unless lo < hi are finite and cells >= 1.
func Periodic(lo, hi float64, cells int) Axis {
	a := Uniform(lo, hi, cells)
	a.periodic = true
	return a
}

// Edges returns an axis whose cells lie between consecutive edges, which may be
// spaced as one likes. Nothing flows through the ends. It panics unless there
// are at least two edges, finite and strictly ascending.
func Edges(edges []float64) Axis {
	if len(edges) < 2 {
		panic(fmt.Sprintf("freeenergy: %d edges make no cell", len(edges)))
	}
	for i, e := range edges {
		if math.IsNaN(e) || math.IsInf(e, 0) {
			panic(fmt.Sprintf("freeenergy: edge %d of an axis is %v", i, e))
		}
		if i > 0 && !(edges[i-1] < e) {
			panic(fmt.Sprintf("freeenergy: edges %d and %d of an axis are %v and %v, want ascending", i-1, i, edges[i-1], e))
		}
	}
	return Axis{edges: slices.Clone(edges)}
}

// Walled returns the axis with both ends declared to be the ends of the state
// space. Without it the ends of Uniform and Edges cut through the line, and
// Gibbs refuses a box that cuts off too much; see Tail.
func (a Axis) Walled() Axis {
	a.walled = true
	return a
}

// Len returns the number of cells.
func (a Axis) Len() int { return len(a.edges) - 1 }

// Center returns the middle of cell i.
func (a Axis) Center(i int) float64 { return a.edges[i] + a.Width(i)/2 }

// Width returns the length of cell i.
func (a Axis) Width(i int) float64 { return a.edges[i+1] - a.edges[i] }

// Edge returns the lower end of cell i; Edge(Len()) is the upper end of the
// axis.
func (a Axis) Edge(i int) float64 { return a.edges[i] }

// IsPeriodic reports whether the two ends are one point.
func (a Axis) IsPeriodic() bool { return a.periodic }

// IsWalled reports whether the ends are those of the state space.
func (a Axis) IsWalled() bool { return a.walled }

// Spacing returns the distance from the center of cell i to that of cell i+1,
// which on a periodic axis follows the last cell with the first. It panics at
// the last cell of an axis that has ends.
func (a Axis) Spacing(i int) float64 {
	next := i + 1
	if next == a.Len() {
		if !a.periodic {
			panic("freeenergy: no cell follows the last one of an axis that is not periodic")
		}
		next = 0
	}
	return (a.Width(i) + a.Width(next)) / 2
}

// equal reports whether two axes have the same cells.
func (a Axis) equal(b Axis) bool {
	return a.periodic == b.periodic && slices.Equal(a.edges, b.edges)
}
