package adjoint

import (
	"math"
	"testing"

	"hopflow/lyapunov/activation"
)

// The real part of σ(u + iε) is σ(u) and the imaginary part εσ'(u), in the tails
// too, where sinh, cosh and exp overflow.
func TestComplexValues(t *testing.T) {
	const eps = 1e-100
	for _, f := range []activation.Function{
		activation.NewTanh(1.7), logistic, activation.NewArctan(0.6), activation.NewAlgebraic(1.3),
		activation.NewRectifier(0, 2), activation.NewRectifier(0.2, 1.1), foreign,
	} {
		for _, u := range []float64{0, 1e-9, -0.02, 0.3, -0.7, 1, -1, 2.5, -6, 13, -15, 19.9, 20.1, -40, 300, -300, 800, -800} {
			z := complexValue(f, complex(u, eps))
			for _, c := range []struct {
				what      string
				got, want float64
			}{{"value", real(z), f.Value(u)}, {"derivative", imag(z) / eps, f.Deriv(u)}} {
				// Parts below 1e-300 ε are not numbers any more.
				if math.Abs(c.got-c.want) > 4e-15*math.Max(math.Abs(c.want), 1e-13) {
					t.Errorf("%#v: %s %.17g at %g, want %.17g", f, c.what, c.got, u, c.want)
				}
			}
		}
		// Off the line, f is analytic: the derivative does not depend on the direction.
		if f == foreign {
			continue
		}
		z, h := 0.4+0.3i, complex(1e-5, 0)
		along := (complexValue(f, z+h) - complexValue(f, z-h)) / (2 * h)
		h *= 1i
		across := (complexValue(f, z+h) - complexValue(f, z-h)) / (2 * h)
		if d := along - across; math.Hypot(real(d), imag(d)) > 1e-8 {
			t.Errorf("%#v: derivative %v along the line, %v across", f, along, across)
		}
	}
}
