package hopfield

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/internal/oracle"
	"hopflow/internal/trials"
	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

// recallQuadratic is E(v, h) = a v²/2 + b h²/2 - c v h.
func recallQuadratic(a, b, c float64) *landscape.Quadratic {
	return bipartiteMust(landscape.NewQuadratic(mat.NewSymDense(2, []float64{a, -c, -c, b}), nil))
}

// lemma9/gauss: both forms of F[p|v], its minimum, and the gradient of Lemma 11.
func TestRecallGaussian(t *testing.T) {
	for _, r := range oracle.Load(t, bipartiteRecords, "lemma9/") {
		v, T := r.In("v"), r.In("T")
		given := Given(recallQuadratic(r.In("a"), r.In("b"), r.In("c")), []float64{v}, T)
		lnZ := bipartiteMust(given.LogPartition())
		r.Close(t, "Zv", []float64{math.Exp(lnZ)}, 1e-13, true)
		r.Close(t, "F_min", []float64{bipartiteMust(given.Least())}, 1e-13, false)
		h := func(h []float64) float64 { return h[0] }
		mean := bipartiteMust(given.Mean(h))
		r.Close(t, "post_mean", []float64{mean}, 1e-13, true)
		r.Close(t, "post_var", []float64{bipartiteMust(given.Mean(func(h []float64) float64 { return (h[0] - mean) * (h[0] - mean) }))}, 1e-12, true)
		grad, err := given.Gradient(
			func([]float64) float64 { return v * v / 2 },
			func(h []float64) float64 { return h[0] * h[0] / 2 },
			func(h []float64) float64 { return -v * h[0] })
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "grad", grad, 1e-12, true)
		sd := math.Sqrt(r.In("s2"))
		grid := freeenergy.NewGrid(freeenergy.Uniform(r.In("m")-14*math.Max(sd, 1), r.In("m")+14*math.Max(sd, 1), 3000))
		p := bipartiteMust(freeenergy.NewDensity(grid, freeenergy.Normal(r.In("m"), r.In("s2")).Prob))
		f, err := given.FreeEnergy(p)
		if err != nil {
			t.Fatal(err)
		}
		for key, got := range map[string]float64{"mean_E": f.MeanEnergy, "entropy": f.Entropy, "kl": f.KL} {
			r.Close(t, key, []float64{got}, 1e-12, true)
		}
		r.Close(t, "F", []float64{f.FromKL()}, 1e-12, false)
		r.Close(t, "F", []float64{f.FromEnergy()}, 1e-12, false)
	}
}

// recallQuartic is E(v, h) = θ₁h⁴/4 + θ₂h²/2 - vh.
type recallQuartic struct{ t1, t2 float64 }

func (recallQuartic) Dim() int { return 2 }
func (q recallQuartic) Value(x []float64) float64 {
	v, h := x[0], x[1]
	return q.t1*h*h*h*h/4 + q.t2*h*h/2 - v*h
}
func (q recallQuartic) Gradient(dst, x []float64) {
	v, h := x[0], x[1]
	dst[0], dst[1] = -h, q.t1*h*h*h+q.t2*h-v
}

// lemma11/quartic, and the gradient against differences of the quadrature.
func TestRecallQuartic(t *testing.T) {
	quarter := func(h []float64) float64 { return h[0] * h[0] * h[0] * h[0] / 4 }
	half := func(h []float64) float64 { return h[0] * h[0] / 2 }
	for _, r := range oracle.Load(t, bipartiteRecords, "lemma11/") {
		q, v, T := recallQuartic{r.In("theta1"), r.In("theta2")}, []float64{r.In("v")}, r.In("T")
		given := Given(q, v, T)
		r.Close(t, "minus_T_lnZ", []float64{bipartiteMust(given.Least())}, 1e-13, true)
		grad, err := given.Gradient(quarter, half)
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "grad", grad, 1e-12, true)
		r.Close(t, "mean_h", []float64{bipartiteMust(given.Mean(func(h []float64) float64 { return h[0] }))}, 1e-12, true)
		for k, d := range []recallQuartic{{1e-3, 0}, {0, 1e-3}} {
			least := func(s float64) float64 {
				return bipartiteMust(Given(recallQuartic{q.t1 + s*d.t1, q.t2 + s*d.t2}, v, T).Least())
			}
			slope := (8*(least(1)-least(-1)) - (least(2) - least(-2))) / 12e-3
			if math.Abs(slope-grad[k]) > 1e-9 {
				t.Errorf("%s: ∂/∂θ_%d = %.12g, differences of the quadrature %.12g", r.ID, k+1, grad[k], slope)
			}
		}
	}
}

