package freeenergy_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/internal/oracle"
	"hopflow/lyapunov"
	. "hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
	"hopflow/lyapunov/verify"
)

type identity struct{}

func (identity) Sharp(dst, x, xi []float64)    { copy(dst, xi) }
func (identity) SharpSqrt(dst, x, w []float64) { copy(dst, w) }
func (identity) Divergence(dst, x []float64)   { clear(dst) }

// matrixMobility is K(x) as a function that fills a matrix.
type matrixMobility func(x []float64) *mat.Dense

func (k matrixMobility) Sharp(dst, x, xi []float64) {
	mat.NewVecDense(len(dst), dst).MulVec(k(x), mat.NewVecDense(len(xi), xi))
}
func (matrixMobility) SharpSqrt(dst, x, w []float64) { panic("a dissipation has no noise") }
func (matrixMobility) Divergence(dst, x []float64)   { panic("a dissipation has no drift") }

func constant(n int, entries ...float64) matrixMobility {
	m := mat.NewDense(n, n, entries)
	return func([]float64) *mat.Dense { return m }
}

// current is that of the gradient flow of F: J = -K(p∇E + T∇p) for a Gaussian p.
func current(p *Gaussian, e lyapunov.Energy, T float64, k lyapunov.Mobility) func(dst, x []float64) {
	n := p.Dim()
	return func(dst, x []float64) {
		xi, score := make([]float64, n), make([]float64, n)
		e.Gradient(xi, x)
		p.Score(score, x)
		for i := range xi {
			xi[i] = -p.Prob(x) * (xi[i] + T*score[i])
		}
		k.Sharp(dst, x, xi)
	}
}

// Theorem 6 on Gaussian and mixed densities in the double well: -D, the sum of
// J·∇Φ, and the numbers of another program; the order in the cells.
func TestDissipationOracle(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "double-well/gaussian-p") {
		T, p := r.In("T"), Normal(r.In("m"), r.In("s2"))
		var h, miss []float64
		for _, n := range []int{100, 200, 400, 800, 1600} {
			d := must(NewDensity(NewGrid(Uniform(-4, 4, n)), p.Prob))
			D := must(Dissipation(d, well, T, identity{}))
			rate := must(RateFromCurrent(d, well, T, current(p, well, T, identity{})))
			h, miss = append(h, 8/float64(n)), append(miss, math.Abs(D+r.Want("dFdt")))
			near(t, "-D and ∫J·∇Φ", rate.Bulk, -D, 3*64/float64(n*n))
			near(t, "flux through ends that p does not reach", rate.Boundary, 0, 1e-8)
		}
		if err := verify.Order("D", "dissipation "+r.ID, h, miss, 2, 0.1).Err(); err != nil {
			t.Error(err)
		}
		r.Close(t, "dFdt", []float64{r.Want("dFdt") + miss[4]}, 2e-4, true)
	}
	r := oracle.Load(t, lf, "double-well/mixture-p")[0]
	D := must(Dissipation(mixtureDensity(r, NewGrid(Uniform(-4, 4, 8000))), well, r.In("T"), identity{}))
	r.Close(t, "dFdt", []float64{-D}, 1e-5, true)
}

// K = S(x) + A(x): the antisymmetric part drops out, whatever it is.
func TestAntisymmetricPartDropsOut(t *testing.T) {
	r := oracle.Load(t, lf, "sa/dFdt-variable-K")[0]
	T := r.In("T")
	e := quartic{}
	p := must(NewDensity(NewGrid(Uniform(-4.3, 4.7, 180), Uniform(-3.9, 3.7, 180)), must(NewGaussian(r.Ins("mu"), matrix(r.Inputs, "Sigma"))).Prob))
	F, _ := free(t, p, e, T)
	r.Close(t, "F", []float64{F}, 1e-10, false)
	r.Close(t, "mean_E", []float64{Energy(p, e)}, 1e-10, false)
	r.Close(t, "entropy", []float64{Entropy(p)}, 1e-10, false)
	var first float64
	for i, a := range []float64{0, 1, -7} {
		D := must(Dissipation(p, e, T, matrixMobility(func(x []float64) *mat.Dense {
			c, rot := x[0]*x[1]/5, a*(math.Sin(x[0])+x[1]*x[1])
			return mat.NewDense(2, 2, []float64{1 + x[0]*x[0], c + rot, c - rot, 1 + x[1]*x[1]})
		})))
		r.Close(t, "dFdt", []float64{-D}, 1e-2, true) // 50 µm cells: order 2
		if i == 0 {
			first = D
		}
		near(t, "dissipation with A", D, first, 1e-12)
	}
}

