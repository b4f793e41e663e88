package ode

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"hopflow/lyapunov"
	"hopflow/lyapunov/landscape"
	"hopflow/lyapunov/verify"
)

var discreteGradients = []DiscreteGradient{Gonzalez, AVF, ItohAbe, ItohAbeSymmetric}

// hollows is Himmelblau's function in the plane, on a scale of its own.
var hollows = energy{2, func(x []float64) float64 {
	a, b := x[0]*x[0]+x[1]-11, x[0]+x[1]*x[1]-7
	return 0.05 * (a*a + b*b)
}, func(dst, x []float64) {
	a, b := x[0]*x[0]+x[1]-11, x[0]+x[1]*x[1]-7
	dst[0], dst[1] = 0.1*(2*x[0]*a+b), 0.1*(a+2*x[1]*b)
}}

// turning is a mobility that depends on the state; half of it turns.
func turning(k, x []float64) {
	s, a := 1+0.5*math.Sin(x[0]+0.3*x[1]), 0.7*math.Cos(x[1])
	k[0], k[1], k[2], k[3] = 0.8*s, 0.2*s+a, 0.2*s-a, 0.5*s
}

// plain is its symmetric part, diagonal its diagonal.
func plain(k, x []float64) {
	turning(k, x)
	m := (k[1] + k[2]) / 2
	k[1], k[2] = m, m
}

func diagonal(k, x []float64) {
	turning(k, x)
	k[1], k[2] = 0, 0
}

var smallFlows = map[string]GradientFlow{
	"identity": {Energy: hollows},
	"diagonal": {hollows, matrix(diagonal)},
	"plain":    {hollows, matrix(plain)},
	"turning":  {hollows, matrix(turning)},
}

func TestOrderOfDiscreteGradients(t *testing.T) {
	x0, t1 := []float64{0.3, -0.4}, 0.4
	for name, flow := range smallFlows {
		ref := mustSolve(t, flow.Field(), x0, 0, t1, DormandPrince8, &Settings{RelTol: 1e-14, AbsTol: 1e-14}).Last().X
		for _, d := range discreteGradients {
			var hs, es []float64
			from := 16 // Itoh and Abe's constant is larger
			for n := from; n <= from<<5; n *= 2 {
				tr, _, err := flow.Solve(x0, 0, t1, d, t1/float64(n))
				if err != nil || tr.Len() != n+1 {
					t.Fatalf("%v, %s: %v, %d states", d, name, err, tr.Len())
				}
				hs, es = append(hs, t1/float64(n)), append(es, distance(tr.Last().X, ref))
			}
			slope, err := verify.FitSlope(hs, es)
			if err != nil || !(math.Abs(slope.Order-float64(d.Order())) <= 0.2) {
				t.Errorf("%v, %s: order %.3f (%v), errors %.3g", d, name, slope.Order, err, es)
			}
			t.Logf("%v, %s: %.3f", d, name, slope.Order)
		}
	}
}

func TestDiscreteGradientLaws(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 6))
	for _, energy := range []lyapunov.Energy{hollows, landscape.Sum(hollows, landscape.Harmonic(0.7, 0.2, -1)), landscape.Independent(landscape.NewDoubleWell(1.3, 0.8), landscape.NewTiltedRing(0.7, 0.2))} {
		var pairs [][2][]float64
		for k := range 200 {
			size := math.Pow(10, -8*float64(k)/200) // far apart, and near
			x := []float64{rng.NormFloat64(), rng.NormFloat64()}
			y := []float64{x[0] + size*rng.NormFloat64(), x[1] + size*rng.NormFloat64()}
			pairs = append(pairs, [2][]float64{x, y})
		}
		for _, d := range discreteGradients {
			if err := CheckDiscreteGradient(d, energy, pairs); err != nil {
				t.Error(err)
			}
		}
	}
	x := []float64{0.3, -1.2}
	wrong := DiscreteGradient{"wrong", 2, []span{{0.5, 1.1}}}
	if CheckDiscreteGradient(wrong, hollows, [][2][]float64{{x, {0.4, 1}}}) == nil {
		t.Error("weights that do not add up to 1 pass")
	}
}

// AVF of a polynomial of degree 4 is its average, here by Simpson's rule, which
// is exact for the gradient.
func TestAverageOfTheField(t *testing.T) {
	x, y, got := []float64{0.3, -1.2}, []float64{1.7, 0.4}, make([]float64, 2)
	AVF.At(got, hollows, x, y)
	g := make([]float64, 2)
	var want [2]float64
	for _, node := range []span{{0, 1. / 6}, {0.5, 4. / 6}, {1, 1. / 6}} {
		m := []float64{x[0] + node.theta*(y[0]-x[0]), x[1] + node.theta*(y[1]-x[1])}
		hollows.Gradient(g, m)
		want[0], want[1] = want[0]+node.g*g[0], want[1]+node.g*g[1]
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-12*math.Abs(want[i]) {
			t.Errorf("component %d is %.15g, want %.15g", i, got[i], want[i])
		}
	}
}

