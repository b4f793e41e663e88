package sde

import (
	"fmt"
	"math"

	"hopflow/lyapunov/freeenergy"
)

// Exited returns how many particles have been absorbed.
func (c *Cloud) Exited() (n int) {
	for _, t := range c.Exit {
		if !math.IsInf(t, 1) {
			n++
		}
	}
	return n
}

// Column returns coordinate i of every particle.
func (c *Cloud) Column(i int) []float64 {
	n, d := c.X.Dims()
	if i < 0 || i >= d {
		panic(fmt.Sprintf("sde: coordinate %d of a cloud of %d", i, d))
	}
	x := make([]float64, n)
	for k := range x {
		x[k] = c.X.At(k, i)
	}
	return x
}

// ExitTimes returns the times that the absorbed particles have moved for, in
// the order of the particles.
func (c *Cloud) ExitTimes() []float64 {
	var times []float64
	for _, t := range c.Exit {
		if !math.IsInf(t, 1) {
			times = append(times, t-c.T0)
		}
	}
	return times
}

// MeanExit returns the mean time to absorption, with its standard error from
// the spread over the particles. While particles move it is not known, and an
// error: run longer, or use ExitRate.
func (c *Cloud) MeanExit() (freeenergy.Estimate, error) {
	if n := len(c.Exit) - c.Exited(); n > 0 {
		return freeenergy.Estimate{}, fmt.Errorf("sde: %d of %d particles still move at t = %g, and the mean of the others' exit times is too short: run longer, or take ExitRate if exits are rare", n, len(c.Exit), c.T)
	}
	var s term
	for _, t := range c.ExitTimes() {
		s.see(t)
	}
	return freeenergy.Estimate{Value: s.mean, StdErr: spread(s.squares, float64(s.n)), N: s.n}, nil
}

// ExitRate returns the number of exits per unit of time that particles have
// moved for: the rate, at its maximum likelihood, of exits that come at a
// constant rate, as escapes over a high barrier do, whether all have left or
// not. N is the number of exits; without one it is an error.
func (c *Cloud) ExitRate() (freeenergy.Estimate, error) {
	n, moved := c.Exited(), 0.0
	if n == 0 {
		return freeenergy.Estimate{}, fmt.Errorf("sde: none of %d particles has been absorbed by t = %g: run longer, or more particles", len(c.Exit), c.T)
	}
	for _, t := range c.Exit {
		moved += min(t, c.T) - c.T0
	}
	if moved == 0 {
		return freeenergy.Estimate{}, fmt.Errorf("sde: all %d particles are absorbed where they start: let Start put them inside", n)
	}
	rate := float64(n) / moved
	return freeenergy.Estimate{Value: rate, StdErr: rate / math.Sqrt(float64(n)), N: n}, nil
}
