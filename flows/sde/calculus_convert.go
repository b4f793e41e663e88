package sde

import (
	"fmt"
	"math"
	"sync"
)

// In returns the same process written in another calculus: with
// D = Σ_j ∂_{b_j} b_j, b_j the columns of b,
//
//	dX = a dt + b dW (α)   is   dX = (a + (α - α') D) dt + b dW (α').
//
// The noise is the system's own; only the drift changes. It is an error if the
// noise depends on x (its Shape is not Additive) and the system has no
// NoiseDeriv. In panics if c is not finite.
func (s *System) In(c Calculus) (*System, error) {
	s.mustMean()
	if math.IsNaN(float64(c)) || math.IsInf(float64(c), 0) {
		panic(fmt.Sprintf("sde: the calculus α = %g", float64(c)))
	}
	same := *s
	same.Calculus = c
	if c == s.Calculus || s.Shape == Additive {
		return &same, nil
	}
	if s.NoiseDeriv == nil {
		return nil, fmt.Errorf("sde: from %v to %v: %w, or Shape: Additive if the noise does not depend on x", s.Calculus, c, errNoiseDeriv)
	}
	d := newItoDrift(s, float64(s.Calculus-c))
	drift, block := s.Drift, s.DriftBlock
	same.Drift = func(dst []float64, t float64, x []float64) {
		drift(dst, t, x)
		d.add(dst, t, x)
	}
	if block != nil {
		same.DriftBlock = func(dst [][]float64, t float64, x [][]float64) {
			block(dst, t, x)
			d.addBlock(dst, t, x)
		}
	}
	return &same, nil
}

// An itoDrift is factor Σ_j ∂_{b_j} b_j. It may be used by many goroutines at
// once: each takes its scratch from a pool.
type itoDrift struct {
	*System
	factor float64
	pool   sync.Pool // of *itoScratch
}

type itoScratch struct{ dw, b, db, x, sum []float64 }

func newItoDrift(s *System, factor float64) *itoDrift {
	d := &itoDrift{System: s, factor: factor}
	n, m := s.Dim, s.wiener()
	d.pool.New = func() any {
		k := &itoScratch{
			dw: make([]float64, m), b: make([]float64, n), db: make([]float64, n),
			x: make([]float64, n), sum: make([]float64, n),
		}
		if s.Shape == Diagonal { // one call with all increments 1 gives every b_i ∂_i b_i
			for j := range k.dw {
				k.dw[j] = 1
			}
		}
		return k
	}
	return d
}

// add adds the drift at x to dst.
func (d *itoDrift) add(dst []float64, t float64, x []float64) {
	k := d.pool.Get().(*itoScratch)
	d.addWith(k, dst, t, x)
	d.pool.Put(k)
}

func (d *itoDrift) addBlock(dst [][]float64, t float64, x [][]float64) {
	k := d.pool.Get().(*itoScratch)
	for i := range x[0] {
		Gather(k.x, x, i)
		clear(k.sum)
		d.addWith(k, k.sum, t, k.x)
		for c, v := range k.sum {
			dst[c][i] += v
		}
	}
	d.pool.Put(k)
}

func (d *itoDrift) addWith(k *itoScratch, dst []float64, t float64, x []float64) {
	if d.Shape == Diagonal {
		d.addColumn(k, dst, t, x)
		return
	}
	for j := range k.dw {
		k.dw[j] = 1
		d.addColumn(k, dst, t, x)
		k.dw[j] = 0
	}
}

// addColumn adds factor ∂_{b dw} b dw to dst.
func (d *itoDrift) addColumn(k *itoScratch, dst []float64, t float64, x []float64) {
	d.Noise(k.b, t, x, k.dw)
	d.NoiseDeriv(k.db, t, x, k.b, k.dw)
	for i, v := range k.db {
		dst[i] += d.factor * v
	}
}
