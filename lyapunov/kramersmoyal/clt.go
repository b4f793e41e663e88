package kramersmoyal

import (
	"fmt"
	"math"
)

// A Distance is sup_x |F(x) - G(x)| of two laws, and where it is taken.
type Distance struct {
	D      float64
	X      float64 // the atom at which it is taken
	Before bool    // just before the atom, from the left; otherwise on it
}

// Kolmogorov returns the distance of a discrete law to one with the continuous
// distribution function cdf. Between two atoms F is constant and G rises, so
// that the supremum is at an atom, from one of its two sides: looking at
// F(x) only, misses it.
func (a *Atoms) Kolmogorov(cdf func(x float64) float64) Distance {
	var worst Distance
	var sum kahan
	for i, x := range a.X {
		g := cdf(x)
		if d := math.Abs(sum.value() - g); d > worst.D {
			worst = Distance{d, x, true}
		}
		sum.add(a.P[i])
		if d := math.Abs(sum.value() - g); d > worst.D {
			worst = Distance{d, x, false}
		}
	}
	return worst
}

// ToNormal returns the distance of the standardized law to N(0, 1): what the
// central limit theorem sends to 0. It panics for a single atom.
func (a *Atoms) ToNormal() Distance { return a.Standardized().Kolmogorov(NormalCDF(0, 1)) }

// NormalCDF returns the distribution function of N(mean, variance). It panics
// unless the mean is finite and the variance positive and finite.
func NormalCDF(mean, variance float64) func(x float64) float64 {
	if !(variance > 0) || math.IsInf(variance, 0) || notFinite(mean) {
		panic(fmt.Sprintf("kramersmoyal: a normal law of mean %v and variance %v", mean, variance))
	}
	sd := math.Sqrt(variance)
	return func(x float64) float64 { return math.Erfc((mean-x)/sd/math.Sqrt2) / 2 }
}

// The best constants known in the inequality of Berry and Esseen: for the sum of
// n steps 0.4748 (I. Shevtsova, arXiv:1111.6554), and for the sum of a Poisson
// number of steps 0.3041 (V. Korolev, I. Shevtsova, Scand. Actuar. J. 2012).
const (
	berryEsseenSum     = 0.4748
	berryEsseenPoisson = 0.3041
)

// BerryEsseen returns the bound 0.4748 <|ε-m|³>/(σ³ √n) on the distance to the
// normal of the sum of n independent steps. It panics unless n is positive and
// the law has one dimension and spreads.
func BerryEsseen(step *Lattice, n int) float64 {
	if n <= 0 {
		panic(fmt.Sprintf("kramersmoyal: a bound for %d steps", n))
	}
	a := step.Atoms()
	m := a.Mean()
	var third kahan
	for i, x := range a.X {
		third.add(a.P[i] * math.Abs(power(x-m, 3)))
	}
	return berryEsseenSum * third.value() / math.Pow(spread(a), 1.5) / math.Sqrt(float64(n))
}

// BerryEsseenClock returns the bound 0.3041 <|ε|³>/(<ε²>^{3/2} √νt) for the sum
// of a Poisson number of steps of mean νt. It panics unless νt is positive and
// the law has one dimension and moves.
func BerryEsseenClock(step *Lattice, mean float64) float64 {
	if !(mean > 0) || math.IsInf(mean, 0) {
		panic(fmt.Sprintf("kramersmoyal: a bound for %v steps", mean))
	}
	var third, second kahan
	for i, x := range step.Atoms().X {
		p := step.Atoms().P[i]
		third.add(p * math.Abs(power(x, 3)))
		second.add(p * x * x)
	}
	if !(second.value() > 0) {
		panic("kramersmoyal: a law whose steps are all 0")
	}
	return berryEsseenPoisson * third.value() / math.Pow(second.value(), 1.5) / math.Sqrt(mean)
}

// EsseenRate returns lim √n D_n for the distance D_n to the normal of the sum of
// n steps on a lattice of span h,
//
//	(|<(ε-m)³>|/(6σ³) + h/(2σ)) / √(2π)
//
// (C.-G. Esseen, Skand. Aktuarietidskr. 39, 1956). The second part, half the height
// of the middle atom, is why the rate of the theorem is n^{-1/2} also for steps
// that are symmetric. It is an error if the steps lie on no lattice.
func EsseenRate(step *Lattice) (float64, error) {
	h, err := step.Span()
	if err != nil {
		return 0, err
	}
	a := step.Atoms()
	sd := math.Sqrt(spread(a))
	return (math.Abs(a.Central(3))/(6*sd*sd*sd) + h/(2*sd)) / math.Sqrt(2*math.Pi), nil
}

func spread(a *Atoms) float64 {
	v := a.Variance()
	if !(v > 0) {
		panic("kramersmoyal: a law that does not spread has no normal limit")
	}
	return v
}
