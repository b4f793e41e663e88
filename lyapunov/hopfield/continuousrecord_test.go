package hopfield

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestContinuousPoints(t *testing.T) {
	for _, r := range contRecords(t, "nh.cont.point") {
		c := contNetwork(t, r)
		n, x := c.Dim(), r.Ins("x")
		a, y, v, adot := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		c.Drive(a, x)
		c.Output(y, x)
		c.Field(v, 0, x)
		c.Activations(adot, 0, a)
		r.Close(t, "a", a, 1e-15, false)
		r.Close(t, "y", y, 1e-15, true)
		r.Close(t, "xdot", v, 1e-15, false)
		r.Close(t, "adot", adot, 1e-14, false)
		ydot := make([]float64, n)
		for i := range ydot {
			ydot[i] = c.Activation(i).Deriv(a[i]) * adot[i]
		}
		r.Close(t, "ydot", ydot, 1e-13, true)
		ex, ey := c.Energy(), c.OutputEnergy()
		r.Close(t, "E_y", []float64{ey.Value(x)}, 1e-14, false)
		r.Close(t, "dEy_dt", []float64{ey.Rate(x)}, 1e-13, true)
		r.Close(t, "E_x", []float64{ex.Value(x)}, 1e-14, false)
		r.Close(t, "dEx_dt", []float64{ex.Rate(x)}, 1e-14, false)
	}
}

func TestContinuousTrajectories(t *testing.T) {
	for _, r := range contRecords(t, "nh.cont.traj") {
		c := contNetwork(t, r)
		x := r.Ins("x0")
		m := newContMotion(c, 1e-14)
		var xs, ex, ey []float64
		var at float64
		for _, time := range r.Ins("times") {
			if err := m.advance(x, time-at); err != nil {
				t.Fatal(err)
			}
			at = time
			xs = append(xs, x...)
			ex = append(ex, c.Energy().Value(x))
			ey = append(ey, c.OutputEnergy().Value(x))
		}
		contClose(t, r, "x", xs, 1e-13)
		contClose(t, r, "E_x", ex, 1e-13)
		contClose(t, r, "E_y", ey, 1e-13)
	}
}

func TestContinuousFixedPoints(t *testing.T) {
	for _, r := range contRecords(t, "nh.cont.fixed") {
		c := contNetwork(t, r)
		e, err := c.Newton(r.Ins("guess"))
		if err != nil {
			t.Errorf("%s: %v", r.ID, err)
			continue
		}
		r.Close(t, "x", e.X, 1e-14, false)
		r.Close(t, "jacobian_eigenvalues", e.Stability.Real(), 1e-14, false)
		r.Close(t, "spectral_abscissa", []float64{e.Stability.Abscissa()}, 1e-14, false)
		r.Close(t, "hessian_E_eigenvalues", e.Stability.Hessian, 1e-13, false)
		r.Close(t, "E", []float64{e.Value}, 1e-14, false)
		if want := r.Expected["stable"].(bool); e.Stable() != want {
			t.Errorf("%s: stable %v, want %v", r.ID, e.Stable(), want)
		}
	}
}

func TestContinuousEuler(t *testing.T) {
	for _, r := range contRecords(t, "nh.cont.euler") {
		c := contNetwork(t, r)
		var xs, es []float64
		for _, x := range c.Euler(r.Ins("x0"), r.In("dt"), int(r.In("N"))) {
			xs, es = append(xs, x...), append(es, c.Energy().Value(x))
		}
		contClose(t, r, "x", xs, 1e-14)
		contClose(t, r, "E_x", es, 1e-13)
		bound, err := c.StepBound()
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "dt_max", []float64{bound}, 1e-14, false)
		low, _ := stabilityValues(mat.NewSymDense(c.n, c.w))
		r.Close(t, "lambda_min_W", low[:1], 1e-14, false)
	}
	p, states, err := contNetwork(t, contRecords(t, "nh.cont.euler.01")[0]).EulerPeriod([]float64{0.5, 0.5}, 1, 100, 1e-12)
	if err != nil || p != 2 || math.Abs(states[0][0]-states[1][0]) < 1.9 {
		t.Errorf("at Δt = τ: period %d, states %v, %v; want the 2-cycle ±(.9949, .9949)", p, states, err)
	}
}

func TestLimitCycleRecord(t *testing.T) {
	r := contRecords(t, "nh.cont.limitcycle")[0]
	c := contNetwork(t, r)
	if c.Symmetric() {
		t.Fatal("the network of the record is not symmetric")
	}
	s, err := c.Settle([]float64{0.1, 0.05})
	if err != nil {
		t.Fatal(err)
	}
	if s.Kind() != "limit cycle" {
		t.Fatalf("settled to %s, want a limit cycle", s.Kind())
	}
	r.Close(t, "period", []float64{s.Cycle.Period}, 1e-11, false)
	// Where it crosses x2 = 0 upwards: follow the cycle to there.
	section := &contSection{m: newContMotion(c, 1e-14), through: make([]float64, 2), normal: []float64{0, 1}}
	x := append([]float64(nil), s.Cycle.States[0]...)
	if _, err := section.next(x, 10); err != nil {
		t.Fatal(err)
	}
	r.Close(t, "x1_at_x2_zero", []float64{math.Abs(x[0])}, 1e-11, false)
}
