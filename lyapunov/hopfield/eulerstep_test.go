package hopfield

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/internal/trials"
	"hopflow/lyapunov/activation"
)

// Up to StepBound no Euler step raises E, from any state, with unequal τ and
// different activations. Above it one does: beside the equilibrium where all f
// are steepest, along the most oscillating direction, or by leaving the range.
func TestStepBoundIsSharp(t *testing.T) {
	oscillating, leaving := 0, 0
	for i := range trials.Of(t, 5000) {
		c, x, _ := contRandom(t, 71, uint64(i))
		bound, err := c.StepBound()
		if err != nil {
			t.Fatal(err)
		}
		e := c.Energy()
		states := c.Euler(x, bound, 20)
		for k := range 20 {
			before, after := e.Value(states[k]), e.Value(states[k+1])
			if !(after <= before+contUlps(c, states[k])) {
				t.Fatalf("case %d: a step of the bound %v raises E from %.17g to %.17g", i, bound, before, after)
			}
		}
		d := contSteepNetwork(c)
		if bound < contMinTau(c) {
			oscillating++
			if rise := stepRise(t, d, 1.02*bound); !(rise > 0) {
				t.Fatalf("case %d: no rise above the bound %v: %v", i, bound, rise)
			}
			if rise := stepRise(t, d, 0.98*bound); !(rise <= 0) {
				t.Fatalf("case %d: a rise of %v below the bound %v", i, rise, bound)
			}
			continue
		}
		leaving++
		if !stepLeaves(c, 1.02*bound) {
			t.Fatalf("case %d: a step of 1.02 min τ stays in the range", i)
		}
	}
	t.Logf("%d bounds by oscillation, %d by the range", oscillating, leaving)
	if oscillating == 0 || leaving == 0 {
		t.Error("one part of the bound was never tried")
	}
}

func contMinTau(c *Continuous) float64 {
	least := math.Inf(1)
	for _, tau := range c.tau {
		least = math.Min(least, tau)
	}
	return least
}

// stepRise returns the change of E, relative to the square of the displacement,
// by one Euler step from beside the steepest equilibrium of d, along the most
// negative eigenvector of the Jacobian there.
func stepRise(t *testing.T, d *Continuous, dt float64) float64 {
	t.Helper()
	x := contSteepState(d)
	var jac mat.Dense
	d.Jacobian(&jac, x)
	var eig mat.Eigen
	if !eig.Factorize(&jac, mat.EigenRight) {
		t.Fatal("no eigenvectors")
	}
	var vectors mat.CDense
	eig.VectorsTo(&vectors)
	least := 0
	values := eig.Values(nil)
	for k := range values {
		if real(values[k]) < real(values[least]) {
			least = k
		}
	}
	const size = 1e-3
	at, next := make([]float64, d.n), make([]float64, d.n)
	for i := range at {
		at[i] = x[i] + size*real(vectors.At(i, least))
	}
	d.EulerStep(next, dt, at)
	e := d.Energy()
	return (e.Value(next) - e.Value(at)) / (size * size)
}

// stepLeaves reports whether a step of dt takes the unit of least τ out of its
// range: from near one end, driven to the other.
func stepLeaves(c *Continuous, dt float64) bool {
	k := 0
	for i, tau := range c.tau {
		if tau < c.tau[k] {
			k = i
		}
	}
	d := *c
	d.b = append([]float64(nil), c.b...)
	d.b[k] += 1e9
	x, next := make([]float64, c.n), make([]float64, c.n)
	for i, f := range c.f {
		x[i] = f.Value(0)
	}
	d.EulerStep(next, dt, x)
	return math.IsNaN(d.Energy().Value(next))
}

// [NH] Remark 6: at Δt = τ Euler is the synchronous update, and E rises for W12 = -3.
// The bound there is τ/2; a positive semidefinite W has the bound τ itself.
func TestStepBoundExamples(t *testing.T) {
	c, err := NewContinuous(mat.NewDense(2, 2, []float64{4, 1, 1, 3}), []float64{0.1, -0.3}, activation.NewTanh(0.8), 0.7)
	if err != nil {
		t.Fatal(err)
	}
	if bound, err := c.StepBound(); err != nil || bound != 0.7 {
		t.Errorf("positive semidefinite W: bound %v, %v, want τ = 0.7", bound, err)
	}
	x, y := make([]float64, 2), make([]float64, 2)
	c.EulerStep(x, 0.7, []float64{0.2, 0.4})
	c.Output(y, []float64{0.2, 0.4})
	if math.Abs(x[0]-y[0]) > 1e-15 || math.Abs(x[1]-y[1]) > 1e-15 {
		t.Errorf("a step of τ gives %v, f(Wx + b) is %v", x, y)
	}
	if p, _, err := c.EulerPeriod([]float64{0.2, 0.4}, 0.7, 500, 1e-12); err != nil || p != 1 {
		t.Errorf("period %d, %v, want an equilibrium", p, err)
	}
	free, err := NewContinuous(mat.NewDense(1, 1, nil), []float64{0.4}, activation.NewTanh(1))
	if err != nil {
		t.Fatal(err)
	}
	if p, _, err := free.EulerPeriod([]float64{0.9}, 1, 2, 0); err != nil || p != 1 {
		t.Errorf("without weights the second step repeats the first, exactly: period %d, %v", p, err)
	}
	if _, _, err := c.EulerPeriod([]float64{0.2, 0.4}, 0.7, 1, 1e-12); err == nil {
		t.Error("one step counts as settled")
	}
}

// At Δt = τ symmetric networks settle to an equilibrium or a 2-cycle.
func TestSynchronousPeriodIsTwo(t *testing.T) {
	two := 0
	for i := range trials.Of(t, 200) {
		c, x, _ := contRandom(t, 72, uint64(i))
		if err := c.setTau([]float64{1.3}); err != nil { // c is ours alone
			t.Fatal(err)
		}
		p, _, err := c.EulerPeriod(x, 1.3, 4000, 1e-7)
		if err != nil || p > 2 {
			t.Fatalf("case %d: period %d, %v", i, p, err)
		}
		two += p - 1
	}
	if two == 0 {
		t.Error("no 2-cycle in all cases")
	}
}
