package hopfield

import (
	"fmt"
	"math"

	"hopflow/lyapunov/activation"
)

// LeakyReLU is the activation σ(x) = x for x > 0 and Slope x for x <= 0, the
// piecewise linear one of [LF] Theorem 14. Slope = 1 is the linear unit. With
// Slope = 0, ReLU, σ' vanishes on a half line: K is infinite, E is flat and Z
// infinite there, which is why [LF] footnote 2 is wrong to allow it.
//
// At the kink x = 0 derivatives are those from the left. "∇K = 0", the proof's
// reason for no further drift, is false there: see Bipartite.LogVolume.
type LeakyReLU struct {
	Slope float64 // in (0, 1]
}

var _ activation.Smooth = LeakyReLU{}

// NewLeakyReLU returns the leaky rectifier. It panics unless 0 < slope <= 1.
func NewLeakyReLU(slope float64) LeakyReLU {
	if !(0 < slope && slope <= 1) {
		panic(fmt.Sprintf("hopfield: slope of a leaky rectifier is %v, want one in (0, 1]: with 0 the mobility is infinite and the law cannot be normalised", slope))
	}
	return LeakyReLU{slope}
}

// Linear returns the unit σ(x) = x.
func Linear() LeakyReLU { return LeakyReLU{1} }

// at returns the slope at x.
func (l LeakyReLU) at(x float64) float64 {
	if x > 0 {
		return 1
	}
	return l.Slope
}

// Value returns σ(x).
func (l LeakyReLU) Value(x float64) float64 { return l.at(x) * x }

// Deriv returns 1 or Slope.
func (l LeakyReLU) Deriv(x float64) float64 { return l.at(x) }

// Deriv2 returns 0.
func (l LeakyReLU) Deriv2(float64) float64 { return 0 }

// Inverse returns y or y/Slope.
func (l LeakyReLU) Inverse(y float64) float64 { return y / l.at(y) }

// InverseIntegral returns y²/2, or y²/(2 Slope) for y <= 0.
func (l LeakyReLU) InverseIntegral(y float64) float64 { return y * y / (2 * l.at(y)) }

// Range returns -Inf, +Inf.
func (LeakyReLU) Range() (lo, hi float64) { return math.Inf(-1), math.Inf(1) }
