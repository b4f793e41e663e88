package training

import (
	"fmt"
	"math/rand/v2"
)

// Batches cuts N examples into mini-batches: every pass over the examples, the
// epoch, is a new permutation drawn from (Seed, epoch), cut into pieces of Size,
// the last of which may be smaller. Every example has one turn an epoch.
type Batches struct {
	N    int    // examples, positive
	Size int    // examples a batch; 0, or more than N: all of them, in order
	Seed uint64 // of the permutations
	// InOrder cuts the examples as they come, in every epoch, and draws nothing.
	InOrder bool
}

// PerEpoch returns the number of batches of an epoch.
func (b Batches) PerEpoch() int {
	size := b.size()
	return (b.N + size - 1) / size
}

// At returns the indices of the examples of a step, counted from 0. It is a
// function of b and step alone.
func (b Batches) At(step int) []int {
	size := b.size()
	if step < 0 {
		panic("training: negative step")
	}
	epoch, k := step/b.PerEpoch(), step%b.PerEpoch()
	from, to := k*size, min((k+1)*size, b.N)
	if size < b.N && !b.InOrder {
		return rand.New(rand.NewPCG(b.Seed, uint64(epoch))).Perm(b.N)[from:to]
	}
	batch := make([]int, 0, to-from)
	for i := from; i < to; i++ {
		batch = append(batch, i)
	}
	return batch
}

func (b Batches) size() int {
	if b.N <= 0 || b.Size < 0 {
		panic(fmt.Sprintf("training: batches of %d out of %d examples", b.Size, b.N))
	}
	if b.Size == 0 || b.Size > b.N {
		return b.N
	}
	return b.Size
}
