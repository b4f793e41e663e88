package fokkerplanck

import (
	"fmt"
)

// Uniformization takes exp(τQᵀ) m = Σ_k e^{-Λτ}(Λτ)^k/k! (1 + Qᵀ/Λ)^k m with Λ =
// MaxRate(): a mean of stochastic matrices, positive, exact in mass and
// F-decreasing, and exact in time to rounding. The work is Λτ passes over the
// grid.
type Uniformization struct{}

// String returns "uniformization".
func (Uniformization) String() string { return "uniformization" }

// Order returns 0: there is no error in time.
func (Uniformization) Order() int { return 0 }

// mostPasses bounds the work of a step of Uniformization and of Exponential.
const mostPasses = 1 << 24

func (Uniformization) prepare(g *Generator, tau float64) (stepper, error) {
	if g.signed {
		return nil, fmt.Errorf("fokkerplanck: rates are negative, as was asked with CentredSigned: uniformization needs a stochastic matrix; use Upwind")
	}
	rate := g.MaxRate()
	if !(rate*tau < mostPasses) {
		return nil, fmt.Errorf("fokkerplanck: uniformization of a step %.6g needs MaxRate()·τ = %.3g passes, limit %d: take shorter steps, Exponential or ImplicitEuler", tau, rate*tau, mostPasses)
	}
	n := len(g.exit)
	u := &uniform{g: g, rate: rate, power: make([]float64, n), image: make([]float64, n)}
	u.first, u.weights = poisson(rate * tau)
	return u, nil
}

type uniform struct {
	g            *Generator
	rate         float64
	first        int       // the weights before it are left out
	weights      []float64 // of (1 + Qᵀ/Λ)^(first+k)
	power, image []float64
}

// poisson returns the probabilities of a Poisson variable of the given mean, from
// first on, those below 1e-18 of the largest left out, scaled to sum 1: the
// result is a mean of stochastic matrices whatever is left out.
func poisson(mean float64) (first int, weights []float64) {
	mode := int(mean)
	up := []float64{1}
	for k := mode + 1; ; k++ {
		w := up[len(up)-1] * mean / float64(k)
		if w < 1e-18 {
			break
		}
		up = append(up, w)
	}
	var down []float64
	for k, w := mode, 1.0; k > 0; k-- {
		if w *= float64(k) / mean; w < 1e-18 {
			break
		}
		down = append(down, w)
	}
	first = mode - len(down)
	for i := range down {
		weights = append(weights, down[len(down)-1-i])
	}
	weights = append(weights, up...)
	var total float64
	for _, w := range weights {
		total += w
	}
	for i := range weights {
		weights[i] /= total
	}
	return first, weights
}

func (u *uniform) step(dst, src []float64) (float64, error) {
	copy(u.power, src)
	clear(dst)
	inverse := 0.0
	if u.rate > 0 {
		inverse = 1 / u.rate
	}
	for k := range u.first + len(u.weights) {
		if k >= u.first {
			w := u.weights[k-u.first]
			for i, v := range u.power {
				dst[i] += w * v
			}
		}
		u.g.advance(u.image, u.power, inverse)
		u.power, u.image = u.image, u.power
	}
	return 0, nil
}
