package geometry

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hopflow/internal/oracle"
	"hopflow/lyapunov/activation"
)

const hf = "testdata/hf.json"

// generic points, none symmetric
var cube2 = [][]float64{{0.2, 0.9}, {0.6, 0.35}, {0.55, 0.2}, {0.03, 0.98}}

func TestMetricOracle(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-inv-") {
		beta, x := r.In("beta"), r.In("x")
		act := activation.SoftProjection(beta)
		m := NewTanh(beta)
		if r.Text("convention") == "literal" {
			act, m = activation.SoftProjectionLiteral(beta), NewTanh(beta/2)
		}
		for _, d := range []Diagonal{m, NewSeparable(act)} {
			r.Close(t, "g", []float64{d.Entry(0, x)}, 4e-15, true)
			r.Close(t, "christoffel", []float64{d.Symbol(0, x)}, 4e-15, true)
		}
	}
	for _, r := range oracle.Load(t, hf, "hf-chr-") {
		m := NewSeparable(sigmoid(r))
		r.Close(t, "g", []float64{m.Entry(0, r.In("x"))}, 4e-15, true)
		r.Close(t, "christoffel", []float64{m.Symbol(0, r.In("x"))}, 4e-15, true)
	}
}

func sigmoid(r oracle.Record) activation.Smooth {
	if r.Text("activation") == "algebraic" {
		return activation.NewAlgebraic(1)
	}
	return activation.NewArctan(1)
}

func TestGeodesicOracle(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-geo-") {
		x, y, at := r.Ins("x"), r.Ins("y"), r.In("t")
		m := NewTanh(make1(len(x))...)
		g, err := m.Geodesic(x, y)
		if err != nil {
			t.Fatal(err)
		}
		p, v := make([]float64, len(x)), make([]float64, len(x))
		g.At(p, at)
		g.Velocity(v, at)
		// Near 1 the float64 closest to y has an angle off by ε/√(1-y).
		tol := 1e-15
		for _, p := range append(x, y...) {
			tol = math.Max(tol, 4e-16/math.Sqrt(1-p))
		}
		r.Close(t, "gamma", p, tol, false)
		r.Close(t, "gammadot", v, tol, false)
		var a, b, sign []float64
		for i := range x {
			ai, bi, si := g.Constants(i)
			a, b, sign = append(a, ai), append(b, bi), append(sign, si)
		}
		r.Close(t, "a", a, tol, true)
		r.Close(t, "b", b, tol, true)
		r.Close(t, "sign", sign, 1e-16, true)
	}
	for _, r := range oracle.Load(t, hf, "hf-ggeo-") {
		x, y := r.Ins("x"), r.Ins("y")
		m := NewSeparable(sigmoid(r))
		r.Close(t, "d", []float64{ChartDistance(m, x, y)}, 4e-15, true)
		g, err := ChartGeodesic(m, x, y)
		if err != nil {
			t.Fatal(err)
		}
		p := make([]float64, 1)
		g.At(p, r.In("t"))
		r.Close(t, "gamma", p, 4e-15, true)
		length, err := Length(m, g)
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "d", []float64{length}, 1e-13, true)
		d, err := NewCollocation(32).Distance(m, x, y)
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "d", []float64{d}, 1e-9, true)
	}
}

func make1(n int) []float64 {
	beta := make([]float64, n)
	for i := range beta {
		beta[i] = 0.25 + 0.6*float64(i)
	}
	return beta
}

func TestDistanceOracle(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-dist-") {
		beta, x, y := r.Ins("beta"), r.Ins("x"), r.Ins("y")
		m := NewTanh(beta...)
		half := make([]float64, len(beta))
		act := make([]activation.Smooth, len(beta))
		for i, b := range beta {
			half[i] = b / 2
			act[i] = activation.SoftProjection(b)
		}
		r.Close(t, "paper", []float64{m.Distance(x, y)}, 1e-15, true)
		r.Close(t, "literal", []float64{NewTanh(half...).Distance(x, y)}, 1e-15, true)
		r.Close(t, "paper", []float64{ChartDistance(m, x, y)}, 1e-15, true)
		r.Close(t, "paper", []float64{ChartDistance(NewSeparable(act...), x, y)}, 1e-14, true)
		straight, err := Length(m, Segment{x, y})
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "straight", []float64{straight}, 1e-14, true)
		g, err := m.Geodesic(x, y)
		if err != nil {
			t.Fatal(err)
		}
		length, err := Length(m, g)
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "paper", []float64{length}, 1e-14, true)
		r.Close(t, "paper", []float64{g.Length()}, 1e-15, true)
	}
}

