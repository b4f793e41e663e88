package hopfield

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Hebb stores -∂E/∂U = g(v) f(h)ᵀ in dst, a row for each visible unit: units that
// fire together, [LF] Remark 15 with its index corrected, g^α f^β.
func (b *Bipartite) Hebb(dst *mat.Dense, x []float64) {
	s := b.scratch.Get().(*bipartiteSpace)
	defer b.scratch.Put(s)
	v, h := b.Split(x)
	b.visible.Gradient(s.g, v)
	b.hidden.Gradient(s.f, h)
	dst.Outer(1, mat.NewVecDense(len(s.g), s.g), mat.NewVecDense(len(s.f), s.f))
}

// HebbGiven stores g(v) <f>ᵀ in dst, <f> under q(h|v): the derivative of T ln Z(v)
// by U, exactly. Errors as HiddenMeans.
func (b *Bipartite) HebbGiven(dst *mat.Dense, v []float64, T float64, m Measure) error {
	g, f := make([]float64, b.visible.Dim()), make([]float64, b.hidden.Dim())
	if err := b.HiddenMeans(f, v, T, m); err != nil {
		return err
	}
	b.visible.Gradient(g, v)
	dst.Outer(1, mat.NewVecDense(len(g), g), mat.NewVecDense(len(f), f))
	return nil
}

// correlations returns the means of g fᵀ and of g over joint states.
func (b *Bipartite) correlations(states [][]float64) (gf *mat.Dense, gv []float64) {
	gf, gv = mat.NewDense(b.visible.Dim(), b.hidden.Dim(), nil), make([]float64, b.visible.Dim())
	g, f := mat.NewDense(len(states), len(gv), nil), mat.NewDense(len(states), b.hidden.Dim(), nil)
	for i, x := range states {
		v, h := b.Split(x)
		b.visible.Gradient(g.RawRowView(i), v)
		b.hidden.Gradient(f.RawRowView(i), h)
		floats.Add(gv, g.RawRowView(i))
	}
	gf.Mul(g.T(), f)
	gf.Scale(1/float64(len(states)), gf)
	floats.Scale(1/float64(len(states)), gv)
	return gf, gv
}

// A hebbianBatch is the positive phase over some data: means of g <f>ᵀ and g.
type hebbianBatch struct {
	net    *Bipartite
	T      float64
	m      Measure
	draws  int // of h for each v; 0: the exact mean
	seed   uint64
	sample layerSampler
}

// outputs stores <f> given v in dst, from draws of random numbers keyed by (seed,
// key).
func (p *hebbianBatch) outputs(dst, v []float64, key uint64) error {
	if p.draws == 0 {
		return p.net.HiddenMeans(dst, v, p.T, p.m)
	}
	rng := rand.New(rand.NewPCG(p.seed, key))
	n := len(dst)
	c, h, f := make([]float64, n), make([]float64, n), make([]float64, n)
	p.net.HiddenInput(c, v)
	clear(dst)
	for range p.draws {
		copy(h, c)
		p.sample.draw(h, rng)
		p.net.hidden.Gradient(f, h)
		floats.AddScaled(dst, 1/float64(p.draws), f)
	}
	return nil
}

// positive returns the means over the data, on all cores; key numbers the call.
func (p *hebbianBatch) positive(data [][]float64, key uint64) (gf *mat.Dense, gv []float64, err error) {
	nv, nh := p.net.visible.Dim(), p.net.hidden.Dim()
	if p.draws > 0 && p.sample == nil {
		if p.sample, err = p.net.sampler(p.net.hidden, p.T, p.m); err != nil {
			return nil, nil, err
		}
	}
	g, f := mat.NewDense(len(data), nv, nil), mat.NewDense(len(data), nh, nil)
	errs := make([]error, len(data))
	workers := min(runtime.GOMAXPROCS(0), len(data))
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := w; i < len(data); i += workers {
				p.net.visible.Gradient(g.RawRowView(i), data[i])
				errs[i] = p.outputs(f.RawRowView(i), data[i], key<<32|uint64(i))
			}
		})
	}
	wait.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, nil, fmt.Errorf("hopfield: pattern %d: %w", i, err)
		}
	}
	gf, gv = mat.NewDense(nv, nh, nil), make([]float64, nv)
	gf.Mul(g.T(), f)
	gf.Scale(1/float64(len(data)), gf)
	for i := range data {
		floats.AddScaled(gv, 1/float64(len(data)), g.RawRowView(i))
	}
	return gf, gv, nil
}
