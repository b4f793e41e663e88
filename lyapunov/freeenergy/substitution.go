package freeenergy

import (
	"fmt"
	"math"
)

// reach is the end of w on an infinite axis: sinh(138) is 4e59.
const reach = 138

// A substitution maps an interval, which may be infinite, to a finite one of u:
//
//	finite      x = u
//	(lo, ∞)     x = lo + sinh(u)
//	(-∞, hi)    x = hi - sinh(u)
//	(-∞, ∞)     x = sinh(u)
//
// so that weights that fall like a power of x fall like an exponential of u.
type substitution struct {
	lo, hi float64
}

func newSubstitution(lo, hi float64) substitution {
	if !(lo < hi) {
		panic(fmt.Sprintf("freeenergy: interval [%v, %v], want ascending ends", lo, hi))
	}
	return substitution{lo, hi}
}

func (s substitution) infinite() (below, above bool) {
	return math.IsInf(s.lo, -1), math.IsInf(s.hi, 1)
}

// cuts returns where an axis is divided at the beginning, from end to end. On an
// infinite one the middle reaches |x| = 10.
func (s substitution) cuts(dim int) []float64 {
	switch below, above := s.infinite(); {
	case below && above:
		return []float64{-reach, -reach / 2, -3, 3, reach / 2, reach}
	case below || above:
		return []float64{0, 3, reach / 2, reach}
	}
	cells := map[int]int{1: 8, 2: 4, 3: 2}[dim]
	at := make([]float64, cells+1)
	for i := range at {
		t := float64(i) / float64(cells)
		at[i] = (1-t)*s.lo + t*s.hi
	}
	return at
}

// length returns the length of the axis in u.
func (s substitution) length() float64 {
	lo, hi := s.ends()
	return hi - lo
}

// ends returns the ends of the axis in u.
func (s substitution) ends() (lo, hi float64) {
	at := s.cuts(3)
	return at[0], at[len(at)-1]
}

// beyond reports whether u is in the outer half of the reach, x > 1e30.
func (s substitution) beyond(u float64) bool {
	below, above := s.infinite()
	return (below || above) && math.Abs(u) > reach/2
}

// at returns x and dx/du.
func (s substitution) at(u float64) (x, jac float64) {
	switch below, above := s.infinite(); {
	case below && above:
		return math.Sinh(u), math.Cosh(u)
	case above:
		return s.lo + math.Sinh(u), math.Cosh(u)
	case below:
		return s.hi - math.Sinh(u), math.Cosh(u)
	}
	return u, 1
}

// inverse returns u at x.
func (s substitution) inverse(x float64) float64 {
	switch below, above := s.infinite(); {
	case below && above:
		return math.Asinh(x)
	case above:
		return math.Asinh(x - s.lo)
	case below:
		return math.Asinh(s.hi - x)
	}
	return x
}
