package geometry

import (
	"errors"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"hopflow/lyapunov/activation"
)

// No call of a metric allocates, nor one of its connection, nor a field.
func TestCurvedNoAllocation(t *testing.T) {
	type metric interface {
		Manifold
		Domain
	}
	dst, u, v := make([]float64, 2), []float64{0.6, 0.35}, []float64{-0.4, 0.3}
	x := []float64{0.2, 0.55}
	e := form{[][]float64{{2, 0.5}, {0.5, 4}}, []float64{0.6, 2.4}}
	for _, m := range []metric{NewTanh(0.25, 1.7), NewSeparable(activation.NewArctan(0.7), activation.NewAlgebraic(1.3)), NewSimplex(3),
		NewSoftmax(3), NewSphere(1.3), UnitSphere(2), Euclidean(2), halfPlane(), torus(), NewFisher(2, 3, softmaxFamily)} {
		flow := NaturalGradient(m, e)
		for name, f := range map[string]func(){
			"Flat":            func() { m.Flat(dst, x, u) },
			"Sharp":           func() { m.Sharp(dst, x, u) },
			"Christoffel":     func() { m.Christoffel(dst, x, u, v) },
			"Reach":           func() { m.Reach(x, 1) },
			"NaturalGradient": func() { flow(dst, 0, x) },
		} {
			if n := testing.AllocsPerRun(50, f); n != 0 {
				t.Errorf("%T.%s allocates %g times", m, name, n)
			}
		}
	}
	o := Orthogonal{N: 2, Entries: func(dst, x []float64) { dst[0], dst[1] = 1+x[1], 2+x[0] }}
	if n := testing.AllocsPerRun(50, func() { o.Flat(dst, x, dst); o.Sharp(dst, x, dst) }); n != 0 {
		t.Errorf("Orthogonal allocates %g times", n)
	}
	hidden, chart := HiddenGradient(NewTanh(0.25, 1.7), e), ChartGradient(NewTanh(0.25, 1.7), e)
	if n := testing.AllocsPerRun(50, func() { hidden(dst, 0, x); chart(dst, 0, x) }); n != 0 {
		t.Errorf("the fields of hidden state and chart allocate %g times", n)
	}
}

// A metric that is not positive definite is refused with its eigenvalue, and
// gives NaN where no error can be.
func TestIndefinite(t *testing.T) {
	saddle := NewMatrix(2, func(g *mat.SymDense, x []float64) {
		g.SetSym(0, 0, 1)
		g.SetSym(0, 1, x[0])
		g.SetSym(1, 1, 1)
	})
	if _, err := MatrixAt(saddle, []float64{0.4, 0}); err != nil {
		t.Error(err)
	}
	var ie *IndefiniteError
	x := []float64{1.5, 0}
	if _, err := MatrixAt(saddle, x); !errors.As(err, &ie) || math.Abs(ie.Eigenvalue+0.5) > 1e-15 {
		t.Errorf("eigenvalue -0.5: %v", err)
	}
	if _, err := MatrixAt(saddle, []float64{math.NaN(), 0}); !errors.As(err, &ie) || !math.IsNaN(ie.Eigenvalue) {
		t.Errorf("metric at NaN: %v", err)
	}
	if _, err := Frame(saddle, x); !errors.As(err, &ie) {
		t.Errorf("frame: %v", err)
	}
	if _, _, err := ExpCircle(saddle, x, 1, 8); !errors.As(err, &ie) {
		t.Errorf("circle: %v", err)
	}
	dst := make([]float64, 2)
	saddle.Sharp(dst, x, []float64{1, 2})
	saddle.Christoffel(x, x, []float64{1, 2}, []float64{1, 2})
	if !math.IsNaN(dst[0] + dst[1] + x[0] + x[1]) {
		t.Errorf("Sharp %v and Christoffel %v of an indefinite metric, want NaN", dst, x)
	}
	if err := CheckMetric(saddle, [][]float64{{1.5, 0}}); err == nil {
		t.Error("CheckMetric passes an indefinite metric")
	}
	// 5×5, against gonum's Cholesky.
	big := mat.NewSymDense(5, nil)
	for i := range 5 {
		for j := range i + 1 {
			big.SetSym(i, j, math.Sin(float64(3*i+j))+6*float64(1-min(i-j, 1)))
		}
	}
	m := NewMatrix(5, func(g *mat.SymDense, _ []float64) { g.CopySym(big) })
	var chol mat.Cholesky
	if !chol.Factorize(big) {
		t.Fatal("the test's matrix is not positive definite")
	}
	xi, got := []float64{1, -2, 0.5, 3, -1}, make([]float64, 5)
	var want mat.VecDense
	if err := chol.SolveVecTo(&want, mat.NewVecDense(5, xi)); err != nil {
		t.Fatal(err)
	}
	m.Sharp(got, xi, xi)
	near(t, "Sharp of a 5×5 matrix", got, want.RawVector().Data, 1e-14)
}

