package mirror

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"

	"hopflow/lyapunov/activation"
)

// Induced returns the Legendre function of the state x that activations σ_i
// induce, one for each coordinate:
//
//	ψ*(x) = Σ ∫ σ_i⁻¹(x_i) dx_i,  ∇ψ*(x) = u, the hidden state,
//
// on the box of their ranges, with the conjugate ψ(u) = Σ ∫ σ_i(u_i) du_i:
// [HF] (20), corrected (a sum over i, an index on φ, κ = 0), normalised so that
// the mirror coordinate is the hidden state itself. The constant of ψ* is that
// of activation.Smooth's InverseIntegral; for a Function that is not Smooth,
// ψ*(σ(0)) = 0, by quadrature of u σ'(u) to 1e-12.
//
// Logistic functions and tanh have divergences in closed form. For others D
// is the integral ∫ (u - u_b) σ'(u) du from u_b = σ⁻¹(b) to σ⁻¹(a), which has
// nothing to cancel, by quadrature.
//
// It panics if there is no activation or if one is nil.
func Induced(act ...activation.Function) *Separable {
	terms := make([]Scalar, len(act))
	for i, a := range act {
		switch a := a.(type) {
		case nil:
			panic(fmt.Sprintf("mirror: activation %d is nil", i))
		case activation.Logistic:
			terms[i] = bit{c: 1 / a.Rate, lo: 0, hi: 1, shift: a.Center}
		case activation.Tanh:
			terms[i] = bit{c: 1 / (2 * a.Rate), lo: -1, hi: 1}
		default:
			terms[i] = &induced{a}
		}
	}
	return NewSeparable(terms...)
}

// induced is ∫σ⁻¹ of one activation.
type induced struct{ act activation.Function }

func (s *induced) Interval() (lo, hi float64) { return s.act.Range() }

func (s *induced) Value(x float64) float64 {
	if smooth, ok := s.act.(activation.Smooth); ok {
		return smooth.InverseIntegral(x)
	}
	return moment(s.act, 0, 0, s.act.Inverse(x))
}

func (s *induced) Deriv(x float64) float64 { return s.act.Inverse(x) }

func (s *induced) Deriv2(x float64) float64 {
	u := s.act.Inverse(x)
	if math.IsInf(u, 0) {
		return math.Inf(1)
	}
	return 1 / s.act.Deriv(u)
}

func (s *induced) Bregman(a, b float64) float64 {
	if a == b {
		return s.act.Inverse(a) * 0 // NaN on the boundary and outside
	}
	ua, ub := s.act.Inverse(a), s.act.Inverse(b)
	if math.IsInf(ub, 0) && !math.IsNaN(ua) {
		return math.Inf(1) // ψ* is steep
	}
	lo, hi := s.act.Range()
	if x, y := math.Min(a, b), math.Max(a, b); y-x < 0.1*math.Min(x-lo, hi-y) {
		// σ⁻¹ would round away the difference: integrate ψ'' over the states.
		budget := 100
		if d := panel((*curvature)(s), a, x, y, 0, &budget); !math.IsNaN(d) {
			return math.Abs(d)
		}
	}
	return moment(s.act, ub, ub, ua)
}

// curvature is ψ*” in the place of a slope.
type curvature induced

func (c *curvature) Deriv(x float64) float64 { return (*induced)(c).Deriv2(x) }

func (s *induced) Conjugate() Scalar { return primitive{s.act} }

// primitive is ∫σ, the conjugate of induced.
type primitive struct{ act activation.Function }

func (s primitive) Interval() (lo, hi float64) { return math.Inf(-1), math.Inf(1) }

