package activation

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Rectifier is the smoothed leaky rectifier
//
//	σ(u) = Leak u + (1 - Leak) ln(1 + exp(Rate u))/Rate,
//
// which tends to max(u, Leak u) as Rate grows. Its values fill the line for
// Leak > 0 and (0, ∞) for Leak = 0, the softplus function. Use NewRectifier:
// the zero value is not valid.
type Rectifier struct {
	Leak float64 // in [0, 1)
	Rate float64 // > 0
}

var _ Smooth = Rectifier{}

// NewRectifier returns the smoothed leaky rectifier. It panics unless
// 0 <= leak < 1 and rate is positive and finite.
func NewRectifier(leak, rate float64) Rectifier {
	if !(0 <= leak && leak < 1) {
		panic(fmt.Sprintf("activation: leak is %v, want a number in [0, 1)", leak))
	}
	positive("rate", rate)
	return Rectifier{Leak: leak, Rate: rate}
}

// Range returns -Inf, +Inf, or 0, +Inf where Leak is 0.
func (r Rectifier) Range() (lo, hi float64) {
	if r.Leak == 0 {
		return 0, math.Inf(1)
	}
	return math.Inf(-1), math.Inf(1)
}

// Value returns σ(u).
func (r Rectifier) Value(u float64) float64 {
	v := (1 - r.Leak) * softplus(r.Rate*u) / r.Rate
	if r.Leak == 0 {
		return v // 0·∞ is not asked for
	}
	return r.Leak*u + v
}

// Deriv returns Leak + (1 - Leak)/(1 + exp(-Rate u)).
func (r Rectifier) Deriv(u float64) float64 {
	return r.Leak + (1-r.Leak)*Logistic{Rate: r.Rate}.Value(u)
}

// Deriv2 returns (1 - Leak) s'(u), s the logistic function of the same rate.
func (r Rectifier) Deriv2(u float64) float64 {
	return (1 - r.Leak) * Logistic{Rate: r.Rate}.Deriv(u)
}

// Inverse returns σ⁻¹(y): for Leak = 0 in closed form, otherwise by Newton's
// method. σ is convex and the start lies right of the root, so the iterates
// fall to it monotonically.
func (r Rectifier) Inverse(y float64) float64 {
	lo, hi := r.Range()
	switch {
	case !(lo <= y && y <= hi):
		return math.NaN()
	case math.IsInf(y, 0):
		return y
	case r.Leak == 0:
		return y + math.Log(-math.Expm1(-r.Rate*y))/r.Rate
	}
	u := y
	if y < 0 {
		u = y / r.Leak
	}
	for {
		next := u - (r.Value(u)-y)/r.Deriv(u)
		if !(next < u) { // rounding has stopped the fall
			return u
		}
		u = next
	}
}

// InverseIntegral returns y u - ∫σ at u = σ⁻¹(y), by Legendre's relation. The
// integral of the softplus is a dilogarithm, ∫₋∞^u ln(1+e^v) dv = -Li₂(-e^u).
func (r Rectifier) InverseIntegral(y float64) float64 {
	u := r.Inverse(y)
	if math.IsNaN(u) || math.IsInf(u, 0) {
		if y == 0 {
			return 0
		}
		return math.Abs(u) // NaN outside the range, +Inf at its infinite ends
	}
	return y*u - r.Leak*u*u/2 - (1-r.Leak)*softplusIntegral(r.Rate*u)/(r.Rate*r.Rate)
}

// softplus returns ln(1 + exp(v)) without overflow.
func softplus(v float64) float64 {
	return math.Max(v, 0) + math.Log1p(math.Exp(-math.Abs(v)))
}

// softplusIntegral returns -Li₂(-exp(v)); the inversion formula keeps the
// argument of the dilogarithm in [-1, 0].
func softplusIntegral(v float64) float64 {
	li := real(mathext.Li2(complex(-math.Exp(-math.Abs(v)), 0)))
	if v <= 0 {
		return -li
	}
	return v*v/2 + math.Pi*math.Pi/6 + li
}
