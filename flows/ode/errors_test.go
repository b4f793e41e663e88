package ode

import (
	"errors"
	"math"
	"strings"
	"testing"

	"hopflow/flows"
)

func blowUp(dst []float64, _ float64, x []float64) { dst[0] = x[0] * x[0] }

func root(dst []float64, _ float64, x []float64) { dst[0] = -math.Sqrt(x[0]) - 0.1 }

var inf = math.Inf(1)

func never(dst []float64, _ float64, _ []float64) { dst[0] = math.NaN() }

var failures = []struct {
	name   string
	f      flows.Field
	x0     float64
	t0, t1 float64
	m      Method
	s      *Settings
	want   error
	lo, hi float64 // where it stops
}{
	{"blow-up at 1/0.8", blowUp, 0.8, 0, 2, nil, nil, ErrStepSize, 1.2499, 1.2501},
	{"blow-up, least step", blowUp, 0.8, 0, 2, nil, &Settings{MinStep: 1e-3}, ErrStepSize, 1.1, 1.25},
	{"blow-up, equal steps", blowUp, 0.8, 0, 2, RK4, &Settings{Step: 0.01}, ErrNonFinite, 1.2, 1.4},
	{"blow-up, backwards", blowUp, -0.8, 2, 0, nil, nil, ErrStepSize, 0.7499, 0.7501},
	{"leaves the domain", root, 0.7, 0, 20, nil, nil, ErrNonFinite, 1, 1.4},
	{"leaves the domain, equal steps", root, 0.7, 0, 20, Heun, &Settings{Step: 0.1}, ErrNonFinite, 1, 1.5},
	{"too many tries", blowUp, 0.8, 0, 1.2, nil, &Settings{MaxSteps: 7}, ErrMaxSteps, 0.001, 1.2},
	{"too many equal steps", blowUp, 0.8, 0, 1.2, RK4, &Settings{Step: 0.1, MaxSteps: 11}, ErrMaxSteps, 0, 0},
	{"far too many equal steps", blowUp, 0.8, 0, 1e300, RK4, &Settings{Step: 1e-300, MaxSteps: -1}, ErrStepSize, 0, 0},
	{"field is never finite", never, 0.8, 0.7, 2, nil, nil, ErrNonFinite, 0.7, 0.7},
	{"field is never finite, equal steps", never, 0.8, 0.7, 2, RK4, &Settings{Step: 0.1}, ErrNonFinite, 0.7, 0.7},
	{"starts at NaN", blowUp, math.NaN(), 0.7, 2, nil, nil, ErrNonFinite, 0.7, 0.7},
	{"starts at infinity", blowUp, inf, 0.7, 2, RK4, &Settings{Step: 0.1}, ErrNonFinite, 0.7, 0.7},
	{"starts at NaN and stays", blowUp, math.NaN(), 0.7, 0.7, nil, nil, ErrNonFinite, 0.7, 0.7},
	{"for ever", blowUp, 0.8, 0.7, inf, nil, nil, ErrNonFinite, 0.7, 0.7},
	{"until NaN", blowUp, 0.8, 0.7, math.NaN(), nil, nil, ErrNonFinite, 0.7, 0.7},
	{"longer than a float64", blowUp, -0.8, -1.7e308, 1.7e308, nil, nil, ErrNonFinite, -1.7e308, -1.7e308},
	{"steps below the spacing of time", blowUp, 0.8, 1e16, 1e16 + 8, RK4, &Settings{Step: 0.5}, ErrStepSize, 1e16, 1e16},
	{"steps below the spacing at the end", blowUp, 0.8, 0, 1e16, RK4, &Settings{Step: 0.5, MaxSteps: -1}, ErrStepSize, 0, 0},
	{"steps below the spacing at the start", blowUp, 0.8, 1e16, 0, RK4, &Settings{Step: 0.5, MaxSteps: -1}, ErrStepSize, 1e16, 1e16},
	{"bounded below the spacing of time", blowUp, 0.8, 1e16, 1e16 + 8, nil, &Settings{MaxStep: 0.5}, ErrStepSize, 1e16, 1e16},
}

