package bench

import (
	"fmt"
	"math"
	"sync"

	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/kramersmoyal"
)

// KramersMoyal returns the cases of workload w4: drift and diffusion, with their
// standard errors, from one series of 10⁶ or 10⁷ values, by a kernel regression
// of bandwidth 0.1 on 400 cells. The series are Euler-Maruyama's for dx = -E' dt +
// dW: ou is E = x²/2 with dt = 0.01, well is E = (x²-1)² with dt = 0.001. The
// errors are the largest over |x| <= 1. The weighted mean of Nadaraya and Watson
// is what others compute; the straight line has less bias. Order 4 adds D3 and
// D4.
func KramersMoyal() []Case {
	mean := kramersmoyal.Regression{Order: 2, NadarayaWatson: true, Bandwidth: kramersmoyal.Fixed(0.1)}
	line := mean
	line.NadarayaWatson = false
	quartic := line
	quartic.Order = 4
	var cases []Case
	for _, s := range []*walk{
		{name: "ou", n: 1e6, dt: 0.01, reach: 3, slope: func(x float64) float64 { return x }},
		{name: "well", n: 1e6, dt: 0.001, reach: 2, slope: func(x float64) float64 { return 4 * x * (x*x - 1) }},
		{name: "ou", n: 1e7, dt: 0.01, reach: 3, slope: func(x float64) float64 { return x }},
		{name: "well", n: 1e7, dt: 0.001, reach: 2, slope: func(x float64) float64 { return 4 * x * (x*x - 1) }},
	} {
		s.values = sync.OnceValue(s.simulate)
		setting := fmt.Sprintf("%s n=%d bw=0.1 400 bins", s.name, s.n)
		size := map[int]string{1e6: "", 1e7: "-long"}[s.n]
		cases = append(cases,
			Case{"w4", s.name + "-mean" + size, setting, float64(s.n), "samples", s.estimate(mean)},
			Case{"w4", s.name + "-line" + size, setting, float64(s.n), "samples", s.estimate(line)},
		)
		if size == "" {
			cases = append(cases, Case{"w4", s.name + "-order4", setting + ", D1 to D4", float64(s.n), "samples", s.estimate(quartic)})
		}
	}
	return cases
}

// A walk is the series of one model.
type walk struct {
	name      string
	n         int
	dt, reach float64
	slope     func(x float64) float64
	values    func() []float64
}

func (w *walk) simulate() []float64 {
	m := newMersenne(1)
	x := make([]float64, w.n)
	x[0] = 0.5
	noise := math.Sqrt(w.dt)
	for i := 1; i < w.n; i++ {
		x[i] = x[i-1] - w.dt*w.slope(x[i-1]) + noise*m.normal()
	}
	return x
}

// estimate prepares a pass over the series and the regression.
func (w *walk) estimate(r kramersmoyal.Regression) func() (func(), func() map[string]float64) {
	return func() (func(), func() map[string]float64) {
		e, err := kramersmoyal.NewEstimator(freeenergy.NewGrid(freeenergy.Uniform(-w.reach, w.reach, 400)), w.dt, &r)
		if err != nil {
			panic(err)
		}
		s := kramersmoyal.NewSeries(w.dt, w.values())
		var c kramersmoyal.Coefficients
		return func() {
				e.Reset()
				if err := e.Add(s); err != nil {
					panic(err)
				}
				if err := e.FitTo(&c); err != nil {
					panic(err)
				}
			}, func() map[string]float64 {
				drift, square := 0.0, 0.0
				inner := c.D(1).Within([]float64{-1}, []float64{1})
				for i := range inner.Len() {
					x, y := inner.XY(i)
					d := y + w.slope(x)
					drift = max(drift, math.Abs(d))
					square += d * d / float64(inner.Len())
				}
				diffusion := 0.0
				for _, d := range c.D(2).Within([]float64{-1}, []float64{1}).Value {
					diffusion = max(diffusion, math.Abs(d-0.5))
				}
				return map[string]float64{"error": drift, "diffusion_error": diffusion, "rms_error": math.Sqrt(square)}
			}
	}
}
