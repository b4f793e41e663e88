package hopfield

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/activation"
)

// Unequal slopes, another temperature and every measure: quadrants by the sum over
// angles of 1/(2 E/r²), which no closed form enters.
func TestNormaliserQuadrants(t *testing.T) {
	for _, c := range []struct{ sv, sh, u float64 }{{0.3, 0.7, 0.8}, {0.7, 0.3, -1.1}, {1, 0.2, -0.9}, {0.12, 0.9, 0.37}, {0.04, 0.05, -1.3}} {
		b := bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{c.u}), nil, Layer(1, NewLeakyReLU(c.sv)), Layer(1, NewLeakyReLU(c.sh))))
		for _, m := range []Measure{Lebesgue, Riemannian, FiringRate, 0.3} {
			const T, n = 0.37, 2000
			q := bipartiteMust(b.Quadrants(T, m))
			for k, got := range []float64{q.PP, q.MP, q.MM, q.PM} { // by angle
				want := 0.0
				for i := range n {
					s := (float64(i) + 0.5) / n
					sin, cos := math.Sincos(math.Pi / 2 * (float64(k) + s*s*(3-2*s)))
					x := []float64{cos, sin}
					want += T * math.Exp(float64(m)*b.LogVolume(x)) / (2 * b.Value(x)) * math.Pi / 2 * 6 * s * (1 - s) / n
				}
				if math.Abs(got/want-1) > 1e-6 {
					t.Errorf("%+v, %v: quadrant %d is %.12g, the sum over angles %.12g", c, m, k+1, got, want)
				}
			}
		}
	}
}

// Bounded outputs have a law with respect to dg df whatever their scale. On the
// border u = 1 the input decides: Z is finite if it pulls the units back.
func TestNormaliserScalesAndBorder(t *testing.T) {
	for _, rate := range []float64{1e-12, 1e-9, 1e-3, 1e6} {
		for _, f := range []activation.Smooth{activation.NewTanh(rate), activation.NewLogistic(rate), activation.NewAlgebraic(rate), activation.NewArctan(rate)} {
			b := bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{3}), nil, Layer(1, f), Layer(1, f)))
			if err := b.Normalisable(0.37, FiringRate); err != nil {
				t.Errorf("%T of rate %g: %v", f, rate, err)
			}
		}
	}
	// A steep unit with a large input: its law lies where σ'(c) underflows. Values from
	// 30-digit quadrature over the output.
	for _, sign := range []float64{1, -1} {
		u := Unit{activation.NewTanh(40), 0.37, FiringRate}
		lnZ, mean := bipartiteMust(u.LogPartition(30*sign)), bipartiteMust(u.Mean(30*sign))
		if math.Abs(lnZ-76.641157233949890767) > 1e-12 || math.Abs(mean-sign*0.98764271658472814209) > 1e-13 {
			t.Errorf("tanh of gain 40, input %g: ln Z = %.17g, <σ> = %.17g", 30*sign, lnZ, mean)
		}
		shifted := Unit{activation.Logistic{Rate: 3, Center: 1e4}, 0.37, FiringRate}
		if _, err := shifted.Mean(sign * 300); err != nil {
			t.Errorf("a unit with its threshold far away: %v", err)
		}
	}
	for _, c := range []float64{1e200, -1e200, math.NaN(), math.Inf(1)} {
		u := Unit{NewLeakyReLU(0.3), 0.37, Lebesgue}
		_, errZ := u.LogPartition(c)
		_, errMean := u.Mean(c)
		if _, errAbove := u.Above(c); errZ == nil || errMean == nil || errAbove == nil {
			t.Errorf("a leaky unit at input %g: %v, %v, %v", c, errZ, errMean, errAbove)
		}
	}
	modernPanics(t, "measure NaN", func() { _ = leakyPair(0.5, 0.3).Normalisable(1, Measure(math.NaN())) })
	modernPanics(t, "measure +Inf", func() { leakyPair(0.5, 0.3).Effective(1, Measure(math.Inf(1))) })
	for input, want := range map[float64]error{-0.5: ErrUndecided, 0: ErrNotNormalisable, 0.5: ErrNotNormalisable} {
		b := bipartiteMust(leakyPair(1, 0.25).With(nil, []float64{input}))
		if err := b.Normalisable(0.7, Lebesgue); !errors.Is(err, want) {
			t.Errorf("u = 1, I = %g: %v, want %v", input, err, want)
		}
		var inner, rest float64 // of Z over -150 < v < 150, and up to 300
		for v := -300.0; v <= 300; v += 0.05 {
			w := math.Exp(-bipartiteMust(b.FreeEnergy([]float64{v}, 0.7, Lebesgue)) / 0.7)
			if math.Abs(v) < 150 {
				inner += w
			} else {
				rest += w
			}
		}
		if finite := rest < 1e-12*inner; finite != (input < 0) {
			t.Errorf("u = 1, I = %g: Z gains %g of itself beyond |v| = 150", input, rest/inner)
		}
	}
}

// Where the quadrant's form degenerates, u = -1, nothing jumps.
func TestNormaliserOrthant(t *testing.T) {
	for _, eps := range []float64{1.1e-4, 0.9e-4, 1e-8, 0, -1e-8, -0.9e-4, -1.1e-4} {
		q := bipartiteMust(leakyPair(-1+eps, 0.25).Quadrants(0.7, Lebesgue))
		if want := 0.7 * (1 + eps/3 + 2*eps*eps/15); math.Abs(q.PP-want) > 1e-12 {
			t.Errorf("u = -1%+g: %.15g, want %.15g", eps, q.PP, want)
		}
	}
	if !math.IsInf(orthant(1, 2, math.Sqrt2), 1) {
		t.Error("an orthant in which the form does not grow")
	}
}
