package wasserstein

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/internal/oracle"
)

const entropic = "testdata/entropic.json"

// As ε falls the cost comes to W_G² exponentially fast and the value linearly,
// with the slope 2 KL(M ‖ a bᵀ) of the optimal coupling, which is the only one.
func TestEntropicComesToExact(t *testing.T) {
	for _, r := range oracle.Load(t, entropic, "hf-ot-") {
		a, b := cloud(t, r, "X", "wx"), cloud(t, r, "Y", "wy")
		c := SquaredDistance(geometry.NewTanh(r.Ins("beta")...))
		exact := must(Exact(a, b, c))
		kl := 0.0
		for _, p := range exact.M.Pairs() {
			kl += p.Mass * math.Log(p.Mass/(a.W[p.From]*b.W[p.To]))
		}
		last := math.Inf(1)
		for _, eps := range []float64{0.04, 0.02, 0.01, 0.005, 1e-3, 1e-4} {
			s := must(Sinkhorn(a, b, c, eps, &Settings{Tolerance: 1e-11}))
			over := s.Cost - exact.Cost
			linear := s.Value - exact.Cost - 2*eps*kl
			if !(over >= -1e-12 && over <= last*0.7+1e-11) {
				t.Errorf("%s: ε = %v: the cost is above W² by %.3g, after %.3g", r.ID, eps, over, last)
			}
			if !(linear <= 1e-12) {
				t.Errorf("%s: ε = %v: the value is above the line by %.3g", r.ID, eps, linear)
			}
			last = over
			if eps > 1e-4 {
				continue
			}
			r.Close(t, "W2sq", []float64{s.Cost}, 1e-9, true)
			if !(math.Abs(linear) <= 1e-9) {
				t.Errorf("%s: ε = %v: the value misses W² + 2ε KL by %.3g", r.ID, eps, linear)
			}
			plan := s.Plan()
			for i, row := range r.Expected["plan"].([]any) {
				one := oracle.Record{ID: r.ID, Expected: map[string]any{"row": row}}
				one.Close(t, "row", plan.RawRowView(i), 1e-8, false)
			}
		}
	}
}

// normal returns the normal law on a line as a measure on equal cells.
func normal(mean, deviation float64) *Measure {
	const n = 241
	x, w := mat.NewDense(n, 1, nil), make([]float64, n)
	for i := range n {
		v := -6 + 12*float64(i)/(n-1)
		x.Set(i, 0, v)
		w[i] = math.Exp(-(v - mean) * (v - mean) / (2 * deviation * deviation))
	}
	return must(Normalized(x, w))
}

// Between normal laws the value is known (Janati, Muzellec, Peyré, Cuturi 2020):
// with A, B the variances and D = √(4AB + ε²),
//
//	(a - b)² + A + B - D + ε (1 - log 2ε) + ε log(D + ε).
func TestEntropicBetweenNormals(t *testing.T) {
	value := func(d, s, r, eps float64) float64 {
		root := math.Sqrt(4*s*s*r*r + eps*eps)
		return d*d + s*s + r*r - root + eps*(1-math.Log(2*eps)) + eps*math.Log(root+eps)
	}
	a, b := normal(-0.3, 0.4), normal(0.5, 0.55)
	for _, eps := range []float64{3, 0.5, 0.1, 0.04} {
		s := must(Sinkhorn(a, b, SquaredEuclidean(), eps, nil))
		want := value(0.8, 0.4, 0.55, eps)
		if !(math.Abs(s.Value-want) <= 1e-9) {
			t.Errorf("ε = %v: value %.12f, want %.12f", eps, s.Value, want)
		}
		d := must(Divergence(a, b, SquaredEuclidean(), eps, nil))
		want -= (value(0, 0.4, 0.4, eps) + value(0, 0.55, 0.55, eps)) / 2
		if !(math.Abs(d-want) <= 1e-9) {
			t.Errorf("ε = %v: divergence %.12f, want %.12f", eps, d, want)
		}
	}
}

