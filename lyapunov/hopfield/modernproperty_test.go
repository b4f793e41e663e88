package hopfield

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hopflow/internal/trials"
	"hopflow/lyapunov"
	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/landscape"
)

// randomModern draws network k, and a state: any convex potential with a bounded
// gradient, any bias, input, time constant and size.
func randomModern(t *testing.T, k int) (*Modern, []float64, *rand.Rand) {
	t.Helper()
	rng := rand.New(rand.NewPCG(8, uint64(k)))
	n, d := 1+rng.IntN(12), 1+rng.IntN(8)
	s := &ModernSettings{Bias: modernVector(rng, n, 1), Input: modernVector(rng, d, 1), Tau: math.Exp(rng.NormFloat64())}
	fs := []Potential{
		NewLogSumExp(math.Exp(1.5 * rng.NormFloat64())), NewLogSumExp(math.Exp(1.5 * rng.NormFloat64())),
		Sigmoidal{activation.NewLogistic(math.Exp(rng.NormFloat64()))}, Sigmoidal{activation.NewTanh(math.Exp(rng.NormFloat64()))},
	}
	m, err := NewModern(modernNormal(rng, n, d, math.Exp(0.7*rng.NormFloat64())), fs[k%len(fs)], s)
	if err != nil {
		t.Fatal(err)
	}
	return m, modernVector(rng, d, 2), rng
}

// ulps is what rounding may do to a value of E.
func ulps(m *Modern, x []float64) float64 {
	z := make([]float64, m.Hidden())
	m.Drive(z, x)
	size := 1 + floats.Dot(x, x) + floats.Dot(m.v, m.v)
	for i, v := range z {
		size += math.Abs(v) + math.Abs(m.b[i])
	}
	if l, ok := m.f.(LogSumExp); ok {
		size += math.Log(float64(m.n)) / l.Sharpness
	}
	if s, ok := m.f.(Sigmoidal); ok {
		_, slope := s.Curvature()
		size += float64(m.n) / slope
	}
	return 64 * 0x1p-52 * size
}

// The flow lowers E at the rate |∇E|²/τ; Euler steps s in (0, 2) lower it by
// (s - s²/2)|∇E|² at least; the update is the step s = 1 and minimises a surrogate
// that lies above E and touches it.
func TestModernDescends(t *testing.T) {
	for k := range trials.Of(t, 5000) {
		m, x, rng := randomModern(t, k)
		d := m.Dim()
		g, v, next, one := make([]float64, d), make([]float64, d), make([]float64, d), make([]float64, d)
		m.Gradient(g, x)
		m.Field(v, 0, x)
		m.Update(next, x)
		m.EulerStep(one, x, 1)
		gg, tol := floats.Dot(g, g), ulps(m, x)
		if rate := lyapunov.Rate(m, x, v); math.Abs(rate+gg/m.Tau()) > 1e-12*(1+gg)/m.Tau() {
			t.Fatalf("network %d: dE/dt = %g, want %g", k, rate, -gg/m.Tau())
		}
		if modernDistance(one, next) > 1e-14*(1+math.Sqrt(gg)+math.Sqrt(floats.Dot(x, x))) {
			t.Fatalf("network %d: the Euler step Δt = τ ends at %v, the update at %v", k, one, next)
		}
		s := 2 * rng.Float64()
		if k%10 == 0 {
			s = []float64{0.01, 1, 1.999}[k/10%3]
		}
		m.EulerStep(one, x, s)
		tol += ulps(m, one)
		fall, least := m.Value(x)-m.Value(one), m.StepDecrease(x, s)
		if m.StepBound() != 2 || math.Abs(least-(s-s*s/2)*gg) > 1e-12*(1+gg) || fall < least-tol {
			t.Fatalf("network %d: a step s = %g lowers E by %g, want at least %g (±%g)", k, s, fall, least, tol)
		}
		if h := 1e-3; k%50 == 0 {
			if y := modernRK4(m, x, 40*h*m.Tau(), h*m.Tau()); m.Value(y) > m.Value(x)+tol {
				t.Fatalf("network %d: the flow raises E by %g", k, m.Value(y)-m.Value(x))
			}
		}
		y := modernVector(rng, d, 2)
		tol += ulps(m, y) + ulps(m, next)
		if at := m.Surrogate(x, x); math.Abs(at-m.Value(x)) > tol || m.Surrogate(y, x) < m.Value(y)-tol || m.Surrogate(next, x) > m.Surrogate(y, x)+tol {
			t.Fatalf("network %d: the surrogate does not touch E at %v, majorise it at %v, or have its minimum at the update", k, x, y)
		}
		if low := m.Surrogate(y, x) - m.Surrogate(next, x) - modernDistance(y, next)*modernDistance(y, next)/2; math.Abs(low) > tol {
			t.Fatalf("network %d: the surrogate is not the parabola about the update, by %g", k, low)
		}
	}
}

