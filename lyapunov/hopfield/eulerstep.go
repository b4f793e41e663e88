package hopfield

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// EulerStep stores x + Δt dx/dt in dst, which does not overlap x. At Δt = τ it is
// the synchronous update x ← f(Wx + b) of [NH] Remark 6; StepBound has the
// largest Δt that never raises the energy.
func (c *Continuous) EulerStep(dst []float64, dt float64, x []float64) {
	c.Field(dst, 0, x)
	for i, v := range dst {
		dst[i] = x[i] + dt*v
	}
}

// Euler returns x0 and the states after each of the given number of Euler steps
// of size dt. It panics if dt is not positive and finite or steps is negative.
func (c *Continuous) Euler(x0 []float64, dt float64, steps int) [][]float64 {
	checkLen(x0, c.n)
	if !(dt > 0) || math.IsInf(dt, 0) || steps < 0 {
		panic(fmt.Sprintf("hopfield: %d Euler steps of %v: want a positive finite step", steps, dt))
	}
	states := [][]float64{append([]float64(nil), x0...)}
	for k := range steps {
		next := make([]float64, c.n)
		c.EulerStep(next, dt, states[k])
		states = append(states, next)
	}
	return states
}

// eulerRepeats returns the least p ≤ most with |x_N - x_{N-p}| ≤ tol in every
// coordinate, N the last of the states, or 0.
func eulerRepeats(states [][]float64, most int, tol float64) int {
	last := len(states) - 1
	for p := 1; p <= most && p <= last; p++ {
		if floats.Distance(states[last], states[last-p], math.Inf(1)) <= tol {
			return p
		}
	}
	return 0
}

// EulerPeriod iterates Euler steps of size dt from x0 and returns the period of
// what they settle to, 1 for an equilibrium, with the states of one period. For
// symmetric W and Δt = τ it is 1 or 2. It is an error, with the last state, if
// nothing of period at most 64 repeats within tol after the given number of steps.
func (c *Continuous) EulerPeriod(x0 []float64, dt float64, steps int, tol float64) (int, [][]float64, error) {
	states := c.Euler(x0, dt, steps)
	if p := eulerRepeats(states, 64, tol); p > 0 {
		return p, states[len(states)-p:], nil
	}
	return 0, states[len(states)-1:], fmt.Errorf("hopfield: no period up to 64 within %v after %d Euler steps of %v: take more steps, or a smaller step", tol, steps, dt)
}
