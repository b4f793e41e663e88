package sde

import (
	"fmt"
	"math"
	"slices"

	"hopflow/flows"
)

// CheckScheme holds a Scheme against the laws of its Steppers, on a system it
// takes and from points of the system's domain: a step depends on its arguments
// only, not on the steps before; the particles of a block do not depend on each
// other, nor on the length of the block; only the block's own numbers are
// written to; the states are finite. The error names the law and the particle.
// What CheckScheme does not check is the order: verify.Order on coupled paths
// does.
func CheckScheme(scheme Scheme, s *System, t, h float64, points [][]float64) error {
	if strong, weak := scheme.Orders(); !(strong > 0 && weak > 0) {
		return fmt.Errorf("sde: the scheme's orders are %g and %g: a convergent scheme has positive ones", strong, weak)
	}
	if len(points) < 2 {
		return fmt.Errorf("sde: %d points check too little: give at least two", len(points))
	}
	alone := make([][]float64, len(points))
	for i := range points {
		one, err := stepBlock(scheme, s, t, h, points[i:i+1], i, 1)
		if err != nil {
			return err
		}
		alone[i] = one[0]
		if !flows.Finite(one[0]) {
			return fmt.Errorf("sde: a step from x = %v leads to %v: shorten it, or choose points inside the domain", points[i], one[0])
		}
	}
	for _, size := range []int{len(points), len(points) + 3} {
		all, err := stepBlock(scheme, s, t, h, points, 0, size)
		if err != nil {
			return err
		}
		for i := range points {
			if !slices.Equal(all[i], alone[i]) {
				return fmt.Errorf("sde: a step from x = %v leads to %v for particle %d of a block, to %v for a particle alone: the particles of a block may not depend on each other, nor a step on those before", points[i], all[i], i, alone[i])
			}
		}
	}
	return nil
}

// stepBlock takes, by a stepper that has stepped before, one step with the
// points as particles of a block for size particles. Particle i has the
// increments number from+i.
func stepBlock(scheme Scheme, s *System, t, h float64, points [][]float64, from, size int) ([][]float64, error) {
	stepper, err := scheme.Stepper(s, size)
	if err != nil {
		return nil, err
	}
	const guard = 7 // behind the block
	x, dw := newRows(s.Dim, size+1), newRows(stepper.Channels(), size+1)
	length := len(points)
	for round := range 2 {
		fill(x.all, guard)
		fill(dw.all, guard)
		for i, p := range points {
			Scatter(x.all, p, i)
			w := weights(stepper.Channels(), from+i+5*(1-round)) // the first round has others
			for j := range w {
				w[j] *= math.Sqrt(h)
			}
			Scatter(dw.all, w, i)
		}
		stepper.Step(t, h, x.of(length), dw.of(length))
		if err := failed(stepper); err != nil {
			return nil, err
		}
		for _, row := range slices.Concat(x.all, dw.all) {
			for i, v := range row[length:] {
				if v != guard {
					return nil, fmt.Errorf("sde: a step of a block of %d particles has written behind it, at %d", length, length+i)
				}
			}
		}
	}
	out := make([][]float64, length)
	for i := range out {
		out[i] = make([]float64, s.Dim)
		Gather(out[i], x.all, i)
	}
	return out, nil
}
