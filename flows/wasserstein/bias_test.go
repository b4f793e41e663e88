package wasserstein

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/internal/oracle"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

func TestStationaryRecords(t *testing.T) {
	for _, r := range oracle.Load(t, jkoFile, "hf-jkofix-") {
		x := tableOf(r, "X")
		w, err := recorded(r).Stationary(x)
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "w", w, 1e-13, true)
		m, err := NewMeasure(x, w)
		if err != nil {
			t.Fatal(err)
		}
		c, err := recorded(r).Cloud(m, stay)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range c.Steps(3) { // it stays where it is
			if err != nil {
				t.Fatal(err)
			}
		}
		r.Close(t, "w", c.Weights(), 1e-11, true)
	}
}

// evenLine returns points that are even in the flat chart.
func evenLine(chart geometry.Chart, n int) *mat.Dense {
	x, at := mat.NewDense(n, 1, nil), make([]float64, 1)
	_, hi := chart.Box(0)
	for i := range n {
		at[0] = hi * (float64(i) + 0.5) / float64(n)
		chart.State(x.RawRowView(i), at)
	}
	return x
}

// A fixed support settles at T + ε/(2h): predicted and fitted, at the numbers of
// the theory's own check, within what √ε against the scale of f leaves; and the
// recursion itself goes there.
func TestEffectiveTemperature(t *testing.T) {
	if T := EffectiveTemperature(25, 0.1, 1e-4); T != 525 {
		t.Errorf("T + ε/(2h) = %v at the numbers of [HF], want 525", T)
	}
	for _, c := range []struct{ h, eps, want, tol float64 }{
		{1e-3, 0.005, 27.5, 0.02}, {1e-4, 0.002, 35, 0.02}, {1e-4, 0.005, 50, 0.04},
	} {
		chart := geometry.NewTanh(0.25)
		f := landscape.Restrict(landscape.Himmelblau{}, map[int]float64{1: 0.6})
		p := JKO{Energy: f, Chart: chart, Temperature: 25, Step: c.h, Epsilon: c.eps}
		x := evenLine(chart, 200)
		w, err := p.Stationary(x)
		if err != nil {
			t.Fatal(err)
		}
		energies := make([]float64, len(w))
		for i := range energies {
			energies[i] = f.Value(x.RawRowView(i))
		}
		fit, err := FitGibbs(w, energies, 25)
		if err != nil {
			t.Fatal(err)
		}
		gibbs, _ := p.Exponents()
		t.Logf("h = %g, ε = %g: predicted %g, fitted %.3f", c.h, c.eps, c.want, fit.Temperature)
		if !(math.Abs(fit.Temperature/c.want-1) <= c.tol) || math.Abs(25/gibbs-c.want) > 1e-12 {
			t.Errorf("h = %g, ε = %g: predicted %g, fitted %g", c.h, c.eps, c.want, fit.Temperature)
		}
		predicted, err := p.Predicted(x, nil)
		if err != nil {
			t.Fatal(err)
		}
		again, err := FitGibbs(predicted, energies, 25)
		if err != nil || math.Abs(again.Temperature-c.want) > 1e-9 {
			t.Errorf("Predicted has %v, %v", again, err)
		}
	}
}

// The paper's numbers on 64 x 64 fixed nodes without the correction: E f settles at 120.12,
// F at 120.42, near the Gibbs density at 525, whose E f is 116.31, and not at 24.6
// and 54.9; nodes at the middle of the cells in x are worth 0.08.
func TestNodesBiased(t *testing.T) {
	p := published()
	p.Biased = true
	g := FlatGrid(p.Chart, 64)
	n, err := p.Nodes(freeenergy.Uniformly(g))
	if err != nil {
		t.Fatal(err)
	}
	var last Step
	for s, err := range n.Steps(60) {
		if err != nil {
			t.Fatal(err)
		}
		last = s
	}
	if !(math.Abs(last.MeanEnergy-120.12) <= 0.1 && math.Abs(last.FreeEnergy-120.42) <= 0.1) || last.BiasTemperature != 525 {
		t.Errorf("%+v", last)
	}
	q, err := freeenergy.Gibbs(g, p.Energy, 525)
	if err != nil {
		t.Fatal(err)
	}
	if e := freeenergy.Energy(q, p.Energy); math.Abs(e-116.31) > 0.1 {
		t.Errorf("E f = %g at 525", e)
	}
}

