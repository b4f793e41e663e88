package geometry

import (
	"errors"
	"math"
	"strings"
	"testing"

	"hopflow/flows/ode"
)

func latitude(theta float64) CurveFunc {
	return CurveFunc{N: 2, Point: func(dst []float64, t float64) { dst[0], dst[1] = theta, 2*math.Pi*t }}
}

func wrapped(a float64) float64 { return math.Remainder(a, 2*math.Pi) }

// Holonomy is the integral of the curvature over the area inside: the area of a
// spherical cap, and of a geodesic triangle by its angles; 0 where the manifold
// is flat; minus the area on the hyperbolic plane.
func TestHolonomy(t *testing.T) {
	sphere := NewSphere(1.3) // whose holonomy does not depend on the radius
	for _, theta := range []float64{0.3, 0.9, 1.4, 2.3} {
		got, err := Holonomy(sphere, latitude(theta))
		if err != nil {
			t.Fatal(err)
		}
		// A circle of latitude runs in φ, from θ to φ: counter-clockwise about the pole.
		if area := 2 * math.Pi * (1 - math.Cos(theta)); math.Abs(wrapped(got-area)) > 1e-10 {
			t.Errorf("holonomy round the cap of θ = %v: %.12g, area %.12g", theta, got, area)
		}
	}
	triangle := func(m Manifold, corners [][]float64) (holonomy, excess float64) {
		t.Helper()
		var sides []Curve
		for i, x := range corners {
			side, err := Connect(m, x, corners[(i+1)%3])
			if err != nil {
				t.Fatal(err)
			}
			sides = append(sides, side)
		}
		for i, x := range corners {
			u, v := make([]float64, 2), make([]float64, 2)
			sides[i].Velocity(u, 0)
			sides[(i+2)%3].Velocity(v, 1)
			v[0], v[1] = -v[0], -v[1]
			excess += Angle(m, x, u, v)
		}
		holonomy, err := Holonomy(m, sides...)
		if err != nil {
			t.Fatal(err)
		}
		return holonomy, excess - math.Pi
	}
	for _, c := range known2() {
		if c.name == "Levi-Civita of tanh" || c.name == "Fisher of the softmax family" {
			continue // the same manifolds, slowly
		}
		h, excess := triangle(c.m, c.points[:3])
		x := c.points
		turn := (x[1][0]-x[0][0])*(x[2][1]-x[0][1]) - (x[1][1]-x[0][1])*(x[2][0]-x[0][0])
		if math.Abs(wrapped(h-math.Copysign(1, turn)*excess)) > 1e-7 {
			t.Errorf("%s: holonomy %.10g of a triangle, its angles exceed π by %.10g", c.name, h, excess)
		}
		if c.curved != nil && c.curved(x[0]) == 0 && math.Abs(h) > 1e-9 {
			t.Errorf("%s is flat, holonomy %v", c.name, h)
		}
	}
	if _, err := Holonomy(sphere, Segment{angles[0], angles[1]}); err == nil || !strings.Contains(err.Error(), "close it") {
		t.Errorf("holonomy of an open curve: %v", err)
	}
	if _, err := Transport(NewTanh(0.25, 0.6), []float64{1, 0}, Segment{[]float64{0.2, 0.5}, []float64{1.3, 0.5}}); err == nil || !strings.Contains(err.Error(), "inside the manifold") {
		t.Errorf("transport out of the cube: %v", err)
	}
}

// The embedded sphere: geodesics by the equation and in closed form, tangent
// and of length 1; transport keeps inner products and tangency; its natural
// gradient is the projection.
func TestUnitSphere(t *testing.T) {
	s, chart := UnitSphere(3), NewSphere(1)
	x, y := chart.Embed(angles[0]), chart.Embed(angles[1])
	v := make([]float64, 3)
	s.Sharp(v, x, []float64{0.4, -0.9, 0.3})
	if n := dot(v, x); math.Abs(n) > 1e-16 {
		t.Errorf("projected vector has normal component %v", n)
	}
	want, err := s.Exp(x, v)
	if err != nil {
		t.Fatal(err)
	}
	got, w, err := Exp(s, x, v, nil)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "Exp on the embedded sphere", got, want, 1e-11)
	near(t, "length and tangency", []float64{dot(got, got), dot(got, w)}, []float64{1, 0}, 1e-11)
	if a, b := s.Distance(x, y), chart.Distance(angles[0], angles[1]); math.Abs(a-b) > 1e-15 {
		t.Errorf("distance %v embedded, %v in angles", a, b)
	}
	ray, err := NewRay(s, x, v)
	if err != nil {
		t.Fatal(err)
	}
	u := make([]float64, 3)
	s.Sharp(u, x, []float64{-0.2, 0.5, 0.8})
	moved, err := Transport(s, u, ray)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "inner products", []float64{dot(moved, moved), dot(moved, w), dot(moved, want)}, []float64{dot(u, u), dot(u, v), 0}, 1e-10)
	if err := CheckConnection(chart, NewPullback(2, 3, func(dst, x []float64) { copy(dst, chart.Embed(x)) }), angles); err != nil {
		t.Error(err)
	}
	if err := CheckDistance(s.Distance, [][]float64{x, y, {0, 0, -1}}); err != nil {
		t.Error(err)
	}
	back := chart.Angles(y)
	near(t, "angles", back, angles[1], 1e-15)
	if _, err := s.Exp([]float64{1, 1, 0}, v); err == nil || !strings.Contains(err.Error(), "length 1") {
		t.Errorf("Exp off the sphere: %v", err)
	}
	if _, err := s.Exp(x, x); err == nil || !strings.Contains(err.Error(), "not tangent") {
		t.Errorf("Exp along a normal: %v", err)
	}
}

