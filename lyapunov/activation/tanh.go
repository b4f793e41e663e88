package activation

import "math"

// Tanh is σ(u) = tanh(Rate u) with values in (-1, 1) and slope Rate at 0. Use
// NewTanh: the zero value is not valid.
type Tanh struct {
	Rate float64 // > 0
}

var _ Smooth = Tanh{}

// NewTanh returns tanh(rate u). It panics unless rate is positive and finite.
func NewTanh(rate float64) Tanh {
	positive("rate", rate)
	return Tanh{Rate: rate}
}

// Range returns -1, 1.
func (Tanh) Range() (lo, hi float64) { return -1, 1 }

// Value returns tanh(Rate u).
func (t Tanh) Value(u float64) float64 { return math.Tanh(t.Rate * u) }

// Complement returns 1 - σ(u), to full relative precision also for u → ∞.
func (t Tanh) Complement(u float64) float64 { return 2 * Logistic{Rate: 2 * t.Rate}.Complement(u) }

// Deriv returns Rate sech²(Rate u), without the cancellation of 1 - tanh².
func (t Tanh) Deriv(u float64) float64 { return 2 * Logistic{Rate: 2 * t.Rate}.Deriv(u) }

// Deriv2 returns -2 Rate tanh(Rate u) σ'(u).
func (t Tanh) Deriv2(u float64) float64 { return -2 * t.Rate * math.Tanh(t.Rate*u) * t.Deriv(u) }

// Inverse returns artanh(y)/Rate.
func (t Tanh) Inverse(y float64) float64 {
	if !(-1 <= y && y <= 1) {
		return math.NaN()
	}
	return math.Atanh(y) / t.Rate
}

// InverseIntegral returns (y artanh y + ln(1-y²)/2)/Rate; at y = ±1 the limit
// ln 2/Rate.
func (t Tanh) InverseIntegral(y float64) float64 {
	if !(-1 <= y && y <= 1) {
		return math.NaN()
	}
	if math.Abs(y) < 0.5 { // about y²/2: keep its digits
		return (y*math.Atanh(y) + math.Log1p(-y*y)/2) / t.Rate
	}
	// (1+y) ln(1+y) + (1-y) ln(1-y) has neither an infinite term nor 0·∞.
	var s float64
	for _, p := range [2]float64{y, -y} {
		if p > -1 {
			s += (1 + p) * math.Log1p(p)
		}
	}
	return s / (2 * t.Rate)
}
