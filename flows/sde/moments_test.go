package sde_test

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"hopflow/flows/sde"
	"hopflow/internal/trials"
)

// standing is an ensemble whose particles stand where the rows of a matrix are.
func standing(x *mat.Dense, workers int) sde.Ensemble {
	n, dim := x.Dims()
	return sde.Ensemble{
		System: jump(make([]float64, dim)), Particles: n, Step: 1, Workers: workers,
		Start: func(dst []float64, p int, _ *sde.Stream) { copy(dst, x.RawRowView(p)) },
	}
}

// Streamed moments are those of the whole cloud at once, with an offset that
// would cancel all digits of raw sums.
func TestMomentsAreThoseOfTheCloud(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, dim := rapid.IntRange(2, 1500).Draw(t, "particles"), rapid.IntRange(1, 4).Draw(t, "coordinates")
		offset := rapid.SampledFrom([]float64{0, -3, 1e7}).Draw(t, "offset")
		s := sde.NewStream(rapid.Uint64().Draw(t, "seed"))
		x := mat.NewDense(n, dim, nil)
		x.Apply(func(i, j int, _ float64) float64 { return offset + s.ExpFloat64()*float64(1+j) }, x)
		e := standing(x, 3)
		m, mean := sde.NewMoments(), sde.NewMean(func(x []float64) float64 { return x[0] })
		if _, err := e.Run(0, 1, m, mean); err != nil {
			t.Fatal(err)
		}
		near := func(what string, got, want float64) {
			if tol := 1e-13 * (1 + math.Abs(offset)); !(math.Abs(got-want) <= tol*math.Max(1, math.Abs(want))*100) {
				t.Errorf("%s: %.15g, want %.15g (N = %d)", what, got, want, n)
			}
		}
		var cov mat.SymDense
		stat.CovarianceMatrix(&cov, x, nil)
		for i := range dim {
			a := mat.Col(nil, i, x)
			near("mean", m.Mean(0, i).Value, stat.Mean(a, nil))
			near("its error", m.Mean(0, i).StdErr, stat.StdErr(stat.StdDev(a, nil), float64(n)))
			for j := range dim {
				b := mat.Col(nil, j, x)
				near("covariance", m.Cov(0, i, j).Value, cov.At(i, j))
				near("covariance", m.Covariance(0).At(i, j), cov.At(i, j))
				products := make([]float64, n)
				for k := range products {
					products[k] = (a[k] - stat.Mean(a, nil)) * (b[k] - stat.Mean(b, nil))
				}
				// Of two particles the products are equal, and their spread is rounding.
				if got, want := m.Cov(0, i, j).StdErr, stat.StdErr(stat.StdDev(products, nil), float64(n)); n > 2 && math.Abs(got-want) > 1e-6*(1+math.Abs(offset)/1e3)*(want+math.Abs(cov.At(i, j))) {
					t.Errorf("error of the covariance: %g, want %g", got, want)
				}
			}
		}
		if m.Mean(0, 0).N != n || mean.Estimate(0).N != n {
			t.Errorf("N = %d, want %d", m.Mean(0, 0).N, n)
		}
		near("Mean", mean.Estimate(0).Value, m.Mean(0, 0).Value)
		near("its error", mean.Estimate(0).StdErr, m.Mean(0, 0).StdErr)
	})
}

// The standard errors are what the estimates vary by: 200 ensembles of 500.
func TestStandardErrors(t *testing.T) {
	const seeds, n = 200, 500
	var mean, variance, meanErr, varianceErr []float64
	for seed := range seeds {
		e := sde.Ensemble{System: uhlenbeck(0, 1), Particles: n, Step: 1, Seed: uint64(seed), Start: func(x []float64, _ int, s *sde.Stream) { x[0] = s.ExpFloat64() }}
		m := sde.NewMoments(0)
		if _, err := e.Run(0, 1, m); err != nil {
			t.Fatal(err)
		}
		a, b := m.Mean(0, 0), m.Cov(0, 0, 0)
		mean, variance, meanErr, varianceErr = append(mean, a.Value), append(variance, b.Value), append(meanErr, a.StdErr), append(varianceErr, b.StdErr)
	}
	for name, c := range map[string][2][]float64{"mean": {mean, meanErr}, "variance": {variance, varianceErr}} {
		// The ratio varies by 1/√400 = 0.05, more for the heavy tail of variance.
		if r := stat.StdDev(c[0], nil) / stat.Mean(c[1], nil); r < 0.75 || r > 1.33 {
			t.Errorf("%s: estimates vary by %.3f of the standard error", name, r)
		}
	}
	if z := (stat.Mean(variance, nil) - 1) / math.Sqrt(8./n/seeds); math.Abs(z) > 5 { // var of s² is 8/N
		t.Errorf("the variance is biased, z = %.1f", z)
	}
}

