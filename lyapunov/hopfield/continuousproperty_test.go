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

var _ landscape.Smooth = (*StateEnergy)(nil)

// contUlps is a few units in the last place of the terms of an energy.
func contUlps(c *Continuous, x []float64) float64 {
	var size float64
	for i := range x {
		size += math.Abs(c.b[i]) + math.Abs(contPotential(c.f[i], x[i]))
		for j := range x {
			size += math.Abs(c.w[i*c.n+j])
		}
	}
	return 1e-14 * (1 + size)
}

// E(x) falls strictly, with unequal τ and different activations: term by term
// in the rate, and in the values along an accurate trajectory of every 16th network.
func TestStateEnergyDescends(t *testing.T) {
	for i := range trials.Of(t, 5000) {
		c, x, _ := contRandom(t, 11, uint64(i))
		e := c.Energy()
		v := make([]float64, c.n)
		c.Field(v, 0, x)
		rate := e.Rate(x)
		if !(rate < 0) && floats.Norm(v, math.Inf(1)) > 1e-7 {
			t.Fatalf("case %d: dE(x)/dt = %v at x = %v, which is no equilibrium", i, rate, x)
		}
		if chain := lyapunov.Rate(e, x, v); math.Abs(chain-rate) > 1e-11*(1+math.Abs(rate)) {
			t.Fatalf("case %d: the closed form of dE(x)/dt is %.15g, ∇E·dx/dt %.15g", i, rate, chain)
		}
		if i%16 > 0 {
			continue
		}
		m := newContMotion(c, 1e-12)
		last, bound := e.Value(x), e.LowerBound()
		for range 30 {
			if err := m.advance(x, 0.3); err != nil {
				t.Fatalf("case %d: %v", i, err)
			}
			now := e.Value(x)
			if now > last+contUlps(c, x) {
				t.Fatalf("case %d: E(x) rises from %.17g to %.17g", i, last, now)
			}
			if now < bound {
				t.Fatalf("case %d: E = %v below its bound %v", i, now, bound)
			}
			last = now
		}
	}
}

// With one τ, E(y) does not rise, and its rate is -τ Σ f' (da/dt)²; every 16th network
// is followed.
func TestOutputEnergyDescendsWithOneTau(t *testing.T) {
	for i := range trials.Of(t, 5000) {
		c, x, _ := contRandom(t, 12, uint64(i))
		if err := c.setTau(c.tau[:1]); err != nil { // c is ours alone
			t.Fatal(err)
		}
		e := c.OutputEnergy()
		a, adot := make([]float64, c.n), make([]float64, c.n)
		c.Drive(a, x)
		c.Activations(adot, 0, a)
		var want float64
		for k, f := range c.f {
			want -= c.tau[k] * f.Deriv(a[k]) * adot[k] * adot[k]
		}
		if got := e.Rate(x); math.Abs(got-want) > 1e-12*(1+math.Abs(want)) || got > 0 {
			t.Fatalf("case %d: dE(y)/dt = %.15g, want %.15g", i, got, want)
		}
		if i%16 > 0 {
			continue
		}
		m := newContMotion(c, 1e-12)
		for last := e.Value(x); ; {
			if err := m.advance(x, c.tau[0]/3); err != nil {
				t.Fatalf("case %d: %v", i, err)
			}
			now := e.Value(x)
			if now > last+contUlps(c, x) {
				t.Fatalf("case %d: E(y) rises from %.17g to %.17g", i, last, now)
			}
			if last-now < 1e-3 {
				break
			}
			last = now
		}
	}
}

