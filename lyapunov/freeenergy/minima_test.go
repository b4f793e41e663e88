package freeenergy_test

import (
	"math"
	"math/rand/v2"
	"testing"

	. "hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

// TestUnknownMinima: wells anywhere on an infinite axis, of any width, whose
// place the energy does not say: on the shoulder of a first part, or at its end,
// they were stepped over, with an estimate of 1e-14.
func TestUnknownMinima(t *testing.T) {
	rng := rand.New(rand.NewPCG(20, 26))
	line, plane := [][2]float64{{-inf, inf}}, [][2]float64{{-inf, inf}, {-inf, inf}}
	well := func() (k, c, T float64) {
		return math.Exp(4 * rng.NormFloat64()), math.Exp(2*rng.NormFloat64()) * math.Copysign(1, rng.NormFloat64()), 0.7
	}
	check := func(e formulaOrEnergy, T float64, box [][2]float64, want float64, what ...float64) {
		t.Helper()
		got, miss, err := LogPartition(e, T, box, nil)
		if err != nil || math.Abs(got-want) > math.Max(10*miss, 1e-9) {
			t.Errorf("wells %v: ln Z is off by %.2g, estimate %.2g, %v", what, got-want, miss, err)
		}
	}
	check(formula(func(x float64) float64 { return 7.389 * (x + 10.068) * (x + 10.068) / 2 }), 1, line, landscape.Harmonic(7.389, 0).LogPartition(1), 7.389, -10.068)
	for range 500 {
		k, c, T := well()
		check(formula(func(x float64) float64 { return k * (x - c) * (x - c) / 2 }), T, line, landscape.Harmonic(k, 0).LogPartition(T), k, c)
	}
	for range 12 {
		k, c, T := well()
		l, d := k*(0.5+rng.Float64()), c*(0.5+rng.Float64()) // about as long as wide
		hidden := unnamed{landscape.Independent(landscape.Harmonic(k, c), landscape.Harmonic(l, d))}
		check(hidden, T, plane, landscape.Harmonic(k, 0).LogPartition(T)+landscape.Harmonic(l, 0).LogPartition(T), k, c, l, d)
	}
}

// unnamed hides the minima of an energy.
type unnamed struct{ formulaOrEnergy }
