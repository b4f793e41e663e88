package freeenergy

import (
	"math"

	"hopflow/lyapunov"
)

// Energy returns <E> = Σ v p E, the expectation of e at the centers. A cell of
// density 0 adds 0 whatever E is there. It panics if the dimensions differ.
func Energy(p *Density, e lyapunov.Energy) float64 {
	checkDim(p.Grid, e)
	return p.Mean(e.Value)
}

// FreeEnergy returns F = T kl - T ln Z and kl = KL(p||q), with q and Z of the
// same grid: [LF] Definition 2, second form. F is at least -T ln Z, and the
// distance is T kl.
//
// It is an error if p fails Check, if p has mass where E is +Inf, and wherever
// Gibbs fails. It panics as Gibbs does.
func FreeEnergy(p *Density, e lyapunov.Energy, T float64) (F, kl float64, err error) {
	if err := p.Check(); err != nil {
		return math.NaN(), math.NaN(), err
	}
	q, lnq, err := equilibrium(p.Grid, e, T)
	if err != nil {
		return math.NaN(), math.NaN(), err
	}
	if err := checkSupport(p, lnq.energies); err != nil {
		return math.Inf(1), math.Inf(1), err
	}
	kl = p.sum(func(i int) float64 { return relative(p.P[i], q.P[i], lnq.at(i)) })
	return T*kl - T*lnq.lnZ, kl, nil
}

// EnergyMinusEntropy returns F = <E> - T H[p], the first form of [LF]
// Definition 2. It agrees with FreeEnergy to the digits that the subtraction
// leaves, and shows increases that are rounding near equilibrium: it is here
// to be compared. It panics unless T is positive and finite.
func EnergyMinusEntropy(p *Density, e lyapunov.Energy, T float64) float64 {
	checkTemperature(T)
	return Energy(p, e) - T*Entropy(p)
}
