package langevin

import (
	"math"
	"testing"

	"hopflow/flows/sde"
	"hopflow/lyapunov"
	"hopflow/lyapunov/landscape"
)

// tilted has its global minimum near 1 and another near -1.
var tilted = landscape.Sum(landscape.NewDoubleWell(1, 1), landscape.Harmonic(0.4, 1))

// tilted4 has four minima in the plane, the global one at (1, 1).
var tilted4 = landscape.Sum(landscape.Independent(landscape.NewDoubleWell(1, 1), landscape.NewDoubleWell(0.8, 1)), landscape.Harmonic(0.4, 1, 1))

func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		s    Schedule
		t, T float64
	}{
		{ConstantTemperature(0.7), 3, 0.7},
		{LinearCooling(2, 0.5, 4), 1, 1.625}, {LinearCooling(2, 0.5, 4), 9, 0.5}, {LinearCooling(2, 0.5, 4), -1, 2},
		{ExponentialCooling(2, 0.5, 4), 2, 1}, {ExponentialCooling(2, 0.5, 4), 9, 0.5},
		{LogarithmicCooling(1.5), 3.7, 1.5 / math.Log(5.7)},
	} {
		if got := c.s(c.t); math.Abs(got-c.T) > 1e-15 {
			t.Errorf("T(%g) = %v, want %v", c.t, got, c.T)
		}
	}
	mustPanic(t, "temperature is -1", func() { ConstantTemperature(-1) })
	mustPanic(t, "cooling is 0", func() { LinearCooling(1, 0, 0) })
	mustPanic(t, "temperature is 0", func() { ExponentialCooling(1, 0, 1) })
	mustPanic(t, "depth c is NaN", func() { LogarithmicCooling(math.NaN()) })
	mustPanic(t, "leave one out", func() { Dynamics{Energy: flat(1), Temperature: 1, Schedule: ConstantTemperature(1)}.System() })
	// A schedule that turns negative stops the run with an error.
	d := Dynamics{Energy: flat(1), Schedule: func(t float64) float64 { return 1 - t }}
	e := sde.Ensemble{System: d.System(), Particles: 2, Step: 0.1, Start: sde.At(0)}
	if _, err := e.Run(0, 2); err == nil {
		t.Error("a negative temperature goes unnoticed")
	}
}

// Slow cooling gathers the particles in the global minimum; quenching leaves
// about half behind, for every seed.
func TestAnnealing(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds")
	}
	for _, c := range []struct {
		name string
		e    lyapunov.Energy
		goal []float64
		cool Schedule
		end  float64
	}{
		{"line", tilted, []float64{1}, ExponentialCooling(1, 0.05, 20), 20},
		{"plane", tilted4, []float64{1, 1}, ExponentialCooling(1, 0.05, 20), 20},
	} {
		n := c.e.Dim()
		lo, hi := make([]float64, n), make([]float64, n)
		for i := range lo {
			lo[i], hi[i] = -2, 2
		}
		for seed := range seeds {
			run := func(s Schedule, end float64) *Annealed {
				d := Dynamics{Energy: c.e, Schedule: s}
				e := &sde.Ensemble{System: d.System(), Particles: 300, Step: 0.04, Seed: uint64(seed), Start: sde.Uniform(lo, hi)}
				a, err := Anneal(e, c.e, 0, end)
				if err != nil {
					t.Fatal(err)
				}
				return a
			}
			slow, quench := run(c.cool, c.end), run(ConstantTemperature(0.02), 2)
			a, sa := slow.Final(c.goal, 0.6)
			b, sb := quench.Final(c.goal, 0.6)
			if !(a-b > zmax*math.Hypot(sa, sb)) || a < 0.6 {
				t.Errorf("%s, seed %d: %.3f ± %.3f annealed, %.3f ± %.3f quenched", c.name, seed, a, sa, b, sb)
			}
			if rate, _ := slow.Success(c.e.Value(c.goal) + 0.05); rate < a-0.05 {
				t.Errorf("%s, seed %d: %.3f have met the minimum, and %.3f are there", c.name, seed, rate, a)
			}
			p, v, at, x := slow.Overall()
			if v != slow.Values[p] || math.Abs(c.e.Value(x)-v) > 1e-15 || !(at >= 0 && at <= c.end) || v < c.e.Value(c.goal)-1e-3 {
				t.Errorf("%s, seed %d: best %v at %v, t = %v", c.name, seed, v, x, at)
			}
		}
	}
}

// The best-so-far of every particle is the least of its path, whatever the
// number of workers.
func TestBestIsTheLeast(t *testing.T) {
	m := Machine{Energy: landscape.Himmelblau{}, Beta: []float64{0.25}, Schedule: ExponentialCooling(25, 0.5, 0.02)}
	var first *Annealed
	for _, workers := range []int{1, 3} {
		e := &sde.Ensemble{System: m.System(), Scheme: m.Sphere(), Boundary: m.Walls(), Particles: 600, Step: 1e-4, Seed: 2, Start: m.Start(), Workers: workers}
		watch := &least{f: m.Energy.Value}
		a, err := Anneal(e, m.Energy, 0, 0.02, watch)
		if err != nil {
			t.Fatal(err)
		}
		for p, v := range a.Values {
			if math.Abs(v-watch.values[p]) > 1e-12 || math.Abs(m.Energy.Value(a.X[p])-v) > 1e-12 {
				t.Fatalf("particle %d: best %v, path's least %v", p, v, watch.values[p])
			}
			if first != nil && (v != first.Values[p] || a.Times[p] != first.Times[p]) {
				t.Fatalf("particle %d: best differs with %d workers", p, workers)
			}
		}
		first = a
	}
	if rate, stderr := first.Success(1); rate < 0.9 {
		t.Errorf("%.3f ± %.3f of the machine come below 1", rate, stderr)
	}
	mustPanic(t, "5 successes in 4", func() { Share(5, 4) })
}

type least struct {
	f      func(x []float64) float64
	values []float64
}

func (l *least) Begin(r sde.RunInfo) (sde.Schedule, error) {
	l.values = make([]float64, r.Particles)
	for i := range l.values {
		l.values[i] = math.Inf(1)
	}
	return sde.Schedule{Every: 1}, nil
}
func (l *least) Tally() sde.Tally { return leastTally{l} }
func (l *least) Add(sde.Tally)    {}

type leastTally struct{ *least }

func (leastTally) Reset() {}
func (l leastTally) See(_ int, _ float64, b *sde.Block) {
	x := make([]float64, len(b.X))
	for i := range b.Len() {
		b.At(x, i)
		p := b.Particle(i)
		l.values[p] = math.Min(l.values[p], l.f(x))
	}
}
