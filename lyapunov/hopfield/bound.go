package hopfield

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// A RetrievalBound says how near to a stored pattern v_k an equilibrium of the
// softmax network is: [NH] Example 15's "fixed point x = v_1", corrected. It
// equals v_k only as the sharpness grows.
type RetrievalBound struct {
	// Separation is Δ_k = min_j [(v_k - v_j)·v_k + b_k - b_j], by how much the
	// pattern answers to itself more than the others do. Below 0 it is lost.
	Separation float64
	Reach      float64 // D = max_j |v_j - v_k|
	// Q is q = β D² (n-1) exp(-βΔ). Applies is e q < 1: then exactly one equilibrium
	// lies within Within = 1/(βD) of the pattern, it is exponentially stable, and it
	// lies within
	//
	//	Radius = -W₀(-q)/(βD) ≤ Simple = e D (n-1) exp(-βΔ),
	//
	// W₀ the principal branch of Lambert's function. Radius is attained up to
	// exponentially small terms by two patterns. Where Applies is false, Radius,
	// Simple and Within are NaN: nothing is known.
	Q       float64
	Applies bool
	Radius  float64
	Simple  float64
	Within  float64
	// OneStep is 2M(n-1) exp(-βΔ), M = max |v_i|: the error of one update that
	// starts at the pattern is no larger. The equilibrium's distance can be larger.
	OneStep float64
	norm    float64 // M
	beta    float64
	others  float64 // n-1
}

// SelfConsistent returns 2M(n-1) exp(-β(Δ - 2Mr)): an equilibrium at the distance
// r from the pattern has r no larger than that. It is infinite where it says
// nothing.
func (b *RetrievalBound) SelfConsistent(r float64) float64 {
	if b.others == 0 {
		return 0
	}
	return 2 * b.norm * b.others * math.Exp(-b.beta*(b.Separation-2*b.norm*r))
}

// sharpness returns β, and panics unless F is LogSumExp.
func (m *Modern) sharpness(method string) float64 {
	l, ok := m.f.(LogSumExp)
	if !ok {
		panic(fmt.Sprintf("hopfield: %s needs F = LogSumExp, this network has %T: make it with NewSoftmax", method, m.f))
	}
	return l.Sharpness
}

// Sharpness returns β. It panics unless F is LogSumExp.
func (m *Modern) Sharpness() float64 { return m.sharpness("Sharpness") }

// WithSharpness returns the network with another β. It panics unless F is
// LogSumExp and β is positive and finite.
func (m *Modern) WithSharpness(beta float64) *Modern {
	m.sharpness("WithSharpness")
	out := *m
	out.f = NewLogSumExp(beta)
	return &out
}

// Weights stores p = softmax(β(Wx + b)), by which the patterns are mixed at x, in
// dst of length n. It panics unless F is LogSumExp.
func (m *Modern) Weights(dst, x []float64) {
	m.sharpness("Weights")
	s := m.scratch.Get().(*modernScratch)
	defer m.scratch.Put(s)
	m.Drive(s.z, x)
	checkLen(dst, m.n)
	m.f.Gradient(dst, s.z)
}

// Target returns v_k + v, the point at which pattern k is looked for: the pattern
// itself unless the network has an Input v.
func (m *Modern) Target(k int) []float64 {
	x := m.Pattern(k)
	for i, v := range m.v {
		x[i] += v
	}
	return x
}

// Separation returns Δ_k = min_j [(v_k - v_j)·v_k + b_k - b_j] over the other
// patterns; with an Input v, which shifts x, b + Wv stands for b. It is +Inf for a
// single pattern. It panics unless F is LogSumExp.
func (m *Modern) Separation(k int) float64 {
	m.sharpness("Separation")
	z := make([]float64, m.n)
	m.Drive(z, m.Target(k))
	gap := math.Inf(1)
	for j, zj := range z {
		if j != k {
			gap = math.Min(gap, z[k]-zj)
		}
	}
	return gap
}

