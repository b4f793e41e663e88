package langevin

import (
	"errors"
	"fmt"
	"math"
)

// Stationary returns the probability that the process is between a and b in
// the long run, m(a, b)/m(Lo, Hi). It is an error if the speed measure of the
// state space is infinite: then there is no stationary density. It panics
// unless Lo <= a <= b <= Hi.
func (l *Line) Stationary(a, b float64) (float64, error) {
	l.mustMean()
	if !(l.Lo <= a && a <= b && b <= l.Hi) {
		panic(fmt.Sprintf("langevin: the interval (%v, %v) on a line from %v to %v", a, b, l.Lo, l.Hi))
	}
	c := l.inner()
	mass := func(x float64) (float64, error) { // m(c, x), signed
		if x == c {
			return 0, nil
		}
		s, err := l.sum(c, x)
		if err == nil && s.infinite.speed {
			err = fmt.Errorf("langevin: the speed measure is infinite near %v: there is no stationary density", x)
		}
		return math.Copysign(s.speed, x-c), err
	}
	var all [4]float64
	for i, x := range []float64{l.Lo, a, b, l.Hi} {
		v, err := mass(x)
		if err != nil {
			return 0, err
		}
		all[i] = v
	}
	return (all[2] - all[1]) / (all[3] - all[0]), nil
}

// Hits returns the probability that the process, started at x, reaches b before
// a: S(a, x)/S(a, b) with the scale S = ∫ s dx. An end of the state space that
// cannot be reached is never hit. It is an error if neither can be, and panics
// unless Lo <= a <= x <= b <= Hi and a < b.
func (l *Line) Hits(x, a, b float64) (float64, error) {
	left, right, err := l.both(x, a, b)
	switch {
	case err != nil:
		return 0, err
	case left.out && right.out:
		return 0, errors.New("langevin: neither end can be reached")
	case left.out:
		return 1, nil
	case right.out:
		return 0, nil
	}
	return left.scale / (left.scale + right.scale), nil
}

// MeanExit returns the mean time until the process, started at x, leaves the
// interval (a, b),
//
//	p ∫_x^b S(y, b) m dy + (1-p) ∫_a^x S(a, y) m dy,  p = S(a, x)/S(a, b),
//
// to about nine digits. An end of the state space that cannot be reached leaves
// only the other; MeanExit(x, -∞, b) is the mean first-passage time to b, and
// MeanExit(x, Lo, Hi), if both can be reached, the mean time of explosion. It
// is +Inf where the process need not leave, or on the average takes for ever.
// It panics as Hits does.
func (l *Line) MeanExit(x, a, b float64) (float64, error) {
	if x == a || x == b {
		return 0, nil
	}
	left, right, err := l.both(x, a, b)
	if err != nil {
		return 0, err
	}
	unit := math.Exp(l.LogScale(x) + l.LogSpeed(x))
	switch {
	case left.out && right.out:
		return math.Inf(1), nil
	case left.out:
		return right.away(left) * unit, nil
	case right.out:
		return left.away(right) * unit, nil
	}
	// Both sides have s and m relative to their values at x.
	return (left.scale*right.nested + right.scale*left.nested) / (left.scale + right.scale) * unit, nil
}

// away returns ∫_x^b s(y) m(a, y) dy, the time to reach this side's end if the
// other side's cannot be.
func (s side) away(other side) float64 {
	if other.infinite.speed {
		return math.Inf(1)
	}
	return s.scale*other.speed + s.nested
}

// both integrates from x to both ends.
func (l *Line) both(x, a, b float64) (left, right side, err error) {
	l.mustMean()
	if !(l.Lo <= a && a <= x && x <= b && b <= l.Hi && a < b) {
		panic(fmt.Sprintf("langevin: from %v to the ends %v and %v on a line from %v to %v", x, a, b, l.Lo, l.Hi))
	}
	if left, err = l.sum(x, a); err != nil {
		return left, right, err
	}
	right, err = l.sum(x, b)
	return left, right, err
}

// A Boundary is what an end of the state space is, in the classification of
// Feller.
type Boundary int

// The four kinds. A regular end is reached, and left if it reflects; an exit is
// reached and not left; an entrance can be started from and is not reached; a
// natural end is neither.
const (
	Regular Boundary = iota
	Exit
	Entrance
	Natural
)

// String returns the name of the kind.
func (b Boundary) String() string {
	if b < Regular || b > Natural {
		return fmt.Sprintf("Boundary(%d)", int(b))
	}
	return [...]string{"regular", "exit", "entrance", "natural"}[b]
}

// Attainable reports whether the process reaches the end with positive
// probability in finite time.
func (b Boundary) Attainable() bool { return b == Regular || b == Exit }

// End returns what the lower or the upper end of the state space is: attainable
// if ∫ m(c, x) s(x) dx is finite towards it, c an inner point, and to be
// entered from if ∫ S(c, x) m(x) dx is. Whether they are is read off how the
// integrands, times the distance, behave at distances that fall (or grow)
// geometrically, up to what float64 resolves. It is an error if that does not
// decide: at an integrand of about 1/(distance ln(1/distance)), or one that
// cannot be evaluated near the end.
func (l *Line) End(upper bool) (Boundary, error) {
	l.mustMean()
	c, err := l.approach(upper)
	if err != nil {
		return 0, err
	}
	reached, err := c.converges(c.reach, "m(c, x) s(x)")
	if err != nil {
		return 0, err
	}
	entered, err := c.converges(c.enter, "S(c, x) m(x)")
	switch {
	case err != nil:
		return 0, err
	case reached && entered:
		return Regular, nil
	case reached:
		return Exit, nil
	case entered:
		return Entrance, nil
	}
	return Natural, nil
}
