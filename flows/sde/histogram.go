package sde

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/freeenergy"
)

// A Histogram counts particles in the cells of a grid: as an Observer, at given
// times, or those of a Cloud. Particles outside the grid are counted apart.
type Histogram struct {
	grid        *freeenergy.Grid
	lines       []line
	coordinates []int
	times       []float64
	pooled      bool
	living      bool
	at          []float64
	counts      []cells
}

// cells are the counts at one time.
type cells struct {
	in      []int
	outside int
	seen    bool
}

// NewHistogram returns a histogram at the given times, at the end of the run if
// there are none. Axis d of the grid is coordinate d; Of says otherwise.
func NewHistogram(g *freeenergy.Grid, times ...float64) *Histogram {
	h := &Histogram{grid: g, times: times, lines: make([]line, g.Dim()), coordinates: make([]int, g.Dim())}
	for d := range h.lines {
		h.lines[d], h.coordinates[d] = newLine(g.Axis(d)), d
	}
	return h
}

// Of makes the axes of the grid the given coordinates, and returns the
// histogram.
func (h *Histogram) Of(coordinates ...int) *Histogram {
	if len(coordinates) != h.grid.Dim() {
		panic("sde: length mismatch")
	}
	copy(h.coordinates, coordinates)
	return h
}

// Pooled makes one histogram of all times together, and returns it. Values of
// one particle at several times are not independent.
func (h *Histogram) Pooled() *Histogram { h.pooled = true; return h }

// Moving makes the histogram leave out absorbed particles, and returns it.
func (h *Histogram) Moving() *Histogram { h.living = true; return h }

// Begin is called by a run.
func (h *Histogram) Begin(r RunInfo) (Schedule, error) {
	s, err := atTimes(h.times, r)
	h.mustHave(r.Dim)
	h.at = s.Times
	if h.pooled {
		h.at = s.Times[len(s.Times)-1:]
	}
	if bytes := float64(len(h.at)) * float64(h.grid.Len()) * 8; bytes > 1<<30 {
		return s, &LimitError{"bytes", bytes, 1 << 30, "take fewer times or cells, or the histogram Pooled"}
	}
	h.counts = h.empty()
	return s, err
}

func (h *Histogram) mustHave(dim int) {
	for _, c := range h.coordinates {
		if c < 0 || c >= dim {
			panic(fmt.Sprintf("sde: a histogram of coordinate %d of %d", c, dim))
		}
	}
}

func (h *Histogram) empty() []cells {
	all := make([]cells, len(h.at))
	for k := range all {
		all[k].in = make([]int, h.grid.Len())
	}
	return all
}

// Tally is called by a run.
func (h *Histogram) Tally() Tally { return &histogramTally{Histogram: h, counts: h.empty()} }

// Add is called by a run.
func (h *Histogram) Add(t Tally) {
	for k, from := range t.(*histogramTally).counts {
		if !from.seen {
			continue
		}
		to := &h.counts[k]
		for i, n := range from.in {
			to.in[i] += n
		}
		to.outside += from.outside
	}
}

func (h *Histogram) commutes() {}

// Count makes the histogram that of the rows of a matrix, such as Cloud.X, and
// returns it.
func (h *Histogram) Count(x *mat.Dense) *Histogram {
	n, dim := x.Dims()
	h.mustHave(dim)
	h.at = []float64{0}
	h.counts = h.empty()
	for i := range n {
		row := x.RawRowView(i)
		h.counts[0].count(h, func(c int) float64 { return row[c] })
	}
	return h
}

// Len returns the number of times.
func (h *Histogram) Len() int { return len(h.at) }

// Time returns the k-th time, the last one of a pooled histogram.
func (h *Histogram) Time(k int) float64 { return h.at[k] }

// Grid returns the grid.
func (h *Histogram) Grid() *freeenergy.Grid { return h.grid }

// Counts returns the number of particles in each cell at the k-th time. It is
// the histogram's own slice.
func (h *Histogram) Counts(k int) []int { return h.counts[k].in }

// Outside returns how many particles were outside the grid at the k-th time.
func (h *Histogram) Outside(k int) int { return h.counts[k].outside }

// N returns how many were in the grid.
func (h *Histogram) N(k int) (n int) {
	for _, c := range h.counts[k].in {
		n += c
	}
	return n
}

// Density returns the density of the particles in the grid at the k-th time,
// and the share of all that is outside. It is an error if all are.
func (h *Histogram) Density(k int) (p *freeenergy.Density, outside float64, err error) {
	n := h.N(k)
	if n == 0 {
		return nil, 1, fmt.Errorf("sde: none of %d particles is in the grid at t = %g: move its ends", h.Outside(k), h.at[k])
	}
	p = &freeenergy.Density{Grid: h.grid, P: make([]float64, h.grid.Len())}
	for i, c := range h.counts[k].in {
		p.P[i] = float64(c) / float64(n) / h.grid.Volume(i)
	}
	return p, float64(h.Outside(k)) / float64(n+h.Outside(k)), nil
}

type histogramTally struct {
	*Histogram
	counts []cells
}

func (t *histogramTally) Reset() {
	for k := range t.counts {
		if c := &t.counts[k]; c.seen {
			clear(c.in)
			c.outside, c.seen = 0, false
		}
	}
}

func (t *histogramTally) See(k int, _ float64, b *Block) {
	if t.pooled {
		k = 0
	}
	c := &t.counts[k]
	for i := range b.count(t.living) {
		c.count(t.Histogram, func(d int) float64 { return b.X[d][i] })
	}
}

// count counts one particle.
func (c *cells) count(h *Histogram, x func(coordinate int) float64) {
	c.seen = true
	cell, stride := 0, 1
	for d := range h.lines {
		l := &h.lines[d]
		i := l.find(x(h.coordinates[d]))
		if i < 0 {
			c.outside++
			return
		}
		cell += i * stride
		stride *= len(l.edges) - 1
	}
	c.in[cell]++
}

// A line finds the cell of an axis that a number is in: edge i <= x < edge i+1,
// and the upper end of the axis belongs to the last cell.
type line struct {
	edges    []float64
	perWidth float64 // cells per unit length, on average
	periodic bool
}

func newLine(a freeenergy.Axis) line {
	l := line{edges: make([]float64, a.Len()+1), periodic: a.IsPeriodic()}
	for i := range l.edges {
		l.edges[i] = a.Edge(i)
	}
	l.perWidth = float64(a.Len()) / (l.edges[a.Len()] - l.edges[0])
	return l
}

// find returns the cell, -1 outside.
func (l *line) find(x float64) int {
	last := len(l.edges) - 2
	if l.periodic {
		x = Interval{Lo: l.edges[0], Hi: l.edges[last+1]}.wrapped(x)
	}
	if !(x >= l.edges[0] && x <= l.edges[last+1]) {
		return -1
	}
	// Equal cells are found at once, the others from nearby.
	i := min(int(math.Floor((x-l.edges[0])*l.perWidth)), last)
	if x >= l.edges[i] && x < l.edges[i+1] {
		return i
	}
	lo, hi := 0, last
	for lo < hi {
		if m := (lo + hi + 1) / 2; x >= l.edges[m] {
			lo = m
		} else {
			hi = m - 1
		}
	}
	return lo
}
