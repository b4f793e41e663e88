package wasserstein

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// A simplex is the network simplex method on the transport problem: a spanning
// tree of the sources, the targets and a root, whose arcs carry all mass.
//
// The tree is kept strongly feasible (Cunningham 1976): every arc that carries
// nothing points to the root, so that equal weights, which make most pivots
// carry nothing, cannot make the method cycle. Masses are integers, so that
// "nothing" is exact.
//
// Every source starts with an arc to the root and every target with one from
// it; those of the targets cost more than any real path. Once the plan is
// feasible they carry nothing, so that the rule has thrown them out, and the
// prices are free of their large numbers.
type simplex struct {
	n, m int       // sources 0 to n-1, targets n to n+m-1, root n+m
	c    []float64 // costs, a row a source

	// The arc between a node and its parent goes up from a source and down to a
	// target.
	parent []int32
	flow   []int64
	cost   []float64
	price  []float64 // arcs of the tree have cost + price(source) = price(target)

	// Children are a doubly linked list, -1 at its ends.
	child, next, prev []int32

	mark []int32 // number of the pivot that last passed through a node
	path []int32
	tol  float64 // how far below zero a reduced cost has to be
	big  float64 // cost of the arcs from the root
}

// newSimplex sets out with the arcs to and from the root.
func newSimplex(c *mat.Dense, a, b []int64) *simplex {
	n, m := len(a), len(b)
	all := n + m + 1
	s := &simplex{n: n, m: m, c: packed(c), parent: make([]int32, all), flow: make([]int64, all),
		cost: make([]float64, all), price: make([]float64, all), child: make([]int32, all),
		next: make([]int32, all), prev: make([]int32, all), mark: make([]int32, all)}
	largest := mat.Max(c)
	// A simple path alternates between sources and targets: fewer than this
	// many arcs can lie on it.
	s.big = (largest + math.SmallestNonzeroFloat64) * float64(min(n, m)+1)
	s.tol = 1e-14 * largest
	root := int32(n + m)
	for k := range all {
		s.child[k], s.next[k], s.prev[k], s.mark[k] = -1, -1, -1, -1
	}
	s.parent[root] = -1
	for k := range root {
		s.hang(k, root)
	}
	for i, w := range a {
		s.flow[i] = w
	}
	for j, w := range b {
		s.flow[n+j], s.cost[n+j], s.price[n+j] = w, s.big, s.big
	}
	return s
}

// packed returns the entries of a matrix row by row.
func packed(c *mat.Dense) []float64 {
	raw := c.RawMatrix()
	if raw.Stride == raw.Cols {
		return raw.Data[:raw.Rows*raw.Cols]
	}
	return mat.DenseCopyOf(c).RawMatrix().Data
}

// hang makes k a child of p.
func (s *simplex) hang(k, p int32) {
	s.parent[k] = p
	first := s.child[p]
	s.prev[k], s.next[k] = -1, first
	if first >= 0 {
		s.prev[first] = k
	}
	s.child[p] = k
}

// cut takes k out of the list of its parent's children.
func (s *simplex) cut(k int32) {
	before, after := s.prev[k], s.next[k]
	if before >= 0 {
		s.next[before] = after
	} else {
		s.child[s.parent[k]] = after
	}
	if after >= 0 {
		s.prev[after] = before
	}
}

// join returns the node where the paths from i and j to the root meet, in the
// number of steps that the longer one takes.
func (s *simplex) join(i, j int32, pivot int32) int32 {
	for {
		if i >= 0 {
			if s.mark[i] == pivot {
				return i
			}
			s.mark[i] = pivot
			i = s.parent[i]
		}
		if j >= 0 {
			if s.mark[j] == pivot {
				return j
			}
			s.mark[j] = pivot
			j = s.parent[j]
		}
	}
}

// pivot lets the arc from source i to target j into the tree. The mass that can
// go round the cycle that it closes is the least on the arcs against it; the
// last of those with the least, seen from the join along the cycle, leaves:
// that keeps the tree strongly feasible.
func (s *simplex) pivot(i, j int32, number int32) {
	top, n := s.join(i, j, number), int32(s.n)
	delta, out, fromSource := int64(math.MaxInt64), int32(-1), true
	for k := i; k != top; k = s.parent[k] {
		if k < n && s.flow[k] < delta {
			delta, out = s.flow[k], k
		}
	}
	for k := j; k != top; k = s.parent[k] {
		if k >= n && s.flow[k] <= delta {
			delta, out, fromSource = s.flow[k], k, false
		}
	}
	if delta > 0 {
		s.push(i, top, delta, true)
		s.push(j, top, delta, false)
	}
	enter := s.c[int(i)*s.m+int(j-n)]
	change := enter + s.price[i] - s.price[j]
	if fromSource {
		s.rehang(i, j, out, enter, delta)
		s.reprice(i, -change)
	} else {
		s.rehang(j, i, out, enter, delta)
		s.reprice(j, change)
	}
}

// push sends delta round the half of the cycle between k and the join. On the
// sources' half, arcs that go up lie against it; on the other, those that go
// down.
func (s *simplex) push(k, top int32, delta int64, sources bool) {
	for ; k != top; k = s.parent[k] {
		if (k < int32(s.n)) == sources {
			s.flow[k] -= delta
		} else {
			s.flow[k] += delta
		}
	}
}

// rehang moves the part of the tree below the arc of out, which holds k, to
// hang from p by k: the arcs from k up to out turn round.
func (s *simplex) rehang(k, p, out int32, cost float64, flow int64) {
	for {
		old, oldCost, oldFlow := s.parent[k], s.cost[k], s.flow[k]
		s.cut(k)
		s.hang(k, p)
		s.cost[k], s.flow[k] = cost, flow
		if k == out {
			return
		}
		p, k, cost, flow = k, old, oldCost, oldFlow
	}
}

// reprice adds change to the prices of k and all below it.
func (s *simplex) reprice(k int32, change float64) {
	top, child, next, price := k, s.child, s.next, s.price
	for {
		price[k] += change
		if child[k] >= 0 {
			k = child[k]
			continue
		}
		for k != top && next[k] < 0 {
			k = s.parent[k]
		}
		if k == top {
			return
		}
		k = next[k]
	}
}
