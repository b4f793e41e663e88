package adjoint_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hopflow/flows/adjoint"
	"hopflow/flows/ode"
	"hopflow/internal/oracle"
	"hopflow/lyapunov/hopfield"
	"hopflow/lyapunov/training"
	"hopflow/lyapunov/verify"
)

const algorithm2 = "testdata/algorithm2.json"

func recordNetwork(t testing.TB, r oracle.Record, tau ...float64) *hopfield.Continuous {
	var w [][]float64
	for i := range r.Inputs["W"].([]any) {
		w = append(w, recordRow(r.Inputs["W"], i))
	}
	var b []float64
	if r.Inputs["b"] != nil {
		b = r.Ins("b")
	}
	return network(t, rows(w...), b, tau...)
}

func recordRow(m any, i int) []float64 {
	sub := oracle.Record{Inputs: map[string]any{"row": m.([]any)[i]}}
	return sub.Ins("row")
}

// exact settings: the error of the flow is below rounding.
func exactly(steps float64) (*ode.Tableau, *ode.Settings) {
	return ode.DormandPrince8, &ode.Settings{Step: steps}
}

// atRest returns loss and full gradient of one pattern.
func atRest(t testing.TB, c *hopfield.Continuous, x []float64, dt float64) (loss float64, gradient []float64) {
	t.Helper()
	a := adjoint.Algorithm2{Network: c, Patterns: [][]float64{x}, Dt: dt, Projection: hopfield.EveryPass}
	a.Solver, a.Settings = exactly(math.Min(dt/8, 0.04))
	loop, theta, err := a.Loop()
	if err != nil {
		t.Fatal(err)
	}
	gradient = make([]float64, len(theta))
	loss, err = loop.Objective(gradient, theta, 0)
	if err != nil {
		t.Fatal(err)
	}
	return loss, gradient
}

func TestAlgorithm2Oracle(t *testing.T) {
	for _, r := range oracle.Load(t, algorithm2, "nh.alg2.point") {
		x, dt := r.Ins("x"), r.In("dt")
		c := recordNetwork(t, r, r.In("tau"))
		n := len(x)
		loss, gradient := atRest(t, c, x, dt)
		r.Close(t, "loss_sq", []float64{loss}, 1e-13, true)
		r.Close(t, "loss_norm", []float64{math.Sqrt(loss)}, 1e-13, true)
		r.Close(t, "grad_sq_b", gradient[n*n:], 1e-13, true)
		for i := range n {
			row := oracle.Record{ID: r.ID, Method: r.Method, Expected: map[string]any{"grad_sq_W": r.Expected["grad_sq_W"].([]any)[i]}}
			row.Close(t, "grad_sq_W", gradient[i*n:(i+1)*n], 1e-13, true)
		}
		one := math.Sqrt(algorithm1(c, x))
		r.Close(t, "alg1_loss_norm", []float64{one}, 1e-14, true)
		r.Close(t, "ratio_norm_over_dt_over_tau", []float64{math.Sqrt(loss) / (dt / r.In("tau")) / one}, 1e-13, true)
	}
}

// algorithm1 is the loss |x - f(Wx + b)|² of [NH] Algorithm 1.
func algorithm1(c *hopfield.Continuous, x []float64) float64 {
	y := make([]float64, len(x))
	c.Output(y, x)
	d := floats.Distance(x, y, 2)
	return d * d
}

// [NH] Remark 11, made exact: loss and gradient over (dt/τ)² go to those of
// Algorithm 1 to first order, and with the Jacobian to second.
func TestRemark11Orders(t *testing.T) {
	r := oracle.Load(t, algorithm2, "nh.alg1.point.01")[0]
	x := r.Ins("x")
	const tau = 0.8
	c := recordNetwork(t, r, tau)
	y := make([]float64, 3)
	c.Output(y, x)
	one, oneB := algorithm1(c, x), r.Wants("grad_sq_b")
	var jacobian mat.Dense
	c.Jacobian(&jacobian, x)
	jacobian.Scale(tau, &jacobian)

	var h, ratio, gradient, second []float64
	for _, dt := range []float64{0.2, 0.1, 0.05, 0.025, 0.0125} {
		s := dt / tau
		loss, g := atRest(t, c, x, dt)
		h, ratio = append(h, s), append(ratio, math.Abs(math.Sqrt(loss/one)/s-1))
		g = g[9:]
		floats.Scale(1/(s*s), g)
		gradient = append(gradient, floats.Distance(g, oneB, 2)/floats.Norm(oneB, 2))
		// |x(dt) - x|² against |s (1 + s/2 J)(y - x)|²
		v := mat.NewVecDense(3, nil)
		floats.SubTo(v.RawVector().Data, y, x)
		var jv mat.VecDense
		jv.MulVec(&jacobian, v)
		v.AddScaledVec(v, s/2, &jv)
		second = append(second, math.Abs(math.Sqrt(loss)/s-mat.Norm(v, 2)))
	}
	for _, c := range []struct {
		name string
		err  []float64
		want float64
	}{{"loss", ratio, 1}, {"gradient", gradient, 1}, {"loss with the Jacobian", second, 2}} {
		fit, err := verify.FitSlope(h, c.err)
		if err != nil || math.Abs(fit.Order-c.want) > 0.2 {
			t.Errorf("%s: order %.3f ± %.3f, want %v: %v, %v", c.name, fit.Order, fit.StdErr, c.want, c.err, err)
		}
	}
}

