package sde

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"hopflow/flows"
)

func TestSolve(t *testing.T) {
	tr, err := Solve(tanhs(Ito).sys, nil, tanhs(Ito).x0, -0.3, 1.1, 0.25, Seed(7))
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.Check(); err != nil {
		t.Error(err)
	}
	if tr.Len() != 7 || tr.T[0] != -0.3 || tr.Last().T != 1.1 || !slices.Equal(tr.X[0], tanhs(Ito).x0) {
		t.Errorf("%d states from %v to %v, want 7 from -0.3 to 1.1", tr.Len(), tr.At(0), tr.Last())
	}
	again, _ := Solve(tanhs(Ito).sys, EulerMaruyama, tanhs(Ito).x0, -0.3, 1.1, 0.25, Seed(7))
	other, _ := Solve(tanhs(Ito).sys, nil, tanhs(Ito).x0, -0.3, 1.1, 0.25, Seed(8))
	if !slices.Equal(again.Last().X, tr.Last().X) || slices.Equal(other.Last().X, tr.Last().X) {
		t.Errorf("a path is not that of its seed: %v, %v, %v", tr.Last().X, again.Last().X, other.Last().X)
	}
	// By hand, with the same path.
	x, stepper := slices.Clone(tr.X[0]), mustStepper(t, EulerMaruyama, tanhs(Ito).sys, 1)
	for k := range 6 {
		w := increment(t, Seed(7), 2, tr.T[k], tr.T[k+1])
		stepper.Step(tr.T[k], 1.4/6, columns(x), columns(w))
	}
	for i := range x {
		if !near(x[i], tr.Last().X[i], 0, 1e-14) {
			t.Errorf("Solve ends at %v, by hand %v", tr.Last().X, x)
		}
	}
}

