package hopfield

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// An Attention is softmax attention to keys with values of their own,
//
//	query ↦ Σ_j p_j value_j,   p = softmax(β(key_j·query + b_j)):
//
// the update of a softmax network whose patterns are the keys, read out with other
// patterns. β is 1/√d in transformers. Use NewAttention.
type Attention struct{ r retriever }

// NewAttention returns attention to the rows of keys with the rows of values, a
// bias for each (nil is 0), and the sharpness β. It is an error if there are none,
// their numbers differ or something is not finite; it panics unless β is positive
// and finite.
func NewAttention(keys, values mat.Matrix, bias []float64, sharpness float64) (*Attention, error) {
	modernPositive("sharpness", sharpness)
	m, err := NewSoftmax(keys, sharpness, &ModernSettings{Bias: bias})
	if err != nil {
		return nil, err
	}
	n, wide := values.Dims()
	if n != m.n || wide == 0 {
		return nil, fmt.Errorf("hopfield: values are %d x %d for %d keys: give a value, of one component at least, for each key", n, wide, m.n)
	}
	if err := checkFiniteMatrix("value", values); err != nil {
		return nil, err
	}
	return &Attention{retriever{n: n, d: m.d, wide: wide, keys: m.w, values: mat.DenseCopyOf(values).RawMatrix().Data, bias: m.b, beta: sharpness}}, nil
}

// Attend returns the attention of each row of queries, a row each. It does not
// look at Updates and Tolerance; the errors are those of Modern.Retrieve.
func (a *Attention) Attend(queries mat.Matrix, s *RetrieveSettings) (*mat.Dense, error) {
	once := RetrieveSettings{}
	if s != nil {
		once = *s
	}
	once.Updates, once.Tolerance = 1, 0
	r := a.r
	out, err := r.run(queries, &once)
	if out == nil {
		return nil, err
	}
	return out.X, err
}
