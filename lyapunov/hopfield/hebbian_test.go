package hopfield

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/internal/trials"
	"hopflow/lyapunov/activation"
)

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
	// Two equal patterns draw twice.
	single := RecallAndLearn{Net: b, Temperature: T, Draws: 1, Seed: 4}
	once, _, errOnce := single.Gradient(data[:1])
	twice, _, errTwice := single.Gradient([][]float64{data[0], data[0]})
	if errOnce != nil || errTwice != nil || once.At(0, 0) == twice.At(0, 0) {
		t.Errorf("one draw gives %g, the mean of two %g", once.At(0, 0), twice.At(0, 0))
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

// Random networks of unequal layers, with inputs: the mean of the positive phase over
// the data is the derivative of the mean of -T ln Z(v), by a coupling and an input.
// Leaky units, whose laws are closed forms, throughout; the others, by quadrature, in
// one case of twenty.
func TestHebbianStatements(t *testing.T) {
	for k := range trials.Of(t, 5000) {
		rng := rand.New(rand.NewPCG(31, uint64(k)))
		unit := func(quadrature bool) activation.Smooth {
			if quadrature {
				return []activation.Smooth{activation.NewTanh(1.1), activation.NewArctan(0.8), activation.NewRectifier(0.3, 2), activation.NewLogistic(2)}[rng.IntN(4)]
			}
			return NewLeakyReLU(0.1 + 0.9*rng.Float64())
		}
		visible, hidden := make([]activation.Smooth, 1+rng.IntN(4)), make([]activation.Smooth, 1+rng.IntN(4))
		for i := range visible {
			visible[i] = unit(rng.IntN(2) == 0)
		}
		for j := range hidden {
			hidden[j] = unit(k%20 == 0)
		}
		b := bipartiteMust(RandomBipartite(LayerOf(visible...), LayerOf(hidden...), 0.6, uint64(k)))
		bipartiteMust(b, b.SetInput(modernVector(rng, len(visible), 1)))
		data, T := [][]float64{modernVector(rng, len(visible), 1), modernVector(rng, len(visible), 1)}, 0.2+rng.Float64()
		l := RecallAndLearn{Net: b, Temperature: T, Measure: FiringRate}
		byU, byI, err := l.Gradient(data)
		if err != nil {
			t.Errorf("case %d: %v", k, err)
			continue
		}
		i, j := rng.IntN(len(visible)), rng.IntN(len(hidden))
		at := func(du, di float64) (mean float64) {
			u, in := b.Coupling(), b.Input()
			u.Set(i, j, u.At(i, j)+du)
			in[i] += di
			for _, v := range data {
				mean += bipartiteMust(bipartiteMust(b.With(u, in)).FreeEnergy(v, T, FiringRate)) / 2
			}
			return mean
		}
		const h = 1e-4
		if want := (at(h, 0) - at(-h, 0)) / (2 * h); math.Abs(byU.At(i, j)-want) > 1e-6*math.Max(1, math.Abs(want)) {
			t.Errorf("case %d, %T: ∂/∂U = %.9g, differences %.9g", k, hidden[j], byU.At(i, j), want)
		}
		if want := (at(0, h) - at(0, -h)) / (2 * h); math.Abs(byI[i]-want) > 1e-6*math.Max(1, math.Abs(want)) {
			t.Errorf("case %d: ∂/∂I = %.9g, differences %.9g", k, byI[i], want)
		}
	}
}

// linearObjective is the mean of -T ln q(v) of a linear network, from the density of v
// alone: v is Gaussian with the precision (1 - UUᵀ)/T and the mean (1 - UUᵀ)⁻¹ I.
func linearObjective(u *mat.Dense, input []float64, T float64, data [][]float64) (mean float64) {
	n, _ := u.Dims()
	var p, cov mat.Dense
	p.Mul(u, u.T())
	p.Apply(func(i, j int, v float64) float64 {
		if i == j {
			return 1 - v
		}
		return -v
	}, &p)
	if err := cov.Inverse(&p); err != nil {
		panic(err)
	}
	var center mat.VecDense
	center.MulVec(&cov, mat.NewVecDense(n, input))
	for _, v := range data {
		d := mat.NewVecDense(n, append([]float64(nil), v...))
		d.SubVec(d, &center)
		mean += mat.Inner(d, &p, d) / 2
	}
	return mean/float64(len(data)) - T*math.Log(mat.Det(&p))/2 + T*float64(n)*math.Log(2*math.Pi*T)/2
}

// Both phases, by every coupling and input, of linear networks that are not square and
// have inputs, for data that is not centred.
func TestLearningGradient(t *testing.T) {
	for k := range 200 {
		rng := rand.New(rand.NewPCG(33, uint64(k)))
		nv, nh, T := 1+rng.IntN(4), 1+rng.IntN(4), 0.2+rng.Float64()
		u, input := modernNormal(rng, nv, nh, 1), modernVector(rng, nv, 1)
		u.Scale(0.8*rng.Float64()/mat.Norm(u, 2), u)
		data := [][]float64{modernVector(rng, nv, 1), modernVector(rng, nv, 2), modernVector(rng, nv, 1)}
		b := bipartiteMust(NewBipartite(u, input, Layer(nv, Linear()), Layer(nh, Linear())))
		l := RecallAndLearn{Net: b, Temperature: T, Negative: ExactPhase{}, Decay: 0.3}
		byU, byI, err := l.Gradient(data)
		if err != nil {
			t.Fatal(err)
		}
		const h = 1e-4
		i, j := rng.IntN(nv), rng.IntN(nh)
		at := func(du, di float64) float64 {
			w, in := mat.DenseCopyOf(u), append([]float64(nil), input...)
			w.Set(i, j, w.At(i, j)+du)
			in[i] += di
			return linearObjective(w, in, T, data) + 0.15*math.Pow(mat.Norm(w, 2), 2)
		}
		size := 1 + mat.Norm(byU, 2) + maxAbs(byI)
		if want := (at(h, 0) - at(-h, 0)) / (2 * h); math.Abs(byU.At(i, j)-want) > 1e-6*size {
			t.Errorf("case %d: ∂/∂U = %.9g, differences of -T ln q %.9g", k, byU.At(i, j), want)
		}
		if want := (at(0, h) - at(0, -h)) / (2 * h); math.Abs(byI[i]-want) > 1e-6*size {
			t.Errorf("case %d: ∂/∂I = %.9g, differences of -T ln q %.9g", k, byI[i], want)
		}
	}
}
