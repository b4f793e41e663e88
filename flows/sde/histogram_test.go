package sde_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"hopflow/flows/sde"
	"hopflow/internal/trials"
	"hopflow/lyapunov/freeenergy"
)

// Counts against a search through all cells, on uniform, uneven and periodic
// axes, edges included.
func TestHistogramCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		uneven := freeenergy.Edges([]float64{-1, -0.999, 0, 0.1, 2})
		axes := []freeenergy.Axis{freeenergy.Uniform(-1, 0.7, 7), uneven, freeenergy.Periodic(0, 1, 3)}
		g := freeenergy.NewGrid(axes[rapid.IntRange(0, 2).Draw(t, "x")], axes[rapid.IntRange(0, 2).Draw(t, "y")])
		n := rapid.IntRange(1, 400).Draw(t, "particles")
		x := mat.NewDense(n, 3, nil)
		s := sde.NewStream(rapid.Uint64().Draw(t, "seed"))
		x.Apply(func(_, d int, _ float64) float64 {
			if a := g.Axis(d % 2); s.Float64() < 0.2 {
				return a.Edge(int(s.Float64() * float64(a.Len()+1)))
			}
			return 4*s.Float64() - 2
		}, x)
		want, outside := make([]int, g.Len()), 0
		for i := range n {
			if cell := slowly(g, x.At(i, 2), x.At(i, 1)); cell < 0 {
				outside++
			} else {
				want[cell]++
			}
		}
		e := standing(x, 2)
		h := sde.NewHistogram(g, 0, 1).Of(2, 1)
		pooled := sde.NewHistogram(g, 0, 1).Of(2, 1).Pooled()
		if _, err := e.Run(0, 1, h, pooled); err != nil {
			t.Fatal(err)
		}
		counted := sde.NewHistogram(g).Of(2, 1).Count(x)
		for i, c := range want {
			if h.Counts(0)[i] != c || h.Counts(1)[i] != c || pooled.Counts(0)[i] != 2*c || counted.Counts(0)[i] != c {
				t.Fatalf("cell %d: %d, %d, %d, %d, want %d", i, h.Counts(0)[i], h.Counts(1)[i], pooled.Counts(0)[i], counted.Counts(0)[i], c)
			}
		}
		if h.Outside(1) != outside || pooled.Outside(0) != 2*outside || h.N(0) != n-outside || pooled.Len() != 1 || h.Len() != 2 || h.Time(1) != 1 {
			t.Errorf("%d outside, want %d", h.Outside(1), outside)
		}
		if outside < n {
			p, share, err := h.Density(1)
			if err != nil || p.Check() != nil || math.Abs(share-float64(outside)/float64(n)) > 1e-15 {
				t.Errorf("density: %v, %v, outside %g", err, p.Check(), share)
			}
		}
	})
}

// slowly looks for a point's cell.
func slowly(g *freeenergy.Grid, x ...float64) int {
	place := make([]int, len(x))
	for d, v := range x {
		a, found := g.Axis(d), false
		if a.IsPeriodic() {
			v -= math.Floor(v)
		}
		for i := range a.Len() {
			if v >= a.Edge(i) && (v < a.Edge(i+1) || i == a.Len()-1 && v == a.Edge(i+1)) {
				place[d], found = i, true
			}
		}
		if !found {
			return -1
		}
	}
	return g.Index(place...)
}

