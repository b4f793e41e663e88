package hopfield

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hopflow/internal/trials"
	"hopflow/lyapunov/activation"
)

// All equilibria by branch and bound hold all that a search from many starts
// finds, and every trajectory settles to one of the stable ones.
func TestEquilibriaAgainstMultistart(t *testing.T) {
	found := 0
	for i := range trials.Of(t, 30) {
		c, x, rng := contRandomUpTo(t, 4, 41, uint64(i))
		c = c.WithGain(3)
		if rng.IntN(4) == 0 { // an asymmetric one
			w := c.W()
			w.Set(0, c.n-1, w.At(0, c.n-1)+rng.NormFloat64())
			asym, err := NewAsymmetric(w, c.b, c.f[0], c.tau...)
			if err != nil {
				t.Fatal(err)
			}
			if c, err = asym.WithActivations(c.f...); err != nil {
				t.Fatal(err)
			}
		}
		all, err := c.Equilibria()
		if err != nil {
			t.Fatalf("case %d: %v", i, err)
		}
		found += len(all)
		some, err := c.Multistart(20, uint64(i))
		if err != nil {
			t.Fatalf("case %d: %v", i, err)
		}
		for _, e := range some {
			if equilibriumAt(all, e.X) == nil {
				t.Fatalf("case %d: Multistart knows %v, Equilibria does not", i, e.X)
			}
		}
		for k, e := range all {
			if e.Residual > 1e-12 {
				t.Fatalf("case %d: residual %v", i, e.Residual)
			}
			for _, o := range all[:k] {
				if floats.Distance(e.X, o.X, math.Inf(1)) < 1e-9 {
					t.Fatalf("case %d: %v twice", i, e.X)
				}
			}
		}
		s, err := c.Settle(x)
		if err != nil {
			t.Fatalf("case %d: %v", i, err)
		}
		if s.Cycle != nil {
			if c.Symmetric() {
				t.Fatalf("case %d: a limit cycle with symmetric W", i)
			}
			continue
		}
		if e := equilibriumAt(all, s.Equilibrium.X); e == nil || !e.Stable() {
			t.Fatalf("case %d: settled to %v (%s)", i, s.Equilibrium.X, s.Kind())
		}
	}
	t.Logf("%d equilibria", found)
}

func equilibriumAt(es []*Equilibrium, x []float64) *Equilibrium {
	for _, e := range es {
		if floats.Distance(e.X, x, math.Inf(1)) < 1e-7 {
			return e
		}
	}
	return nil
}

// The spectrum by the symmetric solver is that of the Jacobian by the general
// one; stable, λ_max < 1 and a positive definite Hessian are one and the same.
func TestStabilitySpectrum(t *testing.T) {
	for i := range trials.Of(t, 5000) {
		c, x, _ := contRandom(t, 42, uint64(i))
		s, err := c.Stability(x)
		if err != nil {
			t.Fatal(err)
		}
		var jac mat.Dense
		c.Jacobian(&jac, x)
		general, err := stabilityGeneral(&jac)
		if err != nil {
			t.Fatal(err)
		}
		size := 1 + floats.Norm(s.Real(), math.Inf(1))
		for k, l := range general {
			if math.Abs(real(l)-real(s.Eigenvalues[k])) > 1e-6*size || imag(s.Eigenvalues[k]) != 0 {
				t.Fatalf("case %d: eigenvalues %v by the symmetric solver, %v by the general one", i, s.Eigenvalues, general)
			}
		}
		if math.Abs(s.Lambda-1) > 1e-9 && (s.Stable() != (s.Lambda < 1) || s.Stable() != (s.Hessian[0] > 0)) {
			t.Fatalf("case %d: abscissa %v, λ_max %v, least eigenvalue of the Hessian %v", i, s.Abscissa(), s.Lambda, s.Hessian[0])
		}
	}
}

// At the pitchfork of W12 = 1, exactly: λ_max = 1, no unstable direction, and not
// stable either.
func TestStabilityOnTheBorder(t *testing.T) {
	c, err := NewContinuous(mat.NewDense(2, 2, []float64{0, 1, 1, 0}), nil, activation.NewTanh(1), 0.37)
	if err != nil {
		t.Fatal(err)
	}
	e, err := c.Newton([]float64{0, 0})
	if err != nil {
		t.Fatal(err)
	}
	s := e.Stability
	if s.Lambda != 1 || s.Abscissa() != 0 || s.Hessian[0] != 0 || s.Index() != 0 || e.Stable() || e.Kind() != "degenerate" {
		t.Errorf("λ_max %v, abscissa %v, Hessian %v, index %d, %s", s.Lambda, s.Abscissa(), s.Hessian, s.Index(), e.Kind())
	}
}

