package kramersmoyal_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/kramersmoyal"
)

// doubleWell is a path of dx = -E' dt + √(2T) dW in E = (x²-1)², T = 1/2.
func doubleWell(n int, dt float64) []float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	x := make([]float64, n)
	for i := 1; i < n; i++ {
		y := x[i-1]
		x[i] = y - dt*4*y*(y*y-1) + math.Sqrt(dt)*rng.NormFloat64()
	}
	return x
}

func ExampleEstimate() {
	const dt = 0.001
	series := kramersmoyal.NewSeries(dt, doubleWell(1_000_000, dt))
	grid := freeenergy.NewGrid(freeenergy.Uniform(-1.5, 1.5, 60))
	c, err := kramersmoyal.Estimate(series, grid, &kramersmoyal.Regression{Bandwidth: kramersmoyal.Fixed(0.15)})
	if err != nil {
		panic(err)
	}
	for _, x := range []float64{-1.025, 0.025, 0.525} {
		drift, stderr, _ := c.D(1).At(x)
		diffusion, _, _ := c.D(2).At(x)
		fmt.Printf("x = %6.3f  D1 = %5.2f ± %.2f (%5.2f)  D2 = %.3f\n", x, drift, stderr, -4*x*(x*x-1), diffusion)
	}
	test, err := c.TestDiffusion(0)
	fmt.Printf("M4/3M2² = %.3f, a diffusion: %v %v\n", test.Ratio, test.Diffusion(5.5), err)
	// Output:
	// x = -1.025  D1 =  0.31 ± 0.08 ( 0.21)  D2 = 0.498
	// x =  0.025  D1 = -0.06 ± 0.20 ( 0.10)  D2 = 0.507
	// x =  0.525  D1 =  1.51 ± 0.13 ( 1.52)  D2 = 0.504
	// M4/3M2² = 0.998, a diffusion: true <nil>
}

func ExampleCoefficients_Potential() {
	const dt, T = 0.001, 0.5
	c, err := kramersmoyal.Estimate(kramersmoyal.NewSeries(dt, doubleWell(1_000_000, dt)), nil, nil)
	if err != nil {
		panic(err)
	}
	p, err := c.Potential(T)
	if err != nil {
		panic(err)
	}
	top, stderr, _ := p.Energy.At(0)
	left, _, _ := p.Energy.At(-1)
	right, _, _ := p.Energy.At(1)
	fmt.Printf("barrier %.2f ± %.2f, exactly 1\n", top-min(left, right), stderr)
	// Output:
	// barrier 0.94 ± 0.06, exactly 1
}
