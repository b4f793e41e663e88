package hopfield

import (
	"fmt"
	"hopflow/internal/trials"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// A trialNet is a random network, with ties where it is of small integers.
type trialNet struct {
	d    *Discrete
	rng  *rand.Rand
	what string
	tol  float64 // 0 where the network is exact
}

// diagonal says what W_ii may be.
type diagonal int

const (
	zeroDiagonal diagonal = iota
	positiveDiagonal
	anyDiagonal
)

// randomNet draws case k: integers in -2..2, in -9..9, halves, integers over n, or
// normal numbers; dense or sparse; with and without biases.
func randomNet(t testing.TB, k, most int, diag diagonal, symmetric bool) trialNet {
	rng := rand.New(rand.NewPCG(6, uint64(k)))
	n := 1 + rng.IntN(most)
	kind, sparse, biased := rng.IntN(5), rng.IntN(3) == 0, rng.IntN(2) == 0
	draw := func() float64 {
		if sparse && rng.IntN(2) == 0 {
			return 0
		}
		switch kind {
		case 0:
			return float64(rng.IntN(5) - 2)
		case 1:
			return float64(rng.IntN(19) - 9)
		case 2:
			return float64(rng.IntN(9)-4) / 2
		case 3:
			return float64(rng.IntN(7)-3) / float64(n)
		}
		return rng.NormFloat64()
	}
	w, b := mat.NewDense(n, n, nil), make([]float64, n)
	for i := range n {
		for j := range n {
			switch {
			case i == j && diag == positiveDiagonal:
				w.Set(i, i, math.Abs(draw()))
			case i == j && diag == anyDiagonal:
				w.Set(i, i, draw())
			case i < j:
				w.Set(i, j, draw())
				w.Set(j, i, w.At(i, j))
			case i > j && !symmetric:
				w.Set(i, j, draw())
			}
		}
		if biased {
			b[i] = draw()
		}
	}
	make, tie := NewDiscrete, Tie(rng.IntN(2))
	if !symmetric {
		make = NewDiscreteAsymmetric
	}
	d, err := make(w, b, tie)
	if err != nil {
		t.Fatal(err)
	}
	c := trialNet{d: d, rng: rng, what: fmt.Sprintf("case %d: n = %d, kind %d, ties %v", k, n, kind, tie)}
	if kind == 4 && !(sparse && d.Exact()) {
		c.tol = 1e-13 * float64(n*n)
	} else if !d.Exact() {
		t.Fatalf("%s is not exact", c.what)
	}
	return c
}

func (c trialNet) state() []float64 { return RandomPatterns(1, c.d.n, c.rng)[0] }

// leastField is min|h| over all states and units with h ≠ 0, by enumeration.
func (c trialNet) leastField() float64 {
	least, h := math.Inf(1), make([]float64, c.d.n)
	for code := range 1 << c.d.n {
		c.d.Field(h, FromCode(uint64(code), c.d.n).State())
		for _, v := range h {
			if v != 0 {
				least = math.Min(least, math.Abs(v))
			}
		}
	}
	return least
}

// One unit at a time, W_ii >= 0: each flip costs -2|h| - 2 W_ii; with Plus, flips that
// cost nothing go up; a fair sequence (units at random, with replacement) comes to
// rest; the strict flips are within the bound, also that of min|h|.
func TestSingleUpdatesDescend(t *testing.T) {
	for k := range trials.Of(t, 5000) {
		diag := positiveDiagonal
		if k%2 == 0 {
			diag = zeroDiagonal
		}
		c := randomNet(t, k, 8, diag, true)
		d, x := c.d, c.state()
		h, strict, e := make([]float64, d.n), 0, d.Energy(x)
		rested := false
		for range 4000 * d.n {
			if rested = d.IsFixed(x); rested {
				break
			}
			i := c.rng.IntN(d.n)
			d.Field(h, x)
			old := x[i]
			if !d.Update(x, i) {
				continue
			}
			now := d.Energy(x)
			want := -2*math.Abs(h[i]) - 2*d.w[i*d.n+i]/d.scale
			if math.Abs(now-e-want) > c.tol+1e-14*(1+math.Abs(e)) || want > 0 {
				t.Fatalf("%s: a flip changes the energy by %v, want %v", c.what, now-e, want)
			}
			switch {
			case h[i] != 0:
				strict++
			case d.tie == Keep || old > 0:
				t.Fatalf("%s: unit %d flips at a tie from %v", c.what, i, old)
			}
			e = now
		}
		bound := 0.0
		for i := range d.n {
			bound += math.Abs(d.b[i])
			for j := range i {
				bound += math.Abs(d.w[i*d.n+j])
			}
		}
		if bound /= d.scale * c.leastField(); !rested || float64(strict) > bound*(1+1e-12) || float64(strict) > d.FlipBound() {
			t.Fatalf("%s: rested %v after %d strict flips, bound %v (%v)", c.what, rested, strict, bound, d.FlipBound())
		}
	}
}

// All orders of single updates end in fixed points, cyclic ones within n 2ⁿ updates;
// energies fall along the way; runs and graphs agree, and so do the fixed points of all
// orders, the synchronous one included.
func TestOrdersAgreeOnFixedPoints(t *testing.T) {
	for k := range trials.Of(t, 5000) {
		c := randomNet(t, k+1<<20, 6, positiveDiagonal, true)
		d, x := c.d, c.state()
		var fixed []int
		for code := range 1 << d.n {
			if d.IsFixed(FromCode(uint64(code), d.n).State()) {
				fixed = append(fixed, code)
			}
		}
		for _, o := range []Order{Fixed(), Fixed(c.rng.Perm(d.n)...), Greedy(), Together(), Shuffled(uint64(k))} {
			s, err := d.Run(x, o)
			if err != nil {
				t.Fatalf("%s: %v", c.what, err)
			}
			if o.kind != togetherOrder {
				if !s.Fixed() || !d.IsFixed(s.State) || s.Sweeps > 1<<d.n {
					t.Fatalf("%s: %v ends with period %d after %d sweeps", c.what, o, s.Period, s.Sweeps)
				}
				for i := range s.Energies[1:] {
					if s.Energies[i+1] > s.Energies[i]+c.tol {
						t.Fatalf("%s: %v raises the energy: %v", c.what, o, s.Energies)
					}
				}
			}
			if last := s.Energies[len(s.Energies)-1]; s.Fixed() && math.Abs(last-d.Energy(s.State)) > c.tol {
				t.Fatalf("%s: %v: the last energy is %v, the state's %v", c.what, o, last, d.Energy(s.State))
			}
			if o.kind == shuffledOrder {
				continue
			}
			g, err := d.Graph(o)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(g.Fixed(), fixed) {
				t.Fatalf("%s: fixed points of %v are %v, want %v", c.what, o, g.Fixed(), fixed)
			}
			if rising, worst, _ := g.Rising(); o.kind != togetherOrder && worst > c.tol {
				t.Fatalf("%s: %v raises the energy from %d states, by %v", c.what, o, rising, worst)
			}
		}
	}
}

// Together, any diagonal: E₂ changes by -(x(t+1) - x(t-1))ᵀh <= 0, the pair of
// TwoTimeOrder falls strictly until the period, which is 1 or 2.
func TestSynchronousPeriodTwo(t *testing.T) {
	stalls := 0
	for k := range trials.Of(t, 5000) {
		c := randomNet(t, k+1<<21, 9, anyDiagonal, true)
		d := c.d
		previous, x, next, h := c.state(), make([]float64, d.n), make([]float64, d.n), make([]float64, d.n)
		d.Synchronous(x, previous)
		e2, second := d.TwoTimeOrder(x, previous)
		for step := 0; ; step++ {
			d.Synchronous(next, x)
			d.Field(h, x)
			want := 0.0
			for i := range h {
				want -= (next[i] - previous[i]) * h[i]
			}
			f2, third := d.TwoTimeOrder(next, x)
			if math.Abs(f2-e2-want) > c.tol+1e-14*(1+math.Abs(e2)) || want > c.tol {
				t.Fatalf("%s: E₂ changes by %v, want %v <= 0", c.what, f2-e2, want)
			}
			if slices.Equal(next, previous) {
				break
			}
			if c.tol == 0 && !(f2 < e2 || f2 == e2 && third < second) {
				t.Fatalf("%s: (E₂, tie-break) goes from (%v, %v) to (%v, %v)", c.what, e2, second, f2, third)
			}
			if f2 == e2 {
				stalls++
			}
			if step > 1<<d.n {
				t.Fatalf("%s: no period after %d steps", c.what, step)
			}
			previous, x, next, e2, second = x, next, previous, f2, third
		}
		s, err := d.Run(c.state(), Together())
		if err != nil || s.Period > 2 {
			t.Fatalf("%s: period %d, %v", c.what, s.Period, err)
		}
	}
	if stalls == 0 {
		t.Error("no case has E₂ stall while the state moves: the tie-breaks are not tried")
	}
}

// W positive semidefinite: together, E never rises and the period is 1.
func TestSemidefiniteDescendsTogether(t *testing.T) {
	for k := range trials.Of(t, 5000) {
		rng := rand.New(rand.NewPCG(7, uint64(k)))
		n := 1 + rng.IntN(8)
		a := mat.NewDense(n, 1+rng.IntN(n), nil)
		a.Apply(func(_, _ int, _ float64) float64 { return float64(rng.IntN(5) - 2) }, a)
		var w mat.SymDense
		w.SymOuterK(1, a)
		b := make([]float64, n)
		for i := range b {
			b[i] = float64(rng.IntN(5)-2) * float64(k%2)
		}
		d, err := NewDiscrete(&w, b, Tie(rng.IntN(2)))
		if err != nil {
			t.Fatal(err)
		}
		s, err := d.Run(RandomPatterns(1, n, rng)[0], Together())
		if err != nil {
			t.Fatal(err)
		}
		if !s.Fixed() {
			t.Fatalf("case %d: period %d", k, s.Period)
		}
		for i := range s.Energies[1:] {
			if s.Energies[i+1] > s.Energies[i] {
				t.Fatalf("case %d: the energy rises: %v", k, s.Energies)
			}
		}
	}
}

// Without symmetry there are cycles, and runs report them as the graph has them.
func TestAsymmetricCycles(t *testing.T) {
	long := 0
	for k := range trials.Of(t, 5000) {
		c := randomNet(t, k+1<<22, 5, anyDiagonal, false)
		for _, o := range []Order{Together(), Fixed(), Greedy()} {
			g, err := c.d.Graph(o)
			if err != nil {
				t.Fatal(err)
			}
			code := c.rng.IntN(len(g.Next))
			s, err := c.d.Run(g.State(code), o)
			if err != nil {
				t.Fatalf("%s: %v", c.what, err)
			}
			if a := g.Ends(code); s.Period != a.Period() || s.Sweeps != int(g.Steps[code]) || !slices.Contains(a.Codes, g.Code(s.State)) {
				t.Fatalf("%s, %v: the run finds period %d after %d sweeps, the graph %d after %d", c.what, o, s.Period, s.Sweeps, a.Period(), g.Steps[code])
			}
			if s.Period > 2 {
				long++
			}
			for i := range c.d.n {
				x := g.State(code)
				e := c.d.Energy(x)
				f := c.d.Flip(x, i)
				x[i] = -x[i]
				if math.Abs(c.d.Energy(x)-e-f) > c.tol+1e-13 {
					t.Fatalf("%s: Flip is %v, the difference %v", c.what, f, c.d.Energy(x)-e)
				}
			}
		}
	}
	if long == 0 {
		t.Error("no case has a period above 2")
	}
}

// Energies go round by a Gray code; Energy sums anew.
func TestGraphEnergies(t *testing.T) {
	for k := range 40 {
		c := randomNet(t, k+1<<23, 7, anyDiagonal, k%2 == 0)
		g, err := c.d.Graph(Fixed())
		if err != nil {
			t.Fatal(err)
		}
		for code, e := range g.Energies() {
			if want := g.Energy(code); math.Abs(e-want) > c.tol+1e-14*math.Abs(want) {
				t.Fatalf("%s: energy of %d is %v, want %v", c.what, code, e, want)
			}
		}
	}
}
