package geometry

import (
	"errors"
	"fmt"
	"math"
)

// Sphere is the sphere of two dimensions in the angles (θ, φ), θ in (0, π)
// from the pole and φ any real number round the axis, with
//
//	G = r² diag(1, sin²θ),   Γ^θ_φφ = -sin θ cos θ,   Γ^φ_θφ = cot θ,
//
// and curvature 1/r². The poles are singular points of the coordinates.
// UnitSphere is embedded and has none.
type Sphere struct{ radius float64 }

var (
	_ Manifold = Sphere{}
	_ Domain   = Sphere{}
)

// NewSphere returns the sphere of the given radius. It panics unless it is
// positive and finite.
func NewSphere(radius float64) Sphere {
	if !(radius > 0) || math.IsInf(radius, 0) {
		panic(fmt.Sprintf("geometry: radius is %v, want a positive finite number", radius))
	}
	return Sphere{radius}
}

// Dim returns 2.
func (s Sphere) Dim() int { return 2 }

// Reach returns the distance of θ to the nearer pole, and +Inf for φ.
func (s Sphere) Reach(x []float64, i int) float64 {
	if i == 1 {
		return math.Inf(1)
	}
	return math.Min(x[0], math.Pi-x[0])
}

// Flat stores r² (v_θ, sin²θ v_φ) in dst.
func (s Sphere) Flat(dst, x, v []float64) {
	lengths(2, dst, x, v)
	r, sin := s.radius, math.Sin(x[0])
	dst[0], dst[1] = r*r*v[0], r*r*sin*sin*v[1]
}

// Sharp stores (ξ_θ, ξ_φ/sin²θ)/r² in dst.
func (s Sphere) Sharp(dst, x, xi []float64) {
	lengths(2, dst, x, xi)
	r, sin := s.radius, math.Sin(x[0])
	dst[0], dst[1] = xi[0]/(r*r), xi[1]/(r*r*sin*sin)
}

// Christoffel stores (-sin θ cos θ u_φ v_φ, cot θ (u_θ v_φ + u_φ v_θ)) in dst.
func (s Sphere) Christoffel(dst, x, u, v []float64) {
	lengths(2, dst, x, u, v)
	sin, cos := math.Sincos(x[0])
	dst[0], dst[1] = -sin*cos*u[1]*v[1], cos/sin*(u[0]*v[1]+u[1]*v[0])
}

// Embed returns the point of the unit sphere in space with angles x.
func (s Sphere) Embed(x []float64) []float64 {
	lengths(2, x)
	sin, cos := math.Sincos(x[0])
	sinPhi, cosPhi := math.Sincos(x[1])
	return []float64{sin * cosPhi, sin * sinPhi, cos}
}

// Angles returns the angles of a point of space other than 0, with φ in
// (-π, π].
func (s Sphere) Angles(p []float64) []float64 {
	lengths(3, p)
	return []float64{math.Atan2(math.Hypot(p[0], p[1]), p[2]), math.Atan2(p[1], p[0])}
}

// Distance returns the length of the shorter great circle between the points.
func (s Sphere) Distance(x, y []float64) float64 {
	a, b := s.Embed(x), s.Embed(y)
	return s.radius * angleOf(a, b, difference(a, b))
}

// Geodesic returns the shorter great circle from x to y, with φ in (-π, π]: a
// jump there is one of the coordinates. It is an error if a point is a pole or
// the two are antipodal.
func (s Sphere) Geodesic(x, y []float64) (*GreatCircle, error) {
	lengths(2, x, y)
	for k, p := range [2][]float64{x, y} {
		if err := interior(s, [2]string{"x", "y"}[k], p); err != nil {
			return nil, err
		}
	}
	a, b := s.Embed(x), s.Embed(y)
	c, err := between(a, b, difference(a, b))
	if err != nil {
		return nil, err
	}
	return &GreatCircle{circle: c, n: 2, scale: s.radius,
		at: func(dst, p, _ []float64) { copy(dst, s.Angles(p)) },
		velocity: func(dst, p, w []float64) { // θ' = -z'/sin θ, φ' = (x y' - y x')/sin²θ
			sin := math.Hypot(p[0], p[1])
			dst[0], dst[1] = (p[2]*(p[0]*w[0]+p[1]*w[1])/sin - sin*w[2]), (p[0]*w[1]-p[1]*w[0])/(sin*sin)
		}}, nil
}

