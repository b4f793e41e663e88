package sde

import (
	"errors"
	"fmt"
	"math"

	"hopflow/lyapunov/freeenergy"
)

// Mean is an Observer of the mean of a function over the particles, absorbed
// ones included, at given times.
type Mean struct {
	f      func(x []float64) float64
	times  []float64
	living bool
	dim    int
	at     []float64
	sums   []term
	err    error
}

var _ Failer = (*Mean)(nil)

// NewMean returns an observer of the mean of f at the given times, at the end
// of the run if there are none. Many goroutines call f at once.
func NewMean(f func(x []float64) float64, times ...float64) *Mean {
	if f == nil {
		panic("sde: the mean of no function")
	}
	return &Mean{f: f, times: times}
}

// Moving makes the observer leave out absorbed particles, and returns it.
func (m *Mean) Moving() *Mean { m.living = true; return m }

// Begin is called by a run.
func (m *Mean) Begin(r RunInfo) (Schedule, error) {
	s, err := atTimes(m.times, r)
	m.dim, m.at, m.sums, m.err = r.Dim, s.Times, make([]term, len(s.Times)), nil
	return s, err
}

// Tally is called by a run.
func (m *Mean) Tally() Tally {
	return &meanTally{Mean: m, x: make([]float64, m.dim), sums: make([]term, len(m.sums))}
}

// Add is called by a run.
func (m *Mean) Add(t Tally) {
	tally := t.(*meanTally)
	for k, s := range tally.sums {
		m.sums[k].add(s)
	}
	if m.err == nil {
		m.err = tally.err
	}
}

// Err returns an error if the function was not finite at a particle.
func (m *Mean) Err() error { return m.err }

// Len returns the number of times.
func (m *Mean) Len() int { return len(m.at) }

// Time returns the k-th time.
func (m *Mean) Time(k int) float64 { return m.at[k] }

// Estimate returns the mean at the k-th time with its standard error, from the
// spread over the particles.
func (m *Mean) Estimate(k int) freeenergy.Estimate {
	s := m.sums[k]
	return freeenergy.Estimate{Value: s.mean, StdErr: spread(s.squares, float64(s.n)), N: s.n}
}

// Course returns the mean against time.
func (m *Mean) Course() *Course { return course(m.at, m.Estimate) }

// A term is the mean of n numbers and the sum of their squared deviations.
type term struct {
	n             int
	mean, squares float64
}

// see takes one more number (Welford 1962).
func (s *term) see(v float64) {
	s.n++
	d := v - s.mean
	s.mean += d / float64(s.n)
	s.squares += d * (v - s.mean)
}

// add takes the numbers of another term (Chan, Golub and LeVeque 1983).
func (s *term) add(o term) {
	if o.n == 0 {
		return
	}
	n, d := float64(s.n+o.n), o.mean-s.mean
	s.squares += o.squares + d*d*(float64(s.n)*float64(o.n)/n)
	s.mean += d * (float64(o.n) / n)
	s.n += o.n
}

type meanTally struct {
	*Mean
	x    []float64
	sums []term
	err  error
}

func (t *meanTally) Reset() { clear(t.sums); t.err = nil }

var errFunction = errors.New("the function is not finite")

func (t *meanTally) See(k int, at float64, b *Block) {
	for i := range b.count(t.living) {
		b.At(t.x, i)
		v := t.f(t.x)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			if t.err == nil {
				t.err = notFinite(v, b.Particle(i), at, t.x)
			}
			return
		}
		t.sums[k].see(v)
	}
}

func notFinite(v float64, particle int, t float64, x []float64) error {
	return &ParticleError{Reason: fmt.Errorf("%w, it is %v", errFunction, v), Particle: particle, T: t, X: append([]float64(nil), x...), Coordinate: -1,
		Remedy: "observe a function that is finite wherever particles go, or keep them in its domain by a Boundary"}
}

// A Course is an estimate against time. It has the methods of gonum/plot's XYer
// and YErrorer.
type Course struct {
	T        []float64
	Estimate []freeenergy.Estimate
}

func course(at []float64, f func(k int) freeenergy.Estimate) *Course {
	c := &Course{T: at, Estimate: make([]freeenergy.Estimate, len(at))}
	for k := range at {
		c.Estimate[k] = f(k)
	}
	return c
}

// Len returns the number of times.
func (c *Course) Len() int { return len(c.T) }

// XY returns the k-th time and the estimate at it.
func (c *Course) XY(k int) (x, y float64) { return c.T[k], c.Estimate[k].Value }

// YError returns the standard error below and above.
func (c *Course) YError(k int) (low, high float64) {
	return c.Estimate[k].StdErr, c.Estimate[k].StdErr
}

// Shifted returns the estimates moved by so many standard errors: the edges of
// a band are Shifted(-2) and Shifted(2).
func (c *Course) Shifted(by float64) *Course {
	s := &Course{T: c.T, Estimate: append([]freeenergy.Estimate(nil), c.Estimate...)}
	for k := range s.Estimate {
		s.Estimate[k].Value += by * s.Estimate[k].StdErr
	}
	return s
}
