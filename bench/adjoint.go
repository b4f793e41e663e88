package bench

import (
	"fmt"
	"math"

	"hopflow/flows/adjoint"
	"hopflow/flows/ode"
	"hopflow/lyapunov/activation"
)

// Adjoints returns the cases of workload w5: the gradient of the mean of |x(1)|²/2
// over a batch, with respect to W, b and x(0), of x' = -x + tanh(W x + b) in 64
// dimensions. The error is that of dL/dW, to what four times as many steps of
// order four give, relative to its largest entry.
func Adjoints() []Case {
	rk4 := func(checkpoints int) adjoint.Problem {
		return adjoint.Problem{Method: ode.RK4, Settings: &ode.Settings{Step: 0.01}, Checkpoints: checkpoints}
	}
	controlled := adjoint.Problem{Settings: &ode.Settings{AbsTol: 1e-6, RelTol: 1e-6}}
	var cases []Case
	for _, batch := range []int{1, 64} {
		for _, c := range []struct {
			name, setting string
			problem       adjoint.Problem
		}{
			{"rk4", "rk4 100 steps", rk4(0)},
			{"rk4-12-states", "rk4 100 steps, 12 states kept", rk4(12)},
			{"dopri5", "dopri5 1e-6", controlled},
		} {
			cases = append(cases, Case{"w5", fmt.Sprintf("%s-%d", c.name, batch), fmt.Sprintf("d=64 batch=%d %s", batch, c.setting), 1, "gradients", gradients(c.problem, batch)})
		}
	}
	return cases
}

// network returns the network of workload w5 with its parameters and the first
// states of a batch.
func network(batch int) (m *adjoint.Network, theta, x0 []float64) {
	const d = 64
	m = adjoint.Layers(adjoint.Leak(1, adjoint.Affine(d, d), adjoint.Activation(activation.NewTanh(1))))
	theta, x0 = make([]float64, m.Params()), make([]float64, d*batch)
	rng := newPCG(1)
	w, b := m.Slice("W", theta), m.Slice("b", theta)
	for i := range w {
		w[i] = 1.5 * rng.normal() / math.Sqrt(d)
	}
	for i := range b {
		b[i] = 0.1 * rng.normal()
	}
	for k := range batch {
		for i := range d {
			x0[i*batch+k] = rng.normal()
		}
	}
	return m, theta, x0
}

// gradients prepares one gradient a run.
func gradients(p adjoint.Problem, batch int) func() (func(), func() map[string]float64) {
	return func() (func(), func() map[string]float64) {
		m, theta, x0 := network(batch)
		p.Model, p.T1, p.Batch, p.Terminal = m, 1, batch, adjoint.Quadratic{}
		s := p.Sweep()
		var g *adjoint.Gradient
		run := func() {
			var err error
			if g, err = s.Gradient(x0, theta); err != nil {
				panic(err)
			}
		}
		return run, func() map[string]float64 {
			fine := p
			fine.Method, fine.Settings, fine.Checkpoints = ode.RK4, &ode.Settings{Step: 0.0025}, 0
			exact, err := fine.Gradient(x0, theta)
			if err != nil {
				panic(err)
			}
			return map[string]float64{
				"error":    farthest(m.Slice("W", g.Theta), m.Slice("W", exact.Theta)),
				"error_x0": farthest(g.X0, exact.X0),
				"loss":     g.Loss, "steps": float64(g.Steps), "kilobytes": float64(g.Bytes) / 1000,
			}
		}
	}
}

// farthest returns the largest error of an entry, relative to the largest entry.
func farthest(got, want []float64) float64 {
	worst, scale := 0.0, 0.0
	for i, v := range want {
		worst, scale = math.Max(worst, math.Abs(got[i]-v)), math.Max(scale, math.Abs(v))
	}
	return worst / scale
}
