package activation

import "math"

// Arctan is σ(u) = 1/2 + arctan(Rate u)/π with values in (0, 1) and slope
// Rate/π at 0. Its tails fall like 1/u, so slowly that the cube has infinite
// diameter in its metric: the flat chart is θ = asinh(Rate u)/√(π Rate). Use
// NewArctan: the zero value is not valid.
type Arctan struct {
	Rate float64 // > 0
}

var _ Smooth = Arctan{}

// NewArctan returns 1/2 + arctan(rate u)/π. It panics unless rate is positive
// and finite.
func NewArctan(rate float64) Arctan {
	positive("rate", rate)
	return Arctan{Rate: rate}
}

// Range returns 0, 1.
func (Arctan) Range() (lo, hi float64) { return 0, 1 }

// Value returns σ(u), to full relative precision also for u → -∞.
func (a Arctan) Value(u float64) float64 { return math.Atan2(1, -a.Rate*u) / math.Pi }

// Complement returns 1 - σ(u), to full relative precision also for u → ∞.
func (a Arctan) Complement(u float64) float64 { return math.Atan2(1, a.Rate*u) / math.Pi }

// Deriv returns Rate/(π (1 + v²)), v = Rate u.
func (a Arctan) Deriv(u float64) float64 {
	v := a.Rate * u
	return a.Rate / math.Pi / (1 + v*v)
}

// Deriv2 returns -2 Rate² v/(π (1 + v²)²), v = Rate u.
func (a Arctan) Deriv2(u float64) float64 {
	v := a.Rate * u
	w := 1 + v*v
	if math.IsInf(w, 1) {
		return 0
	}
	return -2 * a.Rate * a.Rate / math.Pi * (v / w) / w
}

// Inverse returns -cot(πy)/Rate.
func (a Arctan) Inverse(y float64) float64 {
	switch {
	case !(0 <= y && y <= 1):
		return math.NaN()
	case y < 0.25:
		return -1 / math.Tan(math.Pi*y) / a.Rate
	case y > 0.75:
		return 1 / math.Tan(math.Pi*(1-y)) / a.Rate
	}
	return math.Tan(math.Pi*(y-0.5)) / a.Rate
}

// InverseIntegral returns -ln sin(πy)/(π Rate); +Inf at 0 and 1.
func (a Arctan) InverseIntegral(y float64) float64 {
	if !(0 <= y && y <= 1) {
		return math.NaN()
	}
	return -math.Log(math.Sin(math.Pi*math.Min(y, 1-y))) / (math.Pi * a.Rate)
}
