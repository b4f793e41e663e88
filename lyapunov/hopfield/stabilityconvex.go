package hopfield

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// ConvexGain returns the gain 1/λ_max(L^½ W L^½), L = diag sup f': with f(g a) in
// place of f(a), E is strictly convex for every gain g below it, and then there is
// one equilibrium, globally stable: one memory at most. For one f it is
// 1/(L λ_max(W)). It is +Inf if λ_max ≤ 0. The bound is sharp where f is steepest
// at an equilibrium: above it that equilibrium is unstable.
//
// It is an error if W is not symmetric, or the largest slope of an activation
// is not known: give a type of your own a method Mode() float64, the u where f'
// is largest.
func (c *Continuous) ConvexGain() (float64, error) {
	slope, err := c.slopes()
	if err != nil {
		return 0, err
	}
	values, err := stabilityValues(c.scaledWeights(slope))
	if err != nil {
		return 0, err
	}
	if top := values[c.n-1]; top > 0 {
		return 1 / top, nil
	}
	return math.Inf(1), nil
}

// slopes returns sup f' of every unit of a symmetric network.
func (c *Continuous) slopes() ([]float64, error) {
	if !c.symmetric {
		return nil, fmt.Errorf("%w: this bound is about the energy, and an asymmetric network has none", checkSymmetric("W", c.W()))
	}
	slope := make([]float64, c.n)
	for i, f := range c.f {
		l, _, ok := contSteepest(f)
		if !ok {
			return nil, contUnknownMode(f, i)
		}
		slope[i] = l
	}
	return slope, nil
}

// StepBound returns the largest Δt for which an explicit Euler step from any
// state in the range cannot raise the energy, E(x + Δt dx/dt) ≤ E(x):
//
//	Δt ≤ min( min τ_i, 2/λ_max(T⁻¹ - (LT⁻¹)^½ W (LT⁻¹)^½) ),   L = diag sup f';
//
// for one τ and f, τ min(1, 2/(1 + L max(0, -λ_min(W)))). Both parts are sharp:
// the second is the limit of linear stability of an equilibrium where every f
// is steepest, and a step of more than τ_i leaves the segment from x_i to
// f(a_i), and with it the range. A zero diagonal and W ≠ 0 have λ_min < 0.
//
// For Δt ≤ min τ the proof is: G_i has a second derivative ≥ 1/L_i, so with δ = Δt dx/dt a step changes E
// by at most -½ δᵀWδ - Σ (δ_i²/L_i)(τ_i/Δt - ½). [NH] Remark 6 takes Δt = τ,
// where Lemma 7 fails.
//
// The errors are those of ConvexGain.
func (c *Continuous) StepBound() (float64, error) {
	slope, err := c.slopes()
	if err != nil {
		return 0, err
	}
	m := mat.NewSymDense(c.n, nil)
	least := math.Inf(1)
	for i := range c.n {
		least = math.Min(least, c.tau[i])
		for j := i; j < c.n; j++ {
			v := -math.Sqrt(slope[i]/c.tau[i]) * c.w[i*c.n+j] * math.Sqrt(slope[j]/c.tau[j])
			if i == j {
				v += 1 / c.tau[i]
			}
			m.SetSym(i, j, v)
		}
	}
	values, err := stabilityValues(m)
	if err != nil {
		return 0, err
	}
	if top := values[c.n-1]; top > 0 {
		return math.Min(least, 2/top), nil
	}
	return least, nil
}

// stabilitySorted sorts eigenvalues by real, then imaginary part.
func stabilitySorted(values []complex128) []complex128 {
	slices.SortFunc(values, func(a, b complex128) int {
		return cmp.Or(cmp.Compare(real(a), real(b)), cmp.Compare(imag(a), imag(b)))
	})
	return values
}
