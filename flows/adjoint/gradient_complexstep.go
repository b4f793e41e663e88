package adjoint

// epsilon is the imaginary step: its square vanishes beside any real part, so
// that Im F(x + iεv)/ε is the derivative without truncation or cancellation.
const epsilon = 0x1p-100

// ComplexStep returns the gradient of the computed loss by a road that shares
// nothing with Gradient but the method and its steps: for each coordinate of x0,
// each parameter and both times, one integration with an imaginary step there.
// The losses enter by their own gradients (CheckLoss). It is what Gradient is
// tested with, and costs about 4(d+p+2) solutions. The errors are those of
// Gradient. It panics unless the model is Complex.
func (p *Problem) ComplexStep(x0, theta []float64) (*Gradient, error) {
	m, ok := p.Model.(Complex)
	if !ok {
		panic("adjoint: a complex step takes a model with RateComplex: use Differences")
	}
	s := p.Sweep()
	loss, err := s.Loss(x0, theta)
	if err != nil {
		return nil, err
	}
	s.clearGradient()
	c := newImaginary(s, m)
	s.seen = s.steps() // the losses are counted
	if c.states, err = s.states(x0); err != nil {
		return nil, err
	}
	g := &s.gradient
	still := make([]float64, len(c.t))
	for i := range x0 {
		g.X0[i] = c.derivative(x0, i, -1, still)
	}
	for j := range theta {
		g.Theta[j] = c.derivative(x0, -1, j, still)
	}
	g.T0 = c.derivative(x0, -1, -1, c.d0)
	g.T1 = c.derivative(x0, -1, -1, c.d1)
	copy(g.X1, part(c.states, s.steps(), s.n))
	s.loss = loss
	copy(s.lambda, g.X0)
	return s.finish()
}

// An imaginary integrates with an imaginary step in one of the arguments.
type imaginary struct {
	*Sweep
	model     Complex
	states    []float64 // of the real solution, where the losses are differentiated
	t, d0, d1 []float64 // stretched, as for a tangent
	shift     int       // index in t of time 0 of the problem
	x, y      []complex128
	k         [][]complex128
	theta     []complex128
	in, out   []complex128 // one state
	re        []float64
	dx, dth   []float64
	total     float64
}

func newImaginary(s *Sweep, m Complex) *imaginary {
	c := &imaginary{Sweep: s, model: m, re: make([]float64, s.n), dx: make([]float64, s.n), dth: make([]float64, len(s.theta))}
	c.t, c.d0, c.d1 = s.stretched()
	if s.first() == 0 {
		c.shift = 1
	}
	c.x, c.y, c.theta = make([]complex128, s.n), make([]complex128, s.n), make([]complex128, len(s.theta))
	c.in, c.out = make([]complex128, s.n/s.batch), make([]complex128, s.n/s.batch)
	for range s.stages.b {
		c.k = append(c.k, make([]complex128, s.n))
	}
	return c
}

// derivative returns that of the loss in the direction of x0[i], θ[j] (-1: not)
// and of times that move at the rates dt.
func (c *imaginary) derivative(x0 []float64, i, j int, dt []float64) float64 {
	for l, v := range x0 {
		c.x[l] = complex(v, 0)
	}
	for l, v := range c.Sweep.theta {
		c.theta[l] = complex(v, 0)
	}
	if i >= 0 {
		c.x[i] += complex(0, epsilon)
	}
	if j >= 0 {
		c.theta[j] += complex(0, epsilon)
	}
	c.total = 0
	for k := range c.t {
		for l, at := range c.at {
			if at == k-c.shift {
				c.add(c.p.Observed[c.order[l]].Loss, at)
			}
		}
		if k+1 < len(c.t) {
			c.step(complex(c.t[k], epsilon*dt[k]), complex(c.t[k+1]-c.t[k], epsilon*(dt[k+1]-dt[k])))
		}
	}
	if c.p.Terminal != nil {
		c.add(c.p.Terminal, c.steps())
	}
	return c.total / epsilon
}

// add adds the imaginary part of a loss of the state at time k of the problem.
func (c *imaginary) add(l Loss, k int) {
	l.Gradient(c.dx, part(c.states, k, c.n), c.batch)
	for i, g := range c.dx {
		c.total += g * imag(c.x[i])
	}
}

func (c *imaginary) step(t, h complex128) {
	for i, node := range c.stages.c {
		c.move(c.y, h, c.stages.a[i])
		at := t + complex(node, 0)*h
		for k := range c.batch {
			for l := range c.in {
				c.in[l] = c.y[l*c.batch+k]
			}
			c.model.RateComplex(c.out, at, c.in, c.theta)
			for l, v := range c.out {
				c.k[i][l*c.batch+k] = v
			}
		}
		if b := c.stages.b[i]; c.p.Running != nil && b != 0 {
			c.run(complex(b, 0)*h, at)
		}
	}
	c.move(c.y, h, c.stages.b)
	c.x, c.y = c.y, c.x
}

// move stores x + h Σ w_j k_j in dst, with the roundings of Sweep.move.
func (c *imaginary) move(dst []complex128, h complex128, weights []float64) {
	clear(dst)
	for j, w := range weights {
		if w == 0 {
			continue
		}
		for l, k := range c.k[j] {
			dst[l] += complex(w*real(k), w*imag(k))
		}
	}
	for l, sum := range dst {
		dst[l] = c.x[l] + h*sum
	}
}

// run adds the imaginary part of the running loss at a stage.
func (c *imaginary) run(weight, t complex128) {
	for i, v := range c.y {
		c.re[i] = real(v)
	}
	clear(c.dx)
	clear(c.dth)
	running, theta := c.p.Running, c.Sweep.theta
	sum := imag(t) * running.Pull(c.dx, c.dth, 1, real(t), c.re, theta, c.batch)
	for i, v := range c.dx {
		sum += v * imag(c.y[i])
	}
	for j, v := range c.dth {
		sum += v * imag(c.theta[j])
	}
	c.total += imag(weight)*running.Value(real(t), c.re, theta, c.batch) + real(weight)*sum
}
