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
		// The error of w4 is the sampling noise of one series: 0.0825 and 0.4498 is
		// what every estimator with these weights has.
		"w4/ou-mean": 0.0826, "w4/ou-line": 0.0796, "w4/ou-order4": 0.0796, "w4/ou-mean-long": 0.0263, "w4/ou-line-long": 0.0299,
		"w4/well-mean": 0.4499, "w4/well-line": 0.4370, "w4/well-order4": 0.4370, "w4/well-mean-long": 0.1192, "w4/well-line-long": 0.1024,
		// What the tolerance of 1e-3 leaves in the weights; mass; marginals; duality gap.
		"w2/cloud-500": 1e-3, "w2/cloud-500-dense": 1e-3, "w2/cloud-2000": 1e-3, "w2/cloud-2000-dense": 1e-3, "w2/cloud-8000": 1e-3,
		"w2/nodes-64": 1e-12, "w2/nodes-200": 1e-12, "w2/sinkhorn-500": 1e-6, "w2/exact-500": 1e-12, "w2/exact-500-uniform": 1e-12,
		"w8/distance": 1e-12, "w8/geodesic-point": 1e-12, "w8/collocation": 1e-8,
	}
	for _, c := range All() {
		if c.Workload == "w1" {
			continue // TestEnsemble has it in another size
		}
		name := fmt.Sprint(c.Workload, "/", c.Name)
		run, check := c.New()
		if n := allocations(run); n != 0 && !allocates(c.Name) {
			t.Errorf("%s allocates %g times in one run", name, n)
		}
		limit, ok := limits[name]
		if e := check()["error"]; !ok || !(e <= limit) {
			t.Errorf("%s: error %g, limit %g (known: %v)", name, e, limit, ok)
		}
	}
}

// allocations returns how many there are in every run: the least of three. Now
// and then the runtime makes one of its own, as for a goroutine, which falls
// into a run by chance.
func allocations(run func()) float64 {
	least := testing.AllocsPerRun(1, run)
	for k := 1; k < 3 && least > 0; k++ {
		least = min(least, testing.AllocsPerRun(1, run))
	}
	return least
}

// A run of an ensemble returns a cloud, so that it allocates, but nothing a step
// and nothing a particle or block.
func TestEnsemble(t *testing.T) {
	run, check := ensemble(4000)()
	if n := allocations(run); n > 100 {
		t.Errorf("a run allocates %g times", n)
	}
	if c := check(); !(c["error"] < 5) {
		t.Errorf("not the scheme's law: %v", c)
	}
	twice, _ := ensemble(8000)()
	if few, more := allocations(run), allocations(twice); more != few {
		t.Errorf("%g allocations for 4,000 particles, %g for 8,000", few, more)
	}
}
