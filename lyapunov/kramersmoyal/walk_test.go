package kramersmoyal

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"hopflow/internal/trials"
	"hopflow/lyapunov/verify"
)

// The exact sums by three routes: ratios of binomial numbers, doubling by
// convolution, and the logarithms of Γ.
func TestSumThreeRoutes(t *testing.T) {
	l := must(NewSteps([]float64{-0.3, 0.7}, []float64{0.37, 0.63}))
	withZero := must(NewSteps([]float64{-0.3, 0.2, 0.7}, []float64{0.37, 1e-300, 0.63})) // three steps: convolved
	for _, n := range []int{1, 2, 17, 300} {
		a, b := must(l.Sum(n)), must(withZero.Sum(n))
		pmf := distuv.Binomial{N: float64(n), P: 0.63}
		for i, x := range a.X {
			p := a.P[i]
			if c := b.At(x); math.Abs(c-p) > 1e-11*p {
				t.Fatalf("n = %d: P(S = %v) = %v by ratios, %v by convolution", n, x, p, c)
			}
			if c := pmf.Prob(float64(i)); math.Abs(c-p) > 1e-9*p {
				t.Fatalf("n = %d: P(S = %v) = %v by ratios, %v by Γ", n, x, p, c)
			}
		}
		if v := float64(n) * 0.37 * 0.63; math.Abs(a.Variance()-v) > 1e-12*v || math.Abs(a.Mean()-float64(n)*(0.63-0.3)) > 1e-12*float64(n) {
			t.Errorf("n = %d: mean %v, variance %v", n, a.Mean(), a.Variance())
		}
	}
	if s, err := must(NewSteps([]float64{0.3, 1.5, -0.9}, []float64{0.2, 0.3, 0.5})).Span(); err != nil || math.Abs(s-1.2) > 1e-12 {
		t.Errorf("span %v, %v, want 1.2", s, err)
	}
}

// A Poisson clock by Bessel functions, by Poisson numbers of each step, and by the
// mixture of sums.
func TestClockThreeRoutes(t *testing.T) {
	for _, mean := range []float64{0, 1e-3, 0.7, 13.7, 300} {
		bessel, clocked := Skellam(mean), must(Coin(1).Clocked(mean))
		if err := bessel.Check(); err != nil {
			t.Fatal(err)
		}
		if err := clocked.Check(); err != nil {
			t.Fatal(err)
		}
		mixture := map[int]float64{}
		first, weights := poissonNumbers(mean)
		for i, w := range weights {
			a := must(Coin(1).Sum(first + i))
			for j, x := range a.X {
				mixture[int(math.Round(x))] += w * a.P[j]
			}
		}
		for i, x := range bessel.X {
			p := bessel.P[i]
			if p < 1e-14 {
				continue
			}
			if a, b := clocked.At(x), mixture[int(x)]; math.Abs(a-p) > 2e-13*p+1e-17 || math.Abs(b-p) > 2e-13*p+1e-17 {
				t.Fatalf("νt = %v: P(S = %v) = %v by Bessel, %v by Poisson, %v by mixture", mean, x, p, a, b)
			}
		}
		if math.Abs(bessel.Variance()-mean) > 1e-12*(1+mean) {
			t.Errorf("variance %v, want %v", bessel.Variance(), mean)
		}
	}
	skewed := must(NewSteps([]float64{2, -1}, []float64{1. / 3, 2. / 3}))
	a := must(skewed.Clocked(9.3))
	if k := a.Central(3); math.Abs(k-9.3*skewed.Moment(3)) > 1e-11 {
		t.Errorf("the third cumulant of a walk in continuous time is %v, want νt <ε³> = %v", k, 9.3*skewed.Moment(3))
	}
	if D, bound := a.ToNormal().D, BerryEsseenClock(skewed, 9.3); !(D < bound) {
		t.Errorf("distance %v above its bound %v", D, bound)
	}
}

