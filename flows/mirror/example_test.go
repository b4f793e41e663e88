package mirror_test

import (
	"fmt"

	"hopflow/flows/mirror"
	"hopflow/lyapunov/landscape"
)

// Mirror descent of a quadratic energy in the cube, as Euler on the hidden
// state: [HF] Remark 2.
func ExampleSolve() {
	psi := mirror.BitEntropy(0.25, 0.6)
	f := landscape.Harmonic(1, 0.3, 0.7)
	path, err := mirror.Solve(f, []float64{0.9, 0.1}, mirror.Descent{Map: psi, Rule: mirror.Fixed(1)}, 50)
	if err != nil {
		fmt.Println(err)
		return
	}
	bound := mirror.DescentBound(mirror.Bregman(psi, []float64{0.3, 0.7}, []float64{0.9, 0.1}), 0, 1, 50)
	fmt.Printf("x = %.4f after %d steps, f below its bound: %v\n", path.Last().X, path.Last().K, path.Last().F < bound)
	// Output: x = [0.3000 0.7000] after 50 steps, f below its bound: true
}

// The two sides of [HF] (18b).
func ExampleDualBregman() {
	psi := mirror.Softplus(0.7, 1.3)
	z, w := []float64{0.4, -0.9}, []float64{-0.3, 0.5}
	fmt.Printf("%.12f %.12f\n", mirror.Bregman(psi, z, w), mirror.DualBregman(psi, z, w))
	// Output: 0.952811655218 0.952811655218
}

// A step with a mirror map whose gradient is bounded may have no solution.
func ExampleError() {
	psi := mirror.Softplus(1)
	f := mirror.Compose(landscape.Harmonic(60, 1.4), psi)
	_, err := mirror.Solve(f, []float64{0.5493061443340549}, mirror.Descent{Map: psi, Rule: mirror.Fixed(0.1)}, 1)
	fmt.Println(err)
	// Output: mirror: no solution of the mirror step at step 0, h = 0.1: coordinate 0 is 1.98, from x = [0.549306]: shorten the step, or take the conjugate as mirror map (BitEntropy instead of Softplus): its gradient is onto
}
