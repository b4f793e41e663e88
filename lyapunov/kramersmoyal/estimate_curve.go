package kramersmoyal

import (
	"fmt"
	"math"

	"hopflow/lyapunov/freeenergy"
)

// A Curve is a function of the state with standard errors, known at the centers
// of some cells of a grid. On the line it can be drawn as an XYer with a
// YErrorer of gonum/plot, in the plane as a GridXYZ.
type Curve struct {
	Grid   *freeenergy.Grid
	Cells  []int // ascending
	Value  []float64
	StdErr []float64 // nil where it is not known; YError, Band and Worst panic then
}

// Len returns the number of cells.
func (c *Curve) Len() int { return len(c.Cells) }

// Place returns the center of the i-th of Cells.
func (c *Curve) Place(i int) []float64 {
	x := make([]float64, c.Grid.Dim())
	c.Grid.Center(x, c.Cells[i])
	return x
}

// XY returns center and value of the i-th of Cells of a curve on the line.
func (c *Curve) XY(i int) (x, y float64) {
	c.onLine()
	return c.Grid.Axis(0).Center(c.Cells[i]), c.Value[i]
}

// YError returns the standard error of the i-th of Cells twice, as the widths of
// a bar down and up.
func (c *Curve) YError(i int) (low, high float64) { return c.StdErr[i], c.StdErr[i] }

// Band returns the value less and plus z standard errors at each of Cells.
func (c *Curve) Band(z float64) (low, high []float64) {
	low, high = make([]float64, c.Len()), make([]float64, c.Len())
	for i, v := range c.Value {
		low[i], high[i] = v-z*c.StdErr[i], v+z*c.StdErr[i]
	}
	return low, high
}

// At returns value and standard error in the cell that x lies in; ok is false if
// there is none, or it has no estimate. A standard error that is not known is
// NaN.
func (c *Curve) At(x ...float64) (value, stderr float64, ok bool) {
	if len(x) != c.Grid.Dim() {
		panic("kramersmoyal: length mismatch")
	}
	cell, stride := 0, 1
	for a, v := range x {
		axis := c.Grid.Axis(a)
		i := int(math.Floor((v - axis.Edge(0)) / axis.Width(0)))
		if i < 0 || i >= axis.Len() {
			return math.NaN(), math.NaN(), false
		}
		cell += i * stride
		stride *= axis.Len()
	}
	i := c.find(cell)
	switch {
	case i < 0:
		return math.NaN(), math.NaN(), false
	case c.StdErr == nil:
		return c.Value[i], math.NaN(), true
	}
	return c.Value[i], c.StdErr[i], true
}

// Worst compares with the truth: it returns the largest |value - truth|/StdErr,
// signed as value - truth is, and where that is. Of n independent values from a
// Gaussian, one in 1/(n Erfc(z/√2)) gives more than z.
//
// Values with a standard error of 0, such as an energy at its reference, are left
// out.
func (c *Curve) Worst(truth func(x []float64) float64) (z float64, at []float64) {
	for i, v := range c.Value {
		if c.StdErr[i] == 0 {
			continue
		}
		x := c.Place(i)
		if s := (v - truth(x)) / c.StdErr[i]; math.Abs(s) > math.Abs(z) || at == nil || s != s {
			z, at = s, x
		}
	}
	return z, at
}

// Within returns the part of the curve with lo[a] <= x[a] <= hi[a] for all
// coordinates.
func (c *Curve) Within(lo, hi []float64) *Curve {
	if len(lo) != c.Grid.Dim() || len(hi) != c.Grid.Dim() {
		panic("kramersmoyal: length mismatch")
	}
	part := &Curve{Grid: c.Grid}
next:
	for i, cell := range c.Cells {
		for a, v := range c.Place(i) {
			if v < lo[a] || v > hi[a] {
				continue next
			}
		}
		part.Cells = append(part.Cells, cell)
		part.Value = append(part.Value, c.Value[i])
		if c.StdErr != nil {
			part.StdErr = append(part.StdErr, c.StdErr[i])
		}
	}
	return part
}

// Dims returns the numbers of columns (x) and rows (y) of the grid in the plane.
func (c *Curve) Dims() (columns, rows int) {
	c.inPlane()
	return c.Grid.Axis(0).Len(), c.Grid.Axis(1).Len()
}

// X returns the center of a column.
func (c *Curve) X(column int) float64 { return c.Grid.Axis(0).Center(column) }

// Y returns the center of a row.
func (c *Curve) Y(row int) float64 { c.inPlane(); return c.Grid.Axis(1).Center(row) }

// Z returns the value in a column and row, NaN in a cell without an estimate.
func (c *Curve) Z(column, row int) float64 {
	c.inPlane()
	if i := c.find(c.Grid.Index(column, row)); i >= 0 {
		return c.Value[i]
	}
	return math.NaN()
}

// find returns the place of a cell among Cells, -1 if it is not there.
func (c *Curve) find(cell int) int {
	lo, hi := 0, len(c.Cells)
	for lo < hi {
		if mid := (lo + hi) / 2; c.Cells[mid] < cell {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(c.Cells) && c.Cells[lo] == cell {
		return lo
	}
	return -1
}

func (c *Curve) onLine()  { c.wants(1) }
func (c *Curve) inPlane() { c.wants(2) }

func (c *Curve) wants(dim int) {
	if c.Grid.Dim() != dim {
		panic(fmt.Sprintf("kramersmoyal: a curve in %d dimensions drawn as one in %d", c.Grid.Dim(), dim))
	}
}
