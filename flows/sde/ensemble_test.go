package sde_test

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/sde"
	"hopflow/internal/trials"
	"hopflow/lyapunov/freeenergy"
)

// worst is a bound for the z-scores of a test with many seeds: 5.7 is exceeded
// with probability 1.2e-8.
const worst = 5.7

// uhlenbeck is dX = -k X dt + √2 dW in dim coordinates, in every form.
func uhlenbeck(k float64, dim int) *sde.System {
	return &sde.System{
		Dim: dim, Shape: sde.Diagonal,
		Drift: func(dst []float64, _ float64, x []float64) {
			for i, v := range x {
				dst[i] = -k * v
			}
		},
		Noise: func(dst []float64, _ float64, _, dw []float64) {
			for i, w := range dw {
				dst[i] = math.Sqrt2 * w
			}
		},
	}
}

// lively is a system in two coordinates with a noise that varies, and its
// block forms.
func lively() *sde.System {
	s := &sde.System{
		Dim: 2, Shape: sde.Diagonal,
		Drift: func(dst []float64, t float64, x []float64) {
			dst[0], dst[1] = x[1]-x[0], math.Sin(t)-x[0]*x[1]
		},
		Noise: func(dst []float64, _ float64, x, dw []float64) {
			dst[0], dst[1] = math.Sqrt(1+x[0]*x[0]/4)*dw[0], math.Sqrt(0.5+x[1]*x[1]/8)*dw[1]
		},
	}
	return s
}

func withBlocks(s *sde.System, variance bool) *sde.System {
	s.DriftBlock = func(dst [][]float64, t float64, x [][]float64) {
		for i, v := range x[0] {
			w := x[1][i]
			dst[0][i], dst[1][i] = w-v, math.Sin(t)-v*w
		}
	}
	rate := func(dst [][]float64, _ float64, x [][]float64) {
		for i, v := range x[0] {
			w := x[1][i]
			dst[0][i], dst[1][i] = 1+v*v/4, 0.5+w*w/8
		}
	}
	s.NoiseBlock = func(dst [][]float64, t float64, x, dw [][]float64) {
		rate(dst, t, x)
		for d, row := range dst {
			for i, v := range row {
				row[i] = math.Sqrt(v) * dw[d][i]
			}
		}
	}
	if variance {
		s.VarianceBlock = rate
	}
	return s
}

