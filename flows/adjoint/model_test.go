package adjoint

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hopflow/flows"
	"hopflow/lyapunov/activation"
)

var (
	tanh     = activation.NewTanh(1)
	logistic = activation.Logistic{Rate: 1.3, Center: 0.4}
	// foreign is a function that the package does not know: sinh⁻¹.
	foreign activation.Function = arsinh{}
)

type arsinh struct{}

func (arsinh) Value(u float64) float64   { return math.Asinh(u) }
func (arsinh) Deriv(u float64) float64   { return 1 / math.Sqrt(1+u*u) }
func (arsinh) Inverse(y float64) float64 { return math.Sinh(y) }
func (arsinh) Range() (lo, hi float64)   { return math.Inf(-1), math.Inf(1) }

// networks are of every kind and in every place that a layer can stand in.
func networks() map[string]*Network {
	return map[string]*Network{
		"linear":    Layers(Linear(3, 3)),
		"hopfield":  Layers(Relax(0.7, Affine(3, 3), Activation(tanh))),
		"leak":      Layers(Leak(2.5, Affine(2, 2), Activation(logistic))),
		"residual":  Layers(Residual(Affine(2, 2), Activation(activation.NewArctan(1.7)))),
		"hidden":    Layers(TimeAffine(2, 3), Activation(tanh), Affine(3, 2)),
		"deep":      Layers(Affine(2, 5), Activation(activation.NewAlgebraic(0.8)), Residual(Linear(5, 4), Activation(activation.NewTanh(2)), TimeAffine(4, 5)), Activation(activation.NewRectifier(0.1, 3)), Affine(5, 2)),
		"mixed":     Layers(Affine(4, 4), Activation(tanh, logistic, foreign, activation.NewRectifier(0, 2)), TimeAffine(4, 4)),
		"fixed":     Layers(Activation(tanh, logistic)),
		"nested":    Layers(Relax(2, Leak(3, Residual(Affine(2, 2), Activation(foreign))))),
		"empty":     Layers(Affine(2, 2), Residual(), Leak(4)),
		"first":     Layers(Activation(tanh), Linear(3, 3)),
		"two hands": Layers(Residual(Affine(3, 3)), Activation(tanh), Activation(logistic), Relax(0.3, Affine(3, 3), Activation(logistic))),
	}
}

// logisticEquation is x' = θ x (1 - x) + t, in closed form.
func logisticEquation() Func {
	return Func{
		D: 1, P: 1,
		F: func(dst []float64, t float64, x, th []float64) { dst[0] = th[0]*x[0]*(1-x[0]) + t },
		VJP: func(dx, dth []float64, _ float64, x, th, a []float64) float64 {
			dx[0] += a[0] * th[0] * (1 - 2*x[0])
			dth[0] += a[0] * x[0] * (1 - x[0])
			return a[0]
		},
	}
}

// somewhere returns states at generic points.
func somewhere(rng *rand.Rand, d, n int) []flows.State {
	points := make([]flows.State, n)
	for k := range points {
		points[k] = flows.State{T: rng.NormFloat64(), X: make([]float64, d)}
		for i := range d {
			points[k].X[i] = rng.NormFloat64()
		}
	}
	return points
}

func randomly(rng *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return v
}

func TestLaws(t *testing.T) {
	models := map[string]Model{"closed form": logisticEquation(), "traced": lotkaVolterra()}
	for name, m := range networks() {
		models[name] = m
	}
	rng := rand.New(rand.NewPCG(3, 1))
	for name, m := range models {
		for _, n := range []int{1, 2, 5, 70} {
			if err := CheckModel(m, randomly(rng, m.Params()), somewhere(rng, m.Dim(), n)); err != nil {
				t.Errorf("%s, %d points: %v", name, n, err)
			}
		}
	}
}

// Networks drawn from all layers keep the laws.
func TestLawsOfRandomNetworks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawNetwork(t)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		if err := CheckModel(m, randomly(rng, m.Params()), somewhere(rng, m.Dim(), rapid.IntRange(1, 4).Draw(t, "points"))); err != nil {
			t.Fatalf("%v: %v", m, err)
		}
	})
}

