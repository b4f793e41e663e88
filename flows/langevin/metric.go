package langevin

import (
	"math"

	"hopflow/flows/geometry"
	"hopflow/lyapunov"
)

// InverseMetric returns the Mobility K = G⁻¹ of a metric. With it alone the
// Gibbs density is with respect to dx, as [HF] (39); with LogVolume set to
// MetricVolume it is with respect to the Riemannian volume, [HF] (53).
//
// The tanh metric has its divergence in closed form, other diagonal metrics
// have it from their Christoffel symbols, (1/g)' = -2Γ/g; any other metric
// takes it by differences, which need 2e-3 of |x| or 2e-4 of room.
func InverseMetric(g geometry.Metric) lyapunov.Mobility {
	switch g := g.(type) {
	case *geometry.Tanh:
		gain := make([]float64, g.Dim())
		for i := range gain {
			gain[i] = g.Gain(i)
		}
		return newCube(gain)
	case geometry.Diagonal:
		return NewDiagonal(g.Dim(),
			func(i int, xi float64) float64 { return 1 / g.Entry(i, xi) },
			func(i int, xi float64) float64 { return -2 * g.Symbol(i, xi) / g.Entry(i, xi) })
	}
	n := g.Dim()
	return NewVariable(n, func(k, x []float64) { sharpMatrix(k, g.Sharp, x) }, nil)
}

// MetricVolume returns ln √det G, the logarithm of the Riemannian volume, as
// Dynamics.LogVolume takes it; NaN where det G is not positive.
func MetricVolume(g geometry.Metric) func(x []float64) float64 {
	n := g.Dim()
	return func(x []float64) float64 {
		e := newEigen(n)
		k := make([]float64, n*n)
		sharpMatrix(k, g.Sharp, x)
		e.decompose(k)
		var logDet float64
		for _, l := range e.value {
			logDet += math.Log(l)
		}
		return -logDet / 2
	}
}
