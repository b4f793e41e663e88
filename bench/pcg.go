package bench

import (
	"math"
	"math/bits"
)

// A pcg is the generator PCG-XSL-RR-128 (O'Neill 2014), seeded by a hash of one
// number as the other programs of workload w5 seed it, with normal variates by
// the ziggurat of 256 layers (Marsaglia and Tsang 2000): so that all
// differentiate one network.
type pcg struct{ state, step wide }

// A wide is an integer modulo 2^128.
type wide struct{ hi, lo uint64 }

func (a wide) plus(b wide) wide {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	hi, _ := bits.Add64(a.hi, b.hi, carry)
	return wide{hi, lo}
}

func (a wide) times(b wide) wide {
	hi, lo := bits.Mul64(a.lo, b.lo)
	return wide{hi + a.hi*b.lo + a.lo*b.hi, lo}
}

// newPCG hashes the seed into a pool of four words, each mixed with each, and
// draws state and increment from them.
func newPCG(seed uint32) *pcg {
	hash := hasher{0x43b0d7e5, 0x931e8875}
	pool := [4]uint32{hash.of(seed), hash.of(0), hash.of(0), hash.of(0)}
	for i := range pool {
		for j := range pool {
			if i != j {
				m := 0xca01f9dd*pool[j] - 0x4973f715*hash.of(pool[i])
				pool[j] = m ^ m>>16
			}
		}
	}
	hash = hasher{0x8b51f9dd, 0x58f38ded}
	var words [4]uint64
	for i := range 8 {
		words[i/2] |= uint64(hash.of(pool[i%4])) << (32 * (i % 2))
	}
	g := &pcg{step: wide{words[2]<<1 | words[3]>>63, words[3]<<1 | 1}}
	g.uint64()
	g.state = g.state.plus(wide{words[0], words[1]})
	g.uint64()
	return g
}

// A hasher is a hash whose constant changes with every word.
type hasher struct{ constant, factor uint32 }

func (h *hasher) of(v uint32) uint32 {
	v ^= h.constant
	h.constant *= h.factor
	v *= h.constant
	return v ^ v>>16
}

func (g *pcg) uint64() uint64 {
	g.state = g.state.times(wide{0x2360ed051fc65da4, 0x4385df649fccf645}).plus(g.step)
	return bits.RotateLeft64(g.state.hi^g.state.lo, -int(g.state.hi>>58))
}

func (g *pcg) float64() float64 { return float64(g.uint64()>>11) / (1 << 53) }

// zigguratEnd is where the lowest layer goes over into the tail.
const zigguratEnd = 3.6541528853610087963519472518

// layers are the right ends of the ziggurat's layers, all of one area, and the
// density there; layers[0] is the bottom with the tail, as wide as its area
// would have it.
var layers = func() (t [256]struct{ end, density float64 }) {
	f := func(x float64) float64 { return math.Exp(-x * x / 2) }
	area := zigguratEnd*f(zigguratEnd) + math.Sqrt(math.Pi/2)*math.Erfc(zigguratEnd/math.Sqrt2)
	t[0].end, t[0].density = area/f(zigguratEnd), 1
	x := zigguratEnd
	for i := 255; i > 0; i-- {
		t[i].end, t[i].density = x, f(x)
		x = math.Sqrt(-2 * math.Log(f(x)+area/x))
	}
	return t
}()

func (g *pcg) normal() float64 {
	for {
		r := g.uint64()
		i, size := r%256, r>>9&(1<<52-1)
		x := float64(size) * (layers[i].end / (1 << 52))
		inner := 0.0 // of layer 1, the top: nothing lies below its peak
		switch {
		case i == 0:
			inner = zigguratEnd
		case i > 1:
			inner = layers[i-1].end
		}
		if r>>8&1 == 1 {
			x = -x
		}
		if math.Abs(x) < inner {
			return x
		}
		if i == 0 {
			return g.tail(size>>8&1 == 1)
		}
		if above := layers[i].density; (layers[i-1].density-above)*g.float64()+above < math.Exp(-x*x/2) {
			return x
		}
	}
}

// tail draws beyond the end by Marsaglia's rejection.
func (g *pcg) tail(negative bool) float64 {
	for {
		x := -math.Log1p(-g.float64()) / zigguratEnd
		y := -math.Log1p(-g.float64())
		if 2*y > x*x {
			if negative {
				return -(zigguratEnd + x)
			}
			return zigguratEnd + x
		}
	}
}
