package hopfield

import (
	"fmt"
	"math"
)

// RecallFrom completes a pattern: from v it alternates
//
//	h = Uᵀ g(v),   v = I + U f(h),
//
// each the minimum of E over one layer, the other held (L* is convex), so that E
// falls at every sweep, without a step size, until nothing moves: recall without
// noise. The given visible units stay as they are. It returns the joint state and E
// after each sweep. It is an error, with the last state, if 20,000 sweeps do not
// settle to 1e-12, or if E falls without end.
func (b *Bipartite) RecallFrom(v []float64, held ...int) (x, energies []float64, err error) {
	checkLen(v, b.visible.Dim())
	if err := checkFinite("v", v); err != nil {
		return nil, nil, err
	}
	x = append(append([]float64(nil), v...), make([]float64, b.hidden.Dim())...)
	state, hidden := b.Split(x)
	next := make([]float64, len(v))
	for range 20_000 {
		b.HiddenInput(hidden, state)
		energies = append(energies, b.Value(x))
		b.VisibleInput(next, hidden)
		for _, i := range held {
			next[i] = v[i]
		}
		moved := 0.0
		for i, w := range next {
			moved = math.Max(moved, math.Abs(w-state[i])/math.Max(1, math.Abs(w)))
		}
		copy(state, next)
		if moved <= 1e-12 {
			return x, energies, nil
		}
		if !(energies[len(energies)-1] > -1e100) {
			return x, energies, fmt.Errorf("hopfield: E = %.3g falls without end: U is too strong for its activations: see Normalisable", energies[len(energies)-1])
		}
	}
	return x, energies, fmt.Errorf("hopfield: recall from v still moves after %d sweeps, E = %.12g: the state is close to a saddle or a flat valley", len(energies), b.Value(x))
}
