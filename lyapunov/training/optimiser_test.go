package training

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/optimize"
	"pgregory.net/rapid"
)

// quartic is x⁴/4 + (3/2)(y-x)² + y/5, coupled and not homogeneous.
func quartic(gradient, th []float64, _ int) (float64, error) {
	x, y := th[0], th[1]
	gradient[0] = x*x*x - 3*(y-x)
	gradient[1] = 3*(y-x) + 0.2
	return x*x*x*x/4 + 1.5*(y-x)*(y-x) + y/5, nil
}

// Values of 40-digit decimal arithmetic, by a program of its own, that applies
// the formulas of Kingma and Ba one by one.
func TestAdamDecimalReference(t *testing.T) {
	for _, c := range []struct {
		name string
		adam Adam
		want map[int][2]float64
	}{
		{"defaults", Adam{Rate: 0.05}, map[int][2]float64{
			1:   {1.1500000000673128701301, -0.650000000090909090743},
			2:   {1.1001232659989822466282, -0.600092695140626681907},
			10:  {0.7170210936404250232334, -0.213919781165614256380},
			50:  {0.1823887281129187727414, 0.1996844701539115266941},
			200: {-0.297079528884829222206, -0.337565395879127542174},
		}},
		{"all settings", Adam{Rate: 0.1, Beta1: 0.8, Beta2: 0.95, Epsilon: 1e-3, Decay: 0.3, Schedule: Harmonic(7)}, map[int][2]float64{
			1:   {1.0640134607618791223583, -0.579018178512997636793},
			2:   {0.9497055381862239405649, -0.477147217546890145846},
			10:  {0.4456276057654660345804, -0.027233645881990626154},
			50:  {0.1417700653740125109736, 0.1112043736977603898399},
			200: {-0.286057118000156123323, -0.324598746655164529766},
		}},
	} {
		theta := []float64{1.2, -0.7}
		checked := 0
		for p, err := range (Loop{Method: c.adam, Objective: quartic, Steps: 200}).Run(theta) {
			if err != nil {
				t.Fatal(err)
			}
			want, ok := c.want[p.Step]
			if !ok {
				continue
			}
			checked++
			for i := range want {
				if math.Abs(theta[i]-want[i]) > 2e-14 {
					t.Errorf("%s: step %d: θ[%d] = %.17g, want %.17g", c.name, p.Step, i, theta[i], want[i])
				}
			}
		}
		if checked != len(c.want) {
			t.Errorf("%s: %d steps checked, want %d", c.name, checked, len(c.want))
		}
	}
}

// By hand: with ε off, the first step of Adam is η sign(g); the second, for
// gradients 3 then -1, β₁ = 1/2, β₂ = 3/4, has m̂ = (3/4 - 1/2)/(3/4) = 1/3 and
// v̂ = (27/16 + 1/4)/(7/16) = 31/7.
func TestAdamByHand(t *testing.T) {
	theta := []float64{5}
	o := Adam{Rate: 0.5, Beta1: 0.5, Beta2: 0.75, Epsilon: 1e-300}.New(1)
	o.Step(theta, []float64{3})
	if theta[0] != 4.5 {
		t.Errorf("first step to %v, want 4.5", theta[0])
	}
	o.Step(theta, []float64{-1})
	if want := 4.5 - 0.5/3/math.Sqrt(31.0/7); math.Abs(theta[0]-want) > 1e-15 {
		t.Errorf("second step to %.17g, want %.17g", theta[0], want)
	}
	// Without averages every step is η g/|g|, and decay pulls first.
	theta[0] = 2
	o = Adam{Rate: 0.5, Beta1: -1, Beta2: -1, Epsilon: 1e-300, Decay: 0.1}.New(1)
	o.Step(theta, []float64{-7})
	if want := 2*0.95 + 0.5; math.Abs(theta[0]-want) > 1e-15 {
		t.Errorf("step without averages to %.17g, want %.17g", theta[0], want)
	}
}

func TestSGDByHand(t *testing.T) {
	theta := []float64{2, -1}
	o := SGD{Rate: 0.5, Momentum: 0.25, Decay: 0.125, Schedule: func(k int) float64 { return 1 / float64(k+1) }}.New(2)
	o.Step(theta, []float64{1, -2}) // v = g; θ = (1 - 1/16) θ - v/2
	if theta[0] != 1.375 || theta[1] != 0.0625 {
		t.Fatalf("first step to %v, want [1.375 0.0625]", theta)
	}
	o.Step(theta, []float64{4, 0}) // v = (4.25, -0.5), η = 1/4; θ = (1 - 1/32) θ - v/4
	if want := 1.375*31/32 - 4.25/4; theta[0] != want || theta[1] != 0.0625*31/32+0.125 {
		t.Errorf("second step to %v, want [%v %v]", theta, want, 0.0625*31/32+0.125)
	}
}

