// Package bench times the work that a user waits for. Each Case is one
// workload with its size, its unit and a check of its result. The benchmarks
//
//	go test -bench . ./bench/...
//
// run every case, and
//
//	go build -o compare ./bench/compare && ./compare w8
//
// prints one JSON line a case, in the form that a script which times other
// programs in turn can fold into its own rounds: only ratios from one
// interleaved run mean anything on a shared machine.
package bench

import (
	"math/rand/v2"
	"slices"
)

// A Case is one workload.
type Case struct {
	Workload string // such as "w8"
	Name     string
	Setting  string  // sizes and tolerances, in words
	Work     float64 // units of work in one run
	Unit     string
	// New prepares a run: run does the work once; check says how good its
	// result is, by a name and a number each, and is called after run.
	New func() (run func(), check func() map[string]float64)
}

// All returns the cases of every workload.
func All() []Case {
	return slices.Concat(Geodesics(), FokkerPlanck(), Ensembles(), KramersMoyal(), Wasserstein(), Adjoints(), ModernHopfield(), DiscreteHopfield())
}

// pairs returns 2 n coordinates of pairs of points in the cube, uniform in
// [0.05, 0.95]: the points that the tanh metric's peers are timed with.
func pairs(count, n int) (p, q [][]float64) {
	rng := rand.New(rand.NewPCG(8, 1))
	for range count {
		x, y := make([]float64, n), make([]float64, n)
		for i := range n {
			x[i], y[i] = 0.05+0.9*rng.Float64(), 0.05+0.9*rng.Float64()
		}
		p, q = append(p, x), append(q, y)
	}
	return p, q
}
