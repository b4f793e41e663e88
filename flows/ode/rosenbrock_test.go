package ode

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows"
	"hopflow/lyapunov/verify"
)

var rosenbrocks = []*Rosenbrock{Rodas, RodasP}

// lawJacobian is that of the problem of CheckMethod.
func lawJacobian(dst *mat.Dense, t float64, x []float64) {
	turn, e := 1+t, math.Exp(-t)
	pull := e * (1 - x[0]*x[0] - x[1]*x[1])
	dst.Set(0, 0, pull-2*e*x[0]*x[0])
	dst.Set(0, 1, -turn-2*e*x[0]*x[1])
	dst.Set(1, 0, turn-2*e*x[0]*x[1])
	dst.Set(1, 1, pull-2*e*x[1]*x[1])
}

func TestRosenbrockLaws(t *testing.T) {
	for _, m := range rosenbrocks {
		for _, j := range []Jacobian{nil, lawJacobian} {
			if err := CheckMethod(m.With(j)); err != nil {
				t.Errorf("%v, Jacobian %v: %v", m, j != nil, err)
			}
			for what, measure := range map[string]func(Method, int) float64{
				"end": endError, "estimate": meanEstimate, "interpolant": interpolantError,
			} {
				if slope, err := power(m.With(j), measure); err != nil || math.Abs(slope-4) > 0.2 {
					t.Errorf("%v, Jacobian %v: the %s falls like h^%.3f (%v)", m, j != nil, what, slope, err)
				}
			}
		}
		wrong := func(dst *mat.Dense, tt float64, x []float64) {
			lawJacobian(dst, tt, x)
			dst.Set(0, 1, dst.At(0, 1)+0.1)
		}
		if err := CheckMethod(m.With(wrong)); err == nil {
			t.Errorf("%v passes its laws with a wrong Jacobian", m)
		}
	}
}

// Every coefficient counts: changed by 1 % it must break a law.
func TestEveryRosenbrockCoefficientCounts(t *testing.T) {
	for _, m := range rosenbrocks {
		change := func(what string, pick func(*Rosenbrock) *float64) {
			wrong := *m.With(lawJacobian)
			wrong.Alpha, wrong.Gammas = slices.Clone(m.Alpha), slices.Clone(m.Gammas)
			wrong.M, wrong.E = slices.Clone(m.M), slices.Clone(m.E)
			wrong.A, wrong.C = deep(m.A), deep(m.C)
			wrong.D = [2][]float64{slices.Clone(m.D[0]), slices.Clone(m.D[1])}
			*pick(&wrong) *= 1.01
			if CheckMethod(&wrong) == nil {
				t.Errorf("%v passes its laws with %s wrong by 1 %%", m, what)
			}
		}
		change("γ", func(r *Rosenbrock) *float64 { return &r.Gamma })
		for i := 1; i < 5; i++ {
			change("A", func(r *Rosenbrock) *float64 { return &r.A[i][i-1] })
			change("C", func(r *Rosenbrock) *float64 { return &r.C[i][0] })
		}
		change("C5", func(r *Rosenbrock) *float64 { return &r.C[5][4] })
		change("α", func(r *Rosenbrock) *float64 { return &r.Alpha[2] })
		change("γ_i", func(r *Rosenbrock) *float64 { return &r.Gammas[1] })
		change("M", func(r *Rosenbrock) *float64 { return &r.M[2] })
		change("D", func(r *Rosenbrock) *float64 { return &r.D[0][2] })
		change("D'", func(r *Rosenbrock) *float64 { return &r.D[1][2] })
	}
}

func deep(a [][]float64) (b [][]float64) {
	for _, row := range a {
		b = append(b, slices.Clone(row))
	}
	return b
}

// On x' = λx a step multiplies by the stability function R(z), z = hλ: with
// γ = 1/4, six stages, order 4 and stiff accuracy it is P(z)/(1-z/4)^5 (or ^6)
// with R(∞) = 0, and |R| <= 1 on the left half plane.
func TestStabilityFunction(t *testing.T) {
	for _, m := range rosenbrocks {
		at := func(re, im float64) float64 { // |R(z)| from a rotation with decay
			f := func(dst []float64, _ float64, x []float64) {
				dst[0], dst[1] = re*x[0]-im*x[1], im*x[0]+re*x[1]
			}
			j := func(dst *mat.Dense, _ float64, _ []float64) {
				dst.Set(0, 0, re)
				dst.Set(0, 1, -im)
				dst.Set(1, 0, im)
				dst.Set(1, 1, re)
			}
			x := []float64{1, 0}
			m.With(j).Stepper(f, 2).Step(x, 0, 1, x)
			return math.Hypot(x[0], x[1])
		}
		for _, z := range []float64{-1e2, -1e4, -1e6, -1e8, -1e12} {
			if r := at(z, 0); !(r < 30/math.Abs(z)) {
				t.Errorf("%v: |R(%g)| = %g, want it to vanish like 1/z", m, z, r)
			}
		}
		for im := 0.01; im < 1e5; im *= 1.1 { // the imaginary axis bounds the half plane
			if r := at(0, im); !(r <= 1+1e-11) {
				t.Errorf("%v: |R(%gi)| = %g", m, im, r)
			}
		}
		if got, want := at(-1, 0), math.Exp(-1); math.Abs(got-want) > 2e-3 || got == want {
			t.Errorf("%v: R(-1) = %g, e^-1 = %g", m, got, want)
		}
	}
}

