package hopfield

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// Multistart returns the distinct equilibria that Newton's method finds from
// random states, and those that the flow from them settles to: starts of them,
// drawn from the seed uniformly in the range of f (or, where that is not
// bounded, as f of normal numbers). Nothing says that these are all: Equilibria
// does, for few units. They are sorted as those of Equilibria. It is an error
// if starts is not positive or no start led anywhere.
func (c *Continuous) Multistart(starts int, seed uint64) ([]*Equilibrium, error) {
	if starts <= 0 {
		return nil, fmt.Errorf("hopfield: %d starts: give a positive number", starts)
	}
	var out []*Equilibrium
	add := func(e *Equilibrium) {
		if !slices.ContainsFunc(out, func(o *Equilibrium) bool { return floats.Distance(o.X, e.X, math.Inf(1)) < 1e-7 }) {
			out = append(out, e)
		}
	}
	flow := newSettler(c, basinTol)
	var last error
	for k := range starts {
		rng := rand.New(rand.NewPCG(seed, uint64(k)))
		x := make([]float64, c.n)
		for i, f := range c.f {
			if lo, hi := f.Range(); math.IsInf(lo, 0) || math.IsInf(hi, 0) {
				x[i] = f.Value(2 * rng.NormFloat64())
			} else {
				x[i] = lo + (hi-lo)*rng.Float64()
			}
		}
		if e, err := c.Newton(x); err == nil {
			add(e)
		} else {
			last = err
		}
		flow.seen = out
		if s, err := flow.run(x); err != nil {
			last = err
		} else if s.Cycle == nil {
			add(s.Equilibrium)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("hopfield: no equilibrium from %d starts: %w", starts, last)
	}
	sortEquilibria(out)
	return out, nil
}
