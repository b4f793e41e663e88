package fokkerplanck

import (
	"math"
	"math/rand/v2"
	"testing"

	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

// The published poles and residues are those of an approximation of eˣ within
// 2.2e-16; in double precision the residues, of up to 230, leave 1e-13.
func TestRationalApproximation(t *testing.T) {
	worst := 0.0
	for k := range 2000 {
		x := -math.Pow(10, float64(k)/200-4)
		r := cramConstant
		for p, theta := range cramPoles {
			r += 2 * real(cramResidues[p]/(complex(x, 0)-theta))
		}
		worst = math.Max(worst, math.Abs(r-math.Exp(x)))
	}
	if worst > 1e-13 {
		t.Errorf("misses the exponential by %g", worst)
	}
}

// Σ c_k cos kθ = exp(a(cos θ - 1)), the generating function of the weights.
func TestBesselWeights(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for _, a := range []float64{0, 1e-8, 0.3, 1, 17, 400, 8192, 1e6} {
		c := besselWeights(a)
		if last := c[len(c)-1]; len(c) > 41 && last > 1e-20 {
			t.Errorf("a = %g: the last weight is %g", a, last)
		}
		for range 20 {
			theta := math.Pi * rng.Float64() * math.Min(1, 6/math.Sqrt(math.Max(a, 1)))
			var sum float64
			for k, w := range c {
				sum += w * math.Cos(float64(k)*theta)
			}
			near(t, "generating function", sum, math.Exp(-2*a*math.Pow(math.Sin(theta/2), 2)), 1e-12+1e-16*a)
		}
	}
	// I_1(2)/I_0(2), to sixteen digits.
	c := besselWeights(2)
	near(t, "ratio", c[1]/c[0]/2, 0.6977746579640080, 1e-15)
}

// All exact methods agree, on a line, on a plane by rows and by lists, on a circle
// and a torus, in space, and with a full S.
func TestExactMethodsAgree(t *testing.T) {
	wall := func(n int) freeenergy.Axis { return freeenergy.Uniform(-2, 2, n).Walled() }
	circle := func(n int) freeenergy.Axis { return freeenergy.Periodic(0, 2*math.Pi, n) }
	tilt := func(n int) function {
		return function{n, func(x []float64) float64 {
			var e float64
			for _, v := range x {
				e += math.Sin(v) + math.Cos(2*v)/2
			}
			return e
		}}
	}
	full := Constant([]float64{1, 0.4}, []float64{0.4, 0.7})
	for name, g := range map[string]*Generator{
		"line":   must(t, Equation{Energy: tilt(1), Temperature: 0.5}, nil, wall(40)),
		"circle": must(t, Equation{Energy: tilt(1), Temperature: 0.5}, nil, circle(40)),
		"plane":  must(t, Equation{Energy: tilt(2), Temperature: 0.5}, nil, wall(14), wall(11)),
		"torus":  must(t, Equation{Energy: tilt(2), Temperature: 0.5}, nil, circle(12), circle(13)),
		"full":   must(t, Equation{Energy: tilt(2), Temperature: 0.5, Mobility: full}, nil, wall(14), wall(11)),
		"space":  must(t, Equation{Energy: tilt(3), Temperature: 0.5}, nil, wall(6), circle(5), wall(4)),
	} {
		p0, err := freeenergy.Normalized(g.grid, func(x []float64) float64 { return math.Exp(-(x[0] - 1) * (x[0] - 1)) })
		if err != nil {
			t.Fatal(err)
		}
		want := final(t, g.With(Uniformization{}), p0, 0.3, 0.3).Density
		got := final(t, g.With(Exponential{}), p0, 0.3, 0.15)
		if d := distance(got.Density, want); d > got.Bound || got.Bound > 3e-7 {
			t.Errorf("%s: the exponentials are %g apart, bound %g", name, d, got.Bound)
		}
		if c := final(t, g.With(Exponential{}), p0, 1e4, 1e4); c.KL > 1e-12 {
			t.Errorf("%s: KL %g after a long time", name, c.KL)
		}
	}
}

// Elimination and iteration solve the same equation, and the bound of the
// iteration holds.
func TestSolversAgree(t *testing.T) {
	for k := range 60 {
		p := randomProblem(k)
		var c [2]Certificate
		for i, s := range []Solver{Elimination, Multigrid} {
			g, err := New(p.grid, p.equation, &Settings{Solver: s})
			if err != nil {
				t.Fatalf("%s: %v", p.what, err)
			}
			if c[i], err = g.Run(p.start, p.tau, p.tau); err != nil {
				p.settings.Solver = s
				if notConverged(p, g, err) {
					c[1] = c[0]
					break
				}
				t.Fatalf("%s: %v", p.what, err)
			}
		}
		if d := distance(c[0].Density, c[1].Density); d > c[1].Bound+1e-13 {
			t.Errorf("%s: the solvers are %g apart, bound %g", p.what, d, c[1].Bound)
		}
	}
	// Large enough for several levels, by rows and by lists.
	g := machine(t, 40, nil)
	torus := must(t, Equation{Energy: function{2, func(x []float64) float64 { return 2 * math.Sin(x[0]) * math.Cos(x[1]) }}, Temperature: 0.3}, nil,
		freeenergy.Periodic(0, 2*math.Pi, 30), freeenergy.Periodic(0, 2*math.Pi, 32))
	space := must(t, Equation{Energy: landscape.Harmonic(1, 0, 0, 0), Temperature: 0.5,
		Mobility: Constant([]float64{1, 0.3, 0}, []float64{-0.1, 1, 0.2}, []float64{0, 0.4, 1})}, nil,
		freeenergy.Uniform(-4, 4, 10), freeenergy.Uniform(-4, 4, 11), freeenergy.Uniform(-4, 4, 12))
	for _, g := range []*Generator{g, torus, space} {
		for _, tau := range []float64{1e-3, 0.1, 100} {
			p0, err := freeenergy.Normalized(g.grid, func(x []float64) float64 { return 1 + x[0]*x[0] })
			if err != nil {
				t.Fatal(err)
			}
			a, b := g.With(ImplicitEuler{}), g.With(ImplicitEuler{})
			a.settings.Solver, b.settings.Solver = Elimination, Multigrid
			e, it := final(t, a, p0, tau, tau), final(t, b, p0, tau, tau)
			if d := distance(e.Density, it.Density); d > it.Bound+1e-13 || it.Bound > 1e-7 {
				t.Errorf("%d axes, τ = %g: the solvers are %g apart, bound %g", g.grid.Dim(), tau, d, it.Bound)
			}
		}
	}
}

// Grids of one and two cells, and axes of one cell, with every method.
func TestSmallestGrids(t *testing.T) {
	wall := func(n int) freeenergy.Axis { return freeenergy.Uniform(0, 1, n).Walled() }
	circle := func(n int) freeenergy.Axis { return freeenergy.Periodic(0, 2*math.Pi, n) }
	wave := func(n int) function { return function{n, func(x []float64) float64 { return math.Sin(x[n-1]) }} }
	for _, axes := range [][]freeenergy.Axis{{wall(1)}, {wall(2)}, {circle(1)}, {circle(2)}, {wall(1), circle(3)}, {circle(2), wall(1)}, {wall(2), wall(1), circle(2)}} {
		for _, s := range []Solver{Automatic, Elimination, Multigrid} {
			g := must(t, Equation{Energy: wave(len(axes)), Temperature: 0.5}, &Settings{Solver: s}, axes...)
			p0 := freeenergy.Uniformly(g.grid)
			p0.P[0] *= 0.5
			for i := range p0.P {
				p0.P[i] /= 1 - 0.5/float64(len(p0.P))
			}
			for _, m := range []Method{ImplicitEuler{}, TwoStage{}, Uniformization{}, Exponential{}} {
				tau := math.Min(100, 1e3/math.Max(g.MaxRate(), 1))
				if m == (TwoStage{}) {
					tau = 0.5 / math.Max(g.MaxRate(), 1) // longer steps turn negative
				}
				if c := final(t, g.With(m), p0, 200*tau, tau); c.KL > 1e-9 || !c.Holds {
					t.Errorf("%d cells, %v: %+v", g.grid.Len(), m, c)
				}
			}
			if q, err := g.Stationary(); err != nil || distance(q, g.Equilibrium()) > 1e-14 {
				t.Errorf("%d cells: stationary %v, %v", g.grid.Len(), q, err)
			}
		}
	}
}