// quartic is (x²-1)² + xy/2 + y².
type quartic struct{}

func (quartic) Dim() int { return 2 }
func (quartic) Value(x []float64) float64 {
	return math.Pow(x[0]*x[0]-1, 2) + x[0]*x[1]/2 + x[1]*x[1]
}
func (quartic) Gradient(dst, x []float64) {
	dst[0], dst[1] = 4*x[0]*(x[0]*x[0]-1)+x[1]/2, x[0]/2+2*x[1]
}

// Ornstein-Uhlenbeck on the line: the rate by the formula, by differences of
// F(t), and by differences in closed form.
func TestOrnsteinUhlenbeck(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "ou1d/") {
		T, k, K, time := r.In("T"), r.In("k"), r.In("K"), r.In("t")
		e := landscape.Harmonic(k, 0)
		at := func(t float64) *Gaussian {
			decay := math.Exp(-K * k * t)
			return Normal(r.In("m0")*decay, T/k+(r.In("v0")-T/k)*decay*decay)
		}
		s := 9.5 * math.Sqrt(math.Max(r.Want("var"), T/k))
		g := NewGrid(Uniform(-s-2, s+2, 4000))
		density := func(t float64) (*Density, error) { return NewDensity(g, at(t).Prob) }
		p := must(density(time))
		F, kl := free(t, p, e, T)
		r.Close(t, "F", []float64{F}, 1e-11, false)
		r.Close(t, "kl", []float64{kl}, 1e-11, false)
		r.Close(t, "kl", []float64{at(time).KL(e.Gibbs(T))}, 1e-13, false)
		D := must(Dissipation(p, e, T, constant(1, K)))
		r.Close(t, "dFdt", []float64{-D}, 1e-11, false) // Φ is a parabola: exact slopes
		rate, miss, err := RateByDifferences(density, e, T, time, 1e-2)
		if err != nil || miss > 1e-2 {
			t.Errorf("%s: differences: error %g, %v", r.ID, miss, err)
		}
		r.Close(t, "dFdt", []float64{rate}, 1e-6, false)
		if bound := Normal(r.In("m0"), r.In("v0")).KL(e.Gibbs(T)) * math.Exp(-2*k*K*time); kl > bound {
			t.Errorf("%s: KL = %g exceeds the bound %g", r.ID, kl, bound)
		}
		r.Close(t, "dFdt_central_1e_4", []float64{(T*at(time+1e-4).KL(e.Gibbs(T)) - T*at(time-1e-4).KL(e.Gibbs(T))) / 2e-4}, 1e-9, false)
	}
}

// In the plane with a rotation: F/T is KL to the stationary Gaussian.
func TestOrnsteinUhlenbeckPlane(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "ou2d/") {
		const T = 0.8
		q := must(NewGaussian([]float64{0, 0}, matrix(r.Expected, "Sigma")))
		m := mat.NewSymDense(2, nil)
		q.Precision(m)
		m.ScaleSym(T, m)
		e := must(landscape.NewQuadratic(m, nil))
		p := must(NewGaussian(r.Wants("mean"), matrix(r.Expected, "cov")))
		s := 8 * math.Sqrt(math.Max(mat.Max(matrix(r.Expected, "Sigma")), mat.Max(matrix(r.Expected, "cov"))))
		d := must(NewDensity(NewGrid(Uniform(-s, s, 200), Uniform(-s, s, 200)), p.Prob))
		_, kl := free(t, d, e, T)
		r.Close(t, "kl", []float64{kl}, 1e-10, false)
		r.Close(t, "kl", []float64{p.KL(q)}, 1e-13, false)
		// S = D/T, and dF/dt = T dKL/dt.
		S := matrix(r.Inputs, "D")
		S.ScaleSym(1/T, S)
		D := must(Dissipation(d, e, T, constant(2, S.At(0, 0), 0.3, -0.3, S.At(1, 1))))
		r.Close(t, "dkldt", []float64{-D / T}, 1e-10, false)
	}
	r := oracle.Load(t, lf, "ou3d/")[0]
	p, q := must(NewGaussian(r.Wants("mean"), matrix(r.Expected, "cov"))), must(NewGaussian([]float64{0, 0, 0}, matrix(r.Expected, "Sigma")))
	r.Close(t, "kl", []float64{p.KL(q)}, 1e-13, false)
	m := mat.NewSymDense(3, nil)
	q.Precision(m)
	e := must(landscape.NewQuadratic(m, nil)) // T = 1
	d := must(NewDensity(NewGrid(Uniform(-6, 7, 44), Uniform(-5, 5.5, 40), Uniform(-4, 5, 40)), p.Prob))
	_, kl := free(t, d, e, 1)
	r.Close(t, "kl", []float64{kl}, 1e-8, false)
	S := matrix(r.Inputs, "D")
	r.Close(t, "dkldt", []float64{-must(Dissipation(d, e, 1, matrixMobility(func([]float64) *mat.Dense { return mat.DenseCopyOf(S) })))}, 1e-8, false)
}