// Weights with a temperature of their own, and a random factor that is not
// correlated with f.
func TestFitGibbs(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 1))
	f, w := make([]float64, 4000), make([]float64, 4000)
	for i := range f {
		f[i] = 100 * rng.Float64()
		w[i] = math.Exp(-0.3-f[i]/40) * math.Exp(0.2*rng.NormFloat64())
	}
	fit, err := FitGibbs(w, f, 25)
	if err != nil {
		t.Fatal(err)
	}
	if z := (fit.Slope - 25./40) / fit.SlopeErr; !(math.Abs(z) < 5) || math.Abs(fit.Intercept+0.3) > 0.05 || math.Abs(fit.Temperature-40) > 1 || fit.N != 4000 {
		t.Errorf("%+v: z = %.1f", fit, z)
	}
	if !(fit.LogCorrelation > 0.9 && fit.Correlation > 0.8 && fit.Correlation < 1) {
		t.Errorf("%+v", fit)
	}
	w[7] = 0
	if fit, err = FitGibbs(w, f, 25); err != nil || fit.N != 3999 {
		t.Errorf("%+v %v", fit, err)
	}
	_, err = FitGibbs([]float64{1, 1, 1, 1}, f[:4], 25)
	named(t, "equal weights", err, ErrConstant, "different energies")
	_, err = FitGibbs(w[:4], []float64{3, 3, 3, 3}, 25)
	named(t, "equal energies", err, ErrConstant, "different energies")
	_, err = FitGibbs(w[:2], f[:2], 25)
	named(t, "two points", err, ErrConstant, "three points")
	for _, bad := range []float64{-1, math.NaN(), math.Inf(1)} {
		_, err = FitGibbs([]float64{1, 2, bad, 3, 4}, f[:5], 25)
		named(t, "weight", err, ErrWeight, "weight 2")
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		_, err = FitGibbs(w[:5], []float64{1, 2, 3, bad, 4}, 25)
		named(t, "energy", err, ErrEnergy, "point 3")
	}
	if fit, err = FitGibbs([]float64{1, 2, 0, 3, 4}, []float64{1, 3, math.NaN(), 4, 5}, 25); err != nil || fit.N != 4 {
		t.Errorf("energy of a point without weight: %+v %v", fit, err)
	}
}

// Crowding is a density with respect to the Riemannian volume: even points of the
// flat square have 1/area, away from its sides.
func TestCrowding(t *testing.T) {
	const m = 30
	line := evenLine(geometry.NewTanh(0.25), m)
	x := mat.NewDense(m*m, 2, nil)
	for i := range m * m {
		x.SetRow(i, []float64{line.At(i%m, 0), line.At(i/m, 0)})
	}
	n, err := Crowding(geometry.NewTanh(0.25, 0.25), x, 0.03)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := n[m*m/2+m/2], 1/(math.Pi*math.Pi); math.Abs(got/want-1) > 1e-6 {
		t.Errorf("%g, want %g", got, want)
	}
	if corner := n[0] / n[m*m/2+m/2]; !(corner > 0.25 && corner < 0.4) {
		t.Errorf("a corner has %g of the middle", corner)
	}
}

// A cloud whose points are weighted with values of its density estimates ρ²/∫ρ²:
// E f of half the temperature.
func TestSquaredDensity(t *testing.T) {
	r := oracle.Load(t, jkoFile, "hf-gibbs-04")[0]
	g := FlatGrid(geometry.NewTanh(0.25, 0.25), 200)
	q, err := freeenergy.Gibbs(g, landscape.Himmelblau{}, 25)
	if err != nil {
		t.Fatal(err)
	}
	total, squared := SquaredDensity(q)
	r.Close(t, "int_rho_sq", []float64{total}, 3e-3, true)
	r.Close(t, "Ef_under_rho_sq", []float64{freeenergy.Energy(squared, landscape.Himmelblau{})}, 3e-3, true)
	if err := squared.Check(); err != nil {
		t.Error(err)
	}
}