// The audit's counter-examples: E(y) rises with unequal τ, and stops away from
// equilibrium with a singular W; E(x) falls in both.
func TestOutputEnergyFails(t *testing.T) {
	c, err := NewContinuous(mat.NewDense(2, 2, []float64{0.5, 2, 2, 0}), []float64{-0.5, 0}, activation.NewTanh(1), 1, 10)
	if err != nil {
		t.Fatal(err)
	}
	x := []float64{-0.9, 0.6}
	if rate := c.OutputEnergy().Rate(x); math.Abs(rate-0.0805) > 5e-5 {
		t.Errorf("dE(y)/dt = %v with τ = (1, 10), want +0.0805", rate)
	}
	if rate := c.Energy().Rate(x); !(rate < 0) {
		t.Errorf("dE(x)/dt = %v with τ = (1, 10), want a negative one", rate)
	}
}

// Both energies are the integrals of their gradients, and E(x) of its Hessian.
func TestContinuousEnergyLaws(t *testing.T) {
	for i := range trials.Of(t, 100) {
		c, x, _ := contRandom(t, 13, uint64(i))
		for k, f := range c.f { // keep the fourth derivatives of G small
			lo, hi := f.Range()
			x[k] = lo + (hi-lo)*(0.15+0.7*(x[k]-lo)/(hi-lo))
		}
		if err := landscape.Check(c.Energy(), [][]float64{x}); err != nil {
			t.Fatalf("case %d: E(x): %v", i, err)
		}
		if err := lyapunov.CheckEnergy(c.OutputEnergy(), [][]float64{x}); err != nil {
			t.Fatalf("case %d: E(y): %v", i, err)
		}
	}
}

// G(f(a)) from a and G(y) from y agree where y keeps its digits, and from a it
// stays right where f has saturated.
func TestPotentials(t *testing.T) {
	functions := []activation.Function{
		activation.NewTanh(0.7), activation.NewLogistic(1.3), activation.SoftProjection(0.6), activation.NewAlgebraic(1.7),
		activation.NewArctan(2.3), activation.NewRectifier(0.2, 3), activation.NewRectifier(0, 1.5), contSoftsign{}, contCentredArctan{}, contClip{},
	}
	for _, f := range functions {
		for _, a := range []float64{-6, -1.3, -0.2, 0, 1e-5, 0.4, 0.9, 3.7} {
			y := f.Value(a)
			got, want := contPotentialAt(f, a), contPotential(f, y)
			legendre := contLegendre(f, a)
			if !(math.Abs(got-legendre) <= 1e-12*(1+got)) || !(math.Abs(got-want) <= 1e-10*(1+got)) || got < -1e-16 {
				t.Errorf("%T at a = %v: from a %.17g, from y %.17g, by a f(a) - ∫f %.17g", f, a, got, want, legendre)
			}
		}
		if _, clipped := f.(contClip); clipped {
			continue
		}
		for _, a := range []float64{-300, 25, 40, 800} {
			got, want := contPotentialAt(f, a), contLegendre(f, a)
			if !(math.Abs(got-want) <= 1e-11*(1+math.Abs(want))) {
				t.Errorf("%T at a = %v: %.17g, want %.17g", f, a, got, want)
			}
		}
	}
	for _, f := range []activation.Function{activation.NewTanh(0.7), activation.NewAlgebraic(1.7), activation.NewLogistic(1.3)} {
		at, far := contPotentialAt(f, math.Inf(1)), contPotentialAt(f, 1e6)
		if !(math.Abs(at-far) < 1e-5) || !math.IsNaN(contPotentialAt(f, math.NaN())) {
			t.Errorf("%T: G(f(∞)) = %v, near there %v", f, at, far)
		}
	}
	if got := contPotentialAt(activation.NewTanh(1), 25); got != math.Ln2 {
		t.Errorf("G(tanh 25) = %.17g, want ln 2", got)
	}
	// -|y| - ln(1-|y|): heavy tails make G unbounded above, never below.
	if got := contPotential(contSoftsign{}, 1-1e-8); math.Abs(got-17.42068075) > 1e-6 {
		t.Errorf("softsign: G(1 - 1e-8) = %.10g", got)
	}
	if got := contPotential(contSoftsign{}, 1.1); !math.IsNaN(got) {
		t.Errorf("G outside the range is %v, want NaN", got)
	}
}

