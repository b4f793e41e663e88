package ode

import (
	"iter"
	"math"
	"slices"

	"hopflow/flows"
)

// A Filippov flow has one field where a function g is negative and another
// where it is positive, as the gradient of a network of rectifiers does on the
// two sides of (W_1 x)_k = 0, [CH] Theorem 3. Where both point to the surface
// g = 0 the solution slides along it,
//
//	dx/dt = α f₊ + (1-α) f₋,   α = n·f₋ / (n·f₋ - n·f₊),   n = ∇g,
//
// the only mixture of both that is tangent to it. A. F. Filippov, Differential
// Equations with Discontinuous Righthand Sides (1988) chapter 2. There is no C¹
// solution then. One surface: where several meet this is not enough.
type Filippov struct {
	Below, Above flows.Field // f₋ and f₊; each may be asked a little beyond the surface
	// Surface is g. It does not depend on t.
	Surface func(x []float64) float64
	// Normal stores ∇g in dst. It does not vanish on the surface.
	Normal func(dst, x []float64)
}

// A Mode says where a Filippov solution is.
type Mode int

// Modes of a Filippov solution.
const (
	Below   Mode = -1 // g < 0, along Below
	Sliding Mode = 0  // g = 0
	Above   Mode = 1  // g > 0, along Above
)

// String returns the name of the mode.
func (m Mode) String() string { return [...]string{"below", "sliding", "above"}[m+1] }

// A Slide is a state of a Filippov solution. Mode is that in which the solution
// goes on, so the state where it changes has the new one.
type Slide struct {
	flows.State
	Mode Mode
}

// Steps integrates from x0 at t0 to t1 > t0 and yields the state after each step
// and where the mode changes, which is located as an Event is. While sliding, x
// is put back on the surface after each step, by Newton's method along n. X is
// valid until the next state. If the integration fails, the last pair has the
// last good state and an *Error: ErrSliding where both fields point away from
// the surface, ErrChatter where the mode changes without end, and what Steps of the package gives. It panics where that does, and if t1 < t0.
func (p Filippov) Steps(x0 []float64, t0, t1 float64, m Method, s *Settings) iter.Seq2[Slide, error] {
	if p.Below == nil || p.Above == nil || p.Surface == nil || p.Normal == nil {
		panic("ode: a Filippov flow needs two fields, a surface and its normal")
	}
	if t1 < t0 {
		panic("ode: sliding is not reversible: t1 >= t0")
	}
	start, settings := slices.Clone(x0), s.resolved()
	newSolver(p.Below, start, t0, m, settings) // panics now rather than in the loop
	return func(yield func(Slide, error) bool) {
		r := newSlider(p, len(start))
		mode, x, t := Below, slices.Clone(start), t0
		err := error(nil)
		switch g := p.Surface(x); {
		case math.IsNaN(g):
			err = &Error{Reason: ErrEvent, At: flows.State{T: t, X: x}}
		case g == 0:
			mode, err = r.leave(t, x)
		case g > 0:
			mode = Above
		}
		chatter, since := 0, t
		for more := yield(Slide{flows.State{T: t, X: x}, mode}, err); more && err == nil && t < t1; {
			mode, t, more, err = r.run(mode, x, t, t1, m, settings, yield)
			if chatter++; t-since > chatterTime*(t1-t0) {
				chatter, since = 0, t
			}
			if chatter > maxChatter && err == nil && more {
				err = &Error{Reason: ErrChatter, At: flows.State{T: t, X: x}.Clone()}
			}
			if err != nil {
				yield(Slide{flows.State{T: t, X: x}, mode}, err)
			}
		}
	}
}

// A solution that changes its mode maxChatter times in a span of chatterTime of
// the interval would do so for ever: a field that has a kink of its own on the
// surface, or a second surface there.
const (
	maxChatter  = 200
	chatterTime = 1e-4
)

// Solve integrates as Steps does and returns every state with its mode. If the
// integration fails, it returns what was reached before, with the *Error.
func (p Filippov) Solve(x0 []float64, t0, t1 float64, m Method, s *Settings) (*flows.Trajectory, []Mode, error) {
	tr, modes := new(flows.Trajectory), []Mode(nil)
	for v, err := range p.Steps(x0, t0, t1, m, s) {
		switch {
		case err != nil:
			return tr, modes, err
		case tr.Len() > 0 && v.T == tr.Last().T: // the mode changes where a step ends
			modes[len(modes)-1] = v.Mode
		default:
			tr.Append(v.State)
			modes = append(modes, v.Mode)
		}
	}
	return tr, modes, nil
}

// A slider integrates a Filippov flow, a mode at a time.
type slider struct {
	Filippov
	below, above, normal []float64
}

