package wasserstein

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/freeenergy"
)

func points(n, dim int, x ...float64) *mat.Dense { return mat.NewDense(n, dim, x) }

// anyMeasure draws a measure in the unit cube: the kinds in turn have random
// weights, equal ones, weights in whole hundredths, which tie, weights that
// differ by factors of 10^12, and points on a coarse grid, where costs tie.
func anyMeasure(rng *rand.Rand, n, dim, kind int) *Measure {
	x, w := mat.NewDense(n, dim, nil), make([]float64, n)
	for i := range n {
		for c := range dim {
			v := rng.Float64()
			if kind == 4 {
				v = math.Floor(4*v) / 3
			}
			x.Set(i, c, v)
		}
		switch kind {
		case 1, 4:
			w[i] = 1
		case 2:
			w[i] = float64(1+rng.IntN(5)) / 100
		case 3:
			w[i] = math.Pow(10, -12*rng.Float64())
		default:
			w[i] = 0.05 + rng.ExpFloat64()
		}
	}
	m, err := Normalized(x, w)
	if err != nil {
		panic(err)
	}
	return m
}

func TestMeasureErrors(t *testing.T) {
	two := points(2, 2, 0.1, 0.2, 0.6, 0.7)
	for name, c := range map[string]struct {
		x      *mat.Dense
		w      []float64
		reason error
		text   string
	}{
		"nil":          {nil, []float64{1}, ErrEmpty, "give at least one point"},
		"empty":        {new(mat.Dense), nil, ErrEmpty, "no points"},
		"lengths":      {two, []float64{1}, ErrLength, "1 weights, 2 points"},
		"negative":     {two, []float64{1.5, -0.5}, ErrWeight, "weight 1 is -0.5"},
		"NaN":          {two, []float64{math.NaN(), 1}, ErrWeight, "weight 0 is NaN"},
		"infinite":     {two, []float64{1, math.Inf(1)}, ErrWeight, "weight 1 is +Inf"},
		"zero":         {two, []float64{0, 1}, ErrZero, "weight 0 is 0: drop the point: Normalized does that"},
		"sum":          {two, []float64{0.5, 0.4}, ErrMass, "their sum is 0.9"},
		"overflow":     {two, []float64{1e308, 1e308}, ErrMass, "+Inf"},
		"NaN point":    {points(2, 2, 0.1, 0.2, 0.6, math.NaN()), []float64{0.5, 0.5}, ErrPoint, "coordinate 1 of point 1 is NaN"},
		"almost":       {two, []float64{0.5, 0.5 + 1e-11}, ErrMass, "1.00000000001"},
		"infinite one": {points(1, 1, math.Inf(-1)), []float64{1}, ErrPoint, "coordinate 0 of point 0 is -Inf"},
	} {
		_, err := NewMeasure(c.x, c.w)
		var e *MeasureError
		if !errors.Is(err, c.reason) || !errors.As(err, &e) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v, want %v with %q", name, err, c.reason, c.text)
		}
	}
}

func TestNormalized(t *testing.T) {
	x := points(4, 1, 1, 2, 3, 4)
	m, err := Normalized(x, []float64{1e308, 0, 1.5e308, 0})
	if err != nil {
		t.Fatal(err)
	}
	if m.Len() != 2 || m.Point(1)[0] != 3 || math.Abs(m.W[0]-0.4) > 1e-15 {
		t.Errorf("points %v weights %v", m.X, m.W)
	}
	for name, w := range map[string][]float64{"zeros": {0, 0, 0, 0}, "negative": {1, 1, -1, 1}, "NaN": {1, math.NaN(), 1, 1}, "short": {1}, "Inf": {1, 1, 1, math.Inf(1)}} {
		if m, err := Normalized(x, w); err == nil {
			t.Errorf("%s: got %v, want an error", name, m.W)
		}
	}
	if _, err := Normalized(nil, nil); !errors.Is(err, ErrEmpty) {
		t.Errorf("nil: %v", err)
	}
}