func TestFailures(t *testing.T) {
	for _, c := range failures {
		tr, err := Solve(c.f, []float64{c.x0}, c.t0, c.t1, c.m, c.s)
		var e *Error
		if !errors.Is(err, c.want) || !errors.As(err, &e) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
			continue
		}
		if !(e.At.T >= c.lo && e.At.T <= c.hi) {
			t.Errorf("%s: stops at %v, want it in [%v, %v]", c.name, e.At.T, c.lo, c.hi)
		}
		if tr.Check() != nil || tr.Len() > 0 && tr.Last().T != e.At.T {
			t.Errorf("%s: the partial trajectory is wrong: %v, %d states", c.name, tr.Check(), tr.Len())
		}
		if accepted := max(0, tr.Len()-1); c.want == ErrNonFinite && c.s != nil && tr.Len() > 0 && e.Tried != accepted+1 || e.Tried < accepted {
			t.Errorf("%s: %d steps tried, %d accepted", c.name, e.Tried, accepted)
		}
		if c.want == ErrMaxSteps && e.Tried != 0 && e.Tried != c.s.MaxSteps {
			t.Errorf("%s: %d steps tried", c.name, e.Tried)
		}
		for _, part := range []string{"ode: " + c.want.Error(), "at t = ", "step ", "x = [", remedies[c.want]} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not say %q", c.name, err, part)
			}
		}
		times := []float64{c.t0, c.t1}
		switch {
		case math.IsNaN(c.t1): // not monotone: a panic
			continue
		case c.t0 == c.t1:
			times = times[:1]
		}
		sampled, err := Sample(c.f, []float64{c.x0}, times, c.m, c.s)
		if !errors.Is(err, c.want) || sampled.Check() != nil {
			t.Errorf("%s: Sample gives %v, want %v", c.name, err, c.want)
		}
	}
}

// The slope that interpolation needs at the end of a step may be the first
// value that is not finite.
func TestSampleNeverInterpolatesNaN(t *testing.T) {
	f := func(dst []float64, t float64, x []float64) {
		if dst[0] = -1; t >= 1 {
			dst[0] = math.NaN()
		}
	}
	tr, err := Sample(f, []float64{0.7}, []float64{0, 0.6, 0.9, 1}, Euler, &Settings{Step: 0.25})
	var e *Error
	if !errors.Is(err, ErrNonFinite) || !errors.As(err, &e) || tr.Len() != 2 || e.H != 0.25 {
		t.Errorf("%d states, %v", tr.Len(), err)
	}
}

func TestHugeAndTiny(t *testing.T) {
	decay := func(dst []float64, _ float64, x []float64) { dst[0] = -0.7 * x[0] }
	for _, x0 := range []float64{0, 5e-324, 1e-300, 1, 1e300} {
		tr, err := Solve(decay, []float64{x0}, 0.3, 2, nil, nil)
		want := x0 * math.Exp(-0.7*1.7)
		if err != nil || !(math.Abs(tr.Last().X[0]-want) <= 1e-7*want+1e-9) {
			t.Errorf("from %g to %g, want %g (%v)", x0, tr.Last().X[0], want, err)
		}
	}
	next := math.Nextafter(0.7, 1)
	for _, iv := range [][2]float64{{0, 5e-324}, {0.7, next}, {next, 0.7}, {-1e-310, 1e-310}} {
		for _, m := range []Method{nil, RK4} {
			s := &Settings{}
			if m == RK4 {
				s.Step = 0.1
			}
			tr, err := Solve(decay, []float64{0.3}, iv[0], iv[1], m, s)
			if err != nil || tr.Last().T != iv[1] || math.Abs(tr.Last().X[0]-0.3) > 1e-15 {
				t.Errorf("%v over %v: %v, %v", m, iv, tr.Last(), err)
			}
		}
	}
	long := Error{Reason: ErrNonFinite, At: flows.State{X: make([]float64, 1000)}}
	if s := long.Error(); len(s) > 300 || !strings.Contains(s, "994 more") {
		t.Errorf("the error of a long state reads %q", s)
	}
}

