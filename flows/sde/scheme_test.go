package sde

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// everyScheme has a row for each scheme and shape of noise it treats apart.
func everyScheme() map[string]struct {
	scheme Scheme
	sys    *System
} {
	beta := []float64{0.25, 0.6}
	type row = struct {
		scheme Scheme
		sys    *System
	}
	general := *tanhs(Ito).sys
	general.DriftBlock, general.NoiseBlock = nil, nil
	return map[string]row{
		"EulerMaruyama":            {EulerMaruyama, tanhs(Ito).sys},
		"EulerMaruyama, pointwise": {EulerMaruyama, &general},
		"EulerMaruyama, general":   {EulerMaruyama, swept(Ito)},
		"Milstein, diagonal":       {Milstein, tanhs(Ito).sys},
		"Milstein, commutative":    {Milstein, bent(Ito).sys},
		"RungeKutta, diagonal":     {RungeKutta, tanhs(0.3).sys},
		"RungeKutta, commutative":  {RungeKutta, bent(Stratonovich).sys},
		"StochasticHeun":           {StochasticHeun, tanhs(Stratonovich).sys},
		"ImplicitEuler":            {ImplicitEuler, swept(Ito)},
		"InChart":                  {InChart{Chart: ArcsineChart(beta...)}, machine(beta, 0.7, slopeOfBilinear)},
		"InChart, EulerMaruyama":   {InChart{ArcsineChart(beta...), EulerMaruyama}, machine(beta, 0.7, slopeOfBilinear)},
		"InChart, ImplicitEuler":   {InChart{ArcsineChart(beta...), ImplicitEuler}, machine(beta, 0.7, slopeOfBilinear)},
	}
}

var startsOfSchemes = [][]float64{{0.2, 0.55}, {0.61, 0.14}, {0.37, 0.83}, {0.91, 0.5}}

