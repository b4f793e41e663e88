package wasserstein

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/internal/oracle"
	"hopflow/internal/trials"
	"hopflow/lyapunov/landscape"
)

// The proximal step of the paper is the semi-relaxed problem: its weights and its
// least value, with v the cell volumes of one record.
func TestProximalStepIsSemiRelaxed(t *testing.T) {
	for _, r := range oracle.Load(t, entropic, "hf-jko-") {
		old, next := cloud(t, r, "X_prev", "rho_prev"), cloud(t, r, "X_new", "rho_prev")
		costs := CostMatrix(SquaredDistance(geometry.NewTanh(r.Ins("beta")...)), old, next)
		temperature, h, eps := r.In("T"), r.In("h"), r.In("eps")
		logq := make([]float64, next.Len())
		for j := range logq {
			logq[j] = -landscape.Himmelblau{}.Value(next.Point(j)) / temperature
			if r.Inputs["v"] != nil {
				logq[j] += math.Log(r.Ins("v")[j])
			}
		}
		s, err := UnbalancedLog(logs(old.W), logq, costs, eps, SemiRelaxed(h*temperature), &Settings{Tolerance: 1e-13})
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "rho", s.Columns(), 1e-12, true)
		// Half the value, with ⟨M, log M⟩ for ⟨M, log M - 1⟩, and Σ r log(r/q) for KL.
		objective := s.Value/2 + eps*s.Mass + h*temperature*(s.Mass-masses(logq))
		r.Close(t, "objective", []float64{objective}, 1e-12, false)
		if r.ID != "hf-jko-04" {
			continue
		}
		q := make([]float64, len(logq))
		for j, l := range logq {
			q[j] = math.Exp(l)
		}
		same := must(Unbalanced(old.W, q, costs, eps, SemiRelaxed(h*temperature), nil))
		if !(math.Abs(same.Value-s.Value) <= 1e-9) {
			t.Errorf("weights give %v, their logarithms %v", same.Value, s.Value)
		}
	}
}

// value returns twice the objective of Unbalanced for any matrix.
func unbalancedValue(m, c *mat.Dense, p, q []float64, eps float64, l Penalties) (v float64) {
	rows, columns := make([]float64, len(p)), make([]float64, len(q))
	for i := range p {
		for j := range q {
			x := m.At(i, j)
			v += c.At(i, j)*x + 2*eps*(x*math.Log(x)-x)
			rows[i] += x
			columns[j] += x
		}
	}
	kl := func(lambda float64, got, want []float64) {
		for i, r := range got {
			if !math.IsInf(lambda, 1) {
				v += 2 * lambda * (r*math.Log(r/want[i]) - r + want[i])
			}
		}
	}
	kl(l.A, rows, p)
	kl(l.B, columns, q)
	return v
}

// The value is that of the matrix, no change of an entry lowers it, and it is
// that of the iteration written down once more.
func TestUnbalancedIsMinimal(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for k := range trials.Of(t, 60) {
		n, m := 1+rng.IntN(6), 1+rng.IntN(6)
		c := mat.NewDense(n, m, nil)
		c.Apply(func(_, _ int, _ float64) float64 { return rng.ExpFloat64() }, c)
		p, q := make([]float64, n), make([]float64, m)
		for i := range p {
			p[i] = 3 * rng.ExpFloat64()
		}
		for j := range q {
			q[j] = rng.ExpFloat64()
		}
		eps := math.Pow(10, -2*rng.Float64())
		l := Penalties{math.Pow(10, 1-2*rng.Float64()), math.Pow(10, 1-2*rng.Float64())}
		r, err := Unbalanced(p, q, c, eps, l, &Settings{Tolerance: 1e-11})
		if err != nil {
			t.Fatalf("case %d: %v", k, err)
		}
		plan := r.Plan()
		value := unbalancedValue(plan, c, p, q, eps, l)
		if !(math.Abs(r.Value-value) <= 1e-9*(1+math.Abs(value))) {
			t.Fatalf("case %d: value %v, that of the matrix is %v", k, r.Value, value)
		}
		for i := range n {
			for j := range m {
				x := plan.At(i, j)
				for _, f := range []float64{0.9, 1.1} {
					plan.Set(i, j, f*x)
					if v := unbalancedValue(plan, c, p, q, eps, l); !(v > value-1e-10*(1+math.Abs(value))) {
						t.Fatalf("case %d: %v times entry %d, %d lowers the value by %.3g", k, f, i, j, value-v)
					}
				}
				plan.Set(i, j, x)
			}
		}
	}
}

