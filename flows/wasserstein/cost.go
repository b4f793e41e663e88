package wasserstein

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
)

// A Cost is the price of carrying a unit of mass from x to y: in this package
// d²(x, y), the full square, without the factor 1/2 that (54) of [HF] puts
// before it.
//
// NaN stands for a price that does not exist, such as that of a point outside
// the manifold; what takes a Cost makes an error of it.
type Cost interface {
	// Between returns the cost from x to y.
	Between(x, y []float64) float64
}

// A CostFunc is a Cost given as a function.
type CostFunc func(x, y []float64) float64

// Between returns f(x, y).
func (f CostFunc) Between(x, y []float64) float64 { return f(x, y) }

// A flat is ‖θ(x) - θ(y)‖² in a flat chart, or of the coordinates themselves
// where there is none.
type flat struct{ chart geometry.Chart }

// SquaredDistance returns the cost d_G²(x, y) of a metric with a flat chart, in
// which it is the squared Euclidean distance: for the tanh metric
//
//	d_G² = Σ_i (arcsin √x_i - arcsin √y_i)²/β_i,
//
// [HF] (30), corrected (erratum HF-30). CostMatrix takes the arcsines once a
// point.
func SquaredDistance(chart geometry.Chart) Cost {
	if chart == nil {
		panic("wasserstein: a squared distance needs a chart; SquaredEuclidean needs none")
	}
	return flat{chart}
}

// SquaredEuclidean returns the cost ‖x - y‖².
func SquaredEuclidean() Cost { return flat{} }

// SquaredOf returns the cost d²(x, y) of any distance, such as the Distance
// method of a curved manifold, or a function that shoots geodesics with
// geometry.Log:
//
//	wasserstein.SquaredOf(geometry.NewSphere(1).Distance)
func SquaredOf(distance func(x, y []float64) float64) Cost {
	return CostFunc(func(x, y []float64) float64 {
		d := distance(x, y)
		return d * d
	})
}

// Dim returns the dimension of the chart, 0 for any.
func (c flat) Dim() int {
	if c.chart == nil {
		return 0
	}
	return c.chart.Dim()
}

// Between returns d²(x, y). It panics if the lengths differ.
func (c flat) Between(x, y []float64) float64 {
	if d, ok := c.chart.(*geometry.Tanh); ok { // keeps the digits of close points
		r := d.Distance(x, y)
		return r * r
	}
	if len(x) != len(y) {
		panic(fmt.Sprintf("wasserstein: length mismatch: points of %d and %d coordinates", len(x), len(y)))
	}
	a, b := make([]float64, len(x)), make([]float64, len(y))
	c.theta(a, x)
	c.theta(b, y)
	return squared(a, b)
}

func (c flat) theta(dst, x []float64) {
	if c.chart == nil {
		copy(dst, x)
		return
	}
	c.chart.Theta(dst, x)
}

// thetas returns the flat coordinates of all points, a row a point.
func (c flat) thetas(m *Measure) *mat.Dense {
	if c.chart == nil {
		return m.X
	}
	out := mat.NewDense(m.Len(), m.Dim(), nil)
	for i := range m.Len() {
		c.chart.Theta(out.RawRowView(i), m.Point(i))
	}
	return out
}

// fill stores the costs of all pairs in dst.
func (c flat) fill(dst *mat.Dense, a, b *Measure) {
	x, y := c.thetas(a), c.thetas(b)
	for i := range a.Len() {
		p, row := x.RawRowView(i), dst.RawRowView(i)
		for j := range row {
			row[j] = squared(p, y.RawRowView(j))
		}
	}
}

func squared(x, y []float64) (s float64) {
	y = y[:len(x)]
	for i, v := range x {
		d := v - y[i]
		s += d * d
	}
	return s
}

// CostMatrix returns the matrix C_ij = c(x_i, y_j) of the costs between the
// points of two measures. Entries are NaN where a cost does not exist:
// CheckCosts names the first. It panics if the points differ in dimension.
func CostMatrix(c Cost, a, b *Measure) *mat.Dense {
	if err := matching(c, a, b); err != nil {
		panic(err.Error())
	}
	out := mat.NewDense(a.Len(), b.Len(), nil)
	if f, ok := c.(interface {
		fill(dst *mat.Dense, a, b *Measure)
	}); ok {
		f.fill(out, a, b)
		return out
	}
	for i := range a.Len() {
		x, row := a.Point(i), out.RawRowView(i)
		for j := range row {
			row[j] = c.Between(x, b.Point(j))
		}
	}
	return out
}

// checkPairs returns an error if there are more pairs of points than fit.
func checkPairs(rows, columns int, most int64) error {
	if int64(rows)*int64(columns) > most {
		return &CostError{Reason: ErrSize, Row: rows, Column: columns}
	}
	return nil
}

// matching returns an error unless the points of both measures have the
// dimension that the cost takes.
func matching(c Cost, a, b *Measure) error {
	if a.Dim() != b.Dim() {
		return &CostError{Reason: ErrDimension, Row: a.Dim(), Column: b.Dim()}
	}
	if d, ok := c.(interface{ Dim() int }); ok && d.Dim() != 0 && d.Dim() != a.Dim() {
		return &CostError{Reason: ErrDimension, Row: a.Dim(), Column: d.Dim()}
	}
	return nil
}

// CheckCosts returns an error unless all entries of a matrix of costs are
// finite and none is negative. The error is a *CostError, which names the first
// entry to blame.
func CheckCosts(c mat.Matrix) error {
	if c == nil {
		return &CostError{Reason: ErrEmpty}
	}
	rows, columns := c.Dims()
	if rows == 0 || columns == 0 {
		return &CostError{Reason: ErrEmpty}
	}
	d, dense := c.(*mat.Dense)
	for i := range rows {
		for j := range columns {
			var v float64
			if dense {
				v = d.RawRowView(i)[j]
			} else {
				v = c.At(i, j)
			}
			if !(v >= 0) || math.IsInf(v, 0) {
				return &CostError{Reason: ErrCost, Row: i, Column: j, Value: v}
			}
		}
	}
	return nil
}
