package sde

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// The first numbers from the state 1, 2, 3, 4, as published with the test
// vectors of the reference implementation (xoshiro256plusplus.c).
func TestStreamIsXoshiro(t *testing.T) {
	s := Stream{1, 2, 3, 4}
	for i, want := range []uint64{
		41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205,
		9973669472204895162, 14011001112246962877, 12406186145184390807, 15849039046786891736, 10450023813501588000,
	} {
		if got := s.Uint64(); got != want {
			t.Errorf("number %d is %d, want %d", i, got, want)
		}
	}
}

// No two of 10^4 streams with neighbouring keys share one of their first eight
// values, in any place; for random ones the chance is 2e-10.
func TestStreamsShareNothing(t *testing.T) {
	var keys [][]uint64
	for i := range uint64(2500) {
		keys = append(keys, []uint64{i}, []uint64{7, i}, []uint64{i, 1 << 20}, []uint64{7, i, 0})
	}
	owner := map[uint64]int{}
	for k, key := range keys {
		s := NewStream(key...)
		for range 8 {
			v := s.Uint64()
			if other, taken := owner[v]; taken {
				t.Fatalf("streams %v and %v share %d", keys[other], key, v)
			}
			owner[v] = k
		}
	}
	// The order and the number of the words belong to the key.
	if *NewStream(1, 2) == *NewStream(2, 1) || *NewStream(1) == *NewStream(1, 0) || *NewStream() == *NewStream(0) {
		t.Error("different keys give one stream")
	}
	if *NewStream(1, 2) != *NewStream(1, 2) {
		t.Error("one key gives different streams")
	}
}

// One bit of a key changes half the bits of the state, wherever it is: 128 of
// 256 with variance 64, over N = 2*64*50 flips.
func TestKeysSpread(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var changed term
	for range 50 {
		key := []uint64{rng.Uint64(), rng.Uint64()}
		a := *NewStream(key...)
		for bit := range 128 {
			key[bit/64] ^= 1 << (bit % 64)
			b := *NewStream(key...)
			key[bit/64] ^= 1 << (bit % 64)
			n := bits.OnesCount64(a.s0^b.s0) + bits.OnesCount64(a.s1^b.s1) + bits.OnesCount64(a.s2^b.s2) + bits.OnesCount64(a.s3^b.s3)
			if n < 80 || n > 176 { // six deviations
				t.Errorf("bit %d of the key changes %d of 256 bits", bit, n)
			}
			changed.see(float64(n))
		}
	}
	if z := (changed.mean - 128) / math.Sqrt(64/float64(changed.n)); math.Abs(z) > 5 {
		t.Errorf("%g bits change on average, z = %.1f", changed.mean, z)
	}
}

// kolmogorov returns √N times the distance of the sample's distribution from
// F; 2.7 is exceeded with probability 1e-6.
func kolmogorov(x []float64, F func(float64) float64) (d float64) {
	slices.Sort(x)
	n := float64(len(x))
	for i, v := range x {
		f := F(v)
		d = max(d, f-float64(i)/n, float64(i+1)/n-f)
	}
	return d * math.Sqrt(n)
}

func TestUniformNumbers(t *testing.T) {
	s := NewStream(3)
	x, y := make([]float64, 200_000), make([]float64, 200_000)
	for i := range x {
		x[i], y[i] = s.Float64(), s.ExpFloat64()
		if x[i] < 0 || x[i] >= 1 || !(y[i] > 0) || math.IsInf(y[i], 0) {
			t.Fatalf("%g is not in [0, 1) or %g not in (0, ∞)", x[i], y[i])
		}
	}
	if d := kolmogorov(x, func(v float64) float64 { return v }); d > 2.7 {
		t.Errorf("Float64 is not uniform: √N D = %g", d)
	}
	if d := kolmogorov(y, func(v float64) float64 { return -math.Expm1(-v) }); d > 2.7 {
		t.Errorf("ExpFloat64 is not exponential: √N D = %g", d)
	}
	if v := rand.New(s).IntN(6); v < 0 || v > 5 {
		t.Errorf("as a Source it gives %d", v)
	}
}

// The first numbers of streams with consecutive keys are as independent as
// those of one stream: lag-1 correlation over N = 10^5 keys.
func TestStreamsAreUncorrelated(t *testing.T) {
	const n = 100_000
	for name, key := range map[string]func(i uint64) []uint64{
		"first word": func(i uint64) []uint64 { return []uint64{i, 1} }, "last word": func(i uint64) []uint64 { return []uint64{1, i} },
	} {
		last, sum, square := 0.0, 0.0, 0.0
		for i := range uint64(n) {
			z := NewStream(key(i)...).NormFloat64()
			sum += z * last
			square += z * z
			last = z
		}
		if z := sum / math.Sqrt(n); math.Abs(z) > 5 {
			t.Errorf("%s: neighbours are correlated, z = %.1f", name, z)
		}
		if z := (square - n) / math.Sqrt(2*n); math.Abs(z) > 5 {
			t.Errorf("%s: the variance is %g, z = %.1f", name, square/n, z)
		}
	}
}
