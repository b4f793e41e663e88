package hopfield

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/internal/oracle"
	"hopflow/internal/trials"
	"hopflow/lyapunov"
	"hopflow/lyapunov/activation"
)

const bipartiteRecords = "testdata/lf.json"

// bipartiteRows reads a matrix of a record.
func bipartiteRows(from any) *mat.Dense {
	rows := from.([]any)
	var m *mat.Dense
	for i, row := range rows {
		v := oracle.Record{Inputs: map[string]any{"row": row}}.Ins("row")
		if m == nil {
			m = mat.NewDense(len(rows), len(v), nil)
		}
		m.SetRow(i, v)
	}
	return m
}

func bipartiteActivation(t testing.TB, r oracle.Record) activation.Smooth {
	params, _ := r.Inputs["params"].(map[string]any)
	of := oracle.Record{Inputs: params}
	switch r.Text("activation") {
	case "tanh":
		return activation.NewTanh(1)
	case "leaky":
		return NewLeakyReLU(of.In("slope"))
	case "softplus_leaky":
		return activation.NewRectifier(of.In("slope"), of.In("beta"))
	}
	t.Fatalf("%s: activation %q", r.ID, r.Text("activation"))
	return nil
}

func bipartiteMust[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// The four networks of the records: energy, gradient, flow, K, Hebb, drifts.
func TestBipartiteRecords(t *testing.T) {
	for _, r := range oracle.Load(t, bipartiteRecords, "hopfield/") {
		if r.Inputs["activation"] == nil {
			continue
		}
		f := bipartiteActivation(t, r)
		v, h := r.Ins("v"), r.Ins("h")
		u := bipartiteRows(r.Inputs["U"])
		b := bipartiteMust(NewBipartite(u, r.Ins("I"), Layer(len(v), f), Layer(len(h), f)))
		x := append(append([]float64(nil), v...), h...)
		T := r.In("T")
		r.Close(t, "E", []float64{b.Value(x)}, 1e-14, false)
		two := func(keyV, keyH string, tol float64, fill func(dst []float64)) {
			t.Helper()
			dst := make([]float64, len(x))
			fill(dst)
			a, c := b.Split(dst)
			r.Close(t, keyV, a, tol, true)
			if keyH != "" {
				r.Close(t, keyH, c, tol, false)
			}
		}
		two("grad_v", "grad_h", 1e-13, func(dst []float64) { b.Gradient(dst, x) })
		two("grad_v_as_printed_in_seed_wrong", "", 1e-13, func(dst []float64) { copy(dst, bipartitePrinted(b, x)) })
		two("dvdt", "dhdt", 1e-14, func(dst []float64) { b.Field(dst, 0, x) })
		two("K_v", "K_h", 1e-13, func(dst []float64) {
			one := make([]float64, len(x))
			for i := range one {
				one[i] = 1
			}
			b.Mobility().Sharp(dst, x, one)
		})
		two("g", "f", 1e-14, func(dst []float64) {
			dv, dh := b.Split(dst)
			b.Visible().Gradient(dv, v)
			b.Hidden().Gradient(dh, h)
		})
		two("extra_drift_v", "extra_drift_h", 1e-13, func(dst []float64) {
			b.Mobility().Divergence(dst, x)
			for i := range dst {
				dst[i] *= T
			}
		})
		r.Close(t, "dEdt", []float64{b.Rate(x)}, 1e-14, true)
		r.Close(t, "E_eff", []float64{b.Effective(T, FiringRate).Value(x)}, 1e-14, true)
		hebb := mat.NewDense(len(v), len(h), nil)
		b.Hebb(hebb, x)
		if !mat.EqualApprox(hebb, bipartiteRows(r.Expected["hebb_dU"]), 1e-15) {
			t.Errorf("%s: Hebb %v", r.ID, mat.Formatted(hebb))
		}
	}
}

func TestBipartiteFixedPoint(t *testing.T) {
	r := oracle.Load(t, bipartiteRecords, "hopfield/fixed-point")[0]
	tanh := Layer(1, activation.NewTanh(1))
	b := bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{r.In("u")}), []float64{r.In("I")}, tanh, tanh))
	p, err := b.Descend([]float64{0.3, 0.2}, 0)
	if err != nil || !p.Stable() {
		t.Fatal(p, err)
	}
	r.Close(t, "v", p.X[:1], 1e-13, true)
	r.Close(t, "h", p.X[1:], 1e-13, true)
	r.Close(t, "E", []float64{p.Energy}, 1e-14, true)
	eigs := []float64{real(p.Eigen[0]), real(p.Eigen[1])}
	sort.Float64s(eigs)
	r.Close(t, "jac_eigs", eigs, 1e-13, true)
	saddle := bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{1.5}), nil, tanh, tanh))
	if s, err := saddle.point([]float64{0, 0}, nil); err != nil || s.Stable() { // eigenvalues -1 ± 3/2
		t.Errorf("the saddle %+v is stable, %v", s, err)
	}
	// From the other side the other minimum, not the saddle between them.
	q, err := b.Descend([]float64{-2, -0.5}, 0)
	if err != nil || !q.Stable() || q.X[0] > 0 || q.Energy <= p.Energy {
		t.Error(q, err)
	}
}

