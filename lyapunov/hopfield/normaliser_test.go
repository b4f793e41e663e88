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
	"hopflow/internal/trials"
	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/freeenergy"
)

func leakyPair(u, slope float64) *Bipartite {
	l := Layer(1, NewLeakyReLU(slope))
	return bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{u}), nil, l, l))
}

// Closed forms by quadrants against the records and against quadrature.
func TestNormaliserRecords(t *testing.T) {
	inf := math.Inf(1)
	plane := [][2]float64{{-inf, inf}, {-inf, inf}}
	for _, r := range oracle.Load(t, bipartiteRecords, "hopfield/leaky-normaliser") {
		b, T := leakyPair(r.In("u"), r.In("slope")), r.In("T")
		q, err := b.Quadrants(T, Lebesgue)
		if err != nil {
			t.Fatal(err)
		}
		quadrants := oracle.Record{ID: r.ID, Expected: r.Expected["quadrants"].(map[string]any)}
		for key, got := range map[string]float64{"pp": q.PP, "pm": q.PM, "mp": q.MP, "mm": q.MM} {
			quadrants.Close(t, key, []float64{got}, 1e-14, true)
		}
		r.Close(t, "Z", []float64{q.Z()}, 1e-14, true)
		r.Close(t, "P_pp", []float64{q.PP / q.Z()}, 1e-14, true)
		y := bipartiteMust(b.Quadrants(T, FiringRate))
		r.Close(t, "Z_y", []float64{y.Z()}, 1e-14, true)
		r.Close(t, "P_pp_y", []float64{y.PP / y.Z()}, 1e-14, true)
		for m, z := range map[Measure]float64{Lebesgue: q.Z(), FiringRate: y.Z()} {
			lnZ, miss, err := freeenergy.LogPartition(b.Effective(T, m), T, plane, &freeenergy.Quadrature{Tol: 1e-7})
			if err != nil || math.Abs(lnZ-math.Log(z)) > 3e-6 { // kinks: less than asked for
				t.Errorf("%s, %v: quadrature %.10g ± %.1g, closed form %.10g, %v", r.ID, m, lnZ, miss, math.Log(z), err)
			}
		}
		for _, m := range []Measure{Lebesgue, FiringRate} {
			for _, u := range []float64{r.Want("u_min"), r.Want("u_max")} {
				if err := leakyPair(u*(1-1e-9), r.In("slope")).Normalisable(T, m); err != nil {
					t.Errorf("%s: u just inside %g: %v", r.ID, u, err)
				}
				if err := leakyPair(u*(1+1e-9), r.In("slope")).Normalisable(T, m); !errors.Is(err, ErrNotNormalisable) {
					t.Errorf("%s: u just outside %g: %v", r.ID, u, err)
				}
			}
		}
	}
}

// thm14/leaky-kink and leaky-conditional as laws of a unit, tanh-explosion as far
// as it is one.
func TestNormaliserUnitRecords(t *testing.T) {
	for _, r := range oracle.Load(t, bipartiteRecords, "thm14/leaky-kink") {
		s := r.In("slope")
		for key, m := range map[string]Measure{"P_ito": FiringRate, "P_strat": Riemannian, "P_target": Lebesgue} {
			for _, T := range []float64{0.3, 1.7} {
				p := bipartiteMust(Unit{NewLeakyReLU(s), T, m}.Above(0))
				r.Close(t, key, []float64{p}, 1e-15, false)
			}
		}
		b := leakyPair(0, s)
		k := make([]float64, 2)
		b.Mobility().Sharp(k, []float64{1, -1}, []float64{1, 1})
		r.Close(t, "beta", []float64{(k[0] - k[1]) / (k[0] + k[1])}, 1e-15, true)
		root := make([]float64, 2)
		b.Mobility().SharpSqrt(root, []float64{1, -1}, []float64{1, 1})
		r.Close(t, "skew_prob_plus", []float64{root[0] / (root[0] + root[1])}, 1e-15, true)
	}
	r := oracle.Load(t, bipartiteRecords, "thm14/leaky-conditional")[0]
	for suffix, m := range map[string]Measure{"": Lebesgue, "_y": FiringRate} {
		u, c := Unit{NewLeakyReLU(r.In("slope")), r.In("T"), m}, r.In("c")
		r.Close(t, "Z"+suffix, []float64{math.Exp(bipartiteMust(u.LogPartition(c)))}, 1e-14, true)
		r.Close(t, "P_pos"+suffix, []float64{bipartiteMust(u.Above(c))}, 1e-14, true)
		r.Close(t, "mean_f"+suffix, []float64{bipartiteMust(u.Mean(c))}, 1e-14, true)
		r.Close(t, "mean_f"+suffix, []float64{bipartiteMust(u.Expect(c, u.Activation.Value))}, 1e-13, true)
	}
	r = oracle.Load(t, bipartiteRecords, "thm14/tanh-explosion")[0]
	tanh := activation.NewTanh(1)
	u := Unit{tanh, r.In("T"), FiringRate}
	r.Close(t, "Z_y", []float64{math.Exp(bipartiteMust(u.LogPartition(0)))}, 1e-13, true)
	square := func(x float64) float64 { return math.Tanh(x) * math.Tanh(x) }
	r.Close(t, "y2", []float64{bipartiteMust(u.Expect(0, square))}, 1e-13, true)
	r.Close(t, "E_limit", []float64{Layer(1, tanh).Conjugate([]float64{1e3})}, 1e-15, true)
	length := bipartiteMust(Unit{tanh, 1e15, Riemannian}.LogPartition(0)) // E/T → 0
	r.Close(t, "intrinsic_length", []float64{math.Exp(length)}, 1e-13, true)
	if _, err := (Unit{tanh, r.In("T"), Lebesgue}).LogPartition(0); !errors.Is(err, ErrNotNormalisable) || !strings.Contains(err.Error(), "FiringRate") {
		t.Errorf("tanh with respect to dx: %v", err)
	}
}

