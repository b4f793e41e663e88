package geometry

import (
	"fmt"
	"math"

	"hopflow/lyapunov/activation"
)

// A Retraction maps a tangent vector v at x to a point R_x(v): a cheap stand-in
// for the exponential map, with R_x(0) = x and dR_x(0) = id. It agrees with the
// exponential map to first order in v, and if it is of second order, to second.
type Retraction interface {
	// Dim returns the number of coordinates.
	Dim() int
	// Retract stores R_x(v) in dst, which may be v; NaN where there is none.
	Retract(dst, x, v []float64)
}

// Additive is R_x(v) = x + v: the step of [HF] (5). It may leave the manifold.
type Additive int

// Dim returns the number of coordinates.
func (n Additive) Dim() int { return int(n) }

// Retract stores x + v in dst.
func (n Additive) Retract(dst, x, v []float64) {
	lengths(int(n), dst, x, v)
	for i := range dst {
		dst[i] = x[i] + v[i]
	}
}

// Projected is the projection of x + v to the nearest point of the closed cube
// [0, 1]ⁿ. Points on its walls come out where x + v lies outside; there the
// metric of the cube is infinite, and a natural gradient stays there for good.
type Projected int

// Dim returns the number of coordinates.
func (n Projected) Dim() int { return int(n) }

// Retract stores the projection of x + v in dst.
func (n Projected) Retract(dst, x, v []float64) {
	lengths(int(n), dst, x, v)
	for i := range dst {
		dst[i] = math.Max(0, math.Min(1, x[i]+v[i]))
	}
}

// Multiplicative is the retraction of a Simplex in the exponents of the
// probabilities, R_x(v)_i ∝ x_i exp(v_i/x_i): the multiplicative weights
// update. It never leaves the simplex.
type Multiplicative int

// NewMultiplicative returns the retraction for the given number of outcomes.
func NewMultiplicative(outcomes int) Multiplicative { return Multiplicative(NewSimplex(outcomes)) }

// Dim returns the number of coordinates, one less than the outcomes.
func (n Multiplicative) Dim() int { return int(n) }

// Retract stores x_i exp(v_i/x_i)/Z in dst; Z runs over all outcomes.
func (n Multiplicative) Retract(dst, x, v []float64) {
	lengths(int(n), dst, x, v)
	var moved float64
	for _, vi := range v {
		moved -= vi
	}
	p := rest(x)
	top := moved / p
	for i := range x {
		top = math.Max(top, v[i]/x[i])
	}
	sum := p * math.Exp(moved/p-top)
	for i := range dst {
		dst[i] = x[i] * math.Exp(v[i]/x[i]-top)
		sum += dst[i]
	}
	for i := range dst {
		dst[i] /= sum
	}
}

// Activated is a metric that belongs to activations: its points have a hidden
// state, [HF] (1b).
type Activated interface {
	Metric
	// Hidden stores u = σ⁻¹(x) in dst, which may be x.
	Hidden(dst, x []float64)
	// Visible stores x = σ(u) in dst, which may be u.
	Visible(dst, u []float64)
}

var (
	_ Activated = (*Tanh)(nil)
	_ Activated = (*Separable)(nil)
)

// Hidden stores u_i = 1/2 + ln(x_i/(1-x_i))/(4β_i) in dst, [HF] (31).
func (m *Tanh) Hidden(dst, x []float64) {
	lengths(len(m.gain), dst, x)
	for i, b := range m.gain {
		dst[i] = activation.SoftProjection(b).Inverse(x[i])
	}
}

// Visible stores the soft projections of u in dst, [HF] (22), corrected.
func (m *Tanh) Visible(dst, u []float64) {
	lengths(len(m.gain), dst, u)
	for i, b := range m.gain {
		dst[i] = activation.SoftProjection(b).Value(u[i])
	}
}

// Hidden stores u_i = σ_i⁻¹(x_i) in dst.
func (m *Separable) Hidden(dst, x []float64) {
	lengths(len(m.act), dst, x)
	for i, a := range m.act {
		dst[i] = a.Inverse(x[i])
	}
}

// Visible stores x_i = σ_i(u_i) in dst.
func (m *Separable) Visible(dst, u []float64) {
	lengths(len(m.act), dst, u)
	for i, a := range m.act {
		dst[i] = a.Value(u[i])
	}
}