// The Fisher information of Binomial(n, p), summed over its outcomes, is the
// tanh metric with n = 1/(4β); distances and a geodesic from geomstats 2.8.0
// (BinomialDistributions: metric n/(p(1-p))).
func TestBinomialFamily(t *testing.T) {
	for _, c := range []struct {
		n    int
		dist float64
	}{{1, 0.8448590295836153}, {2, 1.1948110979305206}, {5, 1.8891622215534696}} {
		m := NewTanh(1 / (4 * float64(c.n)))
		const p = 0.2
		var info float64
		for k := range c.n + 1 {
			choose := math.Exp(lgamma(c.n+1) - lgamma(k+1) - lgamma(c.n-k+1))
			score := float64(k)/p - float64(c.n-k)/(1-p)
			info += choose * math.Pow(p, float64(k)) * math.Pow(1-p, float64(c.n-k)) * score * score
		}
		if got := m.Entry(0, p); math.Abs(got/info-1) > 1e-13 {
			t.Errorf("n = %d: metric %v, Fisher information %v", c.n, got, info)
		}
		if got := m.Distance([]float64{0.2}, []float64{0.6}); math.Abs(got-c.dist) > 1e-15*c.dist {
			t.Errorf("n = %d: distance %v, geomstats has %v", c.n, got, c.dist)
		}
	}
	g, _ := NewTanh(0.7).Geodesic([]float64{0.2}, []float64{0.6})
	p := make([]float64, 1)
	if g.At(p, 0.25); math.Abs(p[0]-0.29052604) > 5e-9 {
		t.Errorf("geodesic at 1/4 is %v, geomstats has 0.29052604", p[0])
	}
}

func lgamma(n int) float64 {
	v, _ := math.Lgamma(float64(n))
	return v
}

// The boundary is at finite distance, and the closed form keeps its digits
// there and for close points: each case has an answer known without it.
func TestDistanceAtTheEdge(t *testing.T) {
	m := NewTanh(0.25, 0.6)
	root := []float64{2, 1 / math.Sqrt(0.6)}
	diag := math.Pi / 2 * math.Hypot(root[0], root[1])
	for _, c := range []struct {
		x, y []float64
		want float64
	}{
		{[]float64{0, 0}, []float64{1, 1}, diag},
		{[]float64{1, 0}, []float64{0, 1}, diag},
		{[]float64{0, 1}, []float64{0, 1}, 0},
		{[]float64{0, 0.55}, []float64{0.75, 0.55}, math.Pi / 3 * 2},
		{[]float64{1, 0.55}, []float64{0.75, 0.55}, math.Pi / 6 * 2},
		// asin √q = √q(1 + q/6 + ...) at the corner: exact to 1e-20 here
		{[]float64{0, 0}, []float64{1e-20, 0}, 2e-10},
		{[]float64{0.2, 1e-24}, []float64{0.2, 4e-24}, 1e-12 * root[1]},
		// close points: √g δ, with a relative error of the order of δ
		{[]float64{0.2, 0.9}, []float64{0.2 + 0x1p-50, 0.9}, 0x1p-50 * math.Sqrt(1/(4*0.25*0.2*0.8))},
	} {
		if got := m.Distance(c.x, c.y); math.Abs(got-c.want) > 1e-15*c.want {
			t.Errorf("distance from %v to %v is %.17g, want %.17g", c.x, c.y, got, c.want)
		}
	}
}

// A million random pairs: the one-arctangent form agrees with the two arcsines
// of [HF] (30), corrected, to the error of the latter.
func TestDistanceAgainstArcsines(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 30))
	beta := []float64{0.25, 0.6, 1.7}
	m := NewTanh(beta...)
	x, y := make([]float64, 3), make([]float64, 3)
	for range 100_000 {
		var s float64
		for i := range x {
			x[i], y[i] = rng.Float64(), rng.Float64()
			d := (math.Asin(math.Sqrt(x[i])) - math.Asin(math.Sqrt(y[i]))) / math.Sqrt(beta[i])
			s += d * d
		}
		if got, want := m.Distance(x, y), math.Sqrt(s); math.Abs(got-want) > 1e-12 {
			t.Fatalf("distance from %v to %v is %.17g, arcsines give %.17g", x, y, got, want)
		}
	}
}

