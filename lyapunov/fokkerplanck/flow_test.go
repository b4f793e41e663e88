package fokkerplanck

import (
	"math"
	"strings"
	"testing"

	"hopflow/internal/oracle"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

// moments returns mean and covariance, row-major.
func moments(p *freeenergy.Density) (mean, cov []float64) {
	n := p.Grid.Dim()
	for a := range n {
		mean = append(mean, p.Mean(func(x []float64) float64 { return x[a] }))
	}
	for a := range n {
		for b := range n {
			cov = append(cov, p.Mean(func(x []float64) float64 { return (x[a] - mean[a]) * (x[b] - mean[b]) }))
		}
	}
	return mean, cov
}

// Ornstein-Uhlenbeck on the line: exact in time, two grids and one extrapolation
// in h².
func TestOU1(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "ou1d/") {
		var v [][]float64
		for _, n := range []int{500, 1000, 2000} {
			w := 6.5 * math.Sqrt(math.Max(r.In("T")/r.In("k"), r.In("v0")))
			g := must(t, Equation{Energy: landscape.Harmonic(r.In("k"), 0), Mobility: Isotropic(func([]float64) float64 { return r.In("K") }), Temperature: r.In("T")}, nil, freeenergy.Uniform(-w, w, n).Walled())
			p0 := gaussian(t, g.grid, r.Ins("m0"), r.Ins("v0"))
			c := final(t, g.With(Exponential{}), p0, r.In("t"), r.In("t"))
			mean, cov := moments(c.Density)
			v = append(v, []float64{mean[0], cov[0], c.F, -c.Dissipation, c.KL})
		}
		got := richardson(v, 2, 4)
		for i, key := range []string{"mean", "var", "F", "dFdt", "kl"} {
			within(t, r, key, got[i:i+1], 2e-7)
		}
		if kl := got[4]; kl > r.Want("kl_bound") {
			t.Errorf("%s: KL %g above the bound of log-Sobolev %g", r.ID, kl, r.Want("kl_bound"))
		}
	}
}

// linear returns the equation of dx = -A x dt + dB, <dB dBᵀ> = 2D dt with T = 1:
// E = xᵀΣ⁻¹x/2 and K = AΣ, whose symmetric part is D.
func linear(t *testing.T, r oracle.Record) Equation {
	a, sigma := matrix(t, r, r.Inputs, "A"), matrix(t, r, r.Expected, "Sigma")
	n := int(math.Sqrt(float64(len(a))))
	rows := make([][]float64, n)
	for i := range n {
		rows[i] = make([]float64, n)
		for j := range n {
			for k := range n {
				rows[i][j] += a[i*n+k] * sigma[k*n+j]
			}
		}
	}
	return Equation{Energy: quadratic(invert(sigma)), Mobility: Constant(rows...), Temperature: 1}
}

// rungeKutta advances p by the classical method: a second opinion on the
// generator, also where rates are negative.
func rungeKutta(g *Generator, p []float64, t1 float64, steps int) {
	n, h := len(p), t1/float64(steps)
	var k [4][]float64
	for i := range k {
		k[i] = make([]float64, n)
	}
	y := make([]float64, n)
	for range steps {
		g.Apply(k[0], p)
		for s, c := range []float64{h / 2, h / 2, h} {
			for i := range y {
				y[i] = p[i] + c*k[s][i]
			}
			g.Apply(k[s+1], y)
		}
		for i := range p {
			p[i] += h / 6 * (k[0][i] + 2*k[1][i] + 2*k[2][i] + k[3][i])
		}
	}
}

// linearBox is a box of w standard deviations of the widest of start and
// stationary law.
func linearBox(t *testing.T, r oracle.Record, w float64, n int) []freeenergy.Axis {
	sigma, p0, m0 := matrix(t, r, r.Expected, "Sigma"), matrix(t, r, r.Inputs, "P0"), r.Ins("m0")
	var axes []freeenergy.Axis
	for d := range m0 {
		half := w*math.Sqrt(math.Max(sigma[d*len(m0)+d], p0[d*len(m0)+d])) + math.Abs(m0[d])/2
		axes = append(axes, freeenergy.Uniform(-half, half, n).Walled())
	}
	return axes
}