// The checks find a connection that belongs to another metric, and a transport
// that does.
func TestManifoldChecksFindBrokenLaws(t *testing.T) {
	expect := func(law string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), law) {
			t.Errorf("broken law %q: got %v", law, err)
		}
	}
	stranger := struct {
		Metric
		Connection2
	}{NewSphere(1), Connection2{NewTanh(0.6, 0.9)}}
	expect("shooting", CheckManifold(stranger, [][]float64{{0.3, 0.4}, {0.6, 0.8}}))
	expect("length", CheckTransport(stranger, Segment{[]float64{0.3, 0.4}, []float64{0.6, 0.8}}))
	expect("curvature", func() error {
		if k, e := Gaussian(NewTanh(0.25, 1.7), cube2[0]); math.Abs(k-0.25) > e {
			return errors.New("curvature of a flat metric is not 1/4")
		}
		return nil
	}())
}

// Connection2 hides Dim, which its metric has too.
type Connection2 struct{ c Connection }

// Christoffel is that of c.
func (c Connection2) Christoffel(dst, x, u, v []float64) { c.c.Christoffel(dst, x, u, v) }

// NaN and infinities come out as NaN or an error, never as a number, of
// everything that takes a point.
func TestNaNOfEverything(t *testing.T) {
	sphere, simplex, tanh := NewSphere(1), NewSimplex(3), NewTanh(0.25, 1.7)
	good, v := []float64{0.3, 0.4}, []float64{0.1, -0.2}
	e := form{[][]float64{{2, 0.5}, {0.5, 4}}, []float64{0.6, 2.4}}
	fail := func(name string, x []float64, err error) {
		t.Helper()
		if err == nil {
			t.Errorf("%s of %v: no error", name, x)
		}
	}
	for _, bad := range []float64{math.NaN(), inf, -inf} {
		x := []float64{0.3, bad}
		for name, d := range map[string]float64{
			"simplex": simplex.Distance(good, x), "sphere": sphere.Distance(good, x), "unit sphere": UnitSphere(2).Distance(good, x),
			"rate": DescentRate(simplex, e, x),
		} {
			if !math.IsNaN(d) && !math.IsInf(d, 0) {
				t.Errorf("%s distance or rate of %v is %v", name, x, d)
			}
		}
		for _, m := range []Manifold{simplex, sphere, tanh, NewSoftmax(3), halfPlane(), Euclidean(2), LeviCivita{Metric: tanh}} {
			if k, estimate := Sectional(m, x, v, good); !math.IsNaN(k) || !math.IsNaN(estimate) {
				t.Errorf("%T: curvature %v ± %v at %v", m, k, estimate, x)
			}
			_, err := NewRay(m, x, v)
			fail("NewRay", x, err)
			_, err = NewRay(m, good, x)
			fail("NewRay with velocity", x, err)
			_, err = Log(m, good, x, nil)
			fail("Log", x, err)
			_, _, err = ExpCircle(m, x, 0.1, 8)
			fail("ExpCircle", x, err)
			_, err = Normal(m, x)
			fail("Normal", x, err)
			if c, ok := m.(Metric); ok {
				_, err = NaturalStep(c, e, 0.1)(x)
				fail("NaturalStep", x, err)
				_, err = RetractedStep(Additive(2), c, e, 0.1)(x)
				fail("RetractedStep", x, err)
			}
			_, err = Transport(m, x, Segment{good, []float64{0.31, 0.41}})
			fail("Transport", x, err)
		}
		_, err := simplex.Exp(good, x)
		fail("simplex.Exp", x, err)
		_, err = simplex.Log(x, good)
		fail("simplex.Log", x, err)
		_, err = sphere.Log(x, good)
		fail("sphere.Log", x, err)
		_, err = UnitSphere(2).Exp([]float64{0.6, 0.8}, x)
		fail("UnitSphere.Exp", x, err)
		_, _, err = ChartExp(tanh, good, x)
		fail("ChartExp", x, err)
		_, err = ChartLog(tanh, x, good)
		fail("ChartLog", x, err)
		_, err = Sliding([]float64{1, 0}, x, []float64{bad, 1})
		fail("Sliding", x, err)
	}
}

func TestCurvedConstructorsRefuse(t *testing.T) {
	x := []float64{0.3, 0.4}
	e := form{[][]float64{{2}}, []float64{0.6}}
	for want, f := range map[string]func(){
		"at least two outcomes":      func() { NewSimplex(1) },
		"radius is 0":                func() { NewSphere(0) },
		"radius is NaN":              func() { NewSphere(math.NaN()) },
		"dimension of at least 1":    func() { NewMatrix(0, func(*mat.SymDense, []float64) {}) },
		"and its entries":            func() { NewMatrix(2, nil) },
		"interval (1, 1)":            func() { halfPlane().Within([]float64{0, 1}, []float64{1, 1}) },
		"at least as many":           func() { NewPullback(3, 2, func(dst, x []float64) {}) },
		"more outcomes":              func() { NewFisher(2, 2, softmaxFamily) },
		"gain β[0] is -0.25":         func() { NewBinomial(-1) },
		"dimension 2":                func() { Gaussian(NewSimplex(4), []float64{0.2, 0.3, 0.1}) },
		"needs dimension 2":          func() { _, _ = Holonomy(NewSphere(1)) },
		"positive radius":            func() { _, _ = Shell(NewSphere(1), x, 0, nil) },
		"manifold of dimension 2":    func() { _, _, _ = ExpCircle(NewSimplex(4), []float64{0.2, 0.3, 0.1}, 1, 8) },
		"an energy of dimension 1":   func() { NaturalGradient(NewSphere(1), e) },
		"a curve of dimension 1":     func() { _, _ = Transport(NewSphere(1), x, Segment{x[:1], x[:1]}) },
		"length mismatch: 1 coordin": func() { NewSimplex(3).Flat(x, x, x[:1]) },
	} {
		func() {
			defer func() {
				if r, _ := recover().(string); !strings.Contains(r, want) {
					t.Errorf("want a panic with %q, got %q", want, r)
				}
			}()
			f()
		}()
	}
}

