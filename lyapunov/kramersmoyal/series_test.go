package kramersmoyal

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"hopflow/lyapunov/freeenergy"
)

func TestEvery(t *testing.T) {
	s := NewSeries(0.1, []float64{0, 1, 2, 3, 4, 5, 6, 7}, []float64{0, 10, 20, 30, 40, 50, 60, 70}).Every(3)
	if s.Err() != nil || s.Len() != 2 || math.Abs(s.Step()-0.3) > 1e-15 {
		t.Fatalf("%d increments of step %g: %v", s.Len(), s.Step(), s.Err())
	}
	p := s.pieces[0]
	if !slices.Equal(p.from[1], []float64{0, 30}) || !slices.Equal(p.to[0], []float64{3, 6}) {
		t.Errorf("from %v to %v", p.from, p.to)
	}
}

// A trajectory, its blocks one after the other, and its pairs are one series.
func TestWaysIn(t *testing.T) {
	x, y := turning(2, 3000, 1, 1, 1, 0.05)
	states, times := make([][]float64, len(x)), make([]float64, len(x))
	for i := range x {
		states[i], times[i] = []float64{x[i], y[i]}, 3+0.05*float64(i)
	}
	g := planeGrid(-2, 2, 6)
	r := &Regression{Bandwidth: Fixed(0.9)}
	want := estimated(t, NewSeries(0.05, x, y), g, r)
	blocks := NewSeries(0.05, x[:1001], y[:1001]).Append(x[1000:], y[1000:])
	e, err := NewEstimator(g, 0.05, r)
	if err != nil {
		t.Fatal(err)
	}
	for k := 0; k < 2999; k += 500 {
		last := min(k+501, 3000)
		if err := e.Add(NewSeries(0.05, x[k:last], y[k:last])); err != nil {
			t.Fatal(err)
		}
	}
	streamed, err := e.Fit()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*Coefficients{"trajectory": estimated(t, Sampled(times, states), g, r), "blocks": estimated(t, blocks, g, r), "streamed": streamed} {
		for _, p := range [][]int{{1, 0}, {0, 1}, {1, 1}, {3, 0}, {2, 2}} {
			a, b := c.D(p...), want.D(p...)
			for i := range b.Value {
				if math.Abs(a.Value[i]-b.Value[i]) > 1e-9*math.Abs(b.Value[i])+1e-12 || math.Abs(a.StdErr[i]/b.StdErr[i]-1) > 1e-6 {
					t.Fatalf("%s: D%v is %g ± %g, want %g ± %g", name, p, a.Value[i], a.StdErr[i], b.Value[i], b.StdErr[i])
				}
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	x := sampledOU(1, 400, 1, 1, 0.1)
	broken := func(i int, v float64) []float64 {
		b := slices.Clone(x)
		b[i] = v
		return b
	}
	times := make([]float64, 400)
	states := make([][]float64, 400)
	for i := range times {
		times[i], states[i] = 0.1*float64(i), []float64{x[i]}
	}
	uneven := slices.Clone(times)
	uneven[123] += 0.01
	g := lineGrid(-2, 2, 20)
	try := func(s *Series, g *freeenergy.Grid, r *Regression) error {
		_, err := Estimate(s, g, r)
		return err
	}
	fine := NewSeries(0.1, x)
	square := freeenergy.Uniform(-2, 2, 5)
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"step 0", try(NewSeries(0, x), g, nil), "time step 0"},
		{"step negative", try(NewSeries(-0.1, x), g, nil), "time step -0.1"},
		{"step NaN", try(NewSeries(nan, x), g, nil), "time step NaN"},
		{"estimator's step", func() error { _, err := NewEstimator(g, inf, nil); return err }(), "time step +Inf"},
		{"one value", try(NewSeries(0.1, x[:1]), g, nil), "run 0 has 1 values"},
		{"second run empty", try(NewSeries(0.1, x).Append(nil), g, nil), "run 1 has 0 values"},
		{"unequal coordinates", try(NewSeries(0.1, x, x[1:]), nil, nil), "400 values of x and 399 of y"},
		{"constant", try(NewSeries(0.1, make([]float64, 50)), nil, nil), "coordinate x is constant"},
		{"constant on a grid", try(NewSeries(0.1, make([]float64, 50)), g, nil), "begin in one cell of coordinate x"},
		{"constant, validated", try(NewSeries(0.1, make([]float64, 50)), g, &Regression{Bandwidth: CrossValidated{}}), "begin in one cell"},
		{"too short", try(NewSeries(0.1, x[:5]), g, nil), "no cell has an effective count of 20"},
		{"beyond the grid", try(fine, lineGrid(50, 60, 10), nil), "none of 399 increments begins on the grid"},
		{"not uniform", try(Sampled(uneven, states), g, nil), "between times 122 and 123, t = 12.31"},
		{"one state", try(Sampled(times[:1], states[:1]), g, nil), "trajectory of 1 states"},
		{"NaN", try(NewSeries(0.1, broken(77, nan)), g, nil), "x is NaN at index 77 of run 0"},
		{"NaN first", try(NewSeries(0.1, broken(0, nan)), g, nil), "x is NaN at index 0 of run 0"},
		{"NaN last", try(NewSeries(0.1, broken(399, nan)), g, nil), "x is NaN at index 399 of run 0"},
		{"infinite", try(NewSeries(0.1, x).Append(broken(5, -inf)), g, nil), "x is -Inf at index 5 of run 1"},
		{"NaN in y", try(NewSeries(0.1, x, broken(8, nan)), freeenergy.NewGrid(square, square), nil), "y is NaN at index 8 of run 0"},
		{"NaN beyond the grid", try(NewSeries(0.1, append([]float64{90, nan, 90}, x...)), g, nil), "x is NaN at index 1"},
		{"NaN, grid by the data", try(NewSeries(0.1, broken(77, nan)), nil, nil), "index 77"},
		{"NaN last, grid by the data", try(NewSeries(0.1, broken(399, inf)), nil, nil), "index 399"},
		{"NaN in a pair", try(Pairs(0.1, mat.NewDense(3, 1, []float64{0, 1, 0}), mat.NewDense(3, 1, []float64{0, nan, 1})), g, nil), "index 1 of run 0 (where increments end)"},
		{"overflow", try(NewSeries(0.1, broken(9, 1e60)), g, nil), "overflow"},
		{"bandwidth 0", try(fine, g, &Regression{Bandwidth: Fixed(0)}), "bandwidth 0 along x"},
		{"bandwidth negative", try(fine, g, &Regression{Bandwidth: Fixed(-1)}), "bandwidth -1 along x"},
		{"bandwidth NaN", try(fine, g, &Regression{Bandwidth: Fixed(nan)}), "bandwidth NaN along x"},
		{"no bandwidth", try(fine, g, &Regression{Bandwidth: Fixed()}), "0 bandwidths for 1 coordinates"},
		{"two bandwidths", try(fine, g, &Regression{Bandwidth: Fixed(1, 2)}), "2 bandwidths for 1 coordinates"},
		{"one cell", try(fine, lineGrid(-2, 2, 1), nil), "1 cell on axis x"},
		{"too coarse to compare", try(fine, lineGrid(-2, 2, 3), &Regression{Bandwidth: CrossValidated{}}), "too coarse to compare"},
		{"unequal cells", try(fine, freeenergy.NewGrid(freeenergy.Edges([]float64{0, 1, 3})), nil), "cells have to be equal"},
		{"periodic", try(fine, freeenergy.NewGrid(freeenergy.Periodic(0, 1, 4)), nil), "axis x is periodic"},
		{"three dimensions", func() error { _, err := NewEstimator(freeenergy.NewGrid(square, square, square), 1, nil); return err }(), "3 dimensions"},
		{"order 3", try(fine, g, &Regression{Order: 3}), "order 3"},
		{"kernel", try(fine, g, &Regression{Kernel: 7}), "kernel 7"},
		{"MinCount", try(fine, g, &Regression{MinCount: nan}), "MinCount NaN"},
		{"Slope", try(fine, g, &Regression{Slope: -1}), "Slope -1"},
		{"workers", try(fine, g, &Regression{Workers: -1}), "-1 workers"},
		{"every of pairs", Pairs(0.1, mat.NewDense(1, 1, nil), mat.NewDense(1, 1, nil)).Every(2).Err(), "no values between"},
		{"every of too few", fine.Every(400).Err(), "too few to take every 400-th"},
		{"another step", func() error {
			e, err := NewEstimator(g, 0.2, nil)
			if err != nil {
				return err
			}
			return e.Add(fine)
		}(), "time step 0.1 for an estimator of step 0.2"},
		{"after a NaN", func() error {
			e, err := NewEstimator(g, 0.1, nil)
			if err != nil {
				return err
			}
			if e.Add(NewSeries(0.1, broken(3, nan))) == nil {
				t.Error("a NaN is taken in")
			}
			_, err = e.Fit()
			e.Reset()
			if again := e.Add(fine); again != nil {
				t.Errorf("after Reset: %v", again)
			}
			return err
		}(), "Reset the estimator"},
		{"corrected twice", func() error { _, err := mustCorrect(t, estimated(t, fine, g, nil)).Corrected(); return err }(), "corrected already"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, c.err, c.want)
		}
	}
}

