package geometry

import (
	"fmt"
	"math"
)

// A circle is a piece of a great circle of the unit sphere, cos(t turn) a +
// sin(t turn) e, with a and e orthonormal.
type circle struct {
	a, e []float64
	turn float64
}

// angleOf returns the angle between the unit vectors a and b = a + d, in [0,
// π], with full relative precision at both ends.
func angleOf(a, b, d []float64) float64 {
	var minus, plus float64
	for i := range a {
		minus = math.Hypot(minus, d[i])
		plus = math.Hypot(plus, a[i]+b[i])
	}
	return 2 * math.Atan2(minus, plus)
}

// difference returns b - a.
func difference(a, b []float64) []float64 {
	d := make([]float64, len(a))
	for i := range d {
		d[i] = b[i] - a[i]
	}
	return d
}

// between returns the shorter great circle from a to b = a + d. It is an error
// if they are antipodal, where there is no shortest one.
func between(a, b, d []float64) (circle, error) {
	c := circle{a: a, e: make([]float64, len(a)), turn: angleOf(a, b, d)}
	if !(c.turn < math.Pi-1e-12) {
		return c, fmt.Errorf("geometry: the points %v and %v of the unit sphere are antipodal: every great circle from one goes to the other: move one of them", a, b)
	}
	// b - (a·b) a, with a·b = 1 - |d|²/2: no digit lost for close points.
	var size float64
	chord := dot(d, d)
	for i := range a {
		c.e[i] = d[i] + a[i]*chord/2
		size = math.Hypot(size, c.e[i])
	}
	if size > 0 {
		for i := range c.e {
			c.e[i] /= size
		}
	}
	return c, nil
}

// towards returns the great circle that starts at a with the velocity w, a
// tangent vector there.
func towards(a, w []float64) circle {
	c := circle{a: a, e: make([]float64, len(a))}
	for _, wi := range w {
		c.turn = math.Hypot(c.turn, wi)
	}
	if c.turn > 0 {
		for i := range w {
			c.e[i] = w[i] / c.turn
		}
	}
	return c
}

// A GreatCircle is a geodesic of Simplex, Sphere or UnitSphere in closed form:
// a great circle of the sphere, carried to the manifold's coordinates.
type GreatCircle struct {
	circle
	n            int
	scale        float64 // the sphere's radius
	at, velocity func(dst, p, w []float64)
}

var _ Curve = (*GreatCircle)(nil)

// Dim returns the number of coordinates.
func (g *GreatCircle) Dim() int { return g.n }

// Length returns the length, which is the distance of the ends.
func (g *GreatCircle) Length() float64 { return g.scale * g.turn }

// sphere returns the point and the velocity on the unit sphere at t.
func (g *GreatCircle) sphere(t float64) (p, w []float64) {
	sin, cos := math.Sincos(t * g.turn)
	p, w = make([]float64, len(g.a)), make([]float64, len(g.a))
	for i := range p {
		p[i] = cos*g.a[i] + sin*g.e[i]
		w[i] = g.turn * (cos*g.e[i] - sin*g.a[i])
	}
	return p, w
}

// At stores γ(t) in dst.
func (g *GreatCircle) At(dst []float64, t float64) {
	lengths(g.n, dst)
	p, w := g.sphere(t)
	g.at(dst, p, w)
}

// Velocity stores dγ/dt in dst.
func (g *GreatCircle) Velocity(dst []float64, t float64) {
	lengths(g.n, dst)
	p, w := g.sphere(t)
	g.velocity(dst, p, w)
}

// leaves says that a geodesic does not stay in its manifold.
func leaves(x, v []float64, why error) error {
	return fmt.Errorf("geometry: the geodesic from %v with velocity %v leaves the manifold: shorten the velocity: %w", x, v, why)
}
