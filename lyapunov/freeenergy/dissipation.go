package freeenergy

import (
	"fmt"
	"math"

	"hopflow/lyapunov"
)

// Potential returns Φ = T ln p + E at the centers, the variation of F: a flow
// with mobility K has the current J = -p K ∇Φ. Φ is -Inf where p is 0. It
// panics unless T is positive and finite and the dimensions agree.
func Potential(p *Density, e lyapunov.Energy, T float64) []float64 {
	checkTemperature(T)
	checkDim(p.Grid, e)
	phi := p.Grid.Sample(e.Value)
	addEntropic(phi, p, T)
	return phi
}

// addEntropic adds T ln p to the energies.
func addEntropic(phi []float64, p *Density, T float64) {
	for i, pi := range p.P {
		if pi == 0 {
			phi[i] = math.Inf(-1)
			continue
		}
		phi[i] += T * math.Log(pi)
	}
}

// Dissipation returns D = ∫ p ∇Φ·S∇Φ dx, S the symmetric part of the mobility:
// dF/dt = -D along ∂p/∂t = ∇·(K(p∇E + T∇p)) if no boundary term is left,
// [LF] Theorem 6. The antisymmetric part drops out.
//
// ∇Φ is taken at the centers by the parabola through neighbours, so D is 0 at p
// = q, exact where Φ is a parabola, and of order 2 in the cells where p is
// positive up to the walls; where p falls to 0, ln p is no parabola and the
// order is lower. Where p is 0 in a neighbour, it is D = 4T² ∫ q |∇√(p/q)|²_S
// that is summed; a jump of p to 0 makes the sum grow without bound as the cells
// shrink: dF/dt is -∞ there.
//
// It is an error if p fails Check, if E is NaN or takes two values at one point
// of a periodic axis, if p has mass where E is +Inf, or if S is not positive
// semidefinite. It panics unless T is positive and finite and the dimensions
// agree.
func Dissipation(p *Density, e lyapunov.Energy, T float64, m lyapunov.Mobility) (float64, error) {
	phi, energies, err := potentials(p, e, T)
	if err != nil {
		return math.NaN(), err
	}
	g := p.Grid
	all := g.slopes()
	x, xi, v := make([]float64, g.Dim()), make([]float64, g.Dim()), make([]float64, g.Dim())
	terms := make([]float64, g.Len())
	for i := range terms {
		weight := p.P[i]
		if g.touchesZero(all, p.P, i) {
			weight = 4 * T * T
			g.gradient(xi, all, root(p, energies, T, i), i)
		} else {
			g.gradient(xi, all, func(j int) float64 { return phi[j] }, i)
		}
		g.Center(x, i)
		m.Sharp(v, x, xi)
		square, size := dot(xi, v), math.Sqrt(dot(xi, xi)*dot(v, v))
		if square < -1e-12*size {
			return math.NaN(), fmt.Errorf("freeenergy: ξ·Kξ = %.3g for ξ = %.3g at %s: the symmetric part of a mobility has to be positive semidefinite", square, xi, g.where(i))
		}
		terms[i] = weight * math.Max(square, 0)
	}
	d := g.sum(func(i int) float64 { return terms[i] })
	if math.IsNaN(d) || math.IsInf(d, 0) {
		return d, fmt.Errorf("freeenergy: dissipation is %v, first in %s: p varies by more than a float64 can hold from cell to cell, or the mobility is not finite; refine the grid there", d, g.where(firstNotFinite(terms)))
	}
	return d, nil
}

// potentials returns Φ and E in the cells, checked.
func potentials(p *Density, e lyapunov.Energy, T float64) (phi, energies []float64, err error) {
	checkTemperature(T)
	checkDim(p.Grid, e)
	if err := p.Check(); err != nil {
		return nil, nil, err
	}
	if energies, err = sampleEnergy(p.Grid, e); err != nil {
		return nil, nil, err
	}
	if err := checkSupport(p, energies); err != nil {
		return nil, nil, err
	}
	if err := checkSingleValued(p.Grid, e, T); err != nil {
		return nil, nil, err
	}
	phi = append([]float64(nil), energies...)
	addEntropic(phi, p, T)
	return phi, energies, nil
}

// checkSupport returns an error if p has mass where the energy is +Inf.
func checkSupport(p *Density, energies []float64) error {
	for i, v := range energies {
		if math.IsInf(v, 1) && p.P[i] > 0 {
			return fmt.Errorf("freeenergy: density %g where the energy is +Inf, in %s: F is infinite; set the density to 0 there", p.P[i], p.Grid.where(i))
		}
	}
	return nil
}

// root returns √(q_i p_j/q_j) as a function of the cell j: its gradient at i is
// √q ∇√(p/q), in numbers that do not overflow where q underflows.
func root(p *Density, energies []float64, T float64, i int) func(j int) float64 {
	return func(j int) float64 {
		if p.P[j] == 0 {
			return 0
		}
		return math.Sqrt(p.P[j]) * math.Exp((energies[j]-energies[i])/(2*T))
	}
}

func firstNotFinite(v []float64) int {
	for i, vi := range v {
		if math.IsNaN(vi) || math.IsInf(vi, 0) {
			return i
		}
	}
	return 0
}

func dot(a, b []float64) (s float64) {
	for i, ai := range a {
		s += ai * b[i]
	}
	return s
}
