package hopfield

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/internal/oracle"
	"hopflow/lyapunov/activation"
)

// linearPair is E = v²/2 + h²/2 - Uvh.
func linearPair(u float64) *Bipartite {
	one := Layer(1, Linear())
	return bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{u}), nil, one, one))
}

// alg12/linear-unbounded: as printed, U grows without bound; with the negative
// phase its gradient vanishes at U² = 1 - T/σ².
func TestAlgorithm12(t *testing.T) {
	r := oracle.Load(t, bipartiteRecords, "alg12/")[0]
	T, v := r.In("T"), [][]float64{{r.In("v")}}
	b := linearPair(r.In("U"))
	r.Close(t, "minus_T_lnZ_v", []float64{bipartiteMust(b.FreeEnergy(v[0], T, Lebesgue))}, 1e-14, true)
	printed := RecallAndLearn{Net: b, Temperature: T, Rate: r.In("eta"), KeepInput: true}
	byU, _, err := printed.Gradient(v)
	if err != nil {
		t.Fatal(err)
	}
	r.Close(t, "grad_recall_only", []float64{byU.At(0, 0)}, 1e-14, true)
	lost := 0
	for s, err := range printed.Steps(v) {
		if err != nil {
			t.Fatal(err)
		}
		if s.Unbounded != nil && lost == 0 {
			lost = s.Step
			if !errors.Is(s.Unbounded, ErrNotNormalisable) || !strings.Contains(s.Unbounded.Error(), "negative phase") {
				t.Error(s.Unbounded)
			}
		}
		if s.Step == int(r.In("steps")) {
			break
		}
	}
	r.Close(t, "U_after", []float64{b.Coupling().At(0, 0)}, 1e-13, true)
	r.Close(t, "minus_T_lnZ_v_after", []float64{bipartiteMust(b.FreeEnergy(v[0], T, Lebesgue))}, 1e-13, true)
	if want := int(math.Ceil(math.Log(10) / math.Log(1.225))); lost != want {
		t.Errorf("the law is lost at step %d, want %d", lost, want)
	}
	// With the negative phase: two patterns with the variance of the data.
	sd := math.Sqrt(r.In("data_var"))
	data := [][]float64{{sd}, {-sd}}
	b = linearPair(r.In("U"))
	learner := RecallAndLearn{Net: b, Temperature: T, Rate: 0.05, Negative: ExactPhase{}}
	byU, _, err = learner.Gradient(data)
	if err != nil {
		t.Fatal(err)
	}
	r.Close(t, "nll_grad", []float64{byU.At(0, 0)}, 1e-13, true)
	q := bipartiteMust(b.Quadrants(T, Lebesgue))
	nll := T * math.Log(q.Z())
	for _, v := range data {
		nll += bipartiteMust(b.FreeEnergy(v, T, Lebesgue)) / 2
	}
	r.Close(t, "nll_at_U", []float64{nll}, 1e-14, true)
	if s, err := learner.Run(data, 2000); err != nil || s.Unbounded != nil || s.Step != 2000 {
		t.Fatal(err, s)
	}
	r.Close(t, "U_opt", []float64{math.Abs(b.Coupling().At(0, 0))}, 1e-10, true)
	if i := b.Input()[0]; math.Abs(i) > 1e-10 {
		t.Errorf("input %g of centred data", i)
	}
}

// With a decay, as printed, U stops where U v² = λU: at 0, or nowhere.
func TestAlgorithm12Decay(t *testing.T) {
	for _, c := range []struct{ decay, want float64 }{{2.5, 0}, {2.0, math.Inf(1)}} {
		b := linearPair(0.1)
		l := RecallAndLearn{Net: b, Temperature: 0.5, Rate: 0.1, Decay: c.decay, KeepInput: true}
		for s, err := range l.Steps([][]float64{{1.5}}) {
			if err != nil || s.Step == 3000 {
				break
			}
		}
		if u := b.Coupling().At(0, 0); c.want == 0 && math.Abs(u) > 1e-12 || c.want > 0 && u < 1e3 {
			t.Errorf("decay %g: U = %g", c.decay, u)
		}
	}
}

