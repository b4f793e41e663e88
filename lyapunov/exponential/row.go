package exponential

import "math"

// Row stores exp(scale x_j + shift) in dst, which may be x, and returns the
// sum: the row of exponentials on which the speed of transport, of retrieval and
// of learning rests. The exponential is 2^(k/64) from a table times a polynomial of degree five in
// the rest, right to 2 units in the last place, at twice the speed of math.Exp;
// results below 2^-1022 come from math.Exp. Plain multiplications are no slower
// here than math.FMA, and do not turn slow where the processor has none.
func Row(dst, x []float64, scale, shift float64) (sum float64) {
	const c2, c3, c4, c5 = 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120
	x = x[:len(dst)]
	for j := range dst {
		v := scale*x[j] + shift
		if !(v >= least && v <= most) {
			e := 0.0
			if !(v < zero) {
				e = math.Exp(v)
			}
			dst[j], sum = e, sum+e
			continue
		}
		t := v*perUnit + round
		n, bits := t-round, math.Float64bits(t)
		r := (v - n*high) - n*low
		q := r * r
		p := r + q*((c2+r*c3)+q*(c4+r*c5))
		s := power[bits%size]
		s += s * p
		e := math.Float64frombits(math.Float64bits(s) + bits/size<<52)
		dst[j], sum = e, sum+e
	}
	return sum
}
