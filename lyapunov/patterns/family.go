package patterns

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// stream returns the random numbers of pattern k of a family; purpose keeps
// different uses of one seed apart.
func stream(seed, purpose uint64, k int) *rand.Rand {
	return rand.New(rand.NewPCG(seed^purpose*0x9e3779b97f4a7c15, uint64(k)))
}

// Purposes of random numbers.
const (
	forBiased uint64 = 1 + iota
	forGrey
	forMarkov
	forParent
	forChild
	forFlip
	forNoise
	forGrain
	forMask
)

// columns returns the width of a picture of n pixels: the largest divisor up to its
// root, so that it is as square as possible.
func columns(n int) int {
	for w := int(math.Sqrt(float64(n))); w > 1; w-- {
		if n%w == 0 {
			return n / w
		}
	}
	return n
}

func family(n, count int, x func(k int) []float64) *Set {
	if n < 1 || count < 1 {
		panic(fmt.Sprintf("patterns: a family of %d patterns of %d pixels", count, n))
	}
	s := &Set{Columns: columns(n)}
	for k := range count {
		s.X = append(s.X, x(k))
	}
	return s
}

// coin returns +1 with probability p.
func coin(rng *rand.Rand, p float64) float64 {
	if rng.Float64() < p {
		return 1
	}
	return -1
}

// Random returns count patterns of n independent pixels ±1: the family of the
// capacity 0.138 n. It panics unless n and count are positive.
func Random(n, count int, seed uint64) *Set {
	return Biased(n, count, 0.5, seed)
}

// Biased returns patterns whose pixels are +1 with probability p, independently:
// overlaps (2p-1)² on average. It panics unless 0 <= p <= 1.
func Biased(n, count int, p float64, seed uint64) *Set {
	probability("p", p)
	return family(n, count, func(k int) []float64 {
		rng := stream(seed, forBiased, k)
		x := make([]float64, n)
		for i := range x {
			x[i] = coin(rng, p)
		}
		return x
	})
}

// Grey returns patterns of independent pixels, uniform in [-amplitude, amplitude].
// It panics unless 0 < amplitude <= 1.
func Grey(n, count int, amplitude float64, seed uint64) *Set {
	if !(amplitude > 0 && amplitude <= 1) {
		panic(fmt.Sprintf("patterns: amplitude is %v, want one in (0, 1]", amplitude))
	}
	return family(n, count, func(k int) []float64 {
		rng := stream(seed, forGrey, k)
		x := make([]float64, n)
		for i := range x {
			x[i] = amplitude * (2*rng.Float64() - 1)
		}
		return x
	})
}

// Markov returns patterns that are chains of ±1 along their pixels: neighbours are
// equal with probability (1+c)/2, pixels at a distance d have the correlation c^d.
// The patterns are independent of each other. It panics unless -1 <= c <= 1.
func Markov(n, count int, c float64, seed uint64) *Set {
	correlation(c)
	return family(n, count, func(k int) []float64 {
		rng := stream(seed, forMarkov, k)
		x := make([]float64, n)
		x[0] = coin(rng, 0.5)
		for i := 1; i < n; i++ {
			x[i] = x[i-1] * coin(rng, (1+c)/2)
		}
		return x
	})
}

// Hierarchy returns a tree of two levels: parents of independent pixels ±1, and for
// each of them children that differ from it in every pixel with probability
// (1-c)/2, so that a child's mean overlap with its parent is c and with a sister c².
// The children come family by family, the parents by themselves. It panics unless
// the numbers are positive and -1 <= c <= 1.
func Hierarchy(n, parents, children int, c float64, seed uint64) (leaves, parentSet *Set) {
	correlation(c)
	parentSet = family(n, parents, func(k int) []float64 {
		rng := stream(seed, forParent, k)
		x := make([]float64, n)
		for i := range x {
			x[i] = coin(rng, 0.5)
		}
		return x
	})
	leaves = family(n, parents*children, func(k int) []float64 {
		rng := stream(seed, forChild, k)
		x := make([]float64, n)
		for i, v := range parentSet.X[k/children] {
			x[i] = v * coin(rng, (1+c)/2)
		}
		return x
	})
	return leaves, parentSet
}

func probability(name string, p float64) {
	if !(p >= 0 && p <= 1) {
		panic(fmt.Sprintf("patterns: %s is %v, want a probability", name, p))
	}
}

func correlation(c float64) {
	if !(c >= -1 && c <= 1) {
		panic(fmt.Sprintf("patterns: correlation is %v, want one in [-1, 1]", c))
	}
}