// Lemma 9 and 11 for random quartics: least at q, F above it by T KL.
func TestRecallStatements(t *testing.T) {
	for k := range trials.Of(t, 40) {
		rng := rand.New(rand.NewPCG(9, uint64(k)))
		q := recallQuartic{0.2 + 2*rng.Float64(), 3 * rng.NormFloat64()}
		T := 0.1 + rng.Float64()
		given := Given(q, []float64{2 * rng.NormFloat64()}, T)
		least, err := given.Least()
		if err != nil {
			t.Errorf("case %d: %v", k, err)
			continue
		}
		grid := freeenergy.NewGrid(freeenergy.Uniform(-12, 12, 2000))
		p := bipartiteMust(freeenergy.NewDensity(grid, freeenergy.Normal(rng.NormFloat64(), 0.1+rng.Float64()).Prob))
		f, err := given.FreeEnergy(p)
		if err != nil || math.Abs(f.FromKL()-f.FromEnergy()) > 1e-9*math.Max(1, math.Abs(f.FromKL())) || f.FromKL() < least {
			t.Errorf("case %d: F = %.12g from KL, %.12g from <E> - TH, least %.12g, %v", k, f.FromKL(), f.FromEnergy(), least, err)
		}
		equilibrium := bipartiteMust(freeenergy.Gibbs(grid, given.Energy(), T))
		if f, err := given.FreeEnergy(equilibrium); err != nil || math.Abs(f.FromEnergy()-least) > 1e-9*math.Max(1, math.Abs(least)) || f.KL > 1e-12 {
			t.Errorf("case %d: F[q|v] = %.12g, least %.12g, %v", k, f.FromEnergy(), least, err)
		}
	}
}

// The separable route, unit by unit, against quadrature over all hidden units.
func TestRecallUnits(t *testing.T) {
	tanh, leaky := activation.NewTanh(0.8), NewLeakyReLU(0.3)
	u := mat.NewDense(2, 2, []float64{0.4, -0.7, 0.5, 0.3})
	v, T := []float64{0.6, -1.1}, 0.45
	for _, c := range []struct {
		hidden Lagrangian
		m      Measure
		tol    float64
	}{
		{Layer(2, tanh), FiringRate, 1e-6},
		{Layer(2, leaky), Lebesgue, 1e-5},
		{LayerOf(leaky, activation.NewRectifier(0.4, 2)), Lebesgue, 1e-5},
	} {
		b := bipartiteMust(NewBipartite(u, []float64{0.2, -0.1}, Layer(2, Linear()), c.hidden))
		got, err := b.FreeEnergy(v, T, c.m)
		if err != nil {
			t.Fatal(err)
		}
		given := Given(b.Effective(T, c.m), v, T)
		if want, err := given.Least(); err != nil || math.Abs(got-want) > c.tol {
			t.Errorf("%T: -T ln Z(v) = %.10g, quadrature in the plane %.10g, %v", c.hidden, got, want, err)
		}
		f := make([]float64, 2)
		if err := b.HiddenMeans(f, v, T, c.m); err != nil {
			t.Fatal(err)
		}
		for j := range f {
			out := func(h []float64) float64 { y := make([]float64, 2); c.hidden.Gradient(y, h); return y[j] }
			if want, err := given.Mean(out); err != nil || math.Abs(f[j]-want) > c.tol {
				t.Errorf("%T: <f_%d> = %.10g, quadrature %.10g, %v", c.hidden, j, f[j], want, err)
			}
		}
	}
	soft := bipartiteMust(NewBipartite(u, nil, Layer(2, Linear()), bipartiteMust(NewSoftmaxLayer(2, 1, 1))))
	if _, err := soft.FreeEnergy(v, T, Lebesgue); err == nil || !strings.Contains(err.Error(), "not independent") {
		t.Errorf("units of a softmax layer: %v", err)
	}
}

