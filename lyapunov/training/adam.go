package training

import "math"

// Adam divides an average of the gradient by the root of an average of its
// square, coordinate by coordinate (Kingma and Ba, arXiv 1412.6980), both freed
// of the bias of starting at 0:
//
//	m ← β₁ m + (1-β₁) g,  v ← β₂ v + (1-β₂) g²,
//	θ ← (1 - ηλ) θ - η m̂ / (√v̂ + ε),  m̂ = m/(1-β₁ᵗ),  v̂ = v/(1-β₂ᵗ),  t = 1, 2, ...
//
// The first step is η in every coordinate, whatever the scale of the loss. The
// weight decay λ stays out of the averages (AdamW, arXiv 1711.05101). With a
// constant rate Adam need not converge, even on convex losses (Reddi, Kale and
// Kumar, arXiv 1904.09237), and near a minimum goes on in steps of the size of η:
// let a schedule take it down.
type Adam struct {
	Rate     float64  // η > 0, roughly the longest step of a coordinate
	Schedule Schedule // factor of Rate at each step; nil: 1
	Beta1    float64  // β₁ < 1; 0: the default 0.9; negative: no average
	Beta2    float64  // β₂ < 1; 0: the default 0.999; negative: no average
	Epsilon  float64  // ε > 0; 0: the default 1e-8
	Decay    float64  // λ >= 0
}

// New returns the method at work. It panics unless Rate is positive and finite,
// the averages are below 1, and Epsilon and Decay not negative.
func (a Adam) New(n int) Optimiser {
	mustBeRate("Rate", a.Rate, true)
	mustBeRate("Epsilon", a.Epsilon, false)
	mustBeRate("Decay", a.Decay, false)
	a.Beta1, a.Beta2 = fraction("Beta1", a.Beta1, 0.9), fraction("Beta2", a.Beta2, 0.999)
	if a.Epsilon == 0 {
		a.Epsilon = 1e-8
	}
	return &adam{Adam: a, mean: make([]float64, n), square: make([]float64, n), left1: 1, left2: 1}
}

type adam struct {
	Adam
	mean, square []float64
	left1, left2 float64 // β₁ᵗ, β₂ᵗ: the weight of the zeros at the start
	step         int
}

func (a *adam) Step(theta, gradient []float64) {
	mustMatch(len(a.mean), theta, gradient)
	eta := a.Schedule.at(a.Rate, a.step)
	a.step++
	a.left1 *= a.Beta1
	a.left2 *= a.Beta2
	for i, g := range gradient {
		a.mean[i] += (1 - a.Beta1) * (g - a.mean[i])
		a.square[i] += (1 - a.Beta2) * (g*g - a.square[i])
		m, v := a.mean[i]/(1-a.left1), a.square[i]/(1-a.left2)
		theta[i] -= eta * (m/(math.Sqrt(v)+a.Epsilon) + a.Decay*theta[i])
	}
}
