package langevin

import (
	"fmt"
	"math"

	"hopflow/flows/sde"
	"hopflow/lyapunov"
)

// Machine is the diffusion machine [HF] (39) in the tanh metric, (58)
// corrected: on the cube, for an energy f and gains β,
//
//	dx_i = [4β_i T (1-2x_i) - 4β_i x_i(1-x_i) ∂_i f] dt + √(8β_i T x_i(1-x_i)) dW_i   (Itô),
//
// the Dynamics of f with K = G⁻¹. Its density with respect to dx goes to
// exp(-f/T)/Z. The process never reaches the sides of the cube (they are
// entrance boundaries, exactly at Feller's threshold), but the steps of a
// scheme may:
//
//	scheme                        leaves the cube   bias in the law
//	sde.EulerMaruyama             yes: needs Walls  O(h)
//	Machine.Chart                 no                O(h)
//	Machine.Sphere                no                O(h), none for f = 0
//	Machine.SphereMetropolis      no                none
//
//	m := langevin.Machine{Energy: landscape.Himmelblau{}, Beta: []float64{0.25, 0.25}, Temperature: 25}
//	e := sde.Ensemble{System: m.System(), Scheme: m.Sphere(), ...}
type Machine struct {
	Energy lyapunov.Energy
	// Beta has a gain β_i > 0 for each coordinate, or one for all.
	Beta []float64
	// Temperature is T >= 0.
	Temperature float64
	// Schedule is a temperature that depends on time, in place of Temperature.
	Schedule Schedule
}

// gains returns β for every coordinate.
func (m Machine) gains() []float64 {
	if m.Energy == nil || m.Energy.Dim() < 1 {
		panic("langevin: a machine needs an energy with coordinates")
	}
	n := m.Energy.Dim()
	if len(m.Beta) != 1 && len(m.Beta) != n {
		panic(fmt.Sprintf("langevin: %d gains β for %d coordinates: give one for each, or one for all", len(m.Beta), n))
	}
	gain := make([]float64, n)
	for i := range gain {
		gain[i] = m.Beta[i%len(m.Beta)]
		positive(fmt.Sprintf("gain β[%d]", i), gain[i])
	}
	return gain
}

// Dynamics returns the machine as Langevin dynamics with the mobility G⁻¹. It
// panics if a gain is not positive and finite, if their number is neither 1 nor
// that of the coordinates, or if the temperature is negative.
func (m Machine) Dynamics() Dynamics {
	d := Dynamics{Energy: m.Energy, Mobility: newCube(m.gains()), Temperature: m.Temperature, Schedule: m.Schedule}
	d.mustMean()
	return d
}

// System returns the stochastic differential equation in x. Outside the cube
// its noise is NaN. It panics as Dynamics does.
func (m Machine) System() *sde.System { return m.Dynamics().System() }

// Box returns the corners 0 and 1 of the cube, as sde.Reflecting takes them.
func (m Machine) Box() (lo, hi []float64) {
	n := len(m.gains())
	lo, hi = make([]float64, n), make([]float64, n)
	for i := range hi {
		hi[i] = 1
	}
	return lo, hi
}

// Walls returns mirrors at the sides of the cube: what Euler-Maruyama needs,
// though the process does not.
func (m Machine) Walls() sde.Boundary { return sde.Reflecting(m.Box()) }

// Start returns an initial law for ensembles, uniform on the cube.
func (m Machine) Start() func(x []float64, particle int, s *sde.Stream) {
	return sde.Uniform(m.Box())
}

// Chart returns the scheme that steps in the angle arcsin √x, where the noise
// is constant, drift-implicit in what repels from the sides.
func (m Machine) Chart() sde.Scheme { return sde.InChart{Chart: sde.ArcsineChart(m.gains()...)} }

// EulerExit returns the probability, to leading order in h, that one step of
// Euler-Maruyama takes one coordinate out of [0, 1] if f = 0 and x is uniform:
//
//	8βTh ∫₀^∞ Φ(-(u+1)/√(2u)) du = 8βTh/e,
//
// where u = x/(4βTh) near the side 0. An energy that pushes inward lowers it.
// It panics unless β, T and h are positive and finite.
func EulerExit(beta, T, h float64) float64 {
	positive("gain β", beta)
	positive("temperature", T)
	positive("step", h)
	return 8 * beta * T * h / math.E
}
