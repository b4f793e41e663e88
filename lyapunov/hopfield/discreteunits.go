package hopfield

import "math"

// discreteUnits returns the least denominator s in 1, 2, 4, ... 2⁴⁰ and n, 2n, ...
// 2⁸n for which all the numbers are integers over s, to the last bit, and the sum of
// their absolute values stays below 2⁵³ of these units; else 0. Whatever is then
// summed in units is summed without rounding. The denominators with n are those of
// the Hebb rule, whose 1/n is no float64: the integers are what is meant.
func discreteUnits(n int, numbers ...[]float64) float64 {
	for _, base := range []float64{1, float64(n)} {
		most := 40
		if base > 1 {
			most = 8
		}
		for k := range most + 1 {
			if s := math.Ldexp(base, k); discreteIntegers(s, numbers) {
				return s
			}
		}
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
