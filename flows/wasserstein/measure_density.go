package wasserstein

import (
	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/freeenergy"
)

// OfDensity returns the measure with the mass of each cell of a density, its
// value times the cell's volume, at the cell's centre. Cells without mass are
// left out, and the masses divided by their sum, which Density.Check has found
// to be 1 within 1e-8. It is an error if that fails.
func OfDensity(q *freeenergy.Density) (*Measure, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	g := q.Grid
	x, w := mat.NewDense(g.Len(), g.Dim(), nil), make([]float64, g.Len())
	for i := range w {
		g.Center(x.RawRowView(i), i)
		w[i] = q.P[i] * g.Volume(i)
	}
	return Normalized(x, w)
}
