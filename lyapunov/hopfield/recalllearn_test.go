package hopfield

import (
	"errors"
	"fmt"
	"math"
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

// Momentum repeats a share of the last change of U and of I; a batch is a part of the
// data.
func TestLearningSteps(t *testing.T) {
	data := [][]float64{{0.7, -0.4}, {1.1, 0.5}}
	start := func() *Bipartite {
		u := mat.NewDense(2, 3, []float64{0.1, -0.2, 0.15, 0.3, 0.05, -0.1})
		return bipartiteMust(NewBipartite(u, []float64{0.2, -0.1}, Layer(2, Linear()), Layer(3, Linear())))
	}
	l := RecallAndLearn{Net: start(), Temperature: 0.37, Rate: 0.1, Momentum: 0.6, Negative: ExactPhase{}}
	byHand := l
	byHand.Net = start()
	du, di := mat.NewDense(2, 3, nil), make([]float64, 2)
	for range 3 {
		byU, byI, err := byHand.Gradient(data)
		if err != nil {
			t.Fatal(err)
		}
		du.Scale(0.6, du)
		byU.Scale(-0.1, byU)
		du.Add(du, byU)
		u, in := byHand.Net.Coupling(), byHand.Net.Input()
		u.Add(u, du)
		for i := range di {
			di[i] = 0.6*di[i] - 0.1*byI[i]
			in[i] += di[i]
		}
		byHand.Net = bipartiteMust(byHand.Net.With(u, in))
	}
	if s, err := l.Run(data, 3); err != nil || s.Step != 3 || !mat.EqualApprox(l.Net.u, byHand.Net.u, 1e-14) || math.Abs(l.Net.input[1]-byHand.Net.input[1]) > 1e-14 {
		t.Errorf("three steps with momentum: U = %v, by hand %v, %v", mat.Formatted(l.Net.u), mat.Formatted(byHand.Net.u), err)
	}
	after := func(data [][]float64, batch int, seed uint64) *mat.Dense {
		l := RecallAndLearn{Net: start(), Temperature: 0.37, Rate: 0.1, Batch: batch, Seed: seed}
		bipartiteMust(l.Run(data, 1))
		return l.Net.Coupling()
	}
	drawn := [2]int{}
	for seed := range uint64(40) {
		got := after(data, 1, seed)
		for k := range data {
			if mat.Equal(got, after(data[k:k+1], 0, 0)) {
				drawn[k]++
			}
		}
	}
	if drawn[0]+drawn[1] != 40 || drawn[0] == 0 || drawn[1] == 0 || !mat.Equal(after(data, 2, 1), after(data, 0, 0)) {
		t.Errorf("batches of one pattern are the first in %d and the second in %d of 40 cases", drawn[0], drawn[1])
	}
}

// The negative phase follows the temperature: <gf> = TU/(1 - U²) before and after a
// change, |z| < 4.9 of 4,000 chains, which go on from where they are.
func TestSampledPhaseFollowsTemperature(t *testing.T) {
	const u, chains = 0.6, 4000
	b, p := linearPair(u), &SampledPhase{Chains: chains, Sweeps: 30, Seed: 11}
	for _, T := range []float64{0.4, 2.5} {
		gf, _, err := p.Correlations(b, T, Lebesgue, [][]float64{{1}, {-1}})
		if err != nil {
			t.Fatal(err)
		}
		// vh of a Gaussian has the variance σ⁴(1 + U²), σ² = T/(1 - U²) of each.
		want, sd := T*u/(1-u*u), T/(1-u*u)*math.Sqrt(1+u*u)
		if z := (gf.At(0, 0) - want) / (sd / math.Sqrt(chains)); math.Abs(z) > 4.9 {
			t.Errorf("T = %g: <gf> = %g, want %g, z = %.1f", T, gf.At(0, 0), want, z)
		}
		if p.Gibbs().Len() != chains {
			t.Errorf("%d chains", p.Gibbs().Len())
		}
	}
	tanh := Layer(1, activation.NewTanh(1))
	bounded := bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{0.5}), nil, tanh, tanh))
	if _, _, err := p.Correlations(bounded, 1, FiringRate, [][]float64{{1}}); err != nil {
		t.Error(err)
	}
	if _, _, err := p.Correlations(bounded, 1, Lebesgue, [][]float64{{1}}); !errors.Is(err, ErrNotNormalisable) {
		t.Errorf("another measure, without a law: %v", err)
	}
}

func TestLearningRefuses(t *testing.T) {
	for what, l := range map[string]RecallAndLearn{
		"momentum": {Momentum: math.NaN()}, "momentum 1": {Momentum: 1}, "decay": {Decay: math.NaN()}, "rate": {Rate: math.NaN()}, "draws": {Draws: -1}, "batch": {Batch: -1},
	} {
		l.Net, l.Temperature = linearPair(0.5), 1
		modernPanics(t, what, func() { _, _, _ = l.Gradient([][]float64{{1}}) })
	}
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
