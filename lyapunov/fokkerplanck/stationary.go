package fokkerplanck

import (
	"fmt"
	"math"

	"hopflow/lyapunov/freeenergy"
)

// Stationary returns the stationary density by the elimination of Grassmann,
// Taksar and Heyman on the rates alone, without the energy. Nothing is
// subtracted, so that every entry is positive and has its relative accuracy,
// where a sparse factorisation returns negative ones. It is an error if the
// cells are not connected, if rates are negative, or if the band is too large
// to store.
func (g *Generator) Stationary() (*freeenergy.Density, error) {
	if g.signed {
		return nil, fmt.Errorf("fokkerplanck: rates are negative, as was asked with CentredSigned: elimination needs positive ones; use Equilibrium, or Upwind")
	}
	e, err := g.newElimination(1, []float64{0}, g.bonds)
	if err != nil {
		return nil, err
	}
	if e.singular >= 0 {
		return nil, fmt.Errorf("fokkerplanck: the cells are not connected (the chain breaks at elimination step %d of %d): there is more than one stationary density; raise the temperature, or make S positive", e.singular, e.n)
	}
	q := &freeenergy.Density{Grid: g.grid, P: make([]float64, e.n)}
	e.stationary(q.P)
	for i := range q.P {
		q.P[i] /= g.volume[i]
	}
	return q, nil
}

// HittingTimes returns the expected time to reach the cells whose centers are in
// the target, from every cell; it is 0 in the target. For the exit from a well
// this is Kramers' problem. It is an error if the target has no cell, or if some
// cells do not lead to it.
func (g *Generator) HittingTimes(target func(x []float64) bool) ([]float64, error) {
	n := len(g.exit)
	inside := make([]bool, n)
	found := false
	x := make([]float64, g.grid.Dim())
	for i := range inside {
		g.grid.Center(x, i)
		inside[i] = target(x)
		found = found || inside[i]
	}
	if !found {
		return nil, fmt.Errorf("fokkerplanck: none of the %d centers is in the target: make it larger than a cell", n)
	}
	slack, ones := make([]float64, n), make([]float64, n)
	var inner []bond
	for _, b := range g.bonds {
		switch i, j := inside[b.i], inside[b.j]; {
		case !i && !j:
			inner = append(inner, b)
		case i && !j:
			slack[b.j] += b.back
		case j && !i:
			slack[b.i] += b.out
		}
	}
	for i := range ones {
		ones[i] = 1
		if inside[i] {
			slack[i], ones[i] = 1, 0
		}
	}
	e, err := g.newElimination(1, slack, inner)
	if err != nil {
		return nil, err
	}
	if e.singular >= 0 || !(e.last > 0) {
		return nil, fmt.Errorf("fokkerplanck: the target cannot be reached from every cell: connect the grid, or make S positive")
	}
	e.solveTransposed(ones, ones)
	return ones, nil
}

// EntropyProduction returns the entropy that the stationary state produces per
// time, Σ J_ij ln(π_i w_ij/π_j w_ji) over the bonds, in nats: how far the chain is
// from detailed balance. It is 0 for a reversible chain, and +Inf if a current
// flows through a bond that has no way back.
func (g *Generator) EntropyProduction() (s float64) {
	if g.reversible {
		return 0
	}
	for _, b := range g.bonds {
		out, back := b.out*math.Exp(g.logpi[b.i]), b.back*math.Exp(g.logpi[b.j])
		if out != back {
			s += (out - back) * math.Log(out/back)
		}
	}
	return s
}
