package geometry

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"hopflow/lyapunov/activation"
)

// point draws a point of the cube, its walls and their neighbours included.
func point(t *rapid.T, n int, name string) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rapid.OneOf(rapid.Float64Range(0, 1), rapid.Just(0.0), rapid.Just(1.0),
			rapid.Map(rapid.Float64Range(-300, 0), func(e float64) float64 { return math.Pow(10, e) }),
			rapid.Map(rapid.Float64Range(-15, 0), func(e float64) float64 { return 1 - math.Pow(10, e) })).Draw(t, name)
	}
	return x
}

func tanhMetric(t *rapid.T) *Tanh {
	n := rapid.IntRange(1, 4).Draw(t, "n")
	beta := make([]float64, n)
	for i := range beta {
		beta[i] = math.Pow(10, rapid.Float64Range(-4, 4).Draw(t, "log β"))
	}
	return NewTanh(beta...)
}

// The axioms of a distance, its bound by the cube's diagonal, and its agreement
// with the flat chart, from wall to wall.
func TestPropertyDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := tanhMetric(t)
		n := m.Dim()
		x, y, z := point(t, n, "x"), point(t, n, "y"), point(t, n, "z")
		zero, one := make([]float64, n), make([]float64, n)
		for i := range one {
			one[i] = 1
		}
		d, diag := m.Distance(x, y), m.Distance(zero, one)
		if !(0 <= d && d <= diag*(1+1e-15)) {
			t.Fatalf("distance %v, diagonal %v", d, diag)
		}
		if back := m.Distance(y, x); back != d {
			t.Fatalf("distance %v, and %v back", d, back)
		}
		if detour := m.Distance(x, z) + m.Distance(z, y); d > detour+1e-14*diag {
			t.Fatalf("distance %v, detour %v", d, detour)
		}
		if c := ChartDistance(m, x, y); math.Abs(c-d) > 1e-14*diag {
			t.Fatalf("distance %v, in the chart %v", d, c)
		}
	})
}

// Along a geodesic distance from the start grows in proportion to t, the curve
// stays in the cube, and it ends where it should.
func TestPropertyGeodesic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := tanhMetric(t)
		n := m.Dim()
		x, y := point(t, n, "x"), point(t, n, "y")
		at := rapid.Float64Range(0, 1).Draw(t, "t")
		g, err := m.Geodesic(x, y)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(g.Length()-m.Distance(x, y)) > 1e-14*g.Length() {
			t.Fatalf("length %v, distance %v", g.Length(), m.Distance(x, y))
		}
		p, end := make([]float64, n), make([]float64, n)
		g.At(p, at)
		g.At(end, 1)
		for i := range n {
			if !(0 <= p[i] && p[i] <= 1) || math.Abs(end[i]-y[i]) > 1e-15 {
				t.Fatalf("point %v at %v, end %v, want %v", p, at, end, y)
			}
		}
		// Near x_i = 1 a float64 holds its angle to √ε only.
		_, diag := m.Box(0)
		for i := range n {
			_, side := m.Box(i)
			diag = math.Hypot(diag, side)
		}
		if d := m.Distance(x, p); math.Abs(d-at*g.Length()) > 3e-8*diag {
			t.Fatalf("distance %v after t = %v of %v", d, at, g.Length())
		}
	})
}

// The metric of any soft projections is the tanh metric: entries, symbols and
// charts agree, whatever the gain.
func TestPropertySeparable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		beta := math.Pow(10, rapid.Float64Range(-2, 2).Draw(t, "log β"))
		x := rapid.Float64Range(1e-9, 1-1e-9).Draw(t, "x")
		y := rapid.Float64Range(1e-9, 1-1e-9).Draw(t, "y")
		m, s := NewTanh(beta), NewSeparable(activation.SoftProjection(beta))
		if a, b := m.Entry(0, x), s.Entry(0, x); math.Abs(a/b-1) > 1e-6 {
			t.Fatalf("g = %v, by the activation %v", a, b)
		}
		if a, b := m.Symbol(0, x), s.Symbol(0, x); math.Abs(a-b) > 1e-6*math.Max(1, math.Abs(a)) {
			t.Fatalf("Γ = %v, by the activation %v", a, b)
		}
		if a, b := m.Distance([]float64{x}, []float64{y}), ChartDistance(s, []float64{x}, []float64{y}); math.Abs(a-b) > 1e-9*math.Max(1, a) {
			t.Fatalf("distance %v, by the integral %v", a, b)
		}
	})
}
