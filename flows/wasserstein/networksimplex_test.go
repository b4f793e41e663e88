package wasserstein

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"

	"hopflow/flows/geometry"
	"hopflow/internal/trials"
)

// anyProblem draws two measures and a cost; sizes differ and one in seven
// measures is a single point.
func anyProblem(k, most int) (a, b *Measure, c Cost) {
	rng := rand.New(rand.NewPCG(11, uint64(k)))
	size := func() int {
		if rng.IntN(7) == 0 {
			return 1
		}
		return 1 + rng.IntN(most)
	}
	dim := 1 + rng.IntN(3)
	a, b = anyMeasure(rng, size(), dim, rng.IntN(5)), anyMeasure(rng, size(), dim, rng.IntN(5))
	beta := []float64{0.25, 0.7, 1.3}[:dim]
	if rng.IntN(2) == 0 {
		return a, b, SquaredEuclidean()
	}
	return a, b, SquaredDistance(geometry.NewTanh(beta...))
}

// unsorted hides that a cost is convex on a line, so that the network simplex
// method has to find out.
func unsorted(c Cost) Cost { return CostFunc(c.Between) }

// Every plan proves itself: marginals, feasible potentials, complementary
// slackness, and no gap to the dual value.
func TestExactIsOptimal(t *testing.T) {
	for k := range trials.Of(t, 400) {
		a, b, c := anyProblem(k, 30)
		p, err := Exact(a, b, c)
		if err != nil {
			t.Fatalf("case %d: %v", k, err)
		}
		if err := p.Check(a, b); err != nil {
			t.Fatalf("case %d: %v", k, err)
		}
		if d := p.Dual(a, b); math.Abs(d-p.Cost) > 1e-11*max(1e-3, p.Cost) {
			t.Fatalf("case %d: cost %.17g, dual %.17g", k, p.Cost, d)
		}
		if n := len(p.M.Pairs()); n >= a.Len()+b.Len() {
			t.Fatalf("case %d: %d pairs for %d and %d points: not a vertex", k, n, a.Len(), b.Len())
		}
	}
}

// The same optimum from the simplex method on the dense linear programme. Its
// weights are random: on degenerate problems gonum's method can cycle.
func TestExactAgainstLinearProgramme(t *testing.T) {
	compared, all := 0, min(trials.Of(t, 100), 1000)
	for k := range all {
		rng := rand.New(rand.NewPCG(17, uint64(k)))
		a, b, c := anyMeasure(rng, 1+rng.IntN(5), 2, 0), anyMeasure(rng, 1+rng.IntN(5), 2, 0), SquaredDistance(geometry.NewTanh(0.3, 1.7))
		p, err := Exact(a, b, c)
		if err != nil {
			t.Fatal(err)
		}
		n, m := a.Len(), b.Len()
		costs := CostMatrix(c, a, b)
		rows, rhs := mat.NewDense(n+m-1, n*m, nil), make([]float64, 0, n+m-1)
		for i := range n {
			for j := range m {
				rows.Set(i, i*m+j, 1)
				if j < m-1 { // the last column follows from the others
					rows.Set(n+j, i*m+j, 1)
				}
			}
		}
		rhs = append(append(rhs, a.W...), b.W[:m-1]...)
		want, _, err := lp.Simplex(costs.RawMatrix().Data, rows, rhs, 0, nil)
		if err != nil { // it refuses square systems, and degenerate ones at times
			continue
		}
		compared++
		if math.Abs(p.Cost-want) > 1e-9 {
			t.Errorf("case %d: cost %.15g, by the linear programme %.15g", k, p.Cost, want)
		}
	}
	if compared < all/2 {
		t.Errorf("only %d of %d cases were compared", compared, all)
	}
}

// The same optimum from all permutations.
func TestAssignmentAgainstPermutations(t *testing.T) {
	for k := range min(trials.Of(t, 100), 2000) {
		rng := rand.New(rand.NewPCG(12, uint64(k)))
		n := 1 + rng.IntN(6)
		c := mat.NewDense(n, n, nil)
		for i := range n {
			for j := range n {
				c.Set(i, j, math.Floor(10*rng.Float64())*rng.Float64()) // with ties at 0
			}
		}
		p, total, err := Assignment(c)
		if err != nil {
			t.Fatal(err)
		}
		seen := make([]bool, n)
		got := 0.0
		for i, j := range p {
			seen[j] = true
			got += c.At(i, j)
		}
		for j := range seen {
			if !seen[j] {
				t.Fatalf("case %d: %v is no permutation", k, p)
			}
		}
		if want := least(c, 0, 0, make([]bool, n)); math.Abs(total-want) > 1e-13 || math.Abs(got-want) > 1e-13 {
			t.Errorf("case %d: total %v (%v from the permutation), want %v", k, total, got, want)
		}
	}
}

