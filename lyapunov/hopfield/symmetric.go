package hopfield

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// ProjectSymmetric replaces w by the nearest symmetric matrix with zero
// diagonal, (W + Wᵀ)/2 off the diagonal: an orthogonal projection. It panics if w
// is not square.
func ProjectSymmetric(w *mat.Dense) {
	n, cols := w.Dims()
	if n != cols {
		panic(fmt.Sprintf("hopfield: a %d x %d matrix can't be symmetric", n, cols))
	}
	for i := range n {
		w.Set(i, i, 0)
		for j := range i {
			v := (w.At(i, j) + w.At(j, i)) / 2
			w.Set(i, j, v)
			w.Set(j, i, v)
		}
	}
}

// FromUpper returns the symmetric matrix with zero diagonal and the free
// parameters w of the order (0,1), (0,2), ..., (1,2), ... It panics unless
// there are n(n-1)/2.
func FromUpper(n int, w []float64) *mat.SymDense {
	checkLen(w, n*(n-1)/2)
	full := make([]float64, n*n)
	SpreadUpper(full, n, w)
	return mat.NewSymDense(n, full)
}

// SpreadUpper stores the first n(n-1)/2 numbers of w, in the order of FromUpper,
// off the diagonal of full, n x n and row by row. It leaves the diagonal alone.
func SpreadUpper[T any](full []T, n int, w []T) {
	k := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			full[i*n+j], full[j*n+i] = w[k], w[k]
			k++
		}
	}
}

// FoldUpper adds G_ij + G_ji for i < j to dst, full being G row by row: the
// gradient that UpperGradient returns.
func FoldUpper(dst, full []float64, n int) {
	k := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			dst[k] += full[i*n+j] + full[j*n+i]
			k++
		}
	}
}

// Upper returns the free parameters of a symmetric matrix with zero diagonal;
// it is an error if w is not one.
func Upper(w mat.Matrix) ([]float64, error) {
	if err := checkSquare("W", w); err != nil {
		return nil, err
	}
	if err := checkSymmetric("W", w); err != nil {
		return nil, err
	}
	if err := checkZeroDiagonal("W", w); err != nil {
		return nil, err
	}
	n, _ := w.Dims()
	out := make([]float64, 0, n*(n-1)/2)
	for i := range n {
		for j := i + 1; j < n; j++ {
			out = append(out, w.At(i, j))
		}
	}
	return out, nil
}

// UpperGradient returns G_ij + G_ji for i < j: the gradient with respect to the
// free parameters, from that with respect to all entries. Plain descent with
// ProjectSymmetric after every step and the rate η is the same as descent in the
// free parameters with the rate η/2; with momentum, with Adam, or with a
// projection once a pass it is not.
func UpperGradient(g mat.Matrix) []float64 {
	n, _ := g.Dims()
	out := make([]float64, n*(n-1)/2)
	FoldUpper(out, mat.DenseCopyOf(g).RawMatrix().Data, n)
	return out
}

// GlorotWeights returns the projection, by ProjectSymmetric, of a matrix with
// independent entries uniform on ±√(6/(n+n)) (Glorot and Bengio 2010), drawn
// from the seed. Projection halves the variance.
func GlorotWeights(n int, seed uint64) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 0))
	bound := math.Sqrt(3 / float64(n))
	w := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			w.Set(i, j, bound*(2*rng.Float64()-1))
		}
	}
	ProjectSymmetric(w)
	return w
}
