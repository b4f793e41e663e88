package mirror

import "math"

// Entropy returns the negative entropy Σ (x_i ln x_i - x_i) on the positive
// orthant. Its divergence is the generalised Kullback-Leibler divergence
// Σ (a ln(a/b) - a + b), its conjugate Exponential.
func Entropy(n int) *Separable { return repeat(n, entropy{}) }

// Exponential returns Σ exp(z_i), the conjugate of Entropy.
func Exponential(n int) *Separable { return repeat(n, exponential{}) }

// LogBarrier returns -Σ ln x_i on the positive orthant. Its divergence is that
// of Itakura and Saito, Σ (a/b - ln(a/b) - 1); its conjugate lives on the
// negative orthant, so that a mirror step that is too long has no solution.
func LogBarrier(n int) *Separable { return repeat(n, barrier{}) }

type entropy struct{}

func (entropy) Interval() (lo, hi float64) { return 0, math.Inf(1) }

func (entropy) Value(x float64) float64 {
	if !(x >= 0) {
		return math.NaN()
	}
	if x < 0.5 {
		return xlogx(x) - x
	}
	return x * (math.Log(x) - 1)
}

func (entropy) Deriv(x float64) float64 { return math.Log(x) }

func (entropy) Deriv2(x float64) float64 {
	if !(x >= 0) {
		return math.NaN()
	}
	return 1 / x
}

func (entropy) Bregman(a, b float64) float64 { return relative(a, b, a-b) }
func (entropy) Conjugate() Scalar            { return exponential{} }

type exponential struct{}

func (exponential) Interval() (lo, hi float64) { return math.Inf(-1), math.Inf(1) }
func (exponential) Value(z float64) float64    { return math.Exp(z) }
func (exponential) Deriv(z float64) float64    { return math.Exp(z) }
func (exponential) Deriv2(z float64) float64   { return math.Exp(z) }

func (exponential) Bregman(a, b float64) float64 {
	d := a - b
	if d > 1 { // exp(d) may overflow where exp(a) does not
		return math.Exp(a) - math.Exp(b)*(1+d)
	}
	return math.Exp(b) * expm1Minus(d)
}

func (exponential) Conjugate() Scalar { return entropy{} }

// barrier is -ln x.
type barrier struct{}

func (barrier) Interval() (lo, hi float64) { return 0, math.Inf(1) }
func (barrier) Value(x float64) float64    { return -math.Log(x) }

func (barrier) Deriv(x float64) float64 {
	if !(x >= 0) {
		return math.NaN()
	}
	return -1 / x
}

func (barrier) Deriv2(x float64) float64 {
	if !(x >= 0) {
		return math.NaN()
	}
	return 1 / (x * x)
}

func (barrier) Bregman(a, b float64) float64 {
	if !(a >= 0 && b >= 0) {
		return math.NaN()
	}
	if t := (a - b) / b; math.Abs(t) < 0.5 {
		return -log1pMinus(t)
	}
	if b == 0 && a > 0 {
		return math.Inf(1)
	}
	return a/b - logRatio(a, b) - 1
}

func (barrier) Conjugate() Scalar { return reflected{} }

// reflected is -1 - ln(-z), the conjugate of barrier.
type reflected struct{}

func (reflected) Interval() (lo, hi float64)   { return math.Inf(-1), 0 }
func (reflected) Value(z float64) float64      { return -1 - math.Log(-z) }
func (reflected) Deriv(z float64) float64      { return -barrier{}.Deriv(-z) }
func (reflected) Deriv2(z float64) float64     { return barrier{}.Deriv2(-z) }
func (reflected) Bregman(a, b float64) float64 { return barrier{}.Bregman(-a, -b) }
func (reflected) Conjugate() Scalar            { return barrier{} }
