package wasserstein

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/internal/oracle"
	"hopflow/internal/trials"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

const jkoFile = "testdata/jko.json"

// tableOf returns the points that a record has under a key.
func tableOf(r oracle.Record, key string) *mat.Dense {
	list := r.Inputs[key].([]any)
	var out *mat.Dense
	for i := range list {
		point := oracle.Record{Inputs: map[string]any{key: list[i]}}.Ins(key)
		if out == nil {
			out = mat.NewDense(len(list), len(point), nil)
		}
		out.SetRow(i, point)
	}
	return out
}

// recorded returns the recursion with the numbers of a record.
func recorded(r oracle.Record) JKO {
	return JKO{Energy: landscape.Himmelblau{}, Chart: geometry.NewTanh(r.Ins("beta")...), Temperature: r.In("T"), Step: r.In("h"),
		Epsilon: r.In("eps"), Tolerance: 1e-13}
}

// published returns the recursion of [HF] section V-C1.
func published() JKO {
	return JKO{Energy: landscape.Himmelblau{}, Chart: geometry.NewTanh(0.25, 0.25), Temperature: 25, Step: 1e-4, Epsilon: 0.1}
}

// to returns the mover that puts the points where x has them.
func to(x *mat.Dense) Mover {
	return func(y *mat.Dense, _, _ float64) error { y.Copy(x); return nil }
}

func stay(*mat.Dense, float64, float64) error { return nil }

// innerOf returns the inner iteration of a record, with its kernel.
func innerOf(t *testing.T, r oracle.Record) (*inner, *Dense) {
	p, x, y := recorded(r), tableOf(r, "X_prev"), tableOf(r, "X_new")
	k, err := CloudKernel(p.Chart, x, y, p.Epsilon)
	if err != nil {
		t.Fatal(err)
	}
	rows, columns := k.Dims()
	s := newInner(p, rows, columns)
	a := p.Temperature * p.Step / p.Epsilon
	s.alpha = a / (1 + a)
	for j := range s.b {
		s.b[j] = -s.alpha * p.Energy.Value(y.RawRowView(j)) / p.Temperature
		if r.Inputs["v"] != nil {
			s.b[j] += s.alpha * math.Log(r.Ins("v")[j])
		}
	}
	return s, k
}

// All records, volumes included, in plain numbers and in logarithms, accelerated
// and not; and the value of what is minimised, at the plan diag(y) Γ diag(z).
func TestInnerRecords(t *testing.T) {
	for _, r := range oracle.Load(t, jkoFile, "hf-jko-") {
		for _, how := range []string{"accelerated", "plain", "logarithms"} {
			s, k := innerOf(t, r)
			s.plain = how == "plain"
			rho := r.Ins("rho_prev")
			var end innerEnd
			if how == "logarithms" {
				end = s.solveLog(k, rho)
			} else {
				end = s.solve(k, rho)
			}
			if end.trouble >= 0 || !(end.residual <= s.tol) {
				t.Fatalf("%s %s: %+v", r.ID, how, end)
			}
			r.Close(t, "rho", s.w, 5e-13, true)
			if how == "plain" {
				r.Close(t, "objective", []float64{objective(t, r, s, k)}, 1e-12, true)
			}
		}
	}
}

// objective returns ½⟨C, M⟩ + ε⟨M, ln M⟩ + h⟨f + T ln(ϱ/v), ϱ⟩.
func objective(t *testing.T, r oracle.Record, s *inner, k *Dense) (value float64) {
	p, y := recorded(r), tableOf(r, "X_new")
	s.exponentiate()
	for i := range s.y {
		row := 0.0
		for j := range s.z {
			row += k.At(i, j) * s.z[j]
		}
		for j := range s.z {
			m := r.Ins("rho_prev")[i] / row * k.At(i, j) * s.z[j]
			if m > 0 {
				value += -p.Epsilon*math.Log(k.At(i, j))*m + p.Epsilon*m*math.Log(m)
			}
		}
	}
	for j, w := range s.w {
		v := 1.0
		if r.Inputs["v"] != nil {
			v = r.Ins("v")[j]
		}
		value += p.Step * w * (p.Energy.Value(y.RawRowView(j)) + p.Temperature*math.Log(w/v))
	}
	return value
}

