package freeenergy

import (
	"fmt"
	"math"
)

// massTolerance is how far from 1 the mass of a density may be.
const massTolerance = 1e-8

// A Density has one value for each cell, the density with respect to dx. Its
// mass Σ P_i Volume(i) is 1.
//
// In two dimensions a Density can be drawn as a GridXYZ of gonum/plot, in one as
// an XYer.
type Density struct {
	Grid *Grid
	P    []float64
}

// NewDensity returns the density with the values of f at the centers. The error
// names what breaks Check; it says so, and does not rescale, if the sum over
// the cells is not 1 within 1e-8.
func NewDensity(g *Grid, f func(x []float64) float64) (*Density, error) {
	d := &Density{Grid: g, P: g.Sample(f)}
	if err := d.Check(); err != nil {
		return nil, err
	}
	return d, nil
}

// Normalized returns the density proportional to the values of f at the
// centers. It is an error if one of them is negative or not finite, or all are
// zero.
func Normalized(g *Grid, f func(x []float64) float64) (*Density, error) {
	d := &Density{Grid: g, P: g.Sample(f)}
	if err := d.checkEntries(); err != nil {
		return nil, err
	}
	if err := d.rescale(); err != nil {
		return nil, err
	}
	return d, nil
}

// rescale divides by the mass, in two steps, so that no sum overflows.
func (d *Density) rescale() error {
	var top float64
	for _, p := range d.P {
		top = math.Max(top, p)
	}
	if top == 0 {
		return fmt.Errorf("freeenergy: the function is 0 at all %d centers: give one that is positive somewhere, or a finer grid", len(d.P))
	}
	for i := range d.P {
		d.P[i] /= top
	}
	m := d.Mass()
	for i := range d.P {
		d.P[i] /= m
	}
	return nil
}

// Uniformly returns the density that is the same everywhere on the grid.
func Uniformly(g *Grid) *Density {
	d := &Density{Grid: g, P: make([]float64, g.Len())}
	volume := 1.0
	for _, a := range g.axes {
		volume *= a.Edge(a.Len()) - a.Edge(0)
	}
	for i := range d.P {
		d.P[i] = 1 / volume
	}
	return d
}

// Clone returns a density of its own on the same grid.
func (d *Density) Clone() *Density {
	return &Density{Grid: d.Grid, P: append([]float64(nil), d.P...)}
}

// Mass returns Σ P_i Volume(i), 1 but for rounding.
func (d *Density) Mass() float64 {
	return d.sum(func(i int) float64 { return d.P[i] })
}

// Mean returns the expectation of f, its values taken at the centers. A cell of
// density 0 adds 0 whatever f is there.
func (d *Density) Mean(f func(x []float64) float64) float64 {
	x := make([]float64, d.Grid.Dim())
	return d.sum(func(i int) float64 {
		if d.P[i] == 0 {
			return 0
		}
		d.Grid.Center(x, i)
		return d.P[i] * f(x)
	})
}

// Min returns the least value.
func (d *Density) Min() float64 {
	least := math.Inf(1)
	for _, p := range d.P {
		least = math.Min(least, p)
	}
	return least
}

// Check returns an error that names the first cell with a negative value or one
// that is not finite, or the mass if it is not 1 within 1e-8. It panics if
// there is not one value for each cell.
func (d *Density) Check() error {
	if err := d.checkEntries(); err != nil {
		return err
	}
	if m := d.Mass(); !(math.Abs(m-1) <= massTolerance) {
		return fmt.Errorf("freeenergy: mass %.10g on a grid of %d cells, want 1 within %g: use Normalized, or a wider or finer grid", m, d.Grid.Len(), massTolerance)
	}
	return nil
}

func (d *Density) checkEntries() error {
	if len(d.P) != d.Grid.Len() {
		panic("freeenergy: length mismatch")
	}
	for i, p := range d.P {
		if !(p >= 0) || math.IsInf(p, 1) {
			return fmt.Errorf("freeenergy: density %v in %s: a density is finite and at least 0; look for the step or formula that made it so, it is not clipped here", p, d.Grid.where(i))
		}
	}
	return nil
}

// Marginal returns the density of coordinate axis alone: the sum over the
// others.
func (d *Density) Marginal(axis int) *Density {
	g := d.Grid
	m := &Density{Grid: NewGrid(g.axes[axis]), P: make([]float64, g.axes[axis].Len())}
	for i, p := range d.P {
		k := g.place(axis, i)
		m.P[k] += p * g.Volume(i)
	}
	for k := range m.P {
		m.P[k] /= g.axes[axis].Width(k)
	}
	return m
}

// sum returns Σ term(i) Volume(i) with compensation, so that sums over a
// million cells keep their digits.
func (d *Density) sum(term func(i int) float64) float64 { return d.Grid.sum(term) }

func (g *Grid) sum(term func(i int) float64) float64 {
	var s, lost float64
	for i := range g.cells {
		y := term(i) * g.Volume(i)
		t := s + y
		if math.Abs(s) >= math.Abs(y) { // Neumaier
			lost += (s - t) + y
		} else {
			lost += (y - t) + s
		}
		s = t
	}
	if math.IsInf(s, 0) || math.IsNaN(s) {
		return s // the compensation of an infinite sum is NaN
	}
	return s + lost
}

// Len returns the number of cells of a density in one dimension.
func (d *Density) Len() int {
	d.want(1)
	return d.Grid.Len()
}

// XY returns center and value of cell i of a density in one dimension.
func (d *Density) XY(i int) (x, y float64) {
	d.want(1)
	return d.Grid.axes[0].Center(i), d.P[i]
}

// Dims returns the numbers of columns (x) and rows (y) of a density in two
// dimensions.
func (d *Density) Dims() (c, r int) {
	d.want(2)
	return d.Grid.axes[0].Len(), d.Grid.axes[1].Len()
}

// Z returns the value in column c and row r of a density in two dimensions.
func (d *Density) Z(c, r int) float64 {
	d.want(2)
	return d.P[d.Grid.Index(c, r)]
}

// X returns the center of column c.
func (d *Density) X(c int) float64 { return d.Grid.axes[0].Center(c) }

// Y returns the center of row r of a density in two dimensions.
func (d *Density) Y(r int) float64 {
	d.want(2)
	return d.Grid.axes[1].Center(r)
}

func (d *Density) want(dim int) {
	if d.Grid.Dim() != dim {
		panic(fmt.Sprintf("freeenergy: a density in %d dimensions drawn as one in %d: take a Marginal", d.Grid.Dim(), dim))
	}
}
