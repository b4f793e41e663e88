package sde_test

import (
	"fmt"
	"math"

	"hopflow/flows/sde"
	"hopflow/lyapunov/freeenergy"
)

// 20,000 particles relax in the well x²/2 at T = 1, and are compared with the
// density that they relax to.
func ExampleEnsemble_Run() {
	e := sde.Ensemble{System: uhlenbeck(1, 1), Particles: 20_000, Step: 0.01, Seed: 1, Start: sde.At(3)}
	m := sde.NewMoments(sde.Times(0, 8, 4)...)
	h := sde.NewHistogram(freeenergy.NewGrid(freeenergy.Uniform(-5, 5, 50)))
	cloud, err := e.Run(0, 8, m, h)
	if err != nil {
		fmt.Println(err)
		return
	}
	gibbs, _ := freeenergy.Normalized(h.Grid(), func(x []float64) float64 { return math.Exp(-x[0] * x[0] / 2) })
	test, _ := h.ChiSquare(0, gibbs)
	F, _ := sde.CDFOf(gibbs)
	w, _ := F.W1(cloud.Column(0))
	fmt.Printf("mean at t = %g: %.1f, at t = %g: %.1f\n", m.Time(1), m.Mean(1, 0).Value, m.Time(4), m.Mean(4, 0).Value)
	fmt.Println("χ² and W1 within 4 deviations of chance:", math.Abs(test.Z) < 4, w.Z < 4)
	// Output:
	// mean at t = 2: 0.4, at t = 8: 0.0
	// χ² and W1 within 4 deviations of chance: true true
}

// How long a particle takes to leave (-1, 1), with what happens inside a step.
func ExampleBox_Bridged() {
	e := sde.Ensemble{
		System: uhlenbeck(0, 1), Boundary: sde.Boundaries(sde.Absorb(-1, 1)).Bridged(),
		Particles: 10_000, Step: 0.02, Seed: 1, Start: sde.At(0),
	}
	cloud, err := e.Run(0, 20)
	if err != nil {
		fmt.Println(err)
		return
	}
	mean, err := cloud.MeanExit()
	fmt.Println("1/2 within 4 standard errors:", math.Abs(mean.Value-0.5) < 4*mean.StdErr, err)
	// Output:
	// 1/2 within 4 standard errors: true <nil>
}

// Frames yields the cloud at chosen times; the caller may stop.
func ExampleEnsemble_Frames() {
	e := sde.Ensemble{System: uhlenbeck(1, 1), Particles: 1000, Step: 0.01, Seed: 1, Start: sde.At(3)}
	for cloud, err := range e.Frames(sde.Times(0, 1, 4)) {
		if err != nil || cloud.T > 0.5 {
			break
		}
		fmt.Println(cloud.T, len(cloud.Column(0)))
	}
	// Output:
	// 0 1000
	// 0.25 1000
	// 0.5 1000
}
