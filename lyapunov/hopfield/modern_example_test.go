package hopfield_test

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/hopfield"
)

// Three patterns on the circle, and a blurred query. At this sharpness an
// equilibrium lies near each pattern, not at it.
func ExampleModern_Retrieve() {
	patterns := mat.NewDense(3, 2, []float64{1, 0, -0.6, 0.8, -0.6, -0.8})
	m, err := hopfield.NewSoftmax(patterns, 8, nil)
	if err != nil {
		panic(err)
	}
	r, err := m.Retrieve(mat.NewDense(1, 2, []float64{-0.2, 0.4}), &hopfield.RetrieveSettings{Updates: 100})
	if err != nil {
		panic(err)
	}
	b := m.RetrievalBound(1)
	fmt.Printf("pattern %d with weight %.5f, settled: %v\n", r.Nearest[0], r.Weight[0], r.Settled[0])
	fmt.Printf("x = (%.5f, %.5f), within %.2g of the pattern\n", r.X.At(0, 0), r.X.At(0, 1), b.Radius)
	// Output:
	// pattern 1 with weight 0.99996, settled: true
	// x = (-0.60000, 0.79994), within 0.00013 of the pattern
}
