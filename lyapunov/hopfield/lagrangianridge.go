package hopfield

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/activation"
)

// A Ridge is the Lagrangian L = |x|²/2 + Σ_k φ(a_k·x) of a layer whose units
// excite each other, φ' an activation: strictly convex, and not separable. Its
// Hessian is I + Σ_k φ”(a_k·x) a_k a_kᵀ.
type Ridge struct {
	a *mat.Dense // a row for each k
	f activation.Smooth
}

var _ Lagrangian = (*Ridge)(nil)

// NewRidge returns the Lagrangian with the rows of a as directions. It is an
// error if an entry is not finite. It panics if f is nil or a empty.
func NewRidge(a mat.Matrix, f activation.Smooth) (*Ridge, error) {
	if k, n := a.Dims(); k == 0 || n == 0 || f == nil {
		panic("hopfield: a Ridge needs directions and an activation")
	}
	if err := checkFiniteMatrix("direction", a); err != nil {
		return nil, err
	}
	return &Ridge{mat.DenseCopyOf(a), f}, nil
}

// Dim returns the number of units.
func (r *Ridge) Dim() int { _, n := r.a.Dims(); return n }

// along returns a_k·x.
func (r *Ridge) along(k int, x []float64) (z float64) {
	for i, a := range r.a.RawRowView(k) {
		z += a * x[i]
	}
	return z
}

func (r *Ridge) rows() int { k, _ := r.a.Dims(); return k }

// Value returns L(x).
func (r *Ridge) Value(x []float64) float64 {
	v := lagrangianHalfSquare(x)
	for k := range r.rows() {
		z := r.along(k, x)
		y := r.f.Value(z)
		v += z*y - r.f.InverseIntegral(y)
	}
	return v
}

// Gradient stores x + Σ_k φ'(a_k·x) a_k in dst.
func (r *Ridge) Gradient(dst, x []float64) {
	checkLen(x, r.Dim())
	copy(dst, x)
	for k := range r.rows() {
		y := r.f.Value(r.along(k, x))
		for i, a := range r.a.RawRowView(k) {
			dst[i] += y * a
		}
	}
}

// Conjugate returns x·g - L(x).
func (r *Ridge) Conjugate(x []float64) float64 {
	v := lagrangianHalfSquare(x)
	for k := range r.rows() {
		v += r.f.InverseIntegral(r.f.Value(r.along(k, x)))
	}
	return v
}

// hessian returns ∂²L(x).
func (r *Ridge) hessian(x []float64) *mat.SymDense {
	n := r.Dim()
	h := mat.NewSymDense(n, nil)
	for i := range n {
		h.SetSym(i, i, 1)
	}
	for k := range r.rows() {
		d := r.f.Deriv(r.along(k, x))
		row := r.a.RawRowView(k)
		for i := range n {
			for j := range i + 1 {
				h.SetSym(i, j, h.At(i, j)+d*row[i]*row[j])
			}
		}
	}
	return h
}

// HessianTimes stores H(x) w in dst.
func (r *Ridge) HessianTimes(dst, x, w []float64) { lagrangianTimes(dst, r.hessian(x), w) }

// Solve stores H(x)⁻¹ ξ in dst.
func (r *Ridge) Solve(dst, x, xi []float64) { lagrangianSolve(dst, r.hessian(x), xi) }

// SolveSqrt stores R w in dst, R the inverse transpose of Cholesky's factor.
func (r *Ridge) SolveSqrt(dst, x, w []float64) { lagrangianSolveSqrt(dst, r.hessian(x), w) }

// LogDet returns ln det H(x).
func (r *Ridge) LogDet(x []float64) float64 {
	var chol mat.Cholesky
	if !chol.Factorize(r.hessian(x)) {
		return math.NaN()
	}
	return chol.LogDet()
}

// LogDetGradient stores Σ_k (a_kᵀH⁻¹a_k) φ”'(a_k·x) a_k in dst.
func (r *Ridge) LogDetGradient(dst, x []float64) {
	h := r.hessian(x)
	clear(dst)
	s := make([]float64, len(x))
	for k := range r.rows() {
		row := r.a.RawRowView(k)
		lagrangianSolve(s, h, row)
		var q float64
		for i, a := range row {
			q += a * s[i]
		}
		q *= r.f.Deriv2(r.along(k, x))
		for i, a := range row {
			dst[i] += q * a
		}
	}
}

// Tails says that the activation's bounded part does not matter far out, and
// nothing where it is unbounded.
func (r *Ridge) Tails(int) (lower, upper Tail, err error) {
	if lo, hi := r.f.Range(); math.IsInf(lo, 0) || math.IsInf(hi, 0) {
		return Tail{}, Tail{}, fmt.Errorf("%w: a Ridge with an unbounded activation grows differently in every cone", ErrUndecided)
	}
	return Tail{Slope: 1}, Tail{Slope: 1}, nil
}

func lagrangianHalfSquare(x []float64) (v float64) {
	for _, xi := range x {
		v += xi * xi
	}
	return v / 2
}

func lagrangianTimes(dst []float64, h mat.Matrix, w []float64) {
	mat.NewVecDense(len(dst), dst).MulVec(h, mat.NewVecDense(len(w), w))
}

// lagrangianSolve stores h⁻¹ ξ, NaN where h is not positive definite.
func lagrangianSolve(dst []float64, h *mat.SymDense, xi []float64) {
	var chol mat.Cholesky
	if !chol.Factorize(h) || chol.SolveVecTo(mat.NewVecDense(len(dst), dst), mat.NewVecDense(len(xi), xi)) != nil {
		lagrangianFill(dst, math.NaN())
	}
}

// lagrangianSolveSqrt stores L⁻ᵀ w for h = L Lᵀ.
func lagrangianSolveSqrt(dst []float64, h *mat.SymDense, w []float64) {
	var chol mat.Cholesky
	if !chol.Factorize(h) {
		lagrangianFill(dst, math.NaN())
		return
	}
	u := chol.RawU() // h = UᵀU
	n := len(dst)
	for i := n - 1; i >= 0; i-- {
		s := w[i]
		for j := i + 1; j < n; j++ {
			s -= u.At(i, j) * dst[j]
		}
		dst[i] = s / u.At(i, i)
	}
}

func lagrangianFill(dst []float64, v float64) {
	for i := range dst {
		dst[i] = v
	}
}
