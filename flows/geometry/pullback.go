package geometry

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// NewPullback returns the metric that a map y = f(x) from n coordinates into
// Rᵐ pulls back from the Euclidean one, G = JᵀJ with J = ∂y/∂x: the first
// fundamental form of a surface. J comes from differences of fourth order,
// good to about 1e-12. It panics unless 1 <= n <= m and there is a map.
func NewPullback(n, m int, f func(dst, x []float64)) *Matrix {
	if n < 1 || m < n || f == nil {
		panic("geometry: a pullback needs a map from n coordinates to at least as many")
	}
	jac := make([]float64, n*m) // row i is ∂y/∂x_i
	x, y := make([]float64, n), make([]float64, m)
	var metric *Matrix
	metric = NewMatrix(n, func(g *mat.SymDense, at []float64) {
		copy(x, at)
		for i := range n {
			row := jac[i*m : (i+1)*m]
			clear(row)
			h := 1e-3 * extent(metric, at, i)
			for _, p := range stencil {
				x[i] = at[i] + p.at*h
				f(y, x)
				for k := range row {
					row[k] += p.weight * y[k] / (12 * h)
				}
			}
			x[i] = at[i]
			for j := range i + 1 {
				var s float64
				for k := range row {
					s += row[k] * jac[j*m+k]
				}
				g.SetSym(i, j, s)
			}
		}
	})
	return metric
}

// NewFisher returns the Fisher metric of a family of distributions on finitely
// many outcomes with n parameters, G_ij = Σ_k ∂_i p_k ∂_j p_k / p_k, as the
// pullback of the sphere 2√p. It needs nothing but the probabilities, which
// prob stores in p: the independent route to Simplex, Softmax and Tanh. Within
// sets the domain of the parameters. It panics unless there are more outcomes
// than parameters.
func NewFisher(n, outcomes int, prob func(p, x []float64)) *Matrix {
	if prob == nil || outcomes <= n {
		panic("geometry: a Fisher metric needs probabilities, and more outcomes than parameters")
	}
	return NewPullback(n, outcomes, func(dst, x []float64) {
		prob(dst, x)
		for k, p := range dst {
			dst[k] = 2 * math.Sqrt(p)
		}
	})
}

// NewBinomial returns the Fisher metric of independent binomial distributions
// in their probabilities x_i, g_ii = n_i/(x_i(1-x_i)), where n_i is the number
// of draws: 1 is the Bernoulli family. It is the tanh metric of [HF] (24) with
// β = 1/(4n). It panics unless all numbers of draws are positive and finite.
func NewBinomial(draws ...float64) *Tanh {
	beta := make([]float64, len(draws))
	for i, n := range draws {
		beta[i] = 1 / (4 * n)
	}
	return NewTanh(beta...)
}
