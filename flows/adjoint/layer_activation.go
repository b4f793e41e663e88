package adjoint

import (
	"fmt"
	"strings"

	"hopflow/lyapunov/activation"
)

// Activation returns the layer σ(x), coordinate by coordinate: with one function,
// the same for all coordinates of as many numbers as come; with several, the i-th
// for coordinate i. It panics without a function.
func Activation(f ...activation.Function) Layer {
	if len(f) == 0 {
		panic("adjoint: Activation without a function")
	}
	for _, g := range f {
		if g == nil {
			panic("adjoint: an activation function is nil")
		}
	}
	return activationLayer{append([]activation.Function(nil), f...)}
}

type activationLayer struct{ functions []activation.Function }

func (l activationLayer) String() string {
	names := make([]string, len(l.functions))
	for i, f := range l.functions {
		names[i] = strings.TrimPrefix(fmt.Sprintf("%T%+v", f, f), "activation.")
	}
	return "Activation(" + strings.Join(names, ", ") + ")"
}

func (l activationLayer) width() int {
	if len(l.functions) == 1 {
		return 0
	}
	return len(l.functions)
}

func (l activationLayer) outputs(in int) (int, error) {
	if w := l.width(); w != 0 && w != in {
		return 0, fmt.Errorf("%v gets %d numbers, takes %d", l, in, w)
	}
	return in, nil
}

func (activationLayer) blocks(int) []Block { return nil }

func (l activationLayer) complexRate(dst []complex128, _ complex128, x, _ []complex128) {
	for i, v := range x {
		dst[i] = complexValue(l.functions[i%len(l.functions)], v)
	}
}

func (l activationLayer) at(in, batch int) worker {
	w := &activationWorker{size: in * batch, run: in * batch}
	if len(l.functions) > 1 {
		w.run = batch
	}
	for _, f := range l.functions {
		w.rows = append(w.rows, rowOf(f))
	}
	return w
}

// An activationWorker keeps the derivatives. Row i, of length run, is mapped by
// rows[i]; run is all there is where one function maps everything.
type activationWorker struct {
	size, run int
	rows      []row
}

func (w *activationWorker) reset([]float64) {}
func (w *activationWorker) memo() int       { return w.size }
func (w *activationWorker) input() bool     { return false }

func (w *activationWorker) rate(dst []float64, _ float64, x, memo []float64) {
	for i, f := range w.rows {
		from, to := i*w.run, (i+1)*w.run
		if memo == nil {
			f(dst[from:to], nil, x[from:to])
			continue
		}
		f(dst[from:to], memo[from:to], x[from:to])
	}
}

func (w *activationWorker) pull(dx, _ []float64, _ float64, _, memo, a []float64) float64 {
	memo, a = memo[:len(dx)], a[:len(dx)]
	for i := range dx {
		dx[i] += a[i] * memo[i]
	}
	return 0
}