// A measure keeps copies, and its mean is that of its weights.
func TestMeasureCopies(t *testing.T) {
	x, w := points(2, 1, 0.2, 0.7), []float64{0.3, 0.7}
	m, err := NewMeasure(x, w)
	if err != nil {
		t.Fatal(err)
	}
	u := UniformMeasure(x)
	x.Set(0, 0, 9)
	w[0] = 9
	if got := m.Mean(func(x []float64) float64 { return x[0] * x[0] }); math.Abs(got-(0.3*0.04+0.7*0.49)) > 1e-15 {
		t.Errorf("mean of x² is %v", got)
	}
	if u.Point(0)[0] != 0.2 || u.W[1] != 0.5 {
		t.Errorf("uniform: %v %v", u.X, u.W)
	}
	if p := m.Permuted([]int{1, 0}); p.Point(0)[0] != 0.7 || p.W[0] != 0.7 {
		t.Errorf("permuted: %v %v", p.X, p.W)
	}
	if _, err := m.Push(1, func(dst, x []float64) { dst[0] = math.Log(-x[0]) }); !errors.Is(err, ErrPoint) {
		t.Errorf("image: %v", err)
	}
}

// The sum of 10^6 equal weights is 1 to rounding, where adding them one by one
// misses by more than the tolerance.
func TestMassOfManyPoints(t *testing.T) {
	n := 1_000_000
	w := make([]float64, n)
	for i := range w {
		w[i] = 1 / float64(n)
	}
	plain := 0.0
	for _, v := range w {
		plain += v
	}
	if math.Abs(plain-1) <= massTolerance {
		t.Fatalf("plain sum misses by %g: the test shows nothing", plain-1)
	}
	if err := checkWeights(w); err != nil {
		t.Error(err)
	}
}

func TestOfDensity(t *testing.T) {
	g := freeenergy.NewGrid(freeenergy.Edges([]float64{0, 0.5, 0.75, 1}))
	m, err := OfDensity(&freeenergy.Density{Grid: g, P: []float64{0.8, 0, 2.4}})
	if err != nil {
		t.Fatal(err)
	}
	if m.Len() != 2 || m.Point(1)[0] != 0.875 || math.Abs(m.W[0]-0.4) > 1e-15 {
		t.Errorf("points %v weights %v", m.X, m.W)
	}
	if _, err := OfDensity(&freeenergy.Density{Grid: g, P: []float64{1, 1, 2}}); err == nil {
		t.Error("mass 1.25 is taken")
	}
}

func TestMeasurePanics(t *testing.T) {
	m := UniformMeasure(points(2, 1, 0.2, 0.7))
	for name, f := range map[string]func(){
		"nil":         func() { UniformMeasure(nil) },
		"empty":       func() { UniformMeasure(new(mat.Dense)) },
		"column":      func() { Product(m, m).At(0, 2) },
		"no column":   func() { Product(m, m).At(0, -1) },
		"permutation": func() { m.Permuted([]int{0}) },
		"twice":       func() { m.Permuted([]int{1, 1}) },
		"beyond":      func() { m.Permuted([]int{0, 2}) },
		"own plan":    func() { (&Plan{M: Product(m, m)}).Check(m, m) },
		"potentials": func() {
			(&Plan{M: Product(m, m), U: []float64{0}, V: []float64{0, 0}, ground: SquaredEuclidean()}).Check(m, m)
		},
		"tolerance":  func() { (JKO{Energy: level{}, KernelTolerance: -1}).Predicted(nil, nil) },
		"loose":      func() { (JKO{Energy: level{}, KernelTolerance: 0.02}).Predicted(nil, nil) },
		"NaN":        func() { (JKO{Energy: level{}, KernelTolerance: math.NaN()}).Predicted(nil, nil) },
		"crowding":   func() { published().Predicted(points(2, 2, 0.1, 0.2, 0.3, 0.4), []float64{1}) },
		"no chart":   func() { SquaredDistance(nil) },
		"label":      func() { (&Table{points(1, 1, 2)}).Between([]float64{0.5}, []float64{0}) },
		"costs":      func() { CostMatrix(SquaredEuclidean(), m, UniformMeasure(points(1, 2, 1, 2))) },
		"lengths":    func() { SquaredEuclidean().Between([]float64{1}, []float64{1, 2}) },
		"assignment": func() { Assignment(points(1, 2, 1, 2)) },
		"path":       func() { PathAction([]*Measure{m}, []float64{0}, SquaredEuclidean()) },
		"times":      func() { PathAction([]*Measure{m, m}, []float64{0, 0}, SquaredEuclidean()) },
		"pieces":     func() { (&Motion{}).Path(0) },
		"time":       func() { (&Motion{}).At(1.5) },
		"entry":      func() { Product(m, m).At(2, 0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
