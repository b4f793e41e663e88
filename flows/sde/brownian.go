package sde

import (
	"fmt"
	"math"

	"hopflow/flows"
)

// A Brownian is a Brownian path on an interval, a Path that knows itself at
// every time. Nothing of it is stored: it is a virtual Brownian tree. The
// increment over the whole interval, and the bridge that splits the increment
// over any dyadic part into those over its halves,
//
//	W(m) - W(lo) = (W(hi) - W(lo))/2 + ½√(hi-lo) Z,   m = (lo+hi)/2,
//
// take their normal numbers Z from a hash of (seed, part, component). So an
// increment is a function of its ends: it does not depend on what was asked
// before, as it would in a tree that is stored and refined on demand, any
// number of goroutines may share a path, and a path that is asked for a
// thousand or for a billion increments takes the same few bytes. The price is
// a walk down the tree, of k levels for a multiple of 2^-k of the interval and
// at most 62.
//
// The resolution is 2^-62 of the interval: inside a part that short the path
// is a straight line. That is finer than the spacing of the floating-point
// numbers in the interval, unless t is very close to 0.
//
// Use NewBrownian.
type Brownian struct {
	wiener int
	t0, t1 float64
	seed   uint64
}

var _ Path = (*Brownian)(nil)

// NewBrownian returns a path of the given number of independent Brownian
// motions on [t0, t1]. Equal arguments give the same path, other seeds
// independent ones. It panics unless wiener >= 1 and t0 < t1 are finite.
func NewBrownian(wiener int, t0, t1 float64, seed uint64) *Brownian {
	if wiener < 1 {
		panic(fmt.Sprintf("sde: a path of %d Brownian motions", wiener))
	}
	if !(t0 < t1) || math.IsInf(t1-t0, 0) {
		panic(fmt.Sprintf("sde: a Brownian path on [%g, %g]", t0, t1))
	}
	return &Brownian{wiener: wiener, t0: t0, t1: t1, seed: mix64(seed)}
}

// Interval returns the ends of the path.
func (b *Brownian) Interval() (t0, t1 float64) { return b.t0, b.t1 }

// Increment stores W(t1) - W(t0) in dst, for any two times of the interval in
// either order. Times outside it, and a dst of another length than the path has
// components, are errors.
func (b *Brownian) Increment(dst []float64, t0, t1 float64) error {
	if len(dst) != b.wiener {
		return fmt.Errorf("sde: a path of %d Brownian motions is asked for %d: make it by NewBrownian(%d, ...)", b.wiener, len(dst), len(dst))
	}
	for _, t := range [...]float64{t0, t1} {
		if !(b.t0 <= t && t <= b.t1) {
			return fmt.Errorf("sde: the Brownian path on [%g, %g] is asked for t = %.17g: make it by NewBrownian for an interval that reaches there", b.t0, b.t1, t)
		}
	}
	sign := 1.0
	if t1 < t0 {
		t0, t1, sign = t1, t0, -1
	}
	for j := range dst {
		dst[j] = sign * b.between(j, t0, t1)
	}
	return nil
}

// Sample returns the path, begun at 0, at n+1 equally spaced times. It panics
// unless n >= 1.
func (b *Brownian) Sample(n int) *flows.Trajectory {
	if n < 1 {
		panic("sde: a path sampled in no steps")
	}
	tr, w := new(flows.Trajectory), make([]float64, b.wiener)
	for k := range n + 1 {
		t := instant(b.t0, b.t1, k, n)
		for j := range w {
			w[j] = b.between(j, b.t0, t)
		}
		tr.Append(flows.State{T: t, X: w})
	}
	return tr
}

// instant returns the k-th of n+1 equally spaced times. An even k of 2n is k/2
// of n to the last bit, which is what couples a coarse solution to a fine one.
func instant(t0, t1 float64, k, n int) float64 {
	if k == n {
		return t1
	}
	return t0 + (t1-t0)*(float64(k)/float64(n))
}

// A part is a dyadic part of the interval: the root is 1, the halves of node
// are 2 node and 2 node + 1.
type part struct {
	node   uint64
	lo, hi float64
	w      float64 // W(hi) - W(lo)
}

// between returns W(t1) - W(t0) of one component, t0 <= t1.
func (b *Brownian) between(j int, t0, t1 float64) float64 {
	p := part{node: 1, lo: b.t0, hi: b.t1, w: math.Sqrt(b.t1-b.t0) * b.normal(0, j)}
	for {
		if t0 == p.lo {
			return b.since(p, j, t1)
		}
		left, right, ok := b.halves(p, j)
		switch {
		case !ok:
			return p.w * (t1 - t0) / (p.hi - p.lo)
		case t1 <= left.hi:
			p = left
		case t0 >= left.hi:
			p = right
		default: // the middle is between them
			return left.w - b.since(left, j, t0) + b.since(right, j, t1)
		}
	}
}

// since returns W(t) - W(lo) inside a part.
func (b *Brownian) since(p part, j int, t float64) float64 {
	var w float64
	for {
		switch t {
		case p.lo:
			return w
		case p.hi:
			return w + p.w
		}
		left, right, ok := b.halves(p, j)
		switch {
		case !ok:
			return w + p.w*(t-p.lo)/(p.hi-p.lo)
		case t < left.hi:
			p = left
		default:
			w += left.w
			p = right
		}
	}
}

// halves splits a part by a bridge, unless it is as short as parts get.
func (b *Brownian) halves(p part, j int) (left, right part, ok bool) {
	m := p.lo + (p.hi-p.lo)/2
	if p.node >= 1<<62 || m == p.lo || m == p.hi {
		return left, right, false
	}
	w := p.w/2 + math.Sqrt(p.hi-p.lo)/2*b.normal(p.node, j)
	return part{2 * p.node, p.lo, m, w}, part{2*p.node + 1, m, p.hi, p.w - w}, true
}

// normal returns the standard normal number of a part and a component: the
// ziggurat of Stream, with a hash for its first number and a Stream of its own
// for the seldom case (1.2 %) that it needs more.
func (b *Brownian) normal(node uint64, j int) float64 {
	u := mix64(mix64(b.seed^node) + uint64(j)*0x9e3779b97f4a7c15)
	i := int(u & (layerCount - 1))
	x := (float64(int64(u)>>12) + 0.5) * layers[i].scale
	if math.Abs(x) < layers[i].inner {
		return x
	}
	return NewStream(b.seed, node, uint64(j)).edge(i, x)
}

// A Seed is the Brownian motion of that seed, a Path of as many components as
// it is asked for and as long as |t| <= 2^20, with a resolution of 5e-13. It
// is what to give Solve where the noise has only to be reproducible:
//
//	tr, err := sde.Solve(system, nil, x0, 0, 10, 0.01, sde.Seed(7))
type Seed uint64

var _ Path = Seed(0)

// Increment stores W(t1) - W(t0) in dst. Times beyond 2^20 are an error.
func (s Seed) Increment(dst []float64, t0, t1 float64) error {
	const reach = 1 << 20
	return NewBrownian(max(1, len(dst)), -reach, reach, uint64(s)).Increment(dst, t0, t1)
}