func digest(x *mat.Dense) string {
	var h uint64
	for _, v := range x.RawMatrix().Data {
		h = (h ^ math.Float64bits(v)) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	return fmt.Sprintf("%x", h)
}

// Everything that comes out of a run is the same to the last bit for 1, 2, 3, 7
// and 64 workers: clouds, exits, observers, with a last block that is not full
// and boundaries that draw.
func TestWorkersDoNotMatter(t *testing.T) {
	var first string
	for _, workers := range []int{1, 2, 3, 7, 64} {
		e := sde.Ensemble{
			System: withBlocks(lively(), true), Boundary: sde.Boundaries(sde.Absorb(-1, 1), sde.Reflect(-1, 1)).Bridged(),
			Particles: 5003, Step: 0.01, Seed: 4, Workers: workers, Start: sde.Uniform([]float64{-0.9, -0.9}, []float64{0.9, 0.9}),
		}
		times := sde.Times(0, 0.5, 4)
		moments := sde.NewMoments(times...)
		mean := sde.NewMean(func(x []float64) float64 { return math.Exp(x[0]) }, times...)
		moving := sde.NewMean(func(x []float64) float64 { return x[1] }, 0.123, 0.5).Moving()
		axis := freeenergy.Uniform(-0.9, 0.9, 9)
		counts := sde.NewHistogram(freeenergy.NewGrid(axis, axis), times...)
		paths := sde.NewThinned(5, 4000, 3)
		averages := sde.NewAverages(func(x []float64) float64 { return x[0] }, 1, 10)
		cloud, err := e.Run(0, 0.5, moments, mean, moving, counts, paths, averages)
		if err != nil {
			t.Fatal(err)
		}
		average, _ := averages.Average()
		var all string
		for k := range times {
			all += fmt.Sprint(moments.N(k), moments.Mean(k, 1), moments.Cov(k, 0, 1), mean.Estimate(k), counts.Counts(k), counts.Outside(k), "\n")
		}
		all += fmt.Sprint(moving.Estimate(0), moving.Estimate(1), digest(cloud.X), cloud.Exit, *paths.Trajectory(0), *paths.Trajectory(1), average)
		if first == "" {
			first = all
			if n := cloud.Exited(); n < 1000 || n > 4500 {
				t.Fatalf("%d of %d particles are absorbed: the test does not test", n, e.Particles)
			}
		} else if all != first {
			t.Errorf("%d workers give another result than one", workers)
		}
	}
}

// A system gives one result in all its forms: particle by particle, by blocks,
// and through its variance. (Where the compiler fuses multiplications and
// additions, it may not do so everywhere, hence the tolerance.)
func TestFormsAgree(t *testing.T) {
	run := func(s *sde.System, scheme sde.Scheme) *mat.Dense {
		e := sde.Ensemble{System: s, Scheme: scheme, Particles: 700, Step: 0.05, Seed: 9, Start: sde.Gaussian([]float64{0, 1}, []float64{1, 0.5})}
		c, err := e.Run(0, 1)
		if err != nil {
			t.Fatal(err)
		}
		return c.X
	}
	want := run(lively(), nil)
	for name, got := range map[string]*mat.Dense{
		"blocks": run(withBlocks(lively(), false), nil), "variance": run(withBlocks(lively(), true), nil), "by name": run(lively(), sde.EulerMaruyama),
	} {
		if !mat.EqualApprox(got, want, 1e-11) {
			t.Errorf("%s: another result", name)
		}
	}
}

// Euler-Maruyama for dX = -X dt + √2 dW is a Gaussian chain: from x0, mean
// (1-h)^n x0 and variance (1-(1-h)^2n)/(1-h/2). N = 4,096 particles, each seed.
func TestEnsembleHasTheSchemesLaw(t *testing.T) {
	const h, n, x0, particles = 0.1, 12, 1.5, 4096
	mean := math.Pow(1-h, n) * x0
	variance := (1 - math.Pow(1-h, 2*n)) / (1 - h/2)
	for seed := range trials.Of(t, 20) {
		e := sde.Ensemble{System: uhlenbeck(1, 2), Particles: particles, Step: h, Seed: uint64(seed), Start: sde.At(x0, -x0)}
		m := sde.NewMoments()
		if _, err := e.Run(0, n*h, m); err != nil {
			t.Fatal(err)
		}
		for name, z := range map[string]float64{
			"mean": (m.Mean(0, 0).Value - mean) / math.Sqrt(variance/particles), "mean 1": (m.Mean(0, 1).Value + mean) / m.Mean(0, 1).StdErr,
			"variance":   (m.Cov(0, 0, 0).Value/variance - 1) / math.Sqrt(2./particles),
			"covariance": m.Cov(0, 0, 1).Value / m.Cov(0, 0, 1).StdErr,
			"variance 1": (m.Cov(0, 1, 1).Value - variance) / m.Cov(0, 1, 1).StdErr,
		} {
			if math.Abs(z) > worst {
				t.Errorf("seed %d: %s, z = %.1f", seed, name, z)
			}
		}
	}
}

// Reflection and wrapping of a Brownian motion with a constant drift of 0 are
// exact at any h: the density is the sum of the images. N = 2,000, √N D.
func TestFoldedBrownianMotion(t *testing.T) {
	const n, end, x0 = 2000, 0.09, 0.2
	brownian := uhlenbeck(0, 1)
	images := func(mirror bool) func(x float64) float64 { // distribution function on [0, 1], variance 2 end
		return func(x float64) (F float64) {
			s := math.Sqrt(2 * end)
			Phi := func(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }
			for k := -3; k <= 3; k++ {
				if c := x0 + float64(k); !mirror {
					F += Phi((x-c)/s) - Phi(-c/s)
				} else {
					for _, c := range []float64{2*float64(k) + x0, 2*float64(k) - x0} {
						F += Phi((x-c)/s) - Phi(-c/s)
					}
				}
			}
			return F
		}
	}
	for seed := range trials.Of(t, 20) {
		for name, c := range map[string]struct {
			b sde.Boundary
			F func(float64) float64
		}{"reflect": {sde.Reflecting([]float64{0}, []float64{1}), images(true)}, "wrap": {sde.Periodic([]float64{0}, []float64{1}), images(false)}} {
			e := sde.Ensemble{System: brownian, Boundary: c.b, Particles: n, Step: 0.03, Seed: uint64(seed), Start: sde.At(x0)}
			cloud, err := e.Run(0, end)
			if err != nil {
				t.Fatal(err)
			}
			if d := kolmogorov(cloud.Column(0), c.F); d > 3.2 { // 3e-9
				t.Errorf("seed %d, %s: √N D = %.2f", seed, name, d)
			}
		}
	}
}

func kolmogorov(x []float64, F func(float64) float64) (d float64) {
	slices.Sort(x)
	n := float64(len(x))
	for i, v := range x {
		d = max(d, F(v)-float64(i)/n, float64(i+1)/n-F(v))
	}
	return d * math.Sqrt(n)
}

// The last step lands on t1; observers at times of the grid change nothing, and
// one at another time splits a step and nothing else.
func TestTimesAreLandedOn(t *testing.T) {
	e := sde.Ensemble{System: uhlenbeck(1, 1), Particles: 300, Step: 0.1, Seed: 2, Start: sde.At(1)}
	plain, err := e.Run(0, 1.05)
	if err != nil {
		t.Fatal(err)
	}
	path := sde.NewThinned(1, 7)
	onGrid := sde.NewMoments(0, 1.05*3/11, 1.05)
	watched, err := e.Run(0, 1.05, path, onGrid)
	if err != nil || plain.T != 1.05 || !mat.Equal(plain.X, watched.X) {
		t.Errorf("observers change the run (%v), which ends at %v", err, plain.T)
	}
	if tr := path.Trajectory(0); tr.Len() != 12 || tr.T[11] != 1.05 || tr.Check() != nil || tr.X[11][0] != plain.X.At(7, 0) || tr.X[0][0] != 1 {
		t.Errorf("the path is %v", tr)
	}
	off := sde.NewMean(func(x []float64) float64 { return x[0] }, 0.5)
	path = sde.NewThinned(1, 7)
	if _, err := e.Run(0, 1.05, off, path); err != nil || off.Time(0) != 0.5 || off.Estimate(0).N != 300 {
		t.Errorf("a time off the grid: %v %v", off.Time(0), err)
	}
	if tr := path.Trajectory(0); tr.Len() != 12 || tr.Check() != nil {
		t.Errorf("a split step counts: %v", tr.T)
	}
	still, err := e.Run(3, 3)
	if err != nil || still.T != 3 || still.X.At(299, 0) != 1 {
		t.Errorf("a run of no time: %v, %v", still, err)
	}
}

// Frames give the clouds of runs to their times, and stop when asked.
func TestFrames(t *testing.T) {
	e := sde.Ensemble{System: uhlenbeck(1, 1), Particles: 1000, Step: 0.05, Seed: 2, Start: sde.Uniform([]float64{0}, []float64{1}), Workers: 3}
	times := sde.Times(0, 1, 4)
	m, whole := sde.NewMoments(times...), sde.NewMoments(times...)
	k := 0
	for cloud, err := range e.Frames(times, m) {
		if err != nil {
			t.Fatal(err)
		}
		if k > 0 {
			alone, err := e.Run(0, times[k], whole)
			if k < 4 {
				alone, err = e.Run(0, times[k]) // steps of the same length
			}
			if err != nil || cloud.T != times[k] || k == 4 && !mat.Equal(cloud.X, alone.X) || !mat.EqualApprox(cloud.X, alone.X, 1e-12) {
				t.Errorf("frame %d is not the run to %g: %v", k, times[k], err)
			}
		}
		if m.N(k) != 1000 || k < 4 && m.N(k+1) != 0 {
			t.Errorf("at frame %d the observer has seen %d and %d particles", k, m.N(k), m.N(min(k+1, 4)))
		}
		k++
	}
	if k != 5 || fmt.Sprint(m.Mean(3, 0), m.Cov(4, 0, 0)) != fmt.Sprint(whole.Mean(3, 0), whole.Cov(4, 0, 0)) {
		t.Errorf("%d frames; in parts %v, as a whole %v", k, m.Mean(3, 0), whole.Mean(3, 0))
	}
	before := runtime.NumGoroutine()
	for range 20 {
		for range e.Frames(times) {
			break
		}
	}
	for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
		time.Sleep(time.Millisecond)
	}
}