// A limit cycle is a false zero of the loss if W is not symmetric: the flow leads
// back, and nothing is at rest. Training that begins there stays.
func TestLimitCycleIsAFalseZero(t *testing.T) {
	r := oracle.Load(t, algorithm2, "nh.cont.limitcycle.01")[0]
	c := recordNetwork(t, r)
	x, period := []float64{r.Want("x1_at_x2_zero"), 0}, r.Want("period")
	if loss, _ := atRest(t, c, x, period); loss > 1e-24 {
		t.Errorf("at the period the loss is %v, want 0", loss)
	}
	// At the printed five digits of the period what is left is speed times delay.
	one := algorithm1(c, x)
	if math.Abs(math.Sqrt(one)-0.928298) > 1e-6 {
		t.Errorf("|x - f(Wx + b)| = %v on the cycle, want 0.928298", math.Sqrt(one))
	}
	delay := period - 6.8376
	if loss, _ := atRest(t, c, x, 6.8376); math.Abs(loss/(one*delay*delay)-1) > 1e-4 {
		t.Errorf("at 6.8376 the loss is %v, want %v", loss, one*delay*delay)
	}
	theta := []float64{2, -2, 2, 2, 0, 0}
	fit := &adjoint.Fit{Model: adjoint.NewHopfield(c, adjoint.FullWeights), Data: adjoint.AtRest(period, x)}
	fit.Method, fit.Settings = exactly(period / 200)
	if _, err := (training.Loop{Method: training.SGD{Rate: 0.1}, Objective: fit.Objective, Steps: 5}).Train(theta); err != nil {
		t.Fatal(err)
	}
	moved, err := fit.Model.(*adjoint.Hopfield).Network(theta)
	if err != nil {
		t.Fatal(err)
	}
	if after := algorithm1(moved, x); math.Abs(after-one) > 1e-9 {
		t.Errorf("training left the false zero: |x - f(Wx + b)|² from %v to %v", one, after)
	}
	// Below Yorke's bound there is no such zero: here nothing comes back.
	bound := adjoint.PeriodBound(c, 1)
	if want := 2 * math.Pi / (1 + 2*math.Sqrt2); math.Abs(bound-want) > 1e-14 || period < bound {
		t.Errorf("bound %v, want %v, below the period %v", bound, want, period)
	}
	for k := 1; k <= 20; k++ {
		if loss, _ := atRest(t, c, x, bound*float64(k)/20); loss < 1e-3 {
			t.Errorf("loss %v at dt = %v, below the bound", loss, bound*float64(k)/20)
		}
	}
	if fast := adjoint.PeriodBound(network(t, c.W(), nil, 3, 0.5), 1); math.Abs(fast-bound/2) > 1e-14 {
		t.Errorf("with τ = 3 and 0.5 the bound is %v, want half of %v", fast, bound)
	}
	if !math.IsInf(adjoint.PeriodBound(symmetric3(t), 1), 1) {
		t.Error("a symmetric network has no periodic orbits: the bound is +Inf")
	}
}

// stored are two patterns with one amplitude in each unit: they meet the condition
// for an exact solution that graded ones come to slowly, or not at all.
var stored = [][]float64{{0.7, -0.7, 0.8}, {-0.7, 0.7, 0.8}}

// trained runs Algorithm 2 on the stored patterns.
func trained(t testing.TB, projection hopfield.Projection, m training.Method, passes int) (*hopfield.Continuous, training.Progress) {
	t.Helper()
	a := adjoint.Algorithm2{Network: symmetric3(t, 2), Patterns: stored, Dt: 0.2, Projection: projection, Method: m, Passes: passes}
	a.Solver, a.Settings = ode.RK4, &ode.Settings{Step: 0.1}
	c, last, err := a.Train()
	if err != nil {
		t.Fatal(err)
	}
	if w := c.W(); !mat.Equal(w, w.T()) || w.At(0, 0) != 0 || w.At(1, 1) != 0 || w.At(2, 2) != 0 {
		t.Errorf("%v: W = %v is not symmetric with zero diagonal", projection, w)
	}
	if !slices.Equal(c.Tau(), []float64{2, 2, 2}) {
		t.Errorf("τ = %v, want that of the network", c.Tau())
	}
	return c, last
}

