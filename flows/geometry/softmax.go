package geometry

import "math"

// Softmax is the Fisher metric of the probabilities of n+1 outcomes in the
// coordinates z of a softmax layer, p_i = exp(z_i)/(1 + Σ exp(z_j)) for i = 1,
// ..., n and p_0 = 1/(1 + Σ exp(z_j)), whose logit is fixed to 0:
//
//	G = diag(p) - ppᵀ,   G⁻¹ = diag(1/p) + 11ᵀ/p_0.
//
// It is the manifold of Simplex on all of Rⁿ: the hidden state of the softmax
// activation. G is the covariance of the outcome, the Hessian of the log-sum-
// exp.
type Softmax int

var (
	_ Manifold = Softmax(1)
	_ Domain   = Softmax(1)
)

// NewSoftmax returns the metric of the given number of outcomes, in one logit
// less. It panics unless there are at least two.
func NewSoftmax(outcomes int) Softmax { return Softmax(NewSimplex(outcomes)) }

// Dim returns the number of coordinates, one less than the outcomes.
func (s Softmax) Dim() int { return int(s) }

// Reach returns +Inf.
func (s Softmax) Reach([]float64, int) float64 { return math.Inf(1) }

// largest returns the largest logit, 0 of p_0 included, and the sum of the
// exponentials divided by that of it.
func largest(z []float64) (top, sum float64) {
	for _, zi := range z {
		top = math.Max(top, zi)
	}
	sum = math.Exp(-top)
	for _, zi := range z {
		sum += math.Exp(zi - top)
	}
	return top, sum
}

// State stores the probabilities p_1, ..., p_n of the logits z in dst, which
// may be z: the coordinates of Simplex.
func (s Softmax) State(dst, z []float64) {
	lengths(int(s), dst, z)
	top, sum := largest(z)
	for i := range dst {
		dst[i] = math.Exp(z[i]-top) / sum
	}
}

// Logits stores z_i = ln(x_i/p_0) in dst, which may be x: the inverse of State.
func (s Softmax) Logits(dst, x []float64) {
	lengths(int(s), dst, x)
	p := rest(x)
	for i := range dst {
		dst[i] = math.Log(x[i] / p)
	}
}

// Flat stores p_i (v_i - Σ p_j v_j) in dst.
func (s Softmax) Flat(dst, z, v []float64) {
	lengths(int(s), dst, z, v)
	top, sum := largest(z)
	mean := mean(z, v, top, sum)
	for i := range dst {
		dst[i] = math.Exp(z[i]-top) / sum * (v[i] - mean)
	}
}

// mean returns Σ p_i v_i, in which v_0 = 0.
func mean(z, v []float64, top, sum float64) (m float64) {
	for i, zi := range z {
		m += math.Exp(zi-top) / sum * v[i]
	}
	return m
}

// Sharp stores ξ_i/p_i + Σξ/p_0 in dst.
func (s Softmax) Sharp(dst, z, xi []float64) {
	lengths(int(s), dst, z, xi)
	top, sum := largest(z)
	var total float64
	for _, x := range xi {
		total += x
	}
	total *= sum * math.Exp(top)
	for i := range dst {
		dst[i] = xi[i]*sum*math.Exp(top-z[i]) + total
	}
}

// Christoffel stores ½ (w_k - w_0) in dst, w_k = (u_k - ū)(v_k - v̄): half the
// third cumulant of the outcome, raised. Means are under p, and u_0 = v_0 = 0.
func (s Softmax) Christoffel(dst, z, u, v []float64) {
	lengths(int(s), dst, z, u, v)
	top, sum := largest(z)
	mu, mv := mean(z, u, top, sum), mean(z, v, top, sum)
	for k := range dst {
		dst[k] = ((u[k]-mu)*(v[k]-mv) - mu*mv) / 2
	}
}