func newSlider(p Filippov, n int) *slider {
	return &slider{p, make([]float64, n), make([]float64, n), make([]float64, n)}
}

// fluxes returns n·f₋ and n·f₊ at x.
func (r *slider) fluxes(t float64, x []float64) (below, above float64) {
	r.Normal(r.normal, x)
	r.Below(r.below, t, x)
	r.Above(r.above, t, x)
	return inner(r.normal, r.below), inner(r.normal, r.above)
}

// slide is the sliding field, for states near the surface.
func (r *slider) slide(dst []float64, t float64, x []float64) {
	below, above := r.fluxes(t, x)
	alpha := below / (below - above)
	for i := range dst {
		dst[i] = alpha*r.above[i] + (1-alpha)*r.below[i]
	}
}

// leave returns the mode in which a solution goes on from the surface. A field
// that is tangent to it counts as one that does not point to it.
func (r *slider) leave(t float64, x []float64) (Mode, error) {
	below, above := r.fluxes(t, x)
	switch {
	case math.IsNaN(below + above):
		return Sliding, &Error{Reason: ErrNonFinite, At: flows.State{T: t, X: x}.Clone()}
	case below > 0 && above < 0:
		return Sliding, nil
	case below >= 0 && above >= 0:
		return Above, nil
	case below <= 0 && above <= 0:
		return Below, nil
	}
	return Sliding, &Error{Reason: ErrSliding, At: flows.State{T: t, X: x}.Clone()}
}

// run integrates in one mode until it ends, leaves the state in x and returns
// the next mode and the time.
func (r *slider) run(mode Mode, x []float64, t, t1 float64, m Method, s Settings, yield func(Slide, error) bool) (Mode, float64, bool, error) {
	f, events := r.Below, []Event{{Function: func(_ float64, x []float64) float64 { return r.Surface(x) }, Direction: Rising, Terminal: true}}
	switch mode {
	case Above:
		f, events[0].Direction = r.Above, Falling
	case Sliding:
		f, events = r.slide, []Event{
			{Function: func(t float64, x []float64) float64 { b, _ := r.fluxes(t, x); return b }, Direction: Falling, Terminal: true},
			{Function: func(t float64, x []float64) float64 { _, a := r.fluxes(t, x); return a }, Direction: Rising, Terminal: true}}
	}
	v := newSolver(f, x, t, m, s)
	w := newWatch(v, events)
	err := v.aim(t1)
	if err == nil {
		err = w.begin()
	}
	for err == nil && v.t != t1 {
		if err = v.advance(); err != nil {
			break
		}
		crossings, scanErr := w.scan()
		if len(crossings) > 0 {
			copy(x, crossings[0].X)
			t = crossings[0].T
			return r.change(mode, crossings[0].Event == &events[len(events)-1], x, t, yield)
		}
		if err = scanErr; err != nil {
			break
		}
		if mode == Sliding && !r.restore(v.x) {
			err = v.fail(ErrNotConverged, v.t-v.from)
			break
		}
		copy(x, v.x)
		if t = v.t; !yield(Slide{v.state(), mode}, nil) {
			return mode, t, false, nil
		}
	}
	return mode, t, true, err
}

// change ends a mode at x: sliding ends on the side whose field turned; the
// others end on the surface.
func (r *slider) change(mode Mode, last bool, x []float64, t float64, yield func(Slide, error) bool) (Mode, float64, bool, error) {
	var err error
	switch {
	case mode != Sliding:
		if !r.restore(x) {
			return mode, t, true, &Error{Reason: ErrNotConverged, At: flows.State{T: t, X: x}.Clone()}
		}
		mode, err = r.leave(t, x)
	case last:
		mode = Above
	default:
		mode = Below
	}
	if err != nil {
		return mode, t, true, err
	}
	return mode, t, yield(Slide{flows.State{T: t, X: x}, mode}, nil), nil
}

// restore moves x to the surface along the normal, to rounding.
func (r *slider) restore(x []float64) bool {
	previous := math.Inf(1)
	for range 20 {
		g := r.Surface(x)
		if g == 0 {
			return true
		}
		r.Normal(r.normal, x)
		c := g / inner(r.normal, r.normal)
		var size, moved float64
		for i, ni := range r.normal {
			size = math.Max(size, math.Abs(x[i]))
			moved = math.Max(moved, math.Abs(c*ni))
		}
		switch {
		case math.IsNaN(moved) || math.IsInf(moved, 0):
			return false
		case moved <= 4*epsilon*size || moved >= previous && moved <= 1e-12*size:
			return true
		}
		for i, ni := range r.normal {
			x[i] -= c * ni
		}
		previous = moved
	}
	return false
}
