package mirror

import "math"

// BitEntropy returns the weighted bit entropy
//
//	ψ*(x) = Σ (x_i ln x_i + (1-x_i) ln(1-x_i))/(4β_i)
//
// on the cube, [HF] (32) with κ = c = 0; κ has to be 0 for two and more
// coordinates, see Coupled. Its gradient is z_i = ln(x_i/(1-x_i))/(4β_i),
// (33), corrected, its Hessian the metric (24), its divergence (35), and its
// conjugate Softplus(β). It panics unless there is a gain and all are positive
// and finite.
func BitEntropy(beta ...float64) *Separable {
	terms := make([]Scalar, len(beta))
	for i, b := range beta {
		positive("gain β", b)
		terms[i] = bit{c: 1 / (4 * b), lo: 0, hi: 1}
	}
	return NewSeparable(terms...)
}

// Softplus returns the dual of BitEntropy,
//
//	ψ(z) = Σ ln(1 + exp(4β_i z_i))/(4β_i),
//
// [HF] (38), corrected: the printed sum lacks the factors 1/(4β_i), erratum
// HF-38. Its gradient is (36), its divergence (37), corrected: the printed one
// lacks sum and factors, erratum HF-37. It panics where BitEntropy does.
func Softplus(beta ...float64) *Separable { return BitEntropy(beta...).conj }

// bit is c ((y-lo) ln(y-lo) + (hi-y) ln(hi-y)) + shift y on [lo, hi]: the
// integral of the inverse of every logistic function and of tanh.
type bit struct{ c, lo, hi, shift float64 }

func (b bit) Interval() (lo, hi float64) { return b.lo, b.hi }

func (b bit) Value(y float64) float64 {
	p, q := y-b.lo, b.hi-y
	if !(p >= 0 && q >= 0) {
		return math.NaN()
	}
	return b.shift*y + b.c*(xlogx(p)+xlogx(q))
}

// xlogx returns x ln x with 0 ln 0 = 0.
func xlogx(x float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log(x)
}

func (b bit) Deriv(y float64) float64 {
	p, q := y-b.lo, b.hi-y
	if !(p >= 0 && q >= 0) {
		return math.NaN()
	}
	if t := (p - q) / q; math.Abs(t) < 0.5 { // close to the middle: keep the digits of p - q
		return b.shift + b.c*math.Log1p(t)
	}
	return b.shift + b.c*logRatio(p, q)
}

func (b bit) Deriv2(y float64) float64 {
	p, q := y-b.lo, b.hi-y
	if !(p >= 0 && q >= 0) {
		return math.NaN()
	}
	return b.c * (b.hi - b.lo) / (p * q)
}

func (b bit) Bregman(x, y float64) float64 {
	d := x - y
	return b.c * (relative(x-b.lo, y-b.lo, d) + relative(b.hi-x, b.hi-y, -d))
}

func (b bit) Conjugate() Scalar { return soft{b} }

// soft is the conjugate of bit: with w = hi - lo and v = (z - shift)/c,
//
//	ψ(z) = lo (z - shift) + w c ln(1 + e^v) - c w ln w.
type soft struct{ b bit }

func (s soft) scaled(z float64) float64 { return (z - s.b.shift) / s.b.c }

func (s soft) Interval() (lo, hi float64) { return math.Inf(-1), math.Inf(1) }

func (s soft) Value(z float64) float64 {
	b, w := s.b, s.b.hi-s.b.lo
	return b.lo*(z-b.shift) + w*b.c*(softplus(s.scaled(z))-math.Log(w))
}

func (s soft) Deriv(z float64) float64 {
	b := s.b
	if v := s.scaled(z); v > 0 { // from the nearer end
		return b.hi - (b.hi-b.lo)*logistic(-v)
	} else {
		return b.lo + (b.hi-b.lo)*logistic(v)
	}
}

func (s soft) Deriv2(z float64) float64 {
	e := math.Exp(-math.Abs(s.scaled(z)))
	return (s.b.hi - s.b.lo) / s.b.c * e / ((1 + e) * (1 + e))
}

func (s soft) Bregman(x, y float64) float64 {
	return (s.b.hi - s.b.lo) * s.b.c * softplusBregman(s.scaled(x), s.scaled(y), (x-y)/s.b.c)
}

func (s soft) Conjugate() Scalar { return s.b }
