package langevin

import (
	"fmt"
	"math"

	"hopflow/flows/sde"
	"hopflow/lyapunov"
)

// Best is an sde.Observer that keeps the least energy that every particle has
// met, with the place and the time: what an annealing is for. Give it an energy
// and pass it to Ensemble.Run.
type Best struct {
	Energy lyapunov.Energy
	// Every is how many steps lie between looks; 0 is 1.
	Every int

	// Values, Times and X are filled in by a run, one entry a particle: the
	// least energy met, when it was met first, and where. An energy that is NaN
	// at a state, outside its domain, is not counted.
	Values, Times []float64
	X             [][]float64
}

var _ sde.Observer = (*Best)(nil)

// Begin forgets what was seen before.
func (b *Best) Begin(r sde.RunInfo) (sde.Schedule, error) {
	if b.Energy == nil || b.Every < 0 {
		panic("langevin: Best needs an energy, and looks after a positive number of steps")
	}
	length(make([]float64, r.Dim), b.Energy.Dim())
	b.Values, b.Times = make([]float64, r.Particles), make([]float64, r.Particles)
	b.X = rows(r.Particles, r.Dim)
	for i := range b.Values {
		b.Values[i], b.Times[i] = math.Inf(1), r.T0
	}
	return sde.Schedule{Every: max(b.Every, 1)}, nil
}

// Tally returns what a worker looks with. Particles have a place of their own
// in b, and belong to one worker at a time.
func (b *Best) Tally() sde.Tally { return &bestTally{best: b, x: make([]float64, b.Energy.Dim())} }

// Add does nothing: there is nothing to sum.
func (b *Best) Add(sde.Tally) {}

type bestTally struct {
	best   *Best
	x      []float64
	values []float64
}

func (*bestTally) Reset() {}

// A valueBlock is an energy that has its values for many particles at once.
type valueBlock interface {
	ValueBlock(dst []float64, x [][]float64)
}

func (w *bestTally) See(_ int, t float64, block *sde.Block) {
	b, n := w.best, block.Len()
	if cap(w.values) < n {
		w.values = make([]float64, n)
	}
	values := w.values[:n]
	if e, ok := b.Energy.(valueBlock); ok {
		e.ValueBlock(values, block.X)
	} else {
		for i := range values {
			block.At(w.x, i)
			values[i] = b.Energy.Value(w.x)
		}
	}
	for i, v := range values {
		if p := block.Particle(i); v < b.Values[p] {
			b.Values[p], b.Times[p] = v, t
			block.At(b.X[p], i)
		}
	}
}

// Overall returns the particle with the least energy of all, the first of them
// if several have it, and the value, the time and the place.
func (b *Best) Overall() (particle int, value, t float64, x []float64) {
	for p, v := range b.Values {
		if v < b.Values[particle] {
			particle = p
		}
	}
	return particle, b.Values[particle], b.Times[particle], b.X[particle]
}

// Success returns the share of particles that have met an energy of at most
// level, with its binomial standard error.
func (b *Best) Success(level float64) (rate, stderr float64) {
	count := 0
	for _, v := range b.Values {
		if v <= level {
			count++
		}
	}
	return Share(count, len(b.Values))
}

// Share returns count/n and the binomial standard error √(p(1-p)/(n+4)) at
// p = (count+2)/(n+4), which is positive also where all or none succeeded
// (Agresti and Coull 1998). It panics unless 0 <= count <= n and n > 0.
func Share(count, n int) (rate, stderr float64) {
	if count < 0 || count > n || n == 0 {
		panic(fmt.Sprintf("langevin: %d successes in %d trials", count, n))
	}
	m := float64(n) + 4
	p := (float64(count) + 2) / m
	return float64(count) / float64(n), math.Sqrt(p * (1 - p) / m)
}

// An Annealed is the outcome of Anneal.
type Annealed struct {
	Best
	Cloud *sde.Cloud // where the particles are at the end
}

// Anneal runs an ensemble from t0 to t1, whose system has a Schedule for its
// temperature, and keeps the best state that every particle has met, looking
// after each step. It fails and panics as Ensemble.Run does; more observers may
// watch.
//
//	d := langevin.Dynamics{Energy: f, Schedule: langevin.LogarithmicCooling(1.5)}
//	a, err := langevin.Anneal(&sde.Ensemble{System: d.System(), ...}, f, 0, 100)
//	rate, stderr := a.Success(-0.99)
func Anneal(e *sde.Ensemble, f lyapunov.Energy, t0, t1 float64, more ...sde.Observer) (*Annealed, error) {
	a := &Annealed{Best: Best{Energy: f}}
	cloud, err := e.Run(t0, t1, append([]sde.Observer{&a.Best}, more...)...)
	a.Cloud = cloud
	return a, err
}

// Final returns the share of particles that are within a distance of a point at
// the end, with its binomial standard error: for an annealing, whether the law
// has gathered there, and not only visited.
func (a *Annealed) Final(point []float64, distance float64) (rate, stderr float64) {
	n, dim := a.Cloud.X.Dims()
	length(point, dim)
	count := 0
	for i := range n {
		var square float64
		for d, c := range point {
			square += (a.Cloud.X.At(i, d) - c) * (a.Cloud.X.At(i, d) - c)
		}
		if square <= distance*distance {
			count++
		}
	}
	return Share(count, n)
}