// Stiff penalties come to the marginals, as 1/λ.
func TestStiffPenaltiesHoldMarginals(t *testing.T) {
	a, b := UniformMeasure(sprinkled(1, 9, 2)), UniformMeasure(sprinkled(2, 8, 2))
	c := CostMatrix(SquaredDistance(cubeChart), a, b)
	const eps = 0.05
	hard := must(Unbalanced(a.W, b.W, c, eps, Penalties{math.Inf(1), math.Inf(1)}, nil))
	same := must(Sinkhorn(a, b, SquaredDistance(cubeChart), eps, nil))
	if !(math.Abs(hard.Cost-same.Cost) <= 1e-8) || !(mat.Norm(subtract(hard.Plan(), same.Plan()), 1) <= 1e-8) {
		t.Errorf("infinite penalties give the cost %v, Sinkhorn %v", hard.Cost, same.Cost)
	}
	last := 0.0
	for _, lambda := range []float64{10, 100, 1000} {
		r := must(Unbalanced(a.W, b.W, c, eps, Penalties{lambda, lambda}, nil))
		miss := 0.0
		for i, m := range r.Rows() {
			miss += math.Abs(m - a.W[i])
		}
		if last > 0 && !(last/miss > 6 && last/miss < 14) {
			t.Errorf("λ = %v: the rows miss by %.3g, after %.3g for a tenth of it", lambda, miss, last)
		}
		last = miss
		semi := must(Unbalanced(a.W, b.W, c, eps, SemiRelaxed(lambda), nil))
		if r.Iterations > 100 || semi.Iterations > 100 || !(math.Abs(semi.Mass-1) <= 1e-9) {
			t.Errorf("λ = %v: %d iterations, %d semi-relaxed with the mass %v", lambda, r.Iterations, semi.Iterations, semi.Mass)
		}
	}
}

func subtract(a, b *mat.Dense) *mat.Dense {
	var d mat.Dense
	d.Sub(a, b)
	return &d
}