// Units against another quadrature, and <σ> against T d ln Z/dc.
func TestNormaliserUnits(t *testing.T) {
	for k := range trials.Of(t, 60) {
		rng := rand.New(rand.NewPCG(21, uint64(k)))
		rate := math.Exp(rng.NormFloat64() / 2)
		u := Unit{Temperature: math.Exp(1.2*rng.NormFloat64() - 0.5), Measure: FiringRate}
		switch rng.IntN(5) {
		case 0:
			u.Activation = activation.NewTanh(rate)
		case 1:
			u.Activation, u.Measure = NewLeakyReLU(0.05+0.95*rng.Float64()), Measure(rng.IntN(2))
		case 2:
			u.Activation, u.Measure = activation.NewRectifier(0.1+0.8*rng.Float64(), rate), Measure(rng.IntN(2))
		case 3:
			u.Activation = activation.Logistic{Rate: rate, Center: rng.NormFloat64()}
		case 4:
			u.Activation = activation.NewArctan(rate)
		}
		c := 3 * rng.NormFloat64()
		lnZ, err := u.LogPartition(c)
		if err != nil {
			t.Errorf("case %d, %+v, c = %g: %v", k, u, c, err)
			continue
		}
		// Another route: a plain sum over 12,000 points, in two parts for the kink.
		var sum float64
		reach := 60 * math.Max(1, math.Abs(c))
		for i := range 6_000 {
			s := (float64(i) + 0.5) / 6_000
			x := reach * s * s
			sum += 2 * reach * s / 6_000 * (math.Exp(u.logDensity(c, x)-lnZ) + math.Exp(u.logDensity(c, -x)-lnZ))
		}
		if _, heavy := u.Activation.(activation.Arctan); !heavy && math.Abs(sum-1) > 1e-5 {
			t.Errorf("case %d, %+v, c = %g: ln Z = %.13g, a sum gives 1%+.2g of Z", k, u, c, lnZ, sum-1)
		}
		up, down := bipartiteMust(u.LogPartition(c+1e-4)), bipartiteMust(u.LogPartition(c-1e-4))
		mean := bipartiteMust(u.Mean(c))
		if slope := u.Temperature * (up - down) / 2e-4; math.Abs(slope-mean) > 1e-6*math.Max(1, math.Abs(mean)) {
			t.Errorf("case %d, %+v, c = %g: <σ> = %.9g, T d ln Z/dc = %.9g", k, u, c, mean, slope)
		}
		above := bipartiteMust(u.Above(c))
		if p := bipartiteMust(u.Expect(c, func(x float64) float64 { return 1 })); math.Abs(p-1) > 1e-12 || !(above >= 0 && above <= 1+1e-12) {
			t.Errorf("case %d: <1> = %g, P(x > 0) = %g", k, p, above)
		}
	}
}

// randomLeaky draws a leaky network without input.
func randomLeaky(k int) (*Bipartite, *rand.Rand) {
	rng := rand.New(rand.NewPCG(15, uint64(k)))
	nv, nh := 1+rng.IntN(3), 1+rng.IntN(3)
	layer := func(n int) Lagrangian {
		if rng.IntN(3) == 0 {
			f := make([]activation.Smooth, n)
			for i := range f {
				f[i] = NewLeakyReLU(0.05 + 0.95*rng.Float64())
			}
			return LayerOf(f...)
		}
		return Layer(n, NewLeakyReLU(0.05+0.95*rng.Float64()))
	}
	u := mat.NewDense(nv, nh, nil)
	scale, shift := 0.2+1.5*rng.Float64(), rng.NormFloat64()
	u.Apply(func(int, int, float64) float64 { return scale * (rng.NormFloat64() + shift) }, u)
	return bipartiteMust(NewBipartite(u, nil, layer(nv), layer(nh))), rng
}

