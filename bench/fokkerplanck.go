package bench

import (
	"fmt"
	"math"
	"sync"

	"hopflow/lyapunov/fokkerplanck"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

// FokkerPlanck returns the cases of workload w3: the double well E = (x²-1)² at
// T = 1/2 on 1,024 cells of [-3, 3] from N(-1, 1/16) to t = 1, and the diffusion
// machine, Himmelblau's function on the tanh metric, β = 1/4, T = 25, on 128 x
// 128 cells from the uniform density to t = 0.02. The exponential, and certified
// steps of implicit Euler. Certificates, of the start and of every step, are in
// the time, and so is what depends on the step length in one dimension. The error
// is the L¹ distance of the cell means from 8 times (in two dimensions 3 times)
// finer cells.
func FokkerPlanck() []Case {
	line := relaxation{build: doubleWell, cells: 1024, finer: 8, end: 1}
	plane := relaxation{build: diffusionMachine, cells: 128, finer: 3, end: 0.02}
	line.reference = sync.OnceValue(line.fine)
	plane.reference = sync.OnceValue(plane.fine)
	exact, euler := fokkerplanck.Exponential{}, fokkerplanck.ImplicitEuler{}
	one, two := "1-D 1024 cells t=1", "2-D 128x128 t=0.02"
	return []Case{
		{"w3", "1d-exponential", one + ", certified", 1024, "cells", line.run(exact, 1)},
		{"w3", "1d-implicit-euler", one + ", 1000 certified steps", 1024, "cells", line.run(euler, 1000)},
		{"w3", "2d-exponential", two + ", certified", 128 * 128, "cells", plane.run(exact, 1)},
		{"w3", "2d-implicit-euler", two + ", 40 certified steps", 128 * 128, "cells", plane.run(euler, 40)},
	}
}

// A relaxation is a density on its way to equilibrium.
type relaxation struct {
	build        func(cells int, m fokkerplanck.Method) (*fokkerplanck.Generator, *freeenergy.Density)
	cells, finer int // on an axis; how many of the reference's fit into one
	end          float64
	reference    func() []float64
}

func doubleWell(n int, m fokkerplanck.Method) (*fokkerplanck.Generator, *freeenergy.Density) {
	g := freeenergy.NewGrid(freeenergy.Uniform(-3, 3, n))
	gen, err := fokkerplanck.New(g, fokkerplanck.Equation{Energy: landscape.NewDoubleWell(1, 1), Temperature: 0.5}, &fokkerplanck.Settings{Method: m})
	if err != nil {
		panic(err)
	}
	p, err := freeenergy.Normalized(g, func(x []float64) float64 { return math.Exp(-8 * (x[0] + 1) * (x[0] + 1)) })
	if err != nil {
		panic(err)
	}
	return gen, p
}

func diffusionMachine(n int, m fokkerplanck.Method) (*fokkerplanck.Generator, *freeenergy.Density) {
	axis := freeenergy.Uniform(0, 1, n).Walled()
	g := freeenergy.NewGrid(axis, axis)
	settings := &fokkerplanck.Settings{Method: m}
	if m == (fokkerplanck.Exponential{}) {
		settings.Tolerance = 1e-5 // a hundredth of the error of the grid
	}
	gen, err := fokkerplanck.New(g, fokkerplanck.Equation{
		Energy:      landscape.Himmelblau{},
		Mobility:    fokkerplanck.Diagonal(func(dst, x []float64) { dst[0], dst[1] = x[0]*(1-x[0]), x[1]*(1-x[1]) }),
		Temperature: 25,
	}, settings)
	if err != nil {
		panic(err)
	}
	return gen, freeenergy.Uniformly(g)
}

// run prepares an evolution of so many steps.
func (r relaxation) run(m fokkerplanck.Method, steps int) func() (func(), func() map[string]float64) {
	return func() (func(), func() map[string]float64) {
		gen, start := r.build(r.cells, m)
		tau := r.end / float64(steps)
		e, err := gen.Start(start, tau)
		if err != nil {
			panic(err)
		}
		return func() {
				if gen.Grid().Dim() == 1 {
					if err := e.SetStep(tau); err != nil {
						panic(err)
					}
				}
				if err := e.Restart(start); err != nil {
					panic(err)
				}
				for range steps {
					if err := e.Step(); err != nil {
						panic(err)
					}
				}
			}, func() map[string]float64 {
				c := e.Certificate()
				if !c.Holds {
					panic(fmt.Sprintf("bench: the certificate does not hold: %+v", c))
				}
				return map[string]float64{"error": r.distance(c.Density), "mass": c.Density.Mass(), "least": c.MinP}
			}
	}
}

// fine returns the cell means of the exact solution on the finer grid.
func (r relaxation) fine() []float64 {
	gen, start := r.build(r.cells*r.finer, fokkerplanck.Exponential{})
	c, err := gen.Run(start, r.end, r.end)
	if err != nil {
		panic(err)
	}
	g := c.Density.Grid
	at, mean := make([]int, g.Dim()), make([]float64, int(math.Pow(float64(r.cells), float64(g.Dim()))))
	for i, p := range c.Density.P {
		g.Coords(at, i)
		cell := 0
		for d := g.Dim() - 1; d >= 0; d-- {
			cell = cell*r.cells + at[d]/r.finer
		}
		mean[cell] += p / math.Pow(float64(r.finer), float64(g.Dim()))
	}
	return mean
}

// distance returns ‖p - reference‖₁.
func (r relaxation) distance(p *freeenergy.Density) (d float64) {
	for i, want := range r.reference() {
		d += math.Abs(p.P[i]-want) * p.Grid.Volume(i)
	}
	return d
}
