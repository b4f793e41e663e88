package hopfield

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/mat"
)

// RetrieveSettings says how Retrieve works through its queries. A nil pointer
// means the defaults. Nothing but Updates, Tolerance and SkipBelow has an effect
// on the result beyond rounding, and Workers has none at all.
type RetrieveSettings struct {
	Updates int // updates of each query, at most; 0 is 1, one pass of attention
	// Tolerance ends the updates of a query that moves by no more than this in any
	// component. At 0 they end where an update gives back the same bits: every
	// further one would too, so that the result is as if they had been made.
	Tolerance float64
	// SkipBelow is the weight that a block of patterns may lose: what of a block
	// has, by an upper bound, a smaller share in softmax, up to the whole block, is
	// left out. 0 is 1e-20, far below the last bit of a sum of weights; negative
	// leaves out nothing but what float64 holds with fewer digits, below 1e-307. Below 1.
	SkipBelow float64
	Block     int // patterns at a time; 0 is 192
	Workers   int // goroutines; 0 is GOMAXPROCS
}

// A Retrieval is what queries have become.
type Retrieval struct {
	X       *mat.Dense // a row for each query
	Nearest []int      // the pattern of the largest weight in the last update of the row
	Weight  []float64  // that weight
	Updates []int      // updates made
	Settled []bool     // whether the last of them ended the row, by Tolerance
	Blocks  int        // blocks of patterns that rows were compared with, in all updates
	Skipped int        // those of them that were left out as a whole
}

// Retrieve updates each row of queries, x ← v + Wᵀsoftmax(β(Wx + b)): the fixed
// points of Update, in batches. Memory is of the order of (rows in work) × Block,
// never (queries) × (patterns): softmax runs over blocks of patterns with a running
// maximum. All cores work; the result does not depend on their number, bit for
// bit, as no query's arithmetic depends on another query.
//
// It is an error if queries has other than d columns, none or non-finite entries,
// or if the scores overflow. It panics unless F is LogSumExp, and for settings out of
// range.
func (m *Modern) Retrieve(queries mat.Matrix, s *RetrieveSettings) (*Retrieval, error) {
	r := retriever{n: m.n, d: m.d, wide: m.d, keys: m.w, values: m.w, bias: m.b, input: m.v, beta: m.sharpness("Retrieve")}
	return r.run(queries, s)
}

// A retriever is softmax attention to n keys of d components with as many values
// of `wide` components.
type retriever struct {
	n, d, wide   int
	keys, values []float64
	bias, input  []float64
	beta         float64

	// The settings, filled.
	updates, block, workers int
	tolerance, skip         float64
}

const (
	retrieveBlock = 192 // patterns: 192 KB of 128 components, for the second-level cache
	retrieveRows  = 32  // queries of one tile, that share a block
)

func (r *retriever) fill(s *RetrieveSettings) {
	if s == nil {
		s = &RetrieveSettings{}
	}
	if s.Updates < 0 || s.Block < 0 || s.Workers < 0 || !(s.Tolerance >= 0) {
		panic(fmt.Sprintf("hopfield: negative settings of a retrieval: %+v", *s))
	}
	if !(s.SkipBelow < 1) {
		panic(fmt.Sprintf("hopfield: a retrieval that skips what weighs less than %v, want a part below 1", s.SkipBelow))
	}
	r.updates, r.block, r.workers = max(s.Updates, 1), s.Block, s.Workers
	r.tolerance, r.skip = s.Tolerance, s.SkipBelow
	if r.block == 0 {
		r.block = retrieveBlock
	}
	r.block = min(r.block, r.n)
	if r.workers == 0 {
		r.workers = runtime.GOMAXPROCS(0)
	}
	if r.skip == 0 {
		r.skip = 1e-20
	}
}

func (r *retriever) run(queries mat.Matrix, s *RetrieveSettings) (*Retrieval, error) {
	r.fill(s)
	rows, cols := queries.Dims()
	if rows == 0 || cols != r.d {
		return nil, fmt.Errorf("hopfield: queries are %d x %d, the patterns have %d components: give at least one query, a row each, of that length", rows, cols, r.d)
	}
	if err := checkFiniteMatrix("query", queries); err != nil {
		return nil, err
	}
	if r.updates > 1 && r.wide != r.d {
		panic("hopfield: several updates need values of the length of keys")
	}
	out := &Retrieval{X: mat.NewDense(rows, r.wide, nil), Nearest: make([]int, rows), Weight: make([]float64, rows), Updates: make([]int, rows), Settled: make([]bool, rows)}
	tile := min(retrieveRows, (rows+r.workers-1)/r.workers)
	tiles := (rows + tile - 1) / tile
	counts, errs := make([]retrieveCount, tiles), make([]error, tiles)
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(r.workers, tiles) {
		wait.Go(func() {
			t := r.newTile(tile)
			for {
				k := int(next.Add(1)) - 1
				if k >= tiles {
					return
				}
				t.load(queries, k*tile, min((k+1)*tile, rows))
				errs[k] = t.updates(out)
				counts[k] = t.count
			}
		})
	}
	wait.Wait()
	for k, c := range counts {
		if errs[k] != nil {
			return out, errs[k]
		}
		out.Blocks += c.blocks
		out.Skipped += c.skipped
	}
	return out, nil
}

type retrieveCount struct{ blocks, skipped int }

// load takes the queries first to last - 1 into the tile.
func (t *retrieveTile) load(queries mat.Matrix, first, last int) {
	t.first, t.count = first, retrieveCount{}
	t.active = t.active[:0]
	for i := range last - first {
		t.active = append(t.active, i)
		row := t.query(i)
		if d, ok := queries.(*mat.Dense); ok {
			copy(row, d.RawRowView(first+i))
			continue
		}
		for j := range row {
			row[j] = queries.At(first+i, j)
		}
	}
}

// updates makes the updates of the tile's queries and stores the results.
func (t *retrieveTile) updates(out *Retrieval) error {
	for k := 1; k <= t.r.updates && len(t.active) > 0; k++ {
		t.attend()
		kept := t.active[:0]
		for _, i := range t.active {
			row := t.first + i
			next := t.result(i)
			if err := checkFinite("x", next); err != nil {
				return fmt.Errorf("hopfield: update %d of query %d overflows: scale patterns, queries and sharpness so that β v·x is below 1e308", k, row)
			}
			out.Updates[row], out.Nearest[row], out.Weight[row] = k, t.nearest[i], 1/t.sum[i]
			done := t.r.wide == t.r.d && retrieveWithin(next, t.query(i), t.r.tolerance)
			out.Settled[row] = done
			if done || k == t.r.updates {
				copy(out.X.RawRowView(row), next)
			}
			if !done {
				kept = append(kept, i)
			}
			if t.r.wide == t.r.d {
				copy(t.query(i), next)
			}
		}
		t.active = kept
	}
	return nil
}

// retrieveWithin reports whether no component of a differs from b's by more than tol.
func retrieveWithin(a, b []float64, tol float64) bool {
	for i, v := range a {
		if !(math.Abs(v-b[i]) <= tol) {
			return false
		}
	}
	return true
}
