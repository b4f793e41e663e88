package adjoint

import (
	"math"
	"math/big"

	"hopflow/lyapunov/activation"
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
		decays(e[:n], m[:n], x, 2*rate, 0)
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
		decays(e[:n], m[:n], x, rate, center)
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

// The table of 2^(i/64), each entry in two parts, and the split of ln 2/64 into
// a part of 31 digits, so that n ln2/64 is exact for |n| < 2^17, and the rest.
const (
	powers      = 64
	powersPerE  = powers / math.Ln2
	lnStepHigh  = 0x1.62e42feep-7
	lnStepLow   = math.Ln2/powers - lnStepHigh
	roundByAdd  = 3 << 51 // adding it rounds to an integer, in the low bits
	leastNormal = -708.0  // below it the exponential is subnormal or zero
)

var powerHigh, powerLow = func() (high, low [powers]float64) {
	root := big.NewFloat(2).SetPrec(160)
	for range 6 {
		root.Sqrt(root)
	}
	p := big.NewFloat(1).SetPrec(160)
	for i := range powers {
		high[i], _ = p.Float64()
		low[i], _ = new(big.Float).Sub(p, big.NewFloat(high[i])).Float64()
		p.Mul(p, root)
	}
	return high, low
}()

// decays stores exp(-w) in e and exp(-w) - 1 in m, w = scale |x - center|, both
// right to 2 units in the last place: 2^(k/64) from the table times 1 + p, with
// a polynomial of degree six for p. It takes as many x as there is room in e.
func decays(e, m, x []float64, scale, center float64) {
	const c2, c3, c4, c5, c6 = 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720
	x, m = x[:len(e)], m[:len(e)]
	for j := range e {
		v := -math.Abs(scale * (x[j] - center))
		if !(v >= leastNormal) {
			e[j], m[j] = math.Exp(v), math.Expm1(v)
			continue
		}
		t := v*powersPerE + roundByAdd
		n, bits := t-roundByAdd, math.Float64bits(t)
		r := (v - n*lnStepHigh) - n*lnStepLow
		q := r * r
		p := r + q*((c2+r*c3)+q*((c4+r*c5)+q*c6))
		k := math.Float64frombits(1023<<52 + bits/powers<<52)
		s := k * powerHigh[bits%powers]
		p = s*p + k*powerLow[bits%powers]
		e[j], m[j] = s+p, (s-1)+p
	}
}
