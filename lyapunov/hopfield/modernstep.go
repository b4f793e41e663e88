package hopfield

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// EulerStep stores x + s(Update(x) - x) in dst, one explicit Euler step of length
// s = Δt/τ. dst does not overlap x.
func (m *Modern) EulerStep(dst, x []float64, s float64) {
	m.Update(dst, x)
	for i, xi := range x {
		dst[i] = xi + s*(dst[i]-xi)
	}
}

// StepBound returns the s below which every Euler step of s = Δt/τ lowers E,
//
//	s < 2/(1 + m‖W‖²),   ∇²F ⪰ -m I, m ≥ 0:
//
// 2 for convex F. It is NaN where F does not tell its curvature, and 0 where that
// has no lower bound.
func (m *Modern) StepBound() float64 { return 2 / m.upper() }

// upper returns 1 + m‖W‖², an upper bound of ∇²E.
func (m *Modern) upper() float64 {
	c, ok := m.f.(Curved)
	if !ok {
		return math.NaN()
	}
	lo, _ := c.Curvature()
	if lo >= 0 {
		return 1
	}
	norm := m.norm()
	return 1 - lo*norm*norm
}

// StepDecrease returns what E falls by at least in an Euler step of length s from
// x: (s - s²/2)|∇E|² if F is convex, s|∇E|² - (1 + m‖W‖²)|∇E|² s²/2 in general. It
// is negative where s exceeds StepBound: then E may rise, by that much at most.
func (m *Modern) StepDecrease(x []float64, s float64) float64 {
	g := make([]float64, m.d)
	m.Gradient(g, x)
	return (s - m.upper()*s*s/2) * floats.Dot(g, g)
}

// Surrogate returns ½|y|² - v·y - F(z) - ∇F(z)·W(y - x), z = Wx + b: E(y) with F
// replaced by its tangent at x. For convex F it is E(y) or more, touches E at
// y = x, and has its minimum at y = Update(x): the concave-convex procedure.
func (m *Modern) Surrogate(y, x []float64) float64 {
	checkLen(y, m.d)
	s := m.scratch.Get().(*modernScratch)
	defer m.scratch.Put(s)
	m.Drive(s.z, x)
	m.f.Gradient(s.y, s.z)
	m.back(s.x, s.y)
	out := floats.Dot(y, y)/2 - floats.Dot(m.v, y) - m.f.Value(s.z)
	for i, yi := range y {
		out -= s.x[i] * (yi - x[i])
	}
	return out
}