// Berry and Esseen: the distance is below the bound, falls as n^{-1/2}, and tends
// to EsseenRate/√n; for steps that lie on a lattice also if they are symmetric.
func TestBerryEsseenRate(t *testing.T) {
	for name, l := range map[string]*Lattice{
		"coin":   Coin(0.3),
		"skewed": must(NewSteps([]float64{2, -1}, []float64{1. / 3, 2. / 3})),
		"three":  must(NewSteps([]float64{-1, 0, 1.5}, []float64{0.3, 0.5, 0.2})),
	} {
		rate := must(EsseenRate(l))
		var n, d []float64
		for _, steps := range []int{64, 128, 256, 512, 1024, 2048} {
			D := must(l.Sum(steps)).ToNormal()
			if bound := BerryEsseen(l, steps); !(D.D < bound) {
				t.Errorf("%s: distance %v of %d steps above its bound %v", name, D.D, steps, bound)
			}
			n, d = append(n, float64(steps)), append(d, D.D)
		}
		slope, err := verify.FitSlope(n, d)
		if err != nil || math.Abs(slope.Order+0.5) > 0.02 {
			t.Errorf("%s: D ∝ n^%.4f, %v", name, slope.Order, err)
		}
		if last := d[5] * math.Sqrt(n[5]); math.Abs(last-rate) > 0.01*rate {
			t.Errorf("%s: √n D = %v, tends to %v", name, last, rate)
		}
	}
}

// The supremum is missed from one side, and found from both.
func TestKolmogorovTakesBothSides(t *testing.T) {
	a := must(must(NewSteps([]float64{-2, 1}, []float64{1. / 3, 2. / 3})).Sum(31)).Standardized()
	cdf := NormalCDF(0, 1)
	var onlyOn float64
	for _, x := range a.X {
		onlyOn = math.Max(onlyOn, math.Abs(a.CDF(x)-cdf(x)))
	}
	d := a.Kolmogorov(cdf)
	if !(onlyOn < d.D-0.005) || !d.Before {
		t.Errorf("one side gives %v, both %+v", onlyOn, d)
	}
	// By another route: a fine grid of places, both sides of every atom included.
	var fine float64
	for i := -40000; i <= 40000; i++ {
		x := float64(i)/10000 + 1e-9
		fine = math.Max(fine, math.Abs(a.CDF(x)-cdf(x)))
	}
	if fine > d.D || fine < d.D-1e-3 {
		t.Errorf("a grid gives %v, the atoms %v", fine, d.D)
	}
}

// Samples of a walk with both clocks against the exact laws, and in 20 seeds.
func TestWalkSamples(t *testing.T) {
	const n = 4000
	rate, t1 := 9.0, 1.5
	for _, clock := range []Clock{PoissonClock, RegularClock} {
		w := NewWalk(Coin(0.4), rate)
		w.Clock = clock
		exact := Skellam(rate * t1)
		if clock == RegularClock {
			exact = must(Coin(1).Sum(13)) // 13.5 ticks
		}
		for seed := range uint64(20) {
			src := rand.NewPCG(seed, 7)
			var squares, fourth float64
			for range n {
				x := []float64{0}
				if _, err := w.Run(x, 0.3, 0.3+t1, src); err != nil {
					t.Fatal(err)
				}
				squares += x[0] * x[0] / 0.16 / n
				fourth += math.Pow(x[0]/0.4, 4) / n
			}
			v, m4 := exact.Variance(), exact.Central(4)
			if z := (squares - v) / math.Sqrt((m4-v*v)/n); math.Abs(z) > 4.9 {
				t.Errorf("%v clock, seed %d: variance %v, want %v: z = %.2f", clock, seed, squares, v, z)
			}
			if z := (fourth - m4) / math.Sqrt((exact.Central(8)-m4*m4)/n); math.Abs(z) > 6 {
				t.Errorf("%v clock, seed %d: fourth moment %v, want %v: z = %.2f", clock, seed, fourth, m4, z)
			}
		}
	}
}