// The symbols of a matrix metric by differences: the half plane's are rational,
// Γ^x_xy = -1/y, Γ^y_xx = 1/y, Γ^y_yy = -1/y.
func TestHalfPlane(t *testing.T) {
	m, got := halfPlane(), make([]float64, 2)
	for _, x := range upper {
		u, v := []float64{0.6, 0.35}, []float64{-0.4, 0.3}
		m.Christoffel(got, x, u, v)
		want := []float64{-(u[0]*v[1] + u[1]*v[0]) / x[1], (u[0]*v[0] - u[1]*v[1]) / x[1]}
		near(t, "half plane", got, want, 1e-10)
	}
	if r := m.Reach([]float64{3, 0.7}, 1); r != 0.7 {
		t.Errorf("reach %v, want 0.7", r)
	}
}

// In any simplex, from any interior point: Sharp undoes Flat, Exp undoes Log,
// the triangle inequality holds, logits are the same manifold, multiplicative
// steps stay inside.
func TestPropertySimplex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "n")
		s, l := NewSimplex(n+1), NewSoftmax(n+1)
		logit := rapid.Float64Range(-6, 6)
		draw := func(name string) (z, x []float64) {
			z, x = make([]float64, n), make([]float64, n)
			for i := range z {
				z[i] = logit.Draw(t, name)
			}
			l.State(x, z)
			return z, x
		}
		z, x := draw("x")
		_, y := draw("y")
		_, w := draw("w")
		d := s.Distance(x, y)
		if detour := s.Distance(x, w) + s.Distance(w, y); !(d <= detour*(1+1e-14)+1e-15) || !(d <= math.Pi) || d != s.Distance(y, x) {
			t.Fatalf("distance %v, back %v, detour %v", d, s.Distance(y, x), detour)
		}
		v, err := s.Log(x, y)
		if err != nil {
			t.Fatal(err)
		}
		if got := Norm(s, x, v); math.Abs(got-d) > 1e-10*math.Max(d, 1e-3) {
			t.Fatalf("|Log| = %v, distance %v", got, d)
		}
		end, err := s.Exp(x, v)
		if err != nil {
			t.Fatal(err)
		}
		xi, back, down := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range y {
			xi[i] = logit.Draw(t, "ξ")
			if math.Abs(end[i]-y[i]) > 1e-12 {
				t.Fatalf("Exp(Log) = %v, want %v", end, y)
			}
		}
		s.Sharp(back, x, xi)
		s.Flat(back, x, back)
		l.Flat(down, z, xi) // ∂x/∂z is the metric: its action on a vector of logits
		s.Flat(down, x, down)
		for i := range xi {
			if math.Abs(back[i]-xi[i]) > 1e-7 || math.Abs(down[i]-xi[i]) > 1e-7 {
				t.Fatalf("Flat(Sharp) = %v, by logits %v, want %v", back, down, xi)
			}
		}
		NewMultiplicative(n+1).Retract(back, x, xi)
		if outside := rest(back); outside < -1e-15 || math.IsNaN(outside) {
			t.Fatalf("multiplicative step %v", back)
		}
	})
}

// On random metrics of two dimensions: the curvature is the one of the formula
// for conformal metrics e^{2φ}I, K = -e^{-2φ} Δφ, within the estimate of its error.
func TestPropertyConformal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.Float64Range(-0.5, 0.5)
		a, b, d := c.Draw(t, "a"), c.Draw(t, "b"), c.Draw(t, "d")
		phi := func(x []float64) float64 { return a*x[0]*x[0] + b*x[0]*x[1] + d*math.Sin(x[1]) }
		m := NewMatrix(2, func(g *mat.SymDense, x []float64) {
			s := math.Exp(2 * phi(x))
			g.SetSym(0, 0, s)
			g.SetSym(1, 1, s)
		})
		p := rapid.Float64Range(-1, 1)
		x := []float64{p.Draw(t, "x"), p.Draw(t, "y")}
		k, estimate := Gaussian(m, x)
		want := -math.Exp(-2*phi(x)) * (2*a - d*math.Sin(x[1]))
		if !(math.Abs(k-want) <= estimate) || estimate > 1e-5 {
			t.Fatalf("curvature %v ± %v, want %v", k, estimate, want)
		}
	})
}