func TestCourses(t *testing.T) {
	e := sde.Ensemble{System: uhlenbeck(1, 2), Particles: 100, Step: 0.1, Seed: 1, Start: sde.At(1, 2)}
	m, f := sde.NewMoments(0, 0.5, 1), sde.NewMean(func(x []float64) float64 { return x[1] }, 0, 0.5, 1)
	if _, err := e.Run(0, 1, m, f); err != nil {
		t.Fatal(err)
	}
	c := m.Means(1)
	x, y := c.XY(1)
	_, up := c.Shifted(2).XY(1)
	low, high := c.YError(1)
	if m.Len() != 3 || f.Len() != 3 || c.Len() != 3 || x != 0.5 || y != m.Mean(1, 1).Value || up != y+2*low || low != high || f.Time(2) != 1 || m.Time(1) != 0.5 {
		t.Errorf("the course is %+v", c)
	}
	if got, want := f.Course().Estimate[2], m.Mean(2, 1); math.Abs(got.Value-want.Value) > 1e-13 || m.Variances(0).Estimate[0].Value != 0 {
		t.Errorf("%v, %v", got, want)
	}
	alone := standing(mat.NewDense(1, 1, []float64{3}), 1)
	one := sde.NewMoments()
	if _, err := alone.Run(0, 1, one); err != nil || one.Mean(0, 0).Value != 3 || !math.IsInf(one.Mean(0, 0).StdErr, 1) {
		t.Errorf("one particle: %v", one.Mean(0, 0))
	}
}

// Observers that look at moving particles only.
func TestMovingOnly(t *testing.T) {
	e := sde.Ensemble{System: uhlenbeck(0, 1), Boundary: sde.Absorbing([]float64{-1}, []float64{1}), Particles: 3000, Step: 0.01, Seed: 1, Start: sde.At(0)}
	all, some := sde.NewMoments(), sde.NewMoments().Moving()
	f, g := sde.NewMean(func(x []float64) float64 { return math.Abs(x[0]) }), sde.NewMean(func(x []float64) float64 { return math.Abs(x[0]) }).Moving()
	c, err := e.Run(0, 0.4, all, some, f, g)
	if err != nil {
		t.Fatal(err)
	}
	left := c.Exited()
	if some.N(0) != 3000-left || all.N(0) != 3000 || g.Estimate(0).N != 3000-left || left < 500 {
		t.Errorf("%d left; %d and %d are seen", left, some.N(0), all.N(0))
	}
	if want := (float64(left) + float64(3000-left)*g.Estimate(0).Value) / 3000; math.Abs(f.Estimate(0).Value-want) > 1e-12 {
		t.Errorf("mean |x| %v, want %g", f.Estimate(0), want)
	}
}

// The time average of x and x² over one long path of Euler-Maruyama for dX =
// -X dt + √2 dW: 0 and 1/(1-h/2), with correlation times (1+r)/(1-r)/2, r = 1-h
// and (1-h)². The standard error is what averages vary by: it is tested by the
// z-scores of all seeds, whose mean square is 1 within 1/√10 each.
func TestTimeAverages(t *testing.T) {
	const h, steps = 0.1, 40_000
	for name, c := range map[string]struct {
		f       func(x []float64) float64
		want, r float64
	}{
		"x":  {func(x []float64) float64 { return x[0] }, 0, 1 - h},
		"x²": {func(x []float64) float64 { return x[0] * x[0] }, 1 / (1 - h/2), (1 - h) * (1 - h)},
	} {
		var squares, time float64
		for seed := range trials.Of(t, 20) {
			e := sde.Ensemble{System: uhlenbeck(1, 1), Particles: 1, Step: h, Seed: uint64(seed), Start: sde.At(0)}
			o := sde.NewAverages(c.f, 1, 100)
			if _, err := e.Run(0, steps*h, o); err != nil {
				t.Fatal(err)
			}
			a, err := o.Average()
			z := (a.Value - c.want) / a.StdErr
			if err != nil || math.Abs(z) > 6.2 || a.N != steps-99 { // Student's t with some 100 degrees
				t.Errorf("%s, seed %d: %+v, z = %.1f, %v", name, seed, a, z, err)
			}
			squares += z * z
			time += a.Correlation
		}
		n := float64(trials.Of(t, 20))
		if s := squares / n; s < 0.2 || s > 2.6 {
			t.Errorf("%s: the z-scores have a mean square of %.2f", name, s)
		}
		if want := (1 + c.r) / (1 - c.r) / 2; math.Abs(time/n/want-1) > 0.3 {
			t.Errorf("%s: correlation time %.2f values, want %.2f", name, time/n, want)
		}
		t.Logf("%s: mean square z %.2f, correlation time %.2f of %.2f", name, squares/n, time/n, (1+c.r)/(1-c.r)/2)
	}
}

func TestBatches(t *testing.T) {
	var b sde.Batches
	if _, err := b.Average(); !errors.Is(err, sde.ErrShort) {
		t.Errorf("nothing: %v", err)
	}
	for range 127 {
		b.Add(2)
	}
	if _, err := b.Average(); !errors.Is(err, sde.ErrShort) {
		t.Errorf("127 values: %v", err)
	}
	for range 1000 {
		b.Add(2)
	}
	if a, err := b.Average(); err != nil || a.Value != 2 || a.StdErr != 0 || a.N != 1127 || a.Effective != 1127 {
		t.Errorf("a constant: %+v, %v", a, err)
	}
	b.Add(math.NaN())
	if _, err := b.Average(); err == nil {
		t.Error("NaN passes")
	}
	var slow sde.Batches
	x, s := 0.0, sde.NewStream(3)
	for range 2000 {
		x += s.NormFloat64() // never forgets
		slow.Add(x)
	}
	if a, err := slow.Average(); !errors.Is(err, sde.ErrShort) {
		t.Errorf("a random walk: %+v, %v", a, err)
	}
	// White noise: every value counts.
	var white sde.Batches
	for range 100_000 {
		white.Add(s.NormFloat64())
	}
	if a, err := white.Average(); err != nil || math.Abs(a.Effective/1e5-1) > 0.6 || math.Abs(a.Value/a.StdErr) > 6.2 || a.Batches < 128 {
		t.Errorf("white noise: %+v, %v", a, err)
	}
}