// The statements on which laws can be normalised, for random leaky networks.
func TestNormaliserStatements(t *testing.T) {
	inside, outside, between := 0, 0, 0
	for k := range trials.Of(t, 5000) {
		b, rng := randomLeaky(k)
		norm, err := b.GrowthNorm()
		if err != nil {
			t.Fatalf("case %d: %v", k, err)
		}
		spectral := mat.Norm(b.u, 2)
		var svd mat.SVD
		if svd.Factorize(b.u, mat.SVDNone) {
			spectral = svd.Values(nil)[0]
		}
		if norm.Lower > spectral*(1+1e-12) || norm.Upper-norm.Lower > 1e-9*norm.Upper {
			t.Errorf("case %d: norm in [%.12g, %.12g], ‖U‖ = %.12g", k, norm.Lower, norm.Upper, spectral)
		}
		if mat.Min(b.u) >= 0 && math.Abs(norm.Lower-spectral) > 1e-9*spectral {
			t.Errorf("case %d: U >= 0, norm %.12g, ‖U‖ = %.12g", k, norm.Lower, spectral)
		}
		err = b.Normalisable(0.7, Lebesgue)
		switch {
		case err == nil:
			inside++
			if spectral > 1 {
				between++
			}
		case errors.Is(err, ErrNotNormalisable):
			outside++
		default:
			t.Errorf("case %d: %v", k, err)
		}
		leakyRays(t, k, b, rng, norm, spectral, err == nil)
	}
	t.Logf("%d can be normalised, of which %d have ‖U‖ > 1, %d cannot", inside, between, outside)
	if inside == 0 || outside == 0 || between == 0 {
		t.Error("the networks are all of one kind")
	}
}

// leakyRays holds E, which is homogeneous of degree 2, against the verdict along
// random rays and along the worst one, and against the lower bound by ‖U‖.
func leakyRays(t *testing.T, k int, b *Bipartite, rng *rand.Rand, norm Norm, spectral float64, fine bool) {
	t.Helper()
	x := make([]float64, b.Dim())
	g := make([]float64, b.Dim())
	for range 200 {
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		e := b.Value(x)
		b.layers(g, x, x, func(l Lagrangian, dst, x, _ []float64) { l.Gradient(dst, x) })
		size := 0.0
		for _, gi := range g {
			size += gi * gi / 2
		}
		if e < (1-spectral)*size-1e-9*size {
			t.Errorf("case %d: E = %g at %v is below (1 - ‖U‖)(|g|² + |f|²)/2 = %g", k, e, x, (1-spectral)*size)
		}
		conj := b.visible.Conjugate(x[:b.visible.Dim()]) + b.hidden.Conjugate(x[b.visible.Dim():])
		if fine && e <= 0 || e < (1-norm.Upper)*conj-1e-9*conj {
			t.Errorf("case %d: E = %g along %v, norm %g", k, e, x, norm.Upper)
		}
	}
	// Back from outputs to states.
	worst := append([]float64(nil), norm.Direction...)
	for i := range worst {
		l, j := b.visible, i
		if i >= b.visible.Dim() {
			l, j = b.hidden, i-b.visible.Dim()
		}
		worst[i] = l.(*Separable).Activation(j).Inverse(worst[i])
	}
	conj := b.visible.Conjugate(worst[:b.visible.Dim()]) + b.hidden.Conjugate(worst[b.visible.Dim():])
	if e := b.Value(worst); math.Abs(e-(1-norm.Lower)*conj) > 1e-8*conj {
		t.Errorf("case %d: E = %g in the worst direction, want (1 - %g) %g", k, e, norm.Lower, conj)
	}
}

