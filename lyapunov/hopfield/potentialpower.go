package hopfield

import (
	"fmt"
	"math"
)

// Polynomial is F(z) = Σ_i z_i^Degree/Degree, or Σ_i max(z_i, 0)^Degree/Degree if
// Rectified: the interaction of the dense associative memory of Krotov and
// Hopfield (2016), which stores of the order of d^(Degree-1) patterns. Degree 2
// is the Hopfield network with Hebb's weights W = ΞᵀΞ: F(Ξx) = ½ xᵀWx. Use a
// constructor: the zero value is not valid.
type Polynomial struct {
	Degree    int  // ≥ 2
	Rectified bool // 0 for z < 0
}

// Exponential is F(z) = Σ_i exp(z_i), the interaction of Demircigil et al.
// (2017), which stores exponentially many patterns. It is infinite for a z_i
// beyond 709. LogSumExp with sharpness 1 is its logarithm: on states of -1 and +1
// it has the same fixed points and the same descent, and does not overflow.
type Exponential struct{}

var (
	_ Curved = Polynomial{}
	_ Curved = Exponential{}
)

// NewPolynomial returns Σ z_i^degree/degree. It panics if degree is below 2.
func NewPolynomial(degree int) Polynomial {
	if degree < 2 {
		panic(fmt.Sprintf("hopfield: degree is %d, want 2 or more: degree 1 stores one pattern, the sum of all", degree))
	}
	return Polynomial{Degree: degree}
}

// NewRectifiedPolynomial returns Σ max(z_i, 0)^degree/degree. It panics if degree
// is below 2.
func NewRectifiedPolynomial(degree int) Polynomial {
	p := NewPolynomial(degree)
	p.Rectified = true
	return p
}

// power returns z^k, or 0 where z is rectified away.
func (p Polynomial) power(z float64, k int) float64 {
	if p.Rectified && z <= 0 {
		return 0
	}
	out := 1.0
	for ; k > 0; k >>= 1 {
		if k&1 == 1 {
			out *= z
		}
		z *= z
	}
	return out
}

// Value returns Σ z_i^n/n.
func (p Polynomial) Value(z []float64) float64 {
	var sum float64
	for _, v := range z {
		sum += p.power(v, p.Degree)
	}
	return sum / float64(p.Degree)
}

// Gradient stores z_i^(n-1) in dst.
func (p Polynomial) Gradient(dst, z []float64) {
	checkLen(dst, len(z))
	for i, v := range z {
		dst[i] = p.power(v, p.Degree-1)
	}
}

// HessianTimes stores (n-1) z_i^(n-2) w_i in dst. At z_i = 0 the rectified
// parabola, which has two second derivatives there, counts as flat.
func (p Polynomial) HessianTimes(dst, z, w []float64) {
	checkLen(dst, len(z))
	checkLen(w, len(z))
	for i, v := range z {
		dst[i] = float64(p.Degree-1) * p.power(v, p.Degree-2) * w[i]
	}
}

// Curvature returns 1, 1 for the parabola, 0, 1 for half of it, and otherwise no
// upper bound; there is no lower one either for an odd degree over the whole line.
func (p Polynomial) Curvature() (lo, hi float64) {
	switch {
	case p.Degree == 2 && p.Rectified:
		return 0, 1
	case p.Degree == 2:
		return 1, 1
	case p.Degree%2 == 0 || p.Rectified:
		return 0, math.Inf(1)
	}
	return math.Inf(-1), math.Inf(1)
}

// Growth returns ½ for degree 2 and +Inf beyond.
func (p Polynomial) Growth() float64 {
	if p.Degree == 2 {
		return 0.5
	}
	return math.Inf(1)
}

// Value returns Σ exp(z_i), +Inf where that is beyond float64.
func (Exponential) Value(z []float64) float64 {
	var sum float64
	for _, v := range z {
		sum += math.Exp(v)
	}
	return sum
}

// Gradient stores exp(z_i) in dst.
func (Exponential) Gradient(dst, z []float64) {
	checkLen(dst, len(z))
	for i, v := range z {
		dst[i] = math.Exp(v)
	}
}

// HessianTimes stores exp(z_i) w_i in dst.
func (Exponential) HessianTimes(dst, z, w []float64) {
	checkLen(dst, len(z))
	checkLen(w, len(z))
	for i, v := range z {
		dst[i] = math.Exp(v) * w[i]
	}
}

// Curvature returns 0, +Inf.
func (Exponential) Curvature() (lo, hi float64) { return 0, math.Inf(1) }

// Growth returns +Inf.
func (Exponential) Growth() float64 { return math.Inf(1) }
