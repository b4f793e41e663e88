package wasserstein

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/internal/oracle"
	"hopflow/internal/trials"
)

// cloud reads a measure of a record: its points and their weights.
func cloud(t *testing.T, r oracle.Record, points, weights string) *Measure {
	t.Helper()
	rows := r.Inputs[points].([]any)
	var x []float64
	for _, row := range rows {
		one := oracle.Record{ID: r.ID, Inputs: map[string]any{"row": row}}
		x = append(x, one.Ins("row")...)
	}
	m, err := NewMeasure(mat.NewDense(len(rows), len(x)/len(rows), x), r.Ins(weights))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The records' W_G², and their couplings, which are the only optimal ones; by
// every road: the closed form, the flat chart, and on the line both sorting and
// the network simplex method.
func TestRecords(t *testing.T) {
	for _, r := range oracle.Load(t, "testdata/ot.json", "hf-ot-") {
		a, b := cloud(t, r, "X", "wx"), cloud(t, r, "Y", "wy")
		chart := geometry.NewTanh(r.Ins("beta")...)
		ground := SquaredDistance(chart)
		for road, c := range map[string]Cost{"chart": ground, "closed form": unsorted(ground), "distance": SquaredOf(chart.Distance)} {
			p, err := Exact(a, b, c)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Check(a, b); err != nil {
				t.Errorf("%s, %s: %v", r.ID, road, err)
			}
			r.Close(t, "W2sq", []float64{p.Cost}, 1e-15, true)
			for i, row := range r.Expected["plan"].([]any) {
				one := oracle.Record{ID: r.ID, Expected: map[string]any{"row": row}}
				one.Close(t, "row", mat.Row(nil, i, p.M), 1e-15, false)
			}
		}
		w, err := W2(a, b, ground)
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "W2sq", []float64{w * w}, 1e-15, true)
	}
}

// W_G(μ, ν) is the Euclidean W₂ of the measures pushed forward into the flat
// chart.
func TestPushedForward(t *testing.T) {
	for k := range trials.Of(t, 100) {
		rng := rand.New(rand.NewPCG(13, uint64(k)))
		dim := 1 + rng.IntN(3)
		chart := geometry.NewTanh([]float64{0.4, 0.7, 1.9}[:dim]...)
		a, b := anyMeasure(rng, 1+rng.IntN(12), dim, k%5), anyMeasure(rng, 1+rng.IntN(12), dim, k%4)
		want, err := W2(a, b, SquaredOf(chart.Distance))
		if err != nil {
			t.Fatal(err)
		}
		sa, err := a.Push(dim, chart.Theta)
		if err != nil {
			t.Fatal(err)
		}
		sb, err := b.Push(dim, chart.Theta)
		if err != nil {
			t.Fatal(err)
		}
		got, err := W2(sa, sb, SquaredEuclidean())
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got-want) > 1e-13*(1+want) {
			t.Errorf("case %d: W₂ in the chart %.17g, W_G %.17g", k, got, want)
		}
	}
}

// W₂ is a metric on measures: on triples of random ones.
func TestAxioms(t *testing.T) {
	for k := range trials.Of(t, 60) {
		rng := rand.New(rand.NewPCG(14, uint64(k)))
		dim := 1 + rng.IntN(2)
		ms := make([]*Measure, 3)
		for i := range ms {
			ms[i] = anyMeasure(rng, 1+rng.IntN(10), dim, rng.IntN(5))
		}
		for name, c := range map[string]Cost{"W_G": SquaredDistance(geometry.NewTanh([]float64{0.7, 1.3}[:dim]...)), "W2": SquaredEuclidean()} {
			d := func(a, b *Measure) (float64, error) { return W2(a, b, c) }
			if err := CheckAxioms(d, ms, 1e-7); err != nil {
				t.Fatalf("case %d, %s: %v", k, name, err)
			}
		}
	}
}

