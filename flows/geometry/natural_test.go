package geometry

import (
	"errors"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/ode"
	"hopflow/internal/oracle"
	"hopflow/lyapunov"
	"hopflow/lyapunov/activation"
)

// form is E(x) = ½ xᵀAx - b·x + c, A any symmetric matrix.
type form struct {
	a [][]float64
	b []float64
}

func (f form) Dim() int { return len(f.b) }

func (f form) Value(x []float64) (s float64) {
	for i := range x {
		s += x[i]*dot(f.a[i], x)/2 - f.b[i]*x[i]
	}
	return s
}

func (f form) Gradient(dst, x []float64) {
	for i := range dst {
		dst[i] = dot(f.a[i], x) - f.b[i]
	}
}

// bowl returns a (x-c)² on the line, up to a constant.
func bowl(a, c float64) form { return form{[][]float64{{2 * a}}, []float64{2 * a * c}} }

// network is [CH]'s -½ yᵀWy - b·y + Σ∫artanh, the energy of a tanh network.
type network struct{ form }

func (n network) Value(y []float64) float64 {
	s := n.form.Value(y)
	for _, v := range y {
		s += v*math.Atanh(v) + math.Log1p(-v*v)/2
	}
	return s
}

func (n network) Gradient(dst, y []float64) {
	n.form.Gradient(dst, y)
	for i, v := range y {
		dst[i] += math.Atanh(v)
	}
}

var _ Mobility = lyapunov.Mobility(nil) // what langevin has, structurally

// rows returns the matrix values[key], with its sign turned where minus is set.
func rows(t *testing.T, values map[string]any, key string, minus bool) (out [][]float64) {
	t.Helper()
	for _, row := range values[key].([]any) {
		r := oracle.Record{Inputs: map[string]any{"row": row}}.Ins("row")
		for i := range r {
			if minus {
				r[i] = -r[i]
			}
		}
		out = append(out, r)
	}
	return out
}

func flowTo(t *testing.T, m Metric, e form, x []float64, end float64) []float64 {
	t.Helper()
	tr, err := ode.Solve(NaturalGradient(m, e), x, 0, end, nil, &ode.Settings{AbsTol: 1e-30, RelTol: 1e-13})
	if err != nil {
		t.Fatal(err)
	}
	return tr.Last().X
}

// [HF] (3) on the line against exact solutions, in the state, in the hidden
// state and in the flat chart.
func TestFlowOracle(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-flow-") {
		m := NewTanh(r.In("beta"))
		e := form{[][]float64{{0}}, []float64{-r.In("c")}}
		if _, quadratic := r.Inputs["a"]; quadratic {
			e = bowl(r.In("a"), r.In("c"))
		}
		x, end := []float64{r.In("x0")}, r.In("t")
		r.Close(t, "x", flowTo(t, m, e, x, end), 2e-11, true)
		u := make([]float64, 1)
		m.Hidden(u, x)
		tr, err := ode.Solve(HiddenGradient(m, e), u, 0, end, nil, &tight)
		if err != nil {
			t.Fatal(err)
		}
		m.Visible(u, tr.Last().X)
		r.Close(t, "x", u, 2e-11, true)
		m.Theta(u, x)
		if tr, err = ode.Solve(ChartGradient(m, e), u, 0, end, nil, &ode.Settings{AbsTol: 1e-20, RelTol: 1e-13}); err != nil {
			t.Fatal(err)
		}
		m.State(u, tr.Last().X)
		r.Close(t, "x", u, 2e-11, true)
	}
}

