package hopfield

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"math/rand/v2"
)

// Bits is a state of units packed into words: bit i is set where x_i = +1. Two
// states of a thousand units are compared in sixteen steps.
type Bits struct {
	n     int
	words []uint64
}

// NewBits returns the state of n units that are all -1. It panics if n is negative.
func NewBits(n int) Bits { return Bits{n: n, words: make([]uint64, (n+63)/64)} }

// Pack returns the packed form of x, whose components are -1 or +1; what is positive
// is taken for +1 and anything else for -1.
func Pack(x []float64) Bits {
	b := NewBits(len(x))
	for i, v := range x {
		if v > 0 {
			b.words[i>>6] |= 1 << (i & 63)
		}
	}
	return b
}

// FromCode returns the state of n <= 64 units whose bit i is that of the code, as in
// a Graph. It panics if n is not in 0 to 64.
func FromCode(code uint64, n int) Bits {
	if n < 0 || n > 64 {
		panic(fmt.Sprintf("hopfield: a code of %d units: it has at most 64", n))
	}
	b := NewBits(n)
	if n > 0 {
		b.words[0] = code & (1<<n - 1)
	}
	return b
}

// Code returns the state as a number. It panics if there are more than 64 units.
func (b Bits) Code() uint64 {
	if b.n > 64 {
		panic(fmt.Sprintf("hopfield: a code of %d units: it has at most 64", b.n))
	}
	if b.n == 0 {
		return 0
	}
	return b.words[0]
}

// Len returns the number of units.
func (b Bits) Len() int { return b.n }

// At returns the state of unit i, -1 or +1. It panics unless 0 <= i < n.
func (b Bits) At(i int) float64 {
	b.check(i)
	return float64(int(b.words[i>>6]>>(i&63)&1)*2 - 1)
}

// Flip reverses unit i. It panics unless 0 <= i < n.
func (b Bits) Flip(i int) {
	b.check(i)
	b.words[i>>6] ^= 1 << (i & 63)
}

func (b Bits) check(i int) {
	if i < 0 || i >= b.n {
		panic(fmt.Sprintf("hopfield: unit %d of %d", i, b.n))
	}
}

// Clone returns a copy that shares nothing.
func (b Bits) Clone() Bits { return Bits{b.n, append([]uint64(nil), b.words...)} }

// Unpack stores the state, -1 and +1, in dst. It panics if dst has another length.
func (b Bits) Unpack(dst []float64) {
	checkLen(dst, b.n)
	for i := range dst {
		dst[i] = float64(int(b.words[i>>6]>>(i&63)&1)*2 - 1)
	}
}

// State returns the state as a slice of -1 and +1.
func (b Bits) State() []float64 {
	x := make([]float64, b.n)
	b.Unpack(x)
	return x
}

// Distance returns the number of units in which a and b differ, the distance of
// Hamming. It panics if they have different lengths.
func (b Bits) Distance(a Bits) (d int) {
	if a.n != b.n {
		panic(fmt.Sprintf("hopfield: length mismatch: states of %d and of %d units", b.n, a.n))
	}
	for i, w := range b.words {
		d += bits.OnesCount64(w ^ a.words[i])
	}
	return d
}

// Overlap returns (1/n) Σ a_i b_i: 1 for equal states, -1 for opposite ones, of order
// 1/√n for unrelated ones. It panics if they have different lengths or none.
func (b Bits) Overlap(a Bits) float64 {
	d := b.Distance(a)
	if b.n == 0 {
		panic("hopfield: overlap of states of no units")
	}
	return float64(b.n-2*d) / float64(b.n)
}

// Reverse flips count units drawn at random without replacement. It panics unless 0
// <= count <= n.
func (b Bits) Reverse(count int, rng *rand.Rand) {
	if count < 0 || count > b.n {
		panic(fmt.Sprintf("hopfield: %d units to reverse of %d", count, b.n))
	}
	// Each unit in turn, with the chance that leaves the right number for the rest.
	for i := 0; count > 0; i++ {
		if rng.IntN(b.n-i) < count {
			b.Flip(i)
			count--
		}
	}
}

// bytes returns the words as bytes, a key for maps.
func (b Bits) bytes() []byte {
	p := make([]byte, 0, 8*len(b.words))
	for _, w := range b.words {
		p = binary.LittleEndian.AppendUint64(p, w)
	}
	return p
}