// [HF] (46) on the tanh metric, S = 4βx(1-x).
func TestHimmelblauRate(t *testing.T) {
	var f landscape.Himmelblau
	densities := map[string]func(x []float64) float64{
		"uniform":             func([]float64) float64 { return 1 },
		"36 x1(1-x1)x2(1-x2)": func(x []float64) float64 { return 36 * x[0] * (1 - x[0]) * x[1] * (1 - x[1]) },
	}
	for _, r := range oracle.Load(t, hf, "hf-free-") {
		rho, beta := densities[r.Text("rho")], r.Ins("beta")
		if rho == nil {
			t.Fatalf("no density %q", r.Text("rho"))
		}
		tanh := matrixMobility(func(x []float64) *mat.Dense {
			return mat.NewDense(2, 2, []float64{4 * beta[0] * x[0] * (1 - x[0]), 0, 0, 4 * beta[1] * x[1] * (1 - x[1])})
		})
		var h, miss []float64
		for _, n := range []int{20, 40, 80, 160, 320} {
			side := Uniform(0, 1, n)
			D := must(Dissipation(must(Normalized(NewGrid(side, side), rho)), f, r.In("T"), tanh))
			h, miss = append(h, 1/float64(n)), append(miss, math.Abs(D/r.Want("dFdt")+1))
		}
		order := 2.0
		if r.ID == "hf-free-02" { // ρ is 0 at the walls, where ln ρ is no parabola
			order = 1.5
		}
		if err := verify.Order("D", "(46) at "+r.Text("rho"), h, miss, order, 0.2).Err(); err != nil {
			t.Error(err)
		}
		near(t, "(46) at "+r.Text("rho"), miss[4], 0, 4e-4)
	}
}

// At equilibrium nothing is dissipated, on uneven and periodic axes too; a jump
// dissipates without bound.
func TestDissipationEnds(t *testing.T) {
	edges := []float64{-3, -2.2, -1.9, -1, -0.4, 0.3, 1.1, 1.7, 2.4, 3}
	cylinder := landscape.Independent(landscape.Harmonic(4, 0.2), landscape.NewTiltedRing(0.6, 0))
	g := NewGrid(Edges(edges), Periodic(0, 2*math.Pi, 7))
	if D := must(Dissipation(must(Gibbs(g, cylinder, 0.7)), cylinder, 0.7, identity{})); D > 1e-25 {
		t.Errorf("dissipation %g at equilibrium", D)
	}
	var h, D []float64
	for _, n := range []int{30, 60, 120, 240} {
		p := must(Normalized(NewGrid(Uniform(0, 1, n)), func(x []float64) float64 {
			if x[0] < 0.5 {
				return 1
			}
			return 0
		}))
		h, D = append(h, 1/float64(n)), append(D, must(Dissipation(p, formula(func(float64) float64 { return 0 }), 0.7, identity{})))
	}
	if err := verify.Order("jump", "dissipation of a jump", h, D, -1, 0.05).Err(); err != nil {
		t.Error(err)
	}
	// A density that vanishes at the ends like a square: D is finite, 4T²∫|∇√p|².
	var miss []float64
	for _, n := range []int{160, 320, 640, 1280} {
		p := must(Normalized(NewGrid(Uniform(-1, 3, n)), func(x []float64) float64 {
			if x[0] < 0 || x[0] > 2 {
				return 0
			}
			return 15. / 16 * math.Pow(x[0]*(2-x[0]), 2)
		}))
		// √p = √(15/16) x(2-x): ∫ (2-2x)² 15/16 dx = 5/2.
		got := must(Dissipation(p, formula(func(float64) float64 { return 0 }), 0.7, identity{}))
		miss = append(miss, math.Abs(got/(4*0.49*2.5)-1))
	}
	for i := 1; i < len(miss); i++ {
		if !(miss[i] < 0.7*miss[i-1]) {
			t.Errorf("relative errors %.3g of the dissipation of a density that ends, on halved cells", miss)
		}
	}
	near(t, "D of a density that ends, relative error", miss[3], 0, 0.01)
	_, err := Dissipation(Uniformly(NewGrid(Uniform(-1, 1, 5))), well, 1, constant(1, -1))
	fails(t, err, "positive semidefinite", "cell 0")
	_, err = Dissipation(Uniformly(NewGrid(Uniform(-1, 1, 5))), well, 1, constant(1, nan))
	fails(t, err, "dissipation is NaN", "cell 0")
}

