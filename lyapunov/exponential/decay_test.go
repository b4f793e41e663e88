package exponential

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// Decay against 100 bits: exp(-w) and exp(-w) - 1 to 2 units in the last place,
// from the smallest w to where nothing is left.
func TestDecayUlps(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 2))
	x := []float64{0.2, 0.2 + 1e-16, 0.2 - 1e-9, 0.55, -3, 12, 900, -1500}
	for range 1000 {
		x = append(x, 0.2+rng.NormFloat64(), 0.2+1e-6*rng.NormFloat64(), 200*rng.NormFloat64())
	}
	const scale, center = 1.4, 0.2
	e, m := make([]float64, len(x)), make([]float64, len(x))
	Decay(e, m, x, scale, center)
	one := big.NewFloat(1).SetPrec(200)
	for i, v := range x {
		w := -math.Abs(scale * (v - center))
		want := exact(w)
		if u := ulps(e[i], want); e[i] > 1e-300 && !(u <= 2) {
			t.Fatalf("exp(%v) = %v is %.2f ulp off", w, e[i], u)
		}
		less := new(big.Float).SetPrec(200).Sub(want, one)
		if f, _ := less.Float64(); f != 0 {
			if u := ulps(m[i], less); !(u <= 2) {
				t.Fatalf("exp(%v) - 1 = %v is %.2f ulp off", w, m[i], u)
			}
		} else if m[i] != 0 {
			t.Fatalf("exp(%v) - 1 = %v, want 0", w, m[i])
		}
	}
}

// Neither allocates, and the table is 2^(i/64) rounded once.
func TestRowsAllocateNothing(t *testing.T) {
	x, dst, m := make([]float64, 300), make([]float64, 300), make([]float64, 300)
	if n := testing.AllocsPerRun(10, func() { Row(dst, x, 0.7, -1); Decay(dst, m, x, 0.7, 0.2) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
	for i := range power {
		if want := math.Exp2(float64(i) / size); math.Abs(power[i]-want) > 3e-16 || math.Abs(powerLow[i]) > 1.2e-16 {
			t.Errorf("2^(%d/64) = %v, want %v; rest %v", i, power[i], want, powerLow[i])
		}
	}
}