// The distance of a simplex: against Σ√(pq), to the corners, and for points
// that differ in the last digits, where arccos has none.
func TestSimplexDistance(t *testing.T) {
	s := NewSimplex(3)
	for _, c := range []struct {
		x, y []float64
		want float64
	}{
		{[]float64{0.2, 0.55}, []float64{0.6, 0.15}, 2 * math.Acos(math.Sqrt(0.12)+math.Sqrt(0.55*0.15)+0.25)},
		{[]float64{1, 0}, []float64{0, 1}, math.Pi},
		{[]float64{0, 0}, []float64{1, 0}, math.Pi},
		{[]float64{0.5, 0}, []float64{0.5, 0.5}, math.Pi * 2 / 3},
		{[]float64{0.25, 0.25}, []float64{0.25 + 0x1p-40, 0.25}, 0x1p-40 * math.Sqrt(6)},
	} {
		if got := s.Distance(c.x, c.y); !(math.Abs(got/c.want-1) <= 1e-11) {
			t.Errorf("distance from %v to %v is %.17g, want %.17g", c.x, c.y, got, c.want)
		}
	}
	// With two outcomes it is the Bernoulli family: HF's metric for β = 1/4.
	two, tanh := NewSimplex(2), NewTanh(0.25)
	for _, p := range [][2]float64{{0.2, 0.55}, {0.01, 0.9}, {1, 0.3}} {
		if a, b := two.Distance(p[:1], p[1:]), tanh.Distance(p[:1], p[1:]); math.Abs(a-b) > 4e-15 {
			t.Errorf("two outcomes: %.17g, tanh metric %.17g", a, b)
		}
	}
	got := make([]float64, 1)
	two.Christoffel(got, []float64{0.2}, []float64{1.3}, []float64{-0.4})
	if want := tanh.Symbol(0, 0.2) * 1.3 * -0.4; math.Abs(got[0]-want) > 1e-15 {
		t.Errorf("two outcomes: Γ = %v, tanh metric %v", got[0], want)
	}
	z, back := []float64{3, -40}, make([]float64, 2)
	NewSoftmax(3).State(back, z)
	NewSoftmax(3).Logits(back, back)
	near(t, "logits", back, z, 1e-12)
	if _, err := s.Exp([]float64{0.2, 0.55}, []float64{-5, 0.1}); err == nil || !strings.Contains(err.Error(), "shorten the velocity") {
		t.Errorf("Exp out of the simplex: %v", err)
	}
	if _, err := s.Geodesic([]float64{0.2, 0.9}, []float64{0.2, 0.3}); err == nil || !strings.Contains(err.Error(), "of x = [0.2 0.9]") {
		t.Errorf("geodesic from outside: %v", err)
	}
}

// Circles by Exp: all at their distance, the flat chart's circle where there is
// one, gaps where it has gaps, and the circumference says the curvature.
func TestExpCircle(t *testing.T) {
	m := NewTanh(0.25, 0.6)
	center := []float64{0.3, 0.55}
	x, y, err := ExpCircle(m, center, 0.5, 16)
	if err != nil {
		t.Fatal(err)
	}
	wantX, wantY := Circle(m, center, 0.5, 16)
	near(t, "circle in the cube, x", x, wantX, 1e-10)
	near(t, "circle in the cube, y", y, wantY, 1e-10)
	if x, _, err = ExpCircle(m, center, 1.3, 4); err != nil || !math.IsNaN(x[2]) || math.IsNaN(x[0]) {
		t.Errorf("circle with a gap: %v, %v", x, err)
	}
	for _, c := range []struct {
		m      Manifold
		center []float64
		dist   func(x, y []float64) float64
		radius float64
		k      float64
	}{
		{NewSimplex(3), simplex2[2], NewSimplex(3).Distance, 0.4, 0.25},
		{NewSphere(1), angles[1], NewSphere(1).Distance, 0.4, 1},
		{halfPlane(), upper[0], halfPlaneDistance, 0.4, -1},
	} {
		const n = 400
		x, y, err := ExpCircle(c.m, c.center, c.radius, n)
		if err != nil {
			t.Fatal(err)
		}
		var around float64
		for k := range n {
			p, q := []float64{x[k], y[k]}, []float64{x[k+1], y[k+1]}
			if d := c.dist(c.center, p); math.Abs(d-c.radius) > 1e-9 {
				t.Errorf("%T: point %d at distance %.12g", c.m, k, d)
			}
			around += c.dist(p, q)
		}
		// 2π(r - K r³/6) up to K² r⁵/120, and the chords' own 1e-5.
		want := 2 * math.Pi * (c.radius - c.k*math.Pow(c.radius, 3)/6)
		if slack := 2*math.Pi*c.k*c.k*math.Pow(c.radius, 5)/120 + 5e-5; math.Abs(around-want) > slack {
			t.Errorf("%T: circumference %v, want %v within %v", c.m, around, want, slack)
		}
	}
}

