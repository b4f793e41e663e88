package wasserstein

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/internal/oracle"
	"hopflow/internal/trials"
	"hopflow/lyapunov/landscape"
)

// A twoPoints is an energy that is known at two points of a line.
type twoPoints struct{ xa, fa, fb float64 }

func (twoPoints) Dim() int { return 1 }
func (e twoPoints) Value(x []float64) float64 {
	if x[0] == e.xa {
		return e.fa
	}
	return e.fb
}
func (twoPoints) Gradient(dst, _ []float64) { dst[0] = math.NaN() }

// Mass moves, or is pinned where the threshold d²/(2h) is not reached.
func TestExactStepRecords(t *testing.T) {
	for _, r := range oracle.Load(t, jkoFile, "hf-jkoex-") {
		m, err := NewMeasure(mat.NewDense(2, 1, []float64{r.In("xa"), r.In("xb")}), []float64{r.In("p"), 1 - r.In("p")})
		if err != nil {
			t.Fatal(err)
		}
		p := JKO{Energy: twoPoints{r.In("xa"), r.In("fa"), r.In("fb")}, Chart: geometry.NewTanh(r.In("beta")), Temperature: r.In("T"), Step: r.In("h")}
		e, err := p.ExactStep(m, nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := e.Step()
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "q", e.Weights()[:1], 1e-14, true)
		if pinned := e.SquaredDistance() == 0 && s.Iterations == 0; pinned != (r.Expected["pinned"] == "True") {
			t.Errorf("%s: pinned: %v", r.ID, pinned)
		}
	}
}

// anyExact draws a problem: temperatures down to where weights are 1e-170, steps
// from pinned to free, volumes, weights that differ by 1e12.
func anyExact(k, most int) (JKO, *Measure, []float64) {
	rng := rand.New(rand.NewPCG(21, uint64(k)))
	n := 2 + rng.IntN(most-1)
	m := scatter(rng, n)
	if k%3 == 1 {
		for i := range m.W {
			m.W[i] = math.Pow(10, -12*rng.Float64())
		}
		m, _ = Normalized(m.X, m.W)
	}
	var v []float64
	if k%2 == 1 {
		v = make([]float64, n)
		for i := range v {
			v[i] = (0.1 + rng.Float64()) / float64(n)
		}
	}
	return JKO{Energy: landscape.Himmelblau{}, Chart: geometry.NewTanh(0.25, 0.7),
		Temperature: 5 * math.Pow(20, rng.Float64()), Step: math.Pow(10, -5+4*rng.Float64())}, m, v
}

// The step is optimal: the plan has the marginals, and with g_j = f_j + T ln(w_j/v_j)
// no pair is cheaper, ½C_ij/h + g_j, than those that carry mass. The plan is that
// of exact transport between the weights. F + W²/(2h) does not exceed F before.
func TestExactStepIsOptimal(t *testing.T) {
	for k := range trials.Of(t, 150) {
		p, m, v := anyExact(k, 40)
		e, err := p.ExactStep(m, v)
		if err != nil {
			t.Fatal(k, err)
		}
		for range 3 {
			before, old := e.FreeEnergy(), append([]float64(nil), e.Weights()...)
			s, err := e.Step()
			if err != nil {
				t.Fatalf("case %d: %d points, T = %g, h = %g: %v", k, m.Len(), p.Temperature, p.Step, err)
			}
			checkExact(t, k, p, e, old)
			if dF := s.FreeEnergy + e.SquaredDistance()/(2*p.Step) - before; !(dF <= 1e-10*(1+math.Abs(before))) {
				t.Errorf("case %d: F + W²/(2h) rises by %g", k, dF)
			}
			if s.MarginalError > 1e-13 || math.Abs(s.Mass-1) > 1e-13 {
				t.Errorf("case %d: %+v", k, s)
			}
		}
	}
}

