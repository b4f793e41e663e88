package hopfield

import (
	"math"

	"hopflow/lyapunov/activation"
)

// A Separable is a Lagrangian Σ_i L_i(x_i) of units that each have an activation
// σ_i = L_i': the layer of [LF] Definition 13 as it is commonly meant. Its
// Hessian is diagonal. Where σ' underflows (tanh beyond |x| = 370) K is infinite.
type Separable struct{ f []activation.Smooth }

var _ Lagrangian = (*Separable)(nil)

// Layer returns a layer of n units with the activation f. It panics unless n is
// positive and f is given.
func Layer(n int, f activation.Smooth) *Separable {
	if n < 1 || f == nil {
		panic("hopfield: a layer needs at least one unit and an activation")
	}
	s := &Separable{make([]activation.Smooth, n)}
	for i := range s.f {
		s.f[i] = f
	}
	return s
}

// LayerOf returns a layer with a unit for each activation.
func LayerOf(f ...activation.Smooth) *Separable {
	if len(f) == 0 {
		panic("hopfield: a layer needs at least one unit")
	}
	for _, fi := range f {
		if fi == nil {
			panic("hopfield: a layer with a unit without an activation")
		}
	}
	return &Separable{append([]activation.Smooth(nil), f...)}
}

// Dim returns the number of units.
func (s *Separable) Dim() int { return len(s.f) }

// Activation returns σ of unit i.
func (s *Separable) Activation(i int) activation.Smooth { return s.f[i] }

// Value returns Σ L_i(x_i), L_i(x) = x σ(x) - L_i*(σ(x)) with the constant of
// the activation's InverseIntegral: ln cosh x for tanh.
func (s *Separable) Value(x []float64) (v float64) {
	checkLen(x, len(s.f))
	for i, f := range s.f {
		y := f.Value(x[i])
		v += x[i]*y - f.InverseIntegral(y)
	}
	return v
}

// Conjugate returns Σ L_i*(σ(x_i)), without the cancellation of x·g - L.
func (s *Separable) Conjugate(x []float64) (v float64) {
	checkLen(x, len(s.f))
	for i, f := range s.f {
		v += f.InverseIntegral(f.Value(x[i]))
	}
	return v
}

// Gradient stores σ_i(x_i) in dst.
func (s *Separable) Gradient(dst, x []float64) {
	checkLen(x, len(s.f))
	checkLen(dst, len(s.f))
	for i, f := range s.f {
		dst[i] = f.Value(x[i])
	}
}

// HessianTimes stores σ_i'(x_i) w_i in dst.
func (s *Separable) HessianTimes(dst, x, w []float64) {
	for i, f := range s.f {
		dst[i] = f.Deriv(x[i]) * w[i]
	}
}

// Solve stores ξ_i/σ_i'(x_i) in dst.
func (s *Separable) Solve(dst, x, xi []float64) {
	for i, f := range s.f {
		dst[i] = xi[i] / f.Deriv(x[i])
	}
}

// SolveSqrt stores w_i/√σ_i'(x_i) in dst.
func (s *Separable) SolveSqrt(dst, x, w []float64) {
	for i, f := range s.f {
		dst[i] = w[i] / math.Sqrt(f.Deriv(x[i]))
	}
}

// LogDet returns Σ ln σ_i'(x_i).
func (s *Separable) LogDet(x []float64) (v float64) {
	checkLen(x, len(s.f))
	for i, f := range s.f {
		v += math.Log(f.Deriv(x[i]))
	}
	return v
}

// LogDetGradient stores σ_i”/σ_i' in dst.
func (s *Separable) LogDetGradient(dst, x []float64) {
	for i, f := range s.f {
		dst[i] = f.Deriv2(x[i]) / f.Deriv(x[i])
	}
}
