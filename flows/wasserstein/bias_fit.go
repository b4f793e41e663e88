package wasserstein

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// A GibbsFit is the least-squares line ln w = Intercept - Slope f/T through the
// weights of a set of points.
type GibbsFit struct {
	Slope     float64 // 1 for Gibbs weights
	SlopeErr  float64 // its standard error, as if the residuals were independent
	Intercept float64
	// Temperature is T/Slope, of the Gibbs weights that fit best.
	Temperature float64
	// LogCorrelation is Pearson's between ln w and -f/T.
	LogCorrelation float64
	// Correlation is Pearson's between w and exp(-f/T).
	Correlation float64
	N           int // points with a weight that is not 0
}

// FitGibbs fits weights of points with energies f by Gibbs weights. Points of
// weight 0 are left out. It is an error, ErrConstant, if fewer than three are
// left, or all energies or all weights are one number: Slope is 0 then; and if a
// weight is negative or not finite, a *MeasureError, or the energy of a point
// that has weight is not finite, ErrEnergy. It panics if the lengths differ or T
// is not positive.
func FitGibbs(w, f []float64, T float64) (GibbsFit, error) {
	if len(w) != len(f) {
		panic(fmt.Sprintf("wasserstein: length mismatch: %d weights for %d energies", len(w), len(f)))
	}
	if !(T > 0) || math.IsInf(T, 0) {
		panic(fmt.Sprintf("wasserstein: temperature %g, want a positive finite number", T))
	}
	var x, y, u, g []float64
	least := math.Inf(1)
	for i, m := range w {
		switch {
		case !(m >= 0) || math.IsInf(m, 0):
			return GibbsFit{}, &MeasureError{Reason: ErrWeight, Index: i, Value: m}
		case m > 0 && (math.IsNaN(f[i]) || math.IsInf(f[i], 0)):
			return GibbsFit{}, &StepError{Reason: ErrEnergy, Point: i, Value: f[i]}
		case m > 0:
			least = math.Min(least, f[i])
		}
	}
	for i, m := range w {
		if m > 0 {
			e := (f[i] - least) / T
			x, y = append(x, -e), append(y, math.Log(m))
			u, g = append(u, m), append(g, math.Exp(-e))
		}
	}
	out := GibbsFit{N: len(x)}
	if len(x) < 3 || !(stat.Variance(x, nil) > 0) || !(stat.Variance(y, nil) > 0) {
		return out, &StepError{Reason: ErrConstant, Point: -1, Value: float64(len(x))}
	}
	out.Intercept, out.Slope = stat.LinearRegression(x, y, nil, false)
	var rss float64
	for i, v := range x {
		d := y[i] - out.Intercept - out.Slope*v
		rss += d * d
	}
	out.SlopeErr = math.Sqrt(rss / float64(len(x)-2) / (float64(len(x)-1) * stat.Variance(x, nil)))
	out.Intercept += out.Slope * least / T // back to f itself
	out.Temperature = T / out.Slope
	out.LogCorrelation, out.Correlation = stat.Correlation(x, y, nil), stat.Correlation(u, g, nil)
	return out, nil
}