// Robertson's problem, [HW] IV.1. The states are those of a Radau method of
// order 5 at a relative tolerance of 1e-12, in another program.
func robertson(dst []float64, _ float64, y []float64) {
	dst[0] = -0.04*y[0] + 1e4*y[1]*y[2]
	dst[2] = 3e7 * y[1] * y[1]
	dst[1] = -dst[0] - dst[2]
}

func robertsonJacobian(dst *mat.Dense, _ float64, y []float64) {
	for i, row := range [][]float64{
		{-0.04, 1e4 * y[2], 1e4 * y[1]},
		{0.04, -1e4*y[2] - 6e7*y[1], -1e4 * y[1]},
		{0, 6e7 * y[1], 0},
	} {
		dst.SetRow(i, row)
	}
}

func TestRobertson(t *testing.T) {
	times := []float64{0, 0.4, 40, 4e5, 1e11}
	want := [][]float64{{1, 0, 0},
		{0.985172113861, 3.386395378975e-05, 0.01479402218522},
		{0.7158270687194, 9.185534764558e-06, 0.2841637457458},
		{0.004938274520981, 1.984994087955e-08, 0.9950617056291},
		{2.08334014970e-08, 8.33336077033e-14, 0.9999999791665}}
	for _, m := range rosenbrocks {
		for _, j := range []Jacobian{nil, robertsonJacobian} {
			s := &Settings{RelTol: 1e-8, AbsTol: 1e-16}
			tr, err := Sample(robertson, []float64{1, 0, 0}, times, m.With(j), s)
			if err != nil {
				t.Fatalf("%v: %v", m, err)
			}
			for k := range times {
				for i, w := range want[k] {
					if got := tr.X[k][i]; math.Abs(got-w) > 1e-6*w {
						t.Errorf("%v, Jacobian %v: y_%d(%g) = %.10g, want %.10g", m, j != nil, i, times[k], got, w)
					}
				}
			}
			if n := mustSolve(t, robertson, []float64{1, 0, 0}, 0, 1e11, m.With(j), s).Len(); n > 2000 {
				t.Errorf("%v takes %d steps", m, n)
			}
		}
	}
}

// Van der Pol's oscillator with μ = 1000, in the time t/μ, over a jump. The
// state at 2 is that of the same Radau method; over a short way the reference
// is the explicit method of order 8, at a tolerance of 1e-12.
func TestStiffVanDerPol(t *testing.T) {
	const mu = 1e3
	f := func(dst []float64, _ float64, y []float64) {
		dst[0], dst[1] = y[1], mu*mu*((1-y[0]*y[0])*y[1]-y[0])
	}
	short := mustSolve(t, f, []float64{2, 0}, 0, 0.01, DormandPrince8, &Settings{RelTol: 1e-12, AbsTol: 1e-12}).Last().X
	for _, m := range rosenbrocks {
		for _, c := range []struct {
			t1   float64
			want []float64
			tol  float64
		}{{0.01, short, 1e-7}, {0.5, []float64{1.596768951053, -1.030391187839}, 1e-6}, {2, []float64{1.70616773217, -0.8928097010248}, 1e-5}} {
			tr := mustSolve(t, f, []float64{2, 0}, 0, c.t1, m, &Settings{RelTol: 1e-8, AbsTol: 1e-8})
			if d := distance(tr.Last().X, c.want); !(d < c.tol) || tr.Len() > 6000 {
				t.Errorf("%v: at %g off by %.2g after %d steps", m, c.t1, d, tr.Len())
			}
		}
	}
}

