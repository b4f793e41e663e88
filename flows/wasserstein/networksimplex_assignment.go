package wasserstein

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Assignment returns the permutation with the least Σ_i C[i, p(i)], and that
// sum: optimal transport between equal weights, times their number. It is an
// error if a cost is not finite or is negative. It panics unless c is square.
func Assignment(c *mat.Dense) (p []int, total float64, err error) {
	if err := CheckCosts(c); err != nil {
		return nil, 0, err
	}
	n, m := c.Dims()
	if n != m {
		panic(fmt.Sprintf("wasserstein: length mismatch: an assignment of %d to %d", n, m))
	}
	one := make([]int64, n)
	for i := range one {
		one[i] = 1 // integers stay integers in every pivot
	}
	plan, err := transport(c, one, one, mostPivots(n, n))
	if err != nil {
		return nil, 0, err
	}
	p, terms := make([]int, n), make([]float64, n)
	for _, e := range plan.M.pairs {
		p[e.From], terms[e.From] = e.To, c.At(e.From, e.To)
	}
	return p, sum(terms), nil
}
