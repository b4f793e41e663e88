package fokkerplanck

import "math"

// apply stores (1 - τQᵀ) y, symmetrised, in dst.
func (s *iterative) apply(dst, y []float64) {
	l := s.h.levels[0]
	if s.second == nil {
		l.apply(dst, y)
		return
	}
	for i, v := range y {
		s.m[i] = v * s.root[i]
	}
	for i := range dst {
		v := l.diag[i] * s.m[i]
		lo, hi := l.ptr[i], l.ptr[i+1]
		c := s.rate[lo:hi]
		for e, j := range l.col[lo:hi] {
			v -= c[e] * s.m[j]
		}
		dst[i] = v * s.inverse[i]
	}
}

// begin stores b - A y in r and returns its mass.
func (s *iterative) begin() (mass float64) {
	s.apply(s.q, s.y)
	for i, v := range s.q {
		s.r[i] = s.b[i] - v
		mass += math.Abs(s.r[i]) * s.root[i]
	}
	return mass
}

// progress returns the mass of the residual and what rounding leaves of it.
func (s *iterative) progress() (mass, noise float64) {
	diag := s.h.levels[0].diag
	for i, r := range s.r {
		mass += math.Abs(r) * s.root[i]
		noise += math.Abs(s.y[i]) * s.root[i] * diag[i]
	}
	return mass, 2 * eps * noise
}

// conjugate improves y by preconditioned conjugate gradients until the mass of
// the residual is at most target.
func (s *iterative) conjugate(target float64) {
	mass, before := s.begin(), 1.0
	noise := 0.0
	for k := 0; mass > math.Max(target, noise) && k < mostIterations; k++ {
		s.iterations++
		s.h.apply(s.z, s.r)
		rho := dot(s.r, s.z)
		beta := rho / before
		if k == 0 {
			beta = 0
		}
		for i, v := range s.z {
			s.p[i] = v + beta*s.p[i]
		}
		s.apply(s.q, s.p)
		alpha := rho / dot(s.p, s.q)
		for i, p := range s.p {
			s.y[i] += alpha * p
			s.r[i] -= alpha * s.q[i]
		}
		mass, noise = s.progress()
		before = rho
	}
}

// biconjugate does the same for a chain that is not reversible.
func (s *iterative) biconjugate(target float64) {
	c := s.second
	mass := s.begin()
	copy(c.shadow, s.r)
	clear(s.p)
	clear(c.v)
	rho, alpha, omega := 1.0, 1.0, 1.0
	noise := 0.0
	for k := 0; mass > math.Max(target, noise) && k < mostIterations; k++ {
		s.iterations++
		next := dot(c.shadow, s.r)
		if next == 0 || omega == 0 { // broken down: start again from here
			mass = s.begin()
			copy(c.shadow, s.r)
			clear(s.p)
			clear(c.v)
			rho, alpha, omega = 1, 1, 1
			next = dot(c.shadow, s.r)
		}
		beta := next / rho * alpha / omega
		for i, v := range s.r {
			s.p[i] = v + beta*(s.p[i]-omega*c.v[i])
		}
		s.h.apply(c.pz, s.p)
		s.apply(c.v, c.pz)
		rho, alpha = next, next/dot(c.shadow, c.v)
		for i, v := range c.v {
			s.r[i] -= alpha * v
		}
		s.h.apply(s.z, s.r)
		s.apply(c.t, s.z)
		omega = dot(c.t, s.r) / math.Max(dot(c.t, c.t), math.SmallestNonzeroFloat64)
		for i, t := range c.t {
			s.y[i] += alpha*c.pz[i] + omega*s.z[i]
			s.r[i] -= omega * t
		}
		mass, noise = s.progress()
	}
}

func dot(a, b []float64) (s float64) {
	for i, v := range a {
		s += v * b[i]
	}
	return s
}