// Prothero and Robinson's x' = λ(x - cos t) - sin t has the solution cos t. An
// explicit method needs h < 3e-6; here the error does not grow with λ, RodasP
// keeps order 3, Rodas falls to order 1, and at moderate λ both have order 4.
func TestProtheroRobinson(t *testing.T) {
	problem := func(lambda float64) (flows.Field, Jacobian) {
		return func(dst []float64, t float64, x []float64) { dst[0] = lambda*(x[0]-math.Cos(t)) - math.Sin(t) },
			func(dst *mat.Dense, _ float64, _ []float64) { dst.Set(0, 0, lambda) }
	}
	for _, c := range []struct {
		m          *Rosenbrock
		lambda     float64
		from, till int
		lo, hi     float64
	}{
		{Rodas, -1, 8, 256, 3.8, 4.2}, {RodasP, -1, 8, 256, 3.8, 4.2},
		{Rodas, -1e6, 8, 256, 0.8, 1.2}, {RodasP, -1e6, 8, 64, 2.8, 3.2},
	} {
		f, j := problem(c.lambda)
		var hs, es []float64
		for n := c.from; n <= c.till; n *= 2 {
			worst := 0.0
			tr := mustSolve(t, f, []float64{1}, 0, 2, c.m.With(j), equal(n, 2))
			for k := range tr.Len() {
				worst = math.Max(worst, math.Abs(tr.X[k][0]-math.Cos(tr.T[k])))
			}
			hs, es = append(hs, 2/float64(n)), append(es, worst)
		}
		slope, err := verify.FitSlope(hs, es)
		if err != nil || !(slope.Order >= c.lo && slope.Order <= c.hi) || !(es[0] < 1e-3) {
			t.Errorf("%v, λ = %g: order %.2f (%v), errors %.2g", c.m, c.lambda, slope.Order, err, es)
		}
		t.Logf("%v, λ = %g: order %.2f, errors %.2g", c.m, c.lambda, slope.Order, es)
	}
}

func TestRosenbrockFailures(t *testing.T) {
	grow := func(dst []float64, _ float64, x []float64) { dst[0] = 4 * x[0] }
	four := func(dst *mat.Dense, _ float64, _ []float64) { dst.Set(0, 0, 4) }
	// 1/(γh) = 4 at h = 1: equal steps fail, error control goes round it.
	tr, err := Solve(grow, []float64{1}, 0, 3, Rodas.With(four), &Settings{Step: 1})
	var e *Error
	if !errors.Is(err, ErrSingular) || !errors.As(err, &e) || e.H != 1 || tr.Len() != 1 || !strings.Contains(err.Error(), "check the Jacobian") {
		t.Errorf("a singular matrix: %v", err)
	}
	tr = mustSolve(t, grow, []float64{1}, 0, 3, Rodas.With(four), &Settings{InitialStep: 1})
	if x, want := tr.Last().X[0], math.Exp(12); math.Abs(x-want) > 1e-5*want {
		t.Errorf("round a singular matrix to %g, want %g", x, want)
	}
	nan := func(dst *mat.Dense, _ float64, _ []float64) { dst.Set(0, 0, math.NaN()) }
	if _, err := Solve(grow, []float64{1}, 0, 3, Rodas.With(nan), nil); !errors.Is(err, ErrNonFinite) {
		t.Errorf("a Jacobian that is NaN: %v", err)
	}
	if _, err := Solve(never, []float64{1}, 0, 3, RodasP, nil); !errors.Is(err, ErrNonFinite) {
		t.Errorf("a field that is NaN: %v", err)
	}
	if _, err := Solve(blowUp, []float64{0.8}, 0, 2, Rodas, nil); !errors.Is(err, ErrStepSize) {
		t.Errorf("a blow-up: %v", err)
	}
	// The differences look beyond the end of the domain: one side is enough.
	edge := func(dst []float64, _ float64, x []float64) { dst[0] = -math.Sqrt(x[0]) * x[0] }
	tr = mustSolve(t, edge, []float64{0}, 0, 1, Rodas, nil)
	if tr.Last().X[0] != 0 {
		t.Errorf("leaves the equilibrium at the edge: %v", tr.Last())
	}
	if tr := mustSolve(t, func([]float64, float64, []float64) {}, nil, 0, 1, Rodas, equal(2, 1)); tr.Len() != 3 {
		t.Errorf("no coordinates: %d states", tr.Len())
	}
	for _, run := range []func(){
		func() { Rodas.Stepper(nil, 1) },
		func() { Rodas.Stepper(grow, -1) },
		func() { (&Rosenbrock{}).Stepper(grow, 1) },
		func() { Rodas.Stepper(grow, 2).Step(make([]float64, 1), 0, 1, []float64{1, 2}) },
	} {
		func() {
			defer func() {
				if r, ok := recover().(string); !ok || !strings.HasPrefix(r, "ode: ") {
					t.Errorf("recovered %v", r)
				}
			}()
			run()
		}()
	}
}