func TestCircle(t *testing.T) {
	m := NewTanh(0.25, 0.6)
	center := []float64{0.3, 0.55}
	x, y := Circle(m, center, 0.9, 64)
	if len(x) != 65 || len(y) != 65 {
		t.Fatalf("%d, %d points, want 65", len(x), len(y))
	}
	for k := range x {
		if d := m.Distance(center, []float64{x[k], y[k]}); !(math.Abs(d-0.9) <= 1e-14) {
			t.Errorf("point %d lies at distance %.17g", k, d)
		}
	}
	// In a direction where the box ends before the radius there is a gap:
	// θ_0 runs over [0, π], the center is at 2 arcsin √0.3 = 1.16.
	x, y = Circle(m, center, 1.3, 4)
	if !math.IsNaN(x[2]) || !math.IsNaN(y[2]) || math.IsNaN(x[0]) {
		t.Errorf("circle of radius 1.3: points %v, %v; want a gap in direction -θ_0 alone", x, y)
	}
}

func TestBoxes(t *testing.T) {
	for _, c := range []struct {
		act    activation.Smooth
		lo, hi float64
	}{
		// soft projection: width π/(2√β), hidden zero at x = σ(0)
		{activation.SoftProjection(0.7), math.NaN(), math.Pi / (2 * math.Sqrt(0.7))},
		// √σ' = (1+v²)^(-3/4)/√2: ∫₀^∞ (1+v²)^(-3/4) dv = B(1/2, 1/4)/2
		{activation.NewAlgebraic(1), -2.6220575542921198 / math.Sqrt2, 2.6220575542921198 / math.Sqrt2},
		{activation.NewArctan(0.7), math.Inf(-1), math.Inf(1)},
		{activation.NewRectifier(0.2, 3), math.Inf(-1), math.Inf(1)},
	} {
		lo, hi := NewSeparable(c.act).Box(0)
		if math.IsNaN(c.lo) { // the width alone is known
			lo, hi = math.NaN(), hi-lo
		}
		for _, p := range [][2]float64{{lo, c.lo}, {hi, c.hi}} {
			if p[0] != p[1] && !(math.Abs(p[0]-p[1]) <= 1e-13) && !(math.IsNaN(p[0]) && math.IsNaN(p[1])) {
				t.Errorf("%+v: box end %.17g, want %.17g", c.act, p[0], p[1])
			}
		}
	}
	// The arctangent's chart in closed form, asinh(r u)/√(π r).
	m := NewSeparable(activation.NewArctan(0.7))
	for _, x := range []float64{1e-9, 0.2, 0.55, 0.9, 1 - 1e-6} {
		theta := []float64{x}
		m.Theta(theta, theta)
		want := math.Asinh(0.7*activation.NewArctan(0.7).Inverse(x)) / math.Sqrt(0.7*math.Pi)
		if math.Abs(theta[0]-want) > 1e-14*math.Max(1, math.Abs(want)) {
			t.Errorf("θ(%v) = %.17g, want %.17g", x, theta[0], want)
		}
	}
}

