package sde

import (
	"fmt"
	"math"

	"hopflow/flows"
)

// shapeHolds holds the noise at p against the promise of the Shape; q is another
// point, for the promises that speak of two.
func (c *systemCheck) shapeHolds(p, q flows.State) error {
	switch c.Shape {
	case Additive:
		return c.isAdditive(p, q)
	case Diagonal:
		return c.isDiagonal(p, q)
	case Commutative:
		return c.isCommutative(p)
	}
	return nil
}

func (c *systemCheck) isAdditive(p, q flows.State) error {
	dw := weights(c.m, 0)
	at, there := c.value(p.T, p.X, dw), c.value(p.T, q.X, dw)
	for i := range at {
		if !near(at[i], there[i], size(at), 1e-12) {
			return fmt.Errorf("component %d of the noise is %.9g here and %.9g at x = %v: Additive noise does not depend on x; Diagonal, Commutative or General is what to promise", i, at[i], there[i], q.X)
		}
	}
	return nil
}

// isDiagonal moves each coordinate to that of q, one at a time.
func (c *systemCheck) isDiagonal(p, q flows.State) error {
	for j := range c.m {
		for i, v := range c.column(p.T, p.X, j) {
			if i != j && v != 0 {
				return fmt.Errorf("Brownian motion %d moves coordinate %d by %.3g: Diagonal noise moves its own coordinate only; promise Commutative or General", j, i, v)
			}
		}
	}
	ones := make([]float64, c.m)
	for j := range ones {
		ones[j] = 1
	}
	at := c.value(p.T, p.X, ones)
	for j := range c.n {
		moved := p.Clone().X
		moved[j] = q.X[j]
		for i, v := range c.value(p.T, moved, ones) {
			if i != j && !near(v, at[i], size(at), 1e-12) {
				return fmt.Errorf("the noise of coordinate %d is %.9g, and %.9g where coordinate %d is %g: Diagonal noise b_i depends on x_i alone; promise Commutative or General", i, at[i], v, j, q.X[j])
			}
		}
	}
	return nil
}

// isCommutative compares (∂_{b_j} b_k) with (∂_{b_k} b_j) for every pair.
func (c *systemCheck) isCommutative(p flows.State) error {
	for j := range c.m {
		for k := range j {
			bj, bk := c.column(p.T, p.X, j), c.column(p.T, p.X, k)
			jk, kj := c.along(p, bj, k), c.along(p, bk, j)
			for i := range jk {
				if !near(jk[i], kj[i], size(jk)+size(kj), 1e-6) {
					return fmt.Errorf("component %d of (∂_{b_%d} b_%d) is %.9g, of (∂_{b_%d} b_%d) %.9g: the noise does not commute; promise General", i, j, k, jk[i], k, j, kj[i])
				}
			}
		}
	}
	return nil
}

// along returns ∂_v b_k, by NoiseDeriv where it is known.
func (c *systemCheck) along(p flows.State, v []float64, k int) []float64 {
	dw := make([]float64, c.m)
	dw[k] = 1
	if c.NoiseDeriv == nil {
		return c.difference(p, v, dw)
	}
	dst := make([]float64, c.n)
	c.NoiseDeriv(dst, p.T, p.Clone().X, v, dw)
	return dst
}

// blocksAgree compares the block forms with the pointwise ones on the block of
// all points, and on one of a single particle.
func (c *systemCheck) blocksAgree(t float64, points []flows.State) error {
	for _, length := range []int{len(points), 1} {
		x, dw, dst := newRows(c.n, length).all, newRows(c.m, length).all, newRows(c.n, length).all
		for i := range length {
			Scatter(x, points[i].X, i)
			Scatter(dw, weights(c.m, i), i)
		}
		want := make([]float64, c.n)
		if c.DriftBlock != nil {
			fill(dst, math.NaN())
			c.DriftBlock(dst, t, x)
			for i := range length {
				c.Drift(want, t, points[i].Clone().X)
				if err := blockIs(dst, want, i, "DriftBlock", "Drift"); err != nil {
					return err
				}
			}
		}
		if c.VarianceBlock != nil && c.Shape == Diagonal {
			fill(dst, math.NaN())
			c.VarianceBlock(dst, t, x)
			for i := range length {
				for d := range want {
					b := c.column(t, points[i].X, d)[d]
					want[d] = b * b
				}
				if err := blockIs(dst, want, i, "VarianceBlock", "the square of Noise"); err != nil {
					return err
				}
			}
		}
		if c.NoiseBlock != nil {
			fill(dst, math.NaN())
			c.NoiseBlock(dst, t, x, dw)
			for i := range length {
				want = c.value(t, points[i].X, weights(c.m, i))
				if err := blockIs(dst, want, i, "NoiseBlock", "Noise"); err != nil {
					return err
				}
			}
		}
		for i := range length {
			if err := blockKeeps(x, points[i].X, i, "coordinate"); err != nil {
				return err
			}
			if err := blockKeeps(dw, weights(c.m, i), i, "increment"); err != nil {
				return err
			}
		}
	}
	return nil
}

func blockKeeps(x [][]float64, was []float64, i int, what string) error {
	for d, v := range was {
		if x[d][i] != v {
			return fmt.Errorf("a block form changed %s %d of particle %d from %g to %g: work on a copy", what, d, i, v, x[d][i])
		}
	}
	return nil
}

func blockIs(dst [][]float64, want []float64, i int, block, point string) error {
	for d, w := range want {
		if !near(dst[d][i], w, size(want), 1e-12) {
			return fmt.Errorf("component %d of %s is %.15g for particle %d, but %s gives %.15g", d, block, dst[d][i], i, point, w)
		}
	}
	return nil
}