// RetrievalBound returns what is known about the equilibrium near pattern k
// (near Target(k), with an Input). It panics unless F is LogSumExp.
//
// With r = |x - v_k| the others' weight is below (n-1) exp(-β(Δ - D r)), so that
// an update maps the ball of radius r into one of D(n-1) exp(-β(Δ - D r)). The
// least r that is mapped into itself solves βDr exp(-βDr) = q.
func (m *Modern) RetrievalBound(k int) *RetrievalBound {
	beta := m.sharpness("RetrievalBound")
	b := &RetrievalBound{Separation: m.Separation(k), Radius: math.NaN(), Simple: math.NaN(), Within: math.NaN(), beta: beta, others: float64(m.n - 1)}
	for j := range m.n {
		b.Reach = math.Max(b.Reach, floats.Distance(m.row(j), m.row(k), 2))
		b.norm = math.Max(b.norm, floats.Norm(m.row(j), 2))
	}
	if b.Reach == 0 { // all patterns are one: its equilibrium is exact
		b.Applies, b.Radius, b.Simple, b.Within = true, 0, 0, math.Inf(1)
		return b
	}
	decay := b.others * math.Exp(-beta*b.Separation)
	b.OneStep = 2 * b.norm * decay
	b.Q = beta * b.Reach * b.Reach * decay
	if b.Applies = math.E*b.Q < 1; b.Applies {
		b.Radius, b.Simple = b.Reach*decay, math.E*b.Reach*decay
		if b.Q > 0 { // it underflows before D (n-1) exp(-βΔ) does
			b.Radius *= -LambertW0(-b.Q) / b.Q
		}
		b.Within = 1 / (beta * b.Reach)
	}
	return b
}

// Diameter returns max |v_i - v_j| over the patterns, in O(n² d).
func (m *Modern) Diameter() float64 {
	var diam float64
	for i := range m.n {
		for j := range i {
			diam = math.Max(diam, modernDistance(m.row(i), m.row(j)))
		}
	}
	return diam
}

// OneEquilibrium reports whether β diam² < 4: then -I + β Cov_p is negative
// definite everywhere (the variance of p in any direction is at most diam²/4),
// E is strictly convex, and a single equilibrium attracts every x. The bound is
// sharp: two patterns ±v have a pitchfork at β diam² = 4. It panics unless F is
// LogSumExp.
func (m *Modern) OneEquilibrium() bool {
	diam := m.Diameter()
	return m.sharpness("OneEquilibrium")*diam*diam < 4
}

// LambertW0 returns the principal branch of Lambert's function, the w ≥ -1 with
// w exp(w) = x. It is NaN for x < -1/e, and -1 at the float64 nearest to -1/e.
func LambertW0(x float64) float64 {
	const (
		end  = -1.0 / math.E
		tail = -1.2428753672788363e-17 // 1/e less its float64
	)
	// x + 1/e, with the digits of 1/e that the float64 lacks.
	gap := (x - end) + tail
	switch {
	case x == end:
		return -1
	case math.IsNaN(x) || gap < 0:
		return math.NaN()
	case x == 0 || math.IsInf(x, 1):
		return x
	case x > math.MaxFloat64/4:
		return lambertLarge(x)
	}
	if x < -0.2 {
		return lambertNear(math.E * gap)
	}
	w := math.Log1p(x)
	if x > 3 {
		w = math.Log(x) - math.Log(math.Log(x))
	}
	for range 40 {
		e := math.Exp(w)
		f := w*e - x
		if f == 0 {
			break
		}
		step := f / (e*(w+1) - f*((w+2)/(2*w+2))) // (w+2)*f may overflow
		w -= step
		if math.Abs(step) <= 1e-16*math.Abs(w) {
			break
		}
	}
	return w
}

// lambertNear returns W₀ near its branch point at x = -1/e from 1 + e x, without
// the cancellation of w exp(w) - x: with w = -1 + s it is
//
//	1 + e x = 1 - (1-s) exp(s) = Σ_{k≥2} s^k (k-1)/k!,
//
// whose derivative is s exp(s).
func lambertNear(gap float64) float64 {
	p := math.Sqrt(2 * gap)
	s := p - p*p/3
	for range 10 {
		var g float64
		term := s // s^k/k!
		for k := 2; k < 30; k++ {
			term *= s / float64(k)
			g += term * float64(k-1)
		}
		if s == 0 {
			break
		}
		step := (g - gap) / (s * math.Exp(s))
		if s -= step; math.Abs(step) <= 1e-16*s {
			break
		}
	}
	return s - 1
}

// lambertLarge solves w + ln w = ln x, where x itself leaves no room for exp(w).
func lambertLarge(x float64) float64 {
	l := math.Log(x)
	w := l - math.Log(l)
	for range 20 {
		w -= (w + math.Log(w) - l) / (1 + 1/w)
	}
	return w
}