// A semidefinite S: nothing is dissipated at some p that is not q.
func TestKinetic(t *testing.T) {
	r := oracle.Load(t, lf, "thm6/kinetic-ou")[0]
	e := landscape.Harmonic(1, 0, 0)
	g := NewGrid(Uniform(-12, 12, 240), Uniform(-9, 9, 180))
	k := constant(2, 0, -1, 1, r.In("gamma"))
	start := must(NewGaussian([]float64{0, 0}, sym(2, r.In("var_x0"), 0, 0, r.In("T"))))
	p := must(NewDensity(g, start.Prob))
	r.Close(t, "dFdt0", []float64{must(Dissipation(p, e, r.In("T"), k))}, 1e-10, false)
	_, kl := free(t, p, e, r.In("T"))
	r.Close(t, "kl0", []float64{kl}, 1e-10, false)
	later := must(NewDensity(g, must(NewGaussian([]float64{0, 0}, matrix(r.Expected, "cov"))).Prob))
	_, kl = free(t, later, e, r.In("T"))
	r.Close(t, "kl", []float64{kl}, 1e-10, false)
	r.Close(t, "dFdt", []float64{-must(Dissipation(later, e, r.In("T"), k))}, 1e-10, false)
}

// A mobility e^{-t} dissipates and does not relax: F ends above its minimum.
func TestMobilityThatDies(t *testing.T) {
	r := oracle.Load(t, lf, "thm6/K-exp-minus-t")[0]
	e, m0 := landscape.Harmonic(1, 0), r.In("m0")
	g := NewGrid(Uniform(-9, 11, 2000))
	at := func(clock float64) *Density { return must(NewDensity(g, Normal(m0*math.Exp(-clock), 1).Prob)) }
	F0, _ := free(t, at(0), e, 1)
	F, kl := free(t, at(1), e, 1)
	r.Close(t, "F0", []float64{F0}, 1e-12, false)
	r.Close(t, "F_inf", []float64{F}, 1e-12, false)
	r.Close(t, "kl_inf", []float64{kl}, 1e-12, false)
	r.Close(t, "mean_inf", []float64{at(1).Mean(func(x []float64) float64 { return x[0] })}, 1e-12, false)
}

// The boundary term that does not vanish: a steady current between reservoirs.
func TestReservoir(t *testing.T) {
	r := oracle.Load(t, lf, "boundary/reservoir")[0]
	a, b := r.In("a"), r.In("b")
	zero := formula(func(float64) float64 { return 0 })
	steady := func(dst, x []float64) { dst[0] = a - b }
	var h, bulk, wall []float64
	for _, n := range []int{80, 160, 320, 640, 1280} {
		p := must(NewDensity(NewGrid(Uniform(0, 1, n)), func(x []float64) float64 { return a + (b-a)*x[0] }))
		rate := must(RateFromCurrent(p, zero, 1, steady))
		h, bulk, wall = append(h, 1/float64(n)), append(bulk, math.Abs(rate.Bulk-r.Want("bulk"))), append(wall, math.Abs(rate.Boundary-r.Want("boundary")))
		if n == 1280 {
			r.Close(t, "dFdt", []float64{rate.Total()}, 1e-4, false)
			near(t, "-D is the bulk", -must(Dissipation(p, zero, 1, identity{})), rate.Bulk, 1e-4)
			near(t, "dF/dt of what does not change", must(RateFromChange(p, make([]float64, n), zero, 1)), 0, 0)
		}
	}
	for _, c := range []verify.Claim{
		verify.Order("bulk", "bulk term", h, bulk, 2, 0.1),
		verify.Order("boundary", "boundary term", h, wall, 3, 0.2),
	} {
		if err := c.Err(); err != nil {
			t.Error(err)
		}
	}
}

