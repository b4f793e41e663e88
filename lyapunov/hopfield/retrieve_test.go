package hopfield

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/activation"
)

// plainAttention is softmax(β(QKᵀ + b))V + v by whole matrices.
func plainAttention(q, k, v mat.Matrix, bias, input []float64, beta float64) *mat.Dense {
	var s, out mat.Dense
	s.Mul(q, k.T())
	rows, n := s.Dims()
	for i := range rows {
		row := s.RawRowView(i)
		for j := range row {
			row[j] = beta * (row[j] + bias[j])
		}
		top, sum := slices.Max(row), 0.0
		for j := range row {
			row[j] = math.Exp(row[j] - top)
			sum += row[j]
		}
		for j := range n {
			row[j] /= sum
		}
	}
	out.Mul(&s, v)
	out.Apply(func(_, j int, x float64) float64 { return x + input[j] }, &out)
	return &out
}

func TestRetrieveIsAttention(t *testing.T) {
	for k := range 60 {
		rng := rand.New(rand.NewPCG(6, uint64(k)))
		n, d, rows, wide := 1+rng.IntN(500), 1+rng.IntN(40), 1+rng.IntN(70), 1+rng.IntN(9)
		beta := math.Exp(3 * rng.NormFloat64())
		w, q := modernNormal(rng, n, d, 1), modernNormal(rng, rows, d, 2)
		s := &ModernSettings{Bias: modernVector(rng, n, 1), Input: modernVector(rng, d, 1)}
		m, err := NewSoftmax(w, beta, s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.Retrieve(q, &RetrieveSettings{Block: 1 + rng.IntN(60)})
		if err != nil {
			t.Fatal(err)
		}
		want := plainAttention(q, w, w, s.Bias, s.Input, beta)
		// The scores' rounding, times β, is the relative error of a weight.
		tol := 1e-13 * (1 + beta) * float64(d)
		one, p := make([]float64, d), make([]float64, n)
		for i := range rows {
			m.Update(one, q.RawRowView(i))
			m.Weights(p, q.RawRowView(i))
			for j, x := range got.X.RawRowView(i) {
				if math.Abs(x-want.At(i, j)) > tol || math.Abs(x-one[j]) > tol {
					t.Fatalf("case %d: component %d of query %d is %g, by matrices %g, by Update %g", k, j, i, x, want.At(i, j), one[j])
				}
			}
			if near := got.Nearest[i]; math.Abs(p[near]-got.Weight[i]) > tol || p[near] < slices.Max(p)-tol {
				t.Fatalf("case %d: nearest to query %d is %d of weight %g, weights are %v", k, i, near, got.Weight[i], p)
			}
		}
		values := modernNormal(rng, n, wide, 1)
		a, err := NewAttention(w, values, s.Bias, beta)
		if err != nil {
			t.Fatal(err)
		}
		read, err := a.Attend(q, nil)
		if err != nil {
			t.Fatal(err)
		}
		if plain := plainAttention(q, w, values, s.Bias, make([]float64, wide), beta); !mat.EqualApprox(read, plain, tol) {
			t.Fatalf("case %d: attention with values of their own differs from that by matrices", k)
		}
	}
}

// stored is a network of normal patterns with noisy ones of them as queries.
func stored(t *testing.T, n, d, rows int, scale, beta float64) (*Modern, *mat.Dense) {
	t.Helper()
	rng := rand.New(rand.NewPCG(6, 1000))
	w, q := modernNormal(rng, n, d, scale), mat.NewDense(rows, d, nil)
	q.Apply(func(i, j int, _ float64) float64 { return w.At(i*(n/rows), j) + 0.3*scale*rng.NormFloat64() }, q)
	m, err := NewSoftmax(w, beta, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m, q
}

// The number of workers, the order of the queries and their company change
// nothing, not one bit, and neither does a stop at the fixed point.
func TestRetrieveBits(t *testing.T) {
	for _, scale := range []float64{0.2, 1} {
		m, q := stored(t, 700, 33, 90, scale, 8)
		want, err := m.Retrieve(q, &RetrieveSettings{Updates: 6, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, workers := range []int{2, 7, 64, 0} {
			got, err := m.Retrieve(q, &RetrieveSettings{Updates: 6, Workers: workers})
			if err != nil || !mat.Equal(got.X, want.X) || !slices.Equal(got.Updates, want.Updates) || got.Skipped != want.Skipped || got.Blocks != want.Blocks {
				t.Errorf("scale %g, %d workers: another result than one worker's (%v)", scale, workers, err)
			}
		}
		chain := mat.DenseCopyOf(q)
		for range 6 { // six times one update: nothing is known of fixed points
			r, err := m.Retrieve(chain, nil)
			if err != nil {
				t.Fatal(err)
			}
			chain = r.X
		}
		alone, err := m.Retrieve(q.Slice(17, 18, 0, 33), &RetrieveSettings{Updates: 6})
		if err != nil || !mat.Equal(alone.X, want.X.Slice(17, 18, 0, 33)) || !mat.Equal(chain, want.X) {
			t.Errorf("scale %g: a query alone, or update by update, gives another result (%v)", scale, err)
		}
		if scale == 1 && !slices.Contains(want.Settled, true) {
			t.Error("no query settled where softmax is sharp")
		}
	}
}

// At every border of a block, with biases, an input and a pattern that is stored
// twice: each query gets alone the bits that it gets in company, and the twins share
// their weight.
func TestRetrieveBorders(t *testing.T) {
	for _, n := range []int{1, 2, 31, 191, 192, 193, 384, 385} {
		rng := rand.New(rand.NewPCG(6, uint64(2000+n)))
		const d, rows = 5, 33
		w, q := modernNormal(rng, n, d, 1), modernNormal(rng, rows, d, 1.5)
		w.SetRow(n-1, mat.Row(nil, 0, w))
		s := &ModernSettings{Bias: modernVector(rng, n, 0.5), Input: modernVector(rng, d, 1)}
		s.Bias[n-1] = s.Bias[0]
		m, err := NewSoftmax(w, 1.7, s)
		if err != nil {
			t.Fatal(err)
		}
		all, err := m.Retrieve(q, &RetrieveSettings{Updates: 3})
		if err != nil {
			t.Fatal(err)
		}
		chain := q
		for range 3 {
			chain = plainAttention(chain, w, w, s.Bias, s.Input, 1.7)
		}
		if !mat.EqualApprox(all.X, chain, 1e-12) {
			t.Errorf("%d patterns: retrieval differs from attention by matrices", n)
		}
		p := make([]float64, n)
		for i := range rows {
			one, err := m.Retrieve(q.Slice(i, i+1, 0, d), &RetrieveSettings{Updates: 3})
			if err != nil || !mat.Equal(one.X, all.X.Slice(i, i+1, 0, d)) || one.Weight[0] != all.Weight[i] || one.Nearest[0] != all.Nearest[i] {
				t.Errorf("%d patterns: query %d alone gives another result (%v)", n, i, err)
			}
			if m.Weights(p, q.RawRowView(i)); p[0] != p[n-1] {
				t.Errorf("%d patterns: weights %g and %g of twins", n, p[0], p[n-1])
			}
		}
	}
}

// What is skipped weighs less than 1e-20 in each block, exactly so.
func TestRetrieveSkips(t *testing.T) {
	for _, scale := range []float64{0.2, 0.5, 1} {
		m, q := stored(t, 2000, 64, 20, scale, 8)
		some, err := m.Retrieve(q, &RetrieveSettings{Block: 50})
		if err != nil {
			t.Fatal(err)
		}
		all, err := m.Retrieve(q, &RetrieveSettings{Block: 50, SkipBelow: -1})
		if err != nil {
			t.Fatal(err)
		}
		coarse, err := m.Retrieve(q, &RetrieveSettings{Block: 50, SkipBelow: 1e-3})
		if err != nil {
			t.Fatal(err)
		}
		largest := mat.Max(mat.NewDense(1, len(m.w), m.w))
		var diff mat.Dense
		diff.Sub(coarse.X, all.X)
		// 40 blocks of 1e-3 at most, in the sum and in the values.
		if worst := max(mat.Max(&diff), -mat.Min(&diff)); worst > 2*40*1e-3*largest {
			t.Errorf("scale %g: leaving out 1e-3 a block changes the result by %g", scale, worst)
		}
		if !mat.EqualApprox(some.X, all.X, 1e-15) || all.Skipped != 0 {
			t.Errorf("scale %g: skipping changes the result, or %d of %d blocks are skipped where none may be", scale, all.Skipped, all.Blocks)
		}
		if share := float64(some.Skipped) / float64(some.Blocks); share < 0.5 == (scale == 1) {
			t.Errorf("scale %g: %d of %d blocks skipped", scale, some.Skipped, some.Blocks)
		}
	}
}

// Many patterns that each weigh less than SkipBelow, and together more, are kept.
func TestRetrieveSkipsByBlock(t *testing.T) {
	const n, share = 199, 0.5e-3 // and one: two blocks
	w, s := mat.NewDense(1+n, 1, nil), &ModernSettings{Bias: make([]float64, 1+n)}
	for j := 1; j <= n; j++ {
		w.Set(j, 0, 1)
		s.Bias[j] = math.Log(share)
	}
	m, err := NewSoftmax(w, 1, s)
	if err != nil {
		t.Fatal(err)
	}
	r, err := m.Retrieve(mat.NewDense(1, 1, nil), &RetrieveSettings{SkipBelow: 1e-3, Block: 100})
	if want := n * share / (1 + n*share); err != nil || math.Abs(r.X.At(0, 0)-want) > 1e-14 || math.Abs(r.Weight[0]-1+want) > 1e-14 {
		t.Errorf("x = %g, weight %g, want %g (%v)", r.X.At(0, 0), r.Weight[0], want, err)
	}
}

// Memory is for the rows in work and a block, not for queries × patterns.
func TestRetrieveMemory(t *testing.T) {
	m, q := stored(t, 5000, 4, 400, 1, 2)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := m.Retrieve(q, &RetrieveSettings{Workers: 2}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 400*5000*8/50 {
		t.Errorf("%d bytes allocated; all scores would be %d", used, 400*5000*8)
	}
}

func TestExpWeights(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 2))
	s, top := make([]float64, 4000), 3.7
	for i := range s {
		s[i] = top - 708*math.Pow(rng.Float64(), 3)
	}
	s[0], s[1] = top, top-708.1
	want, sum := make([]float64, len(s)), 0.0
	for i, v := range s {
		want[i] = math.Exp(v - top)
	}
	kept, got := expWeights(s, top, math.Inf(-1))
	for i := range s {
		sum += s[i]
		if i != 1 && math.Abs(s[i]-want[i]) > 2*0x1p-52*want[i] {
			t.Errorf("exp = %.17g, want %.17g", s[i], want[i])
		}
	}
	if s[0] != 1 || s[1] != 0 || !kept || math.Abs(got-sum) > 1e-12*sum {
		t.Errorf("exp 0 = %g, exp -708.1 = %g, sum %g, want %g", s[0], s[1], got, sum)
	}
	if kept, sum := expWeights([]float64{-50, -60}, 0, -46); kept || sum != 0 {
		t.Errorf("weights below the floor are kept: %v, %g", kept, sum)
	}
}

func TestRetrieveRefuses(t *testing.T) {
	m, q := stored(t, 10, 3, 2, 1, 1)
	bad := mat.NewDense(2, 3, []float64{0, 0, 0, 0, math.NaN(), 0})
	for want, queries := range map[string]mat.Matrix{
		"2 x 2": mat.NewDense(2, 2, nil), "query[1][1] = NaN": bad, "update 1 of query 1 overflows": mat.NewDense(2, 3, []float64{0, 0, 0, 1e308, 1e308, 1e308}),
	} {
		if _, err := m.Retrieve(queries, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	for _, s := range []RetrieveSettings{{Updates: -1}, {Block: -1}, {Workers: -1}, {Tolerance: -1}, {Tolerance: math.NaN()}, {SkipBelow: 1}, {SkipBelow: math.NaN()}} {
		modernPanics(t, fmt.Sprint(s), func() { m.Retrieve(q, &s) })
	}
	other, err := NewModern(q, Sigmoidal{activation.NewTanh(1)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	modernPanics(t, "retrieval with tanh", func() { other.Retrieve(q, nil) })
	keys := mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6})
	if _, err := NewAttention(keys, mat.NewDense(3, 1, nil), nil, 1); err == nil || !strings.Contains(err.Error(), "3 x 1 for 2 keys") {
		t.Errorf("error %v", err)
	}
	if _, err := NewAttention(keys, mat.NewDense(2, 1, []float64{1, math.Inf(1)}), nil, 1); err == nil || !strings.Contains(err.Error(), "value[1][0]") {
		t.Errorf("error %v", err)
	}
}
