package hopfield

import (
	"fmt"
	"math"

	"hopflow/lyapunov/activation"
)

// A Unit is the law of one unit of a separable layer that receives the input c
// from the other layer, which is held:
//
//	q(x|c) ∝ exp((c σ(x) - L*(σ(x)))/T) σ'(x)^m dx.
//
// Given v the hidden units of a Bipartite network are independent with such laws,
// c = Uᵀg(v), and so are the visible units given h, with c = I + U f(h): that
// makes Z(v) and <f> a matter of integrals over a line, and Gibbs sampling exact.
// For LeakyReLU they are closed forms.
type Unit struct {
	Activation  activation.Smooth
	Temperature float64
	Measure     Measure
}

// LogPartition returns ln Z(c) = ln ∫ exp((cσ - L*)/T) σ'^m dx. It is an error if
// Z is infinite, or if the quadrature does not reach 1e-12.
func (u Unit) LogPartition(c float64) (float64, error) {
	lnZ, _, err := u.integrate(c, nil)
	return lnZ, err
}

// Mean returns <σ(x)> = T d ln Z/dc: the unit's mean output.
func (u Unit) Mean(c float64) (float64, error) {
	if l, ok := u.Activation.(LeakyReLU); ok && !math.IsNaN(c) && !math.IsInf(c, 0) {
		bipartiteTemperature(u.Temperature)
		above, below, err := u.finiteHalves(l, c)
		if err != nil && l.Slope == 1 {
			return c, nil // of a Gaussian
		} else if err != nil {
			return math.NaN(), err
		}
		share, s := 1/(1+math.Exp(below-above)), l.Slope
		up := halfNormalMean(c, math.Sqrt(u.Temperature))
		down := halfNormalMean(-c, math.Sqrt(u.Temperature/s))
		return share*up - s*(1-share)*down, nil
	}
	_, mean, err := u.integrate(c, u.Activation.Value)
	return mean, err
}

// Expect returns <φ(x)>, φ bounded by a power of the output. φ has to be smooth,
// unless the activation is LeakyReLU.
func (u Unit) Expect(c float64, phi func(x float64) float64) (float64, error) {
	_, mean, err := u.integrate(c, phi)
	return mean, err
}

// Above returns P(x > 0).
func (u Unit) Above(c float64) (float64, error) {
	if l, ok := u.Activation.(LeakyReLU); ok {
		bipartiteTemperature(u.Temperature)
		above, below, err := u.finiteHalves(l, c)
		return 1 / (1 + math.Exp(below-above)), err
	}
	lnZ, err := u.LogPartition(c)
	if err != nil {
		return math.NaN(), err
	}
	half, _, err := u.quadrature(c, nil, 0)
	return math.Exp(half - lnZ), err
}

// logDensity returns (cσ - L*)/T + m ln σ', without its constant.
func (u Unit) logDensity(c, x float64) float64 {
	y := u.Activation.Value(x)
	v := (c*y - u.Activation.InverseIntegral(y)) / u.Temperature
	if u.Measure != 0 {
		v += float64(u.Measure) * math.Log(u.Activation.Deriv(x))
	}
	if math.IsNaN(v) {
		return math.Inf(-1) // ∞ - ∞ where the output has stopped
	}
	return v
}

func (u Unit) integrate(c float64, phi func(x float64) float64) (lnZ, mean float64, err error) {
	bipartiteTemperature(u.Temperature)
	bipartiteMeasure(u.Measure)
	if math.IsNaN(c) || math.IsInf(c, 0) {
		return math.NaN(), math.NaN(), fmt.Errorf("hopfield: the input of a unit is %v: check the couplings", c)
	}
	if l, ok := u.Activation.(LeakyReLU); ok {
		return u.leaky(l, c, phi)
	}
	if err := u.check(); err != nil {
		return math.Inf(1), math.NaN(), err
	}
	return u.quadrature(c, phi, math.Inf(-1))
}

// check returns an error if Z is infinite.
func (u Unit) check() error {
	layer := Layer(1, u.Activation)
	t, s, err := layer.Tails(0)
	if err != nil {
		return err
	}
	b := Bipartite{visible: layer, hidden: Layer(1, Linear())}
	return b.boundedUnits([][2]Tail{{t, s}}, u.Temperature, u.Measure)
}

// halves returns ln ∫ over x > 0 and x < 0 for a leaky unit: truncated Gaussians
// of mean c and variance T or T/s.
func (u Unit) halves(l LeakyReLU, c float64) (above, below float64) {
	T, s := u.Temperature, l.Slope
	above = c*c/(2*T) + math.Log(2*math.Pi*T)/2 + logNormal(c/math.Sqrt(T))
	below = s*c*c/(2*T) + math.Log(2*math.Pi*T/s)/2 + logNormal(-c*math.Sqrt(s/T)) + float64(u.Measure)*math.Log(s)
	return above, below
}

// finiteHalves is halves, or an error where they are beyond float64.
func (u Unit) finiteHalves(l LeakyReLU, c float64) (above, below float64, err error) {
	above, below = u.halves(l, c)
	if sum := above + below; math.IsNaN(sum) || math.IsInf(sum, 0) {
		return math.NaN(), math.NaN(), fmt.Errorf("hopfield: the law of a leaky unit at input %g and T = %g is beyond float64: scale couplings and states down", c, u.Temperature)
	}
	return above, below, nil
}

