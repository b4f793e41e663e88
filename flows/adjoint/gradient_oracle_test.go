package adjoint

import (
	"fmt"
	"math"
	"strconv"
	"testing"

	"hopflow/flows/ode"
	"hopflow/internal/oracle"
	"hopflow/lyapunov/activation"
)

// finely are settings with which the true gradient is met to 13 digits.
var finely = &ode.Settings{RelTol: 1e-14, AbsTol: 1e-15}

// entries returns the numbers of nested lists, in order.
func entries(t testing.TB, v any) (out []float64) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			out = append(out, entries(t, e)...)
		}
	default:
		x, err := strconv.ParseFloat(fmt.Sprint(v), 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, x)
	}
	return out
}

// agrees reports numbers that miss the expected ones by more than tol, relative
// to the largest of them.
func agrees(t testing.TB, what string, got, want []float64, tol float64) {
	t.Helper()
	if d := deviation(got, want); !(d <= tol) {
		t.Errorf("%s: %.17g, want %.17g: off by %.2g", what, got, want, d)
	}
}

// deviation returns the largest difference, relative to the largest entry.
func deviation(got, want []float64) float64 {
	if len(got) != len(want) {
		return math.NaN()
	}
	var far, size float64
	for i := range want {
		far = math.Max(far, math.Abs(got[i]-want[i]))
		size = math.Max(size, math.Abs(want[i]))
	}
	if far == 0 {
		return 0
	}
	return far / size
}

// expects compares with a record, block by block of the record.
func expects(t *testing.T, r oracle.Record, tol float64, got map[string][]float64) {
	t.Helper()
	for key, v := range got {
		if r.Expected[key] == nil {
			t.Errorf("%s has no %s", r.ID, key)
			continue
		}
		agrees(t, r.ID+" "+key, v, entries(t, r.Expected[key]), tol)
	}
}

// tanhNet is x' = (-leak x + tanh(W x + b))/τ with its parameters W, b from a
// record.
func tanhNet(t *testing.T, r oracle.Record) (m *Network, theta []float64) {
	t.Helper()
	d := len(r.Ins("x0"))
	inner := []Layer{Affine(d, d), Activation(activation.NewTanh(1))}
	tau := 1.0
	if r.Inputs["tau"] != nil {
		tau = r.In("tau")
	}
	switch {
	case r.In("leak") == 1:
		m = Layers(Relax(tau, inner...))
	case tau == 1:
		m = Layers(inner...)
	default:
		t.Fatalf("%s: no layers for this leak", r.ID)
	}
	return m, append(entries(t, r.Inputs["W"]), r.Ins("b")...)
}

// problemOf is the problem of a record: ½|x(t1) - c|².
func problemOf(r oracle.Record, m Model) *Problem {
	return &Problem{Model: m, T1: r.In("t1"), Terminal: SquaredDistance(r.Ins("c")), Method: ode.DormandPrince8, Settings: finely}
}

// roads are the gradients that go to the true one.
var roads = []struct {
	name string
	by   func(p *Problem, x0, theta []float64) (*Gradient, error)
}{
	{"Gradient", (*Problem).Gradient},
	{"Continuous", (*Problem).Continuous},
	{"Reintegrated", (*Problem).Reintegrated},
	{"Sensitivities", func(p *Problem, x0, theta []float64) (*Gradient, error) {
		s, err := p.Sensitivities(x0, theta)
		if err != nil {
			return nil, err
		}
		return &s.Gradient, nil
	}},
}