// drawNetwork composes up to five layers, and one more that leads back to the
// width of the first.
func drawNetwork(t *rapid.T) *Network {
	d := rapid.IntRange(1, 4).Draw(t, "d")
	layers, width := drawLayers(t, d, 2)
	if width != d {
		layers = append(layers, TimeAffine(width, d))
	}
	return Layers(append([]Layer{Linear(d, d)}, layers...)...)
}

func drawLayers(t *rapid.T, in, depth int) (layers []Layer, out int) {
	functions := []activation.Function{tanh, logistic, foreign, activation.NewArctan(0.6), activation.NewAlgebraic(1.1), activation.NewRectifier(0.2, 2), activation.NewTanh(0.3)}
	draw := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "choice") }
	for range draw(4) {
		next := 1 + draw(4)
		switch kind := draw(6); {
		case kind == 0:
			layers, in = append(layers, Affine(in, next)), next
		case kind == 1:
			layers, in = append(layers, Linear(in, next)), next
		case kind == 2:
			layers, in = append(layers, TimeAffine(in, next)), next
		case kind == 3 && depth > 0:
			inner, width := drawLayers(t, in, depth-1)
			inner = append(inner, Affine(width, in))
			layers = append(layers, []Layer{Residual(inner...), Leak(1.5, inner...), Relax(0.8, inner...)}[draw(3)])
		case kind == 4:
			var each []activation.Function
			for range in {
				each = append(each, functions[draw(len(functions))])
			}
			layers = append(layers, Activation(each...))
		default:
			layers = append(layers, Activation(functions[draw(len(functions))]))
		}
	}
	return layers, in
}

// x' = W2 tanh(W1 x + b1 + u t) + b2 against the formula, written out.
func TestHiddenLayer(t *testing.T) {
	m := Layers(TimeAffine(2, 3), Activation(tanh), Affine(3, 2))
	theta := m.Glorot(7)
	for i := range theta {
		theta[i] += 0.1 * float64(i%5)
	}
	w1, b1, u := m.Block("W1", theta), m.Slice("b1", theta), m.Slice("u", theta)
	w2, b2 := m.Block("W2", theta), m.Slice("b2", theta)
	x, at, got := []float64{0.3, -0.8}, 0.7, make([]float64, 2)
	m.At(theta, 1).Rate(got, at, x, nil)
	for i := range 2 {
		want := b2[i]
		for j := range 3 {
			want += w2.At(i, j) * math.Tanh(w1.At(j, 0)*x[0]+w1.At(j, 1)*x[1]+b1[j]+u[j]*at)
		}
		if math.Abs(got[i]-want) > 1e-15 {
			t.Errorf("rate %d is %.17g, want %.17g", i, got[i], want)
		}
	}
}

func TestSkips(t *testing.T) {
	x, got := []float64{0.6, -0.9}, make([]float64, 2)
	f := func(u float64) float64 { return math.Tanh(u) }
	for _, c := range []struct {
		layer Layer
		want  func(u float64) float64
	}{
		{Residual(Activation(tanh)), func(u float64) float64 { return u + f(u) }},
		{Leak(2.5, Activation(tanh)), func(u float64) float64 { return -u/2.5 + f(u) }},
		{Relax(2.5, Activation(tanh)), func(u float64) float64 { return (f(u) - u) / 2.5 }},
	} {
		m := Layers(Activation(identity{}, identity{}), c.layer)
		m.At(nil, 1).Rate(got, 0, x, nil)
		for i, u := range x {
			if math.Abs(got[i]-c.want(u)) > 1e-15 {
				t.Errorf("%v maps %g to %.17g, want %.17g", c.layer, u, got[i], c.want(u))
			}
		}
	}
}

type identity struct{ arsinh }

func (identity) Value(u float64) float64 { return u }
func (identity) Deriv(float64) float64   { return 1 }

