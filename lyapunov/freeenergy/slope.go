package freeenergy

import "math"

// A slope is the derivative at one cell of an axis as a sum over three cells:
// that of the parabola through the centers of the cell and its neighbours, at
// an end of the axis through the three outermost. It is exact for parabolas and
// of order 2. Axes of fewer than three cells use what there is.
type slope struct {
	place  [3]int
	weight [3]float64
}

// slopes returns the slopes at all cells of an axis.
func slopes(a Axis) []slope {
	n := a.Len()
	all := make([]slope, n)
	for i := range all {
		all[i] = slopeAt(a, i)
	}
	return all
}

func slopeAt(a Axis, i int) slope {
	n := a.Len()
	s := slope{place: [3]int{i, i, i}}
	switch {
	case n == 1:
		return s
	case n == 2:
		h := a.Spacing(0)
		if a.periodic { // the neighbours on both sides are one cell
			return s
		}
		s.place = [3]int{0, 1, i}
		s.weight = [3]float64{-1 / h, 1 / h, 0}
		return s
	}
	mid := i
	if !a.periodic {
		mid = min(max(i, 1), n-2)
	}
	s.place = [3]int{(mid - 1 + n) % n, mid, (mid + 1) % n}
	back, ahead := a.Spacing(s.place[0]), a.Spacing(mid)
	x := 0.0 // of cell i, from mid
	if i < mid {
		x = -back
	} else if i > mid {
		x = ahead
	}
	s.weight = [3]float64{
		(2*x - ahead) / (back * (back + ahead)),
		(ahead - back - 2*x) / (back * ahead),
		(2*x + back) / (ahead * (back + ahead)),
	}
	return s
}

// gradient stores ∇f at a cell in dst, f a function of the cell.
func (g *Grid) gradient(dst []float64, all [][]slope, f func(cell int) float64, cell int) {
	for d := range dst {
		dst[d] = 0
		at := g.place(d, cell)
		s := all[d][at]
		for k, w := range s.weight {
			if w != 0 {
				dst[d] += w * f(cell+(s.place[k]-at)*g.stride[d])
			}
		}
	}
}

func (g *Grid) slopes() [][]slope {
	all := make([][]slope, g.Dim())
	for d, a := range g.axes {
		all[d] = slopes(a)
	}
	return all
}

// touchesZero reports whether f is 0 in a cell that the gradient at cell looks
// at.
func (g *Grid) touchesZero(all [][]slope, f []float64, cell int) bool {
	for d := range all {
		at := g.place(d, cell)
		for _, p := range all[d][at].place {
			if f[cell+(p-at)*g.stride[d]] == 0 {
				return true
			}
		}
	}
	return false
}

// atWall returns the value of f on the face of a cell at the lower or upper end
// of axis d, by the parabola through the three cells nearest to it.
func (g *Grid) atWall(d int, upper bool, f []float64, cell int) float64 {
	a := g.axes[d]
	n := min(a.Len(), 3)
	step, wall := g.stride[d], a.Edge(0)
	first := 0
	if upper {
		step, wall, first = -step, a.Edge(a.Len()), a.Len()-1
	}
	var value float64
	for k := range n {
		w := 1.0
		xk := a.Center(first + sign(step)*k)
		for j := range n {
			if j != k {
				xj := a.Center(first + sign(step)*j)
				w *= (wall - xj) / (xk - xj)
			}
		}
		value += w * f[cell+k*step]
	}
	return value
}

func sign(i int) int { return int(math.Copysign(1, float64(i))) }
