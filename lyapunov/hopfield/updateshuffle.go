package hopfield

import (
	"math/bits"
	"math/rand/v2"
)

// A shuffler deals the units in a new random order for each sweep.
type shuffler struct {
	rng   *rand.PCG
	units []uint32
	batch int // places that one random word decides
}

// newShuffler returns the orders of stream (seed, index).
func newShuffler(n int, seed, index uint64) *shuffler {
	s := &shuffler{rng: rand.NewPCG(seed, index), units: make([]uint32, n), batch: 1}
	// The product of the bounds stays below 2⁶⁰, or 2⁴⁸: few words are looked at twice.
	switch {
	case n <= 1<<10:
		s.batch = 6
	case n <= 1<<24:
		s.batch = 2
	}
	s.reset(seed, index)
	return s
}

// reset makes s what newShuffler returns.
func (s *shuffler) reset(seed, index uint64) {
	s.rng.Seed(seed, index)
	for i := range s.units {
		s.units[i] = uint32(i)
	}
}

// next returns the units in random order, valid until the next call: the shuffle of
// Fisher and Yates, from the order before. A random word u < 2⁶⁴ gives several
// places at once: multiplied by one bound after the other, its high words are the
// digits of u b₁b₂…/2⁶⁴, which are uniform once the words whose last low word is
// under 2⁶⁴ mod b₁b₂… are refused (Brackett-Rozinsky and Lemire 2024).
func (s *shuffler) next() []uint32 {
	u, rng := s.units, s.rng
	left := len(u)
	if s.batch == 6 {
		for ; left > 6; left -= 6 {
			b := uint64(left)
			i0, low := bits.Mul64(rng.Uint64(), b)
			i1, low := bits.Mul64(low, b-1)
			i2, low := bits.Mul64(low, b-2)
			i3, low := bits.Mul64(low, b-3)
			i4, low := bits.Mul64(low, b-4)
			i5, low := bits.Mul64(low, b-5)
			if low < 1<<60 { // the product is not more
				if p := b * (b - 1) * (b - 2) * (b - 3) * (b - 4) * (b - 5); low < -p%p {
					left += 6 // once more
					continue
				}
			}
			v := u[:left]
			v[i0], v[left-1] = v[left-1], v[i0]
			v[i1], v[left-2] = v[left-2], v[i1]
			v[i2], v[left-3] = v[left-3], v[i2]
			v[i3], v[left-4] = v[left-4], v[i3]
			v[i4], v[left-5] = v[left-5], v[i4]
			v[i5], v[left-6] = v[left-6], v[i5]
		}
	}
	if s.batch == 2 {
		for ; left > 2; left -= 2 {
			b := uint64(left)
			i0, low := bits.Mul64(rng.Uint64(), b)
			i1, low := bits.Mul64(low, b-1)
			if low < 1<<48 {
				if p := b * (b - 1); low < -p%p {
					left += 2
					continue
				}
			}
			u[i0], u[left-1] = u[left-1], u[i0]
			u[i1], u[left-2] = u[left-2], u[i1]
		}
	}
	for ; left > 1; left-- {
		b := uint64(left)
		i, low := bits.Mul64(rng.Uint64(), b)
		if low < -b%b {
			left++
			continue
		}
		u[i], u[left-1] = u[left-1], u[i]
	}
	return u
}
