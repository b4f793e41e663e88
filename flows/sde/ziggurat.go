package sde

import (
	"math"
	"math/bits"
)

// The ziggurat (Marsaglia and Tsang 2000): the area below f(x) = exp(-x²/2) is
// covered by 256 layers of one area v, all rectangles but the base, which is a
// rectangle of half-width r with the tail beyond r. A point is drawn uniformly
// in a layer, and 99.2 % of the points lie where the layer is inside the curve
// for certain. The layer comes from bits 0-8 and the place from bits 12-63 of
// one number, which share none (Doornik 2005 on what happens if they do). Twice
// as many layers would fill half of a small first-level cache.
const (
	layerCount = 512
	baseEdge   = 3.8520461503683916 // r, at which the layers close at x = 0
)

// A layer of the ziggurat, |x| < outer: |x| < inner is below the curve.
type layer struct {
	scale float64 // outer 2^-51
	inner float64 // outer of the next layer
}

var (
	layers  = makeLayers()
	heights = makeHeights() // f at inner, the upper edge of layer i; heights[0] = f(r)
)

func bell(x float64) float64 { return math.Exp(-x * x / 2) }

// layerEdges returns the half-widths, from the base's r f(r) + tail = v on.
func layerEdges() (edges [layerCount + 1]float64) {
	v := baseEdge*bell(baseEdge) + math.Sqrt(math.Pi/2)*math.Erfc(baseEdge/math.Sqrt2)
	edges[0], edges[1] = v/bell(baseEdge), baseEdge
	for i := 1; i < layerCount-1; i++ {
		edges[i+1] = math.Sqrt(-2 * math.Log(v/edges[i]+bell(edges[i])))
	}
	return edges // the last is 0: the top of the top layer
}

func makeLayers() (all [layerCount]layer) {
	edges := layerEdges()
	for i := range all {
		all[i] = layer{scale: edges[i] * 0x1p-51, inner: edges[i+1]}
	}
	return all
}

func makeHeights() (h [layerCount]float64) {
	edges := layerEdges()
	for i := range h {
		h[i] = bell(edges[i+1])
	}
	return h
}

// fill stores scale times normal numbers in dst. The state of the generator
// stays in registers.
func (s *Stream) fill(dst []float64, scale float64) {
	s0, s1, s2, s3 := s.s0, s.s1, s.s2, s.s3
	for i := range dst {
		u := bits.RotateLeft64(s0+s3, 23) + s0
		t := s1 << 17
		s2 ^= s0
		s3 ^= s1
		s1 ^= s2
		s0 ^= s3
		s2 ^= t
		s3 = bits.RotateLeft64(s3, 45)
		l := &layers[u&(layerCount-1)]
		x := (float64(int64(u)>>12) + 0.5) * l.scale // half a step off 0: symmetric
		if !(math.Abs(x) < l.inner) {
			s.s0, s.s1, s.s2, s.s3 = s0, s1, s2, s3
			x = s.edge(int(u&(layerCount-1)), x)
			s0, s1, s2, s3 = s.s0, s.s1, s.s2, s.s3
		}
		dst[i] = x * scale
	}
	s.s0, s.s1, s.s2, s.s3 = s0, s1, s2, s3
}

// kick adds h a + √v z to x, z normal numbers of variance h: a step of
// Euler-Maruyama with the variance rate v. The square roots, for which the
// processor has a unit of its own, cost nothing beside the generator's integers.
// The numbers are those that fill would have made, to the last bit.
func (s *Stream) kick(x, a, v []float64, h float64) {
	s0, s1, s2, s3 := s.s0, s.s1, s.s2, s.s3
	a, v = a[:len(x)], v[:len(x)]
	root := math.Sqrt(h)
	for i := range x {
		u := bits.RotateLeft64(s0+s3, 23) + s0
		t := s1 << 17
		s2 ^= s0
		s3 ^= s1
		s1 ^= s2
		s0 ^= s3
		s2 ^= t
		s3 = bits.RotateLeft64(s3, 45)
		l := &layers[u&(layerCount-1)]
		z := (float64(int64(u)>>12) + 0.5) * l.scale
		if !(math.Abs(z) < l.inner) {
			s.s0, s.s1, s.s2, s.s3 = s0, s1, s2, s3
			z = s.edge(int(u&(layerCount-1)), z)
			s0, s1, s2, s3 = s.s0, s.s1, s.s2, s.s3
		}
		x[i] += h*a[i] + math.Sqrt(v[i])*(z*root)
	}
	s.s0, s.s1, s.s2, s.s3 = s0, s1, s2, s3
}

// edge returns the normal number for a point x that fell into the part of a
// layer where the curve runs, or beyond the rectangle of the base.
//
//go:noinline
func (s *Stream) edge(i int, x float64) float64 {
	for {
		if i == 0 {
			return math.Copysign(s.tail(), x)
		}
		low, high := heights[i-1], heights[i]
		if low+(high-low)*s.Float64() < bell(x) {
			return x
		}
		u := s.Uint64()
		i = int(u & (layerCount - 1))
		x = (float64(int64(u)>>12) + 0.5) * layers[i].scale
		if math.Abs(x) < layers[i].inner {
			return x
		}
	}
}

// tail returns a normal number given that it exceeds r (Marsaglia 1964).
func (s *Stream) tail() float64 {
	for {
		x := s.ExpFloat64() / baseEdge
		if 2*s.ExpFloat64() > x*x {
			return baseEdge + x
		}
	}
}
