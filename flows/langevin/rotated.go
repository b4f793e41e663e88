package langevin

import (
	"sync"

	"hopflow/lyapunov"
)

// Rotated is a Mobility with an antisymmetric part added to it.
type Rotated struct {
	lyapunov.Mobility
	a       *Variable
	scratch sync.Pool
}

// NewRotated returns S + A(x): the mobility s with the n x n antisymmetric
// matrix that a stores, row-major, added. div stores Σ_b ∂_b A^{ab}; nil takes
// it by differences. A turns the flow along the levels of E, leaves exp(-E/T)
// stationary, and can make it the faster for that. It panics unless n is
// positive and s and a are given. CheckMobility finds an a that is not
// antisymmetric.
func NewRotated(s lyapunov.Mobility, n int, a func(a, x []float64), div func(dst, x []float64)) *Rotated {
	if s == nil {
		s = identity(n)
	}
	r := &Rotated{Mobility: s, a: NewVariable(n, a, div)}
	r.scratch.New = func() any { b := make([]float64, n); return &b }
	return r
}

// Dim returns n.
func (r *Rotated) Dim() int { return r.a.n }

// Sharp stores (S + A) ξ in dst.
func (r *Rotated) Sharp(dst, x, xi []float64) {
	r.Mobility.Sharp(dst, x, xi)
	r.add(dst, func(buf []float64) { r.a.Sharp(buf, x, xi) })
}

// Divergence stores Σ_b ∂_b (S + A)^{ab} in dst.
func (r *Rotated) Divergence(dst, x []float64) {
	r.Mobility.Divergence(dst, x)
	r.add(dst, func(buf []float64) { r.a.Divergence(buf, x) })
}

func (r *Rotated) add(dst []float64, store func(buf []float64)) {
	buf := r.scratch.Get().(*[]float64)
	store(*buf)
	for i, v := range *buf {
		dst[i] += v
	}
	r.scratch.Put(buf)
}
