package mirror

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"hopflow/lyapunov"
)

// Noisy returns the energy f whose gradient comes with independent normal noise
// of the given standard deviation in every component: with it, each Method is
// its stochastic form. Value is exact. The noise comes from the source, which
// it moves on: key the source by (seed, index of the run), such as
// rand.NewPCG(seed, k), and give each run one of its own. It panics if an
// argument is nil, or sigma negative or not finite.
func Noisy(f lyapunov.Energy, sigma float64, src rand.Source) lyapunov.Energy {
	if f == nil || src == nil {
		panic("mirror: noise needs an energy and a source")
	}
	if !(sigma >= 0) || math.IsInf(sigma, 0) {
		panic(fmt.Sprintf("mirror: standard deviation %v, want a finite number >= 0", sigma))
	}
	return &noisy{f, sigma, rand.New(src)}
}

type noisy struct {
	lyapunov.Energy
	sigma float64
	rng   *rand.Rand
}

func (e *noisy) Gradient(dst, x []float64) {
	e.Energy.Gradient(dst, x)
	for i := range dst {
		dst[i] += e.sigma * e.rng.NormFloat64()
	}
}

// Sampled returns the mean of the parts as an energy whose gradient is that of
// one part, drawn with equal chances from the source: the stochastic gradient
// of a sum. The remarks of Noisy hold. It panics if there is no part, if the
// dimensions differ or if the source is nil.
func Sampled(src rand.Source, parts ...lyapunov.Energy) lyapunov.Energy {
	if src == nil || len(parts) == 0 {
		panic("mirror: sampling needs a source and at least one part")
	}
	for _, p := range parts {
		lengths(parts[0].Dim(), p.Dim())
	}
	return &sampled{slices.Clone(parts), rand.New(src)}
}

type sampled struct {
	parts []lyapunov.Energy
	rng   *rand.Rand
}

func (e *sampled) Dim() int { return e.parts[0].Dim() }

func (e *sampled) Value(x []float64) (v float64) {
	for _, p := range e.parts {
		v += p.Value(x) / float64(len(e.parts))
	}
	return v
}

func (e *sampled) Gradient(dst, x []float64) {
	e.parts[e.rng.IntN(len(e.parts))].Gradient(dst, x)
}
