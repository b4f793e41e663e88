package patterns

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// ErrEmpty is wrapped by errors of families without a pattern.
var ErrEmpty = errors.New("no patterns")

// A Set is patterns of one shape.
type Set struct {
	Columns int         // pixels in a row
	Names   []string    // of the patterns, nil or one for each
	X       [][]float64 // a pattern each
}

// Len returns the number of patterns.
func (s *Set) Len() int { return len(s.X) }

// Dim returns the number of pixels of a pattern.
func (s *Set) Dim() int {
	if len(s.X) == 0 {
		return 0
	}
	return len(s.X[0])
}

// Rows returns the number of rows of a pattern, 0 of an empty set.
func (s *Set) Rows() int {
	if len(s.X) == 0 {
		return 0
	}
	return s.Dim() / s.Columns
}

// Name returns the name of pattern k, or its number.
func (s *Set) Name(k int) string {
	if s.Names == nil {
		return fmt.Sprint(k)
	}
	return s.Names[k]
}

// Matrix returns the patterns as the rows of a matrix.
func (s *Set) Matrix() *mat.Dense {
	m := mat.NewDense(len(s.X), s.Dim(), nil)
	for k, x := range s.X {
		m.SetRow(k, x)
	}
	return m
}

// Check returns an error that names the first pattern of another length than the
// first, or whose pixels do not fill rows, or the first pixel that is not a number
// in [-1, 1]. An empty set is an ErrEmpty.
func (s *Set) Check() error {
	if len(s.X) == 0 {
		return fmt.Errorf("patterns: %w in the set", ErrEmpty)
	}
	if s.Columns < 1 || s.Dim() == 0 || s.Dim()%s.Columns != 0 {
		return fmt.Errorf("patterns: %d pixels do not fill rows of %d: set Columns to a divisor", s.Dim(), s.Columns)
	}
	if s.Names != nil && len(s.Names) != len(s.X) {
		return fmt.Errorf("patterns: %d names for %d patterns: give one for each, or nil", len(s.Names), len(s.X))
	}
	for k, x := range s.X {
		if len(x) != s.Dim() {
			return fmt.Errorf("patterns: pattern %s has %d pixels, the first has %d: cut or pad them to one shape", s.Name(k), len(x), s.Dim())
		}
		for i, v := range x {
			if !(v >= -1 && v <= 1) {
				return fmt.Errorf("patterns: pixel %d of pattern %s is %v, want a number in [-1, 1]", i, s.Name(k), v)
			}
		}
	}
	return nil
}

// Map returns the set of f(x, k) for each pattern x with its number k, with the
// same names.
func (s *Set) Map(f func(x []float64, k int) []float64) *Set {
	m := &Set{Columns: s.Columns, Names: s.Names}
	for k, x := range s.X {
		m.X = append(m.X, f(x, k))
	}
	return m
}

// Binary returns the set of the signs of v - level: ±1 patterns of grey ones.
func (s *Set) Binary(level float64) *Set {
	return s.Map(func(x []float64, _ int) []float64 { return Binary(x, level) })
}

// Binary returns -1 where x < level and +1 elsewhere.
func Binary(x []float64, level float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = 1
		if v < level {
			y[i] = -1
		}
	}
	return y
}

// Overlap returns x·y/(|x||y|), which for ±1 patterns is x·y/n: 1 for the same, 0
// for strangers, -1 for the negative; 0 if one of them is zero. It panics if the
// lengths differ.
func Overlap(x, y []float64) float64 {
	sameLength(len(x), len(y))
	var xy, xx, yy float64
	for i, v := range x {
		xy, xx, yy = xy+v*y[i], xx+v*v, yy+y[i]*y[i]
	}
	if xx == 0 || yy == 0 {
		return 0
	}
	return xy / math.Sqrt(xx) / math.Sqrt(yy)
}

// Nearest returns the pattern with the largest Overlap with x, the first of equals.
func (s *Set) Nearest(x []float64) (k int, overlap float64) {
	overlap = math.Inf(-1)
	for i, p := range s.X {
		if m := Overlap(x, p); m > overlap {
			k, overlap = i, m
		}
	}
	return k, overlap
}

// Overlaps returns the matrix of the Overlaps of all pairs.
func (s *Set) Overlaps() *mat.SymDense {
	m := mat.NewSymDense(len(s.X), nil)
	for i, x := range s.X {
		for j, y := range s.X[:i+1] {
			m.SetSym(i, j, Overlap(x, y))
		}
	}
	return m
}

// Sheet returns all patterns side by side, across in a row, as the values of one
// picture and its number of columns: what plotting's Figure.Pattern draws. Between
// them is a line of paper, and where the last row is short, paper. It panics if
// across is not positive or the set is empty.
func (s *Set) Sheet(across int) (values []float64, columns int) {
	if across < 1 || len(s.X) == 0 {
		panic("patterns: a sheet needs patterns and a number of them in a row")
	}
	across = min(across, len(s.X))
	w, h := s.Columns, s.Rows()
	down := (len(s.X) + across - 1) / across
	columns = across*(w+1) - 1
	values = make([]float64, columns*(down*(h+1)-1))
	for i := range values {
		values[i] = -1
	}
	for k, x := range s.X {
		left, top := k%across*(w+1), k/across*(h+1)
		for i, v := range x {
			values[(top+i/w)*columns+left+i%w] = v
		}
	}
	return values, columns
}

// Strip returns a Set of patterns of rows of that many columns, for a Sheet of
// states that a network went through. It panics unless they fill their rows.
func Strip(columns int, x ...[]float64) *Set {
	for _, p := range x {
		if columns < 1 || len(p) == 0 || len(p)%columns != 0 || len(p) != len(x[0]) {
			panic("patterns: the pixels of a strip must fill its rows")
		}
	}
	return &Set{Columns: columns, X: x}
}

func sameLength(a, b int) {
	if a != b {
		panic("patterns: length mismatch")
	}
}
