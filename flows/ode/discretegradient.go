package ode

import (
	"fmt"
	"math"

	"hopflow/lyapunov"
)

// A DiscreteGradient ∇̄E(x, y) is a gradient for steps instead of velocities:
//
//	∇̄E(x, y)·(y - x) = E(y) - E(x),   ∇̄E(x, x) = ∇E(x).
//
// A step y = x - h K ∇̄E(x, y) with ξ·Kξ >= 0 changes the energy by
// -h ∇̄E·K∇̄E <= 0, whatever h is. O. Gonzalez, Journal of Nonlinear Science 6
// (1996) 449; R. I. McLachlan, G. R. W. Quispel and N. Robidoux, Philosophical
// Transactions A 357 (1999) 1021. Use the values below.
type DiscreteGradient struct {
	name  string
	order int
	rule  []span // quadrature on [0, 1]; nil: coordinate increments
}

// The discrete gradients of the package. Where a difference of energies is
// below the rounding error of their values, the gradient in the middle stands
// for the quotient.
var (
	// Gonzalez is the gradient at the midpoint, corrected along y - x so that
	// the first law holds. Order 2, with the mobility at the midpoint.
	Gonzalez = DiscreteGradient{"Gonzalez", 2, []span{{0.5, 1}}}
	// AVF is the average of the gradient over the segment from x to y, by
	// Gauss's rule with 4 nodes, corrected in the same way for what the rule
	// leaves: nothing for polynomials up to degree 8. Order 2.
	AVF = DiscreteGradient{"average vector field", 2, []span{
		{0.5 - 0.8611363115940526/2, 0.3478548451374538 / 2}, {0.5 - 0.3399810435848563/2, 0.6521451548625461 / 2},
		{0.5 + 0.3399810435848563/2, 0.6521451548625461 / 2}, {0.5 + 0.8611363115940526/2, 0.3478548451374538 / 2}}}
	// ItohAbe moves one coordinate after the other and divides the increment of
	// the energy by that of the coordinate. Order 1. With a symmetric mobility
	// a step is a sequence of scalar equations, each of which has a solution
	// if E is continuous and bounded below; it needs no smoothness. With a
	// diagonal mobility, taken where a coordinate ends, the same holds on a box
	// at whose faces the mobility vanishes, and no step leaves the box. T. Itoh and K. Abe,
	// Journal of Computational Physics 76 (1988) 85.
	ItohAbe = DiscreteGradient{"Itoh-Abe", 1, nil}
	// ItohAbeSymmetric takes half a step of ItohAbe and half a step of its
	// adjoint, the coordinates in reverse. Order 2.
	ItohAbeSymmetric = DiscreteGradient{"symmetrised Itoh-Abe", 2, nil}
)

// Order returns the order p of the steps made with it.
func (d DiscreteGradient) Order() int { return d.order }

// String returns the name.
func (d DiscreteGradient) String() string { return d.name }

// At stores ∇̄E(x, y) in dst, which overlaps neither; for ItohAbeSymmetric that
// of its first half step. It panics if the lengths differ from e.Dim().
func (d DiscreteGradient) At(dst []float64, e lyapunov.Energy, x, y []float64) {
	n := e.Dim()
	if len(dst) != n || len(x) != n || len(y) != n {
		panic("ode: length mismatch")
	}
	q := newQuotient(d, e)
	q.gradient(dst, x, y, e.Value(x), false)
}

