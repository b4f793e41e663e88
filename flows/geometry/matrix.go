package geometry

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Matrix is a general metric, given by its matrix G(x), with its Levi-Civita
// connection. The Christoffel symbols come from differences of G of fourth
// order, good to about 1e-11:
//
//	half := geometry.NewMatrix(2, func(g *mat.SymDense, x []float64) { // hyperbolic half plane
//		g.SetSym(0, 0, 1/(x[1]*x[1]))
//		g.SetSym(1, 1, 1/(x[1]*x[1]))
//	}).Within([]float64{math.Inf(-1), 0}, []float64{math.Inf(1), math.Inf(1)})
//
// Use NewMatrix. It holds its working space: one value serves one goroutine at
// a time, and no call allocates, if G does not. Where G(x) is not positive
// definite, Sharp and Christoffel are NaN; MatrixAt says why.
type Matrix struct {
	n       int
	entries func(g *mat.SymDense, x []float64)
	lo, hi  []float64
	g, part *mat.SymDense
	chol    []float64
	y, sum  []float64 // a neighbour of x; a covector
}

var (
	_ Manifold = (*Matrix)(nil)
	_ Domain   = (*Matrix)(nil)
)

// NewMatrix returns the metric on Rⁿ whose matrix entries stores in g, which
// is zero before; the entries that stay zero need not be set. It panics unless
// n is positive and there are entries.
func NewMatrix(n int, entries func(g *mat.SymDense, x []float64)) *Matrix {
	if n < 1 || entries == nil {
		panic("geometry: a matrix metric needs a dimension of at least 1 and its entries")
	}
	return &Matrix{n: n, entries: entries, g: mat.NewSymDense(n, nil), part: mat.NewSymDense(n, nil),
		chol: make([]float64, n*n), y: make([]float64, n), sum: make([]float64, n)}
}

// Within restricts the metric to the open box lo < x < hi, whose ends may be
// infinite, and returns it. It panics if the box is empty.
func (m *Matrix) Within(lo, hi []float64) *Matrix {
	lengths(m.n, lo, hi)
	for i := range lo {
		if !(lo[i] < hi[i]) {
			panic(fmt.Sprintf("geometry: the interval (%v, %v) of coordinate %d is empty", lo[i], hi[i], i))
		}
	}
	m.lo, m.hi = append([]float64(nil), lo...), append([]float64(nil), hi...)
	return m
}

// Dim returns the number of coordinates.
func (m *Matrix) Dim() int { return m.n }

// Reach returns the distance of x_i to the nearer end of the box.
func (m *Matrix) Reach(x []float64, i int) float64 {
	if m.lo == nil {
		return math.Inf(1)
	}
	return math.Min(x[i]-m.lo[i], m.hi[i]-x[i])
}

// at stores G(x) in m.g.
func (m *Matrix) at(x []float64) {
	m.g.Zero()
	m.entries(m.g, x)
}

// Flat stores G(x) v in dst.
func (m *Matrix) Flat(dst, x, v []float64) {
	lengths(m.n, dst, x, v)
	m.at(x)
	product(m.sum, m.g, v)
	copy(dst, m.sum)
}

// Sharp stores G(x)⁻¹ ξ in dst, NaN where G(x) is not positive definite.
func (m *Matrix) Sharp(dst, x, xi []float64) {
	lengths(m.n, dst, x, xi)
	m.at(x)
	m.solve(dst, xi)
}

// product stores g v in dst.
func product(dst []float64, g *mat.SymDense, v []float64) {
	for i := range dst {
		dst[i] = 0
		for j, vj := range v {
			dst[i] += g.At(i, j) * vj
		}
	}
}

// solve stores m.g⁻¹ b in dst, which may be b, by Cholesky's factors.
func (m *Matrix) solve(dst, b []float64) {
	n, l := m.n, m.chol
	for i := range n {
		for j := range i + 1 {
			s := m.g.At(i, j)
			for k := range j {
				s -= l[i*n+k] * l[j*n+k]
			}
			if i != j {
				l[i*n+j] = s / l[j*n+j]
				continue
			}
			if !(s > 0) || math.IsInf(s, 0) {
				for k := range dst {
					dst[k] = math.NaN()
				}
				return
			}
			l[i*n+i] = math.Sqrt(s)
		}
	}
	copy(dst, b)
	for i := range n {
		for k := range i {
			dst[i] -= l[i*n+k] * dst[k]
		}
		dst[i] /= l[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			dst[i] -= l[k*n+i] * dst[k]
		}
		dst[i] /= l[i*n+i]
	}
}

