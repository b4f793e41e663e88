package geometry

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/internal/oracle"
	"hopflow/lyapunov/activation"
)

var inf = math.Inf(1)

// halfPlane is the hyperbolic plane, of curvature -1, as a matrix metric.
func halfPlane() *Matrix {
	return NewMatrix(2, func(g *mat.SymDense, x []float64) {
		g.SetSym(0, 0, 1/(x[1]*x[1]))
		g.SetSym(1, 1, 1/(x[1]*x[1]))
	}).Within([]float64{-inf, 0}, []float64{inf, inf})
}

// slanted is a curved metric with all entries, none of them constant.
func slanted() *Matrix {
	return NewMatrix(2, func(g *mat.SymDense, x []float64) {
		g.SetSym(0, 0, 2+math.Sin(x[0]))
		g.SetSym(0, 1, 0.5*x[1])
		g.SetSym(1, 1, 1.5+x[0]*x[0])
	}).Within([]float64{-2, -1.5}, []float64{2, 1.5})
}

// torus is the surface of a ring in space, as a pullback; its curvature is cos
// y/(2 + cos y).
func torus() *Matrix {
	return NewPullback(2, 3, func(dst, x []float64) {
		s, c := math.Sincos(x[1])
		dst[0], dst[1], dst[2] = (2+c)*math.Cos(x[0]), (2+c)*math.Sin(x[0]), s
	})
}

// softmaxFamily are the probabilities of three outcomes by two logits.
func softmaxFamily(p, z []float64) {
	NewSoftmax(3).State(p[:2], z)
	p[2] = 1 - p[0] - p[1]
}

var (
	simplex2 = [][]float64{{0.2, 0.55}, {0.6, 0.15}, {0.3, 0.3}, {0.05, 0.9}}
	angles   = [][]float64{{0.7, 0.2}, {1.3, -0.9}, {2.2, 0.55}, {1.1, 1.4}}
	plane2   = [][]float64{{0.2, 0.9}, {-0.6, 0.35}, {0.55, -0.7}}
	upper    = [][]float64{{0.2, 0.9}, {-0.6, 0.35}, {0.55, 1.7}}
)

// A known manifold is one row of the table that every implementation is in.
type known struct {
	name   string
	m      Manifold
	points [][]float64
	dist   func(x, y []float64) float64                  // closed form, nil if there is none
	log    func(x, y []float64) ([]float64, error)       // closed form, nil if there is none
	curved func(x []float64) float64                     // Gaussian curvature, nil if not known
	exp    func(x, v []float64) (y []float64, err error) // closed form, nil if there is none
	curve  func(x, y []float64) (c Curve, err error)     // closed form, nil if there is none
}

func constant(k float64) func([]float64) float64 { return func([]float64) float64 { return k } }

func known2() []known {
	tanh := NewTanh(0.25, 1.7)
	mixed := NewSeparable(activation.NewArctan(0.7), activation.NewAlgebraic(1.3))
	simplex, sphere := NewSimplex(3), NewSphere(1.3)
	chart := func(c FlatDiagonal) func(x, v []float64) ([]float64, error) {
		return func(x, v []float64) ([]float64, error) { y, _, err := ChartExp(c, x, v); return y, err }
	}
	return []known{
		{"tanh", tanh, cube2, tanh.Distance, func(x, y []float64) ([]float64, error) { return ChartLog(tanh, x, y) }, constant(0), chart(tanh),
			func(x, y []float64) (Curve, error) { return tanh.Geodesic(x, y) }},
		{"separable", mixed, cube2[:3], func(x, y []float64) float64 { return ChartDistance(mixed, x, y) },
			func(x, y []float64) ([]float64, error) { return ChartLog(mixed, x, y) }, constant(0), chart(mixed),
			func(x, y []float64) (Curve, error) { return ChartGeodesic(mixed, x, y) }},
		{"binomial", NewBinomial(1, 5), cube2[:3], NewTanh(0.25, 0.05).Distance, nil, constant(0), nil, nil},
		{"Levi-Civita of tanh", LeviCivita{Metric: tanh}, cube2[:2], tanh.Distance, nil, constant(0), nil, nil},
		{"simplex", simplex, simplex2, simplex.Distance, simplex.Log, constant(0.25), simplex.Exp,
			func(x, y []float64) (Curve, error) { return simplex.Geodesic(x, y) }},
		{"softmax", NewSoftmax(3), plane2, func(x, y []float64) float64 { return simplex.Distance(visible(x), visible(y)) }, nil, constant(0.25), nil, nil},
		{"Fisher of the softmax family", NewFisher(2, 3, softmaxFamily), plane2[:2],
			func(x, y []float64) float64 { return simplex.Distance(visible(x), visible(y)) }, nil, constant(0.25), nil, nil},
		{"sphere", sphere, angles, sphere.Distance, sphere.Log, constant(1 / 1.69), nil,
			func(x, y []float64) (Curve, error) { return sphere.Geodesic(x, y) }},
		{"half plane", halfPlane(), upper, halfPlaneDistance, nil, constant(-1), nil, nil},
		{"slanted", slanted(), plane2, nil, nil, nil, nil, nil},
		{"torus", torus(), plane2, nil, nil, func(x []float64) float64 { return math.Cos(x[1]) / (2 + math.Cos(x[1])) }, nil, nil},
		{"Euclidean", Euclidean(2), plane2, func(x, y []float64) float64 { return math.Hypot(x[0]-y[0], x[1]-y[1]) }, nil, constant(0),
			func(x, v []float64) ([]float64, error) { return []float64{x[0] + v[0], x[1] + v[1]}, nil },
			func(x, y []float64) (Curve, error) { return Segment{x, y}, nil }},
	}
}

