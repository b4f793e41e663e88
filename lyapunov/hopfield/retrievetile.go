package hopfield

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"hopflow/lyapunov/exponential"
)

// A retrieveTile holds the queries that one goroutine has in work, and the running
// softmax of each: the largest score so far, the sum of exp(score - largest), and
// the sum of the values with these weights.
type retrieveTile struct {
	r      *retriever
	first  int   // row of its query 0
	active []int // queries that still move
	count  retrieveCount

	q, scores, out []float64 // a row a query
	top, sum       []float64
	nearest        []int
	taken          []bool // whether the query takes part in the block
}

func (r *retriever) newTile(rows int) *retrieveTile {
	return &retrieveTile{r: r, active: make([]int, 0, rows),
		q: make([]float64, rows*r.d), scores: make([]float64, rows*r.block), out: make([]float64, rows*r.wide),
		top: make([]float64, rows), sum: make([]float64, rows), nearest: make([]int, rows), taken: make([]bool, rows)}
}

func (t *retrieveTile) query(i int) []float64  { return t.q[i*t.r.d : (i+1)*t.r.d : (i+1)*t.r.d] }
func (t *retrieveTile) result(i int) []float64 { return t.out[i*t.r.wide : (i+1)*t.r.wide] }

// attend stores v + Σ_j p_j value_j, p = softmax(β(key_j·q + b_j)), in the result of
// each active query.
func (t *retrieveTile) attend() {
	for _, i := range t.active {
		t.top[i], t.sum[i], t.nearest[i] = math.Inf(-1), 0, 0
		clear(t.result(i))
	}
	for lo := 0; lo < t.r.n; lo += t.r.block {
		hi := min(lo+t.r.block, t.r.n)
		t.score(lo, hi)
		t.soften(lo, hi)
		t.mix(lo, hi)
	}
	for _, i := range t.active {
		out := t.result(i)
		floats.Scale(1/t.sum[i], out)
		if t.r.input != nil {
			floats.Add(out, t.r.input)
		}
	}
}

// score stores key_j·q of the patterns lo to hi-1: the first product. gonum's
// dot product of two rows works on pairs of numbers, which a loop in Go cannot.
func (t *retrieveTile) score(lo, hi int) {
	d, b := t.r.d, t.r.block
	for j := lo; j < hi; j++ {
		key := t.r.keys[j*d : (j+1)*d]
		for _, i := range t.active {
			t.scores[i*b+j-lo] = floats.Dot(t.q[i*d:(i+1)*d], key)
		}
	}
}

// soften turns the scores of a block into weights exp(β(score + b) - largest),
// and brings sums and results to the new largest score.
func (t *retrieveTile) soften(lo, hi int) {
	// What lies this far below the largest score has, all of it in the block
	// together, a weight below skip: sum is at least 1.
	floor := math.Inf(-1)
	if t.r.skip > 0 {
		floor = math.Log(t.r.skip / float64(hi-lo))
	}
	for _, i := range t.active {
		s := t.scores[i*t.r.block : i*t.r.block+hi-lo]
		top, at := t.top[i], -1
		for j, v := range s {
			if t.r.bias != nil {
				v += t.r.bias[lo+j]
			}
			v *= t.r.beta
			s[j] = v
			if v > top {
				top, at = v, j
			}
		}
		t.count.blocks++
		if at >= 0 {
			shrink := math.Exp(t.top[i] - top)
			t.sum[i] *= shrink
			if lo > 0 {
				floats.Scale(shrink, t.result(i))
			}
			t.top[i], t.nearest[i] = top, lo+at
		}
		kept, sum := expWeights(s, top, floor)
		t.sum[i] += sum
		if t.taken[i] = kept; !kept {
			t.count.skipped++
		}
	}
}

// mix adds the values of a block with their weights to the results: the second
// product.
func (t *retrieveTile) mix(lo, hi int) {
	w, b := t.r.wide, t.r.block
	for j := lo; j < hi; j++ {
		value := t.r.values[j*w : (j+1)*w]
		for _, i := range t.active {
			if !t.taken[i] {
				continue
			}
			if p := t.scores[i*b+j-lo]; p != 0 {
				floats.AddScaled(t.out[i*w:(i+1)*w], p, value)
			}
		}
	}
}

// expWeights replaces each score s_j by exp(s_j - top), or by 0 if that is below
// exp(floor), and returns whether there is one that is not 0, and the sum. No score
// is above top.
func expWeights(s []float64, top, floor float64) (kept bool, sum float64) {
	least := math.Exp(math.Max(floor, -708)) // below is subnormal
	exponential.Row(s, s, 1, -top)
	for j, w := range s {
		if w < least {
			s[j] = 0
			continue
		}
		sum += w
		kept = true
	}
	return kept, sum
}
