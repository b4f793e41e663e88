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
	if testing.Short() {
		t.Skip("each case runs three times: half a minute")
	}
	limits := map[string]float64{
		"w3/1d-exponential": 2.1e-5, "w3/1d-implicit-euler": 6e-5, "w3/2d-exponential": 9.5e-4, "w3/2d-implicit-euler": 1.1e-3,
		// The error of w4 is the sampling noise of one series: 0.0825 and 0.4498 is
		// what every estimator with these weights has.
		"w4/ou-mean": 0.0826, "w4/ou-line": 0.0796, "w4/ou-order4": 0.0796, "w4/ou-mean-long": 0.0263, "w4/ou-line-long": 0.0299,
		"w4/well-mean": 0.4499, "w4/well-line": 0.4370, "w4/well-order4": 0.4370, "w4/well-mean-long": 0.1192, "w4/well-line-long": 0.1024,
		// What the tolerance of 1e-3 leaves in the weights; mass; marginals; duality gap.
		"w2/cloud-500": 1e-3, "w2/cloud-500-dense": 1e-3, "w2/cloud-2000": 1e-3, "w2/cloud-2000-dense": 1e-3, "w2/cloud-8000": 1e-3,
		"w2/nodes-64": 1e-12, "w2/nodes-200": 1e-12, "w2/sinkhorn-500": 1e-6, "w2/exact-500": 1e-12, "w2/exact-500-uniform": 1e-12,
		// What 100 steps of order four, and a tolerance of 1e-6, leave in dL/dW.
		"w5/rk4-1": 9e-10, "w5/rk4-12-states-1": 9e-10, "w5/dopri5-1": 2e-6, "w5/rk4-64": 5e-10, "w5/rk4-12-states-64": 5e-10, "w5/dopri5-64": 1e-6,
		"w8/distance": 1e-12, "w8/geodesic-point": 1e-12, "w8/collocation": 1e-8,
	}
	for _, c := range All() {
		if c.Workload == "w1" || c.Workload == "w6" || c.Workload == "w7" {
			continue // TestEnsemble, TestRetrieval and TestRecall have them in another size
		}
		name := fmt.Sprint(c.Workload, "/", c.Name)
		run, check := c.New()
		if c.Workload == "w5" { // see TestAdjointAllocations
			run()
		} else if n := allocations(run); n != 0 && !allocates(c.Name) {
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

// A retrieval returns a matrix, so that it allocates, but nothing a pattern.
func TestRetrieval(t *testing.T) {
	for _, scale := range []float64{0.2, 1} {
		run, check := retrieval(1000, 16, 40, 5, scale, 0)
		run()
		if c := check(); !(c["error"] < 1e-13) {
			t.Errorf("scale %g: not the update: %v", scale, c)
		}
		more, _ := retrieval(4000, 16, 40, 5, scale, 0)
		if few, many := allocations(run), allocations(more); many > few+4 {
			t.Errorf("scale %g: %g allocations for 1,000 patterns, %g for 4,000", scale, few, many)
		}
	}
}

// A batch of probes returns their states, so that it allocates, but nothing a sweep;
// stopped or not, of integers or not, the states are the same.
func TestRecall(t *testing.T) {
	for _, float := range []bool{false, true} {
		for _, made := range []int{0, 60} {
			run, check := recall(300, 12, 20, 60, made, float)()
			run()
			if c := check(); c["error"] != 0 || !(c["overlap"] > 0.99) {
				t.Errorf("float %v, %d sweeps: not the states of 60 sweeps: %v", float, made, c)
			}
			if made == 0 {
				continue
			}
			more, _ := recall(300, 12, 20, 240, 240, float)()
			if few, many := allocations(run), allocations(more); many > few+4 {
				t.Errorf("float %v: %g allocations in 60 sweeps, %g in 240", float, few, many)
			}
		}
	}
}
