package wasserstein_test

import (
	"fmt"

	"hopflow/flows/geometry"
	"hopflow/flows/wasserstein"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

// The recursion on fixed nodes follows the Fokker-Planck equation, whose free
// energy is 136.667 at the uniform density and 55.524 at t = 0.01.
func ExampleJKO_Nodes() {
	p := wasserstein.JKO{Energy: landscape.Himmelblau{}, Chart: geometry.NewTanh(0.25, 0.25), Temperature: 25, Step: 1e-4, Epsilon: 0.004}
	n, err := p.Nodes(freeenergy.Uniformly(wasserstein.FlatGrid(p.Chart, 64)))
	if err != nil {
		panic(err)
	}
	for s, err := range n.Steps(100) {
		if err != nil {
			panic(err)
		}
		if s.K == 100 {
			fmt.Printf("t = %.2f  F = %.2f  mass = %.6f\n", s.Time, s.FreeEnergy, s.Mass)
		}
	}
	// Output:
	// t = 0.01  F = 55.52  mass = 1.000000
}