func TestBiasErrors(t *testing.T) {
	p := published()
	x := mat.NewDense(3, 2, []float64{.2, .3, .5, .5, .2, .3})
	_, err := p.Stationary(x)
	named(t, "Stationary", err, ErrCoincide, "points 0 and 2")
	_, err = p.Stationary(nil)
	named(t, "Stationary", err, ErrEmpty, "at least one point")
	p.Epsilon = math.NaN()
	_, err = p.Stationary(x)
	named(t, "Stationary", err, ErrEpsilon, "ε > 0")
	_, err = p.Predicted(x, nil)
	named(t, "Predicted", err, ErrEpsilon, "ε > 0")
	p = published()
	p.Energy = onlyAt{}
	_, err = p.Predicted(x, nil)
	named(t, "Predicted", err, ErrEnergy, "domain")
	p = published()
	for name, c := range map[string]struct {
		x        *mat.Dense
		crowding []float64
		reason   error
		remedy   string
	}{
		"no points":      {nil, nil, ErrEmpty, "at least one point"},
		"empty":          {new(mat.Dense), nil, ErrEmpty, "at least one point"},
		"dimension":      {points(2, 1, .1, .2), nil, ErrDimension, "1 coordinates against 2"},
		"density 0":      {x, []float64{1, 0, 1}, ErrWeight, "weight 1 is 0"},
		"density < 0":    {x, []float64{1, 1, -1}, ErrWeight, "weight 2 is -1"},
		"density is NaN": {x, []float64{math.NaN(), 1, 1}, ErrWeight, "weight 0 is NaN"},
	} {
		_, err := p.Predicted(c.x, c.crowding)
		named(t, name, err, c.reason, c.remedy)
	}
	_, err = p.Stationary(points(2, 1, .1, .2))
	named(t, "Stationary", err, ErrDimension, "1 coordinates against 2")
	_, err = Crowding(p.Chart, x, -1)
	named(t, "Crowding", err, ErrEpsilon, "ε > 0")
	for _, bad := range [][3]float64{{-1, 1, 1}, {1, -1, 1}, {1, 1, 0}, {1, 1, -1}, {math.NaN(), 1, 1}, {1, math.NaN(), 1}, {1, 1, math.NaN()}} {
		if T := EffectiveTemperature(bad[0], bad[1], bad[2]); !math.IsNaN(T) {
			t.Errorf("T, ε, h = %v: %v, want NaN", bad, T)
		}
		gibbs, crowding := JKO{Temperature: bad[0], Epsilon: bad[1], Step: bad[2]}.Exponents()
		if !math.IsNaN(gibbs) || !math.IsNaN(crowding) {
			t.Errorf("T, ε, h = %v: exponents %v and %v, want NaN", bad, gibbs, crowding)
		}
	}
}

// The whole of the theory at generic points: w ∝ ξ^(2a/(1+2a)) n_s^(1/(1+2a)), with
// unequal densities, is a solution of w = n_s z², z = (ξ/w)^a.
func TestPredictedSolves(t *testing.T) {
	p := JKO{Energy: wavy{[]float64{3, 7}, []float64{2, 1}}, Temperature: 0.37, Step: 0.2, Epsilon: 0.13}
	x, crowd := sprinkled(9, 7, 2), []float64{0.3, 2, 1e-8, 1e8, 5, 0.01, 1}
	w, err := p.Predicted(x, crowd)
	if err != nil {
		t.Fatal(err)
	}
	a := p.Step * p.Temperature / p.Epsilon
	shift, total := math.NaN(), 0.0
	for i, m := range w {
		logz := a * (-p.Energy.Value(x.RawRowView(i))/p.Temperature - math.Log(m))
		rest := math.Log(m) - math.Log(crowd[i]) - 2*logz
		if total += m; i == 0 {
			shift = rest
		}
		if !(math.Abs(rest-shift) <= 1e-10) {
			t.Errorf("weight %d: ln(w/(n z²)) is %v, %v elsewhere", i, rest, shift)
		}
	}
	if !(math.Abs(total-1) <= 1e-14) {
		t.Errorf("weights sum to %v", total)
	}
}

// Four points by hand: ln w = 0, 1, 1, 2 at -f/T = -5, -4, -3, -2 has the slope 0.6,
// the rest 0.2 and two degrees of freedom.
func TestFitGibbsByHand(t *testing.T) {
	fit, err := FitGibbs([]float64{1, math.E, math.E, math.E * math.E}, []float64{10, 8, 6, 4}, 2)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string][2]float64{"slope": {fit.Slope, 0.6}, "its error": {fit.SlopeErr, math.Sqrt(0.1 / 5)},
		"intercept": {fit.Intercept, 3.1}, "temperature": {fit.Temperature, 2 / 0.6}, "correlation": {fit.LogCorrelation, 3 / math.Sqrt(10)}} {
		if !(math.Abs(c[0]-c[1]) <= 1e-14) {
			t.Errorf("%s: %v, want %v", name, c[0], c[1])
		}
	}
}
