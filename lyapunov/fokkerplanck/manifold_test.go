package fokkerplanck

import (
	"math"
	"strings"
	"testing"

	"hopflow/internal/oracle"
	"hopflow/lyapunov"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

// densityOf returns the function that a record names.
func densityOf(t *testing.T, name string, e lyapunov.Energy, T float64) func(x []float64) float64 {
	switch name {
	case "1":
		return func([]float64) float64 { return 1 }
	case "exp(-f/T)":
		return func(x []float64) float64 { return math.Exp(-e.Value(x) / T) }
	case "exp(-f/(2T))":
		return func(x []float64) float64 { return math.Exp(-e.Value(x) / (2 * T)) }
	case "36 x1(1-x1)x2(1-x2)":
		return func(x []float64) float64 { return 36 * x[0] * (1 - x[0]) * x[1] * (1 - x[1]) }
	case "q*(1-q)":
		return func(x []float64) float64 { return x[0] * (1 - x[0]) }
	}
	t.Fatalf("no density %q", name)
	return nil
}

// around returns an axis of n cells of width h, the middle one at x.
func around(x, h float64, n int) freeenergy.Axis {
	half := h * float64(n) / 2
	return freeenergy.Uniform(x-half, x+half, n).Walled()
}

// The generator applied to given functions at a point: [HF] (42), from cells that
// shrink to it.
func TestOperator(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-fpk-") {
		x, T, e := r.Ins("x"), r.In("T"), landscape.Himmelblau{}
		rho := densityOf(t, r.Text("rho"), e, T)
		var v [][]float64
		for _, h := range []float64{4e-3, 2e-3, 1e-3} {
			g := must(t, Equation{Energy: e, Mobility: tanh(r.Ins("beta")...), Temperature: T}, nil, around(x[0], h, 5), around(x[1], h, 5))
			dst := make([]float64, 25)
			g.Apply(dst, g.grid.Sample(rho))
			v = append(v, dst[12:13])
		}
		within(t, r, "L_rho", richardson(v, 2, 4), 1e-6)
	}
}

