package adjoint

import "hopflow/flows/ode"

// Continuous returns the gradient by the continuous adjoint,
//
//	da/dt = -a ∂f/∂x - ∂ℓ/∂x,   a(T1) = ∂C/∂x,   dL/dθ = ∫ from T0 to T1 of (a ∂f/∂θ + ∂ℓ/∂θ) dt,
//
// solved backwards by the same method on the same steps, along the states of the
// forward solution, interpolated between. [NH] Theorem 1, corrected: the printed
// integrals have the other sign. It goes to the gradient of the true loss with
// the order of the method, but is the gradient of no computed loss: an optimiser
// that compares losses can notice. It keeps every state, and no stages. The
// errors and panics are those of Gradient.
func (p *Problem) Continuous(x0, theta []float64) (*Gradient, error) {
	s := p.Sweep()
	if err := s.begin(x0, theta); err != nil {
		return nil, err
	}
	n := s.steps()
	if _, err := (&Problem{Checkpoints: n + 1, Memory: p.Memory}).budget(n+1, s.recordSize(), s.n); err != nil {
		return nil, err
	}
	s.clearGradient()
	s.gradient.Stored = n + 1
	c := newCostate(s)
	states, err := s.states(x0)
	if err != nil {
		return nil, err
	}
	s.gradient.Bytes = 8 * (len(states) + s.recordSize())
	copy(s.gradient.X1, part(states, n, s.n))
	s.turn(s.gradient.X1)
	s.endPower(s.gradient.X1)
	dense := denseOf(s, states)
	for k := n - 1; k >= 0; k-- {
		dense.begin(k)
		c.back(k, dense.at)
		s.jump(k, part(states, k, s.n))
	}
	s.startPower(x0)
	return s.finish()
}

// states integrates forwards and returns every state.
func (s *Sweep) states(x0 []float64) ([]float64, error) {
	n := s.steps()
	states := make([]float64, (n+1)*s.n)
	copy(states, x0)
	s.records = resize(s.records, s.recordSize())
	for k := range n {
		if err := s.step(part(states, k+1, s.n), k, part(states, k, s.n), s.record(0).slopes, nil); err != nil {
			return nil, err
		}
	}
	return states, nil
}

// endPower sets dL/dT1, which turn has done already if the stretch that moves
// with T1 has no length: an observation there is not part of it.
func (s *Sweep) endPower(x1 []float64) {
	if n := s.steps(); s.last() != n {
		s.gradient.T1 = s.power(n, x1)
	}
}

// startPower sets dL/dT0, which jump has done already if the stretch has no
// length.
func (s *Sweep) startPower(x0 []float64) {
	if s.first() != 0 {
		s.gradient.T0 = -s.power(0, x0)
	}
}

// A costate takes the adjoint back by the method of the forward solution.
type costate struct {
	*Sweep
	slopes []float64 // of the state at the stages
	memo   []float64
	ka     [][]float64 // of the adjoint, per unit of time backwards
	a, wa  []float64   // adjoint at a stage, and weighted
}

func newCostate(s *Sweep) *costate {
	stages := len(s.stages.b)
	return &costate{
		Sweep: s, ka: s.w, a: s.g[0], wa: make([]float64, s.n),
		slopes: make([]float64, stages*s.n), memo: make([]float64, s.evaluator.Memo()),
	}
}

// back takes λ from the end of step k to its beginning and adds the share of the
// step to ∂L/∂θ; at returns the state at a stage, for which the slopes of the
// stages before are there.
func (c *costate) back(k int, at func(i int, theta float64) []float64) {
	t, h := c.t[k+1], c.t[k+1]-c.t[k]
	for i, node := range c.stages.c {
		x := at(i, 1-node)
		time := t - node*h
		c.evaluator.Rate(part(c.slopes, i, c.n), time, x, c.memo)
		copy(c.a, c.lambda)
		for j, v := range c.stages.a[i] {
			if v != 0 {
				addScaled(c.a, h*v, c.ka[j])
			}
		}
		clear(c.ka[i])
		b := c.stages.b[i]
		if b == 0 { // no share in ∂L/∂θ, but in later stages
			c.pullAt(c.ka[i], nil, 1, time, x)
			continue
		}
		c.pullAt(c.ka[i], c.gradient.Theta, h*b, time, x)
		for l := range c.ka[i] {
			c.ka[i][l] /= h * b
		}
	}
	for i, b := range c.stages.b {
		addScaled(c.lambda, h*b, c.ka[i])
	}
}

// pullAt adds weight (a ∂f/∂x + ∂ℓ/∂x) to dx and weight (a ∂f/∂θ + ∂ℓ/∂θ) to
// dtheta.
func (c *costate) pullAt(dx, dtheta []float64, weight, t float64, x []float64) {
	for l, v := range c.a {
		c.wa[l] = weight * v
	}
	c.evaluator.Pull(dx, dtheta, t, x, c.memo, c.wa)
	if c.p.Running != nil {
		c.p.Running.Pull(dx, dtheta, weight, t, x, c.theta, c.batch)
	}
}

// dense gives the states inside the steps of a stored solution.
type dense struct {
	s        *Sweep
	states   []float64
	k        int
	steps    ode.Stepper
	interior bool // the method interpolates
}

func denseOf(s *Sweep, states []float64) *dense {
	d := &dense{s: s, states: states, steps: s.method.Stepper(s.field, s.n)}
	d.interior = d.steps.Interpolate(nil, 0)
	return d
}

// begin goes to step k.
func (d *dense) begin(k int) {
	d.k = k
	if d.interior {
		d.steps.Step(d.s.lost, d.s.t[k], d.s.t[k+1]-d.s.t[k], part(d.states, k, d.s.n))
	}
}

// at returns the state at t_k + θh: a stored one at the ends, else interpolated,
// or, where the method cannot, by a step that ends there.
func (d *dense) at(_ int, theta float64) []float64 {
	s := d.s
	begin := part(d.states, d.k, s.n)
	switch {
	case theta == 0:
		return begin
	case theta == 1:
		return part(d.states, d.k+1, s.n)
	case d.interior:
		d.steps.Interpolate(s.y, theta)
	default:
		d.steps.Step(s.y, s.t[d.k], theta*(s.t[d.k+1]-s.t[d.k]), begin)
	}
	return s.y
}
