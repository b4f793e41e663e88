package wasserstein

import (
	"math"
	"slices"
)

// A Convex is a cost h(θ(x) - θ(y)) between points of one coordinate, h convex:
// Exact sorts both measures by θ and fills the couplings from the left, in O(n
// log n), which is optimal for every such h. With H = math.Abs it gives W₁.
//
// In one dimension SquaredDistance and SquaredEuclidean are sorted too.
type Convex struct {
	Theta func(x float64) float64 // nil: the coordinate itself
	H     func(d float64) float64 // convex and not negative
}

// Dim returns 1.
func (c Convex) Dim() int { return 1 }

// Between returns h(θ(x) - θ(y)).
func (c Convex) Between(x, y []float64) float64 { return c.H(c.at(x) - c.at(y)) }

func (c Convex) at(x []float64) float64 {
	if c.Theta == nil {
		return x[0]
	}
	return c.Theta(x[0])
}

// sorted returns the plan of Exact. It is an error, ErrConvex, if the cost
// shows itself not to be convex at the pairs that the plan makes; Plan.Check
// looks at all pairs.
func (c Convex) sorted(a, b *Measure) (*Plan, error) {
	s := newStaircase(a, b, c.H, c.at)
	p, err := s.plan(c)
	if err != nil {
		return nil, err
	}
	return p, s.convex()
}

func (c flat) sorted(a, b *Measure) (*Plan, error) {
	buf := make([]float64, 1)
	s := newStaircase(a, b, func(d float64) float64 { return d * d }, func(x []float64) float64 {
		c.theta(buf, x)
		return buf[0]
	})
	return s.plan(c)
}

// A staircase is the coupling of two sorted measures that leaves no mass
// behind: the north-west corner rule. Its steps are the basis of the linear
// programme, and with a Monge matrix of costs, such as a convex cost makes, its
// potentials are feasible.
type staircase struct {
	h          func(d float64) float64
	x, y       []float64 // θ, sorted
	from, to   []int     // where in a and b they come from
	a, b       []int64   // masses, sorted
	rows, cols []int32   // the steps
}

func newStaircase(a, b *Measure, h func(float64) float64, theta func(x []float64) float64) *staircase {
	s := &staircase{h: h}
	s.x, s.from, s.a = byTheta(a, theta)
	s.y, s.to, s.b = byTheta(b, theta)
	return s
}

func byTheta(m *Measure, theta func(x []float64) float64) (sorted []float64, order []int, parts []int64) {
	n := m.Len()
	at, all := make([]float64, n), shares(m.W)
	sorted, order, parts = make([]float64, n), make([]int, n), make([]int64, n)
	for i := range n {
		at[i], order[i] = theta(m.Point(i)), i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case at[i] < at[j]:
			return -1
		case at[i] > at[j]:
			return 1
		}
		return 0
	})
	for k, i := range order {
		sorted[k], parts[k] = at[i], all[i]
	}
	return sorted, order, parts
}

// cost returns the cost between sorted points.
func (s *staircase) cost(i, j int) float64 { return s.h(s.x[i] - s.y[j]) }

// plan goes down the staircase.
func (s *staircase) plan(ground Cost) (*Plan, error) {
	if err := s.finite(); err != nil {
		return nil, err
	}
	n, m := len(s.x), len(s.y)
	p := &Plan{U: make([]float64, n), V: make([]float64, m), ground: ground}
	pairs, terms := make([]Pair, 0, n+m), make([]float64, 0, n+m)
	i, j, right, down := 0, 0, s.b[0], s.a[0]
	p.V[s.to[0]] = s.cost(0, 0)
	for {
		c := s.cost(i, j)
		if !(c >= 0) || math.IsInf(c, 0) {
			return nil, &CostError{Reason: ErrCost, Row: s.from[i], Column: s.to[j], Value: c}
		}
		s.rows, s.cols = append(s.rows, int32(i)), append(s.cols, int32(j))
		if mass := min(down, right); mass > 0 {
			e := Pair{s.from[i], s.to[j], float64(mass) / whole}
			pairs, terms = append(pairs, e), append(terms, e.Mass*c)
			down, right = down-mass, right-mass
		}
		switch {
		case i == n-1 && j == m-1:
			p.M, p.Cost = newCoupling(n, m, pairs), sum(terms)
			return p, nil
		case down == 0 && i < n-1:
			i++
			down = s.a[i]
			p.U[s.from[i]] = s.cost(i, j) - p.V[s.to[j]]
		default:
			j++
			right = s.b[j]
			p.V[s.to[j]] = s.cost(i, j) - p.U[s.from[i]]
		}
	}
}

// finite returns an error unless every θ is finite.
func (s *staircase) finite() error {
	for i, v := range s.x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return &CostError{Reason: ErrCost, Row: s.from[i], Column: s.to[0], Value: v}
		}
	}
	for j, v := range s.y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return &CostError{Reason: ErrCost, Row: s.from[0], Column: s.to[j], Value: v}
		}
	}
	return nil
}

// convex returns an error if exchanging the partners of neighbours on the
// staircase would make the plan cheaper.
func (s *staircase) convex() error {
	for k, i := range s.rows {
		i, j := int(i), int(s.cols[k])
		if i+1 == len(s.x) || j+1 == len(s.y) {
			continue
		}
		straight, crossed := s.cost(i, j)+s.cost(i+1, j+1), s.cost(i+1, j)+s.cost(i, j+1)
		if straight > crossed+1e-12*(straight+crossed) {
			return &CostError{Reason: ErrConvex, Row: s.from[i], Column: s.to[j], Value: straight - crossed}
		}
	}
	return nil
}