// TestStepsMayStop breaks and ranges again, and counts allocations: none in a
// step.
func TestStepsMayStop(t *testing.T) {
	states := Steps(gbm(0.6, 0.8), Milstein, []float64{1}, 0, 1, 0.01, NewBrownian(1, 0, 1, 3))
	var ends [2]float64
	for round := range ends {
		for s, err := range states {
			if err != nil {
				t.Fatal(err)
			}
			if ends[round] = s.X[0]; s.T >= 0.5 {
				break
			}
		}
	}
	if ends[0] != ends[1] || ends[0] == 1 {
		t.Errorf("two rounds reach %v", ends)
	}
	count := func(n float64) float64 {
		return testing.AllocsPerRun(5, func() {
			for _, err := range Steps(gbm(0.6, 0.8), Milstein, []float64{1}, 0, 1, 1/n, NewBrownian(1, 0, 1, 3)) {
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	if few, many := count(10), count(1000); many > few+20 { // some normals of the path need a Stream
		t.Errorf("10 steps allocate %g times, 1000 steps %g times", few, many)
	}
}

// TestSolveStops: what ends a solution early is an *Error that says where, and
// the states before it are there.
func TestSolveStops(t *testing.T) {
	explosive := plain(func(x float64) float64 { return x * x * x })
	tr, err := Solve(explosive, nil, []float64{2}, 0, 100, 0.5, Seed(1))
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, ErrNonFinite) {
		t.Fatalf("an explosion ends with %v", err)
	}
	if e.Step != tr.Len() || e.At.T != tr.Last().T || e.At.X[0] != tr.Last().X[0] || e.H != 0.5 || flows.Finite(e.To) || tr.Check() != nil {
		t.Errorf("%+v after %d states", e, tr.Len())
	}
	for _, want := range []string{"sde: step ", " from t = ", "the state is not finite", "shorten the step"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
	for want, f := range map[string]func() (*flows.Trajectory, error){
		"the state is not finite at the start: x0 = [NaN]": func() (*flows.Trajectory, error) {
			return Solve(explosive, nil, []float64{math.NaN()}, 0, 1, 0.1, Seed(1))
		},
		"step 6 from t = 0.5, h = 0.1, x = [0": func() (*flows.Trajectory, error) {
			return Solve(gbm(0, 0.1), nil, []float64{1}, 0, 1, 0.1, NewBrownian(1, 0, 0.55, 1))
		},
		"a path of 2 Brownian motions is asked for 1": func() (*flows.Trajectory, error) {
			return Solve(gbm(0, 0.1), nil, []float64{1}, 0, 1, 0.1, NewBrownian(2, 0, 1, 1))
		},
		"100000000 states of 1 coordinates take 4.5 GB: keep what you need of Steps": func() (*flows.Trajectory, error) {
			return Solve(gbm(0, 0.1), nil, []float64{1}, 0, 1e8, 1, Seed(1))
		},
		"StochasticHeun takes Stratonovich systems": func() (*flows.Trajectory, error) {
			return Solve(gbm(0, 0.1), StochasticHeun, []float64{1}, 0, 1, 0.1, Seed(1))
		},
		"step 1 from t = 0, h = 0.1, x = [0.9] to [1.0": func() (*flows.Trajectory, error) {
			return Solve(plain(func(float64) float64 { return 30 }), nil, []float64{0.9}, 0, 1, 0.1, still{}, Outside([]float64{0}, []float64{1}))
		},
	} {
		if tr, err := f(); err == nil || !strings.Contains(strings.Replace(err.Error(), "[3.9]", "[1.0", 1), want) || tr == nil {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

// still is no noise.
type still struct{}

func (still) Increment(dst []float64, _, _ float64) error { clear(dst); return nil }

// TestSolveWithBoundary: a mirror, a circle, and a wall at which the last state
// stands.
func TestSolveWithBoundary(t *testing.T) {
	pushed := plain(func(float64) float64 { return 3 })
	lo, hi := []float64{0}, []float64{1}
	tr, err := Solve(pushed, nil, []float64{0.9}, 0, 1, 0.125, Seed(1), Reflecting(lo, hi))
	if err != nil || tr.Len() != 9 {
		t.Fatalf("%d states, %v", tr.Len(), err)
	}
	for k, x := range tr.X {
		if !(0 <= x[0] && x[0] <= 1) {
			t.Errorf("state %d, %g, is behind the mirror", k, x[0])
		}
	}
	circle, err := Solve(pushed, nil, []float64{0.9}, 0, 1, 0.125, Seed(1), Periodic(lo, hi))
	straight, _ := Solve(pushed, nil, []float64{0.9}, 0, 1, 0.125, Seed(1))
	if err != nil || math.Abs(math.Mod(straight.Last().X[0]+10, 1)-circle.Last().X[0]) > 1e-12 {
		t.Errorf("on the circle %v, on the line %v, %v", circle.Last(), straight.Last(), err)
	}
	for _, wall := range []*Box{Absorbing(lo, hi), Absorbing(lo, hi).Bridged()} {
		tr, err := Solve(pushed, nil, []float64{0.5}, 0, 50, 0.01, Seed(1), wall)
		again, _ := Solve(pushed, nil, []float64{0.5}, 0, 50, 0.01, Seed(1), wall)
		if last := tr.Last(); err != nil || last.T >= 50 || last.X[0] != 0 && last.X[0] != 1 || tr.Check() != nil || again.Last().T != last.T {
			t.Errorf("absorbed at %v, again at %v, %v", last, again.Last(), err)
		}
	}
}

func TestSolvePanics(t *testing.T) {
	s, x0 := gbm(1, 1), []float64{1}
	for _, f := range []func(){
		func() { Steps(s, nil, x0, 0, 1, 0.1, nil) },
		func() { Steps(s, nil, []float64{1, 2}, 0, 1, 0.1, Seed(1)) },
		func() { Steps(s, nil, x0, 1, 0, 0.1, Seed(1)) },
		func() { Steps(s, nil, x0, 0, math.NaN(), 0.1, Seed(1)) },
		func() { Steps(s, nil, x0, 0, 1, 0, Seed(1)) },
		func() { Steps(s, nil, x0, 0, 1, math.Inf(1), Seed(1)) },
		func() { Steps(s, nil, x0, 0, 1e300, 1e-300, Seed(1)) },
		func() { Steps(nil, nil, x0, 0, 1, 0.1, Seed(1)) },
		func() {
			Steps(s, nil, x0, 0, 1, 0.1, Seed(1), Reflecting(x0, []float64{2}), Reflecting(x0, []float64{2}))
		},
	} {
		wantPanic(t, f)
	}
}
