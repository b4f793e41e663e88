package hopfield

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// A DenseMemory is the dense associative memory of Krotov and Hopfield (2016): d
// units x of -1 and +1, and the energy
//
//	E(x) = -F(Ξx),
//
// Ξ the matrix of stored patterns, one a row, so that F sees the overlaps
// z_μ = ξ_μ·x. It is the discrete relative of Modern. With NewPolynomial(2) it is
// the Hopfield network of Hebb's weights ΞᵀΞ, which holds some 0.14 d random
// patterns; degree n holds of the order of d^(n-1), Exponential (Demircigil et
// al. 2017) and LogSumExp exponentially many.
//
// Units are updated one at a time, each to the value of the lower energy; it
// keeps its value where both are equal. Every flip lowers E, so that there is a
// fixed point after finitely many. A DenseMemory does not change; goroutines may
// share it. Derived in notebook 08.
type DenseMemory struct {
	d, n     int
	patterns [][]float64
	columns  [][]float64 // of Ξ
	f        Potential
}

// A DenseRecall is where a run of a DenseMemory ends.
type DenseRecall struct {
	X        []float64 // a fixed point
	Energies []float64 // after each sweep, the start first
	Sweeps   int       // the last one flips nothing
	Flips    int
}

// NewDenseMemory returns the memory of the patterns with the interaction f. It is
// an error if the patterns are not of one length and of -1 and +1, or if f is not
// finite at the overlaps ±d. It panics if f is nil.
func NewDenseMemory(patterns [][]float64, f Potential) (*DenseMemory, error) {
	if f == nil {
		panic("hopfield: nil potential")
	}
	if err := checkPatterns(patterns); err != nil {
		return nil, err
	}
	m := &DenseMemory{d: len(patterns[0]), n: len(patterns), f: f}
	m.columns = make([][]float64, m.d)
	for i := range m.columns {
		m.columns[i] = make([]float64, m.n)
	}
	for k, p := range patterns {
		m.patterns = append(m.patterns, slices.Clone(p))
		for i, v := range p {
			m.columns[i][k] = v
		}
	}
	if v := f.Value(slices.Repeat([]float64{float64(m.d)}, m.n)); math.IsNaN(v) || math.IsInf(v, 0) {
		return nil, fmt.Errorf("hopfield: F is %v where %d patterns of %d units all agree: take LogSumExp of sharpness 1 for Exponential, whose fixed points it has, or a lower degree", v, m.n, m.d)
	}
	return m, nil
}

// Dim returns the number of units d.
func (m *DenseMemory) Dim() int { return m.d }

// Patterns returns the number of patterns.
func (m *DenseMemory) Patterns() int { return m.n }

// Pattern returns a copy of pattern k.
func (m *DenseMemory) Pattern(k int) []float64 { return slices.Clone(m.patterns[k]) }

// Overlaps stores ξ_μ·x in dst, one for each pattern: whole numbers for a state.
func (m *DenseMemory) Overlaps(dst, x []float64) {
	checkLen(dst, m.n)
	checkLen(x, m.d)
	for k, p := range m.patterns {
		dst[k] = floats.Dot(p, x)
	}
}

// Energy returns E(x) = -F(Ξx).
func (m *DenseMemory) Energy(x []float64) float64 {
	z := make([]float64, m.n)
	m.Overlaps(z, x)
	return -m.f.Value(z)
}

// Flip returns the change of E when x_i changes its sign.
func (m *DenseMemory) Flip(x []float64, i int) float64 {
	z := make([]float64, m.n)
	m.Overlaps(z, x)
	before := m.f.Value(z)
	m.flip(z, i, x[i])
	return before - m.f.Value(z)
}

// flip turns the overlaps with x into those with x_i of the other sign.
func (m *DenseMemory) flip(z []float64, i int, xi float64) {
	for k, v := range m.columns[i] {
		z[k] -= 2 * xi * v
	}
}

// Run updates the units in turn, sweep after sweep, until a sweep changes nothing.
// x is the start, and is not changed. It is an error if x is not a state, or, with
// the state so far, if sweeps (0: 1,000) do not suffice.
func (m *DenseMemory) Run(x []float64, sweeps int) (*DenseRecall, error) {
	checkLen(x, m.d)
	if sweeps < 0 {
		panic("hopfield: a negative number of sweeps")
	}
	if err := checkStates("x", x); err != nil {
		return nil, err
	}
	if sweeps == 0 {
		sweeps = 1000
	}
	r := &DenseRecall{X: slices.Clone(x)}
	z := make([]float64, m.n)
	m.Overlaps(z, x)
	now := m.f.Value(z)
	r.Energies = append(r.Energies, -now)
	for r.Sweeps < sweeps {
		r.Sweeps++
		flips := r.Flips
		for i, xi := range r.X {
			m.flip(z, i, xi)
			if v := m.f.Value(z); v > now {
				now, r.X[i] = v, -xi
				r.Flips++
			} else {
				m.flip(z, i, -xi) // exact, as overlaps are whole numbers
			}
		}
		r.Energies = append(r.Energies, -now)
		if r.Flips == flips {
			return r, nil
		}
	}
	return r, fmt.Errorf("hopfield: units still flip after %d sweeps at energy %g: allow more", sweeps, -now)
}
