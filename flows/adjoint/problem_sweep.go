package adjoint

import (
	"fmt"
	"math"
	"slices"

	"hopflow/flows"
	"hopflow/flows/ode"
)

// A Sweep is a Problem at work: it owns the memory for the states and stages of
// a solution, and once warm allocates nothing per step, so that a training loop
// keeps one. It belongs to one goroutine.
//
//	s := p.Sweep()
//	for range 1000 {
//		g, err := s.Gradient(x0, theta)
//		...
//	}
type Sweep struct {
	p         Problem
	method    *ode.Tableau
	stages    tableau
	n, batch  int
	theta     []float64
	evaluator Evaluator
	sequence

	length    float64   // of the last free step of error control; 0: not known
	augmented []float64 // its state and running loss

	seen int     // steps whose losses are counted
	due  int     // observations counted
	loss float64 // so far

	y, sum   []float64   // argument of a stage, and its Σ a_ij k_j
	lambda   []float64   // ∂L/∂x where the reverse sweep is
	g, w     [][]float64 // of the stages, as in the comment on Problem.Gradient
	scratch  []float64   // a state that a step tries; the gradient of a loss
	lost     []float64   // a state that nobody wants
	records  []float64   // what is kept of steps: a stepRecord each
	kept     []float64   // checkpoints, a state each
	slots    []int       // the times of those in use
	extra    int
	gradient Gradient
}

// Sweep returns the problem at work. It panics on a Problem without model or
// loss, with a negative Batch, or with a method whose parts do not fit together.
func (p *Problem) Sweep() *Sweep {
	switch {
	case p.Model == nil:
		panic("adjoint: no model")
	case p.Terminal == nil && p.Running == nil && len(p.Observed) == 0:
		panic("adjoint: no loss: set Terminal, Running or Observed")
	case p.Batch < 0:
		panic("adjoint: negative Batch")
	case math.IsNaN(p.Mismatch) || p.Mismatch < 0:
		panic("adjoint: Mismatch is negative or NaN")
	}
	s := &Sweep{p: *p, method: p.Method, batch: max(p.Batch, 1)}
	if s.method == nil {
		s.method = ode.DormandPrince
	}
	s.method.Stepper(func([]float64, float64, []float64) {}, 0) // panics on an inconsistent one
	s.stages = live(s.method)
	s.n = p.Model.Dim() * s.batch
	slab := make([]float64, (2*len(s.stages.b)+6)*s.n+1)
	vector := func(n int) (v []float64) {
		v, slab = slab[:n:n], slab[n:]
		return v
	}
	s.y, s.sum, s.lambda, s.scratch, s.lost = vector(s.n), vector(s.n), vector(s.n), vector(s.n), vector(s.n)
	s.augmented = vector(s.n + 1)
	for range s.stages.b {
		s.g, s.w = append(s.g, vector(s.n)), append(s.w, vector(s.n))
	}
	return s
}

// begin takes the arguments, lays down the steps, and forgets the last run.
func (s *Sweep) begin(x0, theta []float64) error {
	if len(x0) != s.n {
		panic(lengthMismatch("x0", len(x0), s.n))
	}
	if want := s.p.Model.Params(); len(theta) != want {
		panic(lengthMismatch("theta", len(theta), want))
	}
	if !flows.Finite(x0) {
		return &Error{Reason: ErrInput, What: "x0 = " + flows.Brief(x0)}
	}
	if j := slices.IndexFunc(theta, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }); j >= 0 {
		return &Error{Reason: ErrInput, What: fmt.Sprintf("θ[%d] = %g", j, theta[j])}
	}
	s.theta = theta
	if again, ok := s.evaluator.(Reusable); ok {
		again.Reset(theta)
	} else {
		s.evaluator = s.p.Model.At(theta, s.batch)
	}
	if err := s.plan(x0); err != nil {
		return err
	}
	s.seen, s.due, s.loss, s.extra = 0, 0, 0, 0
	return s.observe(0, x0)
}

// steps returns how many steps there are.
func (s *Sweep) steps() int { return len(s.t) - 1 }

// field is the right-hand side for error control: of the state, and, if there
// is one more coordinate, of the running loss.
func (s *Sweep) field(dst []float64, t float64, x []float64) {
	s.evaluator.Rate(dst[:s.n], t, x[:s.n], nil)
	if len(x) > s.n {
		dst[s.n] = s.p.Running.Value(t, x[:s.n], s.theta, s.batch)
	}
}

// fail returns the error for what was found at time k, in state x.
func (s *Sweep) fail(reason error, k int, x []float64, what string) error {
	return &Error{Reason: reason, At: flows.State{T: s.t[k], X: x}.Clone(), Step: k, What: what}
}

// Loss returns the loss of the solution from x0. The errors are those of
// Problem.Gradient.
func (s *Sweep) Loss(x0, theta []float64) (float64, error) {
	if err := s.begin(x0, theta); err != nil {
		return math.NaN(), err
	}
	one := len(s.stages.b) * s.n
	s.records = resize(s.records, one+s.n)
	slopes, x := s.records[:one], s.records[one:]
	copy(x, x0)
	for k := range s.steps() {
		if err := s.step(x, k, x, slopes, nil); err != nil {
			return math.NaN(), err
		}
	}
	return s.loss, nil
}
