package freeenergy

import (
	"math"
	"slices"
)

// A kdTree holds points so that each node is the median of its range along one
// axis: points[lo:hi] has its root in the middle.
type kdTree struct {
	points [][]float64
	axis   []uint8 // of the node at that place
}

func newKDTree(points [][]float64) *kdTree {
	t := &kdTree{points: slices.Clone(points), axis: make([]uint8, len(points))}
	t.build(0, len(points))
	return t
}

func (t *kdTree) build(lo, hi int) {
	if hi-lo < 2 {
		return
	}
	d := t.widest(lo, hi)
	mid := (lo + hi) / 2
	t.selectAt(lo, hi, mid, d)
	t.axis[mid] = uint8(d)
	t.build(lo, mid)
	t.build(mid+1, hi)
}

// widest returns the axis along which the points of a range spread most.
func (t *kdTree) widest(lo, hi int) (axis int) {
	most := -1.0
	for d := range t.points[lo] {
		least, top := math.Inf(1), math.Inf(-1)
		for _, p := range t.points[lo:hi] {
			least, top = math.Min(least, p[d]), math.Max(top, p[d])
		}
		if top-least > most {
			axis, most = d, top-least
		}
	}
	return axis
}

// selectAt reorders a range so that what belongs at place k by coordinate d is
// there, with nothing larger before it (Hoare's quickselect).
func (t *kdTree) selectAt(lo, hi, k, d int) {
	hi--
	for lo < hi {
		pivot := t.points[(lo+hi)/2][d]
		i, j := lo, hi
		for i <= j {
			for t.points[i][d] < pivot {
				i++
			}
			for pivot < t.points[j][d] {
				j--
			}
			if i <= j {
				t.points[i], t.points[j] = t.points[j], t.points[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return
		}
	}
}

// nearest stores in best the squares of the len(best) smallest distances from x
// to points of the tree, ascending.
func (t *kdTree) nearest(best []float64, x []float64) {
	for i := range best {
		best[i] = math.Inf(1)
	}
	t.search(best, x, 0, len(t.points))
}

func (t *kdTree) search(best, x []float64, lo, hi int) {
	if lo >= hi {
		return
	}
	mid := (lo + hi) / 2
	p := t.points[mid]
	var square float64
	for d, xd := range x {
		square += (xd - p[d]) * (xd - p[d])
	}
	last := len(best) - 1
	if square < best[last] {
		i := last
		for ; i > 0 && best[i-1] > square; i-- {
			best[i] = best[i-1]
		}
		best[i] = square
	}
	d := t.axis[mid]
	gap := x[d] - p[d]
	if gap < 0 {
		t.search(best, x, lo, mid)
		if gap*gap < best[last] {
			t.search(best, x, mid+1, hi)
		}
		return
	}
	t.search(best, x, mid+1, hi)
	if gap*gap < best[last] {
		t.search(best, x, lo, mid)
	}
}