// CheckDiscreteGradient holds a discrete gradient against its two laws for an
// energy at pairs of points x, y: the first to 1e-12 of the terms in it, the
// second to 1e-12. The error names the pair and the law.
func CheckDiscreteGradient(d DiscreteGradient, e lyapunov.Energy, pairs [][2][]float64) error {
	n := e.Dim()
	bar, g := make([]float64, n), make([]float64, n)
	for k, p := range pairs {
		x, y := p[0], p[1]
		d.At(bar, e, x, y)
		ex, ey := e.Value(x), e.Value(y)
		sum, size := ex-ey, math.Abs(ex)+math.Abs(ey)
		for i, b := range bar {
			sum += b * (y[i] - x[i])
			size += math.Abs(b) * (math.Abs(x[i]) + math.Abs(y[i]))
		}
		if !(math.Abs(sum) <= 1e-12*size) {
			return fmt.Errorf("ode: %v at pair %d, x = %v, y = %v: ∇̄E·(y-x) misses E(y)-E(x) = %.6g by %.3g: is the energy continuous between them?", d, k, x, y, ey-ex, sum)
		}
		d.At(bar, e, x, x)
		e.Gradient(g, x)
		for i := range g {
			if !(math.Abs(bar[i]-g[i]) <= 1e-12*math.Max(1, math.Abs(g[i]))) {
				return fmt.Errorf("ode: %v at pair %d: component %d of ∇̄E(x, x) is %.12g, of ∇E(x) %.12g, x = %v", d, k, i, bar[i], g[i], x)
			}
		}
	}
	return nil
}

// A quotient evaluates a discrete gradient of one energy.
type quotient struct {
	DiscreteGradient
	e    lyapunov.Energy
	m, g []float64 // a point between x and y, the gradient there
}

func newQuotient(d DiscreteGradient, e lyapunov.Energy) *quotient {
	return &quotient{d, e, make([]float64, e.Dim()), make([]float64, e.Dim())}
}

// gradient stores ∇̄E(x, y) in dst and returns E(y). ex is E(x); reverse takes
// the coordinates from the last to the first.
func (q *quotient) gradient(dst, x, y []float64, ex float64, reverse bool) (ey float64) {
	if q.rule == nil {
		return q.increments(dst, x, y, ex, reverse)
	}
	clear(dst)
	for _, node := range q.rule {
		for i := range x {
			q.m[i] = x[i] + node.theta*(y[i]-x[i])
		}
		q.e.Gradient(q.g, q.m)
		add(dst, node.g, q.g)
	}
	ey = q.e.Value(y)
	var linear, square float64
	for i, b := range dst {
		d := y[i] - x[i]
		linear += b * d
		square += d * d
	}
	if gap := ey - ex - linear; math.Abs(gap) > rounding(ex, ey, dst, x, y) && square > 0 {
		for i := range dst {
			dst[i] += gap / square * (y[i] - x[i])
		}
	}
	return ey
}

// increments is the discrete gradient of Itoh and Abe.
func (q *quotient) increments(dst, x, y []float64, ex float64, reverse bool) float64 {
	copy(q.m, x)
	here := ex
	for k := range x {
		i := k
		if reverse {
			i = len(x) - 1 - k
		}
		q.m[i] = y[i]
		there, d := q.e.Value(q.m), y[i]-x[i]
		dst[i] = (there - here) / d
		if crude := 1e-12 * (math.Abs(here) + math.Abs(there)); d == 0 || math.Abs(there-here) <= crude {
			q.m[i] = x[i] + d/2
			q.e.Gradient(q.g, q.m)
			slope := q.g[i]
			noise := 2 * epsilon * (math.Abs(here) + math.Abs(there) + math.Abs(slope)*(math.Abs(x[i])+math.Abs(y[i])))
			if d == 0 || math.Abs(there-here-slope*d) <= noise {
				dst[i] = slope
			}
			q.m[i] = y[i]
		}
		here = there
	}
	return here
}

const epsilon = 0x1p-52

// rounding returns a size below which a difference of the energies at x and y
// says nothing: their own rounding, and that of the coordinates.
func rounding(ex, ey float64, g, x, y []float64) float64 {
	size := math.Abs(ex) + math.Abs(ey)
	for i, gi := range g {
		size += math.Abs(gi) * (math.Abs(x[i]) + math.Abs(y[i]))
	}
	return 4 * epsilon * size
}
