package sde

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/freeenergy"
)

// Moments is an Observer of mean and covariance over the particles, absorbed
// ones included, at given times. Particles are independent: the standard
// errors come from their spread.
type Moments struct {
	times   []float64
	living  bool
	at      []float64
	sums    []centred
	scratch centred
}

// NewMoments returns an observer of the moments at the given times, at the end
// of the run if there are none.
func NewMoments(times ...float64) *Moments { return &Moments{times: times} }

// Moving makes the observer leave out absorbed particles, and returns it.
func (m *Moments) Moving() *Moments { m.living = true; return m }

// Begin is called by a run.
func (m *Moments) Begin(r RunInfo) (Schedule, error) {
	s, err := atTimes(m.times, r)
	if bytes := float64(len(s.Times)) * float64(r.Dim) * float64(r.Dim+1) * 16; bytes > 1<<30 {
		return s, &LimitError{"bytes", bytes, 1 << 30, "observe moments at fewer times, or the Mean of the products that matter"}
	}
	m.at, m.sums, m.scratch = s.Times, make([]centred, len(s.Times)), newCentred(r.Dim)
	for k := range m.sums {
		m.sums[k] = newCentred(r.Dim)
	}
	return s, err
}

// Tally is called by a run.
func (m *Moments) Tally() Tally {
	t := &momentTally{living: m.living, sums: make([]centred, len(m.sums))}
	for k := range t.sums {
		t.sums[k] = newCentred(len(m.scratch.mean))
	}
	return t
}

// Add is called by a run.
func (m *Moments) Add(t Tally) {
	for k, s := range t.(*momentTally).sums {
		if s.n > 0 {
			m.sums[k].add(&s, m.scratch.mean)
		}
	}
}

// Len returns the number of times.
func (m *Moments) Len() int { return len(m.at) }

// Time returns the k-th time.
func (m *Moments) Time(k int) float64 { return m.at[k] }

// N returns the number of particles seen at the k-th time.
func (m *Moments) N(k int) int { return m.sums[k].n }

// Mean returns the mean of coordinate i at the k-th time.
func (m *Moments) Mean(k, i int) freeenergy.Estimate {
	s := &m.sums[k]
	n := float64(s.n)
	return freeenergy.Estimate{Value: s.mean[i], StdErr: spread(s.pair(i, i).s11, n), N: s.n}
}

// Cov returns the covariance of coordinates i and j at the k-th time, with n-1
// in the denominator. Its standard error is that of the mean of the products.
func (m *Moments) Cov(k, i, j int) freeenergy.Estimate {
	s := &m.sums[k]
	n, p := float64(s.n), s.pair(min(i, j), max(i, j))
	return freeenergy.Estimate{Value: p.s11 / (n - 1), StdErr: spread(p.s22-p.s11*p.s11/n, n), N: s.n}
}

// Covariance returns the whole matrix at the k-th time.
func (m *Moments) Covariance(k int) *mat.SymDense {
	d := len(m.sums[k].mean)
	c := mat.NewSymDense(d, nil)
	for i := range d {
		for j := i; j < d; j++ {
			c.SetSym(i, j, m.Cov(k, i, j).Value)
		}
	}
	return c
}

// Means returns the mean of coordinate i against time.
func (m *Moments) Means(i int) *Course {
	return course(m.at, func(k int) freeenergy.Estimate { return m.Mean(k, i) })
}

// Variances returns the variance of coordinate i against time.
func (m *Moments) Variances(i int) *Course {
	return course(m.at, func(k int) freeenergy.Estimate { return m.Cov(k, i, i) })
}

// spread returns the standard error of a mean of n terms with the given sum of
// squared deviations: infinite for one term.
func spread(squares, n float64) float64 {
	if n < 2 {
		return math.Inf(1)
	}
	return math.Sqrt(max(0, squares) / (n - 1) / n)
}

// A product holds Σab, Σa²b, Σab² and Σa²b² of two coordinates' deviations
// from their means.
type product struct{ s11, s21, s12, s22 float64 }

// A centred is the sums of products of the deviations of n points from their
// mean, which is kept beside them, so that nothing cancels.
type centred struct {
	n     int
	mean  []float64
	pairs []product // i <= j, by rows
}

func newCentred(dim int) centred {
	return centred{mean: make([]float64, dim), pairs: make([]product, dim*(dim+1)/2)}
}

func (c *centred) pair(i, j int) *product {
	d := len(c.mean)
	if i < 0 || j >= d {
		panic(fmt.Sprintf("sde: coordinate %d or %d of %d", i, j, d))
	}
	return &c.pairs[i*d-i*(i-1)/2+j-i]
}

// see takes the sums of n columns.
func (c *centred) see(x [][]float64, n int) {
	c.n = n
	if n == 0 {
		return
	}
	for d, row := range x {
		c.mean[d] = 0
		for _, v := range row[:n] {
			c.mean[d] += v
		}
		c.mean[d] /= float64(n)
	}
	for i, xi := range x {
		for j := i; j < len(x); j++ {
			var p product
			mi, mj, xj := c.mean[i], c.mean[j], x[j]
			for k, v := range xi[:n] {
				a, b := v-mi, xj[k]-mj
				p.s11 += a * b
				p.s21 += a * a * b
				p.s12 += a * b * b
				p.s22 += a * a * b * b
			}
			*c.pair(i, j) = p
		}
	}
}

// add adds the sums of other points; mean is scratch. The sums of both are
// moved to the common mean first.
func (c *centred) add(o *centred, mean []float64) {
	n := float64(c.n + o.n)
	for d := range mean {
		mean[d] = c.mean[d] + (o.mean[d]-c.mean[d])*(float64(o.n)/n)
	}
	c.move(mean)
	o.move(mean)
	for i := range c.pairs {
		p, q := &c.pairs[i], &o.pairs[i]
		p.s11, p.s21, p.s12, p.s22 = p.s11+q.s11, p.s21+q.s21, p.s12+q.s12, p.s22+q.s22
	}
	c.n += o.n
}

// move changes the point that deviations are from.
func (c *centred) move(mean []float64) {
	n := float64(c.n)
	for i := range mean {
		// A diagonal pair goes last: those of its row need its old sum.
		for j := len(mean) - 1; j >= i; j-- {
			p := c.pair(i, j)
			u, v := c.mean[i]-mean[i], c.mean[j]-mean[j]
			s20, s02 := c.pair(i, i).s11, c.pair(j, j).s11
			*p = product{
				s11: p.s11 + n*u*v,
				s21: p.s21 + v*s20 + 2*u*p.s11 + n*u*u*v,
				s12: p.s12 + u*s02 + 2*v*p.s11 + n*u*v*v,
				s22: p.s22 + 2*v*p.s21 + 2*u*p.s12 + v*v*s20 + u*u*s02 + 4*u*v*p.s11 + n*u*u*v*v,
			}
		}
	}
	copy(c.mean, mean)
}

type momentTally struct {
	living bool
	sums   []centred
}

func (t *momentTally) Reset() {
	for k := range t.sums {
		t.sums[k].n = 0
	}
}

func (t *momentTally) See(k int, _ float64, b *Block) { t.sums[k].see(b.X, b.count(t.living)) }
