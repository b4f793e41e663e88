package landscape

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov"
)

// smooths returns the parts as Smooth ones, and whether all are.
func smooths(parts []lyapunov.Energy) ([]Smooth, bool) {
	var all []Smooth
	for _, p := range parts {
		s, ok := p.(Smooth)
		if !ok {
			return nil, false
		}
		all = append(all, s)
	}
	return all, true
}

// Sum returns the energy Σ E_k(x) of parts that share all coordinates. It is
// Smooth if every part is. It panics if there is no part or the dimensions
// differ.
func Sum(parts ...lyapunov.Energy) lyapunov.Energy {
	if len(parts) == 0 {
		panic("landscape: a sum of no energies")
	}
	for _, p := range parts {
		if p.Dim() != parts[0].Dim() {
			panic(fmt.Sprintf("landscape: a sum of energies of %d and %d coordinates: Independent joins coordinates", parts[0].Dim(), p.Dim()))
		}
	}
	s := sum(slices.Clone(parts))
	if all, ok := smooths(parts); ok {
		return smoothSum{s, all}
	}
	return s
}

type sum []lyapunov.Energy

func (s sum) Dim() int { return s[0].Dim() }

func (s sum) Value(x []float64) (v float64) {
	for _, p := range s {
		v += p.Value(x)
	}
	return v
}

func (s sum) Gradient(dst, x []float64) {
	g := make([]float64, len(dst))
	s[0].Gradient(dst, x)
	for _, p := range s[1:] {
		p.Gradient(g, x)
		for i, gi := range g {
			dst[i] += gi
		}
	}
}

type smoothSum struct {
	sum
	parts []Smooth
}

func (s smoothSum) Hessian(dst *mat.SymDense, x []float64) {
	part := mat.NewSymDense(s.Dim(), nil)
	s.parts[0].Hessian(dst, x)
	for _, p := range s.parts[1:] {
		p.Hessian(part, x)
		dst.AddSym(dst, part)
	}
}

// Scale returns the energy c E, Smooth if E is. It panics unless c is finite.
func Scale(c float64, e lyapunov.Energy) lyapunov.Energy {
	finite("factor", c)
	s := scaled{c, e}
	if smooth, ok := e.(Smooth); ok {
		return smoothScaled{s, smooth}
	}
	return s
}

type scaled struct {
	c float64
	e lyapunov.Energy
}

func (s scaled) Dim() int { return s.e.Dim() }

func (s scaled) Value(x []float64) float64 { return s.c * s.e.Value(x) }

func (s scaled) Gradient(dst, x []float64) {
	s.e.Gradient(dst, x)
	for i := range dst {
		dst[i] *= s.c
	}
}

type smoothScaled struct {
	scaled
	smooth Smooth
}

func (s smoothScaled) Hessian(dst *mat.SymDense, x []float64) {
	s.smooth.Hessian(dst, x)
	dst.ScaleSym(s.c, dst)
}

// Independent returns the energy Σ E_k(x_k) of parts that each have
// coordinates of their own, those of the first part first: at equilibrium the
// parts are independent. It is Smooth if every part is. It panics if there is
// no part.
func Independent(parts ...lyapunov.Energy) lyapunov.Energy {
	if len(parts) == 0 {
		panic("landscape: independent parts, but none given")
	}
	d := independent{parts: slices.Clone(parts), from: []int{0}}
	for k, p := range parts {
		d.from = append(d.from, d.from[k]+p.Dim())
	}
	if all, ok := smooths(parts); ok {
		return smoothIndependent{d, all}
	}
	return d
}

type independent struct {
	parts []lyapunov.Energy
	from  []int // part k has coordinates from[k] to from[k+1]-1
}

func (d independent) Dim() int { return d.from[len(d.parts)] }

func (d independent) own(k int, x []float64) []float64 { return x[d.from[k]:d.from[k+1]] }

func (d independent) Value(x []float64) (v float64) {
	length(x, d.Dim())
	for k, p := range d.parts {
		v += p.Value(d.own(k, x))
	}
	return v
}

func (d independent) Gradient(dst, x []float64) {
	length(x, d.Dim())
	length(dst, d.Dim())
	for k, p := range d.parts {
		p.Gradient(d.own(k, dst), d.own(k, x))
	}
}

type smoothIndependent struct {
	independent
	smooth []Smooth
}

func (d smoothIndependent) Hessian(dst *mat.SymDense, x []float64) {
	length(x, d.Dim())
	dst.Zero()
	for k, p := range d.smooth {
		block := mat.NewSymDense(p.Dim(), nil)
		p.Hessian(block, d.own(k, x))
		for i := range p.Dim() {
			for j := i; j < p.Dim(); j++ {
				dst.SetSym(d.from[k]+i, d.from[k]+j, block.At(i, j))
			}
		}
	}
}
