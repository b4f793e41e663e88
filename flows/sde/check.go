package sde

import (
	"fmt"
	"math"

	"hopflow/flows"
)

// CheckSystem holds a System against what it promises, at the given points
// (interior ones, away from kinks, at least two):
//
//   - its parts fit together, and Drift obeys the laws of a flows.Field;
//   - Noise is finite, linear in dw, writes every component of dst, and neither
//     changes nor keeps its arguments;
//   - the noise has the Shape it promises;
//   - NoiseDeriv is the derivative of Noise, by differences, to 1e-6;
//   - DriftBlock and NoiseBlock give what Drift and Noise give, to 1e-12, and
//     VarianceBlock its square.
//
// The error names the law, the point and the component.
func CheckSystem(s *System, points []flows.State) error {
	if err := meaning(s); err != nil {
		return err
	}
	if len(points) < 2 {
		return fmt.Errorf("sde: %d points check too little: give at least two that differ in every coordinate", len(points))
	}
	for k, p := range points {
		if len(p.X) != s.Dim {
			return fmt.Errorf("sde: point %d has %d coordinates, the system %d: pass points of the system's dimension", k, len(p.X), s.Dim)
		}
	}
	if err := flows.CheckField(s.Drift, points); err != nil {
		return fmt.Errorf("sde: the drift: %w", err)
	}
	c := &systemCheck{System: s, n: s.Dim, m: s.wiener()}
	for k, p := range points {
		for _, law := range []func(flows.State) error{c.noiseIsLinear, c.noiseKeepsNothing, c.derivIsRight} {
			if err := law(p); err != nil {
				return fmt.Errorf("sde: at point %d, t = %g, x = %v: %w", k, p.T, p.X, err)
			}
		}
		if err := c.shapeHolds(p, points[(k+1)%len(points)]); err != nil {
			return fmt.Errorf("sde: at point %d, t = %g, x = %v: %w", k, p.T, p.X, err)
		}
		if err := c.blocksAgree(p.T, points); err != nil {
			return fmt.Errorf("sde: at t = %g: %w", p.T, err)
		}
	}
	return nil
}

// meaning returns as an error what mustMean panics with.
func meaning(s *System) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	s.mustMean()
	return nil
}

// A systemCheck is a System whose laws are checked, one after the other.
type systemCheck struct {
	*System
	n, m int
}

// weights are increments and directions that no symmetry makes special.
func weights(n, salt int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = math.Sin(1 + 2.3*float64(i) + 1.7*float64(salt))
	}
	return w
}

// value returns b(t, x) dw, from a dst of NaNs and copies of the arguments.
func (c *systemCheck) value(t float64, x, dw []float64) []float64 {
	dst := make([]float64, c.n)
	for i := range dst {
		dst[i] = math.NaN()
	}
	c.Noise(dst, t, append([]float64(nil), x...), append([]float64(nil), dw...))
	return dst
}

// column returns b_j(t, x).
func (c *systemCheck) column(t float64, x []float64, j int) []float64 {
	dw := make([]float64, c.m)
	dw[j] = 1
	return c.value(t, x, dw)
}

// near reports whether two numbers agree to tol of the larger one or of scale.
func near(a, b, scale, tol float64) bool {
	return math.Abs(a-b) <= tol*math.Max(scale, math.Max(math.Abs(a), math.Abs(b)))
}

// size returns the largest absolute value.
func size(x []float64) float64 {
	var m float64
	for _, v := range x {
		m = math.Max(m, math.Abs(v))
	}
	return m
}