// A rate that depends on time: the Poisson clock counts ∫ν dt steps, the regular
// one its integer part, exactly.
func TestWalkClocks(t *testing.T) {
	nu := func(_ []float64, t float64) float64 { return 6 + 5*math.Sin(3*t) }
	count := 6*2 + 5*(1-math.Cos(6))/3 // ∫ over 0…2: 12.07
	w := &Walk{Step: func([]float64, float64) Law { return Coin(1) }, Rate: nu, Clock: RegularClock}
	if n := must(w.Run([]float64{0}, 0, 2, rand.NewPCG(1, 1))); n != int(count) {
		t.Errorf("a regular clock steps %d times, want %d", n, int(count))
	}
	p := must(w.Path([]float64{0}, 0, 2, rand.NewPCG(1, 1)))
	for i, at := range p.T {
		if n := 6*at + 5*(1-math.Cos(3*at))/3; math.Abs(n-float64(i)) > 1e-9 {
			t.Errorf("tick %d comes at n(t) = %v", i, n)
		}
	}
	if s := p.Component(0); s.Len() != 2*len(p.T) {
		t.Errorf("%d corners", s.Len())
	} else if x, _ := s.XY(s.Len() - 1); x != 2 {
		t.Errorf("the last corner is at %v", x)
	}
	w.Clock = PoissonClock
	const runs = 4000
	var sum, square float64
	src := rand.NewPCG(5, 5)
	for range runs {
		n := float64(must(w.Run([]float64{0}, 0, 2, src)))
		sum, square = sum+n, square+n*n
	}
	mean := sum / runs
	if z := (mean - count) / math.Sqrt(count/runs); math.Abs(z) > 4.9 {
		t.Errorf("%v steps on average, want %v: z = %.2f", mean, count, z)
	}
	if v := square/runs - mean*mean; math.Abs(v/count-1) > 4.9*math.Sqrt((2+1/count)/runs) {
		t.Errorf("variance of the number of steps %v, want %v", v, count)
	}
}

// A rate that depends on the place and time: samples against the exact chain, whose
// law is not that of a constant rate. In one dimension the stationary law is ∝ 1/ν.
func TestWalkAgainstChain(t *testing.T) {
	rate := func(x, t float64) float64 { return (20 + 15*math.Tanh(x)) * (1 + 0.5*math.Sin(4*t)) }
	const delta, t1, n = 0.25, 0.8, 8000
	at := func(t float64) (*Chain, error) { return WalkChain(-12, delta, 97, rate, t) }
	start := must(at(0)).Start(0.5)
	exact := must(EvolveChain(start, 0, t1, 64, at))
	coarse := must(EvolveChain(start, 0, t1, 32, at))
	if d, e := total(coarse.P, must(EvolveChain(start, 0, t1, 16, at)).P), total(exact.P, coarse.P); e > 1e-4 || math.Abs(d/e-4) > 0.4 {
		t.Errorf("steps of half the size change the law by %v after %v, want a quarter", e, d)
	}
	coin := Coin(delta)
	w := &Walk{Step: func([]float64, float64) Law { return coin }, Rate: func(x []float64, t float64) float64 { return rate(x[0], t) }}
	for seed := range uint64(min(20, trials.Of(t, 1))) {
		src := rand.NewPCG(seed, 3)
		count := make([]float64, exact.Len())
		for range n {
			x := []float64{0.5}
			if _, err := w.Run(x, 0, t1, src); err != nil {
				t.Fatal(err)
			}
			count[int(math.Round((x[0]+12)/delta))]++
		}
		chi, free := chiSquare(count, exact.P, n)
		if z := (chi - free) / math.Sqrt(2*free); math.Abs(z) > 5.5 {
			t.Errorf("seed %d: χ² = %.1f with %.0f degrees of freedom", seed, chi, free)
		}
	}
	pi := must(must(WalkChain(-3, delta, 25, rate, 0.2)).Stationary())
	for i, x := range pi.X {
		if got, want := pi.P[i]*rate(x, 0.2), pi.P[0]*rate(pi.X[0], 0.2); math.Abs(got-want) > 1e-13*want {
			t.Errorf("π ν = %v at %v, want %v", got, x, want)
		}
	}
}

// total returns the total variation distance.
func total(p, q []float64) (d float64) {
	for i := range p {
		d += math.Abs(p[i]-q[i]) / 2
	}
	return d
}

// chiSquare joins cells until they hold at least 10.
func chiSquare(count, p []float64, n float64) (chi, free float64) {
	var o, e float64
	for i := range count {
		o, e = o+count[i], e+n*p[i]
		if e >= 10 {
			chi, free, o, e = chi+(o-e)*(o-e)/e, free+1, 0, 0
		}
	}
	return chi, free - 1
}