func TestRecallRefuses(t *testing.T) {
	flat := recallEnergy{n: 2, value: func([]float64) float64 { return 0 }}
	if _, err := Given(flat, []float64{1}, 0.5).LogPartition(); err == nil || !strings.Contains(err.Error(), "may be infinite") {
		t.Errorf("flat energy: %v", err)
	}
	nan := recallEnergy{n: 2, value: func([]float64) float64 { return math.NaN() }}
	if _, err := Given(nan, []float64{1}, 0.5).LogPartition(); err == nil {
		t.Error("an energy of NaN has a Z")
	}
	tanh := Layer(1, activation.NewTanh(1))
	b := bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{0.5}), nil, tanh, tanh))
	if _, err := Given(b, []float64{0.3}, 0.5).LogPartition(); err == nil {
		t.Error("a tanh unit with respect to dh has a Z")
	}
	if _, err := b.FreeEnergy([]float64{0.3}, 0.5, Lebesgue); !errors.Is(err, ErrNotNormalisable) {
		t.Errorf("the same by units: %v", err)
	}
	if _, err := b.NewGibbs(0.5, Lebesgue, [][]float64{{0.1}}, 1); !errors.Is(err, ErrNotNormalisable) {
		t.Errorf("chains: %v", err)
	}
	if _, err := b.NewGibbs(0.5, FiringRate, [][]float64{{0.1, 0.2}}, 1); err == nil {
		t.Error("chains of two units in a network of one")
	}
}

// Gibbs against the law on a grid: the mean outputs and their product, z < 4.9; 2,500
// independent chains of 20 sweeps. Bit for bit the same on any number of cores.
func TestGibbs(t *testing.T) {
	const chains, T = 2500, 0.6
	tanh := activation.NewTanh(1.2)
	leaky := NewLeakyReLU(0.25)
	for _, c := range []struct {
		visible, hidden activation.Smooth
		m               Measure
	}{{tanh, tanh, FiringRate}, {Linear(), tanh, FiringRate}, {leaky, leaky, Lebesgue}} {
		b := bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{0.6}), []float64{0.2}, Layer(1, c.visible), Layer(1, c.hidden)))
		start := make([][]float64, chains)
		for i := range start {
			start[i] = []float64{0.5}
		}
		g := bipartiteMust(b.NewGibbs(T, c.m, start, 3))
		g.Sweep(20)
		axis := freeenergy.Uniform(-14, 14, 350)
		law := bipartiteMust(freeenergy.Gibbs(freeenergy.NewGrid(axis, axis), b.Effective(T, c.m), T))
		for name, f := range map[string]func(x []float64) float64{
			"g":   func(x []float64) float64 { return c.visible.Value(x[0]) },
			"g f": func(x []float64) float64 { return c.visible.Value(x[0]) * c.hidden.Value(x[1]) },
			"f²":  func(x []float64) float64 { y := c.hidden.Value(x[1]); return y * y },
		} {
			want := law.Mean(f)
			var sum, square float64
			for i := range chains {
				y := f(g.State(i))
				sum, square = sum+y, square+y*y
			}
			mean := sum / chains
			se := math.Sqrt((square/chains - mean*mean) / chains)
			if z := (mean - want) / se; math.Abs(z) > 4.9 {
				t.Errorf("%T-%T: <%s> = %.5g ± %.2g of %d chains, on the grid %.6g, z = %.1f", c.visible, c.hidden, name, mean, se, chains, want, z)
			}
		}
		gf, gv := g.Correlations()
		var check float64
		for i := range chains {
			check += c.visible.Value(g.State(i)[0]) * c.hidden.Value(g.State(i)[1]) / chains
		}
		if math.Abs(gf.At(0, 0)-check) > 1e-12 || math.IsNaN(gv[0]) {
			t.Errorf("Correlations give %g, the states %g", gf.At(0, 0), check)
		}
		again := bipartiteMust(b.NewGibbs(T, c.m, start[:5], 3))
		for range 20 {
			again.Sweep(1)
		}
		if again.State(4)[0] != g.State(4)[0] {
			t.Errorf("chain 4 is at %v among 5 and at %v among %d", again.State(4), g.State(4), chains)
		}
	}
}

func TestGibbsHold(t *testing.T) {
	b := bipartiteMust(RandomBipartite(Layer(5, Linear()), Layer(3, activation.NewTanh(1)), 0.5, 2))
	g := bipartiteMust(b.NewGibbs(0.5, FiringRate, [][]float64{{1, -1, 0.5, 0, 2}}, 1))
	g.Hold(1, 4)
	g.Sweep(20)
	if v := g.Visible(0); v[1] != -1 || v[4] != 2 || v[0] == 1 {
		t.Errorf("v = %v", v)
	}
}
