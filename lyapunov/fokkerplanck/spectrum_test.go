package fokkerplanck

import (
	"math"
	"math/cmplx"
	"testing"

	"hopflow/internal/oracle"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

func rates(t *testing.T, g *Generator, k int) []float64 {
	t.Helper()
	v, err := g.Eigenvalues(k)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float64, k)
	for i, c := range v {
		if g.reversible && imag(c) != 0 {
			t.Errorf("rate %v of a reversible chain", c)
		}
		out[i] = real(c)
	}
	return out
}

// The slowest four rates of the double well, from three grids by Richardson's
// extrapolation in h²: rates that differ by 1e5 keep their digits.
func TestDoubleWellRates(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "fp-eig/") {
		T, c0 := r.In("T"), r.In("c0")
		var v [][]float64
		for _, n := range []int{200, 400, 800} {
			g := must(t, Equation{Energy: landscape.NewDoubleWell(c0, 1), Temperature: T}, nil, freeenergy.Uniform(-3.2, 3.2, n))
			v = append(v, rates(t, g, 4))
		}
		for i, want := range r.Wants("rates") {
			got := richardson(v, 2, 4)[i]
			if math.Abs(got/want-1) > 2e-7 {
				t.Errorf("%s rate %d = %.12g, want %.12g", r.ID, i, got, want)
			}
			// Of second order: two halvings divide the error by 16.
			if fall := (v[0][i] - want) / (v[2][i] - want); math.Abs(fall-16) > 1.5 {
				t.Errorf("%s rate %d: error falls by %.3g in two halvings", r.ID, i, fall)
			}
		}
	}
}

func TestMachineGap(t *testing.T) {
	r := oracle.Load(t, hf, "hf-gap-01")[0]
	var v [][]float64
	for _, n := range []int{20, 40, 80} {
		v = append(v, rates(t, machine(t, n, nil), 2))
	}
	got := richardson(v, 2, 4)
	within(t, r, "lambda1", got[:1], 2e-6)
	within(t, r, "lambda2", got[1:], 2e-6)
}

// f = 0: 4βT l(l+1), with all multiples in two dimensions.
func TestLegendreRates(t *testing.T) {
	r := oracle.Load(t, hf, "hf-gap-02")[0]
	line := must(t, Equation{Energy: zero(1), Mobility: tanh(r.In("beta")), Temperature: r.In("T")}, nil, freeenergy.Uniform(0, 1, 100).Walled())
	v := rates(t, line, 2)
	within(t, r, "gap", v[:1], 1e-10) // the polynomial of degree 1 is exact
	near(t, "second rate", v[1], r.Want("second_1d"), 1e-3)
	square := must(t, Equation{Energy: zero(2), Mobility: tanh(0.25, 0.25), Temperature: 25}, nil,
		freeenergy.Uniform(0, 1, 24).Walled(), freeenergy.Uniform(0, 1, 24).Walled())
	for i, w := range []float64{50, 50, 100} {
		near(t, "rate on the square", rates(t, square, 3)[i], w, 1e-9)
	}
}

// The iterative solver gives the same spectrum as elimination, with and without
// detailed balance.
func TestSpectrumBySolvers(t *testing.T) {
	for _, a := range []float64{0, 0.75} {
		e := Equation{Energy: quadratic([]float64{1.12, -0.16, -0.16, 2.88}), Mobility: Constant([]float64{1, a}, []float64{-a, 1}), Temperature: 1}
		var v [2][]complex128
		for k, s := range []Solver{Elimination, Multigrid} {
			g := must(t, e, &Settings{Solver: s}, freeenergy.Uniform(-6, 6, 24), freeenergy.Uniform(-4, 4, 24))
			var err error
			if v[k], err = g.Eigenvalues(2); err != nil {
				t.Fatal(err)
			}
		}
		for i := range v[0] {
			if cmplx.Abs(v[0][i]-v[1][i]) > 1e-8 {
				t.Errorf("a = %g: rate %d is %v by elimination, %v by iteration", a, i, v[0][i], v[1][i])
			}
		}
	}
}

