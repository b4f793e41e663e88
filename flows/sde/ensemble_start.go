package sde

import "fmt"

// At returns a Start that puts every particle at one point.
func At(point ...float64) func(x []float64, particle int, s *Stream) {
	return func(x []float64, _ int, _ *Stream) {
		if len(x) != len(point) {
			panic(fmt.Sprintf("sde: length mismatch: At has %d coordinates, the system %d", len(point), len(x)))
		}
		copy(x, point)
	}
}

// Uniform returns a Start that draws uniformly from the box lo, hi.
func Uniform(lo, hi []float64) func(x []float64, particle int, s *Stream) {
	if len(lo) != len(hi) {
		panic("sde: length mismatch")
	}
	return func(x []float64, _ int, s *Stream) {
		if len(x) != len(lo) {
			panic(fmt.Sprintf("sde: length mismatch: Uniform has %d coordinates, the system %d", len(lo), len(x)))
		}
		for d := range x {
			x[d] = min(lo[d]+(hi[d]-lo[d])*s.Float64(), hi[d])
		}
	}
}

// Gaussian returns a Start that draws every coordinate from the normal law of
// the given mean and standard deviation.
func Gaussian(mean, deviation []float64) func(x []float64, particle int, s *Stream) {
	if len(mean) != len(deviation) {
		panic("sde: length mismatch")
	}
	return func(x []float64, _ int, s *Stream) {
		if len(x) != len(mean) {
			panic(fmt.Sprintf("sde: length mismatch: Gaussian has %d coordinates, the system %d", len(mean), len(x)))
		}
		for d := range x {
			x[d] = mean[d] + deviation[d]*s.NormFloat64()
		}
	}
}

// From returns a Start that goes on from a cloud: particle i at row i, and at
// row i - n, i - 2n ... of n where there are more particles.
func From(c *Cloud) func(x []float64, particle int, s *Stream) {
	n, dim := c.X.Dims()
	return func(x []float64, particle int, _ *Stream) {
		if len(x) != dim {
			panic(fmt.Sprintf("sde: length mismatch: the cloud has %d coordinates, the system %d", dim, len(x)))
		}
		copy(x, c.X.RawRowView(particle%n))
	}
}
