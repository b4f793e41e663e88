package hopfield

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Between two patterns at a large β|z| rounding leaves more of ∇E than 1e-14: the
// search still ends, and says what it has.
func TestFixedPointOfLargePatterns(t *testing.T) {
	rng := rand.New(rand.NewPCG(89, 1))
	for k := range 20 {
		w := modernNormal(rng, 2, 40, 30)
		for j := range 40 {
			w.Set(1, j, w.At(0, j)+1e-3*rng.NormFloat64())
		}
		m, err := NewSoftmax(w, 300, &ModernSettings{Bias: MeanShiftBias(w)})
		if err != nil {
			t.Fatal(err)
		}
		e, err := m.FixedPoint(m.Pattern(0), nil)
		if err != nil {
			t.Fatalf("pair %d: %v", k, err)
		}
		mean := make([]float64, 40)
		for j := range mean {
			mean[j] = (w.At(0, j) + w.At(1, j)) / 2
		}
		if !m.OneEquilibrium() || modernDistance(e.X, mean) > 1e-6 || !(e.Residual < 1e-9*200) {
			t.Errorf("pair %d: %g from the mean, |∇E| = %g", k, modernDistance(e.X, mean), e.Residual)
		}
	}
}

func TestModernRefuses(t *testing.T) {
	w, f := mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6}), NewLogSumExp(1)
	bad := mat.NewDense(1, 2, []float64{1, math.NaN()})
	for want, make := range map[string]func() (*Modern, error){
		"W is 0 x 0":             func() (*Modern, error) { return NewModern(&mat.Dense{}, f, nil) },
		"W[0][1] = NaN":          func() (*Modern, error) { return NewModern(bad, f, nil) },
		"Bias has 3 components":  func() (*Modern, error) { return NewModern(w, f, &ModernSettings{Bias: []float64{1, 2, 3}}) },
		"Input has 1 components": func() (*Modern, error) { return NewModern(w, f, &ModernSettings{Input: []float64{1}}) },
		"Bias[1] = +Inf":         func() (*Modern, error) { return NewModern(w, f, &ModernSettings{Bias: []float64{1, math.Inf(1)}}) },
		"‖W‖ = 9.51":             func() (*Modern, error) { return NewModern(w, NewPolynomial(2), nil) },
		"grows like +Inf":        func() (*Modern, error) { return NewModern(w, Exponential{}, nil) },
	} {
		if m, err := make(); m != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	modernPanics(t, "nil potential", func() { NewModern(w, nil, nil) })
	modernPanics(t, "negative τ", func() { NewModern(w, f, &ModernSettings{Tau: -1}) })
	if _, err := NewModern(mat.NewDense(2, 3, nil), Exponential{}, nil); err != nil {
		t.Errorf("without couplings: %v", err)
	}
	half := mat.NewDense(1, 1, []float64{0.9})
	for _, w := range []float64{0.99, 1} {
		_, err := NewModern(mat.NewDense(1, 1, []float64{w}), Sigmoidal{NewLeakyReLU(0.3)}, nil)
		if (err == nil) != (w < 1) {
			t.Errorf("leaky units with ‖W‖ = %g: %v", w, err)
		}
	}
	if _, err := NewModern(half, NewPolynomial(2), nil); err != nil {
		t.Errorf("a parabola with ‖W‖ < 1: %v", err)
	}
	for _, norm := range []float64{0.49, 0.5, 0.7} { // F = 2z²: 2‖W‖² < 1/2
		_, err := NewModern(mat.NewDense(1, 1, []float64{norm}), steep{}, nil)
		if (err == nil) != (norm < 0.5) {
			t.Errorf("F = 2z² with ‖W‖ = %g: %v", norm, err)
		}
	}
	m, err := NewModern(w, f, nil)
	if err != nil {
		t.Fatal(err)
	}
	modernPanics(t, "length", func() { m.Value([]float64{1}) })
	modernPanics(t, "length", func() { m.Field([]float64{1}, 0, []float64{1, 2, 3}) })
	for _, x := range [][]float64{{math.NaN(), 0, 0}, {0, math.Inf(-1), 0}} {
		if _, err := m.FixedPoint(x, nil); err == nil {
			t.Errorf("a fixed point from %v", x)
		}
		if _, err := m.Newton(x, nil); err == nil {
			t.Errorf("Newton's method from %v", x)
		}
		if !math.IsNaN(m.Value(x)) && !math.IsInf(m.Value(x), 0) || !math.IsNaN(m.Rates(x)[0]) {
			t.Errorf("E(%v) = %v, rates %v", x, m.Value(x), m.Rates(x))
		}
	}
	if _, err := m.FixedPoint([]float64{1, 0, 0}, &ModernSearch{Updates: 1}); err == nil {
		t.Error("one update suffices")
	}
}

// steep is F = 2 Σ z².
type steep struct{ Polynomial }

func (steep) Growth() float64 { return 2 }

// raceDetector is set by race_test.go.
var raceDetector bool

func TestModernAllocates(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	rng := rand.New(rand.NewPCG(90, 1))
	m, err := NewSoftmax(modernNormal(rng, 30, 8, 1), 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	x, dst := modernVector(rng, 8, 1), make([]float64, 8)
	least := math.Inf(1)
	for range 5 { // the garbage collector may empty the pool of scratch space
		least = math.Min(least, testing.AllocsPerRun(20, func() { m.Field(dst, 0, x); m.Value(x); m.EulerStep(dst, x, 0.5) }))
	}
	if least != 0 {
		t.Errorf("%g allocations a step", least)
	}
}

// [NH] Example 14 as printed, F = β⁻¹ ln(β Σ exp z_i), has the gradient
// β⁻¹ softmax(z), which is not the softmax(βz) of its own flow unless β = 1.
func TestExample14AsPrinted(t *testing.T) {
	z := []float64{0.3, -0.7, 1.1}
	for _, beta := range []float64{1, 3} {
		printed := func() float64 {
			var sum float64
			for _, v := range z {
				sum += math.Exp(v)
			}
			return math.Log(beta*sum) / beta
		}
		p := make([]float64, 3)
		NewLogSumExp(beta).Gradient(p, z)
		worst := 0.0
		for i := range z {
			worst = math.Max(worst, math.Abs(potentialSlope(z, i, printed)-p[i]))
			corrected := potentialSlope(z, i, func() float64 { return NewLogSumExp(beta).Value(z) })
			if math.Abs(corrected-p[i]) > 1e-9 {
				t.Errorf("β = %g: ∂F/∂z_%d = %g, want %g", beta, i, corrected, p[i])
			}
		}
		if misses := worst > 0.7; misses != (beta == 3) || beta == 1 && worst > 1e-9 {
			t.Errorf("β = %g: the printed F misses by %g", beta, worst)
		}
	}
}
