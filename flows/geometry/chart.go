package geometry

import (
	"fmt"
	"math"
)

// ChartDistance returns the distance ‖θ(x) - θ(y)‖ in a flat chart: the route
// to a distance that needs neither a geodesic nor an integral. NaN where a
// point lies outside the chart.
func ChartDistance(c Chart, x, y []float64) float64 {
	n := c.Dim()
	lengths(n, x, y)
	a, b := make([]float64, n), make([]float64, n)
	c.Theta(a, x)
	c.Theta(b, y)
	var s float64
	for i := range a {
		s = math.Hypot(s, a[i]-b[i])
	}
	return s
}

// A FlatDiagonal is a diagonal metric together with its flat chart.
type FlatDiagonal interface {
	Diagonal
	Chart
}

// A Straight is the geodesic that is a straight line in a flat chart.
type Straight struct {
	chart      FlatDiagonal
	from, turn []float64
}

var _ Curve = (*Straight)(nil)

// ChartGeodesic returns the geodesic from x to y, as a straight line in the
// chart. It is an error if a coordinate of x or y has no finite θ.
func ChartGeodesic(c FlatDiagonal, x, y []float64) (*Straight, error) {
	n := c.Dim()
	lengths(n, x, y)
	s := &Straight{chart: c, from: make([]float64, n), turn: make([]float64, n)}
	c.Theta(s.from, x)
	c.Theta(s.turn, y)
	for i := range n {
		if v := s.from[i] + s.turn[i]; math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("geometry: coordinate %d of x = %v or y = %v has no finite θ: choose points inside the range of the activation", i, x[i], y[i])
		}
		s.turn[i] -= s.from[i]
	}
	return s, nil
}

// Dim returns the number of coordinates.
func (s *Straight) Dim() int { return len(s.from) }

// At stores γ(t) in dst.
func (s *Straight) At(dst []float64, t float64) {
	s.Theta(dst, t)
	s.chart.State(dst, dst)
}

// Velocity stores dγ_i/dt = (θ_i(y) - θ_i(x))/√g_ii(γ(t)) in dst.
func (s *Straight) Velocity(dst []float64, t float64) {
	s.At(dst, t)
	for i := range dst {
		dst[i] = s.turn[i] / math.Sqrt(s.chart.Entry(i, dst[i]))
	}
}

// Theta stores the flat coordinates of γ(t) in dst.
func (s *Straight) Theta(dst []float64, t float64) {
	lengths(len(s.from), dst)
	for i := range dst {
		dst[i] = s.from[i] + t*s.turn[i]
	}
}

// Circle returns n+1 points of the geodesic circle of the given radius about
// center, for a chart of two dimensions: a Euclidean circle in θ, carried back
// to x. Where it leaves the box the point is NaN, a gap: that part of the
// circle is not in the manifold. It panics unless the chart has dimension 2,
// the radius is positive and n is at least 3.
func Circle(c Chart, center []float64, radius float64, n int) (x, y []float64) {
	if c.Dim() != 2 {
		panic("geometry: a circle needs a chart of dimension 2")
	}
	if !(radius > 0) || n < 3 {
		panic("geometry: a circle needs a positive radius and at least 3 points")
	}
	lengths(2, center)
	mid, p := make([]float64, 2), make([]float64, 2)
	c.Theta(mid, center)
	for k := range n + 1 {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(n))
		p[0], p[1] = mid[0]+radius*cos, mid[1]+radius*sin
		c.State(p, p)
		if math.IsNaN(p[0] + p[1]) {
			p[0], p[1] = math.NaN(), math.NaN()
		}
		x, y = append(x, p[0]), append(y, p[1])
	}
	return x, y
}