// By the fixed point itself, written down once more without absorption,
// relaxation, or levels of ε.
func TestSinkhornAgainstPlainIteration(t *testing.T) {
	a, b, _ := anyProblem(7, 9)
	c := CostMatrix(SquaredEuclidean(), a, b)
	const eps = 0.05
	y, z := make([]float64, a.Len()), make([]float64, b.Len())
	fill(z, 1)
	gamma := func(i, j int) float64 { return math.Exp(-c.At(i, j) / (2 * eps)) }
	for range 5000 {
		for i := range y {
			s := 0.0
			for j := range z {
				s += gamma(i, j) * z[j]
			}
			y[i] = a.W[i] / s
		}
		for j := range z {
			s := 0.0
			for i := range y {
				s += gamma(i, j) * y[i]
			}
			z[j] = b.W[j] / s
		}
	}
	for name, set := range map[string]*Settings{"default": nil, "plain": {Relaxation: 1, Scaling: 1}, "levels": {Scaling: 0.5}, "relaxed": {Relaxation: 1.3}} {
		r := must(Sinkhorn(a, b, SquaredEuclidean(), eps, set))
		plan := r.Plan()
		ly, lz := r.LogScalings()
		for i := range y {
			for j := range z {
				want := y[i] * gamma(i, j) * z[j]
				if !(math.Abs(plan.At(i, j)-want) <= 1e-9) || !(math.Abs(math.Exp(ly[i]+lz[j])*gamma(i, j)-want) <= 1e-9) {
					t.Errorf("%s: M[%d, %d] = %v, want %v", name, i, j, plan.At(i, j), want)
				}
			}
		}
		if kl, want := r.Divergence(), klToProduct(plan, a, b); !(math.Abs(kl-want) <= 1e-8) {
			t.Errorf("%s: KL is %v, want %v", name, kl, want)
		}
	}
}

func klToProduct(m *mat.Dense, a, b *Measure) (kl float64) {
	for i, u := range a.W {
		for j, v := range b.W {
			if p := m.At(i, j); p > 0 {
				kl += p * math.Log(p/(u*v))
			}
		}
	}
	return kl
}

// A start near the solution saves iterations, and does not change it; relaxation
// saves them too.
func TestWarmStartAndRelaxation(t *testing.T) {
	a, b := UniformMeasure(sprinkled(1, 90, 2)), UniformMeasure(sprinkled(2, 70, 2))
	c := SquaredDistance(cubeChart)
	const eps = 0.01
	cold := must(Sinkhorn(a, b, c, eps, nil))
	near := must(Sinkhorn(a, b, c, eps*1.02, nil))
	warm := must(Sinkhorn(a, b, c, eps, &Settings{Start: near}))
	plain := must(Sinkhorn(a, b, c, eps, &Settings{Relaxation: 1}))
	if !(4*warm.Iterations <= 3*cold.Iterations) || !(3*cold.Iterations <= 2*plain.Iterations) {
		t.Errorf("%d iterations from a warm start, %d from a cold one, %d without relaxation", warm.Iterations, cold.Iterations, plain.Iterations)
	}
	for name, r := range map[string]*SinkhornResult{"warm": warm, "plain": plain} {
		if !(math.Abs(r.Value-cold.Value) <= 1e-12) {
			t.Errorf("%s: value %v, want %v", name, r.Value, cold.Value)
		}
	}
	again := must(Sinkhorn(a, b, c, eps, &Settings{Start: cold}))
	if again.Iterations > 2 {
		t.Errorf("%d iterations from the solution", again.Iterations)
	}
}

// ε = 1e-4 gives numbers, not NaN, where Γ underflows in nearly every entry.
func TestSmallEpsilon(t *testing.T) {
	a, b := UniformMeasure(sprinkled(3, 60, 2)), UniformMeasure(sprinkled(4, 50, 2))
	c := SquaredDistance(geometry.NewTanh(0.25, 0.25))
	exact := must(Exact(a, b, c))
	s, err := Sinkhorn(a, b, c, 1e-4, &Settings{Tolerance: 1e-7})
	if err != nil {
		t.Fatal(err)
	}
	entropy := 2e-4 * math.Log(50) // KL(M ‖ a bᵀ) is at most log of the points
	if !(s.Value >= exact.Cost && s.Value <= exact.Cost+entropy) || !s.finite() {
		t.Errorf("value %v, exact %v", s.Value, exact.Cost)
	}
	if err := CheckCoupling(s.Plan(), a, b, 1e-7); err != nil {
		t.Error(err)
	}
}

