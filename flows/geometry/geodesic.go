package geometry

import "math"

// A Path is a map t ↦ γ(t), t in [0, 1].
type Path interface {
	// Dim returns the number of coordinates.
	Dim() int
	// At stores γ(t) in dst.
	At(dst []float64, t float64)
}

// A Curve is a Path with its velocity.
type Curve interface {
	Path
	// Velocity stores dγ/dt in dst.
	Velocity(dst []float64, t float64)
}

// A Geodesic is the shortest curve of the tanh metric between two points, in
// closed form,
//
//	γ_i(t) = sin²((1-t) arcsin √x_i + t arcsin √y_i),
//
// [HF] (29). It is traversed with constant speed, does not depend on β, and
// continues beyond [0, 1] as a geodesic until it meets the boundary.
type Geodesic struct {
	from []float64 // arcsin √x
	turn []float64 // arcsin √y - arcsin √x, signed
	root []float64 // 1/√β
}

var _ Curve = (*Geodesic)(nil)

// Geodesic returns the geodesic from x to y. The error is a *CoordinateError
// that names the first coordinate outside [0, 1]. It panics if the lengths
// differ from the dimension.
func (m *Tanh) Geodesic(x, y []float64) (*Geodesic, error) {
	lengths(len(m.gain), x, y)
	if err := inside("x", x, 0, 1, false); err != nil {
		return nil, err
	}
	if err := inside("y", y, 0, 1, false); err != nil {
		return nil, err
	}
	g := &Geodesic{from: make([]float64, len(x)), turn: make([]float64, len(x)), root: m.root}
	for i := range x {
		g.from[i] = angle(x[i])
		g.turn[i] = math.Copysign(angleBetween(x[i], y[i]), y[i]-x[i])
	}
	return g, nil
}

// Dim returns the number of coordinates.
func (g *Geodesic) Dim() int { return len(g.from) }

// At stores γ(t) in dst.
func (g *Geodesic) At(dst []float64, t float64) {
	lengths(len(g.from), dst)
	for i := range dst {
		s := math.Sin(g.from[i] + t*g.turn[i])
		dst[i] = s * s
	}
}

// Velocity stores dγ_i/dt = turn_i sin(2 arcsin √γ_i) in dst. Its square is
// a_i γ_i(1-γ_i), [HF] (27), corrected.
func (g *Geodesic) Velocity(dst []float64, t float64) {
	lengths(len(g.from), dst)
	for i := range dst {
		dst[i] = g.turn[i] * math.Sin(2*(g.from[i]+t*g.turn[i]))
	}
}

// Constants returns the constants of integration of coordinate i in [HF] (27)
// and (28), corrected: γ_i(t) = sin²((sign √a t + b)/2), a = 4(θ_y-θ_x)²,
// b = 2θ_x, where sign is that of y_i - x_i; [HF] prints + for all.
func (g *Geodesic) Constants(i int) (a, b, sign float64) {
	return 4 * g.turn[i] * g.turn[i], 2 * g.from[i], math.Copysign(1, g.turn[i])
}

// Length returns the geodesic's length over t in [0, 1], which is the distance
// of its ends and the speed at every t.
func (g *Geodesic) Length() float64 {
	var s float64
	for i, r := range g.root {
		s += g.turn[i] * r * g.turn[i] * r
	}
	return math.Sqrt(s)
}

// A Segment is the straight line γ(t) = (1-t)x + t y in the coordinates x:
// what one would draw without knowing the metric.
type Segment struct{ X, Y []float64 }

var _ Curve = Segment{}

// Dim returns the number of coordinates.
func (s Segment) Dim() int { return len(s.X) }

// At stores γ(t) in dst.
func (s Segment) At(dst []float64, t float64) {
	lengths(len(s.X), dst, s.Y)
	for i := range dst {
		dst[i] = (1-t)*s.X[i] + t*s.Y[i]
	}
}

// Velocity stores y - x in dst.
func (s Segment) Velocity(dst []float64, _ float64) {
	lengths(len(s.X), dst, s.Y)
	for i := range dst {
		dst[i] = s.Y[i] - s.X[i]
	}
}
