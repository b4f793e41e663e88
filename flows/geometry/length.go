package geometry

import (
	"fmt"
	"math"
)

// Length returns the length ∫₀¹ √(γ'ᵀ G(γ) γ') dt of a curve, [HF] (13), by
// adaptive Gauss-Legendre quadrature to about 1e-14 of its value. It is an
// error if the integral has no value, as where the curve leaves the manifold.
//
// For a geodesic the integrand is constant; that makes Length a route to the
// distance that is independent of the closed form.
func Length(m Metric, c Curve) (float64, error) {
	n := m.Dim()
	if c.Dim() != n {
		panic(fmt.Sprintf("geometry: length mismatch: a curve of dimension %d under a metric of dimension %d", c.Dim(), n))
	}
	speed := func(t float64) float64 { return Speed(m, c, t) }
	atol := 1e-15 * fine.over(speed, 0, 1)
	if _, ok := m.(*Matrix); ok { // perhaps a pullback: the noise of its digits meets no finer tolerance
		atol *= 1000
	}
	d := integrate(speed, 0, 1, atol)
	if math.IsNaN(d) {
		x := make([]float64, n)
		c.At(x, 0.5)
		return d, fmt.Errorf("geometry: the length has no value (at t = 1/2 the curve is at %v with speed %v): keep the curve inside the manifold", x, speed(0.5))
	}
	return d, nil
}
