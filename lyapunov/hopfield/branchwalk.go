package hopfield

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A branchWalk goes along a curve F(y) = 0 of n equations in n+1 unknowns, the last
// of which is the parameter, by pseudo-arclength: a step along the tangent, then
// Newton's method at right angles to it. Turning back in the parameter is nothing
// special to it. The walk ends where the parameter leaves [lo, hi], with a point on
// that bound, or where the curve closes.
type branchWalk struct {
	// linear stores F(y) in f and its derivative in the first n rows of jac.
	linear func(f []float64, jac *mat.Dense, y []float64)
	lo, hi float64
	step   float64 // the longest
	scale  float64 // of F

	here      *branchSpot
	h         float64     // the next step to be tried
	begin     *branchSpot // the first point,
	direction []float64   // and where to, from there
	strides   int
	ended     bool

	jac       *mat.Dense // the bordered matrix: F_y and a row that fixes a step
	f         []float64
	rhs, move *mat.VecDense
}

const (
	branchShortest = 1e-7 // the shortest step, as a part of the longest one
	branchFine     = 1e-6 // likewise: jumps are not looked for below
)

// A branchSpot is a point of a curve with its tangent.
type branchSpot struct {
	y, t []float64
	// side is the sign of the determinant of the matrix of F_y and t. Along a curve
	// it changes at branch points only: not at folds, where t turns back.
	side float64
	cond float64 // the condition of that matrix: infinite at branch points
}

// A branchStride is one step of a walk: h is its part along the tangent.
type branchStride struct {
	from, to *branchSpot
	h        float64
}

// fold reports whether the curve turns back in the parameter on the way.
func (s *branchStride) fold() bool {
	n := len(s.from.y) - 1
	return s.from.t[n]*s.to.t[n] < 0
}

// newBranchWalk prepares a walk over n equations.
func newBranchWalk(n int, lo, hi, step, scale float64, linear func(f []float64, jac *mat.Dense, y []float64)) *branchWalk {
	return &branchWalk{
		linear: linear, lo: lo, hi: hi, step: step, scale: scale,
		jac: mat.NewDense(n+1, n+1, nil), f: make([]float64, n),
		rhs: mat.NewVecDense(n+1, nil), move: mat.NewVecDense(n+1, nil),
	}
}

// start puts the walk on the point y of the curve, to go to the side of direction.
// It is false if there the curve has no tangent.
func (w *branchWalk) start(y, direction []float64) bool {
	spot, ok := w.spot(y, direction)
	w.here, w.begin, w.direction = spot, spot, direction
	w.h, w.strides, w.ended = w.step/4, 0, false
	return ok
}

// stride makes the next step: as long a one as Newton's method converges for, that
// does not jump to another branch, and that accept, unless it is nil, agrees to. It
// is nil if the walk has ended before, and false if even the shortest step fails.
func (w *branchWalk) stride(accept func(*branchStride) bool) (*branchStride, bool) {
	if w.ended {
		return nil, true
	}
	n := len(w.here.y) - 1
	for ; w.h >= branchShortest*w.step; w.h /= 2 {
		s := &branchStride{from: w.here, h: w.h}
		var ok bool
		if s.to, ok = w.advance(w.here, w.h); !ok {
			continue
		}
		at := s.to.y[n]
		end := at < w.lo || at > w.hi
		if end {
			bound := math.Min(math.Max(at, w.lo), w.hi)
			if w.here.y[n] == bound {
				w.ended = true // it was there
				return nil, true
			}
			if !w.land(s, bound) {
				continue
			}
		}
		if w.jumps(s) || accept != nil && !accept(s) {
			continue
		}
		w.strides++
		w.ended = end || w.strides >= 10 && modernDistance(s.to.y, w.begin.y) < w.h/2 && floats.Dot(s.to.t, w.direction) > 0
		w.here, w.h = s.to, math.Min(w.step, 1.4*w.h)
		return s, true
	}
	return nil, false
}

// land makes a stride that passes the bound end there.
func (w *branchWalk) land(s *branchStride, bound float64) bool {
	y, n := s.from.y, len(s.from.y)-1
	last, row := slices.Clone(y), make([]float64, n+1)
	floats.AddScaled(last, (bound-y[n])/(s.to.y[n]-y[n]), floats.SubTo(make([]float64, n+1), s.to.y, y))
	row[n] = 1
	if !w.correct(last, last, row, 0) {
		return false
	}
	last[n] = bound
	s.h = floats.Dot(s.from.t, floats.SubTo(make([]float64, n+1), last, y))
	var ok bool
	s.to, ok = w.spot(last, s.from.t)
	return ok
}

