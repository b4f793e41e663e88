package sde

import (
	"errors"
	"fmt"
	"math"
)

// ErrShort: a run is too short for the standard error of its time average.
var ErrShort = errors.New("the run is too short")

// A TimeAverage is an average over the time of one or more long runs. StdErr
// counts how slowly the values forget each other.
type TimeAverage struct {
	Value, StdErr float64
	N             int     // values in all
	Effective     float64 // as many independent values would have this StdErr
	Correlation   float64 // integrated autocorrelation time, in values: N / (2 Effective)
	Batches       int
}

// batchCount bounds the batches of one series, between this and half of it.
const batchCount = 256

// Batches is the average of a long series of values by the method of batch
// means: the series is cut into 128 to 256 batches of equal length, which doubles
// as the series grows, and the spread of their means, with the covariance of
// neighbours, gives the standard error. Its memory is fixed. The zero value is an empty series.
type Batches struct {
	length  int // values of a full batch
	full    int
	sums    [batchCount]float64
	current float64
	in      int // values in the current batch
	all     term
}

// Add takes the next value.
func (b *Batches) Add(v float64) {
	if b.length == 0 {
		b.length = 1
	}
	b.all.see(v)
	b.current += v
	if b.in++; b.in < b.length {
		return
	}
	b.sums[b.full] = b.current
	b.full, b.current, b.in = b.full+1, 0, 0
	if b.full < batchCount {
		return
	}
	for i := range batchCount / 2 {
		b.sums[i] = b.sums[2*i] + b.sums[2*i+1]
	}
	b.full, b.length = batchCount/2, 2*b.length
}

// Average returns the average. It is an ErrShort if there are fewer than 128
// values, or if the means of neighbouring batches are correlated by more than
// 0.45, which is five deviations from 0: then batches are not longer than the
// memory of the series. A value that is not finite is an error.
func (b *Batches) Average() (TimeAverage, error) { return average([]*Batches{b}) }

// average returns the average over several independent series of one length.
func average(all []*Batches) (TimeAverage, error) {
	var values, means, lagged term
	for _, b := range all {
		values.add(b.all)
		for _, s := range b.sums[:b.full] {
			means.see(s / float64(b.length))
		}
	}
	a := TimeAverage{Value: values.mean, N: values.n, Batches: means.n}
	switch {
	case math.IsNaN(values.mean) || math.IsInf(values.mean, 0):
		return a, fmt.Errorf("sde: a value of the average is not finite, of %d: look for the step that lost it", values.n)
	case all[0].full < batchCount/2:
		return a, fmt.Errorf("sde: a time average of %d values of each series, %w: take at least %d", all[0].all.n, ErrShort, batchCount/2)
	}
	for _, b := range all {
		for i := 1; i < b.full; i++ {
			scale := 1 / float64(b.length)
			lagged.see((b.sums[i-1]*scale - means.mean) * (b.sums[i]*scale - means.mean))
		}
	}
	if means.squares == 0 {
		a.Effective = float64(a.N) // a constant
		return a, nil
	}
	r := lagged.mean/(means.squares/float64(means.n)) + 1/float64(means.n) // less its bias
	if r > 0.45 {
		return a, fmt.Errorf("sde: batches of %d values have a correlation of %.2f with the next, %w: run several times longer", all[0].length, r, ErrShort)
	}
	a.StdErr = spread(means.squares, float64(means.n)) * math.Sqrt(max(0.5, 1+2*r))
	a.Effective = values.squares / float64(values.n-1) / (a.StdErr * a.StdErr)
	a.Correlation = float64(a.N) / (2 * a.Effective)
	return a, nil
}

// Averages is an Observer of the time average of a function along every
// particle's path, which for an ergodic process is its stationary mean: few
// particles, run for long.
type Averages struct {
	f           func(x []float64) float64
	every, from int
	series      []Batches
	dim         int
}

// NewAverages returns an observer that takes a value of f after every so many
// steps, from step from on: the steps before are left to reach stationarity.
// Many goroutines call f at once.
func NewAverages(f func(x []float64) float64, every, from int) *Averages {
	if f == nil || every < 1 || from < 0 {
		panic(fmt.Sprintf("sde: a time average over every %d steps from step %d", every, from))
	}
	return &Averages{f: f, every: every, from: from}
}

// Begin is called by a run.
func (a *Averages) Begin(r RunInfo) (Schedule, error) {
	if bytes := float64(r.Particles) * batchCount * 8; bytes > 1<<30 {
		return Schedule{}, &LimitError{"bytes", bytes, 1 << 30, "time averages are for few particles and many steps; observe the Mean over particles instead"}
	}
	a.dim, a.series = r.Dim, make([]Batches, r.Particles)
	return Schedule{Every: a.every, From: a.from}, nil
}

// Tally is called by a run.
func (a *Averages) Tally() Tally { return &averageTally{Averages: a, x: make([]float64, a.dim)} }

// Add is called by a run.
func (a *Averages) Add(Tally) {}

// commutes: every particle has its own series.
func (a *Averages) commutes() {}

// Average returns the average over time and particles. It fails as that of
// Batches does. An absorbed particle's values are those of where it stands.
func (a *Averages) Average() (TimeAverage, error) {
	all := make([]*Batches, len(a.series))
	for i := range all {
		all[i] = &a.series[i]
	}
	return average(all)
}

type averageTally struct {
	*Averages
	x []float64
}

func (t *averageTally) Reset() {}

func (t *averageTally) See(_ int, _ float64, b *Block) {
	for i := range b.Len() {
		b.At(t.x, i)
		t.series[b.Particle(i)].Add(t.f(t.x))
	}
}
