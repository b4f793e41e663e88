package geometry

import (
	"errors"
	"math"
)

// Simplex is the Fisher metric of the probabilities p of n+1 outcomes, in the
// reduced coordinates x = (p_1, ..., p_n), where p_0 = 1 - Σx_i is what is
// left:
//
//	G = diag(1/x) + 11ᵀ/p_0,   G⁻¹ = diag(x) - xxᵀ.
//
// It is the geometry of a softmax layer. p ↦ 2√p maps it to the sphere of
// radius 2, so that geodesics are great circles there, the distance is 2
// arccos Σ√(p_k q_k), and every sectional curvature is 1/4: unlike a separable
// metric it is not flat. Softmax is the same manifold in logits.
//
// Its value is n. The methods allocate nothing but their results.
type Simplex int

var (
	_ Manifold = Simplex(1)
	_ Domain   = Simplex(1)
)

// NewSimplex returns the Fisher metric of the given number of outcomes, which
// has one coordinate less. It panics unless there are at least two.
func NewSimplex(outcomes int) Simplex {
	if outcomes < 2 {
		panic("geometry: a simplex needs at least two outcomes")
	}
	return Simplex(outcomes - 1)
}

// Dim returns the number of coordinates, one less than the outcomes.
func (s Simplex) Dim() int { return int(s) }

// rest returns p_0 = 1 - Σx_i.
func rest(x []float64) float64 {
	p := 1.0
	for _, xi := range x {
		p -= xi
	}
	return p
}

// Reach returns the smaller of x_i and p_0.
func (s Simplex) Reach(x []float64, i int) float64 { return math.Min(x[i], rest(x)) }

// Flat stores v_i/x_i + Σv/p_0 in dst.
func (s Simplex) Flat(dst, x, v []float64) {
	lengths(int(s), dst, x, v)
	var sum float64
	for _, vi := range v {
		sum += vi
	}
	sum /= rest(x)
	for i := range dst {
		dst[i] = v[i]/x[i] + sum
	}
}

// Sharp stores x_i (ξ_i - Σ x_j ξ_j) in dst: the replicator equation where ξ
// is a gradient.
func (s Simplex) Sharp(dst, x, xi []float64) {
	lengths(int(s), dst, x, xi)
	var mean float64
	for i := range xi {
		mean += x[i] * xi[i]
	}
	for i := range dst {
		dst[i] = x[i] * (xi[i] - mean)
	}
}

// Christoffel stores ½ (x_k ⟨u, v⟩ - u_k v_k/x_k) in dst, with the Fisher inner
// product ⟨u, v⟩: half the third derivative of Σ p ln p, raised.
func (s Simplex) Christoffel(dst, x, u, v []float64) {
	lengths(int(s), dst, x, u, v)
	var su, sv, inner float64
	for i := range x {
		su += u[i]
		sv += v[i]
		inner += u[i] * v[i] / x[i]
	}
	inner += su * sv / rest(x)
	for k := range dst {
		dst[k] = (x[k]*inner - u[k]*v[k]/x[k]) / 2
	}
}

// Probabilities returns all n+1 probabilities, p_0 last.
func (s Simplex) Probabilities(x []float64) []float64 {
	lengths(int(s), x)
	return append(append(make([]float64, 0, len(x)+1), x...), rest(x))
}

// roots returns √p, a point of the unit sphere; NaN outside the simplex.
func (s Simplex) roots(x []float64) []float64 {
	p := s.Probabilities(x)
	for k := range p {
		p[k] = math.Sqrt(p[k])
	}
	return p
}

// Distance returns 2 arccos Σ√(p_k q_k), to a few units in the last place also
// for close points. The boundary belongs to the domain: two corners are π
// apart. It is NaN outside.
func (s Simplex) Distance(x, y []float64) float64 {
	lengths(int(s), x, y)
	a, b := s.roots(x), s.roots(y)
	return 2 * angleOf(a, b, s.chord(x, y, a, b))
}

// chord returns √y - √x as (y - x)/(√y + √x), which keeps the digits of close
// points.
func (s Simplex) chord(x, y, a, b []float64) []float64 {
	d := make([]float64, len(a))
	n := len(x)
	for i := range x {
		d[i] = y[i] - x[i]
		d[n] -= d[i]
	}
	for k := range d {
		if d[k] != 0 {
			d[k] /= a[k] + b[k]
		}
	}
	return d
}

// Geodesic returns the geodesic from x to y: a great circle in √p. It is an
// error if a point lies outside the closed simplex.
func (s Simplex) Geodesic(x, y []float64) (*GreatCircle, error) {
	lengths(int(s), x, y)
	for k, p := range [2][]float64{x, y} {
		for i := range p {
			if !(s.Reach(p, i) >= 0) {
				return nil, &BoundaryError{Point: [2]string{"x", "y"}[k], X: append([]float64(nil), p...), Coordinate: i}
			}
		}
	}
	a, b := s.roots(x), s.roots(y)
	c, err := between(a, b, s.chord(x, y, a, b))
	if err != nil {
		return nil, err
	}
	return &GreatCircle{circle: c, n: int(s), scale: 2, at: func(dst, p, _ []float64) {
		for i := range dst {
			dst[i] = p[i] * p[i]
		}
	}, velocity: func(dst, p, w []float64) {
		for i := range dst {
			dst[i] = 2 * p[i] * w[i]
		}
	}}, nil
}

// Log returns the initial velocity of the geodesic from x to y, by the great
// circle. x has to be an interior point.
func (s Simplex) Log(x, y []float64) ([]float64, error) {
	g, err := s.Geodesic(x, y)
	if err == nil {
		err = interior(s, "x", x)
	}
	if err != nil {
		return nil, err
	}
	v := make([]float64, int(s))
	g.Velocity(v, 0)
	return v, nil
}

// Exp returns the end of the geodesic that starts at x with velocity v, by the
// great circle. It is an error if x is not an interior point, or if the
// geodesic leaves the simplex on its way.
func (s Simplex) Exp(x, v []float64) ([]float64, error) {
	lengths(int(s), x, v)
	if err := interior(s, "x", x); err != nil {
		return nil, err
	}
	a := s.roots(x)
	w := append(append(make([]float64, 0, len(a)), v...), 0)
	for i, vi := range v {
		w[len(v)] -= vi
		w[i] /= 2 * a[i]
	}
	w[len(v)] /= 2 * a[len(v)]
	c := towards(a, w)
	for k := range a { // √p_k = R cos(t turn - δ) has its zero at t turn = π/2 + δ
		if !(c.turn < math.Pi/2+math.Atan2(c.e[k], c.a[k])) {
			return nil, leaves(x, v, errors.New("an outcome's probability falls to 0 on the way"))
		}
	}
	y := make([]float64, int(s))
	for i := range y {
		sin, cos := math.Sincos(c.turn)
		p := cos*c.a[i] + sin*c.e[i]
		y[i] = p * p
	}
	return y, nil
}
