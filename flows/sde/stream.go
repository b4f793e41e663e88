package sde

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// A Stream is a source of random numbers: xoshiro256++ (Blackman and Vigna
// 2021, period 2^256 - 1), with its own fast normal numbers. It is a Source of
// math/rand/v2, so that rand.New(s) has everything else. A Stream belongs to
// one goroutine.
type Stream struct{ s0, s1, s2, s3 uint64 }

var _ rand.Source = (*Stream)(nil)

// NewStream returns the stream of a key of any number of words, such as (seed,
// experiment, particle, purpose). Equal keys give equal numbers. The whole key,
// its length included, is hashed into the 256 bits of the state, so that
// streams of different keys are unrelated, consecutive keys too.
func NewStream(key ...uint64) *Stream {
	s := new(Stream)
	s.reset(key...)
	return s
}

// The lanes of the hash start at, and add, the first 64 bits of the fractional
// parts of √2, √3, √5, √7: any four different numbers would do.
const (
	lane0 = 0x6a09e667f3bcc908
	lane1 = 0xbb67ae8584caa73b
	lane2 = 0x3c6ef372fe94f82b
	lane3 = 0xa54ff53a5f1d36f1
)

// reset makes s the stream of a key. Each lane is a chain of bijections of the
// next word, different for each lane: keys that differ in one word differ in
// all four lanes, other keys agree in all four with probability 2^-256.
func (s *Stream) reset(key ...uint64) {
	n := uint64(len(key))
	a, b, c, d := mix64(lane0+n), mix64(lane1+n), mix64(lane2+n), mix64(lane3+n)
	for _, k := range key {
		a, b, c, d = mix64(a^(k+lane0)), mix64(b^(k+lane1)), mix64(c^(k+lane2)), mix64(d^(k+lane3))
	}
	if a|b|c|d == 0 {
		d = 1 // the one state that never changes
	}
	*s = Stream{a, b, c, d}
}

// mix64 is the output function of splitmix64 (Steele, Lea and Flood 2014, with
// Stafford's constants), a bijection in which every bit depends on every bit.
func mix64(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Uint64 returns 64 random bits.
func (s *Stream) Uint64() uint64 {
	u := bits.RotateLeft64(s.s0+s.s3, 23) + s.s0
	t := s.s1 << 17
	s.s2 ^= s.s0
	s.s3 ^= s.s1
	s.s1 ^= s.s2
	s.s0 ^= s.s3
	s.s2 ^= t
	s.s3 = bits.RotateLeft64(s.s3, 45)
	return u
}

// Float64 returns a number that is uniform in [0, 1): a multiple of 2^-53.
func (s *Stream) Float64() float64 { return float64(s.Uint64()>>11) * 0x1p-53 }

// open returns a number that is uniform in (0, 1), whose logarithm is finite.
func (s *Stream) open() float64 { return (float64(s.Uint64()>>12) + 0.5) * 0x1p-52 }

// ExpFloat64 returns an exponential number of mean 1.
func (s *Stream) ExpFloat64() float64 { return -math.Log(s.open()) }

// NormFloat64 returns a normal number of mean 0 and variance 1. Normals is
// several times faster.
func (s *Stream) NormFloat64() float64 {
	var z [1]float64
	s.fill(z[:], 1)
	return z[0]
}

// Normals fills dst with independent normal numbers of mean 0 and variance 1,
// the same ones in the same order as NormFloat64.
func (s *Stream) Normals(dst []float64) { s.fill(dst, 1) }
