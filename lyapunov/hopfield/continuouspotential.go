package hopfield

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"

	"hopflow/lyapunov/activation"
)

// contPotential returns G(x) = ∫ f⁻¹ from f(0) to x: convex, not negative, and
// NaN outside the closed range of f.
func contPotential(f activation.Function, x float64) float64 {
	if s, ok := f.(activation.Smooth); ok {
		return s.InverseIntegral(x) - s.InverseIntegral(s.Value(0))
	}
	lo, hi := f.Range()
	if !(lo <= x && x <= hi) {
		return math.NaN()
	}
	return contLegendre(f, f.Inverse(x))
}

// contPotentialAt returns G(f(a)) from a. By way of y = f(a) it would lose the
// digits of 1 - y, and the textbook y artanh y + ln(1-y²)/2 is NaN at a = 25.
func contPotentialAt(f activation.Function, a float64) float64 {
	switch f := f.(type) {
	case activation.Tanh:
		v := math.Min(2*math.Abs(f.Rate*a), 1e3) // v exp(-v) at +Inf would be NaN
		return (math.Ln2 - math.Log1p(math.Exp(-v)) - v*math.Exp(-v)/(1+math.Exp(-v))) / f.Rate
	case activation.Logistic:
		return contLogistic(f, a) - contLogistic(f, 0)
	case activation.Algebraic:
		v := math.Min(math.Abs(f.Rate*a), 1e9)
		h := math.Hypot(1, v)
		return v / h * (v / (1 + h)) / (2 * f.Rate) // (1 - 1/h)/2
	case activation.Arctan:
		v := math.Abs(f.Rate * a)
		if v > 1e8 {
			return math.Log(v) / (math.Pi * f.Rate)
		}
		return math.Log1p(v*v) / (2 * math.Pi * f.Rate)
	case activation.Smooth:
		y := f.Value(a)
		lo, hi := f.Range()
		if lo < y && y < hi {
			return contPotential(f, y)
		}
	}
	return contLegendre(f, a)
}

// contLogistic returns c y + (y ln y + (1-y) ln(1-y))/r at y = σ(a), with the
// logarithms of y and 1-y from a.
func contLogistic(f activation.Logistic, a float64) float64 {
	v := f.Rate * (a - f.Center)
	y, z := f.Value(a), f.Complement(a)
	lny, lnz := -math.Log1p(math.Exp(-math.Abs(v))), -math.Log1p(math.Exp(-math.Abs(v)))
	if v < 0 {
		lny += v
	} else {
		lnz -= v
	}
	var s float64
	if y > 0 {
		s += y * lny
	}
	if z > 0 {
		s += z * lnz
	}
	return f.Center*y + s/f.Rate
}

// contLegendre returns G(f(a)) = a f(a) - ∫ f from 0 to a, which needs no
// inverse and holds where f is flat, too. The relative error is about 1e-13.
func contLegendre(f activation.Function, a float64) float64 {
	if math.IsInf(a, 0) || math.IsNaN(a) {
		return math.NaN()
	}
	y := f.Value(a)
	// ∫ (y - f(s)) ds has one sign: nothing cancels.
	return contIntegral(func(s float64) float64 { return y - f.Value(s) }, 0, a)
}

// The ten nodes and weights of Gauss on [0, 1].
var contNode, contWeight = func() (node, weight [10]float64) {
	quad.Legendre{}.FixedLocations(node[:], weight[:], 0, 1)
	return node, weight
}()

// contIntegral halves the interval until ten points of Gauss agree with twice
// ten, to 1e-14 of the largest value times the whole length.
func contIntegral(g func(float64) float64, lo, hi float64) float64 {
	rule := func(lo, hi float64) (sum float64) {
		for k, node := range contNode {
			sum += contWeight[k] * g(lo+(hi-lo)*node)
		}
		return (hi - lo) * sum
	}
	var refine func(lo, hi, whole, tol float64, depth int) float64
	refine = func(lo, hi, whole, tol float64, depth int) float64 {
		mid := lo + (hi-lo)/2
		left, right := rule(lo, mid), rule(mid, hi)
		if depth == 0 || math.Abs(left+right-whole) <= tol {
			return left + right
		}
		// The tolerance is not halved: below rounding no halving would help.
		return refine(lo, mid, left, tol, depth-1) + refine(mid, hi, right, tol, depth-1)
	}
	whole := rule(lo, hi)
	return refine(lo, hi, whole, 1e-14*math.Abs(whole)+1e-16*math.Abs(g(lo)), 50)
}

// contMode is an activation that knows where it is steepest.
type contMode interface{ Mode() float64 }

// contSteepest returns sup f' and the u where it is attained: f' rises up to there
// and falls beyond. The place is NaN where there is none, and ok is false where
// neither is known.
func contSteepest(f activation.Function) (slope, at float64, ok bool) {
	switch f := f.(type) {
	case activation.Tanh:
		return f.Rate, 0, true
	case activation.Logistic:
		return f.Gain(), f.Center, true
	case activation.Algebraic:
		return f.Rate / 2, 0, true
	case activation.Arctan:
		return f.Rate / math.Pi, 0, true
	case activation.Rectifier:
		return 1, math.NaN(), true
	}
	if m, known := f.(contMode); known {
		return f.Deriv(m.Mode()), m.Mode(), true
	}
	return math.NaN(), math.NaN(), false
}

// contUnknownMode is the error for an activation of somebody else.
func contUnknownMode(f activation.Function, i int) error {
	return fmt.Errorf("hopfield: where the activation %T of unit %d is steepest is not known: give it a method Mode() float64, the u up to which f' rises and beyond which it falls", f, i)
}
