package geometry

import (
	"fmt"
	"math"
)

// slopeAt returns dx_i/dθ_i = 1/√g_ii at the flat coordinate theta of a point:
// from θ itself where the chart can, since x has no digits left for it near 1.
func slopeAt(c FlatDiagonal, i int, theta, xi float64) float64 {
	if s, ok := c.(interface {
		slope(i int, theta float64) float64
	}); ok {
		return s.slope(i, theta)
	}
	return 1 / math.Sqrt(c.Entry(i, xi))
}

func (m *Tanh) slope(i int, theta float64) float64 {
	return math.Sin(2*theta/m.root[i]) / m.root[i]
}

func (m *Separable) slope(i int, theta float64) float64 {
	a := m.act[i]
	return math.Sqrt(a.Deriv(arc{a}.hidden(theta)))
}

// ChartExp returns the end γ(1) and the end velocity of the geodesic that
// starts at x with velocity v, as a straight line in the flat chart, θ + √g v:
// Exp without an equation to solve. It is an error if x is not an interior
// point or the line leaves the box.
func ChartExp(c FlatDiagonal, x, v []float64) (y, w []float64, err error) {
	n := c.Dim()
	lengths(n, x, v)
	if err := interior(c, "x", x); err != nil {
		return nil, nil, err
	}
	turn := make([]float64, n)
	y, w = make([]float64, n), make([]float64, n)
	c.Theta(y, x)
	for i := range n {
		turn[i] = v[i] * math.Sqrt(c.Entry(i, x[i]))
		y[i] += turn[i]
		if lo, hi := c.Box(i); !(lo <= y[i] && y[i] <= hi) {
			return nil, nil, leaves(x, v, fmt.Errorf("θ_%d comes to %.9g, outside [%.9g, %.9g]", i, y[i], lo, hi))
		}
	}
	c.State(y, y)
	for i := range n {
		w[i] = turn[i] / math.Sqrt(c.Entry(i, y[i]))
	}
	return y, w, nil
}

// ChartLog returns the initial velocity of the geodesic from x to y, by the
// flat chart: Log without shooting. It is an error if a point has no finite θ,
// or x is not an interior point.
func ChartLog(c FlatDiagonal, x, y []float64) ([]float64, error) {
	g, err := ChartGeodesic(c, x, y)
	if err == nil {
		err = interior(c, "x", x)
	}
	if err != nil {
		return nil, err
	}
	v := make([]float64, c.Dim())
	for i := range v { // from x itself, where Velocity would use State(Theta(x))
		v[i] = g.turn[i] / math.Sqrt(c.Entry(i, x[i]))
	}
	return v, nil
}
