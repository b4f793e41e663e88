package fokkerplanck

import (
	"fmt"
	"math"
	"testing"
	"time"

	"hopflow/lyapunov/freeenergy"
)

// The cost of an iterated implicit step in two dimensions, certificate included,
// by the number of cells.
func BenchmarkIteratedStep(b *testing.B) {
	for _, n := range []int{32, 64, 128, 256} {
		b.Run(fmt.Sprintf("%dx%d", n, n), func(b *testing.B) {
			g := machine(b, n, &Settings{Solver: Multigrid})
			p0 := freeenergy.Uniformly(g.grid)
			e, err := g.Start(p0, 1e-3)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := e.Step(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n*n), "ns/cell")
		})
	}
}

// The exponent of that cost: the least of several steps from the same density,
// and the slope of its logarithm.
func BenchmarkIteratedStepExponent(b *testing.B) {
	var x, y []float64
	for _, n := range []int{32, 64, 128, 256} {
		g := machine(b, n, &Settings{Solver: Multigrid})
		p0 := freeenergy.Uniformly(g.grid)
		e, err := g.Start(p0, 1e-3)
		if err != nil {
			b.Fatal(err)
		}
		best := math.Inf(1)
		for range 12 {
			if err := e.Restart(p0); err != nil {
				b.Fatal(err)
			}
			start := time.Now()
			if err := e.Step(); err != nil {
				b.Fatal(err)
			}
			best = min(best, time.Since(start).Seconds())
		}
		x, y = append(x, math.Log(float64(n*n))), append(y, math.Log(best))
		b.Logf("%d x %d: %.3g s, %.3g ns a cell, %d iterations", n, n, best, 1e9*best/float64(n*n), e.stepper.(*iterative).iterations)
	}
	mx, my := mean(x), mean(y)
	var sxy, sxx float64
	for i := range x {
		sxy += (x[i] - mx) * (y[i] - my)
		sxx += (x[i] - mx) * (x[i] - mx)
	}
	for b.Loop() { // the work is above
	}
	b.ReportMetric(sxy/sxx, "exponent")
}

func mean(v []float64) (m float64) {
	for _, x := range v {
		m += x / float64(len(v))
	}
	return m
}

func BenchmarkExponential(b *testing.B) {
	for name, g := range map[string]*Generator{
		"line 1024":     doubleWell(b, 1024, &Settings{Method: Exponential{}}),
		"plane 128x128": machine(b, 128, &Settings{Method: Exponential{}, Tolerance: 1e-5}),
	} {
		b.Run(name, func(b *testing.B) {
			p0, t1 := freeenergy.Uniformly(g.grid), 0.02
			if g.grid.Dim() == 1 {
				p0, t1 = bump(b, g.grid), 1
			}
			e, err := g.Start(p0, t1)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := e.Restart(p0); err != nil {
					b.Fatal(err)
				}
				if err := e.Step(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
