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
	minus := (terms+n-1)/2 + 1
	if minus > terms {
		return 0
	}
	sum := 1.0 // in units of the first and largest term
	for k, t := minus, 1.0; k < terms && t > 1e-17*sum; k++ {
		t *= float64(terms-k) / float64(k+1)
		sum += t
	}
	return sum * fairBinomial(terms, minus)
}

// fairBinomial returns Binomial(n, k) / 2ⁿ for k > n/2. Differences of the logarithms
// of factorials lose as many digits as those have before the point; with δ = 2k/n - 1
// what is left of them is
//
//	exp(-n (½ ln(1 - δ²) + δ artanh δ) + r(n) - r(k) - r(n-k)) / √(½πn (1 - δ²)).
func fairBinomial(n, k int) float64 {
	if k == n {
		return math.Ldexp(1, -n)
	}
	d := float64(2*k-n) / float64(n)
	e := math.Log1p(-d*d)/2 + d*math.Atanh(d)
	return math.Exp(stirlingRest(n)-stirlingRest(k)-stirlingRest(n-k)-float64(n)*e) / math.Sqrt(math.Pi/2*float64(n)*(1-d*d))
}

// stirlingRest returns r(n) = ln n! - ln(√(2πn) (n/e)ⁿ) for n > 0.
func stirlingRest(n int) float64 {
	x := float64(n)
	if n < 16 {
		v, _ := math.Lgamma(x + 1)
		return v - (x+0.5)*math.Log(x) + x - math.Log(2*math.Pi)/2
	}
	y := 1 / (x * x)
	return (1./12 - y*(1./360-y*(1./1260-y*(1./1680-y/1188)))) / x
}
