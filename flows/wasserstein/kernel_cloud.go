package wasserstein

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
)

// A source makes the costs C_ij of row i.
type source interface{ row(dst []float64, i int) }

type matrixRows struct{ c *mat.Dense }

func (m matrixRows) row(dst []float64, i int) { copy(dst, m.c.RawRowView(i)) }

// cloudRows are the squared distances of two clouds in flat coordinates.
type cloudRows struct{ x, y *mat.Dense }

func (c *cloudRows) row(dst []float64, i int) {
	p, y := c.x.RawRowView(i), c.y.RawMatrix()
	if len(p) == 2 && y.Stride == 2 {
		p0, p1, q := p[0], p[1], y.Data
		for j := range dst {
			d0, d1 := p0-q[2*j], p1-q[2*j+1]
			dst[j] = d0*d0 + d1*d1
		}
		return
	}
	for j := range dst {
		dst[j] = squared(p, y.Data[j*y.Stride:j*y.Stride+len(p)])
	}
}

// checkClouds returns an error unless both clouds have points, and as many
// coordinates as the chart.
func checkClouds(chart geometry.Chart, xs, ys *mat.Dense) error {
	if xs == nil || ys == nil || xs.IsEmpty() || ys.IsEmpty() {
		return &MeasureError{Reason: ErrEmpty, Index: -1}
	}
	_, p := xs.Dims()
	_, q := ys.Dims()
	if p != q {
		return &CostError{Reason: ErrDimension, Row: p, Column: q}
	}
	if chart != nil && chart.Dim() != p {
		return &CostError{Reason: ErrDimension, Row: p, Column: chart.Dim()}
	}
	return nil
}

// flatten stores the flat coordinates of all points in dst. It is an error if
// one has none that is finite; source says whether the points are those of the
// rows.
func flatten(dst *mat.Dense, chart geometry.Chart, xs *mat.Dense, source bool) error {
	rows, dim := xs.Dims()
	if r, c := dst.Dims(); r != rows || c != dim {
		panic("wasserstein: length mismatch: a kernel moves to clouds of its own size")
	}
	for i := range rows {
		theta := dst.RawRowView(i)
		if chart == nil {
			copy(theta, xs.RawRowView(i))
		} else {
			chart.Theta(theta, xs.RawRowView(i))
		}
		for _, t := range theta {
			if math.IsNaN(t) || math.IsInf(t, 0) {
				e := &CostError{Reason: ErrCost, Row: i, Column: 0, Value: t}
				if !source {
					e.Row, e.Column = 0, i
				}
				return e
			}
		}
	}
	return nil
}
