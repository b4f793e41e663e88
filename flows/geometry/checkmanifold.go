package geometry

import (
	"fmt"
	"math"
)

// CheckManifold holds a Manifold against the laws of its geodesics, on all
// pairs of the points, which have to be joined by geodesics that a straight
// line in coordinates hints at: Exp undoes Log to 1e-9, the speed is kept, the
// way back is the way there (Log(y, x) = -the end velocity, to 1e-7), and the
// length of Log is a distance under the laws of CheckDistance, to 1e-9.
func CheckManifold(m Manifold, points [][]float64) error {
	for i, x := range points {
		for _, y := range points[:i] {
			if err := checkPair(m, x, y); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkPair(m Manifold, x, y []float64) error {
	there, err := Log(m, x, y, nil)
	if err != nil {
		return err
	}
	end, arrival, err := Exp(m, x, there, nil)
	if err != nil {
		return err
	}
	back, err := Log(m, y, x, nil)
	if err != nil {
		return err
	}
	for i := range y {
		if !(math.Abs(end[i]-y[i]) <= 1e-9*math.Max(1, math.Abs(y[i]))) {
			return fmt.Errorf("geometry: Exp(Log) from %v to %v has coordinate %d = %.12g", x, y, i, end[i])
		}
		if !(math.Abs(back[i]+arrival[i]) <= 1e-7*math.Max(1, math.Abs(arrival[i]))) {
			return fmt.Errorf("geometry: component %d of Log from %v to %v is %.10g, the way there ends with %.10g", i, y, x, back[i], arrival[i])
		}
	}
	d := Norm(m, x, there)
	if !(d > 0) {
		return fmt.Errorf("geometry: distance %v from %v to %v, want a positive number", d, x, y)
	}
	for _, other := range []float64{Norm(m, y, arrival), Norm(m, y, back)} {
		if !(math.Abs(other-d) <= 1e-9*d) {
			return fmt.Errorf("geometry: the geodesic from %v to %v has speed %.12g at one end and %.12g at the other", x, y, d, other)
		}
	}
	return nil
}

// CheckTransport holds parallel transport along a curve against its laws: the
// inner products of a basis are kept to 1e-8, the map is linear, and transport
// back along the curve undoes it.
func CheckTransport(m Manifold, along Curve) error {
	n := m.Dim()
	start, end := make([]float64, n), make([]float64, n)
	along.At(start, 0)
	along.At(end, 1)
	frame, err := Frame(m, start)
	if err != nil {
		return err
	}
	moved := make([][]float64, n)
	sum, image := make([]float64, n), make([]float64, n)
	for i, e := range frame {
		if moved[i], err = Transport(m, e, along); err != nil {
			return err
		}
		for k := range e {
			sum[k] += (0.6 - 0.25*float64(i)) * e[k]
			image[k] += (0.6 - 0.25*float64(i)) * moved[i][k]
		}
		for j := range i + 1 {
			want := 0.0
			if i == j {
				want = 1
			}
			if got := Inner(m, end, moved[i], moved[j]); !(math.Abs(got-want) <= 1e-8) {
				return fmt.Errorf("geometry: transport takes vectors %d and %d of a frame to inner product %.12g, want %g", i, j, got, want)
			}
		}
	}
	got, err := Transport(m, sum, along)
	if err != nil {
		return err
	}
	home, err := Transport(m, got, reversed{along})
	if err != nil {
		return err
	}
	for k := range got {
		if !(math.Abs(got[k]-image[k]) <= 1e-8*math.Max(1, math.Abs(image[k]))) {
			return fmt.Errorf("geometry: transport is not linear: component %d is %.12g, the sum's is %.12g", k, got[k], image[k])
		}
		if !(math.Abs(home[k]-sum[k]) <= 1e-8*math.Max(1, math.Abs(sum[k]))) {
			return fmt.Errorf("geometry: transport there and back takes component %d from %.12g to %.12g", k, sum[k], home[k])
		}
	}
	return nil
}

// reversed is a curve run backwards.
type reversed struct{ Curve }

func (r reversed) At(dst []float64, t float64) { r.Curve.At(dst, 1-t) }

func (r reversed) Velocity(dst []float64, t float64) {
	r.Curve.Velocity(dst, 1-t)
	for i := range dst {
		dst[i] = -dst[i]
	}
}
