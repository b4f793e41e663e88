package sde_test

import (
	"fmt"
	"math"

	"hopflow/flows/sde"
	"hopflow/lyapunov/freeenergy"
)

// growth is dX = 0.05 X dt + 0.2 X dW.
var growth = &sde.System{
	Dim: 1, Shape: sde.Diagonal,
	Drift:      func(dst []float64, t float64, x []float64) { dst[0] = 0.05 * x[0] },
	Noise:      func(dst []float64, t float64, x, dw []float64) { dst[0] = 0.2 * x[0] * dw[0] },
	NoiseDeriv: func(dst []float64, t float64, x, v, dw []float64) { dst[0] = 0.2 * v[0] * dw[0] },
}

// One path, solved with two steps, beside its exact solution.
func ExampleSolve() {
	w := sde.NewBrownian(1, 0, 1, 7)
	var end [1]float64
	if err := w.Increment(end[:], 0, 1); err != nil {
		fmt.Println(err)
	}
	for _, h := range []float64{0.1, 0.001} {
		tr, err := sde.Solve(growth, sde.Milstein, []float64{1}, 0, 1, h, w)
		if err != nil {
			fmt.Println(err)
		}
		exact := math.Exp(0.05 - 0.02 + 0.2*end[0])
		fmt.Printf("h = %-5g  off by %.0e\n", h, math.Abs(tr.Last().X[0]-exact))
	}
	// Output:
	// h = 0.1    off by 6e-04
	// h = 0.001  off by 9e-06
}

// The same process in Stratonovich's calculus has another drift, and the same
// law.
func ExampleSystem_In() {
	s, err := growth.In(sde.Stratonovich)
	if err != nil {
		fmt.Println(err)
	}
	dst := make([]float64, 1)
	s.Drift(dst, 0, []float64{1})
	fmt.Printf("%v: drift %.2f at 1\n", s.Calculus, dst[0])
	_, err = sde.EulerMaruyama.Stepper(s, 1)
	fmt.Println(err)
	// Output:
	// Stratonovich: drift 0.03 at 1
	// sde: EulerMaruyama takes Itô systems, this one is Stratonovich: convert it by In(sde.Ito)
}

// The stationary variance of Euler-Maruyama's scheme for dX = -X dt + √2 dW is
// not 1 but 1/(1 - h/2).
func ExampleKernel() {
	s := &sde.System{
		Dim: 1, Shape: sde.Additive,
		Drift: func(dst []float64, t float64, x []float64) { dst[0] = -x[0] },
		Noise: func(dst []float64, t float64, x, dw []float64) { dst[0] = math.Sqrt2 * dw[0] },
	}
	k, err := sde.NewKernel(s, freeenergy.Uniform(-9, 9, 300), 0.1)
	if err != nil {
		fmt.Println(err)
	}
	q, err := k.Stationary()
	if err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%.12f\n", q.Mean(func(x []float64) float64 { return x[0] * x[0] }))
	// Output: 1.052631578947
}
