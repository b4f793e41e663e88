package sde

import (
	"fmt"
	"math"
	"runtime/debug"
	"sync"
)

// A queue gives blocks to workers and takes their tallies back, to add them in
// the order of the blocks. A worker may be a few blocks ahead of the slowest
// one, and then waits, so that few tallies lie about.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	blocks  int
	ahead   int // how far
	taken   int // blocks given out
	done    int // blocks whose tallies are added: all below are
	failed  int // the lowest block that failed
	err     error
	watches []watch
	waiting map[int][]Tally
	spare   [][]Tally

	panicked string
}

func newQueue(blocks, workers int, watches []watch) *queue {
	q := &queue{blocks: blocks, ahead: 4 * workers, failed: math.MaxInt, watches: watches, waiting: map[int][]Tally{}}
	q.changed = sync.NewCond(&q.mu)
	return q
}

// serve works on blocks until there are none.
func (q *queue) serve(w *worker, work func(w *worker, k int) error) {
	for {
		k, ok := q.take()
		if !ok {
			return
		}
		if err := work(w, k); err != nil {
			q.fail(k, err)
			return
		}
		w.tallies = q.deliver(k, w.tallies)
	}
}

// serveSafely is serve on a goroutine of its own: a panic of a function of the
// user's stops the others and is passed on to the caller of Run.
func (q *queue) serveSafely(w *worker, work func(w *worker, k int) error) {
	defer func() {
		if v := recover(); v != nil {
			stack := debug.Stack()
			q.mu.Lock()
			defer q.mu.Unlock()
			if q.panicked == "" {
				q.panicked = fmt.Sprintf("%v\n\nin a worker of an ensemble:\n%s", v, stack)
			}
			q.failed = -1
			q.changed.Broadcast()
		}
	}()
	q.serve(w, work)
}

// take returns the next block. After a failure those above it are not worth
// the work.
func (q *queue) take() (k int, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	k = q.taken
	if k >= q.blocks || k > q.failed {
		return 0, false
	}
	q.taken++
	for k-q.done >= q.ahead && k < q.failed {
		q.changed.Wait()
	}
	return k, k < q.failed
}

// fail notes that a block failed. A worker that fails takes no more blocks:
// those below have all been given out.
func (q *queue) fail(k int, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if k < q.failed {
		q.failed, q.err = k, err
	}
	q.changed.Broadcast()
}

// deliver takes the tallies of a block and returns others, which are empty.
func (q *queue) deliver(k int, tallies []Tally) []Tally {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.changed.Broadcast()
	if tallies == nil {
		q.done++
		return nil
	}
	q.waiting[k] = tallies
	for ready := q.waiting[q.done]; ready != nil && q.done < q.failed; ready = q.waiting[q.done] {
		delete(q.waiting, q.done)
		if err := addAll(q.watches, ready); err != nil {
			q.failed, q.err = q.done, err
		}
		q.spare = append(q.spare, ready)
		q.done++
	}
	if n := len(q.spare); n > 0 {
		fresh := q.spare[n-1]
		q.spare = q.spare[:n-1]
		return fresh
	}
	return newTallies(q.watches, false)
}

// addAll gives each observer its tally, where there is one, and empties it.
func addAll(watches []watch, tallies []Tally) error {
	for i, t := range tallies {
		if t == nil {
			continue
		}
		o := watches[i].Observer
		o.Add(t)
		t.Reset()
		if f, ok := o.(Failer); ok && f.Err() != nil {
			return f.Err()
		}
	}
	return nil
}
