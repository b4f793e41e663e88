package wasserstein

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/mat"
)

// A Pair is what a coupling carries from point From of the first measure to
// point To of the second.
type Pair struct {
	From, To int
	Mass     float64 // positive
}

// A Coupling is a matrix of masses M_ij >= 0, given by its positive entries: an
// optimal one has fewer than the number of points of both measures together. It
// is a mat.Matrix.
type Coupling struct {
	rows, columns int
	pairs         []Pair // by From, then To
}

var _ mat.Matrix = (*Coupling)(nil)

// NewCoupling returns the coupling with the entries of m that are not zero. It
// is an error if one is negative or not finite.
func NewCoupling(m mat.Matrix) (*Coupling, error) {
	r, c := m.Dims()
	out := &Coupling{rows: r, columns: c}
	for i := range r {
		for j := range c {
			v := m.At(i, j)
			if !(v >= 0) || math.IsInf(v, 0) {
				return nil, &CouplingError{Reason: ErrNegative, Row: i, Column: j, Got: v}
			}
			if v > 0 {
				out.pairs = append(out.pairs, Pair{i, j, v})
			}
		}
	}
	return out, nil
}

// Product returns the coupling M_ij = a_i b_j, which carries from every point
// to every other: that of independent draws.
func Product(a, b *Measure) *Coupling {
	c := &Coupling{rows: a.Len(), columns: b.Len(), pairs: make([]Pair, 0, a.Len()*b.Len())}
	for i, u := range a.W {
		for j, v := range b.W {
			c.pairs = append(c.pairs, Pair{i, j, u * v})
		}
	}
	return c
}

// newCoupling sorts the pairs, which it keeps.
func newCoupling(rows, columns int, pairs []Pair) *Coupling {
	slices.SortFunc(pairs, func(p, q Pair) int {
		if d := cmp.Compare(p.From, q.From); d != 0 {
			return d
		}
		return cmp.Compare(p.To, q.To)
	})
	return &Coupling{rows: rows, columns: columns, pairs: pairs}
}

// Dims returns the numbers of points of both measures.
func (c *Coupling) Dims() (rows, columns int) { return c.rows, c.columns }

// At returns the mass carried from i to j.
func (c *Coupling) At(i, j int) float64 {
	if i < 0 || i >= c.rows || j < 0 || j >= c.columns {
		panic(fmt.Sprintf("wasserstein: no entry %d, %d in a coupling of %d and %d points", i, j, c.rows, c.columns))
	}
	k := sort.Search(len(c.pairs), func(k int) bool {
		p := c.pairs[k]
		return p.From > i || p.From == i && p.To >= j
	})
	if k < len(c.pairs) && c.pairs[k].From == i && c.pairs[k].To == j {
		return c.pairs[k].Mass
	}
	return 0
}

// T returns the transpose.
func (c *Coupling) T() mat.Matrix { return mat.Transpose{Matrix: c} }

// Pairs returns the positive entries, by From and then To. They are the
// coupling's own.
func (c *Coupling) Pairs() []Pair { return c.pairs }

// Dense returns the matrix with all its zeros.
func (c *Coupling) Dense() *mat.Dense {
	d := mat.NewDense(c.rows, c.columns, nil)
	for _, p := range c.pairs {
		d.Set(p.From, p.To, p.Mass)
	}
	return d
}

// CheckCoupling returns an error unless m is a coupling of the measures: no
// entry negative, and marginals, M 1 and Mᵀ 1, that are the weights of a and b
// within tol in every entry. The error is a *CouplingError.
func CheckCoupling(m mat.Matrix, a, b *Measure, tol float64) error {
	r, k := m.Dims()
	if r != a.Len() || k != b.Len() {
		return &CouplingError{Reason: ErrLength, Row: r, Column: k, Got: float64(a.Len()), Want: float64(b.Len())}
	}
	c, err := NewCoupling(m)
	if err != nil {
		return err
	}
	return c.marginals(a.W, b.W, tol)
}

// marginals returns an error unless the sums of the rows are a and those of the
// columns b.
func (c *Coupling) marginals(a, b []float64, tol float64) error {
	rows, columns := make([]float64, c.rows), make([]float64, c.columns)
	for _, p := range c.pairs {
		rows[p.From] += p.Mass
		columns[p.To] += p.Mass
	}
	for i, got := range rows {
		if !(math.Abs(got-a[i]) <= tol) {
			return &CouplingError{Reason: ErrMarginal, Row: i, Column: -1, Got: got, Want: a[i]}
		}
	}
	for j, got := range columns {
		if !(math.Abs(got-b[j]) <= tol) {
			return &CouplingError{Reason: ErrMarginal, Row: -1, Column: j, Got: got, Want: b[j]}
		}
	}
	return nil
}
