package sde

import (
	"math"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func drift(s *System, t float64, x []float64) []float64 {
	dst := []float64{math.NaN(), math.NaN()}[:s.Dim]
	s.Drift(dst, t, x)
	return dst
}

// TestConversions compares In with systems whose drift is known in every
// calculus by Itô's formula: the α family of both.
func TestConversions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := Calculus(rapid.Float64Range(-0.5, 1.5).Draw(t, "from"))
		to := Calculus(rapid.Float64Range(-0.5, 1.5).Draw(t, "to"))
		time := rapid.Float64Range(-3, 3).Draw(t, "t")
		x := []float64{rapid.Float64Range(-0.95, 0.95).Draw(t, "x0"), rapid.Float64Range(-0.95, 0.95).Draw(t, "x1")}
		for _, family := range []func(Calculus) solved{tanhs, bent} {
			s, err := family(from).sys.In(to)
			if err != nil {
				t.Fatal(err)
			}
			got, want := drift(s, time, x), drift(family(to).sys, time, x)
			for i := range got {
				if !near(got[i], want[i], 1, 1e-13) {
					t.Fatalf("from %v to %v: drift %d is %g, want %g", from, to, i, got[i], want[i])
				}
			}
			back, err := s.In(from)
			if err != nil {
				t.Fatal(err)
			}
			if again := drift(back, time, x); !near(again[0], drift(family(from).sys, time, x)[0], 1, 1e-13) || back.Calculus != from {
				t.Fatalf("back from %v the drift is %v", to, again)
			}
			if s.DriftBlock != nil {
				dst := newRows(2, 1).all
				s.DriftBlock(dst, time, [][]float64{x[:1], x[1:]})
				if !near(dst[0][0], got[0], 1, 1e-14) || !near(dst[1][0], got[1], 1, 1e-14) {
					t.Fatalf("the block form gives %v, the drift %v", dst, got)
				}
			}
		}
	})
}

// TestConvertedIsShared calls one converted drift from many goroutines, as an
// Ensemble does, and counts what it allocates.
func TestConvertedIsShared(t *testing.T) {
	s, err := bent(Ito).sys.In(Stratonovich)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for k := range 8 {
		group.Go(func() {
			x := []float64{0.1 * float64(k), -0.3}
			want := drift(bent(Stratonovich).sys, 0, x)
			for range 500 {
				if got := drift(s, 0, x); !near(got[0], want[0], 1, 1e-13) || !near(got[1], want[1], 1, 1e-13) {
					t.Errorf("drift %v, want %v", got, want)
				}
			}
		})
	}
	group.Wait()
	x, dst := []float64{0.3, 0.1}, make([]float64, 2)
	if a := testing.AllocsPerRun(200, func() { s.Drift(dst, 0, x) }); a >= 1 && !raceDetector { // which empties pools
		t.Errorf("a converted drift allocates %g times", a)
	}
}

func TestCalculusNames(t *testing.T) {
	for c, want := range map[Calculus]string{Ito: "Itô", Stratonovich: "Stratonovich", AntiIto: "anti-Itô", 0.3: "α = 0.3"} {
		if c.String() != want {
			t.Errorf("%v, want %s", c, want)
		}
	}
	for s, want := range map[Shape]string{General: "General", Commutative: "Commutative", Diagonal: "Diagonal", Additive: "Additive", 9: "Shape(9)"} {
		if s.String() != want {
			t.Errorf("%v, want %s", s, want)
		}
	}
}

// without returns the system without its NoiseDeriv.
func without(s *System) *System {
	other := *s
	other.NoiseDeriv = nil
	return &other
}

func TestRefusals(t *testing.T) {
	refused := func(scheme Scheme, s *System) func() error {
		return func() error { _, err := scheme.Stepper(s, 1); return err }
	}
	for want, f := range map[string]func() error{
		"EulerMaruyama takes Itô systems, this one is Stratonovich: convert it by In(sde.Ito)":        refused(EulerMaruyama, tanhs(Stratonovich).sys),
		"ImplicitEuler takes Itô systems, this one is anti-Itô: convert it by In(sde.Ito)":            refused(ImplicitEuler, tanhs(AntiIto).sys),
		"StochasticHeun takes Stratonovich systems, this one is α = 0.3: convert it by In(sde.Strato": refused(StochasticHeun, tanhs(0.3).sys),
		"Milstein needs noise that commutes, and General noise does not promise it":                   refused(Milstein, swept(Ito)),
		"RungeKutta needs noise that commutes":                                                        refused(RungeKutta, swept(Ito)),
		"if not, use EulerMaruyama or StochasticHeun, of strong order 1/2":                            refused(Milstein, swept(Stratonovich)),
		"Milstein: the system has no NoiseDeriv":                                                      refused(Milstein, without(tanhs(Ito).sys)),
		"or use RungeKutta, which needs none":                                                         refused(Milstein, without(bent(Ito).sys)),
		"from Itô to Stratonovich: the system has no NoiseDeriv": func() error {
			_, err := without(tanhs(Ito).sys).In(Stratonovich)
			return err
		},
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	for _, scheme := range []Scheme{EulerMaruyama, Milstein, RungeKutta, ImplicitEuler, StochasticHeun} {
		if _, err := scheme.Stepper(doubleWell(0.3), 1); err != nil {
			t.Errorf("%v refuses additive noise, which is one in all calculi: %v", scheme, err)
		}
	}
	still, err := doubleWell(Ito).In(Stratonovich)
	if err != nil || still.Calculus != Stratonovich || drift(still, 0, []float64{2})[0] != -6 {
		t.Errorf("additive noise in another calculus: %v, %v", still, err)
	}
	for _, f := range []func(){
		func() { _, _ = tanhs(Ito).sys.In(Calculus(math.NaN())) },
		func() { _, _ = EulerMaruyama.Stepper(nil, 1) },
		func() { _, _ = EulerMaruyama.Stepper(&System{Dim: 1}, 1) },
		func() { _, _ = EulerMaruyama.Stepper(gbm(1, 1), 0) },
		func() { _, _ = Milstein.Stepper(gbm(1, 1).as(9), 1) },
		func() { s := *gbm(1, 1); s.Wiener = 3; _, _ = Milstein.Stepper(&s, 1) },
		func() { s := *gbm(1, 1); s.Dim = 0; _, _ = Milstein.Stepper(&s, 1) },
	} {
		wantPanic(t, f)
	}
}
