package sde

import (
	"fmt"
	"math"
)

// A Boundary says what becomes of particles that a step has taken out of their
// domain. It is data that goroutines may share; what varies is in the Block.
type Boundary interface {
	// Enforce is called after the step of a block from t to t+h, and puts right,
	// absorbs, or refuses what it finds: its error ends the run.
	Enforce(b *Block, t, h float64) error
}

// A rule is what becomes of a coordinate that leaves its interval.
type rule int

const (
	free rule = iota
	reflect
	wrap
	absorb
	forbid
)

// An Interval is where one coordinate may be, and what becomes of a particle
// that leaves it. The zero value is Free.
type Interval struct {
	Lo, Hi float64
	rule   rule
}

// Free is the whole line. A coordinate that is not finite, or beyond 1e100, is
// an error under this and every other rule.
func Free() Interval { return Interval{Lo: math.Inf(-1), Hi: math.Inf(1)} }

// Reflect returns the interval with mirrors at its ends, the normal reflection
// that keeps the density of a process without flux. One end may be infinite.
func Reflect(lo, hi float64) Interval { return interval(lo, hi, reflect) }

// Wrap returns the circle on which lo and hi are one point.
func Wrap(lo, hi float64) Interval {
	if math.IsInf(hi-lo, 0) {
		panic(fmt.Sprintf("sde: a circle from %g to %g", lo, hi))
	}
	return interval(lo, hi, wrap)
}

// Absorb returns the interval at whose ends a particle stops for good. One end
// may be infinite.
func Absorb(lo, hi float64) Interval { return interval(lo, hi, absorb) }

// Forbid returns the interval that it is an error to leave.
func Forbid(lo, hi float64) Interval { return interval(lo, hi, forbid) }

func interval(lo, hi float64, r rule) Interval {
	if !(lo < hi) || math.IsInf(lo, 1) || math.IsInf(hi, -1) {
		panic(fmt.Sprintf("sde: an interval from %g to %g", lo, hi))
	}
	return Interval{Lo: lo, Hi: hi, rule: r}
}

// A Box is a Boundary with an interval for each coordinate.
type Box struct {
	intervals []Interval
	absorbs   bool
	bridged   bool
	bridge    *bridge // of one goroutine; nil if not bridged
}

var _ Boundary = (*Box)(nil)

// Boundaries returns the box with the given interval for each coordinate:
// Boundaries(Reflect(0, 1), Wrap(-π, π), Free()).
func Boundaries(perCoordinate ...Interval) *Box {
	if len(perCoordinate) == 0 {
		panic("sde: a box without coordinates")
	}
	b := &Box{intervals: append([]Interval(nil), perCoordinate...)}
	for d, v := range b.intervals {
		if v == (Interval{}) {
			b.intervals[d] = Free()
		}
		b.absorbs = b.absorbs || v.rule == absorb
	}
	return b
}

// Reflecting returns the box that reflects every coordinate at lo and hi.
func Reflecting(lo, hi []float64) *Box { return boxOf(lo, hi, Reflect) }

// Periodic returns the torus on which lo and hi are one point in every
// coordinate.
func Periodic(lo, hi []float64) *Box { return boxOf(lo, hi, Wrap) }

// Absorbing returns the box at whose sides a particle stops for good.
func Absorbing(lo, hi []float64) *Box { return boxOf(lo, hi, Absorb) }

// Outside returns the box that it is an error to leave.
func Outside(lo, hi []float64) *Box { return boxOf(lo, hi, Forbid) }

func boxOf(lo, hi []float64, make func(lo, hi float64) Interval) *Box {
	if len(lo) != len(hi) {
		panic("sde: length mismatch")
	}
	all := []Interval(nil)
	for d := range lo {
		all = append(all, make(lo[d], hi[d]))
	}
	return Boundaries(all...)
}

// Intervals returns the interval of each coordinate.
func (x *Box) Intervals() []Interval { return append([]Interval(nil), x.intervals...) }

// Contains reports whether the point is inside, or on a side.
func (x *Box) Contains(p []float64) bool {
	if len(p) != len(x.intervals) {
		panic("sde: length mismatch")
	}
	for d, v := range x.intervals {
		if !(p[d] >= v.Lo && p[d] <= v.Hi) {
			return false
		}
	}
	return true
}

// Enforce puts the moving particles back, stops them, or returns a
// *ParticleError for the first that must not be where it is.
func (x *Box) Enforce(b *Block, t, h float64) error {
	if len(x.intervals) != len(b.X) {
		panic(fmt.Sprintf("sde: a box of %d coordinates for a system of %d", len(x.intervals), len(b.X)))
	}
	for d, v := range x.intervals {
		if v.rule == absorb {
			continue
		}
		if i := v.enforce(b.moving[d]); i >= 0 {
			return leaves(b, i, d, t+h, v)
		}
	}
	if !x.absorbs {
		return nil
	}
	for d, v := range x.intervals {
		if v.rule != absorb {
			continue
		}
		for i, y := range b.moving[d] {
			if !(y > -runaway && y < runaway) {
				return leaves(b, i, d, t+h, v)
			}
		}
	}
	x.stop(b, t, h)
	return nil
}

// runaway is what no coordinate reaches but on its way to infinity.
const runaway = 1e100

// enforce puts a row of coordinates back into the interval and returns -1, or
// the place of the first that cannot be. A coordinate inside keeps its bits;
// the one branch that it takes is all that the rule costs.
func (v *Interval) enforce(x []float64) int {
	lo, hi := max(v.Lo, -runaway), min(v.Hi, runaway)
	if v.rule == wrap { // hi is lo
		hi = math.Nextafter(hi, lo)
	}
	for i := range x {
		if y := x[i]; !(y >= lo && y <= hi) && !v.put(x, i) {
			return i
		}
	}
	return -1
}

// put brings back one coordinate that has left, if the rule allows it.
//
//go:noinline
func (v *Interval) put(x []float64, i int) bool {
	switch y := x[i]; {
	case !(math.Abs(y) < runaway) || v.rule == free || v.rule == forbid:
		return false
	case v.rule == wrap:
		x[i] = v.wrapped(y)
	default:
		x[i] = v.folded(y)
	}
	return true
}

// folded returns the mirror image of y inside, over however many reflections.
func (v Interval) folded(y float64) float64 {
	switch {
	case math.IsInf(v.Hi, 1):
		return v.Lo + math.Abs(y-v.Lo)
	case math.IsInf(v.Lo, -1):
		return v.Hi - math.Abs(y-v.Hi)
	}
	width := v.Hi - v.Lo
	y = math.Mod(math.Abs(y-v.Lo), 2*width) // the image has period 2 width and is even
	if y > width {
		y = 2*width - y
	}
	return min(v.Lo+y, v.Hi)
}

// wrapped returns the point of the circle, lo <= y < hi.
func (v Interval) wrapped(y float64) float64 {
	width := v.Hi - v.Lo
	y = math.Mod(y-v.Lo, width)
	if y < 0 {
		y += width
	}
	if y += v.Lo; y >= v.Hi { // rounding
		return v.Lo
	}
	return y
}

// unbounded is the boundary of an Ensemble without one.
type unbounded struct{}

var wholeLine = Free()

func (unbounded) Enforce(b *Block, t, h float64) error {
	for d, x := range b.moving {
		if i := wholeLine.enforce(x); i >= 0 {
			return leaves(b, i, d, t+h, wholeLine)
		}
	}
	return nil
}
