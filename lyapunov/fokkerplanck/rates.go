package fokkerplanck

import "math"

// Rates says how the jump rates across a bond follow from the energies of the
// two cells. Both choices obey detailed balance exactly,
// exp(-E_i/T) w_ij = exp(-E_j/T) w_ji, are positive, and of second order.
type Rates int

const (
	// ScharfetterGummel takes w_ij ∝ B(ΔE/T), B(x) = x/(eˣ-1): the exact
	// current between two cells for a linear energy, the same as Chang and
	// Cooper's. It grows only linearly downhill. This is the default.
	ScharfetterGummel Rates = iota
	// SquareRoot takes w_ij ∝ exp(-ΔE/2T). It overflows where the energy
	// changes by many T between neighbours; New refuses that.
	SquareRoot
)

// String returns the name of the rates.
func (r Rates) String() string {
	if r == SquareRoot {
		return "square-root"
	}
	return "Scharfetter-Gummel"
}

// Pair returns the rates of a jump over a distance h, out of the left cell and
// back from the right one, for an energy difference dE = E_right - E_left, a
// mobility k on the bond and the temperature T:
//
//	out = T k/h² B(dE/T), back = T k/h² B(-dE/T)
//
// with B as the constant says. The ratio out/back is exp(-dE/T).
func (r Rates) Pair(dE, T, k, h float64) (out, back float64) {
	c := T * k / (h * h)
	return c * r.weight(dE/T), c * r.weight(-dE/T)
}

// weight returns the factor of a jump that raises E/T by x. It is 1 at 0 and
// weight(x) = exp(-x) weight(-x).
func (r Rates) weight(x float64) float64 {
	if r == SquareRoot {
		return math.Exp(-x / 2)
	}
	if x == 0 {
		return 1
	}
	return x / math.Expm1(x) // Expm1 is -1 far to the left, +Inf far to the right
}
