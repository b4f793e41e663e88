package geometry

import (
	"fmt"
	"math"
)

// Tanh is the metric of the soft projection, g_ii = 1/(4β_i x_i(1-x_i)), [HF]
// (24), on the cube of n = len(β) dimensions, with its connection, its flat
// chart, its geodesics and its distance in closed form.
//
// Use NewTanh. Its methods neither allocate nor change it, so one value may
// serve many goroutines.
type Tanh struct {
	gain []float64 // β
	root []float64 // 1/√β
}

var (
	_ Metric     = (*Tanh)(nil)
	_ Connection = (*Tanh)(nil)
	_ Chart      = (*Tanh)(nil)
	_ Diagonal   = (*Tanh)(nil)
)

// NewTanh returns the tanh metric with a gain β for each coordinate. It panics
// unless there is at least one and all are positive and finite.
func NewTanh(beta ...float64) *Tanh {
	if len(beta) == 0 {
		panic("geometry: a metric needs at least one gain β")
	}
	m := &Tanh{gain: append([]float64(nil), beta...), root: make([]float64, len(beta))}
	for i, b := range beta {
		if !(b > 0) || math.IsInf(b, 0) {
			panic(fmt.Sprintf("geometry: gain β[%d] is %v, want a positive finite number", i, b))
		}
		m.root[i] = 1 / math.Sqrt(b)
	}
	return m
}

// Dim returns the number of coordinates.
func (m *Tanh) Dim() int { return len(m.gain) }

// Gain returns β_i.
func (m *Tanh) Gain(i int) float64 { return m.gain[i] }

// Entry returns g_ii at the coordinate x_i: NaN outside [0, 1], +Inf at the
// ends.
func (m *Tanh) Entry(i int, xi float64) float64 { return 1 / m.inverse(i, xi) }

// inverse returns g^ii = 4β_i x_i(1-x_i).
func (m *Tanh) inverse(i int, xi float64) float64 {
	if !(0 <= xi && xi <= 1) {
		return math.NaN()
	}
	return 4 * m.gain[i] * xi * (1 - xi)
}

// Symbol returns Γ^i_ii = (2x_i-1)/(2x_i(1-x_i)) at the coordinate x_i, [HF]
// (25); it does not depend on β. All other symbols are zero.
func (m *Tanh) Symbol(_ int, xi float64) float64 {
	if !(0 <= xi && xi <= 1) {
		return math.NaN()
	}
	return (2*xi - 1) / (2 * xi * (1 - xi))
}

// Flat stores G(x) v in dst.
func (m *Tanh) Flat(dst, x, v []float64) { flat(m, dst, x, v) }

// Sharp stores G(x)⁻¹ ξ in dst: the natural gradient of [HF] (6) where ξ = ∇f.
func (m *Tanh) Sharp(dst, x, xi []float64) { sharp(m, dst, x, xi) }

// Christoffel stores Γ^i_ii u_i v_i in dst.
func (m *Tanh) Christoffel(dst, x, u, v []float64) { christoffel(m, dst, x, u, v) }

// Theta stores θ_i = arcsin(√x_i)/√β_i in dst.
func (m *Tanh) Theta(dst, x []float64) {
	lengths(len(m.gain), dst, x)
	for i := range dst {
		dst[i] = angle(x[i]) * m.root[i]
	}
}

// State stores x_i = sin²(√β_i θ_i) in dst, NaN outside the box.
func (m *Tanh) State(dst, theta []float64) {
	lengths(len(m.gain), dst, theta)
	for i := range dst {
		a := theta[i] / m.root[i]
		if !(-1e-15 <= a && a <= math.Pi/2+1e-15) { // the ends to rounding
			dst[i] = math.NaN()
			continue
		}
		s := math.Sin(a)
		dst[i] = s * s
	}
}

// Box returns 0, π/(2√β_i).
func (m *Tanh) Box(i int) (lo, hi float64) { return 0, math.Pi / 2 * m.root[i] }

// angle returns arcsin √x = arctan √(x/(1-x)), which keeps its digits at both
// ends. NaN outside [0, 1].
func angle(x float64) float64 { return math.Atan2(math.Sqrt(x), math.Sqrt(1-x)) }

// angleBetween returns |arcsin √x - arcsin √y| from the difference x - y, so
// that close points and points close to a corner lose no digits: for angles a
// and b, tan(a-b) = (sin²a - sin²b)/(sin a cos a + sin b cos b). It takes one
// arctangent where the difference of two arcsines takes two.
func angleBetween(x, y float64) float64 {
	d := math.Abs(x - y)
	if d == 0 && 0 <= x && x <= 1 {
		return 0 // also at the corners, where the denominator vanishes
	}
	return math.Atan(d / (math.Sqrt(x*(1-x)) + math.Sqrt(y*(1-y))))
}

// Distance returns the geodesic distance
//
//	d(x, y) = ‖(arcsin √x - arcsin √y) ⊘ √β‖,
//
// [HF] (30), corrected (erratum HF-30: printed with ⊘ β), to a few units in
// the last place. The boundary belongs to the domain: the cube's diagonal is
// π/2 ‖1 ⊘ √β‖ long. Coordinates outside [0, 1] give NaN. It panics if the
// lengths differ.
func (m *Tanh) Distance(x, y []float64) float64 {
	n := len(m.gain)
	lengths(n, x, y)
	if n == 1 {
		return angleBetween(x[0], y[0]) * m.root[0]
	}
	var s float64
	for i, r := range m.root {
		d := angleBetween(x[i], y[i]) * r
		s += d * d
	}
	return math.Sqrt(s)
}
