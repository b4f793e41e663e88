package adjoint

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"hopflow/flows/ode"
)

// contracting is a trained network in small: rates 0.1 and 1.9 at the origin.
func contracting(t1 float64) (p *Problem, x0, theta []float64) {
	return &Problem{Model: Layers(Relax(1, Affine(2, 2), Activation(tanh))), T1: t1, Method: ode.RK4, Settings: &ode.Settings{Step: 0.05},
		Terminal: SquaredDistance([]float64{0.2, 0.5})}, []float64{0.4, -0.7}, []float64{0, 0.9, 0.9, 0, 0.01, -0.02}
}

// Re-integration loses the gradient of a contracting network, and nothing but
// the recovered x0 shows it. What is lost is round-off times exp(1.9 t), so that
// another rounding of the model changes it by a factor, but not its growth.
func TestReintegrationFailsOnContraction(t *testing.T) {
	for _, c := range []struct{ t1, x0, theta float64 }{{15, 8e-6, 8e-7}, {20, 0.06, 0.006}, {25, 0.98, 0.05}, {30, 1.0, 0.08}} {
		p, x0, theta := contracting(c.t1)
		g, err := p.Reintegrated(x0, theta)
		want := mustGradient(t, p, x0, theta)
		dx, dtheta := deviation(g.X0, want.X0), deviation(g.Theta, want.Theta)
		t.Logf("T = %g: dL/dx0 off by %.2g, dL/dθ by %.2g; x0 by %.2g: %v", c.t1, dx, dtheta, g.Mismatch, err)
		if dx < c.x0/100 || dx > 100*c.x0 || dtheta < c.theta/100 || dtheta > 100*c.theta {
			t.Errorf("T = %g: dL/dx0 off by %.2g, dL/dθ by %.2g", c.t1, dx, dtheta)
		}
		if !errors.Is(err, ErrMismatch) || !strings.Contains(err.Error(), fmt.Sprintf("%.3g", g.Mismatch)) {
			t.Errorf("T = %g: %v", c.t1, err)
		}
		// The other roads agree with one another there.
		stored, err := p.Continuous(x0, theta)
		if err != nil || deviation(stored.numbers(), want.numbers()) > 1e-6 {
			t.Errorf("T = %g: on stored states %v, %v", c.t1, stored, err)
		}
		exact, err := p.ComplexStep(x0, theta)
		if err != nil || deviation(want.numbers(), exact.numbers()) > 1e-14 {
			t.Errorf("T = %g: the discrete adjoint is off by %v, %v", c.t1, deviation(want.numbers(), exact.numbers()), err)
		}
	}
}

// Where the flow contracts little, re-integration comes back, and says how near.
func TestReintegrationComesBack(t *testing.T) {
	p, x0, theta := contracting(2)
	p.Record = true
	g, err := p.Reintegrated(x0, theta)
	if err != nil || g.Mismatch > 1e-6 || g.Mismatch == 0 || deviation(g.Recovered, x0) > 1e-6 {
		t.Errorf("%v, %v", g, err)
	}
	if err := g.States.Check(); err != nil || g.States.T[0] != 0 || g.States.Len() != g.Steps+1 || deviation(g.States.X[0], g.Recovered) != 0 {
		t.Errorf("states: %v, %v", g.States, err)
	}
	if g.Stored != 1 {
		t.Errorf("%d states kept", g.Stored)
	}
	// The bound is the caller's.
	p.Mismatch = g.Mismatch / 2
	again, err := p.Reintegrated(x0, theta)
	var e *Error
	if !errors.As(err, &e) || e.Reason != ErrMismatch || again == nil || again.Mismatch != g.Mismatch {
		t.Errorf("half the bound: %v", err)
	}
	p, x0, theta = contracting(25)
	p.Mismatch = math.Inf(1)
	if _, err := p.Reintegrated(x0, theta); err != nil {
		t.Errorf("no bound: %v", err)
	}
}

// A state that leaves every bound on its way back is refused too.
func TestReintegrationBlowsUp(t *testing.T) {
	// Forwards to 0 by x' = -20(x + x³), backwards to infinity in finite time.
	m := Func{D: 1,
		F: func(dst []float64, _ float64, x, _ []float64) { dst[0] = -20 * (x[0] + x[0]*x[0]*x[0]) },
		VJP: func(dx, _ []float64, _ float64, x, _, a []float64) float64 {
			dx[0] -= 20 * a[0] * (1 + 3*x[0]*x[0])
			return 0
		}}
	p := &Problem{Model: m, T1: 5, Method: ode.RK4, Settings: &ode.Settings{Step: 0.02}, Terminal: LinearLoss{1}, Observed: []Observation{{T: 2, Loss: LinearLoss{1}}}}
	g, err := p.Reintegrated([]float64{0.5}, nil)
	if !errors.Is(err, ErrMismatch) || g == nil || !(g.Mismatch > 1e-6) {
		t.Errorf("%+v, %v", g, err)
	}
	if _, err := p.Gradient([]float64{0.5}, nil); err != nil {
		t.Error(err)
	}
}
