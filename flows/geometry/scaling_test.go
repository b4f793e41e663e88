package geometry

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/ode"
	"hopflow/internal/oracle"
	"hopflow/lyapunov/landscape"
)

// [CH] section 1.2: E = -xᵀWx goes down along +2Wx; as printed it goes up.
func TestQuadraticOracle(t *testing.T) {
	for _, r := range oracle.Load(t, "testdata/nh.json", "nh.ch.quad.") {
		x0 := r.Ins("x0")
		e := form{rows(t, r.Inputs, "W", true), make([]float64, len(x0))}
		for i := range e.a {
			for j := range e.a[i] {
				e.a[i][j] *= 2
			}
		}
		m := Euclidean(len(x0))
		end := flowTo(t, m, e, x0, r.In("t"))
		r.Close(t, "x", end, 1e-11, true)
		r.Close(t, "E0", []float64{e.Value(x0)}, 1e-15, true)
		r.Close(t, "E_t", []float64{e.Value(end)}, 1e-10, true)
		r.Close(t, "dE_dt_0", []float64{DescentRate(m, e, x0)}, 1e-15, true)
		r.Close(t, "dE_dt_t", []float64{DescentRate(m, e, end)}, 1e-10, true)
		if up := r.Want("dE_dt_0_with_printed_sign"); up != -DescentRate(m, e, x0) {
			t.Errorf("%s: the printed flow's rate %v", r.ID, up)
		}
	}
}

// [CH] Theorem 3 on rectifier networks: rescaling commutes with the flow for
// λ > 0 and no biases, and not otherwise; and the sliding where it jumps.
func TestScalingOracle(t *testing.T) {
	dense := func(rows [][]float64) *mat.Dense {
		m := mat.NewDense(len(rows), len(rows[0]), nil)
		for i, r := range rows {
			m.SetRow(i, r)
		}
		return m
	}
	checked := 0
	for _, r := range oracle.Load(t, "testdata/nh.json", "nh.ch.relu.") {
		if _, biased := r.Inputs["b1"]; biased {
			continue // landscape.Homogeneous has none: nothing to flow along
		}
		e := landscape.NewHomogeneous(dense(rows(t, r.Inputs, "W1", false)), dense(rows(t, r.Inputs, "W2", false)))
		f, x, v := NaturalGradient(Euclidean(2), e), r.Ins("x"), make([]float64, 2)
		f(v, 0, x)
		r.Close(t, "xdot", v, 1e-14, false)
		lambda := r.In("lambda")
		r.Close(t, "equivariance_defect_flow", ScalingDefect(f, x, lambda, lambda), 4e-15, false)
		r.Close(t, "d_half_normsq_dt", []float64{dot(x, v)}, 1e-14, true)
		checked++
	}
	for _, r := range oracle.Load(t, "testdata/nh.json", "nh.ch.relutraj.") {
		e := landscape.NewHomogeneous(dense(rows(t, r.Inputs, "W1", false)), dense(rows(t, r.Inputs, "W2", false)))
		tr, err := ode.Sample(NaturalGradient(Euclidean(2), e), r.Ins("x0"), append([]float64{0}, r.Ins("times")...), nil, &tight)
		if err != nil {
			t.Fatal(err)
		}
		for k, want := range rows(t, r.Expected, "x", false) {
			near(t, r.ID, tr.X[k+1], want, 1e-10)
			near(t, r.ID, []float64{e.Value(tr.X[k+1])}, r.Wants("E")[k:k+1], 1e-10)
		}
		checked++
	}
	for _, r := range oracle.Load(t, "testdata/nh.json", "nh.ch.poly.") {
		c, x, lambda, degree := r.Ins("c"), r.Ins("x"), r.In("lambda"), r.In("r")
		f := func(dst []float64, _ float64, x []float64) {
			for i := range dst { // E = Σ c² x^(2r)
				dst[i] = -2 * degree * c[i] * c[i] * math.Pow(x[i], 2*degree-1)
			}
		}
		got := make([]float64, len(x))
		f(got, 0, x)
		r.Close(t, "xdot", got, 1e-14, true)
		factor := math.Pow(lambda, 2*degree-1)
		r.Close(t, "factor", []float64{factor / lambda}, 1e-15, true)
		near(t, "defect of degree r", ScalingDefect(f, x, lambda, factor), make([]float64, 2), 1e-13)
		if d := ScalingDefect(f, x, lambda, lambda); math.Hypot(d[0], d[1]) < 1 {
			t.Errorf("invariance as printed, without the time's factor: defect %v", d)
		}
		checked++
	}
	if checked != 4 {
		t.Errorf("%d records checked, want 4", checked)
	}
	// nh.md 1.5: both sides push onto -x₁ + 2x₂ = 0.
	e := landscape.NewHomogeneous(dense([][]float64{{-1, 2}, {0, -2}}), dense([][]float64{{1, 1}}))
	f, below, above, nu := NaturalGradient(Euclidean(2), e), make([]float64, 2), make([]float64, 2), []float64{-1, 2}
	f(below, 0, []float64{-2 + 1e-12, -1 - 2e-12})
	f(above, 0, []float64{-2 - 1e-12, -1 + 2e-12})
	near(t, "normal velocities", []float64{dot(nu, below), dot(nu, above)}, []float64{16, -4}, 1e-10)
	v, err := Sliding(nu, below, above)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "sliding velocity", v, []float64{3.2, 1.6}, 1e-10)
	if _, err := Sliding(nu, above, below); err == nil || !strings.Contains(err.Error(), "no sliding") {
		t.Errorf("sliding off a surface: %v", err)
	}
}
