package hopfield

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// A BipartitePoint is an equilibrium of a Bipartite network.
type BipartitePoint struct {
	X      []float64    // (v, h)
	Energy float64      // E there
	Eigen  []complex128 // eigenvalues of the Jacobian of Field
}

// Stable reports whether all eigenvalues have a negative real part.
func (p BipartitePoint) Stable() bool {
	for _, l := range p.Eigen {
		if !(real(l) < 0) {
			return false
		}
	}
	return true
}

// Descend follows Field from x0 until it stands still and returns the
// equilibrium: recall without noise. It takes implicit steps
//
//	x + s F(x) - s J(x)(x' - x) = x',
//
// s growing while the residual |F| falls and halved where E would rise, so that
// near an equilibrium they become Newton's. E does not rise but by rounding, and a
// saddle is met only if x0 lies on its stable manifold. It is an error, with the
// last point, if |F| is not below 1e-13 of |x| or 1 after maxSteps, 0 for 10,000.
func (b *Bipartite) Descend(x0 []float64, maxSteps int) (BipartitePoint, error) {
	checkLen(x0, b.Dim())
	if err := checkFinite("x0", x0); err != nil {
		return BipartitePoint{}, err
	}
	if maxSteps == 0 {
		maxSteps = 10_000
	}
	n := len(x0)
	x := append([]float64(nil), x0...)
	next, f := make([]float64, n), make([]float64, n)
	jac, lhs := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	step, energy := 0.5, b.Value(x)
	for range maxSteps {
		b.Field(f, 0, x)
		if bipartiteNorm(f) <= 1e-13*math.Max(1, bipartiteNorm(x)) {
			return b.point(x, nil)
		}
		b.Jacobian(jac, x)
		for {
			// (I/s - J) dx = F: a semi-implicit Euler step.
			lhs.Scale(-1, jac)
			for i := range n {
				lhs.Set(i, i, lhs.At(i, i)+1/step)
			}
			dx := mat.NewVecDense(n, nil)
			ok := dx.SolveVec(lhs, mat.NewVecDense(n, f)) == nil
			for i := range n {
				next[i] = x[i] + dx.AtVec(i)
			}
			if e := b.Value(next); ok && b.progress(e-energy, math.Max(1, math.Abs(energy)), next, f) {
				energy, step = e, math.Min(2*step, 1e8)
				copy(x, next)
				break
			}
			if energy < -1e100 {
				return b.point(x, fmt.Errorf("hopfield: E = %.3g falls without end from x0: U is too strong for its activations: see Normalisable", energy))
			}
			if step /= 4; step < 1e-9 {
				return b.point(x, fmt.Errorf("hopfield: no step from x = %.6g lowers E = %.12g, and |F| is %.3g there: at a kink of an activation, or E is not finite", x, energy, bipartiteNorm(f)))
			}
		}
	}
	b.Field(f, 0, x)
	return b.point(x, fmt.Errorf("hopfield: |F| = %.3g after %d steps, E = %.12g: allow more steps; if E falls without end, U is too strong: see Normalisable", bipartiteNorm(f), maxSteps, energy))
}

// progress accepts a step that does not raise E but in its last digits, and one that
// halves the residual f where rounding hides the change of E.
func (b *Bipartite) progress(rise, scale float64, next, f []float64) bool {
	if !(rise > 1e-14*scale) {
		return !math.IsNaN(rise)
	}
	if rise > 1e-10*scale {
		return false
	}
	residual := make([]float64, len(f))
	b.Field(residual, 0, next)
	return bipartiteNorm(residual) < bipartiteNorm(f)/2
}

// point describes an equilibrium, or the last point of a failure.
func (b *Bipartite) point(x []float64, err error) (BipartitePoint, error) {
	p := BipartitePoint{X: append([]float64(nil), x...), Energy: b.Value(x)}
	if err != nil {
		return p, err
	}
	jac := mat.NewDense(len(x), len(x), nil)
	b.Jacobian(jac, x)
	var eig mat.Eigen
	if !eig.Factorize(jac, mat.EigenNone) {
		return p, fmt.Errorf("hopfield: no eigenvalues of the Jacobian at x = %.6g", x)
	}
	p.Eigen = eig.Values(nil)
	return p, nil
}

func bipartiteNorm(x []float64) float64 {
	var s float64
	for _, v := range x {
		s = math.Hypot(s, v)
	}
	return s
}
