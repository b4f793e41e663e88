package freeenergy

import "fmt"

// mostCells bounds a grid: 2^27 cells are one gigabyte a density.
const mostCells = 1 << 27

// A Grid is a product of one to three axes. Its cells are numbered row-major,
// the first axis (x) fastest.
type Grid struct {
	axes   []Axis
	stride []int // stride[d] = distance in cell numbers of neighbours along axis d
	cells  int
}

// NewGrid returns the product of the axes. It panics unless there are one to
// three, made by Uniform, Periodic or Edges, with at most 2^27 cells in all.
func NewGrid(axes ...Axis) *Grid {
	if len(axes) < 1 || len(axes) > 3 {
		panic(fmt.Sprintf("freeenergy: a grid of %d axes, want 1 to 3", len(axes)))
	}
	g := &Grid{axes: append([]Axis(nil), axes...), stride: make([]int, len(axes)), cells: 1}
	for d, a := range axes {
		if len(a.edges) < 2 {
			panic(fmt.Sprintf("freeenergy: axis %d is the zero Axis", d))
		}
		g.stride[d] = g.cells
		if a.Len() > mostCells/g.cells {
			panic(fmt.Sprintf("freeenergy: a grid of more than %d cells: take fewer cells an axis", mostCells))
		}
		g.cells *= a.Len()
	}
	return g
}

// Dim returns the number of axes.
func (g *Grid) Dim() int { return len(g.axes) }

// Len returns the number of cells.
func (g *Grid) Len() int { return g.cells }

// Axis returns axis d, counted from 0.
func (g *Grid) Axis(d int) Axis { return g.axes[d] }

// Index returns the number of the cell with the given place on each axis. It
// panics on a wrong number of places or one outside its axis.
func (g *Grid) Index(ix ...int) int {
	if len(ix) != len(g.axes) {
		panic("freeenergy: length mismatch")
	}
	cell := 0
	for d, i := range ix {
		if i < 0 || i >= g.axes[d].Len() {
			panic(fmt.Sprintf("freeenergy: place %d on axis %d, which has %d cells", i, d, g.axes[d].Len()))
		}
		cell += i * g.stride[d]
	}
	return cell
}

// Coords stores the place of the cell on each axis in dst.
func (g *Grid) Coords(dst []int, cell int) {
	if len(dst) != len(g.axes) {
		panic("freeenergy: length mismatch")
	}
	for d := range dst {
		dst[d] = g.place(d, cell)
	}
}

// place returns the place of the cell on axis d.
func (g *Grid) place(d, cell int) int { return cell / g.stride[d] % g.axes[d].Len() }

// Center stores the middle of the cell in dst.
func (g *Grid) Center(dst []float64, cell int) {
	if len(dst) != len(g.axes) {
		panic("freeenergy: length mismatch")
	}
	for d, a := range g.axes {
		dst[d] = a.Center(g.place(d, cell))
	}
}

// Volume returns the length, area or volume of the cell.
func (g *Grid) Volume(cell int) float64 {
	v := 1.0
	for d, a := range g.axes {
		v *= a.Width(g.place(d, cell))
	}
	return v
}

// Sample returns f at the centers of the cells.
func (g *Grid) Sample(f func(x []float64) float64) []float64 {
	values, x := make([]float64, g.cells), make([]float64, g.Dim())
	for cell := range values {
		g.Center(x, cell)
		values[cell] = f(x)
	}
	return values
}

// Equal reports whether two grids have the same cells.
func (g *Grid) Equal(h *Grid) bool {
	if g == h {
		return true
	}
	if g.Dim() != h.Dim() {
		return false
	}
	for d, a := range g.axes {
		if !a.equal(h.axes[d]) {
			return false
		}
	}
	return true
}

// where describes a cell for an error text.
func (g *Grid) where(cell int) string {
	x := make([]float64, g.Dim())
	g.Center(x, cell)
	return fmt.Sprintf("cell %d, center %.6g", cell, x)
}
