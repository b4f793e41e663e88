package fokkerplanck

import (
	"math"
	"testing"

	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
	"hopflow/lyapunov/verify"
)

// distance returns ‖p - q‖₁.
func distance(p, q *freeenergy.Density) float64 { return 2 * freeenergy.TotalVariation(p, q) }

func TestOrderInTime(t *testing.T) {
	for _, g := range []*Generator{
		doubleWell(t, 60, nil),
		machine(t, 12, nil),
		machine(t, 12, &Settings{Solver: Multigrid}),
	} {
		t1 := 20 / g.MaxRate()
		// A density that is smooth on the grid: q tilted, so that no mass is far out.
		p0, err := freeenergy.Normalized(g.grid, func(x []float64) float64 { return 1 + math.Tanh(3*x[0]) })
		if err != nil {
			t.Fatal(err)
		}
		for i, q := range g.Equilibrium().P {
			p0.P[i] *= q
		}
		mass := p0.Mass()
		for i := range p0.P {
			p0.P[i] /= mass
		}
		exact := final(t, g.With(Uniformization{}), p0, t1, t1).Density
		for _, m := range []Method{ImplicitEuler{}, ExplicitEuler{}, TwoStage{}} {
			var h, e []float64
			for _, steps := range []float64{64, 128, 256, 512} {
				c := final(t, g.With(m), p0, t1, t1/steps)
				h, e = append(h, t1/steps), append(e, distance(c.Density, exact))
			}
			if err := verify.Order("time", m.String(), h, e, float64(m.Order()), 0.15).Err(); err != nil {
				t.Error(err)
			}
		}
	}
}

// Second order in space against the exact Gaussian, with S isotropic, diagonal
// on cells of unequal width, and full.
func TestOrderInSpace(t *testing.T) {
	ou := func(n int, axis func(n int) freeenergy.Axis) float64 {
		g := must(t, Equation{Energy: landscape.Harmonic(1, 0), Temperature: 0.5}, &Settings{Method: Exponential{}}, axis(n))
		c := final(t, g, gaussian(t, g.grid, []float64{1}, []float64{0.2}), 0.5, 0.5)
		a := math.Exp(-0.5)
		return distance(c.Density, gaussian(t, g.grid, []float64{a}, []float64{0.2*a*a + 0.5*(1-a*a)}))
	}
	stretched := func(n int) freeenergy.Axis { // widths vary smoothly by a factor 3
		edges := make([]float64, n+1)
		for i := range edges {
			s := 2*float64(i)/float64(n) - 1
			edges[i] = 5 * (0.6*s + 0.4*s*s*s)
		}
		return freeenergy.Edges(edges)
	}
	full := func(n int) float64 {
		// dx = -KMx dt, K = M⁻¹ full: every direction decays alike, as exp(-t).
		m := []float64{1, -0.6, -0.6, 1.3}
		cov := invert(m)
		g := must(t, Equation{Energy: quadratic(m), Mobility: Constant(cov[:2], cov[2:]), Temperature: 1}, &Settings{Method: Exponential{}, Tolerance: 1e-6},
			freeenergy.Uniform(-7, 7, n), freeenergy.Uniform(-6, 6, n))
		scale := func(f float64) []float64 { return []float64{f * cov[0], f * cov[1], f * cov[2], f * cov[3]} }
		c := final(t, g, gaussian(t, g.grid, []float64{0.5, 0.2}, scale(0.6)), 0.4, 0.4)
		a := math.Exp(-0.4)
		return distance(c.Density, gaussian(t, g.grid, []float64{0.5 * a, 0.2 * a}, scale(0.6*a*a+1-a*a)))
	}
	for name, f := range map[string]func(n int) float64{
		"line":       func(n int) float64 { return ou(n, func(n int) freeenergy.Axis { return freeenergy.Uniform(-5, 5, n) }) },
		"unequal":    func(n int) float64 { return ou(n, stretched) },
		"full S":     full,
		"steep well": func(n int) float64 { return machineError(t, n) },
	} {
		var h, e []float64
		for _, n := range []int{24, 36, 54, 81} {
			h, e = append(h, 1/float64(n)), append(e, f(n))
		}
		if err := verify.Order("space", name, h, e, 2, 0.2).Err(); err != nil {
			t.Errorf("%v: %v", err, e)
		}
	}
}

// machineError is the error of F of the diffusion machine at t = 0.01.
func machineError(t *testing.T, n int) float64 {
	g := machine(t, n, &Settings{Method: Exponential{}, Tolerance: 1e-6})
	return math.Abs(final(t, g, freeenergy.Uniformly(g.grid), 0.01, 0.01).F - 55.52428354)
}

// dF/dt integrated is the change of F: the identity of [LF] Theorem 6, on the
// grid, with D at Gauss' points of each step.
func TestIntegralIdentity(t *testing.T) {
	g := doubleWell(t, 100, &Settings{Method: Uniformization{}})
	p := final(t, g, bump(t, g.grid), 0.05, 0.05)
	const h = 0.05
	for range 4 {
		at := func(dt float64) Certificate { return final(t, g, p.Density, dt, dt) }
		var integral float64
		for _, c := range [][2]float64{{-0.906179845938664, 0.236926885056189}, {-0.538469310105683, 0.478628670499366}, {0, 0.568888888888889}, {0.538469310105683, 0.478628670499366}, {0.906179845938664, 0.236926885056189}} {
			integral += h / 2 * c[1] * at(h/2*(1+c[0])).Dissipation
		}
		next := at(h)
		near(t, "∫D dt", integral, p.F-next.F, 1e-7)
		p = next
	}
}

// F - F_min of the double well falls as exp(-2 gap t) in the end, observables as
// exp(-gap t).
func TestPredictedRate(t *testing.T) {
	g := doubleWell(t, 128, &Settings{Method: Exponential{}})
	gap, err := g.Gap()
	if err != nil {
		t.Fatal(err)
	}
	p := bump(t, g.grid)
	a, b := final(t, g, p, 8, 8), final(t, g, p, 12, 12)
	near(t, "rate of KL", math.Log(a.KL/b.KL)/4, 2*gap, 1e-2)
	mean := func(c Certificate) float64 { return c.Density.Mean(func(x []float64) float64 { return x[0] }) }
	near(t, "rate of the mean", math.Log(mean(a)/mean(b))/4, gap, 1e-6)
}

// Near equilibrium the certificates go on falling, with a floor that falls too,
// far below the rounding of <E> - T H.
func TestCertifiedDownToRounding(t *testing.T) {
	g := doubleWell(t, 100, nil)
	last, steps := math.Inf(1), 0
	for c, err := range g.Evolve(bump(t, g.grid), 200, 1) {
		if err != nil {
			t.Fatal(err)
		}
		if c.KL > 1e-27 {
			if c.KL >= last || c.Floor > 1e-13*math.Sqrt(c.KL) && c.KL < 1e-6 {
				t.Fatalf("KL %g after %g, floor %g", c.KL, last, c.Floor)
			}
			last, steps = c.KL, steps+1
		}
	}
	if last > 1e-25 || steps < 100 {
		t.Errorf("KL only fell to %g in %d steps", last, steps)
	}
}
