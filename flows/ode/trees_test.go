package ode

import (
	"math/big"
	"slices"
	"testing"
)

// A tree is a rooted tree: the trees that hang from its root. The order
// conditions of a Runge-Kutta method are indexed by rooted trees, [HNW] II.2:
// Σ b_i Φ_i(τ) = 1/γ(τ) for every tree τ with at most p vertices.
type tree struct {
	branches []*tree
	order    int // number of vertices
}

// treesUpTo lists the rooted trees by order; list[r] has those of order r.
func treesUpTo(order int) [][]*tree {
	list := [][]*tree{nil, {{order: 1}}}
	for r := 2; r <= order; r++ {
		var all []*tree
		for _, b := range forests(list, r-1, r-1, -1) {
			all = append(all, &tree{branches: b, order: r})
		}
		list = append(list, all)
	}
	return list
}

// forests lists the multisets of trees with n vertices in all, in descending
// order (size, then place in its list) from tree number index of size top on;
// index -1 is the last one.
func forests(list [][]*tree, n, top, index int) [][]*tree {
	if n == 0 {
		return [][]*tree{nil}
	}
	var all [][]*tree
	for size := min(n, top); size >= 1; size-- {
		last := len(list[size]) - 1
		if size == top && index >= 0 {
			last = index
		}
		for i := last; i >= 0; i-- {
			for _, rest := range forests(list, n-size, size, i) {
				all = append(all, append([]*tree{list[size][i]}, rest...))
			}
		}
	}
	return all
}

// gamma returns the density γ: the product of the orders of all subtrees.
func (t *tree) gamma() *big.Rat {
	g := big.NewRat(int64(t.order), 1)
	for _, b := range t.branches {
		g.Mul(g, b.gamma())
	}
	return g
}

// exact is a tableau in rational numbers.
type exact struct {
	a              [][]*big.Rat
	b, embedded, d []*big.Rat
	stages         int
	phis           map[*tree][]*big.Rat // Φ, as far as computed
}

// exactly reads the table that m was made from.
func exactly(t *testing.T, m *Tableau) *exact {
	rows, err := parseRows(m.Text)
	if err != nil {
		t.Fatal(err)
	}
	e := &exact{phis: map[*tree][]*big.Rat{}, stages: len(m.B)}
	for _, r := range rows {
		if m == DormandPrince8 { // 40 decimals are enough for 1e-15, and fast
			for i, v := range r.entries {
				r.entries[i], _ = new(big.Rat).SetString(v.FloatString(40))
			}
		}
		switch {
		case r.kind == nodeRow:
			e.a = append(e.a, r.entries)
		case r.kind == denseRow:
			e.d = r.entries
		case e.b == nil:
			e.b = r.entries
		default:
			e.embedded = r.entries
		}
	}
	return e
}

// phi returns the elementary weights Φ_i(τ): the product over the branches of
// Σ_j a_ij Φ_j.
func (e *exact) phi(t *tree) []*big.Rat {
	if p, ok := e.phis[t]; ok {
		return p
	}
	p := make([]*big.Rat, len(e.a))
	for i, row := range e.a {
		p[i] = big.NewRat(1, 1)
		for _, b := range t.branches {
			p[i].Mul(p[i], dot(row, e.phi(b)))
		}
	}
	e.phis[t] = p
	return p
}

func dot(w, phi []*big.Rat) *big.Rat {
	sum := new(big.Rat)
	for j, wj := range w {
		sum.Add(sum, new(big.Rat).Mul(wj, phi[j]))
	}
	return sum
}

// worst returns the largest |Σ w_i Φ_i(τ) - θ^r/γ(τ)| over the trees of order r.
func (e *exact) worst(trees []*tree, w []*big.Rat, theta *big.Rat) float64 {
	worst := 0.0
	for _, t := range trees {
		want := new(big.Rat).Inv(t.gamma())
		for range t.order {
			want.Mul(want, theta)
		}
		miss, _ := want.Sub(want, dot(w, e.phi(t))).Float64()
		worst = max(worst, miss, -miss)
	}
	return worst
}

var one = big.NewRat(1, 1)

