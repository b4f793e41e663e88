package geometry

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"

	"hopflow/lyapunov/activation"
)

// An arc is the flat coordinate θ(u) = ∫₀^u √σ'(v) dv of one activation. The
// integral runs over w with v = sinh w: algebraic tails of σ' become
// exponential ones, and panels of unit width in w serve every scale of u.
type arc struct{ act activation.Function }

// farthest is the w, u = sinh w = 3e34, at which an integral to infinity that
// has not converged is called infinite.
const farthest = 80

// speed returns dθ/dw at w.
func (a arc) speed(w float64) float64 {
	return math.Sqrt(a.act.Deriv(math.Sinh(w))) * math.Cosh(w)
}

// theta returns θ(u); NaN for NaN, and at ±Inf the limit, which may be
// infinite.
func (a arc) theta(u float64) float64 {
	if math.IsNaN(u) {
		return u
	}
	return math.Copysign(a.to(math.Abs(math.Asinh(u)), math.Copysign(1, u)), u)
}

// to returns |θ| at the distance w on the given side of 0.
func (a arc) to(w, side float64) float64 {
	f := func(w float64) float64 { return a.speed(side * w) }
	var sum float64
	for lo := 0.0; lo < w; lo++ {
		if lo == farthest {
			return math.Inf(1)
		}
		part := integrate(f, lo, math.Min(lo+1, w), 1e-16*sum)
		sum += part
		if part <= 1e-17*sum {
			break
		}
	}
	return sum
}

// hidden returns the u with θ(u) = s, NaN outside the box: a bracket in w,
// then Newton's method kept inside it by bisection.
func (a arc) hidden(s float64) float64 {
	if math.IsNaN(s) {
		return s
	}
	side, target := math.Copysign(1, s), math.Abs(s)
	lo, hi := 0.0, 1.0
	for a.to(hi, side) < target {
		if lo = hi; hi == farthest {
			return math.NaN()
		}
		hi = math.Min(2*hi, farthest)
	}
	w := (lo + hi) / 2
	for range 100 {
		r := a.to(w, side) - target
		if r < 0 {
			lo = w
		} else {
			hi = w
		}
		next := w - r/a.speed(side*w)
		if !(lo <= next && next <= hi) {
			next = lo + (hi-lo)/2
		}
		if math.Abs(next-w) <= 2e-16*w {
			return math.Sinh(side * next)
		}
		w = next
	}
	return math.Sinh(side * w) // the last bits alternate
}

// A rule is a Gauss-Legendre rule on [-1, 1].
type rule struct{ node, weight []float64 }

func legendre(n int) rule {
	r := rule{make([]float64, n), make([]float64, n)}
	quad.Legendre{}.FixedLocations(r.node, r.weight, -1, 1)
	return r
}

var coarse, fine = legendre(12), legendre(20)

func (r rule) over(f func(float64) float64, a, b float64) float64 {
	mid, half := (a+b)/2, (b-a)/2
	var s float64
	for i, x := range r.node {
		s += r.weight[i] * f(mid+half*x)
	}
	return half * s
}

// integrate returns ∫f over [a, b], halving the interval until 12 and 20 Gauss
// points agree to 1e-15 of the value or to atol. An integrand that it cannot
// resolve in intervals of 2⁻⁴⁰ gives NaN.
func integrate(f func(float64) float64, a, b, atol float64) float64 {
	return bisect(f, a, b, atol, 40)
}

func bisect(f func(float64) float64, a, b, atol float64, depth int) float64 {
	c, s := coarse.over(f, a, b), fine.over(f, a, b)
	if math.Abs(c-s) <= math.Max(4e-15*math.Abs(s), atol) {
		return s
	}
	if depth == 0 || math.IsNaN(s) || math.IsInf(s, 0) {
		return math.NaN()
	}
	mid := a + (b-a)/2
	return bisect(f, a, mid, atol, depth-1) + bisect(f, mid, b, atol, depth-1)
}
