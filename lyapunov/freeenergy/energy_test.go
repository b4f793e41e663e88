package freeenergy_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/internal/oracle"
	"hopflow/lyapunov"
	. "hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
	"hopflow/lyapunov/verify"
)

const lf, hf = "testdata/lf.json", "testdata/hf.json"

var well = landscape.NewDoubleWell(1, 1)

func sym(n int, entries ...float64) *mat.SymDense { return mat.NewSymDense(n, entries) }

// matrix reads a symmetric matrix of an oracle.
func matrix(m map[string]any, key string) *mat.SymDense {
	rows := m[key].([]any)
	s := mat.NewSymDense(len(rows), nil)
	for i, row := range rows {
		for j, v := range row.([]any) {
			var x float64
			if _, err := fmt.Sscan(v.(string), &x); err != nil {
				panic(err)
			}
			s.SetSym(i, j, x)
		}
	}
	return s
}

// formula is an energy on the line given by its value alone.
type formula func(x float64) float64

func (formula) Dim() int                    { return 1 }
func (f formula) Value(x []float64) float64 { return f(x[0]) }
func (f formula) Gradient(dst, x []float64) { dst[0] = (f(x[0]+1e-6) - f(x[0]-1e-6)) / 2e-6 }

// free computes everything of [LF] Definition 2 on a grid.
func free(t *testing.T, p *Density, e lyapunov.Energy, T float64) (F, kl float64) {
	t.Helper()
	F, kl, err := FreeEnergy(p, e, T)
	if err != nil {
		t.Fatal(err)
	}
	// The forms differ by T (1 + ln Z) times what the mass lacks to 1.
	near(t, "the two forms", EnergyMinusEntropy(p, e, T), F, 1e-12+10*math.Abs(p.Mass()-1))
	if q := must(Gibbs(p.Grid, e, T)); q.Min() > 0 { // no underflow
		near(t, "KL from the Gibbs density", KL(p, q), kl, 1e-12)
	}
	return F, kl
}

// Gaussians in one dimension: closed form by another program, closed form of
// this package, and the grid.
func TestGaussiansOnTheLine(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "free-energy/gauss1d") {
		T, c, s := r.In("T"), r.In("c"), math.Sqrt(math.Max(r.In("s2"), r.In("T")/r.In("k")))
		e := landscape.Harmonic(r.In("k"), c)
		p := Normal(r.In("m"), r.In("s2"))
		lo, hi := math.Min(c, r.In("m"))-9*s, math.Max(c, r.In("m"))+9*s
		g := NewGrid(Uniform(lo, hi, 1500))
		d := must(NewDensity(g, p.Prob))
		F, kl := free(t, d, e, T)
		r.Close(t, "F_form1", []float64{F}, 1e-12, false)
		r.Close(t, "F_form2", []float64{EnergyMinusEntropy(d, e, T)}, 1e-12, false)
		r.Close(t, "kl", []float64{kl}, 1e-12, false)
		r.Close(t, "kl", []float64{p.KL(e.Gibbs(T))}, 1e-14, false)
		r.Close(t, "entropy", []float64{Entropy(d)}, 1e-12, false)
		r.Close(t, "entropy", []float64{p.Entropy()}, 1e-14, false)
		r.Close(t, "mean_E", []float64{Energy(d, e)}, 1e-12, false)
		r.Close(t, "F_min", []float64{-T * must(GridLogPartition(g, e, T))}, 1e-12, false)
		r.Close(t, "Z", []float64{math.Exp(e.LogPartition(T))}, 1e-14, true)
	}
}

func TestGaussiansInSpace(t *testing.T) {
	for id, axes := range map[string][]Axis{
		"free-energy/gauss2d": {Uniform(-8, 8, 160), Uniform(-6, 5, 160)},
		"free-energy/gauss3d": {Uniform(-7, 8, 44), Uniform(-9.5, 9.5, 56), Uniform(-11, 10, 44)},
	} {
		r := oracle.Load(t, lf, id)[0]
		T := r.In("T")
		e := must(landscape.NewQuadratic(matrix(r.Inputs, "M"), nil))
		p := must(NewGaussian(r.Ins("mu"), matrix(r.Inputs, "Sigma")))
		d := must(NewDensity(NewGrid(axes...), p.Prob))
		F, kl := free(t, d, e, T)
		r.Close(t, "F", []float64{F}, 1e-9, false) // the box leaves 1e-10 of the mass outside
		r.Close(t, "kl", []float64{kl}, 1e-9, false)
		r.Close(t, "entropy", []float64{Entropy(d)}, 1e-9, false)
		r.Close(t, "mean_E", []float64{Energy(d, e)}, 1e-10, false)
		r.Close(t, "kl", []float64{p.KL(e.Gibbs(T))}, 1e-14, false)
		r.Close(t, "F", []float64{T*p.KL(e.Gibbs(T)) - T*e.LogPartition(T)}, 1e-14, false)
		r.Close(t, "F_min", []float64{-T * must(GridLogPartition(d.Grid, e, T))}, 1e-10, false)
	}
}

