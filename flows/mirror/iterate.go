package mirror

import (
	"iter"
	"math"
	"slices"

	"hopflow/flows"
	"hopflow/lyapunov"
)

// An Iterate is a point of a descent. An iterator that yields Iterates reuses X
// and Z: they are valid until the next one, and Clone keeps them.
type Iterate struct {
	K    int       // 0 is the start
	X    []float64 // the point
	Z    []float64 // its mirror coordinate: ∇ψ(x), unless the method says otherwise
	F    float64   // f(x)
	Step float64   // h of the step that led here, 0 at the start
}

// Clone returns an Iterate with copies of X and Z.
func (it Iterate) Clone() Iterate {
	it.X, it.Z = slices.Clone(it.X), slices.Clone(it.Z)
	return it
}

// A Method is a descent of this package: Descent, DualAveraging, Accelerated or
// Natural.
type Method interface {
	// start checks the method and the starting point and prepares the first
	// iterate, all but its F.
	start(f lyapunov.Energy, x0 []float64) (Iterate, stepper, error)
}

// A stepper advances an iterate in place, to the last good one if it fails.
type stepper interface {
	step(it *Iterate) error
}

// Steps descends on f from x0 and yields the start and the iterate after each
// step, without end: the caller breaks when it has seen enough. If a step
// fails, the last pair has the last good iterate and an *Error. The caller may
// range over the result again. Steps panics if f or m is nil, or if the
// dimensions differ.
func Steps(f lyapunov.Energy, x0 []float64, m Method) iter.Seq2[Iterate, error] {
	if f == nil || m == nil {
		panic("mirror: nil energy or method")
	}
	lengths(f.Dim(), len(x0))
	start := slices.Clone(x0)
	return func(yield func(Iterate, error) bool) {
		it, s, err := m.start(f, slices.Clone(start))
		if err != nil {
			yield(Iterate{X: slices.Clone(start), F: math.NaN()}, err)
			return
		}
		if it.F = f.Value(it.X); notFinite(it.F) {
			yield(it, &Error{ErrEnergy, 0, -1, it.F, 0, it.Clone().X})
			return
		}
		for yield(it, nil) {
			if err := s.step(&it); err != nil {
				yield(it, err)
				return
			}
		}
	}
}

// Solve takes n steps and returns every iterate. If one fails, it returns what
// was reached before, with the *Error.
func Solve(f lyapunov.Energy, x0 []float64, m Method, n int) (*Path, error) {
	if n < 0 {
		panic("mirror: a negative number of steps")
	}
	p := new(Path)
	for it, err := range Steps(f, x0, m) {
		if err != nil {
			return p, err
		}
		p.Append(it)
		if it.K == n {
			break
		}
	}
	return p, nil
}

// A Path is a list of iterates: after k steps the point was X[k].
type Path struct {
	X, Z [][]float64
	F    []float64
	Step []float64
}

// Len returns the number of iterates, the start included.
func (p *Path) Len() int { return len(p.F) }

// Append adds a copy of an iterate.
func (p *Path) Append(it Iterate) {
	it = it.Clone()
	p.X, p.Z = append(p.X, it.X), append(p.Z, it.Z)
	p.F, p.Step = append(p.F, it.F), append(p.Step, it.Step)
}

// At returns the k-th iterate; its slices are the path's own.
func (p *Path) At(k int) Iterate {
	return Iterate{K: k, X: p.X[k], Z: p.Z[k], F: p.F[k], Step: p.Step[k]}
}

// Last returns the last iterate. It panics if there is none.
func (p *Path) Last() Iterate {
	if p.Len() == 0 {
		panic("mirror: empty path")
	}
	return p.At(p.Len() - 1)
}

// Gap returns f(x_k) - least for every k: what a rate bounds.
func (p *Path) Gap(least float64) []float64 {
	gap := make([]float64, p.Len())
	for k, f := range p.F {
		gap[k] = f - least
	}
	return gap
}

// Mean returns the mean of x_0, ..., x_{n-1} weighted by the steps taken from
// them: the point that the bound of a method with noise is about. It panics if
// no step was taken.
func (p *Path) Mean() []float64 {
	if p.Len() < 2 {
		panic("mirror: the mean of a path without a step")
	}
	mean := make([]float64, len(p.X[0]))
	var sum float64
	for k, h := range p.Step[1:] {
		sum += h
		for i, x := range p.X[k] {
			mean[i] += h * x
		}
	}
	for i := range mean {
		mean[i] /= sum
	}
	return mean
}

// Trajectory returns the points against the time Σh, at which the flow (21) has
// come as far.
func (p *Path) Trajectory() *flows.Trajectory {
	tr := new(flows.Trajectory)
	var t float64
	for k, x := range p.X {
		t += p.Step[k]
		tr.Append(flows.State{T: t, X: x})
	}
	return tr
}

func notFinite(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }
