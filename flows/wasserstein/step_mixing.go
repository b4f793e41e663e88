package wasserstein

import (
	"math"

	"gonum.org/v1/gonum/blas/blas64"
)

// mixed is how many differences a mixing keeps.
const mixed = 5

// A mixing is Anderson's acceleration (1965) of a fixed-point iteration x ← g(x):
// with the last differences ΔX, ΔF of x and of f = g(x) - x, the next x is
//
//	g(x) - (ΔX + ΔF) γ,   γ = argmin ‖f - ΔF γ‖.
//
// Since g contracts the largest difference, a plain step always lowers max |f|: an
// accelerated one that does not is taken back, and the differences forgotten.
type mixing struct {
	x, f   []float64 // of the last iteration
	plain  []float64 // g(x) of the last iteration
	dx, df [mixed][]float64
	count  int // differences kept; the next one goes to count % mixed
	last   float64
	jumped bool // the present x is an accelerated one
	known  bool // x and f are those of the last iteration
}

func newMixing(n int) *mixing {
	m := &mixing{x: make([]float64, n), f: make([]float64, n), plain: make([]float64, n)}
	for i := range mixed {
		m.dx[i], m.df[i] = make([]float64, n), make([]float64, n)
	}
	return m
}

// reset forgets everything.
func (m *mixing) reset() { m.count, m.jumped, m.known = 0, false, false }

// next replaces x by the next iterate, where g = g(x), which it overwrites, and
// change = max |g - x|.
func (m *mixing) next(x, g []float64, change float64) {
	if m.jumped && change > m.last {
		copy(x, m.plain)
		m.reset()
		return
	}
	for j, v := range x {
		g[j] -= v // f
	}
	if m.known {
		at := m.count % mixed
		dx, df := m.dx[at], m.df[at]
		for j, v := range x {
			dx[j], df[j] = v-m.x[j], g[j]-m.f[j]
		}
		m.count++
	}
	copy(m.x, x)
	copy(m.f, g)
	for j, f := range g {
		x[j] += f
	}
	copy(m.plain, x)
	m.last, m.known, m.jumped = change, true, false
	if gamma, ok := m.coefficients(); ok {
		m.jumped = true
		for i, c := range gamma {
			blas64.Axpy(-c, vector(m.dx[i]), vector(x))
			blas64.Axpy(-c, vector(m.df[i]), vector(x))
		}
	}
}

// coefficients returns γ, from the normal equations; differences that depend on
// newer ones are left out. It reports false if there is none.
func (m *mixing) coefficients() (gamma [mixed]float64, ok bool) {
	var a [mixed][mixed]float64
	var b [mixed]float64
	kept := min(m.count, mixed)
	for i := range kept {
		df := vector(m.df[i])
		for j := range i + 1 {
			a[i][j] = blas64.Dot(df, vector(m.df[j]))
			a[j][i] = a[i][j]
		}
		b[i] = blas64.Dot(df, vector(m.f))
	}
	var scale [mixed]float64
	for i := range kept {
		scale[i] = a[i][i]
	}
	var done [mixed]bool
	for range kept { // Gauss-Jordan with the largest pivot relative to its start
		p, best := -1, 1e-10
		for i := range kept {
			if r := a[i][i] / scale[i]; !done[i] && r > best {
				p, best = i, r
			}
		}
		if p < 0 {
			break
		}
		done[p] = true
		for i := range kept {
			if i == p {
				continue
			}
			l := a[i][p] / a[p][p]
			for j := range kept {
				a[i][j] -= l * a[p][j]
			}
			b[i] -= l * b[p]
		}
	}
	for i := range kept {
		if done[i] {
			if gamma[i] = b[i] / a[i][i]; math.IsNaN(gamma[i]) || math.IsInf(gamma[i], 0) {
				return gamma, false
			}
			ok = true
		}
	}
	return gamma, ok
}
