package mirror

import (
	"fmt"
	"math"

	"hopflow/lyapunov"
)

// A Legendre function is strictly convex and differentiable on an open convex
// domain, and knows its conjugate ψ*(z) = sup_x (x·z - ψ(x)), [HF] (17).
//
// Value and Gradient have the shapes of gonum's optimize.Problem. They do not
// change x, and dst does not overlap it.
type Legendre interface {
	// Dim returns the number of coordinates.
	Dim() int
	// Domain returns the open convex set on which ψ is defined.
	Domain() Domain
	// Value returns ψ(x): a limit on the boundary of the domain, NaN outside.
	Value(x []float64) float64
	// Gradient stores ∇ψ(x) in dst: infinite on the boundary, NaN outside.
	Gradient(dst, x []float64)
	// Conjugate returns ψ*, whose gradient is the inverse of ∇ψ, [HF] (18a).
	Conjugate() Legendre
}

// Smooth is a Legendre function with second derivatives and with a divergence
// that keeps its digits where the arguments are close. All functions of this
// package are Smooth.
type Smooth interface {
	Legendre
	// Hessian stores ∇²ψ(x) v in dst, which does not overlap x or v.
	Hessian(dst, x, v []float64)
	// Bregman returns D(a, b), [HF] (14).
	Bregman(a, b []float64) float64
}

// A HessianMetric is the Riemannian metric G = ∇²ψ of a Legendre function: a
// geometry.Metric. For BitEntropy it is the tanh metric, [HF] (24). It has
// scratch of its own: one value serves one goroutine.
type HessianMetric struct {
	psi, conj Smooth
	z, v      []float64
}

// NewHessianMetric returns the metric ∇²ψ. It panics unless the conjugate is
// Smooth as well.
func NewHessianMetric(psi Smooth) *HessianMetric {
	conj, ok := psi.Conjugate().(Smooth)
	if !ok {
		panic("mirror: the conjugate has no Hessian: make it Smooth")
	}
	return &HessianMetric{psi, conj, make([]float64, psi.Dim()), make([]float64, psi.Dim())}
}

// Dim returns the number of coordinates.
func (m *HessianMetric) Dim() int { return m.psi.Dim() }

// Flat stores G(x) v = ∇²ψ(x) v in dst, which may be v.
func (m *HessianMetric) Flat(dst, x, v []float64) {
	copy(m.v, v)
	m.psi.Hessian(dst, x, m.v)
}

// Sharp stores G(x)⁻¹ ξ = ∇²ψ*(∇ψ(x)) ξ in dst, which may be xi.
func (m *HessianMetric) Sharp(dst, x, xi []float64) {
	copy(m.v, xi)
	m.psi.Gradient(m.z, x)
	m.conj.Hessian(dst, m.z, m.v)
}

// Compose returns the energy f(∇ψ(z)) of the mirror coordinate z, with gradient
// ∇²ψ(z) ∇f: the function that [HF] (15) has to be applied to. It has scratch
// of its own: one value serves one goroutine. It panics if the dimensions
// differ.
func Compose(f lyapunov.Energy, psi Smooth) lyapunov.Energy {
	lengths(psi.Dim(), f.Dim())
	return &composed{f, psi, make([]float64, psi.Dim()), make([]float64, psi.Dim())}
}

type composed struct {
	f    lyapunov.Energy
	psi  Smooth
	x, g []float64
}

func (c *composed) Dim() int { return c.f.Dim() }

func (c *composed) Value(z []float64) float64 {
	c.psi.Gradient(c.x, z)
	return c.f.Value(c.x)
}

func (c *composed) Gradient(dst, z []float64) {
	c.psi.Gradient(c.x, z)
	c.f.Gradient(c.g, c.x)
	c.psi.Hessian(dst, z, c.g)
}

// lengths panics unless all lengths are n.
func lengths(n int, others ...int) {
	for _, m := range others {
		if m != n {
			panic(fmt.Sprintf("mirror: length mismatch: %d coordinates, want %d", m, n))
		}
	}
}

// positive panics unless v is a positive finite number.
func positive(name string, v float64) {
	if !(v > 0) || math.IsInf(v, 0) {
		panic(fmt.Sprintf("mirror: %s is %v, want a positive finite number", name, v))
	}
}

// finite panics unless v is a finite number.
func finite(name string, v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		panic(fmt.Sprintf("mirror: %s is %v, want a finite number", name, v))
	}
}

// dot returns a·b.
func dot(a, b []float64) (s float64) {
	for i, v := range a {
		s += v * b[i]
	}
	return s
}
