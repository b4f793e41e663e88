package fokkerplanck

import (
	"fmt"
	"math"
	"slices"
)

// An iterative solves the step of implicit Euler with memory and work of the
// order of the number of cells: by conjugate gradients on the symmetrised step
// where the chain is reversible, by stabilised bi-conjugate gradients (van der
// Vorst 1992) where it is not, both with a hierarchy as preconditioner. (1 -
// τQᵀ)⁻¹ has norm 1 in ‖·‖₁, so the residual, as a mass, bounds the error; it is
// what stops the iteration, and what the step reports.
//
// Positivity does not rest on that. The result is only the first guess of
// Gauss-Seidel sweeps of
//
//	m'_i (1 + τ Σ_j w_ij) = m_i + τ Σ_j w_ji m'_j,
//
// with 0 for what is negative in it. A sweep adds and divides numbers that are
// not negative, so its result is not negative, by construction. Then all is
// multiplied by the one factor that makes the mass exact. What is not guaranteed
// is that the residual gets there: if it does not, that is an error.
type iterative struct {
	g             *Generator
	h             *hierarchy
	tau, limit    float64
	root, inverse []float64 // √π, 1/√π
	rate          []float64 // τ w_ji in the entries of the finest level
	y, b, r       []float64
	p, q, z       []float64
	m, old        []float64
	second        *second // of a chain that is not reversible
	iterations    int     // of the last step
}

// second has the other vectors of the bi-conjugate gradients.
type second struct{ shadow, v, t, pz []float64 }

const (
	mostIterations = 300
	mostRounds     = 8
	mostSweeps     = 200 // beyond those rounds
)

func (g *Generator) newIterative(tau float64) (*iterative, error) {
	if low := slices.Min(g.logpi); low < -1300 {
		return nil, fmt.Errorf("fokkerplanck: the stationary mass of a cell is exp(%.4g), whose root the iteration cannot hold: take a smaller box, a higher temperature, or Elimination", low)
	}
	n := len(g.exit)
	s := &iterative{g: g, h: newHierarchy(g, tau), tau: tau, limit: g.settings.tolerance(1e-12)}
	vectors := []*[]float64{&s.root, &s.inverse, &s.y, &s.b, &s.r, &s.p, &s.q, &s.z, &s.m, &s.old}
	if !g.reversible {
		s.second = &second{}
		vectors = append(vectors, &s.second.shadow, &s.second.v, &s.second.t, &s.second.pz)
	}
	for _, v := range vectors {
		*v = make([]float64, n)
	}
	for i, v := range g.logpi {
		s.root[i], s.inverse[i] = math.Exp(v/2), math.Exp(-v/2)
	}
	l := s.h.levels[0]
	s.rate = make([]float64, len(l.s))
	at := slices.Clone(l.ptr[:n])
	for _, b := range g.bonds { // the order of finest
		s.rate[at[b.i]], s.rate[at[b.j]] = tau*b.back, tau*b.out
		at[b.i]++
		at[b.j]++
	}
	return s, nil
}

func (s *iterative) step(dst, src []float64) (float64, error) {
	var total float64
	for i, v := range src {
		total += v
		s.b[i] = v * s.inverse[i]
	}
	if total == 0 {
		clear(dst)
		return 0, nil
	}
	// A sweep takes the mass out of cells that are left at once; it would set
	// the level of rounding for the whole iteration.
	copy(s.m, src)
	s.sweep(src)
	res, target := s.residual(src, total)
	s.iterations = 0
	for round := 0; res > target && round < mostRounds; round++ {
		res, target = s.round(src, total, res)
	}
	for sweep := 0; res > target && sweep < mostSweeps; sweep++ {
		s.sweep(src)
		res, target = s.residual(src, total)
	}
	if !(res <= target) {
		return 0, fmt.Errorf("fokkerplanck: the iteration of a step %.6g has not come to a residual of %.3g of the mass in %d iterations, it is %.3g: take shorter steps, or Elimination", s.tau, target/total, s.iterations, res/total)
	}
	var mass float64
	for _, v := range s.m {
		mass += v
	}
	factor := total / mass
	for i, v := range s.m {
		dst[i] = v * factor
	}
	return res + math.Abs(mass-total), nil
}

// round improves the masses s.m, of residual res, by a Krylov method and a sweep.
// It goes back to the old ones if that has made them worse.
func (s *iterative) round(src []float64, total, res float64) (float64, float64) {
	copy(s.old, s.m)
	for i, v := range s.m {
		s.y[i] = v * s.inverse[i]
	}
	if s.second == nil {
		s.conjugate(s.limit * total / 2)
	} else {
		s.biconjugate(s.limit * total / 2)
	}
	for i, v := range s.y {
		s.m[i] = math.Max(0, v*s.root[i])
	}
	s.sweep(src)
	next, target := s.residual(src, total)
	if next < res {
		return next, target
	}
	copy(s.m, s.old)
	return s.residual(src, total)
}

// sweep is one Gauss-Seidel sweep up and one down on the masses s.m.
func (s *iterative) sweep(b []float64) {
	n := len(b)
	for i := range n {
		s.relax(i, b[i])
	}
	for i := n - 1; i >= 0; i-- {
		s.relax(i, b[i])
	}
}

func (s *iterative) relax(i int, b float64) {
	l := s.h.levels[0]
	lo, hi := l.ptr[i], l.ptr[i+1]
	rate := s.rate[lo:hi]
	for e, j := range l.col[lo:hi] {
		b += rate[e] * s.m[j]
	}
	s.m[i] = b * l.inv[i]
}

// residual returns ‖b - (1 - τQᵀ) m‖₁ and what it has to come down to: the
// tolerance, or what rounding leaves of it.
func (s *iterative) residual(b []float64, total float64) (res, target float64) {
	var noise float64
	l := s.h.levels[0]
	for i, v := range b {
		v -= l.diag[i] * s.m[i]
		lo, hi := l.ptr[i], l.ptr[i+1]
		rate := s.rate[lo:hi]
		for e, j := range l.col[lo:hi] {
			v += rate[e] * s.m[j]
		}
		res += math.Abs(v)
		noise += l.diag[i] * s.m[i]
	}
	return res, math.Max(s.limit*total, 8*eps*noise)
}
