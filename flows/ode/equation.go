package ode

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"

	"hopflow/flows"
)

// An equation solves y - x + τ P(x, y) = 0 at τ = h, P = K ∇̄E, by Newton's
// method with differences from y = x; and where that fails by following the
// curve of solutions (y, τ) from (x, 0), round its folds.
//
// The curve leads to τ = h: every solution has E(y) <= E(x), so if such y form
// a bounded set, none crosses the boundary of a larger ball for any τ, the
// degree of the map stays 1, and the curve from its only solution at τ = 0 can
// end at τ = h alone.
type equation struct {
	s       *descender
	n       int
	x       []float64
	h       float64
	f, push []float64 // the residual, and P
	up      []float64
	down    []float64
	middle  []float64
	trial   []float64
	delta   []float64
	jac     []float64 // n x n, or bordered
	lu      []float64
	pivot   []int
	u, v    []float64 // points (y, τ/h) of the curve
	tangent []float64
	next    []float64
	scale   float64
}

func newEquation(s *descender, n int) *equation {
	q := &equation{s: s, n: n, pivot: make([]int, n+1)}
	for _, v := range []*[]float64{&q.x, &q.f, &q.push, &q.up, &q.down, &q.middle, &q.trial} {
		*v = make([]float64, n)
	}
	for _, v := range []*[]float64{&q.delta, &q.u, &q.v, &q.tangent, &q.next} {
		*v = make([]float64, n+1)
	}
	q.jac, q.lu = make([]float64, n*n), make([]float64, (n+1)*(n+1))
	return q
}

// solve stores the solution in y.
func (q *equation) solve(y []float64, h float64, x []float64) error {
	copy(q.x, x)
	copy(y, x)
	q.h = h
	if !q.residual(q.f, y, h) {
		return ErrNonFinite
	}
	if h == 0 || q.newton(y, h) || q.follow(y, 0.25) || q.follow(y, 0.05) || q.follow(y, 0.01) {
		return nil
	}
	return ErrNotConverged
}

// residual stores y - x + τ P(x, y) in dst and reports whether it and E(y) are
// finite; if E(y) is not, y is outside the domain and so is dst.
func (q *equation) residual(dst, y []float64, tau float64) bool {
	ey := q.s.velocity(q.push, q.x, y)
	for i := range dst {
		dst[i] = y[i] - q.x[i] + tau*q.push[i]
	}
	if len(dst) > 0 && (math.IsNaN(ey) || math.IsInf(ey, 0)) {
		dst[0] = math.NaN()
	}
	return flows.Finite(dst)
}

// newton solves at τ from y, with shorter steps while the residual grows.
func (q *equation) newton(y []float64, tau float64) bool {
	if !q.residual(q.f, y, tau) {
		return false
	}
	previous := math.Inf(1)
	for range 50 {
		if norm(q.f) == 0 {
			return true
		}
		if !q.differentiate(y, tau) || !q.direction() {
			return false
		}
		size, moved, scale := 0.0, 0.0, 0.0
		for i, d := range q.delta[:q.n] {
			size = math.Max(size, math.Abs(d))
			moved = math.Max(moved, math.Abs(y[i]+d-q.x[i]))
			scale = math.Max(scale, math.Max(math.Abs(y[i]), math.Abs(q.x[i])))
		}
		// Close by, Newton's steps shrink until the rounding of E(y) - E(x), divided by |y - x|, is all
		// that is left of the residual; before that a step is taken only if the residual falls.
		settled := size <= 1e-10*moved+4*epsilon*scale
		stalled := size >= previous/4 && size <= 1e-5*moved+1e-12*scale
		if !q.damped(y, tau, settled || stalled) {
			return false
		}
		if settled || stalled {
			return true
		}
		previous = size
	}
	return false
}

// direction replaces f by Newton's correction in delta.
func (q *equation) direction() bool {
	copy(q.lu[:q.n*q.n], q.jac)
	for i, f := range q.f {
		q.delta[i] = -f
	}
	return q.linear(q.n)
}

// linear solves the n equations in lu for delta, in place.
func (q *equation) linear(n int) bool {
	a := blas64.General{Rows: n, Cols: n, Stride: n, Data: q.lu[:n*n]}
	if !lapack64.Getrf(a, q.pivot[:n]) {
		return false
	}
	lapack64.Getrs(blas.NoTrans, a, blas64.General{Rows: n, Cols: 1, Stride: 1, Data: q.delta[:n]}, q.pivot[:n])
	return flows.Finite(q.delta[:n])
}

// damped moves y by delta, or by a part of it that makes the residual fall; by
// all of it if last.
func (q *equation) damped(y []float64, tau float64, last bool) bool {
	before := norm(q.f)
	for part := 1.0; part > 1e-3; part /= 2 {
		for i := range y {
			q.trial[i] = y[i] + part*q.delta[i]
		}
		if q.residual(q.f, q.trial, tau) && (last || norm(q.f) < (1-1e-4*part)*before) {
			copy(y, q.trial)
			return true
		}
		if last {
			return false
		}
	}
	return false
}

// differentiate stores ∂/∂y of the residual in jac, by differences.
func (q *equation) differentiate(y []float64, tau float64) bool {
	n, moved := q.n, 0.0
	for i := range y {
		moved = math.Max(moved, math.Abs(y[i]-q.x[i]))
	}
	copy(q.middle, q.f)
	copy(q.trial, y)
	for j, yj := range y {
		size := math.Max(math.Abs(yj), moved)
		if size == 0 {
			size = 1e-3
		}
		hi, lo := yj+6e-6*size, yj-6e-6*size
		q.trial[j] = hi
		q.residual(q.up, q.trial, tau)
		q.trial[j] = lo
		q.residual(q.down, q.trial, tau)
		q.trial[j] = yj
		slopeBetween(q.delta[:n], q.up, q.down, q.middle, hi-yj, yj-lo)
		for i, v := range q.delta[:n] {
			q.jac[i*n+j] = v
		}
	}
	return flows.Finite(q.jac)
}

func norm(v []float64) float64 { return math.Sqrt(inner(v, v)) }
