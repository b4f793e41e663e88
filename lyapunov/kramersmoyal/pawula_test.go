package kramersmoyal

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

// The Airy density has the mass and the cumulants it is made of, by the
// trapezoidal rule over its exponentially small ends, and is Fourier's integral,
// through all regimes from nearly normal to nearly Airy.
func TestAiryDensity(t *testing.T) {
	for _, c := range []struct{ v, s float64 }{{2, 2}, {0.7, -0.4}, {1.3, 0.03}, {0.9, 1e-5}, {0.8, 3}} {
		sd := math.Sqrt(c.v)
		h := 0.02 * sd
		var m [4]float64
		for i := -12000; i <= 2000; i++ {
			y := h * float64(i)
			if c.s < 0 {
				y = -y
			}
			p := airyDensity(y, c.v, c.s)
			for n := range m {
				m[n] += h * p * math.Pow(y, float64(n))
			}
		}
		for n, want := range []float64{1, 0, c.v, c.s} {
			if math.Abs(m[n]-want) > 1e-9*(1+math.Abs(want)) {
				t.Errorf("v = %v, s = %v: moment %d is %.12g, want %v", c.v, c.s, n, m[n], want)
			}
		}
		tr := Truncate(0, c.v, c.s)
		for _, y := range []float64{-4.1, -1.7, 0, 0.3, 2.6, 4.4} {
			got := airyDensity(y*sd, c.v, c.s)
			want := must(tr.fourierKernel(y*sd, 1))
			if math.Abs(got-want) > 1e-12 {
				t.Errorf("v = %v, s = %v: %.15g at %v, Fourier gives %.15g", c.v, c.s, got, y*sd, want)
			}
		}
	}
	if got, want := airyDensity(0.3, 1.2, 1e-13), (Bell{0, 1.2}).Prob(0.3); math.Abs(got-want) > 1e-12 {
		t.Errorf("%v for a third cumulant near 0, want %v", got, want)
	}
	if a, b := airyScaled(10), airy(10)*math.Exp(2./3*10*math.Sqrt(10)); math.Abs(a-b) > 1e-13*b {
		t.Errorf("the asymptotic series gives %v at 10, want %v", a, b)
	}
}

// Poisson jumps: which orders are well-posed, and where they are negative.
func TestPawulaOfPoisson(t *testing.T) {
	want := map[int]struct {
		illPosed, negative bool
		onset              float64
	}{
		1: {onset: math.Inf(1)},
		2: {onset: math.Inf(1)},
		3: {negative: true, onset: math.Inf(1)},
		4: {illPosed: true, onset: math.Sqrt(12)},
		5: {illPosed: true, onset: math.Sqrt(12)},
		6: {negative: true, onset: math.Inf(1)},
		8: {illPosed: true},
	}
	for n, w := range want {
		tr := TruncateJumps(1.7, Jump(0.6), n)
		d, err := tr.Diagnose(1.2)
		if err != nil {
			t.Fatal(err)
		}
		if d.Order != n || d.IllPosed != w.illPosed || d.Negative != w.negative {
			t.Errorf("order %d: %+v", n, d)
		}
		if w.onset != 0 && math.Abs(d.Onset*0.6-w.onset) > 1e-9*w.onset {
			t.Errorf("order %d: onset %v, want %v", n, d.Onset, w.onset/0.6)
		}
		if w.illPosed && !(tr.Growth(0.99*d.Onset) < 0 && tr.Growth(1.01*d.Onset) > 0 && tr.Growth(1000) > 1e6) {
			t.Errorf("order %d: no wave turns unstable at %v", n, d.Onset)
		}
		if _, err := tr.Kernel(0.3, 1.2); n > 3 && (err != nil) != w.illPosed {
			t.Errorf("order %d: kernel %v", n, err)
		}
		for _, word := range map[bool][]string{true: {"ill-posed"}, false: {"well-posed"}}[w.illPosed] {
			if !strings.Contains(d.String(), word) {
				t.Errorf("order %d: %s", n, d)
			}
		}
	}
	// A minimum that the record's places surround.
	d := must(TruncateJumps(1, Jump(1), 3).Diagnose(2))
	if math.Abs(d.Least+0.0135138185925) > 5e-4 || d.At < -2.5 || d.At > -1.5 || !(d.Least < -0.0135138185925) {
		t.Errorf("the least value of order 3 is %v at %v", d.Least, d.At)
	}
}