// HiddenRetraction is R_x(v) = σ(σ⁻¹(x) + G v): a straight step of the hidden
// state, whose velocity is G v. It never leaves the manifold, to rounding. With
// the natural gradient for v it is Euler's step of [HF] (1a).
type HiddenRetraction struct{ Activated }

// Retract stores σ(σ⁻¹(x) + G v) in dst.
func (r HiddenRetraction) Retract(dst, x, v []float64) {
	n := r.Dim()
	lengths(n, dst, x, v)
	u := make([]float64, n)
	r.Hidden(u, x)
	r.Flat(dst, x, v)
	for i := range u {
		u[i] += dst[i]
	}
	r.Visible(dst, u)
}

// SecondOrder is R_x(v) = x + v - ½ Γ(v, v): the exponential map's series to
// second order, which may leave the manifold.
type SecondOrder struct{ Connection }

// Retract stores x + v - ½ Γ(v, v) in dst.
func (r SecondOrder) Retract(dst, x, v []float64) {
	gamma := make([]float64, r.Dim())
	r.Christoffel(gamma, x, v, v)
	for i := range dst {
		dst[i] = x[i] + v[i] - gamma[i]/2
	}
}

// Exponential is the exponential map itself as a Retraction, by the geodesic
// equation.
type Exponential struct{ Manifold }

// Retract stores exp_x(v) in dst, NaN where the geodesic leaves the manifold.
func (r Exponential) Retract(dst, x, v []float64) {
	y, _, err := Exp(r.Manifold, x, v, nil)
	for i := range dst {
		if dst[i] = math.NaN(); err == nil {
			dst[i] = y[i]
		}
	}
}

// CheckRetraction holds a Retraction against its laws at interior points, in
// tangent directions G⁻¹ξ for two covectors ξ at each point: R_x(0) = x to
// 1e-14, and the derivative of R_x(tv) at t = 0 is v to 1e-6. Directions are
// scaled so that they stay within a tenth of the metric's reach.
func CheckRetraction(r Retraction, m Metric, points [][]float64) error {
	n := r.Dim()
	v, got, xi := make([]float64, n), make([]float64, n), make([]float64, n)
	for _, x := range points {
		clear(v)
		r.Retract(got, x, v)
		for i := range n {
			if !(math.Abs(got[i]-x[i]) <= 1e-14*math.Max(1, math.Abs(x[i]))) {
				return fmt.Errorf("geometry: R_x(0) has coordinate %d = %.17g at x = %v", i, got[i], x)
			}
		}
		for _, tilt := range []float64{0.6, -0.45} {
			for i := range n {
				xi[i] = tilt + 0.3*float64(i)*math.Abs(tilt)
			}
			m.Sharp(v, x, xi)
			size := 0.0
			for i := range n {
				size = math.Max(size, 10*math.Abs(v[i])/extent(m, x, i))
			}
			for i := range n {
				v[i] /= size
			}
			derivative(got, func(dst []float64, t float64) {
				w := make([]float64, n)
				for i := range w {
					w[i] = t * v[i]
				}
				r.Retract(dst, x, w)
			}, 0)
			for i := range n {
				if !(math.Abs(got[i]-v[i]) <= 1e-6*extent(m, x, i)) {
					return fmt.Errorf("geometry: dR_x(0)v has component %d = %.9g at x = %v, want that of v, %.9g", i, got[i], x, v[i])
				}
			}
		}
	}
	return nil
}

// RetractionErrors returns the distances |R_x(tv) - exp_x(tv)| in coordinates
// at t = 1, 1/2, ..., 2^(1-n): they fall like t² for a retraction of first
// order and like t³ for one of second, which verify.Order turns into a claim.
// It is an error if a geodesic leaves the manifold.
func RetractionErrors(r Retraction, m Manifold, x, v []float64, n int) (t, errs []float64, err error) {
	lengths(r.Dim(), x, v)
	w, got := make([]float64, len(v)), make([]float64, len(v))
	for k := range n {
		at := math.Ldexp(1, -k)
		for i := range w {
			w[i] = at * v[i]
		}
		end, _, err := Exp(m, x, w, nil)
		if err != nil {
			return t, errs, err
		}
		r.Retract(got, x, w)
		var miss float64
		for i := range end {
			miss = math.Hypot(miss, got[i]-end[i])
		}
		if math.IsNaN(miss) {
			return t, errs, fmt.Errorf("geometry: the retraction from x = %v along %v has no value: shorten the vector", x, w)
		}
		t, errs = append(t, at), append(errs, miss)
	}
	return t, errs, nil
}
