package patterns

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Flip returns x with the signs of exactly count pixels changed, drawn without
// replacement. It panics unless 0 <= count <= len(x).
func Flip(x []float64, count int, seed uint64) []float64 {
	if count < 0 || count > len(x) {
		panic(fmt.Sprintf("patterns: %d flips of %d pixels", count, len(x)))
	}
	y := append([]float64(nil), x...)
	for _, i := range stream(seed, forFlip, 0).Perm(len(x))[:count] {
		y[i] = -y[i]
	}
	return y
}

// Noise returns x with the sign of each pixel changed with probability p: the
// overlap with x is 1 - 2p on average. It panics unless 0 <= p <= 1.
func Noise(x []float64, p float64, seed uint64) []float64 {
	return noise(x, p, stream(seed, forNoise, 0))
}

func noise(x []float64, p float64, rng *rand.Rand) []float64 {
	probability("p", p)
	y := append([]float64(nil), x...)
	for i := range y {
		if rng.Float64() < p {
			y[i] = -y[i]
		}
	}
	return y
}

// Grain returns x with normal noise of standard deviation sd added to each pixel;
// values leave [-1, 1]. It panics unless sd is finite and not negative.
func Grain(x []float64, sd float64, seed uint64) []float64 {
	if !(sd >= 0) || math.IsInf(sd, 0) {
		panic(fmt.Sprintf("patterns: standard deviation is %v", sd))
	}
	rng := stream(seed, forGrain, 0)
	y := append([]float64(nil), x...)
	for i := range y {
		y[i] += sd * rng.NormFloat64()
	}
	return y
}

// Noisy returns a set of copies of every pattern, pattern by pattern, with the names
// repeated: training data. Each copy has noise of its own, which no other seed has.
func (s *Set) Noisy(copies int, p float64, seed uint64) *Set {
	m := &Set{Columns: s.Columns}
	for k, x := range s.X {
		for c := range copies {
			m.X = append(m.X, noise(x, p, stream(seed, forNoise, 1+k*copies+c)))
			if s.Names != nil {
				m.Names = append(m.Names, s.Names[k])
			}
		}
	}
	return m
}

// A Window is a rectangle of pixels, from (Left, Top) on.
type Window struct{ Left, Top, Width, Height int }

// Half returns the lower half of a picture of the set.
func (s *Set) Half() Window {
	return Window{0, s.Rows() / 2, s.Columns, s.Rows() - s.Rows()/2}
}

// inside returns the pixels of the window in pictures of rows x columns.
func (w Window) inside(rows, columns int) []int {
	if w.Left < 0 || w.Top < 0 || w.Width < 0 || w.Height < 0 || w.Left+w.Width > columns || w.Top+w.Height > rows {
		panic(fmt.Sprintf("patterns: window %+v leaves a picture of %d x %d pixels", w, columns, rows))
	}
	var at []int
	for r := w.Top; r < w.Top+w.Height; r++ {
		for c := w.Left; c < w.Left+w.Width; c++ {
			at = append(at, r*columns+c)
		}
	}
	return at
}

// Occlude returns x with the pixels of a window replaced by value: 0 for unknown,
// -1 for paper. It panics if the window leaves the picture.
func (s *Set) Occlude(x []float64, w Window, value float64) []float64 {
	sameLength(len(x), s.Dim())
	y := append([]float64(nil), x...)
	for _, i := range w.inside(s.Rows(), s.Columns) {
		y[i] = value
	}
	return y
}

// Visible returns the pixels outside a window: what is known of an occluded picture.
func (s *Set) Visible(w Window) []int {
	hidden := map[int]bool{}
	for _, i := range w.inside(s.Rows(), s.Columns) {
		hidden[i] = true
	}
	var at []int
	for i := range s.Dim() {
		if !hidden[i] {
			at = append(at, i)
		}
	}
	return at
}

// Mask returns x with a random share of its pixels replaced by value, each with
// probability p.
func Mask(x []float64, p, value float64, seed uint64) []float64 {
	probability("p", p)
	rng := stream(seed, forMask, 0)
	y := append([]float64(nil), x...)
	for i := range y {
		if rng.Float64() < p {
			y[i] = value
		}
	}
	return y
}

// Blend returns the weighted mean Σ w_k x_k/Σ|w_k| of patterns. It panics unless
// there is a finite weight for each pattern, not all zero, and the lengths agree.
func Blend(weights []float64, x ...[]float64) []float64 {
	sameLength(len(weights), len(x))
	var total float64
	for _, w := range weights {
		total += math.Abs(w)
	}
	if !(total > 0) || math.IsInf(total, 0) {
		panic(fmt.Sprintf("patterns: weights %v", weights))
	}
	y := make([]float64, len(x[0]))
	for k, p := range x {
		sameLength(len(p), len(y))
		for i, v := range p {
			y[i] += weights[k] / total * v
		}
	}
	return y
}

// Mix returns the majority of an odd number of ±1 patterns, sign(Σ x_k): the
// spurious memories of a Hebbian network. It panics if their number is even, where
// majorities can tie, or the lengths differ.
func Mix(x ...[]float64) []float64 {
	if len(x)%2 == 0 {
		panic(fmt.Sprintf("patterns: the majority of %d patterns can tie: mix an odd number, or use Blend", len(x)))
	}
	w := make([]float64, len(x))
	for k := range w {
		w[k] = 1
	}
	return Binary(Blend(w, x...), 0)
}
