package wasserstein

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
)

// A Motion carries one measure into another: mass k along curve k, for t from 0
// to 1. It is the competitor of [HF] (48): a density and a velocity u with the
// equation of continuity between them.
type Motion struct {
	Metric geometry.Metric
	Mass   []float64
	Curves []geometry.Curve
}

// A Connect chooses the curve from x to y along which mass is carried.
type Connect func(x, y []float64) (geometry.Curve, error)

// Geodesics connects points by the geodesics of a metric with a flat chart: in
// closed form for the tanh metric, [HF] (29), as straight lines of the chart
// for others.
func Geodesics(m geometry.FlatDiagonal) Connect {
	return func(x, y []float64) (geometry.Curve, error) {
		if d, ok := m.(*geometry.Tanh); ok {
			return d.Geodesic(x, y)
		}
		return geometry.ChartGeodesic(m, x, y)
	}
}

// Segments connects points by straight lines in x, as one would without knowing
// the metric.
func Segments(x, y []float64) (geometry.Curve, error) {
	return geometry.Segment{X: append([]float64(nil), x...), Y: append([]float64(nil), y...)}, nil
}

// Displacement returns the displacement interpolation of an optimal plan: each
// pair moves on its geodesic with constant speed (McCann 1997). It attains the
// minimum of the action in [HF] (48), which is W_G² (no factor 1/2: erratum
// HF-48a). It is an error if a geodesic does not exist.
func Displacement(p *Plan, a, b *Measure, m geometry.FlatDiagonal) (*Motion, error) {
	return Interpolate(p.M, a, b, m, Geodesics(m))
}

// Interpolate returns the motion that carries the mass of each pair of any
// coupling along the curve that connect chooses. Its action under the metric is
// at least W_G². It is an error if a pair cannot be connected, and one that
// CheckCoupling gives if c is no coupling of a and b.
func Interpolate(c *Coupling, a, b *Measure, m geometry.Metric, connect Connect) (*Motion, error) {
	if a.Dim() != m.Dim() || b.Dim() != m.Dim() {
		return nil, &CostError{Reason: ErrDimension, Row: a.Dim(), Column: m.Dim()}
	}
	if err := CheckCoupling(c, a, b, 2*massTolerance); err != nil {
		return nil, err
	}
	out := &Motion{Metric: m}
	for _, p := range c.pairs {
		curve, err := connect(a.Point(p.From), b.Point(p.To))
		if err != nil {
			return nil, fmt.Errorf("wasserstein: points %d and %d cannot be connected: %w", p.From, p.To, err)
		}
		out.Mass, out.Curves = append(out.Mass, p.Mass), append(out.Curves, curve)
	}
	return out, nil
}

// At returns the measure at time t in [0, 1]: a point a pair. It is an error if
// a curve is not finite there. It panics if t lies outside.
func (m *Motion) At(t float64) (*Measure, error) {
	if !(0 <= t && t <= 1) {
		panic(fmt.Sprintf("wasserstein: a motion runs over [0, 1], not to t = %v", t))
	}
	out := &Measure{X: mat.NewDense(len(m.Mass), m.Metric.Dim(), nil), W: append([]float64(nil), m.Mass...)}
	for k, c := range m.Curves {
		c.At(out.Point(k), t)
	}
	if err := out.Check(); err != nil {
		return nil, fmt.Errorf("wasserstein: at t = %v: %w", t, err)
	}
	return out, nil
}

// SquaredSpeed returns E[uᵀ G u] at time t, the integrand of [HF] (48a),
// corrected: constant along a displacement interpolation. It is NaN or +Inf
// where a curve moves on the boundary, where the metric is infinite.
func (m *Motion) SquaredSpeed(t float64) float64 {
	var s float64
	x, v := make([]float64, m.Metric.Dim()), make([]float64, m.Metric.Dim())
	for k, c := range m.Curves {
		c.At(x, t)
		c.Velocity(v, t)
		s += m.Mass[k] * square(m.Metric, x, v)
	}
	return s
}

// square returns vᵀ G(x) v. A coordinate that rests adds nothing, also on the
// boundary, where g_ii is infinite.
func square(m geometry.Metric, x, v []float64) (s float64) {
	d, ok := m.(geometry.Diagonal)
	if !ok {
		return geometry.Inner(m, x, v, v)
	}
	for i, u := range v {
		if u != 0 {
			s += u * u * d.Entry(i, x[i])
		}
	}
	return s
}

// Action returns ∫₀¹ E[uᵀ G u] dt, [HF] (48a), corrected: printed with a factor
// 1/2, with which its minimum is not the W_G² of (47) (erratum HF-48a). By
// Gauss-Legendre quadrature, its panels halved until each is within 1e-10 of
// the whole. It is an error if that takes too many: a curve that leaves the
// boundary at a speed that is positive in x has no finite action.
func (m *Motion) Action() (float64, error) {
	coarse := m.over(0, 1)
	s, at := m.halve(0, 1, coarse, 1e-10*coarse, 0)
	if at >= 0 {
		return s, fmt.Errorf("wasserstein: the action has no value: E[uᵀ G u] is %.6g at t = %.9g: keep the curves inside the manifold, or let them be geodesics", m.SquaredSpeed(at), at)
	}
	return s, nil
}

// over integrates over one panel.
func (m *Motion) over(lo, hi float64) float64 {
	return quad.Fixed(m.SquaredSpeed, lo, hi, 12, quad.Legendre{}, 1)
}

// halve integrates over a panel, of which whole is the first estimate. It
// returns a time at which the integral does not converge, -1 if there is none.
func (m *Motion) halve(lo, hi, whole, tol float64, depth int) (s, at float64) {
	const deepest = 40
	mid := lo + (hi-lo)/2
	left, right := m.over(lo, mid), m.over(mid, hi)
	if math.Abs(left+right-whole) <= tol {
		return left + right, -1
	}
	if depth == deepest || math.IsNaN(left+right) || math.IsInf(left+right, 0) {
		return left + right, mid
	}
	left, at = m.halve(lo, mid, left, tol, depth+1)
	if at >= 0 {
		return left, at
	}
	right, at = m.halve(mid, hi, right, tol, depth+1)
	return left + right, at
}

// Timed returns the motion that is at time t where this one is at phi(t); slope
// is the derivative of phi. With phi(0) = 0 and phi(1) = 1 it joins the same
// measures, and costs ∫ phi'² dt as much if the speed was constant: haste
// costs.
func (m *Motion) Timed(phi, slope func(t float64) float64) *Motion {
	out := &Motion{Metric: m.Metric, Mass: append([]float64(nil), m.Mass...)}
	for _, c := range m.Curves {
		out.Curves = append(out.Curves, timed{c, phi, slope})
	}
	return out
}

type timed struct {
	geometry.Curve
	phi, slope func(t float64) float64
}

func (c timed) At(dst []float64, t float64) { c.Curve.At(dst, c.phi(t)) }

func (c timed) Velocity(dst []float64, t float64) {
	c.Curve.Velocity(dst, c.phi(t))
	for i := range dst {
		dst[i] *= c.slope(t)
	}
}