// The linear equations with a rotation, S full in three dimensions: the centred
// current and two extrapolated grids.
func TestLinear(t *testing.T) {
	for id, c := range map[string]struct {
		cells []int
		width float64
		tol   float64
	}{
		"ou2d/example1": {[]int{40, 80}, 6, 2e-4},
		"ou2d/rotation": {[]int{70, 140}, 3, 3e-3}, // within the time it stays near the middle
		"ou3d/a":        {[]int{12, 24}, 5, 1e-2},
	} {
		r := oracle.Load(t, lf, id)[0]
		n := len(r.Ins("m0"))
		var v [][]float64
		for _, cells := range c.cells {
			g := must(t, linear(t, r), &Settings{Current: CentredSigned}, linearBox(t, r, c.width, cells)...)
			p := gaussian(t, g.grid, r.Ins("m0"), matrix(t, r, r.Inputs, "P0"))
			rungeKutta(g, p.P, r.In("t"), int(r.In("t")*g.MaxRate()/1.3)+1)
			mean, cov := moments(p)
			v = append(v, append(append(mean, cov...), relative(g, p), -dissipation(g, p)))
		}
		got := richardson(v, 2)
		within(t, r, "mean", got[:n], c.tol)
		cov := matrix(t, r, r.Expected, "cov")
		for i, w := range cov {
			near(t, r.ID+" cov", got[n+i], w, c.tol)
		}
		within(t, r, "kl", got[n+n*n:], 3*c.tol)
		within(t, r, "dkldt", got[n+n*n+1:], 10*c.tol)
	}
}

// dissipation returns D of a density.
func dissipation(g *Generator, p *freeenergy.Density) float64 {
	l := g.newLedger(0)
	m := make([]float64, len(p.P))
	for i, v := range p.P {
		m[i] = v * g.volume[i]
	}
	l.survey(m)
	d, _ := l.dissipation(m, true)
	return d
}

// relative returns KL(p||q), p < 0 counted as 0.
func relative(g *Generator, p *freeenergy.Density) float64 {
	m := make([]float64, len(p.P))
	for i, v := range p.P {
		m[i] = v * g.volume[i]
	}
	return g.newLedger(0).survey(m).kl
}

// The same with the upwind current, whose error is of first order: certified
// steps reach the record by extrapolation.
func TestLinearUpwind(t *testing.T) {
	r := oracle.Load(t, lf, "ou2d/example1")[0]
	var v [][]float64
	for _, n := range []int{20, 40, 80} {
		g := must(t, linear(t, r), &Settings{Method: Uniformization{}}, linearBox(t, r, 6, n)...)
		c := final(t, g, gaussian(t, g.grid, r.Ins("m0"), matrix(t, r, r.Inputs, "P0")), r.In("t"), r.In("t"))
		mean, _ := moments(c.Density)
		v = append(v, append(mean, c.KL))
	}
	got := richardson(v, 1, 2)
	within(t, r, "mean", got[:2], 1e-2)
	within(t, r, "kl", got[2:], 2e-2)
}

// dF/dt of a Gaussian, with constant and variable S, does not see A.
func TestDissipation(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "sa/linear-") {
		s, m := matrix(t, r, r.Inputs, "S"), matrix(t, r, r.Inputs, "M")
		for _, a := range []float64{0, r.In("a")} {
			var v [][]float64
			for _, n := range []int{40, 80, 160} {
				g := must(t, Equation{Energy: quadratic(m), Mobility: Constant([]float64{s[0], s[1] + a}, []float64{s[2] - a, s[3]}), Temperature: r.In("T")},
					&Settings{Current: CentredSigned}, freeenergy.Uniform(-7, 7, n), freeenergy.Uniform(-7, 7, n))
				v = append(v, []float64{-dissipation(g, gaussian(t, g.grid, r.Ins("mu"), matrix(t, r, r.Inputs, "Sigma")))})
			}
			within(t, r, "dFdt", richardson(v, 2, 4), 1e-4)
		}
	}
	// S that varies: Selling's directions change from place to place, and where E
	// is steep a cell is worth many T. The error falls by 3.2 in a halving.
	r := oracle.Load(t, lf, "sa/dFdt-variable-K")[0]
	symmetric := Tensor(func(k, x []float64) {
		variable(k, x)
		k[1], k[2] = (k[1]+k[2])/2, (k[1]+k[2])/2
	})
	var v [][]float64
	for _, n := range []int{110, 220} {
		g := must(t, Equation{Energy: crossed, Mobility: symmetric, Temperature: r.In("T")}, nil,
			freeenergy.Uniform(-3.6, 3.8, n).Walled(), freeenergy.Uniform(-2.8, 2.6, n).Walled())
		v = append(v, []float64{-dissipation(g, gaussian(t, g.grid, r.Ins("mu"), matrix(t, r, r.Inputs, "Sigma")))})
	}
	within(t, r, "dFdt", richardson(v, 2), 5e-3)
}

