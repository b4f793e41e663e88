package training_test

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/optimize"

	"hopflow/lyapunov/training"
)

// valley is (1-x)² + 100 (y-x²)².
func valley(gradient, theta []float64, _ int) (float64, error) {
	x, y := theta[0], theta[1]
	gradient[0] = -2*(1-x) - 400*x*(y-x*x)
	gradient[1] = 200 * (y - x*x)
	return (1-x)*(1-x) + 100*(y-x*x)*(y-x*x), nil
}

func ExampleLoop() {
	theta := []float64{-1.2, 1}
	loop := training.Loop{
		Method:    training.Adam{Rate: 0.05, Schedule: training.Cosine(2000, 0)},
		Objective: valley, Steps: 2000,
	}
	for p, err := range loop.Run(theta) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if p.Step%1000 == 0 {
			fmt.Printf("%4d  loss %7.4f  θ = %.3f  %v\n", p.Step, p.Loss, theta, p.Reason)
		}
	}
	// Output:
	//    0  loss 24.2000  θ = [-1.200 1.000]  running
	// 1000  loss  0.0090  θ = [0.905 0.819]  running
	// 2000  loss  0.0013  θ = [0.964 0.930]  all steps taken
}

func ExampleMinimise() {
	theta := []float64{-1.2, 1}
	r, err := training.Minimise(valley, theta, &optimize.BFGS{}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("θ = %.6f: %v\n", theta, r.Status)

	_, err = training.Minimise(valley, []float64{-1.2, 1}, nil, &optimize.Settings{MajorIterations: 10})
	fmt.Println(errors.Is(err, training.ErrNotConverged))
	// Output:
	// θ = [1.000000 1.000000]: GradientThreshold
	// true
}
