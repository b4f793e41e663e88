package adjoint_test

import (
	"errors"
	"fmt"
	"math"

	"hopflow/flows"
	"hopflow/flows/adjoint"
	"hopflow/flows/ode"
	"hopflow/lyapunov/activation"
)

// The linear flow x' = θ x has x(1) = e^θ x0, so that all derivatives of x(1) at
// θ = x0 = 1 are e, and [NH] Theorem 1 as printed gives -e for dL/dθ.
func ExampleProblem_Gradient() {
	p := &adjoint.Problem{Model: adjoint.Layers(adjoint.Linear(1, 1)), T1: 1, Terminal: adjoint.LinearLoss{1}}
	g, err := p.Gradient([]float64{1}, []float64{1})
	if err != nil {
		panic(err)
	}
	fmt.Printf("L %.6f  dL/dx0 %.6f  dL/dθ %.6f  dL/dT1 %.6f  dL/dT0 %.6f\n", g.Loss, g.X0, g.Theta, g.T1, g.T0)
	// Output: L 2.718282  dL/dx0 [2.718282]  dL/dθ [2.718282]  dL/dT1 2.718282  dL/dT0 -2.718282
}

// Data at several times, and a penalty along the way.
func ExampleObservations() {
	m := adjoint.Layers(adjoint.Relax(1, adjoint.Affine(2, 2), adjoint.Activation(activation.NewTanh(1))))
	data := &flows.Trajectory{T: []float64{0.5, 1, 2}, X: [][]float64{{0.3, -0.5}, {0.4, -0.3}, {0.5, 0}}}
	p := &adjoint.Problem{
		Model: m, Method: ode.RK4, Settings: &ode.Settings{Step: 0.05}, T1: 2,
		Observed: adjoint.Observations(data), Running: adjoint.Along(0.01, adjoint.SquaredDistance(nil)),
	}
	x0, theta := []float64{0.4, -0.7}, []float64{0.5, -1.2, 0.9, 0.3, 0.1, -0.2}
	g, err := p.Gradient(x0, theta)
	if err != nil {
		panic(err)
	}
	exact, err := p.ComplexStep(x0, theta)
	if err != nil {
		panic(err)
	}
	far := 0.0
	for j := range g.Theta {
		far = math.Max(far, math.Abs(g.Theta[j]-exact.Theta[j]))
	}
	fmt.Printf("%d steps, L = %.6f, off the complex step by less than 1e-13: %v\n", g.Steps, g.Loss, far < 1e-13)
	// Output: 40 steps, L = 0.070216, off the complex step by less than 1e-13: true
}

// Ten states in the place of a thousand: the same bits for three and a half
// times the work forwards.
func ExampleExtraSteps() {
	p := &adjoint.Problem{Model: adjoint.Layers(adjoint.Linear(1, 1)), Method: ode.RK4, Settings: &ode.Settings{Step: 0.001}, T1: 1, Terminal: adjoint.LinearLoss{1}}
	all, err := p.Gradient([]float64{1}, []float64{1})
	if err != nil {
		panic(err)
	}
	p.Checkpoints = 10
	few, err := p.Gradient([]float64{1}, []float64{1})
	if err != nil {
		panic(err)
	}
	fmt.Println(all.Stored, all.Extra, few.Stored, few.Extra, adjoint.ExtraSteps(1000, 10), all.Theta[0] == few.Theta[0])
	// Output: 1000 0 10 3636 3636 true
}

// A contracting network: re-integration cannot come back, and says so.
func ExampleProblem_Reintegrated() {
	m := adjoint.Layers(adjoint.Relax(1, adjoint.Affine(2, 2), adjoint.Activation(activation.NewTanh(1))))
	p := &adjoint.Problem{Model: m, Method: ode.RK4, Settings: &ode.Settings{Step: 0.05}, T1: 25, Terminal: adjoint.SquaredDistance(nil)}
	g, err := p.Reintegrated([]float64{0.4, -0.7}, []float64{0, 0.9, 0.9, 0, 0.01, -0.02})
	fmt.Println(errors.Is(err, adjoint.ErrMismatch), g.Mismatch > 1)
	// Output: true true
}
