package hopfield

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// logNormal returns ln Φ(z), Φ the distribution function of N(0, 1), also where Φ
// underflows.
func logNormal(z float64) float64 {
	if z > -25 {
		return math.Log(math.Erfc(-z/math.Sqrt2) / 2)
	}
	q := 1 / (z * z)
	return -z*z/2 - math.Log(-z*math.Sqrt(2*math.Pi)) + math.Log1p(q*(-1+q*(3+q*(-15+q*(105-945*q)))))
}

// halfNormalMean returns <x> for x ~ N(c, sd²) on x > 0: c + sd φ(a)/Φ(a),
// a = c/sd, and where that cancels Laplace's continued fraction of it,
// sd/(z + 2/(z + 3/(z + ...))), z = -a.
func halfNormalMean(c, sd float64) float64 {
	a := c / sd
	if a > -4 {
		return c + sd*math.Exp(-a*a/2-math.Log(2*math.Pi)/2-logNormal(a))
	}
	f := -a
	for k := 120.0; k >= 2; k-- {
		f = -a + k/f
	}
	return sd / f
}

// truncatedMean returns <φ(x)> for x ~ N(c, sd²) on the half line of the sign, by
// the trapezoidal rule in t, x = sign w exp(t - e^-t): double exponential.
func truncatedMean(c, sd, sign float64, phi func(x float64) float64) (float64, error) {
	inside := c * sign
	if inside > 12*sd { // the end is out of sight
		var mean float64
		for z := -12.0; z <= 12; z += 1. / 64 {
			mean += math.Exp(-z*z/2) * phi(c+sd*z)
		}
		return mean / (64 * math.Sqrt(2*math.Pi)), nil
	}
	mode := math.Max(inside, 0)
	w := math.Max(mode, sd)
	if inside < -sd { // falls from the end, like exp(-|c| x/sd²)
		w = sd * sd / -inside
	}
	last := math.NaN()
	for h := 1. / 32; h > 1e-5; h /= 2 {
		var sum, first float64
		for dir := 1.0; dir >= -1; dir -= 2 {
			for k := 0; ; k++ {
				t := dir * h * float64(k)
				e := math.Exp(-t)
				x := w * math.Exp(t-e)
				jac := x * (1 + e)
				a, b := (x-inside)/sd, (mode-inside)/sd
				v := (b*b-a*a)/2 + math.Log(jac)
				if (k > 0 || dir > 0) && v > -700 {
					p := math.Exp(v)
					sum += p
					first += p * phi(sign*x)
				}
				if k > 4 && (v < -60 && !(dir > 0 && x < mode)) || math.Abs(t) > 300 {
					break
				}
			}
		}
		mean := first / sum
		if math.Abs(mean-last) <= 1e-14*math.Max(1, math.Abs(mean)) {
			return mean, nil
		}
		last = mean
	}
	return last, fmt.Errorf("hopfield: mean over half a Gaussian of mean %g and deviation %g stopped at %.12g", c, sd, last)
}

// truncatedNormal draws from N(c, sd²) on the half line of the sign: by rejection
// from the normal where that keeps half, from an exponential beyond (Robert 1995).
func truncatedNormal(c, sd, sign float64, rng *rand.Rand) float64 {
	low := -c * sign / sd // z > low, x = sign (c·sign + sd z)
	if low < 0.4 {
		for {
			if z := rng.NormFloat64(); z > low {
				return c + sign*sd*z
			}
		}
	}
	rate := (low + math.Sqrt(low*low+4)) / 2
	for {
		z := low + rng.ExpFloat64()/rate
		if d := z - rate; rng.Float64() <= math.Exp(-d*d/2) {
			return c + sign*sd*z
		}
	}
}
