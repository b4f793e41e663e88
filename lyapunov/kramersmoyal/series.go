package kramersmoyal

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/freeenergy"
)

// A Series is what coefficients are estimated from: increments x(t+Δt) - x(t)
// with the place x(t) where each began, in one or two coordinates, from one run,
// several, or an ensemble of pairs. It keeps the slices that it is given, and
// does not copy them.
//
// The first error in building one sticks; Err returns it, and so does
// everything that uses the series.
type Series struct {
	step   float64
	dim    int
	pieces []piece
	err    error
}

// A piece is a run of increments without a jump: from[a][k] to to[a][k] in
// coordinate a.
type piece struct {
	from, to [2][]float64
	chained  bool // to[a][k] is from[a][k+1]
}

func (p *piece) len() int { return len(p.from[0]) }

// NewSeries returns the series with the values x[a] of coordinate a at the times
// 0, step, 2 step, ...: NewSeries(dt, x) on the line, NewSeries(dt, x, y) in the
// plane. It is an error if the step is not positive and finite, or as for
// Append. It panics unless there are one or two coordinates.
func NewSeries(step float64, x ...[]float64) *Series {
	s := newSeries(step, len(x))
	return s.Append(x...)
}

func newSeries(step float64, dim int) *Series {
	if dim < 1 || dim > 2 {
		panic(fmt.Sprintf("kramersmoyal: a series in %d coordinates, want 1 or 2", dim))
	}
	s := &Series{step: step, dim: dim}
	if !(step > 0) || math.IsInf(step, 0) {
		s.fail("kramersmoyal: time step %v: give the time between two values, positive and finite", step)
	}
	return s
}

// Append adds another run with the same step, and returns s. There is no
// increment from the last value before to the first one now. It is an error if
// there are fewer than two values or the coordinates differ in length. It panics
// on another number of coordinates.
func (s *Series) Append(x ...[]float64) *Series {
	if len(x) != s.dim {
		panic("kramersmoyal: length mismatch")
	}
	n := len(x[0])
	if n < 2 {
		return s.fail("kramersmoyal: run %d has %d values: an increment needs two", len(s.pieces), n)
	}
	p := piece{chained: true}
	for a, v := range x {
		if len(v) != n {
			return s.fail("kramersmoyal: run %d has %d values of x and %d of y: cut them to the same times", len(s.pieces), n, len(v))
		}
		p.from[a], p.to[a] = v[:n-1], v[1:]
	}
	s.pieces = append(s.pieces, p)
	return s
}

// Sampled returns the series of the states x[k] at the times t[k], which are the
// T and X of a trajectory. It is an error if the times are not equally spaced to
// a relative 1e-6. It panics unless there is a state for each time, each with
// the same one or two coordinates.
func Sampled(t []float64, x [][]float64) *Series {
	if len(t) != len(x) {
		panic("kramersmoyal: length mismatch")
	}
	if len(t) < 2 {
		return (&Series{dim: 1}).fail("kramersmoyal: a trajectory of %d states: an increment needs two", len(t))
	}
	n := len(t)
	step := (t[n-1] - t[0]) / float64(n-1)
	s := newSeries(step, len(x[0]))
	for k := 1; k < n; k++ {
		if gap := t[k] - t[k-1]; !(math.Abs(gap-step) <= 1e-6*step+4e-16*math.Abs(t[k])) {
			return s.fail("kramersmoyal: sampling is not uniform: %.9g between times %d and %d, t = %.9g, but %.9g on the average: solve with a fixed step, interpolate, or make a series of each uniform part", gap, k-1, k, t[k], step)
		}
	}
	return s.Append(columns(n, s.dim, func(k int) []float64 { return x[k] })...)
}

// Pairs returns the series of an ensemble: particle k was in row k of from, and
// in row k of to a time step later. It is an error if there is no row. It panics
// unless both have the same shape, of one or two columns.
func Pairs(step float64, from, to *mat.Dense) *Series {
	_, dim := from.Dims()
	return newSeries(step, dim).AppendPairs(from, to)
}

// AppendPairs adds the increments of an ensemble over another interval of the
// same length, and returns s.
func (s *Series) AppendPairs(from, to *mat.Dense) *Series {
	n, dim := from.Dims()
	if m, d := to.Dims(); m != n || d != dim || d != s.dim {
		panic("kramersmoyal: length mismatch")
	}
	if n == 0 {
		return s.fail("kramersmoyal: an ensemble without a particle")
	}
	var p piece
	copy(p.from[:], columns(n, dim, from.RawRowView))
	copy(p.to[:], columns(n, dim, to.RawRowView))
	s.pieces = append(s.pieces, p)
	return s
}

