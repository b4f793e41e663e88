package fokkerplanck_test

import (
	"fmt"
	"math"

	"hopflow/lyapunov/fokkerplanck"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

func Example() {
	grid := freeenergy.NewGrid(freeenergy.Uniform(-3, 3, 256))
	gen, err := fokkerplanck.New(grid, fokkerplanck.Equation{Energy: landscape.NewDoubleWell(1, 1), Temperature: 0.5}, nil)
	if err != nil {
		panic(err)
	}
	p0, err := freeenergy.Normalized(grid, func(x []float64) float64 { return math.Exp(-8 * (x[0] + 1) * (x[0] + 1)) })
	if err != nil {
		panic(err)
	}
	for c, err := range gen.Evolve(p0, 1, 0.25) {
		if err != nil {
			panic(err)
		}
		fmt.Printf("t = %.2f  F = %.6f  -τD = %.6f  ΔF = %.6f  %v\n", c.T, c.F, c.Allowed, c.DeltaF, c.Holds)
	}
	gap, err := gen.Gap()
	fmt.Printf("gap %.5f %v\n", gap, err)
	// Output:
	// t = 0.00  F = 0.245397  -τD = 0.000000  ΔF = 0.000000  true
	// t = 0.25  F = 0.152109  -τD = -0.058137  ΔF = -0.093288  true
	// t = 0.50  F = 0.106103  -τD = -0.039256  ΔF = -0.046005  true
	// t = 0.75  F = 0.069344  -τD = -0.033360  ΔF = -0.036760  true
	// t = 1.00  F = 0.038352  -τD = -0.028765  ΔF = -0.030991  true
	// gap 0.22732 <nil>
}

func ExampleGenerator_With() {
	axis := freeenergy.Uniform(0, 1, 64).Walled()
	grid := freeenergy.NewGrid(axis, axis)
	gen, err := fokkerplanck.New(grid, fokkerplanck.Equation{
		Energy:      landscape.Himmelblau{},
		Mobility:    fokkerplanck.Diagonal(func(dst, x []float64) { dst[0], dst[1] = x[0]*(1-x[0]), x[1]*(1-x[1]) }),
		Temperature: 25,
	}, nil)
	if err != nil {
		panic(err)
	}
	p0 := freeenergy.Uniformly(grid)
	for _, m := range []fokkerplanck.Method{fokkerplanck.Exponential{}, fokkerplanck.ImplicitEuler{}} {
		c, err := gen.With(m).Run(p0, 0.01, 1e-3)
		fmt.Printf("%v: F = %.3f %v\n", m, c.F, err)
	}
	// Output:
	// exponential: F = 55.524 <nil>
	// implicit Euler: F = 55.528 <nil>
}