func TestTreesAreCounted(t *testing.T) {
	want := []int{0, 1, 1, 2, 4, 9, 20, 48, 115, 286} // A000081
	for r, trees := range treesUpTo(9) {
		if len(trees) != want[r] {
			t.Errorf("%d rooted trees of order %d, want %d", len(trees), r, want[r])
		}
	}
}

func TestOrderConditions(t *testing.T) {
	trees := treesUpTo(9)
	for _, m := range catalog {
		e := exactly(t, m)
		tol := 0.0
		if m == DormandPrince8 {
			tol = 1e-15 // its fractions approximate
		}
		for _, w := range []struct {
			name    string
			weights []*big.Rat
			order   int
		}{{"b", e.b, m.P}, {"embedded b", e.embedded, m.P - 1}} {
			if w.weights == nil {
				continue
			}
			for r := 1; r <= w.order; r++ {
				if miss := e.worst(trees[r], w.weights, one); miss > tol {
					t.Errorf("%v: a condition of order %d on %s fails by %.3g", m, r, w.name, miss)
				}
			}
			better := !slices.ContainsFunc(trees[w.order+1], func(next *tree) bool {
				return e.worst([]*tree{next}, w.weights, one) > 1e-7
			})
			if better {
				t.Errorf("%v: %s fulfils order %d too, better than claimed", m, w.name, w.order+1)
			}
		}
	}
}

func TestOrderConditionsCanFail(t *testing.T) {
	m := mustParse("RK4 with two weights exchanged", `
0   |
1/2 | 1/2
1/2 | 0   1/2
1   | 0   0   1
p=4 | 1/3 1/6 1/3 1/6`)
	e, trees := exactly(t, m), treesUpTo(4)
	if miss := e.worst(trees[1], e.b, one); miss != 0 {
		t.Errorf("the sum of the weights misses 1 by %g", miss)
	}
	for r := 2; r <= 4; r++ {
		if e.worst(trees[r], e.b, one) == 0 {
			t.Errorf("exchanged weights pass order %d", r)
		}
	}
}

// interpolant returns the weights b_i(θ) of Interpolate, read off its formula.
func (e *exact) interpolant(theta *big.Rat) []*big.Rat {
	rest := new(big.Rat).Sub(one, theta)
	first, last := 0, e.stages-1
	w := make([]*big.Rat, e.stages)
	for i := range w {
		b := e.b[i]
		slope0, slope1 := new(big.Rat), new(big.Rat)
		if i == first {
			slope0 = one
		}
		if i == last {
			slope1 = one
		}
		inner := new(big.Rat).Sub(new(big.Rat).Add(b, b), new(big.Rat).Add(slope0, slope1))
		if e.d != nil {
			inner.Add(inner, new(big.Rat).Mul(rest, e.d[i]))
		}
		inner.Mul(inner, theta).Add(inner, new(big.Rat).Sub(slope0, b)).Mul(inner, rest)
		w[i] = inner.Add(inner, b).Mul(inner, theta)
	}
	return w
}

// endStage adds the stage at the end of the step where the method lacks it.
func (e *exact) endStage() {
	e.a = append(e.a, e.b)
	e.b = append(append([]*big.Rat(nil), e.b...), new(big.Rat))
	e.stages++
}

// The b_i(θ) are of degree 4 in θ and vanish at 0: agreeing with θ^r/γ at four
// more places, they agree for every θ.
func TestInterpolantConditions(t *testing.T) {
	trees := treesUpTo(4)
	thetas := []*big.Rat{big.NewRat(2, 7), big.NewRat(5, 9), big.NewRat(3, 4), one}
	for _, m := range catalog {
		if !m.Stepper(lawField, 2).Interpolate(nil, 0) {
			continue
		}
		e, order := exactly(t, m), min(m.P, 3)
		if m.D != nil {
			order = 4
		}
		if last := m.A[len(m.A)-1]; m.B[len(m.B)-1] != 0 || len(last) == 0 {
			e.endStage()
		}
		for r := 1; r <= order; r++ {
			for _, theta := range thetas {
				if miss := e.worst(trees[r], e.interpolant(theta), theta); miss != 0 {
					t.Errorf("%v: interpolant at θ = %v misses a condition of order %d by %.3g", m, theta, r, miss)
				}
			}
		}
	}
}