// Log returns the initial velocity of the shorter great circle from x to y,
// under the conditions of Geodesic.
func (s Sphere) Log(x, y []float64) ([]float64, error) {
	g, err := s.Geodesic(x, y)
	if err != nil {
		return nil, err
	}
	v := make([]float64, 2)
	g.Velocity(v, 0)
	return v, nil
}

// UnitSphere is the unit sphere in the coordinates of the space around it,
// whose number is its value: no coordinate is singular. Flat is the identity
// on tangent vectors and Sharp the projection onto them, so that Sharp of a
// gradient is the gradient on the sphere. The symbols are those of the
// constraint, Γ(u, v) = (u·v) x: geodesics obey γ” = -|γ'|² γ.
//
// The laws of a metric hold for tangent vectors, v·x = 0, alone.
type UnitSphere int

var (
	_ Manifold   = UnitSphere(3)
	_ Retraction = UnitSphere(3)
)

// Dim returns the number of coordinates of space, one more than the sphere's
// dimension.
func (s UnitSphere) Dim() int { return int(s) }

// Flat stores v in dst.
func (s UnitSphere) Flat(dst, x, v []float64) {
	lengths(int(s), dst, x, v)
	copy(dst, v)
}

// Sharp stores ξ - (ξ·x) x in dst.
func (s UnitSphere) Sharp(dst, x, xi []float64) {
	lengths(int(s), dst, x, xi)
	normal := dot(xi, x)
	for i := range dst {
		dst[i] = xi[i] - normal*x[i]
	}
}

// Christoffel stores (u·v) x in dst.
func (s UnitSphere) Christoffel(dst, x, u, v []float64) {
	lengths(int(s), dst, x, u, v)
	uv := dot(u, v)
	for i := range dst {
		dst[i] = uv * x[i]
	}
}

// Reach returns +Inf: no coordinate ends.
func (s UnitSphere) Reach([]float64, int) float64 { return math.Inf(1) }

// Distance returns the angle between two unit vectors, NaN for vectors that are
// not finite.
func (s UnitSphere) Distance(x, y []float64) float64 {
	lengths(int(s), x, y)
	if n := dot(x, x) + dot(y, y); math.IsInf(n, 0) {
		return math.NaN()
	}
	return angleOf(x, y, difference(x, y))
}

// Exp returns the end of the great circle that starts at x with the tangent
// velocity v. It is an error if x is not a unit vector or v not a tangent one.
func (s UnitSphere) Exp(x, v []float64) ([]float64, error) {
	lengths(int(s), x, v)
	if n := dot(x, x); !(math.Abs(n-1) <= 1e-9) {
		return nil, fmt.Errorf("geometry: x = %v has length %.12g: a point of the unit sphere has length 1", x, math.Sqrt(n))
	}
	if n := dot(x, v); !(math.Abs(n) <= 1e-9*(1+math.Sqrt(dot(v, v)))) || math.IsInf(n, 0) {
		return nil, errors.New("geometry: the velocity is not tangent to the sphere: project it by Sharp")
	}
	c := towards(x, v)
	y := make([]float64, len(x))
	sin, cos := math.Sincos(c.turn)
	for i := range y {
		y[i] = cos*x[i] + sin*c.e[i]
	}
	return y, nil
}

// Retract stores (x + v)/|x + v| in dst: a retraction of second order.
func (s UnitSphere) Retract(dst, x, v []float64) {
	lengths(int(s), dst, x, v)
	var size float64
	for i := range dst {
		dst[i] = x[i] + v[i]
		size = math.Hypot(size, dst[i])
	}
	for i := range dst {
		dst[i] /= size
	}
}

func dot(u, v []float64) (s float64) {
	for i := range u {
		s += u[i] * v[i]
	}
	return s
}
