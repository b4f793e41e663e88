package adjoint

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"hopflow/flows"
	"hopflow/flows/ode"
)

// A sequence is the times of the steps from T0 to T1, frozen, and where on them
// the observations are.
type sequence struct {
	t     []float64
	order []int // observations in the order of the flow
	at    []int // at[j] is the index of the time of observation order[j]
}

// first returns the index where the stretch ends that moves with T0: at the
// first observation, or at T1.
func (q *sequence) first() int {
	if len(q.at) > 0 {
		return q.at[0]
	}
	return len(q.t) - 1
}

// last returns the index where the stretch begins that moves with T1.
func (q *sequence) last() int {
	if len(q.at) > 0 {
		return q.at[len(q.at)-1]
	}
	return 0
}

// shares returns ∂t_k/∂T0 and ∂t_k/∂T1.
func (q *sequence) shares(k int) (d0, d1 float64) {
	n := len(q.t) - 1
	if f := q.first(); k < f {
		d0 = (q.t[f] - q.t[k]) / (q.t[f] - q.t[0])
	}
	if l := q.last(); k > l {
		d1 = (q.t[k] - q.t[l]) / (q.t[n] - q.t[l])
	}
	return d0, d1
}

// plan lays down the steps from x0.
func (s *Sweep) plan(x0 []float64) error {
	p := s.p
	if !flows.Finite([]float64{p.T0, p.T1}) {
		return &Error{Reason: ErrInput, What: fmt.Sprintf("T0 = %g, T1 = %g", p.T0, p.T1)}
	}
	if err := s.sortObservations(); err != nil {
		return err
	}
	if p.Grid != nil {
		return s.follow(p.Grid)
	}
	s.t, s.at = append(s.t[:0], p.T0), s.at[:0]
	extend := s.extendEqually
	if p.Settings == nil || p.Settings.Step == 0 {
		extend = s.extendControlled
		copy(s.augmented, x0)
		s.augmented[s.n] = 0
		s.length = 0
	}
	for _, j := range s.order {
		if err := extend(p.Observed[j].T); err != nil {
			return err
		}
		s.at = append(s.at, len(s.t)-1)
	}
	return extend(p.T1)
}

// sortObservations orders them along the flow and refuses those outside.
func (s *Sweep) sortObservations() error {
	p := s.p
	s.order = s.order[:0]
	for j, o := range p.Observed {
		if o.Loss == nil {
			panic("adjoint: an observation without a loss")
		}
		if lo, hi := min(p.T0, p.T1), max(p.T0, p.T1); !(lo <= o.T && o.T <= hi) {
			return &Error{Reason: ErrObservation, What: fmt.Sprintf("observation %d at t = %g, interval from %g to %g", j, o.T, p.T0, p.T1)}
		}
		s.order = append(s.order, j)
	}
	slices.SortStableFunc(s.order, func(i, j int) int {
		if p.T1 < p.T0 {
			i, j = j, i
		}
		return cmp.Compare(p.Observed[i].T, p.Observed[j].T)
	})
	return nil
}

// follow takes a given sequence.
func (s *Sweep) follow(grid []float64) error {
	p := s.p
	refuse := func(format string, args ...any) error {
		return &Error{Reason: ErrGrid, What: fmt.Sprintf(format, args...)}
	}
	if len(grid) == 0 {
		return refuse("it has no times")
	}
	if n := len(grid); grid[0] != p.T0 || grid[n-1] != p.T1 {
		return refuse("it goes from %v to %v, the interval from %v to %v", grid[0], grid[n-1], p.T0, p.T1)
	}
	for k := 1; k < len(grid); k++ {
		if a, b := grid[k-1], grid[k]; !(a < b && p.T0 < p.T1 || a > b && p.T0 > p.T1) {
			return refuse("step %d goes from %v to %v", k, a, b)
		}
	}
	s.t, s.at = append(s.t[:0], grid...), s.at[:0]
	for _, j := range s.order {
		k := slices.Index(grid, p.Observed[j].T)
		if k < 0 {
			return refuse("observation %d, at %v, is not among its times", j, p.Observed[j].T)
		}
		s.at = append(s.at, k)
	}
	return nil
}

// extendEqually adds the times of ode's equal steps to one more knot: those of
// a flow without coordinates.
func (s *Sweep) extendEqually(to float64) error {
	still := func([]float64, float64, []float64) {}
	return s.collect(ode.Steps(still, nil, s.t[len(s.t)-1], to, s.method, s.p.Settings), false)
}

// extendControlled adds the times of steps under error control, and goes on
// from one knot to the next with the length of step that was reached.
func (s *Sweep) extendControlled(to float64) error {
	var settings ode.Settings
	if s.p.Settings != nil {
		settings = *s.p.Settings
	}
	if s.length > 0 {
		settings.InitialStep = s.length
	}
	x := s.augmented[:s.n]
	if s.p.Running != nil {
		x = s.augmented
	}
	return s.collect(ode.Steps(s.field, x, s.t[len(s.t)-1], to, s.method, &settings), true)
}

// collect appends the times of an integration.
func (s *Sweep) collect(steps iter.Seq2[flows.State, error], controlled bool) error {
	begin := true
	for state, err := range steps {
		if err != nil {
			return s.explain(err, controlled)
		}
		if !begin {
			s.t = append(s.t, state.T)
		}
		begin = false
		if controlled {
			copy(s.augmented, state.X)
		}
	}
	// The last step is cut short to land on the knot: the one before tells more.
	for k := len(s.t) - 1; controlled && k > max(0, len(s.t)-3); k-- {
		s.length = math.Max(s.length, math.Abs(s.t[k]-s.t[k-1]))
	}
	return nil
}

// explain puts a failure of package ode into the words of this one.
func (s *Sweep) explain(err error, controlled bool) error {
	var cause *ode.Error
	if !errors.As(err, &cause) {
		return err
	}
	out := &Error{Reason: cause.Reason, At: cause.At, Step: len(s.t) - 1, Cause: err}
	if controlled {
		out.At.X = out.At.X[:s.n]
		if cause.Reason == ode.ErrStepSize || cause.Reason == ode.ErrNonFinite {
			out.Reason = ErrBlowUp
		}
	}
	if out.Reason == cause.Reason { // the remedy is ode's
		out.What = cause.Error()
		out.At.X = nil
	}
	return out
}
