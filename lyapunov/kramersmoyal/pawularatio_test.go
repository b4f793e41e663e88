package kramersmoyal

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// sample of 20 seeds: diffusions pass, with a z of the right size, and jumps fail.
func TestDiffusionOrJumps(t *testing.T) {
	const n, dt = 200_000, 0.01
	wide := &Regression{Bandwidth: Fixed(0.2)}
	var constant, varying, raw []float64
	for seed := range uint64(seeds) {
		x := sampledOU(seed, n, 1.3, 0.7, dt)
		test := tested(t, NewSeries(dt, x), wide)
		constant = append(constant, test.Z)
		if !test.Diffusion(5.5) || math.Abs(test.Expected-1) > 0.01 {
			t.Errorf("seed %d: a diffusion fails: %.4f ± %.4f, expected %.4f", seed, test.Ratio, test.StdErr, test.Expected)
		}
		y := make([]float64, n)
		for i := range x {
			y[i] = math.Sinh(x[i])
		}
		test = tested(t, NewSeries(dt, y), wide)
		varying = append(varying, test.Z)
		raw = append(raw, (test.Ratio-1)/test.StdErr)

		rng := stream(seed + 1000)
		shift := 0.0
		for i := range x { // a jump of a third of a standard deviation, twice in unit time
			if rng.Float64() < 2*dt {
				shift += 0.25 * rng.NormFloat64()
			}
			shift *= 1 - dt
			y[i] = x[i] + shift
		}
		test = tested(t, NewSeries(dt, y), wide)
		if test.Diffusion(5.5) || test.Ratio < 1.1 {
			t.Errorf("seed %d: jumps pass: %.4f ± %.4f", seed, test.Ratio, test.StdErr)
		}
	}
	sum := func(z []float64) (mean, square float64) {
		for _, v := range z {
			mean += v / float64(len(z))
			square += v * v / float64(len(z))
		}
		return mean, square
	}
	for name, z := range map[string][]float64{"constant noise": constant, "noise that depends on the state": varying} {
		mean, square := sum(z)
		t.Logf("%s: mean z %.2f, mean square %.2f", name, mean, square)
		if math.Abs(mean) > 5/math.Sqrt(float64(seeds)) || square > 3 {
			t.Errorf("%s: z of 20 seeds has mean %.2f and mean square %.2f", name, mean, square)
		}
	}
	if mean, _ := sum(raw); mean < 2 {
		t.Errorf("with noise that depends on the state the ratio alone is only %.2f standard errors from 1", mean)
	}
}

func tested(t *testing.T, s *Series, r *Regression) DiffusionTest {
	t.Helper()
	g, err := s.Box(100)
	if err != nil {
		t.Fatal(err)
	}
	test, err := estimated(t, s, g, r).TestDiffusion(0)
	if err != nil {
		t.Fatal(err)
	}
	return test
}

// The record's compound Poisson process: M4 and M2 with Gaussian jumps, exactly.
func TestRatioOfJumps(t *testing.T) {
	// Pure jumps of rate λ over Δt: M4/(3 M2²) = <ξ⁴>/(3 λ Δt <ξ²>²) + 1; ξ = ±1.
	const rate, dt, n = 3.0, 0.02, 400_000
	rng := stream(8)
	from, to := mat.NewDense(n, 1, nil), mat.NewDense(n, 1, nil)
	for i := range n {
		x := rng.Float64()
		from.Set(i, 0, x)
		jumps := 0.0
		for at := rng.ExpFloat64() / rate; at < dt; at += rng.ExpFloat64() / rate {
			jumps += float64(2*rng.IntN(2) - 1)
		}
		to.Set(i, 0, x+jumps)
	}
	c := estimated(t, Pairs(dt, from, to), lineGrid(0, 1, 20), &Regression{Bandwidth: Fixed(0.2)})
	test, err := c.TestDiffusion(0)
	if err != nil {
		t.Fatal(err)
	}
	want := 1 + 1/(3*rate*dt)
	if z := (test.Ratio - want) / test.StdErr; math.Abs(z) > 5.5 {
		t.Errorf("ratio %.3f ± %.3f, want %.3f", test.Ratio, test.StdErr, want)
	}
	if z, at := test.Local.Worst(func([]float64) float64 { return want }); math.Abs(z) > 6 {
		t.Errorf("local ratio: z = %.2f at %.3v", z, at)
	}
	d4, s, _ := c.D(4).At(0.5) // λ <ξ⁴>/4!, and 3 λ²Δt <ξ²>²/4! at a finite step
	if z := (d4 - rate*(1+3*rate*dt)/24) / s; math.Abs(z) > 5.5 {
		t.Errorf("D4 = %.4f ± %.4f", d4, s)
	}
	if _, err := mustCorrect(t, c).TestDiffusion(0); err == nil {
		t.Error("corrected coefficients are tested")
	}
	fast := estimated(t, Pairs(dt, from, to), lineGrid(0, 1, 20), &Regression{Order: 2})
	if _, err := fast.TestDiffusion(0); err == nil || !strings.Contains(err.Error(), "Order to 4") {
		t.Errorf("order 2: %v", err)
	}
}

// In the plane, each coordinate by itself.
func TestDiffusionInThePlane(t *testing.T) {
	x, y := turning(7, 300_000, 1, 1, 0.5, 0.01)
	rng := stream(77)
	for i := range y {
		if rng.Float64() < 0.02 {
			y[i] += 0.6 * rng.NormFloat64() // and back: two jumps
		}
	}
	c := estimated(t, NewSeries(0.01, x, y), planeGrid(-1.5, 1.5, 20), &Regression{Bandwidth: Fixed(0.3)})
	for a, want := range []bool{true, false} {
		test, err := c.TestDiffusion(a)
		if err != nil {
			t.Fatal(err)
		}
		if test.Diffusion(5.5) != want {
			t.Errorf("coordinate %d: ratio %.3f ± %.3f, diffusion %v", a, test.Ratio, test.StdErr, !want)
		}
	}
}
