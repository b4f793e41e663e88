package mirror

import "math"

// SimplexEntropy returns the negative entropy Σ x_i ln x_i of the points with
// positive coordinates that add up to 1.
//
// The simplex has an edge direction fewer than it has coordinates, so its
// gradient is determined up to a multiple of (1, ..., 1). Gradient returns
// z_i = ln x_i, the one whose log-sum-exp is 0, and the conjugate, LogSumExp,
// is constant but for a linear term along (1, ..., 1): what of z does not
// change x is no error of either. The Hessian is 1/x_i on the tangent
// directions, Σ v_i = 0. The divergence is KL(a||b).
func SimplexEntropy(n int) Smooth {
	s := &simplexEntropy{domain: OpenSimplex(n), n: n}
	s.conj = &logSumExp{Everywhere(n), s}
	return s
}

// LogSumExp returns ln Σ exp(z_i), the conjugate of SimplexEntropy. Its
// gradient is the softmax, its divergence D(a, b) = KL(softmax b||softmax a),
// which is 0 also where a - b is a multiple of (1, ..., 1): it is strictly
// convex up to that direction.
func LogSumExp(n int) Smooth { return SimplexEntropy(n).Conjugate().(Smooth) }

type simplexEntropy struct {
	domain Domain
	n      int
	conj   *logSumExp
}

func (s *simplexEntropy) Dim() int            { return s.n }
func (s *simplexEntropy) Domain() Domain      { return s.domain }
func (s *simplexEntropy) Conjugate() Legendre { return s.conj }

// inside reports whether x lies in the closed simplex.
func (s *simplexEntropy) inside(x []float64) bool {
	lengths(s.n, len(x))
	var sum float64
	for _, v := range x {
		if !(v >= 0) {
			return false
		}
		sum += v
	}
	return math.Abs(sum-1) <= 1e-12*float64(s.n)
}

func (s *simplexEntropy) Value(x []float64) (v float64) {
	if !s.inside(x) {
		return math.NaN()
	}
	for _, xi := range x {
		v += xlogx(xi)
	}
	return v
}

func (s *simplexEntropy) Gradient(dst, x []float64) {
	lengths(s.n, len(dst))
	in := s.inside(x)
	for i, xi := range x {
		dst[i] = math.Log(xi)
		if !in {
			dst[i] = math.NaN()
		}
	}
}

func (s *simplexEntropy) Hessian(dst, x, v []float64) {
	lengths(s.n, len(dst), len(v))
	in := s.inside(x)
	for i, xi := range x {
		dst[i] = v[i] / xi
		if !in {
			dst[i] = math.NaN()
		}
	}
}

func (s *simplexEntropy) Bregman(a, b []float64) (d float64) {
	if !s.inside(a) || !s.inside(b) {
		return math.NaN()
	}
	for i := range a {
		d += relative(a[i], b[i], a[i]-b[i])
	}
	return d
}

type logSumExp struct {
	domain Domain
	dual   *simplexEntropy
}

func (l *logSumExp) Dim() int            { return l.dual.n }
func (l *logSumExp) Domain() Domain      { return l.domain }
func (l *logSumExp) Conjugate() Legendre { return l.dual }

func (l *logSumExp) Value(z []float64) float64 {
	top, sum := l.sum(z)
	return top + math.Log(sum)
}

// sum returns max z and Σ exp(z_i - max z).
func (l *logSumExp) sum(z []float64) (top, sum float64) {
	lengths(l.dual.n, len(z))
	top = math.Inf(-1)
	for _, v := range z {
		top = math.Max(top, v)
	}
	for _, v := range z {
		sum += math.Exp(v - top)
	}
	return top, sum
}

func (l *logSumExp) Gradient(dst, z []float64) {
	lengths(l.dual.n, len(dst))
	top, sum := l.sum(z)
	for i, v := range z {
		dst[i] = math.Exp(v-top) / sum
	}
}

// Hessian stores (diag p - p pᵀ) v, p = softmax z.
func (l *logSumExp) Hessian(dst, z, v []float64) {
	lengths(l.dual.n, len(dst), len(v))
	top, sum := l.sum(z)
	var mean float64
	for i, zi := range z {
		mean += math.Exp(zi-top) / sum * v[i]
	}
	for i, zi := range z {
		dst[i] = math.Exp(zi-top) / sum * (v[i] - mean)
	}
}

// Bregman returns ln Σ p_i exp(d_i), p = softmax b, d = a - b shifted to Σ p_i
// d_i = 0: ln(1 + w) with w = Σ p_i (exp(d_i) - 1 - d_i), and w >= 0. Where w
// would overflow, the definition takes over.
func (l *logSumExp) Bregman(a, b []float64) float64 {
	top, sum := l.sum(b)
	lengths(l.dual.n, len(a))
	// The shift is taken from d_0 first: a common part of a - b costs no digits.
	first, most := a[0]-b[0], math.Inf(-1)
	var mean float64
	for i, v := range b {
		mean += math.Exp(v-top) / sum * (a[i] - v - first)
	}
	var w float64
	for i, v := range b {
		d := a[i] - v - first - mean
		most = math.Max(most, d)
		w += math.Exp(v-top) / sum * expm1Minus(d)
	}
	if most > 700 {
		return l.Value(a) - l.Value(b) - first - mean
	}
	return math.Log1p(w)
}
