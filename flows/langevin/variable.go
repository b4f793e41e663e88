package langevin

import (
	"sync"

	"hopflow/flows/sde"
)

// Variable is a Mobility given by its matrix K(x) = S(x) + A(x). The square
// root of S is the symmetric one, by Cayley and Hamilton in two dimensions and
// from the spectral decomposition in more; it is NaN where S has a negative
// eigenvalue.
type Variable struct {
	n       int
	k       func(k, x []float64)
	div     func(dst, x []float64)
	scratch sync.Pool
}

var _ RootMobility = (*Variable)(nil)

// NewVariable returns the mobility whose n x n matrix k stores, row-major, at
// x. div stores the divergence Σ_b ∂_b K^{ab}, contracted on the second index;
// nil takes it by differences, to about 1e-11 of K. It panics unless n is
// positive and k is given.
func NewVariable(n int, k func(k, x []float64), div func(dst, x []float64)) *Variable {
	if n < 1 || k == nil {
		panic("langevin: a variable mobility needs a dimension and a function")
	}
	m := &Variable{n: n, k: k, div: div}
	m.scratch.New = func() any {
		return &variableSpace{x: make([]float64, n), k: make([]float64, n*n), col: make([]float64, n), slope: make([]float64, n), eigen: newEigen(n)}
	}
	return m
}

// A variableSpace is what one call needs.
type variableSpace struct {
	x, k, col, slope []float64
	eigen            *eigen
}

func (m *Variable) space() *variableSpace { return m.scratch.Get().(*variableSpace) }

// Dim returns n.
func (m *Variable) Dim() int { return m.n }

// Sharp stores K(x) ξ in dst.
func (m *Variable) Sharp(dst, x, xi []float64) {
	s := m.space()
	m.k(s.k, x)
	multiply(dst, s.k, xi)
	m.scratch.Put(s)
}

// SharpSqrt stores S(x)^(1/2) w in dst.
func (m *Variable) SharpSqrt(dst, x, w []float64) {
	s := m.space()
	m.rootTimes(dst, x, w, s)
	m.scratch.Put(s)
}

func (m *Variable) rootTimes(dst, x, w []float64, s *variableSpace) {
	m.k(s.k, x)
	for a := range m.n {
		for b := range a {
			v := (s.k[a*m.n+b] + s.k[b*m.n+a]) / 2
			s.k[a*m.n+b], s.k[b*m.n+a] = v, v
		}
	}
	squareRoot(s.k, s.eigen)
	multiply(dst, s.k, w)
}

// Divergence stores Σ_b ∂_b K^{ab} in dst.
func (m *Variable) Divergence(dst, x []float64) {
	if m.div != nil {
		m.div(dst, x)
		return
	}
	s := m.space()
	copy(s.x, x)
	clear(dst)
	for b := range m.n {
		differentiate(dst, s.col, s.x, b, func(col, x []float64) {
			m.k(s.k, x)
			for a := range col {
				col[a] = s.k[a*m.n+b]
			}
		})
	}
	m.scratch.Put(s)
}

// Shape returns Diagonal on a line and General elsewhere.
func (m *Variable) Shape() sde.Shape {
	if m.n == 1 {
		return sde.Diagonal
	}
	return sde.General
}

// SqrtDeriv stores Σ_i v_i ∂_i S^(1/2) w in dst, by differences.
func (m *Variable) SqrtDeriv(dst, x, v, w []float64) {
	s := m.space()
	copy(s.x, x)
	clear(dst)
	for b, vb := range v {
		clear(s.slope)
		differentiate(s.slope, s.col, s.x, b, func(col, x []float64) { m.rootTimes(col, x, w, s) })
		for a := range dst {
			dst[a] += vb * s.slope[a]
		}
	}
	m.scratch.Put(s)
}

// sharpMatrix stores the matrix of an operator at x in k, row-major.
func sharpMatrix(k []float64, sharp func(dst, x, xi []float64), x []float64) {
	n := len(x)
	xi, col := make([]float64, n), make([]float64, n)
	for b := range n {
		xi[b] = 1
		sharp(col, x, xi)
		xi[b] = 0
		for a, v := range col {
			k[a*n+b] = v
		}
	}
}
