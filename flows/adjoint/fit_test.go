package adjoint_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"

	"hopflow/flows"
	"hopflow/flows/adjoint"
	"hopflow/flows/ode"
	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/training"
)

// growth is x' = θ x.
var growth = adjoint.Func{
	D: 1, P: 1,
	F: func(dst []float64, _ float64, x, th []float64) { dst[0] = th[0] * x[0] },
	VJP: func(dx, dth []float64, _ float64, x, th, a []float64) float64 {
		dx[0] += a[0] * th[0]
		dth[0] += a[0] * x[0]
		return 0
	},
}

func exponential(x0, rate float64, times ...float64) *flows.Trajectory {
	tr := new(flows.Trajectory)
	for _, t := range times {
		tr.Append(flows.State{T: t, X: []float64{x0 * math.Exp(rate*t)}})
	}
	return tr
}

// sampled is the solution of a flow at equal times.
func sampled(t testing.TB, f flows.Field, x0 []float64, t1 float64, n int) *flows.Trajectory {
	t.Helper()
	times := make([]float64, n)
	for k := range times {
		times[k] = t1 * float64(k) / float64(n-1)
	}
	tr, err := ode.Sample(f, x0, times, nil, &ode.Settings{AbsTol: 1e-12, RelTol: 1e-12})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// In closed form: four trajectories of three kinds of times, six later states.
func TestFitByHand(t *testing.T) {
	data := []*flows.Trajectory{exponential(2, 0.3, 0, 0.5, 1), exponential(-1, 0.3, 0, 0.8), exponential(3, 0.3, 0, 0.8+1e-9), exponential(1.5, 0.3, 0, 0.5, 1)}
	fit := &adjoint.Fit{Model: growth, Data: data, Method: ode.DormandPrince8, Settings: &ode.Settings{Step: 0.1}}
	const theta = -0.4
	var want, slope float64
	for _, tr := range data {
		for k := 1; k < tr.Len(); k++ {
			x := tr.X[0][0] * math.Exp(theta*tr.T[k])
			d := x - tr.X[k][0]
			want += d * d / 2 / 6
			slope += d * x * tr.T[k] / 6
		}
	}
	g := []float64{99}
	loss, err := fit.Objective(g, []float64{theta}, 0)
	if err != nil || math.Abs(loss-want) > 1e-14 || math.Abs(g[0]-slope) > 1e-14 {
		t.Errorf("loss %v, gradient %v, want %v and %v: %v", loss, g[0], want, slope, err)
	}
	if value, err := fit.Value([]float64{theta}); err != nil || value != loss {
		t.Errorf("value %v, loss %v: %v", value, loss, err)
	}
	if value, err := fit.Value([]float64{0.3}); err != nil || value > 1e-28 {
		t.Errorf("loss %v at the parameter of the data: %v", value, err)
	}
}

// Over an epoch batches of equal size have the loss and gradient of all the data
// as their mean; they depend on the seed and the step alone.
func TestFitBatches(t *testing.T) {
	var data []*flows.Trajectory
	for i := range 12 {
		data = append(data, exponential(float64(i+1)/4, 0.3, 0, 0.5, 1))
	}
	all := &adjoint.Fit{Model: growth, Data: data}
	some := &adjoint.Fit{Model: growth, Data: data, Batch: 3, Seed: 4}
	if some.PerEpoch() != 4 || all.PerEpoch() != 1 {
		t.Errorf("%d and %d steps an epoch", some.PerEpoch(), all.PerEpoch())
	}
	g, sum := make([]float64, 1), make([]float64, 2)
	var losses []float64
	for step := 8; step < 12; step++ {
		loss, err := some.Objective(g, []float64{-0.4}, step)
		if err != nil {
			t.Fatal(err)
		}
		sum[0], sum[1] = sum[0]+loss/4, sum[1]+g[0]/4
		losses = append(losses, loss)
	}
	// Error control chooses steps for each batch: equal to its tolerance.
	want, err := all.Objective(g, []float64{-0.4}, 0)
	if err != nil || math.Abs(sum[0]-want) > 1e-7*want || math.Abs(sum[1]-g[0]) > 1e-7*math.Abs(g[0]) {
		t.Errorf("mean of the batches %v, all %v and %v, %v", sum, want, g, err)
	}
	other := *some
	other.Seed = 6
	if loss, _ := other.Objective(g, []float64{-0.4}, 8); loss == losses[0] {
		t.Errorf("another seed draws the same batch")
	}
	if value, err := some.Value([]float64{-0.4}); err != nil || value != want {
		t.Errorf("value %v of all the data, want %v, %v", value, want, err)
	}
	if again, _ := some.Objective(g, []float64{-0.4}, 8); again != losses[0] || losses[0] == losses[1] {
		t.Errorf("step 8: %v, then %v; step 9: %v", losses[0], again, losses[1])
	}
}

// The gradient is that of the value, for a model that depends on time, with a
// loss that looks at one coordinate.
func TestFitGradient(t *testing.T) {
	m := adjoint.Layers(adjoint.TimeAffine(2, 4), adjoint.Activation(activation.NewTanh(1)), adjoint.Affine(4, 2))
	theta := m.Glorot(2)
	spiral := func(dst []float64, _ float64, x []float64) { dst[0], dst[1] = -0.1*x[0]-2*x[1], 2*x[0]-0.1*x[1] }
	fit := &adjoint.Fit{
		Model: m, Settings: &ode.Settings{Step: 0.1}, Method: ode.RK4,
		Data: []*flows.Trajectory{sampled(t, spiral, []float64{1, 0.2}, 1, 5), sampled(t, spiral, []float64{0.3, -1}, 2, 4)},
		Loss: func(target []float64) adjoint.Loss {
			return adjoint.Quadratic{Target: target, Weight: []float64{1, 0}}
		},
	}
	g := make([]float64, len(theta))
	if _, err := fit.Objective(g, theta, 0); err != nil {
		t.Fatal(err)
	}
	for i := range theta {
		const h = 1e-4
		at := func(d float64) float64 {
			moved := slices.Clone(theta)
			moved[i] += d
			v, err := fit.Value(moved)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		want := (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
		if math.Abs(g[i]-want) > 1e-10 {
			t.Errorf("component %d: %v, differences %v", i, g[i], want)
		}
	}
}

func TestWindows(t *testing.T) {
	tr := exponential(1, 0.3, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
	w := adjoint.Windows(tr, 3, 2)
	if len(w) != 3 || w[2].T[0] != 0 || math.Abs(w[2].T[2]-0.2) > 1e-15 || w[2].X[0][0] != tr.X[4][0] {
		t.Errorf("windows: %v", w)
	}
	// Their times differ by roundings; the fit solves them together all the same.
	together := 0
	fit := &adjoint.Fit{Model: growth, Data: w, Loss: func(target []float64) adjoint.Loss {
		together = len(target)
		return adjoint.SquaredDistance(target)
	}}
	if v, err := fit.Value([]float64{0.3}); err != nil || v > 1e-16 || together != 3 {
		t.Errorf("loss %v at the parameter of the data, %d solved together, %v", v, together, err)
	}
	for _, bad := range [][2]int{{1, 1}, {3, 0}, {8, 1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("windows of %d states, %d apart: no panic", bad[0], bad[1])
				}
			}()
			adjoint.Windows(tr, bad[0], bad[1])
		}()
	}
}

func TestFitRefuses(t *testing.T) {
	good := exponential(1, 0.3, 0, 1)
	for name, c := range map[string]struct {
		data *flows.Trajectory
		text string
	}{
		"nil":         {nil, "trajectory 1"},
		"one state":   {exponential(1, 0.3, 0), "fewer than two"},
		"coordinates": {&flows.Trajectory{T: []float64{0, 1}, X: [][]float64{{1, 2}, {1, 2}}}, "2 coordinates, the model of 1"},
		"NaN":         {&flows.Trajectory{T: []float64{0, 1}, X: [][]float64{{1}, {math.NaN()}}}, "not finite"},
		"times":       {&flows.Trajectory{T: []float64{0, 0}, X: [][]float64{{1}, {1}}}, "times must"},
	} {
		fit := &adjoint.Fit{Model: growth, Data: []*flows.Trajectory{good, c.data}}
		if _, err := fit.Value([]float64{0.3}); err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A flow that ends before the data do is an error that says so.
	blowup := adjoint.Func{D: 1, P: 1,
		F: func(dst []float64, _ float64, x, th []float64) { dst[0] = th[0] * x[0] * x[0] },
		VJP: func(dx, dth []float64, _ float64, x, th, a []float64) float64 {
			dx[0] += 2 * a[0] * th[0] * x[0]
			return 0
		}}
	fit := &adjoint.Fit{Model: blowup, Data: []*flows.Trajectory{exponential(1, 0.3, 0, 2)}}
	if _, err := fit.Objective(make([]float64, 1), []float64{1}, 0); !errors.Is(err, adjoint.ErrBlowUp) || !strings.Contains(err.Error(), "trajectory 0") {
		t.Errorf("blow-up: %v", err)
	}
	for name, f := range map[string]func(){
		"no data":  func() { (&adjoint.Fit{Model: growth}).Value([]float64{1}) },
		"gradient": func() { fit.Objective(nil, []float64{1}, 0) },
		"theta":    func() { fit.Value([]float64{1, 2}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

// The weights of a Hopfield network come back from trajectories of its flow.
func TestRecoverHopfieldWeights(t *testing.T) {
	truth := symmetric3(t, 0.7)
	rng := rand.New(rand.NewPCG(14, 8))
	var data []*flows.Trajectory
	for range 8 {
		x0 := []float64{2*rng.Float64() - 1, 2*rng.Float64() - 1, 2*rng.Float64() - 1}
		data = append(data, sampled(t, truth.Field, x0, 2, 5))
	}
	for _, weights := range []adjoint.Weights{adjoint.FullWeights, adjoint.SymmetricWeights} {
		m := adjoint.NewHopfield(truth, weights)
		fit := &adjoint.Fit{Model: m, Data: data, Method: ode.DormandPrince, Settings: &ode.Settings{Step: 0.1}}
		theta := m.Glorot(1)
		start, err := fit.Value(theta)
		if err != nil {
			t.Fatal(err)
		}
		r, err := training.Minimise(fit.Objective, theta, &optimize.BFGS{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var d mat.Dense
		d.Sub(m.W(theta), truth.W())
		if e := mat.Norm(&d, math.Inf(1)); e > 1e-5 || r.F > 1e-12 || start < 1e-3 {
			t.Errorf("%v: W misses by %v, loss %v from %v", weights, e, r.F, start)
		}
		t.Logf("%v: W within %.1e after %d iterations, %d gradients, loss %.1e", weights, mat.Norm(&d, math.Inf(1)), r.MajorIterations, r.GradEvaluations, r.F)
	}
}

// A neural field fitted to a spiral: in short windows, by noisy steps and then by
// a quasi-Newton method, and judged along the whole orbit.
func TestFitSpiral(t *testing.T) {
	cubic := func(dst []float64, _ float64, x []float64) {
		u, v := x[0]*x[0]*x[0], x[1]*x[1]*x[1]
		dst[0], dst[1] = -0.02*u-0.4*v, 0.4*u-0.02*v
	}
	whole := sampled(t, cubic, []float64{2, 0}, 10, 101)
	m := adjoint.Layers(adjoint.Affine(2, 12), adjoint.Activation(activation.NewTanh(1)), adjoint.Affine(12, 2))
	windows := adjoint.Fit{Model: m, Data: adjoint.Windows(whole, 6, 1), Method: ode.RK4, Settings: &ode.Settings{Step: 0.1}, Batch: 16, Seed: 1}
	all := windows
	all.Data, all.Batch = []*flows.Trajectory{whole}, 0
	orbit := func(theta []float64) float64 {
		v, err := all.Value(theta)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	theta := m.Glorot(1)
	start := orbit(theta)
	adam := training.Loop{Method: training.Adam{Rate: 0.03, Schedule: training.Cosine(600, 0.01)}, Objective: windows.Objective, Steps: 600}
	if _, err := adam.Train(theta); err != nil {
		t.Fatal(err)
	}
	again := m.Glorot(1)
	if _, err := adam.Train(again); err != nil || !slices.Equal(theta, again) {
		t.Error("two equal trainings differ", err)
	}
	rough := orbit(theta)
	full := windows
	full.Batch = 0
	r, err := training.Minimise(full.Objective, theta, &optimize.BFGS{}, &optimize.Settings{MajorIterations: 150})
	if !errors.Is(err, training.ErrNotConverged) {
		t.Errorf("150 iterations do not end it, and that has to be said: %v", err)
	}
	fine := orbit(theta)
	if !(rough < start/4 && fine < rough/20 && fine < 5e-3 && r.F < 1e-3) {
		t.Errorf("mean of ½|x - data|² along the orbit: %v, after Adam %v, after BFGS %v (in windows %v)", start, rough, fine, r.F)
	}
	t.Logf("mean of ½|x - data|² along the orbit: %.3g, after Adam %.3g, after BFGS %.3g (in windows %.3g)", start, rough, fine, r.F)
}
