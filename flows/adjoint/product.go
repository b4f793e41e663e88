package adjoint

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// The three products on which the speed of this package rests: all work on a
// batch is in them and in a row of activations. Matrices are row-major, w is
// out x in, what lies in a batch has a coordinate a row.
//
// A product of matrices is taken row by row, as matrix times vector: at the
// sizes of such networks gonum does that at twice the speed of its product of
// matrices, whose inner loop stores what it sums.

var kernel gonum.Implementation

// tile is the number of states that are treated together: so many columns of an
// operand stay in the nearest cache while all rows of the other pass.
const tile = 64

// addProduct adds w x to dst: out x batch, w by in x batch.
func addProduct(dst, w, x []float64, out, in, batch int) {
	if batch == 1 {
		kernel.Dgemv(blas.NoTrans, out, in, 1, w, in, x, 1, 1, dst, 1)
		return
	}
	for k := 0; k < batch; k += tile {
		n := min(tile, batch-k)
		for i := range out {
			kernel.Dgemv(blas.Trans, in, n, 1, x[k:], batch, w[i*in:], 1, 1, dst[i*batch+k:], 1)
		}
	}
}

// addTransposed adds wᵀ a to dx: in x batch, a by out x batch. transposed is wᵀ,
// in x out; a batch of one does without.
func addTransposed(dx, w, transposed, a []float64, out, in, batch int) {
	if batch == 1 {
		kernel.Dgemv(blas.Trans, out, in, 1, w, in, a, 1, 1, dx, 1)
		return
	}
	addProduct(dx, transposed, a, in, out, batch)
}

// addOuter adds a xᵀ, summed over the batch, to dw: out x in.
func addOuter(dw, a, x []float64, out, in, batch int) {
	if batch == 1 {
		kernel.Dger(out, in, 1, a, 1, x, 1, dw, in)
		return
	}
	for k := 0; k < batch; k += tile {
		n := min(tile, batch-k)
		for i := range out {
			kernel.Dgemv(blas.NoTrans, in, n, 1, x[k:], batch, a[i*batch+k:], 1, 1, dw[i*in:], 1)
		}
	}
}

// transpose stores the transpose of w, rows x cols, in dst.
func transpose(dst, w []float64, rows, cols int) {
	for i := range rows {
		for j, v := range w[i*cols : (i+1)*cols] {
			dst[j*rows+i] = v
		}
	}
}

// addScaled adds alpha x to dst.
func addScaled(dst []float64, alpha float64, x []float64) {
	kernel.Daxpy(len(dst), alpha, x, 1, dst, 1)
}
