package geometry

import (
	"fmt"
	"math"

	"hopflow/lyapunov/activation"
)

// Separable is the metric g_ii = 1/σ_i'(σ_i⁻¹(x_i)) of any activations, [HF]
// (4), on the box of their ranges. Its symbols come from the second
// derivative, its flat chart from the integral ∫√σ' du.
//
// Use NewSeparable. Its methods do not change it.
type Separable struct {
	act []activation.Smooth
}

var (
	_ Metric     = (*Separable)(nil)
	_ Connection = (*Separable)(nil)
	_ Chart      = (*Separable)(nil)
	_ Diagonal   = (*Separable)(nil)
)

// NewSeparable returns the metric of the activations, one for each coordinate.
// It panics if there is none, or if one is nil.
func NewSeparable(act ...activation.Smooth) *Separable {
	if len(act) == 0 {
		panic("geometry: a metric needs at least one activation")
	}
	for i, a := range act {
		if a == nil {
			panic(fmt.Sprintf("geometry: activation %d is nil", i))
		}
	}
	return &Separable{act: append([]activation.Smooth(nil), act...)}
}

// Dim returns the number of coordinates.
func (m *Separable) Dim() int { return len(m.act) }

// Entry returns g_ii at the coordinate x_i: NaN outside the range of σ_i, +Inf
// at its ends.
func (m *Separable) Entry(i int, xi float64) float64 { return 1 / m.inverse(i, xi) }

// inverse returns g^ii = σ_i'(σ_i⁻¹(x_i)).
func (m *Separable) inverse(i int, xi float64) float64 {
	u := m.act[i].Inverse(xi)
	if math.IsInf(u, 0) {
		return 0 // at the ends of the range
	}
	return m.act[i].Deriv(u)
}

// Symbol returns Γ^i_ii = -σ”(u)/(2σ'(u)²), u = σ_i⁻¹(x_i): [HF] (12),
// corrected. The printed coefficient takes the inverse function for the
// reciprocal: erratum HF-12.
func (m *Separable) Symbol(i int, xi float64) float64 {
	u := m.act[i].Inverse(xi)
	d := m.act[i].Deriv(u)
	return -m.act[i].Deriv2(u) / (2 * d * d)
}

// Flat stores G(x) v in dst.
func (m *Separable) Flat(dst, x, v []float64) { flat(m, dst, x, v) }

// Sharp stores G(x)⁻¹ ξ in dst.
func (m *Separable) Sharp(dst, x, xi []float64) { sharp(m, dst, x, xi) }

// Christoffel stores Γ^i_ii u_i v_i in dst.
func (m *Separable) Christoffel(dst, x, u, v []float64) { christoffel(m, dst, x, u, v) }

// Theta stores θ_i = ∫√σ_i'(v) dv in dst, integrated from the hidden state 0
// to u = σ_i⁻¹(x_i): the integral ∫√g dx after the substitution x = σ(v),
// which has no singular ends. The zero of θ_i is therefore at σ_i(0).
func (m *Separable) Theta(dst, x []float64) {
	lengths(len(m.act), dst, x)
	for i := range dst {
		dst[i] = arc{m.act[i]}.theta(m.act[i].Inverse(x[i]))
	}
}

// State stores the point of flat coordinates theta in dst, by Newton's method
// on the hidden state; θ is increasing and √σ' its derivative. NaN outside the
// box.
func (m *Separable) State(dst, theta []float64) {
	lengths(len(m.act), dst, theta)
	for i := range dst {
		dst[i] = m.act[i].Value(arc{m.act[i]}.hidden(theta[i]))
	}
}

// Box returns the interval of θ_i. An end is infinite where the integral up to
// |u| = 1e34 has not converged: for the arctangent it grows like ln|u|, so
// that the manifold has infinite diameter.
func (m *Separable) Box(i int) (lo, hi float64) {
	a := arc{m.act[i]}
	return a.theta(math.Inf(-1)), a.theta(math.Inf(1))
}
