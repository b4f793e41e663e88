package adjoint

import (
	"fmt"
	"math"
	"slices"

	"hopflow/flows"
)

// A stepRecord is what the way back needs of one step: its state, the slopes of its
// stages, and what the model left at each of them. (The arguments of the stages
// follow from the first two.)
type stepRecord struct{ x, slopes, memo []float64 }

// recordSize returns the numbers in a stepRecord.
func (s *Sweep) recordSize() int {
	return s.n + len(s.stages.b)*(s.n+s.evaluator.Memo())
}

func (s *Sweep) record(k int) stepRecord {
	v := part(s.records, k, s.recordSize())
	end := s.n + len(s.stages.b)*s.n
	return stepRecord{x: v[:s.n], slopes: v[s.n:end], memo: v[end:]}
}

// Gradient returns what Problem.Gradient does. It belongs to the Sweep: the next
// call overwrites it.
func (s *Sweep) Gradient(x0, theta []float64) (*Gradient, error) {
	if err := s.begin(x0, theta); err != nil {
		return nil, err
	}
	n, size := s.steps(), s.recordSize()
	checkpoints, err := s.p.budget(n, size, s.n)
	if err != nil {
		return nil, err
	}
	s.clearGradient()
	if checkpoints > 0 || n == 0 {
		err = s.reverseFrom(checkpoints, x0)
	} else {
		err = s.reverseAll(x0)
	}
	if err != nil {
		return nil, err
	}
	return s.finish()
}

// reverseAll keeps every step.
func (s *Sweep) reverseAll(x0 []float64) error {
	n, size := s.steps(), s.recordSize()
	s.records = resize(s.records, n*size)
	s.gradient.Stored, s.gradient.Bytes = n, 8*n*size
	copy(s.record(0).x, x0)
	for k := range n {
		r, next := s.record(k), s.gradient.X1
		if k+1 < n {
			next = s.record(k + 1).x
		}
		if err := s.step(next, k, r.x, r.slopes, r.memo); err != nil {
			return err
		}
	}
	s.turn(s.gradient.X1)
	for k := n - 1; k >= 0; k-- {
		s.pull(k, s.record(k))
	}
	return nil
}

// clearGradient makes the result of the last call the workspace of this one.
func (s *Sweep) clearGradient() {
	g := &s.gradient
	*g = Gradient{X1: resize(g.X1, s.n), X0: resize(g.X0, s.n), Theta: resize(g.Theta, len(s.theta)), Grid: s.t}
	clear(g.Theta)
	if s.p.Record {
		g.States, g.Adjoints = new(flows.Trajectory), new(flows.Trajectory)
	}
}

// turn begins the way back at the state x1 at T1: the derivatives of the losses
// there.
func (s *Sweep) turn(x1 []float64) {
	clear(s.lambda)
	if s.p.Terminal != nil {
		s.p.Terminal.Gradient(s.lambda, x1, s.batch)
	}
	n := s.steps()
	if s.last() == n { // the stretch that moves with T1 has no length
		s.gradient.T1 += s.power(n, x1)
	}
	s.jump(n, x1)
}

// jump adds the derivatives of the observations at time k.
func (s *Sweep) jump(k int, x []float64) {
	for s.due > 0 && s.at[s.due-1] == k {
		s.due--
		s.p.Observed[s.order[s.due]].Loss.Gradient(s.scratch, x, s.batch)
		addScaled(s.lambda, 1, s.scratch)
	}
	if s.p.Record {
		s.gradient.States.Append(flows.State{T: s.t[k], X: x})
		s.gradient.Adjoints.Append(flows.State{T: s.t[k], X: s.lambda})
	}
	if k == 0 && s.first() == 0 {
		s.gradient.T0 -= s.power(0, x)
	}
}

// power returns λ·f + ℓ at time k, by which the loss changes with the time.
func (s *Sweep) power(k int, x []float64) float64 {
	s.evaluator.Rate(s.scratch, s.t[k], x, nil)
	sum := kernel.Ddot(s.n, s.lambda, 1, s.scratch, 1)
	if s.p.Running != nil {
		sum += s.p.Running.Value(s.t[k], x, s.theta, s.batch)
	}
	return sum
}

// pull takes λ from the end of step k to its beginning: see Problem.Gradient.
func (s *Sweep) pull(k int, r stepRecord) {
	t, h := s.t[k], s.t[k+1]-s.t[k]
	// The derivatives with respect to t_k, the length h held fixed, and h times
	// that with respect to the length.
	var shift, stretch float64
	for i := len(s.stages.b) - 1; i >= 0; i-- {
		b, c, g, w := s.stages.b[i], s.stages.c[i], s.g[i], s.w[i]
		s.gather(g, i, h)
		y := s.argument(i, h, r.x, r.slopes)
		clear(w)
		dt := s.evaluator.Pull(w, s.gradient.Theta, t+c*h, y, s.memo(r.memo, i), g)
		if s.p.Running != nil && b != 0 {
			dt += s.p.Running.Pull(w, s.gradient.Theta, h*b, t+c*h, y, s.theta, s.batch)
			stretch += h * b * s.p.Running.Value(t+c*h, y, s.theta, s.batch)
		}
		shift += dt
		stretch += h*c*dt + kernel.Ddot(s.n, g, 1, part(r.slopes, i, s.n), 1)
	}
	for _, w := range s.w {
		addScaled(s.lambda, 1, w)
	}
	s.moveEnds(k, shift, stretch)
	s.jump(k, r.x)
}

// gather stores g_i = h b_i λ + h Σ_{j>i} a_ji w_j in g.
func (s *Sweep) gather(g []float64, i int, h float64) {
	b := h * s.stages.b[i]
	for l, v := range s.lambda[:len(g)] {
		g[l] = b * v
	}
	for j := i + 1; j < len(s.w); j++ {
		if a := s.stages.a[j][i]; a != 0 {
			addScaled(g, h*a, s.w[j])
		}
	}
}

// moveEnds adds what step k has to do with T0 and T1: t_k moves by its share,
// and h in proportion to the stretch in which it lies.
func (s *Sweep) moveEnds(k int, shift, stretch float64) {
	n := s.steps()
	d0, d1 := s.shares(k)
	s.gradient.T0 += shift * d0
	s.gradient.T1 += shift * d1
	if f := s.first(); k < f {
		s.gradient.T0 -= stretch / (s.t[f] - s.t[0])
	}
	if l := s.last(); k >= l {
		s.gradient.T1 += stretch / (s.t[n] - s.t[l])
	}
}

// finish hands the result over.
func (s *Sweep) finish() (*Gradient, error) {
	g := &s.gradient
	g.Loss, g.Steps, g.Extra = s.loss, s.steps(), s.extra
	copy(g.X0, s.lambda)
	if s.p.Record && g.Adjoints.Len() > 0 { // kept on the way back
		for _, tr := range []*flows.Trajectory{g.States, g.Adjoints} {
			slices.Reverse(tr.T)
			slices.Reverse(tr.X)
		}
	}
	if !flows.Finite(g.X0) || !flows.Finite(g.Theta) || math.IsNaN(g.T0+g.T1) || math.IsInf(g.T0+g.T1, 0) {
		return nil, &Error{Reason: ErrGradient, What: fmt.Sprintf("∂L/∂x0 = %s, L = %g", flows.Brief(g.X0), g.Loss)}
	}
	return g, nil
}
