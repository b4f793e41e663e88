package hopfield

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The curve of theory: m = erf(y) solves its equation, is near 1 for small loads (one
// error in ½ erfc(1/√(2α))), 0.967 just below the limit and 0 above it.
func TestHebbOverlap(t *testing.T) {
	for _, a := range []float64{0.05, 0.1, 0.13, 0.1379} {
		m := HebbOverlap(a)
		y := math.Erfinv(m)
		if r := y*(math.Sqrt(2*a)+2/math.SqrtPi*math.Exp(-y*y)) - m; math.Abs(r) > 1e-7 || m < 0.9 {
			t.Errorf("α = %v: m = %v leaves %v", a, m, r)
		}
	}
	if m := HebbOverlap(0.01); math.Abs(1-m-math.Erfc(1/math.Sqrt(0.02))) > 1e-12 {
		t.Errorf("α = 0.01: m = 1 - %v", 1-m)
	}
	if m := HebbOverlap(HebbLimit - 1e-8); math.Abs(m-0.967) > 1e-3 {
		t.Errorf("just below the limit m = %v, want 0.967", m)
	}
	if m := HebbOverlap(HebbLimit + 1e-8); m != 0 {
		t.Errorf("just above the limit m = %v, want 0", m)
	}
	// Up to the limit itself, where the solution is lost as a square root is: the limit is
	// the maximum of ½(erf(y)/y - (2/√π) exp(-y²))², by ternary search.
	limit := func(y float64) float64 {
		return math.Pow(math.Erf(y)/y-2/math.SqrtPi*math.Exp(-y*y), 2) / 2
	}
	lo, hi := 1.0, 2.0
	for range 80 {
		if a, b := lo+(hi-lo)/3, hi-(hi-lo)/3; limit(a) < limit(b) {
			lo = a
		} else {
			hi = b
		}
	}
	top := limit(lo)
	if HebbLimit > top || top-HebbLimit > 1e-9 {
		t.Errorf("the limit is %.12f, HebbLimit %v", top, HebbLimit)
	}
	for _, below := range []float64{1e-8, 1e-9, 1e-10, 1e-12, 1e-14} {
		m := HebbOverlap(top - below)
		if y := math.Erfinv(m); math.Abs(m-0.96742) > 1e-4 || math.Abs((limit(y)-top)/below+1) > 0.2 {
			t.Errorf("α = α_c - %g: m = %v, a solution at α_c - %g", below, m, top-limit(y))
		}
		if m := HebbOverlap(top + below); m != 0 {
			t.Errorf("α = α_c + %g: m = %v, want 0", below, m)
		}
	}
	if m := HebbOverlap(HebbLimit - 1e-9); math.Abs(m-0.96742) > 1e-4 {
		t.Errorf("m = %v at HebbLimit - 1e-9", m)
	}
	if HebbOverlap(0) != 1 || !math.IsNaN(HebbOverlap(-1)) || !math.IsNaN(HebbOverlap(math.NaN())) || HebbOverlap(math.Inf(1)) != 0 {
		t.Error("the ends of the curve are wrong")
	}
}

// The probability of a first error: by hand for few terms, by the normal law for many,
// and measured: the fraction of units, over networks, within 5 standard errors (false
// alarm < 1e-6).
func TestHebbFlipProbability(t *testing.T) {
	// m = 2, n = 3: S = Σ of 2 signs < -2 never. m = 3, n = 3: Σ of 4 < -2: all four minus.
	if HebbFlipProbability(2, 3) != 0 || HebbFlipProbability(1, 9) != 0 || math.Abs(HebbFlipProbability(3, 3)-1./16) > 1e-15 {
		t.Errorf("few terms: %v, %v", HebbFlipProbability(2, 3), HebbFlipProbability(3, 3))
	}
	// Sums of 40 digits, up to 10⁸ signs.
	for _, c := range []struct {
		m, n int
		want float64
	}{
		{5, 7, 0.0757948160171508789}, {7, 5, 0.153728127479553223}, {20, 100, 0.0105509531402449431}, {3, 1000, 5.52807972061531721e-116},
		{40, 200, 0.0115935399338865743}, {1000, 10000, 0.000778034711123773093}, {10000, 10000, 0.158631055649111185}, {100, 1000000, 0},
	} {
		if got := HebbFlipProbability(c.m, c.n); math.Abs(got-c.want) > 1e-12*c.want {
			t.Errorf("m = %d, n = %d: %.17g, want %.17g", c.m, c.n, got, c.want)
		}
	}
	const m, n, networks = 40, 200, 300
	exact := HebbFlipProbability(m, n)
	if normal := math.Erfc(math.Sqrt(float64(n)/(2*m))) / 2; math.Abs(exact/normal-1) > 0.1 {
		t.Errorf("P = %v, the normal law gives %v", exact, normal)
	}
	var mean, square float64
	for k := range networks {
		patterns := RandomPatterns(m, n, rand.New(rand.NewPCG(15, uint64(k))))
		w, err := Hebb(patterns)
		if err != nil {
			t.Fatal(err)
		}
		flips := 0.0
		for i, x := range patterns[0] {
			h := 0.0
			for j, y := range patterns[0] {
				h += w.At(i, j) * y
			}
			if x*h < -1e-9 {
				flips++
			}
		}
		mean += flips / n / networks
		square += flips / n * flips / n / networks
	}
	stderr := math.Sqrt((square - mean*mean) / (networks - 1))
	if z := (mean - exact) / stderr; math.Abs(z) > 5 {
		t.Errorf("measured %v ± %v, want %v: z = %.1f", mean, stderr, exact, z)
	}
}

// Below the limit patterns are recalled with the overlap of theory, up to an effect of
// finite n; above it they are lost. The pseudo-inverse has no such limit. Workers do
// not matter.
func TestCapacity(t *testing.T) {
	c := Capacity{Units: 400, Loads: []float64{0.05, 0.1, 0.3}, Networks: 12, Seed: 1, Workers: 1}
	one, err := c.Curve()
	if err != nil {
		t.Fatal(err)
	}
	c.Workers = 7
	many, err := c.Curve()
	if err != nil {
		t.Fatal(err)
	}
	for l := range one {
		if one[l] != many[l] {
			t.Errorf("load %d: %+v by one worker, %+v by seven", l, one[l], many[l])
		}
	}
	for _, p := range one[:2] {
		if d := math.Abs(p.Overlap - HebbOverlap(p.Load)); d > 5*p.OverlapErr+3e-3 || p.Recalled < 0.9 {
			t.Errorf("load %v: overlap %v ± %v, want %v; recalled %v", p.Load, p.Overlap, p.OverlapErr, HebbOverlap(p.Load), p.Recalled)
		}
	}
	if p := one[2]; p.Overlap > 0.6 || p.Recalled > 0.05 || p.Patterns != 120 || !(p.OverlapErr > 0) {
		t.Errorf("above the limit: %+v", p)
	}
	c = Capacity{Units: 100, Loads: []float64{0.2, 0.4}, Networks: 6, Rule: HollowPseudoInverse, Noise: 0.05, Seed: 2}
	curve, err := c.Curve()
	if err != nil {
		t.Fatal(err)
	}
	if load, m, stderr := curve.Overlap(); load[1] != 0.4 || m[0] < 0.99 || len(stderr) != 2 {
		t.Errorf("the pseudo-inverse recalls %v at %v", m, load)
	}
	if _, r, _ := curve.Recalled(); r[0] < 0.95 {
		t.Errorf("the pseudo-inverse recalls %v", r)
	}
	// Without noise all of them, to the last unit; and two equal loads have networks of
	// their own.
	c = Capacity{Units: 100, Loads: []float64{0.12, 0.12}, Networks: 10, Rule: HollowPseudoInverse, Recalled: 1, Seed: 3}
	if curve, err = c.Curve(); err != nil || curve[0].Overlap != 1 || curve[0].Recalled != 1 || curve[0].OverlapErr != 0 {
		t.Errorf("the pseudo-inverse keeps %+v, %v", curve, err)
	}
	c.Rule = Hebb
	if curve, err = c.Curve(); err != nil || curve[0] == curve[1] {
		t.Errorf("two equal loads give %+v, %v", curve, err)
	}
}

// Mean and standard error of three numbers, by hand.
func TestCapacityMean(t *testing.T) {
	mean, stderr := capacityMean([]capacityTrial{{overlap: 1}, {overlap: 3}, {overlap: 5}}, func(t capacityTrial) float64 { return t.overlap })
	if math.Abs(mean-3) > 1e-15 || math.Abs(stderr-math.Sqrt(4./3)) > 1e-15 {
		t.Errorf("mean %v ± %v, want 3 ± %v", mean, stderr, math.Sqrt(4./3))
	}
}