func visible(z []float64) []float64 {
	x := make([]float64, 2)
	NewSoftmax(3).State(x, z)
	return x
}

func halfPlaneDistance(x, y []float64) float64 {
	return 2 * math.Asinh(math.Hypot(x[0]-y[0], x[1]-y[1])/(2*math.Sqrt(x[1]*y[1])))
}

// Every manifold under every law: metric, connection, geodesics, distance,
// transport, and the closed forms against the equations.
func TestManifolds(t *testing.T) {
	for _, c := range known2() {
		t.Run(c.name, func(t *testing.T) {
			x, y := c.points[0], c.points[1]
			errs := []error{CheckMetric(c.m, c.points), CheckConnection(c.m, c.m, c.points), CheckManifold(c.m, c.points[:2])}
			ray, err := Connect(c.m, x, y)
			if err != nil {
				t.Fatal(err)
			}
			errs = append(errs, CheckGeodesic(ray, c.m, c.m, []float64{0.1, 0.37, 0.81}), CheckTransport(c.m, ray), CheckTransport(c.m, Segment{x, y}))
			length, err := Length(c.m, ray)
			errs = append(errs, err)
			if c.dist != nil {
				errs = append(errs, CheckDistance(c.dist, c.points))
				if d := c.dist(x, y); math.Abs(length-d) > 2e-9*d {
					t.Errorf("the geodesic from %v to %v has length %.12g, the distance is %.12g", x, y, length, d)
				}
			}
			for _, err := range errs {
				if err != nil {
					t.Error(err)
				}
			}
			v, w := make([]float64, 2), make([]float64, 2)
			ray.Velocity(v, 0)
			ray.Velocity(w, 1)
			if c.log != nil {
				got, err := c.log(x, y)
				if err != nil {
					t.Fatal(err)
				}
				near(t, "closed Log", got, v, 1e-9)
			}
			if c.exp != nil {
				got, err := c.exp(x, v)
				if err != nil {
					t.Fatal(err)
				}
				near(t, "closed Exp", got, y, 1e-9)
			}
			if c.curve != nil {
				g, err := c.curve(x, y)
				if err != nil {
					t.Fatal(err)
				}
				if err := CheckGeodesic(g, c.m, c.m, []float64{0.1, 0.37, 0.81}); err != nil {
					t.Error(err)
				}
				if l, ok := g.(interface{ Length() float64 }); ok && math.Abs(l.Length()-c.dist(x, y)) > 1e-14 {
					t.Errorf("length %v, distance %v", l.Length(), c.dist(x, y))
				}
				got, want := make([]float64, 2), make([]float64, 2)
				for _, at := range []float64{0, 0.3, 1} {
					g.At(got, at)
					ray.At(want, at)
					near(t, "closed geodesic", got, want, 1e-9)
				}
			}
			// A geodesic carries its own velocity along.
			moved, err := Transport(c.m, v, ray)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "transported velocity", moved, w, 1e-8)
		})
	}
}