// Windows of steps as printed share one with their neighbour, in samples too.
func TestWindows(t *testing.T) {
	const n, runs = 7, 20000
	right := [2]Window{{1, n}, {n + 1, 2 * n}}
	printed := [2]Window{{0, n}, {n, 2 * n}}
	if right[0].Shared(right[1]) != 0 || printed[0].Shared(printed[1]) != 1 || printed[0].Len() != n+1 || (Window{3, 2}).Len() != 0 || (Window{3, 2}).Correlation(right[0]) != 0 {
		t.Error("the windows count wrong")
	}
	src := rand.NewPCG(3, 9)
	steps := make([]float64, 2*n+1)
	var sum [2]float64
	var square float64
	for range runs {
		for i, e := range Draw(Coin(1), len(steps), src) {
			steps[i] = e[0]
		}
		for k, w := range [][2]Window{right, printed} {
			sum[k] += w[0].Sum(steps) * w[1].Sum(steps) / runs
		}
		square += power(printed[0].Sum(steps), 2) / runs
	}
	if stderr := float64(n+1) / math.Sqrt(runs); math.Abs(sum[0]) > 4.9*stderr || math.Abs(sum[1]-1) > 4.9*stderr || math.Abs(square-n-1) > 4.9*math.Sqrt2*stderr {
		t.Errorf("covariances %v, variance %v", sum, square)
	}
}

func TestWalkRefuses(t *testing.T) {
	bad := &Walk{Step: func([]float64, float64) Law { return Coin(1) }, Rate: func(x []float64, t float64) float64 { return 1 - t }}
	if _, err := bad.Run([]float64{0.5}, 0, 3, rand.NewPCG(1, 1)); err == nil || !strings.Contains(err.Error(), "rate of steps is -") {
		t.Errorf("a negative rate: %v", err)
	}
	bad.Steady = true
	if _, err := bad.Run([]float64{0.5}, 2, 3, rand.NewPCG(1, 1)); err == nil || !strings.Contains(err.Error(), "x = [0.5], t = 2") {
		t.Errorf("a negative rate: %v", err)
	}
	if _, err := bad.MomentRate([]float64{0}, 5, 2); err == nil {
		t.Error("a coefficient of a negative rate")
	}
	for name, c := range map[string]struct {
		steps, p []float64
		want     string
	}{
		"sum":      {[]float64{1, -1}, []float64{0.5, 0.4}, "sum to 0.9, want 1"},
		"negative": {[]float64{1, -1}, []float64{1.5, -0.5}, "probability of step 1"},
		"infinite": {[]float64{1, math.Inf(1)}, []float64{0.5, 0.5}, "step 1"},
	} {
		if _, err := NewSteps(c.steps, c.p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	apart := must(NewSteps([]float64{1, math.Sqrt2, math.Pi}, []float64{0.5, 0.25, 0.25}))
	if _, err := apart.Sum(3); err == nil || !strings.Contains(err.Error(), "common lattice") {
		t.Errorf("steps on no lattice: %v", err)
	}
	if _, err := apart.Clocked(3); err == nil || !strings.Contains(err.Error(), "common lattice") {
		t.Errorf("steps on no lattice: %v", err)
	}
	three := must(NewSteps([]float64{1, 2, 4}, []float64{0.5, 0.25, 0.25}))
	if _, err := three.Sum(100000); err == nil || !strings.Contains(err.Error(), "too") && !strings.Contains(err.Error(), "at most") {
		t.Errorf("a sum of too many steps: %v", err)
	}
	if _, err := EsseenRate(Jump(1)); err == nil {
		t.Error("a certain jump has a rate")
	}
}

// Any lattice law: sums are laws, obey the bound, and one more step is a
// convolution more.
func TestSumProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := randomLattice(t)
		n := rapid.IntRange(1, 60).Draw(t, "n")
		a, b := must(l.Sum(n)), must(l.Sum(n+1))
		for _, x := range []float64{b.X[0], b.X[len(b.X)/2], b.X[len(b.X)-1]} {
			var want float64
			for i, s := range l.steps {
				want += l.p[i] * a.At(x-s[0])
			}
			if got := b.At(x); math.Abs(got-want) > 1e-12*want {
				t.Fatalf("P(S_%d = %v) = %v, want %v", n+1, x, got, want)
			}
		}
		if D, bound := a.ToNormal().D, BerryEsseen(l, n); D > bound {
			t.Fatalf("distance %v of %d steps above its bound %v", D, n, bound)
		}
	})
}