// An antisymmetric mobility keeps the energy; the identity dissipates |Δx|²/h.
func TestDissipation(t *testing.T) {
	rotate := GradientFlow{hollows, matrix(func(k, _ []float64) { k[0], k[1], k[2], k[3] = 0, 1, -1, 0 })}
	for _, d := range discreteGradients {
		_, es, err := rotate.Solve([]float64{0.3, -0.4}, 0, 2, d, 0.01)
		if err != nil {
			t.Fatal(d, err)
		}
		for _, e := range es {
			if math.Abs(e-es[0]) > 1e-11*es[0] {
				t.Fatalf("%v: a conservative flow goes from E = %.15g to %.15g", d, es[0], e)
			}
		}
	}
	for _, d := range []DiscreteGradient{Gonzalez, AVF, ItohAbe} {
		for _, h := range []float64{0.01, 1, 1e3} {
			tr, es, err := GradientFlow{Energy: hollows}.Solve([]float64{0.3, -0.4}, 0, h, d, h)
			if err != nil {
				t.Fatal(d, err)
			}
			step := distance(tr.X[0], tr.X[1])
			if got, want := es[0]-es[1], step*step/h; math.Abs(got-want) > 1e-10*es[0] {
				t.Errorf("%v, h = %g: loses %.15g, want %.15g", d, h, got, want)
			}
		}
	}
}

// Long steps come to a critical point, to the rounding of the state.
func TestDescentConverges(t *testing.T) {
	g := make([]float64, 2)
	for name, flow := range smallFlows {
		for _, d := range []DiscreteGradient{Gonzalez, AVF, ItohAbe} {
			tr, _, err := flow.Solve([]float64{0.3, -0.4}, 0, 200, d, 0.5)
			if err != nil {
				t.Errorf("%v, %s: %v", d, name, err)
				continue
			}
			if flow.Energy.Gradient(g, tr.Last().X); !(norm(g) < 1e-9) {
				t.Errorf("%v, %s: |∇E| = %g after 400 steps", d, name, norm(g))
			}
		}
	}
}

// tanhCube is HF's metric with an energy that is a polynomial: nothing but the
// mobility, NaN outside, knows of the cube.
func TestItohAbeStaysInTheCube(t *testing.T) {
	e := landscape.Harmonic(3, 1.7, 0.4, -2) // minimum outside
	metric := matrix(func(k, x []float64) {
		clear(k)
		for i, xi := range x {
			if k[4*i] = 0.8 * xi * (1 - xi); xi < 0 || xi > 1 {
				k[4*i] = math.NaN()
			}
		}
	})
	for h := 1e-3; h < 2e3; h *= 10 {
		last := math.Inf(1)
		for s, err := range (GradientFlow{e, metric}).Steps([]float64{0.2, 0.55, 0.9}, 0, 20*h, ItohAbe, h) {
			if err != nil || s.Energy > last {
				t.Fatalf("h = %g: E goes from %g to %g (%v)", h, last, s.Energy, err)
			}
			for _, x := range s.X {
				if !(x > 0 && x < 1) {
					t.Fatalf("h = %g: leaves the cube at %v", h, s.X)
				}
			}
			last = s.Energy
		}
	}
}

func TestDescentIsAMethod(t *testing.T) {
	flow := smallFlows["turning"]
	m := flow.Method(Gonzalez)
	if m.Order() != 2 {
		t.Errorf("order %d", m.Order())
	}
	goal := Event{Name: "half", Function: func(_ float64, x []float64) float64 { return flow.Energy.Value(x) - 5 }, Terminal: true}
	tr, all, err := SolveWith([]Event{goal}, flow.Field(), []float64{0.3, -0.4}, 0, 1, m, &Settings{Step: 1e-3})
	if err != nil || len(all) != 1 || all[0].Direction != Falling || math.Abs(flow.Energy.Value(tr.Last().X)-5) > 1e-9 {
		t.Errorf("the event: %v, %v", all, err)
	}
	mid := mustSample(t, flow, []float64{0, 0.0305, 0.061})
	if d := distance(mid, mustSolve(t, flow.Field(), []float64{0.3, -0.4}, 0, 0.0305, nil, nil).Last().X); d > 1e-3 {
		t.Errorf("the interpolant is off by %g", d)
	}
}

func mustSample(t *testing.T, flow GradientFlow, times []float64) []float64 {
	tr, err := Sample(flow.Field(), []float64{0.3, -0.4}, times, flow.Method(Gonzalez), &Settings{Step: 1e-3})
	if err != nil || tr.Len() != 3 {
		t.Fatal(err)
	}
	return tr.X[1]
}

func TestImplicitStepsAllocateNothing(t *testing.T) {
	x, y := lawSolution(0.3), make([]float64, 2)
	for _, m := range rosenbrocks {
		for _, j := range []Jacobian{nil, lawJacobian} {
			s := m.With(j).Stepper(lawField, 2)
			if n := testing.AllocsPerRun(100, func() { s.Step(x, 0.7, 1e-4, x); s.Estimate(y); s.Interpolate(y, 0.3) }); n != 0 {
				t.Errorf("%v: %g allocations a step", m, n)
			}
		}
	}
	for _, d := range discreteGradients {
		flow := GradientFlow{hollows, quiet{}}
		s, x := flow.Method(d).Stepper(nil, 2), []float64{0.3, -0.4}
		if n := testing.AllocsPerRun(100, func() { s.Step(x, 0.7, 1e-2, x); s.Interpolate(y, 0.3) }); n != 0 {
			t.Errorf("%v: %g allocations a step", d, n)
		}
	}
}

