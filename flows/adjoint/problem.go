package adjoint

import (
	"fmt"
	"math"

	"hopflow/flows"
	"hopflow/flows/ode"
)

// A Problem is a loss of the solution of dx/dt = f(t, x; θ) from x0 at T0 to
// T1: the sum of Terminal, Running and Observed, of which at least one is set.
// It is data, which goroutines may share. x0 has Dim coordinates, or Dim times
// Batch in the layout of an Evaluator. T1 < T0 is the flow backwards.
//
// Neither x0 nor the terminal loss knows θ. Where they do, add a(t0) ∂x0/∂θ and
// ∂C/∂θ to the gradient: g.X0 is a(t0).
type Problem struct {
	Model Model
	// Method takes the steps. nil: ode.DormandPrince.
	Method *ode.Tableau
	// Settings say how finely, as in package ode: equal steps if Step is set,
	// else error control (of the running loss too). MaxSteps bounds the steps
	// between one observation and the next.
	Settings *ode.Settings
	T0, T1   float64

	Terminal Loss          // of the state at T1
	Running  Running       // integrated from T0 to T1
	Observed []Observation // in any order; a step ends at each

	// Grid holds the times of the steps, from T0 to T1, instead of Settings: a
	// sequence frozen earlier, the Grid of a Gradient. nil: none.
	Grid []float64
	// Checkpoints is how many states the reverse sweep keeps at a time, the
	// initial one included; between them it integrates again, by the schedule
	// with the fewest steps (ExtraSteps). The gradient has the same bits. 0, the
	// default: the stages of every step, or, if they exceed Memory, as many
	// states as fit.
	Checkpoints int
	// Memory bounds the bytes kept for the reverse sweep. 0, the default: 1 GiB;
	// math.MaxInt switches the bound off.
	Memory int
	// Batch is the number of states. 0, the default: 1.
	Batch int
	// Record keeps x(t) and a(t) at the steps in the Gradient.
	Record bool
	// Mismatch bounds how far from x0 Reintegrated may come back, relative to
	// the largest coordinate on the way. 0, the default: 1e-6; +Inf switches
	// the bound off.
	Mismatch float64
}

// Loss returns the loss. The errors are those of Gradient.
func (p *Problem) Loss(x0, theta []float64) (float64, error) {
	return p.Sweep().Loss(x0, theta)
}

// Gradient returns the gradient of the computed loss, exact to rounding: the
// chain rule backwards through every stage of every step, with the step
// sequence held fixed. It goes to the gradient of the true loss with the order
// of the method. [NH] Theorem 1 and [CH] section 1, corrected: see notebook 14.
//
// With weights b, matrix a_ij and nodes c of the method, and λ = ∂L/∂x_{k+1},
// stage by stage from the last to the first,
//
//	g_i = h b_i λ + h Σ_{j>i} a_ji w_j,   w_i = g_i ∂f/∂x (stage i) + h b_i ∂ℓ/∂x,
//	∂L/∂x_k = λ + Σ_i w_i,                ∂L/∂θ += Σ_i g_i ∂f/∂θ + h b_i ∂ℓ/∂θ.
//
// The error is an *Error if the solution does not reach T1, a loss or the
// gradient is not finite, the grid or an observation does not fit the interval,
// or the memory does not suffice. Gradient panics on slices of another length
// and on a Problem without model or loss.
func (p *Problem) Gradient(x0, theta []float64) (*Gradient, error) {
	return p.Sweep().Gradient(x0, theta)
}

// Adjoint returns a(t), the derivative of the loss with respect to the state at
// t with everything before held fixed, at the times of the steps; at an
// observation it is the value before it, jump included. It is that of Gradient;
// for the others set Record.
func (p *Problem) Adjoint(x0, theta []float64) (*flows.Trajectory, error) {
	q := *p
	q.Record = true
	g, err := q.Gradient(x0, theta)
	if err != nil {
		return nil, err
	}
	return g.Adjoints, nil
}

// A Gradient is a loss with its derivatives.
type Gradient struct {
	Loss float64
	X1   []float64 // the state at T1
	// X0 is ∂L/∂x0, in the layout of x0, and Theta is ∂L/∂θ.
	X0, Theta []float64
	// T0 and T1 are the derivatives with respect to the ends of the interval;
	// observations stay where they are, and steps keep their share of the
	// stretch that they divide. An observation at an end makes it the derivative
	// on the side where the observation stays inside.
	T0, T1 float64
	Grid   []float64 // the times of the steps
	Steps  int       // how many: len(Grid) - 1
	// Extra is how many steps were taken again for want of memory: ExtraSteps.
	// (Error control tries its steps before; they do not count here.)
	Extra int
	// Stored is the largest number of states kept at a time, Bytes what was kept
	// at that time, stages included.
	Stored, Bytes int
	// Recovered is the x0 to which Reintegrated came back, and Mismatch how far
	// from x0 that is, relative to the largest coordinate on the way.
	Recovered []float64
	Mismatch  float64
	// States and Adjoints are x(t) and a(t) at the steps if Record is set.
	States, Adjoints *flows.Trajectory
}

// budget returns how many states to keep for n steps, 0 for every step with its
// stages, of record numbers a step and size numbers a state.
func (p *Problem) budget(n, record, size int) (int, error) {
	if p.Checkpoints < 0 {
		return 0, &Error{Reason: ErrCheckpoints, What: fmt.Sprintf("Checkpoints = %d", p.Checkpoints)}
	}
	limit := float64(p.Memory) / 8
	switch {
	case p.Memory < 0:
		return 0, &Error{Reason: ErrMemory, What: fmt.Sprintf("Memory = %d", p.Memory)}
	case p.Memory == 0:
		limit = 1 << 30 / 8
	}
	fits := math.Floor((limit - float64(record)) / float64(max(size, 1)))
	switch want := float64(min(p.Checkpoints, n)); {
	case p.Checkpoints == 0 && float64(n)*float64(record) <= limit:
		return 0, nil
	case fits < math.Max(want, 1):
		return 0, &Error{Reason: ErrMemory, What: fmt.Sprintf("%.0f bytes hold less than the stages of a step and %.0f states, %.0f bytes",
			8*limit, math.Max(want, 1), 8*(float64(record)+math.Max(want, 1)*float64(size)))}
	case p.Checkpoints == 0:
		return int(math.Min(fits, float64(n))), nil
	}
	return p.Checkpoints, nil
}
