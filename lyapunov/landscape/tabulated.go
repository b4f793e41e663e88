package landscape

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"hopflow/lyapunov/freeenergy"
)

// Table is an energy known by its values at the centers of a grid: between them
// the cubic polynomials of Hermite whose slopes at the centers are those of the
// parabola through three neighbours, in more than one dimension their product.
// Value and gradient are continuous; the gradient is exactly that of the value;
// the error of a smooth function is of order 3 in the value and 2 in the
// gradient. The outer half cells continue the polynomials beside them. A
// periodic axis goes on round; beyond an end the energy is NaN.
type Table struct {
	grid   *freeenergy.Grid
	values []float64
}

// Tabulated returns the energy with the given values at the centers of g. It is
// an error if one of them is not finite. It panics unless there is one value
// for each cell, and each axis has at least 3 cells.
func Tabulated(g *freeenergy.Grid, values []float64) (*Table, error) {
	if len(values) != g.Len() {
		panic("landscape: length mismatch")
	}
	for d := range g.Dim() {
		if g.Axis(d).Len() < 3 {
			panic(fmt.Sprintf("landscape: axis %d of a table has %d cells, want at least 3", d, g.Axis(d).Len()))
		}
	}
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			x := make([]float64, g.Dim())
			g.Center(x, i)
			return nil, fmt.Errorf("landscape: the table's value is %v in cell %d, center %.6g: fill the cell from its neighbours, or cut the grid there", v, i, x)
		}
	}
	return &Table{grid: g, values: slices.Clone(values)}, nil
}

// Dim returns the number of axes.
func (t *Table) Dim() int { return t.grid.Dim() }

// Value returns the interpolated energy, NaN outside the grid.
func (t *Table) Value(x []float64) float64 {
	length(x, t.Dim())
	s, ok := t.stencils(x)
	if !ok {
		return math.NaN()
	}
	return t.sum(s, -1)
}

// Gradient stores the gradient of the interpolated energy in dst, NaN outside
// the grid.
func (t *Table) Gradient(dst, x []float64) {
	length(x, t.Dim())
	length(dst, t.Dim())
	s, ok := t.stencils(x)
	for d := range dst {
		dst[d] = math.NaN()
		if ok {
			dst[d] = t.sum(s, d)
		}
	}
}

// sum returns the interpolant, or its derivative along axis deriv.
func (t *Table) sum(s [3]stencil, deriv int) (total float64) {
	weight := func(d, k int) float64 {
		if d == deriv {
			return s[d].slope[k]
		}
		return s[d].value[k]
	}
	width := [3]int{1, 1, 1}
	for d := range t.Dim() {
		width[d] = 4
	}
	nx := t.grid.Axis(0).Len()
	for c := range width[2] {
		for b := range width[1] {
			w, base := 1.0, 0
			if t.Dim() > 2 {
				w *= weight(2, c)
				base += s[2].place[c] * t.grid.Axis(1).Len()
			}
			if t.Dim() > 1 {
				w *= weight(1, b)
				base = (base + s[1].place[b]) * nx
			}
			for a := range 4 {
				total += w * weight(0, a) * t.values[base+s[0].place[a]]
			}
		}
	}
	return total
}

// A stencil gives the interpolant on one axis as a sum over four cells: value
// and slope at one point.
type stencil struct {
	place        [4]int
	value, slope [4]float64
}

func (t *Table) stencils(x []float64) (s [3]stencil, ok bool) {
	for d, xd := range x {
		a := t.grid.Axis(d)
		lo, hi := a.Edge(0), a.Edge(a.Len())
		if a.IsPeriodic() {
			xd = lo + math.Mod(xd-lo, hi-lo)
			if xd < lo {
				xd += hi - lo
			}
		}
		if !(lo <= xd && xd <= hi) {
			return s, false
		}
		s[d] = hermite(a, xd)
	}
	return s, true
}

// hermite returns the stencil at x on an axis: the cubic between the centers
// left and right of x, with slopes by parabolas.
func hermite(a freeenergy.Axis, x float64) stencil {
	n := a.Len()
	left := sort.Search(n, func(i int) bool { return a.Center(i) > x }) - 1
	first := left - 1
	if !a.IsPeriodic() {
		left = min(max(left, 0), n-2)
		first = min(max(left-1, 0), max(n-4, 0))
	}
	var s stencil
	var at [4]float64 // centers, unwrapped
	for k := range s.place {
		s.place[k], at[k] = unwrapped(a, first+k)
	}
	i := left - first
	h := at[i+1] - at[i]
	u := (x - at[i]) / h
	s.add(i, 1-u*u*(3-2*u), -6*u*(1-u)/h)
	s.add(i+1, u*u*(3-2*u), 6*u*(1-u)/h)
	s.addSlope(at, i, a, first, h*u*(1-u)*(1-u), (1-u)*(1-3*u))
	s.addSlope(at, i+1, a, first, -h*u*u*(1-u), u*(3*u-2))
	return s
}

// unwrapped returns the place of cell i, which may lie beyond the ends of a
// periodic axis, and its center there.
func unwrapped(a freeenergy.Axis, i int) (place int, center float64) {
	n := a.Len()
	if !a.IsPeriodic() {
		// With three cells the fourth place repeats the last, with weight 0.
		if i >= n {
			return n - 1, a.Center(n-1) + a.Width(n-1)
		}
		return i, a.Center(i)
	}
	turn := a.Edge(n) - a.Edge(0)
	turns := 0
	for i < 0 {
		i, turns = i+n, turns-1
	}
	for i >= n {
		i, turns = i-n, turns+1
	}
	return i, a.Center(i) + float64(turns)*turn
}

func (s *stencil) add(k int, value, slope float64) {
	s.value[k] += value
	s.slope[k] += slope
}

// addSlope adds value and slope times the derivative at node k of the parabola
// through k and its neighbours; at the first and last cell of an axis with
// ends, through the three outermost.
func (s *stencil) addSlope(at [4]float64, k int, a freeenergy.Axis, first int, value, slope float64) {
	mid := k
	if !a.IsPeriodic() {
		mid = min(max(first+k, 1), a.Len()-2) - first
	}
	l, m, r := at[mid-1], at[mid], at[mid+1]
	x := at[k]
	for j, w := range [3]float64{
		(2*x - m - r) / ((l - m) * (l - r)),
		(2*x - l - r) / ((m - l) * (m - r)),
		(2*x - l - m) / ((r - l) * (r - m)),
	} {
		s.add(mid-1+j, value*w, slope*w)
	}
}
