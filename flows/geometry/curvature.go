package geometry

import "math"

// Riemann returns the curvature R(u, v)w at x, for vectors u, v, w,
//
//	R(u, v)w = D_u Γ(v, w) - D_v Γ(u, w) + Γ(u, Γ(v, w)) - Γ(v, Γ(u, w)),
//
// and an estimate of the largest error of a component. The derivatives D are
// differences of the symbols at three steps, extrapolated in pairs to sixth
// order; the estimate is what the two pairs differ by, and what rounding does. R = 0
// everywhere means that the metric is flat. Both are NaN where x is not an
// interior point.
func Riemann(c Connection, x, u, v, w []float64) (r []float64, estimate float64) {
	n := c.Dim()
	lengths(n, x, u, v, w)
	r = make([]float64, n)
	if interior(c, "x", x) != nil {
		for k := range r {
			r[k] = math.NaN()
		}
		return r, math.NaN()
	}
	a, b, gamma := make([]float64, n), make([]float64, n), make([]float64, n)
	ea := slope(a, c, x, u, v, w)
	eb := slope(b, c, x, v, u, w)
	for k := range r {
		r[k] = a[k] - b[k]
	}
	c.Christoffel(gamma, x, v, w)
	c.Christoffel(a, x, u, gamma)
	c.Christoffel(gamma, x, u, w)
	c.Christoffel(b, x, v, gamma)
	for k := range r {
		r[k] += a[k] - b[k]
		estimate = math.Max(estimate, 1e-15*(math.Abs(a[k])+math.Abs(b[k])))
	}
	return r, estimate + ea + eb
}

// slope stores the derivative of Γ(v, w) along u in dst, and returns an
// estimate of its error.
func slope(dst []float64, c Connection, x, u, v, w []float64) float64 {
	n := len(x)
	step := math.Inf(1) // a hundredth of the way to the boundary, at most
	for i := range n {
		if u[i] != 0 {
			step = math.Min(step, 1e-2*extent(c, x, i)/math.Abs(u[i]))
		}
	}
	if math.IsInf(step, 1) {
		clear(dst)
		return 0
	}
	y, gamma := make([]float64, n), make([]float64, n)
	var size float64
	difference := func(h float64) []float64 {
		out := make([]float64, n)
		for _, p := range stencil {
			for i := range y {
				y[i] = x[i] + p.at*h*u[i]
			}
			c.Christoffel(gamma, y, v, w)
			for k := range out {
				out[k] += p.weight * gamma[k] / (12 * h)
				size = math.Max(size, math.Abs(gamma[k]))
			}
		}
		return out
	}
	whole, half, quarter := difference(step), difference(step/2), difference(step/4)
	estimate := 8e-15 * size / step
	switch c.(type) {
	case LeviCivita, *Matrix: // symbols that are differences themselves
		for i := range n {
			size = math.Max(size, math.Sqrt(dot(v, v)*dot(w, w))/extent(c, x, i))
		}
		estimate = 1e-11 * size / step
	}
	for k := range dst {
		dst[k] = (16*half[k] - whole[k]) / 15
		estimate = math.Max(estimate, 2*math.Abs((16*quarter[k]-half[k])/15-dst[k]))
	}
	return estimate
}

// Sectional returns the sectional curvature of the plane of u and v at x,
//
//	K = ⟨R(u, v)v, u⟩ / (|u|² |v|² - ⟨u, v⟩²),
//
// and an estimate of its error: 0 for a separable metric, 1/4 for a Simplex,
// 1/r² for a sphere. Both are NaN where x is not an interior point or u and v
// are parallel.
func Sectional(m Manifold, x, u, v []float64) (k, estimate float64) {
	r, miss := Riemann(m, x, u, v, v)
	uu, vv, uv := Inner(m, x, u, u), Inner(m, x, v, v), Inner(m, x, u, v)
	area := uu*vv - uv*uv
	if !(area > 1e-14*uu*vv) {
		return math.NaN(), math.NaN()
	}
	flat := make([]float64, len(u))
	m.Flat(flat, x, u)
	var worst float64
	for _, f := range flat {
		worst += math.Abs(f) * miss
	}
	k = dot(r, flat) / area
	return k, worst/area + 1e-14*math.Abs(k)*uu*vv/area
}

// Gaussian returns the Gaussian curvature of a manifold of dimension 2 at x,
// and an estimate of its error, as Sectional does. It panics for another
// dimension.
func Gaussian(m Manifold, x []float64) (k, estimate float64) {
	if m.Dim() != 2 {
		panic("geometry: the Gaussian curvature is of dimension 2: Sectional takes a plane")
	}
	return Sectional(m, x, []float64{1, 0}, []float64{0, 1})
}
