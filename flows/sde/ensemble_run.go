package sde

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows"
)

// The purposes of streams, part of their keys.
const (
	purposeStart uint64 = iota + 1
	purposeMotion
	purposeBoundary
)

// A run is an ensemble under way.
type run struct {
	*Ensemble
	boundary Boundary
	clock    *clock
	at       hand // where all blocks are
	frames   []float64
	blocks   []Block
	motion   []Stream
	watches  []watch
	crew     []*worker
}

// A watch is an observer with its schedule.
type watch struct {
	Observer
	Schedule
	commutes bool
}

// begin puts the particles at their start.
func (e *Ensemble) begin(t0, t1 float64, frames []float64, observers []Observer) (*run, error) {
	e.mustMean(t0, t1)
	c, err := e.plan(t0, t1)
	if err != nil {
		return nil, err
	}
	r := &run{Ensemble: e, clock: c, boundary: e.Boundary}
	if r.boundary == nil {
		r.boundary = unbounded{}
	}
	if err := checkTimes(frames, t0, t1); err != nil {
		return nil, err
	}
	r.frames = c.add(frames)
	info := RunInfo{Dim: e.System.Dim, Particles: e.Particles, T0: t0, T1: t1, Steps: c.steps}
	for _, o := range observers {
		s, err := o.Begin(info)
		if err != nil {
			return nil, err
		}
		if err := checkTimes(s.Times, t0, t1); err != nil {
			return nil, err
		}
		s.Times = c.add(s.Times)
		_, commutes := o.(commuter)
		r.watches = append(r.watches, watch{Observer: o, Schedule: s, commutes: commutes})
	}
	r.at = c.start()
	size := sizeOfBlocks(e.System.Dim)
	for range e.workers((e.Particles + size - 1) / size) {
		w, err := r.newWorker(size)
		if err != nil {
			return nil, err
		}
		r.crew = append(r.crew, w)
	}
	r.layOut(size)
	if err := r.place(); err != nil {
		return nil, err
	}
	return r, r.checkVariance()
}

// layOut makes the blocks and their streams.
func (r *run) layOut(size int) {
	r.blocks = newBlocks(r.Particles, size, r.System.Dim)
	r.motion = make([]Stream, len(r.blocks))
	for k := range r.blocks {
		r.motion[k].reset(r.Seed, purposeMotion, uint64(k))
		r.blocks[k].Stream.reset(r.Seed, purposeBoundary, uint64(k))
	}
}

// place asks Start for every particle, and looks whether it may be there.
func (r *run) place() error {
	return r.each(func(w *worker, k int) error {
		b, x, s := &r.blocks[k], w.start, &w.stream
		for i := range b.Len() {
			p := b.Particle(i)
			s.reset(r.Seed, purposeStart, uint64(p))
			r.Start(x, p, s)
			Scatter(b.X, x, i)
		}
		if err := r.mayStart(b); err != nil {
			return err
		}
		w.look(b, r.clock.t0, 0, true)
		return nil
	})
}

// checkVariance looks at the first particle whether VarianceBlock, of which the
// steps may be made, belongs to Noise.
func (r *run) checkVariance() error {
	s := r.System
	if s.VarianceBlock == nil || s.Shape != Diagonal {
		return nil
	}
	x, unit, b := make([]float64, s.Dim), make([]float64, s.Dim), make([]float64, s.Dim)
	r.blocks[0].At(x, 0)
	for d := range unit {
		unit[d] = 1
	}
	s.Noise(b, r.clock.t0, x, unit)
	v := newRows(s.Dim, 1).of(1)
	s.VarianceBlock(v, r.clock.t0, columnsOf(x))
	for d := range b {
		if want := b[d] * b[d]; !(math.Abs(v[d][0]-want) <= 1e-12*math.Max(want, math.SmallestNonzeroFloat64)) && want < math.Inf(1) {
			return fmt.Errorf("sde: VarianceBlock gives %g for coordinate %d at t = %g, x = %s, where the square of Noise is %g: they are one noise, in two forms", v[d][0], d, r.clock.t0, flows.Brief(x), want)
		}
	}
	return nil
}

// columnsOf makes a block of one particle of a point.
func columnsOf(x []float64) [][]float64 {
	rows := make([][]float64, len(x))
	for d := range rows {
		rows[d] = x[d : d+1 : d+1]
	}
	return rows
}

// mayStart returns an error if a particle of the block is outside.
func (r *run) mayStart(b *Block) error {
	box, _ := r.boundary.(*Box)
	for i := range b.Len() {
		for d, x := range b.X {
			v := Free()
			if box != nil {
				v = box.intervals[d]
			}
			if y := x[i]; !(y >= max(v.Lo, -runaway) && y <= min(v.Hi, runaway)) {
				e := leaves(b, i, d, r.clock.t0, v)
				e.Remedy = "let Start put it inside"
				return e
			}
		}
	}
	return nil
}

// advance moves all blocks to a time that is a stop, or the end.
func (r *run) advance(target float64) error {
	if r.at.t == target {
		return nil
	}
	end := r.at
	err := r.each(func(w *worker, k int) error {
		h, err := w.move(r, k, target)
		if k == 0 {
			end = h
		}
		return err
	})
	r.at = end
	return err
}

// each works on all blocks, by all workers, and hands over what the tallies
// saw. Of several errors it returns that of the lowest block.
func (r *run) each(work func(w *worker, k int) error) error {
	q := newQueue(len(r.blocks), len(r.crew), r.watches)
	if len(r.crew) == 1 {
		q.serve(r.crew[0], work)
	} else {
		var wg sync.WaitGroup
		for _, w := range r.crew {
			wg.Go(func() { q.serveSafely(w, work) })
		}
		wg.Wait()
	}
	if q.panicked != "" {
		panic(q.panicked)
	}
	for _, w := range r.crew {
		if err := addAll(r.watches, w.kept); err != nil && q.err == nil {
			q.err = err
		}
	}
	return q.err
}

// cloud returns where the particles are.
func (r *run) cloud() *Cloud {
	dim := r.System.Dim
	x := make([]float64, r.Particles*dim)
	c := &Cloud{T0: r.clock.t0, T: r.at.t, X: mat.NewDense(r.Particles, dim, x), Exit: make([]float64, r.Particles)}
	for k := range r.blocks {
		b := &r.blocks[k]
		for d, row := range b.X {
			for i, v := range row {
				x[b.Particle(i)*dim+d] = v
			}
		}
		for i, t := range b.Exit {
			c.Exit[b.Particle(i)] = t
		}
	}
	return c
}
