package wasserstein

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/lyapunov/activation"
)

func TestCosts(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	cube := anyMeasure(rng, 9, 2, 0)
	angles, err := cube.Push(2, func(dst, x []float64) { dst[0], dst[1] = 0.2+2.6*x[0], 6*x[1] })
	if err != nil {
		t.Fatal(err)
	}
	inner, err := cube.Push(2, func(dst, x []float64) { dst[0], dst[1] = 0.02+0.4*x[0], 0.02+0.5*x[1] })
	if err != nil {
		t.Fatal(err)
	}
	labels, err := Labels(cube.W)
	if err != nil {
		t.Fatal(err)
	}
	table, err := NewTable(CostMatrix(SquaredEuclidean(), cube, cube))
	if err != nil {
		t.Fatal(err)
	}
	line, err := cube.Push(1, func(dst, x []float64) { dst[0] = x[0] })
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		cost Cost
		on   *Measure
	}{
		"tanh":      {SquaredDistance(geometry.NewTanh(0.7, 1.3)), cube},
		"separable": {SquaredDistance(geometry.NewSeparable(activation.NewTanh(0.7), activation.NewTanh(0.4))), cube},
		"euclidean": {SquaredEuclidean(), cube},
		"sphere":    {SquaredOf(geometry.NewSphere(2).Distance), angles},
		"simplex":   {SquaredOf(geometry.NewSimplex(3).Distance), inner},
		"table":     {table, labels},
		"line":      {Convex{H: func(d float64) float64 { return d * d }, Theta: math.Sqrt}, line},
	} {
		if err := CheckCost(c.cost, c.on); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		cost Cost
		text string
	}{
		"not a square": {CostFunc(func(x, y []float64) float64 { return math.Pow(math.Hypot(x[0]-y[0], x[1]-y[1]), 3) }), "square of a distance"},
		"one way":      {CostFunc(func(x, y []float64) float64 { return math.Abs(x[0]-y[0]) * (1 + max(0, x[0]-y[0])) }), "back"},
		"itself":       {CostFunc(func(x, y []float64) float64 { return 1 }), "to itself"},
		"negative":     {CostFunc(func(x, y []float64) float64 { return -1 }), "from point 0 to point 0 it is -1"},
	} {
		if err := CheckCost(c.cost, cube); err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v, want %q", name, err, c.text)
		}
	}
}

// The closed form at a generic point, with β that are neither 1 nor 1/4 and
// unequal; as printed, ⊘ β in place of ⊘ √β, it misses.
func TestSquaredDistance(t *testing.T) {
	x, y := []float64{0.2, 0.9}, []float64{0.6, 0.35}
	got := SquaredDistance(geometry.NewTanh(0.25, 1.7)).Between(x, y)
	if want := 0.967983366099 * 0.967983366099; math.Abs(got-want) > 3e-12 {
		t.Errorf("d² = %.15g, want %.15g", got, want)
	}
	if printed := 1.728133 * 1.728133; math.Abs(got-printed) < 1 {
		t.Errorf("d² = %.15g is what [HF] (30) prints", got)
	}
}