// The energy and mobility of the records sa/nonlinear-*.
var (
	crossed  = function{2, func(x []float64) float64 { s := x[0]*x[0] - 1; return s*s + x[0]*x[1]/2 + x[1]*x[1] }}
	variable = Tensor(func(k, x []float64) {
		s, a := x[0]*x[1]/5, math.Sin(x[0])+x[1]*x[1]
		k[0], k[1], k[2], k[3] = 1+x[0]*x[0], s+a, s-a, 1+x[1]*x[1]
	})
)

// The generator's drift, the mean displacement per time from a cell, is the Itô
// drift T ∂_b K^{ab} - K^{ab} ∂_b E, with the divergence on the second index; and
// exp(-E/T) is stationary to rounding, with div A in its place.
func TestItoDrift(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "sa/nonlinear-") {
		at := []float64{r.In("x"), r.In("y")}
		var v [][]float64
		for _, n := range []int{41, 81, 161} { // the point is the middle center
			h := 0.5 * 40 / float64(n-1) / 40
			half := h * float64(n) / 2
			g := must(t, Equation{Energy: crossed, Mobility: variable, Temperature: r.In("T")}, &Settings{Current: CentredSigned},
				freeenergy.Uniform(at[0]-half, at[0]+half, n).Walled(), freeenergy.Uniform(at[1]-half, at[1]+half, n).Walled())
			here := g.grid.Index(n/2, n/2)
			drift, x := []float64{0, 0}, []float64{0, 0}
			for j := range g.grid.Len() {
				w := g.Rate(here, j)
				g.grid.Center(x, j)
				drift[0] += w * (x[0] - at[0])
				drift[1] += w * (x[1] - at[1])
			}
			v = append(v, drift)
			rate := make([]float64, g.grid.Len())
			g.Apply(rate, g.Equilibrium().P)
			for i := range rate {
				if rel := rate[i] / g.Equilibrium().P[i]; math.Abs(rel) > 1e-10*g.MaxRate() {
					t.Fatalf("%s: exp(-E/T) changes by %g in cell %d", r.ID, rel, i)
				}
				if i > 3 {
					break
				}
			}
		}
		got := richardson(v, 2)
		within(t, r, "drift", got, 2e-4)
		for _, i := range []int{0, 1} {
			if math.Abs(got[i]-r.Wants("drift_wrong_index")[i]) < 0.1 {
				t.Errorf("%s: the drift has the divergence on the first index", r.ID)
			}
		}
	}
}

// S = diag(0, γ) only semidefinite: dF/dt = 0 at a p that is not q, and it still
// relaxes.
func TestKinetic(t *testing.T) {
	r := oracle.Load(t, lf, "thm6/kinetic-ou")[0]
	eq := Equation{Energy: quadratic([]float64{1, 0, 0, 1}), Mobility: Constant([]float64{0, -1}, []float64{1, r.In("gamma")}), Temperature: r.In("T")}
	box := func(n int) []freeenergy.Axis {
		return []freeenergy.Axis{freeenergy.Uniform(-7, 7, n), freeenergy.Uniform(-6, 6, n)}
	}
	if _, err := New(freeenergy.NewGrid(box(10)...), eq, nil); err == nil || !strings.Contains(err.Error(), "not positive definite") {
		t.Errorf("a semidefinite S without asking: %v", err)
	}
	var v [][]float64
	for _, n := range []int{64, 128} {
		g := must(t, eq, &Settings{Current: CentredSigned, Semidefinite: true}, box(n)...)
		p := gaussian(t, g.grid, []float64{0, 0}, []float64{r.In("var_x0"), 0, 0, r.In("T")})
		now := []float64{dissipation(g, p), relative(g, p)}
		rungeKutta(g, p.P, r.In("t"), int(r.In("t")*14/float64(14)*float64(n))*2)
		_, cov := moments(p)
		v = append(v, append(append(now, relative(g, p), -dissipation(g, p)), cov...))
	}
	got := richardson(v, 2)
	near(t, "dF/dt at 0", got[0], 0, 1e-4)
	within(t, r, "kl0", got[1:], 2e-5)
	within(t, r, "kl", got[2:], 1e-3)
	within(t, r, "dFdt", got[3:], 1e-3)
	for i, w := range matrix(t, r, r.Expected, "cov") {
		near(t, "cov", got[4+i], w, 2e-3)
	}
	// Certified, with the upwind current.
	g := must(t, eq, &Settings{Semidefinite: true}, box(40)...)
	if c := final(t, g, gaussian(t, g.grid, []float64{0, 0}, []float64{2, 0, 0, 1}), 1.5, 0.05); !c.Holds || c.KL > 0.1 {
		t.Errorf("upwind: %+v", c)
	}
}

