package wasserstein

import (
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"hopflow/flows/geometry"
	"hopflow/lyapunov/landscape"
	"hopflow/lyapunov/verify"
)

// The work of a product on m x m points grows as m³, not m⁴: on one core, by the
// least of several times, which other programs disturb least.
func TestSeparableGrowth(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	slope := math.NaN()
	for range 5 {
		var m, seconds []float64
		for _, n := range []int{48, 96, 192} {
			k := must(SeparableKernel(walledGrid(n, n), cubeChart, 0.01))
			v, dst := make([]float64, n*n), make([]float64, n*n)
			fill(v, 1)
			best := math.Inf(1)
			for range 12 {
				start := time.Now()
				k.Apply(dst, v)
				best = min(best, time.Since(start).Seconds())
			}
			m, seconds = append(m, float64(n)), append(seconds, best)
		}
		if slope = must(verify.FitSlope(m, seconds)).Order; slope <= 3.1 {
			t.Logf("a product grows as m^%.2f", slope)
			return
		}
	}
	t.Errorf("a product grows as m^%.2f, want at most 3.1", slope)
}

// gibbs is a uniform cloud and one with the weights of the diffusion machine.
func gibbs(n int) (a, b *Measure) {
	x, y := sprinkled(1, n, 2), sprinkled(2, n, 2)
	w := make([]float64, n)
	for i := range w {
		w[i] = math.Exp(-landscape.Himmelblau{}.Value(y.RawRowView(i)) / 25)
	}
	return UniformMeasure(x), must(Normalized(y, w))
}

func BenchmarkSinkhorn(b *testing.B) {
	c := SquaredDistance(geometry.NewTanh(0.25, 0.25))
	for _, run := range []struct {
		n        int
		eps, tol float64
	}{{500, 0.1, 5e-6}, {500, 0.01, 1e-9}, {500, 1e-3, 1e-9}, {500, 1e-4, 1e-9}, {2000, 0.1, 5e-6}} {
		p, q := gibbs(run.n)
		b.Run(fmt.Sprintf("N=%d/eps=%g/tol=%g", run.n, run.eps, run.tol), func(b *testing.B) {
			var r *SinkhornResult
			for b.Loop() {
				r = must(Sinkhorn(p, q, c, run.eps, &Settings{Tolerance: run.tol}))
			}
			b.ReportMetric(float64(r.Iterations), "iterations")
		})
	}
}

func BenchmarkKernels(b *testing.B) {
	chart := geometry.NewTanh(0.25, 0.25)
	for _, n := range []int{500, 2000} {
		x, y := sprinkled(1, n, 2), sprinkled(2, n, 2)
		u, gv := make([]float64, n), make([]float64, n)
		fill(u, 1)
		dense, low := must(CloudKernel(chart, x, y, 0.1)), must(LowRankKernel(chart, x, y, 0.1, 1e-6))
		for name, f := range map[string]func(){
			"dense/move": func() { dense.Move(chart, x, y) }, "dense/sweep": func() { Sweep(dense, u, gv, u, u); fill(u, 1) },
			"lowrank/advance": func() { low.Advance(chart, y) }, "lowrank/sweep": func() { Sweep(low, u, gv, u, u); fill(u, 1) },
		} {
			b.Run(fmt.Sprintf("%s/N=%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f()
				}
			})
		}
	}
	for _, m := range []int{50, 100, 200, 400} {
		k := must(SeparableKernel(walledGrid(m, m), chart, 0.004))
		v, dst := make([]float64, m*m), make([]float64, m*m)
		fill(v, 1)
		for name, f := range map[string]func(dst, v []float64){"apply": k.Apply, "log": k.LogApply} {
			b.Run(fmt.Sprintf("grid/%s/%dx%d", name, m, m), func(b *testing.B) {
				for b.Loop() {
					f(dst, v)
				}
			})
		}
	}
}
