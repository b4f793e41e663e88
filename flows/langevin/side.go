package langevin

import (
	"fmt"
	"math"
)

// A side holds the integrals from an inner point c outward to a point or an
// end, of s and m divided by their values at c.
type side struct {
	scale, speed float64 // ∫ s, ∫ m
	nested       float64 // ∫ s(y) m(c, y) dy
	out          bool    // it is an end that cannot be reached: scale and nested are not known
	infinite     struct{ speed bool }
}

// A route maps w >= 0 to the points from c outward to an end.
type route struct {
	at   func(w float64) (x, slope float64) // slope = |dx/dw|
	to   func(x float64) float64            // the inverse of at
	last float64                            // where it ends
	tail bool                               // there is more beyond the last
	// blur is the relative error of functions of the distance to the end, since
	// x is rounded.
	blur func(w float64) float64
}

func sharp(float64) float64 { return 0 }

// way returns the route from c to a target: evenly to a point inside, with
// geometric distances to a finite end, by sinh to an infinite one.
func (l *Line) way(c, target float64) route {
	sign, width := 1.0, math.Abs(target-c)
	if target < c {
		sign = -1
	}
	switch {
	case math.IsInf(target, 0):
		return route{
			at:   func(w float64) (x, slope float64) { return c + sign*math.Sinh(w), math.Cosh(w) },
			to:   func(x float64) float64 { return math.Asinh(math.Abs(x - c)) },
			last: 138, // 4e59
			blur: sharp,
		}
	case target == l.Lo || target == l.Hi:
		return route{
			at: func(w float64) (x, slope float64) {
				d := width * math.Exp(-w)
				return target - sign*d, d
			},
			to:   func(x float64) float64 { return -math.Log(math.Abs(target-x) / width) },
			last: math.Min(200, -math.Log(100*finest*math.Max(math.Abs(target), 1e-70)/width)),
			tail: true,
			blur: func(w float64) float64 { return 1e-15 * math.Abs(target) / width * math.Exp(w) },
		}
	}
	return route{
		at:   func(w float64) (x, slope float64) { return c + sign*width*w, width },
		to:   func(x float64) float64 { return math.Abs(x-c) / width },
		last: 1,
		blur: sharp,
	}
}

// sum integrates from c to a target, which may be an end of the state space.
// Attainable ends, and the mass near those that are not, are told apart by
// Feller's test.
func (l *Line) sum(c, target float64) (side, error) {
	var s side
	if c == target {
		return s, nil
	}
	if target == l.Lo || target == l.Hi {
		kind, err := l.End(target == l.Hi)
		if err != nil {
			return s, err
		}
		s.out = !kind.Attainable()
		a, err := l.approach(target == l.Hi)
		if err != nil {
			return s, err
		}
		mass, err := a.converges(a.speed, "m(x)")
		if err != nil {
			return s, err
		}
		s.infinite.speed = !mass
	}
	p := &panels{line: l, route: l.way(c, target), s0: l.LogScale(c), m0: l.LogSpeed(c), side: s}
	return p.march()
}

var errPanels = fmt.Errorf("langevin: the integrals of scale and speed density do not settle: name their jumps as Breaks")