func TestCostErrors(t *testing.T) {
	a, b := UniformMeasure(points(2, 1, 0.2, 0.7)), UniformMeasure(points(2, 1, 0.4, 1.5))
	tanh := geometry.NewTanh(0.7)
	plane := UniformMeasure(points(2, 2, 0.2, 0.7, 0.1, 0.2))
	wall, err := Labels([]float64{0.5, 0.5})
	if err != nil {
		t.Fatal(err)
	}
	many := UniformMeasure(mat.NewDense(18_000, 2, nil))
	bad := func(v float64) Cost {
		return CostFunc(func(x, y []float64) float64 {
			if x[0] == 0.7 && y[0] == 0.2 {
				return v
			}
			return 1
		})
	}
	for name, c := range map[string]struct {
		a, b   *Measure
		cost   Cost
		reason error
		text   string
	}{
		"outside":     {a, b, SquaredDistance(tanh), ErrCost, "to point 1 it is NaN"},
		"infinite":    {a, a, bad(math.Inf(1)), ErrCost, "from point 1 to point 0 it is +Inf"},
		"negative":    {a, a, bad(-1), ErrCost, "from point 1 to point 0 it is -1"},
		"dimension":   {a, plane, SquaredEuclidean(), ErrDimension, "1 coordinates against 2"},
		"chart":       {plane, plane, SquaredDistance(tanh), ErrDimension, "2 coordinates against 1"},
		"huge":        {a, a, bad(1e308), ErrScale, "divide all by it"},
		"not convex":  {a, a, Convex{H: func(d float64) float64 { return 1 - d*d }}, ErrConvex, "cheaper by 0.5: use Exact"},
		"line -Inf":   {a, a, Convex{H: math.Log}, ErrCost, "it is -Inf"},
		"line < 0":    {a, a, Convex{H: func(d float64) float64 { return d*d - 1 }}, ErrCost, "from point 0 to point 0 it is -1"},
		"line +Inf":   {a, a, Convex{H: func(d float64) float64 { return 1 / d }}, ErrCost, "it is +Inf"},
		"θ NaN":       {b, a, SquaredDistance(tanh), ErrCost, "from point 1 to point 0 it is NaN"},
		"θ +Inf":      {a, a, Convex{H: math.Abs, Theta: func(x float64) float64 { return 1 / (x - 0.7) }}, ErrCost, "from point 1 to point 0 it is +Inf"},
		"empty":       {&Measure{}, a, SquaredEuclidean(), ErrEmpty, "at least one point"},
		"many":        {many, many, SquaredEuclidean(), ErrSize, "take 2.59 GB"},
		"no weight":   {&Measure{X: a.X}, a, SquaredEuclidean(), ErrLength, "0 weights"},
		"nil measure": {a, nil, SquaredEuclidean(), ErrEmpty, "at least one point"},
		"labels":      {wall, plane, &Table{points(2, 2, 0, 1, 1, 0)}, ErrDimension, "1 coordinates against 2"},
	} {
		p, err := Exact(c.a, c.b, c.cost)
		if !errors.Is(err, c.reason) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v, %v, want %v with %q", name, p, err, c.reason, c.text)
		}
		if d, err := W2(c.a, c.b, c.cost); err == nil || !math.IsNaN(d) {
			t.Errorf("%s: W2 = %v, %v", name, d, err)
		}
	}
	for name, m := range map[string]mat.Matrix{"nil": nil, "empty": new(mat.Dense), "NaN": points(1, 2, 0, math.NaN()).T()} {
		if _, err := NewTable(m); err == nil {
			t.Errorf("table of %s: no error", name)
		}
	}
	if _, err := Labels(nil); !errors.Is(err, ErrEmpty) {
		t.Errorf("no labels: %v", err)
	}
}

// Costs given as a matrix, such as the squares of the distances on a ring of
// eight, are transported like any other.
func TestTable(t *testing.T) {
	ring := mat.NewDense(8, 8, nil)
	for i := range 8 {
		for j := range 8 {
			d := math.Abs(float64(i - j))
			d = min(d, 8-d)
			ring.Set(i, j, d*d)
		}
	}
	c, err := NewTable(ring)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Labels([]float64{0.4, 0.1, 0.1, 0.05, 0.05, 0.1, 0.1, 0.1})
	if err != nil {
		t.Fatal(err)
	}
	turned, err := a.Push(1, func(dst, x []float64) { dst[0] = math.Mod(x[0]+7, 8) })
	if err != nil {
		t.Fatal(err)
	}
	p, err := Exact(a, turned, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(a, turned); err != nil {
		t.Error(err)
	}
	// 0.3 goes from 0 to 7, 0.05 from 2 to 3, and 0.05 from 3 to 4: less than
	// 0.05 from 2 to 4, two steps, and less than turning all.
	if math.Abs(p.Cost-0.4) > 1e-15 {
		t.Errorf("W² = %v, want 0.4", p.Cost)
	}
	if err := CheckAxioms(func(a, b *Measure) (float64, error) { return W2(a, b, c) }, []*Measure{a, turned, UniformMeasure(turned.X)}, 1e-9); err != nil {
		t.Error(err)
	}
}
