package geometry

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/ode"
)

// A Ray is a geodesic of any manifold as a curve, from the geodesic equation:
// the polynomial through its points and velocities at 49 Chebyshev points.
type Ray struct {
	n    int
	x, v [][]float64 // at the points
}

var _ Curve = (*Ray)(nil)

const rayDegree = 48

// rayTime returns the k-th Chebyshev point of [0, 1].
func rayTime(k int) float64 {
	s := math.Sin(math.Pi * float64(k) / (2 * rayDegree))
	return s * s
}

// NewRay returns the geodesic γ on [0, 1] that starts at x with velocity v. It
// is an error if it leaves the manifold on its way, or changes so fast that
// the polynomial loses 1e-8 of its speed.
func NewRay(m Manifold, x, v []float64) (*Ray, error) {
	n := m.Dim()
	lengths(n, x, v)
	if err := interior(m, "x", x); err != nil {
		return nil, err
	}
	r := &Ray{n: n}
	state := append(append(make([]float64, 0, 2*n), x...), v...)
	field := GeodesicField(m)
	for k := range rayDegree + 1 {
		if k > 0 {
			tr, err := ode.Solve(field, state, rayTime(k-1), rayTime(k), nil, &tight)
			if err != nil {
				return nil, leaves(x, v, err)
			}
			state = tr.Last().X
		}
		r.x = append(r.x, append([]float64(nil), state[:n]...))
		r.v = append(r.v, append([]float64(nil), state[n:]...))
	}
	speed := Norm(m, x, v)
	for _, t := range []float64{0.07, 0.31, 0.56, 0.83, 1} {
		if s := Speed(m, r, t); !(math.Abs(s-speed) <= 1e-8*speed) {
			return nil, leaves(x, v, fmt.Errorf("its speed is %.9g at t = %g and was %.9g", s, t, speed))
		}
	}
	return r, nil
}

// Connect returns the geodesic from x to y, by shooting: NewRay of Log.
func Connect(m Manifold, x, y []float64) (*Ray, error) {
	v, err := Log(m, x, y, nil)
	if err != nil {
		return nil, err
	}
	return NewRay(m, x, v)
}

// Dim returns the number of coordinates.
func (r *Ray) Dim() int { return r.n }

// At stores γ(t) in dst.
func (r *Ray) At(dst []float64, t float64) { r.interpolate(dst, r.x, t) }

// Velocity stores dγ/dt in dst.
func (r *Ray) Velocity(dst []float64, t float64) { r.interpolate(dst, r.v, t) }

// interpolate stores the polynomial through the values at the Chebyshev points
// in dst, by the barycentric formula.
func (r *Ray) interpolate(dst []float64, values [][]float64, t float64) {
	lengths(r.n, dst)
	clear(dst)
	var sum float64
	for k, p := range values {
		d := t - rayTime(k)
		if d == 0 {
			copy(dst, p)
			return
		}
		w := 1 / d
		if k == 0 || k == rayDegree {
			w /= 2
		}
		if k%2 == 1 {
			w = -w
		}
		sum += w
		for i := range dst {
			dst[i] += w * p[i]
		}
	}
	for i := range dst {
		dst[i] /= sum
	}
}

// Shell returns the points at the given geodesic distance from center in the
// given directions: a piece of the boundary of a geodesic ball of any
// manifold, by the geodesic equation. Where a geodesic leaves the manifold
// before it is long enough the point is NaN, a gap. It is an error if the
// metric is not positive definite at the center. It panics unless the radius
// is positive.
func Shell(m Manifold, center []float64, radius float64, directions [][]float64) ([][]float64, error) {
	n := m.Dim()
	lengths(n, center)
	if !(radius > 0) {
		panic("geometry: a shell needs a positive radius")
	}
	if err := interior(m, "center", center); err != nil {
		return nil, err
	}
	var shell [][]float64
	v := make([]float64, n)
	for _, d := range directions {
		lengths(n, d)
		size := Norm(m, center, d)
		if !(size > 0) {
			return nil, fmt.Errorf("geometry: direction %v has length %v at center = %v: give a direction, where the metric is positive definite", d, size, center)
		}
		for i := range v {
			v[i] = radius * d[i] / size
		}
		y, _, err := Exp(m, center, v, nil)
		if err != nil {
			y = make([]float64, n)
			for i := range y {
				y[i] = math.NaN()
			}
		}
		shell = append(shell, y)
	}
	return shell, nil
}

// ExpCircle returns n+1 points of the geodesic circle of the given radius about
// center on any manifold of dimension 2, equally spaced by angle at the
// center: Circle without a flat chart. Its circumference is 2π(r - K r³/6) +
// O(r⁵), with the Gaussian curvature K. Gaps and errors are those of Shell. It
// panics unless the dimension is 2, the radius positive and n at least 3.
func ExpCircle(m Manifold, center []float64, radius float64, n int) (x, y []float64, err error) {
	if m.Dim() != 2 || n < 3 {
		panic("geometry: a circle needs a manifold of dimension 2 and at least 3 points")
	}
	frame, err := Frame(m, center)
	if err != nil {
		return nil, nil, err
	}
	var directions [][]float64
	for k := range n + 1 {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(n))
		directions = append(directions, []float64{cos*frame[0][0] + sin*frame[1][0], cos*frame[0][1] + sin*frame[1][1]})
	}
	shell, err := Shell(m, center, radius, directions)
	for _, p := range shell {
		x, y = append(x, p[0]), append(y, p[1])
	}
	return x, y, err
}

// Normal returns the metric in normal coordinates w about x, the point being
// exp_x(Σ w_i e_i) with Frame's e_i. It is I + O(|w|²) with a coefficient from
// the curvature: "locally Euclidean" in [CH] Theorem 2 holds at w = 0, and in a
// neighbourhood if the manifold is flat. The metric is a pullback by Exp, good
// to about 1e-9; it is not positive definite where Exp fails.
func Normal(m Manifold, x []float64) (*Matrix, error) {
	n := m.Dim()
	if err := interior(m, "x", x); err != nil {
		return nil, err
	}
	frame, err := Frame(m, x)
	if err != nil {
		return nil, err
	}
	start := append([]float64(nil), x...)
	at := func(w []float64) []float64 {
		v := make([]float64, n)
		for i, e := range frame {
			for k := range v {
				v[k] += w[i] * e[k]
			}
		}
		y, _, err := Exp(m, start, v, nil)
		if err != nil {
			y = []float64{math.NaN()}
		}
		return y
	}
	return NewMatrix(n, func(g *mat.SymDense, w []float64) { normalMetric(g, m, at, w) }), nil
}

// normalMetric stores ⟨∂_i at, ∂_j at⟩ in g, by the five-point formula.
func normalMetric(g *mat.SymDense, m Metric, at func(w []float64) []float64, w []float64) {
	const h = 5e-3
	n := len(w)
	y, p := at(w), append([]float64(nil), w...)
	columns := make([][]float64, n)
	for i := range n {
		columns[i] = make([]float64, n)
		for _, s := range stencil {
			p[i] = w[i] + s.at*h
			q := at(p)
			for k := range q {
				columns[i][k] += s.weight * q[k] / (12 * h)
			}
		}
		p[i] = w[i]
		for j := range i + 1 {
			v := math.NaN()
			if len(y) == n {
				v = Inner(m, y, columns[i], columns[j])
			}
			g.SetSym(i, j, v)
		}
	}
}
