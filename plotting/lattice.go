package plotting

import (
	"fmt"
	"math"
)

// A GridXYZ is a table of values over a rectangular lattice: Dims columns and
// rows, X of a column and Y of a row, both increasing, Z of a node. It is
// gonum/plot's interface of that name.
type GridXYZ interface {
	// Dims returns the number of columns and of rows.
	Dims() (c, r int)
	// Z returns the value at column c, row r.
	Z(c, r int) float64
	// X returns where column c stands.
	X(c int) float64
	// Y returns where row r stands.
	Y(r int) float64
}

// A lattice has nx by ny nodes, equally spaced, x fastest.
type lattice struct {
	x0, x1, y0, y1 float64
	nx, ny         int
	z              []float64
}

// GridFunc evaluates f at nx by ny equally spaced nodes of the rectangle from
// (x0, y0) to (x1, y1), borders included. It panics if nx or ny is below 2 or
// a side does not increase.
func GridFunc(f func(x, y float64) float64, x0, x1 float64, nx int, y0, y1 float64, ny int) GridXYZ {
	g := newLattice(x0, x1, nx, y0, y1, ny)
	g.z = make([]float64, nx*ny)
	for r := range ny {
		for c := range nx {
			g.z[r*nx+c] = f(g.X(c), g.Y(r))
		}
	}
	return g
}

// GridValues is a grid of given values, row-major with x fastest, over nx by
// ny equally spaced nodes of the rectangle from (x0, y0) to (x1, y1), borders
// included. It panics if there are not nx*ny values, and as GridFunc does.
func GridValues(z []float64, x0, x1 float64, nx int, y0, y1 float64, ny int) GridXYZ {
	g := newLattice(x0, x1, nx, y0, y1, ny)
	mustMatch(len(z), nx*ny)
	g.z = z
	return g
}

func newLattice(x0, x1 float64, nx int, y0, y1 float64, ny int) *lattice {
	if nx < 2 || ny < 2 {
		panic("plotting: a grid needs 2 nodes or more along each side")
	}
	if !(x0 < x1) || !(y0 < y1) {
		panic("plotting: the sides of a grid must increase")
	}
	return &lattice{x0: x0, x1: x1, y0: y0, y1: y1, nx: nx, ny: ny}
}

func (g *lattice) Dims() (c, r int)   { return g.nx, g.ny }
func (g *lattice) Z(c, r int) float64 { return g.z[r*g.nx+c] }
func (g *lattice) X(c int) float64    { return between(g.x0, g.x1, c, g.nx) }
func (g *lattice) Y(r int) float64    { return between(g.y0, g.y1, r, g.ny) }

// between is node i of n from a to b; the last one is b itself.
func between(a, b float64, i, n int) float64 {
	if i == n-1 {
		return b
	}
	return a + (b-a)*float64(i)/float64(n-1)
}

// A table is a copied GridXYZ, so that what is drawn is what was handed over.
type table struct {
	x, y []float64
	z    []float64 // x fastest
}

func copyGrid(g GridXYZ) *table {
	nc, nr := g.Dims()
	t := &table{x: make([]float64, nc), y: make([]float64, nr), z: make([]float64, nc*nr)}
	for c := range t.x {
		t.x[c] = g.X(c)
	}
	for r := range t.y {
		t.y[r] = g.Y(r)
		for c := range t.x {
			t.z[r*nc+c] = g.Z(c, r)
		}
	}
	return t
}

func (t *table) Dims() (c, r int)   { return len(t.x), len(t.y) }
func (t *table) Z(c, r int) float64 { return t.z[r*len(t.x)+c] }
func (t *table) X(c int) float64    { return t.x[c] }
func (t *table) Y(r int) float64    { return t.y[r] }

// checkGrid names the first value of a grid that cannot be drawn.
func checkGrid(what string, g *table, gaps bool) error {
	nc, nr := g.Dims()
	if nc < 2 || nr < 2 {
		return fmt.Errorf("plotting: %s: the grid has %d x %d nodes, and 2 x 2 are needed", what, nc, nr)
	}
	for c := 1; c < nc; c++ {
		if !(g.X(c-1) < g.X(c)) || math.IsInf(g.X(c)-g.X(c-1), 0) {
			return fmt.Errorf("plotting: %s: X does not increase by a finite step at column %d", what, c)
		}
	}
	for r := 1; r < nr; r++ {
		if !(g.Y(r-1) < g.Y(r)) || math.IsInf(g.Y(r)-g.Y(r-1), 0) {
			return fmt.Errorf("plotting: %s: Y does not increase by a finite step at row %d", what, r)
		}
	}
	return checkValues(what, g, gaps)
}

func checkValues(what string, g *table, gaps bool) error {
	nc, nr := g.Dims()
	finite := false
	for r := range nr {
		for c := range nc {
			z := g.Z(c, r)
			if math.IsInf(z, 0) || math.IsNaN(z) && !gaps {
				return fmt.Errorf("plotting: %s: the value at column %d, row %d (%g, %g) is %s", what, c, r, g.X(c), g.Y(r), badValue(z, false))
			}
			finite = finite || !math.IsNaN(z)
		}
	}
	if !finite {
		return fmt.Errorf("plotting: %s is nothing but gaps", what)
	}
	return nil
}

func gridExtent(g *table) extent {
	nc, nr := g.Dims()
	return extent{x0: g.X(0), x1: g.X(nc - 1), y0: g.Y(0), y1: g.Y(nr - 1)}
}

// gridLimits are the least and the greatest value, NaN left aside.
func gridLimits(g *table) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	nc, nr := g.Dims()
	for r := range nr {
		for c := range nc {
			if z := g.Z(c, r); !math.IsNaN(z) {
				lo, hi = min(lo, z), max(hi, z)
			}
		}
	}
	return lo, hi
}
