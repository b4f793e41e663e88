package hopfield

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// A SoftmaxLayer is the Lagrangian L = ρ|x|²/2 + β⁻¹ ln Σ exp(βx_i) of a layer
// with the activation ρx + softmax(βx): the hidden layer that turns a Bipartite
// network into a modern one. The ridge ρ > 0 is what makes it one of [LF] Theorem
// 14: the Hessian of ln Σ exp alone annihilates (1, ..., 1), so K does not exist.
type SoftmaxLayer struct {
	n                int
	Sharpness, Ridge float64
}

var _ Lagrangian = (*SoftmaxLayer)(nil)

// NewSoftmaxLayer returns the layer of n units with sharpness β and ridge ρ. It
// is an error if ρ is 0: the Hessian is singular then.
func NewSoftmaxLayer(n int, sharpness, ridge float64) (*SoftmaxLayer, error) {
	if n < 1 || !(sharpness > 0) || math.IsInf(sharpness, 0) || !(ridge >= 0) || math.IsInf(ridge, 0) {
		panic(fmt.Sprintf("hopfield: a softmax layer of %d units with sharpness %v and ridge %v", n, sharpness, ridge))
	}
	if ridge == 0 {
		return nil, fmt.Errorf("hopfield: the Hessian of ln Σ exp is singular along (1, ..., 1), so its inverse K and the stochastic dynamics of [LF] Theorem 14 do not exist: give a ridge ρ > 0, which adds ρ|x|²/2")
	}
	return &SoftmaxLayer{n, sharpness, ridge}, nil
}

// Dim returns the number of units.
func (s *SoftmaxLayer) Dim() int { return s.n }

// softmax returns softmax(βx).
func (s *SoftmaxLayer) softmax(x []float64) []float64 {
	checkLen(x, s.n)
	p := make([]float64, s.n)
	LogSumExp{s.Sharpness}.Gradient(p, x)
	return p
}

// logSumExp returns β⁻¹ ln Σ exp(βx_i).
func (s *SoftmaxLayer) logSumExp(x []float64) float64 {
	checkLen(x, s.n)
	return LogSumExp{s.Sharpness}.Value(x)
}

// Value returns L(x).
func (s *SoftmaxLayer) Value(x []float64) float64 {
	return s.Ridge*lagrangianHalfSquare(x) + s.logSumExp(x)
}

// Gradient stores ρx + softmax(βx) in dst.
func (s *SoftmaxLayer) Gradient(dst, x []float64) {
	p := s.softmax(x)
	for i := range dst {
		dst[i] = s.Ridge*x[i] + p[i]
	}
}

// Conjugate returns x·g - L(x) = ρ|x|²/2 + β⁻¹ Σ p_i ln p_i.
func (s *SoftmaxLayer) Conjugate(x []float64) float64 {
	p, lse := s.softmax(x), s.logSumExp(x)
	v := s.Ridge * lagrangianHalfSquare(x)
	for i, pi := range p {
		v += pi * (x[i] - lse)
	}
	return v
}

// diagonal returns d_i = ρ + βp_i, of H = diag(d) - β p pᵀ, and
// c = ρ Σ p_i/d_i = 1 - β Σ p_i²/d_i, in the form without cancellation.
func (s *SoftmaxLayer) diagonal(x []float64) (p, d []float64, c float64) {
	p = s.softmax(x)
	d = make([]float64, s.n)
	for i, pi := range p {
		d[i] = s.Ridge + s.Sharpness*pi
		c += s.Ridge * pi / d[i]
	}
	return p, d, c
}

// HessianTimes stores H(x) w in dst.
func (s *SoftmaxLayer) HessianTimes(dst, x, w []float64) {
	p, d, _ := s.diagonal(x)
	var pw float64
	for i, pi := range p {
		pw += pi * w[i]
	}
	for i := range dst {
		dst[i] = d[i]*w[i] - s.Sharpness*p[i]*pw
	}
}

// Solve stores H(x)⁻¹ ξ in dst, by Sherman and Morrison.
func (s *SoftmaxLayer) Solve(dst, x, xi []float64) {
	p, d, c := s.diagonal(x)
	var q float64
	for i := range p {
		q += p[i] * xi[i] / d[i]
	}
	for i := range dst {
		dst[i] = (xi[i] + s.Sharpness*p[i]*q/c) / d[i]
	}
}

// SolveSqrt stores R w in dst, R the inverse transpose of Cholesky's factor.
func (s *SoftmaxLayer) SolveSqrt(dst, x, w []float64) {
	p, d, _ := s.diagonal(x)
	h := mat.NewSymDense(s.n, nil)
	for i := range s.n {
		for j := range i {
			h.SetSym(i, j, -s.Sharpness*p[i]*p[j])
		}
		h.SetSym(i, i, d[i]-s.Sharpness*p[i]*p[i])
	}
	lagrangianSolveSqrt(dst, h, w)
}

// LogDet returns ln det H(x) = Σ ln d_i + ln c.
func (s *SoftmaxLayer) LogDet(x []float64) float64 {
	_, d, c := s.diagonal(x)
	v := math.Log(c)
	for _, di := range d {
		v += math.Log(di)
	}
	return v
}

// LogDetGradient stores ∂ ln det H(x) in dst.
func (s *SoftmaxLayer) LogDetGradient(dst, x []float64) {
	p, d, c := s.diagonal(x)
	// With e_i = ∂ ln det H/∂p_i, ∂p_i/∂x_j = β p_i (δ_ij - p_j).
	e := make([]float64, s.n)
	var mean float64
	for i := range e {
		e[i] = s.Sharpness/d[i] + s.Ridge*s.Ridge/(d[i]*d[i]*c)
		mean += p[i] * e[i]
	}
	for j := range dst {
		dst[j] = s.Sharpness * p[j] * (e[j] - mean)
	}
}

// Tails says that L grows like ρ|x|²/2.
func (s *SoftmaxLayer) Tails(int) (lower, upper Tail, err error) {
	return Tail{Slope: s.Ridge}, Tail{Slope: s.Ridge}, nil
}