func TestDoubleWellOracle(t *testing.T) {
	g := NewGrid(Uniform(-4, 4, 3000))
	x2 := func(x []float64) float64 { return x[0] * x[0] }
	for _, r := range oracle.Load(t, lf, "double-well/equilibrium") {
		T, e := r.In("T"), landscape.NewDoubleWell(r.In("c0"), 1)
		q := must(Gibbs(g, e, T))
		r.Close(t, "F_min", []float64{-T * must(GridLogPartition(g, e, T))}, 1e-12, false)
		lnZ, miss, err := LogPartition(e, T, [][2]float64{{-inf, inf}}, nil)
		if err != nil || miss > 1e-10 {
			t.Errorf("%s: error %g, %v", r.ID, miss, err)
		}
		r.Close(t, "Z", []float64{math.Exp(lnZ)}, 1e-13, true)
		r.Close(t, "x2", []float64{q.Mean(x2)}, 1e-12, true)
		r.Close(t, "mean_E", []float64{Energy(q, e)}, 1e-12, true)
		r.Close(t, "entropy", []float64{Entropy(q)}, 1e-12, true)
	}
	for _, r := range oracle.Load(t, lf, "double-well/gaussian-p") {
		p := must(NewDensity(g, Normal(r.In("m"), r.In("s2")).Prob))
		F, kl := free(t, p, well, r.In("T"))
		r.Close(t, "F", []float64{F}, 1e-12, false)
		r.Close(t, "kl", []float64{kl}, 1e-12, false)
		r.Close(t, "mean_E", []float64{Energy(p, well)}, 1e-12, false)
		r.Close(t, "entropy", []float64{Entropy(p)}, 1e-12, false)
	}
	r := oracle.Load(t, lf, "double-well/mixture-p")[0]
	F, kl := free(t, mixtureDensity(r, g), well, r.In("T"))
	r.Close(t, "F", []float64{F}, 1e-12, false)
	r.Close(t, "kl", []float64{kl}, 1e-12, false)
}

func mixtureDensity(r oracle.Record, g *Grid) *Density {
	m, v := r.Ins("means"), r.Ins("variances")
	return must(NewDensity(g, must(landscape.NewMixture(r.Ins("weights"), Normal(m[0], v[0]), Normal(m[1], v[1]))).Prob))
}

// Densities with a kink, with a jump to 0, and Gibbs densities with tails.
func TestRoughDensities(t *testing.T) {
	r := oracle.Load(t, lf, "kl/laplace-vs-gauss")[0]
	b, q := r.In("b"), Normal(0, r.In("s2"))
	var h, miss []float64
	for _, n := range []int{800, 1600, 3200, 6400, 12800} {
		g := NewGrid(Uniform(-16, 16, n)) // an edge at the kink
		p := must(Normalized(g, func(x []float64) float64 { return math.Exp(-math.Abs(x[0])/b) / (2 * b) }))
		kl := KL(p, must(NewDensity(g, q.Prob)))
		h, miss = append(h, 32/float64(n)), append(miss, math.Abs(kl-r.Want("kl")))
	}
	if err := verify.Order("kink", "KL of a kinked density", h, miss, 2, 0.1).Err(); err != nil {
		t.Error(err)
	}
	near(t, "KL of Laplace to Gauss", r.Want("kl")-miss[4], r.Want("kl"), 1e-5)

	r = oracle.Load(t, lf, "free-energy/uniform")[0]
	lo, hi := r.In("a"), r.In("b")
	g := NewGrid(Uniform(-8.5, 8.5, 17*400)) // edges at both jumps
	p := must(NewDensity(g, func(x []float64) float64 {
		if x[0] > lo && x[0] < hi {
			return 1 / (hi - lo)
		}
		return 0
	}))
	F, kl := free(t, p, landscape.Harmonic(r.In("k"), 0), r.In("T"))
	r.Close(t, "F", []float64{F}, 1e-6, false)
	r.Close(t, "kl", []float64{kl}, 1e-6, false)
	r.Close(t, "entropy", []float64{Entropy(p)}, 1e-12, false)
}

