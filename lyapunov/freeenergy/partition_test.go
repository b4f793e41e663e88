package freeenergy_test

import (
	"math"
	"testing"

	. "hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

// Integrals in closed form over ends of all kinds; the estimate bounds the
// error.
func TestLogPartition(t *testing.T) {
	gauss := landscape.Harmonic(2, 0.7)
	whole := gauss.LogPartition(0.3)
	for name, c := range map[string]struct {
		e    formulaOrEnergy
		T    float64
		box  [][2]float64
		want float64
	}{
		"flat":             {formula(func(float64) float64 { return 1.5 }), 0.5, [][2]float64{{-1, 3}}, math.Log(4) - 3},
		"exponential":      {formula(func(x float64) float64 { return 3 * x }), 0.5, [][2]float64{{2, inf}}, -12 - math.Log(6)},
		"its mirror image": {formula(func(x float64) float64 { return -3 * x }), 0.5, [][2]float64{{-inf, -2}}, -12 - math.Log(6)},
		"half a Gaussian":  {gauss, 0.3, [][2]float64{{0.7, inf}}, whole - math.Ln2},
		"Gaussian, box":    {gauss, 0.3, [][2]float64{{-9, 8}}, whole},
		"far off":          {landscape.Harmonic(2, 5e6), 0.3, [][2]float64{{-inf, inf}}, whole},
		"needle":           {landscape.Harmonic(1e12, 0.123), 1, [][2]float64{{-1000, 1000}}, landscape.Harmonic(1e12, 0).LogPartition(1)},
		"large offset":     {formula(func(x float64) float64 { return gauss.Value([]float64{x}) - 1e7 }), 0.3, [][2]float64{{-9, 8}}, whole + 1e7/0.3},
		"wall inside": {formula(func(x float64) float64 {
			if x < 0.5 {
				return inf
			}
			return x
		}), 1, [][2]float64{{0, inf}}, -0.5},
		"kink":  {formula(math.Abs), 0.7, [][2]float64{{-inf, inf}}, math.Log(1.4)},
		"plane": {landscape.Independent(gauss, landscape.Harmonic(9, -3)), 0.3, [][2]float64{{-inf, inf}, {-inf, inf}}, whole + landscape.Harmonic(9, 0).LogPartition(0.3)},
		"strip": {landscape.Independent(gauss, landscape.Harmonic(9, -3)), 0.3, [][2]float64{{-inf, 0.7}, {-3, 2}}, whole + landscape.Harmonic(9, 0).LogPartition(0.3) - 2*math.Ln2},
		"space": {landscape.Independent(gauss, landscape.Harmonic(9, -3), landscape.Harmonic(1, 0)), 0.3, [][2]float64{{-5, 6}, {-6, 0}, {-6, 6}}, whole + landscape.Harmonic(9, 0).LogPartition(0.3) + landscape.Harmonic(1, 0).LogPartition(0.3)},
	} {
		got, miss, err := LogPartition(c.e, c.T, c.box, nil)
		tol := 1e-10
		if len(c.box) == 3 {
			tol = 1e-6
		}
		if err != nil || miss > tol {
			t.Errorf("%s: error %g, %v", name, miss, err)
		}
		// 1e-13: x itself has no more digits relative to the width of a needle.
		if actual := math.Abs(got - c.want); actual > miss+1e-13*math.Max(1, math.Abs(c.want)) && name != "needle" && name != "far off" {
			t.Errorf("%s: ln Z = %.15g, want %.15g: off by %.2g, estimated %.2g", name, got, c.want, actual, miss)
		}
		near(t, name, got, c.want, 1e-9)
	}
}

type formulaOrEnergy interface {
	Dim() int
	Value(x []float64) float64
	Gradient(dst, x []float64)
}

func TestLogPartitionGivesUp(t *testing.T) {
	rough := formula(func(x float64) float64 { return math.Sin(1e5 * x) })
	lnZ, miss, err := LogPartition(rough, 1, [][2]float64{{0, 10}}, &Quadrature{Tol: 1e-12, MaxEvaluations: 20000})
	fails(t, err, "error of about", "asked for 1e-12", "allow more evaluations")
	if near(t, "partial result", lnZ, math.Log(10*1.2660658777520082), 0.3); !(miss > 1e-12) { // I0(1)
		t.Errorf("estimate %g", miss)
	}
	_, _, err = LogPartition(formula(func(x float64) float64 { return -x }), 1, [][2]float64{{0, inf}}, nil)
	fails(t, err, "Z may be infinite")
	for text, box := range map[string][][2]float64{"ascending": {{1, 1}}, "interval [NaN, 1]": {{nan, 1}}} {
		panics(t, text, func() { LogPartition(well, 1, box, nil) })
	}
	e := landscape.Harmonic(1, 0, 0, 0, 0)
	panics(t, "in 4 dimensions", func() { LogPartition(e, 1, make([][2]float64, 4), nil) })
}

// Tails of a Gaussian by the error function; the sides, the corners, the walls.
func TestTail(t *testing.T) {
	for _, s := range []float64{1, 2, 3, 4.5, 6} {
		T := 0.7
		e := landscape.Harmonic(T, 0) // variance 1
		got := must(Tail(NewGrid(Uniform(-s, s, 200)), e, T))
		want := math.Erfc(s / math.Sqrt2)
		if got < 0.9*want || got > 1.1*want {
			t.Errorf("tail beyond %g: %g, want about %g", s, got, want)
		}
		square := must(Tail(NewGrid(Uniform(-s, s, 200), Uniform(-s-1, s, 100)), landscape.Harmonic(T, 0, 0), T))
		want = 1 - (1-want)*(math.Erf(s/math.Sqrt2)+math.Erf((s+1)/math.Sqrt2))/2
		if square < 0.5*want || square > 1.2*want {
			t.Errorf("tail beyond a square of %g: %g, want about %g", s, square, want)
		}
		_, err := Gibbs(NewGrid(Uniform(-s, s, 200)), e, T)
		if want := math.Erfc(s/math.Sqrt2) > TailLimit; (err != nil) != want {
			t.Errorf("box of ±%g: %v, want an error: %v", s, err, want)
		}
	}
	e := landscape.Harmonic(1, 0)
	_, err := Gibbs(NewGrid(Uniform(-8, 2, 100)), e, 1)
	fails(t, err, "cuts off about 0.02", "upper end 2 of axis 0", "widen the box", "Walled")
	_, err = Gibbs(NewGrid(Uniform(-8, 8, 10), Uniform(-1.5, 8, 10)), landscape.Harmonic(1, 0, 0), 1)
	fails(t, err, "lower end -1.5 of axis 1")
	_, _, err = FreeEnergy(Uniformly(NewGrid(Uniform(-1, 1, 10))), e, 1)
	fails(t, err, "cuts off")
	_, err = GridLogPartition(NewGrid(Uniform(-1, 1, 10)), e, 1)
	fails(t, err, "cuts off")
	// The ends of the state space cut off nothing.
	for name, g := range map[string]*Grid{"walled": NewGrid(Uniform(-1, 2, 10).Walled()), "ring": NewGrid(Periodic(-1, 1, 10))} {
		if tail, err := Tail(g, e, 1); err != nil || tail != 0 {
			t.Errorf("%s: tail %g, %v", name, tail, err)
		}
		if _, err := Gibbs(g, e, 1); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	side := Uniform(0, 1, 20)
	if tail, err := Tail(NewGrid(side, side), landscape.Himmelblau{}, 25); err != nil || tail != 0 {
		t.Errorf("an energy that is NaN outside: tail %g, %v", tail, err)
	}
	half := Uniform(0, 0.5, 20)
	if tail := must(Tail(NewGrid(half, side), landscape.Himmelblau{}, 25)); tail < 0.4 || tail > 0.7 {
		t.Errorf("half of the square: tail %g", tail)
	}
	_, err = Gibbs(NewGrid(Uniform(-1, 1, 10)), formula(func(x float64) float64 { return -math.Pow(x, 6) * 1000 }), 1)
	fails(t, err, "cuts off about 1 ")
	_, err = Tail(NewGrid(Uniform(-1, 1, 10)), formula(func(x float64) float64 { return -math.Pow(x, 6) * 1000 }), 1)
	fails(t, err, "without bound")
}
