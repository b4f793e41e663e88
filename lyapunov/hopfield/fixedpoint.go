package hopfield

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// An Equilibrium is a state x = f(Wx + b).
type Equilibrium struct {
	X         []float64
	Value     float64 // E(x); NaN if W is not symmetric
	Residual  float64 // max |f(Wx + b) - x|
	Stability Stability
}

// Stable reports whether the equilibrium is exponentially stable.
func (e *Equilibrium) Stable() bool { return e.Stability.Stable() }

// Kind returns "stable", "saddle", "unstable" (in every direction) or
// "degenerate" (an eigenvalue within 1e-9 of zero, in units of one over the largest τ:
// linearisation does not tell).
func (e *Equilibrium) Kind() string {
	for _, l := range e.Stability.Eigenvalues {
		if math.Abs(real(l))*cmp.Or(e.Stability.slowest, 1) < 1e-9 {
			return "degenerate"
		}
	}
	switch e.Stability.Index() {
	case 0:
		return "stable"
	case len(e.X):
		return "unstable"
	}
	return "saddle"
}

// equilibrium returns x with its properties.
func (c *Continuous) equilibrium(x []float64) (*Equilibrium, error) {
	e := &Equilibrium{X: slices.Clone(x), Value: math.NaN()}
	y := make([]float64, c.n)
	c.Output(y, x)
	e.Residual = floats.Distance(x, y, math.Inf(1))
	if c.symmetric {
		e.Value = c.Energy().Value(x)
	}
	var err error
	e.Stability, err = c.Stability(x)
	return e, err
}

// Newton returns the equilibrium that Newton's method for x = f(Wx + b) reaches
// from the guess, halving steps that do not bring the residual down. It finds
// saddles as well as minima, and need not find the nearest. It is an error,
// with the last state as partial result, if it does not converge in 100 steps.
func (c *Continuous) Newton(guess []float64) (*Equilibrium, error) {
	checkLen(guess, c.n)
	if err := checkFinite("guess", guess); err != nil {
		return nil, err
	}
	x, err := newNewtonSolver(c).solve(guess)
	e, werr := c.equilibrium(x)
	if err == nil {
		err = werr
	}
	return e, err
}

// solve returns the root, or the last iterate with an error.
func (s *newtonSolver) solve(guess []float64) ([]float64, error) {
	x := slices.Clone(guess)
	size := s.residual(x)
	const most = 100
	for range most {
		if size == 0 || s.step(x) != nil {
			break
		}
		moved, next := false, 0.0
		for t := 1.0; t > 1e-10; t /= 2 {
			floats.AddScaledTo(s.trial, x, t, s.move)
			if next = s.residual(s.trial); next < size {
				moved = true
				break
			}
		}
		if !moved {
			break // at the rounding level, or at a stationary point that is no root
		}
		copy(x, s.trial)
		size = next
	}
	if size <= newtonTolerance(x) {
		return x, nil
	}
	return x, fmt.Errorf("hopfield: Newton's method stopped with a residual of %.3g at x = %.6g: start nearer to the equilibrium, for instance where Settle ends", size, x)
}

// newtonTolerance is the residual below which a state counts as a root: rounding
// of a = Wx + b keeps it from 0.
func newtonTolerance(x []float64) float64 {
	return 1e-12 * math.Max(1, floats.Norm(x, math.Inf(1)))
}

// A newtonSolver owns the scratch of one search.
type newtonSolver struct {
	c                   *Continuous
	a, gap, trial, move []float64
	matrix              *mat.Dense
	right, solution     *mat.VecDense
	lu                  mat.LU
}

func newNewtonSolver(c *Continuous) *newtonSolver {
	s := &newtonSolver{c: c, matrix: mat.NewDense(c.n, c.n, nil)}
	s.a, s.gap, s.trial, s.move = make([]float64, c.n), make([]float64, c.n), make([]float64, c.n), make([]float64, c.n)
	s.right, s.solution = mat.NewVecDense(c.n, s.gap), mat.NewVecDense(c.n, s.move)
	return s
}

// residual returns max |f(Wx + b) - x| and leaves a and the differences.
func (s *newtonSolver) residual(x []float64) float64 {
	s.c.Drive(s.a, x)
	var most float64
	for i, f := range s.c.f {
		s.gap[i] = f.Value(s.a[i]) - x[i]
		most = math.Max(most, math.Abs(s.gap[i]))
	}
	return most
}

// step solves (I - DW) move = f(a) - x at x.
func (s *newtonSolver) step(x []float64) error {
	s.residual(x)
	n := s.c.n
	for i, f := range s.c.f {
		d := f.Deriv(s.a[i])
		for j := range n {
			v := -d * s.c.w[i*n+j]
			if i == j {
				v++
			}
			s.matrix.Set(i, j, v)
		}
	}
	s.lu.Factorize(s.matrix)
	err := s.lu.SolveVecTo(s.solution, false, s.right)
	if _, ok := err.(mat.Condition); ok && !math.IsInf(s.lu.Cond(), 1) {
		return nil // near a bifurcation: the line search decides
	}
	return err
}