// Where Z is finite for T < κ only: below, both ends of the line at infinity;
// at and above, an error and not a number.
func TestExistence(t *testing.T) {
	line := [][2]float64{{-inf, inf}}
	for _, r := range oracle.Load(t, lf, "existence/log-potential") {
		e := formula(func(x float64) float64 { return r.In("kappa") / 2 * math.Log1p(x*x) })
		lnZ, miss, err := LogPartition(e, r.In("T"), line, nil)
		if err != nil || miss > 1e-10 {
			t.Errorf("%s: error %g, %v", r.ID, miss, err)
		}
		r.Close(t, "Z", []float64{math.Exp(lnZ)}, 1e-12, true)
		r.Close(t, "F_min", []float64{-r.In("T") * lnZ}, 1e-12, false)
		for _, above := range []float64{1, 1.3} {
			_, _, err := LogPartition(e, above*r.Want("T_max_for_normalisable"), line, nil)
			fails(t, err, "Z may be infinite")
		}
		_, err = Gibbs(NewGrid(Uniform(-50, 50, 500)), e, 0.8)
		fails(t, err, "cuts off about 0.", "axis 0")
	}
}

func TestRing(t *testing.T) {
	g := NewGrid(Periodic(0, 2*math.Pi, 64))
	e := landscape.NewTiltedRing(1, 0)
	for _, r := range oracle.Load(t, lf, "ring/cos") {
		q := must(Gibbs(g, e, r.In("T")))
		r.Close(t, "mean_cos", []float64{Energy(q, e)}, 1e-14, true)
		r.Close(t, "Z", []float64{math.Exp(must(GridLogPartition(g, e, r.In("T"))))}, 1e-13, true)
	}
	_, err := Gibbs(g, landscape.NewTiltedRing(1, 0.6), 1)
	fails(t, err, "periodic axis 0", "multi-valued")
	_, err = Dissipation(Uniformly(g), landscape.NewTiltedRing(1, 0.6), 1, identity{})
	fails(t, err, "multi-valued")
	plane := NewGrid(Uniform(-5, 5, 9), Periodic(0, 2*math.Pi, 16))
	_, err = Gibbs(plane, landscape.Independent(landscape.Harmonic(3, 0), landscape.NewTiltedRing(1, -1e-6)), 1)
	fails(t, err, "periodic axis 1")
}

