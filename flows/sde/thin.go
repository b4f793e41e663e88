package sde

import (
	"fmt"

	"hopflow/flows"
)

// Thinned is an Observer of the paths of some particles, after every so many
// steps: what is drawn of an ensemble that would not fit into memory.
type Thinned struct {
	every     int
	particles []int
	index     map[int]int // of a particle in the list
	paths     []flows.Trajectory
	ended     []bool
	dim       int
}

// NewThinned returns an observer of the given particles' states at the start
// and after every so many steps. A path ends with the absorption of its
// particle.
func NewThinned(every int, particles ...int) *Thinned {
	if every < 1 {
		panic(fmt.Sprintf("sde: a path thinned to every %d steps", every))
	}
	return &Thinned{every: every, particles: particles}
}

// Begin is called by a run.
func (o *Thinned) Begin(r RunInfo) (Schedule, error) {
	n := len(o.particles)
	o.dim, o.index, o.paths, o.ended = r.Dim, make(map[int]int, n), make([]flows.Trajectory, n), make([]bool, n)
	for i, p := range o.particles {
		if _, twice := o.index[p]; twice || p < 0 || p >= r.Particles {
			return Schedule{}, fmt.Errorf("sde: the path of particle %d of %d, or twice of it: name each particle once, from 0 to %d", p, r.Particles, r.Particles-1)
		}
		o.index[p] = i
	}
	if bytes := float64(n) * float64(r.Steps/o.every+1) * float64(8*r.Dim+32); bytes > 1<<30 {
		return Schedule{}, &LimitError{"bytes", bytes, 1 << 30, "follow fewer particles, or thin more"}
	}
	return Schedule{Every: o.every}, nil
}

// Tally is called by a run.
func (o *Thinned) Tally() Tally { return &thinnedTally{Thinned: o, x: make([]float64, o.dim)} }

// Add is called by a run.
func (o *Thinned) Add(Tally) {}

// commutes: every particle has its own path.
func (o *Thinned) commutes() {}

// Trajectory returns the path of the i-th of the chosen particles.
func (o *Thinned) Trajectory(i int) *flows.Trajectory { return &o.paths[i] }

// Trajectories returns the paths in the order in which particles were chosen.
func (o *Thinned) Trajectories() []*flows.Trajectory {
	all := make([]*flows.Trajectory, len(o.paths))
	for i := range all {
		all[i] = &o.paths[i]
	}
	return all
}

type thinnedTally struct {
	*Thinned
	x []float64
}

func (t *thinnedTally) Reset() {}

func (t *thinnedTally) See(_ int, at float64, b *Block) {
	if !t.any(b) {
		return
	}
	for i := range b.Len() {
		k, chosen := t.index[b.Particle(i)]
		if !chosen || t.ended[k] {
			continue
		}
		b.At(t.x, i)
		s := flows.State{T: at, X: t.x}
		if i >= b.Live {
			t.ended[k] = true
			s.T = b.Exit[i]
			if n := t.paths[k].Len(); n > 0 && t.paths[k].T[n-1] >= s.T {
				continue // it began on the side
			}
		}
		t.paths[k].Append(s)
	}
}

// any reports whether a chosen particle is in the block.
func (t *thinnedTally) any(b *Block) bool {
	for _, p := range t.particles {
		if p >= b.first && p < b.first+b.Len() {
			return true
		}
	}
	return false
}
