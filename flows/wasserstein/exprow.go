package wasserstein

import "math"

// The table of 2^(i/64) and the split of ln 2/64 into a part of 31 digits, so
// that n ln2/64 is exact for |n| < 2^17, and the rest.
const (
	expTableSize = 64
	expPerUnit   = expTableSize / math.Ln2
	expHigh      = 0x1.62e42feep-7
	expLow       = math.Ln2/expTableSize - expHigh
	expRound     = 3 << 51 // adding it rounds to an integer, in the low bits
	expZero      = -746.0  // and below this it is zero
	expLeast     = -708.0  // below it a result is subnormal or zero
	expMost      = 709.78  // ln of the largest float64 is 709.7827
)

var expTable = func() (t [expTableSize]float64) {
	for i := range t {
		t[i] = math.Exp2(float64(i) / expTableSize)
	}
	return t
}()

// expRow stores exp(scale x_j + shift) in dst, which may be x, and returns the
// sum: the row of exponentials on which the speed of this package rests. The
// exponential is 2^(k/64) from a table times a polynomial of degree five in
// the rest, right to 2 units in the last place, at twice the speed of math.Exp;
// results below 2^-1022 come from math.Exp. Plain multiplications are no slower
// here than math.FMA, and do not turn slow where the processor has none.
func expRow(dst, x []float64, scale, shift float64) (sum float64) {
	const c2, c3, c4, c5 = 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120
	x = x[:len(dst)]
	for j := range dst {
		v := scale*x[j] + shift
		if !(v >= expLeast && v <= expMost) {
			e := 0.0
			if !(v < expZero) {
				e = math.Exp(v)
			}
			dst[j], sum = e, sum+e
			continue
		}
		t := v*expPerUnit + expRound
		n, bits := t-expRound, math.Float64bits(t)
		r := (v - n*expHigh) - n*expLow
		q := r * r
		p := r + q*((c2+r*c3)+q*(c4+r*c5))
		s := expTable[bits%expTableSize]
		s += s * p
		e := math.Float64frombits(math.Float64bits(s) + bits/expTableSize<<52)
		dst[j], sum = e, sum+e
	}
	return sum
}
