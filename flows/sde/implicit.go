package sde

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"

	"hopflow/flows"
)

// ImplicitEuler is the drift-implicit scheme
//
//	X⁺ = X + a(t+h, X⁺) h + b(t, X) ΔW,
//
// for Itô systems whose drift is stiff or singular: the step is not bound by
// the drift's fastest rate, and where the drift repels from a boundary the new
// state stays on the right side of it. Its strong order is 1/2 (1 where the
// noise is additive), its weak order 1.
//
// X⁺ is found by Newton's method for each particle, with differences of Drift
// for its derivative and steps that are halved until the equation is better
// satisfied; a Drift that is NaN outside its domain keeps X⁺ inside. A particle
// for which 100 steps do not get there stops the run: the Stepper is a Failer.
// A drift that is not monotone may have several X⁺ if h is not small: the
// one reached from X is taken.
var ImplicitEuler Scheme = implicitEuler{}

type implicitEuler struct{}

func (implicitEuler) Orders() (strong, weak float64) { return 0.5, 1 }

func (implicitEuler) String() string { return "ImplicitEuler" }

func (implicitEuler) Stepper(s *System, size int) (Stepper, error) {
	c := newCoefficients(s, size)
	if err := s.meantIn(Ito, "ImplicitEuler"); err != nil {
		return nil, err
	}
	n := c.n
	slab := make([]float64, n*n+5*n)
	vector := func(k int) (v []float64) {
		v, slab = slab[:k:k], slab[k:]
		return v
	}
	return &implicitStepper{
		coefficients: c, b: newRows(n, size),
		jacobian: blas64.General{Rows: n, Cols: n, Stride: n, Data: vector(n * n)}, pivots: make([]int, n),
		c: vector(n), y: vector(n), r: vector(n), try: vector(n), move: vector(n),
	}, nil
}

type implicitStepper struct {
	*coefficients
	b        *rows
	jacobian blas64.General
	pivots   []int
	c        []float64 // X + b ΔW
	y, r     []float64 // the iterate and its residual y - h a(y) - c
	try      []float64 // the next iterate
	move     []float64 // and the way to it
	err      error
}

func (s *implicitStepper) Channels() int { return s.m }

// Err returns nil, or a *StepError for the particle whose equation the last
// Step did not solve.
func (s *implicitStepper) Err() error { return s.err }

func (s *implicitStepper) Step(t, h float64, x, dw [][]float64) {
	s.err = nil
	b := s.b.of(len(x[0]))
	s.noise(b, t, x, dw)
	for i := range x[0] {
		Gather(s.x, x, i)
		for d := range s.c {
			s.c[d] = s.x[d] + b[d][i]
		}
		// Differences as wide as suits a system of one scale; then, for states
		// that are close to a singularity, as narrow as suits each coordinate.
		err := s.solve(t+h, h, 1e-3)
		if err != nil {
			err = s.solve(t+h, h, 0)
		}
		if err != nil {
			s.err = &StepError{Particle: i, T: t, H: h, X: append([]float64(nil), s.x...), Reason: err}
			return
		}
		Scatter(x, s.y, i)
	}
}

var (
	errNewton   = errors.New("Newton's method for the implicit step does not converge: shorten the step, or look at the drift there")
	errSingular = errors.New("the derivative of the implicit step is singular: shorten the step, so that 1/h exceeds the drift's growth rate")
	errDrift    = errors.New("the drift is not finite: start inside its domain")
)

// solve finds y with y - h a(t, y) = c by Newton's method from x.
func (s *implicitStepper) solve(t, h, share float64) error {
	const most = 100
	copy(s.y, s.x)
	length := s.residual(s.r, t, h, s.y)
	if math.IsNaN(length) {
		return errDrift
	}
	for range most {
		if length == 0 {
			return nil
		}
		if !s.factorize(t, h, share) {
			return errSingular
		}
		copy(s.move, s.r)
		right := blas64.General{Rows: s.n, Cols: 1, Stride: 1, Data: s.move}
		lapack64.Getrs(blas.NoTrans, s.jacobian, right, s.pivots)
		before := length
		scale := s.shorten(t, h, &length)
		switch {
		case scale == 0:
			return s.stalled()
		case scale == 1 && length <= before/100 && s.small():
			return nil
		}
	}
	return errNewton
}

// residual stores y - h a(t, y) - c in dst and returns its length, NaN where it
// is not finite.
func (s *implicitStepper) residual(dst []float64, t, h float64, y []float64) float64 {
	s.Drift(dst, t, y)
	var size float64
	for d, a := range dst {
		dst[d] = y[d] - h*a - s.c[d]
		size = math.Hypot(size, dst[d])
	}
	if math.IsInf(size, 0) {
		return math.NaN()
	}
	return size
}

// factorize makes the LU factors of I - h ∂a at y, by forward differences of
// 1e-7 of a coordinate, or of the share of the longest one.
func (s *implicitStepper) factorize(t, h, share float64) bool {
	j := s.jacobian
	least := math.Max(1e-12, share*size(s.y))
	for k := range s.n {
		keep := s.y[k]
		delta := 1e-7 * math.Max(math.Abs(keep), math.Max(1e-3*math.Abs(s.c[k]), least))
		s.y[k] = keep + delta
		if math.IsNaN(s.residual(s.to, t, h, s.y)) { // the domain ends here: go the other way
			s.y[k] = keep - delta
			s.residual(s.to, t, h, s.y)
		}
		width := s.y[k] - keep
		s.y[k] = keep
		for d := range s.n {
			j.Data[d*j.Stride+k] = (s.to[d] - s.r[d]) / width
		}
	}
	if !flows.Finite(j.Data) {
		return false
	}
	return lapack64.Getrf(j, s.pivots)
}

// shorten takes the Newton step, or the first of its halves that makes the
// residual shorter, and returns the fraction taken, 0 if there is none.
func (s *implicitStepper) shorten(t, h float64, length *float64) float64 {
	for scale := 1.0; scale > 1e-12; scale /= 2 {
		for d := range s.try {
			s.try[d] = s.y[d] - scale*s.move[d]
		}
		if now := s.residual(s.to, t, h, s.try); now < *length {
			*length = now
			s.y, s.try = s.try, s.y
			s.r, s.to = s.to, s.r
			return scale
		}
	}
	return 0
}

// small reports whether the last move was so small that the next would be
// rounding: with differences Newton's method gains seven digits a step.
func (s *implicitStepper) small() bool {
	for d, m := range s.move {
		if math.Abs(m) > 1e-9*math.Abs(s.y[d])+1e-15*math.Abs(s.c[d]) {
			return false
		}
	}
	return true
}

// stalled returns nil where no step improves the residual because it, or the
// step, is rounding already.
func (s *implicitStepper) stalled() error {
	if s.small() {
		return nil
	}
	for d, r := range s.r {
		if math.Abs(r) > 1e-12*(math.Abs(s.y[d])+math.Abs(s.c[d])) {
			return errNewton
		}
	}
	return nil
}