func TestSinkhornRefusals(t *testing.T) {
	a, b := UniformMeasure(sprinkled(1, 30, 2)), UniformMeasure(sprinkled(2, 30, 2))
	c := SquaredDistance(cubeChart)
	outside := &Measure{X: mat.NewDense(1, 2, []float64{0.5, 1.5}), W: []float64{1}}
	many := UniformMeasure(mat.NewDense(mostDense+1, 1, nil))
	for name, run := range map[string]struct {
		do   func() (*SinkhornResult, error)
		want error
		text string
	}{
		"ε = 0":   {func() (*SinkhornResult, error) { return Sinkhorn(a, b, c, 0, nil) }, ErrEpsilon, "give ε > 0"},
		"ε = NaN": {func() (*SinkhornResult, error) { return Sinkhorn(a, b, c, math.NaN(), nil) }, ErrEpsilon, "ε = NaN"},
		"ε tiny":  {func() (*SinkhornResult, error) { return Sinkhorn(a, b, c, 1e-310, nil) }, ErrEpsilon, "1/(2ε) is a number"},
		"ε huge":  {func() (*SinkhornResult, error) { return Sinkhorn(a, b, c, 1e308, nil) }, ErrEpsilon, "at most 1e300"},
		"many":    {func() (*SinkhornResult, error) { return Sinkhorn(many, many, SquaredEuclidean(), 1, nil) }, ErrSize, "low-rank kernel"},
		"self":    {func() (*SinkhornResult, error) { return SelfSinkhorn(many, SquaredEuclidean(), 1, nil) }, ErrSize, "take 3.2 GB"},
		"negative weight": {func() (*SinkhornResult, error) {
			return Sinkhorn(a, &Measure{X: b.X, W: make([]float64, 30)}, c, 1, nil)
		}, ErrZero, "weight 0"},
		"empty":     {func() (*SinkhornResult, error) { return Sinkhorn(a, nil, c, 1, nil) }, ErrEmpty, "at least one point"},
		"outside":   {func() (*SinkhornResult, error) { return Sinkhorn(a, outside, c, 1, nil) }, ErrCost, "from point 0 to point 0"},
		"dimension": {func() (*SinkhornResult, error) { return Sinkhorn(a, b, SquaredDistance(geometry.NewTanh(1)), 1, nil) }, ErrDimension, "dimension"},
		"self ε":    {func() (*SinkhornResult, error) { return SelfSinkhorn(a, c, -1, nil) }, ErrEpsilon, "ε = -1"},
	} {
		if r, err := run.do(); !errors.Is(err, run.want) || r != nil || !strings.Contains(err.Error(), run.text) {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
}

// What is not converged is an error, with the result that was reached.
func TestNeverUnconverged(t *testing.T) {
	a, b := UniformMeasure(sprinkled(1, 30, 2)), UniformMeasure(sprinkled(2, 30, 2))
	c := SquaredDistance(cubeChart)
	for name, run := range map[string]struct {
		set  Settings
		want error
	}{
		"few iterations": {Settings{MaxIterations: 3}, ErrNotConverged},
		"on a level":     {Settings{MaxIterations: 3, Scaling: 0.9}, ErrNotConverged},
		"below rounding": {Settings{Tolerance: 1e-18}, ErrTolerance},
	} {
		r, err := Sinkhorn(a, b, c, 0.003, &run.set)
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, run.want) || r == nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !(e.MarginalError > run.set.Tolerance && e.MarginalError == r.MarginalError) || e.Iterations != r.Iterations || !r.finite() {
			t.Errorf("%s: %+v", name, e)
		}
		for _, part := range []string{"marginal error", "iterations", "ε = 0.", "raise ε"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q says nothing of %q", name, err, part)
			}
		}
	}
	// The exponents of ε = 1e-7 are 1e7, whose rounding alone is 1e-9.
	one, two := UniformMeasure(points(2, 1, 0.1, 0.7)), UniformMeasure(points(2, 1, 0.3, 0.9))
	r, err := Sinkhorn(one, two, SquaredEuclidean(), 1e-7, &Settings{Tolerance: 1e-12})
	if !errors.Is(err, ErrTolerance) || r == nil || !(r.MarginalError < 1e-7) {
		t.Errorf("rounding: %v", err)
	}
}

