package kramersmoyal

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A pass goes over a series once. The increments are cut into segments of a
// fixed length, whatever the number of workers; each worker sums a segment in a
// table of its own, and the tables are added to the total in the order of the
// segments. So every sum is formed by the same additions for any number of
// workers.
type pass struct {
	segment int // increments in one
	starts  []place
	tables  []table

	next   atomic.Int64
	mu     sync.Mutex
	turn   *sync.Cond
	merged int
}

// A place is an increment of a series.
type place struct{ piece, at int }

func (p *pass) prepare(e *Estimator) {
	// Adding a table to the total costs a hundredth of filling it.
	p.segment = max(1<<16, 64*e.grid.Len())
	p.turn = sync.NewCond(&p.mu)
}

// run reports whether all that was added is finite.
func (p *pass) run(e *Estimator, s *Series) bool {
	p.divide(s)
	segments := len(p.starts) - 1
	workers := e.how.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = min(workers, segments)
	for len(p.tables) < workers {
		p.tables = append(p.tables, newTable(e.layout, e.cells))
	}
	p.next.Store(0)
	p.merged = 0
	if workers == 1 {
		p.work(e, s, p.tables[0])
	} else {
		var wg sync.WaitGroup
		for _, t := range p.tables[:workers] {
			wg.Go(func() { p.work(e, s, t) })
		}
		wg.Wait()
	}
	for _, v := range e.sums {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// divide finds where the segments start, and the end.
func (p *pass) divide(s *Series) {
	p.starts = p.starts[:0]
	room := 0
	for i := range s.pieces {
		for at, n := 0, s.pieces[i].len(); at < n; {
			if room == 0 {
				p.starts = append(p.starts, place{i, at})
				room = p.segment
			}
			step := min(room, n-at)
			at += step
			room -= step
		}
	}
	p.starts = append(p.starts, place{len(s.pieces), 0})
}

func (p *pass) work(e *Estimator, s *Series, t table) {
	segments := len(p.starts) - 1
	for {
		k := int(p.next.Add(1)) - 1
		if k >= segments {
			return
		}
		first, last := p.starts[k], p.starts[k+1]
		for i := first.piece; i < len(s.pieces) && i <= last.piece; i++ {
			lo, hi := 0, s.pieces[i].len()
			if i == first.piece {
				lo = first.at
			}
			if i == last.piece {
				hi = last.at
			}
			t.add(&e.at, &s.pieces[i], lo, hi)
		}
		p.merge(e, t, k)
	}
}

// merge waits for the segments before k.
func (p *pass) merge(e *Estimator, t table, k int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.merged != k {
		p.turn.Wait()
	}
	e.outside += t.drain(e.sums)
	p.merged++
	p.turn.Broadcast()
}
