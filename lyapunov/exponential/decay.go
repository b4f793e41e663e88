package exponential

import "math"

// Decay stores exp(-w) in e and exp(-w) - 1 in m, w = scale |x - center|, both
// right to 2 units in the last place: 2^(k/64) from the table times 1 + p, with
// a polynomial of degree six for p. It takes as many x as there is room in e, and
// panics if there are fewer.
func Decay(e, m, x []float64, scale, center float64) {
	const c2, c3, c4, c5, c6 = 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720
	x, m = x[:len(e)], m[:len(e)]
	for j := range e {
		v := -math.Abs(scale * (x[j] - center))
		if !(v >= least) {
			e[j], m[j] = math.Exp(v), math.Expm1(v)
			continue
		}
		t := v*perUnit + round
		n, bits := t-round, math.Float64bits(t)
		r := (v - n*high) - n*low
		q := r * r
		p := r + q*((c2+r*c3)+q*((c4+r*c5)+q*c6))
		k := math.Float64frombits(1023<<52 + bits/size<<52)
		s := k * power[bits%size]
		p = s*p + k*powerLow[bits%size]
		e[j], m[j] = s+p, (s-1)+p
	}
}
