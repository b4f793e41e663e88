package hopfield

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// A Potential is the function F of [NH] Theorem 12: its gradient is what the
// hidden units of a Modern network answer to their inputs z. It takes vectors of
// any length n ≥ 1. dst does not overlap the other arguments.
type Potential interface {
	// Value returns F(z).
	Value(z []float64) float64
	// Gradient stores ∇F(z) in dst.
	Gradient(dst, z []float64)
	// HessianTimes stores ∇²F(z) w in dst.
	HessianTimes(dst, z, w []float64)
}

// Curved is a Potential that knows bounds of its second derivatives. All
// potentials of this package are Curved but FromEnergy.
type Curved interface {
	Potential
	// Curvature returns numbers with lo I ⪯ ∇²F(z) ⪯ hi I for every z; -Inf and
	// +Inf where there are none, or none are known. F is convex if lo ≥ 0.
	Curvature() (lo, hi float64)
	// Growth returns a number c such that F(z) ≤ c'|z|² + c" for every c' > c and
	// some c": 0 for a bounded gradient, +Inf if there is none.
	Growth() float64
}

// CheckPotential holds a Potential against its laws at the given points: values
// and derivatives are finite, z is not written to, the gradient is the
// derivative of the value, the Hessian that of the gradient and symmetric, and
// its eigenvalues keep to the bounds of a Curved one as far as the quotients
// wᵀ∇²Fw/|w|² of the unit vectors and a full one show. Derivatives are compared with
// extrapolated central differences, to 1e-6. The error names the law and the
// place.
func CheckPotential(f Potential, points [][]float64) error {
	if len(points) == 0 {
		return fmt.Errorf("hopfield: no points to check a potential at: give at least one")
	}
	for k, p := range points {
		z := append([]float64(nil), p...)
		if err := checkPotentialAt(f, z); err != nil {
			return fmt.Errorf("%w (point %d, z = %v)", err, k, p)
		}
	}
	return nil
}

func checkPotentialAt(f Potential, z []float64) error {
	n := len(z)
	grad, row, full := make([]float64, n), make([]float64, n), make([]float64, n)
	hess := make([][]float64, n)
	kept := append([]float64(nil), z...)
	f.Gradient(grad, z)
	f.HessianTimes(row, z, grad)
	f.Value(z)
	for i := range n {
		if z[i] != kept[i] {
			return fmt.Errorf("hopfield: the potential changed component %d of its argument", i)
		}
	}
	size, steep := 1.0, 1.0
	for i := range n {
		unit := make([]float64, n)
		unit[i], full[i] = 1, 1/float64(i+1)
		hess[i] = make([]float64, n)
		f.HessianTimes(hess[i], z, unit)
		size = math.Max(size, math.Abs(grad[i]))
		for _, h := range hess[i] {
			steep = math.Max(steep, math.Abs(h))
		}
	}
	if v := f.Value(z); math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("hopfield: the potential is %v", v)
	}
	for i := range n {
		want := potentialSlope(z, i, func() float64 { return f.Value(z) })
		if !(math.Abs(grad[i]-want) <= 1e-6*size) {
			return fmt.Errorf("hopfield: gradient component %d is %.9g, differences of the value give %.9g", i, grad[i], want)
		}
		for j := range n {
			want := potentialSlope(z, j, func() float64 { f.Gradient(row, z); return row[i] })
			if !(math.Abs(hess[j][i]-want) <= 1e-6*steep) || !(math.Abs(hess[j][i]-hess[i][j]) <= 1e-12*steep) {
				return fmt.Errorf("hopfield: Hessian entry (%d, %d) is %.9g and its mirror image %.9g, differences of the gradient give %.9g", i, j, hess[j][i], hess[i][j], want)
			}
		}
	}
	c, ok := f.(Curved)
	if !ok {
		return nil
	}
	lo, hi := c.Curvature()
	f.HessianTimes(row, z, full)
	quotient := floats.Dot(row, full) / floats.Dot(full, full)
	for i := range n {
		for _, q := range []float64{hess[i][i], quotient} {
			if !(lo-1e-12*steep <= q && q <= hi+1e-12*steep) {
				return fmt.Errorf("hopfield: the curvature %.9g in a direction leaves its bounds [%g, %g]", q, lo, hi)
			}
		}
	}
	return nil
}

// potentialSlope returns the derivative of f with respect to z_i by central
// differences at two steps, extrapolated.
func potentialSlope(z []float64, i int, f func() float64) float64 {
	keep := z[i]
	defer func() { z[i] = keep }()
	diff := func(h float64) float64 {
		z[i] = keep + h
		up, hi := f(), z[i]
		z[i] = keep - h
		return (up - f()) / (hi - z[i])
	}
	h := 1e-3 * math.Max(math.Abs(keep), 0.1)
	return (4*diff(h/2) - diff(h)) / 3
}
