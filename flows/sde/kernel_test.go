package sde

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"hopflow/internal/oracle"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/verify"
)

// ou is dX = -kX dt + √(2T) dW.
func ou(k, temperature float64) *System {
	return &System{
		Dim: 1, Shape: Additive,
		Drift: func(dst []float64, _ float64, x []float64) { dst[0] = -k * x[0] },
		Noise: func(dst []float64, _ float64, _, dw []float64) { dst[0] = math.Sqrt(2*temperature) * dw[0] },
	}
}

// kink is the unit of [LF] Theorem 14 with the leaky rectifier of slope s: dX =
// -X dt + √(2T/f'(X)) dW, Itô, without extra drift.
func kink(s, temperature float64) *System {
	return &System{
		Dim: 1, Shape: Diagonal,
		Drift: func(dst []float64, _ float64, x []float64) { dst[0] = -x[0] },
		Noise: func(dst []float64, _ float64, x, dw []float64) {
			k := 1.0
			if x[0] < 0 {
				k = 1 / s
			}
			dst[0] = math.Sqrt(2*temperature*k) * dw[0]
		},
	}
}

func kernelOf(t testing.TB, s *System, a freeenergy.Axis, h float64) *Kernel {
	t.Helper()
	k, err := NewKernel(s, a, h)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func stationary(t testing.TB, k *Kernel) *freeenergy.Density {
	t.Helper()
	q, err := k.Stationary()
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Check(); err != nil {
		t.Fatal(err)
	}
	return q
}

func square(x []float64) float64 { return x[0] * x[0] }

// TestKernelOfOU: the scheme's own variance is T/(k(1 - kh/2)), to rounding,
// after any number of steps too.
func TestKernelOfOU(t *testing.T) {
	const k, temperature = 1.3, 0.7
	for _, h := range []float64{0.04, 0.1, 0.5, 1.2} {
		kernel := kernelOf(t, ou(k, temperature), freeenergy.Uniform(-14, 14, 450), h)
		q := stationary(t, kernel)
		want := temperature / (k * (1 - k*h/2))
		if got := q.Mean(square); !near(got, want, 0, 1e-13) {
			t.Errorf("h = %g: variance %.15g, want %.15g", h, got, want)
		}
		if kurtosis := q.Mean(func(x []float64) float64 { return math.Pow(x[0], 4) }); !near(kurtosis, 3*want*want, 0, 1e-12) {
			t.Errorf("h = %g: fourth moment %.15g, want %.15g", h, kurtosis, 3*want*want)
		}
		if d := distance(kernel.Step(q).P, q.P); d > 1e-15 {
			t.Errorf("h = %g: a step moves the stationary density by %g", h, d)
		}
		p, err := freeenergy.Normalized(kernel.Grid(), func(x []float64) float64 { return math.Exp(-(x[0] - 1) * (x[0] - 1) / 0.4) })
		if err != nil {
			t.Fatal(err)
		}
		mean, variance := 1.0, p.Mean(square)-1
		for range 5 {
			p = kernel.Step(p)
			mean *= 1 - k*h
			variance = (1-k*h)*(1-k*h)*variance + 2*temperature*h
		}
		if m, v := p.Mean(func(x []float64) float64 { return x[0] }), p.Mean(square); math.Abs(m-mean) > 1e-12 || math.Abs(v-m*m-variance) > 1e-12 {
			t.Errorf("h = %g: after 5 steps mean %.13g, variance %.13g, want %.13g, %.13g", h, m, v-m*m, mean, variance)
		}
	}
}

// TestKernelOfKink gives the scheme's own share above the kink for four steps,
// which are those of [LF] 1.6, and its order, 1/2, to the exact 1/(1+√s).
func TestKernelOfKink(t *testing.T) {
	want := map[float64]float64{0.04: 0.6287, 0.02: 0.6388, 0.01: 0.6464, 0.005: 0.6521}
	above := func(x []float64) float64 {
		if x[0] > 0 {
			return 1
		}
		return 0
	}
	for _, r := range oracle.Load(t, schemeRecords, "thm14/leaky-kink") {
		s := r.In("slope")
		var hs, errs []float64
		for _, h := range []float64{0.04, 0.02, 0.01, 0.005} {
			share := func(cells int) float64 {
				k := kernelOf(t, kink(s, 0.7), freeenergy.Uniform(-7/math.Sqrt(s), 7/math.Sqrt(s), cells), h)
				return stationary(t, k).Mean(above)
			}
			coarse, fine := share(800), share(1600)
			limit := (4*fine - coarse) / 3 // the error is of second order
			if math.Abs(fine-limit) > 3e-4 {
				t.Errorf("s = %g, h = %g: 1600 cells give %.6f, the limit is %.6f", s, h, fine, limit)
			}
			if s == 0.25 && math.Abs(limit-want[h]) > 1e-4 {
				t.Errorf("h = %g: P(X > 0) = %.5f, want %.4f", h, limit, want[h])
			}
			t.Logf("s = %g, h = %g: P(X > 0) = %.5f", s, h, limit)
			hs, errs = append(hs, h), append(errs, math.Abs(limit-r.Want("P_ito")))
		}
		if c := verify.Order("LF-14", fmt.Sprintf("slope %g", s), hs, errs, 0.5, 0.1); c.Err() != nil {
			t.Error(c.Err())
		}
	}
}

// TestKernelEnds: mirrors keep the uniform density of a free motion, a circle
// turns it, and a Gibbs density between mirrors comes out with a bias of order
// h; rows sum to 1 and agree with the law of the step.
func TestKernelEnds(t *testing.T) {
	free := plain(func(float64) float64 { return 0 })
	pushed := plain(func(float64) float64 { return 0.8 })
	for name, k := range map[string]*Kernel{
		"mirrors, long steps": kernelOf(t, free, freeenergy.Uniform(-1, 2, 60).Walled(), 5),
		"mirrors":             kernelOf(t, free, freeenergy.Uniform(-1, 2, 60).Walled(), 0.01),
		"circle":              kernelOf(t, pushed, freeenergy.Periodic(-1, 2, 60), 0.01),
		"circle, long steps":  kernelOf(t, pushed, freeenergy.Periodic(-1, 2, 61), 20),
	} {
		for i, p := range stationary(t, k).P {
			if !near(p, 1./3, 0, 1e-12) {
				t.Errorf("%s: density %.15g in cell %d, want 1/3", name, p, i)
				break
			}
		}
		for i := range k.Grid().Len() {
			var sum float64
			for j := range k.Grid().Len() {
				sum += k.At(i, j)
			}
			if math.Abs(sum-1) > 1e-14 {
				t.Errorf("%s: row %d sums to %.17g", name, i, sum)
			}
		}
	}
	k := kernelOf(t, pushed, freeenergy.Uniform(-3, 3, 300), 0.01)
	if got, want := k.At(150, 153), 0.02*math.Exp(-math.Pow(0.06-0.008, 2)/0.02)/math.Sqrt(2*math.Pi*0.01); !near(got, want, 0, 1e-9) || k.At(0, 299) != 0 {
		t.Errorf("a step of three cells has probability %g, want %g", got, want)
	}
	exact := func(x []float64) float64 { return math.Exp(2 * 0.8 * x[0]) }
	var hs, errs []float64
	for _, h := range []float64{0.04, 0.02, 0.01, 0.005} {
		k := kernelOf(t, pushed, freeenergy.Uniform(0, 2, 200).Walled(), h)
		want, err := freeenergy.Normalized(k.Grid(), exact)
		if err != nil {
			t.Fatal(err)
		}
		first := func(x []float64) float64 { return x[0] }
		hs, errs = append(hs, h), append(errs, math.Abs(stationary(t, k).Mean(first)-want.Mean(first)))
	}
	s, err := verify.FitSlope(hs, errs)
	t.Logf("mirrors bias the mean with order %.2f", s.Order)
	if err != nil || math.Abs(s.Order-1) > 0.2 {
		t.Errorf("the bias of the mirrors falls with order %v, %v", s, err)
	}
}

func TestKernelRefuses(t *testing.T) {
	axis := freeenergy.Uniform(-5, 5, 400)
	refused := func(s *System, a freeenergy.Axis, h float64) func() error {
		return func() error { _, err := NewKernel(s, a, h); return err }
	}
	clock := plain(func(float64) float64 { return 0 })
	clock.Drift = func(dst []float64, t float64, _ []float64) { dst[0] = t }
	for want, f := range map[string]func() error{
		"a kernel of 2 dimensions":        refused(swept(Ito), axis, 0.1),
		"Kernel takes Itô systems":        refused(circle(Stratonovich), axis, 0.1),
		"change with time":                refused(clock, axis, 0.1),
		"the noise vanishes at x = 0":     refused(gbm(0, 1), freeenergy.Edges([]float64{-0.5, 0.5, 1.5}), 0.1),
		"the drift is NaN":                refused(plain(math.Log), axis, 0.1),
		"make the cells at most 2/3":      refused(ou(1, 1), freeenergy.Uniform(-5, 5, 40), 0.001),
		"beyond the axis: widen the axis": refused(plain(func(x float64) float64 { return 1e4 }), axis, 0.1),
		"leaves [-1, 1] in a step: widen": func() error {
			_, err := kernelOf(t, ou(1, 1), freeenergy.Uniform(-1, 1, 100), 0.1).Stationary()
			return err
		},
		"nor back: there is no one stationary density": func() error {
			parted := &System{Dim: 1, Drift: func(dst []float64, _ float64, x []float64) { dst[0] = 4*math.Copysign(1, x[0]) - x[0] }, Noise: func(dst []float64, _ float64, _, dw []float64) { dst[0] = 0.2 * dw[0] }}
			_, err := kernelOf(t, parted, axis, 0.25).Stationary()
			return err
		},
		"make the cells at most 2/3 of the sta": refused(ou(1, 1), freeenergy.Periodic(-5, 5, 40), 0.001),
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	k := kernelOf(t, ou(1, 1), axis, 0.1)
	for _, f := range []func(){
		func() { _, _ = NewKernel(ou(1, 1), axis, 0) }, func() { k.At(0, 400) },
		func() { k.Step(freeenergy.Uniformly(freeenergy.NewGrid(freeenergy.Uniform(0, 1, 400)))) },
	} {
		wantPanic(t, f)
	}
}