// Without acceleration every pass lowers max |Δ ln z| by α at least, and a
// constant is lowered by α exactly: Thompson's contraction.
func TestInnerContracts(t *testing.T) {
	for k := range trials.Of(t, 100) {
		rng := rand.New(rand.NewPCG(11, uint64(k)))
		a, b := scatter(rng, 2+rng.IntN(20)), scatter(rng, 2+rng.IntN(20))
		kernel, err := CloudKernel(geometry.NewTanh(0.3, 0.7), a.X, b.X, math.Pow(10, -2+3*rng.Float64()))
		if err != nil {
			t.Fatal(err)
		}
		s := newInner(JKO{MaxIterations: 1}, a.Len(), b.Len())
		s.alpha, s.plain, s.tol = 0.02+0.97*rng.Float64(), true, 1e-13
		for j := range s.b {
			s.b[j], s.logz[j] = 5*rng.NormFloat64(), 3*rng.NormFloat64()
		}
		last := math.Inf(1)
		for range 12 {
			end := s.solve(kernel, a.W)
			if end.trouble >= 0 {
				end = s.solveLog(kernel, a.W)
			}
			if !(end.residual <= s.alpha*last*(1+1e-9)+1e-12) {
				t.Fatalf("case %d: |Δ ln z| from %g to %g, α = %g", k, last, end.residual, s.alpha)
			}
			last = end.residual
		}
		before := append([]float64(nil), s.logz...)
		for j := range s.logz {
			s.logz[j] += 2
		}
		s.solveLog(kernel, a.W)
		shifted := append([]float64(nil), s.logz...)
		copy(s.logz, before)
		s.solveLog(kernel, a.W)
		for j := range shifted {
			if d := shifted[j] - s.logz[j]; !(math.Abs(d-2*s.alpha) <= 1e-11) {
				t.Fatalf("case %d: a constant of 2 became %g, α = %g", k, d, s.alpha)
			}
		}
	}
}

// Acceleration changes the number of passes, not the result.
func TestMixingAgrees(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 1))
	m := scatter(rng, 40)
	p := published()
	p.Epsilon, p.Step, p.Tolerance = 0.004, 1e-3, 1e-12
	fast, slow := p, p
	slow.Plain = true
	f, err := fast.Cloud(m, stay)
	if err != nil {
		t.Fatal(err)
	}
	s, err := slow.Cloud(m, stay)
	if err != nil {
		t.Fatal(err)
	}
	a, err := f.Step()
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Step()
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range f.Weights() {
		if !(math.Abs(w/s.Weights()[i]-1) <= 1e-10) {
			t.Errorf("weight %d: %g, plain %g", i, w, s.Weights()[i])
		}
	}
	if !(3*a.Iterations < b.Iterations) {
		t.Errorf("%d passes, plain %d", a.Iterations, b.Iterations)
	}
}

// scatter returns a measure of n random points in the open square.
func scatter(rng *rand.Rand, n int) *Measure {
	x, w := mat.NewDense(n, 2, nil), make([]float64, n)
	x.Apply(func(_, _ int, _ float64) float64 { return 0.001 + 0.998*rng.Float64() }, x)
	for i := range w {
		w[i] = 0.05 + rng.ExpFloat64()
	}
	m, err := Normalized(x, w)
	if err != nil {
		panic(err)
	}
	return m
}

// every returns the three forms, or the errors of their making.
func every(p JKO, m *Measure, q *freeenergy.Density) map[string]error {
	_, cloud := p.Cloud(m, stay)
	_, nodes := p.Nodes(q)
	_, exact := p.ExactStep(m, nil)
	return map[string]error{"Cloud": cloud, "Nodes": nodes, "ExactStep": exact}
}

func TestStepErrors(t *testing.T) {
	q := freeenergy.Uniformly(FlatGrid(geometry.NewTanh(0.25, 0.25), 64))
	m := scatter(rand.New(rand.NewPCG(13, 1)), 5)
	good := published()
	good.Epsilon = 0.005
	for form, err := range every(good, m, q) {
		if err != nil {
			t.Fatalf("%s: %v", form, err)
		}
	}
	nan, inf := math.NaN(), math.Inf(1)
	for _, bad := range []float64{0, -1, nan, inf} {
		p, h, e := good, good, good
		p.Temperature, h.Step, e.Epsilon = bad, bad, bad
		for form := range every(good, m, q) {
			named(t, form, every(p, m, q)[form], ErrTemperature, "T > 0")
			named(t, form, every(h, m, q)[form], ErrStep, "h > 0")
			if form != "ExactStep" {
				named(t, form, every(e, m, q)[form], ErrEpsilon, "ε > 0")
			}
		}
	}
	p := good
	p.Tolerance = 1e-17
	named(t, "Tolerance", every(p, m, q)["Cloud"], ErrTolerance, "loosen")
	p.Tolerance = nan
	named(t, "Tolerance", every(p, m, q)["Nodes"], ErrTolerance, "loosen")
	p = good
	p.Epsilon = 0.006
	named(t, "bound", every(p, m, q)["Nodes"], ErrBias, "ε <= 0.005")
	p.Epsilon = 1e-4
	named(t, "spacing", every(p, m, q)["Nodes"], ErrSpacing, "times as many")
	twice := &Measure{X: mat.NewDense(3, 2, []float64{.2, .3, .5, .5, .2, .3}), W: []float64{.2, .3, .5}}
	for _, form := range []string{"Cloud", "ExactStep"} {
		named(t, form, every(good, twice, q)[form], ErrCoincide, "points 0 and 2")
		named(t, form, every(good, &Measure{}, q)[form], ErrEmpty, "at least one point")
		named(t, form, every(good, nil, q)[form], ErrEmpty, "at least one point")
		outside := UniformMeasure(mat.NewDense(2, 2, []float64{.2, .3, 1.5, .5}))
		named(t, form, every(good, outside, q)[form], ErrLeft, "Reflected")
	}
	named(t, "nil density", every(good, m, nil)["Nodes"], ErrEmpty, "at least one point")
	broken := q.Clone()
	broken.P[3] = nan
	if err := every(good, m, broken)["Nodes"]; err == nil {
		t.Error("a density with a NaN is taken")
	}
	p = good
	p.Energy = onlyAt{}
	for form, err := range every(p, m, q) {
		named(t, form, err, ErrEnergy, "domain")
	}
}