// The a-dynamics is closed: a = Wx + b moves as Activations says, and the
// spectra of -I + DW and -I + WD coincide.
func TestActivationsAreClosed(t *testing.T) {
	for i := range trials.Of(t, 200) {
		c, x, _ := contRandom(t, 14, uint64(i))
		if err := c.setTau(c.tau[:1]); err != nil {
			t.Fatal(err)
		}
		n := c.n
		a, want := make([]float64, n), make([]float64, n)
		c.Drive(a, x)
		hidden := newContMotion(c, 1e-12)
		hidden.field = c.Activations
		if err := hidden.advance(a, 1.7); err != nil {
			t.Fatal(err)
		}
		if err := newContMotion(c, 1e-12).advance(x, 1.7); err != nil {
			t.Fatal(err)
		}
		c.Drive(want, x)
		if d := floats.Distance(a, want, math.Inf(1)); d > 1e-8*(1+floats.Norm(want, math.Inf(1))) {
			t.Fatalf("case %d: a by its own dynamics is %v, Wx + b is %v", i, a, want)
		}
		// tr and det of -I + DW and -I + WD.
		dw, wd := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
		for p := range n {
			for q := range n {
				dw.Set(p, q, c.f[p].Deriv(a[p])*c.w[p*n+q])
				wd.Set(p, q, c.w[p*n+q]*c.f[q].Deriv(a[q]))
			}
			dw.Set(p, p, dw.At(p, p)-1)
			wd.Set(p, p, wd.At(p, p)-1)
		}
		if x, y := mat.Det(dw), mat.Det(wd); math.Abs(x-y) > 1e-10*(1+math.Abs(x)) {
			t.Fatalf("case %d: det(-I + DW) = %v, det(-I + WD) = %v", i, x, y)
		}
	}
}

// The box of the ranges is forward invariant, and what starts outside enters.
func TestRangeIsInvariant(t *testing.T) {
	for i := range trials.Of(t, 200) {
		c, x, rng := contRandom(t, 15, uint64(i))
		outside := rng.IntN(2) == 0
		if outside {
			for k := range x {
				x[k] += 4 * rng.NormFloat64()
			}
		}
		m := newContMotion(c, 1e-10)
		if err := m.advance(x, 40*floats.Max(c.tau)); err != nil {
			t.Fatal(err)
		}
		for k, f := range c.f {
			lo, hi := f.Range()
			if x[k] < lo-1e-9 || x[k] > hi+1e-9 {
				t.Fatalf("case %d: x[%d] = %v has not come into (%v, %v)", i, k, x[k], lo, hi)
			}
		}
	}
}

// Flat pieces and unequal τ: E(x) of the clipped line falls, too.
func TestStateEnergyOfClip(t *testing.T) {
	for i := range trials.Of(t, 200) {
		rng := rand.New(rand.NewPCG(16, uint64(i)))
		n := 2 + rng.IntN(3)
		w := mat.NewSymDense(n, nil)
		tau, x := make([]float64, n), make([]float64, n)
		for p := range n {
			for q := p; q < n; q++ {
				w.SetSym(p, q, 2*rng.NormFloat64())
			}
			tau[p], x[p] = math.Exp(2*rng.Float64()-1), 2*rng.Float64()-1
		}
		c, err := NewContinuous(w, nil, contClip{}, tau...)
		if err != nil {
			t.Fatal(err)
		}
		e, m := c.Energy(), newContMotion(c, 1e-9)
		last := e.Value(x)
		for range 20 {
			if rate := e.Rate(x); rate > 0 {
				t.Fatalf("case %d: dE/dt = %v", i, rate)
			}
			if err := m.advance(x, 0.2); err != nil {
				t.Fatal(err)
			}
			for k := range x { // the integrator may leave the cube by its tolerance
				x[k] = math.Max(-1, math.Min(1, x[k]))
			}
			now := e.Value(x)
			if now > last+1e-8 {
				t.Fatalf("case %d: E rises from %v to %v", i, last, now)
			}
			last = now
		}
	}
}