func TestPanics(t *testing.T) {
	x := []float64{0.7}
	for name, c := range map[string]struct {
		want string
		run  func()
	}{
		"nil field":     {"ode: nil field", func() { Steps(nil, x, 0, 1, nil, nil) }},
		"nil field too": {"ode: nil field", func() { RK4.Stepper(nil, 1) }},
		"no estimate":   {"ode: the method has no error estimate: set Settings.Step", func() { Steps(root, x, 0, 1, RK4, nil) }},
		"no times":      {"ode: no times", func() { _, _ = Sample(root, x, nil, nil, nil) }},
		"equal times":   {"ode: times are not strictly monotone", func() { _, _ = Sample(root, x, []float64{0, 1, 1}, nil, nil) }},
		"two times":     {"ode: times are not strictly monotone", func() { _, _ = Sample(root, x, []float64{1, 1}, nil, nil) }},
		"times NaN":     {"ode: times are not strictly monotone", func() { _, _ = Sample(root, x, []float64{0, math.NaN(), 1}, nil, nil) }},
		"times rest":    {"ode: times are not strictly monotone", func() { _, _ = Sample(root, x, []float64{1, 0, 0}, nil, nil) }},
		"times turn":    {"ode: times are not strictly monotone", func() { _, _ = Sample(root, x, []float64{0, 1, 0.5}, nil, nil) }},
		"step < 0":      {"ode: a step in Settings is negative or not finite", func() { Steps(root, x, 0, 1, nil, &Settings{Step: -0.1}) }},
		"MaxStep NaN":   {"ode: a step in Settings is negative or not finite", func() { Steps(root, x, 0, 1, nil, &Settings{MaxStep: math.NaN()}) }},
		"RelTol NaN":    {"ode: a tolerance is not finite", func() { Steps(root, x, 0, 1, nil, &Settings{RelTol: math.NaN()}) }},
		"no tolerance":  {"ode: both tolerances are switched off", func() { Steps(root, x, 0, 1, nil, &Settings{RelTol: -1, AbsTol: -1}) }},
		"wrong x":       {"ode: length mismatch", func() { RK4.Stepper(root, 1).Step(x, 0, 1, []float64{1, 2}) }},
		"wrong dst":     {"ode: length mismatch", func() { RK4.Stepper(root, 2).Step(x, 0, 1, []float64{1, 2}) }},
		"negative dim":  {"ode: length mismatch", func() { RK4.Stepper(root, -1) }},
		"no stages":     {"ode: length mismatch", func() { (&Tableau{}).Stepper(root, 1) }},
		"implicit":      {"ode: length mismatch", func() { (&Tableau{P: 1, A: [][]float64{{1}}, B: x, C: x}).Stepper(root, 1) }},
	} {
		func() {
			defer func() {
				if r := recover(); r != c.want {
					t.Errorf("%s: recovered %v, want %q", name, r, c.want)
				}
			}()
			c.run()
		}()
	}
}

func TestSettings(t *testing.T) {
	steps := func(s *Settings) (n int, first, longest float64) {
		tr := mustSolve(t, vanDerPol, start, 0.7, 9.1, nil, s)
		for k := 1; k < tr.Len(); k++ {
			longest = math.Max(longest, tr.T[k]-tr.T[k-1])
		}
		return tr.Len() - 1, tr.T[1] - tr.T[0], longest
	}
	byDefault, _, _ := steps(nil)
	written, _, _ := steps(&Settings{AbsTol: 1e-10, RelTol: 1e-8, MaxSteps: 1_000_000})
	if byDefault != written {
		t.Errorf("the defaults make %d steps, written out %d", byDefault, written)
	}
	if n, _, _ := steps(&Settings{AbsTol: 1e-10, RelTol: -1}); n <= byDefault {
		t.Errorf("without RelTol %d steps, with it %d", n, byDefault)
	}
	if n, _, _ := steps(&Settings{AbsTol: -1}); n < byDefault {
		t.Errorf("without AbsTol %d steps, with it %d", n, byDefault)
	}
	if n, _, _ := steps(&Settings{MaxSteps: -1}); n != byDefault {
		t.Errorf("MaxSteps off makes %d steps, on %d", n, byDefault)
	}
	if n, _, longest := steps(&Settings{MaxStep: 0.013}); longest > 0.0131 || float64(n) < 8.4/0.0131 {
		t.Errorf("MaxStep 0.013 makes %d steps up to %g", n, longest)
	}
	if _, first, _ := steps(&Settings{InitialStep: 1e-5}); math.Abs(first-1e-5) > 1e-15 {
		t.Errorf("InitialStep 1e-5 makes a first step of %g", first)
	}
	if n := mustSolve(t, vanDerPol, start, 0.7, 1.9, RK4, &Settings{Step: 0.1, MaxSteps: 12}).Len() - 1; n != 12 {
		t.Errorf("12 allowed steps are %d", n)
	}
	// The bound is on all steps, also where each sample begins a new division.
	at := []float64{0.7, 1.2, 1.9}
	if _, err := Sample(vanDerPol, start, at, DormandPrince8, &Settings{Step: 0.1, MaxSteps: 12}); err != nil {
		t.Error(err)
	}
	tr, err := Sample(vanDerPol, start, at, DormandPrince8, &Settings{Step: 0.1, MaxSteps: 11})
	if !errors.Is(err, ErrMaxSteps) || tr.Len() != 2 {
		t.Errorf("11 of 12 steps: %d states, %v", tr.Len(), err)
	}
	s := Settings{MaxStep: 0.5}
	if steps(&s); s != (Settings{MaxStep: 0.5}) {
		t.Errorf("solving changed the settings to %+v", s)
	}
}