// randomLayer draws a layer of every kind, with the largest derivative its
// activation has.
func randomLayer(rng *rand.Rand, n int) (l Lagrangian, kink bool) {
	rate := math.Exp(rng.NormFloat64() / 2)
	switch rng.IntN(8) {
	case 0:
		return Layer(n, activation.NewTanh(rate)), false
	case 1:
		return Layer(n, NewLeakyReLU(0.05+0.95*rng.Float64())), true
	case 2:
		return Layer(n, activation.NewRectifier(0.1+0.8*rng.Float64(), rate)), false
	case 3:
		return Layer(n, activation.Logistic{Rate: rate, Center: rng.NormFloat64()}), false
	case 4:
		a := mat.NewDense(1+rng.IntN(3), n, nil)
		a.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, a)
		return bipartiteMust(NewRidge(a, activation.NewTanh(rate))), false
	case 5:
		return bipartiteMust(NewSoftmaxLayer(n, 3*rng.Float64()+0.1, 0.1+rng.Float64())), false
	case 6:
		return Layer(n, activation.NewArctan(rate)), false
	}
	f := make([]activation.Smooth, n)
	for i := range f {
		f[i] = []activation.Smooth{activation.NewTanh(rate), activation.NewRectifier(0.2, rate), activation.NewAlgebraic(rate), Linear()}[rng.IntN(4)]
	}
	return LayerOf(f...), true
}

// randomNetwork draws case k of the statements of [LF] Definition 13 and Theorem
// 14, and a state away from the kinks.
func randomNetwork(k int) (b *Bipartite, x []float64, rng *rand.Rand) {
	rng = rand.New(rand.NewPCG(13, uint64(k)))
	nv, nh := 1+rng.IntN(4), 1+rng.IntN(4)
	lv, _ := randomLayer(rng, nv)
	lh, _ := randomLayer(rng, nh)
	u := mat.NewDense(nv, nh, nil)
	scale := math.Exp(rng.NormFloat64())
	u.Apply(func(int, int, float64) float64 { return scale * rng.NormFloat64() }, u)
	input := make([]float64, nv)
	for i := range input {
		input[i] = rng.NormFloat64()
	}
	b = bipartiteMust(NewBipartite(u, input, lv, lh))
	x = make([]float64, nv+nh)
	for i := range x {
		x[i] = 1.5 * rng.NormFloat64()
		if math.Abs(x[i]) < 0.01 {
			x[i] = 0.01
		}
	}
	return b, x, rng
}

func maxAbs(x []float64) (m float64) {
	for _, v := range x {
		m = math.Max(m, math.Abs(v))
	}
	return m
}

// bipartitePrinted is the gradient that the proof of [LF] Theorem 14 prints,
// -∂²L_v (U f + v - I), then -∂²L_h (Uᵀ g + h): not the derivative of E.
func bipartitePrinted(b *Bipartite, x []float64) []float64 {
	dst, arg := make([]float64, len(x)), make([]float64, len(x))
	v, h := b.Split(x)
	argV, argH := b.Split(arg)
	b.VisibleInput(argV, h) // U f + I
	b.HiddenInput(argH, v)
	for i, input := range b.Input() {
		argV[i] -= 2 * input
	}
	for i := range arg {
		arg[i] = -(arg[i] + x[i])
	}
	dv, dh := b.Split(dst)
	b.Visible().HessianTimes(dv, v, argV)
	b.Hidden().HessianTimes(dh, h, argH)
	return dst
}