// A band of waves that grow, though the shortest are damped: well-posed, unstable.
func TestBandOfGrowth(t *testing.T) {
	// Re ω = -u/2 + D_4 u²/24 - u³/720, u = k²: positive between its two roots.
	d4 := 1.9
	d := must(Truncate(0, 1, 0, d4, 0, 1).Diagnose(0.5))
	disc := math.Sqrt(d4*d4/576 - 1./360)
	onset := math.Sqrt((d4/24 - disc) * 360)
	u := 240 * (d4/24 + math.Sqrt(d4*d4/576-1./480)) // derivative -1/2 + D_4 u/12 - u²/240
	fastest := math.Sqrt(u / 2)
	if d.IllPosed || math.Abs(d.Onset-onset) > 1e-9 {
		t.Errorf("%+v, want the onset %v", d, onset)
	}
	// By another route: the largest Re ω on a fine grid.
	var top, at float64
	for k := 0.0; k < 12; k += 1e-4 {
		if g := Truncate(0, 1, 0, d4, 0, 1).Growth(k); g > top {
			top, at = g, k
		}
	}
	if math.Abs(d.Growth-top) > 1e-6*top || math.Abs(d.Fastest-at) > 1e-3 {
		t.Errorf("growth %v at %v, want %v at %v (%v)", d.Growth, d.Fastest, top, at, fastest)
	}
}

// Evolution in Fourier space against the kernel: a normal start only adds to the
// variance. And a semigroup.
func TestEvolve(t *testing.T) {
	g := circle(16, 512)
	for _, d := range [][]float64{{0.4}, {0.4, 0.9}, {0.4, 0.9, 0.8}, {0.4, 0.9, 0.8, 0.3, 0, 0.7}} {
		tr := Truncate(d...)
		start := bell(g, 0.3, 0.5)
		s, err := tr.Evolve(start, 0.7)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(s.Mass()-1) > 1e-12 {
			t.Errorf("order %d: mass %v", len(d), s.Mass())
		}
		half := must(tr.Evolve(start, 0.3))
		if twice := must(tr.Evolve(half.Density, 0.4)); twice.Distance(s.Density) > 1e-12 {
			t.Errorf("order %d: two steps differ from one by %v", len(d), twice.Distance(s.Density))
		}
		if len(d) == 1 {
			if exact := bell(g, 0.3+0.28, 0.5); s.Distance(exact) > 1e-12 {
				t.Errorf("transport is %v off", s.Distance(exact))
			}
			continue
		}
		wide := append([]float64(nil), d...)
		wide[1] += 0.5 / 0.7
		wide[0] += 0.3 / 0.7
		kernel := Truncate(wide...)
		for i := 100; i < 420; i += 9 {
			x, got := s.XY(i)
			if want := must(kernel.Kernel(x, 0.7)); math.Abs(got-want) > 1e-12 {
				t.Errorf("order %d: %v at %v, the kernel gives %v", len(d), got, x, want)
			}
		}
	}
	// Expand with the moments D_n dt is one explicit step of the same generator.
	tr, h := Truncate(0.4, 0.9, 0.8), 1e-4
	small := must(tr.Evolve(bell(g, 0.3, 0.5), h))
	e := must(Expand(bell(g, 0.3, 0.5), Always(moments{0, 0.4 * h, 0.9 * h, 0.8 * h}), 0, h, 3))
	if d := e.Partial(3).Distance(small.Density); d > 1e-6 {
		t.Errorf("an explicit step is %v off", d)
	}
}

// moments is a law that knows nothing but its moments; those beyond are 0.
type moments []float64

func (moments) Dim() int { return 1 }
func (m moments) Moment(orders ...int) float64 {
	if orders[0] == 0 {
		return 1
	}
	return m[orders[0]]
}
func (moments) Sample([]float64, rand.Source) {}

// What is ill-posed is refused, and the refusal names the wave.
func TestEvolveRefuses(t *testing.T) {
	tr := TruncateJumps(1, Jump(1), 4)
	start := bell(circle(16, 512), 0, 1)
	s, err := tr.Evolve(start, 1e-4)
	if err == nil || !strings.Contains(err.Error(), "grow at the rate") || s.Density == nil {
		t.Errorf("an ill-posed truncation evolves: %v", err)
	}
	if s, err = tr.Evolve(start, 10); err == nil || !strings.Contains(err.Error(), "truncate at order 2") {
		t.Errorf("an ill-posed truncation evolves: %v", err)
	}
	if _, err := tr.Kernel(0, 1); err == nil || !strings.Contains(err.Error(), "does not damp") {
		t.Errorf("an ill-posed truncation has a kernel: %v", err)
	}
	if _, err := Truncate(1).Kernel(0, 1); err == nil {
		t.Error("transport has a kernel")
	}
	coarse := must(freeenergy.Normalized(circle(16, 32), func(x []float64) float64 { return Bell{0, 0.1}.Prob(x[0]) }))
	if _, err := Truncate(1, 1).Evolve(coarse, 1e-4); err == nil || !strings.Contains(err.Error(), "too coarse") {
		t.Errorf("a grid that is too coarse: %v", err)
	}
	if _, err := Truncate(0, -1).Diagnose(1); err == nil || !strings.Contains(err.Error(), "D_2 = -1 is negative") {
		t.Errorf("a negative diffusion: %v", err)
	}
	if _, err := Truncate(1, 1).Evolve(must(freeenergy.Normalized(freeenergy.NewGrid(freeenergy.Uniform(-9, 9, 50)), func(x []float64) float64 { return Bell{0, 1}.Prob(x[0]) })), 1); err == nil || !strings.Contains(err.Error(), "has ends") {
		t.Errorf("a grid with ends: %v", err)
	}
}

