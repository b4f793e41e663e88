package hopfield

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hopflow/lyapunov/activation"
)

// The samplers against the quadratures, by z-scores: 18 units, 8,000 draws each,
// three statistics, |z| < 5.2 (a false alarm in 70,000 runs of the test).
func TestNormaliserSampler(t *testing.T) {
	const draws = 8_000
	for k := range 18 {
		rng := rand.New(rand.NewPCG(5, uint64(k)))
		u := Unit{Temperature: math.Exp(rng.NormFloat64() - 1), Measure: FiringRate}
		u.Activation = []activation.Smooth{activation.NewTanh(1.3), NewLeakyReLU(0.2), activation.NewRectifier(0.3, 2), activation.Logistic{Rate: 2, Center: 0.4}, activation.NewArctan(0.8), activation.NewTanh(0.5)}[k%6]
		c := 2.5 * rng.NormFloat64()
		draw := bipartiteMust(u.Sampler())
		stats := map[string]func(x float64) float64{
			"mean":   u.Activation.Value,
			"square": func(x float64) float64 { y := u.Activation.Value(x); return y * y },
		}
		sum, square := map[string]float64{}, map[string]float64{}
		positive := 0.0
		for range draws {
			x := draw(c, rng)
			for name, f := range stats {
				sum[name] += f(x)
				square[name] += f(x) * f(x)
			}
			if x > 0 {
				positive++
			}
		}
		for name, f := range stats {
			want := bipartiteMust(u.Expect(c, f))
			mean := sum[name] / draws
			se := math.Sqrt((square[name]/draws - mean*mean) / draws)
			if z := (mean - want) / se; math.Abs(z) > 5.2 {
				t.Errorf("unit %d, %+v, c = %g: %s %.6g ± %.2g of %d, quadrature %.6g, z = %.1f", k, u, c, name, mean, se, draws, want, z)
			}
		}
		p := bipartiteMust(u.Above(c))
		if z := (positive/draws - p) / math.Sqrt(math.Max(p*(1-p), 1e-9)/draws); math.Abs(z) > 5.2 {
			t.Errorf("unit %d, %+v, c = %g: P(x > 0) = %.6g, quadrature %.6g, z = %.1f", k, u, c, positive/draws, p, z)
		}
	}
	if _, err := (Unit{activation.NewRectifier(0.3, 2), 0.4, Lebesgue}).Sampler(); err == nil || !strings.Contains(err.Error(), "flows/langevin") {
		t.Errorf("sampler of a smooth unit with respect to dx: %v", err)
	}
}

func TestNormaliserHalfNormals(t *testing.T) {
	for _, z := range []float64{-40, -25.1, -24.9, -8, -0.3, 2, 9} {
		// d ln Φ = φ/Φ, by differences.
		h := 1e-5 * math.Max(1, math.Abs(z))
		slope := (logNormal(z+h) - logNormal(z-h)) / (2 * h)
		if want := halfNormalMean(z, 1) - z; math.Abs(slope-want) > 1e-6*math.Max(1, want) {
			t.Errorf("z = %g: slope of ln Φ is %g, want φ/Φ = %g", z, slope, want)
		}
	}
	for _, c := range []float64{-150, -101, -99, -7, -0.5, 0, 3} {
		want := bipartiteMust(truncatedMean(c, 1.3, 1, func(x float64) float64 { return x }))
		if got := halfNormalMean(c, 1.3); math.Abs(got-want) > 1e-10*want {
			t.Errorf("c = %g: mean %.15g, quadrature %.15g", c, got, want)
		}
	}
	if got := bipartiteMust(truncatedMean(50, 0.01, 1, func(x float64) float64 { return x })); math.Abs(got-50) > 1e-10 {
		t.Errorf("a narrow law far inside: mean %.15g", got)
	}
}
