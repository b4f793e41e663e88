package hopfield

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Sampler returns a function that draws x from the law at input c, exactly: for
// LeakyReLU from two half Gaussians, with any measure; for other activations with
// FiringRate, since exp((cy - L*(y))/T) is log-concave in the output y, by
// rejection from three pieces of exponentials. Goroutines may share it if each
// has its own rng.
//
// An output that rounds to an end of its range is one float64 below it.
//
// It is an error with another measure, or if Z is infinite.
func (u Unit) Sampler() (func(c float64, rng *rand.Rand) float64, error) {
	bipartiteTemperature(u.Temperature)
	if l, ok := u.Activation.(LeakyReLU); ok && l.Slope == 1 {
		sd := math.Sqrt(u.Temperature)
		return func(c float64, rng *rand.Rand) float64 { return c + sd*rng.NormFloat64() }, nil
	} else if ok {
		return func(c float64, rng *rand.Rand) float64 {
			above, below := u.halves(l, c)
			if rng.Float64()*(1+math.Exp(below-above)) < 1 {
				return truncatedNormal(c, math.Sqrt(u.Temperature), 1, rng)
			}
			return truncatedNormal(c, math.Sqrt(u.Temperature/l.Slope), -1, rng)
		}, nil
	}
	if u.Measure != FiringRate {
		return nil, fmt.Errorf("hopfield: no exact sampler for a unit %T with respect to the %v: use FiringRate or LeakyReLU, or the Langevin dynamics of package flows/langevin", u.Activation, u.Measure)
	}
	if err := u.check(); err != nil {
		return nil, err
	}
	return func(c float64, rng *rand.Rand) float64 { return u.Activation.Inverse(u.output(c, rng)) }, nil
}

// A unitHat is a bound of the log density of an output from above: flat at the
// mode, and a tangent on either side of it.
type unitHat struct {
	top         float64    // log density at the mode
	touch, fall [2]float64 // from where on the tangent is lower, and its slope; 0: no tangent
	area        [3]float64 // below, middle, above; the density's top is 1
	lo, hi      float64
}

// output draws y.
func (u Unit) output(c float64, rng *rand.Rand) float64 {
	f := u.Activation
	log := func(y float64) float64 { return (c*y - f.InverseIntegral(y)) / u.Temperature }
	lo, hi := f.Range()
	mode := f.Value(c)
	hat := unitHat{top: log(mode), lo: lo, hi: hi}
	guess := math.Sqrt(2 * u.Temperature * f.Deriv(c))
	ends := [2]float64{lo, hi}
	for k, sign := range [2]float64{-1, 1} {
		hat.touch[k] = ends[k]
		y := hat.falling(mode, math.Max(guess, 1e-15*math.Abs(mode)), sign, ends[k], log)
		if slope := (c - f.Inverse(y)) / u.Temperature; !math.IsInf(slope, 0) && sign*slope < 0 {
			if touch := y + (hat.top-log(y))/slope; lo < touch && touch < hi {
				hat.touch[k], hat.fall[k] = touch, math.Abs(slope)
			}
		}
	}
	hat.measure()
	for {
		y, bound := hat.draw(rng)
		if rng.Float64() <= math.Exp(log(y)-bound) {
			return math.Min(math.Max(y, math.Nextafter(lo, hi)), math.Nextafter(hi, lo))
		}
	}
}

// falling returns a point on one side of the mode where the log density has
// fallen by about 1, or one close to the end if it does not.
func (h *unitHat) falling(mode, step, sign, end float64, log func(float64) float64) float64 {
	at := func(step float64) float64 {
		if y := mode + sign*step; sign*(end-y) > 0 {
			return y
		}
		return mode + (end-mode)*(1-1e-3)
	}
	for range 200 {
		if y := at(step); h.top-log(y) > 0.3 || sign*(end-mode-sign*step) <= 0 {
			break
		}
		step *= 2.5
	}
	for range 200 {
		if h.top-log(at(step)) < 3 {
			break
		}
		step /= 2
	}
	return at(step)
}

// measure fills in the areas below the pieces.
func (h *unitHat) measure() {
	h.area[1] = h.touch[1] - h.touch[0]
	for k, end := range [2]float64{h.lo, h.hi} {
		if h.fall[k] > 0 {
			h.area[2*k] = -math.Expm1(-h.fall[k]*math.Abs(end-h.touch[k])) / h.fall[k]
		}
	}
}

// draw returns a point from the hat and the hat's logarithm there.
func (h *unitHat) draw(rng *rand.Rand) (y, bound float64) {
	p := rng.Float64() * (h.area[0] + h.area[1] + h.area[2])
	if p -= h.area[1]; p < 0 {
		return h.touch[0] + rng.Float64()*h.area[1], h.top
	}
	k, sign := 0, -1.0
	if p -= h.area[0]; p >= 0 {
		k, sign = 1, 1
	}
	// A truncated exponential.
	d := -math.Log1p(-rng.Float64()*h.fall[k]*h.area[2*k]) / h.fall[k]
	return h.touch[k] + sign*d, h.top - h.fall[k]*d
}
