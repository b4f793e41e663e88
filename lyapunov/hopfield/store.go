package hopfield

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// A Rule makes weights of patterns of -1 and +1. Hebb, PseudoInverse,
// HollowPseudoInverse and Storkey are rules; so is a MacKay.Weights.
type Rule func(patterns [][]float64) (*mat.SymDense, error)

var (
	_ Rule = Hebb
	_ Rule = PseudoInverse
	_ Rule = HollowPseudoInverse
	_ Rule = Storkey
)

// Hebb returns the weights W = (1/n) Σ_k ξ_k ξ_kᵀ with a zero diagonal.
//
// For m pairwise orthogonal patterns W ξ_k = (1 - m/n) ξ_k: where m < n, each is a
// fixed point of the network without biases, whatever the tie rule. This has a
// machine-checked proof (Cipollina, Karatarakis and Wiedijk, arXiv:2512.07766), and is
// sharp: n orthogonal patterns give W = 0. Every other vector of -1 and +1 that they
// span is fixed too. Of random patterns 0.138 n can be recalled, with a few errors:
// see HebbOverlap. It is an error if the patterns are not of -1 and +1 or not of one
// length.
func Hebb(patterns [][]float64) (*mat.SymDense, error) {
	if err := checkPatterns(patterns); err != nil {
		return nil, err
	}
	m, n := len(patterns), len(patterns[0])
	units := make([]Bits, n) // unit i over the patterns
	for i := range units {
		units[i] = NewBits(m)
		for k, p := range patterns {
			if p[i] > 0 {
				units[i].Flip(k)
			}
		}
	}
	w := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i + 1; j < n; j++ {
			w.SetSym(i, j, float64(m-2*units[i].Distance(units[j]))/float64(n))
		}
	}
	return w, nil
}

// PseudoInverse returns the orthogonal projector W = Xᵀ(XXᵀ)⁻¹X onto the span of the
// patterns, the rows of X. It is positive semidefinite, so that synchronous updates
// lower the energy too, and W ξ = ξ for each pattern, however correlated they are. It
// keeps its diagonal: HollowPseudoInverse does not. It is an error if a pattern is a
// combination of others, and as Hebb's are.
func PseudoInverse(patterns [][]float64) (*mat.SymDense, error) {
	if err := checkPatterns(patterns); err != nil {
		return nil, err
	}
	m, n := len(patterns), len(patterns[0])
	if m > n {
		return nil, fmt.Errorf("hopfield: %d patterns of %d units are linearly dependent: the pseudo-inverse takes at most n", m, n)
	}
	x, overlaps := mat.NewDense(m, n, nil), mat.NewSymDense(m, nil)
	for k, p := range patterns {
		x.SetRow(k, p)
	}
	overlaps.SymOuterK(1, x)
	var chol mat.Cholesky
	if !chol.Factorize(overlaps) || chol.Cond() > 1e12 {
		return nil, fmt.Errorf("hopfield: the patterns are linearly dependent: drop those that are combinations (or equal, or opposite) of others")
	}
	var y mat.Dense
	if err := chol.SolveTo(&y, x); err != nil {
		return nil, fmt.Errorf("hopfield: pseudo-inverse: %w", err)
	}
	var full mat.Dense
	full.Mul(x.T(), &y)
	w := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			w.SetSym(i, j, (full.At(i, j)+full.At(j, i))/2)
		}
	}
	return w, nil
}

// HollowPseudoInverse is PseudoInverse with a zero diagonal. The patterns stay fixed
// where W_ii < 1, and their basins are larger: the diagonal only holds units back.
func HollowPseudoInverse(patterns [][]float64) (*mat.SymDense, error) {
	w, err := PseudoInverse(patterns)
	if err != nil {
		return nil, err
	}
	return Hollow(w), nil
}

// Hollow returns a copy of w with a zero diagonal.
func Hollow(w mat.Symmetric) *mat.SymDense {
	h := mat.NewSymDense(w.SymmetricDim(), nil)
	h.CopySym(w)
	for i := range w.SymmetricDim() {
		h.SetSym(i, i, 0)
	}
	return h
}

// Margins returns ξ_i h_i for each unit of a pattern ξ: it is a fixed point of d if
// all are positive, and the least says how firmly. It panics if the pattern has
// another length.
func (d *Discrete) Margins(pattern []float64) []float64 {
	m := make([]float64, d.n)
	d.Field(m, pattern)
	for i, x := range pattern {
		m[i] *= x
	}
	return m
}
