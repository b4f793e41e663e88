package fokkerplanck

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/internal/oracle"
	"hopflow/lyapunov/freeenergy"
)

func TestRates(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "scheme/rates-") {
		dE, T, k, h := r.In("E_right")-r.In("E_left"), r.In("T"), r.In("K"), r.In("h")
		out, back := ScharfetterGummel.Pair(dE, T, k, h)
		r.Close(t, "sg_LR", []float64{out}, 1e-14, true)
		r.Close(t, "sg_RL", []float64{back}, 2e-14, true)
		r.Close(t, "ratio", []float64{out / back}, 4e-14, true)
		out, back = SquareRoot.Pair(dE, T, k, h)
		r.Close(t, "sqra_LR", []float64{out}, 1e-14, true)
		r.Close(t, "sqra_RL", []float64{back}, 1e-14, true)
	}
	for _, x := range []float64{1e-9, 0.3, 40, 700} {
		for _, r := range []Rates{ScharfetterGummel, SquareRoot} {
			// exp(-x) w(-x) = w(x), in a form that does not underflow.
			if d := math.Log(r.weight(x)) + x - math.Log(r.weight(-x)); math.Abs(d) > 1e-13*x+1e-15 {
				t.Errorf("%v: detailed balance at %g misses by %g", r, x, d)
			}
		}
	}
}

func TestSelling(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "scheme/selling-") {
		hops, err := Selling(mat.NewSymDense(2, matrix(t, r, r.Inputs, "K")))
		if err != nil {
			t.Fatal(err)
		}
		e := matrix(t, r, r.Expected, "e")
		var weights []float64
		for k, h := range hops {
			weights = append(weights, h.Weight)
			if float64(h.E[0]) != e[2*k] || float64(h.E[1]) != e[2*k+1] {
				t.Errorf("%s: direction %d is %v, want %v", r.ID, k, h.E, e[2*k:2*k+2])
			}
		}
		r.Close(t, "weights", weights, 1e-13, true)
	}
	// It is a decomposition, in three dimensions too.
	s := mat.NewSymDense(3, []float64{4, 1.9, -0.7, 1.9, 1.2, 0.1, -0.7, 0.1, 2})
	hops, err := Selling(s)
	if err != nil {
		t.Fatal(err)
	}
	sum := mat.NewSymDense(3, nil)
	for _, h := range hops {
		if h.Weight <= 0 {
			t.Errorf("weight %g of %v", h.Weight, h.E)
		}
		sum.SymRankOne(sum, h.Weight, mat.NewVecDense(3, []float64{float64(h.E[0]), float64(h.E[1]), float64(h.E[2])}))
	}
	if !mat.EqualApprox(s, sum, 1e-14) {
		t.Errorf("terms sum to %v", mat.Formatted(sum))
	}
	if _, err := Selling(mat.NewSymDense(2, []float64{1, 2, 2, 1})); err == nil || !strings.Contains(err.Error(), "positive definite") {
		t.Errorf("an indefinite S: %v", err)
	}
}

// steps of E on unit cells: the chains of the records.
func chain(t *testing.T, r oracle.Record) *Generator {
	e := r.Ins("E")
	g := freeenergy.NewGrid(freeenergy.Uniform(0, float64(len(e)), len(e)).Walled())
	gen, err := New(g, Equation{Energy: function{1, func(x []float64) float64 { return e[int(x[0])] }}, Temperature: r.In("T")}, &Settings{Rates: SquareRoot})
	if err != nil {
		t.Fatal(err)
	}
	return gen
}

func TestSteps(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "scheme/implicit-euler-") {
		g, tau := chain(t, r), r.In("tau")
		r.Close(t, "pi", g.Equilibrium().P, 1e-15, true)
		p0 := &freeenergy.Density{Grid: g.grid, P: r.Ins("p0")}
		for _, solver := range []Solver{Automatic, Elimination, Multigrid} {
			g.settings.Solver = solver
			c := final(t, g, p0, tau, tau)
			r.Close(t, "p_implicit", c.Density.P, 1e-12, true)
			r.Close(t, "kl_T_implicit", []float64{c.KL * g.temperature}, 1e-12, true)
		}
		g.settings.Solver = Automatic
		first := final(t, g, p0, 0, tau)
		r.Close(t, "kl_T0", []float64{first.KL * g.temperature}, 1e-15, true)
		if _, ok := r.Expected["p_expm"]; ok {
			for _, m := range []Method{Exponential{}, Uniformization{}} {
				c := final(t, g.With(m), p0, tau, tau)
				r.Close(t, "p_expm", c.Density.P, 1e-13, true)
				r.Close(t, "kl_T_expm", []float64{c.KL * g.temperature}, 1e-13, true)
			}
		}
	}
}

