package ode

import (
	"cmp"
	"math"
	"slices"

	"hopflow/flows"
)

// places are where in a step the functions of events are looked at. Those near
// the ends show which way a function goes there.
var places = [...]float64{0, 1. / 256, 0.25, 0.5, 0.75, 255. / 256, 1}

// A watch looks for crossings in the steps of a solver.
type watch struct {
	v      *solver
	events []Event
	probe  Stepper     // takes shorter steps, for a method without interpolant
	x      []float64   // state inside a step
	g      [][]float64 // values at the places, an event a row
	bad    flows.State // where a function was not finite
	found  []Crossing  // in the last step
	states [][]float64 // of these
	spans  [][2]span   // of one event
}

// A span is a place in a step with the value of an event's function.
type span struct{ theta, g float64 }

func newWatch(v *solver, events []Event) *watch {
	w := &watch{v: v, events: events, x: make([]float64, len(v.x))}
	if !v.stepper.Interpolate(nil, 0) {
		w.probe = v.method.Stepper(v.field, len(v.x))
	}
	for range events {
		w.g = append(w.g, make([]float64, len(places)))
	}
	return w
}

// begin evaluates the functions at the state where the solver is.
func (w *watch) begin() error {
	last := len(places) - 1
	for i, e := range w.events {
		if w.g[i][last] = e.Function(w.v.t, w.v.x); !flows.Finite(w.g[i][last:]) {
			return w.v.fail(ErrEvent, 0)
		}
	}
	return nil
}

// at returns the time and the state at a place of the last step. The ends are
// the solver's own states.
func (w *watch) at(theta float64) (float64, []float64) {
	v := w.v
	h := v.t - v.from
	switch {
	case theta == 0:
		return v.from, v.next
	case theta == 1:
		return v.t, v.x
	case w.probe != nil:
		w.probe.Step(w.x, v.from, theta*h, v.next)
	default:
		v.stepper.Interpolate(w.x, theta)
	}
	return v.from + theta*h, w.x
}

// value returns g at a place, and keeps the place if it is not finite.
func (w *watch) value(e *Event, theta float64) float64 {
	t, x := w.at(theta)
	g := e.Function(t, x)
	if (math.IsNaN(g) || math.IsInf(g, 0)) && w.bad.X == nil {
		w.bad = flows.State{T: t, X: x}.Clone()
	}
	return g
}

// scan returns the crossings in the solver's last step in the order of time, up
// to the first terminal one. They are valid until the next scan. The error says
// that a function was not finite before that.
func (w *watch) scan() ([]Crossing, error) {
	w.found, w.bad = w.found[:0], flows.State{}
	last := len(places) - 1
	for i := range w.g {
		w.g[i][0] = w.g[i][last]
	}
	for k := 1; k <= last; k++ { // each place once for all events
		t, x := w.at(places[k])
		if !flows.Finite(x) && w.bad.X == nil { // the slope at the end of the step is not
			w.bad = flows.State{T: t, X: x}.Clone()
		}
		for i := range w.events {
			g := w.events[i].Function(t, x)
			if w.g[i][k] = g; !flows.Finite(w.g[i][k:k+1]) && w.bad.X == nil {
				w.bad = flows.State{T: t, X: x}.Clone()
			}
		}
	}
	if w.bad.X == nil {
		for i := range w.events {
			w.search(i)
		}
	}
	if w.bad.X != nil {
		err := w.v.fail(ErrEvent, w.v.t-w.v.from).(*Error)
		err.At = w.bad
		return nil, err
	}
	slices.SortStableFunc(w.found, func(a, b Crossing) int {
		if w.v.t < w.v.from {
			a, b = b, a
		}
		return cmp.Compare(a.T, b.T)
	})
	for k, c := range w.found {
		if c.Event.Terminal {
			return w.found[:k+1], nil
		}
	}
	return w.found, nil
}

// search finds the crossings of event i between the places.
func (w *watch) search(i int) {
	e, g := &w.events[i], w.g[i]
	w.spans = w.spans[:0]
	for k := 1; k < len(places); k++ {
		a, b := span{places[k-1], g[k-1]}, span{places[k], g[k]}
		if crosses(a.g, b.g) {
			w.spans = append(w.spans, [2]span{a, b})
			continue
		}
		// |g| dips between k-1 and k+1: it may reach 0 there, and come back.
		if k+1 == len(places) {
			continue
		}
		c := span{places[k+1], g[k+1]}
		if same(a.g, b.g) && same(b.g, c.g) && math.Abs(b.g) <= math.Abs(a.g) && math.Abs(b.g) < math.Abs(c.g) {
			if low, ok := w.dip(e, a, c); ok {
				w.spans = append(w.spans, [2]span{a, low}, [2]span{low, c})
			}
		}
	}
	for _, s := range w.spans {
		if crosses(s[0].g, s[1].g) {
			w.locate(e, s[0], s[1])
		}
	}
}

// same reports whether two values have the same sign, and none is 0.
func same(a, b float64) bool { return a < 0 && b < 0 || a > 0 && b > 0 }

// crosses reports whether going from a to b leaves the sign of a.
func crosses(a, b float64) bool { return a < 0 && b >= 0 || a > 0 && b <= 0 }

// dip looks by golden sections for a place between a and c where g has not the
// sign it has at both, and reports whether there is one.
func (w *watch) dip(e *Event, a, c span) (span, bool) {
	const golden = 0.3819660112501051
	sign := math.Copysign(1, a.g)
	lo, hi := a.theta, c.theta
	at := func(theta float64) span { return span{theta, w.value(e, theta)} }
	p, q := at(lo+golden*(hi-lo)), at(hi-golden*(hi-lo))
	for hi-lo > 1e-9 {
		switch {
		case !(sign*p.g > 0):
			return p, w.bad.X == nil
		case !(sign*q.g > 0):
			return q, w.bad.X == nil
		case sign*p.g < sign*q.g:
			hi, q = q.theta, p
			p = at(lo + golden*(hi-lo))
		default:
			lo, p = p.theta, q
			q = at(hi - golden*(hi-lo))
		}
	}
	return span{}, false
}

// locate narrows the crossing of e between a and b and keeps it, if it goes in
// the direction that is asked for.
func (w *watch) locate(e *Event, a, b span) {
	direction := Rising
	if a.g > 0 {
		direction = Falling
	}
	if e.Direction != Either && e.Direction != direction {
		return
	}
	h := math.Abs(w.v.t - w.v.from)
	size := math.Max(math.Abs(w.v.t), math.Abs(w.v.from))
	tol := math.Max(e.Tol, 4*(math.Nextafter(size, math.Inf(1))-size)) / h
	r := newBracket(a.theta, a.g, b.theta, b.g)
	for r.wider(tol) {
		theta := r.next()
		r.narrow(theta, w.value(e, theta))
	}
	t, x := w.at(r.at(-a.g))
	k := len(w.found)
	if k == len(w.states) {
		w.states = append(w.states, make([]float64, len(x)))
	}
	copy(w.states[k], x)
	w.found = append(w.found, Crossing{State: flows.State{T: t, X: w.states[k]}, Event: e, Direction: direction})
}
