package adjoint_test

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/adjoint"
	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/hopfield"
)

func ExampleAlgorithm2() {
	patterns := [][]float64{{0.7, -0.7, 0.8}, {-0.7, 0.7, 0.8}}
	c, err := hopfield.NewContinuous(mat.NewDense(3, 3, nil), nil, activation.NewTanh(1))
	if err != nil {
		fmt.Println(err)
		return
	}
	a := adjoint.Algorithm2{Network: c, Patterns: patterns, Projection: hopfield.EveryPass, Passes: 500}
	c, last, err := a.Train()
	if err != nil {
		fmt.Println(err)
		return
	}
	y := make([]float64, 3)
	for _, x := range patterns {
		c.Output(y, x)
		fmt.Printf("x = %.3f  f(Wx + b) = %.3f\n", x, y)
	}
	fmt.Println(last.Step, "steps,", last.Reason)
	// Output:
	// x = [0.700 -0.700 0.800]  f(Wx + b) = [0.700 -0.700 0.800]
	// x = [-0.700 0.700 0.800]  f(Wx + b) = [-0.700 0.700 0.800]
	// 1000 steps, all steps taken
}
