package hopfield

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// BatchSettings says how RunBatch runs; the zero value is good.
type BatchSettings struct {
	// Sweeps, where it is not 0, is how many sweeps each probe gets, each a new random
	// order of all units, whether it has settled or not: what a plain program does. 0
	// stops a probe at its fixed point, with the same result as any number of sweeps
	// that reaches it.
	Sweeps int
	// AtMost limits the sweeps of a probe where Sweeps is 0; 0 is 10,000.
	AtMost int
	// Seed fixes the orders: probe k has those of the stream (Seed, k), so that probe
	// 0 does what Run does in the order Shuffled(Seed).
	Seed uint64
	// Workers is the number of goroutines, 0 for GOMAXPROCS. The result does not
	// depend on it.
	Workers int
}

// RunBatch updates many states one unit at a time in random order and returns where
// they went; the probes are not changed. Where the fields are small integers, as with
// the rule of Hebb, they are kept four to a word, and a flip costs n/4 additions.
//
// It is an error if there is a Coin, if a probe has another number of units, if a
// number of the settings is negative, or if probes have not settled within AtMost
// sweeps: the error then names the first and says how many, and the states are
// returned all the same.
func (d *Discrete) RunBatch(probes []Bits, s *BatchSettings) ([]Bits, error) {
	var set BatchSettings
	if s != nil {
		set = *s
	}
	if d.tie == Coin {
		return nil, fmt.Errorf("hopfield: a batch with the tie rule Coin: use Keep or Plus, or Run one by one")
	}
	if set.Sweeps < 0 || set.AtMost < 0 || set.Workers < 0 {
		return nil, fmt.Errorf("hopfield: batch settings %+v: none may be negative", set)
	}
	if set.AtMost == 0 {
		set.AtMost = 10000
	}
	for k, p := range probes {
		if p.n != d.n {
			return nil, fmt.Errorf("hopfield: probe %d has %d units, the network %d: cut or pad it", k, p.n, d.n)
		}
	}
	out := make([]Bits, len(probes))
	unsettled := make([]bool, len(probes))
	batchShare(len(probes), set.Workers, func() func(int) {
		b := newBatchWorker(d)
		return func(k int) {
			out[k] = probes[k].Clone()
			_, settled := b.run(out[k], set, uint64(k))
			unsettled[k] = !settled
		}
	})
	return out, batchError(unsettled, d, set)
}

func batchError(unsettled []bool, d *Discrete, set BatchSettings) error {
	first, count := -1, 0
	for k, u := range unsettled {
		if u {
			if first < 0 {
				first = k
			}
			count++
		}
	}
	if count == 0 {
		return nil
	}
	why := "allow more (AtMost)"
	if !d.descends() {
		why = "W is not symmetric or has a negative diagonal: Run in a Fixed order finds the cycle"
	}
	return fmt.Errorf("hopfield: probe %d (and %d more) has no fixed point after %d sweeps: %s", first, count-1, set.AtMost, why)
}

// batchShare runs jobs 0 to n-1 on so many goroutines, each with a worker of its own.
func batchShare(n, workers int, worker func() func(int)) {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = min(workers, n)
	if workers <= 1 {
		if n > 0 {
			job := worker()
			for k := range n {
				job(k)
			}
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			job := worker()
			for k := int(next.Add(1)) - 1; k < n; k = int(next.Add(1)) - 1 {
				job(k)
			}
		})
	}
	wg.Wait()
}

// A batchWorker has what one goroutine needs.
type batchWorker struct {
	d       *Discrete
	shuffle *shuffler
	lanes   []uint64  // fields four to a word, where they fit
	h, x    []float64 // fields and state elsewhere
	slack   []float64
	stale   int // flips since the fields were summed
}

func newBatchWorker(d *Discrete) *batchWorker {
	b := &batchWorker{d: d, shuffle: newShuffler(d.n, 0, 0)}
	if d.lanes != nil {
		b.lanes = make([]uint64, d.lanes.words)
	} else {
		b.h, b.x, b.slack = make([]float64, d.n), make([]float64, d.n), d.slack
		if d.exact {
			b.slack = make([]float64, d.n)
		}
	}
	return b
}

// run updates x, tells in how many sweeps, as far as they changed something, and
// reports whether it settled or was not asked to.
func (b *batchWorker) run(x Bits, set BatchSettings, k uint64) (sweeps int, settled bool) {
	b.shuffle.reset(set.Seed, k)
	sweep := b.sweepFloat
	if b.lanes != nil {
		b.d.lanes.fields(b.lanes, x)
		sweep = b.sweepLanes
	} else {
		x.Unpack(b.x)
		b.stale = b.d.n // not summed yet
	}
	if set.Sweeps > 0 {
		for range set.Sweeps {
			if sweep(x) > 0 {
				sweeps++
			}
		}
		return sweeps, true
	}
	for range set.AtMost {
		if sweep(x) == 0 {
			return sweeps, true
		}
		sweeps++
	}
	return sweeps, b.d.IsFixed(x.State())
}

// sweepLanes visits all units once.
func (b *batchWorker) sweepLanes(x Bits) (flips int) {
	l, h := b.d.lanes, b.lanes
	keep := int64(1)
	if b.d.tie == Plus {
		keep = 0
	}
	for units := b.shuffle.next(); ; flips++ {
		k := lanesMoving(h, x.words, units, keep)
		if k == len(units) {
			return flips
		}
		i := int(units[k])
		units = units[k+1:]
		if x.words[i>>6]>>(i&63)&1 == 0 {
			l.add(h, i)
		} else {
			l.sub(h, i)
		}
		x.words[i>>6] ^= 1 << (i & 63)
	}
}

// lanesMoving returns how many units come before the first that moves. Unit i with
// field h moves where h < 0 and x_i = +1, or -h < 0 (with Plus, keep = 0: ^h < 0, that is
// h >= 0) and x_i = -1: one comparison with 0, as which of the two it is cannot be
// foretold, but that nothing moves can. Inlined, it runs out of registers.
//
//go:noinline
func lanesMoving(h, words []uint64, units []uint32, keep int64) int {
	for k, i := range units {
		field := int64(h[i>>2]>>(i&3*16)&0xffff) - laneBias
		minus := int64(words[i>>6]>>(i&63)&1) - 1 // -1 where x_i = -1, else 0
		if field^minus+minus&keep < 0 {
			return k
		}
	}
	return len(units)
}

// sweepFloat does the same with fields of float64, those near 0 summed anew as in Run.
func (b *batchWorker) sweepFloat(x Bits) (flips int) {
	d := b.d
	if b.stale >= d.n {
		d.fields(b.h, b.x)
		b.stale = 0
	}
	for _, u := range b.shuffle.next() {
		i := int(u)
		if b.h[i]*b.x[i] > b.slack[i] {
			continue // most stay
		}
		if !d.certain(i, b.h[i]) {
			b.h[i] = d.field(i, b.x)
		}
		if d.tie.sign(b.h[i], b.x[i], nil) == b.x[i] {
			continue
		}
		b.x[i] = -b.x[i]
		x.Flip(i)
		twice := 2 * b.x[i]
		for j, w := range d.columns[i*d.n : i*d.n+d.n] {
			b.h[j] += twice * w
		}
		flips++
	}
	b.stale += flips
	return flips
}
