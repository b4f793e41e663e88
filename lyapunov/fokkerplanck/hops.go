package fokkerplanck

import (
	"fmt"
	"math"
)

// alongHops makes links along the directions of Selling's decomposition of
// S^{ab}/(h_a h_b), whose integer vectors are jumps on the grid. The weight on
// a bond is the mean of those at its two ends, which keeps detailed balance.
// Jumps through a wall are left out.
func (a *assembler) alongHops() error {
	g, n := a.grid, a.grid.Dim()
	var h [3]float64
	for d := range n {
		axis := g.Axis(d)
		h[d] = axis.Width(0)
		for i := range axis.Len() {
			if math.Abs(axis.Width(i)-h[d]) > 1e-9*h[d] {
				return fmt.Errorf("fokkerplanck: S is not diagonal, and cell %d of axis %d is %.9g wide where the first is %.9g: a full S needs uniform axes", i, d, axis.Width(i), h[d])
			}
		}
	}
	for cell := range g.Len() {
		g.Center(a.x, cell)
		if err := a.k.at(a.mobility, a.x); err != nil {
			return err
		}
		if err := a.k.check(a.x, false); err != nil {
			return err
		}
		a.rotates = a.rotates || a.k.rotates()
		for i := range n {
			for j := range n {
				a.k.s[i*n+j] /= h[i] * h[j]
			}
		}
		hops, err := a.k.selling()
		if err != nil {
			return fmt.Errorf("%w, at x = %.6g", err, a.x)
		}
		for _, hop := range hops {
			if hop.weight == 0 {
				continue
			}
			for _, sign := range []int{1, -1} {
				if err := a.hop(cell, hop, sign, h); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// hop adds half the weight of a jump by sign e from cell.
func (a *assembler) hop(cell int, hop hop, sign int, h [3]float64) error {
	g := a.grid
	g.Coords(a.place, cell)
	for d := range a.place {
		axis, move := g.Axis(d), sign*hop.e[d]
		if abs(move) >= axis.Len() {
			return fmt.Errorf("fokkerplanck: S is so anisotropic %s that a jump of %d cells is needed on axis %d, which has %d: refine the grid, or turn the axes", a.where(cell), abs(move), d, axis.Len())
		}
		to := a.place[d] + move
		if axis.IsPeriodic() {
			to = (to + axis.Len()) % axis.Len()
		}
		if to < 0 || to >= axis.Len() {
			return nil
		}
		a.place[d] = to
	}
	other := g.Index(a.place...)
	step := 0.0
	if a.drift == nil {
		step = (a.values[other] - a.values[cell]) / a.temperature
	} else {
		var err error
		if step, err = a.climbHop(cell, hop, sign, h); err != nil {
			return err
		}
	}
	half := a.temperature * hop.weight / 2
	a.link(cell, other, half, half, step)
	return nil
}

// climbHop returns ξ·Δx for a jump of a drift, with ξ = -S⁻¹(h - T ∂S)/T, the
// ∇E/T of a drift that has an energy, halfway.
func (a *assembler) climbHop(cell int, hop hop, sign int, h [3]float64) (float64, error) {
	n := len(a.x)
	a.grid.Center(a.x, cell)
	for d := range a.x {
		a.x[d] += float64(sign*hop.e[d]) * h[d] / 2
	}
	defer a.grid.Center(a.x, cell)
	if err := a.field(); err != nil {
		return 0, err
	}
	var u [3]float64
	copy(u[:], a.buf)
	var k tensor
	for b := range n { // T ∂_b S^{ab} by central differences
		for _, side := range []float64{-1, 1} {
			copy(a.y, a.x)
			a.y[b] += side * h[b] / 4
			if err := k.at(a.mobility, a.y); err != nil {
				return 0, err
			}
			for c := range n {
				u[c] -= side * a.temperature * k.s[c*n+b] / (h[b] / 2)
			}
		}
	}
	if err := k.at(a.mobility, a.x); err != nil {
		return 0, err
	}
	xi := k.solve(u)
	var step float64
	for d := range n {
		step -= xi[d] * float64(sign*hop.e[d]) * h[d] / a.temperature
	}
	return step, nil
}