// [LF] Definition 13 and Theorem 14 for random networks: the gradient is E's, the
// printed one is not; Field is -K ∇E; dE/dt is -ẋ·∂²L ẋ <= 0; Piola's identity;
// with the measure det ∂²L the drift beyond Field is zero, without it is not.
func TestBipartiteStatements(t *testing.T) {
	printedRight, volumes := 0, 0
	n := trials.Of(t, 5000)
	for k := range n {
		b, x, _ := randomNetwork(k)
		if err := lyapunov.CheckEnergy(b, [][]float64{x}); err != nil {
			t.Fatalf("case %d: %v", k, err)
		}
		m := []Measure{FiringRate, Riemannian}[k%2]
		if err := lyapunov.CheckEnergy(b.Effective(0.37, m), [][]float64{x}); err != nil {
			t.Fatalf("case %d, %v: %v", k, m, err)
		}
		d := len(x)
		grad, field, other := make([]float64, d), make([]float64, d), make([]float64, d)
		b.Gradient(grad, x)
		printed := bipartitePrinted(b, x)
		b.Field(field, 0, x)
		b.Mobility().Sharp(other, x, grad)
		scale := math.Max(1, maxAbs(field))
		miss := 0.0
		for i := range x {
			if math.Abs(other[i]+field[i]) > 1e-9*scale {
				t.Errorf("case %d: -K ∇E = %g, Field is %g in component %d", k, -other[i], field[i], i)
			}
			miss = math.Max(miss, math.Abs(grad[i]-printed[i]))
		}
		if miss < 1e-3*math.Max(1, maxAbs(grad)) {
			printedRight++
		}
		rate := b.Rate(x)
		if got := lyapunov.Rate(b, x, field); math.Abs(got-rate) > 1e-9*math.Max(1, math.Abs(rate)) || rate > 0 {
			t.Errorf("case %d: dE/dt = %g by the chain rule, -ẋ·∂²L ẋ = %g", k, got, rate)
		}
		volumes += bipartiteVolume(t, k, b, x)
	}
	if 100*printedRight > n {
		t.Errorf("the printed gradient is right in %d of %d cases", printedRight, n)
	}
	if 2*volumes < n {
		t.Errorf("the drift T div K matters in %d of %d cases only", volumes, n)
	}
}

// bipartiteVolume checks what makes [LF] Theorem 14 sample det ∂²L exp(-E/T), and
// returns 1 where div K is not 0 by itself.
func bipartiteVolume(t *testing.T, k int, b *Bipartite, x []float64) int {
	d := len(x)
	div, vol, drift := make([]float64, d), make([]float64, d), make([]float64, d)
	m := b.Mobility()
	m.Divergence(div, x)
	b.VolumeGradient(vol, x)
	m.Sharp(drift, x, vol)
	v, h := b.Split(x)
	want := append(LagrangianDivergence(b.Visible(), v), LagrangianDivergence(b.Hidden(), h)...)
	size := math.Max(1, maxAbs(div))
	for i := range x {
		if math.Abs(div[i]+drift[i]) > 1e-12*size {
			t.Errorf("case %d: T(div K + K ∂ ln det) = %g T in component %d, want 0", k, div[i]+drift[i], i)
		}
		if math.Abs(div[i]-want[i]) > 1e-5*size {
			t.Errorf("case %d: div K = %g in component %d, differences of K give %g", k, div[i], i, want[i])
		}
	}
	// LogVolume and its gradient; SharpSqrt's covariance is K.
	g := lagrangianSlopes(d, x, func(dst, x []float64) { clear(dst); dst[0] = b.LogVolume(x) })
	root, kk, prod := mat.NewDense(d, d, nil), mat.NewDense(d, d, nil), mat.NewDense(d, d, nil)
	lagrangianMatrix(root, m.SharpSqrt, x)
	lagrangianMatrix(kk, m.Sharp, x)
	prod.Mul(root, root.T())
	if !lagrangianNear(prod, kk, 1e-11*mat.Max(kk)) {
		t.Errorf("case %d: the noise has not the covariance K", k)
	}
	for i := range x {
		if w := g.At(0, i); math.Abs(vol[i]-w) > 1e-6*math.Max(1, maxAbs(vol)) {
			t.Errorf("case %d: ∂ ln det = %g in component %d, differences give %g", k, vol[i], i, w)
		}
	}
	if maxAbs(div) > 1e-3 {
		return 1
	}
	return 0
}