func least(c *mat.Dense, i int, spent float64, taken []bool) float64 {
	n, _ := c.Dims()
	if i == n {
		return spent
	}
	best := math.Inf(1)
	for j := range n {
		if !taken[j] {
			taken[j] = true
			best = min(best, least(c, i+1, spent+c.At(i, j), taken))
			taken[j] = false
		}
	}
	return best
}

// Problems made to be degenerate: all costs equal, all zero, a lattice onto
// itself, and equal weights, where most pivots carry nothing.
func TestDegenerate(t *testing.T) {
	lattice := mat.NewDense(100, 2, nil)
	for i := range 100 {
		lattice.SetRow(i, []float64{float64(i % 10), float64(i / 10)})
	}
	a := UniformMeasure(lattice)
	shifted, err := a.Push(2, func(dst, x []float64) { dst[0], dst[1] = x[0]+3, x[1]-1 })
	if err != nil {
		t.Fatal(err)
	}
	half := UniformMeasure(mat.DenseCopyOf(lattice.Slice(0, 50, 0, 2)))
	constant := func(v float64) Cost { return CostFunc(func(x, y []float64) float64 { return v }) }
	for name, c := range map[string]struct {
		a, b *Measure
		cost Cost
		want float64
	}{
		"itself":   {a, a, SquaredEuclidean(), 0},
		"shifted":  {a, shifted, SquaredEuclidean(), 10},
		"constant": {a, half, constant(3), 3},
		"zero":     {a, half, constant(0), 0},
		"tiny":     {a, half, constant(1e-300), 1e-300},
		"large":    {a, shifted, CostFunc(func(x, y []float64) float64 { return 1e300 * SquaredEuclidean().Between(x, y) }), 1e301},
		"half":     {a, half, SquaredEuclidean(), 8.5}, // two rows to one: (0+1+1+4+4+9+9+16+16+25)/10
	} {
		p, err := Exact(c.a, c.b, c.cost)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if math.Abs(p.Cost-c.want) > 1e-14*c.want {
			t.Errorf("%s: cost %v, want %v", name, p.Cost, c.want)
		}
		if err := p.Check(c.a, c.b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A tree that has been settled holds the laws that the pivots rely on.
func TestTreeStaysStronglyFeasible(t *testing.T) {
	for k := range trials.Of(t, 100) {
		a, b, c := anyProblem(k, 20)
		if k%2 == 0 { // equal numbers of equal weights: ties in most pivots
			rng := rand.New(rand.NewPCG(18, uint64(k)))
			n := 2 + rng.IntN(20)
			a, b, c = anyMeasure(rng, n, 2, 1), anyMeasure(rng, n, 2, 1), SquaredEuclidean()
		}
		s := newSimplex(CostMatrix(c, a, b), shares(a.W), shares(b.W))
		pivots := s.start()
		for step := 0; ; step++ {
			for v := range int32(s.n + s.m) {
				up := int(v) < s.n
				if s.flow[v] < 0 || s.flow[v] == 0 && !up {
					t.Fatalf("case %d, step %d: node %d of %d + %d carries %d", k, step, v, s.n, s.m, s.flow[v])
				}
			}
			n := s.improve(3, pivots)
			if n == 0 {
				break
			}
			pivots += n
		}
	}
}

func BenchmarkExact(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, n := range []string{"100", "500", "2000"} {
		size := map[string]int{"100": 100, "500": 500, "2000": 2000}[n]
		p, q := anyMeasure(rng, size, 2, 0), anyMeasure(rng, size, 2, 0)
		b.Run("n="+n, func(b *testing.B) {
			for b.Loop() {
				if _, err := Exact(p, q, SquaredEuclidean()); err != nil {
					b.Fatal(err)
				}
			}
		})
		c := CostMatrix(SquaredEuclidean(), p, q)
		b.Run("assignment/n="+n, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := Assignment(c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A matrix that is a window into another has rows that are not neighbours.
func TestAssignmentInAWindow(t *testing.T) {
	wide := mat.NewDense(3, 5, []float64{
		9, 4, 1, 7, 0,
		9, 2, 6, 3, 0,
		9, 5, 8, 6, 0,
	})
	p, total, err := Assignment(wide.Slice(0, 3, 1, 4).(*mat.Dense))
	if err != nil {
		t.Fatal(err)
	}
	if total != 9 || p[0] != 1 || p[1] != 2 || p[2] != 0 {
		t.Errorf("p = %v, total %v, want [1 2 0], 9", p, total)
	}
	if _, _, err := Assignment(points(1, 1, math.NaN())); err == nil {
		t.Error("NaN is assigned")
	}
}

// The parts of the weights sum to the whole, to the last one, and each is its
// weight to rounding.
func TestShares(t *testing.T) {
	for _, w := range [][]float64{
		{1.0 / 3, 1.0 / 3, 1.0 / 3},
		{0.1, 0.2, 0.3, 0.4},
		{0.5, 0.5 + 9e-13},
		{0.5, 0.5 - 9e-13},
		{1 - 1e-16, 1e-16},
		{1},
	} {
		var total int64
		for i, p := range shares(w) {
			total += p
			if math.Abs(float64(p)/whole-w[i]) > 1e-12 {
				t.Errorf("%v: part %d is %v", w, i, float64(p)/whole)
			}
		}
		if total != whole {
			t.Errorf("%v: parts sum to the whole and %d", w, total-whole)
		}
	}
}

// settle computes the prices of the tree from nothing else.
func TestSettle(t *testing.T) {
	for k := range trials.Of(t, 40) {
		a, b, c := anyProblem(k, 20)
		s := newSimplex(CostMatrix(c, a, b), shares(a.W), shares(b.W))
		s.improve(math.MaxInt, s.start())
		want := append([]float64(nil), s.price...)
		for i := range want[:s.n+s.m] {
			s.price[i] = math.NaN()
		}
		s.settle()
		for i, p := range s.price {
			if !(math.Abs(p-want[i]) <= 1e-11) {
				t.Fatalf("case %d: price %d is %v, want %v", k, i, p, want[i])
			}
		}
	}
}

// Too few pivots are an error, not a plan.
func TestNotOptimal(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 1))
	a, b := anyMeasure(rng, 30, 2, 0), anyMeasure(rng, 20, 2, 0)
	p, err := transport(CostMatrix(SquaredEuclidean(), a, b), shares(a.W), shares(b.W), 60)
	if !errors.Is(err, ErrNotOptimal) || !strings.Contains(err.Error(), "after 60 pivots, for 30 x 20 points") {
		t.Errorf("%v, %v", p, err)
	}
}

// Check looks at a large plan in blocks of rows.
func TestCheckInBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(20, 1))
	a, b := anyMeasure(rng, 600, 2, 0), anyMeasure(rng, 620, 2, 0)
	p, err := Exact(a, b, SquaredEuclidean())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(a, b); err != nil {
		t.Error(err)
	}
	p.U[599] += 1e-3 // in the last block
	var e *CouplingError
	if err := p.Check(a, b); !errors.As(err, &e) || e.Reason != ErrDual || e.Row != 599 {
		t.Errorf("spoilt: %v", err)
	}
}

// Weights from 1 down to the smallest number, many of which have no part of the
// mass, with costs that tie: the plan still proves itself.
func TestTinyWeights(t *testing.T) {
	for k := range trials.Of(t, 200) {
		rng := rand.New(rand.NewPCG(25, uint64(k)))
		draw := func() *Measure {
			w := make([]float64, 1+rng.IntN(14))
			for i := range w {
				w[i] = max(math.Pow(10, -323*rng.Float64()*rng.Float64()), math.SmallestNonzeroFloat64)
			}
			w[rng.IntN(len(w))] = 1
			total := sum(w)
			for i := range w {
				w[i] = max(w[i]/total, math.SmallestNonzeroFloat64)
			}
			return must(Labels(w))
		}
		a, b := draw(), draw()
		c := mat.NewDense(a.Len(), b.Len(), nil)
		c.Apply(func(_, _ int, _ float64) float64 { return float64(rng.IntN(3)) }, c)
		p, err := Exact(a, b, must(NewTable(c)))
		if err != nil {
			t.Fatalf("case %d: %v", k, err)
		}
		if err := p.Check(a, b); err != nil {
			t.Fatalf("case %d: %v", k, err)
		}
		if p, err = Exact(a, b, Convex{H: math.Abs}); err != nil {
			t.Fatalf("case %d: sorted: %v", k, err)
		}
		if err := p.Check(a, b); err != nil {
			t.Fatalf("case %d: sorted: %v", k, err)
		}
	}
}

// The tolerance of Check is that of the largest cost of all blocks, not of the last.
func TestCheckOfCostsThatDiffer(t *testing.T) {
	rng := rand.New(rand.NewPCG(26, 1))
	a, b := anyMeasure(rng, 600, 2, 0), anyMeasure(rng, 620, 2, 0)
	for i := range 422 { // the first block
		a.Point(i)[0] += 1e5
	}
	p, err := Exact(a, b, SquaredEuclidean())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(a, b); err != nil {
		t.Error(err)
	}
}
