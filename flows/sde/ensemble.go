package sde

import (
	"fmt"
	"iter"
	"math"
	"runtime"

	"gonum.org/v1/gonum/mat"
)

// An Ensemble is many independent particles of one System. The result depends
// on the fields and the times, and not on the number of workers, bit for bit:
// the particles move in blocks of a fixed size, each with its own stream of
// random numbers keyed by (Seed, block).
//
//	e := sde.Ensemble{System: s, Particles: 100_000, Step: 1e-3, Seed: 1, Start: sde.At(0.5, 0.5)}
//	cloud, err := e.Run(0, 1)
type Ensemble struct {
	System *System
	// Scheme takes the steps; nil is EulerMaruyama.
	Scheme Scheme
	// Boundary says what becomes of particles that leave their domain. nil: a
	// coordinate that is not finite, or beyond 1e100, is an error.
	Boundary Boundary
	// Particles is their number.
	Particles int
	// Step is the longest step: a run takes equal steps as long as possible.
	Step float64
	// Seed makes the random numbers.
	Seed uint64
	// Start stores where a particle, numbered from 0, starts in x; s is random
	// numbers of that particle's own. At, Uniform and From make such functions.
	Start func(x []float64, particle int, s *Stream)

	// Workers is the number of goroutines; 0 is runtime.GOMAXPROCS.
	Workers int
	// MaxBytes bounds the memory of a run, as estimated before it is taken. 0
	// is 4 GB, a negative number switches the bound off.
	MaxBytes int64
	// MaxSteps bounds the steps of a run. 0 is 1e9, a negative number switches
	// the bound off.
	MaxSteps int
}

// A Cloud is where the particles are at a time: row i of X is particle i, an
// absorbed one at the place of its absorption.
type Cloud struct {
	T0, T float64 // when they started, and now
	X     *mat.Dense
	Exit  []float64 // time of absorption, +Inf of a particle that moves
}

// Run moves the particles from t0 to t1, shows them to the observers on the
// way, and returns where they are at t1, the last step landing on it exactly.
// Memory does not grow with the number of steps. It is an error if the scheme
// cannot work on the system, if a particle starts or goes where it must not be
// (*ParticleError), or if the run is larger than its limits (*LimitError);
// then there is no cloud, and what the observers have seen is not whole. Run
// panics if the fields or the times mean nothing. To watch a run or to stop it,
// use Frames.
func (e *Ensemble) Run(t0, t1 float64, observers ...Observer) (*Cloud, error) {
	r, err := e.begin(t0, t1, nil, observers)
	if err != nil {
		return nil, err
	}
	if err := r.advance(t1); err != nil {
		return nil, err
	}
	return r.cloud(), nil
}

// Frames moves the particles as Run does, from the first of the given
// ascending times to the last, and yields the cloud at each of them. Between
// two clouds the observers are up to date with the earlier one. The caller may
// break at any time, and range over the result again. If the run fails, the
// last pair has the *Cloud nil and the error.
//
//	for cloud, err := range plotting.Progress(e.Frames(times), len(times), "particles") { ... }
func (e *Ensemble) Frames(times []float64, observers ...Observer) iter.Seq2[*Cloud, error] {
	if len(times) == 0 {
		panic("sde: frames at no times")
	}
	return func(yield func(*Cloud, error) bool) {
		r, err := e.begin(times[0], times[len(times)-1], times, observers)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, t := range r.frames {
			if err := r.advance(t); err != nil {
				yield(nil, err)
				return
			}
			if !yield(r.cloud(), nil) {
				return
			}
		}
	}
}

// workers returns the number of goroutines for so many blocks.
func (e *Ensemble) workers(blocks int) int {
	n := e.Workers
	if n == 0 {
		n = runtime.GOMAXPROCS(0)
	}
	return min(n, blocks)
}

// mustMean panics unless the fields mean something.
func (e *Ensemble) mustMean(t0, t1 float64) {
	e.System.mustMean()
	switch {
	case e.Start == nil:
		panic("sde: an ensemble without Start: say where particles begin, with At, Uniform or From")
	case e.Particles < 1:
		panic(fmt.Sprintf("sde: an ensemble of %d particles", e.Particles))
	case !(e.Step > 0) || math.IsInf(e.Step, 0):
		panic(fmt.Sprintf("sde: an ensemble with steps of %g", e.Step))
	case e.Workers < 0:
		panic(fmt.Sprintf("sde: an ensemble with %d workers", e.Workers))
	case !(t0 <= t1) || math.IsInf(t1-t0, 0):
		panic(fmt.Sprintf("sde: a run from t = %g to %g: time goes forward, and ends", t0, t1))
	}
	if x, ok := e.Boundary.(*Box); ok && len(x.intervals) != e.System.Dim {
		panic(fmt.Sprintf("sde: a boundary of %d coordinates for a system of %d", len(x.intervals), e.System.Dim))
	}
}

// plan returns the clock of a run, unless it is beyond the limits.
func (e *Ensemble) plan(t0, t1 float64) (*clock, error) {
	steps := 0.0
	if t1 > t0 {
		steps = max(1, math.Ceil((t1-t0)/e.Step*(1-1e-12))) // one rounding error must not cost a step
	}
	limit := float64(e.MaxSteps)
	switch {
	case e.MaxSteps == 0:
		limit = 1e9
	case e.MaxSteps < 0:
		limit = 1 << 50
	}
	if steps > limit {
		return nil, &LimitError{"steps", steps, limit, "lengthen Step, shorten the run, or raise MaxSteps"}
	}
	if steps > 0 && (t0+(t1-t0)/steps == t0 || t1-(t1-t0)/steps == t1) {
		return nil, &LimitError{"steps", steps, (t1 - t0) / (math.Nextafter(t1, math.Inf(1)) - t1), "a step is shorter than the spacing of the numbers at these times: let the run begin at 0, or lengthen Step"}
	}
	bytes, limit := e.bytes(), float64(e.MaxBytes)
	if e.MaxBytes == 0 {
		limit = 4 << 30
	}
	if e.MaxBytes >= 0 && bytes > limit {
		return nil, &LimitError{"bytes", bytes, limit, "take fewer particles, run several seeds one after the other, or raise MaxBytes"}
	}
	return &clock{t0: t0, t1: t1, steps: int(steps)}, nil
}

// bytes estimates the memory of a run: the particles, a cloud of them, and the
// workers' scratch.
func (e *Ensemble) bytes() float64 {
	n, d := float64(e.Particles), float64(e.System.Dim)
	m, size := float64(e.System.wiener()), float64(sizeOfBlocks(e.System.Dim))
	blocks := math.Ceil(n / size)
	return n*(8*d+9) + n*(8*d+8) + blocks*(200+48*d) + float64(e.workers(int(blocks)))*size*8*(6*d+4*m)
}
