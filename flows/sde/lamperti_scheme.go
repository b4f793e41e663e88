package sde

import (
	"errors"
	"fmt"
	"math"
)

// InChart is the Scheme that steps in the coordinates y of a Chart and hands
// back x: for systems that Lamperti takes.
//
// Without another Scheme it is drift-implicit in what repels from the ends of
// the box. With c_i the constant size of the noise and the letters of Lamperti,
//
//	y⁺ - ½ h c² (x''/x')(y⁺) = y + h (a - (1-α) c² x'')/x' + c ΔW,
//
// an equation for each coordinate. For Langevin dynamics, a = T K' - K ∂E and
// c² = 2T, the right side has the force -√K ∂E alone and the left side grows
// from -∞ to ∞ where K vanishes at the ends, so that there is exactly one y⁺,
// and it is inside: no step leaves the domain, however large. For the tanh
// metric x”/x' is 2√β cot(2√β y). Where the noise grows towards an end of the box
// instead, x”/x' attracts there and the equation has none or several solutions:
// such a chart needs a Scheme.
//
// With a Scheme, that one steps the system that Lamperti returns, and x is NaN
// where it leaves the box.
type InChart struct {
	Chart  Chart
	Scheme Scheme // nil: the drift-implicit step
}

var _ Scheme = InChart{}

// Orders returns those of the other Scheme, 1 and 1 without one (the noise in y
// is additive).
func (c InChart) Orders() (strong, weak float64) {
	if c.Scheme != nil {
		return c.Scheme.Orders()
	}
	return 1, 1
}

// Stepper returns the scheme at work. It is an error if Lamperti, or the other
// Scheme, refuses the system, and without one if x”/x' attracts at an end.
func (c InChart) Stepper(s *System, size int) (Stepper, error) {
	l, err := newLamperti(s, c.Chart)
	if err != nil {
		return nil, err
	}
	if c.Scheme == nil {
		if err := c.Chart.checkRepels(); err != nil {
			return nil, err
		}
		return newChartStepper(l, size), nil
	}
	flat, err := Lamperti(s, c.Chart)
	if err != nil {
		return nil, err
	}
	inner, err := c.Scheme.Stepper(flat, size)
	if err != nil {
		return nil, err
	}
	return &wrappedStepper{Stepper: inner, chart: c.Chart, p: newChartPoint(s.Dim)}, nil
}

// checkRepels is an error if x”/x' drives towards an end of the box, beside it.
func (c Chart) checkRepels() error {
	p, y := newChartPoint(c.Dim), make([]float64, c.Dim)
	for d := range y {
		for _, end := range [2]struct{ at, inwards float64 }{{1e-6, 1}, {1 - 1e-6, -1}} {
			if lo, hi := c.box(d); end.inwards > 0 && math.IsInf(lo, -1) || end.inwards < 0 && math.IsInf(hi, 1) {
				continue
			}
			for i := range y {
				y[i] = c.inside(i, 0.5)
			}
			y[d] = c.inside(d, end.at)
			c.invert(p, y)
			if r := p.curvature[d] / p.slope[d]; r*end.inwards < 0 {
				return fmt.Errorf("sde: coordinate %d of the chart: at y = %.6g, beside an end of the box, x”/x' = %.3g drives outwards: the drift-implicit step has no single solution there; give InChart a Scheme", d, y[d], r)
			}
		}
	}
	return nil
}

// A wrappedStepper lets another one step in y.
type wrappedStepper struct {
	Stepper
	chart Chart
	p     *chartPoint
}

func (w *wrappedStepper) Err() error { return failed(w.Stepper) }

func (w *wrappedStepper) Step(t, h float64, x, dw [][]float64) {
	for i := range x[0] {
		Gather(w.p.x, x, i)
		w.chart.Forward(w.p.y, w.p.x)
		Scatter(x, w.p.y, i)
	}
	w.Stepper.Step(t, h, x, dw)
	for i := range x[0] {
		Gather(w.p.y, x, i)
		w.chart.invert(w.p, w.p.y)
		Scatter(x, w.p.x, i)
	}
}

// A chartStepper takes the drift-implicit step.
type chartStepper struct {
	*coefficients
	*lamperti
	a    *rows
	p    *chartPoint
	c    []float64 // amplitudes
	root []bracket
	err  error
}

