package freeenergy

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/optimize"
)

// descents is how many of the first parts send a descent off.
const descents = 12

// searchMinima looks for minima by descents from the lowest points of the first
// parts: a rule of 15 points can step over a well at the end of a long part, and
// then both it and the rule inside it see nothing.
func (in *integrator) searchMinima() error {
	if err := in.start(); err != nil {
		return err
	}
	first := slices.Clone(in.parts)
	in.parts = nil
	slices.SortStableFunc(first, func(a, b *part) int { return cmp.Compare(a.least, b.least) })
	for _, p := range first[:min(len(first), descents)] {
		if math.IsInf(p.least, 1) {
			continue
		}
		u, v := in.descend(p)
		if slices.ContainsFunc(in.minima, func(m []float64) bool { return in.near(m, u) }) {
			continue
		}
		in.minima, in.depths = append(in.minima, u), append(in.depths, v)
		in.ref = math.Min(in.ref, v)
	}
	return nil
}

// near reports whether two minima are one, within a billionth of the axes.
func (in *integrator) near(a, b []float64) bool {
	for d := range a {
		if math.Abs(a[d]-b[d]) > 1e-9*in.axes[d].length() {
			return false
		}
	}
	return true
}

// descend walks downhill in u from the lowest point of a part, by the simplex
// method: the energy may have kinks and walls. Where it is not a number, or
// outside the box, is no place to go.
func (in *integrator) descend(p *part) (u []float64, v float64) {
	n := len(in.axes)
	x := make([]float64, n)
	energy := func(u []float64) float64 {
		for d, a := range in.axes {
			if lo, hi := a.ends(); u[d] < lo || u[d] > hi {
				return math.Inf(1)
			}
			x[d], _ = a.at(u[d])
		}
		in.used++
		if v := in.e.Value(x); v > math.Inf(-1) {
			return v
		}
		return math.Inf(1)
	}
	size := 0.0
	for d := range n {
		size = math.Max(size, (p.hi[d]-p.lo[d])/8)
	}
	r, err := optimize.Minimize(optimize.Problem{Func: energy}, p.lowest[:n],
		&optimize.Settings{FuncEvaluations: 400 * n, Converger: &optimize.FunctionConverge{Absolute: 1e-3 * in.T, Iterations: 40}},
		&optimize.NelderMead{SimplexSize: size})
	if r == nil || err != nil || !(r.F <= p.least) { // the lowest point itself will do
		return slices.Clone(p.lowest[:n]), p.least
	}
	return r.X, r.F
}