// [HF] (5) and Euler's step of (1a), and their difference, which is O(h²).
func TestStepOracle(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-step-") {
		x, h := r.Ins("x"), r.In("h")
		e := form{rows(t, r.Inputs, "Q", false), r.Ins("c")}
		beta := r.Ins("beta")
		m := NewTanh(beta...)
		acts, literal := make([]activation.Smooth, len(x)), make([]activation.Smooth, len(x))
		for i, b := range beta {
			acts[i], literal[i] = activation.SoftProjection(b), activation.SoftProjectionLiteral(b)
		}
		g := make([]float64, len(x))
		e.Gradient(g, x)
		r.Close(t, "grad", g, 1e-14, false)
		next, err := NaturalStep(m, e, h)(x)
		if want := r.Wants("natural_gradient"); want[0] > 1 {
			var se *StepError
			if !errors.As(err, &se) || se.Coordinate != 0 || math.Abs(se.Next[0]-want[0]) > 1e-14 {
				t.Errorf("%s: %v, want a *StepError with the point %v", r.ID, err, want)
			} else if big, err := NaturalStep(m, e, se.Largest)(x); err == nil {
				t.Errorf("%s: h = %v stays at %v", r.ID, se.Largest, big)
			} else if _, err := NaturalStep(m, e, se.Largest*(1-1e-9))(x); err != nil {
				t.Errorf("%s: just below the largest h: %v", r.ID, err)
			}
		} else if err != nil {
			t.Error(err)
		} else {
			r.Close(t, "natural_gradient", next, 1e-15, false)
		}
		for _, c := range []struct {
			key  string
			step Step
		}{
			{"mirror_psi_star", HiddenStep(m, e, h)}, {"mirror_psi_star", HiddenStep(NewSeparable(acts...), e, h)},
			{"literal_hidden_euler", HiddenStep(NewSeparable(literal...), e, h)},
			{"mirror_psi_star", RetractedStep(HiddenRetraction{m}, m, e, h)},
		} {
			if next, err := c.step(x); err != nil {
				t.Error(err)
			} else {
				r.Close(t, c.key, next, 2e-15, false)
			}
		}
	}
	e, m, x := form{[][]float64{{2, 0.5}, {0.5, 4}}, []float64{0.6, 2.4}}, NewTanh(0.7, 1.3), []float64{0.4, 0.7}
	var hs, errs []float64
	for h := 0.1; h > 0.002; h /= 2 {
		a, err := NaturalStep(m, e, h)(x)
		if err != nil {
			t.Fatal(err)
		}
		b, err := HiddenStep(m, e, h)(x)
		if err != nil {
			t.Fatal(err)
		}
		hs, errs = append(hs, h), append(errs, math.Hypot(a[0]-b[0], a[1]-b[1]))
	}
	order(t, hs, errs, 2)
}

// [CH] Theorem 2 in five geometries: the velocity, and the rate of descent,
// with the inverse metric column by column.
func TestRiemannianGradientOracle(t *testing.T) {
	for _, r := range oracle.Load(t, "testdata/nh.json", "nh.riem.point.") {
		e := form{rows(t, r.Inputs, "W", true), r.Ins("b")}
		x := r.Ins("x")
		var m Metric
		switch r.Text("metric") {
		case "tanh":
			m = NewSeparable(activation.NewTanh(1), activation.NewTanh(1))
		case "logistic":
			m = NewBinomial(1, 1)
		case "fisher_simplex":
			m = NewSimplex(3)
		case "sphere":
			m = NewSphere(1)
		case "matrix":
			g := rows(t, r.Inputs, "g", false)
			m = NewMatrix(2, func(dst *mat.SymDense, _ []float64) {
				for i := range 2 {
					for j := range i + 1 {
						dst.SetSym(i, j, g[i][j])
					}
				}
			})
		default:
			t.Fatalf("%s: metric %s", r.ID, r.Text("metric"))
		}
		v, g := make([]float64, 2), make([]float64, 2)
		e.Gradient(g, x)
		r.Close(t, "E", []float64{e.Value(x)}, 1e-15, false)
		r.Close(t, "dE", g, 2e-15, false)
		NaturalGradient(m, e)(v, 0, x)
		r.Close(t, "xdot", v, 4e-15, true)
		r.Close(t, "dE_dt", []float64{DescentRate(m, e, x)}, 4e-15, true)
		for i, want := range rows(t, r.Expected, "g_inverse", false) {
			e := make([]float64, 2)
			e[i] = 1
			m.Sharp(v, x, e)
			near(t, r.ID+" inverse metric", v, want, 1e-14)
		}
		if _, has := r.Expected["theta_dot"]; !has {
			continue
		}
		c := m.(FlatDiagonal)
		theta := make([]float64, 2)
		c.Theta(theta, x)
		r.Close(t, "theta", theta, 1e-13, true)
		ChartGradient(c, e)(v, 0, theta)
		r.Close(t, "theta_dot", v, 1e-13, true)
	}
}

// A tanh network as a gradient flow of its energy, in the state and in the
// hidden state; the energy and its rate along it.
func TestNetworkFlowOracle(t *testing.T) {
	for _, r := range oracle.Load(t, "testdata/nh.json", "nh.riem.traj.") {
		e := network{form{rows(t, r.Inputs, "W", true), r.Ins("b")}}
		m := NewSeparable(activation.NewTanh(1), activation.NewTanh(1), activation.NewTanh(1))
		times, a0 := r.Ins("times"), r.Ins("a0")
		y0 := make([]float64, 3)
		m.Visible(y0, a0)
		inState, err := ode.Sample(NaturalGradient(m, e), y0, times, nil, &tight)
		if err != nil {
			t.Fatal(err)
		}
		hidden, err := ode.Sample(HiddenGradient(m, e), a0, times, nil, &tight)
		if err != nil {
			t.Fatal(err)
		}
		ys, as := rows(t, r.Expected, "y", false), rows(t, r.Expected, "a", false)
		for k := range times {
			near(t, "y", inState.X[k], ys[k], 1e-10)
			near(t, "a", hidden.X[k], as[k], 1e-10)
			near(t, "energy and rate", []float64{e.Value(ys[k]), DescentRate(m, e, ys[k])}, []float64{r.Wants("E")[k], r.Wants("dE_dt")[k]}, 1e-14)
		}
	}
}

