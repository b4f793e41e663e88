package hopfield

import (
	"container/heap"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// normaliserNodes bounds the search over orthants.
const normaliserNodes = 20_000

// A normaliserNode fixes the side of some units: -1, +1, or 0 for an output held
// at 0; free units have state normaliserFree.
type normaliserNode struct {
	state [2][]int8
	bound float64
}

const normaliserFree int8 = 2

// matrix returns entrywise bounds of the matrix in the letters |a|, |b|: a
// positive part where a sign is free, and whether no sign is.
func (f *normaliserForm) matrix(n *normaliserNode, positive bool) *mat.Dense {
	r, c := f.u.Dims()
	m := mat.NewDense(r, c, nil)
	for i := range r {
		for j := range c {
			m.Set(i, j, f.entry(n, i, j, positive))
		}
	}
	return m
}

// entry is the largest value of sign sign √s √s U_ij over the free signs.
func (f *normaliserForm) entry(n *normaliserNode, i, j int, positive bool) float64 {
	best := math.Inf(-1)
	for _, p := range normaliserSides(n.state[0][i]) {
		for _, q := range normaliserSides(n.state[1][j]) {
			v := f.u.At(i, j) * f.output(0, i, float64(p)) * f.output(1, j, float64(q))
			best = math.Max(best, v)
		}
	}
	if positive {
		return math.Max(best, 0)
	}
	return best
}

func normaliserSides(s int8) []int8 {
	if s == normaliserFree {
		return []int8{-1, 1}
	}
	return []int8{s}
}

// fixed reports whether no unit is free.
func (n *normaliserNode) fixed() bool {
	for _, layer := range n.state {
		for _, s := range layer {
			if s == normaliserFree {
				return false
			}
		}
	}
	return true
}

// bounds fills in the bound of a node, which no point of its cone exceeds, and
// says whether it is reached. Letters are not negative, so the norm of the
// positive part bounds; with all sides fixed the norm of the matrix does too, and
// it is the maximum where its singular vectors are not negative.
func (f *normaliserForm) bounds(n *normaliserNode) (exact bool) {
	plus, _, _ := normaliserTop(f.matrix(n, true))
	n.bound = plus
	if !n.fixed() {
		return false
	}
	m := f.matrix(n, false)
	if mat.Min(m) >= 0 {
		return true
	}
	value, u, v := normaliserTop(m)
	if value <= plus {
		n.bound = value
		lo, hi := math.Min(mat.Min(u), mat.Min(v)), math.Max(mat.Max(u), mat.Max(v))
		return lo >= -1e-12 || hi <= 1e-12
	}
	return false
}

// normaliserTop returns the largest singular value and its vectors.
func normaliserTop(m *mat.Dense) (value float64, u, v mat.Vector) {
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDThin) {
		return math.Inf(1), mat.NewVecDense(1, nil), mat.NewVecDense(1, nil)
	}
	var left, right mat.Dense
	svd.UTo(&left)
	svd.VTo(&right)
	return svd.Values(nil)[0], left.ColView(0), right.ColView(0)
}

// search closes in on the maximum by branch and bound over the orthants and
// their faces. With a target it stops as soon as the bounds are on one side of it.
func (f *normaliserForm) search(target float64) (Norm, error) {
	whole := f.whole()
	if whole < target {
		return Norm{Upper: whole}, nil
	}
	norm := f.lower(target)
	nv, nh := f.u.Dims()
	root := &normaliserNode{state: [2][]int8{make([]int8, nv), make([]int8, nh)}}
	for _, layer := range root.state {
		for i := range layer {
			layer[i] = normaliserFree
		}
	}
	done := f.bounds(root)
	root.bound = math.Min(root.bound, whole)
	queue := normaliserQueue{root}
	slack := func() float64 { return 1e-12 * norm.Lower }
	for visited := 0; len(queue) > 0; visited++ {
		norm.Upper = math.Max(queue[0].bound, norm.Lower)
		decided := norm.Lower >= target || norm.Upper < target
		if done || norm.Upper <= norm.Lower+slack() || decided {
			return norm, nil
		}
		if visited >= normaliserNodes {
			if math.IsNaN(target) {
				return norm, fmt.Errorf("hopfield: the norm of U in the slopes lies between %.9g and %.9g after %d orthants: that is all that was tried", norm.Lower, norm.Upper, visited)
			}
			return norm, nil
		}
		n := heap.Pop(&queue).(*normaliserNode)
		for _, child := range f.branch(n) {
			exact := f.bounds(child)
			child.bound = math.Min(child.bound, n.bound)
			if exact {
				norm.Lower = math.Max(norm.Lower, child.bound)
			} else if child.bound > norm.Lower+slack() {
				heap.Push(&queue, child)
			}
		}
	}
	norm.Upper = norm.Lower
	return norm, nil
}

// whole returns ‖S U S‖₂ with the larger slope of each unit.
func (f *normaliserForm) whole() float64 {
	m := mat.DenseCopyOf(f.u)
	m.Apply(func(i, j int, v float64) float64 {
		p, q := f.slopes[0][i], f.slopes[1][j]
		return v * math.Max(p[0], p[1]) * math.Max(q[0], q[1])
	}, m)
	value, _, _ := normaliserTop(m)
	return value
}

// branch divides a node: by the side of the free unit with the largest entries,
// or, with all sides fixed, by which output is 0: a maximum inside the cone would
// be reached by the singular vectors, so it lies on a face.
func (f *normaliserForm) branch(n *normaliserNode) (children []*normaliserNode) {
	with := func(layer, i int, s int8) {
		c := &normaliserNode{}
		for k := range c.state {
			c.state[k] = append([]int8(nil), n.state[k]...)
		}
		c.state[layer][i] = s
		children = append(children, c)
	}
	m := f.matrix(n, true)
	layer, unit, most := -1, 0, -1.0
	for k, states := range n.state {
		for i, s := range states {
			if s != normaliserFree {
				continue
			}
			var entries []float64
			if k == 0 {
				entries = m.RawRowView(i)
			} else {
				entries = mat.Col(nil, i, m)
			}
			if size := bipartiteNorm(entries); size > most {
				layer, unit, most = k, i, size
			}
		}
	}
	if layer >= 0 {
		with(layer, unit, -1)
		with(layer, unit, 1)
		return children
	}
	for k, states := range n.state {
		for i, s := range states {
			if s != 0 {
				with(k, i, 0)
			}
		}
	}
	return children
}

// normaliserQueue gives up the largest bound first.
type normaliserQueue []*normaliserNode

func (q normaliserQueue) Len() int           { return len(q) }
func (q normaliserQueue) Less(i, j int) bool { return q[i].bound > q[j].bound }
func (q normaliserQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *normaliserQueue) Push(x any)        { *q = append(*q, x.(*normaliserNode)) }
func (q *normaliserQueue) Pop() any {
	last := len(*q) - 1
	n := (*q)[last]
	*q = (*q)[:last]
	return n
}