// [HF] Remark 3: (43) and the Laplace-Beltrami operator (53) differ, and have two
// stationary laws.
func TestLaplaceBeltrami(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-lb-") {
		a, c, T, k := r.In("a"), r.In("c"), r.In("T"), tanh(r.In("beta"))
		e := function{1, func(x []float64) float64 { return a * (x[0] - c) * (x[0] - c) }}
		rho, volume := densityOf(t, r.Text("rho"), e, T), RiemannianVolume(k)
		var plain, riemannian [][]float64
		for _, h := range []float64{8e-3, 4e-3, 2e-3} {
			axis, dst := around(r.In("x"), h, 5), make([]float64, 5)
			g := must(t, Equation{Energy: e, Mobility: k, Temperature: T}, nil, axis)
			g.Apply(dst, g.grid.Sample(rho))
			plain = append(plain, []float64{dst[2]})
			g = must(t, Equation{Energy: e, Mobility: k, Temperature: T, LogVolume: volume}, nil, axis)
			g.Apply(dst, g.grid.Sample(func(x []float64) float64 { return rho(x) * math.Exp(volume(x)) }))
			riemannian = append(riemannian, []float64{dst[2] / math.Exp(volume(r.Ins("x")))})
		}
		within(t, r, "op43", richardson(plain, 2, 4), 1e-7)
		within(t, r, "op53", richardson(riemannian, 2, 4), 1e-7)
	}
	// The Riemannian one relaxes to e^{-f/T} √g, certified.
	k, e := tanh(0.7, 1.3), landscape.Himmelblau{}
	g := must(t, Equation{Energy: e, Mobility: k, Temperature: 300, LogVolume: RiemannianVolume(k)}, nil,
		freeenergy.Uniform(0, 1, 20).Walled(), freeenergy.Uniform(0, 1, 20).Walled())
	p := final(t, g, freeenergy.Uniformly(g.grid), 1, 0.05).Density
	want, err := freeenergy.Normalized(g.grid, func(x []float64) float64 {
		return math.Exp(-e.Value(x)/300) / math.Sqrt(4*0.7*x[0]*(1-x[0])*4*1.3*x[1]*(1-x[1]))
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := distance(p, want); d > 1e-8 {
		t.Errorf("distance to e^{-f/T}√g: %g", d)
	}
}

// [LF] Theorem 8 on a sphere and in polar coordinates: the drift has T ∂ ln μ.
func TestCurvedMeasure(t *testing.T) {
	drift := func(e Equation, x float64) float64 {
		var v [][]float64
		for _, h := range []float64{0.02, 0.01} {
			g := must(t, e, nil, around(x, h, 5))
			v = append(v, []float64{h * (g.Rate(2, 3) - g.Rate(2, 1))})
		}
		return richardson(v, 2)[0]
	}
	r := oracle.Load(t, lf, "manifold/sphere")[0]
	sphere := Equation{Energy: zero(1), Temperature: r.In("T"), LogVolume: func(x []float64) float64 { return math.Log(math.Sin(x[0])) }}
	within(t, r, "drift_theta", []float64{drift(sphere, r.In("theta"))}, 1e-7)
	cos2 := func(e Equation, n int) float64 {
		g := must(t, e, &Settings{Method: Exponential{}}, freeenergy.Uniform(0, math.Pi, n).Walled())
		p := final(t, g, freeenergy.Uniformly(g.grid), 40, 40).Density
		return p.Mean(func(x []float64) float64 { return math.Cos(x[0]) * math.Cos(x[0]) })
	}
	within(t, r, "cos2_correct", []float64{(4*cos2(sphere, 200) - cos2(sphere, 100)) / 3}, 1e-7)
	sphere.LogVolume = nil
	within(t, r, "cos2_naive", []float64{cos2(sphere, 100)}, 1e-12)

	r = oracle.Load(t, lf, "manifold/polar-hopf")[0]
	hopf := function{1, func(x []float64) float64 { s := x[0]*x[0] - 1; return s * s / 4 }}
	polar := Equation{Energy: hopf, Temperature: r.In("T"), LogVolume: func(x []float64) float64 { return math.Log(x[0]) }}
	within(t, r, "drift_r", []float64{drift(polar, r.In("r"))}, 1e-6)
	var v [][]float64
	for _, n := range []int{154, 462} { // the middle of cell n/4 is 0.8
		g := must(t, polar, nil, freeenergy.Uniform(0, 3.2, n).Walled())
		x, p := g.Equilibrium().XY(n / 4)
		near(t, "center", x, r.In("r"), 1e-15)
		v = append(v, []float64{p})
	}
	near(t, r.ID+" rho_r", (9*v[1][0]-v[0][0])/8, r.Want("rho_r"), 1e-7)
}

// A drift that has an energy gives the equation of the energy, S isotropic,
// variable or full.
func TestDriftWithEnergy(t *testing.T) {
	m := []float64{1, 0.4, 0.4, 2}
	axes := []freeenergy.Axis{freeenergy.Uniform(-6, 6, 24), freeenergy.Uniform(-5, 5, 24)}
	grid := freeenergy.NewGrid(axes...)
	for name, s := range map[string]Mobility{
		"identity": nil,
		"diagonal": Diagonal(func(dst, x []float64) { dst[0], dst[1] = 1+0.2*math.Sin(x[0]), 1+0.3*math.Cos(x[1]) }),
		"full":     Constant([]float64{1, 0.4}, []float64{0.4, 1}),
	} {
		const T = 0.9
		g := must(t, Equation{Energy: quadratic(m), Mobility: s, Temperature: T}, nil, axes...)
		field := func(dst, x []float64) { // T ∂S - S∇E
			var k tensor
			grad := []float64{m[0]*x[0] + m[1]*x[1], m[2]*x[0] + m[3]*x[1]}
			if err := k.at(s, x); err != nil {
				t.Fatal(err)
			}
			dst[0], dst[1] = -(k.s[0]*grad[0] + k.s[1]*grad[1]), -(k.s[2]*grad[0] + k.s[3]*grad[1])
			if name == "diagonal" {
				dst[0] += T * 0.2 * math.Cos(x[0])
				dst[1] -= T * 0.3 * math.Sin(x[1])
			}
		}
		d, err := NewDrift(grid, Drift{Field: field, Diffusion: s, Temperature: T}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if dist := distance(d.Equilibrium(), g.Equilibrium()); dist > 5e-4 {
			t.Errorf("%s: the stationary laws are %g apart", name, dist)
		}
		p0 := gaussian(t, grid, []float64{1, -1}, []float64{0.5, 0, 0, 0.5})
		if dist := distance(final(t, d, p0, 0.3, 0.02).Density, final(t, g, p0, 0.3, 0.02).Density); dist > 5e-4 {
			t.Errorf("%s: the solutions are %g apart", name, dist)
		}
	}
}

// A rotation about a limit cycle, of which no energy is given: E_T = (r²-1)²/4 for
// every T, found to the order that the audit measured, and Peclet's warning.
func TestHopfDrift(t *testing.T) {
	const T = 0.2
	e := function{2, func(x []float64) float64 { s := x[0]*x[0] + x[1]*x[1] - 1; return s * s / 4 }}
	var worst []float64
	for _, n := range []int{20, 40, 80} {
		grid := freeenergy.NewGrid(freeenergy.Uniform(-2.2, 2.2, n).Walled(), freeenergy.Uniform(-2.2, 2.2, n).Walled())
		g, err := NewDrift(grid, Drift{Field: func(dst, x []float64) {
			r := 1 - x[0]*x[0] - x[1]*x[1]
			dst[0], dst[1] = x[0]*r-x[1], x[1]*r+x[0]
		}, Temperature: T}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if n == 20 && g.Peclet() < 1 || n == 80 && g.Peclet() > 6 {
			t.Errorf("%d cells: Péclet number %g", n, g.Peclet())
		}
		q, err := freeenergy.Gibbs(grid, e, T)
		if err != nil {
			t.Fatal(err)
		}
		miss := 0.0
		x := []float64{0, 0}
		for i, p := range g.Equilibrium().P {
			grid.Center(x, i)
			if e.f(x) < 1 {
				miss = math.Max(miss, math.Abs(T*math.Log(p/q.P[i])))
			}
		}
		worst = append(worst, miss)
	}
	if worst[2] > 0.01 || worst[0]/worst[1] < 3 || worst[1]/worst[2] < 3 {
		t.Errorf("errors of E: %.3g, not of second order", worst)
	}
}

// Degenerate S in a drift is upwind; a chain that is cut in two is an error.
func TestDegenerateDrift(t *testing.T) {
	grid := freeenergy.NewGrid(freeenergy.Uniform(-4, 4, 20).Walled(), freeenergy.Uniform(-4, 4, 20).Walled())
	d := Drift{Field: func(dst, x []float64) { dst[0], dst[1] = x[1], -x[0]-x[1] }, Temperature: 0.5,
		Diffusion: Diagonal(func(dst, _ []float64) { dst[0], dst[1] = 0, 1 })}
	g, err := NewDrift(grid, d, &Settings{Semidefinite: true})
	if err != nil {
		t.Fatal(err)
	}
	_, cov := moments(g.Equilibrium())
	if math.Abs(cov[3]-0.5) > 0.2 || !math.IsInf(g.Peclet(), 1) {
		t.Errorf("variance of v %g, Péclet %g", cov[3], g.Peclet())
	}
	d.Diffusion = Diagonal(func(dst, x []float64) { dst[0], dst[1] = 0, 1 })
	d.Field = func(dst, x []float64) { dst[0], dst[1] = 0, -x[1] }
	if _, err := NewDrift(grid, d, &Settings{Semidefinite: true}); err == nil || !strings.Contains(err.Error(), "not connected") {
		t.Errorf("rows that are not connected: %v", err)
	}
}