// The bound is attained where F is flat, and 2 cannot be replaced by more.
func TestModernStepSharp(t *testing.T) {
	m, err := NewSoftmax(mat.NewDense(1, 2, []float64{0.3, -0.4}), 1.7, nil)
	if err != nil {
		t.Fatal(err)
	}
	x, y := []float64{1.1, 0.7}, make([]float64, 2)
	for _, s := range []float64{0.3, 1, 1.7, 2.1} {
		m.EulerStep(y, x, s)
		if fall, want := m.Value(x)-m.Value(y), m.StepDecrease(x, s); math.Abs(fall-want) > 1e-14 || (fall > 0) != (s < 2) {
			t.Errorf("s = %g: E falls by %g, want %g", s, fall, want)
		}
	}
	// -cos is not convex: m = 1, and s < 2/(1 + ‖W‖²).
	w := mat.NewDense(1, 1, []float64{1.5})
	wave, err := NewModern(w, waves{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := wave.StepBound(), 2/(1+1.5*1.5); math.Abs(got-want) > 1e-15 {
		t.Errorf("bound %g, want %g", got, want)
	}
	for k := range 1000 {
		rng := rand.New(rand.NewPCG(81, uint64(k)))
		x, y := []float64{6 * rng.Float64()}, []float64{0}
		s := wave.StepBound() * rng.Float64()
		wave.EulerStep(y, x, s)
		if fall, least := wave.Value(x)-wave.Value(y), wave.StepDecrease(x, s); least < 0 || fall < least-1e-13 {
			t.Fatalf("x = %g, s = %g: E falls by %g, want at least %g", x[0], s, fall, least)
		}
	}
	// Beyond the bound the minimum at 0, where F = cos is steepest, is repelling.
	near := []float64{1e-3}
	wave.EulerStep(y[:1], near, 1.01*wave.StepBound())
	if wave.Value(y[:1]) <= wave.Value(near) {
		t.Error("E falls beyond the bound")
	}
}

// waves is F = Σ cos z: not convex.
type waves struct{}

func (waves) Value(z []float64) (v float64) {
	for _, x := range z {
		v += math.Cos(x)
	}
	return v
}

func (waves) Gradient(dst, z []float64) {
	for i, x := range z {
		dst[i] = -math.Sin(x)
	}
}

func (waves) HessianTimes(dst, z, w []float64) {
	for i, x := range z {
		dst[i] = -math.Cos(x) * w[i]
	}
}

func (waves) Curvature() (lo, hi float64) { return -1, 1 }
func (waves) Growth() float64             { return 0 }

// Lemma 16 with its β, against differences and against the covariance itself; the
// update stays in the hull of the patterns; equilibria lie in it.
func TestModernJacobianAndHull(t *testing.T) {
	for k := range trials.Of(t, 5000) {
		rng := rand.New(rand.NewPCG(82, uint64(k)))
		n, d := 1+rng.IntN(8), 1+rng.IntN(5)
		beta := math.Exp(rng.NormFloat64())
		w := modernNormal(rng, n, d, 1)
		s := &ModernSettings{Bias: modernVector(rng, n, 1), Input: modernVector(rng, d, 1), Tau: 0.7}
		m, err := NewSoftmax(w, beta, s)
		if err != nil {
			t.Fatal(err)
		}
		x, p, next := modernVector(rng, d, 1), make([]float64, n), make([]float64, d)
		m.Weights(p, x)
		m.Update(next, x)
		var jac mat.SymDense
		jac.ReuseAsSym(d)
		m.Jacobian(&jac, x)
		for a := range d {
			for b := range d {
				var ab, ma, mb float64
				for i, pi := range p {
					ab += pi * w.At(i, a) * w.At(i, b)
					ma += pi * w.At(i, a)
					mb += pi * w.At(i, b)
				}
				want := beta * (ab - ma*mb)
				if a == b {
					want--
				}
				if math.Abs(jac.At(a, b)*0.7-want) > 1e-12*(1+beta)*(1+math.Abs(ab)) {
					t.Fatalf("network %d: J[%d][%d] τ = %g, -I + β Cov gives %g", k, a, b, jac.At(a, b)*0.7, want)
				}
			}
		}
		if k%10 == 0 {
			if err := landscape.Check(m, [][]float64{x}); err != nil {
				t.Fatalf("network %d: %v", k, err)
			}
		}
		inHull(t, k, m, next, x)
		if e, err := m.FixedPoint(x, nil); err != nil {
			t.Fatalf("network %d: %v", k, err)
		} else {
			inHull(t, k, m, e.X, e.X)
		}
	}
}

// inHull checks y = v + Σ p_i v_i: p are weights of a mean, so that no direction
// sees y beyond all patterns.
func inHull(t *testing.T, k int, m *Modern, y, x []float64) {
	t.Helper()
	p := make([]float64, m.n)
	m.Weights(p, x)
	sum, out := 0.0, append([]float64(nil), m.v...)
	for i, pi := range p {
		if pi < 0 {
			t.Fatalf("network %d: weight %g", k, pi)
		}
		sum += pi
		for j := range out {
			out[j] += pi * m.row(i)[j]
		}
	}
	if math.Abs(sum-1) > 1e-14 || modernDistance(out, y) > 1e-12 {
		t.Fatalf("network %d: weights sum to %g, their mean misses by %g", k, sum, modernDistance(out, y))
	}
}

// Where e q < 1 an equilibrium lies within -W₀(-q)/(βD) of the pattern, alone
// within 1/(βD) and stable, whatever the norms, biases and input.
func TestRetrievalBound(t *testing.T) {
	applied, cases := 0, trials.Of(t, 5000)
	for k := range cases {
		rng := rand.New(rand.NewPCG(83, uint64(k)))
		n, d := 2+rng.IntN(8), 1+rng.IntN(8)
		w := modernNormal(rng, n, d, 1)
		s := &ModernSettings{Input: modernVector(rng, d, 0.3)}
		switch k % 3 {
		case 0:
			s.Bias = MeanShiftBias(w)
		case 1:
			s.Bias = modernVector(rng, n, 0.3)
		}
		m, err := NewSoftmax(w, math.Exp(1+1.2*rng.NormFloat64()), s)
		if err != nil {
			t.Fatal(err)
		}
		i := rng.IntN(n)
		b, at := m.RetrievalBound(i), m.Target(i)
		one := make([]float64, d)
		m.Update(one, at)
		if miss := modernDistance(one, at); miss > b.OneStep*(1+1e-12)+1e-14 {
			t.Fatalf("network %d: one update misses by %g, bound %g", k, miss, b.OneStep)
		}
		if b.Applies != (b.Q < 1/math.E) {
			t.Fatalf("network %d: q = %g, applies: %v", k, b.Q, b.Applies)
		}
		if !b.Applies {
			continue
		}
		applied++
		e, err := m.FixedPoint(at, nil)
		if err != nil {
			t.Fatalf("network %d: %v", k, err)
		}
		if r := modernDistance(e.X, at); r > b.Radius*(1+1e-10)+1e-13 || b.Radius > b.Simple*(1+1e-12) || b.Radius > b.Within || math.Abs(b.Within*m.Sharpness()*b.Reach-1) > 1e-14 || !e.Stable() {
			t.Fatalf("network %d: distance %g, bounds %+v, stable %v", k, r, b, e.Stable())
		}
		// From anywhere in the ball: the same equilibrium.
		start := modernVector(rng, d, 1)
		scale := 0.98 * b.Within / math.Sqrt(floats.Dot(start, start))
		for j := range start {
			start[j] = at[j] + scale*start[j]
		}
		if other, err := m.FixedPoint(start, nil); err != nil || modernDistance(other.X, e.X) > 1e-9 {
			t.Fatalf("network %d: from the edge of the ball to %v, from the pattern to %v (%v)", k, other.X, e.X, err)
		}
	}
	if 10*applied < cases {
		t.Errorf("the bound applied to %d networks only", applied)
	}
	// Tight for two patterns, where the one-step bound is violated.
	for _, beta := range []float64{1.5, 2, 4, 6} {
		m, err := NewSoftmax(mat.NewDense(2, 1, []float64{1, -1}), beta, nil)
		if err != nil {
			t.Fatal(err)
		}
		e, err := m.FixedPoint([]float64{1}, nil)
		if err != nil {
			t.Fatal(err)
		}
		b, r := m.RetrievalBound(0), 1-e.X[0]
		if r > b.Radius || b.Radius/r-1 > 2*math.Exp(-beta) || !b.Applies || r < b.OneStep && beta < 5 {
			t.Errorf("β = %g: distance %g, bound %g (applies: %v), one step %g", beta, r, b.Radius, b.Applies, b.OneStep)
		}
	}
}

// β diam² < 4 leaves one equilibrium, and two patterns show that 4 is the limit.
func TestOneEquilibrium(t *testing.T) {
	for k := range trials.Of(t, 5000) {
		rng := rand.New(rand.NewPCG(84, uint64(k)))
		n, d := 1+rng.IntN(8), 1+rng.IntN(6)
		w := modernNormal(rng, n, d, math.Exp(rng.NormFloat64()))
		s := &ModernSettings{Bias: modernVector(rng, n, 1), Input: modernVector(rng, d, 1)}
		m, err := NewSoftmax(w, 1, s)
		if err != nil {
			t.Fatal(err)
		}
		diam := m.Diameter()
		if diam < 1e-2 { // one pattern, or as good as one
			w.Apply(func(i, j int, x float64) float64 { return x + float64(i) }, w)
			if m, err = NewSoftmax(w, 1, s); err != nil {
				t.Fatal(err)
			}
			if diam = m.Diameter(); n == 1 {
				diam = 1
			}
		}
		m = m.WithSharpness((0.1 + 0.89*rng.Float64()) * 4 / (diam * diam))
		if !m.OneEquilibrium() || m.WithSharpness(4.01/(diam*diam)).OneEquilibrium() && n > 1 {
			t.Fatalf("network %d: β diam² = %g is not told from 4", k, m.Sharpness()*diam*diam)
		}
		a, err := m.FixedPoint(modernVector(rng, d, 3*diam), nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := m.FixedPoint(m.Target(rng.IntN(n)), nil)
		if err != nil {
			t.Fatal(err)
		}
		anywhere := m.Rates(modernVector(rng, d, diam))
		if modernDistance(a.X, b.X) > 1e-10*(1+diam) || !a.Stable() || anywhere[d-1] >= 0 {
			t.Fatalf("network %d: equilibria %v and %v, rates elsewhere %v", k, a.X, b.X, anywhere)
		}
	}
}

// With b = -|v|²/2 the energy is that of Gaussian bumps, for any norms, and the
// flow the mean shift; without it a short pattern is lost to a long one.
func TestMeanShiftIsFair(t *testing.T) {
	for k := range trials.Of(t, 5000) {
		rng := rand.New(rand.NewPCG(85, uint64(k)))
		n, d, beta := 1+rng.IntN(6), 1+rng.IntN(5), math.Exp(rng.NormFloat64())
		w, x := modernNormal(rng, n, d, 1.5), modernVector(rng, d, 1.5)
		m, err := NewSoftmax(w, beta, &ModernSettings{Bias: MeanShiftBias(w)})
		if err != nil {
			t.Fatal(err)
		}
		bumps, mean, sum := make([]float64, n), make([]float64, d), 0.0
		for i := range n {
			r := modernDistance(x, w.RawRowView(i))
			bumps[i] = -r * r / 2
		}
		f := NewLogSumExp(beta)
		f.Gradient(bumps, append([]float64(nil), bumps...))
		near := math.Inf(1)
		for i := range n {
			r := modernDistance(x, w.RawRowView(i))
			near = math.Min(near, r*r/2)
		}
		for i := range n {
			r := modernDistance(x, w.RawRowView(i))
			sum += math.Exp(-beta * (r*r/2 - near))
			for j := range mean {
				mean[j] += bumps[i] * w.At(i, j)
			}
		}
		next := make([]float64, d)
		m.Update(next, x)
		if want := near - math.Log(sum)/beta; math.Abs(m.Value(x)-want) > 1e-12*(1+math.Abs(want)+1/beta) || modernDistance(next, mean) > 1e-11 {
			t.Fatalf("network %d: E = %g, want %g; update %v, mean shift %v", k, m.Value(x), want, next, mean)
		}
		for i := range n {
			if m.Separation(i) < 0 {
				t.Fatalf("network %d: pattern %d is lost", k, i)
			}
		}
	}
	plain, err := NewSoftmax(mat.NewDense(2, 2, []float64{1, 0, 2, 0}), 8, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := plain.FixedPoint([]float64{1, 0}, nil)
	if err != nil || plain.Separation(0) != -1 || math.Abs(e.X[0]-2) > 1e-3 {
		t.Errorf("the short pattern's Δ is %g, its flow ends at %v (%v)", plain.Separation(0), e.X, err)
	}
}
