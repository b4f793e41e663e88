package activation

import "math"

// Algebraic is σ(u) = 1/2 + v/(2√(1+v²)), v = Rate u, with values in (0, 1)
// and slope Rate/2 at 0. Use NewAlgebraic: the zero value is not valid.
type Algebraic struct {
	Rate float64 // > 0
}

var _ Smooth = Algebraic{}

// NewAlgebraic returns the algebraic sigmoid of the given rate. It panics
// unless rate is positive and finite.
func NewAlgebraic(rate float64) Algebraic {
	positive("rate", rate)
	return Algebraic{Rate: rate}
}

// Range returns 0, 1.
func (Algebraic) Range() (lo, hi float64) { return 0, 1 }

// Value returns σ(u), to full relative precision also for u → -∞.
func (a Algebraic) Value(u float64) float64 {
	if u > 0 {
		return 1 - a.Complement(u)
	}
	return a.Complement(-u)
}

// Complement returns 1 - σ(u) = 1/(2h(h + v)), h = √(1+v²), to full relative
// precision also for u → ∞.
func (a Algebraic) Complement(u float64) float64 {
	v := a.Rate * u
	if v < 0 {
		return 1 - a.Complement(-u)
	}
	h := math.Hypot(1, v)
	return 1 / (2 * h * (h + v))
}

// Deriv returns Rate/(2 (1+v²)^(3/2)), v = Rate u.
func (a Algebraic) Deriv(u float64) float64 {
	h := math.Hypot(1, a.Rate*u)
	return a.Rate / (2 * h * h * h)
}

// Deriv2 returns -3 Rate² v/(2 (1+v²)^(5/2)), v = Rate u.
func (a Algebraic) Deriv2(u float64) float64 {
	v := a.Rate * u
	if math.IsInf(v, 0) {
		return 0
	}
	h := math.Hypot(1, v)
	return -1.5 * a.Rate * a.Rate * (v / h) / h / h / h / h
}

// Inverse returns (2y-1)/(2√(y(1-y)) Rate).
func (a Algebraic) Inverse(y float64) float64 {
	if !(0 <= y && y <= 1) {
		return math.NaN()
	}
	return (2*y - 1) / (2 * math.Sqrt(y*(1-y)) * a.Rate)
}

// InverseIntegral returns -√(y(1-y))/Rate.
func (a Algebraic) InverseIntegral(y float64) float64 {
	if !(0 <= y && y <= 1) {
		return math.NaN()
	}
	return -math.Sqrt(y*(1-y)) / a.Rate
}
