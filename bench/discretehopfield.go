package bench

import (
	"fmt"
	"math/rand/v2"

	"hopflow/lyapunov/hopfield"
)

// DiscreteHopfield returns the cases of workload w7: 1,000 units, 50 random patterns
// stored by Hebb's rule, 100 probes with a fifth of the signs reversed, 100 sweeps of
// single updates in random order, a tie keeps the state. Once all sweeps are made, as
// the peers do, and once a probe stops at its fixed point, which gives the same states;
// and the same with fields of float64, for weights of any kind. The error is the
// fraction of units that differ from the states of 100 sweeps.
func DiscreteHopfield() []Case {
	const units, patterns, probes, sweeps = 1000, 50, 100, 100
	setting := fmt.Sprintf("d=%d probes=%d sweeps=%d", units, probes, sweeps)
	work := float64(units * probes * sweeps)
	return []Case{
		{"w7", "sweeps", setting, work, "updates", recall(units, patterns, probes, sweeps, sweeps, false)},
		{"w7", "stopped", setting + " (stopped at the fixed point)", work, "updates", recall(units, patterns, probes, sweeps, 0, false)},
		{"w7", "sweeps-float", setting + " (weights off the integers)", work, "updates", recall(units, patterns, probes, sweeps, sweeps, true)},
	}
}

// recall prepares a batch. With float the weights are scaled by an irrational factor,
// which changes no state but leaves no integers.
func recall(units, patterns, probes, sweeps, made int, float bool) func() (func(), func() map[string]float64) {
	return func() (func(), func() map[string]float64) {
		rng := rand.New(rand.NewPCG(7, 1))
		stored := hopfield.RandomPatterns(patterns, units, rng)
		w, err := hopfield.Hebb(stored)
		if err != nil {
			panic(err)
		}
		exact, err := hopfield.NewDiscrete(w, nil, hopfield.Keep)
		if err != nil {
			panic(err)
		}
		start := make([]hopfield.Bits, probes)
		for k := range start {
			start[k] = hopfield.Pack(stored[k%patterns])
			for i := range units {
				if rng.Float64() < 0.2 {
					start[k].Flip(i)
				}
			}
		}
		net := exact
		if float {
			w.ScaleSym(0.7853981633974483, w)
			if net, err = hopfield.NewDiscrete(w, nil, hopfield.Keep); err != nil {
				panic(err)
			}
		}
		settings := hopfield.BatchSettings{Sweeps: made, AtMost: sweeps, Seed: 2}
		var got []hopfield.Bits
		return func() {
				if got, err = net.RunBatch(start, &settings); err != nil {
					panic(err)
				}
			}, func() map[string]float64 {
				want, err := exact.RunBatch(start, &hopfield.BatchSettings{Sweeps: sweeps, Seed: 2})
				if err != nil {
					panic(err)
				}
				var overlap, recalled, differ float64
				for k, x := range got {
					m := x.Overlap(hopfield.Pack(stored[k%patterns]))
					overlap += m / float64(probes)
					if m == 1 {
						recalled += 1 / float64(probes)
					}
					differ += float64(x.Distance(want[k])) / float64(probes*units)
				}
				return map[string]float64{"error": differ, "overlap": overlap, "recalled": recalled}
			}
	}
}
