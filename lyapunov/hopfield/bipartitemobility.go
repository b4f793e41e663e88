package hopfield

import (
	"fmt"
	"math"

	"hopflow/lyapunov"
)

// A Measure is the power c of det ∂²L in the measure
//
//	dμ = (det ∂²L_v det ∂²L_h)^c dv dh
//
// that a law exp(-E/T) of a Bipartite network is a density of. Which one the
// stochastic dynamics of [LF] Theorem 14 samples, printed without a drift beyond
// -K ∇E, is a matter of the calculus that its noise is meant in.
type Measure float64

const (
	// FiringRate is dg df, the measure of the outputs: what the dynamics as
	// printed sample as an Itô equation, for every smooth strictly convex L.
	FiringRate Measure = 1
	// Riemannian is the volume of the metric ∂²L: what they sample in the sense of
	// Stratonovich, if the layers are separable.
	Riemannian Measure = 0.5
	// Lebesgue is dv dh: what [LF] means them to sample. It takes the Itô drift
	// T div K (Mobility has it), or the anti-Itô sense for separable layers.
	Lebesgue Measure = 0
)

// String returns the name of the measure.
func (m Measure) String() string {
	switch m {
	case FiringRate:
		return "firing-rate measure dg df"
	case Lebesgue:
		return "measure dv dh"
	}
	return fmt.Sprintf("measure (det ∂²L)^%g dv dh", float64(m))
}

// Mobility returns K = (∂²L)⁻¹, block by block. Its Divergence is -K ∂ ln det ∂²L,
// by Piola's identity: not 0, as the proof of [LF] Theorem 14 says, but cancelled
// by the drift T K ∂ ln μ where the measure is that of LogVolume.
func (b *Bipartite) Mobility() lyapunov.Mobility { return bipartiteMobility{b} }

type bipartiteMobility struct{ b *Bipartite }

// Dim returns the number of units.
func (m bipartiteMobility) Dim() int { return m.b.Dim() }

// Sharp stores (∂²L)⁻¹ ξ in dst.
func (m bipartiteMobility) Sharp(dst, x, xi []float64) {
	m.b.layers(dst, x, xi, Lagrangian.Solve)
}

// SharpSqrt stores R w in dst, R Rᵀ = (∂²L)⁻¹.
func (m bipartiteMobility) SharpSqrt(dst, x, w []float64) {
	m.b.layers(dst, x, w, Lagrangian.SolveSqrt)
}

// Divergence stores -(∂²L)⁻¹ ∂ ln det ∂²L in dst.
func (m bipartiteMobility) Divergence(dst, x []float64) {
	s := m.b.scratch.Get().(*bipartiteSpace)
	defer m.b.scratch.Put(s)
	m.b.VolumeGradient(s.buf, x)
	m.Sharp(dst, x, s.buf)
	for i := range dst {
		dst[i] = -dst[i]
	}
}

// layers applies an operator of the Lagrangians to both layers.
func (b *Bipartite) layers(dst, x, w []float64, act func(l Lagrangian, dst, x, w []float64)) {
	v, h := b.Split(x)
	dv, dh := b.Split(dst)
	wv, wh := b.Split(w)
	act(b.visible, dv, v, wv)
	act(b.hidden, dh, h, wh)
}

// LogVolume returns ln det ∂²L_v + ln det ∂²L_h, the logarithm of the measure that
// [LF] Theorem 14's equation as printed samples exp(-E/T) with respect to; with
// VolumeGradient, in the shape that langevin.Dynamics takes:
//
//	langevin.Dynamics{Energy: b, Mobility: b.Mobility(), Temperature: T,
//		LogVolume: b.LogVolume, VolumeGradient: b.VolumeGradient}
//
// has the drift Field and no other. Without the two the same Dynamics sample
// exp(-E/T) dv dh, if that can be normalised: see Normalisable.
func (b *Bipartite) LogVolume(x []float64) float64 {
	v, h := b.Split(x)
	return b.visible.LogDet(v) + b.hidden.LogDet(h)
}

// VolumeGradient stores ∂ ln det ∂²L in dst.
func (b *Bipartite) VolumeGradient(dst, x []float64) {
	v, h := b.Split(x)
	dv, dh := b.Split(dst)
	b.visible.LogDetGradient(dv, v)
	b.hidden.LogDetGradient(dh, h)
}

// Effective returns the energy E - c T ln det ∂²L, whose law with respect to dv dh
// is that of E with respect to the measure: what a histogram of (v, h) shows, and
// what freeenergy.LogPartition integrates. It panics unless T is positive and
// finite.
func (b *Bipartite) Effective(T float64, m Measure) lyapunov.Energy {
	bipartiteTemperature(T)
	bipartiteMeasure(m)
	return bipartiteEffective{b, float64(m) * T}
}

type bipartiteEffective struct {
	*Bipartite
	t float64
}

// Value returns E - c T ln det ∂²L.
func (e bipartiteEffective) Value(x []float64) float64 {
	v := e.Bipartite.Value(x)
	if e.t != 0 { // 0·∞ is not asked for
		v -= e.t * e.LogVolume(x)
	}
	return v
}

// Gradient stores its derivative in dst.
func (e bipartiteEffective) Gradient(dst, x []float64) {
	e.Bipartite.Gradient(dst, x)
	if e.t == 0 {
		return
	}
	s := make([]float64, len(dst))
	e.VolumeGradient(s, x)
	for i := range dst {
		dst[i] -= e.t * s[i]
	}
}

// bipartiteMeasure panics unless the power of det ∂²L is a number.
func bipartiteMeasure(m Measure) {
	if math.IsNaN(float64(m)) || math.IsInf(float64(m), 0) {
		panic(fmt.Sprintf("hopfield: Measure is %g, want a finite power", float64(m)))
	}
}

func bipartiteTemperature(T float64) {
	if !(T > 0) || math.IsInf(T, 0) {
		panic("hopfield: temperature must be positive and finite")
	}
}