// Eigenvalues of graded Hessians, by the solver where it is good enough, and by
// hand where it is not.
func TestGradedHessian(t *testing.T) {
	rows := []float64{1.3, 2, -40, 2, 4, 90, -40, 90, 3e4}
	want, err := stabilityValues(mat.NewSymDense(3, append([]float64(nil), rows...)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := stabilityGraded(mat.NewSymDense(3, append([]float64(nil), rows...)))
	if err != nil {
		t.Fatal(err)
	}
	if floats.Distance(got, want, math.Inf(1)) > 1e-9 {
		t.Errorf("eigenvalues %v, by the solver %v", got, want)
	}
	// Digits of a computation with fifty of them; the usual solver finds -5.8 for the
	// least, and with it a saddle for a minimum.
	got, err = stabilityGraded(mat.NewSymDense(3, []float64{1e18, 1e8, 2e8, 1e8, 3, 0.5, 2e8, 0.5, 4}))
	if err != nil || math.Abs(got[0]-2.79263279680219097) > 1e-14 || math.Abs(got[1]-4.15736720319780903) > 1e-14 {
		t.Errorf("eigenvalues %.17g, %v, want 2.79 and 4.16", got, err)
	}
	// The 1e18 takes 9e-18 off the 2, and the solver's rounding all of it.
	got, err = stabilityGraded(mat.NewSymDense(2, []float64{1e18, 3, 3, 2}))
	if err != nil || got[0] != 2 || got[1] != 1e18 {
		t.Errorf("eigenvalues %v, %v, want 2 and 1e18", got, err)
	}
}

// A trajectory that comes within 1e-9 of a saddle and passes by is not mistaken
// for one that ends there.
func TestSettlePassesSaddle(t *testing.T) {
	c, err := NewContinuous(mat.NewDense(2, 2, []float64{0, 2, 2, 0}), nil, activation.NewTanh(1))
	if err != nil {
		t.Fatal(err)
	}
	for shift, want := range map[float64]string{0: "saddle", 1e-9: "stable", -1e-9: "stable"} {
		s, err := c.Settle([]float64{0.5, -0.5 + shift})
		if err != nil || s.Kind() != want || s.Point()[0]*shift < 0 {
			t.Errorf("from the stable manifold plus %v: %v, %v, want %s", shift, s, err, want)
		}
	}
}

// Time constants only set the clock: where trajectories settle, and the period of a
// cycle in units of τ, do not depend on it.
func TestSettleInAnyUnits(t *testing.T) {
	for _, tau := range []float64{1e-12, 1e-8, 0.37, 1e5, 1e10} {
		c, err := NewContinuous(mat.NewDense(2, 2, []float64{0, 2, 2, 0}), nil, activation.NewTanh(1), tau)
		if err != nil {
			t.Fatal(err)
		}
		for shift, want := range map[float64]string{0: "saddle", 1e-6: "stable"} {
			s, err := c.Settle([]float64{0.5, -0.5 + shift})
			if err != nil || s.Kind() != want || s.Time > 100*tau {
				t.Errorf("τ = %v: %v, %v, want %s", tau, s, err, want)
			}
		}
		ring, err := NewAsymmetric(mat.NewDense(2, 2, []float64{2, -2, 2, 2}), nil, activation.NewTanh(1), tau)
		if err != nil {
			t.Fatal(err)
		}
		s, err := ring.Settle([]float64{0.1, 0.05})
		if err != nil || s.Cycle == nil || math.Abs(s.Cycle.Period/tau-6.83763354804984) > 1e-10 {
			t.Errorf("τ = %v: %v, %v, want a period of 6.8376 τ", tau, s, err)
		}
	}
	// A slow unit beside a fast one: passing the saddle is not arriving.
	for _, tau := range [][]float64{{1, 1e4}, {1e4, 1}, {1e-6, 0.1}} {
		c, err := NewContinuous(mat.NewDense(2, 2, []float64{0, 2, 2, 0}), nil, activation.NewTanh(1), tau...)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := c.Settle([]float64{1e-6, 1e-7}); err != nil || s.Kind() != "stable" || s.Point()[0] < 0.95 {
			t.Errorf("τ = %v: %v, %v, want the upper memory", tau, s, err)
		}
	}
}

// Below the convex gain there is one equilibrium, E is convex in the whole box
// and every start settles to it; above it a network that is steepest at an
// equilibrium has a second one.
func TestConvexGain(t *testing.T) {
	for i := range trials.Of(t, 60) {
		c, x, rng := contRandomUpTo(t, 4, 43, uint64(i))
		gain, err := c.ConvexGain()
		if err != nil {
			t.Fatal(err)
		}
		if math.IsInf(gain, 1) {
			gain = 50
		}
		below := c.WithGain(0.95 * gain)
		all, err := below.Equilibria()
		if err != nil || len(all) != 1 || !all[0].Stable() {
			t.Fatalf("case %d: %d equilibria below the convex gain, %v", i, len(all), err)
		}
		s, err := below.Settle(x)
		if err != nil || floats.Distance(s.Equilibrium.X, all[0].X, math.Inf(1)) > 1e-8 {
			t.Fatalf("case %d: %v settles elsewhere: %v", i, x, err)
		}
		hess := mat.NewSymDense(c.n, nil)
		for range 5 {
			for k, f := range c.f {
				x[k] = f.Value(3*rng.Float64() - 1.5) // the Hessian is infinite at the ends
			}
			below.Energy().Hessian(hess, x)
			low, err := stabilityValues(hess)
			if err != nil || !(low[0] > 0) {
				t.Fatalf("case %d: the Hessian has the eigenvalue %v below the convex gain", i, low)
			}
		}
		if gain == 50 {
			continue
		}
		if e, err := contSteepNetwork(c.WithGain(1.05 * gain)).Newton(contSteepState(c)); err != nil || e.Stable() {
			t.Fatalf("case %d: stable where f is steepest above the convex gain, %v", i, err)
		}
	}
}

// contSteepState is the state where every f is steepest, if it is an equilibrium.
func contSteepState(c *Continuous) []float64 {
	x := make([]float64, c.n)
	for i, f := range c.f {
		_, at, _ := contSteepest(f)
		x[i] = f.Value(at)
	}
	return x
}

// contSteepNetwork has the weights of c and the biases that make contSteepState an
// equilibrium.
func contSteepNetwork(c *Continuous) *Continuous {
	x := contSteepState(c)
	d := *c
	d.b = make([]float64, c.n)
	for i, f := range c.f {
		_, at, _ := contSteepest(f)
		d.b[i] = at - floats.Dot(c.w[i*c.n:(i+1)*c.n], x)
	}
	return &d
}

// Saturated units, stiff gains: the search still finds the corners.
func TestEquilibriaOfSaturatedNetwork(t *testing.T) {
	c, err := NewContinuous(mat.NewDense(3, 3, []float64{0, 30, 0, 30, 0, 0, 0, 0, 40}), nil, activation.NewTanh(1))
	if err != nil {
		t.Fatal(err)
	}
	all, err := c.Equilibria()
	if err != nil || len(all) != 9 {
		t.Fatalf("%d equilibria, %v; want 9: corners, faces and the origin", len(all), err)
	}
	if stable := all[0]; !stable.Stable() || stable.Stability.Hessian[2] != math.Inf(1) && stable.Stability.Hessian[2] < 1e15 {
		t.Errorf("the lowest equilibrium is %v with Hessian %v", stable.X, stable.Stability.Hessian)
	}
	kinds := map[string]int{}
	for _, e := range all {
		kinds[e.Kind()]++
	}
	if kinds["stable"] != 4 || kinds["saddle"] != 5 {
		t.Errorf("kinds %v, want 4 stable and 5 saddles", kinds)
	}
}

func TestEquilibriaErrors(t *testing.T) {
	tanh := activation.NewTanh(1)
	for _, c := range []struct {
		want string
		w    []float64
		f    activation.Function
	}{
		{"undecided", []float64{1}, tanh},       // the pitchfork itself: a triple root
		{"undecided", []float64{1}, contClip{}}, // a line of equilibria
		{"not bounded", []float64{0.5}, activation.NewRectifier(0, 1)},
		{"Mode() float64", []float64{0.5}, contNameless{tanh}},
	} {
		net, err := NewContinuous(mat.NewDense(1, 1, c.w), nil, c.f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := net.Equilibria(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("W = %v, %T: error %v, want one with %q", c.w, c.f, err, c.want)
		}
	}
	net, err := NewContinuous(mat.NewDense(1, 1, []float64{0.5}), []float64{0.3}, activation.NewRectifier(0, 1))
	if err != nil {
		t.Fatal(err)
	}
	if es, err := net.Multistart(3, 1); err != nil || len(es) != 1 || es[0].Residual > 1e-12 {
		t.Errorf("Multistart with an unbounded activation: %v, %v", es, err)
	}
	if _, err := net.Newton([]float64{math.NaN()}); err == nil || !strings.Contains(err.Error(), "guess[0]") {
		t.Errorf("Newton from NaN: %v", err)
	}
}

// contNameless hides what the package knows of an activation.
type contNameless struct{ activation.Function }
