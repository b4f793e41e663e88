package hopfield

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
)

// A Section is a plane of starts: coordinates I and J vary over a grid of cells,
// the others stay as in Through.
type Section struct {
	I, J    int
	Through []float64 // nil: 0
	X, Y    [2]float64
	Cells   [2]int // columns, along coordinate I, and rows, along J
}

// Square is the section of coordinates 0 and 1 over [lo, hi]², in cells × cells.
func Square(lo, hi float64, cells int) Section {
	return Section{I: 0, J: 1, X: [2]float64{lo, hi}, Y: [2]float64{lo, hi}, Cells: [2]int{cells, cells}}
}

func (s Section) check(n int) error {
	switch {
	case s.I == s.J || s.I < 0 || s.J < 0 || s.I >= n || s.J >= n:
		return fmt.Errorf("hopfield: a section along coordinates %d and %d of %d: want two different ones", s.I, s.J, n)
	case s.Through != nil && len(s.Through) != n:
		return fmt.Errorf("hopfield: a section through a point of %d coordinates, the network has %d", len(s.Through), n)
	case s.Cells[0] < 1 || s.Cells[1] < 1:
		return fmt.Errorf("hopfield: a section of %d x %d cells: want positive numbers", s.Cells[0], s.Cells[1])
	case !(s.X[0] < s.X[1] && s.Y[0] < s.Y[1]) || math.IsInf(s.X[1]-s.X[0], 0) || math.IsInf(s.Y[1]-s.Y[0], 0):
		return fmt.Errorf("hopfield: a section over %v and %v: want finite intervals that rise", s.X, s.Y)
	}
	return checkFinite("Through", s.Through)
}

// start returns the state at the centre of a cell.
func (s Section) start(n, column, row int) []float64 {
	x := make([]float64, n)
	copy(x, s.Through)
	x[s.I], x[s.J] = s.center(0, column), s.center(1, row)
	return x
}

func (s Section) center(axis, k int) float64 {
	ends, cells := [2][2]float64{s.X, s.Y}[axis], s.Cells[axis]
	// Symmetric intervals have centres that are negatives of each other exactly.
	return (ends[0]*float64(2*(cells-k)-1) + ends[1]*float64(2*k+1)) / float64(2*cells)
}

// Basins say where the flow takes the starts of a section. It has the methods of
// a GridXYZ of gonum/plot, with the number of the attractor as the value.
type Basins struct {
	Section
	// Attractors, in the order in which the cells, row by row, meet them. One of
	// them may be a saddle, where starts lie exactly on its stable manifold.
	Attractors []*Limit
	Label      []int // of each cell, column fastest; -1: not settled, see Unsettled
	// Unsettled is why the first cell without an attractor has none, or nil.
	Unsettled error
	values    []float64
}

// Basins runs Settle from the centre of every cell, on all cores; the result
// does not depend on their number. Starts within about 1e-6 of the boundary of a
// basin may fall to either side. It is an error if the section does not fit
// the network. Cells that do not settle have the label -1 and make Unsettled.
func (c *Continuous) Basins(s Section) (*Basins, error) {
	if err := s.check(c.n); err != nil {
		return nil, err
	}
	scout := c.basinScout(s)
	limits, failures := make([]*Limit, s.Cells[0]*s.Cells[1]), make([]error, s.Cells[1])
	var wait sync.WaitGroup
	rows := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			flow := newSettler(c, basinTol)
			flow.seen, flow.cycles = scout.seen, scout.cycles
			for row := range rows {
				for column := range s.Cells[0] {
					limit, err := flow.run(s.start(c.n, column, row))
					if err != nil && failures[row] == nil {
						failures[row] = err
					}
					limits[row*s.Cells[0]+column] = limit
				}
			}
		})
	}
	for row := range s.Cells[1] {
		rows <- row
	}
	close(rows)
	wait.Wait()
	b := &Basins{Section: s, Label: make([]int, len(limits)), values: make([]float64, len(limits))}
	if k := slices.IndexFunc(failures, func(err error) bool { return err != nil }); k >= 0 {
		b.Unsettled = failures[k]
	}
	for cell, limit := range limits {
		b.label(cell, limit)
	}
	return b, nil
}

// basinScout returns a settler that knows the stable equilibria and the cycles
// that a few starts settle to, so that the others need not be analysed when they
// come near.
func (c *Continuous) basinScout(s Section) *settler {
	flow := newSettler(c, basinTol)
	for k := range 9 {
		column, row := (2*(k%3)+1)*s.Cells[0]/6, (2*(k/3)+1)*s.Cells[1]/6
		limit, err := flow.run(s.start(c.n, column, row))
		switch {
		case err != nil: // the cell's own run will report it
		case limit.Cycle != nil:
			if !slices.Contains(flow.cycles, limit.Cycle) {
				flow.cycles = append(flow.cycles, limit.Cycle)
			}
		case limit.Equilibrium.Stable() && !slices.Contains(flow.seen, limit.Equilibrium):
			flow.seen = append(flow.seen, limit.Equilibrium)
		}
	}
	return flow
}

func (b *Basins) label(cell int, limit *Limit) {
	b.Label[cell] = -1
	if limit != nil {
		if b.Label[cell] = limitIndex(b.Attractors, limit); b.Label[cell] < 0 {
			b.Label[cell] = len(b.Attractors)
			b.Attractors = append(b.Attractors, limit)
		}
	}
	b.values[cell] = float64(b.Label[cell])
}

// Dims returns the number of columns and rows.
func (b *Basins) Dims() (c, r int) { return b.Cells[0], b.Cells[1] }

// X returns the coordinate I of the column.
func (b *Basins) X(c int) float64 { return b.center(0, c) }

// Y returns the coordinate J of the row.
func (b *Basins) Y(r int) float64 { return b.center(1, r) }

// Z returns the number of the attractor of a cell, -1 for none.
func (b *Basins) Z(c, r int) float64 { return b.values[r*b.Cells[0]+c] }

// Fractions returns the share of the cells that each attractor has.
func (b *Basins) Fractions() []float64 {
	out := make([]float64, len(b.Attractors))
	for _, l := range b.Label {
		if l >= 0 {
			out[l]++
		}
	}
	for l := range out {
		out[l] /= float64(len(b.Label))
	}
	return out
}