// The same three-point chains by the method of Crank and Nicolson, which turns
// negative beyond its limit τ max|Q_ii| <= 2: the certificate refuses it.
func TestCrankNicolsonFails(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "scheme/implicit-euler-") {
		g, tau := chain(t, r), r.In("tau")
		p0 := &freeenergy.Density{Grid: g.grid, P: r.Ins("p0")}
		c, err := g.With(crankNicolson{}).Run(p0, tau, tau)
		r.Close(t, "p_crank_nicolson", c.Density.P, 1e-13, false)
		r.Close(t, "min_crank_nicolson", []float64{c.MinP}, 1e-13, false)
		if fails := tau*g.MaxRate() > 2; fails != (err != nil) || c.Holds == fails {
			t.Errorf("%s: τ max|Q| = %g, minimum %g, error %v", r.ID, tau*g.MaxRate(), c.MinP, err)
		}
	}
}

// crankNicolson is the mean of the explicit and the implicit step.
type crankNicolson struct{}

func (crankNicolson) String() string { return "Crank-Nicolson" }
func (crankNicolson) Order() int     { return 2 }
func (crankNicolson) prepare(g *Generator, tau float64) (stepper, error) {
	s, err := g.resolvent(tau / 2)
	return &crankStep{g, tau, s, make([]float64, len(g.exit))}, err
}

type crankStep struct {
	g        *Generator
	tau      float64
	implicit stepper
	half     []float64
}

func (s *crankStep) step(dst, src []float64) (float64, error) {
	s.g.advance(s.half, src, s.tau/2)
	return s.implicit.step(dst, s.half)
}

// fraction parses "127/309".
func fraction(t *testing.T, s any) float64 {
	v, ok := new(big.Rat).SetString(s.(string))
	if !ok {
		t.Fatalf("%v is no fraction", s)
	}
	f, _ := v.Float64()
	return f
}

func TestStationaryByElimination(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "scheme/gth-") {
		q := make([]float64, 0, 9)
		for _, row := range r.Inputs["Q"].([]any) {
			for _, v := range row.([]any) {
				q = append(q, fraction(t, v))
			}
		}
		g := &Generator{grid: freeenergy.NewGrid(freeenergy.Uniform(0, 3, 3).Walled()), exit: make([]float64, 3), volume: []float64{1, 1, 1}}
		for _, e := range [][2]int32{{0, 1}, {0, 2}, {1, 2}} {
			g.bonds = append(g.bonds, bond{e[0], e[1], q[3*e[0]+e[1]], q[3*e[1]+e[0]]})
		}
		got, err := g.Stationary()
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range r.Expected["pi"].([]any) {
			if want := fraction(t, v); math.Abs(got.P[i]-want) > 2e-16 {
				t.Errorf("%s: π[%d] = %.17g, want %.17g", r.ID, i, got.P[i], want)
			}
			g.logpi = append(g.logpi, math.Log(got.P[i]))
		}
		r.Close(t, "entropy_production", []float64{g.EntropyProduction()}, 1e-14, false)
	}
	// On grids it is the Gibbs density to the last digits, down to 1e-140.
	for _, g := range []*Generator{
		doubleWell(t, 200, nil),
		machine(t, 24, nil),
		must(t, Equation{Energy: quadratic([]float64{1, 0.3, 0.3, 2}), Mobility: Constant([]float64{1, 0.9}, []float64{-0.3, 1}), Temperature: 0.05}, nil,
			freeenergy.Uniform(-3, 3, 30), freeenergy.Uniform(-2, 2, 20)),
		must(t, Equation{Energy: function{2, func(x []float64) float64 { return math.Cos(x[0]) + math.Sin(x[1]+1) }}, Temperature: 0.4}, nil,
			freeenergy.Periodic(0, 2*math.Pi, 13), freeenergy.Periodic(0, 2*math.Pi, 12)),
	} {
		q, err := g.Stationary()
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range g.Equilibrium().P {
			if math.Abs(q.P[i]/want-1) > 1e-11 {
				t.Errorf("%d axes: stationary density %.17g in cell %d, want %.17g", g.grid.Dim(), q.P[i], i, want)
				break
			}
		}
	}
}
