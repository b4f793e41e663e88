package kramersmoyal

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"hopflow/lyapunov/freeenergy"
)

func circle(half float64, cells int) *freeenergy.Grid {
	return freeenergy.NewGrid(freeenergy.Periodic(-half, half, cells))
}

func bell(g *freeenergy.Grid, mean, variance float64) *freeenergy.Density {
	return must(freeenergy.NewDensity(g, func(x []float64) float64 { return Bell{mean, variance}.Prob(x[0]) }))
}

// Every term on the grid is the derivative in closed form, and the partial sums
// come to the exact density where the series converges.
func TestExpandAgainstClosedForm(t *testing.T) {
	g := circle(12, 256)
	profile := Bell{0.2, 0.8}
	p := bell(g, profile.Mean, profile.Variance)
	for name, jump := range map[string]Law{
		"normal": Normal(0.3, 0.2), "coin": Coin(0.35), "poisson": NewPoisson(0.7, 0.3, 0.9), "compound": NewCompound(0.8, Normal(-0.2, 0.05), 0.6),
	} {
		e, err := Expand(p, Always(jump), 0, 1, 24)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		taylor := make([]float64, 25)
		for i := 0; i < g.Len(); i += 7 {
			x := g.Axis(0).Center(i)
			profile.Taylor(taylor, x)
			sums, err := PartialSums(profile, jump, x, 24)
			if err != nil {
				t.Fatal(err)
			}
			for n := range taylor {
				want := taylor[n] * jump.Moment(n)
				if miss := math.Abs(e.Terms[n][i] - want); miss > e.Error[n]+1e-13 {
					t.Errorf("%s: term %d at x = %.4g is %.9g, want %.9g; error estimate %.2g", name, n, x, e.Terms[n][i], want, e.Error[n])
				}
			}
			if got := e.Partial(24).P[i]; math.Abs(got-sums[24]) > 1e-9 {
				t.Errorf("%s: the sum at x = %.4g is %.12g on the grid and %.12g in closed form", name, x, got, sums[24])
			}
		}
		exact := must(Convolve(p, jump))
		if d := e.Partial(24).Distance(exact.Density); d > 1e-6 {
			t.Errorf("%s: the sum to order 24 is %.3g from the exact density", name, d)
		}
		if d2, d8 := e.Partial(2).Distance(exact.Density), e.Partial(8).Distance(exact.Density); !(d8 < d2/5) || d2 < 1e-5 {
			t.Errorf("%s: distances %.3g and %.3g at the orders 2 and 8", name, d2, d8)
		}
	}
}

// With x-dependent moments: the steps of an Ornstein-Uhlenbeck process take a
// normal density to a known one.
func TestExpandOrnsteinUhlenbeck(t *testing.T) {
	g := circle(10, 256)
	k, T, dt, m, v := 1.3, 0.4, 0.03, 0.7, 0.6
	p := bell(g, m, v)
	e := must(Expand(p, OrnsteinUhlenbeck{k, T}, 0, dt, 16))
	decay := math.Exp(-k * dt)
	exact := bell(g, m*decay, v*decay*decay+T/k*(1-decay*decay))
	last := math.Inf(1)
	for _, n := range []int{2, 4, 8, 16} {
		d := e.Partial(n).Distance(exact)
		if !(d < last/5) {
			t.Errorf("the distance at order %d is %.3g after %.3g", n, d, last)
		}
		last = d
	}
	if last > 1e-9 {
		t.Errorf("order 16 is %.3g from the exact density", last)
	}
	if mass := e.Partial(16).Mass(); math.Abs(mass-1) > 1e-12 {
		t.Errorf("mass %v", mass)
	}
	// The moments take their values where the particles come from: M_n p is what is
	// differentiated, and p alone would not keep the mean.
	mean := func(s Signed) float64 { return s.Mean(func(x []float64) float64 { return x[0] }) }
	if got := mean(e.Partial(2)); math.Abs(got-m*decay) > 1e-12 {
		t.Errorf("mean %v, want %v", got, m*decay)
	}
}

// In the plane, with a correlated jump, against the normal density it makes.
func TestExpandPlane(t *testing.T) {
	axis := freeenergy.Periodic(-9, 9, 72)
	g := freeenergy.NewGrid(axis, freeenergy.Periodic(-8, 8, 64))
	start := must(freeenergy.NewGaussian([]float64{0.2, -0.3}, mat.NewSymDense(2, []float64{1.1, 0.3, 0.3, 0.9})))
	p := must(freeenergy.NewDensity(g, start.Prob))
	jump := must(NewGaussian([]float64{0.3, -0.1}, mat.NewSymDense(2, []float64{0.15, 0.06, 0.06, 0.1})))
	end := must(freeenergy.NewGaussian([]float64{0.5, -0.4}, mat.NewSymDense(2, []float64{1.25, 0.36, 0.36, 1})))
	exact := must(freeenergy.NewDensity(g, end.Prob))
	e := must(Expand(p, Always(jump), 0, 1, 14))
	if d := e.Partial(14).Distance(exact); d > 1e-6 {
		t.Errorf("order 14 is %.3g from the exact density", d)
	}
	if d := must(Convolve(p, jump)).Distance(exact); d > 1e-12 {
		t.Errorf("the convolution is %.3g from the exact density", d)
	}
}

