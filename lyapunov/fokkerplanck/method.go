package fokkerplanck

import (
	"fmt"
	"math"
)

// A Method advances a density by one step. The methods are those of this
// package.
type Method interface {
	// String returns the name of the method.
	String() string
	// Order returns the order of convergence in time, 0 for a method without
	// error in time.
	Order() int
	prepare(g *Generator, tau float64) (stepper, error)
}

// A stepper takes steps of one length. step stores the masses after the step in
// dst, which is not src, and returns a bound of ‖δm‖₁ for what the method itself
// leaves out, beside rounding.
type stepper interface {
	step(dst, src []float64) (bound float64, err error)
}

// ImplicitEuler solves m' = m + τ Qᵀm'. It is of first order, and for every τ
// positive, exact in mass and dissipative: F_{n+1} - F_n <= -τ D_{n+1}.
type ImplicitEuler struct{}

// String returns "implicit Euler".
func (ImplicitEuler) String() string { return "implicit Euler" }

// Order returns 1.
func (ImplicitEuler) Order() int { return 1 }

func (ImplicitEuler) prepare(g *Generator, tau float64) (stepper, error) { return g.resolvent(tau) }

// resolvent returns the solver of (1 - τQᵀ) m' = m that suits the grid.
func (g *Generator) resolvent(tau float64) (stepper, error) {
	if g.signed {
		return nil, fmt.Errorf("fokkerplanck: rates are negative, as was asked with CentredSigned: an implicit step has no positive solution then; use ExplicitEuler with short steps, or Upwind")
	}
	kind := g.settings.Solver
	if g.band && kind != Multigrid {
		return &path{implicit{g.newTridiagonal(tau)}}, nil
	}
	if kind == Automatic {
		kind = Multigrid
		if _, width := g.bandOf(); len(g.exit)*width <= 1<<19 {
			kind = Elimination
		}
	}
	if kind == Multigrid {
		return g.newIterative(tau)
	}
	e, err := g.newElimination(tau, []float64{1}, g.bonds)
	if err != nil {
		return nil, err
	}
	return &implicit{e}, nil
}

// implicit is a step by elimination.
type implicit struct {
	system interface{ solve(x, b []float64) }
}

func (s *implicit) step(dst, src []float64) (float64, error) {
	s.system.solve(dst, src)
	return 0, nil
}

// path is a step on a line, whose factor is cheap to make anew.
type path struct{ implicit }

func (s *path) retune(tau float64) { s.system.(*tridiagonal).retune(tau) }

// TwoStage is the L-stable method of second order with two solves a step,
//
//	m' = (1+√2) R²m - √2 Rm,   R = (1 - γτQᵀ)⁻¹,  γ = 1 - 1/√2,
//
// the singly diagonally implicit Runge-Kutta method of Alexander (1977) in
// partial fractions. No linear method of second order is positive for every τ
// (Bolley and Crouzeix 1978): this one fails on densities that have gaps until
// they are filled, and the certificate then says so.
type TwoStage struct{}

// String returns "two-stage".
func (TwoStage) String() string { return "two-stage" }

// Order returns 2.
func (TwoStage) Order() int { return 2 }

func (TwoStage) prepare(g *Generator, tau float64) (stepper, error) {
	r, err := g.resolvent((1 - math.Sqrt2/2) * tau)
	if err != nil {
		return nil, err
	}
	return &twoStage{r, make([]float64, len(g.exit))}, nil
}

type twoStage struct {
	resolvent stepper
	first     []float64
}

func (s *twoStage) step(dst, src []float64) (float64, error) {
	e1, err := s.resolvent.step(s.first, src)
	if err != nil {
		return 0, err
	}
	e2, err := s.resolvent.step(dst, s.first)
	for i, v := range s.first {
		// A sum of what stays and of what changes: mass is kept to rounding.
		dst[i] += math.Sqrt2 * (dst[i] - v)
	}
	return (1+math.Sqrt2)*(e1+e2) + math.Sqrt2*e1, err
}

// ExplicitEuler takes m' = m + τ Qᵀm. It is of first order. While τ MaxRate() <=
// 1 the step is a stochastic matrix, positive and F-decreasing; a longer step is
// an error.
type ExplicitEuler struct{}

// String returns "explicit Euler".
func (ExplicitEuler) String() string { return "explicit Euler" }

// Order returns 1.
func (ExplicitEuler) Order() int { return 1 }

func (ExplicitEuler) prepare(g *Generator, tau float64) (stepper, error) {
	if limit := 1 / g.MaxRate(); tau > limit*(1+1e-12) {
		return nil, fmt.Errorf("fokkerplanck: explicit step of %.6g, and positive only up to 1/MaxRate() = %.6g: take shorter steps, or ImplicitEuler or Uniformization, which have no limit", tau, limit)
	}
	return &explicit{g, tau}, nil
}

type explicit struct {
	g   *Generator
	tau float64
}

func (s *explicit) step(dst, src []float64) (float64, error) {
	s.g.advance(dst, src, s.tau)
	return 0, nil
}

// advance stores (1 + τQᵀ) m in dst. While τ|Q_ii| <= 1 only products of numbers
// that are not negative are added.
func (g *Generator) advance(dst, m []float64, tau float64) {
	for i, e := range g.exit {
		stay := 1 - tau*e
		if stay < 0 && stay > -1e-11 {
			stay = 0 // τ|Q_ii| is 1 but for rounding
		}
		dst[i] = m[i] * stay
	}
	for _, b := range g.bonds {
		dst[b.i] += tau * b.back * m[b.j]
		dst[b.j] += tau * b.out * m[b.i]
	}
}
