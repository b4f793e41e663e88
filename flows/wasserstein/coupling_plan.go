package wasserstein

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// A Plan is an optimal coupling with the proof that it is one: potentials with
//
//	u_i + v_j <= C_ij for all i, j, and equality where M_ij > 0,
//
// so that ⟨C, M⟩ = ⟨u, a⟩ + ⟨v, b⟩, which no coupling can cost less than.
type Plan struct {
	M      *Coupling
	Cost   float64   // ⟨C, M⟩
	U, V   []float64 // dual potentials
	ground Cost      // what C_ij came from
}

// mostCosts is how many costs the network simplex method may store.
const mostCosts = 1 << 28

// Exact returns the plan of optimal transport from a to b: the minimum of
// ⟨C, M⟩ over the couplings of both, [HF] (47), with dual potentials. Measures
// on a line with a cost that is convex there are sorted; others go through
// the network simplex method.
//
// Masses are whole multiples of 2^-60 of the whole; what is lighter than half of
// that is not moved.
//
// It is an error if a or b is no measure, a *MeasureError, or a cost is not
// finite or negative, a *CostError. Off the line it takes 8 bytes a pair of
// points; more than 2^28 pairs, 2 GB, are an error too.
func Exact(a, b *Measure, c Cost) (*Plan, error) {
	if err := checkBoth(c, a, b); err != nil {
		return nil, err
	}
	if f, ok := c.(interface {
		sorted(a, b *Measure) (*Plan, error)
	}); ok && a.Dim() == 1 {
		return f.sorted(a, b)
	}
	if err := checkPairs(a.Len(), b.Len(), mostCosts); err != nil {
		return nil, err
	}
	m := CostMatrix(c, a, b)
	if err := CheckCosts(m); err != nil {
		return nil, err
	}
	p, err := transport(m, shares(a.W), shares(b.W), mostPivots(a.Len(), b.Len()))
	if err != nil {
		return nil, err
	}
	p.ground = c
	return p, nil
}

// W2 returns the Wasserstein distance √⟨C, M⟩ of two measures, where c is a
// squared distance: W_G of [HF] (47) where it is that of the metric G. Errors
// as in Exact.
func W2(a, b *Measure, c Cost) (float64, error) {
	p, err := Exact(a, b, c)
	if err != nil {
		return math.NaN(), err
	}
	return math.Sqrt(p.Cost), nil
}

// checkBoth returns an error unless a and b are measures on one space.
func checkBoth(c Cost, a, b *Measure) error {
	if err := a.Check(); err != nil {
		return err
	}
	if err := b.Check(); err != nil {
		return err
	}
	return matching(c, a, b)
}

// Dual returns ⟨u, a⟩ + ⟨v, b⟩, the most that a pair of feasible potentials
// proves: equal to the cost.
func (p *Plan) Dual(a, b *Measure) float64 {
	terms := make([]float64, 0, len(p.U)+len(p.V))
	for i, u := range p.U {
		terms = append(terms, u*a.W[i])
	}
	for j, v := range p.V {
		terms = append(terms, v*b.W[j])
	}
	return sum(terms)
}

// Check proves the plan optimal: marginals within 2e-12, no negative mass,
// potentials that are feasible, and complementary slackness, all potentials
// within 1e-10 of the largest cost. It computes each of the costs once, in
// blocks. The error, a *CouplingError, names the entry that fails most. It panics
// unless the plan is one that Exact has made.
func (p *Plan) Check(a, b *Measure) error {
	if p.ground == nil {
		panic("wasserstein: Check needs a plan made by Exact, which knows its costs")
	}
	if err := CheckCoupling(p.M, a, b, 2*massTolerance); err != nil {
		return err
	}
	if len(p.U) != a.Len() || len(p.V) != b.Len() {
		panic(fmt.Sprintf("wasserstein: length mismatch: %d and %d potentials for measures of %d and %d points", len(p.U), len(p.V), a.Len(), b.Len()))
	}
	v := verdict{dual: CouplingError{Reason: ErrDual}, slack: CouplingError{Reason: ErrSlackness}}
	rows, pairs := max(1, (1<<18)/b.Len()), p.M.pairs
	for first := 0; first < a.Len(); first += rows {
		last := min(first+rows, a.Len())
		block := &Measure{X: a.X.Slice(first, last, 0, a.Dim()).(*mat.Dense), W: a.W[first:last]}
		n := 0
		for n < len(pairs) && pairs[n].From < last {
			n++
		}
		v.block(p, CostMatrix(p.ground, block, b), first, pairs[:n])
		pairs = pairs[n:]
	}
	return v.err(p.Cost)
}

// A verdict is what Check has seen so far.
type verdict struct {
	largest, cost float64       // of the costs, and ⟨C, M⟩
	dual, slack   CouplingError // the worst
}

// block looks at the costs of the rows from first on, and at the pairs there.
func (v *verdict) block(p *Plan, c *mat.Dense, first int, pairs []Pair) {
	rows, _ := c.Dims()
	v.largest = max(v.largest, mat.Max(c))
	for i := range rows {
		u, row := p.U[first+i], c.RawRowView(i)
		for j, w := range p.V {
			if excess := u + w - row[j]; excess > v.dual.Got-v.dual.Want || math.IsNaN(excess) {
				v.dual.Row, v.dual.Column, v.dual.Got, v.dual.Want = first+i, j, u+w, row[j]
			}
		}
	}
	for _, e := range pairs {
		want := c.At(e.From-first, e.To)
		v.cost += want * e.Mass
		got := p.U[e.From] + p.V[e.To]
		if miss := math.Abs(got - want); miss > math.Abs(v.slack.Got-v.slack.Want) || math.IsNaN(miss) {
			v.slack.Row, v.slack.Column, v.slack.Got, v.slack.Want = e.From, e.To, got, want
		}
	}
}

func (v *verdict) err(cost float64) error {
	tol := 1e-10 * v.largest
	switch {
	case !(v.dual.Got-v.dual.Want <= tol):
		return &v.dual
	case !(math.Abs(v.slack.Got-v.slack.Want) <= tol):
		return &v.slack
	case !(math.Abs(v.cost-cost) <= tol):
		return &CouplingError{Reason: ErrGap, Row: -1, Column: -1, Got: cost, Want: v.cost}
	}
	return nil
}
