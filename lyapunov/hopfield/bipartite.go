package hopfield

import (
	"fmt"
	"math/rand/v2"
	"sync"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov"
)

// A Bipartite is the network of visible units v and hidden units h of [LF]
// Definition 13,
//
//	dv/dt = U f(h) - v + I,   dh/dt = Uᵀ g(v) - h,   g = ∂L_v, f = ∂L_h,
//
// a lyapunov.Energy of the joint state x = (v, h), visible units first:
//
//	E = [(v - I)·g - L_v] + [h·f - L_h] - g·U f = L_v*(g) + L_h*(f) - I·g - g·U f.
//
// Its gradient is ∂E/∂v = ∂²L_v (v - I - U f) and ∂E/∂h = ∂²L_h (h - Uᵀg): the
// proof of [LF] Theorem 14, corrected, which prints -∂²L_v (v - I + U f). So
// Field is -K ∇E with K = (∂²L)⁻¹, and E falls at the rate Rate.
//
// Goroutines may share a Bipartite that nobody changes; SetCoupling and SetInput
// change it. Derived in notebook 15.
type Bipartite struct {
	visible, hidden Lagrangian
	u               *mat.Dense // visible x hidden
	input           []float64
	scratch         *sync.Pool
}

var _ lyapunov.Energy = (*Bipartite)(nil)

// NewBipartite returns the network with couplings u, a row for each visible
// unit, and inputs I, nil for 0. It is an error if a number is not finite or the
// shapes do not fit. It panics if a layer is nil.
func NewBipartite(u mat.Matrix, input []float64, visible, hidden Lagrangian) (*Bipartite, error) {
	if visible == nil || hidden == nil {
		panic("hopfield: a bipartite network needs two layers")
	}
	nv, nh := visible.Dim(), hidden.Dim()
	if r, c := u.Dims(); r != nv || c != nh {
		return nil, fmt.Errorf("hopfield: U is %d x %d, the layers have %d visible and %d hidden units: give a row for each visible unit", r, c, nv, nh)
	}
	if err := checkFiniteMatrix("U", u); err != nil {
		return nil, err
	}
	if input == nil {
		input = make([]float64, nv)
	}
	if len(input) != nv {
		return nil, fmt.Errorf("hopfield: %d inputs for %d visible units: give one for each, or nil for none", len(input), nv)
	}
	if err := checkFinite("I", input); err != nil {
		return nil, err
	}
	b := &Bipartite{visible: visible, hidden: hidden, u: mat.DenseCopyOf(u), input: append([]float64(nil), input...)}
	b.scratch = &sync.Pool{New: func() any { return newBipartiteSpace(nv, nh) }}
	return b, nil
}

// RandomBipartite returns a network without input whose couplings are normal
// with standard deviation scale: the start of learning.
func RandomBipartite(visible, hidden Lagrangian, scale float64, seed uint64) (*Bipartite, error) {
	rng := rand.New(rand.NewPCG(seed, 0x5eed))
	u := mat.NewDense(visible.Dim(), hidden.Dim(), nil)
	u.Apply(func(int, int, float64) float64 { return scale * rng.NormFloat64() }, u)
	return NewBipartite(u, nil, visible, hidden)
}

// A bipartiteSpace is what one call needs.
type bipartiteSpace struct{ g, f, uf, ug, rv, rh, buf []float64 }

func newBipartiteSpace(nv, nh int) *bipartiteSpace {
	v, h := func() []float64 { return make([]float64, nv) }, func() []float64 { return make([]float64, nh) }
	return &bipartiteSpace{g: v(), f: h(), uf: v(), ug: h(), rv: v(), rh: h(), buf: make([]float64, nv+nh)}
}

// Dim returns the number of units of both layers.
func (b *Bipartite) Dim() int { return b.visible.Dim() + b.hidden.Dim() }

// Visible returns L_v.
func (b *Bipartite) Visible() Lagrangian { return b.visible }

// Hidden returns L_h.
func (b *Bipartite) Hidden() Lagrangian { return b.hidden }

// Coupling returns a copy of U.
func (b *Bipartite) Coupling() *mat.Dense { return mat.DenseCopyOf(b.u) }

// Input returns a copy of I.
func (b *Bipartite) Input() []float64 { return append([]float64(nil), b.input...) }

// With returns the network with other couplings and inputs, nil for the same.
func (b *Bipartite) With(u mat.Matrix, input []float64) (*Bipartite, error) {
	if u == nil {
		u = b.u
	}
	if input == nil {
		input = b.input
	}
	return NewBipartite(u, input, b.visible, b.hidden)
}

// Clone returns a network of its own.
func (b *Bipartite) Clone() *Bipartite {
	c := *b
	c.u, c.input = mat.DenseCopyOf(b.u), b.Input()
	return &c
}

// Split returns the parts v and h of x, which share its memory.
func (b *Bipartite) Split(x []float64) (v, h []float64) {
	checkLen(x, b.Dim())
	n := b.visible.Dim()
	return x[:n:n], x[n:]
}

