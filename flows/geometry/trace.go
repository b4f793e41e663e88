package geometry

import (
	"math"

	"hopflow/flows"
)

// Trace returns n+1 points of a path at equal distances in t from 0 to 1, to be
// drawn. It panics unless n is positive.
func Trace(p Path, n int) *flows.Trajectory {
	if n < 1 {
		panic("geometry: a trace needs at least one interval")
	}
	tr, x := new(flows.Trajectory), make([]float64, p.Dim())
	for k := range n + 1 {
		t := float64(k) / float64(n)
		p.At(x, t)
		tr.Append(flows.State{T: t, X: x})
	}
	return tr
}

// InTheta returns a path in the coordinates of a flat chart, in which a
// geodesic is a straight line.
func InTheta(c Chart, p Path) Path { return inTheta{p, c} }

type inTheta struct {
	Path
	chart Chart
}

func (p inTheta) At(dst []float64, t float64) {
	p.Path.At(dst, t)
	p.chart.Theta(dst, dst)
}

// Speed returns the length √(γ'ᵀ G(γ) γ') of a curve's velocity at t, which a
// geodesic keeps.
func Speed(m Metric, c Curve, t float64) float64 {
	x, v := make([]float64, c.Dim()), make([]float64, c.Dim())
	c.At(x, t)
	c.Velocity(v, t)
	return Norm(m, x, v)
}

// Angle returns the angle between the vectors u and v at x, in [0, π].
func Angle(m Metric, x, u, v []float64) float64 {
	return math.Acos(math.Max(-1, math.Min(1, Inner(m, x, u, v)/(Norm(m, x, u)*Norm(m, x, v)))))
}