func checkExact(t *testing.T, k int, p JKO, e *ExactStep, old []float64) {
	t.Helper()
	n := len(old)
	price := func(i, j int) float64 {
		return e.cost.At(i, j)/(2*p.Step) + e.f[j] + p.Temperature*math.Log(e.w[j]/e.v[j])
	}
	for i := range n {
		if old[i] == 0 {
			continue
		}
		least, row := math.Inf(1), 0.0
		for j := range n {
			least, row = math.Min(least, price(i, j)), row+e.plan.At(i, j)
		}
		if !(math.Abs(row-old[i]) <= 1e-13) {
			t.Fatalf("case %d: row %d is %g, want %g", k, i, row, old[i])
		}
		for j := range n {
			if m := e.plan.At(i, j); m > 1e-14 && !(price(i, j)-least <= 1e-8*(1+math.Abs(least))) {
				t.Fatalf("case %d: %g goes from %d to %d at %g, the least is %g", k, m, i, j, price(i, j), least)
			}
		}
	}
	for j := range n {
		column := 0.0
		for i := range n {
			column += e.plan.At(i, j)
		}
		if !(math.Abs(column-e.w[j]) <= 1e-13) {
			t.Fatalf("case %d: column %d is %g, weight %g", k, j, column, e.w[j])
		}
	}
	a, err := Normalized(e.x, old)
	if err != nil {
		t.Fatal(err)
	}
	b, err := e.Measure()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Exact(a, b, SquaredDistance(p.Chart))
	if err != nil {
		t.Fatal(err)
	}
	if !(math.Abs(plan.Cost-e.SquaredDistance()) <= 1e-11) {
		t.Fatalf("case %d: W² = %g, the plan costs %g", k, plan.Cost, e.SquaredDistance())
	}
}

// As ε falls the entropic step on the same points comes to the exact one.
func TestCloudComesToExactStep(t *testing.T) {
	p := JKO{Energy: landscape.Himmelblau{}, Chart: geometry.NewTanh(0.25, 0.25), Temperature: 25, Step: 5e-3}
	m := scatter(rand.New(rand.NewPCG(22, 1)), 25)
	e, err := p.ExactStep(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Step(); err != nil {
		t.Fatal(err)
	}
	last := math.Inf(1)
	for _, eps := range []float64{0.1, 0.03, 0.01, 3e-3, 1e-3, 1e-4} {
		p.Epsilon = eps
		c, err := p.Cloud(m, stay)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Step(); err != nil {
			t.Fatal(eps, err)
		}
		l1 := 0.0
		for i, w := range c.Weights() {
			l1 += math.Abs(w - e.Weights()[i])
		}
		if !(l1 < last) {
			t.Errorf("ε = %g: distance %g after %g", eps, l1, last)
		}
		last = l1
	}
	if !(last < 2e-3) {
		t.Errorf("at ε = 1e-4 the distance is %g", last)
	}
}

// The order of the points means nothing.
func TestExactStepPermuted(t *testing.T) {
	for k := range trials.Of(t, 60) {
		p, m, v := anyExact(k, 40)
		order := rand.New(rand.NewPCG(23, uint64(k))).Perm(m.Len())
		var turned []float64
		if v != nil {
			for _, i := range order {
				turned = append(turned, v[i])
			}
		}
		a, b := must(p.ExactStep(m, v)), must(p.ExactStep(m.Permuted(order), turned))
		for _, r := range []Recursion{a, b} {
			for _, err := range r.Steps(3) {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		for j, i := range order {
			if !(math.Abs(a.Weights()[i]-b.Weights()[j]) <= 1e-10) {
				t.Errorf("case %d: weight %d is %g, permuted %g", k, i, a.Weights()[i], b.Weights()[j])
			}
		}
	}
}

// After every pivot the flows are a coupling: not negative, with the masses of the
// sources.
func TestForestKeepsMass(t *testing.T) {
	for k := range trials.Of(t, 60) {
		p, m, v := anyExact(k, 25)
		e := must(p.ExactStep(m, v))
		n := m.Len()
		q := newForest(e.w)
		for i, from := range q.source {
			for j := range n {
				q.c[i*n+j] = e.cost.At(from, j) / (2 * p.Step * p.Temperature)
			}
		}
		for j, f := range e.f {
			q.phi[j] = f/p.Temperature - math.Log(e.v[j])
		}
		check := func() {
			rows := make([]float64, len(q.p))
			for _, d := range q.edges {
				if rows[d.i] += d.flow; !(d.flow >= -1e-14) {
					t.Fatalf("case %d: an edge carries %g", k, d.flow)
				}
			}
			for i, r := range rows {
				if !(math.Abs(r-q.p[i]) <= 1e-12) {
					t.Fatalf("case %d: source %d sends %g of %g", k, i, r, q.p[i])
				}
			}
		}
		q.start()
		for range 100 * n {
			q.grow()
			q.settle()
			cut := q.step()
			check()
			if cut {
				continue
			}
			i, j, _ := q.cheapest()
			if i < 0 {
				break
			}
			q.enter(i, j)
			check()
		}
	}
}
