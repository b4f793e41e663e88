package wasserstein

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// A gaussianAxis is exp(-(s-t)²/(2ε)) on an interval as a sum of products.
type gaussianAxis struct {
	lo, hi       float64
	degree, rank int // nodes of the interpolation, and functions kept
	// form maps the Chebyshev polynomials at a point, degree of them, to the
	// functions φ there, rank of them.
	form []float64
	err  float64 // the largest found
}

// newGaussianAxis takes as many nodes as the tolerance needs.
func newGaussianAxis(lo, hi, eps, tol float64) (gaussianAxis, error) {
	if hi == lo {
		hi = lo + math.Sqrt(eps) // one point; any interval that has it
	}
	width := (hi - lo) / (2 * math.Sqrt(eps))
	a := gaussianAxis{lo: lo, hi: hi, err: math.Inf(1)}
	for a.degree = 4 + int(math.Min(1.5*width, mostDegree)); a.degree <= mostDegree; a.degree += 2 {
		a.build(eps, tol)
		if a.err <= tol {
			return a, nil
		}
	}
	return a, &Error{Reason: ErrDegree, Iterations: a.degree - 2, MarginalError: a.err, Tolerance: tol, Epsilon: eps}
}

// node returns Chebyshev point k of n in [-1, 1].
func node(k, n int) float64 { return math.Cos(float64(2*k+1) * math.Pi / float64(2*n)) }

// build finds the functions for a.degree nodes: √λ_r q_r interpolated, where
// λ_r, q_r are the eigenpairs of the Gaussian on the nodes. What is dropped is
// at most the sum of the dropped λ, times the squared norm of the basis, below 2.
func (a *gaussianAxis) build(eps, tol float64) {
	n, half := a.degree, (a.hi-a.lo)/2
	values := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			d := half * (node(i, n) - node(j, n))
			values.SetSym(i, j, math.Exp(-d*d/(2*eps)))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(values, true) {
		a.err = math.Inf(1)
		return
	}
	lambda := eigen.Values(nil) // ascending
	var q, weights, form mat.Dense
	eigen.VectorsTo(&q)
	first, dropped := 0, 0.0
	for first < n-1 && dropped+math.Max(lambda[first], 0) <= tol/8 {
		dropped += math.Max(lambda[first], 0)
		first++
	}
	a.rank = n - first
	weights.CloneFrom(q.Slice(0, n, first, n))
	weights.Apply(func(_, r int, v float64) float64 { return v * math.Sqrt(math.Max(lambda[first+r], 0)) }, &weights)
	interpolation := mat.NewDense(n, n, nil) // Lagrange basis in Chebyshev polynomials
	interpolation.Apply(func(k, p int, _ float64) float64 {
		c := 2 / float64(n) * math.Cos(float64(p)*float64(2*k+1)*math.Pi/float64(2*n))
		if p == 0 {
			c /= 2
		}
		return c
	}, interpolation)
	form.Mul(weights.T(), interpolation)
	a.form = form.RawMatrix().Data
	a.err = a.measure(eps)
}

// measure returns the largest error on points between the nodes.
func (a *gaussianAxis) measure(eps float64) (worst float64) {
	n := 3*a.degree + 1
	theta, phi := make([]float64, n), make([]float64, a.rank*n)
	for i := range theta {
		theta[i] = a.lo + (a.hi-a.lo)*float64(i)/float64(n-1)
	}
	a.values(phi, n, theta, make([]float64, a.degree*n))
	for i := range n {
		for j := i; j < n; j += 2 {
			var s float64
			for r := range a.rank {
				s += phi[r*n+i] * phi[r*n+j]
			}
			d := theta[i] - theta[j]
			worst = math.Max(worst, math.Abs(s-math.Exp(-d*d/(2*eps))))
		}
	}
	return worst
}

// values stores φ_r(θ_i) in dst, whose rows have the given stride; work takes a
// row of len(theta) for each degree.
func (a *gaussianAxis) values(dst []float64, stride int, theta, work []float64) {
	n := len(theta)
	t := blas64.General{Rows: a.degree, Cols: n, Stride: n, Data: work[:a.degree*n]}
	fill(work[:n], 1)
	for i, v := range theta {
		work[n+i] = 2*(v-a.lo)/(a.hi-a.lo) - 1
	}
	s := work[n : 2*n]
	for p := 2; p < a.degree; p++ { // T_p = 2s T_(p-1) - T_(p-2)
		two, one, row := work[(p-2)*n:(p-1)*n], work[(p-1)*n:p*n], work[p*n:(p+1)*n]
		for i := range row {
			row[i] = 2*s[i]*one[i] - two[i]
		}
	}
	for r := range a.rank {
		form := vector(a.form[r*a.degree : (r+1)*a.degree])
		blas64.Gemv(blas.Trans, 1, t, form, 0, vector(dst[r*stride:r*stride+n]))
	}
}
