package ode

import (
	"iter"
	"math"

	"hopflow/flows"
	"hopflow/lyapunov"
)

// A GradientFlow is dx/dt = -K(x) ∇E(x), where the symmetric part of K is
// positive semidefinite, so that E never rises. Its steps by a discrete
// gradient do not let it rise either, for any length of the step:
//
//	flow := ode.GradientFlow{Energy: e, Mobility: metric}
//	for s, err := range flow.Steps(x0, 0, 50, ode.Gonzalez, 10) { ... s.T, s.X, s.Energy ... }
//
// Energies are compared as computed: the promise is E(y) <= E(x) up to the
// rounding error of E's own values, a few units in their last place and in that
// of the terms x_i ∂E/∂x_i.
type GradientFlow struct {
	Energy lyapunov.Energy
	// Mobility is K, by its action. nil: the identity. A geometry.Metric and a
	// lyapunov.Mobility are one.
	Mobility interface {
		// Sharp stores K(x) ξ in dst, which overlaps neither.
		Sharp(dst, x, xi []float64)
	}
}

// Field returns -K ∇E, for the other methods of the package. The Field belongs
// to one goroutine.
func (g GradientFlow) Field() flows.Field {
	grad := make([]float64, g.Energy.Dim())
	return func(dst []float64, _ float64, x []float64) {
		g.Energy.Gradient(grad, x)
		g.sharp(dst, x, grad)
		for i := range dst {
			dst[i] = -dst[i]
		}
	}
}

func (g GradientFlow) sharp(dst, x, xi []float64) {
	if g.Mobility == nil {
		copy(dst, xi)
		return
	}
	g.Mobility.Sharp(dst, x, xi)
}

// A Descent is a state of a GradientFlow with its energy.
type Descent struct {
	flows.State
	Energy float64
}

// Steps descends from x0 at t0 to t1 in equal steps, as long as possible but not
// longer than step, and yields the initial state and the state after each step
// with its energy. X is valid until the next one. If a step fails, the last pair
// has the last good state and an *Error: ErrNotConverged if the implicit
// equation was not solved (an unsolved state is never yielded), ErrMobility if
// ξ·Kξ < 0 was met, ErrNonFinite if the energy, its gradient or the mobility is
// not finite there. It panics if step is not positive, t1 < t0, or the length of
// x0 is not the energy's dimension.
func (g GradientFlow) Steps(x0 []float64, t0, t1 float64, d DiscreteGradient, step float64) iter.Seq2[Descent, error] {
	if !(step > 0) || math.IsInf(step, 0) {
		panic("ode: the step of a GradientFlow is not positive and finite")
	}
	if t1 < t0 {
		panic("ode: a GradientFlow descends forwards in time: t1 >= t0")
	}
	states := Steps(g.Field(), x0, t0, t1, g.Method(d), &Settings{Step: step, MaxSteps: -1})
	return func(yield func(Descent, error) bool) {
		for s, err := range states {
			if !yield(Descent{s, g.Energy.Value(s.X)}, err) {
				return
			}
		}
	}
}

// Solve descends as Steps does and returns every state and its energy. If a step
// fails, it returns what was reached before, with the *Error.
func (g GradientFlow) Solve(x0 []float64, t0, t1 float64, d DiscreteGradient, step float64) (*flows.Trajectory, []float64, error) {
	tr, energies := new(flows.Trajectory), []float64(nil)
	for s, err := range g.Steps(x0, t0, t1, d, step) {
		if err != nil {
			return tr, energies, err
		}
		tr.Append(s.State)
		energies = append(energies, s.Energy)
	}
	return tr, energies, nil
}

// Method returns the steps by a discrete gradient as a Method, for Solve, Sample
// and StepsWith with Settings.Step. It steps along this flow, whatever field it
// is given, and forwards only; it interpolates linearly. Where its equation is not solved the
// Stepper is Fallible.
func (g GradientFlow) Method(d DiscreteGradient) Method {
	if g.Energy == nil || d.order == 0 {
		panic("ode: a GradientFlow needs an energy and a discrete gradient such as Gonzalez")
	}
	return descent{g, d}
}

type descent struct {
	flow GradientFlow
	DiscreteGradient
}

func (m descent) Stepper(_ flows.Field, dim int) Stepper {
	if dim != m.flow.Energy.Dim() {
		panic("ode: length mismatch")
	}
	vector := func() []float64 { return make([]float64, dim) }
	s := &descender{flow: m.flow, q: newQuotient(m.DiscreteGradient, m.flow.Energy), x0: vector(), x1: vector(), bar: vector(), push: vector()}
	s.equation = newEquation(s, dim)
	s.sweep = newSweep(m.flow, m.order == 1)
	if m.rule == nil {
		s.k, s.k1, s.z = make([]float64, dim*dim), make([]float64, dim*dim), vector()
	}
	return s
}

