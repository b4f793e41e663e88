package landscape

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov"
)

// Restrict returns the section of an energy on which some coordinates are held
// at the values given, as a function of the others in their order:
// Restrict(e, map[int]float64{1: 0.5}) of a function of x₀ and x₁ is E(x, 0.5).
// It is Smooth if E is. It panics if a coordinate is not one of E's, if a value
// is not finite, or if no coordinate is left.
func Restrict(e lyapunov.Energy, held map[int]float64) lyapunov.Energy {
	n := e.Dim()
	r := section{e: e, at: make([]float64, n)}
	for i := range n {
		v, ok := held[i]
		if !ok {
			r.free = append(r.free, i)
			continue
		}
		finite(fmt.Sprintf("value of held coordinate %d", i), v)
		r.at[i] = v
	}
	if len(r.free) == 0 || n-len(r.free) != len(held) {
		panic(fmt.Sprintf("landscape: %d coordinates held of %d: hold some of 0 to %d, not all", len(held), n, n-1))
	}
	if s, ok := e.(Smooth); ok {
		return smoothSection{r, s}
	}
	return r
}

type section struct {
	e    lyapunov.Energy
	at   []float64 // held values, 0 at the free coordinates
	free []int
}

func (r section) Dim() int { return len(r.free) }

// full returns the point of E's space.
func (r section) full(x []float64) []float64 {
	length(x, len(r.free))
	y := append([]float64(nil), r.at...)
	for k, i := range r.free {
		y[i] = x[k]
	}
	return y
}

func (r section) Value(x []float64) float64 { return r.e.Value(r.full(x)) }

func (r section) Gradient(dst, x []float64) {
	length(dst, len(r.free))
	g := make([]float64, len(r.at))
	r.e.Gradient(g, r.full(x))
	for k, i := range r.free {
		dst[k] = g[i]
	}
}

type smoothSection struct {
	section
	smooth Smooth
}

func (r smoothSection) Hessian(dst *mat.SymDense, x []float64) {
	h := mat.NewSymDense(len(r.at), nil)
	r.smooth.Hessian(h, r.full(x))
	for a, i := range r.free {
		for b := a; b < len(r.free); b++ {
			dst.SetSym(a, b, h.At(i, r.free[b]))
		}
	}
}