// quiet is a mobility with a rotation that allocates nothing.
type quiet struct{}

func (quiet) Sharp(dst, x, xi []float64) {
	s := 1 + 0.5*math.Sin(x[0])
	dst[0], dst[1] = s*xi[0]+0.3*xi[1], -0.3*xi[0]+s*xi[1]
}

func TestDescentFailures(t *testing.T) {
	nan := energy{1, func(x []float64) float64 { return x[0] * x[0] }, func(dst, _ []float64) { dst[0] = math.NaN() }}
	below := energy{1, func(x []float64) float64 { return -math.Exp(x[0]) }, func(dst, x []float64) { dst[0] = -math.Exp(x[0]) }}
	ascent := matrix(func(k, _ []float64) { k[0] = -1 })
	for name, c := range map[string]struct {
		flow GradientFlow
		d    DiscreteGradient
		x    float64
		want error
	}{
		"NaN gradient":           {GradientFlow{Energy: nan}, Gonzalez, 0.7, ErrNonFinite},
		"NaN gradient, Itoh-Abe": {GradientFlow{Energy: nan}, ItohAbe, 0.7, ErrNonFinite},
		"NaN start":              {GradientFlow{Energy: below}, Gonzalez, math.NaN(), ErrNonFinite},
		"unbounded":              {GradientFlow{Energy: below}, Gonzalez, 0.7, ErrNotConverged},
		"unbounded, Itoh-Abe":    {GradientFlow{Energy: below}, ItohAbe, 0.7, ErrNotConverged},
		"ascent":                 {GradientFlow{nan, ascent}, ItohAbe, 0.7, ErrMobility},
		"ascent, Gonzalez":       {GradientFlow{landscape.NewDoubleWell(1, 1), ascent}, Gonzalez, 0.7, ErrMobility},
		"NaN mobility":           {GradientFlow{below, matrix(func(k, _ []float64) { k[0] = math.NaN() })}, AVF, 0.7, ErrNonFinite},
	} {
		tr, es, err := c.flow.Solve([]float64{c.x}, 0, 50, c.d, 10)
		var e *Error
		if !errors.Is(err, c.want) || !errors.As(err, &e) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
			continue
		}
		if len(es) != tr.Len() || tr.Check() != nil {
			t.Errorf("%s: %d energies, %d states, %v", name, len(es), tr.Len(), tr.Check())
		}
	}
	good := GradientFlow{Energy: hollows}
	for name, run := range map[string]func(){
		"step 0":     func() { good.Steps([]float64{0, 0}, 0, 1, Gonzalez, 0) },
		"step < 0":   func() { good.Steps([]float64{0, 0}, 0, 1, Gonzalez, -1) },
		"step NaN":   func() { good.Steps([]float64{0, 0}, 0, 1, Gonzalez, math.NaN()) },
		"backwards":  func() { good.Steps([]float64{0, 0}, 1, 0, Gonzalez, 1) },
		"length":     func() { good.Steps([]float64{0}, 0, 1, Gonzalez, 1) },
		"no energy":  func() { GradientFlow{}.Method(Gonzalez) },
		"no rule":    func() { good.Method(DiscreteGradient{}) },
		"At, length": func() { Gonzalez.At(make([]float64, 1), hollows, []float64{1, 2}, []float64{1, 2}) },
	} {
		func() {
			defer func() {
				if r, ok := recover().(string); !ok || r[:4] != "ode:" {
					t.Errorf("%s: recovered %v", name, r)
				}
			}()
			run()
		}()
	}
}

// The scalar steps have a solution at any scale, and it lowers the energy.
func TestItohAbeAtAnyScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scale := math.Pow(10, rapid.Float64Range(-100, 100).Draw(t, "log scale"))
		size := math.Pow(10, rapid.Float64Range(-30, 30).Draw(t, "log size"))
		h := math.Pow(10, rapid.Float64Range(-60, 60).Draw(t, "log h"))
		x := size * rapid.Float64Range(-3, 3).Draw(t, "x")
		e := energy{1, func(x []float64) float64 { q := x[0] / size; return scale * (q*q - 1) * (q*q - 1) },
			func(dst, x []float64) { q := x[0] / size; dst[0] = scale / size * 4 * q * (q*q - 1) }}
		s, y := GradientFlow{Energy: e}.Method(ItohAbe).Stepper(nil, 1), make([]float64, 1)
		s.Step(y, 0, h, []float64{x})
		before, after := e.Value([]float64{x}), e.Value(y)
		if err := s.(Fallible).Err(); err != nil || !(after <= before+1e-14*scale*(1+before/scale)) {
			t.Fatalf("from %g to %g: E from %g to %g, %v", x, y[0], before, after, err)
		}
	})
}
