package hopfield

import (
	"fmt"
	"math"

	"hopflow/lyapunov"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

// A Recall is what an energy E(v, h) says of the hidden variables h when the
// visible ones v are held: the law q(h|v) = exp(-E(v, h)/T)/Z(v), its conditional
// free energy F[p|v], [LF] Lemma 9, and the gradient of -T ln Z(v), [LF] Lemma 11,
// by quadrature over one to three hidden variables and for any energy. The many
// hidden units of a separable layer have Bipartite.FreeEnergy and HiddenMeans.
//
// Lemma 11 needs that neither T nor the measure of h depends on the parameters.
//
// Over one variable the integrals are good to about 1e-13 for smooth energies, over
// two or three to about 1e-6 or better.
type Recall struct {
	energy lyapunov.Energy // of h
	T      float64
}

// Given returns the Recall of an energy whose first len(v) coordinates are the
// visible ones. It panics unless T is positive and finite and v leaves one to three
// coordinates, or if v is not finite.
func Given(joint lyapunov.Energy, v []float64, T float64) *Recall {
	bipartiteTemperature(T)
	if free := joint.Dim() - len(v); free < 1 || free > 3 {
		panic(fmt.Sprintf("hopfield: %d hidden variables, quadrature is for one to three", free))
	}
	held := map[int]float64{}
	for i, vi := range v {
		held[i] = vi
	}
	if len(v) == 0 {
		return &Recall{joint, T}
	}
	return &Recall{landscape.Restrict(joint, held), T}
}

// Energy returns E(v, ·).
func (r *Recall) Energy() lyapunov.Energy { return r.energy }

// LogPartition returns ln Z(v). It is an error if Z(v) is infinite or not reached.
func (r *Recall) LogPartition() (float64, error) {
	lnZ, _, err := r.means()
	return lnZ, err
}

// Least returns -T ln Z(v), the least free energy, that of q(·|v).
func (r *Recall) Least() (float64, error) {
	lnZ, err := r.LogPartition()
	return -r.T * lnZ, err
}

// Mean returns <φ(h)> under q(·|v).
func (r *Recall) Mean(phi func(h []float64) float64) (float64, error) {
	_, means, err := r.means(phi)
	if err != nil {
		return math.NaN(), err
	}
	return means[0], nil
}

// Gradient returns ∂(-T ln Z(v))/∂θ = <∂E/∂θ> under q(·|v), [LF] Lemma 11, for the
// derivatives ∂E/∂θ_α of the energy at this v, as functions of h.
func (r *Recall) Gradient(parts ...func(h []float64) float64) ([]float64, error) {
	_, g, err := r.means(parts...)
	return g, err
}

func (r *Recall) means(phi ...func(h []float64) float64) (lnZ float64, means []float64, err error) {
	if r.energy.Dim() == 1 {
		return recallLine(r.energy.Value, r.T, phi)
	}
	return recallBox(r.energy, r.T, phi)
}

// A FreeEnergy is the conditional free energy of a density p(h), [LF] Lemma 9, with
// its parts.
type FreeEnergy struct {
	MeanEnergy, Entropy float64 // <E(v, ·)>_p and H[p]
	KL                  float64 // KL(p || q(·|v))
	Least               float64 // -T ln Z(v)
	temperature         float64
}

// FromKL returns T KL - T ln Z(v), the form that is exact near equilibrium.
func (f FreeEnergy) FromKL() float64 { return f.temperature*f.KL + f.Least }

// FromEnergy returns <E> - T H, the other.
func (f FreeEnergy) FromEnergy() float64 { return f.MeanEnergy - f.temperature*f.Entropy }

// FreeEnergy returns F[p|v] of a density on a grid that holds the mass of p and of
// q(·|v). The two forms take their numbers from different sums: KL from ratios of p
// and q, <E> and H from p alone, Z(v) from quadrature. They agree as far as the
// grid resolves p and q. It panics if the dimensions differ, and fails as
// freeenergy.FreeEnergy does.
func (r *Recall) FreeEnergy(p *freeenergy.Density) (FreeEnergy, error) {
	f := FreeEnergy{temperature: r.T}
	var err error
	if f.Least, err = r.Least(); err != nil {
		return f, err
	}
	if _, f.KL, err = freeenergy.FreeEnergy(p, r.energy, r.T); err != nil {
		return f, err
	}
	f.MeanEnergy, f.Entropy = freeenergy.Energy(p, r.energy), freeenergy.Entropy(p)
	return f, nil
}
