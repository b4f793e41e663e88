package mirror

import (
	"errors"

	"hopflow/lyapunov"
)

// Natural is natural gradient descent, [HF] (5), with the metric G = ∇²ψ of its
// Map:
//
//	x_{k+1} = x_k - h_k G(x_k)⁻¹ ∇f(x_k).
//
// With BitEntropy it is that of the tanh metric (24). It differs from Descent
// with the same Map by O(h²) a step, and unlike that it can leave the domain:
// an ErrLeft that names the coordinate.
type Natural struct {
	Map  Smooth
	Rule Rule
}

type natural struct {
	descent
	metric *HessianMetric
	v      []float64 // G⁻¹∇f
}

func (m Natural) start(f lyapunov.Energy, x0 []float64) (Iterate, stepper, error) {
	it, d, err := begin(f, m.Map, nil, x0)
	if err != nil {
		return it, nil, err
	}
	d.steps = newSteps(m.Rule)
	return it, &natural{d, NewHessianMetric(m.Map), make([]float64, len(x0))}, nil
}

func (s *natural) step(it *Iterate) error {
	if err := s.gradient(it, it.X); err != nil {
		return err
	}
	h, err := s.steps.first(it)
	if err != nil {
		return err
	}
	s.metric.Sharp(s.v, it.X, s.g)
	for least := shortest * h; h >= least; {
		for i, v := range s.v {
			s.x[i] = it.X[i] - h*v
		}
		bad := s.psi.Domain().Check(s.x)
		if bad == nil {
			value := s.f.Value(s.x)
			if !s.steps.tries && notFinite(value) {
				return &Error{ErrEnergy, it.K, -1, value, h, it.Clone().X}
			}
			if !s.steps.tries || value <= it.F-h/2*dot(s.g, s.v)+slack(value, it.F) {
				s.psi.Gradient(s.z, s.x)
				s.steps.h = h
				s.commit(it, value, h)
				return nil
			}
		} else if !s.steps.tries {
			e := &Error{Reason: ErrLeft, K: it.K, Coordinate: -1, H: h, X: it.Clone().X}
			var where *DomainError
			if errors.As(bad, &where) {
				e.Coordinate, e.Value = where.Coordinate, where.Value
			}
			return e
		}
		h = s.steps.shorter(h)
	}
	return &Error{ErrLineSearch, it.K, -1, it.F, h, it.Clone().X}
}
