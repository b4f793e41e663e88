package hopfield

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// MacKay trains weights by algorithm 42.9 of MacKay (Information Theory, Inference,
// and Learning Algorithms, 2003): from W = XᵀX, gradient steps with weight decay on
// the cross entropy with which each unit is predicted by the others,
//
//	G(W) = Σ_k Σ_i ln(1 + exp(-ξ_i a_i)),  a = Wξ_k,   W_ii = 0.
//
// [NH] Algorithm 1 is not a generalisation of it, as the source says: the two share
// the idea that each pattern should predict itself, but not loss, start, biases,
// decay, or the order of the steps.
type MacKay struct {
	Rate       float64 // η of a step; 0 is 0.1
	Decay      float64 // α, the weight decay, at least 0
	Iterations int     // 0 is 100
}

// MacKayResult is what training gave.
type MacKayResult struct {
	// W has a zero diagonal. As printed, the algorithm zeroes it at the start of each
	// iteration only, and returns what the last step put there: Diagonal.
	W        *mat.SymDense
	Diagonal []float64
	// Objective is G before each iteration and at the end.
	Objective []float64
}

// Weights is the Rule of these settings.
func (m MacKay) Weights(patterns [][]float64) (*mat.SymDense, error) {
	r, err := m.Train(patterns)
	if err != nil {
		return nil, err
	}
	return r.W, nil
}

// Train runs the algorithm. It is an error if the patterns are not of -1 and +1 or
// not of one length, if a setting is negative or not finite, or if the weights grow
// without bound: then the rate is too large.
func (m MacKay) Train(patterns [][]float64) (*MacKayResult, error) {
	if err := checkPatterns(patterns); err != nil {
		return nil, err
	}
	if m.Rate == 0 {
		m.Rate = 0.1
	}
	if m.Iterations == 0 {
		m.Iterations = 100
	}
	if err := checkFinite("rate and decay", []float64{m.Rate, m.Decay}); err != nil {
		return nil, err
	}
	if m.Rate < 0 || m.Decay < 0 || m.Iterations < 0 {
		return nil, fmt.Errorf("hopfield: MacKay %+v: no setting may be negative", m)
	}
	n := len(patterns[0])
	x := mat.NewDense(len(patterns), n, nil)
	for k, p := range patterns {
		x.SetRow(k, p)
	}
	w, g := mat.NewSymDense(n, nil), mat.NewSymDense(n, nil)
	w.SymOuterK(1, x.T())
	r := &MacKayResult{Diagonal: make([]float64, n)}
	for k := range m.Iterations {
		w = Hollow(w)
		r.Objective = append(r.Objective, mackayGradient(g, w, x))
		for i := range n {
			for j := i; j < n; j++ {
				w.SetSym(i, j, w.At(i, j)+m.Rate*(g.At(i, j)-m.Decay*w.At(i, j)))
			}
		}
		if err := checkFiniteMatrix("W", w); err != nil {
			return nil, fmt.Errorf("hopfield: MacKay's algorithm diverges in iteration %d (%w): lower the rate", k, err)
		}
	}
	for i := range n {
		r.Diagonal[i] = w.At(i, i)
	}
	r.W = Hollow(w)
	r.Objective = append(r.Objective, mackayGradient(g, r.W, x))
	return r, nil
}

// mackayGradient stores XᵀE + EᵀX in g, E = T - logistic(XW) with the targets T = (X +
// 1)/2, and returns the cross entropy. It is -1 times its gradient in the entries W_ij
// = W_ji that vary together.
func mackayGradient(g, w *mat.SymDense, x *mat.Dense) (objective float64) {
	var a mat.Dense
	a.Mul(x, w)
	a.Apply(func(k, i int, a float64) float64 {
		s := x.At(k, i)
		t := s * a
		objective += math.Max(-t, 0) + math.Log1p(math.Exp(-math.Abs(t)))
		return s / (1 + math.Exp(t)) // t - y = s (1 - logistic(s a))
	}, &a)
	var p mat.Dense
	p.Mul(x.T(), &a)
	for i := range g.SymmetricDim() {
		for j := i; j < g.SymmetricDim(); j++ {
			g.SetSym(i, j, p.At(i, j)+p.At(j, i))
		}
	}
	return objective
}
