package sde

import "math"

// Bridged returns the box with its absorbing sides corrected for what happens
// inside a step. A particle that stands inside at both ends of a step may have
// been outside between: given both ends, with distances d and d' from the side
// and the variance σ² h of the coordinate's noise, it has touched the side
// with probability exp(-2 d d'/(σ² h)), that of a Brownian bridge. Bridged
// draws from it, and draws the time of touching from the bridge's law too:
// exact for a Brownian motion with drift and one side, and of weak order 1 in
// general, where the uncorrected box, which looks at the ends of steps only,
// has 1/2 (Gobet 2000). It calls the noise of the system once more for each of
// its Brownian motions.
func (x *Box) Bridged() *Box {
	y := *x
	y.bridged = true
	return &y
}

// bind returns the box with scratch of its own.
func (x *Box) bind(s *System, size int) Boundary {
	if !x.bridged || !x.absorbs {
		return x
	}
	y := *x
	y.bridge = newBridge(s, size)
	return &y
}

// needsOld reports whether Enforce looks at Block.Old.
func (x *Box) needsOld() bool { return x.absorbs }

// stop absorbs the particles that have left.
func (x *Box) stop(b *Block, t, h float64) {
	if x.bridge != nil {
		x.bridge.of(t, b.Old, b.Live)
	}
	for i := b.Live - 1; i >= 0; i-- {
		side, at, when := -1, 0.0, math.Inf(1)
		for d, v := range x.intervals {
			if v.rule != absorb {
				continue
			}
			for _, wall := range [2]float64{v.Lo, v.Hi} {
				if math.IsInf(wall, 0) {
					continue
				}
				if s := x.touches(b, d, i, wall, h); s < when {
					side, at, when = d, wall, s
				}
			}
		}
		if side < 0 {
			continue
		}
		for d, v := range x.intervals {
			if row := b.X[d]; d == side {
				row[i] = at
			} else if v.rule != wrap { // a straight line on a circle may go the wrong way
				row[i] = between(b.Old[d][i], row[i], when)
			}
		}
		b.Absorb(i, t+when*h)
	}
}

// between returns the point a share of the way from a to b, and never beyond.
func between(a, b, share float64) float64 {
	y := a + share*(b-a)
	if share == 1 || (y > b) == (b > a) {
		return b
	}
	return y
}

// touches returns the share of the step after which coordinate d of column i
// touches a wall, +Inf if it does not.
func (x *Box) touches(b *Block, d, i int, wall, h float64) float64 {
	from, to := wall-b.Old[d][i], wall-b.X[d][i]
	crossed := from*to <= 0
	if x.bridge == nil {
		if crossed {
			return 1
		}
		return math.Inf(1)
	}
	variance := x.bridge.total.all[d][i] * h
	if !crossed {
		z := 2 * from * to / variance
		if !(z < 50) || b.Stream.ExpFloat64() < z { // exp(-50) is 2e-22
			return math.Inf(1)
		}
	}
	return touchTime(b.Stream, from, to, variance)
}

// touchTime draws the time, as a share of the step, at which a Brownian bridge
// from 0 to from-to of the given variance first touches the level from, given
// that it does. On the clock s = t/(1-t) the bridge is a Brownian motion with
// drift, whose hitting time has the inverse Gaussian law of mean
// from/|to| and shape from²/variance.
func touchTime(s *Stream, from, to, variance float64) float64 {
	if from == 0 {
		return 0
	}
	if variance == 0 { // a straight line
		return from / (from - to)
	}
	clock := inverseGaussian(s, math.Abs(from/to), from*from/variance)
	if math.IsInf(clock, 1) {
		return 1
	}
	return clock / (1 + clock)
}

// inverseGaussian draws from the inverse Gaussian law (Michael, Schucany and
// Haas 1976), the smaller root in the form without cancellation. An infinite
// mean is Lévy's law.
func inverseGaussian(s *Stream, mean, shape float64) float64 {
	z := s.NormFloat64()
	y := z * z / shape
	if math.IsInf(mean, 1) {
		return 1 / y
	}
	y *= mean
	small := 2 * mean / (2 + y + math.Sqrt(y*(4+y)))
	if s.Float64()*(mean+small) <= mean {
		return small
	}
	return mean * (mean / small)
}

// A bridge computes the variance rate Σ_j b_ij² of every coordinate's noise.
type bridge struct {
	*coefficients
	total, column, unit *rows
}

func newBridge(s *System, size int) *bridge {
	c := newCoefficients(s, size)
	return &bridge{coefficients: c, total: newRows(c.n, size), column: newRows(c.n, size), unit: newRows(c.m, size)}
}

// of stores the rates for the first live particles of old in total.
func (r *bridge) of(t float64, old [][]float64, live int) {
	total, column, unit := r.total.of(live), r.column.of(live), r.unit.of(live)
	fill(total, 0)
	for j := range unit {
		fill(unit, 0)
		for i := range unit[j] {
			unit[j][i] = 1
		}
		r.noise(column, t, old, unit)
		for d, row := range column {
			for i, v := range row {
				total[d][i] += v * v
			}
		}
	}
}