// The same flow in the coordinates of the simplex and in logits: the natural
// gradient does not depend on coordinates, and the Euclidean one does.
func TestNaturalGradientIsInvariant(t *testing.T) {
	e := form{[][]float64{{3, -1}, {-1, 5}}, []float64{1, -0.5}}
	s := NewSoftmax(3)
	z, x := []float64{0.2, -0.7}, make([]float64, 2)
	s.State(x, z)
	onSimplex, err := ode.Solve(NaturalGradient(NewSimplex(3), e), x, 0, 1.5, nil, &tight)
	if err != nil {
		t.Fatal(err)
	}
	ends := map[string][]float64{}
	for name, m := range map[string]Metric{"natural": s, "Euclidean": Euclidean(2)} {
		tr, err := ode.Solve(NaturalGradient(m, inLogits{e}), z, 0, 1.5, nil, &tight)
		if err != nil {
			t.Fatal(err)
		}
		end := make([]float64, 2)
		s.State(end, tr.Last().X)
		ends[name] = end
	}
	near(t, "natural gradient in logits", ends["natural"], onSimplex.Last().X, 1e-10)
	if d := math.Hypot(ends["Euclidean"][0]-onSimplex.Last().X[0], ends["Euclidean"][1]-onSimplex.Last().X[1]); d < 1e-2 {
		t.Errorf("Euclidean descent in logits ends %v from it", d)
	}
}

// inLogits is an energy of probabilities as one of logits.
type inLogits struct{ form }

func (e inLogits) Value(z []float64) float64 { return e.form.Value(visible(z)) }

func (e inLogits) Gradient(dst, z []float64) {
	g := make([]float64, 2)
	e.form.Gradient(g, visible(z))
	NewSoftmax(3).Flat(dst, z, g) // ∂x/∂z is the metric itself
}

// What a step refuses, with the place and the remedy.
func TestStepRefusals(t *testing.T) {
	m, x := NewTanh(0.7, 1.3), []float64{0.4, 0.7}
	e := form{[][]float64{{2, 0.5}, {0.5, 4}}, []float64{0.6, 2.4}}
	nan := form{e.a, []float64{0.6, math.NaN()}}
	bad := NewMatrix(2, func(g *mat.SymDense, x []float64) { g.SetSym(0, 0, 1); g.SetSym(1, 1, x[0]-0.9) })
	for _, c := range []struct {
		want string
		step Step
		x    []float64
	}{
		{"step size h is 0", NaturalStep(m, e, 0), x},
		{"step size h is -0.1", HiddenStep(m, e, -0.1), x},
		{"step size h is NaN", RetractedStep(Projected(2), m, e, math.NaN()), x},
		{"step size h is +Inf", ProximalStep(m, e, inf), x},
		{"coordinate 1 of x = [0.4 1]", NaturalStep(m, e, 0.1), []float64{0.4, 1}},
		{"coordinate 0 of x = [-0.1 0.5]", HiddenStep(m, e, 0.1), []float64{-0.1, 0.5}},
		{"coordinate 0 of x = [NaN 0.5]", ProximalStep(m, e, 0.1), []float64{math.NaN(), 0.5}},
		{"component 1 of the energy's gradient is NaN", NaturalStep(m, nan, 0.1), x},
		{"component 1 of the energy's gradient is NaN", HiddenStep(m, nan, 0.1), x},
		{"component 1 of the energy's gradient is NaN", ProximalStep(m, nan, 0.1), x},
		{"least eigenvalue is -0.5", NaturalStep(bad, e, 0.1), x},
		{"take h <", NaturalStep(m, e, 50), x},
		{"take h <", NaturalStep(Orthogonal{N: 2, Entries: func(dst, x []float64) { dst[0], dst[1] = 1-x[0], 1 }}, form{e.a, []float64{9, 0}}, 0.5), x},
		{"rounds to the boundary", HiddenStep(m, e, 500), x},
		{"retraction of the step", RetractedStep(Exponential{m}, m, e, 50), x},
	} {
		if y, err := c.step(c.x); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, %v, want an error with %q", y, err, c.want)
		}
	}
	tr, err := Iterate(NaturalStep(m, e, 0.05), x, 40)
	if err != nil || tr.Len() != 41 || tr.T[40] != 40 {
		t.Fatalf("%v after %d states", err, tr.Len())
	}
	for k := 1; k < tr.Len(); k++ {
		if e.Value(tr.X[k]) > e.Value(tr.X[k-1]) {
			t.Errorf("the energy rises in step %d", k)
		}
	}
	if tr, err := Iterate(NaturalStep(m, form{e.a, []float64{-9, 0}}, 0.4), x, 5); err == nil || !strings.Contains(err.Error(), "step ") || tr.Len() < 1 {
		t.Errorf("iteration out of the cube: %v", err)
	}
}
