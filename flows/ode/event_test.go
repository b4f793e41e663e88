package ode

import (
	"errors"
	"math"
	"strings"
	"testing"

	"hopflow/lyapunov/verify"
)

// turn is a rotation by the angle t.
func turn(dst []float64, _ float64, x []float64) { dst[0], dst[1] = -x[1], x[0] }

var (
	first  = func(_ float64, x []float64) float64 { return x[0] - 0.3 }
	second = func(_ float64, x []float64) float64 { return x[1] + 0.2 }
)

func times(all []Crossing) (ts []float64) {
	for _, c := range all {
		ts = append(ts, c.T)
	}
	return ts
}

// The crossings of cos t = 0.3 and sin t = -0.2 are known.
func TestCrossingsOfARotation(t *testing.T) {
	a, b := math.Acos(0.3), math.Asin(0.2)
	for _, c := range []struct {
		m Method
		s *Settings
	}{
		{nil, nil}, {nil, &Settings{RelTol: 1e-12, AbsTol: 1e-12}}, {DormandPrince8, &Settings{RelTol: 1e-12, AbsTol: 1e-12}},
		{RK4, &Settings{Step: 0.01}}, {Rodas, nil}, {RodasP, &Settings{Step: 0.005}},
	} {
		tr, all, err := SolveWith([]Event{{Name: "a", Function: first}, {Name: "b", Function: second, Direction: Rising}},
			turn, []float64{1, 0}, 0, 9, c.m, c.s)
		if err != nil || tr.Check() != nil || tr.Last().T != 9 {
			t.Fatalf("%v: %v, %v", c.m, err, tr.Check())
		}
		want := []float64{a, 2*math.Pi - a, 2*math.Pi - b, 2*math.Pi + a}
		got := times(all)
		if len(got) != len(want) || len(Named("b", all)) != 1 {
			t.Fatalf("%v: crossings at %v, want %v", c.m, got, want)
		}
		for i := range want {
			if math.Abs(got[i]-want[i]) > 2e-7 {
				t.Errorf("%v: crossing %d at %.12g, want %.12g", c.m, i, got[i], want[i])
			}
			if g := all[i].Event.Function(0, all[i].X); math.Abs(g) > 1e-14 || g*float64(all[i].Direction) < 0 {
				t.Errorf("%v: at crossing %d g = %g, going %d", c.m, i, g, all[i].Direction)
			}
		}
	}
}

// The time of a crossing has the order of the method: in equal steps, by the
// interpolant.
func TestOrderOfCrossing(t *testing.T) {
	for _, m := range []Method{Euler, Heun, BogackiShampine, RK4, DormandPrince, DormandPrince8, Rodas} {
		var hs, es []float64
		from := 8.0
		if m == DormandPrince8 { // rounding shows soon
			from = 2
		}
		for k := range 11 {
			n := math.Round(from * math.Pow(2, float64(k)/2))
			h := 2.1 / n
			_, all, err := SolveWith([]Event{{Function: first, Terminal: true}}, turn, []float64{1, 0}, 0, 2.1, m, &Settings{Step: h})
			if err != nil || len(all) != 1 {
				t.Fatalf("%v: %d crossings, %v", m, len(all), err)
			}
			e := math.Abs(all[0].T - math.Acos(0.3))
			if e < 3e-14 {
				break
			}
			hs, es = append(hs, h), append(es, e)
		}
		slope, err := verify.FitSlope(hs, es)
		if err != nil || !(slope.Order > float64(m.Order())-0.35) {
			t.Errorf("%v: a crossing's time has order %.2f (%v): %.3g", m, slope.Order, err, es)
		}
		t.Logf("%v: %.2f", m, slope.Order)
	}
}

