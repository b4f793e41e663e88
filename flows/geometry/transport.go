package geometry

import (
	"fmt"
	"math"

	"hopflow/flows"
	"hopflow/flows/ode"
)

// A CurveFunc is a curve given by functions of t in [0, 1], such as a circle of
// latitude. A nil Tangent is taken from differences of Point.
type CurveFunc struct {
	N       int                            // number of coordinates
	Point   func(dst []float64, t float64) // stores γ(t)
	Tangent func(dst []float64, t float64) // stores dγ/dt
}

var _ Curve = CurveFunc{}

// Dim returns N.
func (c CurveFunc) Dim() int { return c.N }

// At stores γ(t) in dst.
func (c CurveFunc) At(dst []float64, t float64) {
	lengths(c.N, dst)
	c.Point(dst, t)
}

// Velocity stores dγ/dt in dst.
func (c CurveFunc) Velocity(dst []float64, t float64) {
	lengths(c.N, dst)
	if c.Tangent == nil {
		derivative(dst, c.Point, t)
		return
	}
	c.Tangent(dst, t)
}

// TransportField returns the equation of parallel transport along a curve,
// V' = -Γ(γ)(γ', V), as a field on V in the curve's time. It serves one
// goroutine at a time.
func TransportField(c Connection, along Curve) flows.Field {
	n := c.Dim()
	x, w := make([]float64, n), make([]float64, n)
	return func(dst []float64, t float64, v []float64) {
		along.At(x, t)
		along.Velocity(w, t)
		c.Christoffel(dst, x, w, v)
		for i := range dst {
			dst[i] = -dst[i]
		}
	}
}

// Transport carries the vector v from the start of the first curve to the end
// of the last, parallel to itself along each in turn, to 1e-12. Lengths and
// angles are kept. On a flat manifold the result depends on the ends alone.
//
// It is an error if a curve leaves the manifold: where the length of v changes
// by more than 1e-6, or is no number.
func Transport(m Manifold, v []float64, along ...Curve) ([]float64, error) {
	n := m.Dim()
	lengths(n, v)
	x, out := make([]float64, n), append([]float64(nil), v...)
	for k, c := range along {
		if c.Dim() != n {
			panic(fmt.Sprintf("geometry: length mismatch: a curve of dimension %d under a metric of dimension %d", c.Dim(), n))
		}
		c.At(x, 0)
		before := Norm(m, x, out)
		for s, err := range ode.Steps(TransportField(m, c), out, 0, 1, nil, &tight) {
			if err != nil {
				c.At(x, s.T)
				return nil, fmt.Errorf("geometry: parallel transport along curve %d stops at t = %.6g, x = %v: keep the curve inside the manifold: %w", k, s.T, x, err)
			}
			copy(out, s.X)
		}
		c.At(x, 1)
		if after := Norm(m, x, out); !(math.Abs(after-before) <= 1e-6*before) {
			return nil, fmt.Errorf("geometry: parallel transport along curve %d changes a vector's length from %.9g to %.9g, at x = %v: keep the curve inside the manifold", k, before, after, x)
		}
	}
	return out, nil
}

// Holonomy returns the angle in (-π, π] by which a vector has turned when it
// comes back from its transport round a loop of curves, on a manifold of
// dimension 2. Angles count from the first coordinate's direction to the
// second's. It is the integral of the Gaussian curvature over the area that
// the loop encloses, up to whole turns: 0 on a flat manifold, the area on the
// unit sphere.
//
// It is an error if the metric at the loop's end is not that at its start. (A
// circle of latitude ends at φ = 2π: the same point, in other coordinates.)
func Holonomy(m Manifold, loop ...Curve) (float64, error) {
	if m.Dim() != 2 || len(loop) == 0 {
		panic("geometry: holonomy as an angle needs dimension 2 and a loop of at least one curve")
	}
	start, end := make([]float64, 2), make([]float64, 2)
	loop[0].At(start, 0)
	loop[len(loop)-1].At(end, 1)
	frame, err := Frame(m, start)
	if err != nil {
		return math.NaN(), err
	}
	for _, e := range frame {
		if a, b := Norm(m, start, e), Norm(m, end, e); !(math.Abs(a-b) <= 1e-9*a) {
			return math.NaN(), fmt.Errorf("geometry: the loop starts at %v and ends at %v: close it", start, end)
		}
	}
	v, err := Transport(m, frame[0], loop...)
	if err != nil {
		return math.NaN(), err
	}
	return math.Atan2(Inner(m, end, v, frame[1]), Inner(m, end, v, frame[0])), nil
}

// Frame returns an orthonormal basis of the tangent space at x: the coordinate
// directions, orthonormalised in their order. It is an error if the metric is
// not positive definite there.
func Frame(m Metric, x []float64) ([][]float64, error) {
	n := m.Dim()
	if _, err := MatrixAt(m, x); err != nil {
		return nil, err
	}
	var frame [][]float64
	for i := range n {
		e := make([]float64, n)
		e[i] = 1
		for range 2 { // twice is enough, to rounding
			for _, f := range frame {
				p := Inner(m, x, e, f)
				for k := range e {
					e[k] -= p * f[k]
				}
			}
		}
		size := Norm(m, x, e)
		for k := range e {
			e[k] /= size
		}
		frame = append(frame, e)
	}
	return frame, nil
}
