package ode

import (
	"fmt"
	"iter"
	"slices"

	"hopflow/flows"
)

// A Direction says which way a function goes through zero in time.
type Direction int

// Directions of a crossing.
const (
	Either  Direction = 0
	Rising  Direction = 1  // from negative to positive
	Falling Direction = -1 // from positive to negative
)

// An Event is a crossing of g(t, x) = 0 to watch for while a flow is solved.
//
// A crossing is a change of sign of g along the interpolated solution, located
// to Tol. Reaching 0 exactly is a crossing, leaving it is not, so a solution
// that starts on g = 0 does not report its start.
//
// What can be missed: g is looked at in seven places of each step, and where
// three of them in a row show |g| dipping, its least value is searched. So a
// pair of crossings is found if g turns once between two of these places, and
// only something faster - two turns between neighbours, that is, g oscillating
// within an eighth of a step or so - is not: bound the steps with
// Settings.MaxStep or Settings.Step then. A touch of 0 without a change of
// sign is no crossing and is not reported.
type Event struct {
	Name string
	// Function is g. It does not write to x and does not keep it.
	Function func(t float64, x []float64) float64
	// Direction picks crossings. The default, Either, takes both.
	Direction Direction
	// Terminal stops the integration at the first crossing.
	Terminal bool
	// Tol is how closely a crossing is located in time. 0, the default, and any
	// smaller length, mean 4 spacings of the floating-point numbers there.
	Tol float64
}

// A Visit is a state that StepsWith yields: the end of a step where Event is
// nil, a crossing of that event otherwise.
type Visit struct {
	flows.State
	Event     *Event
	Direction Direction // of the crossing
}

// A Crossing is where and when an event happened. X is its own.
type Crossing struct {
	flows.State
	Event     *Event
	Direction Direction
}

// Named returns the crossings of the event with the given name.
func Named(name string, all []Crossing) (some []Crossing) {
	for _, c := range all {
		if c.Event.Name == name {
			some = append(some, c)
		}
	}
	return some
}

// StepsWith integrates as Steps does and yields, in the order of time, the
// states after each step and the crossings of the events between them. A
// crossing's state is the interpolated one just past the zero of g (within
// Tol), so that g has its new sign, or is 0; its error falls like h^p. For a
// method that cannot interpolate it is the end of a shorter step, and watching
// costs five more steps each step. The last pair is the state at t1, or the first
// crossing of a terminal event, or an *Error; ErrEvent is one whose g is not
// finite. It panics where Steps does, and on an event without a function, with
// an unknown direction, or with a tolerance that is negative or not finite.
func StepsWith(events []Event, f flows.Field, x0 []float64, t0, t1 float64, m Method, s *Settings) iter.Seq2[Visit, error] {
	events = slices.Clone(events)
	mustBeEvents(events)
	start, settings := slices.Clone(x0), s.resolved()
	newSolver(f, start, t0, m, settings) // panics now rather than in the loop
	return func(yield func(Visit, error) bool) {
		v := newSolver(f, start, t0, m, settings)
		w := newWatch(v, events)
		err := v.aim(t1)
		if err == nil {
			err = w.begin()
		}
		if err != nil {
			yield(Visit{State: v.state()}, err)
			return
		}
		for yield(Visit{State: v.state()}, nil) && v.t != t1 {
			if err := v.advance(); err != nil {
				yield(Visit{State: v.state()}, err)
				return
			}
			crossings, err := w.scan()
			for _, c := range crossings {
				if !yield(Visit(c), nil) || c.Event.Terminal {
					return
				}
			}
			if err != nil {
				yield(Visit{State: v.state()}, err)
				return
			}
		}
	}
}

// SolveWith integrates as StepsWith does and returns the states after each step
// and, apart from them, the crossings. If a terminal event happens the last
// state is its crossing. If the integration fails, it returns what was reached
// before, with the *Error.
func SolveWith(events []Event, f flows.Field, x0 []float64, t0, t1 float64, m Method, s *Settings) (*flows.Trajectory, []Crossing, error) {
	tr := new(flows.Trajectory)
	var crossings []Crossing
	for v, err := range StepsWith(events, f, x0, t0, t1, m, s) {
		switch {
		case err != nil:
			return tr, crossings, err
		case v.Event == nil:
			tr.Append(v.State)
			continue
		}
		c := Crossing(v)
		c.State = v.State.Clone()
		crossings = append(crossings, c)
		if v.Event.Terminal && v.T != tr.Last().T {
			tr.Append(v.State)
		}
	}
	return tr, crossings, nil
}

func mustBeEvents(events []Event) {
	for i, e := range events {
		switch {
		case e.Function == nil:
			panic(fmt.Sprintf("ode: event %d (%q) has no function", i, e.Name))
		case e.Direction < Falling || e.Direction > Rising:
			panic(fmt.Sprintf("ode: event %d (%q) has the direction %d: use Either, Rising or Falling", i, e.Name, e.Direction))
		case !(e.Tol >= 0) || e.Tol > 1e308:
			panic(fmt.Sprintf("ode: the tolerance of event %d (%q) is negative or not finite", i, e.Name))
		}
	}
}