func mustGradient(t testing.TB, p *Problem, x0, theta []float64) *Gradient {
	t.Helper()
	g, err := p.Gradient(x0, theta)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestOracleGrad(t *testing.T) {
	for _, r := range oracle.Load(t, "testdata/gradients.json", "nh.ode.grad.") {
		m, theta := tanhNet(t, r)
		p := problemOf(r, m)
		for _, road := range roads {
			g, err := road.by(p, r.Ins("x0"), theta)
			if err != nil {
				t.Fatal(err)
			}
			t.Run(road.name, func(t *testing.T) {
				expects(t, r, 1e-12, map[string][]float64{
					"x_t1": g.X1, "L": {g.Loss}, "a_t0": g.X0, "dL_dt1": {g.T1}, "dL_dt0": {g.T0},
					"dL_dW": m.Slice("W", g.Theta), "dL_db": m.Slice("b", g.Theta),
				})
			})
		}
		// a at half time: an observation that weighs nothing makes a step end there.
		p.Observed = []Observation{{T: p.T1 / 2, Loss: Quadratic{Weight: make([]float64, m.Dim())}}}
		a, err := p.Adjoint(r.Ins("x0"), theta)
		if err != nil {
			t.Fatal(err)
		}
		for k, at := range a.T {
			if at == p.T1/2 {
				expects(t, r, 1e-12, map[string][]float64{"a_mid": a.X[k]})
				break
			}
			if k == a.Len()-1 {
				t.Error("no step ends at half time")
			}
		}
	}
}

func TestOracleRunningCost(t *testing.T) {
	r := oracle.Load(t, "testdata/gradients.json", "nh.ode.mlp.01")[0]
	m := Layers(TimeAffine(2, 3), Activation(activation.NewTanh(1)), Affine(3, 2))
	var theta []float64
	for _, key := range []string{"W1", "b1", "u", "W2", "b2"} {
		theta = append(theta, entries(t, r.Inputs[key])...)
	}
	p := problemOf(r, m)
	p.Running = Along(r.In("running_cost_weight"), SquaredDistance([]float64{0, 0}))
	for _, road := range roads {
		g, err := road.by(p, r.Ins("x0"), theta)
		if err != nil {
			t.Fatal(err)
		}
		th := g.Theta
		expects(t, r, 1e-12, map[string][]float64{
			"x_t1": g.X1, "L": {g.Loss}, "a_t0": g.X0,
			"dL_dW1": th[:6], "dL_db1": th[6:9], "dL_du": th[9:12], "dL_dW2": th[12:18], "dL_db2": th[18:],
		})
		running := g.Loss - p.Terminal.Value(g.X1, 1)
		expects(t, r, 1e-12, map[string][]float64{"running_cost": {running}})
	}
}

// linear is x' = A x, θ = A row by row.
func linear(d int) Model { return Layers(Linear(d, d)) }

func TestOracleLinear(t *testing.T) {
	for _, r := range oracle.Load(t, "testdata/gradients.json", "nh.ode.linear.") {
		p := problemOf(r, linear(len(r.Ins("x0"))))
		for _, road := range roads {
			g, err := road.by(p, r.Ins("x0"), entries(t, r.Inputs["A"]))
			if err != nil {
				t.Fatal(err)
			}
			expects(t, r, 1e-12, map[string][]float64{"x_t1": g.X1, "L": {g.Loss}, "a_t0": g.X0, "dL_dA": g.Theta})
		}
	}
}

// logisticGrowth is x' = θ x (1 - x).
var logisticGrowth = Func{
	D: 1, P: 1,
	F: func(dst []float64, _ float64, x, th []float64) { dst[0] = th[0] * x[0] * (1 - x[0]) },
	VJP: func(dx, dth []float64, _ float64, x, th, a []float64) float64 {
		dx[0] += a[0] * th[0] * (1 - 2*x[0])
		dth[0] += a[0] * x[0] * (1 - x[0])
		return 0
	},
}

func TestOracleLogistic(t *testing.T) {
	for _, r := range oracle.Load(t, "testdata/gradients.json", "nh.ode.logistic.") {
		p := problemOf(r, logisticGrowth)
		for _, road := range roads {
			g, err := road.by(p, r.Ins("x0"), r.Ins("theta"))
			if err != nil {
				t.Fatal(err)
			}
			expects(t, r, 1e-12, map[string][]float64{"x_t1": g.X1, "L": {g.Loss}, "dL_dx0": g.X0, "dL_dtheta": g.Theta})
		}
	}
}

// tableauOf returns the method of a record.
func tableauOf(t *testing.T, r oracle.Record) *ode.Tableau {
	t.Helper()
	m := map[string]*ode.Tableau{"euler": ode.Euler, "midpoint": midpoint, "heun": ode.Heun, "rk4": ode.RK4}[r.Text("method")]
	if m == nil {
		t.Fatalf("%s: no method %s", r.ID, r.Text("method"))
	}
	return m
}

// midpoint has b_1 = 0: the tableau b_j - b_j a_ji/b_i of the adjoint method, as
// it is printed in places, does not exist for it.
var midpoint = func() *ode.Tableau {
	m, err := ode.ParseTableau("midpoint", "0 |\n1/2 | 1/2\np=2 | 0 1")
	if err != nil {
		panic(err)
	}
	return m
}()

func TestOracleDiscrete(t *testing.T) {
	for _, r := range oracle.Load(t, "testdata/gradients.json", "nh.ode.discrete.") {
		m, theta := tanhNet(t, r)
		p := problemOf(r, m)
		p.Method, p.Settings = tableauOf(t, r), &ode.Settings{Step: p.T1 / r.In("N")}
		for _, c := range []int{0, 1, 3} {
			p.Checkpoints = c
			g := mustGradient(t, p, r.Ins("x0"), theta)
			if g.Steps != int(r.In("N")) {
				t.Errorf("%s: %d steps", r.ID, g.Steps)
			}
			expects(t, r, 1e-13, map[string][]float64{
				"x_N": g.X1, "L": {g.Loss}, "dL_dx0": g.X0, "dL_dW": m.Slice("W", g.Theta), "dL_db": m.Slice("b", g.Theta),
			})
		}
	}
}

// The continuous adjoint with equal steps back is no exact gradient: the records
// are those of re-integration, and Euler misses the discrete one by 10 %.
func TestOracleReintegrated(t *testing.T) {
	for _, r := range oracle.Load(t, "testdata/gradients.json", "nh.ode.contadj.") {
		m, theta := tanhNet(t, r)
		p := problemOf(r, m)
		p.Method, p.Settings, p.Mismatch = tableauOf(t, r), &ode.Settings{Step: p.T1 / r.In("N")}, math.Inf(1)
		g, err := p.Reintegrated(r.Ins("x0"), theta)
		if err != nil {
			t.Fatal(err)
		}
		expects(t, r, 1e-13, map[string][]float64{
			"x_N": g.X1, "x0_recovered": g.Recovered, "dL_dx0": g.X0, "dL_dW": m.Slice("W", g.Theta), "dL_db": m.Slice("b", g.Theta),
		})
	}
}

func TestOracleExtraSteps(t *testing.T) {
	r := oracle.Load(t, "testdata/gradients.json", "nh.ode.revolve.")[0]
	pairs, want := entries(t, r.Inputs["pairs"]), entries(t, r.Expected["extra_forward_steps"])
	for i, w := range want {
		if got := ExtraSteps(int(pairs[2*i]), int(pairs[2*i+1])); got != int(w) {
			t.Errorf("ExtraSteps(%v, %v) = %d, want %v", pairs[2*i], pairs[2*i+1], got, w)
		}
	}
}

// [CH] takes ∂f/∂θ at the end of each Euler step, z_i; the chain rule takes it at
// the beginning, z_{i-1}.
func TestOracleOffByOne(t *testing.T) {
	r := oracle.Load(t, "testdata/gradients.json", "nh.ode.chsum.")[0]
	eps, n := r.In("eps"), int(r.In("N"))
	p := &Problem{Model: linear(1), Method: ode.Euler, Settings: &ode.Settings{Step: eps}, T1: eps * float64(n), Terminal: LinearLoss{1}, Record: true}
	g := mustGradient(t, p, r.Ins("z0"), r.Ins("theta"))
	var printed, corrected float64 // Σ dL_i/dz_i ε ∂f/∂θ, f = θ z
	for i := 1; i <= n; i++ {
		printed += g.Adjoints.X[i][0] * eps * g.States.X[i][0]
		corrected += g.Adjoints.X[i][0] * eps * g.States.X[i-1][0]
	}
	expects(t, r, 1e-14, map[string][]float64{
		"z_N": g.X1, "dL_dtheta_correct": g.Theta, "dL_dtheta_as_printed": {printed}, "ratio": {printed / g.Theta[0]},
	})
	agrees(t, "the sum, corrected", []float64{corrected}, g.Theta, 1e-14)
	if d := deviation([]float64{printed}, g.Theta); d < 0.07 {
		t.Errorf("as printed it misses by %g only", d)
	}
}

// The adjoint is a covector: the gradient computed in polar coordinates is
// Jᵀ a, and a·x' is the same number in both charts.
func TestOraclePolar(t *testing.T) {
	r := oracle.Load(t, "testdata/gradients.json", "nh.ode.polar.")[0]
	x0, theta, c := r.Ins("x0"), entries(t, r.Inputs["A"]), r.Ins("c")
	cartesian := mustGradient(t, problemOf(r, linear(2)), x0, theta)
	polar := problemOf(r, polarLinear)
	polar.Terminal = LossFunc{
		Func: func(q []float64) float64 {
			return SquaredDistance(c).Value([]float64{q[0] * math.Cos(q[1]), q[0] * math.Sin(q[1])}, 1)
		},
		Grad: func(dst, q []float64) {
			sin, cos := math.Sincos(q[1])
			u, v := q[0]*cos-c[0], q[0]*sin-c[1]
			dst[0], dst[1] = u*cos+v*sin, q[0]*(v*cos-u*sin)
		},
	}
	q0 := []float64{math.Hypot(x0[0], x0[1]), math.Atan2(x0[1], x0[0])}
	g := mustGradient(t, polar, q0, theta)
	velocity := make([]float64, 2)
	polarLinear.At(theta, 1).Rate(velocity, 0, q0, nil)
	expects(t, r, 1e-12, map[string][]float64{
		"r_phi": q0, "a_cartesian": cartesian.X0, "a_polar": g.X0, "dual_pairing_with_velocity": {-cartesian.T0},
	})
	agrees(t, "pairing in polar coordinates", []float64{dot(g.X0, velocity)}, []float64{-cartesian.T0}, 1e-12)
	// A vector has the components J⁻¹ a: not what the adjoint is.
	sin, cos := math.Sincos(q0[1])
	a := cartesian.X0
	vector := []float64{cos*a[0] + sin*a[1], (cos*a[1] - sin*a[0]) / q0[0]}
	if d := deviation(vector, g.X0); d < 0.05 {
		t.Errorf("as a vector it would miss by %g only", d)
	}
}

// polarLinear is x' = A x in polar coordinates: with e the unit vector at φ and
// n its normal, r' = r e·Ae, φ' = n·Ae.
var polarLinear = Func{
	D: 2, P: 4,
	F: func(dst []float64, _ float64, q, th []float64) {
		sin, cos := math.Sincos(q[1])
		u, v := th[0]*cos+th[1]*sin, th[2]*cos+th[3]*sin
		dst[0], dst[1] = q[0]*(cos*u+sin*v), cos*v-sin*u
	},
	VJP: func(dx, dth []float64, _ float64, q, th, a []float64) float64 {
		sin, cos := math.Sincos(q[1])
		u, v := th[0]*cos+th[1]*sin, th[2]*cos+th[3]*sin
		du, dv := -th[0]*sin+th[1]*cos, -th[2]*sin+th[3]*cos // by φ
		dx[0] += a[0] * (cos*u + sin*v)
		dx[1] += a[0]*q[0]*(cos*v-sin*u+cos*du+sin*dv) + a[1]*(-sin*v-cos*u+cos*dv-sin*du)
		pu, pv := a[0]*q[0]*cos-a[1]*sin, a[0]*q[0]*sin+a[1]*cos
		dth[0] += pu * cos
		dth[1] += pu * sin
		dth[2] += pv * cos
		dth[3] += pv * sin
		return 0
	},
}
