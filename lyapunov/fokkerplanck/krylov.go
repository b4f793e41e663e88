package fokkerplanck

import (
	"cmp"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// krylov bounds the dimension of a Krylov space.
const krylov = 240

// spectral is how well an eigenvalue of the step has to be known.
const spectral = 1e-11

// space builds a Krylov space and its Hessenberg matrix h (column j has the
// components of the image of basis vector j), and calls done after every few
// vectors.
func (op *inverse) space(rng *rand.Rand, done func(basis [][]float64, h [][]float64, rest float64) bool) error {
	most := min(krylov, len(op.root)-len(op.known))
	basis := [][]float64{op.start(rng)}
	var h [][]float64
	for {
		v := make([]float64, len(op.root))
		if err := op.apply(v, basis[len(basis)-1]); err != nil {
			return err
		}
		orthogonalise(v, op.known, nil)
		column := make([]float64, len(basis))
		orthogonalise(v, basis, column)
		orthogonalise(v, op.known, nil)
		rest := normalise(v)
		h = append(h, append(column, rest))
		full := len(basis) == most || rest < 1e-15
		if (len(basis)%5 == 0 || full) && done(basis, h, rest) {
			return nil
		}
		if full {
			return fmt.Errorf("fokkerplanck: the eigenvalues have not converged in a Krylov space of dimension %d: ask for fewer, or take a coarser grid", len(basis))
		}
		basis = append(basis, v)
	}
}

// lanczos returns up to k rates and their vectors.
func (op *inverse) lanczos(k int, rng *rand.Rand) (rates []float64, vectors [][]float64, err error) {
	if len(op.root) <= len(op.known) {
		return nil, nil, nil
	}
	err = op.space(rng, func(basis, h [][]float64, rest float64) bool {
		n := len(h)
		t := mat.NewSymDense(n, nil)
		for j := range n {
			for i := range j + 1 {
				t.SetSym(i, j, (h[j][i]+at(h[i], j))/2)
			}
		}
		var eig mat.EigenSym
		if !eig.Factorize(t, true) {
			return false
		}
		var s mat.Dense
		eig.VectorsTo(&s)
		theta := eig.Values(nil) // ascending: the largest are the slowest
		exhausted := rest < 1e-15 || n == len(op.root)-len(op.known)
		want := min(k, n)
		for i := range want {
			if math.Abs(rest*s.At(n-1, n-1-i)) > spectral*theta[n-1-i] && !exhausted {
				return false
			}
		}
		if want < k && !exhausted {
			return false
		}
		for i := range want {
			v := make([]float64, len(op.root))
			for j, b := range basis {
				for c, x := range b {
					v[c] += s.At(j, n-1-i) * x
				}
			}
			normalise(v)
			rates = append(rates, (1/theta[n-1-i]-1)/op.tau)
			vectors = append(vectors, v)
		}
		return true
	})
	return rates, vectors, err
}

// at returns component i of a column of a Hessenberg matrix.
func at(column []float64, i int) float64 {
	if i < len(column) {
		return column[i]
	}
	return 0
}

// arnoldi returns the k rates of the least real part.
func (op *inverse) arnoldi(k int, rng *rand.Rand) (rates []complex128, err error) {
	err = op.space(rng, func(_, h [][]float64, rest float64) bool {
		n := len(h)
		m := mat.NewDense(n, n, nil)
		for j := range n {
			for i := range min(len(h[j]), n) {
				m.Set(i, j, h[j][i])
			}
		}
		var eig mat.Eigen
		if n < k || !eig.Factorize(m, mat.EigenRight) {
			return false
		}
		var s mat.CDense
		eig.VectorsTo(&s)
		values := eig.Values(nil)
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		rate := func(i int) complex128 { return (1/values[i] - 1) / complex(op.tau, 0) }
		slices.SortFunc(order, func(a, b int) int {
			return cmp.Or(cmp.Compare(real(rate(a)), real(rate(b))), cmp.Compare(imag(rate(a)), imag(rate(b))))
		})
		rates = rates[:0]
		for _, i := range order[:k] {
			if rest*cmplx.Abs(s.At(n-1, i)) > spectral*cmplx.Abs(values[i]) && rest > 1e-15 {
				return false
			}
			rates = append(rates, rate(i))
		}
		return true
	})
	return rates, err
}
