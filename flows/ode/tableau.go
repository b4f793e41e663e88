package ode

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// A Tableau is an explicit Runge-Kutta method with s stages, in Butcher's form:
//
//	k_i = f(t + c_i h, x + h Σ_{j<i} a_ij k_j),   x(t+h) ≈ x + h Σ_i b_i k_i.
//
// It is a Method. Treat it as read-only: solvers share it. ParseTableau makes
// one from the table as it is printed in a book.
type Tableau struct {
	Name string
	P    int         // order p of the weights B
	C    []float64   // nodes c, length s
	A    [][]float64 // A[i] holds a_i0 ... a_i,i-1
	B    []float64   // weights b, length s
	// E holds b - b̂ for the embedded weights b̂ of order p-1, so that h Σ E_i k_i
	// estimates the error. nil: no error control, steps of fixed length only.
	E []float64
	// D holds the weights of the quartic term θ²(1-θ)² h Σ D_i k_i that raises
	// the cubic Hermite interpolant between the ends of a step from order 3 to
	// order 4. nil: cubic Hermite, which is enough for p <= 4; beyond that the
	// method has no interpolant.
	D []float64
	// Text is the table that ParseTableau read, with its exact numbers.
	Text string
}

var _ Method = (*Tableau)(nil)

// Order returns the order p of the method.
func (m *Tableau) Order() int { return m.P }

// String returns the name.
func (m *Tableau) String() string { return m.Name }

// ParseTableau reads a method from its table, a stage a line, then the weights:
//
//	0   |
//	1/2 | 1/2
//	3/4 | 0   3/4
//	1   | 2/9 1/3 4/9
//	p=3 | 2/9  1/3 4/9 0
//	p=2 | 7/24 1/4 1/3 1/8
//
// Left of the bar stand the nodes c, then the order of each row of weights:
// first the weights that are used, then, if there is one, the embedded row,
// whose order is lower by one. A row "D | ..." gives the quartic term of the
// interpolant. Numbers are fractions or decimals and are rounded once. The
// error names the line that is malformed, too long or too short, or whose
// numbers do not add up to its node (for weights: to 1) within 1e-14. The
// order itself is not proved here: see CheckMethod.
func ParseTableau(name, text string) (*Tableau, error) {
	rows, err := parseRows(text)
	if err != nil {
		return nil, fmt.Errorf("ode: tableau %s: %w", name, err)
	}
	m := &Tableau{Name: name, Text: strings.TrimSpace(text)}
	var used row
	for k, r := range rows {
		switch {
		case r.kind == nodeRow && m.B == nil:
			m.C = append(m.C, r.label)
			m.A = append(m.A, rounded(r.entries))
			err = r.check(k, len(m.A)-1, r.label)
		case r.kind == weightRow && m.B == nil:
			used, m.P, m.B = r, int(r.label), rounded(r.entries)
			err = r.check(k, len(m.A), 1)
		case r.kind == weightRow && m.E == nil && int(r.label) == m.P-1:
			if err = r.check(k, len(m.A), 1); err == nil {
				m.E = rounded(difference(used.entries, r.entries))
			}
		case r.kind == denseRow && m.B != nil && m.D == nil:
			m.D = rounded(r.entries)
			err = r.check(k, len(m.A), 0)
		default:
			err = fmt.Errorf("line %d is out of place: write the stages, then a row p=..., then perhaps one of order p-1 and one D", k+1)
		}
		if err != nil {
			return nil, fmt.Errorf("ode: tableau %s: %w", name, err)
		}
	}
	if m.B == nil {
		return nil, fmt.Errorf("ode: tableau %s: no weights: end it with a row p=...", name)
	}
	return m, nil
}

// mustParse is ParseTableau for the tables of this package.
func mustParse(name, text string) *Tableau {
	m, err := ParseTableau(name, text)
	if err != nil {
		panic(err)
	}
	return m
}

type rowKind int

const (
	nodeRow rowKind = iota
	weightRow
	denseRow
)

// A row is one line of a printed tableau, in exact numbers.
type row struct {
	kind    rowKind
	label   float64 // the node, or the order
	entries []*big.Rat
}

// parseRows reads the lines "label | number number ..." of a tableau.
func parseRows(text string) ([]row, error) {
	var rows []row
	for k, line := range strings.Split(strings.TrimSpace(text), "\n") {
		left, right, ok := strings.Cut(line, "|")
		if !ok {
			return nil, fmt.Errorf("line %d has no bar: write node | coefficients", k+1)
		}
		var r row
		label := strings.TrimSpace(left)
		if order, ok := strings.CutPrefix(label, "p="); ok {
			r.kind, label = weightRow, order
		} else if label == "D" {
			r.kind, label = denseRow, "0"
		}
		for i, field := range append([]string{label}, strings.Fields(right)...) {
			v, ok := new(big.Rat).SetString(field)
			if !ok {
				return nil, fmt.Errorf("line %d: %q is not a number: write fractions like -1/6 or decimals", k+1, field)
			}
			if i == 0 {
				r.label, _ = v.Float64()
				continue
			}
			r.entries = append(r.entries, v)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// check returns an error unless row k has n entries that add up to sum.
func (r row) check(k, n int, sum float64) error {
	if len(r.entries) != n {
		return fmt.Errorf("line %d has %d coefficients, want %d: an explicit method, one line a stage", k+1, len(r.entries), n)
	}
	total := new(big.Rat)
	for _, v := range r.entries {
		total.Add(total, v)
	}
	if got, _ := total.Float64(); !(got-sum <= 1e-14 && sum-got <= 1e-14) {
		return fmt.Errorf("the coefficients of line %d add up to %.17g, want %.17g: look for a misprint", k+1, got, sum)
	}
	return nil
}

func difference(a, b []*big.Rat) []*big.Rat {
	out := slices.Clone(a)
	for i := range out {
		out[i] = new(big.Rat).Sub(a[i], b[i])
	}
	return out
}

func rounded(exact []*big.Rat) []float64 {
	out := make([]float64, len(exact))
	for i, v := range exact {
		out[i], _ = v.Float64()
	}
	return out
}
