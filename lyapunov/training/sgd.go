package training

// SGD is gradient descent with heavy-ball momentum (Polyak 1964) and weight
// decay; "stochastic" is only the gradient that one may give it. A step is
//
//	v ← μ v + g,   θ ← (1 - ηλ) θ - η v,   v = 0 at first,
//
// with the rate η of the step. Without momentum the decay λ is the gradient of
// ½ λ |θ|²; with momentum it is not, for it stays out of the average
// (Loshchilov and Hutter, arXiv 1711.05101).
type SGD struct {
	Rate     float64  // η > 0
	Schedule Schedule // factor of Rate at each step; nil: 1
	Momentum float64  // μ in [0, 1)
	Decay    float64  // λ >= 0
}

// New returns the method at work. It panics unless Rate is positive and finite,
// Momentum in [0, 1), and Decay not negative.
func (s SGD) New(n int) Optimiser {
	mustBeRate("Rate", s.Rate, true)
	mustBeRate("Momentum", s.Momentum, false)
	mustBeRate("Decay", s.Decay, false)
	s.Momentum = fraction("Momentum", s.Momentum, 0)
	return &sgd{SGD: s, velocity: make([]float64, n)}
}

type sgd struct {
	SGD
	velocity []float64
	step     int
}

func (s *sgd) Step(theta, gradient []float64) {
	mustMatch(len(s.velocity), theta, gradient)
	eta := s.Schedule.at(s.Rate, s.step)
	s.step++
	for i, g := range gradient {
		s.velocity[i] = s.Momentum*s.velocity[i] + g
		theta[i] -= eta * (s.velocity[i] + s.Decay*theta[i])
	}
}
