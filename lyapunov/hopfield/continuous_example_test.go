package hopfield_test

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/hopfield"
	"hopflow/lyapunov/training"
)

// All equilibria of two units, with their energies.
func ExampleContinuous_Equilibria() {
	w := mat.NewSymDense(2, []float64{0, 2, 2, 0})
	net, _ := hopfield.NewContinuous(w, nil, activation.NewTanh(1))
	all, err := net.Equilibria()
	if err != nil {
		fmt.Println(err)
	}
	for _, e := range all {
		fmt.Printf("%-6s  E = %+.6f  x = %+.4f  abscissa %+.3f\n", e.Kind(), e.Value, e.X, e.Stability.Abscissa())
	}
	// Output:
	// stable  E = -0.653048  x = [-0.9575 -0.9575]  abscissa -0.834
	// stable  E = -0.653048  x = [+0.9575 +0.9575]  abscissa -0.834
	// saddle  E = +0.000000  x = [+0.0000 +0.0000]  abscissa +1.000
}

// A step of τ, the synchronous update, is twice as long as the energy allows.
func ExampleContinuous_StepBound() {
	w := mat.NewSymDense(2, []float64{0, -3, -3, 0})
	net, _ := hopfield.NewContinuous(w, nil, activation.NewTanh(1))
	bound, _ := net.StepBound()
	period, cycle, _ := net.EulerPeriod([]float64{0.5, 0.5}, 1, 100, 1e-12)
	fmt.Printf("bound %.2f; at Δt = τ the period is %d: %+.4f\n", bound, period, cycle)
	// Output:
	// bound 0.50; at Δt = τ the period is 2: [[-0.9949 -0.9949] [+0.9949 +0.9949]]
}

// One graded pattern: stored by both, but stable only with the stability term.
func ExampleAlgorithm1() {
	x := []float64{0.1, -0.2, 0.15, 0.25, -0.1}
	for _, weight := range []float64{0, 1} {
		alg := hopfield.Algorithm1{
			Patterns: [][]float64{x}, Stability: weight,
			Stop: training.EarlyStop{Loss: 1e-16},
		}
		w := hopfield.GlorotWeights(5, 2)
		w.Scale(2, w)
		out, err := alg.Train(w, nil)
		if err != nil {
			fmt.Println(err)
			continue
		}
		stored := out.Stored[0]
		fmt.Printf("weight %v: missed by less than 1e-8 %v, λ_max %.3f, stable %v\n",
			weight, stored.Residual < 1e-8, stored.Stability.Lambda, stored.Stable())
	}
	// Output:
	// weight 0: missed by less than 1e-8 true, λ_max 1.865, stable false
	// weight 1: missed by less than 1e-8 true, λ_max 0.900, stable true
}

// Three graded patterns can't all be equilibria, in any dimension.
func ExampleObstructionOf() {
	patterns := [][]float64{{0.3, -0.2, 0.4, 0.7}, {-0.25, 0.35, 0.1, -0.6}, {0.5, 0.15, -0.45, 0.05}}
	fmt.Printf("%.6f\n", hopfield.Obstruction(activation.NewTanh(1), patterns[0], patterns[1], patterns[2]))
	fmt.Println(hopfield.ObstructionOf(activation.NewTanh(1), patterns) != nil)
	// Output:
	// 0.022706
	// true
}
