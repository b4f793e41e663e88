package kramersmoyal

import (
	"fmt"
	"math"
)

// Skellam returns the law of a walk of steps ±1 on a Poisson clock, which makes
// mean = νt steps on average:
//
//	P(S = k) = e^{-νt} I_|k|(νt).
//
// The Bessel functions come from Miller's backward recurrence I_{k-1} = I_{k+1} +
// (2k/νt) I_k, which has no subtraction, scaled by e^{νt} = I_0 + 2 Σ I_k. Atoms
// below 1e-30 are left out. It panics unless mean is finite, at least 0 and below
// 1e10.
func Skellam(mean float64) *Atoms {
	if !(mean >= 0) || mean > 1e10 {
		panic(fmt.Sprintf("kramersmoyal: a walk of %v steps, want a number from 0 to 1e10", mean))
	}
	if mean == 0 {
		return &Atoms{X: []float64{0}, P: []float64{1}}
	}
	// I_k/I_0 is below exp(-k²/2νt) while k < νt, and below (νt/2k)ᵏ beyond.
	top := int(15*math.Sqrt(mean)) + 60
	bessel := make([]float64, top+2)
	bessel[top] = 1e-290
	for k := top; k > 0; k-- {
		bessel[k-1] = bessel[k+1] + 2*float64(k)/mean*bessel[k]
		if bessel[k-1] > 1e250 {
			for i := k - 1; i <= top; i++ {
				bessel[i] *= 1e-250
			}
		}
	}
	var sum kahan
	for k := top; k > 0; k-- {
		sum.add(2 * bessel[k])
	}
	sum.add(bessel[0])
	last := 0
	for last < top && bessel[last+1]/sum.value() > 1e-30 {
		last++
	}
	a := &Atoms{}
	for k := -last; k <= last; k++ {
		a.X = append(a.X, float64(k))
		a.P = append(a.P, bessel[max(k, -k)]/sum.value())
	}
	return a
}
