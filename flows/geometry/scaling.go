package geometry

import (
	"fmt"

	"hopflow/flows"
)

// ScalingDefect returns F(λx) - λ^power F(x) of an autonomous field, [CH]
// Theorem 3, corrected: it is 0 for the flow -∇E of E = |h|² with h homogeneous
// of degree r, if power = 2r - 1, λ > 0, h has no biases and the metric is
// constant. (The printed λ^(2r-2) is after division by λ, and λ < 0 is not
// covered.) For r = 1 rescaled trajectories are trajectories; for another r
// they are, with time running λ^(2r-2) times as fast. factor is λ^power, which
// the caller computes: a negative λ has no general power.
func ScalingDefect(f flows.Field, x []float64, lambda, factor float64) []float64 {
	n := len(x)
	scaled, at, moved := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range x {
		scaled[i] = lambda * x[i]
	}
	f(moved, 0, scaled)
	f(at, 0, x)
	for i := range moved {
		moved[i] -= factor * at[i]
	}
	return moved
}

// Sliding returns the velocity with which a state slides along a surface where
// a field jumps, in the sense of Filippov: the convex combination of the two
// one-sided fields that is tangent to the surface,
//
//	v = (b f_a - a f_b)/(b - a),   a = ν·f_a, b = ν·f_b,
//
// where ν is a covector normal to the surface, f_a the field on the side that ν
// points away from, and f_b that on the other. A state slides where both sides
// push it onto the surface, a > 0 > b; it is an error with both numbers where
// they do not, and the state crosses, or leaves either way. [CH] Theorem 3's
// energy of rectifiers has such surfaces: its flow is no solution in the sense
// of C¹ there.
func Sliding(normal, below, above []float64) ([]float64, error) {
	lengths(len(normal), below, above)
	a, b := dot(normal, below), dot(normal, above)
	if !(a > 0 && b < 0) {
		return nil, fmt.Errorf("geometry: no sliding: the normal velocity is %.6g below the surface and %.6g above, and both have to point at it (positive below, negative above): follow the field on the side that the state goes to", a, b)
	}
	v := make([]float64, len(normal))
	for i := range v {
		v[i] = (b*below[i] - a*above[i]) / (b - a)
	}
	return v, nil
}
