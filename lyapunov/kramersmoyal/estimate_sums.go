package kramersmoyal

import "math"

// A layout says which sums Σ dx^p dy^q are kept of the increments that begin in
// a cell, in one row of numbers for each cell. Order 2 needs the powers up to 2;
// order 4 those up to 4, and for standard errors their squares and what couples
// M2 to M4.
type layout struct {
	powers [][2]int
	place  [9][9]int // of the power (p, q) in a row, -1 if it is not kept
	order  int
	// The powers of order 1 and 2, which follow the count, are what drift and
	// diffusion are made of. Their noise has a covariance; of the powers above,
	// the variance is enough.
	pairs [][2]int
	size  int // number of the powers up to order, the count included
}

var (
	line2  = newLayout(2, [][2]int{{0, 0}, {1, 0}, {2, 0}})
	line4  = newLayout(4, [][2]int{{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}, {6, 0}, {8, 0}})
	plane2 = newLayout(2, [][2]int{{0, 0}, {1, 0}, {0, 1}, {2, 0}, {1, 1}, {0, 2}})
	plane4 = newLayout(4, [][2]int{
		{0, 0}, {1, 0}, {0, 1}, {2, 0}, {1, 1}, {0, 2}, {3, 0}, {2, 1}, {1, 2}, {0, 3},
		{4, 0}, {3, 1}, {2, 2}, {1, 3}, {0, 4}, {6, 0}, {4, 2}, {2, 4}, {0, 6},
		{8, 0}, {6, 2}, {4, 4}, {2, 6}, {0, 8},
	})
)

func newLayout(order int, powers [][2]int) *layout {
	l := &layout{powers: powers, order: order}
	for p := range l.place {
		for q := range l.place[p] {
			l.place[p][q] = -1
		}
	}
	for k, p := range powers {
		l.place[p[0]][p[1]] = k
		if degree := p[0] + p[1]; degree <= order {
			l.size = k + 1
			if degree == 1 || degree == 2 {
				for j := 1; j <= k; j++ {
					l.pairs = append(l.pairs, [2]int{j, k})
				}
			} else if degree > 2 {
				l.pairs = append(l.pairs, [2]int{k, k})
			}
		}
	}
	return l
}

// pair returns the place of (j, k) among the pairs.
func (l *layout) pair(j, k int) int {
	if j > k {
		j, k = k, j
	}
	return k*(k-1)/2 + j - 1
}

// components returns the number of powers of order 1 and 2.
func (l *layout) components() int {
	if l == line2 || l == line4 {
		return 2
	}
	return 5
}

// variance returns the place of (k, k) among the pairs.
func (l *layout) variance(k int) int {
	if n := l.components(); k > n {
		return n*(n+1)/2 + k - n - 1
	}
	return l.pair(k, k)
}

func layoutOf(dim, order int) *layout {
	switch {
	case dim == 1 && order == 2:
		return line2
	case dim == 1:
		return line4
	case order == 2:
		return plane2
	}
	return plane4
}

// A cellIndex finds the cell of a value on one axis: int(x scale + shift) is 1
// for the first cell. The place 0 is for all that is not on the grid; the
// conversion, which rounds towards 0, does not take what lies below the first
// cell for a part of it.
type cellIndex struct{ scale, shift float64 }

// A table holds the sums of one worker while it goes through a segment. Its
// rows are structs, so that the sums of a cell share a cache line, and counts
// are integers, which are faster to add. What begins outside the grid goes into
// rows of its own, so that a value that is no number is noticed there too: it
// makes their sum one.
type table interface {
	// add takes the increments [lo, hi) of a piece.
	add(at *[2]cellIndex, p *piece, lo, hi int)
	// drain adds the sums to total and clears them, and returns the number of
	// increments that begin outside.
	drain(total []float64) (outside int)
}

// lost returns 0 for the sum of the increments that begin outside, and NaN if it
// is not finite.
func lost(sum float64) float64 {
	if sum-sum != 0 {
		return math.NaN()
	}
	return 0
}

func newTable(l *layout, cells [2]int) table {
	switch l {
	case line2:
		return make(lineSquares, cells[0]+1)
	case line4:
		return make(lineQuartics, cells[0]+1)
	case plane2:
		return &squares{make([]square, (cells[0]+1)*(cells[1]+1)), cells}
	}
	return &mixed{make([][24]float64, (cells[0]+1)*(cells[1]+1)), cells}
}
