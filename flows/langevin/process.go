package langevin

import (
	"sync"

	"hopflow/flows/sde"
	"hopflow/lyapunov"
)

// A process evaluates the drift and the noise of dynamics. It may be used from
// many goroutines: working space comes from a pool.
type process struct {
	d       Dynamics
	n       int
	k       lyapunov.Mobility
	block   BlockMobility // k, if it is one and there is no volume
	energy  BlockEnergy   // the energy, if it is one
	scratch sync.Pool
}

// A workspace is what one call needs.
type workspace struct{ x, xi, div, out, w []float64 }

func newProcess(d Dynamics) *process {
	n := d.Energy.Dim()
	p := &process{d: d, n: n, k: d.Mobility}
	if p.k == nil {
		p.k = identity(n)
	}
	if d.LogVolume == nil {
		p.block, _ = p.k.(BlockMobility)
	}
	p.energy, _ = d.Energy.(BlockEnergy)
	p.scratch.New = func() any { return newWorkspace(n) }
	return p
}

func newWorkspace(n int) *workspace {
	slab := make([]float64, 5*n)
	part := func(i int) []float64 { return slab[i*n : (i+1)*n : (i+1)*n] }
	return &workspace{part(0), part(1), part(2), part(3), part(4)}
}

// driftAt stores T div K - K (∇E - T ∂ln μ) in dst.
func (p *process) driftAt(dst, x []float64, T float64, w *workspace) {
	p.d.Energy.Gradient(w.xi, x)
	if p.d.LogVolume != nil {
		copy(w.x, x) // differences move it
		p.d.volumeGradient(w.div, w.x)
		for i, v := range w.div {
			w.xi[i] -= T * v
		}
	}
	p.k.Sharp(dst, x, w.xi)
	p.k.Divergence(w.div, x)
	descend(dst, w.div, dst, T)
}

func (p *process) drift(dst []float64, t float64, x []float64) {
	w := p.scratch.Get().(*workspace)
	p.driftAt(dst, x, p.d.at(t), w)
	p.scratch.Put(w)
}

func (p *process) noise(dst []float64, t float64, x, dw []float64) {
	p.k.SharpSqrt(dst, x, dw)
	scale(dst, noiseFactor(p.d.at(t)))
}

func (p *process) driftBlock(dst [][]float64, t float64, x [][]float64) {
	T := p.d.at(t)
	if p.block != nil && p.energy != nil {
		p.energy.GradientBlock(dst, x)
		p.block.DriftBlock(dst, x, dst, T)
		return
	}
	w := p.scratch.Get().(*workspace)
	defer p.scratch.Put(w)
	if p.block != nil {
		gradientRows(dst, p.d.Energy, x, w)
		p.block.DriftBlock(dst, x, dst, T)
		return
	}
	for i := range x[0] {
		sde.Gather(w.x, x, i)
		p.driftAt(w.out, w.x, T, w)
		sde.Scatter(dst, w.out, i)
	}
}

func (p *process) noiseBlock(dst [][]float64, t float64, x, dw [][]float64) {
	c := noiseFactor(p.d.at(t))
	if k, ok := p.k.(BlockMobility); ok {
		k.SqrtBlock(dst, x, dw, c)
		return
	}
	w := p.scratch.Get().(*workspace)
	defer p.scratch.Put(w)
	for i := range x[0] {
		sde.Gather(w.x, x, i)
		sde.Gather(w.w, dw, i)
		p.k.SharpSqrt(w.out, w.x, w.w)
		scale(w.out, c)
		sde.Scatter(dst, w.out, i)
	}
}

// gradients stores ∇E of every particle of a block in dst.
func (p *process) gradients(dst, x [][]float64, w *workspace) {
	if p.energy != nil {
		p.energy.GradientBlock(dst, x)
		return
	}
	gradientRows(dst, p.d.Energy, x, w)
}

func gradientRows(dst [][]float64, e lyapunov.Energy, x [][]float64, w *workspace) {
	for i := range x[0] {
		sde.Gather(w.x, x, i)
		e.Gradient(w.out, w.x)
		sde.Scatter(dst, w.out, i)
	}
}

// rows returns n rows of the given length.
func rows(n, size int) [][]float64 {
	slab := make([]float64, n*size)
	r := make([][]float64, n)
	for d := range r {
		r[d] = slab[d*size : (d+1)*size : (d+1)*size]
	}
	return r
}
