package wasserstein

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A crew shares blocks of work among the cores. Which core does which block is
// left to chance; every block writes to memory of its own, and what the blocks
// make is added in their order, so that results are the same on any machine.
// After its first run it allocates nothing.
type crew struct {
	task   func(block int)
	blocks int
	next   atomic.Int64
	wait   sync.WaitGroup
	hand   func()
}

// run calls task for every block from 0 on. Small work stays on one core.
func (c *crew) run(blocks int, large bool, task func(block int)) {
	hands := min(runtime.GOMAXPROCS(0), blocks)
	if !large || hands < 2 {
		for b := range blocks {
			task(b)
		}
		return
	}
	if c.hand == nil {
		c.hand = func() {
			c.work()
			c.wait.Done()
		}
	}
	c.task, c.blocks = task, blocks
	c.next.Store(0)
	c.wait.Add(hands - 1)
	for range hands - 1 {
		go c.hand()
	}
	c.work()
	c.wait.Wait()
	c.task = nil
}

func (c *crew) work() {
	for {
		b := int(c.next.Add(1)) - 1
		if b >= c.blocks {
			return
		}
		c.task(b)
	}
}

// manyEntries is the size of a pass that is worth a second core.
const manyEntries = 1 << 15

// blocksOf returns into how many blocks so many rows are divided: a number that
// does not depend on the machine.
func blocksOf(rows int) int { return max(1, min(rows/32, 64)) }

// block returns the rows of block b of n.
func block(b, n, rows int) (lo, hi int) { return b * rows / n, (b + 1) * rows / n }
