package wasserstein

import "math"

// A forest is an active-set method for
//
//	min Σ c_ij m_ij + Σ_j q_j (φ_j + ln q_j),   q_j = Σ_i m_ij,  Σ_j m_ij = p_i,  m >= 0,
//
// the exact proximal step in units of hT. The pairs that carry mass are the edges
// of a forest between sources i and targets j, since mass on a cycle can be pushed
// around it until an edge is free, at no higher cost. On a tree all conditions
// but m >= 0 are solved in closed form: along its edges
//
//	c_ij + g_j = μ_i,   g_j = φ_j + 1 + ln q_j,
//
// fixes the differences a_j of the g_j, so that q_j ∝ exp(a_j - φ_j): Gibbs weights
// with shifted energies, whose sum is the mass of the tree's sources. The edges
// carry what the leaves leave over.
//
// Where an edge would carry less than nothing, the step towards that solution
// ends when it is empty, and the edge is cut: the tree falls into two. Where
// c_ij + g_j < μ_i for a pair, it becomes an edge. The objective falls every time,
// and there are finitely many forests. Everything about q is in logarithms.
type forest struct {
	source []int // the rows with mass
	p      []float64
	n      int // targets
	c      []float64
	phi    []float64
	edges  []edge
	at     [][]int // edges of each node: sources, then targets
	g, mu  []float64
	logq   []float64

	order, tree   []int // nodes, parents first; the tree of each node
	parent        []int // edge to the parent, -1 for a root
	trees, pivots int
	shift, left   []float64
	largest, open []int // the target with the largest weight of each tree; edges of a node not yet known
	scratch       []float64
}

// An edge carries mass from a source to a target.
type edge struct {
	i, j       int
	flow, next float64 // now, and in the solution on the forest
}

func newForest(weights []float64) *forest {
	f := &forest{n: len(weights)}
	for i, w := range weights {
		if w > 0 {
			f.source, f.p = append(f.source, i), append(f.p, w)
		}
	}
	r, n := len(f.p), f.n
	f.c, f.phi, f.g, f.logq, f.mu = make([]float64, r*n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, r)
	f.at, f.tree, f.parent = make([][]int, r+n), make([]int, r+n), make([]int, r+n)
	f.shift, f.left, f.open = make([]float64, r+n), make([]float64, r+n), make([]int, r+n)
	return f
}

// start lets every mass stay where it is, and ties targets without mass to the
// source that is nearest.
func (f *forest) start() {
	stays := make([]bool, f.n)
	for i, j := range f.source {
		f.edges = append(f.edges, edge{i: i, j: j, flow: f.p[i]})
		stays[j] = true
	}
	for j := range f.n {
		if stays[j] {
			continue
		}
		best := 0
		for i := range f.p {
			if f.c[i*f.n+j] < f.c[best*f.n+j] {
				best = i
			}
		}
		f.edges = append(f.edges, edge{i: best, j: j})
	}
}

// solve pivots until no pair has a reduced cost below zero, and returns the least
// that is left. It is an error if that takes more than limit pivots.
func (f *forest) solve(limit int) (least float64, err *StepError) {
	f.start()
	for {
		f.grow()
		f.settle()
		if f.step() {
			continue // trees were cut: they have new solutions
		}
		i, j, reduced := f.cheapest()
		if i < 0 {
			return reduced, nil
		}
		if f.pivots++; f.pivots > limit {
			return reduced, &StepError{Reason: ErrInner, Point: -1, Value: -reduced, Bound: 0, Iterations: f.pivots}
		}
		f.enter(i, j)
	}
}

// grow finds the trees: a breadth-first order of each, from a target.
func (f *forest) grow() {
	r := len(f.p)
	for k := range f.at {
		f.at[k] = f.at[k][:0]
		f.tree[k] = -1
	}
	for k, e := range f.edges {
		f.at[e.i] = append(f.at[e.i], k)
		f.at[r+e.j] = append(f.at[r+e.j], k)
	}
	f.order, f.trees = f.order[:0], 0
	for root := r; root < r+f.n; root++ {
		if f.tree[root] >= 0 {
			continue
		}
		f.tree[root], f.parent[root], f.shift[root] = f.trees, -1, 0
		first := len(f.order)
		f.order = append(f.order, root)
		for k := first; k < len(f.order); k++ {
			f.branch(f.order[k])
		}
		f.trees++
	}
}

// branch adds the neighbours of a node to the order, with the prices that the
// edges fix: a_j = μ_i - c_ij and μ_i = c_ij + a_j.
func (f *forest) branch(k int) {
	r := len(f.p)
	for _, id := range f.at[k] {
		e := f.edges[id]
		to, price := r+e.j, f.shift[k]-f.c[e.i*f.n+e.j]
		if k >= r {
			to, price = e.i, f.shift[k]+f.c[e.i*f.n+e.j]
		}
		if f.tree[to] < 0 {
			f.tree[to], f.parent[to], f.shift[to] = f.trees, id, price
			f.order = append(f.order, to)
		}
	}
}

