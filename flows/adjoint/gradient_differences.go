package adjoint

import (
	"math"
	"slices"
)

// Differences returns the gradient of the computed loss by central differences
// of order 4, with the step sequence held fixed: a check for a model that is not
// Complex. It is good to 1e-9 or so of the loss, less for an end that an
// observation is close to, which moves by a thousandth of the way to it. It costs
// 4(d+p+2) solutions. The errors are those of Gradient.
func (p *Problem) Differences(x0, theta []float64) (*Gradient, error) {
	s := p.Sweep()
	loss, err := s.Loss(x0, theta)
	if err != nil {
		return nil, err
	}
	s.clearGradient()
	g := &s.gradient
	copy(g.X1, s.records[len(s.records)-s.n:])
	d := &differences{p: *p, x0: slices.Clone(x0), theta: slices.Clone(theta), loss: loss}
	d.p.Grid = slices.Clone(s.t)
	for i := range x0 {
		g.X0[i] = d.by(d.x0, i)
	}
	for j := range theta {
		g.Theta[j] = d.by(d.theta, j)
	}
	t, d0, d1 := s.stretched()
	first, last, n := s.first(), s.last(), s.steps()
	outwards := 1e-3 // of an end whose stretch has no length
	if n > 0 {
		outwards *= s.t[n] - s.t[0]
	}
	if first == 0 {
		g.T0 = d.oneSided(-outwards, func(by float64) { d.move(&d.p.T0, p.T0, t, d0, by) })
	} else {
		g.T0 = d.central(1e-3*(s.t[first]-s.t[0]), func(by float64) { d.move(&d.p.T0, p.T0, t, d0, by) })
	}
	d.p.T0 = p.T0
	if last == n {
		g.T1 = d.oneSided(outwards, func(by float64) { d.move(&d.p.T1, p.T1, t, d1, by) })
	} else {
		g.T1 = d.central(1e-3*(s.t[n]-s.t[last]), func(by float64) { d.move(&d.p.T1, p.T1, t, d1, by) })
	}
	if d.err != nil {
		return nil, d.err
	}
	copy(s.lambda, g.X0)
	return s.finish()
}

type differences struct {
	p         Problem
	x0, theta []float64
	loss      float64 // where nothing is moved
	err       error   // the first
}

// by returns the derivative with respect to v[i].
func (d *differences) by(v []float64, i int) float64 {
	at := v[i]
	defer func() { v[i] = at }()
	return d.central(1e-3*math.Max(1, math.Abs(at)), func(by float64) { v[i] = at + by })
}

// move moves an end of the interval, and the steps with it.
func (d *differences) move(end *float64, from float64, t, rate []float64, by float64) {
	*end = from + by
	grid := make([]float64, len(t))
	for k := range t {
		grid[k] = t[k] + by*rate[k]
	}
	grid = slices.Compact(grid)
	grid[0], grid[len(grid)-1] = d.p.T0, d.p.T1
	d.p.Grid = grid
}

func (d *differences) central(h float64, move func(by float64)) float64 {
	return (8*(d.at(h, move)-d.at(-h, move)) - (d.at(2*h, move) - d.at(-2*h, move))) / (12 * h)
}

func (d *differences) oneSided(h float64, move func(by float64)) float64 {
	return (-25*d.loss + 48*d.at(h, move) - 36*d.at(2*h, move) + 16*d.at(3*h, move) - 3*d.at(4*h, move)) / (12 * h)
}

// at returns the loss where something is moved.
func (d *differences) at(by float64, move func(by float64)) float64 {
	move(by)
	loss, err := d.p.Loss(d.x0, d.theta)
	if err != nil && d.err == nil {
		d.err = err
	}
	return loss
}
