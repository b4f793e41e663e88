package hopfield

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
)

// separable returns a layer as a Separable, or an error: only then are its units
// independent given the other layer.
func (b *Bipartite) separable(l Lagrangian) (*Separable, error) {
	s, ok := l.(*Separable)
	if !ok {
		return nil, fmt.Errorf("hopfield: the units of a layer %T are not independent given the other layer: use a separable one (Layer), or the Langevin dynamics of package flows/langevin", l)
	}
	return s, nil
}

// HiddenInput stores the hidden units' input c = Uᵀ g(v) in dst.
func (b *Bipartite) HiddenInput(dst, v []float64) {
	checkLen(dst, b.hidden.Dim())
	s := b.scratch.Get().(*bipartiteSpace)
	defer b.scratch.Put(s)
	b.visible.Gradient(s.g, v)
	b.coupleBack(dst, s.g)
}

// VisibleInput stores the visible units' input I + U f(h) in dst.
func (b *Bipartite) VisibleInput(dst, h []float64) {
	checkLen(dst, b.visible.Dim())
	s := b.scratch.Get().(*bipartiteSpace)
	defer b.scratch.Put(s)
	b.hidden.Gradient(s.f, h)
	b.couple(dst, s.f)
	floats.Add(dst, b.input)
}

// HiddenUnit returns the law of hidden unit j, as a function of its input. It
// panics if the hidden layer is not separable.
func (b *Bipartite) HiddenUnit(j int, T float64, m Measure) Unit {
	return Unit{b.hidden.(*Separable).Activation(j), T, m}
}

// HiddenMeans stores <f_j> under q(h|v) in dst, exactly: recall, step 1 of [LF]
// Algorithm 12, without its sampling. It is an error if the hidden layer is not
// separable or a law cannot be normalised.
func (b *Bipartite) HiddenMeans(dst, v []float64, T float64, m Measure) error {
	return b.hiddenLaws(dst, v, T, m, Unit.Mean)
}

// FreeEnergy returns -T ln Z(v), Z(v) = ∫ exp(-E(v, h)/T) (det ∂²L_h)^m dh: what
// [LF] Algorithm 12 lowers. It is L_v* - I·g - T Σ_j ln Z_j(c_j), c = Uᵀ g(v).
// Errors as HiddenMeans.
func (b *Bipartite) FreeEnergy(v []float64, T float64, m Measure) (float64, error) {
	lnZ := make([]float64, b.hidden.Dim())
	if err := b.hiddenLaws(lnZ, v, T, m, Unit.LogPartition); err != nil {
		return 0, err
	}
	s := b.scratch.Get().(*bipartiteSpace)
	defer b.scratch.Put(s)
	b.visible.Gradient(s.g, v)
	return b.visible.Conjugate(v) - floats.Dot(b.input, s.g) - T*floats.Sum(lnZ), nil
}

// hiddenLaws stores a property of each hidden unit's law given v.
func (b *Bipartite) hiddenLaws(dst, v []float64, T float64, m Measure, of func(u Unit, c float64) (float64, error)) error {
	layer, err := b.separable(b.hidden)
	if err != nil {
		return err
	}
	c := make([]float64, len(dst))
	b.HiddenInput(c, v)
	for j := range dst {
		if dst[j], err = of(Unit{layer.Activation(j), T, m}, c[j]); err != nil {
			return fmt.Errorf("hopfield: hidden unit %d: %w", j, err)
		}
	}
	return nil
}

// A layerSampler draws the units of one layer given their inputs.
type layerSampler []func(c float64, rng *rand.Rand) float64

func (b *Bipartite) sampler(l Lagrangian, T float64, m Measure) (layerSampler, error) {
	layer, err := b.separable(l)
	if err != nil {
		return nil, err
	}
	draw := make(layerSampler, layer.Dim())
	for i := range draw {
		if draw[i], err = (Unit{layer.Activation(i), T, m}).Sampler(); err != nil {
			return nil, err
		}
	}
	return draw, nil
}

// draw replaces the inputs c by samples.
func (d layerSampler) draw(c []float64, rng *rand.Rand) {
	for i, draw := range d {
		c[i] = draw(c[i], rng)
	}
}