// [LF]: the same S with a rotation relaxes faster, from 1.1056 to 2.
func TestRotationWidensGap(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "sa/linear-") {
		s, a, m, T := matrix(t, r, r.Inputs, "S"), r.In("a"), matrix(t, r, r.Inputs, "M"), r.In("T")
		cov := invert(m)
		gaps := func(a float64) float64 {
			var v [][]float64
			for _, n := range []int{16, 32, 64} {
				x, y := 6*math.Sqrt(T*cov[0]), 6*math.Sqrt(T*cov[3])
				g := must(t, Equation{Energy: quadratic(m), Mobility: Constant([]float64{s[0], s[1] + a}, []float64{s[2] - a, s[3]}), Temperature: T},
					nil, freeenergy.Uniform(-x, x, n), freeenergy.Uniform(-y, y, n))
				gap, err := g.Gap()
				if err != nil {
					t.Fatal(err)
				}
				v = append(v, []float64{gap})
			}
			if a == 0 {
				return richardson(v, 2, 4)[0]
			}
			return richardson(v, 1, 2)[0]
		}
		within(t, r, "gap_reversible", []float64{gaps(0)}, 1e-3)
		within(t, r, "gap", []float64{gaps(a)}, 2e-2)
	}
}

// The entropy production of the rotation, with the centred current.
func TestEntropyProduction(t *testing.T) {
	r := oracle.Load(t, lf, "sa/linear-a")[0]
	var v [][]float64
	for _, n := range []int{72, 144} {
		g := must(t, Equation{Energy: quadratic(matrix(t, r, r.Inputs, "M")), Mobility: Constant([]float64{1, 0.75}, []float64{-0.75, 1}), Temperature: 1},
			&Settings{Current: Centred}, freeenergy.Uniform(-5, 5, n), freeenergy.Uniform(-3, 3, n))
		v = append(v, []float64{g.EntropyProduction()})
	}
	within(t, r, "entropy_production", richardson(v, 2), 1e-4)
}

// Mean first-passage times over the barrier, to nine digits of 10^8.
func TestKramers(t *testing.T) {
	for _, r := range oracle.Load(t, lf, "kramers/") {
		e := landscape.NewDoubleWell(r.In("c0"), 1)
		var v [][]float64
		for _, per := range []int{64, 128, 256} { // cells between 0 and 1; centers at -1, 0, 1
			h := 1 / float64(per)
			g := must(t, Equation{Energy: e, Temperature: r.In("T")}, nil, freeenergy.Uniform(-2.5-h/2, 2.5+h/2, 5*per+1))
			from := 3 * per / 2 // x = -1
			var pair []float64
			for _, to := range []float64{0, 1} {
				u, err := g.HittingTimes(func(x []float64) bool { return x[0] > to-h/4 })
				if err != nil {
					t.Fatal(err)
				}
				pair = append(pair, u[from])
			}
			v = append(v, pair)
		}
		got := richardson(v, 2, 4)
		r.Close(t, "tau_m1_to_0", got[:1], 1e-8, true)
		r.Close(t, "tau_m1_to_p1", got[1:], 1e-8, true)
	}
}

// K = 1/q² on the line is the heat equation in y = Φ(x): with cells of equal
// probability the gap is that of Neumann's problem on (0, 1), π².
func TestInverseSquareMobility(t *testing.T) {
	r := oracle.Load(t, lf, "boundary/K-one-over-q2")[0]
	q := func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }
	var v [][]float64
	for _, n := range []int{200, 400, 800} {
		edges := []float64{-5.5}
		for i := 1; i < n; i++ {
			edges = append(edges, math.Sqrt2*math.Erfinv(2*float64(i)/float64(n)-1))
		}
		g := must(t, Equation{Energy: quadratic([]float64{1}), Mobility: Isotropic(func(x []float64) float64 { return 1 / (q(x[0]) * q(x[0])) }), Temperature: 1}, nil,
			freeenergy.Edges(append(edges, 5.5)).Walled())
		v = append(v, rates(t, g, 1))
	}
	// Of first order: the two outermost cells are infinite in truth.
	within(t, r, "rate", richardson(v, 1, 2), 2e-3)
}
