package langevin

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows"
	"hopflow/flows/sde"
	"hopflow/internal/oracle"
	"hopflow/internal/trials"
	"hopflow/lyapunov/landscape"
	"hopflow/lyapunov/verify"
)

// stationaryVariance returns the covariance of (x, v) that a linear scheme
// leaves stationary, without a random number: the step is x⁺ = P x + Q z, read
// off column by column, and the covariance C = P C Pᵀ + Q Qᵀ is summed by
// doubling.
func stationaryVariance(t *testing.T, k Kinetic, scheme sde.Scheme, h float64) *mat.Dense {
	t.Helper()
	s, err := scheme.Stepper(k.System(), 1)
	if err != nil {
		t.Fatal(err)
	}
	column := func(x, v float64, channel int) []float64 {
		at, dw := rows(2, 1), rows(s.Channels(), 1)
		at[0][0], at[1][0] = x, v
		if channel >= 0 {
			dw[channel][0] = math.Sqrt(h)
		}
		s.Step(0, h, at, dw)
		return []float64{at[0][0], at[1][0]}
	}
	p := mat.NewDense(2, 2, nil)
	p.SetCol(0, column(1, 0, -1))
	p.SetCol(1, column(0, 1, -1))
	q := mat.NewDense(2, s.Channels(), nil)
	for c := range s.Channels() {
		q.SetCol(c, column(0, 0, c))
	}
	var cov mat.Dense
	cov.Mul(q, q.T())
	for range 60 { // C_{2n} = C_n + P^n C_n (P^n)ᵀ
		var a, b mat.Dense
		a.Mul(p, &cov)
		b.Mul(&a, p.T())
		cov.Add(&cov, &b)
		a.Reset()
		a.Mul(p, p)
		p.Copy(&a)
	}
	return &cov
}

func TestBAOABHarmonic(t *testing.T) {
	k, T, m := 2.3, 0.7, 1.7
	c := Kinetic{Energy: landscape.Harmonic(k, 0), Mass: []float64{m}, Friction: 0.9, Temperature: T}
	limit, err := c.StepLimit([]float64{0})
	if err != nil || math.Abs(limit-2/math.Sqrt(k/m)) > 1e-14 {
		t.Fatalf("step limit %v, %v", limit, err)
	}
	if c.CheckStep(0.9*limit, []float64{0}) != nil || c.CheckStep(1.1*limit, []float64{0}) == nil {
		t.Error("CheckStep does not go by the limit")
	}
	for _, h := range []float64{0.01, 0.3, 1, 0.99 * limit} {
		// ABOBA seen at the end of its step is as exact in x.
		if got := stationaryVariance(t, c, c.Splitting("ABOBA"), h); math.Abs(got.At(0, 0)/(T/k)-1) > 1e-10 {
			t.Errorf("ABOBA, h = %.3g: var x = %.15g, want %.15g", h, got.At(0, 0), T/k)
		}
		got := stationaryVariance(t, c, c.BAOAB(), h)
		if math.Abs(got.At(0, 0)/(T/k)-1) > 1e-10 {
			t.Errorf("BAOAB, h = %.3g: var x = %.15g, want %.15g", h, got.At(0, 0), T/k)
		}
		// The velocities have the error: T/m (1 - h²k/4m).
		if want := T / m * (1 - h*h*k/(4*m)); math.Abs(got.At(1, 1)/want-1) > 1e-9 {
			t.Errorf("BAOAB, h = %.3g: var v = %.15g, want %.15g", h, got.At(1, 1), want)
		}
	}
	if got := stationaryVariance(t, c, c.BAOAB(), 1.001*limit); !(got.At(0, 0) > 1e3) && flows.Finite([]float64{got.At(0, 0)}) {
		t.Errorf("BAOAB beyond the limit: var x = %g", got.At(0, 0))
	}
	// Other words: of second order, with an error in x.
	for _, word := range []string{"OBABO", "OABAO", "AOBOA"} {
		var hs, errs []float64
		for h := 0.4; h > 0.02; h /= 2 {
			hs = append(hs, h)
			errs = append(errs, math.Abs(stationaryVariance(t, c, c.Splitting(word), h).At(0, 0)-T/k))
		}
		if slope, err := verify.FitSlope(hs, errs); err != nil || math.Abs(slope.Order-2) > 0.2 {
			t.Errorf("%s: the error of var x falls like h^%.2f, %v, want 2", word, slope.Order, err)
		}
	}
	if _, weak := c.Splitting("ABO").Orders(); weak != 1 {
		t.Errorf("weak order of ABO is %g", weak)
	}
	if err := sde.CheckScheme(c.BAOAB(), c.System(), 0.3, 0.1, [][]float64{{0.2, 0.55}, {-0.7, 1.3}}); err != nil {
		t.Error(err)
	}
}

