package hopfield

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// Gibbs is many Markov chains (v, h) whose stationary law is exp(-E/T) dμ of a
// Bipartite network: in turn all hidden units are drawn given v and all visible
// units given h, exactly. No step size, no bias; the time to forget is what one
// has to watch.
//
// Each chain has its own random numbers, keyed by (seed, chain): the result does
// not depend on the number of cores. The network may change between sweeps.
type Gibbs struct {
	net             *Bipartite
	visible, hidden layerSampler
	states          [][]float64 // (v, h)
	held            []bool
	rng             []*rand.Rand
}

// NewGibbs returns a chain from each of the visible states; its hidden units are
// drawn from them. It is an error if a layer is not separable, if the law cannot
// be normalised or a unit's not be drawn from, or if a start has the wrong length
// or is not finite.
func (b *Bipartite) NewGibbs(T float64, m Measure, start [][]float64, seed uint64) (*Gibbs, error) {
	g := &Gibbs{net: b, held: make([]bool, b.visible.Dim())}
	if err := g.draws(T, m); err != nil {
		return nil, err
	}
	if err := checkEqualLengths(start); err != nil {
		return nil, err
	}
	if len(start[0]) != b.visible.Dim() {
		return nil, fmt.Errorf("hopfield: chains start from %d units, the network has %d visible ones", len(start[0]), b.visible.Dim())
	}
	for i, v := range start {
		if err := checkFinite(fmt.Sprintf("start %d", i), v); err != nil {
			return nil, err
		}
		g.rng = append(g.rng, rand.New(rand.NewPCG(seed, uint64(i))))
		x := append(append([]float64(nil), v...), make([]float64, b.hidden.Dim())...)
		g.states = append(g.states, x)
		g.drawHidden(i)
	}
	return g, nil
}

// draws makes the units draw from the laws of a temperature and a measure.
func (g *Gibbs) draws(T float64, m Measure) error {
	b := g.net
	if err := b.Normalisable(T, m); err != nil {
		return err
	}
	visible, err := b.sampler(b.visible, T, m)
	if err != nil {
		return err
	}
	hidden, err := b.sampler(b.hidden, T, m)
	if err != nil {
		return err
	}
	g.visible, g.hidden = visible, hidden
	return nil
}

// Hold keeps the given visible units where they are, in all chains: the rest is
// then drawn given them, the recall of an occluded pattern.
func (g *Gibbs) Hold(units ...int) {
	for _, i := range units {
		g.held[i] = true
	}
}

// Len returns the number of chains.
func (g *Gibbs) Len() int { return len(g.states) }

// State returns (v, h) of chain i, which the next sweep overwrites.
func (g *Gibbs) State(i int) []float64 { return g.states[i] }

// Visible returns a copy of v of chain i.
func (g *Gibbs) Visible(i int) []float64 {
	v, _ := g.net.Split(g.states[i])
	return append([]float64(nil), v...)
}

// VisibleMean returns the mean outputs' state of the visible units given h in
// chain i, at T = 0: the input I + U f(h), a picture without the pixels' noise.
func (g *Gibbs) VisibleMean(i int) []float64 {
	_, h := g.net.Split(g.states[i])
	c := make([]float64, g.net.visible.Dim())
	g.net.VisibleInput(c, h)
	return c
}

func (g *Gibbs) drawHidden(i int) {
	v, h := g.net.Split(g.states[i])
	g.net.HiddenInput(h, v)
	g.hidden.draw(h, g.rng[i])
}

func (g *Gibbs) drawVisible(i int) {
	v, h := g.net.Split(g.states[i])
	kept := append([]float64(nil), v...)
	g.net.VisibleInput(v, h)
	g.visible.draw(v, g.rng[i])
	for k, held := range g.held {
		if held {
			v[k] = kept[k]
		}
	}
}

// Sweep draws v, then h, n times in every chain, on all cores.
func (g *Gibbs) Sweep(n int) {
	workers := min(runtime.GOMAXPROCS(0), len(g.states))
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := w; i < len(g.states); i += workers {
				for range n {
					g.drawVisible(i)
					g.drawHidden(i)
				}
			}
		})
	}
	wait.Wait()
}

// Correlations returns the means over the chains of g fᵀ and g: what the negative
// phase of learning subtracts.
func (g *Gibbs) Correlations() (gf *mat.Dense, gv []float64) {
	return g.net.correlations(g.states)
}
