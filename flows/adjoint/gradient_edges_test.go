package adjoint

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"hopflow/flows/ode"
)

// Whatever the numbers, no road returns NaN or an infinity without an error.
func TestNothingUndefinedWithoutAnError(t *testing.T) {
	edge := rapid.OneOf(
		rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 5e-324, 1e-300, -1e300, 1e300, math.MaxFloat64, math.NaN(), math.Inf(1), math.Inf(-1), 1}),
		rapid.Float64Range(-3, 3), rapid.Float64Range(-3, 3),
	)
	m := Layers(Leak(1, TimeAffine(2, 2), Activation(tanh)))
	rapid.Check(t, func(t *rapid.T) {
		theta, x0, c := rapid.SliceOfN(edge, 8, 8).Draw(t, "theta"), rapid.SliceOfN(edge, 2, 2).Draw(t, "x0"), rapid.SliceOfN(edge, 2, 2).Draw(t, "c")
		p := &Problem{Model: m, T0: edge.Draw(t, "T0"), T1: edge.Draw(t, "T1"), Terminal: SquaredDistance(c), Running: Along(edge.Draw(t, "rate"), LinearLoss(c)),
			Settings: &ode.Settings{RelTol: 1e-3, AbsTol: 1e-3, MaxSteps: 300}, Mismatch: math.Inf(1)}
		if rapid.Bool().Draw(t, "equal") {
			p.Settings = &ode.Settings{Step: 0.2, MaxSteps: 300}
		}
		for _, road := range append(everyRoad, struct {
			name string
			by   func(p *Problem, x0, theta []float64) (*Gradient, error)
		}{"ComplexStep", (*Problem).ComplexStep}) {
			g, err := road.by(p, x0, theta)
			if err != nil || g == nil { // Loss and Adjoint return no Gradient
				continue
			}
			for _, v := range append(append(g.numbers(), g.X1...), g.Loss, g.Mismatch) {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%s: %+v", road.name, g)
				}
			}
		}
		if v, err := p.Loss(x0, theta); err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
			t.Fatalf("Loss: %v", v)
		}
	})
}