// Christoffel stores Γ^k_ij(x) u^i v^j in dst: [HF] (9),
// Γ_k = ½ Σ (u_i (∂_iG v)_k + v_i (∂_iG u)_k) - ½ uᵀ ∂_kG v, and G⁻¹ of it.
func (m *Matrix) Christoffel(dst, x, u, v []float64) {
	n := m.n
	lengths(n, dst, x, u, v)
	clear(m.sum)
	copy(m.y, x)
	for i := range n {
		m.partial(x, i)
		for k := range n {
			var gu, gv float64
			for j := range n {
				gu += m.part.At(k, j) * u[j]
				gv += m.part.At(k, j) * v[j]
			}
			m.sum[k] += (u[i]*gv + v[i]*gu) / 2
			m.sum[i] -= u[k] * gv / 2
		}
	}
	m.at(x)
	m.solve(dst, m.sum)
}

// partial stores ∂G/∂x_i in m.part, by the five-point formula about x.
func (m *Matrix) partial(x []float64, i int) {
	h := 1e-3 * extent(m, x, i)
	m.part.Zero()
	for _, p := range stencil {
		m.y[i] = x[i] + p.at*h
		m.at(m.y)
		for k := range m.n {
			for j := range k + 1 {
				m.part.SetSym(k, j, m.part.At(k, j)+p.weight*m.g.At(k, j)/(12*h))
			}
		}
	}
	m.y[i] = x[i]
}

// stencil is the five-point formula for a first derivative, without the
// factor 1/(12 h).
var stencil = [4]struct{ at, weight float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}}

// An IndefiniteError says where a metric is not positive definite.
type IndefiniteError struct {
	X          []float64
	Eigenvalue float64 // the least one of G(X), NaN if G(X) is not finite
}

// Error names the point and the eigenvalue.
func (e *IndefiniteError) Error() string {
	return fmt.Sprintf("geometry: the metric is not positive definite at x = %v: its least eigenvalue is %.6g: correct its entries, or keep x inside the manifold", e.X, e.Eigenvalue)
}

// flatMatrix returns G(x), column by column from Flat.
func flatMatrix(m Metric, x []float64) *mat.Dense {
	n := m.Dim()
	g := mat.NewDense(n, n, nil)
	e, col := make([]float64, n), make([]float64, n)
	for j := range n {
		clear(e)
		e[j] = 1
		m.Flat(col, x, e)
		g.SetCol(j, col)
	}
	return g
}

// jacobian returns ∂f_i/∂x_j of a map of n coordinates to n, by central
// differences with the given step in each.
func jacobian(f func(dst, x []float64), x []float64, step func(j int) float64) *mat.Dense {
	n := len(x)
	jac := mat.NewDense(n, n, nil)
	y, up, down := append([]float64(nil), x...), make([]float64, n), make([]float64, n)
	for j := range n {
		h := step(j)
		y[j] = x[j] + h
		f(up, y)
		y[j] = x[j] - h
		f(down, y)
		y[j] = x[j]
		for i := range n {
			jac.Set(i, j, (up[i]-down[i])/(2*h))
		}
	}
	return jac
}

// MatrixAt returns the matrix G(x) of any metric, column by column from Flat.
// The error is an *IndefiniteError that has the least eigenvalue where G(x) is
// not positive definite. The matrix is symmetrised; CheckMetric tells whether
// it was symmetric.
func MatrixAt(m Metric, x []float64) (*mat.SymDense, error) {
	n := m.Dim()
	lengths(n, x)
	full := flatMatrix(m, x)
	g := mat.NewSymDense(n, nil)
	finite := true
	for i := range n {
		for j := range i + 1 {
			v := (full.At(i, j) + full.At(j, i)) / 2
			finite = finite && !math.IsNaN(v) && !math.IsInf(v, 0)
			g.SetSym(i, j, v)
		}
	}
	bad := &IndefiniteError{X: append([]float64(nil), x...), Eigenvalue: math.NaN()}
	var eig mat.EigenSym
	if !finite || !eig.Factorize(g, false) {
		return g, bad
	}
	if bad.Eigenvalue = eig.Values(nil)[0]; !(bad.Eigenvalue > 0) { // ascending
		return g, bad
	}
	return g, nil
}