// The record thm6/kinetic-ou: the covariance at t from N(0, diag(2, T)).
func TestKineticOU(t *testing.T) {
	r := oracle.Load(t, lf, "thm6/kinetic-ou")[0]
	T, end := r.In("T"), r.In("t")
	k := Kinetic{Energy: landscape.Harmonic(1, 0), Friction: r.In("gamma"), Temperature: T}
	var want []float64
	for _, row := range r.Expected["cov"].([]any) {
		want = append(want, oracle.Record{Inputs: map[string]any{"row": row}}.Ins("row")...)
	}
	n := 4000 * trials.Times(t)
	pooled := make([]float64, 4)
	for seed := range seeds {
		e := sde.Ensemble{System: k.System(), Scheme: k.BAOAB(), Particles: n, Step: 0.025, Seed: uint64(seed),
			Start: sde.Gaussian([]float64{0, 0}, []float64{math.Sqrt(r.In("var_x0")), math.Sqrt(T)})}
		cloud, err := e.Run(0, end)
		if err != nil {
			t.Fatal(err)
		}
		for a := range 2 {
			for b := range 2 {
				var s float64
				for i := range n {
					s += cloud.X.At(i, a) * cloud.X.At(i, b) / float64(n)
				}
				pooled[2*a+b] += s / seeds
				stderr := math.Sqrt((want[3*a]*want[3*b] + want[2*a+b]*want[2*a+b]) / float64(n))
				if z := (s - want[2*a+b]) / stderr; !(math.Abs(z) < zmax) {
					t.Errorf("seed %d: cov[%d][%d] = %.4f ± %.4f, N = %d, want %.4f", seed, a, b, s, stderr, n, want[2*a+b])
				}
			}
		}
	}
	for i, v := range pooled {
		a, b := i/2, i%2
		stderr := math.Sqrt((want[3*a]*want[3*b] + want[i]*want[i]) / float64(n*seeds))
		if z := (v - want[i]) / stderr; !(math.Abs(z) < zmax) {
			t.Errorf("cov[%d][%d] = %.5f ± %.5f, N = %d, want %.5f", a, b, v, stderr, n*seeds, want[i])
		}
	}
}

// Strong friction: K^{vv} and the generic laws; and what is refused.
func TestKineticRefuses(t *testing.T) {
	k := Kinetic{Energy: landscape.Harmonic(1, 0), Friction: 0.5, Temperature: 1}
	mustPanic(t, "friction is -1", func() { Kinetic{Energy: flat(1), Friction: -1}.System() })
	mustPanic(t, "mass is 0", func() { Kinetic{Energy: flat(1), Mass: []float64{0}}.System() })
	mustPanic(t, "2 masses for 1", func() { Kinetic{Energy: flat(1), Mass: []float64{1, 2}}.System() })
	mustPanic(t, "leaves out O", func() { k.Splitting("BAB") })
	mustPanic(t, "letters", func() { k.Splitting("BAOAX") })
	if _, err := k.BAOAB().Stepper(Dynamics{Energy: flat(1)}.System(), 5); err == nil {
		t.Error("BAOAB steps a system of one coordinate")
	}
}

// Without friction and noise BAOAB is Verlet's leapfrog: the energy to h².
func TestSplittingWithoutFriction(t *testing.T) {
	k := Kinetic{Energy: landscape.NewDoubleWell(0.8, 1.1), Mass: []float64{1.4}}
	var hs, errs []float64
	energy := k.Dynamics().Energy
	start := []float64{0.3, 0.9}
	for h := 0.1; h > 0.005; h /= 2 {
		tr, err := sde.Solve(k.System(), k.BAOAB(), start, 0, 3, h, sde.Seed(1))
		if err != nil {
			t.Fatal(err)
		}
		hs = append(hs, h)
		errs = append(errs, math.Abs(energy.Value(tr.Last().X)-energy.Value(start)))
	}
	if slope, err := verify.FitSlope(hs, errs); err != nil || math.Abs(slope.Order-2) > 0.2 {
		t.Errorf("energy error falls like h^%.2f, %v, want 2", slope.Order, err)
	}
}