// columns returns the coordinates of n rows as slices of their own.
func columns(n, dim int, row func(k int) []float64) [][]float64 {
	c := make([][]float64, dim)
	for a := range c {
		c[a] = make([]float64, n)
	}
	for k := range n {
		x := row(k)
		if len(x) != dim {
			panic("kramersmoyal: length mismatch")
		}
		for a, v := range x {
			c[a][k] = v
		}
	}
	return c
}

// Every returns the series of every m-th value, with the step m times as long:
// what a coarser measurement would have given. It copies. It is an error if a
// run has fewer than m+1 values, or the series is one of pairs. It panics unless
// m >= 1.
func (s *Series) Every(m int) *Series {
	if m < 1 {
		panic(fmt.Sprintf("kramersmoyal: every %d-th value", m))
	}
	coarse := &Series{step: s.step * float64(m), dim: s.dim, err: s.err}
	for i, p := range s.pieces {
		if !p.chained {
			return coarse.fail("kramersmoyal: pairs have no values between, so there is no %d-th", m)
		}
		if p.len() < m {
			return coarse.fail("kramersmoyal: run %d has %d values, too few to take every %d-th", i, p.len()+1, m)
		}
		kept := p.len()/m + 1
		x := columns(kept, s.dim, func(k int) []float64 {
			if k == 0 {
				return s.value(&p.from, 0)
			}
			return s.value(&p.to, k*m-1)
		})
		coarse.Append(x...)
	}
	return coarse
}

func (s *Series) value(x *[2][]float64, k int) []float64 {
	v := make([]float64, s.dim)
	for a := range v {
		v[a] = x[a][k]
	}
	return v
}

// Err returns what went wrong in building the series, or nil.
func (s *Series) Err() error { return s.err }

// Dim returns the number of coordinates.
func (s *Series) Dim() int { return s.dim }

// Step returns the time Δt between two values.
func (s *Series) Step() float64 { return s.step }

// Len returns the number of increments.
func (s *Series) Len() (n int) {
	for i := range s.pieces {
		n += s.pieces[i].len()
	}
	return n
}

// Box returns a grid of equal cells from the least to the largest value that an
// increment begins at, widened by a thousandth: Box(80) on the line, Box(40, 40)
// in the plane. It is an error if a value is not finite, or a coordinate
// constant. It panics unless there is a positive number of cells for each
// coordinate.
func (s *Series) Box(cells ...int) (*freeenergy.Grid, error) {
	if len(cells) != s.dim {
		panic("kramersmoyal: length mismatch")
	}
	if s.err != nil {
		return nil, s.err
	}
	axes := make([]freeenergy.Axis, s.dim)
	for a := range axes {
		lo, hi := math.Inf(1), math.Inf(-1)
		for i := range s.pieces {
			for _, v := range s.pieces[i].from[a] {
				if v-v != 0 {
					return nil, s.locate()
				}
				lo, hi = min(lo, v), max(hi, v)
			}
		}
		margin := (hi - lo) / 1000
		if !(lo-margin < lo) || !(hi+margin > hi) || math.IsInf(margin, 0) {
			return nil, fmt.Errorf("kramersmoyal: coordinate %s is constant, %v: nothing can be learnt of its dynamics", coordinate(a), lo)
		}
		axes[a] = freeenergy.Uniform(lo-margin, hi+margin, cells[a])
	}
	return freeenergy.NewGrid(axes...), nil
}

func coordinate(a int) string { return [...]string{"x", "y"}[a] }

func (s *Series) fail(format string, args ...any) *Series {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
	return s
}

// locate returns the error for the first value that is not finite; a series
// without one has an increment whose powers overflow.
func (s *Series) locate() error {
	for i, p := range s.pieces {
		for k := range p.len() + 1 {
			for a := range s.dim {
				var v float64
				switch where := "index"; {
				case k < p.len() && p.from[a][k]-p.from[a][k] != 0:
					return fmt.Errorf("kramersmoyal: %s is %v at %s %d of run %d: look for what broke there, or append the parts before and after as two runs", coordinate(a), p.from[a][k], where, k, i)
				case p.chained && k == p.len():
					v = p.to[a][k-1]
				case !p.chained && k < p.len():
					v = p.to[a][k]
				}
				if v-v != 0 {
					return fmt.Errorf("kramersmoyal: %s is %v at index %d of run %d (where increments end): look for what broke there, or cut it off", coordinate(a), v, k, i)
				}
			}
		}
	}
	return fmt.Errorf("kramersmoyal: the powers of an increment overflow: measure x in units of its own spread")
}