// A descender takes the steps of a GradientFlow.
type descender struct {
	flow     GradientFlow
	q        *quotient
	x0, x1   []float64
	bar      []float64 // ∇̄E
	push     []float64 // K ∇̄E
	z        []float64
	k, k1    []float64 // the mobility of a step of Itoh and Abe
	reverse  bool
	ex       float64 // E at the start of the step that is being solved
	equation *equation
	sweep    *sweep
	err      error
}

var _ Fallible = (*descender)(nil)

func (s *descender) Err() error { return s.err }

func (s *descender) Estimate([]float64) bool { return false }

func (s *descender) Interpolate(dst []float64, theta float64) bool {
	for i := range dst {
		dst[i] = (1-theta)*s.x0[i] + theta*s.x1[i]
	}
	return true
}

func (s *descender) Step(dst []float64, _, h float64, x []float64) {
	if len(dst) != len(s.x0) || len(x) != len(s.x0) {
		panic("ode: length mismatch")
	}
	if h < 0 {
		panic("ode: a GradientFlow descends forwards in time: h >= 0")
	}
	copy(s.x0, x)
	if s.q.rule != nil {
		s.err = s.solve(s.x1, h, s.x0)
	} else {
		s.err = s.stepItohAbe(h)
	}
	if s.err != nil {
		fill(s.x1, math.NaN())
	}
	copy(dst, s.x1)
}

// stepItohAbe steps with a fixed mobility: that at x0 for ItohAbe; for the
// symmetrised method that at the middle, which half a step finds.
func (s *descender) stepItohAbe(h float64) error {
	if err := s.mobility(s.k, s.x0); err != nil {
		return err
	}
	s.reverse = false
	if s.q.order == 1 {
		return s.half(s.x1, h, s.x0)
	}
	if err := s.half(s.z, h/2, s.x0); err != nil {
		return err
	}
	if err := s.mobility(s.k1, s.z); err != nil {
		return err
	}
	if changed := !equalSlices(s.k, s.k1); changed {
		s.k, s.k1 = s.k1, s.k
		if err := s.half(s.z, h/2, s.x0); err != nil {
			return err
		}
	}
	s.reverse = true
	return s.half(s.x1, h/2, s.z)
}

// half takes a step of Itoh and Abe with the mobility s.k: column by column if
// that is symmetric, all at once if not.
func (s *descender) half(y []float64, h float64, x []float64) error {
	ok, err := s.sweep.factorize(s.k)
	switch {
	case err != nil:
		return err
	case ok:
		return s.sweep.step(y, h, x, s.k, s.reverse)
	}
	return s.solve(y, h, x)
}

// mobility stores the matrix K(x) in k.
func (s *descender) mobility(k, x []float64) error {
	n := len(x)
	for j := range n {
		clear(s.bar)
		s.bar[j] = 1
		s.flow.sharp(s.push, x, s.bar)
		for i, v := range s.push {
			k[i*n+j] = v
		}
	}
	if !flows.Finite(k) {
		return ErrNonFinite
	}
	return nil
}

// solve solves y = x - h K ∇̄E(x, y) and holds the result against the descent
// it must show.
func (s *descender) solve(y []float64, h float64, x []float64) error {
	s.ex = s.flow.Energy.Value(x)
	if !flows.Finite([]float64{s.ex}) {
		return ErrNonFinite
	}
	if err := s.equation.solve(y, h, x); err != nil {
		return err
	}
	ey := s.velocity(s.push, x, y)
	if ey-s.ex <= 4*rounding(s.ex, ey, s.bar, x, y) {
		return nil
	}
	var rate, size float64 // dE = -h rate
	for i, b := range s.bar {
		rate += b * s.push[i]
		size += math.Abs(b * s.push[i])
	}
	if rate < -1e-9*size {
		return ErrMobility
	}
	return ErrNotConverged
}

// velocity stores K ∇̄E(x, y) in dst and returns E(y).
func (s *descender) velocity(dst, x, y []float64) (ey float64) {
	ey = s.q.gradient(s.bar, x, y, s.ex, s.reverse)
	if s.q.rule == nil {
		n := len(x)
		for i := range dst {
			dst[i] = 0
			for j, b := range s.bar {
				dst[i] += s.k[i*n+j] * b
			}
		}
		return ey
	}
	for i := range x {
		s.q.m[i] = x[i] + (y[i]-x[i])/2
	}
	s.flow.sharp(dst, s.q.m, s.bar)
	return ey
}

func equalSlices(a, b []float64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