// gauss is the cell means of the standard normal density on [-5, 5].
func gauss(t testing.TB, cells int) *freeenergy.Density {
	t.Helper()
	g := freeenergy.NewGrid(freeenergy.Uniform(-5, 5, cells))
	p, err := freeenergy.Normalized(g, func(x []float64) float64 {
		w := 5 / float64(cells)
		return math.Erf((x[0]+w)/math.Sqrt2) - math.Erf((x[0]-w)/math.Sqrt2)
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Both tests hold for samples of the density and fail for others: N = 5,000.
func TestTwoSampleTests(t *testing.T) {
	q := gauss(t, 80)
	F, err := sde.CDFOf(q)
	if err != nil {
		t.Fatal(err)
	}
	exact, err := sde.TabulateCDF(func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }, -6, 6, 2000)
	if err != nil {
		t.Fatal(err)
	}
	x := mat.NewDense(5000, 1, nil)
	for seed := range trials.Of(t, 20) {
		s := sde.NewStream(uint64(seed), 99)
		for shift, low := range map[float64]float64{0: -6, 0.3: 6} {
			x.Apply(func(int, int, float64) float64 { return s.NormFloat64() + shift }, x)
			c, err := sde.NewHistogram(q.Grid).Count(x).ChiSquare(0, q)
			if err != nil {
				t.Fatal(err)
			}
			w, err := exact.W1(x.RawMatrix().Data)
			if err != nil {
				t.Fatal(err)
			}
			onGrid, err := F.W1(x.RawMatrix().Data)
			if err != nil || math.Abs(onGrid.Distance-w.Distance) > 0.01 || math.Abs(onGrid.Expected/w.Expected-1) > 0.02 {
				t.Errorf("W1 on the grid %+v, exact %+v, %v", onGrid, w, err)
			}
			if shift == 0 && (math.Abs(c.Z) > worst || w.Z > 8 || w.Z < -3.5) || shift > 0 && (c.Z < low || w.Z < low || c.P > 1e-6) {
				t.Errorf("seed %d, shift %g: %+v, %+v", seed, shift, c, w)
			}
		}
	}
}

// The mean and the deviation of W1 by chance, over 1,000 samples of 400.
func TestW1ByChance(t *testing.T) {
	exact, err := sde.TabulateCDF(func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }, -6, 6, 1000)
	if err != nil {
		t.Fatal(err)
	}
	const n = 1000
	s, x := sde.NewStream(5), make([]float64, 400)
	var sum, square, expected, stderr float64
	for range n {
		s.Normals(x)
		w, err := exact.W1(x)
		if err != nil {
			t.Fatal(err)
		}
		sum, square, expected, stderr = sum+w.Distance, square+w.Distance*w.Distance, w.Expected, w.StdErr
	}
	mean := sum / n
	deviation := math.Sqrt(square/n - mean*mean)
	if z := (mean - expected) / (stderr / math.Sqrt(n)); math.Abs(z) > 6 {
		t.Errorf("mean distance %g, by chance %g, z = %.1f", mean, expected, z)
	}
	if r := deviation / stderr; math.Abs(r-1) > 0.15 { // its own error is about 4 %
		t.Errorf("the distance varies by %g, by chance %g", deviation, stderr)
	}
	t.Logf("mean %.5f, by chance %.5f; deviation %.5f, by chance %.5f", mean, expected, deviation, stderr)
}

// Closed forms of W1: one point against a uniform density, shifts, the order of
// the arguments, and a sample against itself.
func TestW1(t *testing.T) {
	F, err := sde.CDFOf(freeenergy.Uniformly(freeenergy.NewGrid(freeenergy.Uniform(0, 1, 3))))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{[]float64{0.5, 0.5}, 0.25}, {[]float64{0, 1}, 0.25}, {[]float64{3, 3}, 2.5}, {[]float64{-1, -1}, 1.5}, {[]float64{0.25, 0.75}, 0.125},
	} {
		if w, err := F.W1(c.x); err != nil || math.Abs(w.Distance-c.want) > 1e-15 {
			t.Errorf("W1 of %v from the uniform density is %v (%v), want %g", c.x, w.Distance, err, c.want)
		}
	}
	a, b := []float64{3, 1, 2}, []float64{5, 3, 4, 4}
	if d, e := sde.W1Between(a, b), sde.W1Between(b, a); math.Abs(d-2) > 1e-15 || d != e || sde.W1Between(a, a) != 0 {
		t.Errorf("W1 of two samples is %g and %g, want 2", d, e)
	}
	for _, x := range [][]float64{{}, {1}, {1, math.NaN()}, {math.Inf(1), 0}} {
		if _, err := F.W1(x); err == nil {
			t.Errorf("W1 of %v", x)
		}
	}
	for _, f := range []func(x float64) float64{math.Sin, func(float64) float64 { return 0.5 }, func(float64) float64 { return math.NaN() }} {
		if _, err := sde.TabulateCDF(f, 0, 3, 10); err == nil {
			t.Error("what is no distribution function passes")
		}
	}
}

func TestChiSquareRefuses(t *testing.T) {
	g := freeenergy.NewGrid(freeenergy.Uniform(0, 2, 4))
	q := freeenergy.Density{Grid: g, P: []float64{1, 1, 0, 0}}
	x := mat.NewDense(100, 1, nil)
	x.Set(7, 0, 1.7)
	if _, err := sde.NewHistogram(g).Count(x).ChiSquare(0, &q); err == nil {
		t.Error("a particle where the density is 0 passes")
	}
	if _, err := sde.NewHistogram(g).Count(mat.NewDense(3, 1, nil)).ChiSquare(0, freeenergy.Uniformly(g)); err == nil {
		t.Error("three particles pass")
	}
	q.P[0] = math.NaN()
	if _, err := sde.NewHistogram(g).Count(x).ChiSquare(0, &q); err == nil {
		t.Error("NaN passes")
	}
	mustPanic(t, "another grid", func() { sde.NewHistogram(g).Count(x).ChiSquare(0, gauss(t, 4)) })
	// A fair die, by hand: 2·5² / 50 in two cells of 50.
	x.Zero()
	for i := range 55 {
		x.Set(i, 0, 0.6)
	}
	c, err := sde.NewHistogram(g).Count(x).ChiSquare(0, &freeenergy.Density{Grid: g, P: []float64{1, 1, 0, 0}})
	if err != nil || math.Abs(c.Statistic-1) > 1e-12 || c.Freedom != 1 || math.Abs(c.P-0.31731050786) > 1e-10 || c.N != 100 {
		t.Errorf("χ² by hand: %+v, %v", c, err)
	}
}
