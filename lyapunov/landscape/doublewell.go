package landscape

import "gonum.org/v1/gonum/mat"

// DoubleWell is E(x) = Barrier ((x/Well)² - 1)² on the line: minima of depth 0
// at ±Well, and between them a barrier. Use NewDoubleWell: the zero value is
// not valid.
type DoubleWell struct {
	Barrier float64 // E(0) > 0
	Well    float64 // > 0
}

var _ Smooth = DoubleWell{}

// NewDoubleWell returns the double well with minima at ±well. It panics unless
// both numbers are positive and finite.
func NewDoubleWell(barrier, well float64) DoubleWell {
	positive("barrier", barrier)
	positive("well", well)
	return DoubleWell{Barrier: barrier, Well: well}
}

// Dim returns 1.
func (DoubleWell) Dim() int { return 1 }

// Value returns Barrier ((x/Well)² - 1)².
func (w DoubleWell) Value(x []float64) float64 {
	length(x, 1)
	s := w.factor(x[0])
	return w.Barrier * s * s
}

// factor returns (x/Well)² - 1 as a product, so that it keeps its digits at
// the minima.
func (w DoubleWell) factor(x float64) float64 {
	return (x - w.Well) * (x + w.Well) / (w.Well * w.Well)
}

// Gradient stores 4 Barrier x ((x/Well)² - 1)/Well² in dst.
func (w DoubleWell) Gradient(dst, x []float64) {
	length(x, 1)
	length(dst, 1)
	dst[0] = 4 * w.Barrier * x[0] * w.factor(x[0]) / (w.Well * w.Well)
}

// Hessian stores 4 Barrier (3(x/Well)² - 1)/Well² in dst: 8 Barrier/Well² at
// the minima, -4 Barrier/Well² at the barrier.
func (w DoubleWell) Hessian(dst *mat.SymDense, x []float64) {
	length(x, 1)
	s := x[0] / w.Well
	dst.SetSym(0, 0, 4*w.Barrier*(3*s*s-1)/(w.Well*w.Well))
}

// Minima returns ±Well.
func (w DoubleWell) Minima() [][]float64 { return minima(w.Critical()) }

// Critical returns the two minima and the barrier between them.
func (w DoubleWell) Critical() []Point {
	return []Point{{X: []float64{-w.Well}}, {X: []float64{0}, Value: w.Barrier, Index: 1}, {X: []float64{w.Well}}}
}