// What a run allocates does not depend on the number of steps.
func TestStepsDoNotAllocate(t *testing.T) {
	for name, s := range map[string]*sde.System{"particles": lively(), "blocks": withBlocks(lively(), false), "variance": withBlocks(lively(), true)} {
		for kind, b := range map[string]sde.Boundary{"": nil, "reflected": sde.Reflecting([]float64{-1, -1}, []float64{1, 1}), "absorbed": sde.Absorbing([]float64{-1, -1}, []float64{1, 1}).Bridged()} {
			e := sde.Ensemble{System: s, Boundary: b, Particles: 300, Step: 0.001, Seed: 1, Workers: 1, Start: sde.At(0, 0)}
			allocs := func(t1 float64) float64 {
				return testing.AllocsPerRun(2, func() {
					mean := sde.NewAverages(func(x []float64) float64 { return x[0] }, 1, 0)
					if _, err := e.Run(0, t1, mean); err != nil {
						t.Fatal(err)
					}
				})
			}
			if few, more := allocs(0.01), allocs(0.4); more != few {
				t.Errorf("%s %s: %g allocations in 10 steps, %g in 400", name, kind, few, more)
			}
		}
	}
}

// A cloud is where to go on from.
func TestFromCloud(t *testing.T) {
	e := sde.Ensemble{System: uhlenbeck(1, 2), Particles: 10, Step: 0.1, Seed: 2, Start: sde.Gaussian([]float64{0, 0}, []float64{1, 1})}
	c, err := e.Run(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	e.Particles, e.Start = 25, sde.From(c)
	again, err := e.Run(1, 1)
	if err != nil || again.X.At(23, 1) != c.X.At(3, 1) || len(again.Column(0)) != 25 {
		t.Errorf("going on from a cloud: %v", err)
	}
}
