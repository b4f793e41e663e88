package adjoint

import (
	"math"
	"math/rand/v2"
	"testing"

	"hopflow/flows/ode"
)

// w5 is the workload of that name: x' = -x + tanh(W x + b) in 64 dimensions.
func w5(batch int, m *ode.Tableau, s *ode.Settings) (p *Problem, x0, theta []float64) {
	const d = 64
	net := Layers(Relax(1, Affine(d, d), Activation(tanh)))
	rng := rand.New(rand.NewPCG(5, 0))
	theta, x0 = make([]float64, net.Params()), make([]float64, d*batch)
	for i := range theta[:d*d] {
		theta[i] = 1.5 * rng.NormFloat64() / math.Sqrt(d)
	}
	for i := range d {
		theta[d*d+i] = 0.1 * rng.NormFloat64()
	}
	for i := range x0 {
		x0[i] = rng.NormFloat64()
	}
	return &Problem{Model: net, Method: m, Settings: s, T1: 1, Terminal: SquaredDistance(nil), Batch: batch}, x0, theta
}

func BenchmarkGradient(b *testing.B) {
	for _, c := range []struct {
		name     string
		batch    int
		method   *ode.Tableau
		settings *ode.Settings
		keep     int
	}{
		{"rk4-100-batch-1", 1, ode.RK4, &ode.Settings{Step: 0.01}, 0},
		{"rk4-100-batch-1-checkpoints-10", 1, ode.RK4, &ode.Settings{Step: 0.01}, 10},
		{"rk4-100-batch-64", 64, ode.RK4, &ode.Settings{Step: 0.01}, 0},
		{"dopri5-1e-6-batch-1", 1, nil, &ode.Settings{RelTol: 1e-6, AbsTol: 1e-6}, 0},
	} {
		b.Run(c.name, func(b *testing.B) {
			p, x0, theta := w5(c.batch, c.method, c.settings)
			p.Checkpoints = c.keep
			s := p.Sweep()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Gradient(x0, theta); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
