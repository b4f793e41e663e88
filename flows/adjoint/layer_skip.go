package adjoint

import (
	"fmt"
	"math"
)

// Residual returns x + F(x), F the composition of the layers, the first one
// first. It panics unless they give as many numbers as they take.
func Residual(layers ...Layer) Layer {
	return newSkip(skip{kind: "Residual", keep: 1, gain: 1, inner: layers})
}

// Leak returns -x/τ + F(x), F the composition of the layers: with
// Affine(d, d), Activation(σ) the network x' = -x/τ + σ(W x + b). It panics
// unless τ is positive and finite.
func Leak(tau float64, layers ...Layer) Layer {
	return newSkip(skip{kind: "Leak", tau: tau, keep: -1 / tau, gain: 1, inner: layers})
}

// Relax returns (F(x) - x)/τ, F the composition of the layers: with
// Affine(d, d), Activation(σ) the continuous Hopfield network
// τ x' = -x + σ(W x + b) of [NH] Definition 5. It panics unless τ is positive
// and finite.
func Relax(tau float64, layers ...Layer) Layer {
	return newSkip(skip{kind: "Relax", tau: tau, keep: -1 / tau, gain: 1 / tau, inner: layers})
}

// A skip is keep x + gain F(x).
type skip struct {
	kind       string
	tau        float64 // of Leak and Relax
	keep, gain float64
	inner      chain
}

func newSkip(l skip) skip {
	if l.kind != "Residual" && (!(l.tau > 0) || math.IsInf(l.tau, 0) || math.IsInf(l.keep, 0)) {
		panic(fmt.Sprintf("adjoint: %s: τ is %g, want a positive finite number", l.kind, l.tau))
	}
	l.inner = append(chain(nil), l.inner...)
	for _, m := range l.inner {
		if m == nil {
			panic(fmt.Sprintf("adjoint: %s: a layer is nil", l.kind))
		}
	}
	if in := l.inner.width(); in != 0 {
		if _, err := l.outputs(in); err != nil {
			panic("adjoint: " + err.Error())
		}
	}
	return l
}

func (l skip) String() string {
	head := ""
	if l.kind != "Residual" {
		head = fmt.Sprint(l.tau)
	}
	return written(l.kind, head, l.inner)
}

func (l skip) width() int { return l.inner.width() }

func (l skip) outputs(in int) (int, error) {
	out, err := l.inner.outputs(in)
	if err == nil && out != in {
		err = fmt.Errorf("%v adds %d numbers to %d: let its last layer give what its first takes", l, out, in)
	}
	return out, err
}

func (l skip) blocks(in int) []Block { return l.inner.blocks(in) }

func (l skip) complexRate(dst []complex128, t complex128, x, theta []complex128) {
	l.inner.complexRate(dst, t, x, theta)
	for i, v := range x {
		dst[i] = complex(l.keep, 0)*v + complex(l.gain, 0)*dst[i]
	}
}

func (l skip) at(in, batch int) worker {
	w := &skipWorker{worker: l.inner.at(in, batch), keep: l.keep, gain: l.gain}
	if l.gain != 1 {
		w.scaled = make([]float64, in*batch)
	}
	return w
}

// A skipWorker keeps what its inner layers keep.
type skipWorker struct {
	worker
	keep, gain float64
	scaled     []float64 // gain a
}

func (w *skipWorker) rate(dst []float64, t float64, x, memo []float64) {
	w.worker.rate(dst, t, x, memo)
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = w.keep*v + w.gain*dst[i]
	}
}

func (w *skipWorker) pull(dx, dtheta []float64, t float64, x, memo, a []float64) float64 {
	addScaled(dx, w.keep, a)
	if w.scaled != nil {
		for i, v := range a {
			w.scaled[i] = w.gain * v
		}
		a = w.scaled
	}
	return w.worker.pull(dx, dtheta, t, x, memo, a)
}
