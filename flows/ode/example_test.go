package ode_test

import (
	"errors"
	"fmt"
	"math"

	"hopflow/flows"
	"hopflow/flows/ode"
)

// pull is dx/dt = -x + cos t, drawn to (cos t + sin t)/2.
func pull(dst []float64, t float64, x []float64) { dst[0] = -x[0] + math.Cos(t) }

func ExampleSolve() {
	tr, err := ode.Solve(pull, []float64{1.7}, 0, 20, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	end := tr.Last()
	fmt.Printf("x(%g) = %.6f, on the attractor %.6f\n", end.T, end.X[0], (math.Cos(20)+math.Sin(20))/2)
	// Output:
	// x(20) = 0.660514, on the attractor 0.660514
}

// The caller of Steps looks at each state and stops when it has seen enough.
func ExampleSteps() {
	for s, err := range ode.Steps(pull, []float64{1.7}, 0, 20, ode.RK4, &ode.Settings{Step: 0.1}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if s.X[0] < 0 {
			fmt.Printf("negative at t = %.1f\n", s.T)
			break
		}
	}
	// Output:
	// negative at t = 2.5
}

// The states are wanted at given times: the steps stay as long as they are.
func ExampleSample() {
	tr, err := ode.Sample(pull, []float64{1.7}, []float64{0, 0.5, 1.5, 4}, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for k := range tr.Len() {
		s := tr.At(k)
		exact := (math.Cos(s.T)+math.Sin(s.T))/2 + 1.2*math.Exp(-s.T)
		fmt.Printf("x(%.1f) = %.6f, exactly %.6f\n", s.T, s.X[0], exact)
	}
	// Output:
	// x(0.0) = 1.700000, exactly 1.700000
	// x(0.5) = 1.406341, exactly 1.406341
	// x(1.5) = 0.801872, exactly 0.801872
	// x(4.0) = -0.683244, exactly -0.683244
}

// A method that the package lacks is a table away, and its laws come with it.
func ExampleParseTableau() {
	threeEighths, err := ode.ParseTableau("Kutta's 3/8 rule", `
0   |
1/3 | 1/3
2/3 | -1/3 1
1   | 1   -1   1
p=4 | 1/8  3/8 3/8 1/8`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(threeEighths, "of order", threeEighths.Order())
	fmt.Println("laws:", ode.CheckMethod(threeEighths))
	threeEighths.P = 5
	fmt.Println("laws:", ode.CheckMethod(threeEighths))
	// Output:
	// Kutta's 3/8 rule of order 4
	// laws: <nil>
	// laws: ode: the error at the end falls like h^3.99, but Order() is 5: a coefficient or the order is wrong
}

// Where a solution ends before the interval does, what was reached comes with
// the error.
func ExampleError() {
	square := func(dst []float64, _ float64, x []float64) { dst[0] = x[0] * x[0] }
	tr, err := ode.Solve(square, []float64{0.8}, 0, 2, nil, nil)
	var stopped *ode.Error
	if errors.As(err, &stopped) {
		fmt.Printf("%v at t = %.4f, the pole is at %.4f\n", stopped.Reason, stopped.At.T, 1/0.8)
		fmt.Println("the last state is that one:", tr.Last().T == stopped.At.T)
	}
	// Output:
	// step size underflow at t = 1.2500, the pole is at 1.2500
	// the last state is that one: true
}

// The scratch of a Stepper belongs to one loop; the State it moves is the
// caller's.
func ExampleStepper() {
	s, x := ode.RK4.Stepper(flows.Field(pull), 1), []float64{1.7}
	const h = 0.01
	for k := range 100 {
		s.Step(x, h*float64(k), h, x)
	}
	fmt.Printf("x(1) = %.6f\n", x[0])
	// Output:
	// x(1) = 1.132342
}
