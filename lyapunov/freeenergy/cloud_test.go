package freeenergy_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	. "hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

// cloud draws n points of a Gaussian of the given mean and standard deviations.
func cloud(seed uint64, n int, mean, sd []float64) *mat.Dense {
	r := rand.New(rand.NewPCG(seed, 11))
	c := mat.NewDense(n, len(mean), nil)
	for i := range n {
		for d := range mean {
			c.Set(i, d, mean[d]+sd[d]*r.NormFloat64())
		}
	}
	return c
}

// 40 clouds of 800 points a dimension: the mean of the estimates lies within
// 4.9 standard errors of the truth and the bias that is documented; the spread
// of the estimates is the standard error they state, to 4 standard deviations
// of a spread of 40.
func TestCloudIsCalibrated(t *testing.T) {
	const N, R, T = 800, 40, 0.7
	for _, c := range []struct {
		mean, sd []float64
		bias     float64 // of the entropy, at most this size
	}{
		{[]float64{0.4}, []float64{1.3}, 0.006},
		{[]float64{0.4, -1}, []float64{1.3, 0.6}, 0.022},
		{[]float64{0.4, -1, 2}, []float64{1.3, 0.9, 1.1}, 0.07},
	} {
		n := len(c.mean)
		cov := mat.NewSymDense(n, nil)
		for d, s := range c.sd {
			cov.SetSym(d, d, s*s)
		}
		p := must(NewGaussian(c.mean, cov))
		e := landscape.Harmonic(1.4, make([]float64, n)...)
		want := T*p.KL(e.Gibbs(T)) - T*e.LogPartition(T)
		var sum, square, stderr float64
		for seed := range uint64(R) {
			x := cloud(seed, N, c.mean, c.sd)
			F := must(CloudFreeEnergy(x, e, T))
			if seed == 0 {
				H := must(CloudEntropy(x))
				var mean float64
				for i := range N {
					mean += e.Value(x.RawRowView(i)) / N
				}
				near(t, "F = <E> - T H", F.Value, mean-T*H.Value, 1e-12)
				near(t, "bias", F.Bias, -T*H.Bias, 1e-12)
			}
			sum, square, stderr = sum+F.Value, square+F.Value*F.Value, stderr+F.StdErr/R
			if F.N != N {
				t.Errorf("size %d, want %d", F.N, N)
			}
		}
		mean := sum / R
		spread := math.Sqrt((square - R*mean*mean) / (R - 1))
		miss := mean - want
		if math.Abs(miss) > 4.9*spread/math.Sqrt(R)+T*c.bias {
			t.Errorf("n = %d: F = %g, want %g: off by %g, spread %g", n, mean, want, miss, spread)
		}
		if ratio := spread / stderr; math.Abs(ratio-1) > 4/math.Sqrt(2*R)+0.1 {
			t.Errorf("n = %d: estimates spread by %g, stated %g", n, spread, stderr)
		}
	}
}

// The uniform law on the cube has entropy 0 and, near its walls, an upward bias,
// whose size is found by halves: over 20 clouds its mean is known to 10 percent.
func TestCloudInABox(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	x := mat.NewDense(4000, 2, nil)
	for i := range 4000 {
		x.SetRow(i, []float64{r.Float64(), r.Float64()})
	}
	h := must(CloudEntropy(x))
	if math.Abs(h.Value-0.0205) > 4.9*h.StdErr || h.Bias < 0 || h.Bias > 0.08 {
		t.Errorf("entropy %g ± %g, bias %g, want 0 + 0.02", h.Value, h.StdErr, h.Bias)
	}
	var real, halves float64
	for range 20 {
		y := mat.NewDense(1000, 3, nil)
		for i := range 1000 {
			y.SetRow(i, []float64{r.Float64(), r.Float64(), r.Float64()})
		}
		h := must(CloudEntropy(y))
		real, halves = real+h.Value/20, halves+h.Bias/20
	}
	if math.Abs(real-0.143) > 0.03 || math.Abs(halves/real-1) > 0.5 {
		t.Errorf("bias %g in the cube, by halves %g", real, halves)
	}
	// Scaling by s adds n ln s and nothing else.
	scaled := mat.DenseCopyOf(x)
	scaled.Scale(1e-8, scaled)
	near(t, "entropy of the scaled cloud", must(CloudEntropy(scaled)).Value, h.Value+2*math.Log(1e-8), 1e-12)
}

func TestCloudRefuses(t *testing.T) {
	c := cloud(1, 100, []float64{0.3, 1}, []float64{1, 1})
	with := func(i, j int, v float64) *mat.Dense {
		d := mat.DenseCopyOf(c)
		d.Set(i, j, v)
		return d
	}
	_, err := CloudEntropy(with(7, 1, nan))
	fails(t, err, "coordinate 1 of particle 7 is NaN")
	_, err = CloudEntropy(with(0, 0, inf))
	fails(t, err, "coordinate 0 of particle 0 is +Inf")
	_, err = CloudEntropy(mat.NewDense(19, 1, nil))
	fails(t, err, "19 particles", "at least 20")
	clipped := mat.DenseCopyOf(c)
	for i := range 100 {
		clipped.Set(i, 0, math.Max(0, math.Min(clipped.At(i, 0), 0)))
		clipped.Set(i, 1, 1)
	}
	_, err = CloudEntropy(clipped)
	fails(t, err, "particle 0 at [0 1] coincides with 4 others", "clipping")
	_, err = CloudFreeEnergy(with(3, 0, 1.5), landscape.Himmelblau{}, 1)
	fails(t, err, "energy is NaN at particle", "left the energy's domain")
}
