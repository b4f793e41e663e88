package hopfield

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/training"
)

// An algorithm1Step owns the scratch of one training.
type algorithm1Step struct {
	t       Algorithm1
	n       int
	batches training.Batches
	w, dw   []float64   // n × n
	a, g    []float64   // n
	slope   [][]float64 // f'(f⁻¹(x)) of each pattern, for the stability term
}

func newAlgorithm1Step(t Algorithm1) *algorithm1Step {
	n := len(t.Patterns[0])
	s := &algorithm1Step{
		t: t, n: n, batches: training.Batches{N: len(t.Patterns), Size: t.Batch, InOrder: true},
		w: make([]float64, n*n), dw: make([]float64, n*n), a: make([]float64, n), g: make([]float64, n),
	}
	for _, x := range t.Patterns {
		d := make([]float64, n)
		for i, xi := range x {
			if d[i] = t.Activation.Deriv(t.Activation.Inverse(xi)); math.IsNaN(d[i]) {
				d[i] = 0 // at the end of the range: saturated
			}
		}
		s.slope = append(s.slope, d)
	}
	return s
}

// load spreads the weights of theta over w and returns the biases.
func (s *algorithm1Step) load(theta []float64) []float64 {
	weights := len(theta) - s.n
	if s.t.Projection != Parameterised {
		copy(s.w, theta[:weights])
		return theta[weights:]
	}
	SpreadUpper(s.w, s.n, theta)
	return theta[weights:]
}

// pattern returns the loss of a pattern and leaves its gradient in a in g.
func (s *algorithm1Step) pattern(x, b []float64) float64 {
	var loss float64
	f := s.t.Activation
	for i, xi := range x {
		a := b[i] + floats.Dot(s.w[i*s.n:(i+1)*s.n], x)
		y := f.Value(a)
		if s.t.Loss == CrossEntropy {
			loss += contPotential(f, xi) - contPotentialAt(f, a) - a*(xi-y)
			s.g[i] = y - xi
			continue
		}
		loss += (xi - y) * (xi - y)
		s.g[i] = -2 * (xi - y) * f.Deriv(a)
	}
	return loss
}

// objective is the mean over the patterns of the step's batch.
func (s *algorithm1Step) objective(gradient, theta []float64, step int) (float64, error) {
	b := s.load(theta)
	weights := len(theta) - s.n
	clear(gradient)
	clear(s.dw)
	var loss float64
	batch := s.batches.At(step)
	share := 1 / float64(len(batch))
	for _, p := range batch {
		x := s.t.Patterns[p]
		loss += share * s.pattern(x, b)
		for i, gi := range s.g {
			gradient[weights+i] += share * gi
			floats.AddScaled(s.dw[i*s.n:(i+1)*s.n], share*gi, x)
		}
		penalty, err := s.stability(p, share)
		if err != nil {
			return 0, err
		}
		loss += penalty
	}
	if s.t.Projection != Parameterised {
		copy(gradient, s.dw)
		return loss, nil
	}
	FoldUpper(gradient, s.dw, s.n)
	return loss, nil
}

// stability returns the penalty of a pattern and adds its gradient to dw. D is
// that of the pattern, not of the state that it is sent to: so λ_max is a
// convex function of W, with the gradient zzᵀ, z = D^½ v, v its eigenvector.
func (s *algorithm1Step) stability(p int, share float64) (float64, error) {
	if s.t.Stability == 0 {
		return 0, nil
	}
	m := mat.NewSymDense(s.n, nil)
	for i := range s.n {
		for j := i; j < s.n; j++ {
			w := (s.w[i*s.n+j] + s.w[j*s.n+i]) / 2
			m.SetSym(i, j, math.Sqrt(s.slope[p][i])*w*math.Sqrt(s.slope[p][j]))
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(m, true) {
		return 0, training.ErrGradient
	}
	over := eig.Values(nil)[s.n-1] - 1 + s.t.Margin
	if over <= 0 {
		return 0, nil
	}
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	z := mat.Col(nil, s.n-1, &vectors)
	for i := range z {
		z[i] *= math.Sqrt(s.slope[p][i])
	}
	scale := 2 * share * s.t.Stability * over
	for i, zi := range z {
		floats.AddScaled(s.dw[i*s.n:(i+1)*s.n], scale*zi, z)
	}
	return share * s.t.Stability * over * over, nil
}

// Total returns Σ loss over all patterns at theta, without the stability term.
func (t Algorithm1) Total(theta []float64) float64 {
	t, err := t.filled()
	if err != nil {
		return math.NaN()
	}
	s := newAlgorithm1Step(t)
	b := s.load(theta)
	var sum float64
	for _, x := range t.Patterns {
		sum += s.pattern(x, b)
	}
	return sum
}
