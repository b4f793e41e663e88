package lyapunov

import (
	"fmt"
	"math"
)

// An Energy is a function that a flow drives down.
//
// Value and Gradient have the shapes of gonum's optimize.Problem, so that
// Problem{Func: e.Value, Grad: e.Gradient} needs no adapter.
type Energy interface {
	// Dim returns the number of coordinates n.
	Dim() int
	// Value returns E(x). It does not change x, and is NaN outside the domain.
	Value(x []float64) float64
	// Gradient stores ∇E(x), the covector of partial derivatives, in dst.
	// dst and x have length n and do not overlap.
	Gradient(dst, x []float64)
}

// A Mobility is the operator K(x) = S(x) + A(x) of a flow dx/dt = -K ∇E, with
// S symmetric positive semidefinite and A antisymmetric. All methods are in
// place: dst does not overlap the other arguments.
type Mobility interface {
	// Sharp stores the velocity K(x) ξ of the covector ξ in dst.
	Sharp(dst, x, xi []float64)
	// SharpSqrt stores S(x)^(1/2) w in dst: the shape of the noise.
	SharpSqrt(dst, x, w []float64)
	// Divergence stores (div K)^a = Σ_b ∂_b K^{ab} in dst: the Itô drift that
	// T multiplies.
	Divergence(dst, x []float64)
}

// Rate returns dE/dt = ∇E(x)·v, the rate at which E changes at x while the
// state moves with velocity v. A negative rate for every x off the equilibria
// is what makes E a Lyapunov function of the field. It panics if the lengths
// of x and v differ from e.Dim().
func Rate(e Energy, x, v []float64) float64 {
	n := e.Dim()
	if len(x) != n || len(v) != n {
		panic("lyapunov: length mismatch")
	}
	g := make([]float64, n)
	e.Gradient(g, x)
	var rate float64
	for i, gi := range g {
		rate += gi * v[i]
	}
	return rate
}

// CheckEnergy holds an Energy against its laws at the given points (interior
// ones, away from kinks): the value is finite, x is not written to, and the
// gradient is the derivative of the value. The derivative is taken by central
// differences at two steps and extrapolated, and must agree to 1e-6 relative
// to the larger of the gradient's norm and 1. The error names the point and
// the coordinate.
func CheckEnergy(e Energy, points [][]float64) error {
	n := e.Dim()
	grad := make([]float64, n)
	for k, p := range points {
		if len(p) != n {
			return fmt.Errorf("lyapunov: point %d has %d coordinates, the energy has %d: pass points of the energy's dimension", k, len(p), n)
		}
		x := append([]float64(nil), p...)
		if v := e.Value(x); math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("lyapunov: energy is %v at point %d, x = %v: check the formula, or choose points inside the domain", v, k, p)
		}
		e.Gradient(grad, x)
		for i := range n {
			if x[i] != p[i] {
				return fmt.Errorf("lyapunov: Value or Gradient changed coordinate %d of its argument at point %d: work on a copy", i, k)
			}
		}
		scale := 1.0
		for _, g := range grad {
			scale = math.Max(scale, math.Abs(g))
		}
		for i := range n {
			want := richardson(e, x, i)
			if !(math.Abs(grad[i]-want) <= 1e-6*scale) {
				return fmt.Errorf("lyapunov: gradient component %d is %.9g at point %d, x = %v, but the value's differences give %.9g: one of Value and Gradient is wrong", i, grad[i], k, p, want)
			}
		}
	}
	return nil
}

// richardson returns ∂E/∂x_i from central differences at steps h and h/2, with
// the h² term of the error removed.
func richardson(e Energy, x []float64, i int) float64 {
	keep := x[i]
	diff := func(h float64) float64 {
		x[i] = keep + h
		up, hi := e.Value(x), x[i]
		x[i] = keep - h
		down, lo := e.Value(x), x[i]
		x[i] = keep
		return (up - down) / (hi - lo)
	}
	h := 1e-4 * math.Max(math.Abs(keep), 0.01)
	return (4*diff(h/2) - diff(h)) / 3
}