func (u Unit) leaky(l LeakyReLU, c float64, phi func(x float64) float64) (lnZ, mean float64, err error) {
	above, below, err := u.finiteHalves(l, c)
	if err != nil {
		return math.NaN(), math.NaN(), err
	}
	top := math.Max(above, below)
	lnZ = top + math.Log(math.Exp(above-top)+math.Exp(below-top))
	if phi == nil {
		return lnZ, math.NaN(), nil
	}
	T, s := u.Temperature, l.Slope
	share := math.Exp(above - lnZ)
	up, err := truncatedMean(c, math.Sqrt(T), 1, phi)
	if err != nil {
		return lnZ, math.NaN(), err
	}
	down, err := truncatedMean(c, math.Sqrt(T/s), -1, phi)
	return lnZ, share*up + math.Exp(below-lnZ)*down, err
}

// quadrature integrates over x > from by the trapezoidal rule in t, x = x0 + δ
// sinh t about the mode x0 with the width δ of the law, halving the step until
// nothing changes: exponentially convergent for smooth activations.
func (u Unit) quadrature(c float64, phi func(x float64) float64, from float64) (lnZ, mean float64, err error) {
	x0 := math.Max(u.mode(c), from)
	top := u.logDensity(c, x0)
	if math.IsInf(top, 0) || math.IsNaN(top) {
		return math.NaN(), math.NaN(), fmt.Errorf("hopfield: no mode of the law of a unit %T at input %g: its derivative underflows there: weaken the couplings", u.Activation, c)
	}
	half := !math.IsInf(from, -1)
	width := u.width(c, x0, top, half)
	last, lastMean := math.NaN(), math.NaN()
	if half {
		width = math.Max(width, x0-from)
	}
	for h := 0.5; h > 1e-4; h /= 2 {
		var sum, first float64
		for sign := 1.0; sign >= -1; sign -= 2 {
			for k := 0; ; k++ {
				t := sign * h * float64(k)
				x, jac := x0+width*math.Sinh(t), width*math.Cosh(t)
				if half { // x - from = e^(t - e^-t): double exponential
					e := math.Exp(-t)
					x, jac = from+width*math.Exp(t-e), width*math.Exp(t-e)*(1+e)
				}
				v := u.logDensity(c, x) - top + math.Log(jac)
				if k > 0 || sign > 0 {
					w := h * math.Exp(v)
					sum += w
					if phi != nil && w > 0 {
						first += w * phi(x)
					}
				}
				if v < -45 && k > 4 && !(sign > 0 && x < x0) || math.Abs(t) > 200 {
					break
				}
			}
		}
		lnZ, mean = top+math.Log(sum), first/sum
		if math.Abs(lnZ-last) <= 1e-13*math.Max(1, math.Abs(lnZ)) && (phi == nil || math.Abs(mean-lastMean) <= 1e-13*math.Max(1, math.Abs(mean))) {
			if phi == nil {
				mean = math.NaN()
			}
			return lnZ, mean, nil
		}
		last, lastMean = lnZ, mean
	}
	return lnZ, mean, fmt.Errorf("hopfield: quadrature over a unit %T at input %g and T = %g stopped at ln Z = %.12g: its activation or the function whose mean is asked for is not smooth enough, or grows too fast", u.Activation, c, u.Temperature, lnZ)
}

// mode returns about where the density is largest: the slope of its logarithm is
// σ'(x)(c - x)/T + m σ”/σ', zero at x = c for m = 0.
func (u Unit) mode(c float64) float64 {
	slope := func(x float64) float64 {
		d := u.Activation.Deriv(x)
		return d*(c-x)/u.Temperature + float64(u.Measure)*u.Activation.Deriv2(x)/d
	}
	start := c
	if low, high := u.Activation.Range(); !math.IsInf(low, 0) && !math.IsInf(high, 0) {
		// Where σ' underflows there is no slope to follow: begin nearer to the middle.
		for middle := u.Activation.Inverse((low + high) / 2); !(u.Activation.Deriv(start) > 1e-300) && start != middle; {
			start = middle + (start-middle)/2
		}
	}
	s := slope(start)
	if !(s != 0) || math.IsNaN(s) {
		return start
	}
	lo, hi := start, start
	for step := 0.1; step < 1e9; step *= 2 {
		lo = hi
		hi += math.Copysign(step, s)
		if next := slope(hi); !(next*s > 0) {
			break
		}
	}
	for range 40 {
		if mid := lo + (hi-lo)/2; slope(mid)*s > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo + (hi-lo)/2
}

// width returns a distance at which the density has fallen by a factor of about e,
// on both sides or only above.
func (u Unit) width(c, x0, top float64, above bool) float64 {
	w := math.Sqrt(u.Temperature / u.Activation.Deriv(x0))
	fall := func(w float64) float64 {
		high := u.logDensity(c, x0+w)
		if !above {
			high = math.Max(high, u.logDensity(c, x0-w))
		}
		return top - high
	}
	for w < 1e9 && fall(w) < 0.5 {
		w *= 2
	}
	for w > 1e-12 && fall(w) > 2 {
		w /= 1.5
	}
	return w
}