func newChartStepper(l *lamperti, size int) *chartStepper {
	c := newCoefficients(l.s, size)
	return &chartStepper{
		coefficients: c, lamperti: l, a: newRows(c.n, size),
		p: newChartPoint(c.n), c: make([]float64, c.n), root: make([]bracket, c.n),
	}
}

func (s *chartStepper) Channels() int { return s.m }

// Err returns nil, or a *StepError for the particle whose equation the last
// Step did not solve.
func (s *chartStepper) Err() error { return s.err }

func (s *chartStepper) Step(t, h float64, x, dw [][]float64) {
	s.err = nil
	a := s.a.of(len(x[0]))
	s.coefficients.drift(a, t, x)
	s.amplitude(s.c, t)
	explicit := 1 - float64(s.Calculus)
	for i := range x[0] {
		Gather(s.p.x, x, i)
		s.chart.Forward(s.p.y, s.p.x)
		s.chart.invert(s.p, s.p.y)
		for d, c := range s.c {
			target := s.p.y[d] + c*dw[d][i] + h*force(a[d][i], explicit*c*c*s.p.curvature[d], s.p.slope[d])
			lo, hi := s.chart.box(d)
			s.root[d] = bracket{lo: lo, hi: hi, target: target, strength: h * c * c / 2}
		}
		if err := s.solve(); err != nil {
			at := make([]float64, s.n)
			Gather(at, x, i)
			s.err = &StepError{Particle: i, T: t, H: h, X: at, Reason: err}
			return
		}
		Scatter(x, s.p.x, i)
	}
}

// force returns (a - b)/slope, and 0 where a - b is only rounding: at the very
// end of a box, where both vanish with the slope and the force has no effect.
func force(a, b, slope float64) float64 {
	const rounding = 0x1p-49
	if d := a - b; math.Abs(d) > rounding*(math.Abs(a)+math.Abs(b)) {
		return d / slope
	}
	return 0
}

var errChart = errors.New("the implicit step in the chart has no solution in the box: shorten the step, or give InChart a Scheme")

// solve moves the point to the solutions of all coordinates.
func (s *chartStepper) solve() error {
	for range 200 {
		open := false
		for d := range s.root {
			s.p.y[d] = s.root[d].next(s.p.y[d], s.p.curvature[d]/s.p.slope[d])
			open = open || !s.root[d].found
		}
		s.chart.invert(s.p, s.p.y)
		if !open {
			return nil
		}
	}
	return errChart
}

// A bracket narrows down the root of g(y) = y - strength repulsion(y) - target,
// which grows, by secants; where these lead outside or take long, by halving.
type bracket struct {
	lo, hi           float64 // g(lo) < 0 < g(hi)
	target, strength float64
	y, g             float64 // the place before this one
	looks            int     // how many places there were
	found            bool
}

// next takes the repulsion at y and returns the place to look at next, or the
// root. A secant that hardly moves is lengthened to the tolerance: that either
// shows the root to lie between, or a better secant.
func (b *bracket) next(y, repulsion float64) float64 {
	if b.found {
		return y
	}
	g := y - b.strength*repulsion - b.target
	to := b.target + b.strength*repulsion // first, the explicit step
	if b.looks > 0 {
		to = y - g*(y-b.y)/(g-b.g)
	}
	tol := 2e-15 * math.Abs(y)
	switch {
	case g < 0:
		b.lo = y
		to = math.Max(to, y+tol)
	case g > 0:
		b.hi = y
		to = math.Min(to, y-tol)
	}
	if b.found = g == 0 || b.hi-b.lo <= 2*tol; b.found {
		return y
	}
	b.y, b.g = y, g
	if b.looks++; !(b.lo < to && to < b.hi) || b.looks > 10 && b.looks%2 == 0 {
		to = b.middle(y)
	}
	return to
}

// middle returns a place between lo and hi.
func (b *bracket) middle(y float64) float64 {
	switch {
	case math.IsInf(b.lo, -1):
		return y - 2*math.Abs(y-b.target) - 1e-3
	case math.IsInf(b.hi, 1):
		return y + 2*math.Abs(y-b.target) + 1e-3
	}
	return b.lo + (b.hi-b.lo)/2
}
