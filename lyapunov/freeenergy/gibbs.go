package freeenergy

import (
	"fmt"
	"math"

	"hopflow/lyapunov"
)

// Gibbs returns the equilibrium density q ∝ exp(-E/T) on the grid, E taken at
// the centers. It is the same for E + c, however large the constant. It panics
// unless T is positive and finite and E has the grid's dimension.
//
// It is an error if E is NaN or -Inf at a center, if it is +Inf at all, if E
// takes two values at one point of a periodic axis (then q does not exist), or
// if the ends of the box cut off more than TailLimit of q's mass, see Tail. A
// box whose ends are the ends of the state space has no tails: give it axes
// that are Walled, or an energy that is NaN outside.
func Gibbs(g *Grid, e lyapunov.Energy, T float64) (*Density, error) {
	q, _, err := equilibrium(g, e, T)
	if err != nil {
		return nil, err
	}
	return q, nil
}

// GridLogPartition returns ln Z = ln Σ v exp(-E/T), the normaliser of Gibbs on
// the same grid. The free energy of no density on that grid is below -T ln Z.
// It fails as Gibbs does.
func GridLogPartition(g *Grid, e lyapunov.Energy, T float64) (lnZ float64, err error) {
	_, lnq, err := equilibrium(g, e, T)
	if err != nil {
		return 0, err
	}
	return lnq.lnZ, nil
}

// logGibbs is ln q, which has digits where q underflows.
type logGibbs struct {
	energies []float64
	T, lnZ   float64
}

func (l *logGibbs) at(cell int) float64 { return -l.energies[cell]/l.T - l.lnZ }

func equilibrium(g *Grid, e lyapunov.Energy, T float64) (*Density, *logGibbs, error) {
	checkTemperature(T)
	checkDim(g, e)
	energies, err := sampleEnergy(g, e)
	if err != nil {
		return nil, nil, err
	}
	if err := checkSingleValued(g, e, T); err != nil {
		return nil, nil, err
	}
	least := math.Inf(1)
	for _, v := range energies {
		least = math.Min(least, v)
	}
	if math.IsInf(least, 1) {
		return nil, nil, fmt.Errorf("freeenergy: the energy is +Inf at all %d centers: choose a box that meets its domain", g.Len())
	}
	q := &Density{Grid: g, P: make([]float64, g.Len())}
	for i, v := range energies {
		q.P[i] = math.Exp((least - v) / T)
	}
	z := q.Mass()
	if err := checkTail(g, e, T, least, z); err != nil {
		return nil, nil, err
	}
	for i := range q.P {
		q.P[i] /= z
	}
	return q, &logGibbs{energies: energies, T: T, lnZ: math.Log(z) - least/T}, nil
}

// sampleEnergy returns E at the centers; +Inf is allowed, NaN and -Inf are not.
func sampleEnergy(g *Grid, e lyapunov.Energy) ([]float64, error) {
	energies := g.Sample(e.Value)
	for i, v := range energies {
		if math.IsNaN(v) || math.IsInf(v, -1) {
			return nil, fmt.Errorf("freeenergy: energy is %v in %s: choose a box inside the domain of the energy, or correct its formula", v, g.where(i))
		}
	}
	return energies, nil
}

// checkSingleValued compares E at the two ends of every periodic axis, on all
// lines through the centers.
func checkSingleValued(g *Grid, e lyapunov.Energy, T float64) error {
	x := make([]float64, g.Dim())
	for d, a := range g.axes {
		if !a.periodic {
			continue
		}
		lo, hi := a.Edge(0), a.Edge(a.Len())
		for cell := range g.cells {
			if g.place(d, cell) != 0 {
				continue
			}
			g.Center(x, cell)
			x[d] = lo
			low := e.Value(x)
			x[d] = hi
			high := e.Value(x)
			x[d] = lo
			if jump := math.Abs(high - low); !(jump <= 1e-9*math.Max(T, math.Max(math.Abs(low), math.Abs(high)))) && high != low {
				return fmt.Errorf("freeenergy: energy is %.9g at %.6g and %.9g on the other side of periodic axis %d: a multi-valued energy has no Gibbs density on a circle; give the drift to a solver instead, or an axis that has ends", low, x, high, d)
			}
		}
	}
	return nil
}

func checkTemperature(T float64) {
	if !(T > 0) || math.IsInf(T, 0) {
		panic(fmt.Sprintf("freeenergy: temperature is %v, want a positive finite number", T))
	}
}

func checkDim(g *Grid, e lyapunov.Energy) {
	if e.Dim() != g.Dim() {
		panic(fmt.Sprintf("freeenergy: an energy of %d coordinates on a grid of %d axes", e.Dim(), g.Dim()))
	}
}