// jumps reports whether the stride leads to another branch that passes this one at
// a distance below its length: the side changes as if the two crossed, but the
// matrix does not become singular on the way, as it does where they do. A gap below
// about 1e-4 of the unit of y is taken for a crossing.
func (w *branchWalk) jumps(s *branchStride) bool {
	if s.from.side == s.to.side || s.h < branchFine*w.step {
		return false
	}
	near, far := s.from, s.to
	w.bisect(s, func(p *branchSpot) bool {
		if p.side == s.from.side {
			near = p
			return true
		}
		far = p
		return false
	})
	return math.Min(near.cond, far.cond) < 1e4
}

// bisect looks for the place of a stride up to which before is true of its points.
// It returns the last point that it tries, nil if none can be reached.
func (w *branchWalk) bisect(s *branchStride, before func(*branchSpot) bool) (at *branchSpot) {
	lo, hi := 0.0, s.h
	for range 40 {
		mid := (lo + hi) / 2
		p, ok := w.advance(s.from, mid)
		if !ok || hi-lo < 1e-10 {
			break
		}
		if at = p; before(p) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return at
}

// advance returns the point of the curve at the distance h along the tangent. It is
// false where Newton's method is at pains or leads far away, or the curve turns by
// more than 25 degrees: then h is too long.
func (w *branchWalk) advance(from *branchSpot, h float64) (*branchSpot, bool) {
	next := slices.Clone(from.y)
	floats.AddScaled(next, h, from.t)
	if !w.correct(next, from.y, from.t, h) || modernDistance(next, from.y) > 2*h {
		return nil, false
	}
	to, ok := w.spot(next, from.t)
	return to, ok && floats.Dot(from.t, to.t) > 0.9
}

// correct moves y to a point with F = 0 and row·(y - y₀) = amount, y₀ its origin,
// by Newton's method. It reports whether that took few steps.
func (w *branchWalk) correct(y, origin, row []float64, amount float64) bool {
	for range 8 {
		w.bordered(y, row)
		rest := amount
		for i, r := range row {
			rest -= r * (y[i] - origin[i])
		}
		if floats.Norm(w.f, 2) <= 1e-13*w.scale && math.Abs(rest) <= 1e-13*math.Max(1, floats.Norm(y, math.Inf(1))) {
			return true
		}
		for i, v := range w.f {
			w.rhs.SetVec(i, -v)
		}
		w.rhs.SetVec(len(w.f), rest)
		if _, ok := w.solve(); !ok {
			return false
		}
		floats.Add(y, w.move.RawVector().Data)
	}
	w.bordered(y, row)
	return floats.Norm(w.f, 2) <= 1e-11*w.scale
}

// spot returns the point y of the curve with the tangent on the side of direction.
// It is false if there is none.
func (w *branchWalk) spot(y, direction []float64) (*branchSpot, bool) {
	w.bordered(y, direction)
	w.rhs.Zero()
	w.rhs.SetVec(len(w.f), 1)
	lu, ok := w.solve()
	if !ok {
		return &branchSpot{y: y}, false
	}
	t := slices.Clone(w.move.RawVector().Data)
	floats.Scale(1/math.Sqrt(floats.Dot(t, t)), t)
	// With direction·t > 0 the determinant has the sign that it has with t.
	_, side := lu.LogDet()
	return &branchSpot{y, t, side, lu.Cond()}, true
}

// bordered stores F(y), and F_y with the row below it.
func (w *branchWalk) bordered(y, row []float64) {
	w.linear(w.f, w.jac, y)
	w.jac.SetRow(len(w.f), row)
}

// solve solves the bordered system. That it is ill-conditioned, as near a
// bifurcation, is no failure.
func (w *branchWalk) solve() (*mat.LU, bool) {
	var lu mat.LU
	lu.Factorize(w.jac)
	err := lu.SolveVecTo(w.move, false, w.rhs)
	return &lu, (err == nil || !math.IsInf(lu.Cond(), 1)) && checkFinite("step", w.move.RawVector().Data) == nil
}
