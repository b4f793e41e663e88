package adjoint

import (
	"math"
	"testing"

	"hopflow/flows/ode"
	"hopflow/lyapunov/verify"
)

// twoTanh is a network of two units over two units of time.
func twoTanh() (p *Problem, x0, theta []float64) {
	return &Problem{Model: Layers(Relax(1, Affine(2, 2), Activation(tanh))), T1: 2, Terminal: SquaredDistance([]float64{0.2, 0.5})},
		[]float64{0.4, -0.7}, []float64{0.5, -1.2, 0.9, 0.3, 0.1, -0.2}
}

// Errors of a method over halvings of the step: of the three gradients against
// the true one, and of the two continuous ones against the discrete one.
const (
	discreteError = iota
	storedError
	backError
	storedApart
	backApart
)

func errorsOfGradients(t *testing.T, base *Problem, x0, theta []float64, from float64, halvings int, of func(*Gradient) []float64) (h []float64, errs [5][]float64) {
	t.Helper()
	exact := *base
	exact.Method, exact.Settings = ode.DormandPrince8, finely
	want := of(mustGradient(t, &exact, x0, theta))
	for k := range halvings + 1 {
		q := *base
		q.Settings, q.Mismatch = &ode.Settings{Step: from / math.Pow(2, float64(k))}, math.Inf(1)
		h = append(h, q.Settings.Step)
		g := of(mustGradient(t, &q, x0, theta))
		stored, err := q.Continuous(x0, theta)
		if err != nil {
			t.Fatal(err)
		}
		back, err := q.Reintegrated(x0, theta)
		if err != nil {
			t.Fatal(err)
		}
		for i, d := range []float64{
			discreteError: deviation(g, want), storedError: deviation(of(stored), want), backError: deviation(of(back), want),
			storedApart: deviation(of(stored), g), backApart: deviation(of(back), g),
		} {
			errs[i] = append(errs[i], d)
		}
	}
	return h, errs
}

// The orders to which the gradients of a terminal loss agree with the true one,
// and with each other: with Heun's method re-integration follows the discrete
// adjoint one order closer than either follows the truth. Along stored states it
// does not, nor with losses on the way.
func TestOrdersOfTheGradients(t *testing.T) {
	plain, x0, theta := twoTanh()
	rich := *plain
	rich.Running = Along(0.3, SquaredDistance(nil))
	rich.Observed = []Observation{{T: 0.75, Loss: LinearLoss{1, -1}}}
	xTheta := func(g *Gradient) []float64 { return append(append([]float64(nil), g.X0...), g.Theta...) }
	for _, c := range []struct {
		name   string
		base   *Problem
		of     func(*Gradient) []float64
		method *ode.Tableau
		orders [5]float64
	}{
		{"terminal", plain, xTheta, ode.Euler, [5]float64{1, 1, 1, 1, 1}},
		{"terminal", plain, xTheta, midpoint, [5]float64{2, 2, 2, 2, 2}},
		{"terminal", plain, xTheta, ode.Heun, [5]float64{2, 2, 2, 2, 3}},
		{"terminal", plain, xTheta, ode.RK4, [5]float64{4, 4, 4, 4, 4}},
		{"all", &rich, (*Gradient).numbers, ode.Euler, [5]float64{1, 1, 1, 1, 1}},
		{"all", &rich, (*Gradient).numbers, midpoint, [5]float64{2, 2, 2, 2, 2}},
		{"all", &rich, (*Gradient).numbers, ode.Heun, [5]float64{2, 2, 2, 2, 2}},
		{"all", &rich, (*Gradient).numbers, ode.BogackiShampine, [5]float64{3, 3, 3, 3, 3}},
		{"all", &rich, (*Gradient).numbers, ode.RK4, [5]float64{4, 4, 4, 4, 4}},
	} {
		base := *c.base
		base.Method = c.method
		h, errs := errorsOfGradients(t, &base, x0, theta, 1.0/10, 5, c.of)
		for i, want := range c.orders {
			what := []string{"discrete", "continuous, stored", "continuous, back", "discrete - stored", "discrete - back"}[i]
			claim := verify.Order("order", what, h, errs[i], want, 0.2)
			t.Logf("%s, %v: %s %.2f (errors %.2g)", c.name, c.method, what, claim.Got, errs[i])
			if err := claim.Err(); err != nil {
				t.Errorf("%s, %v: %v: %.2g", c.name, c.method, err, errs[i])
			}
		}
	}
}

// Order 5 and order 8, with and without an interpolant, as far as rounding lets
// them be seen.
func TestHighOrdersOfTheGradients(t *testing.T) {
	base, x0, theta := twoTanh()
	base.Running = Along(0.3, SquaredDistance(nil))
	base.T1 = 4
	for _, c := range []struct {
		method   *ode.Tableau
		from     float64
		halvings int
		least    float64
	}{{ode.DormandPrince, 1.0 / 5, 3, 4.8}, {ode.DormandPrince8, 1, 2, 7.5}} {
		base.Method = c.method
		h, errs := errorsOfGradients(t, base, x0, theta, c.from, c.halvings, (*Gradient).numbers)
		for i, e := range errs {
			s, err := verify.FitSlope(h, e)
			t.Logf("%v, %d: %.2f (errors %.2g)", c.method, i, s.Order, e)
			if err != nil || s.Order < c.least {
				t.Errorf("%v, %d: order %.2f, %v, errors %.2g", c.method, i, s.Order, err, e)
			}
		}
	}
}
