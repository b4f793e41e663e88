package adjoint

import (
	"fmt"
	"math"

	"hopflow/flows"
)

// Reintegrated returns the gradient by the continuous adjoint with the state run
// backwards beside it, on the same steps, from x(T1): nothing is kept, which is
// why it is popular. What the flow contracts forwards it blows up backwards, and
// round-off with it, by exp ∫|J⁻|: on a trained Hopfield network nothing is left
// of the gradient long before anything looks wrong. The recovered x0 tells: if it
// is further from x0 than Mismatch, Reintegrated returns the gradient all the
// same, for inspection, and an error (ErrMismatch) that says by how much. Losses
// observed on the way are differentiated at the recovered states. The other
// errors and the panics are those of Gradient.
func (p *Problem) Reintegrated(x0, theta []float64) (*Gradient, error) {
	s := p.Sweep()
	if err := s.begin(x0, theta); err != nil {
		return nil, err
	}
	n := s.steps()
	s.clearGradient()
	s.records = resize(s.records, s.recordSize())
	g := &s.gradient
	g.Stored, g.Bytes = 1, 8*s.recordSize()
	copy(g.X1, x0)
	scale := largest(x0)
	for k := range n {
		if err := s.step(g.X1, k, g.X1, s.record(0).slopes, nil); err != nil {
			return nil, err
		}
		scale = math.Max(scale, largest(g.X1))
	}
	x := append([]float64(nil), g.X1...)
	g.Recovered = x
	s.turn(x)
	s.endPower(x)
	c := newCostate(s)
	h := 0.0
	at := func(i int, _ float64) []float64 { return s.argument(i, -h, x, c.slopes) }
	for k := n - 1; k >= 0; k-- {
		h = s.t[k+1] - s.t[k]
		c.back(k, at)
		s.move(s.lost, x, -h, s.stages.b, c.slopes)
		copy(x, s.lost)
		if !flows.Finite(x) {
			g.Loss, g.Steps, g.Mismatch = s.loss, n, math.Inf(1)
			copy(g.X0, s.lambda)
			return g, &Error{Reason: ErrMismatch, What: fmt.Sprintf("going back from t = %g, the state is not finite at t = %.9g", s.t[n], s.t[k])}
		}
		s.jump(k, x)
	}
	s.startPower(x)
	return s.returned(x0, scale)
}

// returned compares the recovered x0 with x0, in units of scale.
func (s *Sweep) returned(x0 []float64, scale float64) (*Gradient, error) {
	g, err := s.finish()
	if err != nil {
		return g, err
	}
	far := 0.0
	for i, v := range g.Recovered {
		far = math.Max(far, math.Abs(v-x0[i]))
	}
	g.Mismatch = far
	if scale > 0 {
		g.Mismatch /= scale
	}
	bound := s.p.Mismatch
	if bound == 0 {
		bound = 1e-6
	}
	if g.Mismatch > bound {
		return g, &Error{Reason: ErrMismatch, What: fmt.Sprintf("off by %.3g of the largest coordinate, bound %.3g: %s instead of %s",
			g.Mismatch, bound, flows.Brief(g.Recovered), flows.Brief(x0))}
	}
	return g, nil
}
