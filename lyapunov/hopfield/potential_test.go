package hopfield

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hopflow/internal/oracle"
	"hopflow/lyapunov"
	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/landscape"
)

func TestPotentialLaws(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 1))
	for name, f := range map[string]Potential{
		"logistic": Sigmoidal{activation.NewLogistic(1.7)}, "soft projection": Sigmoidal{activation.SoftProjection(0.6)},
		"tanh": Sigmoidal{activation.NewTanh(0.8)}, "algebraic": Sigmoidal{activation.NewAlgebraic(1.3)},
		"rectifier":     Sigmoidal{activation.NewRectifier(0.2, 1.4)},
		"arctan":        Sigmoidal{activation.NewArctan(1.1)},
		"log-sum-exp":   NewLogSumExp(2.3),
		"parabola":      NewPolynomial(2),
		"cubic":         NewPolynomial(3),
		"quartic":       NewPolynomial(4),
		"half parabola": NewRectifiedPolynomial(2),
		"rectified":     NewRectifiedPolynomial(5),
		"exponential":   Exponential{},
	} {
		var points [][]float64
		for n := range 5 {
			points = append(points, modernVector(rng, n+1, 1.5))
		}
		if err := CheckPotential(f, points); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, ok := f.(Curved); !ok {
			t.Errorf("%s does not tell its curvature", name)
		}
	}
	plane := [][]float64{{0.3, -0.5}, {1.2, 0.7}, {-0.9, 1.6}, {3, 2}, {0, 0.85}}
	if err := CheckPotential(FromEnergy{MexicanHat{}}, plane); err != nil {
		t.Error(err)
	}
}

// lame breaks one law of a potential.
type lame struct {
	LogSumExp
	value, gradient, hessian, low float64
	writes                        bool
}

func (l lame) Value(z []float64) float64 { return l.LogSumExp.Value(z) + l.value*z[0] }

func (l lame) Gradient(dst, z []float64) {
	l.LogSumExp.Gradient(dst, z)
	dst[0] *= 1 + l.gradient
	if l.writes {
		z[0]++
	}
}

func (l lame) HessianTimes(dst, z, w []float64) {
	l.LogSumExp.HessianTimes(dst, z, w)
	dst[0] += l.hessian * w[1]
}

func (l lame) Curvature() (lo, hi float64) {
	lo, hi = l.LogSumExp.Curvature()
	return lo + l.low, hi
}

