package sde

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hopflow/flows/geometry"
	"hopflow/internal/oracle"
	"hopflow/internal/trials"
	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/landscape"
	"hopflow/lyapunov/verify"
)

const schemeRecords = "testdata/schemes.json"

// machine is [HF] (58): dx_i = (4β_i T (1-2x_i) - 4β_i x_i(1-x_i) ∂_i f) dt +
// √(8β_i T x_i(1-x_i)) dW_i; a nil gradient is f = 0.
func machine(beta []float64, temperature float64, gradient func(dst, x []float64)) *System {
	n := len(beta)
	return &System{
		Dim: n, Shape: Diagonal,
		Drift: func(dst []float64, _ float64, x []float64) {
			clear(dst)
			if gradient != nil {
				gradient(dst, x)
			}
			for i, v := range x {
				dst[i] = 4*beta[i]*temperature*(1-2*v) - 4*beta[i]*v*(1-v)*dst[i]
			}
		},
		Noise: func(dst []float64, _ float64, x, dw []float64) {
			for i, v := range x {
				dst[i] = math.Sqrt(8*beta[i]*temperature*v*(1-v)) * dw[i]
			}
		},
		NoiseDeriv: func(dst []float64, _ float64, x, v, dw []float64) {
			for i, u := range x {
				dst[i] = math.Sqrt(2*beta[i]*temperature/(u*(1-u))) * (1 - 2*u) * v[i] * dw[i]
			}
		},
	}
}

// slope is the gradient of f = 3x₁ - 2x₁x₂.
func slopeOfBilinear(dst, x []float64) { dst[0], dst[1] = 3-2*x[1], -2*x[0] }

