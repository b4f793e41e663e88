package verify

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// A Slope is a straight line fitted to (log h, log err): the order of
// convergence with its standard error.
type Slope struct {
	Order     float64 // slope of log err against log h
	StdErr    float64 // standard error of Order, from the residuals
	Intercept float64 // log err at h = 1
	N         int     // number of points
}

// FitSlope fits log err = Intercept + Order log h by least squares. It needs
// at least three points, all positive and finite, and panics on unequal
// lengths. An err of 0 or below, or an h that does not vary, is an error: an
// order cannot be read off it.
func FitSlope(h, err []float64) (Slope, error) {
	if len(h) != len(err) {
		panic("verify: length mismatch")
	}
	n := len(h)
	if n < 3 {
		return Slope{}, fmt.Errorf("verify: %d points do not fit a slope with a standard error: give at least 3", n)
	}
	x, y := make([]float64, n), make([]float64, n)
	for i := range h {
		x[i], y[i] = math.Log(h[i]), math.Log(err[i])
		if math.IsNaN(x[i]+y[i]) || math.IsInf(x[i], 0) || math.IsInf(y[i], 0) {
			return Slope{}, fmt.Errorf("verify: point %d, (%g, %g), has no logarithm: leave out errors that are zero", i, h[i], err[i])
		}
	}
	a, b := stat.LinearRegression(x, y, nil, false)
	mean := stat.Mean(x, nil)
	var sxx, sse float64
	for i := range x {
		sxx += (x[i] - mean) * (x[i] - mean)
		r := y[i] - a - b*x[i]
		sse += r * r
	}
	if sxx == 0 {
		return Slope{}, fmt.Errorf("verify: all steps are %g: give steps that differ", h[0])
	}
	return Slope{Order: b, StdErr: math.Sqrt(sse / float64(n-2) / sxx), Intercept: a, N: n}, nil
}

// Order claims that the error falls like h^want, within ±tol of the exponent
// (±0.2 for deterministic methods). A fit that cannot be made fails the claim:
// Got is NaN then.
func Order(id, what string, h, err []float64, want, tol float64) Claim {
	s, e := FitSlope(h, err)
	if e != nil {
		return Claim{ID: id, What: what + " (" + e.Error() + ")", Got: math.NaN(), Want: want, Tol: tol, Absolute: true}
	}
	what = fmt.Sprintf("%s (order, standard error %.1g, N = %d)", what, s.StdErr, s.N)
	return Claim{ID: id, What: what, Got: s.Order, Want: want, Tol: tol, Absolute: true}
}

// ZScore claims that an estimate with the standard error stderr from n
// samples agrees with want to zmax standard errors: |estimate - want| <= zmax
// stderr. zmax = 4.9 has a false-alarm rate of 1e-6. A standard error that is
// not positive fails the claim.
func ZScore(id, what string, estimate, stderr, want, zmax float64, n int) Claim {
	what = fmt.Sprintf("%s (N = %d, standard error %.2g, |z| ≤ %g)", what, n, stderr, zmax)
	return Claim{ID: id, What: what, Got: estimate, Want: want, Tol: zmax * stderr, Absolute: true}
}