// Adam is invariant to the scale of the loss, and both are odd: exactly so for
// powers of two.
func TestScaleAndSign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.SliceOfN(rapid.SliceOfN(rapid.Float64Range(-1e3, 1e3), 3, 3), 1, 8).Draw(t, "gradients")
		scale := math.Ldexp(1, rapid.IntRange(-40, 40).Draw(t, "exponent"))
		a, b := make([]float64, 3), make([]float64, 3)
		plain, scaled := Adam{Rate: 0.25}.New(3), Adam{Rate: 0.25, Epsilon: 1e-8 * scale}.New(3)
		c, d := make([]float64, 3), make([]float64, 3)
		up, down := SGD{Rate: 0.25, Momentum: 0.5}.New(3), SGD{Rate: 0.25 / scale, Momentum: 0.5}.New(3)
		h := make([]float64, 3)
		for _, gradient := range g {
			for i := range h {
				if math.Abs(gradient[i]) < 1e-6 {
					gradient[i] = 0 // far from where squares underflow
				}
				h[i] = -scale * gradient[i]
			}
			plain.Step(a, gradient)
			scaled.Step(b, h)
			up.Step(c, gradient)
			down.Step(d, h)
		}
		for i := range a {
			if a[i] != -b[i] || c[i] != -d[i] {
				t.Fatalf("after %v scaled by -%g: Adam %v and %v, SGD %v and %v", g, scale, a[i], b[i], c[i], d[i])
			}
		}
	})
}

func TestStepAllocatesNothing(t *testing.T) {
	theta, g := make([]float64, 50), make([]float64, 50)
	for _, m := range []Method{SGD{Rate: 0.1, Momentum: 0.9}, Adam{Rate: 0.1, Schedule: Cosine(10, 0)}} {
		o := m.New(50)
		if n := testing.AllocsPerRun(20, func() { o.Step(theta, g) }); n != 0 {
			t.Errorf("%T: %v allocations a step", m, n)
		}
	}
}

func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		name string
		s    Schedule
		step int
		want float64
	}{
		{"nil", nil, 3, 1},
		{"constant", Constant, 3, 1},
		{"cosine start", Cosine(8, 0.2), 0, 1},
		{"cosine quarter", Cosine(8, 0.2), 2, 0.2 + 0.4*(1+math.Sqrt2/2)},
		{"cosine half", Cosine(8, 0.2), 4, 0.6},
		{"cosine end", Cosine(8, 0.2), 8, 0.2},
		{"cosine beyond", Cosine(8, 0.2), 80, 0.2},
		{"exponential half", Exponential(10, 0.01), 5, 0.1},
		{"exponential beyond", Exponential(10, 0.01), 11, 0.01},
		{"harmonic", Harmonic(5), 15, 0.25},
		{"warm-up", Warmup(4, Exponential(10, 0.01)), 0, 0.25},
		{"warm", Warmup(4, Exponential(10, 0.01)), 3, 1},
		{"after warm-up", Warmup(4, Exponential(10, 0.01)), 9, 0.1},
		{"warm-up to constant", Warmup(4, nil), 9, 1},
	} {
		if got := c.s.at(1, c.step); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestSettingsThatMeanNothing(t *testing.T) {
	nan := math.NaN()
	for name, f := range map[string]func(){
		"rate 0":          func() { SGD{}.New(1) },
		"rate negative":   func() { Adam{Rate: -1}.New(1) },
		"rate NaN":        func() { Adam{Rate: nan}.New(1) },
		"rate infinite":   func() { SGD{Rate: math.Inf(1)}.New(1) },
		"momentum 1":      func() { SGD{Rate: 1, Momentum: 1}.New(1) },
		"momentum -1":     func() { SGD{Rate: 1, Momentum: -1}.New(1) },
		"beta 1":          func() { Adam{Rate: 1, Beta2: 1}.New(1) },
		"beta NaN":        func() { Adam{Rate: 1, Beta1: nan}.New(1) },
		"epsilon":         func() { Adam{Rate: 1, Epsilon: -1}.New(1) },
		"decay":           func() { SGD{Rate: 1, Decay: nan}.New(1) },
		"length":          func() { SGD{Rate: 1}.New(2).Step([]float64{1}, []float64{1}) },
		"gradient length": func() { Adam{Rate: 1}.New(2).Step([]float64{1, 2}, []float64{1}) },
		"bad factor": func() {
			SGD{Rate: 1, Schedule: func(int) float64 { return nan }}.New(1).Step([]float64{1}, []float64{1})
		},
		"no span":       func() { Cosine(0, 0) },
		"floor":         func() { Exponential(3, 2) },
		"floor 0":       func() { Exponential(3, 0) },
		"no examples":   func() { Batches{}.At(0) },
		"negative size": func() { Batches{N: 3, Size: -1}.At(0) },
		"negative step": func() { Batches{N: 3, Size: 1}.At(-1) },
		"no method":     func() { Loop{Objective: quartic, Steps: 1}.Run(nil) },
		"no objective":  func() { Loop{Method: SGD{Rate: 1}, Steps: 1}.Run(nil) },
		"no steps":      func() { Loop{Method: SGD{Rate: 1}, Objective: quartic}.Run(nil) },
		"clip":          func() { Loop{Method: SGD{Rate: 1}, Objective: quartic, Steps: 1, Clip: nan}.Run(nil) },
		"patience": func() {
			Loop{Method: SGD{Rate: 1}, Objective: quartic, Steps: 1, Stop: EarlyStop{Patience: -1}}.Run(nil)
		},
		"nothing to minimise": func() { Minimise(nil, []float64{1}, nil, nil) },
		"no parameters":       func() { Minimise(bowl(), nil, nil, nil) },
		"second derivatives":  func() { Minimise(bowl(1), []float64{1}, &optimize.Newton{}, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