// Normal coordinates: Euclidean at the point, and beside it only if the
// manifold is flat. On the sphere the inverse metric across a ray of length r
// is (r/sin r)², 1.0877 at r = 1/2.
func TestNormalCoordinates(t *testing.T) {
	sphere, err := Normal(NewSphere(1), angles[1])
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range [][]float64{{0, 0}, {0.3, 0.4}} {
		r := math.Hypot(w[0], w[1])
		across, got := []float64{-w[1], w[0]}, make([]float64, 2)
		want := math.Pow(r/math.Sin(r), 2)
		if r == 0 {
			across, want = []float64{0.6, -0.8}, 1
		}
		sphere.Sharp(got, w, across)
		if k := dot(got, across) / dot(across, across); math.Abs(k-want) > 1e-8 {
			t.Errorf("inverse metric across %v is %.10g, want %.10g", w, k, want)
		}
	}
	flat, err := Normal(NewTanh(0.25, 1.7), cube2[1])
	if err != nil {
		t.Fatal(err)
	}
	g, err := MatrixAt(flat, []float64{0.1, -0.15})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "flat metric in normal coordinates", []float64{g.At(0, 0), g.At(0, 1), g.At(1, 1)}, []float64{1, 0, 1}, 1e-8)
	if _, err := Normal(NewTanh(0.25), []float64{1}); err == nil {
		t.Error("normal coordinates about a wall")
	}
	if g, err := MatrixAt(flat, []float64{30, 0}); err == nil {
		t.Errorf("normal coordinates out of the cube: %v", g)
	}
}

// Shooting that finds nothing says where and what to do; the flat chart's
// routes say where they end.
func TestShootingRefusals(t *testing.T) {
	sphere := NewSphere(1)
	antipode := []float64{math.Pi - angles[0][0], angles[0][1] + math.Pi}
	var se *ShootingError
	across := []float64{angles[0][0], angles[0][1] + math.Pi} // by the pole, which these coordinates do not have
	if v, err := Log(sphere, angles[0], across, &ode.Settings{AbsTol: 1e-13, RelTol: 1e-12, MaxSteps: 300}); !errors.As(err, &se) || !strings.Contains(err.Error(), "go by a point between") {
		t.Errorf("shooting across the pole: %v, %v", v, err)
	}
	if _, err := sphere.Log(angles[0], antipode); err == nil || !strings.Contains(err.Error(), "antipodal") {
		t.Errorf("great circle to the antipode: %v", err)
	}
	m := NewTanh(0.25, 1.7)
	if _, err := Log(m, cube2[0], []float64{1.2, 0.5}, nil); !errors.As(err, &se) || !(se.Miss > 0.1) || (se.Cause != nil && !errors.Is(err, se.Cause)) {
		t.Errorf("shooting out of the cube: %v", err)
	}
	if _, err := Connect(m, cube2[0], []float64{0.2, math.NaN()}); err == nil {
		t.Error("a geodesic to NaN")
	}
	if _, err := NewRay(m, cube2[0], []float64{-9, 0}); err == nil || !strings.Contains(err.Error(), "leaves the manifold") {
		t.Errorf("a ray out of the cube: %v", err)
	}
	if _, _, err := ChartExp(m, cube2[0], []float64{-9, 0}); err == nil || !strings.Contains(err.Error(), "θ_0 comes to") {
		t.Errorf("ChartExp out of the cube: %v", err)
	}
	if _, err := ChartLog(m, []float64{0, 0.5}, cube2[0]); err == nil || !strings.Contains(err.Error(), "coordinate 0 of x") {
		t.Errorf("ChartLog from a wall: %v", err)
	}
	if v, err := ChartLog(m, cube2[0], []float64{0, 0.5}); err != nil || v[0] >= 0 {
		t.Errorf("ChartLog to a wall: %v, %v", v, err)
	}
	if shell, err := Shell(NewSimplex(4), []float64{0.2, 0.3, 0.1}, 0.3, [][]float64{{1, 0, 0}, {0, -1, 2}}); err != nil {
		t.Error(err)
	} else {
		for _, p := range shell {
			if d := NewSimplex(4).Distance([]float64{0.2, 0.3, 0.1}, p); math.Abs(d-0.3) > 1e-10 {
				t.Errorf("shell point at distance %v", d)
			}
		}
	}
	if _, err := ode.Solve(TransportField(m, Segment{cube2[0], cube2[1]}), []float64{1, 0}, 0, 1, nil, nil); err != nil {
		t.Error(err)
	}
}