// Curvature of every manifold at every point: the value where it is known,
// within the estimate of its error, which is small; the symmetries of the
// Riemann tensor everywhere.
func TestCurvature(t *testing.T) {
	u, v, w := []float64{0.6, 0.35}, []float64{-0.4, 0.3}, []float64{0.2, -0.9}
	for _, c := range known2() {
		for _, x := range c.points {
			k, estimate := Gaussian(c.m, x)
			if c.curved != nil {
				if want := c.curved(x); !(math.Abs(k-want) <= estimate) {
					t.Errorf("%s at %v: curvature %.12g ± %.2g, want %.12g", c.name, x, k, estimate, want)
				}
			}
			if !(estimate < 1e-4) {
				t.Errorf("%s at %v: estimate %v of the error", c.name, x, estimate)
			}
			if again, e := Sectional(c.m, x, u, v); !(math.Abs(again-k) <= e+estimate) {
				t.Errorf("%s at %v: curvature %.12g of the same plane by other vectors, %.12g", c.name, x, again, k)
			}
			a, ea := Riemann(c.m, x, u, v, w)
			b, _ := Riemann(c.m, x, v, w, u)
			d, _ := Riemann(c.m, x, w, u, v)
			swapped, _ := Riemann(c.m, x, v, u, w)
			for i := range a {
				if s := a[i] + b[i] + d[i]; !(math.Abs(s) <= 10*ea) {
					t.Errorf("%s at %v: cyclic sum %.3g of R, estimate %.3g", c.name, x, s, ea)
				}
				if !(math.Abs(a[i]+swapped[i]) <= 2*ea) {
					t.Errorf("%s at %v: R(u,v)w = %v, R(v,u)w = %v", c.name, x, a, swapped)
				}
			}
			if p := Inner(c.m, x, a, w); !(math.Abs(p) <= 10*ea*(1+Inner(c.m, x, w, w))) {
				t.Errorf("%s at %v: ⟨R(u,v)w, w⟩ = %.3g", c.name, x, p)
			}
		}
	}
	// Higher dimensions: every plane of a simplex of five outcomes.
	x := []float64{0.2, 0.1, 0.35, 0.05}
	k, e := Sectional(NewSimplex(5), x, []float64{0.6, 0.1, -0.3, 0.2}, []float64{-0.1, 0.5, 0.2, 0.4})
	if !(math.Abs(k-0.25) <= e) || e > 1e-9 {
		t.Errorf("simplex of five outcomes: curvature %v ± %v", k, e)
	}
	k, e = Sectional(NewTanh(0.25, 0.6, 1.7), []float64{0.2, 0.55, 0.9}, []float64{0.6, 0.1, -0.3}, []float64{-0.1, 0.5, 0.2})
	if !(math.Abs(k) <= e) || e > 1e-9 {
		t.Errorf("tanh metric: curvature %v ± %v", k, e)
	}
	if k, e := Sectional(NewSimplex(3), simplex2[0], u, []float64{1.2, 0.7}); !math.IsNaN(k) || !math.IsNaN(e) {
		t.Errorf("curvature of parallel vectors: %v ± %v", k, e)
	}
}

// The three routes to the Christoffel symbols of a soft projection, with one
// more: closed form, from Deriv2 of the activation, by differences of the
// metric as an operator and as a matrix. [HF] (12) as printed misses.
func TestChristoffelByAllRoutes(t *testing.T) {
	beta := []float64{0.25, 1.7}
	closed := NewTanh(beta...)
	byDeriv2 := NewSeparable(activation.SoftProjection(beta[0]), activation.SoftProjection(beta[1]))
	matrix := NewMatrix(2, func(g *mat.SymDense, x []float64) {
		for i, b := range beta {
			g.SetSym(i, i, 1/(4*b*x[i]*(1-x[i])))
		}
	}).Within([]float64{0, 0}, []float64{1, 1})
	fisher := NewFisher(2, 4, func(p, x []float64) { // two coins
		for k := range p {
			p[k] = math.Abs(float64(k&1)-x[0]) * math.Abs(float64(k>>1)-x[1])
		}
	}).Within([]float64{0, 0}, []float64{1, 1})
	u, v := []float64{0.6, 0.35}, []float64{-0.4, 0.3}
	want, got := make([]float64, 2), make([]float64, 2)
	for _, x := range cube2 {
		closed.Christoffel(want, x, u, v)
		for _, route := range []struct {
			name string
			c    Connection
			tol  float64
		}{{"Deriv2", byDeriv2, 4e-14}, {"LeviCivita", LeviCivita{Metric: closed}, 1e-10}, {"matrix", matrix, 1e-10}, {"Fisher", fisher, 1e-8}} {
			route.c.Christoffel(got, x, u, v)
			for i := range got {
				if !(math.Abs(got[i]-want[i]) <= route.tol*math.Max(1, math.Abs(want[i]))) {
					t.Errorf("%s at %v: Γ^%d = %.15g, closed form %.15g", route.name, x, i, got[i], want[i])
				}
			}
		}
	}
	for _, r := range oracle.Load(t, hf, "hf-chr-") { // (12) as printed: another number, of another sign
		a, x := sigmoid(r), r.In("x")
		u, s := a.Inverse(x), a.Value(x)
		printed := a.Deriv2(u) * a.Deriv(x) / (2 * a.Deriv(u) * s * s)
		r.Close(t, "printed", []float64{printed}, 1e-14, true)
		if miss := math.Abs(printed - NewSeparable(a).Symbol(0, x)); miss < 1 {
			t.Errorf("%s: the printed symbol misses by %v only", r.ID, miss)
		}
	}
	simplex, z := NewSimplex(3), []float64{0.2, -0.7}
	x := visible(z)
	if err := CheckConnection(simplex, NewFisher(2, 3, func(p, x []float64) { copy(p, simplex.Probabilities(x)) }).Within([]float64{0, 0}, []float64{1, 1}), [][]float64{x}); err != nil {
		t.Error(err)
	}
}

