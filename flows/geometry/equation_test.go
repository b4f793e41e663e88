package geometry

import (
	"math"
	"strings"
	"testing"

	"hopflow/flows/ode"
	"hopflow/lyapunov/verify"
)

// The geodesic equation against the closed form, as an initial and as a
// boundary value problem, for both kinds of metric and a connection that knows
// no formula at all.
func TestExpAndLog(t *testing.T) {
	m := NewTanh(0.25, 1.7)
	x, y := []float64{0.2, 0.9}, []float64{0.6, 0.35}
	g, err := m.Geodesic(x, y)
	if err != nil {
		t.Fatal(err)
	}
	v, w := make([]float64, 2), make([]float64, 2)
	g.Velocity(v, 0)
	g.Velocity(w, 1)
	end, endVelocity, err := Exp(m, x, v, nil)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "Exp", end, y, 1e-11)
	near(t, "end velocity", endVelocity, w, 1e-10)

	for name, c := range map[string]struct {
		c   Manifold
		tol float64
	}{
		"closed form": {m, 1e-10}, "differences": {LeviCivita{Metric: m}, 1e-8}} {
		got, err := Log(c.c, x, y, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		near(t, "Log, symbols by "+name, got, v, c.tol)
		if d := Norm(m, x, got); math.Abs(d-m.Distance(x, y)) > c.tol {
			t.Errorf("%s: |Log| = %.15g, distance %.15g", name, d, m.Distance(x, y))
		}
	}
	if v, err := Log(m, x, x, nil); err != nil || v[0] != 0 || v[1] != 0 {
		t.Errorf("Log from a point to itself: %v, %v", v, err)
	}
}

// Shooting between all pairs of points that reach into the corners, where the
// straight guess is several times too fast and runs into a wall.
func TestLogIntoTheCorners(t *testing.T) {
	m := NewTanh(0.25, 1.7)
	points := [][]float64{{0.2, 0.9}, {0.6, 0.35}, {0.05, 0.1}, {0.01, 0.95}, {0.999, 0.97}, {0.3, 0.002}}
	want := make([]float64, 2)
	for i, x := range points {
		for j, y := range points {
			if i == j {
				continue
			}
			got, err := Log(m, x, y, nil)
			if err != nil {
				t.Error(err)
				continue
			}
			g, _ := m.Geodesic(x, y)
			g.Velocity(want, 0)
			near(t, "Log", got, want, 1e-9)
		}
	}
}

func near(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol) {
			t.Errorf("%s: component %d is %.15g, want %.15g", what, i, got[i], want[i])
		}
	}
}

// A geodesic of the cube reaches its boundary in finite time, where the
// equation ends: an error, not a number.
func TestExpThroughTheBoundary(t *testing.T) {
	m := NewTanh(0.25, 1.7)
	for _, v := range [][]float64{{-4, 0.1}, {0.15, 0.8}, {-0.4, 0.2}} {
		for _, s := range []*ode.Settings{nil, {Step: 0.01}} {
			if y, _, err := Exp(m, []float64{0.05, 0.1}, v, s); err == nil || !strings.Contains(err.Error(), "leaves the manifold") {
				t.Errorf("geodesic through the boundary with velocity %v, settings %v: end %v, error %v", v, s, y, err)
			}
		}
	}
	if _, err := Log(m, []float64{0.2, math.NaN()}, []float64{0.5, 0.5}, nil); err == nil || !strings.Contains(err.Error(), "coordinate 1 of x") {
		t.Errorf("Log from NaN: %v", err)
	}
}

// Collocation against the closed form: its error falls exponentially with the
// degree, by more than a factor of ten for every four.
func TestCollocationConverges(t *testing.T) {
	m := NewTanh(0.25, 1.7)
	x, y := []float64{0.2, 0.9}, []float64{0.6, 0.35}
	want := m.Distance(x, y)
	last := math.Inf(1)
	for _, degree := range []int{10, 14, 18, 22} {
		d, err := NewCollocation(degree).Distance(m, x, y)
		if err != nil {
			t.Fatal(err)
		}
		e := math.Abs(d/want - 1)
		if !(e < last/10 || e < 1e-12) {
			t.Errorf("degree %d: error %.3g after %.3g", degree, e, last)
		}
		last = e
	}
	if last > 1e-12 {
		t.Errorf("degree 22: error %.3g", last)
	}
	c := NewCollocation(24)
	v, w := make([]float64, 2), make([]float64, 2)
	g, _ := m.Geodesic(x, y)
	g.Velocity(w, 0)
	if err := c.Log(v, m, x, y); err != nil {
		t.Fatal(err)
	}
	near(t, "collocated velocity", v, w, 1e-11)
	if d, err := c.Distance(m, x, x); err != nil || d != 0 {
		t.Errorf("distance from a point to itself: %v, %v", d, err)
	}
}

// (8) with the symbols of LeviCivita at several steps: the error is of fourth
// order in the step.
func TestLeviCivitaOrder(t *testing.T) {
	m := NewTanh(0.25, 1.7)
	x, u, v := []float64{0.2, 0.9}, []float64{0.6, 0.35}, []float64{-0.4, 0.3}
	want, got := make([]float64, 2), make([]float64, 2)
	m.Christoffel(want, x, u, v)
	var steps, errs []float64
	for h := 0.2; h > 0.01; h /= 2 {
		LeviCivita{Metric: m, Step: h}.Christoffel(got, x, u, v)
		steps, errs = append(steps, h), append(errs, math.Hypot(got[0]-want[0], got[1]-want[1]))
	}
	order(t, steps, errs, 4)
}

func order(t *testing.T, h, errs []float64, want float64) {
	t.Helper()
	s, err := verify.FitSlope(h, errs)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(s.Order-want) > 0.2 {
		t.Errorf("order %.3f ± %.3f, want %g: errors %v", s.Order, s.StdErr, want, errs)
	}
}

// [HF] (10b)-(10d) hold for a diagonal metric whose entries depend on all
// coordinates, and (10a) needs i ≠ k as well: erratum HF-10.
func TestOrthogonal(t *testing.T) {
	m := Orthogonal{N: 3, Entries: func(dst, x []float64) {
		dst[0] = 1 + x[1]*x[1]*x[0] + x[2]
		dst[1] = 2 + math.Sin(x[0])
		dst[2] = 1 + x[0]*x[1]
	}}
	x := []float64{0.2, 0.55, 0.9}
	if err := CheckMetric(m, [][]float64{x}); err != nil {
		t.Error(err)
	}
	g := 1 + x[1]*x[1]*x[0] + x[2]
	for _, c := range []struct {
		i, j, k int
		want    float64
	}{
		{0, 1, 0, x[0] * x[1] / g},                     // (10c): Γ^k_ik, not zero
		{0, 0, 0, x[1] * x[1] / (2 * g)},               // (10d)
		{0, 0, 1, -x[0] * x[1] / (2 + math.Sin(x[0]))}, // (10b)
		{0, 1, 2, 0}, // (10a) with all three different
	} {
		u, v, got := make([]float64, 3), make([]float64, 3), make([]float64, 3)
		u[c.i], v[c.j] = 1, 1
		LeviCivita{Metric: m}.Christoffel(got, x, u, v)
		if math.Abs(got[c.k]-c.want) > 1e-10 {
			t.Errorf("Γ^%d_%d%d = %.12g, want %.12g", c.k, c.i, c.j, got[c.k], c.want)
		}
	}
}
