package hopfield

import (
	"math"

	"hopflow/lyapunov/activation"
)

// Sigmoidal is F(z) = Σ_i ∫^{z_i} σ(s) ds, so that ∇F = σ in each component:
// [NH] Example 13, the autoencoder's score. For the logistic function it is
// Σ ln(1 + exp z_i), for tanh Σ ln cosh z_i.
type Sigmoidal struct {
	Activation activation.Smooth // σ; not nil
}

var _ Curved = Sigmoidal{}

// Value returns F(z) by Legendre's identity ∫^z σ = z σ(z) - ∫^{σ(z)} σ⁻¹: the
// right-hand side is stationary in σ(z), so that it keeps its digits where σ(z)
// has been rounded. It is NaN where a component is infinite, and where σ has
// saturated to the end of its range and the integral of σ⁻¹ is infinite there.
func (s Sigmoidal) Value(z []float64) float64 {
	var sum float64
	for _, zi := range z {
		y := s.Activation.Value(zi)
		v := zi*y - s.Activation.InverseIntegral(y)
		if math.IsInf(v, 0) {
			return math.NaN()
		}
		sum += v
	}
	return sum
}

// Gradient stores σ(z_i) in dst.
func (s Sigmoidal) Gradient(dst, z []float64) {
	checkLen(dst, len(z))
	for i, zi := range z {
		dst[i] = s.Activation.Value(zi)
	}
}

// HessianTimes stores σ'(z_i) w_i in dst.
func (s Sigmoidal) HessianTimes(dst, z, w []float64) {
	checkLen(dst, len(z))
	checkLen(w, len(z))
	for i, zi := range z {
		dst[i] = s.Activation.Deriv(zi) * w[i]
	}
}

// Curvature returns 0 and the largest slope of σ, or +Inf where the package
// does not know it.
func (s Sigmoidal) Curvature() (lo, hi float64) {
	switch f := s.Activation.(type) {
	case activation.Logistic:
		return 0, f.Rate / 4
	case activation.Tanh:
		return 0, f.Rate
	case activation.Algebraic:
		return 0, f.Rate / 2
	case activation.Arctan:
		return 0, f.Rate / math.Pi
	case activation.Rectifier, LeakyReLU:
		return 0, 1
	}
	return 0, math.Inf(1)
}

// Growth returns 0 for a σ of bounded range, otherwise half of its largest
// slope.
func (s Sigmoidal) Growth() float64 {
	lo, hi := s.Activation.Range()
	if !math.IsInf(lo, 0) && !math.IsInf(hi, 0) {
		return 0
	}
	_, slope := s.Curvature()
	return slope / 2
}
