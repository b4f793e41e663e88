package mirror

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/activation"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var (
	cube3    = [][]float64{{0.2, 0.55, 0.9}, {0.7, 0.35, 0.15}, {0.02, 0.97, 0.6}}
	orthant3 = [][]float64{{0.2, 0.55, 0.9}, {3.7, 0.35, 0.15}, {0.02, 41, 6}}
	space3   = [][]float64{{0.2, -0.55, 0.9}, {-3.7, 0.35, 1.15}, {0.6, 4.1, -3}}
	simplex3 = [][]float64{{0.2, 0.55, 0.25}, {0.7, 0.05, 0.25}, {0.02, 0.9, 0.08}}
)

func matrix3() *Quadratic {
	return must(NewQuadratic(mat.NewSymDense(3, []float64{2, 0.5, -0.3, 0.5, 1.3, 0.2, -0.3, 0.2, 0.9})))
}

// bare hides all methods of an activation beyond Function's.
type bare struct{ activation.Function }

// all is the one table of implementations: none without a row. Their conjugates
// run as well, at the mirror coordinates of the points.
var all = []struct {
	name   string
	psi    Smooth
	points [][]float64
}{
	{"bit entropy", BitEntropy(0.25, 0.6, 1.3), cube3},
	{"entropy", Entropy(3), orthant3},
	{"log barrier", LogBarrier(3), orthant3},
	{"Euclidean", Euclidean(3), space3},
	{"simplex entropy", SimplexEntropy(3), simplex3},
	{"quadratic", matrix3(), space3},
	{"1.3-norm", NewPNorm(3, 1.3), space3},
	{"3-norm", NewPNorm(3, 3), space3},
	{"2-norm", NewPNorm(3, 2), space3},
	{"soft projections", Induced(activation.SoftProjection(0.25), activation.SoftProjectionLiteral(0.6), activation.NewLogistic(1.3)), cube3},
	{"tanh", Induced(activation.NewTanh(0.7), activation.NewTanh(1.3), activation.NewTanh(0.25)), cube3},
	{"arctan and algebraic", Induced(activation.NewArctan(0.7), activation.NewAlgebraic(1.3), activation.NewAlgebraic(0.6)), cube3},
	{"rectifiers", Induced(activation.NewRectifier(0.2, 3), activation.NewRectifier(0, 1.7), activation.NewRectifier(0.6, 1)), orthant3},
	{"bare activations", Induced(bare{activation.SoftProjection(0.6)}, bare{activation.NewArctan(0.7)}, bare{activation.NewAlgebraic(1.3)}), cube3},
	{"mixed terms", NewSeparable(bit{c: 0.3, lo: -1, hi: 3, shift: 0.2}, entropy{}, square{}), [][]float64{{0.2, 0.55, -3}, {-0.7, 3.5, 0.15}, {2.9, 0.1, 6}}},
}

func TestLaws(t *testing.T) {
	for _, c := range all {
		if err := CheckLegendre(c.psi, c.points); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		var dual [][]float64
		for k, x := range c.points {
			z := Gradient(c.psi, x)
			if c.name == "simplex entropy" { // any representative will do
				for i := range z {
					z[i] += 0.7 * float64(k)
				}
			}
			dual = append(dual, z)
		}
		if err := CheckLegendre(c.psi.Conjugate(), dual); err != nil {
			t.Errorf("conjugate of %s: %v", c.name, err)
		}
	}
}
