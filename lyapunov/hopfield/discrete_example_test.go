package hopfield_test

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/hopfield"
)

// Two units that want to agree. One at a time they do; together they swap for ever.
func ExampleDiscrete_Run() {
	w := mat.NewSymDense(2, []float64{0, 1, 1, 0})
	d, err := hopfield.NewDiscrete(w, []float64{0.5, 0}, hopfield.Keep)
	if err != nil {
		panic(err)
	}
	one, _ := d.Run([]float64{1, -1}, hopfield.Fixed())
	all, _ := d.Run([]float64{1, -1}, hopfield.Together())
	fmt.Println(one.State, "period", one.Period, "E", one.Energies)
	fmt.Println(all.Cycle, "period", all.Period, "E", all.Energies)
	// Output:
	// [-1 -1] period 1 E [0.5 -0.5]
	// [[1 -1] [-1 1]] period 2 E [0.5 1.5 0.5]
}

// Two patterns are stored, and one is recalled from a probe with an error.
func ExampleHebb() {
	a := []float64{1, 1, 1, 1, -1, -1, -1, -1}
	b := []float64{1, -1, 1, -1, 1, -1, 1, -1}
	w, err := hopfield.Hebb([][]float64{a, b})
	if err != nil {
		panic(err)
	}
	d, _ := hopfield.NewDiscrete(w, nil, hopfield.Keep)
	run, _ := d.Run([]float64{1, -1, 1, 1, -1, -1, -1, -1}, hopfield.Shuffled(1))
	fmt.Println(run.State, run.Flips, run.Energies)
	// Output:
	// [1 1 1 1 -1 -1 -1 -1] 1 [-1.5 -3]
}

// All eight states of three units that want to differ, and cannot.
func ExampleDiscrete_Graph() {
	w := mat.NewSymDense(3, []float64{0, -1, -1, -1, 0, -1, -1, -1, 0})
	for _, tie := range []hopfield.Tie{hopfield.Keep, hopfield.Plus} {
		d, _ := hopfield.NewDiscrete(w, nil, tie)
		g, _ := d.Graph(hopfield.Fixed())
		sync, _ := d.Graph(hopfield.Together())
		fmt.Println(tie, "fixed points", g.Fixed(), "synchronous cycles", sync.Cycles()[0].Codes)
	}
	// Output:
	// keep fixed points [1 2 3 4 5 6] synchronous cycles [0 7]
	// plus fixed points [3 5 6] synchronous cycles [0 7]
}