// What is no metric is found out.
func TestAxiomsFail(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 1))
	ms := []*Measure{anyMeasure(rng, 4, 1, 0), anyMeasure(rng, 3, 1, 0), anyMeasure(rng, 5, 1, 0)}
	square := func(a, b *Measure) (float64, error) {
		p, err := Exact(a, b, SquaredEuclidean())
		if err != nil {
			return 0, err
		}
		return p.Cost * p.Cost, nil
	}
	for name, c := range map[string]struct {
		d    func(a, b *Measure) (float64, error)
		text string
	}{
		"square":   {square, "exceeds the detour"},
		"one way":  {func(a, b *Measure) (float64, error) { return max(0, float64(a.Len()-b.Len())), nil }, "back"},
		"itself":   {func(a, b *Measure) (float64, error) { return 1, nil }, "to itself"},
		"NaN":      {func(a, b *Measure) (float64, error) { return math.NaN(), nil }, "finite number"},
		"order":    {func(a, b *Measure) (float64, error) { return math.Abs(a.W[0] - b.W[0]), nil }, "turned round"},
		"an error": {func(a, b *Measure) (float64, error) { return 0, ErrCost }, "from measure 0 to 0"},
	} {
		if err := CheckAxioms(c.d, ms, 1e-9); err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v, want %q", name, err, c.text)
		}
	}
}

// Check refuses plans that are none, or not optimal.
func TestCheckRefuses(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 1))
	a, b := anyMeasure(rng, 6, 2, 0), anyMeasure(rng, 5, 2, 0)
	good, err := Exact(a, b, SquaredEuclidean())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spoil  func(p *Plan)
		reason error
	}{
		"not optimal": {func(p *Plan) { p.M = Product(a, b) }, ErrSlackness},
		"mass":        {func(p *Plan) { p.M.pairs[2].Mass += 1e-9 }, ErrMarginal},
		"column":      {func(p *Plan) { p.M.pairs[0].To = (p.M.pairs[0].To + 1) % 5 }, ErrMarginal},
		"negative":    {func(p *Plan) { p.M.pairs[0].Mass *= -1 }, ErrNegative},
		"infeasible":  {func(p *Plan) { p.U[3] += 0.1 }, ErrDual},
		"slack":       {func(p *Plan) { p.V[2] -= 0.1 }, ErrSlackness},
		"cost":        {func(p *Plan) { p.Cost *= 0.5 }, ErrGap},
		"NaN":         {func(p *Plan) { p.U[0] = math.NaN() }, ErrDual},
		"shape":       {func(p *Plan) { p.M = Product(b, a) }, ErrLength},
	} {
		p := &Plan{M: newCoupling(6, 5, append([]Pair(nil), good.M.pairs...)), Cost: good.Cost, ground: good.ground,
			U: append([]float64(nil), good.U...), V: append([]float64(nil), good.V...)}
		c.spoil(p)
		var e *CouplingError
		if err := p.Check(a, b); !errors.Is(err, c.reason) || !errors.As(err, &e) || len(e.Error()) < 40 {
			t.Errorf("%s: %v, want %v", name, err, c.reason)
		}
	}
}

// A coupling is a matrix.
func TestCoupling(t *testing.T) {
	want := points(2, 3, 0.1, 0, 0.3, 0, 0.6, 0)
	c, err := NewCoupling(want)
	if err != nil {
		t.Fatal(err)
	}
	if !mat.Equal(c, want) || !mat.Equal(c.Dense(), want) || !mat.Equal(c.T(), want.T()) || len(c.Pairs()) != 3 {
		t.Errorf("got %v", mat.Formatted(c))
	}
	if _, err := NewCoupling(points(1, 2, 0, -1)); !errors.Is(err, ErrNegative) || !strings.Contains(err.Error(), "entry 0, 1") {
		t.Errorf("negative: %v", err)
	}
}

// ExampleExact transports a small cloud and reads the plan.
func ExampleExact() {
	a, _ := NewMeasure(mat.NewDense(3, 1, []float64{0.1, 0.4, 0.8}), []float64{0.2, 0.5, 0.3})
	b, _ := NewMeasure(mat.NewDense(3, 1, []float64{0.2, 0.6, 0.95}), []float64{0.4, 0.4, 0.2})
	plan, err := Exact(a, b, SquaredDistance(geometry.NewTanh(0.25)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("W² = %.12f, proof: %v\n", plan.Cost, plan.Check(a, b))
	for _, p := range plan.M.Pairs() {
		fmt.Printf("%d -> %d  %.1f\n", p.From, p.To, p.Mass)
	}
	// Output:
	// W² = 0.168775332561, proof: <nil>
	// 0 -> 0  0.2
	// 1 -> 0  0.2
	// 1 -> 1  0.3
	// 2 -> 1  0.1
	// 2 -> 2  0.2
}
