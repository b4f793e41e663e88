package adjoint_test

import (
	"bytes"
	"errors"
	"fmt"

	"hopflow/flows"
	"hopflow/flows/adjoint"
	"hopflow/lyapunov/activation"
)

// A continuous Hopfield network, its parameters by name, and the products that
// the adjoint method is made of.
func ExampleLayers() {
	tanh := activation.NewTanh(1)
	m := adjoint.Layers(adjoint.Relax(0.5, adjoint.Affine(2, 2), adjoint.Activation(tanh))) // τx' = -x + tanh(W x + b)
	theta := make([]float64, m.Params())
	copy(m.Slice("W", theta), []float64{0, 1.5, 1.5, 0})
	copy(m.Slice("b", theta), []float64{0.2, -0.1})

	at := m.At(theta, 1)
	x, rate, memo := []float64{0.3, -0.6}, make([]float64, 2), make([]float64, at.Memo())
	at.Rate(rate, 0, x, memo)
	fmt.Printf("f = %.6f\n", rate)

	a, dx, dtheta := []float64{1, 0}, make([]float64, 2), make([]float64, m.Params())
	at.Pull(dx, dtheta, 0, x, memo, a)
	fmt.Printf("a ∂f/∂x = %.6f\n", dx)
	fmt.Printf("a ∂f/∂W row 0 = %.6f\n", m.Block("W", dtheta).RawRowView(0))
	fmt.Println("laws:", adjoint.CheckModel(m, theta, []flows.State{{X: x}}))
	// Output:
	// f = [-1.808736 1.872751]
	// a ∂f/∂x = [-2.000000 1.904219]
	// a ∂f/∂W row 0 = [0.380844 -0.761688]
	// laws: <nil>
}

// The van der Pol oscillator in scalar code: its products come from the tape.
func ExampleTrace() {
	m := adjoint.Trace(2, 1, func(dst []adjoint.Var, _ adjoint.Var, x, p []adjoint.Var) {
		dst[0] = x[1]
		dst[1] = p[0].Mul(adjoint.Const(1).Sub(x[0].Mul(x[0]))).Mul(x[1]).Sub(x[0])
	})
	fmt.Println("laws:", adjoint.CheckModel(m, []float64{1.5}, []flows.State{{X: []float64{0.4, -1.2}}}))

	f, df := adjoint.Differentiate(func(x []adjoint.Var) adjoint.Var {
		return x[0].Mul(x[1].Sin()).Exp()
	}, []float64{0.5, 2})
	fmt.Printf("exp(x sin y) = %.6f, slopes %.6f\n", f, df)
	// Output:
	// laws: <nil>
	// exp(x sin y) = 1.575620, slopes [1.432707 -0.327845]
}

func ExampleSave() {
	m := adjoint.Layers(adjoint.TimeAffine(2, 3), adjoint.Activation(activation.NewTanh(1)), adjoint.Affine(3, 2))
	var file bytes.Buffer
	if err := adjoint.Save(&file, m, m.Glorot(1)); err != nil {
		fmt.Println(err)
	}
	back, _, err := adjoint.Load(bytes.NewReader(file.Bytes()))
	fmt.Println(back, err)

	edited := bytes.Replace(file.Bytes(), []byte(`"rate":1`), []byte(`"rate":2`), 1)
	_, _, err = adjoint.Load(bytes.NewReader(edited))
	fmt.Println(errors.Is(err, adjoint.ErrChecksum))
	// Output:
	// Layers(TimeAffine(2, 3), Activation(Tanh{Rate:1}), Affine(3, 2)) <nil>
	// true
}
