package langevin

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows"
	"hopflow/flows/sde"
)

// Constant is a Mobility that does not depend on x: a matrix K = S + A.
type Constant struct {
	n    int
	k    []float64 // row-major
	root []float64 // S^(1/2)
}

var (
	_ BlockMobility = (*Constant)(nil)
	_ RootMobility  = (*Constant)(nil)
)

// NewConstant returns the matrix K, whose symmetric part has to be positive
// semidefinite, to -1e-12 of its largest eigenvalue. The square root of S is
// the symmetric one, of the spectral decomposition. It is an error if an entry
// is not finite or S has a negative eigenvalue, and panics unless K is square.
func NewConstant(k mat.Matrix) (*Constant, error) {
	n, cols := k.Dims()
	if n != cols || n == 0 {
		panic(fmt.Sprintf("langevin: a mobility of %d rows and %d columns", n, cols))
	}
	m := &Constant{n: n, k: make([]float64, n*n), root: make([]float64, n*n)}
	for a := range n {
		for b := range n {
			m.k[a*n+b] = k.At(a, b)
			m.root[a*n+b] = (k.At(a, b) + k.At(b, a)) / 2
		}
	}
	if !flows.Finite(m.k) {
		return nil, fmt.Errorf("langevin: mobility has an entry that is not finite: %.6g", m.k)
	}
	least := squareRoot(m.root, newEigen(n))
	if !flows.Finite(m.root) {
		return nil, fmt.Errorf("langevin: the symmetric part of the mobility has the eigenvalue %.6g: it has to be positive semidefinite, or the energy could rise and there is no noise of that covariance", least)
	}
	return m, nil
}

// ConstantRows is NewConstant of a matrix written out in rows,
// ConstantRows([]float64{1, 0.75}, []float64{-0.75, 1}), and panics where that
// is an error.
func ConstantRows(rows ...[]float64) *Constant {
	flat := make([]float64, 0, len(rows)*len(rows))
	for _, r := range rows {
		length(r, len(rows))
		flat = append(flat, r...)
	}
	m, err := NewConstant(mat.NewDense(len(rows), len(rows), flat))
	if err != nil {
		panic(err.Error())
	}
	return m
}

// Dim returns the number of rows.
func (m *Constant) Dim() int { return m.n }

// Sharp stores K ξ in dst.
func (m *Constant) Sharp(dst, _, xi []float64) { multiply(dst, m.k, xi) }

// SharpSqrt stores S^(1/2) w in dst.
func (m *Constant) SharpSqrt(dst, _, w []float64) { multiply(dst, m.root, w) }

// Divergence stores 0 in dst.
func (m *Constant) Divergence(dst, _ []float64) { clear(dst) }

// Shape returns Additive.
func (m *Constant) Shape() sde.Shape { return sde.Additive }

// SqrtDeriv stores 0 in dst.
func (m *Constant) SqrtDeriv(dst, _, _, _ []float64) { clear(dst) }

// DriftBlock stores -K ξ in dst.
func (m *Constant) DriftBlock(dst, _, xi [][]float64, _ float64) { m.block(dst, xi, m.k, -1) }

// SqrtBlock stores c S^(1/2) w in dst.
func (m *Constant) SqrtBlock(dst, _, w [][]float64, c float64) { m.block(dst, w, m.root, c) }

// block stores c times a matrix times in, particle by particle, in dst, which
// may be in.
func (m *Constant) block(dst, in [][]float64, matrix []float64, c float64) {
	if m.n == 2 {
		aa, ab, ba, bb := c*matrix[0], c*matrix[1], c*matrix[2], c*matrix[3]
		x, y := in[0], in[1][:len(in[0])]
		p, q := dst[0][:len(x)], dst[1][:len(x)]
		for i := range x {
			u, v := x[i], y[i]
			p[i], q[i] = aa*u+ab*v, ba*u+bb*v
		}
		return
	}
	var buf [8]float64
	u := buf[:]
	if m.n > len(u) {
		u = make([]float64, m.n)
	}
	for i := range in[0] {
		for b := range m.n {
			u[b] = in[b][i]
		}
		for a := range m.n {
			var s float64
			for b, k := range matrix[a*m.n : (a+1)*m.n] {
				s += k * u[b]
			}
			dst[a][i] = c * s
		}
	}
}

// multiply stores the product of a row-major matrix with v in dst.
func multiply(dst, matrix, v []float64) {
	n := len(v)
	for a := range dst {
		var s float64
		for b, k := range matrix[a*n : (a+1)*n] {
			s += k * v[b]
		}
		dst[a] = s
	}
}

// squareRoot replaces a symmetric matrix by its symmetric square root and
// returns a lower bound of its eigenvalues, exact where it is negative. An
// eigenvalue below -1e-12 of the largest has no root: the matrix becomes NaN.
func squareRoot(s []float64, e *eigen) (least float64) {
	switch e.n {
	case 1:
		least = s[0]
		s[0] = math.Sqrt(s[0])
		return least
	case 2:
		return root2(s)
	}
	e.decompose(s)
	largest := 0.0
	least = math.Inf(1)
	for _, l := range e.value {
		largest, least = math.Max(largest, math.Abs(l)), math.Min(least, l)
	}
	clear(s)
	for k, l := range e.value {
		if l < 0 && l >= -1e-12*largest {
			l = 0
		}
		l = math.Sqrt(l) // NaN where there is no root
		for a := range e.n {
			for b := range e.n {
				s[a*e.n+b] += l * e.vector[a*e.n+k] * e.vector[b*e.n+k]
			}
		}
	}
	return least
}

// root2 is squareRoot in two dimensions: S^(1/2) = (S + √det I)/√(tr + 2√det),
// from the theorem of Cayley and Hamilton.
func root2(s []float64) (least float64) {
	mean, half := (s[0]+s[3])/2, math.Hypot((s[0]-s[3])/2, s[1])
	least = mean - half
	if least < 0 && least >= -1e-12*(mean+half) {
		least = 0
	}
	det := math.Sqrt(least * (mean + half))
	t := math.Sqrt(2*mean + 2*det)
	if t == 0 {
		clear(s)
		return least
	}
	if least < 0 {
		t = math.NaN()
	}
	s[0], s[1], s[2], s[3] = (s[0]+det)/t, s[1]/t, s[2]/t, (s[3]+det)/t
	return least
}