func TestTerminal(t *testing.T) {
	for _, back := range []bool{false, true} {
		t1, want := 9.0, 2*math.Pi-math.Asin(0.2)
		if back {
			t1, want = -9, -math.Asin(0.2)
		}
		events := []Event{{Name: "stop", Function: second, Direction: Rising, Terminal: true}, {Name: "seen", Function: first}}
		if back {
			events[0].Direction = Falling // in the order in which it is met
		}
		tr, all, err := SolveWith(events, turn, []float64{1, 0}, 0, t1, nil, nil)
		if err != nil || tr.Check() != nil {
			t.Fatal(err, tr.Check())
		}
		last := all[len(all)-1]
		if last.Event.Name != "stop" || math.Abs(last.T-want) > 1e-6 || tr.Last().T != last.T {
			t.Errorf("backwards %v: stops at %v with %q, the trajectory at %v, want %v", back, last.T, last.Event.Name, tr.Last().T, want)
		}
		for i := 1; i < len(all); i++ {
			if (all[i].T < all[i-1].T) != back {
				t.Errorf("crossings out of order: %v", times(all))
			}
		}
	}
	var seen int
	for v, err := range StepsWith([]Event{{Function: first, Terminal: true}}, turn, []float64{1, 0}, 0, 9, nil, nil) {
		if err != nil || seen > 0 {
			t.Fatalf("goes on after a terminal event: %v, %v", v, err)
		}
		if v.Event != nil {
			seen++
		}
	}
	if seen != 1 {
		t.Errorf("%d terminal events", seen)
	}
}

// Two crossings inside one long step, a start on the zero, a touch.
func TestHiddenCrossings(t *testing.T) {
	drift := func(dst []float64, _ float64, _ []float64) { dst[0] = 1 }
	run := func(g func(x float64) float64, x0, x1 float64) []float64 {
		_, all, err := SolveWith([]Event{{Function: func(_ float64, x []float64) float64 { return g(x[0]) }}},
			drift, []float64{x0}, x0, x1, RK4, &Settings{Step: 1})
		if err != nil {
			t.Fatal(err)
		}
		return times(all)
	}
	for at := 0.03; at < 0.99; at += 0.0171 { // a dip 2e-3 wide anywhere in a step
		got := run(func(x float64) float64 { return (x-at)*(x-at) - 1e-6 }, 0, 2)
		if len(got) != 2 || math.Abs(got[0]-at+1e-3) > 1e-12 || math.Abs(got[1]-at-1e-3) > 1e-12 {
			t.Errorf("a dip at %g crosses at %v", at, got)
		}
	}
	if got := run(func(x float64) float64 { return x * (x - 1.3) }, 0, 2); len(got) != 1 || math.Abs(got[0]-1.3) > 1e-14 {
		t.Errorf("from a zero: crossings at %v, want 1.3", got)
	}
	if got := run(func(x float64) float64 { return x - 1 }, 0, 2); len(got) != 1 || got[0] != 1 {
		t.Errorf("at the end of a step: crossings at %v, want one at 1", got)
	}
	if got := run(func(x float64) float64 { return (x-0.37)*(x-0.37) + 1e-9 }, 0, 2); len(got) != 0 {
		t.Errorf("without a zero: crossings at %v", got)
	}
	if got := run(func(x float64) float64 { return math.Copysign(1, x-0.3) }, 0, 1); len(got) != 1 || math.Abs(got[0]-0.3) > 1e-15 {
		t.Errorf("a jump: crossings at %v, want 0.3", got)
	}
	// What the documentation says is missed: faster than the places.
	if got := run(func(x float64) float64 { return math.Cos(400 * math.Pi * x) }, 0.001, 1.001); len(got) > 200 {
		t.Errorf("%d crossings of 400", len(got))
	}
}

func TestEventTolerance(t *testing.T) {
	for _, tol := range []float64{1e-2, 1e-5, 1e-30} {
		calls := 0
		g := func(_ float64, x []float64) float64 { calls++; return x[0] - 0.3 }
		_, all, err := SolveWith([]Event{{Function: g, Terminal: true, Tol: tol}}, turn, []float64{1, 0}, 0, 2.1, RK4, &Settings{Step: 0.7})
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		_, exact, _ := SolveWith([]Event{{Function: first}}, turn, []float64{1, 0}, 0, 2.1, RK4, &Settings{Step: 0.7})
		if d := all[0].T - exact[0].T; !(d >= 0 && d <= math.Max(tol, 2e-15)) {
			t.Errorf("tolerance %g: off by %g", tol, d)
		}
		if calls > 12+40 {
			t.Errorf("tolerance %g takes %d calls", tol, calls)
		}
	}
}

