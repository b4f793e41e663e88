package landscape

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/freeenergy"
)

// Quadratic is E(x) = ½ (x-c)ᵀM(x-c) with M symmetric positive definite: the
// energy of Ornstein-Uhlenbeck processes, whose Gibbs densities are Gaussian.
// Use NewQuadratic or Harmonic: the zero value is not valid.
type Quadratic struct {
	m      *mat.SymDense
	center []float64
	logDet float64
}

var _ Smooth = (*Quadratic)(nil)

// NewQuadratic returns the energy with matrix m and minimum at center, the
// origin for nil. It is an error if m is not positive definite. It panics if
// the lengths differ or the center is not finite.
func NewQuadratic(m mat.Symmetric, center []float64) (*Quadratic, error) {
	n := m.SymmetricDim()
	if center == nil {
		center = make([]float64, n)
	}
	length(center, n)
	for _, c := range center {
		finite("center", c)
	}
	q := &Quadratic{m: mat.NewSymDense(n, nil), center: slices.Clone(center)}
	q.m.CopySym(m)
	logDet, err := logDeterminant("matrix of a quadratic energy", q.m)
	if err != nil {
		return nil, err
	}
	q.logDet = logDet
	return q, nil
}

// Harmonic returns ½ k |x - center|². It panics unless k is positive and
// there is a center.
func Harmonic(k float64, center ...float64) *Quadratic {
	positive("stiffness", k)
	if len(center) == 0 {
		panic("landscape: a harmonic energy without a center: Harmonic(k, 0) is the one on the line")
	}
	m := mat.NewSymDense(len(center), nil)
	for i := range center {
		m.SetSym(i, i, k)
	}
	q, err := NewQuadratic(m, center)
	if err != nil {
		panic(err)
	}
	return q
}

// logDeterminant returns ln det m, or an error if m is not positive definite.
func logDeterminant(what string, m *mat.SymDense) (float64, error) {
	n := m.SymmetricDim()
	for i := range n {
		for j := i; j < n; j++ {
			if v := m.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
				return 0, fmt.Errorf("landscape: %s has entry (%d, %d) = %v, want finite numbers", what, i, j, v)
			}
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(m) {
		least := math.NaN()
		var eig mat.EigenSym
		if eig.Factorize(m, false) {
			least = slices.Min(eig.Values(nil))
		}
		return 0, fmt.Errorf("landscape: %s is not positive definite, its least eigenvalue is %.3g: check its entries, or add to its diagonal", what, least)
	}
	return chol.LogDet(), nil
}

// Dim returns the order of the matrix.
func (q *Quadratic) Dim() int { return len(q.center) }

// Value returns ½ (x-c)ᵀM(x-c).
func (q *Quadratic) Value(x []float64) float64 {
	length(x, len(q.center))
	var s float64
	for i, xi := range x {
		di := xi - q.center[i]
		s += q.m.At(i, i) * di * di / 2
		for j := range i {
			s += q.m.At(i, j) * di * (x[j] - q.center[j])
		}
	}
	return s
}

// Gradient stores M(x-c) in dst.
func (q *Quadratic) Gradient(dst, x []float64) {
	length(x, len(q.center))
	length(dst, len(q.center))
	for i := range dst {
		dst[i] = 0
		for j, xj := range x {
			dst[i] += q.m.At(i, j) * (xj - q.center[j])
		}
	}
}

// Hessian stores M in dst.
func (q *Quadratic) Hessian(dst *mat.SymDense, x []float64) {
	length(x, len(q.center))
	dst.CopySym(q.m)
}

// Minima returns the center.
func (q *Quadratic) Minima() [][]float64 { return minima(q.Critical()) }

// Critical returns the center.
func (q *Quadratic) Critical() []Point { return []Point{{X: slices.Clone(q.center)}} }

// LogPartition returns ln Z = (n/2) ln(2πT) - ½ ln det M, over all of Rⁿ. It
// panics unless T is positive and finite.
func (q *Quadratic) LogPartition(T float64) float64 {
	positive("temperature", T)
	return (float64(len(q.center))*math.Log(2*math.Pi*T) - q.logDet) / 2
}

// Gibbs returns the equilibrium density at temperature T, the Gaussian of mean
// c and covariance T M⁻¹. It panics unless T is positive and finite, or if M
// is too near to a singular matrix to be inverted.
func (q *Quadratic) Gibbs(T float64) *freeenergy.Gaussian {
	positive("temperature", T)
	var chol mat.Cholesky
	chol.Factorize(q.m)
	cov := mat.NewSymDense(len(q.center), nil)
	if err := chol.InverseTo(cov); err != nil {
		panic("landscape: " + err.Error())
	}
	cov.ScaleSym(T, cov)
	p, err := freeenergy.NewGaussian(q.center, cov)
	if err != nil {
		panic(err)
	}
	return p
}