// An onlyAt is an energy that is NaN everywhere.
type onlyAt struct{}

func (onlyAt) Dim() int                  { return 2 }
func (onlyAt) Value([]float64) float64   { return math.NaN() }
func (onlyAt) Gradient(dst, _ []float64) { dst[0], dst[1] = math.NaN(), math.NaN() }

func named(t *testing.T, what string, err, reason error, remedy string) {
	t.Helper()
	if !errors.Is(err, reason) || !strings.Contains(err.Error(), remedy) {
		t.Errorf("%s: %v; want %v, with %q", what, err, reason, remedy)
	}
}

// What happens under way: the mover fails or leaves the cube, the iteration may
// not go on, mass would be lost; the recursion stays where it was.
func TestStepFailures(t *testing.T) {
	m := scatter(rand.New(rand.NewPCG(14, 1)), 6)
	wrong := errors.New("no way")
	p := published()
	p.MaxIterations = 2
	for _, c := range []struct {
		p      JKO
		move   Mover
		reason error
		text   string
	}{
		{published(), func(*mat.Dense, float64, float64) error { return wrong }, wrong, "step 1"},
		{published(), func(x *mat.Dense, _, _ float64) error { x.Set(2, 1, 1.01); return nil }, ErrLeft, "point 2"},
		{published(), func(x *mat.Dense, _, _ float64) error { x.Set(2, 1, math.NaN()); return nil }, ErrLeft, "point 2"},
		{p, stay, ErrInner, "MaxIterations"},
	} {
		r, err := c.p.Cloud(m, c.move)
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for _, err = range r.Steps(5) {
			count++
		}
		named(t, c.text, err, c.reason, c.text)
		if count != 1 || r.K() != 0 || r.Weights()[1] != m.W[1] || r.Points().At(2, 1) != m.X.At(2, 1) {
			t.Errorf("%v: %d steps yielded, k = %d", c.reason, count, r.K())
		}
	}
	if err := (JKO{}).report(&Step{}, []float64{0.5, 0.4}, []float64{1, 2}, nil); !errors.Is(err, ErrMassLost) {
		t.Error(err)
	}
}

// A range may be broken off and taken up again.
func TestStepsGoOn(t *testing.T) {
	r, err := published().Cloud(scatter(rand.New(rand.NewPCG(15, 1)), 6), stay)
	if err != nil {
		t.Fatal(err)
	}
	for s, err := range r.Steps(10) {
		if err != nil || s.K == 3 {
			break
		}
	}
	for s, err := range r.Steps(2) {
		if err != nil || s.K < 4 || math.Abs(s.Time-float64(s.K)*1e-4) > 1e-16 {
			t.Errorf("%+v %v", s, err)
		}
	}
	if r.K() != 5 {
		t.Errorf("k = %d, want 5", r.K())
	}
}

// What a step says of itself: the weights that the condition on the free energy
// asks for are ξ z^(-1/a) for a Cloud, and v (e^(-hf/ε) z)^(-1/a) with K in the place
// of Γ for Nodes; MarginalError is their distance from those that it has.
func TestStepMarginalError(t *testing.T) {
	p := published()
	p.Tolerance, p.Plain = 1e-3, true
	p.Temperature, p.Step, p.Epsilon = 0.37, 0.1, 1
	c, err := p.Cloud(scatter(rand.New(rand.NewPCG(16, 1)), 7), stay)
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Step()
	if err != nil {
		t.Fatal(err)
	}
	want, a := 0.0, p.Step*p.Temperature/p.Epsilon
	for j, z := range c.s.logz {
		want += math.Abs(c.w[j] - math.Exp(-c.f[j]/p.Temperature-z/a))
	}
	if !(math.Abs(s.MarginalError-want) <= 1e-9*want) || !(want > 10*s.Residual) {
		t.Errorf("Cloud: marginal error %v, by the condition %v; residual %v", s.MarginalError, want, s.Residual)
	}
	l, g, _ := onLine(t, 60, 1e-3, 0.02)
	l.Tolerance, l.Plain = 1e-3, true
	n, err := l.Nodes(freeenergy.Uniformly(g))
	if err != nil {
		t.Fatal(err)
	}
	if s, err = n.Step(); err != nil {
		t.Fatal(err)
	}
	want, a = 0, l.Step*(l.Temperature-l.Epsilon/(2*l.Step))/l.Epsilon
	for j, z := range n.s.logz {
		z -= n.lnd[j]
		want += math.Abs(n.w[j] - n.v[j]*math.Exp(-(l.Step*n.f[j]/l.Epsilon+z)/a))
	}
	if !(math.Abs(s.MarginalError-want) <= 1e-9*want) || !(want > 0) {
		t.Errorf("Nodes: marginal error %v, by the condition %v", s.MarginalError, want)
	}
}