// settle finds the weights, prices and flows that solve all conditions on every
// tree but the signs of the flows.
func (f *forest) settle() {
	r := len(f.p)
	if cap(f.scratch) < 3*f.trees {
		f.scratch = make([]float64, 6*f.trees)
	}
	mass, top, total := f.scratch[:f.trees], f.scratch[f.trees:2*f.trees], f.scratch[2*f.trees:3*f.trees]
	fill(mass, 0)
	fill(top, math.Inf(-1))
	fill(total, 0)
	for i, p := range f.p {
		mass[f.tree[i]] += p
		f.left[i] = p
	}
	f.largest = f.largest[:0]
	for range f.trees {
		f.largest = append(f.largest, -1)
	}
	for j, phi := range f.phi {
		t := f.tree[r+j]
		if e := f.shift[r+j] - phi; e > top[t] {
			top[t], f.largest[t] = e, r+j
		}
	}
	for j, phi := range f.phi {
		t := f.tree[r+j]
		f.left[r+j] = math.Exp(f.shift[r+j] - phi - top[t])
		total[t] += f.left[r+j]
	}
	for k := range f.at {
		t := f.tree[k]
		lambda := math.Log(mass[t]/total[t]) - top[t]
		if k < r {
			f.mu[k] = f.shift[k] + lambda + 1
			continue
		}
		f.logq[k-r] = lambda + f.shift[k] - f.phi[k-r]
		f.g[k-r] = f.shift[k] + lambda + 1
		f.left[k] *= mass[t] / total[t]
	}
	f.carry()
}

// carry gives every edge what its leaves leave over, from the leaves inward to the
// target with the largest weight, so that small weights are not the differences
// of large ones.
func (f *forest) carry() {
	r := len(f.p)
	f.order = f.order[:0]
	for k, edges := range f.at {
		f.open[k] = len(edges)
		if len(edges) == 1 && k != f.largest[f.tree[k]] {
			f.order = append(f.order, k)
		}
	}
	for id := range f.edges {
		f.edges[id].next = math.NaN() // not yet
	}
	for n := 0; n < len(f.order); n++ {
		k := f.order[n]
		for _, id := range f.at[k] {
			e := &f.edges[id]
			if !math.IsNaN(e.next) {
				continue
			}
			e.next = f.left[k]
			to := r + e.j
			if k >= r {
				to = e.i
			}
			f.left[to] -= e.next
			if f.open[to]--; f.open[to] == 1 && to != f.largest[f.tree[to]] {
				f.order = append(f.order, to)
			}
		}
	}
}

// flowRounding is what a flow, of a mass of 1, may be below zero by rounding.
const flowRounding = 1e-15

// step goes towards the solution on each tree, as far as the flows stay positive,
// and cuts the edges that are empty there. It reports whether there was one.
func (f *forest) step() (cut bool) {
	far := f.scratch[:f.trees]
	fill(far, 1)
	for _, e := range f.edges {
		if e.next < -flowRounding {
			far[f.tree[e.i]] = math.Min(far[f.tree[e.i]], e.flow/(e.flow-e.next))
		}
	}
	kept := f.edges[:0]
	for _, e := range f.edges {
		t := far[f.tree[e.i]]
		if e.next < -flowRounding && e.flow/(e.flow-e.next) <= t {
			cut = true
			continue
		}
		e.flow = math.Max(0, e.flow+t*(e.next-e.flow))
		if t == 1 {
			e.flow = math.Max(0, e.next)
		}
		kept = append(kept, e)
	}
	f.edges = kept
	return cut
}

// cheapest returns the pair with the least reduced cost, -1 if none is below
// zero by more than rounding.
func (f *forest) cheapest() (from, to int, least float64) {
	from, to = -1, -1
	for i, mu := range f.mu {
		for j, c := range f.c[i*f.n : (i+1)*f.n] {
			if d := c + f.g[j] - mu; d < least && d < -1e-12*(1+c+math.Abs(mu)) {
				from, to, least = i, j, d
			}
		}
	}
	return from, to, least
}

// enter makes a pair an edge. If it closes a cycle, mass is pushed around it, into
// the edge, until another edge is empty, which is cut.
func (f *forest) enter(i, j int) {
	r := len(f.p)
	id := len(f.edges)
	f.edges = append(f.edges, edge{i: i, j: j})
	if f.tree[i] != f.tree[r+j] {
		return
	}
	path := f.path(r+j, i) // from the target, so that its first edge loses
	push, out := math.Inf(1), -1
	for n := 0; n < len(path); n += 2 {
		if e := f.edges[path[n]]; e.flow < push {
			push, out = e.flow, path[n]
		}
	}
	f.edges[id].flow = push
	for n, k := range path {
		if n%2 == 0 {
			f.edges[k].flow -= push
		} else {
			f.edges[k].flow += push
		}
	}
	f.edges[out] = f.edges[id]
	f.edges = f.edges[:id]
}

// path returns the edges between two nodes of one tree.
func (f *forest) path(a, b int) []int {
	up := func(k int) (edges, nodes []int) {
		nodes = append(nodes, k)
		for f.parent[k] >= 0 {
			e := f.edges[f.parent[k]]
			edges = append(edges, f.parent[k])
			if k < len(f.p) {
				k = len(f.p) + e.j
			} else {
				k = e.i
			}
			nodes = append(nodes, k)
		}
		return edges, nodes
	}
	ea, na := up(a)
	eb, nb := up(b)
	for len(na) > 1 && len(nb) > 1 && na[len(na)-2] == nb[len(nb)-2] {
		na, nb, ea, eb = na[:len(na)-1], nb[:len(nb)-1], ea[:len(ea)-1], eb[:len(eb)-1]
	}
	for n := len(eb) - 1; n >= 0; n-- {
		ea = append(ea, eb[n])
	}
	return ea
}
