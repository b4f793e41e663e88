package sde_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"hopflow/flows/sde"
	"hopflow/internal/trials"
	"hopflow/lyapunov/verify"
)

// wall is the half-line x > 0 that absorbs.
func wall() *sde.Box { return sde.Boundaries(sde.Absorb(0, math.Inf(1))) }

// survive returns the share of particles of a system, from 1, that still move
// at t = 1, with its standard error.
func survive(t testing.TB, s *sde.System, b sde.Boundary, n int, h float64, seed uint64) (p, stderr float64) {
	t.Helper()
	e := sde.Ensemble{System: s, Boundary: b, Particles: n, Step: h, Seed: seed, Start: sde.At(1)}
	c, err := e.Run(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	p = 1 - float64(c.Exited())/float64(n)
	return p, math.Sqrt(p * (1 - p) / float64(n))
}

// A Brownian motion with drift and one wall: the bridge is exact at any h, also
// in the time of the exit. P(τ > t) = Φ((x+μt)/s) - exp(-2μx/σ²) Φ((μt-x)/s), s²
// = σ² t = 2t here. N = 4,000 particles, each seed.
func TestBridgeIsExact(t *testing.T) {
	const mu, n = -0.7, 4000
	s := uhlenbeck(0, 1)
	s.Drift = func(dst []float64, _ float64, _ []float64) { dst[0] = mu }
	Phi := func(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }
	F := func(t float64) float64 { // of the exit time, from 1
		if t <= 0 {
			return 0
		}
		d := math.Sqrt(2 * t)
		return 1 - Phi((1+mu*t)/d) + math.Exp(-mu)*Phi((mu*t-1)/d)
	}
	for seed := range trials.Of(t, 20) {
		for _, h := range []float64{0.5, 2} {
			e := sde.Ensemble{System: s, Boundary: wall().Bridged(), Particles: n, Step: h, Seed: uint64(seed), Start: sde.At(1)}
			c, err := e.Run(0, 2)
			if err != nil {
				t.Fatal(err)
			}
			left := F(2)
			if z := (float64(c.Exited()) - n*left) / math.Sqrt(n*left*(1-left)); math.Abs(z) > worst {
				t.Errorf("seed %d, h = %g: %d exits, want %.0f, z = %.1f", seed, h, c.Exited(), n*left, z)
			}
			if d := kolmogorov(c.ExitTimes(), func(t float64) float64 { return F(t) / left }); d > 3.2 {
				t.Errorf("seed %d, h = %g: exit times, √N D = %.2f", seed, h, d)
			}
			for i, exit := range c.Exit {
				if x := c.X.At(i, 0); (x == 0) != (exit <= 2) || x < 0 {
					t.Fatalf("particle %d left at %g and is at %g", i, exit, x)
				}
			}
		}
	}
}

// Without the bridge the wall looks as if it stood 0.5826 σ√h further out
// (-ζ(1/2)/√(2π), Broadie, Glasserman and Kou 1997), for h small. N = 20,000.
func TestUnbridgedWallIsFurtherOut(t *testing.T) {
	const h, n = 0.01, 20_000
	far := 1 + 0.5825971579*math.Sqrt(2*h)
	want := math.Erf(far / 2) // P(τ > 1) = erf(x/√(2σ²t))
	for seed := range trials.Of(t, 20) / 10 {
		p, stderr := survive(t, uhlenbeck(0, 1), wall(), n, h, uint64(seed))
		if z := (p - want) / stderr; math.Abs(z) > worst {
			t.Errorf("seed %d: %g survive, want %g ± %g, z = %.1f", seed, p, want, stderr, z)
		}
		if exact := math.Erf(0.5); p-exact < 8*stderr {
			t.Errorf("seed %d: %g survive, of the process %g: the test does not test", seed, p, exact)
		}
	}
}

// law returns P(τ > 1) from 1 under the scheme itself, for dX = -X dt + √2 dW
// and the wall at 0: the step's Gaussian kernel to y > 0, with the share of
// bridges that do not touch, by Gauss-Legendre quadrature.
func law(steps int, bridged bool) float64 {
	const nodes = 320
	h := 1 / float64(steps)
	y, w := make([]float64, nodes), make([]float64, nodes)
	quad.Legendre{}.FixedLocations(y, w, 0, 7)
	kernel := func(x, y float64) float64 {
		d := y - (1-h)*x
		k := math.Exp(-d*d/(4*h)) / math.Sqrt(4*math.Pi*h)
		if bridged {
			k *= -math.Expm1(-x * y / h) // 2 d d'/(σ² h)
		}
		return k
	}
	p := mat.NewDense(nodes, nodes, nil)
	p.Apply(func(i, j int, _ float64) float64 { return kernel(y[i], y[j]) * w[j] }, p)
	u, next := mat.NewVecDense(nodes, nil), mat.NewVecDense(nodes, nil)
	for i := range nodes {
		u.SetVec(i, 1)
	}
	for range steps - 1 {
		next.MulVec(p, u)
		u, next = next, u
	}
	var survive float64
	for j := range nodes {
		survive += kernel(1, y[j]) * w[j] * u.AtVec(j)
	}
	return survive
}

// The weak order of absorption: 1/2 without the bridge, 1 with it. The orders
// are those of the scheme's law, without noise; the ensemble has that law. By
// reflection, P(τ > 1) = erf(e^-1/√(2 (1-e^-2))) for the process.
func TestAbsorptionOrders(t *testing.T) {
	exact := math.Erf(math.Exp(-1) / math.Sqrt(2*(1-math.Exp(-2))))
	for name, c := range map[string]struct {
		b       sde.Boundary
		bridged bool
		order   float64
	}{"plain": {wall(), false, 0.5}, "bridged": {wall().Bridged(), true, 1}} {
		var h, miss []float64
		for _, n := range []int{16, 32, 64, 128, 256} {
			h, miss = append(h, 1/float64(n)), append(miss, math.Abs(law(n, c.bridged)-exact))
		}
		fit, err := verify.FitSlope(h, miss)
		if err != nil || math.Abs(fit.Order-c.order) > 0.2 {
			t.Errorf("%s: order %.2f ± %.2f, want %g (%v)", name, fit.Order, fit.StdErr, c.order, err)
		}
		t.Logf("%s: order %.3f ± %.3f, errors %.2g", name, fit.Order, fit.StdErr, miss)
		want := law(16, c.bridged)
		for seed := range trials.Of(t, 20) {
			p, stderr := survive(t, uhlenbeck(1, 1), c.b, 10_000, 1./16, uint64(seed))
			if z := (p - want) / stderr; math.Abs(z) > worst {
				t.Errorf("%s, seed %d: %g survive, want %g ± %g, z = %.1f", name, seed, p, want, stderr, z)
			}
		}
	}
}

// A Brownian motion, σ² = 2, leaves (-1, 1) from 0 after 1/2 on average, through
// either side as often; no particle moves any more.
func TestMeanExit(t *testing.T) {
	const n = 2000
	for seed := range trials.Of(t, 20) {
		e := sde.Ensemble{System: uhlenbeck(0, 2), Boundary: sde.Boundaries(sde.Absorb(-1, 1), sde.Free()).Bridged(), Particles: n, Step: 0.02, Seed: uint64(seed), Start: sde.At(0, 0)}
		c, err := e.Run(0, 20)
		if err != nil {
			t.Fatal(err)
		}
		m, err := c.MeanExit()
		if z := (m.Value - 0.5) / m.StdErr; err != nil || m.N != n || math.Abs(z) > worst {
			t.Errorf("seed %d: mean exit time %v, z = %.1f, %v", seed, m, z, err)
		}
		up, across := 0.0, 0.0
		for i := range n {
			up += c.X.At(i, 0) // ±1
			across += c.X.At(i, 1) * c.X.At(i, 1)
		}
		if z := up / math.Sqrt(n); math.Abs(z) > worst || math.Abs(math.Mod(up, 1)) > 0 {
			t.Errorf("seed %d: sum of the sides %g, z = %.1f", seed, up, z)
		}
		// The other coordinate is free: its variance is 2 E τ = 1, its fourth
		// moment 12 E τ² = 5, for E τ² = 5/12.
		if z := (across/n - 1) / math.Sqrt(4./n); math.Abs(z) > worst {
			t.Errorf("seed %d: variance of the free coordinate %g, z = %.1f", seed, across/n, z)
		}
	}
}

// Exits at a constant rate, seen for a while only: noise that jumps out.
func TestExitRate(t *testing.T) {
	e := sde.Ensemble{System: uhlenbeck(0, 1), Boundary: sde.Boundaries(sde.Absorb(-1, 1)).Bridged(), Particles: 20_000, Step: 0.02, Seed: 1, Start: sde.At(0)}
	if c, err := e.Run(0, 0.02); err != nil {
		t.Fatal(err)
	} else if _, err := c.ExitRate(); err == nil {
		t.Error("a rate without exits")
	}
	// From the slowest mode, cos(πx/2), the rate is π²/4 exactly.
	e.Start = func(x []float64, _ int, s *sde.Stream) { x[0] = math.Asin(2*s.Float64()-1) * 2 / math.Pi }
	c, err := e.Run(5, 5.2)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.ExitRate()
	if z := (r.Value - math.Pi*math.Pi/4) / r.StdErr; err != nil || math.Abs(z) > 5 || r.N != c.Exited() || r.N < 5000 || r.N > 12000 {
		t.Errorf("rate %v, z = %.1f, %v", r, z, err)
	}
	if _, err := c.MeanExit(); err == nil {
		t.Error("a mean exit time while particles move")
	}
}
