package ode

import (
	"fmt"
	"math"
	"slices"

	"hopflow/flows"
	"hopflow/lyapunov/verify"
)

// CheckMethod holds a Method against its laws on a nonlinear problem that
// depends on time and has a known solution: over several halvings of the step
// the error falls with the power Order(), the estimate of one step's error (if
// there is one) with the same power, the error of the interpolant (if there is one) not
// more slowly, each within 0.2; a step does not write to x, may store over it,
// and depends on its arguments only, not on the steps before. The error says
// which law fails and by how much.
func CheckMethod(m Method) error {
	if p := m.Order(); p < 1 {
		return fmt.Errorf("ode: the method's Order() is %d: a convergent method has order 1 at least", p)
	}
	if err := checkSteps(m); err != nil {
		return fmt.Errorf("ode: %w", err)
	}
	s := m.Stepper(lawField, 2)
	for _, law := range []struct {
		what    string
		applies bool
		measure func(m Method, n int) float64
		faster  bool // a power above Order() is fine too
	}{
		{"error at the end", true, endError, false},
		{"estimate of a step's error", s.Estimate(nil), meanEstimate, false},
		{"error of the interpolant", s.Interpolate(nil, 0), interpolantError, true},
	} {
		if !law.applies {
			continue
		}
		slope, err := power(m, law.measure)
		if err != nil {
			return fmt.Errorf("ode: %s of %v: %w", law.what, m, err)
		}
		p := float64(m.Order())
		if !(slope > p-0.2) || slope > p+0.2 && !law.faster {
			return fmt.Errorf("ode: the %s falls like h^%.2f, but Order() is %g: a coefficient or the order is wrong", law.what, slope, p)
		}
	}
	return nil
}

// The problem: a rotation that speeds up, drawn to the unit circle,
//
//	x' = -(1+t) y + e^{-t} (1 - x² - y²) x,   y' = (1+t) x + e^{-t} (1 - x² - y²) y,
//
// is nonlinear, depends on t, and has the solution (cos, sin)(t + t²/2).
const lawStart, lawEnd = 0.3, 1.9

func lawField(dst []float64, t float64, x []float64) {
	turn, pull := 1+t, math.Exp(-t)*(1-x[0]*x[0]-x[1]*x[1])
	dst[0] = -turn*x[1] + pull*x[0]
	dst[1] = turn*x[0] + pull*x[1]
}

func lawSolution(t float64) []float64 {
	sin, cos := math.Sincos(t + t*t/2)
	return []float64{cos, sin}
}

func lawError(t float64, x []float64) float64 {
	want := lawSolution(t)
	return math.Hypot(x[0]-want[0], x[1]-want[1])
}

func endError(m Method, n int) float64 {
	s, x, h := m.Stepper(lawField, 2), lawSolution(lawStart), (lawEnd-lawStart)/float64(n)
	for k := range n {
		s.Step(x, lawStart+float64(k)*h, h, x)
	}
	return lawError(lawEnd, x)
}

// meanEstimate is the mean length of the estimated error over all steps.
func meanEstimate(m Method, n int) float64 {
	s, x, h := m.Stepper(lawField, 2), lawSolution(lawStart), (lawEnd-lawStart)/float64(n)
	var sum float64
	e := make([]float64, 2)
	for k := range n {
		s.Step(x, lawStart+float64(k)*h, h, x)
		s.Estimate(e)
		sum += math.Hypot(e[0], e[1])
	}
	return sum / float64(n)
}

// interpolantError is the largest error at three places inside each step.
func interpolantError(m Method, n int) float64 {
	s, x, h := m.Stepper(lawField, 2), lawSolution(lawStart), (lawEnd-lawStart)/float64(n)
	var worst float64
	y := make([]float64, 2)
	for k := range n {
		t := lawStart + float64(k)*h
		s.Step(x, t, h, x)
		for _, theta := range []float64{0.21, 0.52, 0.83} {
			s.Interpolate(y, theta)
			worst = math.Max(worst, lawError(t+theta*h, y))
		}
	}
	return worst
}

// power fits the power of h with which a quantity falls over five halvings, the
// last ones before rounding shows (four, for order 8).
func power(m Method, measure func(Method, int) float64) (float64, error) {
	var h, q []float64
	for n := 2; n <= 1<<12; n *= 2 {
		v := measure(m, n)
		if math.IsNaN(v) || math.IsInf(v, 0) { // the steps are still too long
			h, q = nil, nil
			continue
		}
		if rounding := 5e-16 * float64(n); v <= rounding {
			break
		}
		h, q = append(h, 1/float64(n)), append(q, v)
	}
	from := max(0, len(h)-6)
	slope, err := verify.FitSlope(h[from:], q[from:])
	return slope.Order, err
}

// checkSteps takes steps from various places by one Stepper and holds each
// against a Stepper that has not stepped before.
func checkSteps(m Method) error {
	old, got, want := m.Stepper(lawField, 2), make([]float64, 2), make([]float64, 2)
	a, b := lawSolution(lawStart), []float64{0.4, -1.1}
	for k, p := range []struct {
		t, h float64
		x    []float64
	}{
		{0, 0.07, b},
		{lawStart, 0.11, a}, {lawStart, 0.07, a}, // rejected, say, and taken again, shorter
		{lawStart, 0.07, b}, {1.3, 0.07, b}, {1.3, -0.07, a}, // another x, t, both
	} {
		x := slices.Clone(p.x)
		m.Stepper(lawField, 2).Step(want, p.t, p.h, x)
		if !slices.Equal(x, p.x) {
			return fmt.Errorf("a step changed its argument x from %v to %v: work on a copy", p.x, x)
		}
		old.Step(got, p.t, p.h, x)
		if !slices.Equal(got, want) {
			return fmt.Errorf("step %d from x = %v at t = %g gives %v, a first step gives %v: a step may depend on its arguments only", k, p.x, p.t, got, want)
		}
		m.Stepper(lawField, 2).Step(x, p.t, p.h, x)
		if !slices.Equal(x, want) {
			return fmt.Errorf("a step stored over its argument x = %v gives %v, elsewhere %v: read x before writing to dst", p.x, x, want)
		}
		// A step that goes on from the last one may have its slope already.
		old.Step(got, p.t+p.h, p.h, got)
		m.Stepper(lawField, 2).Step(want, p.t+p.h, p.h, want)
		if !slices.Equal(got, want) {
			return fmt.Errorf("a step that goes on at t = %g gives %v, a first step gives %v: a step may depend on its arguments only", p.t+p.h, got, want)
		}
	}
	return checkField(m)
}

// checkField lets the method step along a field that counts on the laws of
// flows.Field: no method may ask it to overlap dst and x.
func checkField(m Method) error {
	var overlap bool
	f := func(dst []float64, t float64, x []float64) {
		overlap = overlap || &dst[0] == &x[0]
		lawField(dst, t, x)
	}
	x := lawSolution(lawStart)
	m.Stepper(flows.Field(f), 2).Step(x, lawStart, 0.07, x)
	if overlap {
		return fmt.Errorf("the method calls the field with dst and x the same slice: a Field may not overlap them")
	}
	return nil
}
