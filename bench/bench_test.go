package bench

import (
	"fmt"
	"testing"
)

func BenchmarkAll(b *testing.B) {
	for _, c := range All() {
		b.Run(c.Workload+"/"+c.Name, func(b *testing.B) {
			run, _ := c.New()
			run()
			b.ReportAllocs()
			for b.Loop() {
				run()
			}
			b.ReportMetric(c.Work*float64(b.N)/b.Elapsed().Seconds(), c.Unit+"/s")
		})
	}
}

// What is timed has to be right, and free of allocation.
func TestCases(t *testing.T) {
	limits := map[string]float64{
		"w3/1d-exponential": 2.1e-5, "w3/1d-implicit-euler": 6e-5, "w3/2d-exponential": 9.5e-4, "w3/2d-implicit-euler": 1.1e-3,
		"w8/distance": 1e-12, "w8/geodesic-point": 1e-12, "w8/collocation": 1e-8,
	}
	for _, c := range All() {
		name := fmt.Sprint(c.Workload, "/", c.Name)
		run, check := c.New()
		if n := testing.AllocsPerRun(1, run); n != 0 {
			t.Errorf("%s allocates %g times in one run", name, n)
		}
		limit, ok := limits[name]
		if e := check()["error"]; !ok || !(e <= limit) {
			t.Errorf("%s: error %g, limit %g (known: %v)", name, e, limit, ok)
		}
	}
}
