package wasserstein

import (
	"gonum.org/v1/gonum/mat"
)

// A Table is a cost given as a matrix, such as the squared geodesic distances
// of a graph or of a manifold, computed elsewhere. Its points are the labels 0,
// 1, 2 and so on, as Labels makes them.
type Table struct{ c *mat.Dense }

// NewTable returns the cost with c(i, j) = c[i, j], of which it keeps a copy.
// It is an error if an entry is not finite, or negative.
func NewTable(c mat.Matrix) (*Table, error) {
	if err := CheckCosts(c); err != nil {
		return nil, err
	}
	return &Table{mat.DenseCopyOf(c)}, nil
}

// Dim returns 1: a point is one label.
func (t *Table) Dim() int { return 1 }

// Between returns the entry at row x and column y. It panics unless both are
// labels of the table.
func (t *Table) Between(x, y []float64) float64 {
	i, j := int(x[0]), int(y[0])
	if float64(i) != x[0] || float64(j) != y[0] {
		panic("wasserstein: the points of a Table are its labels: make the measures with Labels")
	}
	return t.c.At(i, j)
}

// Labels returns the measure with weight w[i] at label i: on the rows or the
// columns of a Table. It is an error if the weights do not make a measure.
func Labels(w []float64) (*Measure, error) {
	if len(w) == 0 {
		return nil, &MeasureError{Reason: ErrEmpty, Index: -1}
	}
	x := mat.NewDense(len(w), 1, nil)
	for i := range w {
		x.Set(i, 0, float64(i))
	}
	return NewMeasure(x, w)
}
