package ode

import (
	"math"

	"hopflow/flows"
	"hopflow/lyapunov"
)

// A sweep takes a step of Itoh and Abe for a symmetric mobility K = Σ v vᵀ: one
// direction v after the other, each a scalar equation
//
//	δ = -h (E(z + δ v) - E(z)) / δ.
//
// For a diagonal K these are the coordinates; then, if ending is set, the entry
// of K is that where the coordinate ends. It vanishes at the face of a domain
// like the cube of [HF], so that no step of any length leaves it. The last point that satisfies
// δ² + h (E(z+δv) - E(z)) <= 0 as computed is taken, so that the computed
// energy falls.
type sweep struct {
	e       lyapunov.Energy
	k       interface{ Sharp(dst, x, xi []float64) } // nil: not asked
	ending  bool
	along   int       // the coordinate that moves, if its entry of K moves along; or -1
	v, c    []float64 // the directions, one a row; what they leave of K, scaled
	n       int
	z, m, g []float64
	unit, p []float64
	here    float64 // E(z)
}

func newSweep(flow GradientFlow, ending bool) *sweep {
	n := flow.Energy.Dim()
	return &sweep{e: flow.Energy, k: flow.Mobility, ending: ending, n: n, unit: make([]float64, n), p: make([]float64, n), v: make([]float64, n*n), c: make([]float64, n*n), z: make([]float64, n), m: make([]float64, n), g: make([]float64, n)}
}

// factorize finds the directions of k by Cholesky's method with pivoting, in the
// scale of its diagonal. ok is false if k is not symmetric, ErrMobility says that
// it is not positive semidefinite.
func (s *sweep) factorize(k []float64) (ok bool, err error) {
	n := s.n
	for i := range n {
		s.z[i] = math.Sqrt(k[i*n+i])
		if k[i*n+i] < 0 {
			return false, ErrMobility
		}
	}
	for i := range n {
		for j := range n {
			size := s.z[i] * s.z[j]
			if math.Abs(k[i*n+j]-k[j*n+i]) > 1e-12*size {
				return false, nil
			}
			s.c[i*n+j] = 0
			if size > 0 {
				s.c[i*n+j] = k[i*n+j] / size
			}
		}
		if s.z[i] > 0 {
			s.c[i*n+i] = 1 // exactly, so that rounding does not choose the order
		}
	}
	clear(s.v)
	for r := range n {
		p := 0
		for i := range n {
			if s.c[i*n+i] > s.c[p*n+p] {
				p = i
			}
		}
		pivot := s.c[p*n+p]
		if pivot <= 1e-13*float64(n) { // nothing left but rounding
			break
		}
		row, root := s.v[r*n:(r+1)*n], math.Sqrt(pivot)
		for i := range n {
			row[i] = s.c[i*n+p] / root
		}
		for i := range n {
			for j := range n {
				s.c[i*n+j] -= row[i] * row[j]
			}
		}
		for i := range n { // used up, exactly
			s.c[i*n+p], s.c[p*n+i] = 0, 0
			row[i] *= s.z[i]
		}
	}
	for _, left := range s.c {
		if math.Abs(left) > 1e-10 {
			return false, ErrMobility
		}
	}
	return true, nil
}

// step moves x along all directions of the matrix that was factorized and stores
// the result in y.
func (s *sweep) step(y []float64, h float64, x, matrix []float64, reverse bool) error {
	copy(s.z, x)
	if s.here = s.e.Value(s.z); !flows.Finite([]float64{s.here}) {
		return ErrNonFinite
	}
	moves := s.ending && s.k != nil
	for i := 1; moves && i < s.n; i++ {
		for j := range i {
			moves = moves && matrix[i*s.n+j] == 0
		}
	}
	for k := range s.n {
		if reverse {
			k = s.n - 1 - k
		}
		s.along = -1
		if moves { // row k has one entry, if any
			for i, v := range s.v[k*s.n : (k+1)*s.n] {
				if v != 0 {
					s.along = i
				}
			}
		}
		if err := s.move(s.v[k*s.n:(k+1)*s.n], h); err != nil {
			return err
		}
	}
	copy(y, s.z)
	return nil
}

// move solves the equation along v.
func (s *sweep) move(v []float64, h float64) error {
	s.e.Gradient(s.g, s.z)
	slope := inner(s.g, v)
	switch {
	case math.IsNaN(slope) || math.IsInf(slope, 0):
		return ErrNonFinite
	case slope == 0 || h == 0:
		return nil
	}
	// From here on u = |δ| > 0, and s.excess has the sign of u + h ΔE/u.
	sign, u := -math.Copysign(1, slope), h*math.Abs(slope)
	lo, flo := 0.0, -h*math.Abs(slope)
	f := s.excess(v, sign, u, h)
	for range 1100 {
		if f >= 0 {
			break
		}
		lo, flo = u, f
		u *= 2
		f = s.excess(v, sign, u, h)
	}
	if f < 0 || math.IsInf(u, 0) { // unbounded below
		return ErrNotConverged
	}
	b := newBracket(lo, flo, u, f)
	for b.wider(2 * epsilon * math.Abs(b.a)) {
		u = b.next()
		b.narrow(u, s.excess(v, sign, u, h))
	}
	if b.fa >= 0 && math.IsInf(b.fa, 1) || b.fb >= 0 && math.IsInf(b.fb, 1) { // the end of the domain, and still falling
		return ErrNotConverged
	}
	u = b.at(-1)
	if u == 0 {
		return nil
	}
	s.at(v, sign*u)
	there := s.e.Value(s.m)
	if !(there-s.here <= 4*rounding(s.here, there, s.g, s.z, s.m)) {
		return ErrNotConverged
	}
	s.here = there
	copy(s.z, s.m)
	return nil
}

// at makes m = z + d v.
func (s *sweep) at(v []float64, d float64) {
	for i, x := range s.z {
		s.m[i] = x + d*v[i]
	}
}

// excess returns u + h (E(z ± u v) - E(z))/u, infinite outside the domain. Where
// the difference is below the rounding error of the energies, the slope in the
// middle stands for the quotient.
func (s *sweep) excess(v []float64, sign, u, h float64) float64 {
	s.at(v, sign*u)
	there := s.e.Value(s.m)
	if math.IsNaN(there) {
		return math.Inf(1)
	}
	if s.along >= 0 {
		s.unit[s.along] = 1
		s.k.Sharp(s.p, s.m, s.unit)
		s.unit[s.along] = 0
		if h *= s.p[s.along] / (v[s.along] * v[s.along]); math.IsNaN(h) {
			return math.Inf(1)
		}
	}
	change := there - s.here
	if math.Abs(change) <= 1e-12*(math.Abs(s.here)+math.Abs(there)) {
		s.at(v, sign*u/2)
		s.e.Gradient(s.g, s.m)
		slope := sign * inner(s.g, v)
		if math.Abs(change-slope*u) <= rounding(s.here, there, s.g, s.z, s.m) {
			return u + h*slope
		}
	}
	return u + h*(change/u)
}

func inner(a, b []float64) (sum float64) {
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}
