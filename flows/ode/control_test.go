package ode

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-12*math.Abs(want)) {
		t.Errorf("%s: %.15g, want %.15g", what, got, want)
	}
}

// The numbers are the formulas of [HNW] evaluated by another program.
func TestController(t *testing.T) {
	c := controller{p: 5, previous: floor}
	near(t, "after a first step", c.accept(0.5), 0.7005152734225618)
	c = controller{p: 3, previous: 0.3}
	near(t, "after a good step", c.accept(0.02), 2.516278813626016)
	near(t, "the error is remembered", c.previous, 0.02)
	near(t, "after a bad step", c.reject(7), 0.5185588669642671)
	near(t, "not longer after a rejection", c.accept(0.02), 1)
	near(t, "longer again", c.accept(1e-9), grow)
	near(t, "small errors are alike", c.previous, floor)
	near(t, "no error at all", c.accept(0), grow)
	for _, err := range []float64{1e9, math.Inf(1), math.NaN()} {
		near(t, "after a hopeless step", c.reject(err), shrink)
	}
	c = controller{p: 5, previous: floor}
	near(t, "accepted, but barely", c.accept(1), 0.9*math.Pow(floor, 0.04))
}

// The lengths were computed from [HNW] II.4 by another program.
func TestFirstStep(t *testing.T) {
	f := func(dst []float64, t float64, x []float64) {
		dst[0] = -3*t*t*x[0] + x[1]
		dst[1] = 0.5 * x[0] * math.Exp(4*t)
	}
	rest := func(dst []float64, _ float64, _ []float64) { dst[0], dst[1] = 0, 0 }
	fast := func(dst []float64, _ float64, x []float64) { dst[0] = -200 * x[0] }
	x, s := []float64{0.3, -1.2}, &Settings{AbsTol: 1e-4, RelTol: 1e-3}
	near(t, "forwards", firstStep(f, 0.7, x, 5, 5, s), 0.10680711926569528)
	near(t, "backwards", firstStep(f, 0.7, x, -5, 3, s), 0.03501325883026847)
	near(t, "at rest", firstStep(rest, 0.7, x, 5, 5, s), 1e-6)
	near(t, "a short way", firstStep(f, 0.7, x, -0.01, 3, s), 0.01)
	near(t, "a very short way", firstStep(f, 0.7, x, 1e-9, 3, s), 1e-9)
	near(t, "a decay", firstStep(fast, 0.7, x[:1], 5, 8, &Settings{AbsTol: 1e-10, RelTol: 1e-8}), 0.005)
	if h := firstStep(never, 0.7, x[:1], 5, 5, s); !(h > 0 && h <= 1e-4) {
		t.Errorf("a field that is never finite: %v", h)
	}
}

func TestWeightedNorm(t *testing.T) {
	s := Settings{AbsTol: 0.1, RelTol: 0.5}
	got := s.weighted([]float64{0.3, -0.4, 0}, []float64{1, -3, 2}, []float64{-1.8, 2, 0})
	near(t, "three coordinates", got, math.Sqrt((0.3*0.3+0.25*0.25)/3))
	s = Settings{RelTol: 0.5}
	near(t, "0/0", s.weighted([]float64{0, 1}, []float64{0, 4}, []float64{0, -1}), 0.5/math.Sqrt2)
	if got := s.weighted([]float64{1}, []float64{0}, []float64{0}); !math.IsInf(got, 1) {
		t.Errorf("an error of a coordinate at 0 without AbsTol: %v", got)
	}
	if got := s.weighted(nil, nil, nil); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
}
