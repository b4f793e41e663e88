package sde

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// plain is a one-dimensional system with unit noise.
func plain(drift func(x float64) float64) *System {
	return &System{
		Dim: 1, Shape: Additive,
		Drift: func(dst []float64, _ float64, x []float64) { dst[0] = drift(x[0]) },
		Noise: func(dst []float64, _ float64, _, dw []float64) { dst[0] = dw[0] },
	}
}

// TestImplicitStep: whatever the step, X⁺ satisfies its equation: for a stiff
// linear drift that couples two coordinates, with the closed form of X⁺; for
// the double well (any root); for a drift that repels like 1/x, the one root
// that is positive.
func TestImplicitStep(t *testing.T) {
	stiff := &System{
		Dim: 2, Shape: Additive,
		Drift: func(dst []float64, _ float64, x []float64) {
			dst[0], dst[1] = -1000*x[0]+x[1], 3*x[0]-0.5*x[1]
		},
		Noise: func(dst []float64, _ float64, _, dw []float64) { copy(dst, dw) },
	}
	linear, well := mustStepper(t, ImplicitEuler, stiff, 1), mustStepper(t, ImplicitEuler, doubleWell(Ito), 1)
	bessel := mustStepper(t, ImplicitEuler, plain(func(x float64) float64 {
		if x <= 0 {
			return math.NaN()
		}
		return 0.5 / x
	}), 1)
	rapid.Check(t, func(t *rapid.T) {
		h := math.Pow(10, rapid.Float64Range(-9, 3).Draw(t, "log h"))
		w := math.Sqrt(h) * rapid.Float64Range(-6, 6).Draw(t, "z")
		x := []float64{rapid.Float64Range(-3, 3).Draw(t, "x0"), rapid.Float64Range(-3, 3).Draw(t, "x1")}

		y := append([]float64(nil), x...)
		linear.Step(0, h, columns(y), [][]float64{{w}, {-w}})
		if err := failed(linear); err != nil {
			t.Fatal(err)
		}
		// (1+1000h) y0 - h y1 = x0 + w, -3h y0 + (1+h/2) y1 = x1 - w.
		det := (1+1000*h)*(1+h/2) - 3*h*h
		want := []float64{((1+h/2)*(x[0]+w) + h*(x[1]-w)) / det, (3*h*(x[0]+w) + (1+1000*h)*(x[1]-w)) / det}
		for i := range want {
			if !near(y[i], want[i], math.Abs(x[0])+math.Abs(x[1])+math.Abs(w), 1e-12) {
				t.Fatalf("stiff: h = %g, x = %v, w = %g leads to %v, want %v", h, x, w, y, want)
			}
		}

		z := x[:1:1]
		z = append([]float64(nil), z...)
		well.Step(0, h, columns(z), [][]float64{{w}})
		if failed(well) == nil { // h > 1 may have roots that Newton does not find
			r := z[0] - h*(z[0]-z[0]*z[0]*z[0]) - x[0] - math.Sqrt(0.6)*w
			if math.Abs(r) > 1e-9*(1+math.Abs(x[0])+math.Abs(w)+h*math.Abs(z[0])) {
				t.Fatalf("well: h = %g, x = %g, w = %g leads to %g with residual %g", h, x[0], w, z[0], r)
			}
		} else if h < 0.9 {
			t.Fatal(failed(well))
		}

		p := []float64{math.Abs(x[1]) + 1e-9}
		from := p[0]
		bessel.Step(0, h, columns(p), [][]float64{{w}})
		if err := failed(bessel); err != nil {
			t.Fatal(err)
		}
		c := from + w
		root := (c + math.Sqrt(c*c+2*h)) / 2 // y - h/(2y) = c
		if c < 0 {
			root = h / (math.Sqrt(c*c+2*h) - c)
		}
		if !near(p[0], root, 0, 1e-9) {
			t.Fatalf("1/x: h = %g, x = %g, w = %g leads to %g, want %g", h, from, w, p[0], root)
		}
	})
}

// TestImplicitIsStable: the explicit scheme explodes at this step, the implicit
// one draws from its own stationary law, of variance h/((1+kh)² - 1).
func TestImplicitIsStable(t *testing.T) {
	const k, h, n = 1000.0, 0.01, 20_000
	s := plain(func(x float64) float64 { return -k * x })
	var sum float64
	count := 0
	for state, err := range Steps(s, ImplicitEuler, []float64{0}, 0, n*h, h, Seed(3)) {
		if err != nil {
			t.Fatal(err)
		}
		if count++; count > 10 {
			sum += state.X[0] * state.X[0]
		}
	}
	want := h / ((1+k*h)*(1+k*h) - 1)
	if z := (sum/(n-9)/want - 1) / math.Sqrt(2./(n-9)*1.02); math.Abs(z) > 4.9 {
		t.Errorf("variance %g, want %g (z = %.2f)", sum/(n-9), want, z)
	}
	if _, err := Solve(s, EulerMaruyama, []float64{1}, 0, n*h, h, Seed(3)); !errors.Is(err, ErrNonFinite) {
		t.Errorf("the explicit scheme ends with %v", err)
	}
}

// TestImplicitFails: an equation without a solution is an error that names the
// particle and the remedy, and leaves it where it was.
func TestImplicitFails(t *testing.T) {
	for want, k := range map[string]struct {
		drift func(x float64) float64
		from  float64
	}{
		"Newton's method for the implicit step does not converge: shorten the step": {func(x float64) float64 { return 5 + x*x }, 0},
		"the derivative of the implicit step is singular":                           {func(x float64) float64 { return x + 1 }, 0.5},
		"the drift is not finite: start inside its domain":                          {math.Log, -1},
	} {
		stepper := mustStepper(t, ImplicitEuler, plain(k.drift), 3)
		x := [][]float64{{1.5, k.from, 2.5}}
		if k.from != 0.5 {
			x[0][0] = 0 // not to fail first
		}
		if k.from < 0 {
			x[0][0] = 1
		}
		alone := x[0][1]
		stepper.Step(0.25, 1, [][]float64{x[0][1:2]}, [][]float64{{0.1}})
		err := failed(stepper)
		var step *StepError
		if !errors.As(err, &step) || step.Particle != 0 || step.T != 0.25 || step.H != 1 || step.X[0] != alone || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
		if x[0][1] != alone {
			t.Errorf("the failed particle has moved from %g to %g", alone, x[0][1])
		}
		tr, err := Solve(plain(k.drift), ImplicitEuler, []float64{k.from}, 0, 3, 1, Seed(1))
		if err == nil || !strings.Contains(err.Error(), "sde: step 1 from t = 0, h = 1") || !strings.Contains(err.Error(), want) || tr.Len() != 1 {
			t.Errorf("Solve: %v after %d states", err, tr.Len())
		}
	}
	// The error does not stay.
	stepper := mustStepper(t, ImplicitEuler, plain(math.Log), 2)
	stepper.Step(0, 0.1, [][]float64{{2, -1}}, [][]float64{{0, 0}})
	if err := failed(stepper); err == nil || !strings.Contains(err.Error(), "the step of particle 1 from t = 0") {
		t.Errorf("got %v", err)
	}
	stepper.Step(0, 0.1, [][]float64{{2, 1}}, [][]float64{{0, 0}})
	if err := failed(stepper); err != nil {
		t.Error(err)
	}
}