// Terms of Gaussian steps of a diffusion fall like Δt^{⌈n/2⌉}; those of jumps all
// like Δt.
func TestOrdersInTime(t *testing.T) {
	g := circle(12, 192)
	p := bell(g, 0, 1)
	dt := []float64{0.04, 0.02, 0.01, 0.005}
	for n, want := range []float64{1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3} {
		if n == 0 {
			continue
		}
		var diffusion, jumps []float64
		for _, h := range dt {
			e := must(Expand(p, Always(Normal(0.6*h, 0.8*h)), 0, h, 6))
			diffusion = append(diffusion, e.Size(n))
			e = must(Expand(p, Always(NewCompound(1.1, Normal(0.2, 0.09), h)), 0, h, 6))
			jumps = append(jumps, e.Size(n))
		}
		got := math.Log(diffusion[2]/diffusion[3]) / math.Ln2
		if math.Abs(got-want) > 0.1 {
			t.Errorf("the term %d of a diffusion falls like Δt^%.3f, want %v", n, got, want)
		}
		if got := math.Log(jumps[2]/jumps[3]) / math.Ln2; math.Abs(got-1) > 0.1 {
			t.Errorf("the term %d of jumps falls like Δt^%.3f, want 1", n, got)
		}
	}
}

func TestExpandRefuses(t *testing.T) {
	g := circle(12, 128)
	cases := map[string]struct {
		p     *freeenergy.Density
		law   Process
		order int
		want  string
	}{
		"ends":    {must(freeenergy.Normalized(freeenergy.NewGrid(freeenergy.Uniform(-9, 9, 50)), func(x []float64) float64 { return Bell{0, 1}.Prob(x[0]) })), Always(Coin(1)), 2, "has ends"},
		"coarse":  {must(freeenergy.Normalized(circle(12, 24), func(x []float64) float64 { return Bell{0, 0.1}.Prob(x[0]) })), Always(Coin(1)), 8, "too coarse for the order"},
		"narrow":  {must(freeenergy.Normalized(circle(12, 4096), func(x []float64) float64 { return Bell{0, 1e-3}.Prob(x[0]) })), Always(Normal(0, 4)), 20, "too high"},
		"kink":    {must(freeenergy.Normalized(g, func(x []float64) float64 { return math.Exp(-math.Abs(x[0])) })), Always(Coin(1)), 4, "too coarse"},
		"moments": {bell(g, 0, 1), Always(must(NewNumeric(Cauchy{0, 1}.Prob, math.Inf(-1), math.Inf(1)))), 4, "moment of order [1] is NaN at x = "},
		"tilted":  {must(freeenergy.Normalized(g, func(x []float64) float64 { return Bell{9, 1}.Prob(x[0]) })), OrnsteinUhlenbeck{1, 1}, 6, "too coarse"},
	}
	for name, c := range cases {
		e, err := Expand(c.p, c.law, 0, 0.1, c.order)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if e != nil && e.Order() >= c.order {
			t.Errorf("%s: all terms are there beside the error", name)
		}
	}
	if _, err := Convolve(bell(g, 0, 1), GeometricBrownian{1, 1}.Jump([]float64{1}, 0, 1)); err == nil || !strings.Contains(err.Error(), "Spectral") {
		t.Errorf("a law without a characteristic function convolves: %v", err)
	}
}

// The series is known to diverge: the library says so by its sums, and by an error
// before they are infinite.
func TestDivergence(t *testing.T) {
	sums, err := PartialSums(Cauchy{0.3, 0.8}, Normal(0, 0.05), 0.5, MaxOrder)
	if err != nil {
		t.Fatal(err)
	}
	if last := math.Abs(sums[len(sums)-1]); last < 1e6 {
		t.Errorf("the sum of a Cauchy profile and small normal jumps is %v at order %d, want it to diverge", last, len(sums)-1)
	}
	if _, err = PartialSums(Bell{0, 1}, Normal(0, 1e6), 0.1, 150); err == nil || !strings.Contains(err.Error(), "take at most the order") {
		t.Errorf("an infinite term passes: %v", err)
	}
	if err := CheckProfile(Bell{0.3, 0.7}, []float64{-1.1, 0.2, 2}, 6); err != nil {
		t.Error(err)
	}
	if err := CheckProfile(Cauchy{0.3, 0.7}, []float64{-1.1, 0.2, 2}, 6); err != nil {
		t.Error(err)
	}
	if err := CheckProfile(wrong{Bell{0.3, 0.7}}, []float64{0.2}, 3); err == nil || !strings.Contains(err.Error(), "order 2") {
		t.Errorf("a wrong profile passes: %v", err)
	}
}

// wrong has a second derivative of the wrong sign.
type wrong struct{ Bell }

func (w wrong) Taylor(dst []float64, x float64) {
	w.Bell.Taylor(dst, x)
	if len(dst) > 2 {
		dst[2] = -dst[2]
	}
}

// For a jump that is certain the series is Taylor's: it comes to p(x - c).
func TestTaylorProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := Bell{rapid.Float64Range(-2, 2).Draw(t, "mean"), rapid.Float64Range(0.3, 3).Draw(t, "variance")}
		c := rapid.Float64Range(-1, 1).Draw(t, "c")
		x := rapid.Float64Range(-3, 3).Draw(t, "x")
		sums, err := PartialSums(b, Jump(c), x, 120)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := sums[120], b.Prob(x-c); math.Abs(got-want) > 1e-10 {
			t.Fatalf("the series gives %v, p(x-c) is %v", got, want)
		}
		w := Cauchy{b.Mean, b.Variance}
		if sums, err = PartialSums(w, Jump(c*b.Variance/2), x, 120); err != nil {
			t.Fatal(err)
		}
		if got, want := sums[120], w.Prob(x-c*b.Variance/2); math.Abs(got-want) > 1e-10 {
			t.Fatalf("the series of a Cauchy profile gives %v, p(x-c) is %v", got, want)
		}
	})
}
