package wasserstein

import (
	"math"
)

// finish iterates at the last ε until the potentials themselves, as they are
// returned, meet the tolerance.
func (s *solver) finish() (*SinkhornResult, error) {
	tol := s.set.Tolerance
	for range 3 {
		if err := s.level(tol); err != nil {
			return s.failed(err)
		}
		if r := s.result(); r.MarginalError <= s.set.Tolerance {
			return r, nil
		}
		tol /= 4
	}
	return s.failed(ErrTolerance)
}

func (s *solver) failed(reason error) (*SinkhornResult, error) {
	r := s.result()
	return r, &Error{Reason: reason, Iterations: s.iterations, MarginalError: r.MarginalError, Tolerance: s.set.Tolerance, Epsilon: s.eps}
}

// result makes the potentials, and measures what they give.
func (s *solver) result() *SinkhornResult {
	p, q := &s.side[0], &s.side[1]
	r := &SinkhornResult{Epsilon: s.eps, Iterations: s.iterations, from: s.from, omega: s.omega.factor, loga: p.logw, logb: q.logw}
	r.F, r.G = p.potentials(s.eps), q.potentials(s.eps)
	t := newTally(r)
	if s.most/s.eps < exactRange {
		t.kernel = s
	}
	t.run()
	r.Mass, r.Cost = t.mass, t.cost
	r.MarginalError = (p.miss(t.rows) + q.miss(t.columns)) / t.mass
	r.Value = s.dual(r)
	return r
}

// exactRange is the C/ε below which the kernel that was iterated on has the
// digits of the potentials: 1e-12. Above it what the potentials give is computed
// anew.
const exactRange = 1e4

func (m *marginal) potentials(eps float64) []float64 {
	f := make([]float64, len(m.phi))
	for i, u := range m.u {
		f[i] = 2 * eps * (m.phi[i] + math.Log(u) - m.logw[i])
	}
	return f
}

// miss returns how much sums miss those that the scalings call for.
func (m *marginal) miss(sums []float64) (miss float64) {
	for i, got := range sums {
		miss += math.Abs(got - m.want(i))
	}
	return miss
}

// dual returns ⟨f, a⟩ + ⟨g, b⟩ - 2ε(Σ M - 1), which no coupling's value is below.
func (s *solver) dual(r *SinkhornResult) float64 {
	terms := make([]float64, 0, len(r.F)+len(r.G)+1)
	for i, f := range r.F {
		terms = append(terms, f*s.side[0].w[i])
	}
	for j, g := range r.G {
		terms = append(terms, g*s.side[1].w[j])
	}
	return sum(append(terms, -2*s.eps*(r.Mass-sum(s.side[0].w))))
}

// A tally adds up a coupling by blocks of rows.
type tally struct {
	r             *SinkhornResult
	crew          crew
	rows, columns []float64
	part          [][]float64 // column sums of a block
	costs         []float64
	mass, cost    float64
	kernel        *solver // where its kernel gives the entries
}

func newTally(r *SinkhornResult) *tally {
	t := &tally{r: r, rows: make([]float64, len(r.F)), columns: make([]float64, len(r.G))}
	n := blocksOf(len(r.F))
	t.costs, t.part = make([]float64, n), make([][]float64, n)
	return t
}

func (t *tally) run() {
	n := len(t.part)
	t.crew.run(n, len(t.rows)*len(t.columns) >= manyEntries, t.block)
	costs := make([]float64, 0, n)
	for b := range n {
		for j, v := range t.part[b] {
			t.columns[j] += v
		}
		costs = append(costs, t.costs[b])
	}
	t.mass, t.cost = sum(t.rows), sum(costs)
}

func (t *tally) block(b int) {
	lo, hi := block(b, len(t.part), len(t.rows))
	row, cost := make([]float64, len(t.columns)), make([]float64, len(t.columns))
	part := make([]float64, len(t.columns))
	var total float64
	for i := lo; i < hi; i++ {
		if t.kernel == nil {
			t.rows[i] = t.r.row(row, cost, i)
		} else {
			t.rows[i] = t.kernel.row(row, cost, i)
		}
		for j, m := range row {
			part[j] += m
			total += m * cost[j]
		}
	}
	t.part[b], t.costs[b] = part, total
}

// row is SinkhornResult.row from the kernel.
func (s *solver) row(dst, cost []float64, i int) (sum float64) {
	s.from.row(cost, i)
	u, v := s.side[0].u[i], s.side[1].u
	for j, k := range s.kernel.g[i*len(dst) : (i+1)*len(dst)] {
		m := u * k * v[j]
		dst[j] = m
		sum += m
	}
	return sum
}