func TestCharts(t *testing.T) {
	for name, k := range map[string]struct {
		c      Chart
		points [][]float64
	}{
		"arcsine":         {ArcsineChart(0.25, 0.6), [][]float64{{0.4, 1.1}, {2.9, 0.03}, {0.001, 2.02}}},
		"log":             {LogChart(2), [][]float64{{-1.3, 0.2}, {2.1, 0}}},
		"flat, tanh":      {FlatChart(geometry.NewTanh(0.25, 0.6)), [][]float64{{0.4, 1.1}, {2.9, 0.03}}},
		"flat, separable": {FlatChart(geometry.NewSeparable(activation.NewArctan(1.2), activation.NewAlgebraic(0.8))), [][]float64{{0.4, 0.1}, {-0.3, 0.7}}},
	} {
		if err := CheckChart(k.c, k.points); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := LogChart(1)
	for want, c := range map[string]Chart{
		"one is not the inverse of the other": {Dim: 1, Forward: func(dst, x []float64) { dst[0] = 1 + math.Log(x[0]) }, Inverse: good.Inverse},
		"it has to be their limit": {Dim: 1, Forward: good.Forward, Inverse: func(x, slope, curvature, y []float64) {
			good.Inverse(x, slope, curvature, y)
			slope[0] *= 1.0001
		}},
		"the curvature of coordinate 0": {Dim: 1, Forward: good.Forward, Inverse: func(x, slope, curvature, y []float64) {
			good.Inverse(x, slope, curvature, y)
			curvature[0] = -curvature[0]
		}},
		"outside the chart's box (2, 3)": {Dim: 1, Forward: good.Forward, Inverse: good.Inverse, Lo: []float64{2}, Hi: []float64{3}},
	} {
		if err := CheckChart(c, [][]float64{{0.3}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("CheckChart = %v, want an error with %q", err, want)
		}
	}
}

// TestRecords compares one step in x and in θ with the records, to 1e-14.
func TestRecords(t *testing.T) {
	for _, r := range oracle.Load(t, schemeRecords, "hf-em") {
		s := machine(r.Ins("beta"), r.In("T"), landscape.Himmelblau{}.Gradient)
		h, w := r.In("h"), r.Ins("dw")
		step := func(scheme Scheme, s *System, x []float64) []float64 {
			x, stepper := append([]float64(nil), x...), mustStepper(t, scheme, s, 1)
			stepper.Step(0, h, columns(x), columns(append([]float64(nil), w...)))
			return x
		}
		r.Close(t, "x", step(EulerMaruyama, s, r.Ins("x")), 1e-14, false)
		chart := ArcsineChart(r.Ins("beta")...)
		flat, err := Lamperti(s, chart)
		if err != nil {
			t.Fatal(err)
		}
		y := make([]float64, 2)
		chart.Forward(y, r.Ins("x"))
		y = step(EulerMaruyama, flat, y)
		for i, b := range r.Ins("beta") {
			y[i] *= math.Sqrt(b)
		}
		r.Close(t, "theta", y, 1e-13, false)
		// The chart with that scheme hands back sin², and NaN beyond the box.
		back := step(InChart{chart, EulerMaruyama}, s, r.Ins("x"))
		for i, theta := range y {
			want := math.Pow(math.Sin(theta), 2)
			if theta > math.Pi/2 {
				want = math.NaN()
			}
			if !(math.Abs(back[i]-want) < 1e-14) && !math.IsNaN(back[i]+0*want) {
				t.Errorf("%s: coordinate %d is %g, want %g", r.ID, i, back[i], want)
			}
			if math.IsNaN(back[i]) != math.IsNaN(want) {
				t.Errorf("%s: coordinate %d is %g, want %g", r.ID, i, back[i], want)
			}
		}
	}
}

func mustStepper(t testing.TB, scheme Scheme, s *System, size int) Stepper {
	t.Helper()
	stepper, err := scheme.Stepper(s, size)
	if err != nil {
		t.Fatal(err)
	}
	return stepper
}

// TestLampertiDrift compares the drift in y with its closed form: μ - σ²/2 for
// geometric Brownian motion, and for the machine, in every calculus,
// -√β sin(2√β y) ∂f + 2√β T cot(2√β y).
func TestLampertiDrift(t *testing.T) {
	flat, err := Lamperti(gbm(0.6, 0.8), LogChart(1))
	if err != nil {
		t.Fatal(err)
	}
	if got := drift(flat, 0, []float64{1.7})[0]; math.Abs(got-(0.6-0.32)) > 1e-15 {
		t.Errorf("GBM in its chart has drift %g, want 0.28", got)
	}
	beta, temperature := []float64{0.25, 0.6}, 0.7
	ito := machine(beta, temperature, slopeOfBilinear)
	for _, c := range []Calculus{Ito, Stratonovich, AntiIto, 0.3} {
		s, err := ito.In(c)
		if err != nil {
			t.Fatal(err)
		}
		flat, err := Lamperti(s, ArcsineChart(beta...))
		if err != nil {
			t.Fatal(err)
		}
		y := []float64{0.43, 1.7}
		x, g := make([]float64, 2), make([]float64, 2)
		for i := range x {
			x[i] = math.Pow(math.Sin(math.Sqrt(beta[i])*y[i]), 2)
		}
		slopeOfBilinear(g, x)
		got := drift(flat, 0, y)
		for i := range y {
			b := math.Sqrt(beta[i])
			want := -b*math.Sin(2*b*y[i])*g[i] + 2*b*temperature/math.Tan(2*b*y[i])
			if !near(got[i], want, 1, 1e-13) {
				t.Errorf("%v: drift %d is %g, want %g", c, i, got[i], want)
			}
		}
		if err := CheckSystem(flat, points2[:2:2]); err == nil {
			t.Error("a point outside the box passes CheckSystem")
		}
		inside := points2[:2:2]
		inside = append(inside[:0:0], at(0.7, 0.2, 0.55), at(1.3, 1.61, 0.14))
		if err := CheckSystem(flat, inside); err != nil {
			t.Error(err)
		}
		var dst [2]float64
		if flat.Noise(dst[:], 0, y, []float64{1, -1}); !near(dst[0], math.Sqrt(1.4), 1, 1e-14) || !near(dst[1], -math.Sqrt(1.4), 1, 1e-14) {
			t.Errorf("noise %v, want ±√(2T)", dst)
		}
	}
}

// TestInChartIsExact: geometric Brownian motion has no error at all in its
// chart.
func TestInChartIsExact(t *testing.T) {
	for _, scheme := range []Scheme{InChart{Chart: LogChart(1)}, InChart{LogChart(1), EulerMaruyama}, InChart{LogChart(1), StochasticHeun}} {
		w := NewBrownian(1, 0, 2, 4)
		tr, err := Solve(gbm(0.6, 0.8), scheme, []float64{1.3}, 0, 2, 0.25, w)
		if err != nil {
			t.Fatal(err)
		}
		for k, x := range tr.X {
			want := 1.3 * math.Exp((0.6-0.32)*tr.T[k]+0.8*increment(t, w, 1, 0, tr.T[k])[0])
			if !near(x[0], want, 0, 1e-13) {
				t.Errorf("%T: %g at t = %g, want %g", scheme, x[0], tr.T[k], want)
			}
		}
	}
}

// sinhChart is x = sinh y, for noise √(1+x²).
func sinhChart() Chart {
	return Chart{Dim: 1,
		Forward: func(dst, x []float64) { dst[0] = math.Asinh(x[0]) },
		Inverse: func(x, slope, curvature, y []float64) {
			x[0], slope[0] = math.Sinh(y[0]), math.Cosh(y[0])
			curvature[0] = x[0]
		},
	}
}

// TestInChartStrongOrder fits the order of the drift-implicit step against its
// own fine solution: 1 where the drift in the chart is smooth, a little less on
// the machine, whose drift is singular at ends that the paths come close to.
func TestInChartStrongOrder(t *testing.T) {
	beta, x0 := []float64{0.25, 0.6}, []float64{0.3, 0.6}
	s := machine(beta, 0.7, slopeOfBilinear)
	smooth := &System{
		Dim: 1, Shape: Diagonal,
		Drift: func(dst []float64, _ float64, x []float64) { dst[0] = math.Sin(2*x[0]) - 0.4*x[0] },
		Noise: func(dst []float64, _ float64, x, dw []float64) { dst[0] = 0.7 * math.Hypot(1, x[0]) * dw[0] },
	}
	for seed := range uint64(min(20, trials.Times(t))) {
		c1, c := newCoupled(1, 1000, 512, 4321+seed), newCoupled(2, 1000, 256, 1234+seed)
		fit := func(s *System, scheme Scheme, x0 []float64, c *coupled, order float64) [][]float64 {
			want := c.run(t, scheme, s, x0, 1)
			slope := strongOrder(t, scheme, s, x0, want, c, 8, 16, 32, 64)
			t.Logf("strong order %.3f ± %.3f", slope.Order, slope.StdErr)
			if !(math.Abs(slope.Order-order) <= 0.2) {
				t.Errorf("seed %d: strong order %.3f ± %.3f, want %g ± 0.2", seed, slope.Order, slope.StdErr, order)
			}
			return want
		}
		fit(smooth, InChart{Chart: sinhChart()}, []float64{0.4}, c1, 1)
		fit(smooth, InChart{sinhChart(), EulerMaruyama}, []float64{0.4}, c1, 1)
		want := fit(s, InChart{Chart: ArcsineChart(beta...)}, x0, c, 0.9)
		other := InChart{ArcsineChart(beta...), ImplicitEuler}
		var sum float64
		x := c.run(t, other, s, x0, 8) // h = 1/32
		for i := range x[0] {
			sum += math.Hypot(x[0][i]-want[0][i], x[1][i]-want[1][i])
		}
		if sum/1000 > 0.02 {
			t.Errorf("ImplicitEuler in the chart ends %g away", sum/1000)
		}
	}
}

// TestInChartStaysInside steps from anywhere, the ends included, with steps and
// increments of any size: the state stays in [0, 1], and the equation of the
// step holds.
func TestInChartStaysInside(t *testing.T) {
	const beta, temperature = 0.6, 0.7
	s := machine([]float64{beta}, temperature, nil)
	scheme := InChart{Chart: ArcsineChart(beta)}
	stepper := mustStepper(t, scheme, s, 1)
	rapid.Check(t, func(t *rapid.T) {
		x := math.Pow(10, rapid.Float64Range(-18, 0).Draw(t, "log x"))
		if rapid.Bool().Draw(t, "at the other end") {
			x = 1 - x
		}
		h := math.Pow(10, rapid.Float64Range(-12, 2).Draw(t, "log h"))
		w := math.Sqrt(h) * rapid.Float64Range(-8, 8).Draw(t, "z")
		to := []float64{x}
		stepper.Step(0, h, columns(to), [][]float64{{w}})
		if err := failed(stepper); err != nil {
			t.Fatal(err)
		}
		if !(0 <= to[0] && to[0] <= 1) {
			t.Fatalf("x = %g, h = %g, w = %g leads to %g", x, h, w, to[0])
		}
		b := math.Sqrt(beta)
		angle := func(x float64) float64 { return math.Atan2(math.Sqrt(x), math.Sqrt(1-x)) / b }
		y := angle(to[0])
		target := angle(x) + math.Sqrt(2*temperature)*w
		residual := y - 2*b*temperature*h/math.Tan(2*b*y) - target
		// x = 1 - 1e-16 determines y to 1e-8 only, which the repulsion magnifies;
		// and the force is a difference divided by the slope where the step began.
		steep := 1 + 4*beta*temperature*h/math.Pow(math.Sin(2*b*y), 2)
		rounding := 2e-15 * h * temperature / math.Sqrt(x*(1-x)+1e-18)
		if math.Abs(residual) > 1e-12*(1+math.Abs(target))+rounding+1e-14*steep/math.Abs(math.Sin(2*b*y)) {
			t.Fatalf("x = %g, h = %g, w = %g leads to %g with residual %g (steep %g)", x, h, w, to[0], residual, steep)
		}
	})
}

// TestInChartKeepsUniform: for f = 0 the stationary law is uniform. At h = 0.01
// 4,000 particles after relaxing have mean 1/2 and a variance near 1/12, while
// Euler-Maruyama has left the interval.
func TestInChartKeepsUniform(t *testing.T) {
	const n, beta, temperature = 4000, 0.25, 1.0
	s := machine([]float64{beta}, temperature, nil)
	for seed := range uint64(min(20, trials.Times(t))) {
		r := rand.New(rand.NewPCG(seed, 3))
		x, dw := newRows(1, n).all, newRows(1, n).all
		for i := range x[0] {
			x[0][i] = r.Float64()
		}
		stepper := mustStepper(t, InChart{Chart: ArcsineChart(beta)}, s, n)
		for k := range 200 {
			for i := range dw[0] {
				dw[0][i] = 0.1 * r.NormFloat64()
			}
			stepper.Step(0.01*float64(k), 0.01, x, dw)
		}
		var mean, square float64
		for _, v := range x[0] {
			mean += v / n
			square += (v - 0.5) * (v - 0.5) / n
		}
		// Standard errors √(1/12n) and √(1/180n); the scheme's bias is O(h).
		for _, c := range []verify.Claim{
			verify.ZScore("mean", "uniform", mean, math.Sqrt(1./12/n), 0.5, 4.9, n),
			verify.Equal("variance", "uniform, with a bias of order h", square, 1./12, 4.9*math.Sqrt(1./180/n)+0.002),
		} {
			if err := c.Err(); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		}
	}
	if _, err := Solve(s, nil, []float64{0.001}, 0, 10, 0.01, Seed(1)); err == nil || !strings.Contains(err.Error(), "a chart that keeps the state in the domain") {
		t.Errorf("Euler-Maruyama stays in [0, 1]: %v", err)
	}
}

func TestLampertiRefuses(t *testing.T) {
	refused := func(s *System, c Chart) func() error {
		return func() error { _, err := InChart{Chart: c}.Stepper(s, 1); return err }
	}
	for want, f := range map[string]func() error{
		"this one is promised General":                       refused(swept(Ito), ArcsineChart(1, 1)),
		"this one is promised Commutative":                   func() error { _, err := Lamperti(bent(Ito).sys, LogChart(2)); return err },
		"the chart does not flatten the noise of coordinate": refused(gbm(0.6, 0.8), ArcsineChart(1)),
		"StochasticHeun needs": func() error {
			_, err := InChart{LogChart(1), refusing{}}.Stepper(gbm(1, 1), 1)
			return err
		},
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	for _, f := range []func(){
		func() { LogChart(0) }, func() { _, _ = Lamperti(gbm(1, 1), Chart{Dim: 1}) }, func() { _, _ = Lamperti(gbm(1, 1), LogChart(2)) },
		func() { c := LogChart(1); c.Lo = []float64{1, 2}; _ = CheckChart(c, nil) },
	} {
		wantPanic(t, f)
	}
}

// TestInChartRefusesAttraction: dx = -x dt + √(2T) cosh(x) dW, one tanh unit, in
// the chart y = arcsin tanh x, where x”/x' = tan y drives out of the box: the
// implicit step took it before, and gave <x²> = 912 for .548.
func TestInChartRefusesAttraction(t *testing.T) {
	unit := &System{
		Dim: 1, Wiener: 1, Shape: Diagonal,
		Drift:      func(dst []float64, _ float64, x []float64) { dst[0] = -x[0] },
		Noise:      func(dst []float64, _ float64, x, dw []float64) { dst[0] = 0.6 * math.Cosh(x[0]) * dw[0] },
		NoiseDeriv: func(dst []float64, _ float64, x, v, dw []float64) { dst[0] = 0.6 * math.Sinh(x[0]) * v[0] * dw[0] },
	}
	chart := Chart{
		Dim: 1, Lo: []float64{-math.Pi / 2}, Hi: []float64{math.Pi / 2},
		Forward: func(dst, x []float64) { dst[0] = math.Asin(math.Tanh(x[0])) },
		Inverse: func(x, slope, curvature, y []float64) {
			sin, cos := math.Sincos(y[0])
			x[0], slope[0], curvature[0] = math.Atanh(sin), 1/cos, sin/(cos*cos)
		},
	}
	if err := CheckChart(chart, [][]float64{{-1.1}, {0.3}, {1.2}}); err != nil {
		t.Fatal(err)
	}
	if _, err := (InChart{Chart: chart}).Stepper(unit, 1); err == nil || !strings.Contains(err.Error(), "drives outwards") {
		t.Errorf("got %v, want the end that attracts", err)
	}
	if _, err := (InChart{Chart: chart, Scheme: EulerMaruyama}).Stepper(unit, 1); err != nil {
		t.Errorf("with a scheme: %v", err)
	}
}

type refusing struct{ Scheme }

func (refusing) Stepper(*System, int) (Stepper, error) {
	return nil, errRefusing{}
}

type errRefusing struct{}

func (errRefusing) Error() string { return "StochasticHeun needs something" }