func TestBipartiteDescends(t *testing.T) {
	for k := range trials.Of(t, 5000) {
		b, x, _ := randomNetwork(k)
		start := b.Value(x)
		if b.Normalisable(1, FiringRate) != nil {
			continue
		}
		p, err := b.Descend(x, 0)
		if err != nil {
			t.Errorf("case %d: %v", k, err)
			continue
		}
		f := make([]float64, len(x))
		b.Field(f, 0, p.X)
		if maxAbs(f) > 1e-12*math.Max(1, maxAbs(p.X)) || p.Energy > start {
			t.Errorf("case %d: residual %g, E from %g to %g", k, maxAbs(f), start, p.Energy)
		}
	}
}

func TestBipartiteBadInput(t *testing.T) {
	one, two := Layer(1, Linear()), Layer(2, Linear())
	nan := math.NaN()
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"shape": {errorOf(NewBipartite(mat.NewDense(1, 2, nil), nil, two, one)), "a row for each visible unit"},
		"nan":   {errorOf(NewBipartite(mat.NewDense(1, 1, []float64{nan}), nil, one, one)), "U[0][0] = NaN"},
		"input": {errorOf(NewBipartite(mat.NewDense(2, 1, nil), []float64{1}, two, one)), "1 inputs for 2 visible units"},
		"inf":   {errorOf(NewBipartite(mat.NewDense(1, 1, nil), []float64{math.Inf(1)}, one, one)), "I[0] = +Inf"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, c.err, c.want)
		}
	}
	b := bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{0.4}), nil, one, one))
	if _, err := b.Descend([]float64{nan, 0}, 0); err == nil {
		t.Error("Descend starts from NaN")
	}
	if err := b.SetCoupling(mat.NewDense(1, 1, []float64{nan})); err == nil || b.Coupling().At(0, 0) != 0.4 {
		t.Error("SetCoupling takes NaN")
	}
	if err := b.SetInput([]float64{nan}); err == nil {
		t.Error("SetInput takes NaN")
	}
	// Beyond the norm 1 the energy has no bottom: an error, with the remedy.
	strong := bipartiteMust(b.With(mat.NewDense(1, 1, []float64{1.5}), nil))
	if _, err := strong.Descend([]float64{0.1, 0.2}, 0); err == nil || !strings.Contains(err.Error(), "Normalisable") {
		t.Errorf("descent without a bottom: %v", err)
	}
	for name, f := range map[string]func(){
		"temperature": func() { b.Effective(-1, FiringRate) },
		"length":      func() { b.Value([]float64{1}) },
		"layer":       func() { Layer(0, Linear()) },
		"slope":       func() { NewLeakyReLU(0) },
		"nil":         func() { _, _ = NewBipartite(mat.NewDense(1, 1, nil), nil, nil, one) },
	} {
		func() {
			defer func() {
				if r := recover(); r == nil || !strings.HasPrefix(fmt.Sprint(r), "hopfield: ") {
					t.Errorf("%s: %v, want a panic of package hopfield", name, r)
				}
			}()
			f()
		}()
	}
}

func errorOf[T any](_ T, err error) error { return err }

// A network of 168 units takes its scratch from a pool.
func TestBipartiteAllocations(t *testing.T) {
	b := bipartiteMust(RandomBipartite(Layer(144, Linear()), Layer(24, activation.NewTanh(1)), 0.1, 1))
	x, dst := make([]float64, b.Dim()), make([]float64, b.Dim())
	if got := testing.AllocsPerRun(100, func() { b.Field(dst, 0, x); b.Gradient(dst, x); b.Value(x) }); got > 8 { // under -race the pool drops some
		t.Errorf("%.0f allocations", got)
	}
	if _, err := RandomBipartite(Layer(1, Linear()), Layer(1, Linear()), math.NaN(), 1); err == nil {
		t.Error("a random network of NaN")
	}
}
