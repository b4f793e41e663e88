package landscape

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// TiltedRing is E(x) = Amplitude cos x - Force x, the energy of a particle that
// a force drives round a ring of circumference 2π. It is a function on the
// line; on the ring it has one value only if Force is 0. With a force there is
// a stationary density and a current through it, but no Gibbs density.
type TiltedRing struct {
	Amplitude float64 // > 0
	Force     float64
}

var _ Smooth = TiltedRing{}

// NewTiltedRing returns Amplitude cos x - Force x. It panics unless amplitude
// is positive and both are finite.
func NewTiltedRing(amplitude, force float64) TiltedRing {
	positive("amplitude", amplitude)
	finite("force", force)
	return TiltedRing{Amplitude: amplitude, Force: force}
}

// Dim returns 1.
func (TiltedRing) Dim() int { return 1 }

// Value returns Amplitude cos x - Force x.
func (r TiltedRing) Value(x []float64) float64 {
	length(x, 1)
	return r.Amplitude*math.Cos(x[0]) - r.Force*x[0]
}

// Gradient stores -Amplitude sin x - Force in dst.
func (r TiltedRing) Gradient(dst, x []float64) {
	length(x, 1)
	length(dst, 1)
	dst[0] = -r.Amplitude*math.Sin(x[0]) - r.Force
}

// Hessian stores -Amplitude cos x in dst.
func (r TiltedRing) Hessian(dst *mat.SymDense, x []float64) {
	length(x, 1)
	dst.SetSym(0, 0, -r.Amplitude*math.Cos(x[0]))
}

// Circulation returns the work 2π Force of one turn: by how much E fails to be
// a function on the ring. Divided by T it is the affinity.
func (r TiltedRing) Circulation() float64 { return 2 * math.Pi * r.Force }

// Minima returns the minimum in [0, 2π), if Force leaves one.
func (r TiltedRing) Minima() [][]float64 { return minima(r.Critical()) }

// Critical returns the minimum and the maximum in [0, 2π): none if |Force| >=
// Amplitude.
func (r TiltedRing) Critical() []Point {
	if math.Abs(r.Force) >= r.Amplitude {
		return nil
	}
	s := math.Asin(r.Force / r.Amplitude)
	low, high := math.Pi+s, -s
	if high < 0 {
		high += 2 * math.Pi
	}
	return []Point{
		{X: []float64{low}, Value: r.Value([]float64{low})},
		{X: []float64{high}, Value: r.Value([]float64{high}), Index: 1},
	}
}
