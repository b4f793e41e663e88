package hopfield

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov"
)

// A StateEnergy is the energy of a Continuous network with symmetric W, as a
// function of the state itself,
//
//	E(x) = -½ xᵀWx - bᵀx + Σ G_i(x_i),   G_i(x) = ∫ f_i⁻¹ from f_i(0) to x.
//
// Along the flow
//
//	dE/dt = -Σ (a_i - u_i)(f_i(a_i) - f_i(u_i))/τ_i ≤ 0,   a = Wx + b,  u_i = f_i⁻¹(x_i),
//
// with equality only at equilibria, for any W = Wᵀ and any τ_i > 0 and f_i:
// strict where the E(y) of [NH] Lemma 7 is not, see OutputEnergy. It is NaN
// outside the closed box of the ranges; a trajectory that starts there enters.
// Derived in notebook 07.
type StateEnergy struct{ c *Continuous }

// An OutputEnergy is the energy of [NH] Lemma 7, E(y) = -½ yᵀWy - bᵀy + Σ G_i(y_i)
// at y = f(Wx + b), as a function of the state x, for symmetric W. Where all
// τ are equal it does not increase,
//
//	dE(y)/dt = -τ Σ f'(a_i) (da_i/dt)²,
//
// but it stops wherever W dx/dt = 0, which needs no equilibrium, and with
// unequal τ it may rise. The lower limit of G is fixed at f(0). The y never
// leave the range, so it is defined for every x. Derived in notebook 07.
type OutputEnergy struct{ c *Continuous }

var (
	_ lyapunov.Energy = (*StateEnergy)(nil)
	_ lyapunov.Energy = (*OutputEnergy)(nil)
)

// Energy returns E(x). It panics if W is not symmetric: then there is none.
func (c *Continuous) Energy() *StateEnergy {
	c.mustSymmetric()
	return &StateEnergy{c}
}

// OutputEnergy returns E(y) as a function of x. It panics if W is not symmetric.
func (c *Continuous) OutputEnergy() *OutputEnergy {
	c.mustSymmetric()
	return &OutputEnergy{c}
}

func (c *Continuous) mustSymmetric() {
	if !c.symmetric {
		panic(fmt.Sprintf("%v: an asymmetric network has no energy", checkSymmetric("W", c.W())))
	}
}

// Dim returns the number of units.
func (e *StateEnergy) Dim() int { return e.c.n }

// Value returns E(x).
func (e *StateEnergy) Value(x []float64) float64 {
	sum := e.c.quadratic(x)
	for i, f := range e.c.f {
		sum += contPotential(f, x[i])
	}
	return sum
}

// quadratic returns -½ xᵀWx - bᵀx.
func (c *Continuous) quadratic(x []float64) float64 {
	checkLen(x, c.n)
	var sum float64
	for i, xi := range x {
		sum -= xi * (floats.Dot(c.w[i*c.n:(i+1)*c.n], x)/2 + c.b[i])
	}
	return sum
}

// Gradient stores ∂E/∂x = f⁻¹(x) - Wx - b in dst. It is infinite at the ends of
// a range.
func (e *StateEnergy) Gradient(dst, x []float64) {
	e.c.Drive(dst, x)
	for i, a := range dst {
		dst[i] = e.c.f[i].Inverse(x[i]) - a
	}
}

// Hessian stores D⁻¹ - W in dst, D = diag f'(f⁻¹(x)). Its diagonal is infinite at
// the ends of a range.
func (e *StateEnergy) Hessian(dst *mat.SymDense, x []float64) {
	c := e.c
	checkLen(x, c.n)
	if dst.IsEmpty() {
		dst.ReuseAsSym(c.n)
	}
	for i := range c.n {
		for j := i; j < c.n; j++ {
			dst.SetSym(i, j, -c.w[i*c.n+j])
		}
		dst.SetSym(i, i, 1/c.f[i].Deriv(c.f[i].Inverse(x[i]))-c.w[i*c.n+i])
	}
}

// Rate returns dE(x)/dt along the flow, term by term not positive.
func (e *StateEnergy) Rate(x []float64) float64 {
	c := e.c
	a := make([]float64, c.n)
	c.Drive(a, x)
	var sum float64
	for i, f := range c.f {
		if move := f.Value(a[i]) - x[i]; move != 0 { // 0·∞ at the ends of the range is 0
			sum -= (a[i] - f.Inverse(x[i])) * move / c.tau[i]
		}
	}
	return sum
}

// LowerBound returns -½ Σ|W_ij| m_i m_j - Σ |b_i| m_i, m_i = sup |f_i|: E is not
// below it, since G is convex with its least value G(f(0)) = 0. It is -Inf for
// an unbounded f. [NH] Theorem 9, corrected.
func (e *StateEnergy) LowerBound() float64 {
	c := e.c
	m := make([]float64, c.n)
	for i, f := range c.f {
		lo, hi := f.Range()
		m[i] = math.Max(math.Abs(lo), math.Abs(hi))
	}
	var sum float64
	for i := range c.n {
		for j := range c.n {
			if w := c.w[i*c.n+j]; w != 0 {
				sum -= math.Abs(w) * m[i] * m[j] / 2
			}
		}
		if c.b[i] != 0 {
			sum -= math.Abs(c.b[i]) * m[i]
		}
	}
	return sum
}

// Dim returns the number of units.
func (e *OutputEnergy) Dim() int { return e.c.n }

// Value returns E(y) at y = f(Wx + b), its potentials taken from a = Wx + b,
// so that they are right where f has saturated.
func (e *OutputEnergy) Value(x []float64) float64 {
	c := e.c
	a, y := make([]float64, c.n), make([]float64, c.n)
	c.Drive(a, x)
	var sum float64
	for i, f := range c.f {
		y[i] = f.Value(a[i])
		sum += contPotentialAt(f, a[i])
	}
	return sum + c.quadratic(y)
}

// Gradient stores ∂E(y)/∂x = W D W (x - y), D = diag f'(a), in dst.
func (e *OutputEnergy) Gradient(dst, x []float64) {
	c := e.c
	checkLen(dst, c.n)
	a, gap := make([]float64, c.n), make([]float64, c.n)
	c.Drive(a, x)
	for i, f := range c.f {
		gap[i] = x[i] - f.Value(a[i])
	}
	for i, f := range c.f {
		a[i] = f.Deriv(a[i]) * floats.Dot(c.w[i*c.n:(i+1)*c.n], gap)
	}
	for i := range dst {
		dst[i] = floats.Dot(c.w[i*c.n:(i+1)*c.n], a)
	}
}

// Rate returns dE(y)/dt = -Σ f'(a_i) (W(y-x))_i (da_i/dt) along the flow: not
// positive where all τ are equal, of either sign elsewhere.
func (e *OutputEnergy) Rate(x []float64) float64 {
	c := e.c
	a, gap, move := make([]float64, c.n), make([]float64, c.n), make([]float64, c.n)
	c.Drive(a, x)
	for i, f := range c.f {
		gap[i] = f.Value(a[i]) - x[i]
		move[i] = gap[i] / c.tau[i]
	}
	var sum float64
	for i, f := range c.f {
		row := c.w[i*c.n : (i+1)*c.n]
		sum -= f.Deriv(a[i]) * floats.Dot(row, gap) * floats.Dot(row, move)
	}
	return sum
}
