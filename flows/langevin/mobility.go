package langevin

import (
	"math"

	"hopflow/flows/sde"
)

// identity is K = I in so many dimensions.
type identity int

var (
	_ BlockMobility = identity(0)
	_ RootMobility  = identity(0)
)

func (n identity) Dim() int { return int(n) }

func (identity) Sharp(dst, _, xi []float64)       { copy(dst, xi) }
func (identity) SharpSqrt(dst, _, w []float64)    { copy(dst, w) }
func (identity) Divergence(dst, _ []float64)      { clear(dst) }
func (identity) Shape() sde.Shape                 { return sde.Additive }
func (identity) SqrtDeriv(dst, _, _, _ []float64) { clear(dst) }

func (identity) DriftBlock(dst, _, xi [][]float64, _ float64) {
	for d, out := range dst {
		in := xi[d][:len(out)]
		for i := range out {
			out[i] = -in[i]
		}
	}
}

func (identity) SqrtBlock(dst, _, w [][]float64, c float64) {
	for d, out := range dst {
		in := w[d][:len(out)]
		for i := range out {
			out[i] = c * in[i]
		}
	}
}

// Isotropic is the Mobility K = k(x) I.
type Isotropic struct {
	n    int
	k    func(x []float64) float64
	grad func(dst, x []float64)
}

var _ RootMobility = (*Isotropic)(nil)

// NewIsotropic returns k(x) I in n dimensions, whose divergence is ∇k. A nil
// grad takes it by differences of k, to about 1e-11. It panics unless n is
// positive and k is given. Where k is negative the noise is NaN.
func NewIsotropic(n int, k func(x []float64) float64, grad func(dst, x []float64)) *Isotropic {
	if n < 1 || k == nil {
		panic("langevin: an isotropic mobility needs a dimension and a function")
	}
	if grad == nil {
		grad = func(dst, x []float64) {
			y, one := append([]float64(nil), x...), make([]float64, 1)
			var d [1]float64
			for b := range y {
				d[0] = 0
				differentiate(d[:], one, y, b, func(v, y []float64) { v[0] = k(y) })
				dst[b] = d[0]
			}
		}
	}
	return &Isotropic{n, k, grad}
}

// Dim returns n.
func (m *Isotropic) Dim() int { return m.n }

// Sharp stores k(x) ξ in dst.
func (m *Isotropic) Sharp(dst, x, xi []float64) {
	k := m.k(x)
	for i, v := range xi {
		dst[i] = k * v
	}
}

// SharpSqrt stores √k(x) w in dst.
func (m *Isotropic) SharpSqrt(dst, x, w []float64) {
	k := math.Sqrt(m.k(x))
	for i, v := range w {
		dst[i] = k * v
	}
}

// Divergence stores ∇k in dst.
func (m *Isotropic) Divergence(dst, x []float64) { m.grad(dst, x) }

// Shape returns Diagonal on a line, and General elsewhere: the noises of two
// coordinates do not commute.
func (m *Isotropic) Shape() sde.Shape {
	if m.n == 1 {
		return sde.Diagonal
	}
	return sde.General
}

// SqrtDeriv stores (v·∇k)/(2√k) w in dst.
func (m *Isotropic) SqrtDeriv(dst, x, v, w []float64) {
	m.grad(dst, x)
	var slope float64
	for i, g := range dst {
		slope += g * v[i]
	}
	slope /= 2 * math.Sqrt(m.k(x))
	for i, wi := range w {
		dst[i] = slope * wi
	}
}

// Diagonal is the Mobility K = diag(k_i(x_i)), each entry a function of its own
// coordinate: the noise of such a system is Diagonal too.
type Diagonal struct {
	n        int
	k, deriv func(i int, xi float64) float64
}

var (
	_ BlockMobility = (*Diagonal)(nil)
	_ RootMobility  = (*Diagonal)(nil)
)

// NewDiagonal returns diag(k(i, x_i)) in n dimensions with the derivatives
// deriv(i, x_i), which nil takes by differences. It panics unless n is positive
// and k is given. Where k is negative the noise is NaN.
func NewDiagonal(n int, k, deriv func(i int, xi float64) float64) *Diagonal {
	if n < 1 || k == nil {
		panic("langevin: a diagonal mobility needs a dimension and a function")
	}
	if deriv == nil {
		deriv = func(i int, xi float64) (d float64) {
			h := spacing(xi)
			for _, s := range stencil {
				d += s.weight / h * k(i, xi+s.at*h)
			}
			return d
		}
	}
	return &Diagonal{n, k, deriv}
}

// Dim returns n.
func (m *Diagonal) Dim() int { return m.n }

// Sharp stores k_i ξ_i in dst.
func (m *Diagonal) Sharp(dst, x, xi []float64) {
	for i, v := range xi {
		dst[i] = m.k(i, x[i]) * v
	}
}

// SharpSqrt stores √k_i w_i in dst.
func (m *Diagonal) SharpSqrt(dst, x, w []float64) {
	for i, v := range w {
		dst[i] = math.Sqrt(m.k(i, x[i])) * v
	}
}

// Divergence stores k_i'(x_i) in dst.
func (m *Diagonal) Divergence(dst, x []float64) {
	for i, xi := range x {
		dst[i] = m.deriv(i, xi)
	}
}

// Shape returns Diagonal.
func (m *Diagonal) Shape() sde.Shape { return sde.Diagonal }

// SqrtDeriv stores k_i'/(2√k_i) v_i w_i in dst.
func (m *Diagonal) SqrtDeriv(dst, x, v, w []float64) {
	for i, xi := range x {
		dst[i] = m.deriv(i, xi) / (2 * math.Sqrt(m.k(i, xi))) * v[i] * w[i]
	}
}

// DriftBlock stores T k_i' - k_i ξ_i in dst.
func (m *Diagonal) DriftBlock(dst, x, xi [][]float64, T float64) {
	for d, out := range dst {
		xd, in := x[d][:len(out)], xi[d][:len(out)]
		for i, v := range xd {
			out[i] = T*m.deriv(d, v) - m.k(d, v)*in[i]
		}
	}
}

// SqrtBlock stores c √k_i w_i in dst.
func (m *Diagonal) SqrtBlock(dst, x, w [][]float64, c float64) {
	for d, out := range dst {
		xd, in := x[d][:len(out)], w[d][:len(out)]
		for i, v := range xd {
			out[i] = c * math.Sqrt(m.k(d, v)) * in[i]
		}
	}
}

// EntryBlock stores c k_i in dst.
func (m *Diagonal) EntryBlock(dst, x [][]float64, c float64) {
	for d, out := range dst {
		xd := x[d][:len(out)]
		for i, v := range xd {
			out[i] = c * m.k(d, v)
		}
	}
}
