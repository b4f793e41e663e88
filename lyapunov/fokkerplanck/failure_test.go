package fokkerplanck

import (
	"math"
	"strings"
	"testing"

	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

// central is the generator with rates from central differences of the drift and
// the diffusion: w_ij = T/h² ± E'/2h, which turn negative where a cell climbs more
// than 2T.
func central(t *testing.T, n int, T float64) *Generator {
	g := must(t, Equation{Energy: landscape.NewDoubleWell(1, 1), Temperature: T}, nil, freeenergy.Uniform(-2, 2, n).Walled())
	h := 4 / float64(n)
	clear(g.exit)
	for k := range g.bonds {
		x := -2 + h*float64(k+1)
		slope := 4 * x * (x*x - 1)
		b := &g.bonds[k]
		b.out, b.back = T/(h*h)-slope/(2*h), T/(h*h)+slope/(2*h)
		g.exit[b.i] += b.out
		g.exit[b.j] += b.back
	}
	return g
}

// Central differences lose the sign, and with it the certificate; the
// Scharfetter-Gummel rates on the same grid keep both.
func TestCentralDifferencesFail(t *testing.T) {
	const n, T = 20, 0.05
	g := central(t, n, T)
	p0 := bump(t, g.grid)
	c, err := g.With(exactly{}).Run(p0, 0.02, 0.001)
	if err == nil || c.Holds {
		t.Errorf("central differences pass: %+v", c)
	}
	if !(c.MinP < 0) {
		t.Errorf("least density %g", c.MinP)
	}
	good := must(t, Equation{Energy: landscape.NewDoubleWell(1, 1), Temperature: T}, &Settings{Method: exactly{}}, freeenergy.Uniform(-2, 2, n).Walled())
	if c := final(t, good, p0, 0.02, 0.001); !c.Holds {
		t.Errorf("%+v", c)
	}
	// Fine enough, they pass too.
	fine := central(t, 640, T)
	if c, err := fine.With(exactly{}).Run(bump(t, fine.grid), 2e-4, 2e-5); err != nil {
		t.Errorf("%v: %+v", err, c)
	}
}

// exactly takes exp(τQᵀ)m by its Taylor series, whatever the signs of Q.
type exactly struct{}

func (exactly) String() string { return "Taylor series" }
func (exactly) Order() int     { return 0 }
func (exactly) prepare(g *Generator, tau float64) (stepper, error) {
	return &taylor{g, tau}, nil
}

type taylor struct {
	g   *Generator
	tau float64
}

func (s *taylor) step(dst, src []float64) (float64, error) {
	copy(dst, src)
	term, next := append([]float64(nil), src...), make([]float64, len(src))
	for k := 1; k < 60; k++ {
		s.g.advance(next, term, s.tau/float64(k))
		for i := range next {
			next[i] -= term[i]
			dst[i] += next[i]
		}
		term, next = next, term
	}
	return 0, nil
}

func TestRefusals(t *testing.T) {
	line := func(n int) *freeenergy.Grid { return freeenergy.NewGrid(freeenergy.Uniform(-3, 3, n)) }
	square := freeenergy.NewGrid(freeenergy.Uniform(-6, 6, 12), freeenergy.Uniform(-6, 6, 12))
	well, bowl := landscape.NewDoubleWell(1, 1), quadratic([]float64{1, 0, 0, 1})
	try := func(g *freeenergy.Grid, e Equation, s *Settings) error {
		_, err := New(g, e, s)
		return err
	}
	run := func(g *Generator, tau float64) error {
		_, err := g.Run(bump(t, g.grid), tau, tau)
		return err
	}
	unequal := freeenergy.NewGrid(freeenergy.Edges([]float64{-6, -2, 0, 1, 6}), freeenergy.Uniform(-6, 6, 8))
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"S not positive", try(line(10), Equation{Energy: well, Temperature: 1, Mobility: Isotropic(func(x []float64) float64 { return x[0] })}, nil), "not positive definite at x = [-2.4]"},
		{"S indefinite", try(square, Equation{Energy: bowl, Temperature: 1, Mobility: Constant([]float64{1, 2}, []float64{2, 1})}, nil), "not positive definite at x = [-5 -5.5]"},
		{"S NaN", try(line(10), Equation{Energy: well, Temperature: 1, Mobility: Isotropic(func(x []float64) float64 { return math.Sqrt(x[0]) })}, nil), "mobility K[0][0] is NaN"},
		{"energy NaN", try(line(10), Equation{Energy: function{1, func(x []float64) float64 { return math.Log(x[0]) }}, Temperature: 1}, nil), "energy is NaN in cell 0"},
		{"energy infinite", try(freeenergy.NewGrid(freeenergy.Uniform(-3, 3, 10).Walled()), Equation{Energy: function{1, func(x []float64) float64 { return 1 / math.Max(0, x[0]) }}, Temperature: 1}, nil), "energy is +Inf at x ="},
		{"box too small", try(line(10), Equation{Energy: well, Temperature: 50}, nil), "cuts off"},
		{"full S on unequal cells", try(unequal, Equation{Energy: bowl, Temperature: 1, Mobility: Constant([]float64{1, 0.5}, []float64{0.5, 1})}, nil), "uniform axes"},
		{"S too anisotropic", try(square, Equation{Energy: bowl, Temperature: 1, Mobility: Constant([]float64{1, 21.4}, []float64{21.4, 460})}, nil), "refine the grid, or turn the axes"},
		{"square-root overflow", try(line(10), Equation{Energy: well, Temperature: 0.01}, &Settings{Rates: SquareRoot}), "use ScharfetterGummel"},
		{"centred negative", try(square, Equation{Energy: bowl, Temperature: 0.5, Mobility: Constant([]float64{1, 3}, []float64{-3, 1})}, &Settings{Current: Centred}), "use Upwind"},
		{"explicit too long", run(doubleWell(t, 40, &Settings{Method: ExplicitEuler{}}), 0.1), "positive only up to 1/MaxRate()"},
		{"uniformization too long", run(doubleWell(t, 400, &Settings{Method: Uniformization{}}), 1e6), "passes"},
		{"two-stage on a gap", run(doubleWell(t, 256, &Settings{Method: TwoStage{}}), 0.1), "the density is down to -"},
		{"no detailed balance", func() error {
			g := must(t, Equation{Energy: bowl, Temperature: 1, Mobility: Constant([]float64{1, 0.1}, []float64{-0.1, 1})}, &Settings{Method: Exponential{}}, square.Axis(0), square.Axis(1))
			return run(g, 0.1)
		}(), "use Uniformization"},
		{"drift not finite", func() error {
			_, err := NewDrift(line(10), Drift{Field: func(dst, x []float64) { dst[0] = math.Log(x[0]) }, Temperature: 1}, nil)
			return err
		}(), "drift component 0"},
		{"drift cut off", func() error {
			_, err := NewDrift(line(10), Drift{Field: func(dst, x []float64) { dst[0] = -x[0] }, Temperature: 1}, nil)
			return err
		}(), "outermost cells of axis 0, at -2.7"},
		{"no target", func() error {
			_, err := doubleWell(t, 20, nil).HittingTimes(func(x []float64) bool { return x[0] > 5 })
			return err
		}(), "none of the 20 centers"},
		{"mass far out", func() error {
			g := must(t, Equation{Energy: bowl, Temperature: 0.2}, &Settings{Method: Exponential{}}, square.Axis(0), square.Axis(1))
			p, _ := freeenergy.Normalized(g.grid, func(x []float64) float64 { return math.Exp(5 * (x[0] + x[1])) })
			_, err := g.Run(p, 0.1, 0.1)
			return err
		}(), "begin with a few steps of ImplicitEuler"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, c.err, c.want)
		}
	}
	// A bad density is refused before the first step.
	g := doubleWell(t, 20, nil)
	for _, spoil := range []func(p []float64){func(p []float64) { p[3] = -1e-9 }, func(p []float64) { p[9] *= 1.1 }, func(p []float64) { p[0] = math.NaN() }} {
		p := bump(t, g.grid)
		spoil(p.P)
		if c, err := g.Run(p, 1, 0.1); err == nil || c.Holds {
			t.Errorf("a bad density runs: %+v", c)
		}
	}
}