func TestEventFailures(t *testing.T) {
	bad := func(_ float64, x []float64) float64 { return math.Sqrt(0.5 - x[1]) }
	tr, all, err := SolveWith([]Event{{Function: bad}}, turn, []float64{1, 0}, 0, 2.1, nil, nil)
	var e *Error
	if !errors.Is(err, ErrEvent) || !errors.As(err, &e) || !(e.At.X[1] > 0.5) || len(all) != 0 || tr.Len() == 0 {
		t.Errorf("an event function that is NaN: %v", err)
	}
	if !strings.Contains(err.Error(), "give the function a finite value") {
		t.Errorf("%v names no remedy", err)
	}
	if _, _, err := SolveWith([]Event{{Function: bad}}, turn, []float64{1, 1}, 0, 2.1, nil, nil); !errors.Is(err, ErrEvent) {
		t.Errorf("NaN at the start: %v", err)
	}
	if _, _, err := SolveWith([]Event{{Function: first}}, blowUp, []float64{0.8}, 0, 2, nil, nil); !errors.Is(err, ErrStepSize) {
		t.Errorf("a blow-up with an event: %v", err)
	}
	for _, c := range []struct {
		e    Event
		want string
	}{
		{Event{Name: "none"}, `ode: event 0 ("none") has no function`},
		{Event{Function: first, Direction: 2}, `ode: event 0 ("") has the direction 2: use Either, Rising or Falling`},
		{Event{Function: first, Tol: -1}, `ode: the tolerance of event 0 ("") is negative or not finite`},
		{Event{Function: first, Tol: math.NaN()}, `ode: the tolerance of event 0 ("") is negative or not finite`},
	} {
		func() {
			defer func() {
				if r := recover(); r != c.want {
					t.Errorf("recovered %v, want %q", r, c.want)
				}
			}()
			StepsWith([]Event{c.e}, turn, []float64{1, 0}, 0, 1, nil, nil)
		}()
	}
}

func TestBracket(t *testing.T) {
	for _, f := range []func(x float64) float64{
		func(x float64) float64 { return x - 0.3 },
		func(x float64) float64 { return math.Pow(x-0.3, 9) },
		func(x float64) float64 { return math.Exp(50*(x-0.3)) - 1 },
		func(x float64) float64 { return math.Copysign(1, x-0.3) },
		func(x float64) float64 { return math.Atan(1e8 * (x - 0.3)) },
	} {
		n := 0
		b := newBracket(-1, f(-1), 2, f(2))
		for ; b.wider(1e-15); n++ {
			x := b.next()
			b.narrow(x, f(x))
		}
		lo, hi := b.at(-1), b.at(1)
		if n > 150 || !(math.Abs(hi-0.3) < 2e-15 || f(hi) == 0) || f(lo) > 0 || f(hi) < 0 {
			t.Errorf("after %d steps [%.17g, %.17g]", n, lo, hi)
		}
	}
}

func TestToleranceBelowRounding(t *testing.T) {
	for _, s := range []*Settings{{RelTol: 1e-18, AbsTol: -1}, {RelTol: -1, AbsTol: 1e-20}, {RelTol: 1e-17, AbsTol: 1e-17}} {
		for _, m := range []Method{nil, Rodas} {
			tr, err := Solve(turn, []float64{1, 0}, 0, 1, m, s)
			if !errors.Is(err, ErrTolerance) || !strings.Contains(err.Error(), "raise RelTol") || tr.Len() != 0 {
				t.Errorf("%+v: %v", *s, err)
			}
		}
	}
}
