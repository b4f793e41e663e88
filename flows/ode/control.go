package ode

import (
	"math"

	"hopflow/flows"
)

// A controller chooses the length of the next step from the errors of the last
// two: the PI control of [HNW] IV.2, with the constants of that book's DOPRI5,
// written for an error that falls like h^p.
type controller struct {
	p        float64
	previous float64 // error of the last accepted step
	rejected bool    // the last try was rejected: do not grow now
}

const (
	safety   = 0.9  // aims below the tolerance, so that most steps are accepted
	shrink   = 0.2  // least factor between one step and the next
	grow     = 10   // greatest factor
	integral = 0.2  // share of the older error, β = 0.04 for p = 5
	floor    = 1e-4 // errors below this say nothing about the next step
)

// accept returns the factor to the next step after one with the error err <= 1.
func (c *controller) accept(err float64) float64 {
	factor := safety * math.Pow(err, -(1-0.75*integral)/c.p) * math.Pow(c.previous, integral/c.p)
	factor = math.Max(shrink, math.Min(grow, factor))
	if c.rejected {
		factor = math.Min(factor, 1)
	}
	c.previous, c.rejected = math.Max(err, floor), false
	return factor
}

// reject returns the factor to the next try after one with the error err > 1,
// which may be infinite or NaN.
func (c *controller) reject(err float64) float64 {
	c.rejected = true
	factor := safety * math.Pow(err, -(1-0.75*integral)/c.p)
	if !(factor >= shrink) {
		return shrink
	}
	return factor
}

// weighted returns the root mean square of v_i / (AbsTol + RelTol max(|x_i|,
// |y_i|)), where 0/0 counts as 0: a coordinate that is exactly 0 and stays so
// has no error.
func (s *Settings) weighted(v, x, y []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	var sum float64
	for i, vi := range v {
		if vi == 0 {
			continue
		}
		q := vi / (s.AbsTol + s.RelTol*math.Max(math.Abs(x[i]), math.Abs(y[i])))
		sum += q * q
	}
	return math.Sqrt(sum / float64(len(v)))
}

// firstStep returns a length for the first step from x at t towards t+span such
// that neither Euler's step nor the second derivative is large against the
// tolerances: [HNW] II.4, starting step size.
func firstStep(f flows.Field, t float64, x []float64, span float64, p int, s *Settings) float64 {
	n := len(x)
	f0, f1, y := make([]float64, n), make([]float64, n), make([]float64, n)
	f(f0, t, x)
	d0, d1 := s.weighted(x, x, x), s.weighted(f0, x, x)
	h := 1e-6
	if d0 >= 1e-5 && d1 >= 1e-5 {
		h = 0.01 * d0 / d1
	}
	h = math.Min(h, math.Abs(span))
	signed := math.Copysign(h, span)
	for i := range n {
		y[i] = x[i] + signed*f0[i]
	}
	f(f1, t+signed, y)
	for i := range n {
		f1[i] -= f0[i]
	}
	d2 := s.weighted(f1, x, x) / h
	better := math.Max(1e-6, h*1e-3)
	if d := math.Max(d1, d2); d > 1e-15 {
		better = math.Pow(0.01/d, 1/float64(p+1))
	}
	// A field that is not finite a little ahead leaves d2 NaN: keep h then, and
	// let error control find out.
	if better = math.Min(100*h, better); better > 0 {
		h = better
	}
	return math.Min(h, math.Abs(span))
}