// The gradient against differences of -T ln q(v), whose Z is that of a network of
// linear and leaky units by quadrature or a closed form.
func TestHebbianGradient(t *testing.T) {
	leaky := Layer(1, NewLeakyReLU(0.25))
	const T = 0.6
	data := [][]float64{{0.7}, {-1.2}, {0.4}}
	objective := func(u float64) float64 {
		b := bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{u}), nil, leaky, leaky))
		mean := 0.0
		for _, v := range data {
			mean += bipartiteMust(b.FreeEnergy(v, T, Lebesgue)) / float64(len(data))
		}
		return mean
	}
	free := func(u float64) float64 {
		b := bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{u}), nil, leaky, leaky))
		return -T * math.Log(bipartiteMust(b.Quadrants(T, Lebesgue)).Z())
	}
	const u, h = 0.35, 1e-4
	b := bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{u}), nil, leaky, leaky))
	printed := RecallAndLearn{Net: b, Temperature: T}
	byU, _, err := printed.Gradient(data)
	if want := (objective(u+h) - objective(u-h)) / (2 * h); err != nil || math.Abs(byU.At(0, 0)-want) > 1e-7 {
		t.Errorf("recall only: %.10g, differences %.10g, %v", byU.At(0, 0), want, err)
	}
	// ∂(T ln Z)/∂U = <g f>, by quadrature.
	gf := bipartiteMust(Given(b, nil, T).Mean(func(x []float64) float64 {
		g := make([]float64, 1)
		f := make([]float64, 1)
		leaky.Gradient(g, x[:1])
		leaky.Gradient(f, x[1:])
		return g[0] * f[0]
	}))
	if want := -(free(u+h) - free(u-h)) / (2 * h); math.Abs(gf-want) > 1e-6 {
		t.Errorf("<g f> = %.10g, differences of T ln Z %.10g", gf, want)
	}
	// Draws of h give the exact mean: 20,000 for each pattern, |z| < 4.9.
	few := RecallAndLearn{Net: b, Temperature: T, Draws: 20_000, Seed: 4}
	sampled, _, err := few.Gradient(data)
	var variance float64
	for _, v := range data {
		unit, g := b.HiddenUnit(0, T, Lebesgue), make([]float64, 1)
		leaky.Gradient(g, v)
		c := u * g[0]
		mean := bipartiteMust(unit.Mean(c))
		square := bipartiteMust(unit.Expect(c, func(x float64) float64 { y := unit.Activation.Value(x); return y * y }))
		variance += g[0] * g[0] * (square - mean*mean) / 20_000 / 9
	}
	if z := (sampled.At(0, 0) - byU.At(0, 0)) / math.Sqrt(variance); err != nil || math.Abs(z) > 4.9 {
		t.Errorf("drawn %.5g, exact %.5g, z = %.1f, %v", sampled.At(0, 0), byU.At(0, 0), z, err)
	}
	// HebbGiven is the derivative of T ln Z(v).
	dst := mat.NewDense(1, 1, nil)
	if err := b.HebbGiven(dst, data[1], T, Lebesgue); err != nil {
		t.Fatal(err)
	}
	at := func(u float64) float64 {
		b := bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{u}), nil, leaky, leaky))
		return bipartiteMust(b.FreeEnergy(data[1], T, Lebesgue))
	}
	if want := -(at(u+h) - at(u-h)) / (2 * h); math.Abs(dst.At(0, 0)-want) > 1e-7 {
		t.Errorf("g <f> = %.10g, differences %.10g", dst.At(0, 0), want)
	}
}

