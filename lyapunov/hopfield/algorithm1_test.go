package hopfield

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hopflow/internal/trials"
	"hopflow/lyapunov/training"
)

// One sample: the loss, its gradients in all entries and in the free ones, a
// step, and a step with the projection. W of the second record is asymmetric,
// as inside a pass.
func TestAlgorithm1Points(t *testing.T) {
	for _, r := range contRecords(t, "nh.alg1.point") {
		c := contNetwork(t, r)
		x := r.Ins("x")
		n, eta := len(x), r.In("eta")
		full := Algorithm1{Patterns: [][]float64{x}, Activation: contActivation(r.Inputs["f"]), Projection: EveryPass, Method: training.SGD{Rate: eta}, Passes: 1}
		theta := append(append([]float64(nil), c.w...), c.b...)
		loop, err := full.Loop()
		if err != nil {
			t.Fatal(err)
		}
		g := make([]float64, len(theta))
		loss, err := loop.Objective(g, theta, 0)
		if err != nil {
			t.Fatal(err)
		}
		y := make([]float64, n)
		c.Output(y, x)
		r.Close(t, "y", y, 1e-15, false)
		r.Close(t, "loss_sq", []float64{loss}, 1e-15, false)
		r.Close(t, "loss_norm", []float64{math.Sqrt(loss)}, 1e-15, false)
		contClose(t, r, "grad_sq_W", g[:n*n], 1e-14)
		r.Close(t, "grad_sq_b", g[n*n:], 1e-14, false)
		norm := append([]float64(nil), g...)
		floats.Scale(1/(2*math.Sqrt(loss)), norm) // the chain rule of the root
		contClose(t, r, "grad_norm_W", norm[:n*n], 1e-14)
		r.Close(t, "grad_norm_b", norm[n*n:], 1e-14, false)
		r.Close(t, "grad_sq_upper_triangle_reparam", UpperGradient(mat.NewDense(n, n, g[:n*n])), 1e-14, false)
		step := append([]float64(nil), theta...)
		floats.AddScaled(step, -eta, g)
		contClose(t, r, "step_sq_W_unprojected", step[:n*n], 1e-14)
		if _, err := loop.Train(theta); err != nil {
			t.Fatal(err)
		}
		contClose(t, r, "step_sq_W_projected", theta[:n*n], 1e-14)
		r.Close(t, "step_sq_b", theta[n*n:], 1e-14, false)
		floats.AddScaledTo(theta, append(append([]float64(nil), c.w...), c.b...), -eta, norm)
		full.Projection.Hook(len(full.Patterns[0]), 1)(theta, 0)
		contClose(t, r, "step_norm_W_projected", theta[:n*n], 1e-14)
		r.Close(t, "step_norm_b", theta[n*n:], 1e-14, false)
	}
}

func TestAlgorithm1Epochs(t *testing.T) {
	for _, r := range contRecords(t, "nh.alg1.epochs") {
		var patterns [][]float64
		for _, x := range r.Inputs["X"].([]any) {
			patterns = append(patterns, contNumbers(x))
		}
		alg := Algorithm1{
			Patterns: patterns, Activation: contActivation(r.Inputs["f"]), Projection: EveryPass,
			Method: training.SGD{Rate: r.In("eta")}, Passes: int(r.In("epochs")), Compromise: true,
		}
		w := mat.NewDense(3, 3, contNumbers(r.Inputs["W"]))
		out, err := alg.Train(w, r.Ins("b"))
		if err != nil {
			t.Fatal(err)
		}
		contClose(t, r, "W", out.Network.w, 1e-14)
		r.Close(t, "b", out.Network.B(), 1e-14, false)
		r.Close(t, "total_sq_loss", out.Losses, 1e-14, false)
		if r.ID != "nh.alg1.epochs.02" {
			continue
		}
		alg.Projection = EveryStep
		step, err := alg.Train(w, r.Ins("b"))
		if err != nil {
			t.Fatal(err)
		}
		if d := floats.Distance(step.Network.w, out.Network.w, math.Inf(1)); math.Abs(d-0.041) > 5e-4 {
			t.Errorf("projecting every step and every pass differ by %.4g, want 0.041", d)
		}
	}
}