// [LF] Remark 7: a reset to q lowers F though the only K is negative in places.
func TestReset(t *testing.T) {
	r := oracle.Load(t, lf, "remark7/reset")[0]
	a, b := r.In("a"), r.In("b")
	zero := formula(func(float64) float64 { return 0 })
	density := func(x []float64) float64 { return 1 + a*math.Cos(math.Pi*x[0]) + b*math.Cos(3*math.Pi*x[0]) }
	J := func(dst, x []float64) {
		dst[0] = a*math.Sin(math.Pi*x[0])/math.Pi + b*math.Sin(3*math.Pi*x[0])/(3*math.Pi)
	}
	g := NewGrid(Uniform(0, 1, 2000).Walled())
	p, q := must(NewDensity(g, density)), Uniformly(g)
	change := make([]float64, g.Len())
	for i := range change {
		change[i] = q.P[i] - p.P[i]
	}
	r.Close(t, "dFdt", []float64{must(RateFromChange(p, change, zero, 1))}, 1e-6, false)
	r.Close(t, "dFdt", []float64{-KL(p, q) - KL(q, p)}, 1e-6, false)
	rate := must(RateFromCurrent(p, zero, 1, J))
	r.Close(t, "dFdt", []float64{rate.Total()}, 1e-5, false)
	near(t, "closed ends", rate.Boundary, 0, 1e-15)
	at, slope := make([]float64, 1), -math.Pi*(a*math.Sin(math.Pi*r.In("x"))+3*b*math.Sin(3*math.Pi*r.In("x")))
	J(at, r.Ins("x"))
	r.Close(t, "J", at, 1e-15, false)
	r.Close(t, "K", []float64{-at[0] / slope}, 1e-15, false)
	by, miss, err := RateByDifferences(func(t float64) (*Density, error) {
		return NewDensity(g, func(x []float64) float64 { return 1 + math.Exp(-t)*(density(x)-1) })
	}, zero, 1, 0, 1e-2)
	if err != nil || miss > 1e-3 {
		t.Errorf("differences: error %g, %v", miss, err)
	}
	r.Close(t, "dFdt", []float64{by}, 1e-6, false)
}

func TestRateRefuses(t *testing.T) {
	g := NewGrid(Uniform(0, 4, 4))
	zero := formula(func(float64) float64 { return 0 })
	p := must(Normalized(g, func(x []float64) float64 { return math.Max(0, x[0]-1) }))
	_, err := RateFromCurrent(p, zero, 1, func(dst, x []float64) { dst[0] = 1 })
	fails(t, err, "density is 0", "cell 0", "center [0.5]", "no velocity carries it")
	_, err = RateFromCurrent(Uniformly(g), zero, 1, func(dst, x []float64) { dst[0] = nan })
	fails(t, err, "current [NaN]", "cell 0")
	_, err = RateFromCurrent(p, zero, 1, func(dst, x []float64) {
		dst[0] = 0
		if x[0] == 0 {
			dst[0] = 1
		}
	})
	fails(t, err, "through the boundary at [0]")
	_, err = RateFromChange(p, []float64{1, 0, 0, -1}, zero, 1)
	fails(t, err, "∂p/∂t is 1", "cell 0", "where p is 0")
	_, err = RateFromChange(Uniformly(g), []float64{0, 0, nan, 0}, zero, 1)
	fails(t, err, "∂p/∂t is NaN", "cell 2")
	_, _, err = RateByDifferences(func(float64) (*Density, error) { return NewDensity(g, func([]float64) float64 { return 1 }) }, zero, 1, 0.5, 0.1)
	fails(t, err, "at t = 0.5", "mass 4")
	panics(t, "step 0", func() { RateByDifferences(nil, zero, 1, 0, 0) })
}