// Random networks: the mean of the positive phase is the derivative of -T ln Z(v)
// by each coupling and input; the learner is the same on any number of cores.
func TestHebbianStatements(t *testing.T) {
	for k := range bipartiteCases(t, 30) {
		rng := rand.New(rand.NewPCG(31, uint64(k)))
		f := []activation.Smooth{activation.NewTanh(1.1), NewLeakyReLU(0.3), activation.NewRectifier(0.3, 2), activation.NewLogistic(2)}[k%4]
		b := bipartiteMust(RandomBipartite(Layer(2, activation.NewTanh(0.9)), Layer(2, f), 0.6, uint64(k)))
		v, T := []float64{rng.NormFloat64(), rng.NormFloat64()}, 0.2+rng.Float64()
		l := RecallAndLearn{Net: b, Temperature: T, Measure: FiringRate}
		byU, byI, err := l.Gradient([][]float64{v})
		if err != nil {
			t.Errorf("case %d: %v", k, err)
			continue
		}
		i, j := rng.IntN(2), rng.IntN(2)
		at := func(du, di float64) float64 {
			u, in := b.Coupling(), b.Input()
			u.Set(i, j, u.At(i, j)+du)
			in[i] += di
			return bipartiteMust(bipartiteMust(b.With(u, in)).FreeEnergy(v, T, FiringRate))
		}
		const h = 1e-4
		if want := (at(h, 0) - at(-h, 0)) / (2 * h); math.Abs(byU.At(i, j)-want) > 1e-6 {
			t.Errorf("case %d, %T: ∂/∂U = %.9g, differences %.9g", k, f, byU.At(i, j), want)
		}
		if want := (at(0, h) - at(0, -h)) / (2 * h); math.Abs(byI[i]-want) > 1e-6 {
			t.Errorf("case %d: ∂/∂I = %.9g, differences %.9g", k, byI[i], want)
		}
	}
}

func TestLearningRefuses(t *testing.T) {
	b := linearPair(0.9)
	for name, c := range map[string]struct {
		l    RecallAndLearn
		data [][]float64
		want string
	}{
		"no data": {RecallAndLearn{Net: b, Temperature: 1}, nil, "no patterns"},
		"length":  {RecallAndLearn{Net: b, Temperature: 1}, [][]float64{{1, 2}}, "1 visible units"},
		"NaN":     {RecallAndLearn{Net: b, Temperature: 1}, [][]float64{{math.NaN()}}, "pattern 0[0] = NaN"},
		"rate":    {RecallAndLearn{Net: b.Clone(), Temperature: 0.1, Rate: 5, Negative: ExactPhase{}}, [][]float64{{2}}, "lower Rate = 5"},
		"printed": {RecallAndLearn{Net: b.Clone(), Temperature: 0.1, Rate: 1e3}, [][]float64{{1e3}}, "no longer finite"},
		"measure": {RecallAndLearn{Net: bipartiteMust(RandomBipartite(Layer(1, Linear()), Layer(1, activation.NewTanh(1)), 1, 1)), Temperature: 1}, [][]float64{{1}}, "FiringRate"},
	} {
		var last error
		for s, err := range c.l.Steps(c.data) {
			if last = err; s.Step == 500 {
				break
			}
		}
		if last == nil || !strings.Contains(last.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, last, c.want)
		}
	}
}

// Data of variance 2 at T = 1/2: U² = 1 - T/σ² = 3/4.
func ExampleRecallAndLearn() {
	unit := Layer(1, Linear())
	net, err := NewBipartite(mat.NewDense(1, 1, []float64{0.1}), nil, unit, unit)
	if err != nil {
		panic(err)
	}
	learner := RecallAndLearn{Net: net, Temperature: 0.5, Rate: 0.05, Negative: ExactPhase{}}
	if _, err := learner.Run([][]float64{{math.Sqrt2}, {-math.Sqrt2}}, 1000); err != nil {
		panic(err)
	}
	fmt.Printf("U² = %.6f\n", math.Pow(net.Coupling().At(0, 0), 2))
	// Output: U² = 0.750000
}