func TestUnbalancedRefusals(t *testing.T) {
	c := mat.NewDense(2, 2, []float64{0, 1, 1, 0})
	two, inf := []float64{1, 2}, math.Inf(1)
	for name, run := range map[string]struct {
		p, q []float64
		c    *mat.Dense
		eps  float64
		l    Penalties
		want error
	}{
		"λ = 0":         {two, two, c, 1, Penalties{0, 1}, ErrPenalty},
		"λ = NaN":       {two, two, c, 1, SemiRelaxed(math.NaN()), ErrPenalty},
		"negative":      {[]float64{1, -1}, two, c, 1, SemiRelaxed(1), ErrWeight},
		"zero":          {two, []float64{0, 1}, c, 1, SemiRelaxed(1), ErrZero},
		"infinite":      {two, []float64{inf, 1}, c, 1, SemiRelaxed(1), ErrWeight},
		"empty":         {nil, two, c, 1, SemiRelaxed(1), ErrEmpty},
		"ε":             {two, two, c, 0, SemiRelaxed(1), ErrEpsilon},
		"cost":          {two, two, mat.NewDense(2, 2, []float64{0, inf, 1, 0}), 1, SemiRelaxed(1), ErrCost},
		"masses differ": {two, []float64{1, 1}, c, 1, Penalties{inf, inf}, ErrMass},
	} {
		if r, err := Unbalanced(run.p, run.q, run.c, run.eps, run.l, nil); !errors.Is(err, run.want) || r != nil {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
	r, err := Unbalanced(two, two, c, 0.01, SemiRelaxed(100), &Settings{MaxIterations: 2})
	if !errors.Is(err, ErrNotConverged) || r == nil {
		t.Errorf("two iterations: %v", err)
	}
}

// ExampleUnbalanced takes one proximal step of a weighted cloud.
func ExampleUnbalanced() {
	old := UniformMeasure(mat.NewDense(3, 2, []float64{0.2, 0.3, 0.5, 0.6, 0.8, 0.4}))
	next := UniformMeasure(mat.NewDense(3, 2, []float64{0.22, 0.28, 0.47, 0.63, 0.81, 0.45}))
	c := CostMatrix(SquaredDistance(geometry.NewTanh(0.25, 0.25)), old, next)
	const temperature, h, eps = 25, 1e-4, 0.1
	q := make([]float64, next.Len())
	for j := range q {
		q[j] = math.Exp(-landscape.Himmelblau{}.Value(next.Point(j)) / temperature)
	}
	r, err := Unbalanced(old.W, q, c, eps, SemiRelaxed(h*temperature), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.6f in %d iterations\n", r.Columns(), r.Iterations)
	// Output:
	// [0.334212 0.317681 0.348108] in 9 iterations
}

// Logarithms far below those of any weight: where the first marginal holds, a
// constant in the second's changes nothing, and the value by 2λ times what KL says.
func TestUnbalancedOfColdWeights(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	for k := range trials.Of(t, 40) {
		n, m := 1+rng.IntN(5), 1+rng.IntN(5)
		c := mat.NewDense(n, m, nil)
		c.Apply(func(_, _ int, _ float64) float64 { return rng.ExpFloat64() }, c)
		logp, logq, cold := make([]float64, n), make([]float64, m), make([]float64, m)
		for i := range logp {
			logp[i] = rng.NormFloat64()
		}
		drop := -1000 * (1 + 4*rng.Float64())
		for j := range logq {
			logq[j] = -300 * rng.Float64()
			cold[j] = logq[j] + drop
		}
		eps, lambda := math.Pow(10, -2*rng.Float64()), math.Pow(10, 1-2*rng.Float64())
		set := &Settings{Tolerance: 1e-7}
		r, err := UnbalancedLog(logp, logq, c, eps, SemiRelaxed(lambda), set)
		if err != nil {
			t.Fatalf("case %d: %v", k, err)
		}
		s, err := UnbalancedLog(logp, cold, c, eps, SemiRelaxed(lambda), set)
		if err != nil {
			t.Fatalf("case %d, %v colder: %v", k, -drop, err)
		}
		if s.Iterations > r.Iterations+5 {
			t.Errorf("case %d: %d iterations, %v colder %d", k, r.Iterations, -drop, s.Iterations)
		}
		for j, want := range r.Columns() {
			if got := s.Columns()[j]; !(math.Abs(got-want) <= 1e-5*r.Mass) {
				t.Fatalf("case %d: column %d is %v, %v colder %v", k, j, want, -drop, got)
			}
		}
		want := r.Value - 2*lambda*(r.Mass*drop+masses(logq))
		if !(math.Abs(s.Value-want) <= 1e-6*math.Abs(want)) {
			t.Fatalf("case %d: value %v, want %v", k, s.Value, want)
		}
	}
	inf, c := math.Inf(1), mat.NewDense(2, 2, []float64{0, 1, 1, 0})
	for name, run := range map[string]struct {
		p    []float64
		l    Penalties
		want error
	}{
		"no weight, to hold":    {[]float64{0, -2000}, Penalties{inf, 1}, ErrZero},
		"no weight, both hold":  {[]float64{-2000, -2000}, Penalties{inf, inf}, ErrZero},
		"more than any weight":  {[]float64{0, 800}, Penalties{1, 1}, ErrWeight},
		"not a number":          {[]float64{math.NaN(), 0}, Penalties{1, 1}, ErrWeight},
		"no mass in the result": {[]float64{-2000, -2000}, Penalties{1, 1}, ErrTolerance},
	} {
		if _, err := UnbalancedLog(run.p, []float64{0, 0}, c, 0.1, run.l, nil); !errors.Is(err, run.want) {
			t.Errorf("%s: %v, want %v", name, err, run.want)
		}
	}
}

// Weights that differ by more than any number, where each row can reach one column
// only: the first marginal decides, and no scaling is lost.
func TestUnbalancedOfWideWeights(t *testing.T) {
	p, logq := []float64{0.2, 0.5, 0.3}, []float64{0, -2500, -900}
	c := mat.NewDense(3, 3, []float64{0, 1e6, 1e6, 1e6, 0, 1e6, 1e6, 1e6, 0})
	r, err := UnbalancedLog(logs(p), logq, c, 0.01, SemiRelaxed(10), nil)
	if err != nil {
		t.Fatal(err)
	}
	value := 2 * 10 * masses(logq)
	for j, want := range p {
		if got := r.Columns()[j]; !(math.Abs(got-want) <= 1e-8) {
			t.Errorf("column %d is %v, want %v", j, got, want)
		}
		value += 2*0.01*want*(math.Log(want)-1) + 2*10*want*(math.Log(want)-logq[j]-1)
	}
	if !(math.Abs(r.Value-value) <= 1e-8*value) {
		t.Errorf("value %v, want %v", r.Value, value)
	}
}
