package fokkerplanck

import (
	"fmt"
	"slices"
)

// An elimination factors the system
//
//	(s_i + Σ_j r_ij) x_i = b_i + Σ_j r_ji x_j
//
// of rates r >= 0 and slacks s >= 0 by removing one cell after the other, as
// Grassmann, Taksar and Heyman do for a Markov chain (Operations Research 33,
// 1985): a walker that would visit the removed cell k goes where it would have
// gone from there,
//
//	r_ij += r_ik r_kj/d_k,  s_i += r_ik s_k/d_k,  d_k = s_k + Σ_{j>k} r_kj.
//
// Diagonals are sums and never differences, so nothing is subtracted: with
// b >= 0 the solution is >= 0, and every entry has its relative accuracy
// however small. s = 1, r = τw is a step of implicit Euler, whose columns sum to
// 1: it keeps the mass to rounding.
type elimination struct {
	n, width int
	order    []int32 // order[cell] = when it is removed
	out, in  []float64
	inv      []float64 // 1/d
	work     []float64
	singular int     // the first step, but for the last, with d = 0, or -1
	last     float64 // d of the last step: the slack that is left
}

// mostBand bounds the memory of an elimination: 2^27 numbers are 1 GB.
const mostBand = 1 << 26

// bandOf returns the order of removal and the width of the band.
func (g *Generator) bandOf() (order []int32, width int) {
	order = removal(g.grid.Dim(), func(d int) (int, bool) {
		return g.grid.Axis(d).Len(), g.grid.Axis(d).IsPeriodic()
	})
	for _, b := range g.bonds {
		width = max(width, abs(int(order[b.i]-order[b.j])))
	}
	return order, width
}

// removal numbers the cells of a grid so that neighbours are near: the longest
// axis slowest, and that one folded if it is a circle, 0, n-1, 1, n-2, ...
func removal(dim int, axis func(d int) (cells int, periodic bool)) []int32 {
	axes, total := make([]int, dim), 1
	for d := range axes {
		axes[d] = d
		n, _ := axis(d)
		total *= n
	}
	slices.SortStableFunc(axes, func(a, b int) int {
		na, _ := axis(a)
		nb, _ := axis(b)
		return na - nb
	})
	order := make([]int32, total)
	for cell := range order {
		rest, stride := cell, 1
		var place [3]int
		for d := range dim {
			n, _ := axis(d)
			place[d] = rest % n
			rest /= n
		}
		for k, d := range axes {
			n, periodic := axis(d)
			p := place[d]
			if periodic && k == dim-1 {
				if p < (n+1)/2 {
					p *= 2
				} else {
					p = 2*(n-1-p) + 1
				}
			}
			order[cell] += int32(p * stride)
			stride *= n
		}
	}
	return order
}

// newElimination factors the system of the bonds with rates times tau. The
// slack of a cell is slack[i], or the same slack everywhere if it has one entry.
func (g *Generator) newElimination(tau float64, slack []float64, bonds []bond) (*elimination, error) {
	order, width := g.bandOf()
	n := len(g.exit)
	if n > mostBand/max(width, 1) {
		return nil, fmt.Errorf("fokkerplanck: elimination on %d cells with a band of %d needs more than %d numbers: take a coarser grid, or Multigrid", n, width, 2*mostBand)
	}
	e := &elimination{
		n: n, width: width, order: order, singular: -1,
		out: make([]float64, n*width), in: make([]float64, n*width),
		inv: make([]float64, n), work: make([]float64, n),
	}
	for _, b := range bonds {
		p, q, out, back := int(order[b.i]), int(order[b.j]), b.out, b.back
		if p > q {
			p, q, out, back = q, p, back, out
		}
		at := p*width + q - p - 1
		e.out[at] += tau * out
		e.in[at] += tau * back
	}
	s := make([]float64, n)
	for i := range s {
		s[order[i]] = slack[i%len(slack)]
	}
	e.factor(s)
	return e, nil
}

func (e *elimination) factor(slack []float64) {
	for k := range e.n {
		m := min(e.width, e.n-1-k)
		out, in := e.out[k*e.width:][:m], e.in[k*e.width:][:m]
		d := slack[k]
		for _, r := range out {
			d += r
		}
		e.last = d
		if !(d > 0) {
			if k < e.n-1 && e.singular < 0 {
				e.singular = k
			}
			d = 1
		}
		inv := 1 / d
		e.inv[k] = inv
		for j := range out {
			out[j] *= inv
		}
		for i, r := range in {
			slack[k+1+i] += r * slack[k] * inv
		}
		for j := range out {
			row, f := (k+1+j)*e.width, out[j]
			if f != 0 {
				for i, r := range in[j+1:] { // jumps from behind j to j
					e.in[row+i] += r * f
				}
			}
			if r := in[j]; r != 0 {
				for i, f := range out[j+1:] { // jumps from j to behind it
					e.out[row+i] += r * f
				}
			}
		}
	}
}

// solve stores the solution for the right hand side b in x. They may be the
// same slice.
func (e *elimination) solve(x, b []float64) {
	w := e.work
	for i, v := range b {
		w[e.order[i]] = v
	}
	for k := range e.n {
		m := min(e.width, e.n-1-k)
		v := w[k]
		next := w[k+1:][:m]
		for j, f := range e.out[k*e.width:][:m] {
			next[j] += v * f
		}
	}
	for k := e.n - 1; k >= 0; k-- {
		m := min(e.width, e.n-1-k)
		v := w[k]
		next := w[k+1:][:m]
		for i, r := range e.in[k*e.width:][:m] {
			v += next[i] * r
		}
		w[k] = v * e.inv[k]
	}
	for i := range x {
		x[i] = w[e.order[i]]
	}
}

// solveTransposed stores the solution u of (s_i + Σ_j r_ij) u_i = c_i + Σ_j r_ij
// u_j in u: the expected sum of c along a walk that ends with rate s.
func (e *elimination) solveTransposed(u, c []float64) {
	w := e.work
	for i, v := range c {
		w[e.order[i]] = v
	}
	for k := range e.n {
		m := min(e.width, e.n-1-k)
		v := w[k] * e.inv[k]
		next := w[k+1:][:m]
		for i, r := range e.in[k*e.width:][:m] {
			next[i] += r * v
		}
		w[k] = v
	}
	for k := e.n - 1; k >= 0; k-- {
		m := min(e.width, e.n-1-k)
		v := w[k]
		next := w[k+1:][:m]
		for j, f := range e.out[k*e.width:][:m] {
			v += next[j] * f
		}
		w[k] = v
	}
	for i := range u {
		u[i] = w[e.order[i]]
	}
}

// stationary stores the stationary masses of a chain without slack in x.
func (e *elimination) stationary(x []float64) {
	w := e.work
	w[e.n-1] = 1
	for k := e.n - 2; k >= 0; k-- {
		m := min(e.width, e.n-1-k)
		var v float64
		for i, r := range e.in[k*e.width:][:m] {
			v += w[k+1+i] * r
		}
		w[k] = v * e.inv[k]
		if w[k] > 1e250 { // keep the range; what underflows is 0 beside it
			for i := k; i < e.n; i++ {
				w[i] *= 1e-250
			}
		}
	}
	var total float64
	for _, v := range w {
		total += v
	}
	for i := range x {
		x[i] = w[e.order[i]] / total
	}
}
