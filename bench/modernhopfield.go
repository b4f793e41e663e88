package bench

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/hopfield"
)

// ModernHopfield returns the cases of workload w6: five updates of 256 queries
// against 10,000 stored patterns of 128 components at sharpness 8. Patterns of
// scale 1 make softmax sharp, so that a query finds its pattern at once; of scale
// 0.2 broad, so that every pattern counts. Left out is what weighs below 1e-20 in a
// block of patterns; in the case "-all", only weights that are 0 in float64. A
// query at its fixed point, to the last bit, is not updated again. The unit is an
// operation of the two matrix products, done or not.
func ModernHopfield() []Case {
	const n, d, batch, updates = 10000, 128, 256, 5
	const work = 4 * n * d * batch * updates
	retrieve := func(scale, skip float64) func() (func(), func() map[string]float64) {
		return func() (func(), func() map[string]float64) { return retrieval(n, d, batch, updates, scale, skip) }
	}
	return []Case{
		{"w6", "retrieve-sharp", "n=10000 d=128 batch=256 scale=1", work, "flop", retrieve(1, 0)},
		{"w6", "retrieve-sharp-all", "n=10000 d=128 batch=256 scale=1 only zero weights skipped", work, "flop", retrieve(1, -1)},
		{"w6", "retrieve-broad", "n=10000 d=128 batch=256 scale=0.2", work, "flop", retrieve(0.2, 0)},
	}
}

// retrieval prepares the updates. Their error is the largest difference from
// single updates without blocks, for some of the queries, relative to the largest
// component.
func retrieval(n, d, batch, updates int, scale, skip float64) (func(), func() map[string]float64) {
	rng := rand.New(rand.NewPCG(6, 1))
	w, q := mat.NewDense(n, d, nil), mat.NewDense(batch, d, nil)
	w.Apply(func(_, _ int, _ float64) float64 { return scale * rng.NormFloat64() }, w)
	q.Apply(func(i, j int, _ float64) float64 { return w.At(i, j) + 0.3*scale*rng.NormFloat64() }, q)
	m, err := hopfield.NewSoftmax(w, 8, nil)
	if err != nil {
		panic(err)
	}
	var r *hopfield.Retrieval
	run := func() {
		if r, err = m.Retrieve(q, &hopfield.RetrieveSettings{Updates: updates, SkipBelow: skip}); err != nil {
			panic(err)
		}
	}
	return run, func() map[string]float64 {
		worst, largest, stored := 0.0, 0.0, 0.0
		for i := 0; i < batch; i += 16 {
			x, next := append([]float64(nil), q.RawRowView(i)...), make([]float64, d)
			for range updates {
				m.Update(next, x)
				x, next = next, x
			}
			for j, v := range x {
				worst = math.Max(worst, math.Abs(r.X.At(i, j)-v))
				largest = math.Max(largest, math.Abs(v))
				stored = math.Max(stored, math.Abs(v-w.At(i, j)))
			}
		}
		return map[string]float64{"error": worst / largest, "from_stored": stored / scale, "skipped": float64(r.Skipped) / float64(r.Blocks)}
	}
}
