package sde

import (
	"fmt"
	"math"
	"slices"
)

// An Observer watches the particles of a run without keeping them. Each block
// has a Tally of its own at a time, and the tallies come back in the order of
// the blocks: what an Observer computes is the same to the last bit, however
// many workers there are. An Observer belongs to one run at a time; a new run
// begins it anew.
type Observer interface {
	// Begin forgets what was seen before and says when to look.
	Begin(r RunInfo) (Schedule, error)
	// Tally returns an empty tally for one block.
	Tally() Tally
	// Add takes over what a block's tally has seen, and leaves it to be Reset.
	// If the Observer is a Failer too, its error ends the run.
	Add(t Tally)
}

// A Tally sees one block at a time.
type Tally interface {
	// Reset empties the tally.
	Reset()
	// See looks at a block at the k-th time of the schedule. It neither changes
	// nor keeps the block.
	See(k int, t float64, b *Block)
}

// A commuter is an Observer whose tallies give the same sum in any order, such
// as counts: its tallies stay with the workers.
type commuter interface{ commutes() }

// RunInfo is what an Observer is told before a run.
type RunInfo struct {
	Dim, Particles int
	T0, T1         float64
	Steps          int // from T0 to T1, but for those that a schedule splits
}

// A Schedule says when an Observer looks: at the given times, ascending and in
// [T0, T1], which the steps then land on; or, if Every is positive, after
// every so many steps, from step From on.
type Schedule struct {
	Times       []float64
	Every, From int
}

// Times returns n+1 equally spaced times, from t0 to t1.
func Times(t0, t1 float64, n int) []float64 {
	if n < 1 {
		panic(fmt.Sprintf("sde: %d intervals of time", n))
	}
	times := make([]float64, n+1)
	for k := range times {
		times[k] = instant(t0, t1, k, n)
	}
	return times
}

// atTimes returns the schedule of the given times, the end of the run if there
// are none.
func atTimes(times []float64, r RunInfo) (Schedule, error) {
	if len(times) == 0 {
		return Schedule{Times: []float64{r.T1}}, nil
	}
	return Schedule{Times: times}, checkTimes(times, r.T0, r.T1)
}

func checkTimes(times []float64, t0, t1 float64) error {
	for k, t := range times {
		if !(t >= t0 && t <= t1) {
			return fmt.Errorf("sde: time %d of the schedule is %g, and the run is from %g to %g: leave it out, or run longer", k, t, t0, t1)
		}
		if k > 0 && !(times[k-1] < t) {
			return fmt.Errorf("sde: times %d and %d of the schedule are %g and %g, want ascending", k-1, k, times[k-1], t)
		}
	}
	return nil
}

// A clock is the grid of times of a run: equal steps from t0 to t1, one of
// which is split where a schedule has a time inside it, so that without such
// times no schedule changes the run.
type clock struct {
	t0, t1 float64
	steps  int
	stops  []float64 // ascending; each is a time of a schedule, on the grid if it is that but for rounding
}

// add adds times to the stops and returns them as they are on the grid.
func (c *clock) add(times []float64) []float64 {
	snapped := make([]float64, len(times))
	for i, t := range times {
		k := math.Round((t - c.t0) / (c.t1 - c.t0) * float64(c.steps))
		if c.steps > 0 {
			if g := instant(c.t0, c.t1, int(k), c.steps); math.Abs(g-t) <= 1e-9*(c.t1-c.t0)/float64(c.steps) {
				t = g
			}
		}
		snapped[i] = t
		if at, found := slices.BinarySearch(c.stops, t); !found {
			c.stops = slices.Insert(c.stops, at, t)
		}
	}
	return snapped
}

// A hand is a place on the clock: the next grid time and the next stop.
type hand struct {
	t          float64
	grid, stop int
}

// start returns the place at t0.
func (c *clock) start() hand {
	h := hand{t: c.t0, grid: 1}
	for h.stop < len(c.stops) && c.stops[h.stop] <= c.t0 {
		h.stop++
	}
	return h
}

// advance moves the hand by one step, and reports whether it is then on the
// grid, and on a stop.
func (c *clock) advance(h *hand) (onGrid, onStop bool) {
	h.t, onGrid = instant(c.t0, c.t1, h.grid, c.steps), true
	if h.stop < len(c.stops) && c.stops[h.stop] <= h.t {
		onGrid, onStop = c.stops[h.stop] == h.t, true
		h.t = c.stops[h.stop]
		h.stop++
	}
	if onGrid {
		h.grid++
	}
	return onGrid, onStop
}