// noiseIsLinear compares b(-2u - 3v) with -2 b(u) - 3 b(v), on which a noise
// that is affine, quadratic or an absolute value fails.
func (c *systemCheck) noiseIsLinear(p flows.State) error {
	u, v, w := weights(c.m, 0), weights(c.m, 1), make([]float64, c.m)
	for j := range w {
		w[j] = -2*u[j] - 3*v[j]
	}
	bu, bv, bw := c.value(p.T, p.X, u), c.value(p.T, p.X, v), c.value(p.T, p.X, w)
	scale := size(bu) + size(bv)
	for i := range bu {
		if !flows.Finite(bu[i:i+1]) || !flows.Finite(bv[i:i+1]) {
			return fmt.Errorf("component %d of the noise is %v and %v: check the formula, assign every component of dst, or choose points inside the domain", i, bu[i], bv[i])
		}
		if want := -2*bu[i] - 3*bv[i]; !near(bw[i], want, scale, 1e-12) {
			return fmt.Errorf("component %d of the noise is %.9g for the increments -2u - 3v, but -2 b u - 3 b v is %.9g: Noise is linear in dw, without a constant", i, bw[i], want)
		}
	}
	return nil
}

// noiseKeepsNothing calls the noise with arguments of its own and spoils them.
func (c *systemCheck) noiseKeepsNothing(p flows.State) error {
	x, dw := append([]float64(nil), p.X...), weights(c.m, 0)
	first, again := make([]float64, c.n), make([]float64, c.n)
	c.Noise(first, p.T, x, dw)
	for i := range x {
		if x[i] != p.X[i] {
			return fmt.Errorf("the noise changed coordinate %d of its argument from %g to %g: work on a copy", i, p.X[i], x[i])
		}
		x[i] = math.NaN()
	}
	for j, w := range weights(c.m, 0) {
		if dw[j] != w {
			return fmt.Errorf("the noise changed increment %d from %g to %g: work on a copy", j, w, dw[j])
		}
		dw[j] = math.NaN()
	}
	c.Noise(again, p.T, p.Clone().X, weights(c.m, 0))
	for i := range first {
		if first[i] != again[i] {
			return fmt.Errorf("component %d of the noise is %g, then %g at the same point: assign to dst instead of adding to it, keep neither x nor dw, and draw no random numbers", i, first[i], again[i])
		}
	}
	return nil
}

// derivIsRight compares NoiseDeriv with differences of the noise.
func (c *systemCheck) derivIsRight(p flows.State) error {
	if c.NoiseDeriv == nil {
		return nil
	}
	v, dw, got := weights(c.n, 2), weights(c.m, 0), make([]float64, c.n)
	for i := range got {
		got[i] = math.NaN()
	}
	c.NoiseDeriv(got, p.T, append([]float64(nil), p.X...), v, dw)
	want := c.difference(p, v, dw)
	scale := math.Max(size(want), size(c.value(p.T, p.X, dw)))
	for i := range got {
		if !near(got[i], want[i], scale, 1e-6) {
			return fmt.Errorf("component %d of NoiseDeriv is %.9g in the direction %.3g, but differences of Noise give %.9g: one of the two is wrong", i, got[i], v, want[i])
		}
	}
	return nil
}

// difference returns the derivative of b dw in the direction v from central
// differences at two steps, with the h² term of the error removed.
func (c *systemCheck) difference(p flows.State, v, dw []float64) []float64 {
	x := make([]float64, c.n)
	central := func(h float64) []float64 {
		var ends [2][]float64
		for e, sign := range [2]float64{1, -1} {
			for i := range x {
				x[i] = p.X[i] + sign*h*v[i]
			}
			ends[e] = c.value(p.T, x, dw)
		}
		for i := range ends[0] {
			ends[0][i] = (ends[0][i] - ends[1][i]) / (2 * h)
		}
		return ends[0]
	}
	h := 1e-3
	for i := range v { // inside the domain, one hopes: by its distance from 0
		h = math.Min(h, 1e-3*math.Max(math.Abs(p.X[i]), 1e-3)/math.Max(math.Abs(v[i]), 1e-3))
	}
	wide, narrow := central(h), central(h/2)
	for i := range wide {
		wide[i] = (4*narrow[i] - wide[i]) / 3
	}
	return wide
}
