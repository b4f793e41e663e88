package hopfield

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// A contMotion moves one state along the flow: classical Runge-Kutta steps,
// doubled for an estimate of the error, which is then added (fifth order). It
// serves Settle and Basins; package flows/ode has the solvers for trajectories.
type contMotion struct {
	field                 func(dst []float64, t float64, x []float64)
	tau                   []float64
	tol                   float64 // error of a step, in the largest coordinate
	h                     float64 // next step
	k                     [4][]float64
	stage, full, half, at []float64
}

func newContMotion(c *Continuous, tol float64) *contMotion {
	m := &contMotion{field: c.Field, tau: c.tau, tol: tol, h: floats.Min(c.tau) / 100}
	for i := range m.k {
		m.k[i] = make([]float64, c.n)
	}
	m.stage, m.full, m.half, m.at = make([]float64, c.n), make([]float64, c.n), make([]float64, c.n), make([]float64, c.n)
	return m
}

// rungeKutta stores the state a time h after x in dst; k[0] is the velocity at x.
func (m *contMotion) rungeKutta(dst, x []float64, h float64) {
	for i, c := range [3]float64{h / 2, h / 2, h} {
		floats.AddScaledTo(m.stage, x, c, m.k[i])
		m.field(m.k[i+1], 0, m.stage)
	}
	for i := range dst {
		dst[i] = x[i] + h/6*(m.k[0][i]+2*m.k[1][i]+2*m.k[2][i]+m.k[3][i])
	}
}

// step moves x on by a time that it chooses, at most limit, and returns it.
func (m *contMotion) step(x []float64, limit float64) (float64, error) {
	for {
		h := math.Min(m.h, limit)
		m.field(m.k[0], 0, x)
		m.rungeKutta(m.full, x, h)
		m.rungeKutta(m.half, x, h/2)
		m.field(m.k[0], 0, m.half)
		m.rungeKutta(m.at, m.half, h/2)
		gap := floats.Distance(m.full, m.at, math.Inf(1)) / 15
		grow := 4.0
		if gap > 0 {
			grow = math.Min(4, math.Max(0.2, 0.9*math.Pow(m.tol/gap, 0.2)))
		}
		if gap <= m.tol {
			for i := range x {
				x[i] = m.at[i] + (m.at[i]-m.full[i])/15
			}
			if h == m.h || grow < 1 {
				m.h = h * grow
			}
			return h, nil
		}
		if m.h = h * grow; math.IsNaN(gap) || m.h < 1e-14*floats.Min(m.tau) {
			return 0, fmt.Errorf("hopfield: the flow can't be followed from x = %.6g: a step of %.3g fails; check that the activations are finite", x, h)
		}
	}
}

// advance moves x on by exactly the time t.
func (m *contMotion) advance(x []float64, t float64) error {
	for t > 0 {
		h, err := m.step(x, t)
		if err != nil {
			return err
		}
		t -= h
	}
	return nil
}

// speed returns max τ_i |dx_i/dt| at x, the same for fast and for slow units.
func (m *contMotion) speed(x []float64) float64 {
	m.field(m.k[0], 0, x)
	var most float64
	for i, v := range m.k[0] {
		most = math.Max(most, math.Abs(m.tau[i]*v))
	}
	return most
}
