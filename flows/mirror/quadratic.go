package mirror

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Quadratic is ½ xᵀAx with A symmetric positive definite: its divergence is half
// the squared Mahalanobis distance, its conjugate ½ zᵀA⁻¹z. Use NewQuadratic:
// the zero value is not valid.
type Quadratic struct {
	n      int
	a      []float64 // row by row
	domain Domain
	conj   *Quadratic
}

var _ Smooth = (*Quadratic)(nil)

// NewQuadratic returns ½ xᵀAx. It is an error if A is not positive definite, or
// so near to a singular matrix (condition number over 1e12) that its inverse
// would not be one.
func NewQuadratic(a mat.Symmetric) (*Quadratic, error) {
	n := a.SymmetricDim()
	var chol mat.Cholesky
	if !chol.Factorize(a) {
		return nil, fmt.Errorf("mirror: the matrix of a quadratic function is not positive definite: check its entries, or add to its diagonal")
	}
	if c := chol.Cond(); !(c <= 1e12) {
		return nil, fmt.Errorf("mirror: the matrix of a quadratic function has condition number %.2g, over 1e12: rescale the coordinates, or add to its diagonal", c)
	}
	inverse := mat.NewSymDense(n, nil)
	if err := chol.InverseTo(inverse); err != nil {
		return nil, fmt.Errorf("mirror: inverse of the matrix of a quadratic function: %w", err)
	}
	q, dual := newQuadratic(a), newQuadratic(inverse)
	q.conj, dual.conj = dual, q
	return q, nil
}

func newQuadratic(a mat.Symmetric) *Quadratic {
	n := a.SymmetricDim()
	q := &Quadratic{n: n, domain: Everywhere(n)}
	for i := range n {
		for j := range n {
			q.a = append(q.a, a.At(i, j))
		}
	}
	return q
}

// Dim returns the order of A.
func (q *Quadratic) Dim() int { return q.n }

// Domain returns the whole space.
func (q *Quadratic) Domain() Domain { return q.domain }

// Conjugate returns ½ zᵀA⁻¹z.
func (q *Quadratic) Conjugate() Legendre { return q.conj }

// Value returns ½ xᵀAx.
func (q *Quadratic) Value(x []float64) (v float64) {
	lengths(q.n, len(x))
	for i, xi := range x {
		v += xi * dot(q.a[i*q.n:(i+1)*q.n], x)
	}
	return v / 2
}

// Gradient stores Ax in dst.
func (q *Quadratic) Gradient(dst, x []float64) {
	lengths(q.n, len(dst), len(x))
	for i := range dst {
		dst[i] = dot(q.a[i*q.n:(i+1)*q.n], x)
	}
}

// Hessian stores Av in dst.
func (q *Quadratic) Hessian(dst, x, v []float64) { q.Gradient(dst, v) }

// Bregman returns ½ (a-b)ᵀA(a-b).
func (q *Quadratic) Bregman(a, b []float64) (d float64) {
	lengths(q.n, len(a), len(b))
	for i := range a {
		row := q.a[i*q.n : (i+1)*q.n]
		var s float64
		for j, r := range row {
			s += r * (a[j] - b[j])
		}
		d += (a[i] - b[i]) * s
	}
	return d / 2
}

// PNorm is ½ ‖x‖_p² with 1 < p < ∞, whose conjugate is ½ ‖z‖_q², 1/p + 1/q = 1.
// For p near 1, 1 + 1/ln n say, it is a mirror map for sparse problems that
// needs no simplex. Use NewPNorm: the zero value is not valid.
type PNorm struct {
	n      int
	p      float64
	domain Domain
	conj   *PNorm
}

var _ Smooth = (*PNorm)(nil)

// NewPNorm returns ½ ‖x‖_p² in n dimensions. It panics unless n > 0 and p and
// its conjugate exponent lie between 1 and ∞.
func NewPNorm(n int, p float64) *PNorm {
	q := p / (p - 1)
	if n < 1 || !(p > 1 && q > 1) || math.IsInf(p, 0) || math.IsInf(q, 0) {
		panic(fmt.Sprintf("mirror: %v-norm in %d dimensions: want 1 < p < ∞", p, n))
	}
	a, b := &PNorm{n: n, p: p, domain: Everywhere(n)}, &PNorm{n: n, p: q, domain: Everywhere(n)}
	a.conj, b.conj = b, a
	return a
}

// Dim returns the number of coordinates.
func (f *PNorm) Dim() int { return f.n }

// Domain returns the whole space.
func (f *PNorm) Domain() Domain { return f.domain }

// Conjugate returns ½ ‖z‖_q².
func (f *PNorm) Conjugate() Legendre { return f.conj }

// Norm returns ‖x‖_p.
func (f *PNorm) Norm(x []float64) float64 {
	lengths(f.n, len(x))
	var top, s float64
	for _, v := range x {
		top = math.Max(top, math.Abs(v)) // NaN stays
	}
	if top == 0 {
		return 0
	}
	for _, v := range x {
		s += math.Pow(math.Abs(v)/top, f.p)
	}
	return top * math.Pow(s, 1/f.p)
}

// Value returns ½ ‖x‖_p².
func (f *PNorm) Value(x []float64) float64 {
	norm := f.Norm(x)
	return norm * norm / 2
}

// Gradient stores sign(x_i) |x_i|^(p-1) ‖x‖^(2-p) in dst.
func (f *PNorm) Gradient(dst, x []float64) {
	norm := f.Norm(x)
	lengths(f.n, len(dst))
	for i, v := range x {
		dst[i] = f.slope(v, norm)
	}
}

func (f *PNorm) slope(v, norm float64) float64 {
	if norm == 0 {
		return 0
	}
	return math.Copysign(norm*math.Pow(math.Abs(v)/norm, f.p-1), v)
}

// Hessian stores ∇²ψ(x) v in dst. For p < 2 it is infinite where a coordinate is
// 0 (at the origin, for p ≠ 2, it is not defined: NaN).
func (f *PNorm) Hessian(dst, x, v []float64) {
	norm := f.Norm(x)
	lengths(f.n, len(dst), len(v))
	var along float64
	for i, xi := range x {
		along += f.slope(xi, norm) / norm * v[i]
	}
	for i, xi := range x {
		s := f.slope(xi, norm) / norm
		dst[i] = (f.p-1)*math.Pow(math.Abs(xi)/norm, f.p-2)*v[i] + (2-f.p)*s*along
	}
}

// Bregman returns D(a, b). With S(x) = Σ|x_i|^p it is the divergence of the
// composition ½ S^(2/p): that of the outer function, between S(a) and S(b),
// plus its slope at S(b) times that of S. In this form close arguments keep
// their digits; distant ones are taken from the definition.
func (f *PNorm) Bregman(a, b []float64) float64 {
	na, nb := f.Norm(a), f.Norm(b)
	if !(na < 1.5*nb && nb < 1.5*na) {
		var s float64
		for i, v := range b {
			s += f.slope(v, nb) * a[i]
		}
		return (na*na+nb*nb)/2 - s
	}
	// In units of ‖b‖, S(b) = 1, and S(a) - S(b) = Σ p|b|^(p-1) (a-b) + D_S.
	var inner, rise float64
	for i, v := range b {
		d := powerBregman(a[i], v, f.p, nb)
		inner += d
		rise += d + f.p*f.slope(v, nb)/nb*((a[i]-v)/nb)
	}
	outer := powerGap(rise, 2/f.p)
	return nb * nb * (outer/2 + inner/f.p)
}