func TestCheckPotentialFails(t *testing.T) {
	points := [][]float64{{0.2, 0.1, -0.4}}
	f := NewLogSumExp(1.3)
	for want, bad := range map[string]Potential{
		"differences of the value": lame{LogSumExp: f, value: 1e-3},
		"gradient component 0":     lame{LogSumExp: f, gradient: 1e-3},
		"Hessian entry":            lame{LogSumExp: f, hessian: 1e-3},
		"leaves its bounds":        lame{LogSumExp: f, low: 0.6},
		"changed component 0":      lame{LogSumExp: f, writes: true},
		"the potential is +Inf":    Exponential{},
	} {
		at := points
		if want == "the potential is +Inf" {
			at = [][]float64{{800}}
		}
		if err := CheckPotential(bad, at); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if CheckPotential(f, points) != nil || CheckPotential(f, nil) == nil {
		t.Error("the good potential fails, or no points pass")
	}
}

func TestMexicanHat(t *testing.T) {
	hat := MexicanHat{}
	points := [][]float64{{0.3, -0.2}, {-0.5, 0.4}, {0.05, 0.02}, {0.6, 0.5}, {1.2, 0.9}, {-1.9, 0.3}, {3, -2}, {0.9, 0.1}}
	if err := landscape.Check(hat, points); err != nil {
		t.Error(err)
	}
	for _, r := range oracle.Load(t, "testdata/modern.json", "nh.v1.mexhat") {
		x, g := hat.Spiral(r.In("r")), make([]float64, 2)
		hat.Gradient(g, x)
		r.Close(t, "x", x, 1e-15, true)
		r.Close(t, "E", []float64{hat.Value(x)}, 1e-15, true)
		r.Close(t, "grad_E", g, 4e-15, true)
		rad := r.In("r")
		rdot := -(x[0]*g[0] + x[1]*g[1]) / rad
		r.Close(t, "rdot", []float64{rdot}, 4e-15, true)
		r.Close(t, "thetadot", []float64{-(x[0]*g[1] - x[1]*g[0]) / (rad * rad)}, 4e-15, true)
	}
	m, err := NewModern(mat.NewDiagDense(2, []float64{1, 1}), FromEnergy{hat}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range points {
		if got, want := m.Value(x), hat.Value(x); math.Abs(got-want) > 4e-15 {
			t.Errorf("E(%v) = %g as a network, %g as the hat", x, got, want)
		}
	}
	if err := lyapunov.CheckEnergy(m, points); err != nil {
		t.Error(err)
	}
	// All of the circle is in equilibrium, and the spiral is invariant on the way
	// to it: the velocity has the direction of the curve, outwards.
	g := make([]float64, 2)
	for k := range 64 {
		sin, cos := math.Sincos(float64(k) / 10)
		if hat.Gradient(g, []float64{cos, sin}); math.Hypot(g[0], g[1]) > 1e-300 {
			t.Errorf("∇E = %v on the circle", g)
		}
		r := 0.2 + 0.75*float64(k)/63
		x := hat.Spiral(r)
		hat.Gradient(g, x)
		turn := 2 * r / ((1 - r*r) * (1 - r*r))
		rdot, thetadot := -(x[0]*g[0]+x[1]*g[1])/r, -(x[0]*g[1]-x[1]*g[0])/(r*r)
		if !(rdot > 0) || math.Abs(thetadot/(turn*rdot)-1) > 1e-8 {
			t.Errorf("r = %g on the spiral: dr/dt = %g, dθ/dt = %g, want %g", r, rdot, thetadot, turn*rdot)
		}
	}
	if !math.IsNaN(hat.Spiral(1)[0]) || !math.IsNaN(hat.Spiral(0)[0]) {
		t.Error("the spiral has points at r = 0 or 1")
	}
}

// Off the curve θ = u by a little δ, the flow brings δ back below r = 0.611 and takes
// it away above, at the rate exp(-u) u' (A u' - A'); both sides end in the trench.
func TestMexicanHatRepels(t *testing.T) {
	hat, g := MexicanHat{}, make([]float64, 2)
	shift := func(r, delta float64) []float64 {
		x := hat.Spiral(r)
		sin, cos := math.Sincos(delta)
		return []float64{cos*x[0] - sin*x[1], sin*x[0] + cos*x[1]}
	}
	for _, r := range []float64{0.3, 0.45, 0.6, 0.62, 0.7, 0.8, 0.9} {
		q := 1 - r*r
		slope, d := 2*r/(q*q), 4*math.Pow(r, 4)+math.Pow(q, 4)
		want := math.Exp(-1/q) * slope * (slope*4*math.Pow(r, 4)/d - 16*math.Pow(r*q, 3)*(1+r*r)/(d*d))
		var rate [2]float64
		for k, delta := range []float64{-1e-5, 1e-5} {
			x := shift(r, delta)
			hat.Gradient(g, x)
			rate[k] = -(x[0]*g[1]-x[1]*g[0])/(r*r) + slope*(x[0]*g[0]+x[1]*g[1])/r
		}
		if got := (rate[1] - rate[0]) / 2e-5; math.Abs(got/want-1) > 1e-5 || (got > 0) != (r > 0.611) {
			t.Errorf("r = %g: δ grows at the rate %g, want %g", r, got, want)
		}
	}
	for _, delta := range []float64{-1e-3, 1e-3} {
		x, y := shift(0.8, delta), make([]float64, 2)
		for range 30_000 { // Euler's improved method over the arc length
			hat.Gradient(g, x)
			floats.AddScaledTo(y, x, -5e-5/floats.Norm(g, 2), g)
			hat.Gradient(g, y)
			floats.AddScaled(x, -1e-4/floats.Norm(g, 2), g)
		}
		r := floats.Norm(x, 2)
		if off := math.Remainder(math.Atan2(x[1], x[0])-1/((1-r)*(1+r)), 2*math.Pi); math.Abs(off-math.Pi/2) > 0.02 || r < 0.82 {
			t.Errorf("from δ = %g to θ - u = %g at r = %g, want the trench π/2", delta, off, r)
		}
	}
}

// The largest slope is attained, and no slope exceeds it.
func TestSigmoidalCurvatureIsSharp(t *testing.T) {
	for _, f := range []activation.Smooth{activation.NewLogistic(1.7), activation.NewTanh(0.6), activation.NewAlgebraic(1.3), activation.SoftProjection(0.45), activation.NewArctan(2.2), NewLeakyReLU(0.3)} {
		lo, hi := Sigmoidal{f}.Curvature()
		top := 0.0
		for u := -3.0; u <= 3; u += 0.01 {
			top = math.Max(top, f.Deriv(u))
		}
		if lo != 0 || top > hi*(1+1e-12) || top < hi*(1-1e-3) {
			t.Errorf("%T: slopes up to %g, Curvature says %g to %g", f, top, lo, hi)
		}
	}
}

// Curvature of the others: β/2 for softmax, attained between two equal components, and
// what a power is bounded by.
func TestPotentialCurvatures(t *testing.T) {
	h := make([]float64, 3)
	for _, beta := range []float64{0.37, 7} {
		f := NewLogSumExp(beta)
		_, hi := f.Curvature()
		if f.HessianTimes(h, []float64{0.4, 0.4, -900}, []float64{1, -1, 0}); math.Abs(h[0]-hi) > 1e-15*beta || h[0] != -h[1] || hi != beta/2 {
			t.Errorf("β = %g: ∇²F (1, -1, 0) = %v, Curvature says %g", beta, h, hi)
		}
	}
	inf := math.Inf(1)
	for f, want := range map[Polynomial][3]float64{
		NewPolynomial(2): {1, 1, 0.5}, NewPolynomial(3): {-inf, inf, inf}, NewPolynomial(4): {0, inf, inf},
		NewRectifiedPolynomial(2): {0, 1, 0.5}, NewRectifiedPolynomial(3): {0, inf, inf}, NewRectifiedPolynomial(4): {0, inf, inf},
	} {
		if lo, hi := f.Curvature(); lo != want[0] || hi != want[1] || f.Growth() != want[2] {
			t.Errorf("%+v: curvature %g to %g, growth %g, want %v", f, lo, hi, f.Growth(), want)
		}
	}
	// Flat at the kink; no value where the output is an end of its range and L* infinite.
	if NewRectifiedPolynomial(2).HessianTimes(h, []float64{0, -1, 2}, []float64{3, 3, 3}); h[0] != 0 || h[1] != 0 || h[2] != 3 {
		t.Errorf("half a parabola: ∇²F w = %v", h)
	}
	if v := (Sigmoidal{activation.NewArctan(1)}).Value([]float64{1e300}); !math.IsNaN(v) {
		t.Errorf("arctan at 1e300: F = %g", v)
	}
	if v := (Sigmoidal{activation.NewTanh(2)}).Value([]float64{-1e300, 1e300, 0.3}); math.Abs(v/2e300-1) > 1e-15 {
		t.Errorf("tanh at ±1e300: F = %g", v)
	}
}