// The search over orthants against a fine grid of directions: two visible units
// and a few hidden ones, whose best replies are known.
func TestNormaliserNormByGrid(t *testing.T) {
	for k := range trials.Of(t, 1000) {
		b, _ := randomLeaky(k)
		if b.visible.Dim() != 2 {
			continue
		}
		norm := bipartiteMust(b.GrowthNorm())
		tails, _ := b.tails()
		f := &normaliserForm{u: b.u}
		for i, tl := range tails {
			layer := 0
			if i >= 2 {
				layer = 1
			}
			f.slopes[layer] = append(f.slopes[layer], [2]float64{math.Sqrt(tl[0].Slope), math.Sqrt(tl[1].Slope)})
		}
		best, reply := 0.0, make([]float64, b.hidden.Dim())
		for i := range 4000 {
			s, c := math.Sincos(2 * math.Pi * float64(i) / 4000)
			best = math.Max(best, f.reply(reply, []float64{c, s}, 1))
		}
		if best > norm.Upper*(1+1e-9) || best < norm.Lower*(1-1e-5) {
			t.Errorf("case %d: 4000 directions give %.9g, the search [%.9g, %.9g]", k, best, norm.Lower, norm.Upper)
		}
	}
}

func TestNormaliserBoundedOutputs(t *testing.T) {
	linear := Layer(1, Linear())
	net := func(f activation.Smooth, u float64) *Bipartite {
		return bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{u}), nil, Layer(1, f), linear))
	}
	// Bounded outputs: never dv dh, always dg df, at any coupling and temperature.
	for _, f := range []activation.Smooth{activation.NewTanh(1.3), activation.NewLogistic(0.7), activation.NewAlgebraic(2), activation.NewRectifier(0, 1)} {
		for _, T := range []float64{0.01, 5} {
			err := net(f, 0.4).Normalisable(T, Lebesgue)
			if !errors.Is(err, ErrNotNormalisable) || !strings.Contains(err.Error(), "FiringRate") {
				t.Errorf("%T: %v", f, err)
			}
			if err := net(f, 0.4).Normalisable(T, FiringRate); err != nil {
				t.Errorf("%T with dg df: %v", f, err)
			}
		}
		strong := net(f, 4)
		if _, unbounded := f.(activation.Rectifier); !unbounded && strong.Normalisable(1, FiringRate) != nil {
			t.Errorf("%T: a bounded output cannot be coupled too strongly", f)
		} else if unbounded && strong.Normalisable(1, FiringRate) == nil {
			t.Errorf("%T: coupled too strongly", f)
		}
	}
	// arctan: E grows like ln|x|/(πρ), so that T < 1/(πρ) will do.
	const rho = 0.6
	limit := 1 / (math.Pi * rho)
	if err := net(activation.NewArctan(rho), 0.4).Normalisable(0.999*limit, Lebesgue); err != nil {
		t.Error(err)
	}
	if err := net(activation.NewArctan(rho), 0.4).Normalisable(1.001*limit, Lebesgue); !errors.Is(err, ErrNotNormalisable) {
		t.Error(err)
	}
	// With (det ∂²L)^¼ the tail falls faster, by |x|^-½: the limit is twice as high.
	if err := net(activation.NewArctan(rho), 0.4).Normalisable(1.999*limit, 0.25); err != nil {
		t.Error(err)
	}
	if err := net(activation.NewArctan(rho), 0.4).Normalisable(2.001*limit, 0.25); !errors.Is(err, ErrNotNormalisable) || !strings.Contains(err.Error(), fmt.Sprintf("T < %.4g", 2*limit)) {
		t.Error(err)
	}
	unit := Unit{activation.NewArctan(rho), limit / 3, Lebesgue} // Z = ∫ (sin πy)^(1/(πρT)) e^0 dx, x^-3 far out
	// With x = -cot(πy)/ρ: ∫ sin²⁺¹... = ∫ |sin|^3 π/(ρ sin²) dy = 2/ρ.
	if lnZ, err := unit.LogPartition(0); err != nil || math.Abs(math.Exp(lnZ)-2/rho) > 1e-11 {
		t.Errorf("arctan: Z = %.14g, want %.14g, %v", math.Exp(lnZ), 2/rho, err)
	}
	// What grows differently in each cone is not decided, and said so.
	a := mat.NewDense(1, 1, []float64{1})
	open := bipartiteMust(NewBipartite(a, nil, bipartiteMust(NewRidge(a, Linear())), linear))
	if err := open.Normalisable(1, FiringRate); !errors.Is(err, ErrUndecided) {
		t.Errorf("undecided: %v", err)
	}
	closed := bipartiteMust(NewBipartite(mat.NewDense(1, 1, []float64{0.99}), nil, bipartiteMust(NewRidge(a, activation.NewTanh(3))), bipartiteMust(NewSoftmaxLayer(1, 2, 1))))
	if err := closed.Normalisable(1, Lebesgue); err != nil {
		t.Error(err)
	}
	if _, err := closed.Quadrants(1, Lebesgue); err == nil {
		t.Error("quadrants of a network that is not leaky")
	}
	if _, err := closed.Gaussian(1); err == nil {
		t.Error("a Gaussian law of a network that is not linear")
	}
}