// Pawula's theorem, seen: with D_3 ≠ 0 and D_4 = 0 the kernel is negative
// somewhere, beyond the mean from where it is skewed to. (For a skewness far below 1
// the negative part is too small for numbers.)
func TestPawulaProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(0.2, 3).Draw(t, "D2")
		skew := rapid.Float64Range(0.6, 4).Draw(t, "skewness")
		if rapid.Bool().Draw(t, "left") {
			skew = -skew
		}
		time := rapid.Float64Range(0.5, 2).Draw(t, "t")
		tr := Truncate(rapid.Float64Range(-2, 2).Draw(t, "D1"), v, skew*math.Pow(v, 1.5)*math.Sqrt(time))
		d, err := tr.Diagnose(time)
		if err != nil {
			t.Fatal(err)
		}
		if d.IllPosed || !d.Negative || (d.At-tr.d[0]*time)*skew > 0 {
			t.Fatalf("skewness %v: %+v", skew, d)
		}
		if p, err := tr.Kernel(d.At, time); err != nil || p != d.Least {
			t.Fatalf("the least value is %v, the kernel there %v, %v", d.Least, p, err)
		}
		for _, step := range []float64{-0.02, 0.02} {
			if p := must(tr.Kernel(d.At+step*math.Sqrt(v*time), time)); p < d.Least {
				t.Fatalf("%v beside the least value %v", p, d.Least)
			}
		}
	})
}

// Coefficients that depend on x: an Ornstein-Uhlenbeck process against its closed
// form, constant ones against Fourier, and refusals.
func TestEvolveField(t *testing.T) {
	g := circle(8, 128)
	k, T, time, m, v := 1.3, 0.4, 0.6, 0.7, 0.3
	decay := math.Exp(-k * time)
	s, err := EvolveField(bell(g, m, v), func(x float64) []float64 { return []float64{-k * x, 2 * T} }, time)
	if err != nil {
		t.Fatal(err)
	}
	if d := s.Distance(bell(g, m*decay, v*decay*decay+T/k*(1-decay*decay))); d > 1e-9 {
		t.Errorf("the process is %v from its closed form", d)
	}
	d := []float64{0.4, 0.9, 0.8}
	s = must(EvolveField(bell(g, -0.4, 0.5), func(float64) []float64 { return d }, 0.7))
	if e := s.Distance(must(Truncate(d...).Evolve(bell(g, -0.4, 0.5), 0.7)).Density); e > 1e-11 {
		t.Errorf("matrix and Fourier differ by %v", e)
	}
	if x, p := s.Least(); !(p < -1e-5) || !(s.Negative() > 1e-6) {
		t.Errorf("order 3 is %v at %v", p, x)
	}
	// The double well, order 2: mass stays and the end is Gibbs's.
	w := landscape.NewDoubleWell(0.8, 1.1)
	var f [1]float64
	long := must(EvolveField(bell(circle(3.2, 160), 0.4, 0.04), func(x float64) []float64 {
		w.Gradient(f[:], []float64{x})
		return []float64{-f[0], 2 * T}
	}, 200))
	gibbs := must(freeenergy.Normalized(long.Grid, func(x []float64) float64 { return math.Exp(-w.Value(x) / T) }))
	if d := long.Distance(gibbs); d > 1e-6 {
		t.Errorf("the double well is %v from equilibrium", d)
	}
	for name, c := range map[string]struct {
		d    func(x float64) []float64
		g    *freeenergy.Grid
		want string
	}{
		"order 4": {func(x float64) []float64 { return []float64{0, 1, 0, 1} }, g, "grows rounding"},
		"NaN":     {func(x float64) []float64 { return []float64{0, math.Log(x)} }, g, "m_2 is NaN at x = -7.9"},
		"large":   {func(x float64) []float64 { return []float64{0, 1} }, circle(8, 1024), "at most 512"},
		"ends":    {func(x float64) []float64 { return []float64{-1} }, circle(8, 24), "too coarse"},
	} {
		start := must(freeenergy.Normalized(c.g, func(x []float64) float64 { return Bell{0, 0.1}.Prob(x[0]) }))
		if _, err := EvolveField(start, c.d, 0.01); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
