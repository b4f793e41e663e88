package hopfield

import "math"

// HebbLimit is the load α up to which the weights of Hebb recall random patterns, as n
// -> ∞: there HebbOverlap falls from 0.967 to 0 at once. (Amit, Gutfreund and
// Sompolinsky 1985, replica-symmetric; with broken symmetry 0.1382.) Its last digit is
// rounded down.
const HebbLimit = 0.137905566

// HebbOverlap returns the overlap of the fixed point near a pattern with the pattern,
// as n -> ∞, for Hebb's rule with α n random patterns: m = erf(y), where y is the
// largest solution of
//
//	y (√(2α) + (2/√π) exp(-y²)) = erf(y).
//
// It is 1 at α = 0 and NaN for α < 0. Above the limit no solution near the pattern is
// left, and it is 0: the overlap of the equilibrium. Updates from a pattern stop on the
// way there, at about 0.3.
func HebbOverlap(load float64) float64 {
	switch {
	case !(load >= 0):
		return math.NaN()
	case load == 0:
		return 1
	}
	f := func(y float64) float64 {
		return math.Erf(y) - y*(math.Sqrt(2*load)+2/math.SqrtPi*math.Exp(-y*y))
	}
	// f >= 0 where √(2α) <= erf(y)/y - (2/√π) exp(-y²), which rises up to hebbCrest and
	// falls from there on: if a solution is left, the largest is beyond. f is negative
	// at 1/√(2α), since erf < 1.
	hi := 1 / math.Sqrt(2*load)
	if hi < hebbCrest || f(hebbCrest) < 0 {
		return 0
	}
	return math.Erf(hebbRoot(f, hebbCrest, hi))
}

// hebbCrest is where the solution of HebbOverlap vanishes at the limit: there erf(y) =
// (2/√π) y exp(-y²) (1 + 2y²).
const hebbCrest = 1.5112185563276566

// hebbRoot bisects between f(lo) >= 0 and f(hi) < 0.
func hebbRoot(f func(float64) float64, lo, hi float64) float64 {
	for range 200 {
		mid := lo + (hi-lo)/2
		if mid == lo || mid == hi {
			break
		}
		if f(mid) >= 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// HebbFlipProbability returns the probability that a unit of one of m random patterns
// of n units, stored by Hebb's rule, is not kept by its own field in the first update:
// the crosstalk is the sum of (m-1)(n-1) independent signs, so that
//
//	P = Σ_{k > ((m-1)(n-1) + (n-1)) / 2} Binomial((m-1)(n-1), k) / 2^((m-1)(n-1)),
//
// exactly; for large n it is ½ erfc(√(n/(2m))), that is ½ erfc(1/√(2α)). It is 0 for m
// <= 1 and NaN for n < 2.
func HebbFlipProbability(m, n int) float64 {
	if n < 2 {
		return math.NaN()
	}
	if m <= 1 {
		return 0
	}
	// ξ_i h_i n = (n-1) + S, S = Σ ±1 over N terms, and the unit flips if S < -(n-1).
	terms := (m - 1) * (n - 1)
	var p float64
	lgamma := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	top := lgamma(terms)
	for minus := (terms+n-1)/2 + 1; minus <= terms; minus++ {
		t := math.Exp(top - lgamma(minus) - lgamma(terms-minus) - float64(terms)*math.Ln2)
		p += t
		if t < 1e-17*p {
			break
		}
	}
	return p
}
