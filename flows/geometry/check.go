package geometry

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// CheckMetric holds a Metric against its laws at interior points: G is
// symmetric and positive definite, and Sharp undoes Flat.
func CheckMetric(m Metric, points [][]float64) error {
	n := m.Dim()
	for _, x := range points {
		g, col := flatMatrix(m, x), make([]float64, n)
		for j := range n {
			m.Sharp(col, x, mat.Col(col, j, g))
			for i := range n {
				e := 0.0
				if i == j {
					e = 1
				}
				if !(math.Abs(col[i]-e) <= 1e-12) {
					return fmt.Errorf("geometry: Sharp(Flat(e_%d)) has component %d = %.15g at x = %v, want %g", j, i, col[i], x, e)
				}
			}
		}
		sym := mat.NewSymDense(n, nil)
		for i := range n {
			for j := range n {
				if d := g.At(i, j) - g.At(j, i); !(math.Abs(d) <= 1e-12*math.Max(math.Abs(g.At(i, i)), math.Abs(g.At(j, j)))) {
					return fmt.Errorf("geometry: G is not symmetric at x = %v: entries (%d, %d) differ by %g", x, i, j, d)
				}
				sym.SetSym(i, j, g.At(i, j))
			}
		}
		var chol mat.Cholesky
		if !chol.Factorize(sym) {
			return fmt.Errorf("geometry: G is not positive definite at x = %v: %v", x, mat.Formatted(sym))
		}
	}
	return nil
}

// CheckConnection holds a Connection against the metric it should belong to:
// it is symmetric in its two vectors (no torsion), and agrees to 1e-8 with the
// symbols that LeviCivita takes from differences of the metric.
func CheckConnection(c Connection, m Metric, points [][]float64) error {
	n := c.Dim()
	u, v := make([]float64, n), make([]float64, n)
	for i := range n { // two generic directions
		u[i], v[i] = 0.6-0.25*float64(i), -0.4+0.7*float64(i)
	}
	got, swapped, want := make([]float64, n), make([]float64, n), make([]float64, n)
	for _, x := range points {
		c.Christoffel(got, x, u, v)
		c.Christoffel(swapped, x, v, u)
		LeviCivita{Metric: m}.Christoffel(want, x, u, v)
		scale := 1.0
		for k := range n {
			scale = math.Max(scale, math.Abs(want[k]))
		}
		for k := range n {
			if !(math.Abs(got[k]-swapped[k]) <= 1e-12*scale) {
				return fmt.Errorf("geometry: Γ(u,v) and Γ(v,u) differ by %g in component %d at x = %v", got[k]-swapped[k], k, x)
			}
			if !(math.Abs(got[k]-want[k]) <= 1e-8*scale) {
				return fmt.Errorf("geometry: Γ(u,v) has component %d = %.12g at x = %v, differences of the metric give %.12g", k, got[k], x, want[k])
			}
		}
	}
	return nil
}

// CheckChart holds a Chart against its metric at interior points: State undoes
// Theta, the coordinates lie in the box, and the metric is Euclidean in θ, so
// that the Jacobian J = ∂θ/∂x has JᵀJ = G.
func CheckChart(c Chart, m Metric, points [][]float64) error {
	n := c.Dim()
	theta, back := make([]float64, n), make([]float64, n)
	for _, x := range points {
		c.Theta(theta, x)
		c.State(back, theta)
		for i := range n {
			if lo, hi := c.Box(i); !(lo <= theta[i] && theta[i] <= hi) {
				return fmt.Errorf("geometry: θ_%d = %v at x = %v, outside the box [%v, %v]", i, theta[i], x, lo, hi)
			}
			if !(math.Abs(back[i]-x[i]) <= 1e-13*math.Max(1, math.Abs(x[i]))) {
				return fmt.Errorf("geometry: coordinate %d of State(Theta(x)) is %.17g at x = %v", i, back[i], x)
			}
		}
		if err := checkJacobian(c, m, x); err != nil {
			return err
		}
	}
	return nil
}