// Value returns u σ(u) - ψ*(σ(u)). Without saturation that is the sum of a few
// terms of like size; where σ has saturated, u σ'(u) is integrated instead.
func (s primitive) Value(u float64) float64 {
	y := s.act.Value(u)
	if smooth, ok := s.act.(activation.Smooth); ok {
		if back := s.act.Inverse(y); math.Abs(back-u) <= 1e-12*math.Max(1, math.Abs(u)) {
			return u*y - smooth.InverseIntegral(y)
		}
		return u*y - smooth.InverseIntegral(s.act.Value(0)) - moment(s.act, 0, 0, u)
	}
	return u*y - moment(s.act, 0, 0, u)
}

func (s primitive) Deriv(u float64) float64  { return s.act.Value(u) }
func (s primitive) Deriv2(u float64) float64 { return s.act.Deriv(u) }

// Bregman returns ∫ (a - u) σ'(u) du from b to a.
func (s primitive) Bregman(a, b float64) float64 {
	if a == b {
		return a * 0
	}
	return moment(s.act, a, a, b)
}

func (s primitive) Conjugate() Scalar { return &induced{s.act} }

// slope is what moment needs of an activation.
type slope interface{ Deriv(u float64) float64 }

// reversed is the slope of -σ(-u).
type reversed struct{ f slope }

func (r reversed) Deriv(u float64) float64 { return r.f.Deriv(-u) }

// moment returns ∫ (v - c) σ'(v) dv from a to b. Panels end at sinh k, k whole,
// so that tails of any length take few of them; within each, the rule adapts.
func moment(f slope, c, a, b float64) float64 {
	switch {
	case math.IsNaN(a) || math.IsNaN(b):
		return math.NaN()
	case b < a:
		return -moment(f, c, b, a)
	case math.IsInf(a, -1):
		return -moment(reversed{f}, -c, -b, math.Inf(1))
	}
	var sum float64
	budget := 4000 // halvings
	k := math.Floor(math.Asinh(a))
	for lo := a; lo < b; {
		k++
		hi := math.Min(math.Max(math.Sinh(k), lo), b)
		if k > 700 {
			hi = b
		}
		if math.IsInf(b, 1) && k > 80 {
			return math.Inf(1) // not converged at 3e34
		}
		part := panel(f, c, lo, hi, 1e-16*math.Abs(sum), &budget)
		sum += part
		lo = hi
		if math.IsInf(b, 1) && k > 3 && math.Abs(part) <= 1e-17*math.Abs(sum) {
			break
		}
	}
	return sum
}

// A rule is a Gauss-Legendre rule on [-1, 1].
type rule struct{ node, weight []float64 }

func legendre(n int) rule {
	r := rule{make([]float64, n), make([]float64, n)}
	quad.Legendre{}.FixedLocations(r.node, r.weight, -1, 1)
	return r
}

var coarse, fine = legendre(12), legendre(20)

func (r rule) moment(f slope, c, lo, hi float64) float64 {
	mid, half := lo+(hi-lo)/2, (hi-lo)/2
	base := mid - c
	if c == lo { // exact, however close the ends
		base = half
	} else if c == hi {
		base = -half
	}
	var s float64
	for i, x := range r.node {
		s += r.weight[i] * (base + half*x) * f.Deriv(mid+half*x)
	}
	return half * s
}

// panel halves the interval until 12 and 20 points agree to 1e-11 of the value or
// to atol: then the 20 points, of an integrand that is analytic there, have all
// digits. It is NaN if the budget of evaluations is used up before: a σ' that is
// not smooth enough, or that is noise.
func panel(f slope, c, lo, hi, atol float64, budget *int) float64 {
	a, b := coarse.moment(f, c, lo, hi), fine.moment(f, c, lo, hi)
	if math.Abs(a-b) <= math.Max(1e-11*math.Abs(b), atol) {
		return b
	}
	*budget--
	if *budget < 0 || math.IsNaN(b) || math.IsInf(b, 0) {
		return math.NaN()
	}
	mid := lo + (hi-lo)/2
	return panel(f, c, lo, mid, atol, budget) + panel(f, c, mid, hi, atol, budget)
}
