package landscape

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Homogeneous is E(x) = h(x)·h(x) for a network of rectifiers and linear maps
// without biases,
//
//	h(x) = W_L r(W_{L-1} r(... r(W_1 x))),   r(u) = max(u, 0),
//
// [CH] Theorem 3, corrected: h(λx) = λ h(x) for λ > 0 only, and not with biases
// unless they are scaled along; then E(λx) = λ² E(x), x·∇E = 2E, and the flow
// -∇E is invariant under rescaling. E falls to 0 along it, the minima are the
// cone h = 0, and every critical point is one.
//
// WithBias adds biases. E is not C¹: on the surfaces where the argument of a rectifier is 0 the
// gradient jumps, and there the derivative of r is taken to be 0.
type Homogeneous struct {
	layers []*mat.Dense
	biases [][]float64 // nil, or one for each layer
}

var _ Smooth = (*Homogeneous)(nil)

// NewHomogeneous returns the energy of the network with matrices W_1, ..., W_L.
// It panics unless there is one, all entries are finite, and each matrix has as
// many columns as the one before has rows.
func NewHomogeneous(layers ...mat.Matrix) *Homogeneous {
	if len(layers) == 0 {
		panic("landscape: a network without layers")
	}
	h := &Homogeneous{}
	for l, w := range layers {
		rows, cols := w.Dims()
		for i := range rows {
			for j := range cols {
				finite(fmt.Sprintf("entry (%d, %d) of layer %d", i, j, l), w.At(i, j))
			}
		}
		if l > 0 {
			if out, _ := layers[l-1].Dims(); out != cols {
				panic(fmt.Sprintf("landscape: layer %d takes %d numbers, layer %d gives %d", l, cols, l-1, out))
			}
		}
		h.layers = append(h.layers, mat.DenseCopyOf(w))
	}
	return h
}

// WithBias returns the energy of the network W_l r(...) + b_l with the given
// biases, one for each of the first layers; the layers behind them have none.
// It is homogeneous no more: h(λx; λb) = λ h(x; b) for λ > 0 is what remains of
// [CH] Theorem 3 for a single bias b = b_1. It panics unless the lengths are
// those of the layers' outputs and all entries are finite.
func (h *Homogeneous) WithBias(biases ...[]float64) *Homogeneous {
	if len(biases) > len(h.layers) {
		panic(fmt.Sprintf("landscape: %d biases for %d layers", len(biases), len(h.layers)))
	}
	out := &Homogeneous{layers: h.layers, biases: make([][]float64, len(h.layers))}
	for l, w := range h.layers {
		rows, _ := w.Dims()
		out.biases[l] = make([]float64, rows)
		if l < len(biases) {
			length(biases[l], rows)
			for i, b := range biases[l] {
				finite(fmt.Sprintf("entry %d of bias %d", i, l), b)
			}
			copy(out.biases[l], biases[l])
		}
	}
	return out
}

// Dim returns the number of columns of W_1.
func (h *Homogeneous) Dim() int {
	_, n := h.layers[0].Dims()
	return n
}

// Output returns h(x).
func (h *Homogeneous) Output(x []float64) []float64 {
	acts := h.forward(x)
	return acts[len(acts)-1]
}

// forward returns x, the rectified values of every layer but the last, and h.
func (h *Homogeneous) forward(x []float64) [][]float64 {
	length(x, h.Dim())
	acts := [][]float64{x}
	for l, w := range h.layers {
		rows, _ := w.Dims()
		y := make([]float64, rows)
		if h.biases != nil {
			copy(y, h.biases[l])
		}
		for i := range y {
			for j, xj := range acts[l] {
				y[i] += w.At(i, j) * xj
			}
			if l < len(h.layers)-1 && y[i] < 0 {
				y[i] = 0
			}
		}
		acts = append(acts, y)
	}
	return acts
}

// Value returns h·h.
func (h *Homogeneous) Value(x []float64) float64 {
	var s float64
	for _, y := range h.Output(x) {
		s += y * y
	}
	return s
}

// Gradient stores 2 Jᵀh in dst, J = ∂h/∂x, by one sweep backwards.
func (h *Homogeneous) Gradient(dst, x []float64) {
	length(dst, h.Dim())
	acts := h.forward(x)
	back := acts[len(acts)-1]
	for l := len(h.layers) - 1; l >= 0; l-- {
		w := h.layers[l]
		rows, cols := w.Dims()
		next := make([]float64, cols)
		for j := range next {
			if l > 0 && acts[l][j] <= 0 {
				continue
			}
			for i := range rows {
				next[j] += w.At(i, j) * back[i]
			}
		}
		back = next
	}
	for i, b := range back {
		dst[i] = 2 * b
	}
}

// Hessian stores 2 JᵀJ in dst, the second derivative away from the kinks.
func (h *Homogeneous) Hessian(dst *mat.SymDense, x []float64) {
	acts := h.forward(x)
	jac := mat.DenseCopyOf(h.layers[0])
	for l, w := range h.layers[1:] {
		_, cols := jac.Dims()
		for i, a := range acts[l+1] {
			if a <= 0 {
				jac.SetRow(i, make([]float64, cols))
			}
		}
		var next mat.Dense
		next.Mul(w, jac)
		jac = &next
	}
	dst.SymOuterK(2, jac.T())
}