func TestPanics(t *testing.T) {
	g := doubleWell(t, 20, nil)
	p := bump(t, g.grid)
	for name, f := range map[string]func(){
		"τ = 0":          func() { g.Evolve(p, 1, 0) },
		"τ < 0":          func() { g.Evolve(p, 1, -0.1) },
		"τ NaN":          func() { g.Evolve(p, 1, math.NaN()) },
		"t < 0":          func() { g.Evolve(p, -1, 0.1) },
		"other grid":     func() { g.Evolve(bump(t, doubleWell(t, 21, nil).grid), 1, 0.1) },
		"T = 0":          func() { New(g.grid, Equation{Energy: landscape.NewDoubleWell(1, 1)}, nil) },
		"T < 0":          func() { NewDrift(g.grid, Drift{Field: func(_, _ []float64) {}, Temperature: -1}, nil) },
		"dimensions":     func() { New(g.grid, Equation{Energy: zero(2), Temperature: 1}, nil) },
		"no energy":      func() { New(g.grid, Equation{Temperature: 1}, nil) },
		"no field":       func() { NewDrift(g.grid, Drift{Temperature: 1}, nil) },
		"no method":      func() { g.With(nil) },
		"lengths":        func() { g.Apply(make([]float64, 3), make([]float64, 20)) },
		"too many rates": func() { g.Eigenvalues(20) },
		"rows":           func() { Constant([]float64{1, 2}) },
		"negative κ":     func() { SymmetricMobility([]float64{1}, []float64{1}, -1) },
		"lengths of f":   func() { MinNormMobility([]float64{1}, []float64{1, 2}) },
		"negative limit": func() { New(g.grid, Equation{Energy: zero(1), Temperature: 1}, &Settings{Tolerance: -1}) },
		"rotating diffusion": func() {
			NewDrift(freeenergy.NewGrid(freeenergy.Uniform(0, 1, 4), freeenergy.Uniform(0, 1, 4)),
				Drift{Field: func(dst, _ []float64) { clear(dst) }, Diffusion: Constant([]float64{1, 0.1}, []float64{-0.1, 1}), Temperature: 1}, nil)
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

// A step, with its certificate, does not allocate, whatever the solver.
func TestNoAllocation(t *testing.T) {
	line, plane := doubleWell(t, 64, nil), machine(t, 16, nil)
	for _, c := range []struct {
		g *Generator
		m Method
		s Solver
	}{
		{line, ImplicitEuler{}, Automatic}, {line, ExplicitEuler{}, Automatic}, {line, TwoStage{}, Automatic}, {line, Uniformization{}, Automatic}, {line, Exponential{}, Automatic},
		{plane, ImplicitEuler{}, Elimination}, {plane, ImplicitEuler{}, Multigrid}, {plane, Exponential{}, Automatic}, {plane, Uniformization{}, Automatic},
	} {
		g := c.g.With(c.m)
		g.settings.Solver, g.settings.Tolerance = c.s, 1e-6
		p0 := g.Equilibrium()
		r, err := g.Start(p0, 0.5/g.MaxRate())
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(20, func() {
			if err := r.Step(); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%v, solver %d, %d axes: %g allocations a step", c.m, c.s, g.grid.Dim(), n)
		}
	}
}
