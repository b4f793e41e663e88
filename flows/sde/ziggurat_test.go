package sde

import (
	"math"
	"testing"
)

func phi(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// The layers have one area, and the top one closes at x = 0.
func TestZigguratCloses(t *testing.T) {
	edges := layerEdges()
	v := edges[0] * bell(baseEdge)
	for i := 1; i < layerCount; i++ {
		if area := edges[i] * (bell(edges[i+1]) - bell(edges[i])); math.Abs(area/v-1) > 1e-11 {
			t.Errorf("layer %d has area %.15g, the base %.15g", i, area, v)
		}
	}
}

// χ² of N = 2·10^7 normal numbers in cells of 1/100, and those in the tail
// beyond the base.
func TestNormalsHaveTheLaw(t *testing.T) {
	const n, per, reach = 20_000_000, 100, 6 * 100
	s := NewStream(11)
	counts := make([]int, 2*reach)
	var tail []float64
	z := make([]float64, 1000)
	for range n / len(z) {
		s.Normals(z)
		for _, v := range z {
			k := int(math.Floor(v*per)) + reach
			counts[min(max(k, 0), 2*reach-1)]++
			if math.Abs(v) > baseEdge {
				tail = append(tail, math.Abs(v))
			}
		}
	}
	statistic, freedom, rest, restWant := 0.0, 0, 0.0, 0.0
	for k, c := range counts {
		want := n * (phi(float64(k-reach+1)/per) - phi(float64(k-reach)/per))
		if want < 20 {
			rest, restWant = rest+float64(c), restWant+want
			continue
		}
		statistic += (float64(c) - want) * (float64(c) - want) / want
		freedom++
	}
	statistic += (rest - restWant) * (rest - restWant) / restWant
	if z := (statistic - float64(freedom)) / math.Sqrt(2*float64(freedom)); math.Abs(z) > 5 {
		t.Errorf("χ² = %.1f with %d degrees of freedom, z = %.1f", statistic, freedom, z)
	}
	beyond := 2 * phi(-baseEdge)
	if z := (float64(len(tail)) - n*beyond) / math.Sqrt(n*beyond); math.Abs(z) > 5 {
		t.Errorf("%d numbers beyond the base, want %.0f, z = %.1f", len(tail), n*beyond, z)
	}
	if d := kolmogorov(tail, func(v float64) float64 { return 1 - 2*phi(-v)/beyond }); d > 2.7 {
		t.Errorf("the tail beyond the base: √N D = %.2f, N = %d", d, len(tail))
	}
	t.Logf("χ² %.1f of %d, %d beyond the base, of %.0f", statistic, freedom, len(tail), n*beyond)
}

// Moments to the sixth, and correlations of values and squares at lags 1 to 8,
// of N = 4·10^6.
func TestNormalsMoments(t *testing.T) {
	const n, lags = 4_000_000, 8
	z := make([]float64, n+lags)
	NewStream(12).Normals(z)
	var m [7]float64
	var values, squares [lags + 1]float64
	for i, v := range z[:n] {
		p := 1.0
		for k := range m {
			m[k] += p
			p *= v
		}
		for l := 1; l <= lags; l++ {
			w := z[i+l]
			values[l] += v * w
			squares[l] += (v*v - 1) * (w*w - 1)
		}
	}
	for k, want := range []struct{ mean, variance float64 }{1: {0, 1}, 2: {1, 2}, 3: {0, 15}, 4: {3, 96}, 5: {0, 945}, 6: {15, 10395 - 225}} {
		if k == 0 {
			continue
		}
		if d := (m[k]/n - want.mean) / math.Sqrt(want.variance/n); math.Abs(d) > 5 {
			t.Errorf("moment %d is %g, z = %.1f", k, m[k]/n, d)
		}
	}
	for l := 1; l <= lags; l++ {
		if a, b := values[l]/math.Sqrt(n), squares[l]/math.Sqrt(4*n); math.Abs(a) > 5.3 || math.Abs(b) > 5.3 {
			t.Errorf("lag %d: z = %.1f and %.1f", l, a, b)
		}
	}
}

// The three ways to normal numbers give the same bits.
func TestNormalsAreOne(t *testing.T) {
	const n, h = 5000, 0.25
	one, all, x := make([]float64, n), make([]float64, n), make([]float64, n)
	zero, unit := make([]float64, n), make([]float64, n)
	a, b, c := NewStream(5), NewStream(5), NewStream(5)
	for i := range one {
		one[i] = a.NormFloat64() * 0.5
		unit[i] = 1
	}
	b.fill(all[:100], 0.5)
	b.fill(all[100:], 0.5)
	c.kick(x, zero, unit, h)
	for i := range one {
		if one[i] != all[i] || one[i] != x[i] {
			t.Fatalf("number %d is %v, %v and %v", i, one[i], all[i], x[i])
		}
	}
	if *a != *b || *a != *c {
		t.Error("the streams differ at the end")
	}
}

func BenchmarkNormals(b *testing.B) {
	s, z := NewStream(1), make([]float64, blockSize)
	b.ReportAllocs()
	for b.Loop() {
		s.Normals(z)
	}
	b.ReportMetric(float64(b.N)*blockSize/b.Elapsed().Seconds()/1e6, "M/s")
}