// ExampleSinkhorn compares entropic transport with exact transport.
func ExampleSinkhorn() {
	a, _ := NewMeasure(mat.NewDense(3, 1, []float64{0.1, 0.4, 0.8}), []float64{0.2, 0.5, 0.3})
	b, _ := NewMeasure(mat.NewDense(3, 1, []float64{0.2, 0.6, 0.95}), []float64{0.4, 0.4, 0.2})
	c := SquaredDistance(geometry.NewTanh(0.25))
	for _, eps := range []float64{0.1, 0.01, 0.001} {
		r, err := Sinkhorn(a, b, c, eps, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		d, _ := Divergence(a, b, c, eps, nil)
		fmt.Printf("ε = %-5v  cost %.6f  value %.6f  divergence %.6f\n", eps, r.Cost, r.Value, d)
	}
	exact, _ := Exact(a, b, c)
	fmt.Printf("exact      cost %.6f\n", exact.Cost)
	// Output:
	// ε = 0.1    cost 0.170038  value 0.274076  divergence 0.075130
	// ε = 0.01   cost 0.168775  value 0.179325  divergence 0.158479
	// ε = 0.001  cost 0.168775  value 0.169830  divergence 0.167746
	// exact      cost 0.168775
}

// Lowering ε keeps the potentials, not the scalings.
func TestLoweringKeepsPotentials(t *testing.T) {
	a, b := UniformMeasure(sprinkled(1, 12, 2)), UniformMeasure(sprinkled(2, 9, 2))
	from, most, err := costRows(SquaredEuclidean(), a, b)
	if err != nil {
		t.Fatal(err)
	}
	s := newSolver(from, logs(a.W), logs(b.W), most, 0.01, (*Settings)(nil).defaults())
	s.eps = 0.3
	s.begin(nil)
	if err := s.level(1e-6); err != nil {
		t.Fatal(err)
	}
	before := s.side[1].potentials(s.eps)
	s.lower(0.11)
	for j, g := range s.side[1].potentials(s.eps) {
		if !(math.Abs(g-before[j]) <= 1e-13) || math.Abs(g) < 1e-4 {
			t.Errorf("potential %d is %v, was %v", j, g, before[j])
		}
	}
}

// A relaxed update of one scaling, δ from where its marginal holds, raises the dual
// value by w (ωδ + exp(-δ) - exp((ω-1)δ)): positive as far as relax goes.
func TestRelaxedUpdatesRaiseTheDual(t *testing.T) {
	for omega := 1.005; omega < 1.993; omega += 0.005 {
		far := farFrom(omega)
		for k := range 400 {
			delta := far - float64(k)*0.02
			if rise := omega*delta + math.Exp(-delta) - math.Exp((omega-1)*delta); math.Abs(delta) > 1e-3 && !(rise > 0) {
				t.Fatalf("ω = %v, δ = %v: the dual value rises by %v", omega, delta, rise)
			}
		}
		if beyond := 2 * far; far < 0.1 && !(omega*beyond+math.Exp(-beyond)-math.Exp((omega-1)*beyond) < 0) {
			t.Errorf("ω = %v: twice as far would do too", omega)
		}
	}
}

// The value is the dual one of any potentials, also of those that are not yet good.
func TestValueIsDual(t *testing.T) {
	a, b, _ := anyProblem(7, 9)
	r, err := Sinkhorn(a, b, SquaredEuclidean(), 0.05, &Settings{MaxIterations: 2, Scaling: 1, Relaxation: 1.5})
	if !errors.Is(err, ErrNotConverged) {
		t.Fatal(err)
	}
	value := -2 * r.Epsilon * (r.Mass - 1)
	for i, f := range r.F {
		value += f * a.W[i]
	}
	for j, g := range r.G {
		value += g * b.W[j]
	}
	if !(math.Abs(r.Value-value) <= 1e-14) || math.Abs(r.Mass-1) < 1e-6 {
		t.Errorf("value %v, want %v; mass %v", r.Value, value, r.Mass)
	}
	rows, columns := 0.0, 0.0
	for i, m := range r.Rows() {
		rows += math.Abs(m - a.W[i])
	}
	for j, m := range r.Columns() {
		columns += math.Abs(m - b.W[j])
	}
	if want := (rows + columns) / r.Mass; !(math.Abs(r.MarginalError-want) <= 1e-12) || rows < 1e-6 || columns < 1e-6 {
		t.Errorf("marginal error %v, want %v: %v of the rows, %v of the columns", r.MarginalError, want, rows, columns)
	}
}

// An error that is small and stays is rounding; one that falls, or is large, is not.
func TestStall(t *testing.T) {
	for name, c := range map[string]struct {
		first, factor float64
		want          bool
	}{"stays": {3e-13, 1, true}, "falls": {9e-12, 0.97, false}, "large": {1e-10, 1, false}} {
		var s stall
		got := false
		for n, err := 0, c.first; n < 1000; n, err = n+1, err*c.factor {
			got = got || s.observe(err)
		}
		if got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
