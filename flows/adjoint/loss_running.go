package adjoint

import "sync"

// Running is a loss along the way: ∫ from T0 to T1 of ℓ(t, x, θ) dt, by the
// weights of the method's own stages, so that it converges with the order of
// the method. It is immutable: goroutines may share it. CheckRunning holds one
// against its laws.
type Running interface {
	// Value returns ℓ of a batch of states.
	Value(t float64, x, theta []float64, batch int) float64
	// Pull adds weight ∂ℓ/∂x to dx and, unless dtheta is nil, weight ∂ℓ/∂θ to
	// dtheta, and returns weight ∂ℓ/∂t.
	Pull(dx, dtheta []float64, weight, t float64, x, theta []float64, batch int) float64
}

// Along returns the running loss ℓ = rate · loss(x), the same at all times.
func Along(rate float64, loss Loss) Running {
	if loss == nil {
		panic("adjoint: nil loss")
	}
	return &along{rate: rate, loss: loss, scratch: sync.Pool{New: func() any { return new([]float64) }}}
}

type along struct {
	rate    float64
	loss    Loss
	scratch sync.Pool // of *[]float64: a Running is shared, its scratch is not
}

func (a *along) Value(_ float64, x, _ []float64, batch int) float64 {
	return a.rate * a.loss.Value(x, batch)
}

func (a *along) Pull(dx, _ []float64, weight, _ float64, x, _ []float64, batch int) float64 {
	g := a.scratch.Get().(*[]float64)
	*g = resize(*g, len(x))
	a.loss.Gradient(*g, x, batch)
	addScaled(dx, weight*a.rate, *g)
	a.scratch.Put(g)
	return 0
}

// Penalty is the running loss ½ rate |θ|² (x and t do not matter): over the
// interval it adds ½ rate (T1 - T0) |θ|², a weight decay; of a flow backwards that
// is negative, as every running loss there has the sign of T1 - T0.
type Penalty struct{ Rate float64 }

// Value returns ½ rate |θ|².
func (p Penalty) Value(_ float64, _, theta []float64, _ int) float64 {
	return p.Rate / 2 * dot(theta, theta)
}

// Pull adds weight · rate θ to dtheta.
func (p Penalty) Pull(_, dtheta []float64, weight, _ float64, _, theta []float64, _ int) float64 {
	if dtheta != nil {
		addScaled(dtheta, weight*p.Rate, theta)
	}
	return 0
}

// resize returns a slice of n numbers, of v if it has room; what they are is
// not said.
func resize(v []float64, n int) []float64 {
	if cap(v) < n {
		return make([]float64, n)
	}
	return v[:n]
}
