package mirror

import (
	"fmt"
	"math"
)

// A Scalar is a Legendre function of one variable: one term of a Separable.
type Scalar interface {
	// Interval returns the ends of the open domain.
	Interval() (lo, hi float64)
	// Value returns ψ(x): a limit at the ends, NaN beyond them.
	Value(x float64) float64
	// Deriv returns ψ'(x): infinite at the ends where ψ is steep, NaN beyond.
	Deriv(x float64) float64
	// Deriv2 returns ψ''(x) > 0.
	Deriv2(x float64) float64
	// Bregman returns D(a, b) >= 0.
	Bregman(a, b float64) float64
	// Conjugate returns ψ*.
	Conjugate() Scalar
}

// Separable is the Legendre function Σ ψ_i(x_i). Use NewSeparable or one of the
// constructors of this package. Its methods neither allocate nor change it.
type Separable struct {
	term   []Scalar
	domain Domain
	conj   *Separable
}

var _ Smooth = (*Separable)(nil)

// NewSeparable returns the sum of the terms, one for each coordinate. It panics
// if there is none or if one is nil.
func NewSeparable(terms ...Scalar) *Separable {
	if len(terms) == 0 {
		panic("mirror: a Legendre function needs at least one coordinate")
	}
	dual := make([]Scalar, len(terms))
	for i, t := range terms {
		if t == nil {
			panic(fmt.Sprintf("mirror: term %d is nil", i))
		}
		dual[i] = t.Conjugate()
	}
	s := separable(append([]Scalar(nil), terms...))
	s.conj = separable(dual)
	s.conj.conj = s
	return s
}

func separable(terms []Scalar) *Separable {
	lo, hi := make([]float64, len(terms)), make([]float64, len(terms))
	for i, t := range terms {
		lo[i], hi[i] = t.Interval()
	}
	return &Separable{term: terms, domain: Open(lo, hi)}
}

// repeat returns the sum of n copies of a term.
func repeat(n int, t Scalar) *Separable {
	if n < 1 {
		panic(fmt.Sprintf("mirror: %d coordinates, want at least 1", n))
	}
	terms := make([]Scalar, n)
	for i := range terms {
		terms[i] = t
	}
	return NewSeparable(terms...)
}

// Dim returns the number of coordinates.
func (s *Separable) Dim() int { return len(s.term) }

// Domain returns the open box of the intervals.
func (s *Separable) Domain() Domain { return s.domain }

// Conjugate returns Σ ψ_i*(z_i).
func (s *Separable) Conjugate() Legendre { return s.conj }

// Term returns ψ_i.
func (s *Separable) Term(i int) Scalar { return s.term[i] }

// Value returns Σ ψ_i(x_i).
func (s *Separable) Value(x []float64) (v float64) {
	lengths(len(s.term), len(x))
	for i, t := range s.term {
		v += t.Value(x[i])
	}
	return v
}

// Gradient stores ψ_i'(x_i) in dst.
func (s *Separable) Gradient(dst, x []float64) {
	lengths(len(s.term), len(dst), len(x))
	for i, t := range s.term {
		dst[i] = t.Deriv(x[i])
	}
}

// Hessian stores ψ_i”(x_i) v_i in dst.
func (s *Separable) Hessian(dst, x, v []float64) {
	lengths(len(s.term), len(dst), len(x), len(v))
	for i, t := range s.term {
		dst[i] = t.Deriv2(x[i]) * v[i]
	}
}

// Bregman returns Σ D_i(a_i, b_i).
func (s *Separable) Bregman(a, b []float64) (d float64) {
	lengths(len(s.term), len(a), len(b))
	for i, t := range s.term {
		d += t.Bregman(a[i], b[i])
	}
	return d
}

// Euclidean returns ½|x|² in n dimensions, its own conjugate.
func Euclidean(n int) *Separable { return repeat(n, square{}) }

// square is x²/2.
type square struct{}

func (square) Interval() (lo, hi float64)   { return math.Inf(-1), math.Inf(1) }
func (square) Value(x float64) float64      { return x * x / 2 }
func (square) Deriv(x float64) float64      { return x }
func (square) Deriv2(float64) float64       { return 1 }
func (square) Bregman(a, b float64) float64 { return (a - b) * (a - b) / 2 }
func (square) Conjugate() Scalar            { return square{} }
