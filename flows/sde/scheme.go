package sde

import (
	"errors"
	"fmt"

	"hopflow/flows"
)

// A Failer is a Stepper whose steps can fail, such as those of an implicit
// scheme. Whoever calls Step asks Err after it, and stops if it is not nil.
type Failer interface {
	// Err returns nil, or why the last Step failed: a *StepError. The particle
	// it names, and those behind it, stand where they stood before the step.
	Err() error
}

// A StepError says for which particle of a block a step failed.
type StepError struct {
	Particle int       // index in the block
	T, H     float64   // the step went from T to T+H
	X        []float64 // the particle before the step, a copy
	Reason   error     // what failed, and the remedy
}

// Error names the particle, the place and the reason.
func (e *StepError) Error() string {
	return fmt.Sprintf("sde: the step of particle %d from t = %.9g, h = %.3g, x = %s failed: %v",
		e.Particle, e.T, e.H, flows.Brief(e.X), e.Reason)
}

// Unwrap returns the reason.
func (e *StepError) Unwrap() error { return e.Reason }

// failed returns the error of the last step of a stepper, if it can fail.
func failed(s Stepper) error {
	if f, ok := s.(Failer); ok {
		return f.Err()
	}
	return nil
}

// mustMean panics unless the system has its parts and they fit together.
func (s *System) mustMean() {
	switch {
	case s == nil || s.Drift == nil || s.Noise == nil:
		panic("sde: a system needs Drift and Noise")
	case s.Dim < 1 || s.Wiener < 0:
		panic(fmt.Sprintf("sde: a system of %d coordinates and %d Brownian motions", s.Dim, s.Wiener))
	case s.Shape == Diagonal && s.wiener() != s.Dim:
		panic(fmt.Sprintf("sde: diagonal noise has a Brownian motion for each of the %d coordinates, not %d", s.Dim, s.Wiener))
	case s.Shape < General || s.Shape > Additive:
		panic(fmt.Sprintf("sde: no such Shape, %d", int(s.Shape)))
	}
}

// wiener returns the number m of Brownian motions.
func (s *System) wiener() int {
	if s.Wiener == 0 {
		return s.Dim
	}
	return s.Wiener
}

// meantIn returns an error unless the system is meant in the given calculus, or
// has additive noise, for which all of them are one.
func (s *System) meantIn(c Calculus, scheme string) error {
	if s.Calculus == c || s.Shape == Additive {
		return nil
	}
	return fmt.Errorf("sde: %s takes %v systems, this one is %v: convert it by In(%s)", scheme, c, s.Calculus, c.goName())
}

var errNoiseDeriv = errors.New("the system has no NoiseDeriv: give the derivative of the noise (CheckSystem compares it with differences)")

// A rows is a block of numbers of a stepper's own, one row a coordinate.
type rows struct{ all, cut [][]float64 }

func newRows(n, size int) *rows {
	r := &rows{all: make([][]float64, n), cut: make([][]float64, n)}
	slab := make([]float64, n*size)
	for d := range r.all {
		r.all[d] = slab[d*size : (d+1)*size : (d+1)*size]
	}
	return r
}

// of returns the rows at the given length.
func (r *rows) of(length int) [][]float64 {
	for d, row := range r.all {
		r.cut[d] = row[:length]
	}
	return r.cut
}

// coefficients evaluates the drift and the noise of a system on blocks: by the
// system's own block forms where it has them, else a particle at a time.
type coefficients struct {
	*System
	n, m         int
	x, v, dw, to []float64 // one particle
}

func newCoefficients(s *System, size int) *coefficients {
	s.mustMean()
	if size < 1 {
		panic("sde: a block without particles")
	}
	n, m := s.Dim, s.wiener()
	slab := make([]float64, 3*n+m)
	return &coefficients{
		System: s, n: n, m: m,
		x: slab[:n:n], v: slab[n : 2*n : 2*n], to: slab[2*n : 3*n : 3*n], dw: slab[3*n:],
	}
}

// drift stores a(t, x) in dst.
func (c *coefficients) drift(dst [][]float64, t float64, x [][]float64) {
	if c.DriftBlock != nil {
		c.DriftBlock(dst, t, x)
		return
	}
	for i := range x[0] {
		Gather(c.x, x, i)
		c.Drift(c.to, t, c.x)
		Scatter(dst, c.to, i)
	}
}

// noise stores b(t, x) dw in dst.
func (c *coefficients) noise(dst [][]float64, t float64, x, dw [][]float64) {
	if c.NoiseBlock != nil {
		c.NoiseBlock(dst, t, x, dw)
		return
	}
	for i := range x[0] {
		Gather(c.x, x, i)
		Gather(c.dw, dw, i)
		c.Noise(c.to, t, c.x, c.dw)
		Scatter(dst, c.to, i)
	}
}

// noiseDeriv stores the derivative of b(t, x) dw in the direction v in dst.
func (c *coefficients) noiseDeriv(dst [][]float64, t float64, x, v, dw [][]float64) {
	for i := range x[0] {
		Gather(c.x, x, i)
		Gather(c.v, v, i)
		Gather(c.dw, dw, i)
		c.NoiseDeriv(c.to, t, c.x, c.v, c.dw)
		Scatter(dst, c.to, i)
	}
}

// Gather copies particle i of a block, x[d][i] its coordinates, to p.
func Gather(p []float64, x [][]float64, i int) {
	for d := range p {
		p[d] = x[d][i]
	}
}

// Scatter makes p particle i of a block.
func Scatter(x [][]float64, p []float64, i int) {
	for d, v := range p {
		x[d][i] = v
	}
}

// add adds c v to x.
func add(x [][]float64, c float64, v [][]float64) {
	for d, xd := range x {
		vd := v[d][:len(xd)]
		for i := range xd {
			xd[i] += c * vd[i]
		}
	}
}

// fill sets every number of a block.
func fill(x [][]float64, v float64) {
	for _, row := range x {
		for i := range row {
			row[i] = v
		}
	}
}