func TestRefusals(t *testing.T) {
	m := NewTanh(0.25, 0.6)
	good := []float64{0.2, 0.55}
	for _, bad := range []float64{-1e-12, 1 + 1e-12, math.NaN(), math.Inf(1)} {
		x := []float64{0.2, bad}
		if d := m.Distance(good, x); !math.IsNaN(d) {
			t.Errorf("distance to %v is %v, want NaN", x, d)
		}
		_, err := m.Geodesic(good, x)
		var ce *CoordinateError
		if !errors.As(err, &ce) || ce.Coordinate != 1 || ce.Point != "y" || !strings.Contains(err.Error(), "coordinate 1 of y") {
			t.Errorf("geodesic to %v: %v", x, err)
		}
		if _, err := ChartGeodesic(m, x, good); err == nil || !strings.Contains(err.Error(), "coordinate 1") {
			t.Errorf("chart geodesic from %v: %v", x, err)
		}
		if _, err := NewCollocation(16).Distance(m, x, good); !errors.As(err, &ce) || ce.Coordinate != 1 {
			t.Errorf("collocation from %v: %v", x, err)
		}
		if g := m.Entry(1, bad); !math.IsNaN(g) {
			t.Errorf("g(%v) = %v, want NaN", bad, g)
		}
		if s := m.Symbol(1, bad); !math.IsNaN(s) {
			t.Errorf("Γ(%v) = %v, want NaN", bad, s)
		}
	}
	// The corners: finite for the closed form, refused by the equation.
	if g, err := m.Geodesic([]float64{0, 0.55}, []float64{1, 0.2}); err != nil || math.IsNaN(g.Length()) {
		t.Errorf("geodesic between boundary points: %v", err)
	}
	if _, err := NewCollocation(16).Distance(m, []float64{0, 0.55}, good); err == nil || !strings.Contains(err.Error(), "flat chart") {
		t.Errorf("collocation from the boundary: %v", err)
	}
	if _, err := NewCollocation(8).Distance(m, []float64{1e-4, 0.5}, []float64{0.9999, 0.4}); err == nil {
		t.Error("a polynomial of degree 8 resolves a geodesic from corner to corner")
	}
	if _, err := Length(m, Segment{good, []float64{0.2, 1.4}}); err == nil || !strings.Contains(err.Error(), "inside the manifold") {
		t.Errorf("length of a segment that leaves the cube: %v", err)
	}
	for name, f := range map[string]func(){
		"length mismatch":       func() { m.Distance(good, good[:1]) },
		"at least one gain":     func() { NewTanh() },
		"gain β[1] is 0":        func() { NewTanh(0.25, 0) },
		"gain β[0] is -1":       func() { NewTanh(-1) },
		"gain β[0] is NaN":      func() { NewTanh(math.NaN()) },
		"one activation":        func() { NewSeparable() },
		"activation 0 is nil":   func() { NewSeparable(nil) },
		"chart of dimension 2":  func() { Circle(NewTanh(1), []float64{0.3}, 1, 8) },
		"positive radius":       func() { Circle(m, good, 0, 8) },
		"degree of at least":    func() { NewCollocation(3) },
		"at least one interval": func() { Trace(Segment{good, good}, 0) },
		"curve of dimension 1":  func() { Length(m, Segment{good[:1], good[:1]}) },
	} {
		func() {
			defer func() {
				if r, _ := recover().(string); !strings.Contains(r, name) {
					t.Errorf("want a panic with %q, got %q", name, r)
				}
			}()
			f()
		}()
	}
}

func TestNoAllocation(t *testing.T) {
	m := NewTanh(0.25, 0.6)
	x, y, dst := []float64{0.2, 0.55}, []float64{0.9, 0.3}, make([]float64, 2)
	g, _ := m.Geodesic(x, y)
	c := NewCollocation(16)
	for name, f := range map[string]func(){
		"Distance":             func() { m.Distance(x, y) },
		"Geodesic.At":          func() { g.At(dst, 0.3) },
		"Geodesic.Velocity":    func() { g.Velocity(dst, 0.3) },
		"Christoffel":          func() { m.Christoffel(dst, x, x, y) },
		"Theta":                func() { m.Theta(dst, x) },
		"State":                func() { m.State(dst, x) },
		"Collocation.Distance": func() { c.Distance(m, x, y) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %g times", name, n)
		}
	}
}

// The traces of a geodesic: its ends, its speed, its straightness in θ, and
// the angles of a geodesic triangle, which add up to π because the manifold is
// flat.
func TestTraces(t *testing.T) {
	m := NewTanh(0.25, 1.7)
	corners := [][]float64{{0.2, 0.9}, {0.6, 0.35}, {0.05, 0.1}}
	var sum float64
	for i, x := range corners {
		a, _ := m.Geodesic(x, corners[(i+1)%3])
		b, _ := m.Geodesic(x, corners[(i+2)%3])
		u, v := make([]float64, 2), make([]float64, 2)
		a.Velocity(u, 0)
		b.Velocity(v, 0)
		sum += Angle(m, x, u, v)
		for _, at := range []float64{0.1, 0.7} {
			if s := Speed(m, a, at); math.Abs(s-a.Length()) > 1e-14 {
				t.Errorf("speed %v at %v, length %v", s, at, a.Length())
			}
		}
		tr := Trace(a, 10)
		near(t, "end of the trace", tr.X[10], corners[(i+1)%3], 1e-15)
		line := Trace(InTheta(m, a), 4)
		for k := range 2 {
			if mid := (line.X[0][k] + line.X[4][k]) / 2; math.Abs(line.X[2][k]-mid) > 1e-14 {
				t.Errorf("θ_%d at the middle is %v, want %v", k, line.X[2][k], mid)
			}
		}
	}
	if math.Abs(sum-math.Pi) > 1e-14 {
		t.Errorf("angles of a triangle add up to %v", sum)
	}
	if a := Angle(m, corners[0], []float64{1, 2}, []float64{-1, -2}); math.Abs(a-math.Pi) > 1e-7 {
		t.Errorf("angle of opposite vectors is %v", a)
	}
}
