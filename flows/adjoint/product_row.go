package adjoint

import (
	"math"

	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/exponential"
)

// A row stores σ(x_j) in dst and, unless deriv is nil, σ'(x_j) in deriv: the row
// of activations that with the three products is all the work on a batch.
type row func(dst, deriv, x []float64)

// rowOf returns the row of an activation: value and derivative from one
// exponential for tanh and logistic, and otherwise one after the other.
func rowOf(f activation.Function) row {
	switch f := f.(type) {
	case activation.Tanh:
		return func(dst, deriv, x []float64) { tanhRow(dst, deriv, x, f.Rate) }
	case activation.Logistic:
		return func(dst, deriv, x []float64) { logisticRow(dst, deriv, x, f.Rate, f.Center) }
	}
	return func(dst, deriv, x []float64) {
		for j, v := range x {
			dst[j] = f.Value(v)
		}
		if deriv == nil {
			return
		}
		for j, v := range x {
			deriv[j] = f.Deriv(v)
		}
	}
}

// block is how many exponentials are taken at a time.
const block = 64

// tanhRow has tanh(rate x) = -m/(1+e) and its derivative 4 rate e/(1+e)², with
// e = exp(-2 rate |x|) and m = e - 1, so that neither end cancels.
func tanhRow(dst, deriv, x []float64, rate float64) {
	var e, m [block]float64
	for len(x) > 0 {
		n := min(block, len(x))
		exponential.Decay(e[:n], m[:n], x, 2*rate, 0)
		for j, v := range x[:n] {
			r := 1 / (1 + e[j])
			dst[j] = math.Copysign(m[j]*r, v)
			if deriv != nil {
				deriv[j] = 4 * rate * (e[j] * r) * r
			}
		}
		if x, dst = x[n:], dst[n:]; deriv != nil {
			deriv = deriv[n:]
		}
	}
}

// logisticRow has 1/(1+e) or, left of the center, e/(1+e), and the derivative
// rate e/(1+e)², with e = exp(-rate |x - center|).
func logisticRow(dst, deriv, x []float64, rate, center float64) {
	var e, m [block]float64
	for len(x) > 0 {
		n := min(block, len(x))
		exponential.Decay(e[:n], m[:n], x, rate, center)
		for j, v := range x[:n] {
			r := 1 / (1 + e[j])
			small := e[j] * r
			dst[j] = r
			if v < center {
				dst[j] = small
			}
			if deriv != nil {
				deriv[j] = rate * small * r
			}
		}
		if x, dst = x[n:], dst[n:]; deriv != nil {
			deriv = deriv[n:]
		}
	}
}