// [HF] (41), (45) for (59): grid and adaptive quadrature.
func TestHimmelblauOracle(t *testing.T) {
	var h landscape.Himmelblau
	square := [][2]float64{{0, 1}, {0, 1}}
	side := Uniform(0, 1, 256)
	g := NewGrid(side, side)
	for _, r := range oracle.Load(t, hf, "hf-gibbs-0")[:3] {
		T := r.In("T")
		lnZ, miss, err := LogPartition(h, T, square, nil)
		if err != nil || miss > 1e-10 {
			t.Errorf("%s: error %g, %v", r.ID, miss, err)
		}
		r.Close(t, "Z", []float64{math.Exp(lnZ)}, 1e-13, true)
		r.Close(t, "F_inf", []float64{-T * lnZ}, 1e-13, true)
		q := must(Gibbs(g, h, T))
		r.Close(t, "mean", []float64{q.Mean(func(x []float64) float64 { return x[0] }), q.Mean(func(x []float64) float64 { return x[1] })}, 1e-4, false)
		r.Close(t, "Ef", []float64{Energy(q, h)}, 1e-3, true)
	}
	r := oracle.Load(t, hf, "hf-gibbs-04")[0]
	q := must(Gibbs(g, h, r.In("T")))
	lnZ, _, _ := LogPartition(h, r.In("T"), square, nil)
	half, _, err := LogPartition(h, r.In("T")/2, square, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Close(t, "int_rho_sq", []float64{math.Exp(half - 2*lnZ)}, 1e-12, true)
	at := 0
	r.Close(t, "int_rho_sq", []float64{q.Mean(func([]float64) float64 { at++; return q.P[at-1] })}, 2e-4, true)

	r = oracle.Load(t, hf, "hf-free-02")[0]
	p := must(Normalized(g, func(x []float64) float64 { return 36 * x[0] * (1 - x[0]) * x[1] * (1 - x[1]) }))
	F, _ := free(t, p, h, r.In("T"))
	r.Close(t, "F", []float64{F}, 4e-5, true)
	r.Close(t, "Ef", []float64{Energy(p, h)}, 4e-5, true)
	r.Close(t, "entropy_int", []float64{-Entropy(p)}, 5e-4, true)
	var width, miss []float64
	r = oracle.Load(t, hf, "hf-free-01")[0]
	for _, n := range []int{16, 32, 64, 128, 256} {
		side := Uniform(0, 1, n)
		p := Uniformly(NewGrid(side, side))
		F, _ := free(t, p, h, r.In("T"))
		r.Close(t, "entropy_int", []float64{Entropy(p)}, 1e-12, false)
		r.Close(t, "F", []float64{Energy(p, h)}, 2e-2, true)
		width, miss = append(width, 1/float64(n)), append(miss, math.Abs(F-r.Want("F")))
	}
	if err := verify.Order("F", "F of a density on cells", width, miss, 2, 0.1).Err(); err != nil {
		t.Error(err)
	}
	near(t, "F on 256 x 256 cells", miss[4], 0, 1e-2)
}

// Near equilibrium KL keeps its digits where <E> - T H has none left: p = q (1 +
// ε s) with <s> = 0 has KL = ε²<s²>/2 - ε³<s³>/6 + O(ε⁴).
func TestNearEquilibrium(t *testing.T) {
	const T = 0.3
	g := NewGrid(Uniform(-3, 3, 400))
	q := must(Gibbs(g, well, T))
	s := func(x []float64) float64 { return math.Sin(2*x[0]) + 0.4*math.Pow(math.Sin(3*x[0]), 3) } // odd
	s2 := q.Mean(func(x []float64) float64 { return s(x) * s(x) })
	for _, eps := range []float64{1e-2, 1e-3, 1e-5, 1e-7} {
		p := q.Clone()
		x := make([]float64, 1)
		for i := range p.P {
			g.Center(x, i)
			p.P[i] *= 1 + eps*s(x)
		}
		_, kl := free(t, p, well, T)
		if want := eps * eps * s2 / 2; math.Abs(kl/want-1) > eps*eps+2e-8 {
			t.Errorf("ε = %g: KL = %.12g, want %.12g", eps, kl, want)
		}
	}
	// What the other form says at 1e-7: an error larger than the number.
	F, kl, err := FreeEnergy(q, well, T)
	if err != nil || kl > 1e-29 {
		t.Errorf("KL(q||q) = %g, %v", kl, err)
	}
	near(t, "F at equilibrium", F, -T*must(GridLogPartition(g, well, T)), 1e-15)
}

// KL in numbers that under- and overflow, against the formula written out.
func TestKLEnds(t *testing.T) {
	g := NewGrid(Edges([]float64{0, 0.25, 1}))
	d := func(a, b float64) *Density { return &Density{Grid: g, P: []float64{a, b}} }
	direct := func(p, q *Density) float64 {
		return 0.25*p.P[0]*math.Log(p.P[0]/q.P[0]) + 0.75*p.P[1]*math.Log(p.P[1]/q.P[1])
	}
	for _, a := range []float64{1.9, 0.4, 1.02, 0.983} {
		p, q := d(a, (1-a/4)/0.75), d(0.7, 1.1)
		near(t, "KL", KL(p, q), direct(p, q), 1e-15)
	}
	near(t, "0 ln 0", KL(d(0, 4./3), d(1, 1)), math.Log(4./3), 1e-15)
	near(t, "p on a tiny q", KL(d(4, 0), d(1e-310, 4./3)), math.Log(4)-math.Log(1e-310), 1e-14)
	if kl := KL(d(4, 0), d(0, 4./3)); !math.IsInf(kl, 1) {
		t.Errorf("KL without a common support is %v", kl)
	}
	if kl := KL(d(0, 4./3), d(0, 4./3)); kl != 0 {
		t.Errorf("KL of a density to itself is %v", kl)
	}
	if kl := KL(d(-1, 1), d(1, 1)); !math.IsNaN(kl) {
		t.Errorf("KL of a negative density is %v", kl)
	}
	panics(t, "different grids", func() { KL(d(1, 1), Uniformly(NewGrid(Uniform(0, 1, 2)))) })
	panics(t, "different grids", func() { TotalVariation(d(1, 1), Uniformly(NewGrid(Uniform(0, 1, 2)))) })
	// Where q underflows F is finite all the same.
	steep := landscape.Harmonic(1e4, 0)
	p := must(NewDensity(NewGrid(Uniform(-1, 6, 700).Walled()), Normal(3, 0.04).Prob))
	F, kl, err := FreeEnergy(p, steep, 1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "F far from equilibrium", F, 5000*9.04-Normal(3, 0.04).Entropy(), 1e-12)
	near(t, "KL far from equilibrium", kl, Normal(3, 0.04).KL(steep.Gibbs(1)), 1e-12)
}

// E and E + c have one Gibbs density; F shifts by c.
func TestOffset(t *testing.T) {
	g := NewGrid(Uniform(-3, 3, 300))
	p := must(NewDensity(g, Normal(0.4, 0.1).Prob))
	F, kl := free(t, p, well, 0.7)
	for _, c := range []float64{-1e6, 3e5, 1e9} {
		e := formula(func(x float64) float64 { return well.Value([]float64{x}) + c })
		Fc, klc, err := FreeEnergy(p, e, 0.7)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "F + c", Fc, F+c, 1e-14)
		near(t, "KL", klc, kl, 1e-16*math.Abs(c)+1e-13)
	}
}
