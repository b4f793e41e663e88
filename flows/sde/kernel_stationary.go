package sde

import (
	"fmt"
	"math"
	"slices"

	"hopflow/lyapunov/freeenergy"
)

// Stationary returns the density that a step leaves as it is, by the
// elimination of Grassmann, Taksar and Heyman (Operations Research 33, 1985):
// no subtraction, so that every value has its relative accuracy, however small.
// It is an error if more than 1e-9 of it leave the axis in a step, or if the
// elimination takes more than half a gigabyte.
func (k *Kernel) Stationary() (*freeenergy.Density, error) {
	n := len(k.rows)
	b := newBand(k)
	if b == nil {
		return nil, fmt.Errorf("sde: the stationary density of a kernel of %d cells takes more than half a gigabyte: take fewer cells or a smaller step", n)
	}
	p, err := b.stationary(k)
	if err != nil {
		return nil, err
	}
	d := &freeenergy.Density{Grid: k.grid, P: p}
	for i := range p {
		p[i] /= k.grid.Volume(i)
	}
	if leak := k.Leak(d); !(leak <= 1e-9) {
		axis := k.grid.Axis(0)
		return d, fmt.Errorf("sde: %.2g of the stationary mass leaves [%g, %g] in a step: widen the axis, or declare its ends walls by Walled", leak, axis.Edge(0), axis.Edge(n))
	}
	return d, nil
}

// A band is a square matrix with at most half numbers on each side of the
// diagonal.
type band struct {
	n, half int
	p       []float64
}

// newBand copies a kernel, unless it does not fit.
func newBand(k *Kernel) *band {
	n := len(k.rows)
	half := 1
	for i, row := range k.rows {
		first, last := k.first[i], k.first[i]+len(row)-1
		if last >= n { // around the circle
			first, last = 0, n-1
		}
		half = max(half, i-first, last-i)
	}
	half = min(half, n-1)
	if n*(2*half+1) > mostKernel {
		return nil
	}
	b := &band{n: n, half: half, p: make([]float64, n*(2*half+1))}
	for i, row := range k.rows {
		for c, q := range row {
			*b.at(i, (k.first[i]+c)%n) += q
		}
	}
	return b
}

func (b *band) at(i, j int) *float64 { return &b.p[i*(2*b.half+1)+j-i+b.half] }

// stationary censors the chain on ever fewer cells, the lowest ones, then goes
// back. It spoils the matrix. If no step leads below a cell, those below are
// left for good and have the density 0.
func (b *band) stationary(k *Kernel) ([]float64, error) {
	least := b.censor()
	if from := k.trapped(least); from >= 0 {
		return nil, fmt.Errorf("sde: no steps lead from x = %.6g to x = %.6g, nor back: there is no one stationary density; choose an axis that the noise can cross", k.grid.Axis(0).Center(from), k.grid.Axis(0).Center(least))
	}
	pi := make([]float64, b.n)
	pi[least] = 1
	sum := 1.0
	for j := least + 1; j < b.n; j++ {
		for i := max(least, j-b.half); i < j; i++ {
			pi[j] += pi[i] * *b.at(i, j)
		}
		if sum += pi[j]; sum > 1e200 { // it began far out in a tail
			for i := range j + 1 {
				pi[i] /= sum
			}
			sum = 1
		}
	}
	if math.IsNaN(sum) || math.IsInf(sum, 0) {
		return nil, fmt.Errorf("sde: the stationary density spans more than the floating-point numbers do: narrow the axis")
	}
	for j := range pi {
		pi[j] /= sum
	}
	return pi, nil
}

// censor takes the cells out of the chain, from the last to the first, and
// returns the first cell below which no step leads, 0 at the latest.
func (b *band) censor() int {
	for k := b.n - 1; k > 0; k-- {
		from := max(0, k-b.half)
		row := b.p[k*(2*b.half+1)+from-k+b.half:][:k-from]
		var out float64
		for _, q := range row {
			out += q
		}
		if out == 0 {
			return k
		}
		for i := from; i < k; i++ {
			q := b.at(i, k)
			if *q == 0 {
				continue
			}
			*q /= out
			to := b.p[i*(2*b.half+1)+from-i+b.half:][:k-from]
			for c, r := range row {
				to[c] += *q * r
			}
		}
	}
	return 0
}

// trapped returns a cell below least from which no steps lead to it or beyond,
// -1 if there is none.
func (k *Kernel) trapped(least int) int {
	n := len(k.rows)
	free := make([]bool, n)
	for i := least; i < n; i++ {
		free[i] = true
	}
	for changed := true; changed; {
		changed = false
		for i := least - 1; i >= 0; i-- {
			for c, q := range k.rows[i] {
				if !free[i] && q > 0 && free[(k.first[i]+c)%n] {
					free[i], changed = true, true
				}
			}
		}
	}
	return slices.Index(free, false)
}
