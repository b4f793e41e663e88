package geometry

import (
	"fmt"
	"math"

	"hopflow/flows"
	"hopflow/flows/ode"
)

// tight are the tolerances of the geodesic equation where the caller gives
// none: tighter than a general flow's, since geodesics are smooth and short; one
// that takes thousands of steps is at a wall.
var tight = ode.Settings{AbsTol: 1e-13, RelTol: 1e-12, MaxSteps: 5_000}

// GeodesicField returns the geodesic equation γ” + Γ(γ)(γ', γ') = 0, [HF] (8),
// as a first-order field on the state (γ, γ') of 2n numbers. It allocates
// nothing when called, and serves one goroutine at a time.
func GeodesicField(c Connection) flows.Field {
	n := c.Dim()
	return func(dst []float64, _ float64, s []float64) {
		x, v := s[:n], s[n:]
		c.Christoffel(dst[n:], x, v, v)
		for i := range n {
			dst[i] = v[i]
			dst[n+i] = -dst[n+i]
		}
	}
}

// Exp returns the end γ(1) and the end velocity γ'(1) of the geodesic that
// starts at x with velocity v, by solving the geodesic equation with
// Dormand-Prince (nil settings: to 1e-12).
//
// It is an error if the curve leaves the manifold, as every geodesic of the
// cube does in finite time. At a wall the symbols are infinite while the
// velocity vanishes, and a solver may come to rest there; the speed in the
// metric, which a geodesic keeps, gives that away.
func Exp(m Manifold, x, v []float64, s *ode.Settings) (y, w []float64, err error) {
	n := m.Dim()
	lengths(n, x, v)
	if s == nil {
		s = &tight
	}
	start := append(append(make([]float64, 0, 2*n), x...), v...)
	end := make([]float64, 2*n)
	for st, err := range ode.Steps(GeodesicField(m), start, 0, 1, nil, s) {
		if err != nil {
			return nil, nil, fmt.Errorf("geometry: the geodesic from %v with velocity %v leaves the manifold: shorten the velocity: %w", x, v, err)
		}
		copy(end, st.X)
	}
	y, w = end[:n], end[n:]
	before, after := Norm(m, x, v), Norm(m, y, w)
	if !(math.Abs(after-before) <= 1e-4*before) {
		return nil, nil, fmt.Errorf("geometry: the geodesic from %v with velocity %v leaves the manifold: it comes to %v with speed %.3g and started with %.3g: shorten the velocity", x, v, y, after, before)
	}
	return y, w, nil
}
