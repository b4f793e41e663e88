package hopfield

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// A Limit is what a trajectory comes to, its ω-limit set: an equilibrium, or a limit cycle of
// an asymmetric network. One of the two is not nil.
type Limit struct {
	Equilibrium *Equilibrium
	Cycle       *LimitCycle
	Time        float64 // when the flow had come close enough to tell
}

// Kind returns "limit cycle", or the kind of the equilibrium.
func (s *Limit) Kind() string {
	if s.Cycle != nil {
		return "limit cycle"
	}
	return s.Equilibrium.Kind()
}

// Point returns the equilibrium, or a point of the cycle.
func (s *Limit) Point() []float64 {
	if s.Cycle != nil {
		return s.Cycle.States[0]
	}
	return s.Equilibrium.X
}

// settleLimits say when a trajectory has arrived.
const (
	settleSpeed = 1e-6  // τ |dx/dt| at which Newton's method takes over
	settleNear  = 1e-3  // how far it may lead
	settleTol   = 1e-10 // error of a step
	basinTol    = 1e-7  // the same, for maps
	settleTime  = 2000  // in units of the largest τ
)

// Settle follows the flow from x0 to what it comes to. An equilibrium is
// polished by Newton's method; a saddle is reported only where the flow itself
// runs into it to rounding, as it does from symmetric data on its stable
// manifold, and not when it passes by. A limit cycle, which only an asymmetric
// network can have, is reported with its period.
//
// It is an error, with the last state in the text, if the trajectory has done
// neither after 2000 of the largest τ: near a bifurcation approach is slow, and
// asymmetric networks may be chaotic.
func (c *Continuous) Settle(x0 []float64) (*Limit, error) {
	checkLen(x0, c.n)
	if err := checkFinite("x0", x0); err != nil {
		return nil, err
	}
	return newSettler(c, settleTol).run(x0)
}

// A settler owns the scratch of Settle.
type settler struct {
	c      *Continuous
	tol    float64
	motion *contMotion
	newton *newtonSolver
	seen   []*Equilibrium // known ones, so that they are not analysed again
	cycles []*LimitCycle
	x      []float64
}

func newSettler(c *Continuous, tol float64) *settler {
	return &settler{c: c, tol: tol, motion: newContMotion(c, tol), newton: newNewtonSolver(c), x: make([]float64, c.n)}
}

func (s *settler) run(x0 []float64) (*Limit, error) {
	copy(s.x, x0)
	longest := floats.Max(s.c.tau)
	s.motion.h, s.motion.tol = floats.Min(s.c.tau)/100, s.tol
	next := settleSpeed // speed at which to look for an equilibrium
	for t, look := 0.0, 10.0; t < settleTime*longest; {
		h, err := s.motion.step(s.x, math.Inf(1))
		if err != nil {
			return nil, err
		}
		t += h
		speed := s.motion.speed(s.x)
		// A fixed tolerance would keep the flow that far from a saddle it runs into.
		s.motion.tol = math.Min(s.tol, math.Max(1e-4*speed, 1e-16))
		if e := s.near(speed); e != nil {
			return &Limit{Equilibrium: e, Time: t}, nil
		}
		if speed < next {
			if e := s.arrived(speed); e != nil {
				return &Limit{Equilibrium: e, Time: t}, nil
			}
			next = speed / 4
		} else if speed > 8*next {
			next = settleSpeed // it was a saddle, and is left behind
		}
		if !s.c.symmetric && t > look*longest {
			cycle, err := s.cycle(look > 40)
			if err != nil {
				return nil, err
			}
			if cycle != nil {
				return &Limit{Cycle: cycle, Time: t}, nil
			}
			look *= 2
		}
	}
	return nil, fmt.Errorf("hopfield: not settled after a time of %.3g: x = %.6g still moves, τ dx/dt = %.3g; start elsewhere, or look whether an eigenvalue of the Jacobian is near 0 (asymmetric networks may also be chaotic)", settleTime*longest, s.x, s.motion.speed(s.x))
}

// cycle returns the limit cycle that x has come to: a known one, or, if it is
// late, one to be found.
func (s *settler) cycle(late bool) (*LimitCycle, error) {
	for _, l := range s.cycles {
		if l.near(s.x, 1e-3) {
			return l, nil
		}
	}
	if !late {
		return nil, nil
	}
	return findLimitCycle(s.c, s.x)
}

// near returns the known stable equilibrium that x is next to, or nil.
func (s *settler) near(speed float64) *Equilibrium {
	if speed > 1e-3 {
		return nil
	}
	for _, e := range s.seen {
		if e.Stable() && floats.Distance(s.x, e.X, math.Inf(1)) < 1e-4 {
			return e
		}
	}
	return nil
}

// arrived returns the equilibrium that x is about to reach, or nil.
func (s *settler) arrived(speed float64) *Equilibrium {
	root, err := s.newton.solve(s.x)
	if err != nil || floats.Distance(root, s.x, math.Inf(1)) > settleNear {
		return nil
	}
	e, err := s.c.equilibrium(root)
	if err != nil {
		return nil
	}
	if !e.Stable() && speed > 1e-13 {
		return nil // passing by, so far
	}
	return e
}

// sameLimit reports whether two outcomes are one attractor.
func sameLimit(a, b *Limit) bool {
	switch {
	case a.Cycle == nil && b.Cycle == nil:
		return floats.Distance(a.Equilibrium.X, b.Equilibrium.X, math.Inf(1)) < 1e-6
	case a.Cycle == nil || b.Cycle == nil:
		return false
	}
	return math.Abs(a.Cycle.Period-b.Cycle.Period) < 1e-6*a.Cycle.Period && a.Cycle.near(b.Cycle.States[0], 1e-3)
}

// limitIndex returns the place of s among the attractors, or -1.
func limitIndex(attractors []*Limit, s *Limit) int {
	return slices.IndexFunc(attractors, func(a *Limit) bool { return sameLimit(a, s) })
}
