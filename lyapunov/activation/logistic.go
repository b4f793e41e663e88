package activation

import "math"

// Logistic is σ(u) = 1/(1 + exp(-Rate (u - Center))) with values in (0, 1).
// Its slope at Center is Rate/4. Use a constructor: the zero value is not
// valid.
//
// It is the soft projection of [HF] in other letters, since
// 1/2 + tanh(v)/2 = 1/(1 + exp(-2v)).
type Logistic struct {
	Rate   float64 // > 0
	Center float64 // σ(Center) = 1/2
}

var _ Smooth = Logistic{}

// NewLogistic returns 1/(1 + exp(-rate u)). It panics unless rate is positive
// and finite.
func NewLogistic(rate float64) Logistic {
	positive("rate", rate)
	return Logistic{Rate: rate}
}

// SoftProjection returns σ(u) = 1/2 + tanh(2β(u - 1/2))/2, the activation
// that [HF] (24)-(38) and (57)-(60) belong to: [HF] (22), corrected. Its slope
// at 1/2 is β and its metric g(x) = 1/(4β x(1-x)). It panics unless β is
// positive and finite.
func SoftProjection(beta float64) Logistic {
	positive("gain β", beta)
	return Logistic{Rate: 4 * beta, Center: 0.5}
}

// SoftProjectionLiteral returns σ(u) = 1/2 + tanh(β(u - 1/2))/2, [HF] (22) to
// the letter. Its slope at 1/2 is β/2 and its metric g(x) = 1/(2β x(1-x)): not
// the metric of [HF] (24), see erratum HF-22. SoftProjectionLiteral(2β) equals
// SoftProjection(β). It panics unless β is positive and finite.
func SoftProjectionLiteral(beta float64) Logistic {
	positive("gain β", beta)
	return Logistic{Rate: 2 * beta, Center: 0.5}
}

// Gain returns the slope at the center, Rate/4. For SoftProjection(β) it is β.
func (l Logistic) Gain() float64 { return l.Rate / 4 }

// Range returns 0, 1.
func (Logistic) Range() (lo, hi float64) { return 0, 1 }

// Value returns σ(u), to full relative precision also for u → -∞.
func (l Logistic) Value(u float64) float64 {
	v := l.Rate * (u - l.Center)
	if v >= 0 {
		return 1 / (1 + math.Exp(-v))
	}
	e := math.Exp(v)
	return e / (1 + e)
}

// Complement returns 1 - σ(u), to full relative precision also for u → ∞.
func (l Logistic) Complement(u float64) float64 {
	return Logistic{Rate: l.Rate, Center: -l.Center}.Value(-u)
}

// Deriv returns σ'(u) = Rate e/(1+e)², e = exp(-|v|), v = Rate (u - Center):
// sech² without the cancellation of 1 - tanh².
func (l Logistic) Deriv(u float64) float64 {
	e := math.Exp(-math.Abs(l.Rate * (u - l.Center)))
	return l.Rate * e / ((1 + e) * (1 + e))
}

// Deriv2 returns σ”(u) = -Rate tanh(v/2) σ'(u), v = Rate (u - Center).
func (l Logistic) Deriv2(u float64) float64 {
	return -l.Rate * math.Tanh(l.Rate*(u-l.Center)/2) * l.Deriv(u)
}

// Inverse returns Center + ln(y/(1-y))/Rate, [HF] (31).
func (l Logistic) Inverse(y float64) float64 {
	if !(0 <= y && y <= 1) {
		return math.NaN()
	}
	if 0.25 < y && y < 0.75 { // y/(1-y) is close to 1: keep the digits of y - 1/2
		return l.Center + math.Log1p((2*y-1)/(1-y))/l.Rate
	}
	return l.Center + math.Log(y/(1-y))/l.Rate
}

// InverseIntegral returns Center y + (y ln y + (1-y) ln(1-y))/Rate: up to its
// affine term the bit entropy of [HF] (32), corrected, with 0 ln 0 = 0.
func (l Logistic) InverseIntegral(y float64) float64 {
	if !(0 <= y && y <= 1) {
		return math.NaN()
	}
	var s float64
	if y > 0 && y < 1 {
		s = y*math.Log(y) + (1-y)*math.Log1p(-y)
	}
	return l.Center*y + s/l.Rate
}
