package exponential

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exact returns exp(v) with 100 bits: the Taylor series of exp(v/2^k), squared
// k times.
func exact(v float64) *big.Float {
	const bits, halvings = 200, 20
	x := new(big.Float).SetPrec(bits).SetFloat64(v)
	x.SetMantExp(x, -halvings)
	sum, term := big.NewFloat(1).SetPrec(bits), big.NewFloat(1).SetPrec(bits)
	for n := 1; n < 40; n++ {
		term.Mul(term, x)
		term.Quo(term, new(big.Float).SetInt64(int64(n)))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

// ulps returns |got - want| in units in the last place of want.
func ulps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	unit := math.Nextafter(math.Abs(w), math.Inf(1)) - math.Abs(w)
	d := new(big.Float).SetPrec(200).SetFloat64(got)
	d.Sub(d, want)
	e, _ := d.Float64()
	return math.Abs(e) / unit
}

func TestRowUlps(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	x := []float64{0, -1e-300, 5e-324, -1e-17, 1, -1, math.Ln2 / 128, -math.Ln2 / 128, 709, -708, -744.9, -720, 709.7}
	for range 1000 {
		x = append(x, -745+1454*rng.Float64(), -rng.ExpFloat64(), 1e-3*rng.NormFloat64())
	}
	dst := make([]float64, len(x))
	sum := Row(dst, x, 1, 0)
	var worst, total float64
	for i, v := range x {
		u := ulps(dst[i], exact(v))
		if worst = max(worst, u); !(u <= 2) {
			t.Fatalf("exp(%v) = %v is %.2f ulp off", v, dst[i], u)
		}
		total += dst[i]
	}
	if sum != total {
		t.Errorf("sum %v, want %v", sum, total)
	}
	t.Logf("worst %.3f ulp", worst)
}

func TestRowEnds(t *testing.T) {
	x := []float64{math.Inf(-1), -1e300, -746, 0, math.Inf(1), 1e300, math.NaN()}
	want := []float64{0, 0, 0, 1, math.Inf(1), math.Inf(1), math.NaN()}
	dst := make([]float64, len(x))
	Row(dst, x, 1, 0)
	for i := range x {
		if dst[i] != want[i] && !(math.IsNaN(dst[i]) && math.IsNaN(want[i])) {
			t.Errorf("exp(%v) = %v, want %v", x[i], dst[i], want[i])
		}
	}
	y := []float64{2, 3}
	Row(y, y, -0.5, 0.25)
	if math.Abs(y[0]-math.Exp(-0.75)) > 1e-16 || math.Abs(y[1]-math.Exp(-1.25)) > 1e-16 {
		t.Errorf("scaled and shifted in place: %v", y)
	}
}

func BenchmarkRow(b *testing.B) {
	x, dst := make([]float64, 500), make([]float64, 500)
	for i := range x {
		x[i] = float64(i) * 20 / 500
	}
	for name, f := range map[string]func(){
		"table": func() { Row(dst, x, -5, 0) },
		"math": func() {
			for j, v := range x {
				dst[j] = math.Exp(-5 * v)
			}
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(b.N*len(x))/b.Elapsed().Seconds()/1e6, "M/s")
		})
	}
}