// All three ways lead to an exact solution.
func TestAlgorithm2Trains(t *testing.T) {
	for _, projection := range []hopfield.Projection{hopfield.Parameterised, hopfield.EveryStep, hopfield.EveryPass} {
		// The loss is (dt/τ)² = 1/100 of that of Algorithm 1.
		descent := training.SGD{Rate: 40}
		c, last := trained(t, projection, descent, 400)
		for _, x := range stored {
			if one := algorithm1(c, x); one > 1e-24 {
				t.Errorf("%v: |x - f(Wx + b)|² = %v at %v after %d steps", projection, one, x, last.Step)
			}
		}
		again, _ := trained(t, projection, descent, 400)
		if !mat.Equal(c.W(), again.W()) || !slices.Equal(c.B(), again.B()) {
			t.Errorf("%v: two equal trainings differ", projection)
		}
	}
}

// Ten passes of the two algorithms at equal rates end in networks that differ by
// O(dt): Remark 11 for the training as a whole.
func TestTrainingsAgree(t *testing.T) {
	start := symmetric3(t)
	one, err := hopfield.Algorithm1{Patterns: stored, Projection: hopfield.EveryPass, Passes: 10}.Train(start.W(), start.B())
	if err != nil {
		t.Fatal(err)
	}
	var h, apart []float64
	for _, dt := range []float64{0.08, 0.04, 0.02, 0.01, 0.005} {
		a := adjoint.Algorithm2{Network: start, Patterns: stored, Dt: dt, Projection: hopfield.EveryPass, Passes: 10}
		a.Solver, a.Settings = exactly(dt / 2)
		two, _, err := a.Train()
		if err != nil {
			t.Fatal(err)
		}
		var d mat.Dense
		d.Sub(one.Network.W(), two.W())
		h, apart = append(h, dt), append(apart, mat.Norm(&d, 2))
	}
	if fit, err := verify.FitSlope(h, apart); err != nil || math.Abs(fit.Order-1) > 0.2 {
		t.Errorf("weights apart by %v: order %.3f ± %.3f, want 1, %v", apart, fit.Order, fit.StdErr, err)
	}
}

// A training that stops inside a pass ends with W projected all the same, and the
// time of the flow is a tenth of τ unless said.
func TestAlgorithm2StopsEarly(t *testing.T) {
	a := adjoint.Algorithm2{Network: symmetric3(t, 2), Patterns: stored, Projection: hopfield.EveryPass, Stop: training.EarlyStop{Loss: 2e-3}}
	c, last, err := a.Train()
	if err != nil || last.Reason != training.Reached || last.Step%2 == 0 {
		t.Fatalf("%+v, %v: choose a loss that is reached inside a pass", last, err)
	}
	if w := c.W(); !mat.Equal(w, w.T()) || w.At(1, 1) != 0 {
		t.Errorf("W = %v", mat.Formatted(w))
	}
	if d := a.Fit().Data[1]; d.T[1] != 0.2 || !slices.Equal(d.X[1], stored[1]) {
		t.Errorf("data %v, want the pattern at rest for 0.2", d)
	}
}

// For plain descent, projecting every step is the parameterisation at half the
// rate for W; once a pass is neither.
func TestProjections(t *testing.T) {
	half := &halved{rate: 10, weights: 3}
	a, _ := trained(t, hopfield.EveryStep, training.SGD{Rate: 10}, 30)
	b, _ := trained(t, hopfield.Parameterised, half, 30)
	c, _ := trained(t, hopfield.EveryPass, training.SGD{Rate: 10}, 30)
	var ab, ac mat.Dense
	ab.Sub(a.W(), b.W())
	ac.Sub(a.W(), c.W())
	if d := mat.Norm(&ab, 2); d > 1e-14 {
		t.Errorf("every step and parameterised differ by %v", d)
	}
	if d := mat.Norm(&ac, 2); d < 1e-5 {
		t.Errorf("every step and every pass differ by %v only", d)
	}
}

// halved is descent with half the rate for the weights.
type halved struct {
	rate    float64
	weights int
}

func (h *halved) New(int) training.Optimiser { return h }

func (h *halved) Step(theta, gradient []float64) {
	for i, g := range gradient {
		if i < h.weights {
			g /= 2
		}
		theta[i] -= h.rate * g
	}
}

func TestAlgorithm2Refuses(t *testing.T) {
	a := adjoint.Algorithm2{Network: asymmetric3(t), Patterns: [][]float64{{0.8, -0.7, 0.9}}}
	if c, _, err := a.Train(); err == nil || c != nil {
		t.Errorf("parameterised from weights that are not symmetric: %v", err)
	}
	a = adjoint.Algorithm2{Network: symmetric3(t), Patterns: [][]float64{{0.8, -0.7}}}
	if _, _, err := a.Train(); err == nil {
		t.Error("a pattern of two coordinates for three units")
	}
	a.Patterns = [][]float64{{0.8, math.NaN(), 1}}
	if _, _, err := a.Train(); err == nil {
		t.Error("a pattern of NaN")
	}
}
