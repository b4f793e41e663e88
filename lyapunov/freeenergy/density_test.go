package freeenergy_test

import (
	"math"
	"strings"
	"testing"

	. "hopflow/lyapunov/freeenergy"
)

// near reports numbers that differ by more than tol of the larger of want and 1.
func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Max(1, math.Abs(want))) {
		t.Errorf("%s = %.15g, want %.15g within %g", what, got, want, tol)
	}
}

// panics reports a call that does not panic with the text.
func panics(t *testing.T, text string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if r, _ := recover().(string); !strings.Contains(r, text) {
			t.Errorf("want a panic with %q, got %q", text, r)
		}
	}()
	f()
}

// fails reports an error without one of the texts.
func fails(t *testing.T, err error, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("want an error with %q, got %v", text, err)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var inf, nan = math.Inf(1), math.NaN()

func TestAxis(t *testing.T) {
	a := Edges([]float64{-0.2, 0.1, 0.7, 0.8})
	for i, want := range []struct{ center, width float64 }{{-0.05, 0.3}, {0.4, 0.6}, {0.75, 0.1}} {
		near(t, "center", a.Center(i), want.center, 1e-15)
		near(t, "width", a.Width(i), want.width, 1e-15)
	}
	near(t, "spacing", a.Spacing(0), 0.45, 1e-15)
	if a.Len() != 3 || a.Edge(0) != -0.2 || a.Edge(3) != 0.8 || a.IsPeriodic() || a.IsWalled() {
		t.Errorf("axis %+v", a)
	}
	if w := a.Walled(); !w.IsWalled() || a.IsWalled() {
		t.Error("Walled has to return another axis")
	}
	p := Periodic(0.3, 2.8, 5)
	near(t, "spacing over the seam", p.Spacing(4), 0.5, 1e-15)
	if !p.IsPeriodic() || p.Edge(5) != 2.8 {
		t.Errorf("axis %+v", p)
	}
	if u := Uniform(-1.1, 0.7, 7); u.Edge(0) != -1.1 || u.Edge(7) != 0.7 {
		t.Errorf("ends %v and %v", u.Edge(0), u.Edge(7))
	}
	for text, f := range map[string]func(){
		"no cell follows": func() { a.Spacing(2) }, "1 edges make no cell": func() { Edges([]float64{1}) },
		"edge 1 of an axis is NaN": func() { Edges([]float64{0, nan}) }, "edge 0 of an axis is -Inf": func() { Uniform(-inf, 0, 1) },
		"edges 1 and 2 of an axis are 1 and 1": func() { Edges([]float64{0, 1, 1}) }, "edges 0 and 1": func() { Periodic(1, 1, 1) },
		"axis of 0 cells": func() { Uniform(0, 1, 0) },
	} {
		panics(t, text, f)
	}
}

func TestGrid(t *testing.T) {
	g := NewGrid(Uniform(0, 1, 3), Edges([]float64{0, 0.5, 2}), Periodic(-1, 1, 4))
	if g.Dim() != 3 || g.Len() != 24 || g.Axis(1).Len() != 2 {
		t.Fatalf("grid of %d axes and %d cells", g.Dim(), g.Len())
	}
	if g.Index(1, 0, 0) != 1 || g.Index(0, 1, 0) != 3 || g.Index(0, 0, 1) != 6 {
		t.Error("the first axis has to be the fastest")
	}
	ix, x := make([]int, 3), make([]float64, 3)
	var volume float64
	for cell := range g.Len() {
		g.Coords(ix, cell)
		if g.Index(ix...) != cell {
			t.Errorf("cell %d has coordinates %v", cell, ix)
		}
		g.Center(x, cell)
		for d := range 3 {
			near(t, "center", x[d], g.Axis(d).Center(ix[d]), 0)
		}
		volume += g.Volume(cell)
	}
	near(t, "volume", volume, 4, 1e-14)
	if v := g.Sample(func(x []float64) float64 { return x[1] }); v[3] != 1.25 {
		t.Errorf("sample %v", v)
	}
	if !g.Equal(NewGrid(Uniform(0, 1, 3), Edges([]float64{0, 0.5, 2}), Periodic(-1, 1, 4))) {
		t.Error("equal grids differ")
	}
	if g.Equal(NewGrid(Uniform(0, 1, 3), Edges([]float64{0, 0.5, 2}), Uniform(-1, 1, 4))) || g.Equal(NewGrid(Uniform(0, 1, 3))) {
		t.Error("different grids are equal")
	}
	for text, f := range map[string]func(){
		"grid of 0 axes": func() { NewGrid() }, "axis 0 is the zero Axis": func() { NewGrid(Axis{}) },
		"more than 134217728": func() { a := Uniform(0, 1, 20000); NewGrid(a, a) },
		"place 3 on axis 0":   func() { g.Index(3, 0, 0) }, "length mismatch": func() { g.Index(1) },
		"freeenergy: length": func() { g.Center(x[:1], 0) }, "freeenergy: length m": func() { g.Coords(ix[:2], 0) },
	} {
		panics(t, text, f)
	}
}

func TestDensity(t *testing.T) {
	g := NewGrid(Uniform(-1, 1, 40), Edges([]float64{0, 0.3, 0.5, 1.2}))
	p := must(Normalized(g, func(x []float64) float64 { return 1e300 * math.Exp(x[0]+0.3*x[1]*x[0]) }))
	near(t, "mass", p.Mass(), 1, 1e-15)
	near(t, "mean of 1", p.Mean(func([]float64) float64 { return 1 }), 1, 1e-15)
	if err := p.Check(); err != nil || !(p.Min() > 0) {
		t.Errorf("%v, least value %v", err, p.Min())
	}
	m := p.Marginal(0)
	near(t, "mass of the marginal", m.Mass(), 1, 1e-14)
	x0 := func(x []float64) float64 { return x[0] }
	near(t, "mean by the marginal", m.Mean(x0), p.Mean(x0), 1e-14)
	if c, r := p.Dims(); c != 40 || r != 3 || p.Z(5, 2) != p.P[85] || p.X(5) != g.Axis(0).Center(5) || p.Y(2) != g.Axis(1).Center(2) {
		t.Error("the methods of a GridXYZ disagree with the grid")
	}
	if x, y := m.XY(3); m.Len() != 40 || x != m.Grid.Axis(0).Center(3) || y != m.P[3] {
		t.Error("the methods of an XYer disagree with the grid")
	}
	u := Uniformly(g)
	near(t, "uniform density", u.P[7], 1/2.4, 1e-15)
	near(t, "its mass", u.Mass(), 1, 1e-15)
	if c := p.Clone(); &c.P[0] == &p.P[0] || c.P[7] != p.P[7] {
		t.Error("a clone shares memory or differs")
	}
	panics(t, "in 2 dimensions drawn as one in 1", func() { p.Len() })
	panics(t, "in 1 dimensions drawn as one in 2", func() { m.Dims() })
	panics(t, "length mismatch", func() { (&Density{Grid: g, P: []float64{1}}).Check() })
}

// Each way of not being a density is an error that names cell, center, remedy.
func TestNotADensity(t *testing.T) {
	g := NewGrid(Uniform(0, 1, 4))
	at := func(v float64) func(x []float64) float64 {
		return func(x []float64) float64 {
			if x[0] > 0.5 && x[0] < 0.75 {
				return v
			}
			return 1
		}
	}
	for v, want := range map[float64]string{-0.1: "density -0.1", inf: "density +Inf", nan: "density NaN"} {
		_, err := NewDensity(g, at(v))
		fails(t, err, want, "cell 2", "center [0.625]", "not clipped")
		_, err = Normalized(g, at(v))
		fails(t, err, want, "cell 2")
	}
	_, err := NewDensity(g, at(1.1))
	fails(t, err, "mass 1.025", "4 cells", "use Normalized")
	_, err = Normalized(g, func([]float64) float64 { return 0 })
	fails(t, err, "0 at all 4 centers")
	if p, err := NewDensity(g, at(1)); err != nil || p.Mass() != 1 {
		t.Errorf("uniform density: %v", err)
	}
	short := must(Normalized(g, at(1)))
	short.P[0] *= 1 + 1e-6
	e := well
	_, _, err = FreeEnergy(short, e, 1)
	fails(t, err, "mass 1.00000025")
	_, err = Dissipation(short, e, 1, identity{})
	fails(t, err, "mass 1.00000025")
}

func TestGaussianRefuses(t *testing.T) {
	_, err := NewGaussian([]float64{0, nan}, sym(2, 1, 0, 0, 1))
	fails(t, err, "mean 1 of a Gaussian is NaN")
	_, err = NewGaussian([]float64{0, 0}, sym(2, 1, 0, 0, inf))
	fails(t, err, "covariance (1, 1)")
	_, err = NewGaussian([]float64{0, 0}, sym(2, 1, 2, 2, 1))
	fails(t, err, "not positive definite")
	panics(t, "variance -1", func() { Normal(0, -1) })
	panics(t, "mean NaN", func() { Normal(nan, 1) })
	panics(t, "length mismatch", func() { NewGaussian([]float64{0}, sym(2, 1, 0, 0, 1)) })
	panics(t, "length mismatch", func() { Normal(0, 1).Prob([]float64{1, 2}) })
	panics(t, "length mismatch", func() { Normal(0, 1).Score([]float64{1}, []float64{1, 2}) })
}