// For plain descent, projecting W every step with η is descent in the free
// parameters with η/2 (the biases keep η).
func TestEveryStepIsHalfTheRate(t *testing.T) {
	for i := range trials.Of(t, 50) {
		rng := rand.New(rand.NewPCG(21, uint64(i)))
		n := 2 + rng.IntN(5)
		x := make([]float64, n)
		for k := range x {
			x[k] = 1.8*rng.Float64() - 0.9
		}
		w := GlorotWeights(n, uint64(i))
		alg := Algorithm1{Patterns: [][]float64{x}, Projection: EveryStep, Method: training.SGD{Rate: 0.1}, Passes: 20}
		full, err := alg.Train(w, nil)
		if err != nil {
			t.Fatal(err)
		}
		alg.Projection = Parameterised
		loop, err := alg.Loop()
		if err != nil {
			t.Fatal(err)
		}
		theta, err := alg.Start(w, nil)
		if err != nil {
			t.Fatal(err)
		}
		g := make([]float64, len(theta))
		for step := range 20 {
			if _, err := loop.Objective(g, theta, step); err != nil {
				t.Fatal(err)
			}
			weights := len(theta) - n
			floats.AddScaled(theta[:weights], -0.05, g[:weights])
			floats.AddScaled(theta[weights:], -0.1, g[weights:])
		}
		net, err := alg.Network(theta)
		if err != nil {
			t.Fatal(err)
		}
		if d := floats.Distance(net.w, full.Network.w, math.Inf(1)); d > 1e-14 {
			t.Fatalf("case %d: weights differ by %v", i, d)
		}
	}
}