func TestPanics(t *testing.T) {
	x := sampledOU(1, 4000, 1, 1, 0.1)
	c := estimated(t, NewSeries(0.1, x), lineGrid(-2, 2, 20), nil)
	for name, f := range map[string]func(){
		"three coordinates": func() { NewSeries(1, x, x, x) },
		"Append":            func() { NewSeries(1, x).Append(x, x) },
		"Pairs":             func() { Pairs(1, mat.NewDense(2, 1, nil), mat.NewDense(3, 1, nil)) },
		"Sampled":           func() { Sampled(x, nil) },
		"ragged":            func() { Sampled([]float64{0, 1}, [][]float64{{1, 2}, {1}}) },
		"Every":             func() { NewSeries(1, x).Every(0) },
		"Box":               func() { NewSeries(1, x).Box(3, 3) },
		"Add":               func() { e, _ := NewEstimator(lineGrid(0, 1, 3), 1, nil); e.Add(NewSeries(1, x, x)) },
		"D of order 5":      func() { c.D(5) },
		"D of order 0":      func() { c.D(0) },
		"D in the plane":    func() { c.D(1, 0) },
		"corrected D4":      func() { mustCorrect(t, c).D(4) },
		"temperature":       func() { c.Potential(0) },
		"plane potential":   func() { c.PlanePotential(1) },
		"Z":                 func() { c.D(1).Z(0, 0) },
		"At":                func() { c.D(1).At(0, 0) },
		"coordinate":        func() { c.TestDiffusion(1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s does not panic", name)
				}
			}()
			f()
		}()
	}
}