func checkJacobian(c Chart, m Metric, x []float64) error {
	n := c.Dim()
	jac := jacobian(c.Theta, x, func(j int) float64 { return 1e-5 * extent(m, x, j) })
	var gram mat.Dense
	gram.Mul(jac.T(), jac)
	e, col := make([]float64, n), make([]float64, n)
	for j := range n {
		clear(e)
		e[j] = 1
		m.Flat(col, x, e)
		for i := range n {
			if !(math.Abs(gram.At(i, j)-col[i]) <= 1e-7*math.Max(1, math.Abs(col[j]))) {
				return fmt.Errorf("geometry: (∂θ/∂x)ᵀ(∂θ/∂x) has entry (%d, %d) = %.9g at x = %v, the metric has %.9g", i, j, gram.At(i, j), x, col[i])
			}
		}
	}
	return nil
}

// CheckDistance holds a distance function against the axioms on all pairs and
// triples of the points, which have to differ: positive, zero from a point to
// itself, symmetric, and under the triangle inequality.
func CheckDistance(dist func(x, y []float64) float64, points [][]float64) error {
	for i, x := range points {
		if d := dist(x, x); d != 0 {
			return fmt.Errorf("geometry: distance %g from %v to itself", d, x)
		}
		for _, y := range points[:i] {
			d := dist(x, y)
			if !(d > 0) {
				return fmt.Errorf("geometry: distance %g from %v to %v, want a positive number", d, x, y)
			}
			if back := dist(y, x); !(math.Abs(d-back) <= 1e-15*d) {
				return fmt.Errorf("geometry: distance %.17g from %v to %v, and %.17g back", d, x, y, back)
			}
		}
	}
	for _, x := range points {
		for _, y := range points {
			d := dist(x, y)
			for _, z := range points {
				if detour := dist(x, z) + dist(z, y); !(d <= detour*(1+1e-14)) {
					return fmt.Errorf("geometry: distance %.17g from %v to %v exceeds the detour %.17g through %v", d, x, y, detour, z)
				}
			}
		}
	}
	return nil
}

// CheckGeodesic holds a curve against the geodesic equation at times in (0,
// 1): its velocity is the derivative of its position, its speed is constant to
// 1e-9, and γ” + Γ(γ', γ') = 0 to 1e-6 of the larger of its terms.
func CheckGeodesic(g Curve, m Metric, c Connection, times []float64) error {
	n := g.Dim()
	x, v, w, gamma := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	var first float64
	for k, t := range times {
		g.At(x, t)
		g.Velocity(v, t)
		if speed := Norm(m, x, v); k == 0 {
			first = speed
		} else if !(math.Abs(speed-first) <= 1e-9*first) {
			return fmt.Errorf("geometry: speed %.12g at t = %g, and %.12g at t = %g: a geodesic keeps its speed", speed, t, first, times[0])
		}
	}
	for _, t := range times {
		g.At(x, t)
		g.Velocity(v, t)
		derivative(w, g.At, t)
		for i := range n {
			if !(math.Abs(w[i]-v[i]) <= 1e-7*math.Max(1, math.Abs(v[i]))) {
				return fmt.Errorf("geometry: velocity component %d is %.9g at t = %g, differences of the position give %.9g", i, v[i], t, w[i])
			}
		}
		derivative(w, g.Velocity, t)
		c.Christoffel(gamma, x, v, v)
		for i := range n {
			if r := w[i] + gamma[i]; !(math.Abs(r) <= 1e-6*math.Max(1, math.Abs(gamma[i]))) {
				return fmt.Errorf("geometry: γ'' + Γ(γ', γ') = %.3g in component %d at t = %g", r, i, t)
			}
		}
	}
	return nil
}

// derivative stores df/dt at t in dst by the five-point formula.
func derivative(dst []float64, f func([]float64, float64), t float64) {
	const h = 1e-3
	p := make([]float64, len(dst))
	clear(dst)
	for _, s := range stencil {
		f(p, t+s.at*h)
		for i := range dst {
			dst[i] += s.weight * p[i] / (12 * h)
		}
	}
}
