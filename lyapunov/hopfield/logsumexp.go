package hopfield

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// LogSumExp is F(z) = β⁻¹ ln Σ_i exp(β z_i) with ∇F = softmax(βz) and β the
// Sharpness: [NH] Example 14 and 15, corrected. The sources have
// β⁻¹ ln(β Σ exp z_i), whose gradient is β⁻¹ softmax(z): the same at β = 1 only.
//
// Nothing here overflows: the largest component is taken out first. A component
// of -Inf has weight 0; all values are NaN if one is NaN or +Inf, or all are -Inf.
// Use NewLogSumExp: the zero value is not valid.
type LogSumExp struct {
	Sharpness float64 // > 0
}

var _ Curved = LogSumExp{}

// NewLogSumExp returns β⁻¹ ln Σ exp(β z_i). It panics unless the sharpness β is
// positive and finite.
func NewLogSumExp(sharpness float64) LogSumExp {
	modernPositive("sharpness", sharpness)
	return LogSumExp{Sharpness: sharpness}
}

// modernPositive panics unless v is a positive finite number.
func modernPositive(name string, v float64) {
	if !(v > 0) || math.IsInf(v, 0) {
		panic(fmt.Sprintf("hopfield: %s is %v, want a positive finite number", name, v))
	}
}

// largest returns the place of the largest component, -1 if there is none or
// one is NaN.
func largest(z []float64) int {
	at := -1
	for i, v := range z {
		if math.IsNaN(v) {
			return -1
		}
		if at < 0 || v > z[at] {
			at = i
		}
	}
	return at
}

// Value returns β⁻¹ ln Σ exp(β z_i).
func (l LogSumExp) Value(z []float64) float64 {
	at := largest(z)
	if at < 0 || math.IsInf(z[at], 0) {
		return math.NaN()
	}
	return z[at] + math.Log1p(l.rest(z, at))/l.Sharpness
}

// rest returns Σ_{i ≠ at} exp(β (z_i - z_at)).
func (l LogSumExp) rest(z []float64, at int) float64 {
	var sum float64
	for i, v := range z {
		if i != at {
			sum += math.Exp(l.Sharpness * (v - z[at]))
		}
	}
	return sum
}

// Gradient stores p = softmax(βz) in dst.
func (l LogSumExp) Gradient(dst, z []float64) {
	checkLen(dst, len(z))
	top := math.NaN()
	if at := largest(z); at >= 0 {
		top = z[at]
	}
	var sum float64
	for i, v := range z {
		dst[i] = math.Exp(l.Sharpness * (v - top))
		sum += dst[i]
	}
	for i := range dst {
		dst[i] /= sum
	}
}

// HessianTimes stores β (diag p - p pᵀ) w = β p_i (w_i - p·w) in dst: β times the
// covariance that [NH] Lemma 16 is about.
func (l LogSumExp) HessianTimes(dst, z, w []float64) {
	checkLen(w, len(z))
	l.Gradient(dst, z)
	mean := floats.Dot(dst, w)
	for i, p := range dst {
		dst[i] = l.Sharpness * p * (w[i] - mean)
	}
}

// Complement returns 1 - p_k, p = softmax(βz), to full relative precision also
// where p_k rounds to 1: the sum of the others.
func (l LogSumExp) Complement(z []float64, k int) float64 {
	at := largest(z)
	if at < 0 || math.IsInf(z[at], 0) {
		return math.NaN()
	}
	rest := l.rest(z, at)
	if k == at {
		return rest / (1 + rest)
	}
	// The largest component and what is neither it nor k.
	others := 1.0
	for i, v := range z {
		if i != at && i != k {
			others += math.Exp(l.Sharpness * (v - z[at]))
		}
	}
	return others / (1 + rest)
}

// Curvature returns 0, β/2: p has no larger variance than two halves at the ends.
func (l LogSumExp) Curvature() (lo, hi float64) { return 0, l.Sharpness / 2 }

// Growth returns 0: |∇F| ≤ 1.
func (l LogSumExp) Growth() float64 { return 0 }
