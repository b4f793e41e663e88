package hopfield

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// discreteUnits returns the first denominator s in 1, 2, ... 2⁴⁰, n, 2n, ... 2⁸n,
// 10, 20, ... 10⁶ 2⁸ for which all the numbers are integers over s, to the last bit,
// and the sum of their absolute values stays below 2⁵³ of these units; else 0. What
// is then summed in units is summed without rounding. The n are for the rule of Hebb,
// the tens for decimals: 1/n and 0.1 are no float64, and the integers are meant.
func discreteUnits(n int, numbers ...[]float64) float64 {
	most := 40
	for _, base := range []float64{1, float64(n), 10, 1e2, 1e3, 1e4, 1e5, 1e6} {
		for k := range most + 1 {
			if s := math.Ldexp(base, k); discreteIntegers(s, numbers) {
				return s
			}
		}
		most = 8
	}
	return 0
}

func discreteIntegers(s float64, numbers [][]float64) bool {
	var total float64
	for _, row := range numbers {
		for _, v := range row {
			k := discreteNearest(v * s)
			if k/s != v {
				return false
			}
			total += math.Abs(k)
		}
	}
	return total < 1<<53
}

// discreteScaled returns the numbers in units of 1/s.
func discreteScaled(x []float64, s float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = discreteNearest(v * s)
	}
	return y
}

// discreteNearest is the integer next to x where |x| < 2⁵¹, which is all that matters:
// adding 3·2⁵¹ leaves no room for a fraction.
func discreteNearest(x float64) float64 {
	const room = 3 << 51
	return float64(x+room) - room
}

// discreteSlack returns for each unit how far its field, kept up to date over up to 2n
// flips or summed in another order, may be from the sum that Field returns: rounding
// of that many sums, each of at most Σ_j |W_ij| + |b_i|, twice over.
func discreteSlack(w, b []float64) []float64 {
	n := len(b)
	slack := make([]float64, n)
	for i := range slack {
		slack[i] = 4 * float64(n+1) * 0x1p-52 * (floats.Norm(w[i*n:(i+1)*n], 1) + math.Abs(b[i]))
	}
	return slack
}
