package kramersmoyal

import (
	"fmt"
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/freeenergy"
)

// mostDense bounds the matrix of EvolveField: 512 cells take about a second.
const mostDense = 512

// EvolveField returns the solution at the time t, from p, of
//
//	∂p/∂t = Σ_{n=1}^N (-∂)^n/n! (m_n(x) p)
//
// with rates m_1(x), …, m_N(x) that depend on x, on a periodic grid in one
// dimension of at most 512 cells: the exponential of the matrix of spectral
// derivatives, so that the error in time is rounding. Truncation.Evolve is faster
// where the coefficients are constant.
//
// It is an error if the grid has ends, too many cells or too few for the solution,
// if a coefficient is not finite, or if the solution grows out of rounding, as it does
// where the equation is ill-posed; the solution comes with that error. It panics
// unless t >= 0, there are 1 to MaxOrder coefficients, as many at every x.
func EvolveField(p *freeenergy.Density, d func(x float64) []float64, t float64) (Signed, error) {
	if p.Grid.Dim() != 1 || !(t >= 0) || math.IsInf(t, 0) {
		panic(fmt.Sprintf("kramersmoyal: an evolution in one dimension on a grid of %d, to the time %v", p.Grid.Dim(), t))
	}
	f, err := newTransform(p.Grid)
	if err != nil {
		return Signed{}, err
	}
	n := p.Grid.Len()
	if n > mostDense {
		return Signed{}, fmt.Errorf("kramersmoyal: a matrix of %d cells, at most %d: take fewer, or Truncation.Evolve for constant coefficients", n, mostDense)
	}
	l, err := generatorMatrix(f, d)
	if err != nil {
		return Signed{}, err
	}
	l.Scale(t, l)
	var e mat.Dense
	e.Exp(l)
	out := mat.NewVecDense(n, nil)
	out.MulVec(&e, mat.NewVecDense(n, p.P))
	s := Signed{&freeenergy.Density{Grid: p.Grid, P: out.RawVector().Data}}
	return s, evolved(f, p.P, s.P, mat.Norm(&e, math.Inf(1)), t)
}

// generatorMatrix returns Σ_n C_n diag(m_n), with C_n the circulant matrix of
// (-∂)^n/n!.
func generatorMatrix(f *transform, d func(x float64) []float64) (*mat.Dense, error) {
	n := f.grid.Len()
	axis := f.grid.Axis(0)
	coefficients := make([][]float64, n)
	for j := range coefficients {
		x := axis.Center(j)
		coefficients[j] = append([]float64(nil), d(x)...)
		if order := len(coefficients[j]); order == 0 || order > MaxOrder || order != len(coefficients[0]) {
			panic(fmt.Sprintf("kramersmoyal: %d coefficients at x = %v and %d at the first cell, want 1 to %d, as many everywhere", order, x, len(coefficients[0]), MaxOrder))
		}
		for k, v := range coefficients[j] {
			if notFinite(v) {
				return nil, fmt.Errorf("kramersmoyal: the rate m_%d is %v at x = %.6g: correct its formula, or choose a box inside its domain", k+1, v, x)
			}
		}
	}
	l := mat.NewDense(n, n, nil)
	k, c := make([]float64, 1), make([]complex128, n)
	factor := 1.0
	for order := 1; order <= len(coefficients[0]); order++ {
		factor /= float64(order)
		for i := range c {
			nyquist := f.wave(k, i)
			c[i] = derivative(k, []int{order}, nyquist) * complex(factor/float64(n), 0)
		}
		column := f.backward(c) // of the first cell; the others are shifted
		for j := range n {
			for i := range n {
				l.Set(i, j, l.At(i, j)+column[(i-j+n)%n]*coefficients[j][order-1])
			}
		}
	}
	return l, nil
}

// evolved returns an error if the solution s from p is not one: amplified is the norm
// of the evolution, by which rounding has grown.
func evolved(f *transform, p, s []float64, amplified, t float64) error {
	var top float64
	for _, v := range p {
		top = math.Max(top, math.Abs(v))
	}
	var unresolved float64
	k := make([]float64, 1)
	for i, v := range f.forward(s) {
		if f.wave(k, i); f.outer(k) {
			unresolved += cmplx.Abs(v)
		}
	}
	switch {
	case !(16*eps*amplified <= resolution):
		return fmt.Errorf("kramersmoyal: to the time %g the evolution grows rounding by %.2g: where the last even coefficient has the sign that lets short waves grow the equation is ill-posed; see Diagnose, and truncate at order 2", t, amplified)
	case !(unresolved <= resolution*top):
		return fmt.Errorf("kramersmoyal: the grid of %d cells is too coarse for the solution at t = %g: waves in the outer third of its spectrum make up %.2g, with max p = %.3g; take more cells, or a box at whose ends the density vanishes", len(p), t, unresolved, top)
	}
	return nil
}
