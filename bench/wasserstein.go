package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/flows/langevin"
	"hopflow/flows/wasserstein"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

// proximal returns the recursion of [HF] section V-C1 at its own numbers.
func proximal() wasserstein.JKO {
	return wasserstein.JKO{Energy: landscape.Himmelblau{}, Chart: geometry.NewTanh(0.25, 0.25), Temperature: 25, Step: 1e-4, Epsilon: 0.1}
}

// Wasserstein returns the cases of workload w2: ten steps of the weighted cloud,
// from uniform points and weights, to 1e-3 in ln z as the peers do them; a step
// on fixed nodes; entropic and exact transport between the first cloud and Gibbs
// weights on the last.
func Wasserstein() []Case {
	cases := []Case{
		{"w2", "cloud-500", cloudSetting(500), 10, "steps", cloudSteps(500, 0)},
		{"w2", "cloud-500-dense", cloudSetting(500), 10, "steps", cloudSteps(500, -1)},
		{"w2", "cloud-2000", cloudSetting(2000), 10, "steps", cloudSteps(2000, 0)},
		{"w2", "cloud-2000-dense", cloudSetting(2000), 10, "steps", cloudSteps(2000, -1)},
		{"w2", "cloud-8000", cloudSetting(8000), 10, "steps", cloudSteps(8000, 0)},
		{"w2", "nodes-64", "64x64 nodes h=1e-4 eps=0.004 tol=1e-10", 1, "steps", nodeSteps(64)},
		{"w2", "nodes-200", "200x200 nodes h=1e-4 eps=0.004 tol=1e-10", 1, "steps", nodeSteps(200)},
	}
	return append(cases, transports()...)
}

func cloudSetting(n int) string { return fmt.Sprintf("N=%d eps=0.1 tol=0.001", n) }

// paths returns the points of so many steps of the diffusion machine, the same
// for every solver: from uniform ones, reflected at the sides.
func paths(n, steps int) []*mat.Dense {
	rng := rand.New(rand.NewPCG(2, uint64(n)))
	x := mat.NewDense(n, 2, nil)
	x.Apply(func(_, _ int, _ float64) float64 { return rng.Float64() }, x)
	m := langevin.Machine{Energy: landscape.Himmelblau{}, Beta: []float64{0.25}, Temperature: machineT}
	move := wasserstein.Diffuse(m.System(), nil, 2).Reflected(m.Box())
	out := []*mat.Dense{mat.DenseCopyOf(x)}
	for k := range steps {
		if err := move(x, float64(k)*1e-4, 1e-4); err != nil {
			panic(err)
		}
		out = append(out, mat.DenseCopyOf(x))
	}
	return out
}

// along returns the mover that goes through the given points, over and over.
func along(path []*mat.Dense) wasserstein.Mover {
	k := 0
	return func(x *mat.Dense, _, _ float64) error {
		k = k%(len(path)-1) + 1
		x.Copy(path[k])
		return nil
	}
}

// cloudSteps prepares ten steps. Their error is that of the last weights, relative,
// by a dense kernel and 1e-12 in ln z.
func cloudSteps(n, lowFrom int) func() (func(), func() map[string]float64) {
	return func() (func(), func() map[string]float64) {
		path := paths(n, 10)
		start := wasserstein.UniformMeasure(path[0])
		p := proximal()
		p.Tolerance, p.KernelTolerance, p.LowRankFrom = 1e-3, 1e-5, lowFrom
		c, err := p.Cloud(start, along(path))
		if err != nil {
			panic(err)
		}
		iterations := 0
		run := func() {
			if err := c.Restart(start); err != nil {
				panic(err)
			}
			iterations = 0
			for range len(path) - 1 {
				s, err := c.Step()
				if err != nil {
					panic(err)
				}
				iterations += s.Iterations
			}
		}
		return run, func() map[string]float64 {
			exact := proximal()
			exact.Tolerance, exact.LowRankFrom = 1e-12, -1
			r, err := exact.Cloud(start, along(path))
			if err != nil {
				panic(err)
			}
			var last wasserstein.Step
			for s, err := range r.Steps(len(path) - 1) {
				if err != nil {
					panic(err)
				}
				last = s
			}
			worst := 0.0
			for i, w := range r.Weights() {
				worst = math.Max(worst, math.Abs(c.Weights()[i]/w-1))
			}
			return map[string]float64{"error": worst, "free_energy": last.FreeEnergy, "iterations": float64(iterations) / 10}
		}
	}
}

// nodeSteps prepares steps on m x m nodes, one a run. Their error is how far the
// mass is from 1.
func nodeSteps(m int) func() (func(), func() map[string]float64) {
	return func() (func(), func() map[string]float64) {
		p := proximal()
		p.Epsilon = 0.004
		n, err := p.Nodes(freeenergy.Uniformly(wasserstein.FlatGrid(p.Chart, m)))
		if err != nil {
			panic(err)
		}
		var s wasserstein.Step
		return func() {
				if s, err = n.Step(); err != nil {
					panic(err)
				}
			}, func() map[string]float64 {
				return map[string]float64{"error": math.Abs(s.Mass - 1), "free_energy": s.FreeEnergy, "iterations": float64(s.Iterations)}
			}
	}
}

// transports returns the cases of transport between 500 points of equal weights
// and as many of Gibbs weights, ten steps later.
func transports() []Case {
	const n = 500
	measures := func() (a, b *wasserstein.Measure, c wasserstein.Cost) {
		path := paths(n, 10)
		w := make([]float64, n)
		for i := range w {
			w[i] = math.Exp(-landscape.Himmelblau{}.Value(path[10].RawRowView(i)) / machineT)
		}
		b, err := wasserstein.Normalized(path[10], w)
		if err != nil {
			panic(err)
		}
		return wasserstein.UniformMeasure(path[0]), b, wasserstein.SquaredDistance(geometry.NewTanh(0.25, 0.25))
	}
	entropic := func() (func(), func() map[string]float64) {
		a, b, c := measures()
		var r *wasserstein.SinkhornResult
		return func() {
			var err error
			if r, err = wasserstein.Sinkhorn(a, b, c, 0.1, &wasserstein.Settings{Tolerance: 1e-6}); err != nil {
				panic(err)
			}
		}, func() map[string]float64 { return map[string]float64{"error": r.MarginalError, "cost": r.Cost} }
	}
	exact := func(uniform bool) func() (func(), func() map[string]float64) {
		return func() (func(), func() map[string]float64) {
			a, b, c := measures()
			if uniform {
				b = wasserstein.UniformMeasure(b.X)
			}
			var p *wasserstein.Plan
			return func() {
					var err error
					if p, err = wasserstein.Exact(a, b, c); err != nil {
						panic(err)
					}
				}, func() map[string]float64 {
					return map[string]float64{"error": math.Abs(p.Dual(a, b)/p.Cost - 1), "cost": p.Cost}
				}
		}
	}
	return []Case{
		{"w2", "sinkhorn-500", "N=500 reg=0.2 tol=1e-06", 1, "solves", entropic},
		{"w2", "exact-500", "N=500 Gibbs weights", 1, "solves", exact(false)},
		{"w2", "exact-500-uniform", "N=500 uniform weights", 1, "solves", exact(true)},
	}
}

// allocates reports whether a case returns what it has made, so that it allocates.
func allocates(name string) bool {
	return strings.HasPrefix(name, "sinkhorn") || strings.HasPrefix(name, "exact")
}
