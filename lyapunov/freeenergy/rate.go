package freeenergy

import (
	"fmt"
	"math"

	"hopflow/lyapunov"
)

// A Rate is dF/dt in the two pieces into which the proof of [LF] Theorem 6
// divides it,
//
//	dF/dt = ∫ J·∇Φ dx - ∮ n·J (Φ + T) dS,
//
// for a density that moves by ∂p/∂t = -∇·J. The theorem drops the second, which
// its footnote leaves as a to-do: it is 0 where nothing flows through the
// boundary, and not in general.
type Rate struct {
	Bulk     float64 // ∫ J·∇Φ dx, which is -∫ p ∇Φ·S∇Φ for J = -p K ∇Φ
	Boundary float64 // -∮ n·J (T ln p + E + T) dS, over ends that are not periodic
}

// Total returns dF/dt.
func (r Rate) Total() float64 { return r.Bulk + r.Boundary }

// RateFromCurrent returns dF/dt of a density that moves with the current J(x):
// current stores J in dst. Slopes and the values on the boundary are those of
// parabolas through the centers, so both pieces are of order 2 in the cells.
//
// It is an error where Dissipation fails, and if a current is not finite, or
// flows where the density is 0: then no velocity f = J/p exists ([LF] Lemma 4,
// corrected).
func RateFromCurrent(p *Density, e lyapunov.Energy, T float64, current func(dst, x []float64)) (Rate, error) {
	phi, energies, err := potentials(p, e, T)
	if err != nil {
		return Rate{math.NaN(), math.NaN()}, err
	}
	g := p.Grid
	all := g.slopes()
	n := g.Dim()
	x, j, grad := make([]float64, n), make([]float64, n), make([]float64, n)
	terms := make([]float64, g.Len())
	for i := range terms {
		g.Center(x, i)
		current(j, x)
		size := dot(j, j)
		if math.IsNaN(size) || math.IsInf(size, 0) {
			return Rate{math.NaN(), math.NaN()}, fmt.Errorf("freeenergy: current %v in %s: give finite currents", j, g.where(i))
		}
		if size == 0 {
			continue
		}
		if p.P[i] == 0 {
			return Rate{math.NaN(), math.NaN()}, fmt.Errorf("freeenergy: current %.3g in %s, where the density is 0: no velocity carries it; begin with a positive density", j, g.where(i))
		}
		slopeOf := func(k int) float64 { return phi[k] }
		if g.touchesZero(all, p.P, i) { // ∇ ln p as ∇p/p
			slopeOf = func(k int) float64 { return T*p.P[k]/p.P[i] + energies[k] }
		}
		g.gradient(grad, all, slopeOf, i)
		terms[i] = dot(j, grad)
	}
	r := Rate{Bulk: g.sum(func(i int) float64 { return terms[i] })}
	for i := range phi {
		phi[i] += T
	}
	for d, a := range g.axes {
		if a.periodic {
			continue
		}
		for _, upper := range []bool{false, true} {
			out, err := g.outflow(end{d, upper}, phi, current)
			if err != nil {
				return Rate{r.Bulk, math.NaN()}, err
			}
			r.Boundary -= out
		}
	}
	return r, nil
}

// outflow returns ∫ n·J f dS over the faces at one end of an axis.
func (g *Grid) outflow(s end, f []float64, current func(dst, x []float64)) (float64, error) {
	a := g.axes[s.axis]
	place, wall, normal := 0, a.Edge(0), -1.0
	if s.upper {
		place, wall, normal = a.Len()-1, a.Edge(a.Len()), 1
	}
	x, j := make([]float64, g.Dim()), make([]float64, g.Dim())
	var total float64
	for cell := range g.cells {
		if g.place(s.axis, cell) != place {
			continue
		}
		g.Center(x, cell)
		x[s.axis] = wall
		current(j, x)
		flow := normal * j[s.axis]
		if flow == 0 {
			continue
		}
		term := flow * g.atWall(s.axis, s.upper, f, cell) * g.Volume(cell) / a.Width(place)
		if math.IsNaN(term) || math.IsInf(term, 0) {
			return 0, fmt.Errorf("freeenergy: current %.3g through the boundary at %.6g, where the density is 0 or the current not finite: F changes without bound there; close the boundary or begin with a positive density", j, x)
		}
		total += term
	}
	return total, nil
}

// RateFromChange returns dF/dt = Σ v (T ln p + E + T) ∂p/∂t for a density that
// changes at the rates change, one a cell, whatever moves it. A term of
// ∂p/∂t = 0 is 0.
//
// It is an error where Dissipation fails, and if a change is not finite, or
// mass enters or leaves a cell of density 0, where F changes at an infinite
// rate. It panics if there is not one change for each cell.
func RateFromChange(p *Density, change []float64, e lyapunov.Energy, T float64) (float64, error) {
	if len(change) != p.Grid.Len() {
		panic("freeenergy: length mismatch")
	}
	phi, _, err := potentials(p, e, T)
	if err != nil {
		return math.NaN(), err
	}
	for i, c := range change {
		if math.IsNaN(c) || math.IsInf(c, 0) {
			return math.NaN(), fmt.Errorf("freeenergy: ∂p/∂t is %v in %s: give finite rates", c, p.Grid.where(i))
		}
		if c != 0 && p.P[i] == 0 {
			return math.NaN(), fmt.Errorf("freeenergy: ∂p/∂t is %.3g in %s, where p is 0: F changes at an infinite rate; begin with a positive density", c, p.Grid.where(i))
		}
	}
	return p.sum(func(i int) float64 {
		if change[i] == 0 {
			return 0
		}
		return (phi[i] + T) * change[i]
	}), nil
}

// RateByDifferences returns dF/dt at time t of the densities that at returns
// for the times asked of it, by central differences of FreeEnergy at steps h and
// h/2, extrapolated. The difference to the last of them bounds the error, as
// long as it falls with h. It panics unless h is positive and T positive and
// finite; an error of at or of FreeEnergy is returned.
func RateByDifferences(at func(t float64) (*Density, error), e lyapunov.Energy, T, t, h float64) (rate, errEstimate float64, err error) {
	if !(h > 0) {
		panic(fmt.Sprintf("freeenergy: step %v of a difference, want a positive number", h))
	}
	free := func(t float64) float64 {
		if err != nil {
			return math.NaN()
		}
		var p *Density
		if p, err = at(t); err != nil {
			return math.NaN()
		}
		var f float64
		f, _, err = FreeEnergy(p, e, T)
		return f
	}
	diff := func(h float64) float64 { return (free(t+h) - free(t-h)) / ((t + h) - (t - h)) }
	coarse, fine := diff(h), diff(h/2)
	if err != nil {
		return math.NaN(), math.NaN(), fmt.Errorf("freeenergy: differences at t = %g: %w", t, err)
	}
	rate = (4*fine - coarse) / 3
	return rate, math.Abs(rate - fine), nil
}
