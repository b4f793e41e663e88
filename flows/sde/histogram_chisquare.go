package sde

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"

	"hopflow/lyapunov/freeenergy"
)

// A ChiSquare is the test of counts against a density.
type ChiSquare struct {
	Statistic float64 // Σ (count - expected)² / expected
	Freedom   int     // degrees of freedom
	P         float64 // probability of a larger Statistic if the density is right
	Z         float64 // P as a standard normal number: 4.75 is P = 1e-6
	Cells     int     // cells compared, the pooled ones as one
	N         int     // particles counted
}

// leastExpected is the count from which the law of the statistic is close to
// its limit (Cochran 1954).
const leastExpected = 5

// ChiSquare compares the counts at the k-th time with a density on the same
// grid, cells with fewer than 5 expected particles being pooled. Particles
// outside the grid are left out on both sides. It is an error if fewer than two
// cells are left. It panics if the grids differ.
func (h *Histogram) ChiSquare(k int, q *freeenergy.Density) (ChiSquare, error) {
	if !q.Grid.Equal(h.grid) {
		panic("sde: a histogram and a density on different grids")
	}
	if err := q.Check(); err != nil {
		return ChiSquare{}, err
	}
	n := h.N(k)
	c := ChiSquare{N: n}
	var rest, restExpected float64
	for i, count := range h.Counts(k) {
		want := float64(n) * q.P[i] * q.Grid.Volume(i)
		if want < leastExpected {
			rest += float64(count)
			restExpected += want
			continue
		}
		c.add(float64(count), want)
	}
	// What is too rare even together is compared still where it was seen.
	if restExpected >= leastExpected || rest > 0 && restExpected > 0 {
		c.add(rest, restExpected)
	} else if rest > 0 {
		return c, fmt.Errorf("sde: %g of %d particles are in cells where the density is 0: it is not theirs", rest, n)
	}
	if c.Cells < 2 {
		return c, fmt.Errorf("sde: %d particles leave %d cells with %d expected or more: take more particles, or wider cells", n, c.Cells, leastExpected)
	}
	c.Freedom = c.Cells - 1
	f := float64(c.Freedom)
	c.P = mathext.GammaIncRegComp(f/2, c.Statistic/2)
	// Wilson and Hilferty 1931: the cube root is nearly normal, far into the
	// tail where P is 0.
	c.Z = (math.Cbrt(c.Statistic/f) - (1 - 2/(9*f))) / math.Sqrt(2/(9*f))
	return c, nil
}

func (c *ChiSquare) add(count, want float64) {
	c.Statistic += (count - want) * (count - want) / want
	c.Cells++
}
