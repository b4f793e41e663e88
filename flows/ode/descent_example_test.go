package ode_test

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/ode"
	"hopflow/lyapunov/landscape"
)

// A ball is thrown up and comes down: the second event stops it.
func ExampleSolveWith() {
	fall := func(dst []float64, _ float64, x []float64) { dst[0], dst[1] = x[1], -9.81 }
	height := func(_ float64, x []float64) float64 { return x[0] }
	speed := func(_ float64, x []float64) float64 { return x[1] }
	events := []ode.Event{
		{Name: "top", Function: speed, Direction: ode.Falling},
		{Name: "floor", Function: height, Direction: ode.Falling, Terminal: true},
	}
	_, hits, err := ode.SolveWith(events, fall, []float64{1.5, 4}, 0, 10, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range hits {
		fmt.Printf("%s at t = %.6f\n", c.Event.Name, c.T)
	}
	fmt.Printf("exactly  %.6f and %.6f\n", 4/9.81, (4+math.Sqrt(16+2*9.81*1.5))/9.81)
	// Output:
	// top at t = 0.407747
	// floor at t = 1.094819
	// exactly  0.407747 and 1.094819
}

// Explicit steps of this length leave the wells; the discrete gradient's descend,
// if slowly: they are far too long to be accurate.
func ExampleGradientFlow() {
	flow := ode.GradientFlow{Energy: landscape.NewDoubleWell(1, 1)}
	for s, err := range flow.Steps([]float64{3}, 0, 30, ode.Gonzalez, 10) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("t = %2.0f  x = %+.4f  E = %.6f\n", s.T, s.X[0], s.Energy)
	}
	tr, err := ode.Solve(flow.Field(), []float64{3}, 0, 30, ode.Euler, &ode.Settings{Step: 10})
	fmt.Printf("Euler: x = %.3g after one step (%v)\n", tr.X[1][0], err)
	// Output:
	// t =  0  x = +3.0000  E = 64.000000
	// t = 10  x = -2.9622  E = 60.445212
	// t = 20  x = +2.9238  E = 56.980718
	// t = 30  x = -2.8847  E = 53.606826
	// Euler: x = -957 after one step (<nil>)
}

// With its Jacobian a stiff relaxation takes a few dozen steps.
func ExampleRosenbrock_With() {
	relax := func(dst []float64, t float64, x []float64) { dst[0] = -1e6 * (x[0] - math.Cos(t)) }
	jacobian := func(dst *mat.Dense, _ float64, _ []float64) { dst.Set(0, 0, -1e6) }
	tr, err := ode.Solve(relax, []float64{0}, 0, 1, ode.RodasP.With(jacobian), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("x(1) = %.6f, cos 1 = %.6f, in fewer than 200 steps: %v\n", tr.Last().X[0], math.Cos(1), tr.Len() < 200)
	// Output:
	// x(1) = 0.540303, cos 1 = 0.540302, in fewer than 200 steps: true
}

// The gradient of a network of rectifiers jumps where one switches: the solution
// slides along that line.
func ExampleFilippov() {
	flow := ode.Filippov{
		Below:   func(dst []float64, _ float64, x []float64) { dst[0], dst[1] = 0, -8*x[1] },
		Above:   func(dst []float64, _ float64, x []float64) { dst[0], dst[1] = -2*x[0], 0 },
		Surface: func(x []float64) float64 { return -x[0] + 2*x[1] },
		Normal:  func(dst, _ []float64) { dst[0], dst[1] = -1, 2 },
	}
	tr, modes, err := flow.Solve([]float64{-2, -1}, 0, 1, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := tr.Last().X
	fmt.Printf("%v to (%.6f, %.6f), exactly (%.6f, %.6f)\n", modes[0], x[0], x[1], -2*math.Exp(-1.6), -math.Exp(-1.6))
	// Output:
	// sliding to (-0.403793, -0.201897), exactly (-0.403793, -0.201897)
}