// Whatever the numbers, an estimate without an error is finite.
func TestFiniteOrError(t *testing.T) {
	edge := rapid.SampledFrom([]float64{0, 5e-324, 1e-300, 1e-12, 1, -1, 0.5, 1e12, 1e300, -1e300, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64})
	estimates := 0
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.Float64Range(-2, 2)
		if rapid.Bool().Draw(t, "wild") {
			value = rapid.OneOf(rapid.Float64Range(-2, 2), rapid.Float64Range(-2, 2), edge)
		}
		n := rapid.IntRange(0, 100).Draw(t, "n")
		s := NewSeries(rapid.OneOf(rapid.Float64Range(0.01, 1), rapid.Float64Range(0.01, 1), edge).Draw(t, "step"), rapid.SliceOfN(value, n, n).Draw(t, "x"))
		if rapid.Bool().Draw(t, "plane") {
			s = NewSeries(0.1, rapid.SliceOfN(value, n, n).Draw(t, "x"), rapid.SliceOfN(value, n, n).Draw(t, "y"))
		}
		r := &Regression{
			MinCount: rapid.Float64Range(1, 4).Draw(t, "MinCount"), NadarayaWatson: rapid.Bool().Draw(t, "NW"),
			Bandwidth: rapid.SampledFrom([]Bandwidth{Silverman{}, Fixed(0.5), CrossValidated{}, Fixed(1e-3), Fixed(1e300), Fixed(1e-300)}).Draw(t, "h"),
			Order:     rapid.SampledFrom([]int{2, 4}).Draw(t, "order"),
		}
		g := lineGrid(-2, 2, 9)
		if s.Dim() == 2 {
			g = planeGrid(-2, 2, 4)
		}
		c, err := Estimate(s, g, r)
		if err != nil {
			return
		}
		estimates++
		finite := func(what string, curve *Curve) {
			for i, v := range curve.Value {
				if v-v != 0 || curve.StdErr != nil && curve.StdErr[i]-curve.StdErr[i] != 0 {
					t.Fatalf("%s in cell %d is %v ± %v, and no error", what, curve.Cells[i], v, curve.StdErr)
				}
			}
		}
		for a := range s.Dim() {
			finite("D1", c.Drift(a))
			finite("D2", c.Diffusion(a, 0))
			if test, err := c.TestDiffusion(a); err == nil {
				finite("ratio", test.Local)
				if test.Z-test.Z != 0 {
					t.Fatalf("%+v", test)
				}
			}
		}
		if d, err := c.Corrected(); err == nil {
			finite("corrected D1", d.Drift(0))
			finite("corrected D2", d.Diffusion(0, s.Dim()-1))
		}
		if s.Dim() == 1 {
			if p, err := c.Potential(1); err == nil {
				finite("energy", p.Energy)
			}
		} else if p, err := c.PlanePotential(1); err == nil {
			finite("energy", p.Energy)
			finite("force", p.Force[1])
		}
	})
	if estimates < 5 {
		t.Errorf("only %d estimates were made", estimates)
	}
}