// outputs fills in g, f, U f and Uᵀ g.
func (b *Bipartite) outputs(s *bipartiteSpace, x []float64) (v, h []float64) {
	v, h = b.Split(x)
	b.visible.Gradient(s.g, v)
	b.hidden.Gradient(s.f, h)
	b.couple(s.uf, s.f)
	b.coupleBack(s.ug, s.g)
	return v, h
}

// couple stores U f in dst.
func (b *Bipartite) couple(dst, f []float64) {
	for i := range dst {
		var s float64
		for j, u := range b.u.RawRowView(i) {
			s += u * f[j]
		}
		dst[i] = s
	}
}

// coupleBack stores Uᵀ g in dst.
func (b *Bipartite) coupleBack(dst, g []float64) {
	clear(dst)
	for i, gi := range g {
		if gi == 0 {
			continue
		}
		for j, u := range b.u.RawRowView(i) {
			dst[j] += u * gi
		}
	}
}

// Value returns E(v, h).
func (b *Bipartite) Value(x []float64) float64 {
	s := b.scratch.Get().(*bipartiteSpace)
	defer b.scratch.Put(s)
	v, h := b.Split(x)
	e := b.visible.Conjugate(v) + b.hidden.Conjugate(h)
	b.visible.Gradient(s.g, v)
	b.hidden.Gradient(s.f, h)
	b.couple(s.uf, s.f)
	for i, g := range s.g {
		e -= (b.input[i] + s.uf[i]) * g
	}
	return e
}

// Gradient stores ∇E in dst: ∂²L_v (v - I - U f), then ∂²L_h (h - Uᵀ g).
func (b *Bipartite) Gradient(dst, x []float64) {
	s := b.scratch.Get().(*bipartiteSpace)
	defer b.scratch.Put(s)
	v, h := b.outputs(s, x)
	dv, dh := b.Split(dst)
	for i := range v {
		s.rv[i] = v[i] - b.input[i] - s.uf[i]
	}
	for j := range h {
		s.rh[j] = h[j] - s.ug[j]
	}
	b.visible.HessianTimes(dv, v, s.rv)
	b.hidden.HessianTimes(dh, h, s.rh)
}

// Field stores dx/dt of [LF] Definition 13 in dst: a field for an ODE solver. It
// is -K ∇E without dividing by a derivative that may have underflowed.
func (b *Bipartite) Field(dst []float64, _ float64, x []float64) {
	s := b.scratch.Get().(*bipartiteSpace)
	defer b.scratch.Put(s)
	v, h := b.outputs(s, x)
	dv, dh := b.Split(dst)
	for i := range v {
		dv[i] = s.uf[i] - v[i] + b.input[i]
	}
	for j := range h {
		dh[j] = s.ug[j] - h[j]
	}
}

// Rate returns dE/dt = -v̇·∂²L_v v̇ - ḣ·∂²L_h ḣ along Field: not positive, and
// zero at equilibria only.
func (b *Bipartite) Rate(x []float64) float64 {
	n := b.Dim()
	xdot, hx := make([]float64, n), make([]float64, n)
	b.Field(xdot, 0, x)
	v, h := b.Split(x)
	dv, dh := b.Split(xdot)
	hv, hh := b.Split(hx)
	b.visible.HessianTimes(hv, v, dv)
	b.hidden.HessianTimes(hh, h, dh)
	var rate float64
	for i, d := range xdot {
		rate -= d * hx[i]
	}
	return rate
}

// Jacobian stores the derivative of Field in dst, of order Dim: -I on the
// diagonal, U ∂²L_h and Uᵀ ∂²L_v beside it.
func (b *Bipartite) Jacobian(dst *mat.Dense, x []float64) {
	v, h := b.Split(x)
	nv, nh := len(v), len(h)
	hv, hh := mat.NewDense(nv, nv, nil), mat.NewDense(nh, nh, nil)
	lagrangianMatrix(hv, b.visible.HessianTimes, v)
	lagrangianMatrix(hh, b.hidden.HessianTimes, h)
	dst.Zero()
	for i := range nv + nh {
		dst.Set(i, i, -1)
	}
	dst.Slice(0, nv, nv, nv+nh).(*mat.Dense).Mul(b.u, hh)
	dst.Slice(nv, nv+nh, 0, nv).(*mat.Dense).Mul(b.u.T(), hv)
}

// SetCoupling changes U. It is an error if a number is not finite, and panics if
// the shape differs.
func (b *Bipartite) SetCoupling(u mat.Matrix) error {
	if r, c := u.Dims(); r != b.visible.Dim() || c != b.hidden.Dim() {
		panic("hopfield: length mismatch")
	}
	if err := checkFiniteMatrix("U", u); err != nil {
		return err
	}
	b.u.Copy(u)
	return nil
}

// SetInput changes I. It is an error if a number is not finite, and panics if the
// length differs.
func (b *Bipartite) SetInput(input []float64) error {
	checkLen(input, b.visible.Dim())
	if err := checkFinite("I", input); err != nil {
		return err
	}
	copy(b.input, input)
	return nil
}
