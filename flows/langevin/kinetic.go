package langevin

import (
	"fmt"

	"hopflow/flows/sde"
	"hopflow/lyapunov"
	"hopflow/lyapunov/landscape"
)

// Kinetic is the Langevin equation with inertia, on positions and velocities
// (x, v) in 2n coordinates, the positions first:
//
//	dx = v dt,   m dv = -∇E dt - γ m v dt + √(2γ T m) dW.
//
// It is the Dynamics of the energy E(x) + Σ m_i v_i²/2 with a K whose symmetric
// part, diag(0, γ/m), is only semidefinite: the free energy may stand still off
// equilibrium, and yet the density goes to exp(-E/T) times a Gaussian of
// velocities. For a strong friction the positions follow Dynamics with the
// mobility 1/(γm).
type Kinetic struct {
	Energy lyapunov.Energy
	// Mass has m_i > 0 for each coordinate, or one for all; nil is 1.
	Mass []float64
	// Friction is the rate γ >= 0; 0 is Hamilton's equation.
	Friction float64
	// Temperature is T >= 0.
	Temperature float64
	// Schedule is a temperature that depends on time, in place of Temperature.
	Schedule Schedule
}

// masses returns m for every coordinate.
func (k Kinetic) masses() []float64 {
	if k.Energy == nil || k.Energy.Dim() < 1 {
		panic("langevin: kinetic dynamics need an energy with coordinates")
	}
	notNegative("friction", k.Friction)
	n := k.Energy.Dim()
	given := k.Mass
	if given == nil {
		given = []float64{1}
	}
	if len(given) != 1 && len(given) != n {
		panic(fmt.Sprintf("langevin: %d masses for %d coordinates: give one for each, or one for all", len(given), n))
	}
	mass := make([]float64, n)
	for i := range mass {
		mass[i] = given[i%len(given)]
		positive("mass", mass[i])
	}
	return mass
}

// Dynamics returns the same process as Langevin dynamics on (x, v). It panics
// if friction or temperature are negative or a mass is not positive.
func (k Kinetic) Dynamics() Dynamics {
	mass := k.masses()
	n := len(mass)
	matrix := make([][]float64, 2*n)
	for a := range matrix {
		matrix[a] = make([]float64, 2*n)
	}
	for i, m := range mass { // K^{xv} = -1/m, K^{vx} = 1/m, K^{vv} = γ/m
		matrix[i][n+i], matrix[n+i][i], matrix[n+i][n+i] = -1/m, 1/m, k.Friction/m
	}
	h := hamiltonian{k.Energy, mass}
	var energy lyapunov.Energy = h
	if smooth, ok := k.Energy.(landscape.Smooth); ok {
		energy = smoothHamiltonian{h, smooth}
	}
	d := Dynamics{Energy: energy, Mobility: ConstantRows(matrix...), Temperature: k.Temperature, Schedule: k.Schedule}
	d.mustMean()
	return d
}

// System returns the stochastic differential equation of (x, v). It panics as
// Dynamics does.
func (k Kinetic) System() *sde.System { return k.Dynamics().System() }

// hamiltonian is E(x) + Σ m v²/2.
type hamiltonian struct {
	e    lyapunov.Energy
	mass []float64
}

func (h hamiltonian) Dim() int { return 2 * len(h.mass) }

func (h hamiltonian) Value(x []float64) float64 {
	n := len(h.mass)
	e := h.e.Value(x[:n])
	for i, m := range h.mass {
		e += m * x[n+i] * x[n+i] / 2
	}
	return e
}

func (h hamiltonian) Gradient(dst, x []float64) {
	n := len(h.mass)
	h.e.Gradient(dst[:n], x[:n])
	for i, m := range h.mass {
		dst[n+i] = m * x[n+i]
	}
}