// K = e^{-t} is a clock that stops at 1: F decreases for ever, and not to its
// minimum.
func TestStoppingClock(t *testing.T) {
	r := oracle.Load(t, lf, "thm6/K-exp-minus-t")[0]
	var v [][]float64
	for _, n := range []int{300, 600} {
		g := must(t, Equation{Energy: landscape.Harmonic(1, 0), Temperature: 1}, &Settings{Method: Exponential{}}, freeenergy.Uniform(-9, 9, n))
		p0 := gaussian(t, g.grid, r.Ins("m0"), []float64{1})
		c := final(t, g, p0, 1, 1)
		mean, _ := moments(c.Density)
		v = append(v, []float64{mean[0], c.KL, final(t, g, p0, 0, 1).F, c.F})
	}
	got := richardson(v, 2)
	for i, key := range []string{"mean_inf", "kl_inf", "F0", "F_inf"} {
		within(t, r, key, got[i:], 2e-6)
	}
}

// Remark 7: the only K of the reset dynamics in one dimension is negative.
func TestResetHasNoMobility(t *testing.T) {
	r := oracle.Load(t, lf, "remark7/reset")[0]
	a, b := r.In("a"), r.In("b")
	k := func(x float64) float64 {
		flux := a*math.Sin(math.Pi*x)/math.Pi + b*math.Sin(3*math.Pi*x)/(3*math.Pi)
		return flux / (math.Pi * (a*math.Sin(math.Pi*x) + 3*b*math.Sin(3*math.Pi*x)))
	}
	within(t, r, "K", []float64{k(r.In("x"))}, 1e-14)
	_, err := New(freeenergy.NewGrid(freeenergy.Uniform(0, 1, 10).Walled()),
		Equation{Energy: zero(1), Mobility: Isotropic(func(x []float64) float64 { return k(x[0]) }), Temperature: 1}, nil)
	if err == nil || !strings.Contains(err.Error(), "not positive definite at x = [0.") {
		t.Errorf("a negative K: %v", err)
	}
}

// The diffusion machine from the uniform density, exact in time.
func TestMachineEvolution(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-evo-") {
		var v [][]float64
		for _, n := range []int{24, 48, 96} {
			g := machine(t, n, &Settings{Method: Exponential{}, Tolerance: 1e-6})
			c := final(t, g, freeenergy.Uniformly(g.grid), r.In("t"), r.In("t"))
			mean, _ := moments(c.Density)
			v = append(v, []float64{c.F, freeenergy.Energy(c.Density, landscape.Himmelblau{}), mean[0], mean[1]})
		}
		got := richardson(v, 2, 4)
		tol := 2e-5
		if r.In("t") < 0.005 {
			tol = 2e-3 // steep corners, of a few cells
		}
		within(t, r, "F", got[:1], tol)
		within(t, r, "Ef", got[1:], 2*tol)
		within(t, r, "mean", got[2:], tol)
	}
}

// The tilted ring has no energy on the circle: its drift has, and a stationary
// current.
func TestTiltedRing(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "q1/tilted-ring-") {
		T, f := r.In("T"), r.In("f")
		var v [][]float64
		for _, n := range []int{64, 128, 256} {
			h := 2 * math.Pi / float64(n)
			grid := freeenergy.NewGrid(freeenergy.Periodic(-h/2, 2*math.Pi-h/2, n))
			if _, err := New(grid, Equation{Energy: landscape.NewTiltedRing(1, f), Temperature: T}, nil); err == nil || !strings.Contains(err.Error(), "multi-valued") {
				t.Fatalf("a multi-valued energy on a circle: %v", err)
			}
			g, err := NewDrift(grid, Drift{Field: func(dst, x []float64) { dst[0] = f + math.Sin(x[0]) }, Temperature: T}, nil)
			if err != nil {
				t.Fatal(err)
			}
			q := g.Equilibrium().P
			flux := h * (q[0]*g.Rate(0, 1) - q[1]*g.Rate(1, 0))
			affinity := 0.0
			for i := range n {
				affinity += math.Log(g.Rate(i, (i+1)%n) / g.Rate((i+1)%n, i))
			}
			v = append(v, []float64{affinity, flux, q[0], 2 * math.Pi * flux, g.EntropyProduction()})
			if g.Reversible() {
				t.Error("a current is reversible")
			}
			// It relaxes to it, with certificates.
			if c := final(t, g, freeenergy.Uniformly(grid), 40, 0.5); c.KL > 1e-6 {
				t.Errorf("%s: KL %g", r.ID, c.KL)
			}
		}
		got := richardson(v, 2, 4)
		for i, key := range []string{"affinity", "J", "q0", "mean_velocity", "entropy_production"} {
			within(t, r, key, got[i:], 3e-8)
		}
	}
}