func TestSchemesKeepTheirLaws(t *testing.T) {
	for name, k := range everyScheme() {
		if err := CheckScheme(k.scheme, k.sys, 0.7, 0.01, startsOfSchemes); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestStepsAllocateNothing counts over blocks.
func TestStepsAllocateNothing(t *testing.T) {
	for name, k := range everyScheme() {
		const size = 64
		stepper := mustStepper(t, k.scheme, k.sys, size)
		x, dw := newRows(2, size).all, newRows(stepper.Channels(), size).all
		allocs := testing.AllocsPerRun(20, func() {
			fill(x, 0.4)
			fill(dw, 0.03)
			stepper.Step(0.7, 0.001, x, dw)
		})
		if err := failed(stepper); allocs >= 1 && !raceDetector || err != nil {
			t.Errorf("%s: a step allocates %g times, %v", name, allocs, err)
		}
	}
}

// TestBlocksAgreeWithPoints steps a system with and without its block forms.
func TestBlocksAgreeWithPoints(t *testing.T) {
	for _, scheme := range []Scheme{EulerMaruyama, Milstein, RungeKutta, ImplicitEuler} {
		blocks := tanhs(Ito).sys
		points := *blocks
		points.DriftBlock, points.NoiseBlock = nil, nil
		a, err := stepBlock(scheme, blocks, 0.7, 0.01, startsOfSchemes, 0, 9)
		if err != nil {
			t.Fatal(err)
		}
		b, err := stepBlock(scheme, &points, 0.7, 0.01, startsOfSchemes, 0, 4)
		if err != nil {
			t.Fatal(err)
		}
		for i := range a {
			for d := range a[i] {
				if !near(a[i][d], b[i][d], 1, 1e-15) {
					t.Errorf("%v: by blocks %v, by points %v", scheme, a[i], b[i])
				}
			}
		}
	}
}

// TestSchemesAgree: for diagonal noise the two forms of Milstein and of
// RungeKutta are one, and all schemes with a system of the same law differ by
// what their order lets them, O(h^1.5) between those of order 1.
func TestSchemesAgree(t *testing.T) {
	step := func(scheme Scheme, s *System, h float64) [][]float64 {
		x, err := stepBlock(scheme, s, 0.7, h, startsOfSchemes, 0, 4)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, scheme := range []Scheme{Milstein, RungeKutta} {
		a, b := step(scheme, tanhs(Ito).sys, 0.04), step(scheme, tanhs(Ito).sys.as(Commutative), 0.04)
		for i := range a {
			for d := range a[i] {
				if !near(a[i][d], b[i][d], 1, 1e-15) {
					t.Errorf("%v: diagonal %v, commutative %v", scheme, a[i], b[i])
				}
			}
		}
	}
	for _, family := range []func(Calculus) solved{tanhs, bent} {
		want := func(h float64) [][]float64 { return step(Milstein, family(Ito).sys, h) }
		for name, other := range map[string]func(h float64) [][]float64{
			"RungeKutta": func(h float64) [][]float64 { return step(RungeKutta, family(AntiIto).sys, h) },
			"Heun":       func(h float64) [][]float64 { return step(StochasticHeun, family(Stratonovich).sys, h) },
		} {
			gap := func(h float64) (g float64) {
				a, b := want(h), other(h)
				for i := range a {
					g = math.Max(g, distance(a[i], b[i]))
				}
				return g
			}
			if gap(1e-4) < 1e-15 {
				continue // of quadratic noise the differences are exact
			}
			if p := math.Log2(gap(4e-4)/gap(1e-4)) / 2; p < 1.4 {
				t.Errorf("%s and Milstein differ by h^%.2f, want 1.5 at least", name, p)
			}
		}
	}
}

func TestOrdersAndNames(t *testing.T) {
	for scheme, want := range map[Scheme]string{
		EulerMaruyama: "EulerMaruyama 0.5 1", Milstein: "Milstein 1 1", RungeKutta: "RungeKutta 1 1",
		StochasticHeun: "StochasticHeun 0.5 1", ImplicitEuler: "ImplicitEuler 0.5 1",
	} {
		strong, weak := scheme.Orders()
		if got := fmt.Sprint(scheme, " ", strong, " ", weak); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	strong, weak := InChart{}.Orders()
	if s, w := (InChart{Scheme: EulerMaruyama}).Orders(); strong != 1 || weak != 1 || s != 0.5 || w != 1 {
		t.Errorf("InChart has orders %g, %g, with EulerMaruyama %g, %g", strong, weak, s, w)
	}
}

// A spoiled scheme is Euler's with something wrong in its steps.
type spoiled struct {
	Scheme
	spoil func(t float64, x, dw [][]float64)
}

func (s spoiled) Stepper(sys *System, size int) (Stepper, error) {
	inner, err := s.Scheme.Stepper(sys, size)
	return spoiledStepper{inner, s.spoil}, err
}

type spoiledStepper struct {
	Stepper
	spoil func(t float64, x, dw [][]float64)
}

func (s spoiledStepper) Step(t, h float64, x, dw [][]float64) {
	s.Stepper.Step(t, h, x, dw)
	s.spoil(t, x, dw)
}

func TestCheckSchemeFinds(t *testing.T) {
	var before float64
	for want, spoil := range map[string]func(t float64, x, dw [][]float64){
		"the particles of a block may not depend on each other": func(_ float64, x, _ [][]float64) { x[0][0] += 1e-3 * x[0][len(x[0])-1] },
		"nor a step on those before":                            func(_ float64, x, _ [][]float64) { before++; x[1][0] += 1e-6 * before },
		"has written behind it, at":                             func(_ float64, x, _ [][]float64) { row := x[0]; row[:len(row)+1][len(row)] = 3 },
		"leads to [NaN":                                         func(_ float64, x, _ [][]float64) { x[0][0] = math.NaN() },
	} {
		if err := CheckScheme(spoiled{EulerMaruyama, spoil}, tanhs(Ito).sys, 0, 0.01, startsOfSchemes); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("CheckScheme = %v, want an error with %q", err, want)
		}
	}
	for want, f := range map[string]func() error{
		"1 points check too little":       func() error { return CheckScheme(EulerMaruyama, tanhs(Ito).sys, 0, 0.01, startsOfSchemes[:1]) },
		"the scheme's orders are 0 and 0": func() error { return CheckScheme(orderless{EulerMaruyama}, tanhs(Ito).sys, 0, 0.01, startsOfSchemes) },
		"Milstein needs noise":            func() error { return CheckScheme(Milstein, swept(Ito), 0, 0.01, startsOfSchemes) },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

type orderless struct{ Scheme }

func (orderless) Orders() (strong, weak float64) { return 0, 0 }
