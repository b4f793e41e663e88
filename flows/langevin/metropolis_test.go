package langevin

import (
	"math"
	"strings"
	"testing"

	"hopflow/flows/sde"
	"hopflow/internal/oracle"
	"hopflow/internal/trials"
	"hopflow/lyapunov/landscape"
)

// pooledMean runs an ensemble for 20 seeds and holds the mean of f over the
// final states against its value, for every seed and for all.
func pooledMean(t *testing.T, e sde.Ensemble, end float64, f func(x []float64) float64, want float64) {
	t.Helper()
	var sum, square, n float64
	for seed := range seeds {
		e.Seed = uint64(seed)
		cloud, err := e.Run(0, end)
		if err != nil {
			t.Fatal(err)
		}
		var s, q float64
		for i := range e.Particles {
			v := f(cloud.X.RawRowView(i))
			s += v
			q += v * v
		}
		m := float64(e.Particles)
		if z := (s/m - want) / math.Sqrt((q/m-s*s/(m*m))/m); !(math.Abs(z) < zmax) {
			t.Errorf("seed %d: mean %.5f, z = %.1f, N = %d, want %.5f", seed, s/m, z, e.Particles, want)
		}
		sum, square, n = sum+s, square+q, n+m
	}
	if z := (sum/n - want) / math.Sqrt((square/n-sum*sum/(n*n))/n); !(math.Abs(z) < zmax) {
		t.Errorf("%d seeds: mean %.5f, z = %.1f, N = %g, want %.5f", seeds, sum/n, z, n, want)
	}
}

// MALA and the random walk sample the Gibbs density of the machine, where K
// depends on x, at a step where Euler-Maruyama is far off.
func TestMALAIsExact(t *testing.T) {
	exact := oracle.Load(t, hf, "hf-gibbs-01")[0].Want("Ef")
	for _, m := range []*Metropolis{paper.Dynamics().MALA(), paper.Dynamics().RandomWalk()} {
		e := sde.Ensemble{System: paper.System(), Scheme: m, Particles: 500 * trials.Times(t), Step: 4e-4, Start: gibbs(paper)}
		pooledMean(t, e, 0.02, paper.Energy.Value, exact)
		if rate, proposals := m.Accepted(); !(rate > 0.3 && rate < 0.9) || proposals != int64(seeds*50*e.Particles) {
			t.Errorf("%v accepts %.3f of %d", m, rate, proposals)
		}
		m.Reset()
		if rate, proposals := m.Accepted(); !math.IsNaN(rate) || proposals != 0 {
			t.Errorf("after Reset: %v of %d", rate, proposals)
		}
	}
}

// With a full matrix, an antisymmetric part and a measure μ: the second
// moments of a Gaussian that is not that of dx.
func TestMALAWithMeasure(t *testing.T) {
	T := 0.8
	d := Dynamics{
		Energy: landscape.Harmonic(1, 0, 0), Temperature: T,
		Mobility: NewVariable(2, func(k, x []float64) {
			s := 1 + 0.5*math.Sin(x[0])
			k[0], k[1], k[2], k[3] = s, 0.3+0.6, 0.3-0.6, 2-s/2
		}, nil),
		LogVolume: func(x []float64) float64 { return 0.4*x[0] - 0.3*x[1]*x[1] }, // N(0.4T, T) and variance 1/(1/T + 0.6)
	}
	e := sde.Ensemble{System: d.System(), Scheme: d.MALA(), Particles: 300 * trials.Times(t), Step: 0.6,
		Start: sde.Gaussian([]float64{0.4 * T, 0}, []float64{math.Sqrt(T), math.Sqrt(1 / (1/T + 0.6))})}
	pooledMean(t, e, 6, func(x []float64) float64 { return x[0] }, 0.4*T)
	pooledMean(t, e, 6, func(x []float64) float64 { return x[1] * x[1] }, 1/(1/T+0.6))
	pooledMean(t, e, 6, func(x []float64) float64 { return x[0] * x[1] }, 0)
}

func TestMetropolisRefuses(t *testing.T) {
	d := Dynamics{Energy: landscape.Harmonic(1, 0), Temperature: 1}
	if _, err := d.MALA().Stepper(paper.System(), 5); err == nil {
		t.Error("MALA steps a system of another dimension")
	}
	if _, err := (Dynamics{Energy: flat(1)}).MALA().Stepper(Dynamics{Energy: flat(1)}.System(), 5); err == nil || !strings.Contains(err.Error(), "temperature 0") {
		t.Errorf("MALA at T = 0: %v", err)
	}
	k := Kinetic{Energy: landscape.Harmonic(1, 0), Friction: 1, Temperature: 1}
	if _, err := k.Dynamics().MALA().Stepper(k.System(), 5); err == nil || !strings.Contains(err.Error(), "singular") {
		t.Errorf("MALA with a singular S: %v", err)
	}
	// Started where K vanishes: an error that names the particle.
	e := sde.Ensemble{System: paper.System(), Scheme: paper.Dynamics().MALA(), Particles: 3, Step: 1e-4, Start: sde.At(0, 0.5)}
	if _, err := e.Run(0, 1e-3); err == nil || !strings.Contains(err.Error(), "particle 0") {
		t.Errorf("a start on the side of the cube: %v", err)
	}
}

// The result does not depend on the number of workers, acceptance included.
func TestWorkers(t *testing.T) {
	for _, scheme := range []func() sde.Scheme{
		func() sde.Scheme { return paper.Sphere() },
		func() sde.Scheme { return paper.SphereMetropolis() },
		func() sde.Scheme { return paper.Dynamics().MALA() },
	} {
		var first *sde.Cloud
		for _, workers := range []int{1, 2, 3, 7} {
			e := sde.Ensemble{System: paper.System(), Scheme: scheme(), Particles: 1500, Step: 1e-4, Seed: 5, Start: gibbs(paper), Workers: workers}
			cloud, err := e.Run(0, 2e-3)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = cloud
			}
			for i, v := range cloud.X.RawMatrix().Data {
				if v != first.X.RawMatrix().Data[i] {
					t.Fatalf("%v: number %d differs with %d workers", scheme(), i, workers)
				}
			}
		}
	}
}
