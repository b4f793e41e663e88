package mirror

import "math"

// relative returns the relative entropy a ln(a/b) - a + b of two numbers >= 0
// with the difference d = a - b, which the caller may know better than a - b
// would give it: the term of a Kullback-Leibler divergence, never negative.
//
// With s = d/(a+b), ln(a/b) = 2 artanh s, and close arguments leave
//
//	(a+b) (s² + (1+s) (s³/3 + s⁵/5 + ...)),
//
// which has nothing to cancel. 0 ln 0 = 0; it is +Inf for b = 0 < a, and NaN
// if an argument is negative.
func relative(a, b, d float64) float64 {
	switch {
	case !(a >= 0 && b >= 0):
		return math.NaN()
	case a == 0:
		return b
	case b == 0 || math.IsInf(a, 1):
		return math.Inf(1)
	}
	s := d / (a + b)
	if math.Abs(s) < 0.2 {
		return (a + b) * (s*s + (1+s)*s*s*s*artanhTail(s*s))
	}
	return a*logRatio(a, b) - d
}

// logRatio returns ln(a/b) also where the quotient overflows or underflows.
func logRatio(a, b float64) float64 {
	if q := a / b; q > 1e-300 && q < 1e300 {
		return math.Log(q)
	}
	return math.Log(a) - math.Log(b)
}

// artanhTail returns 1/3 + q/5 + q²/7 + ... for q = s² < 0.04:
// artanh s = s + s³ artanhTail(s²).
func artanhTail(q float64) float64 {
	var sum float64
	for k := 25; k >= 3; k -= 2 {
		sum = sum*q + 1/float64(k)
	}
	return sum
}

// log1pMinus returns ln(1+t) - t without cancellation.
func log1pMinus(t float64) float64 {
	s := t / (2 + t)
	if math.Abs(s) < 0.2 {
		return -t*s + 2*s*s*s*artanhTail(s*s)
	}
	return math.Log1p(t) - t
}

// expm1Minus returns exp(t) - 1 - t without cancellation.
func expm1Minus(t float64) float64 {
	if !(math.Abs(t) < 1) {
		return math.Expm1(t) - t
	}
	sum := 1.0
	for k := 20; k >= 3; k-- {
		sum = 1 + sum*t/float64(k)
	}
	return t * t / 2 * sum
}

// powerGap returns (1+t)^r - 1 - r t for t >= -1 without cancellation: the
// divergence of y^r between 1+t and 1, negative for r < 1.
func powerGap(t, r float64) float64 {
	if math.Abs(t) < 0.5 { // (1+t)^r = exp(r ln(1+t))
		return expm1Minus(r*math.Log1p(t)) + r*log1pMinus(t)
	}
	return math.Pow(1+t, r) - 1 - r*t
}

// powerBregman returns the divergence of |y|^r, r > 1, between a and b, in units
// in which unit is 1.
func powerBregman(a, b, r, unit float64) float64 {
	if b < 0 {
		a, b = -a, -b
	}
	x, y := a/unit, b/unit
	switch {
	case b == 0:
		return math.Pow(math.Abs(x), r)
	case math.Abs(a-b) < 0.5*b:
		return math.Pow(y, r) * powerGap((a-b)/b, r)
	}
	return math.Pow(math.Abs(x), r) - math.Pow(y, r) - r*math.Pow(y, r-1)*(x-y)
}

// softplus returns ln(1 + exp(v)) without overflow.
func softplus(v float64) float64 { return math.Max(v, 0) + math.Log1p(math.Exp(-math.Abs(v))) }

// logistic returns 1/(1 + exp(-v)), to full relative precision for v → -∞.
func logistic(v float64) float64 {
	if v >= 0 {
		return 1 / (1 + math.Exp(-v))
	}
	e := math.Exp(v)
	return e / (1 + e)
}

// softplusBregman returns softplus(u) - softplus(v) - d logistic(v), d = u - v,
// which the caller may know better than u - v would give it. The reflection (u,
// v) → (-u, -v) leaves it as it is, and brings v below 0; then close arguments
// leave, with p = logistic(v) and w = p (e^d - 1),
//
//	ln(1 + w) - p d = (ln(1+w) - w) + p (e^d - 1 - d),
//
// two terms of opposite sign of which the second is at least twice the first.
func softplusBregman(u, v, d float64) float64 {
	if v > 0 {
		u, v, d = -u, -v, -d
	}
	p := logistic(v)
	switch {
	case math.Abs(d) <= 2:
		return log1pMinus(p*math.Expm1(d)) + p*expm1Minus(d)
	case p == 0: // v = -∞, or so low that its terms have no digit left
		return softplus(u)
	}
	return softplus(u) - softplus(v) - d*p
}