func TestBlocks(t *testing.T) {
	m := Layers(TimeAffine(2, 3), Activation(tanh), Affine(3, 2))
	var names []string
	for _, b := range m.Blocks() {
		names = append(names, fmt.Sprintf("%s:%dx%d@%d", b.Name, b.Rows, b.Cols, b.Offset))
	}
	if got, want := strings.Join(names, " "), "W1:3x2@0 b1:3x1@6 u:3x1@9 W2:2x3@12 b2:2x1@18"; got != want {
		t.Errorf("blocks are %s, want %s", got, want)
	}
	theta := make([]float64, m.Params())
	m.Block("W2", theta).Set(1, 2, 7)
	m.Slice("u", theta)[1] = 5
	if theta[17] != 7 || theta[10] != 5 {
		t.Errorf("a block does not share its entries: %v", theta)
	}
	if got, want := m.String(), "Layers(TimeAffine(2, 3), Activation(Tanh{Rate:1}), Affine(3, 2))"; got != want {
		t.Errorf("String is %s, want %s", got, want)
	}
	if got, want := Layers(Relax(0.5, Linear(2, 2), Residual())).String(), "Layers(Relax(0.5, Linear(2, 2), Residual()))"; got != want {
		t.Errorf("String is %s, want %s", got, want)
	}
}

func TestGlorot(t *testing.T) {
	m := Layers(TimeAffine(30, 50), Activation(tanh), Affine(50, 30))
	theta, again, other := m.Glorot(1), m.Glorot(1), m.Glorot(2)
	if !same(theta, again) || same(theta, other) {
		t.Error("the parameters do not follow the seed")
	}
	limit := math.Sqrt(6.0 / 80)
	w1, w2 := m.Slice("W1", theta), m.Slice("W2", theta)
	if same(w1, w2) {
		t.Error("two blocks share their numbers")
	}
	for _, w := range [][]float64{w1, w2} {
		square := dot(w, w) / float64(len(w))
		// 1,500 uniform numbers: the standard error of the mean square is 0.9/√1500
		// = 2.3 % of it; 12 % are five of these.
		if largest(w) > limit || largest(w) < 0.98*limit || math.Abs(square/(limit*limit/3)-1) > 0.12 {
			t.Errorf("largest %g of %g, mean square %g", largest(w), limit, square)
		}
	}
	for _, name := range []string{"b1", "u", "b2"} {
		if largest(m.Slice(name, theta)) != 0 {
			t.Errorf("%s does not start at zero", name)
		}
	}
}

// Reset is a new Evaluator in the old workspace.
func TestReset(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	models := map[string]Model{"closed form": logisticEquation(), "traced": lotkaVolterra()}
	for name, m := range networks() {
		models[name] = m
	}
	for name, m := range models {
		for _, batch := range []int{1, 3} {
			old, theta := randomly(rng, m.Params()), randomly(rng, m.Params())
			x, a := randomly(rng, m.Dim()*batch), randomly(rng, m.Dim()*batch)
			run := func(e Evaluator) []float64 {
				rate, memo, out := make([]float64, len(x)), make([]float64, e.Memo()), make([]float64, len(x)+len(theta))
				e.Rate(rate, 0.3, x, memo)
				e.Pull(out[:len(x)], out[len(x):], 0.3, x, memo, a)
				return append(out, rate...)
			}
			e := m.At(old, batch)
			run(e)
			e.(Reusable).Reset(theta)
			if got, want := run(e), run(m.At(theta, batch)); !same(got, want) {
				t.Errorf("%s, batch %d: %v after Reset, want %v", name, batch, got, want)
			}
		}
	}
}

func TestEvaluatorsAllocateNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	models := map[string]Model{"closed form": logisticEquation(), "traced": lotkaVolterra()}
	for name, m := range networks() {
		models[name] = m
	}
	for name, m := range models {
		for _, batch := range []int{1, 65} {
			theta := randomly(rng, m.Params())
			e, x := m.At(theta, batch), randomly(rng, m.Dim()*batch)
			rate, dx, dtheta, memo := clone(x), clone(x), clone(theta), make([]float64, e.Memo())
			n := testing.AllocsPerRun(10, func() {
				e.Rate(rate, 0.1, x, nil)
				e.Rate(rate, 0.1, x, memo)
				e.Pull(dx, dtheta, 0.1, x, memo, rate)
				e.Pull(dx, nil, 0.1, x, memo, rate)
				e.(Reusable).Reset(theta)
			})
			if n != 0 {
				t.Errorf("%s, batch %d: %g allocations", name, batch, n)
			}
		}
	}
}
