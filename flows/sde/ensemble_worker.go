package sde

import (
	"errors"
	"math"
	"slices"
)

// A worker moves blocks, one at a time. What it needs for that is its own.
type worker struct {
	stepper  Stepper
	diagonal diagonalStepper // the stepper, if it is one
	boundary Boundary
	noise    *rows
	old      *rows     // nil unless the boundary looks at it
	start    []float64 // one particle
	stream   Stream    // for its start
	watches  []watch
	tallies  []Tally // of this block, one for each watch that does not commute; nil if there are none
	kept     []Tally // of all blocks, one for each watch that does
}

func (r *run) newWorker(size int) (*worker, error) {
	scheme := r.Scheme
	if scheme == nil {
		scheme = EulerMaruyama
	}
	s, err := scheme.Stepper(r.System, size)
	if err != nil {
		return nil, err
	}
	w := &worker{stepper: s, boundary: r.boundary, noise: newRows(s.Channels(), size), start: make([]float64, r.System.Dim), watches: r.watches}
	w.diagonal, _ = s.(diagonalStepper)
	switch x := r.boundary.(type) {
	case *Box:
		w.boundary = x.bind(r.System, size)
		if x.absorbs {
			w.old = newRows(r.System.Dim, size)
		}
	case unbounded:
	default:
		w.old = newRows(r.System.Dim, size)
	}
	w.tallies, w.kept = newTallies(r.watches, false), newTallies(r.watches, true)
	return w, nil
}

// newTallies returns a tally for each watch that commutes, or that does not,
// and nil if there is none.
func newTallies(watches []watch, commute bool) []Tally {
	t, any := make([]Tally, len(watches)), false
	for i, o := range watches {
		if o.commutes == commute {
			t[i], any = o.Tally(), true
		}
	}
	if !any {
		return nil
	}
	return t
}

// move takes block k to the target and returns the place on the clock.
func (w *worker) move(r *run, k int, target float64) (hand, error) {
	b, s, at := &r.blocks[k], &r.motion[k], r.at
	for at.t != target {
		t := at.t
		onGrid, onStop := r.clock.advance(&at)
		if b.Live > 0 {
			if err := w.step(b, s, t, at.t-t); err != nil {
				return at, err
			}
		}
		if len(w.watches) > 0 {
			step := -1
			if onGrid {
				step = at.grid - 1
			}
			w.look(b, at.t, step, onStop)
		}
	}
	return at, nil
}

// step moves a block from t to t+h.
func (w *worker) step(b *Block, s *Stream, t, h float64) error {
	if w.old != nil {
		b.Old = w.old.of(b.Live)
		for d, row := range b.Old {
			copy(row, b.moving[d])
		}
	}
	if w.diagonal == nil || !w.diagonal.stepDiagonal(s, t, h, b.moving) {
		dw, root := w.noise.of(b.Live), math.Sqrt(h)
		for _, row := range dw {
			s.fill(row, root)
		}
		w.stepper.Step(t, h, b.moving, dw)
	}
	err := failed(w.stepper)
	if err == nil {
		err = w.boundary.Enforce(b, t, h)
	} else {
		err = named(err, b)
	}
	b.Old = nil
	return err
}

// named puts the particle's number into the error of a step.
func named(err error, b *Block) error {
	var s *StepError
	if !errors.As(err, &s) {
		return err
	}
	return &ParticleError{Reason: s.Reason, Particle: b.Particle(s.Particle), T: s.T, X: s.X, Coordinate: -1, Remedy: "the step from there could not be taken"}
}

// look shows a block to those observers whose schedule says so. step is the
// number of steps taken on the grid, -1 off it.
func (w *worker) look(b *Block, t float64, step int, onStop bool) {
	for i := range w.watches {
		o, tallies := &w.watches[i], w.tallies
		if o.commutes {
			tallies = w.kept
		}
		if o.Every > 0 {
			if n := step - o.From; step >= 0 && n >= 0 && n%o.Every == 0 {
				tallies[i].See(n/o.Every, t, b)
			}
		} else if onStop {
			if k, ok := slices.BinarySearch(o.Times, t); ok {
				tallies[i].See(k, t, b)
			}
		}
	}
}