// Every loss, with and without the stability term, in every parameterisation:
// the gradient is the derivative of the value.
func TestAlgorithm1Gradient(t *testing.T) {
	for i := range trials.Of(t, 100) {
		rng := rand.New(rand.NewPCG(22, uint64(i)))
		n := 2 + rng.IntN(4)
		alg := Algorithm1{Activation: contAny(rng), Loss: Loss(rng.IntN(2)), Projection: Projection(rng.IntN(3)), Stability: float64(rng.IntN(2)), Margin: 0.3, Compromise: true}
		lo, hi := alg.Activation.Range()
		for range 1 + rng.IntN(3) {
			x := make([]float64, n)
			for k := range x {
				x[k] = lo + (hi-lo)*(0.1+0.8*rng.Float64())
			}
			alg.Patterns = append(alg.Patterns, x)
		}
		alg.Batch = len(alg.Patterns)
		w := GlorotWeights(n, uint64(i))
		w.Scale(3, w)
		theta, err := alg.Start(w, nil)
		if err != nil {
			t.Fatal(err)
		}
		for k := range theta {
			theta[k] += 0.3 * rng.NormFloat64()
		}
		loop, err := alg.Loop()
		if err != nil {
			t.Fatal(err)
		}
		g, dir, scrap := make([]float64, len(theta)), make([]float64, len(theta)), make([]float64, len(theta))
		for k := range dir {
			dir[k] = rng.NormFloat64()
		}
		if _, err := loop.Objective(g, theta, 0); err != nil {
			t.Fatal(err)
		}
		at := func(s float64) float64 {
			p := append([]float64(nil), theta...)
			floats.AddScaled(p, s, dir)
			v, err := loop.Objective(scrap, p, 0)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		const h = 1e-4
		want := (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
		if got := floats.Dot(g, dir); math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
			t.Fatalf("case %d, %T, loss %v, projection %v, stability %v: slope %.10g, differences %.10g", i, alg.Activation, alg.Loss, alg.Projection, alg.Stability, got, want)
		}
	}
}

// CrossEntropy of tanh is the relative entropy of the coins, has no f' factor
// and pulls on a unit that has saturated on the wrong side; Squared does not.
func TestCrossEntropy(t *testing.T) {
	x := []float64{0.4, -1}
	alg := Algorithm1{Patterns: [][]float64{x}, Loss: CrossEntropy}
	theta := []float64{0.3, 0.2, 20} // w, b
	loop, err := alg.Loop()
	if err != nil {
		t.Fatal(err)
	}
	g := make([]float64, 3)
	got, err := loop.Objective(g, theta, 0)
	if err != nil {
		t.Fatal(err)
	}
	a := []float64{0.2 + 0.3*x[1], 20 + 0.3*x[0]}
	p, q := 0.7, (1+math.Tanh(a[0]))/2
	want := p*math.Log(p/q) + (1-p)*math.Log((1-p)/(1-q)) + math.Log1p(math.Exp(2*a[1])) // -ln of the coin's tail
	if math.Abs(got-want) > 1e-14*want {
		t.Errorf("cross entropy %.17g, want %.17g", got, want)
	}
	if math.Abs(g[2]-2) > 1e-12 {
		t.Errorf("∂/∂b of the saturated unit is %v, want y - x = 2", g[2])
	}
	alg.Loss, alg.Patterns = Squared, [][]float64{{0.4, -0.999}}
	if loop, err = alg.Loop(); err != nil {
		t.Fatal(err)
	}
	if _, err = loop.Objective(g, theta, 0); err != nil {
		t.Fatal(err)
	}
	if math.Abs(g[2]) > 1e-14 {
		t.Errorf("∂|x-y|²/∂b of the saturated unit is %v, want 0 to rounding", g[2])
	}
}

// The record of a stored point that is unstable.
func TestUnstableStoredPoint(t *testing.T) {
	r := contRecords(t, "nh.alg1.unstable")[0]
	x := r.Ins("x")
	w := mat.NewDense(2, 2, contNumbers(r.Inputs["W"]))
	b := make([]float64, 2)
	for i := range b {
		b[i] = math.Atanh(x[i]) - floats.Dot(w.RawRowView(i), x)
	}
	r.Close(t, "b", b, 1e-15, false)
	alg := Algorithm1{Patterns: [][]float64{x}}
	theta, err := alg.Start(w, b)
	if err != nil {
		t.Fatal(err)
	}
	r.Close(t, "loss", []float64{alg.Total(theta)}, 1e-30, false)
	c, err := alg.Network(theta)
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Stability(x)
	if err != nil {
		t.Fatal(err)
	}
	r.Close(t, "jacobian_eigenvalues", s.Real(), 1e-14, false)
	at := append([]float64(nil), x...)
	floats.Add(at, r.Ins("perturbation"))
	if err := newContMotion(c, 1e-14).advance(at, r.In("t")); err != nil {
		t.Fatal(err)
	}
	r.Close(t, "x_t", at, 1e-12, false)
	r.Close(t, "distance", []float64{floats.Distance(at, x, 2)}, 1e-12, false)
}

// algorithm1Stored trains one pattern of d = 10 from Glorot weights and returns
// the final loss, and whether the pattern is stable.
func algorithm1Stored(t *testing.T, seed uint64, pattern func(u float64) float64, stability float64) (loss float64, stable bool) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	x := make([]float64, 10)
	for i := range x {
		x[i] = pattern(2*rng.Float64() - 1)
	}
	alg := Algorithm1{
		Patterns: [][]float64{x}, Projection: EveryPass, Method: training.SGD{Rate: 0.1}, Passes: 5000,
		Stability: stability, Stop: training.EarlyStop{Loss: 1e-16},
	}
	out, err := alg.Train(GlorotWeights(10, seed), nil)
	if err != nil {
		t.Fatal(err)
	}
	return out.Losses[len(out.Losses)-1], out.Stable() == 1
}