// Retractions under their laws, with their order: the error against the
// exponential map falls like t² or t³.
func TestRetractions(t *testing.T) {
	tanh, simplex := NewTanh(0.25, 1.7), NewSimplex(3)
	mixed := NewSeparable(activation.NewArctan(0.7), activation.NewAlgebraic(1.3))
	onSphere := [][]float64{NewSphere(1).Embed(angles[0]), NewSphere(1).Embed(angles[2])}
	for _, c := range []struct {
		name   string
		r      Retraction
		m      Manifold
		points [][]float64
		order  float64
	}{
		{"additive on the cube", Additive(2), tanh, cube2, 2},
		{"projected", Projected(2), tanh, cube2, 2},
		{"hidden, tanh", HiddenRetraction{tanh}, tanh, cube2, 2},
		{"hidden, separable", HiddenRetraction{mixed}, mixed, cube2, 2},
		{"multiplicative", NewMultiplicative(3), simplex, simplex2, 2},
		{"additive on the simplex", Additive(2), simplex, simplex2, 2},
		{"second order on the simplex", SecondOrder{simplex}, simplex, simplex2, 3},
		{"second order on the cube", SecondOrder{tanh}, tanh, cube2, 3},
		{"normalised", UnitSphere(3), UnitSphere(3), onSphere, 3},
		{"exponential", Exponential{simplex}, simplex, simplex2, inf},
	} {
		if err := CheckRetraction(c.r, c.m, c.points); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		x, v := c.points[0], make([]float64, len(c.points[0]))
		xi := []float64{0.09, -0.05, 0.07}[:len(v)]
		c.m.Sharp(v, x, xi)
		at, errs, err := RetractionErrors(c.r, c.m, x, v, 6)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if math.IsInf(c.order, 1) {
			if errs[0] > 1e-12 {
				t.Errorf("%s: misses the exponential map by %v", c.name, errs[0])
			}
			continue
		}
		t.Run(c.name, func(t *testing.T) { order(t, at, errs, c.order) })
	}
	expect := func(law string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), law) {
			t.Errorf("broken law %q: got %v", law, err)
		}
	}
	expect("R_x(0)", CheckRetraction(lame{1, 1e-6}, tanh, cube2))
	expect("dR_x(0)v", CheckRetraction(lame{1.001, 0}, tanh, cube2))
	// The hidden state's step is one of the hidden state.
	x, v, u := cube2[0], []float64{3, -0.8}, make([]float64, 2)
	got := make([]float64, 2)
	HiddenRetraction{tanh}.Retract(got, x, v)
	tanh.Hidden(u, x)
	for i := range u {
		u[i] += v[i] * tanh.Entry(i, x[i])
	}
	tanh.Visible(u, u)
	near(t, "hidden retraction", got, u, 1e-15)
	// Far steps stay inside where they should, and come to the wall where not.
	NewMultiplicative(3).Retract(got, simplex2[0], []float64{4, -9})
	if rest(got) < 0 || got[0] < 0 || got[1] < 0 || math.IsNaN(got[0]+got[1]) {
		t.Errorf("multiplicative step leaves the simplex: %v", got)
	}
	Projected(2).Retract(got, x, []float64{3, -0.2})
	near(t, "projection", got, []float64{1, 0.7}, 1e-16)
}

type lame struct{ stretch, shift float64 }

func (lame) Dim() int { return 2 }

func (l lame) Retract(dst, x, v []float64) {
	for i := range dst {
		dst[i] = x[i] + l.stretch*v[i] + l.shift
	}
}
