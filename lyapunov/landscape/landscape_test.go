package landscape

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/internal/oracle"
	"hopflow/lyapunov"
	"hopflow/lyapunov/freeenergy"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func sym(n int, entries ...float64) *mat.SymDense { return mat.NewSymDense(n, entries) }

var (
	skew = must(NewQuadratic(sym(3, 2, 0.5, 0, 0.5, 1, -0.25, 0, -0.25, 3), []float64{0.3, -1, 0.7}))
	mix2 = must(NewMixture([]float64{0.3, 0.7},
		must(freeenergy.NewGaussian([]float64{-1, 0.5}, sym(2, 0.2, 0.05, 0.05, 0.1))),
		must(freeenergy.NewGaussian([]float64{0.8, -0.3}, sym(2, 0.1, -0.04, -0.04, 0.3)))))
	net = NewHomogeneous(mat.NewDense(3, 2, []float64{1, -2, 0.5, 1, -1, 1}), mat.NewDense(3, 3, []float64{1, -1, 2, 0, 1, 1, 0.3, 0.4, -0.5}), mat.NewDense(2, 3, []float64{0.7, -1.1, 1, 0.2, 1, 0.9}))
)

// table holds the values of a smooth function on uneven and periodic axes.
func table(t interface{ Fatal(...any) }, axes ...freeenergy.Axis) *Table {
	g := freeenergy.NewGrid(axes...)
	e, err := Tabulated(g, g.Sample(wavy))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func wavy(x []float64) float64 {
	v := math.Sin(x[0]) + 0.3*math.Cos(2*x[0])
	if len(x) > 1 {
		v *= 1.5 + x[1]*math.Exp(-x[1])
	}
	if len(x) > 2 {
		v += x[2] * x[2] * x[1]
	}
	return v
}

func uneven(n int) freeenergy.Axis {
	edges := make([]float64, n+1)
	for i := range edges {
		s := float64(i) / float64(n)
		edges[i] = -0.4 + 1.9*s + 0.3*s*s
	}
	return freeenergy.Edges(edges)
}

// all is the one table of energies: none without a row.
func all(t interface{ Fatal(...any) }) map[string]struct {
	e      lyapunov.Energy
	points [][]float64
} {
	line := [][]float64{{-2.3}, {-0.7}, {0.2}, {1.3}, {7.1}}
	plane := [][]float64{{-1.3, 0.2}, {0.4, 0.55}, {0.9, -0.6}, {2.1, 1.7}}
	square := [][]float64{{0.2, 0.55}, {0.9, 0.13}, {0.35, 0.72}, {0.51, 0.49}}
	space := [][]float64{{0.2, 0.55, -0.9}, {-1.1, 2.3, 0.4}}
	ring := freeenergy.Periodic(0, 2*math.Pi, 17)
	return map[string]struct {
		e      lyapunov.Energy
		points [][]float64
	}{
		"quadratic":             {skew, space},
		"harmonic":              {Harmonic(1.7, 0.4, -0.2), plane},
		"double well":           {NewDoubleWell(0.7, 1.3), line},
		"ring":                  {NewTiltedRing(0.8, 0), line},
		"tilted ring":           {NewTiltedRing(0.8, 0.3), line},
		"ring tilted backwards": {NewTiltedRing(0.8, -0.3), line},
		"ring without minima":   {NewTiltedRing(0.8, 1.1), line},
		"mixture":               {mix2, plane},
		"mixture on a line":     {must(NewMixture([]float64{0.3, 0.7}, freeenergy.Normal(-1, 0.05), freeenergy.Normal(0.8, 0.1))), line},
		"Himmelblau":            {Himmelblau{}, square},
		"homogeneous":           {net, plane},
		"with biases":           {net.WithBias([]float64{0.3, -0.1, 0.2}, []float64{-0.2, 0.4, 0.1}), plane},
		"sum":                   {Sum(Harmonic(0.6, 0.1, 0.2), mix2, Scale(-0.2, mix2)), plane},
		"scaled":                {Scale(-0.4, NewDoubleWell(0.7, 1.3)), line},
		"independent":           {Independent(NewDoubleWell(0.25, 1), Harmonic(1.2, 0.3, -0.1)), space},
		"section":               {Restrict(skew, map[int]float64{1: 0.4}), plane},
		"table, line":           {table(t, uneven(9)), [][]float64{{-0.39}, {-0.1}, {0.7}, {1.79}}},
		"table, three cells":    {table(t, uneven(3)), [][]float64{{-0.3}, {0.7}, {1.7}}},
		"table, ring":           {table(t, ring), line},
		"table, cylinder":       {table(t, ring, uneven(8)), [][]float64{{0.05, 0.2}, {6.2, 1.1}, {-3.3, 1.75}}},
		"table, space":          {table(t, ring, uneven(8), uneven(5)), [][]float64{{0.05, 0.2, 1.2}, {6.2, 1.1, 0.3}}},
		"sum of tables":         {Sum(table(t, uneven(9)), Scale(0.3, table(t, uneven(7)))), [][]float64{{-0.1}, {0.7}}},
		"independent tables":    {Independent(table(t, uneven(9)), Harmonic(1, 0.2)), [][]float64{{-0.1, 0.3}}},
		"section of a table":    {Restrict(table(t, ring, uneven(8)), map[int]float64{0: 1.1}), [][]float64{{-0.1}, {0.7}}},
	}
}

func TestLaws(t *testing.T) {
	for name, c := range all(t) {
		if err := Check(c.e, c.points); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		_, smooth := c.e.(Smooth)
		if want := !strings.Contains(name, "table"); smooth != want {
			t.Errorf("%s: has second derivatives: %v, want %v", name, smooth, want)
		}
	}
}

// broken is the double well with one law broken.
type broken struct {
	DoubleWell
	law string
}

func (b broken) Gradient(dst, x []float64) {
	b.DoubleWell.Gradient(dst, x)
	if b.law == "gradient component 0 is" {
		dst[0] *= 1.01
	}
}

func (b broken) Hessian(dst *mat.SymDense, x []float64) {
	b.DoubleWell.Hessian(dst, x)
	if b.law == "Hessian entry (0, 0)" {
		dst.ScaleSym(2, dst)
	}
}

func (b broken) Minima() [][]float64 {
	if b.law == "at the critical point [1.1]" {
		return [][]float64{{1.1}}
	}
	return b.DoubleWell.Minima()
}

func (b broken) Critical() []Point {
	c := b.DoubleWell.Critical()
	switch b.law {
	case "has value 0.1":
		c[0].Value = 0.1
	case "has index 0":
		c[1].Index = 0
	case "has 2 coordinates":
		c[2].X = []float64{1.3, 0}
	}
	return c
}

func TestCheckFindsEachBrokenLaw(t *testing.T) {
	for _, law := range []string{"gradient component 0 is", "Hessian entry (0, 0)", "at the critical point [1.1]", "has value 0.1", "has index 0", "has 2 coordinates"} {
		err := Check(broken{NewDoubleWell(0.7, 1.3), law}, [][]float64{{0.2}, {0.9}})
		if err == nil || !strings.Contains(err.Error(), law) {
			t.Errorf("broken law %q: Check returns %v", law, err)
		}
	}
	if err := Check(NewDoubleWell(0.7, 1.3), nil); err == nil {
		t.Error("Check without points returns nil")
	}
}

func TestHimmelblauOracle(t *testing.T) {
	var h Himmelblau
	g, hess := make([]float64, 2), mat.NewSymDense(2, nil)
	for _, r := range oracle.Load(t, "testdata/hf.json", "hf-him-") {
		x := r.Ins("x")
		h.Gradient(g, x)
		h.Hessian(hess, x)
		r.Close(t, "f", []float64{h.Value(x)}, 1e-14, true)
		r.Close(t, "grad", g, 1e-14, true)
		r.Close(t, "hess11", []float64{hess.At(0, 0)}, 1e-14, true)
		r.Close(t, "hess12", []float64{hess.At(0, 1)}, 1e-12, false)
		r.Close(t, "hess22", []float64{hess.At(1, 1)}, 1e-14, true)
	}
	critical := h.Critical()
	records := oracle.Load(t, "testdata/hf.json", "hf-crit-")
	if len(records) != len(critical) {
		t.Errorf("%d critical points, want %d", len(critical), len(records))
	}
	kinds := map[string]string{"min": "minimum", "max": "maximum", "saddle": "saddle"}
	for _, r := range records {
		start := r.Ins("start")
		found := false
		for _, p := range critical {
			if math.Hypot(p.X[0]-start[0], p.X[1]-start[1]) > 1e-3 {
				continue
			}
			found = true
			h.Hessian(hess, p.X)
			r.Close(t, "x", p.X, 1e-16, true)
			r.Close(t, "f", []float64{p.Value}, 1e-15, true)
			r.Close(t, "hess_det", []float64{hess.At(0, 0)*hess.At(1, 1) - hess.At(0, 1)*hess.At(0, 1)}, 1e-13, true)
			r.Close(t, "hess_trace", []float64{hess.At(0, 0) + hess.At(1, 1)}, 1e-13, true)
			if p.Kind() != kinds[r.Text("type")] {
				t.Errorf("%s: %s, want %s", r.ID, p.Kind(), r.Text("type"))
			}
		}
		if !found {
			t.Errorf("%s: no critical point near %v", r.ID, start)
		}
	}
	if n := len(h.Minima()); n != 4 {
		t.Errorf("%d minima, want 4", n)
	}
	for _, x := range [][]float64{{-1e-9, 0.5}, {0.5, 1 + 1e-9}, {math.NaN(), 0.2}} {
		if h.Gradient(g, x); !math.IsNaN(h.Value(x)) || !math.IsNaN(g[0]) || !math.IsNaN(g[1]) {
			t.Errorf("at %v outside the square: %v, gradient %v, want NaN", x, h.Value(x), g)
		}
	}
}

// The weights of [HF] (41) for T → 0 from the Hessians at the minima, and from
// quadrature over the quarter around each at a low temperature.
func TestLaplaceWeights(t *testing.T) {
	r := oracle.Load(t, "testdata/hf.json", "hf-gibbs-05")[0]
	var h Himmelblau
	hess := mat.NewSymDense(2, nil)
	var laplace, quadrature []float64
	var sumL, sumQ float64
	for _, x := range h.Minima() {
		h.Hessian(hess, x)
		w := 1 / math.Sqrt(hess.At(0, 0)*hess.At(1, 1)-hess.At(0, 1)*hess.At(0, 1))
		box := [][2]float64{{x[0] - 0.1, x[0] + 0.1}, {x[1] - 0.1, x[1] + 0.1}}
		lnZ, _, err := freeenergy.LogPartition(h, 1e-4, box, nil)
		if err != nil {
			t.Fatal(err)
		}
		laplace, quadrature = append(laplace, w), append(quadrature, math.Exp(lnZ+15))
		sumL, sumQ = sumL+w, sumQ+math.Exp(lnZ+15)
	}
	for i := range laplace {
		laplace[i], quadrature[i] = laplace[i]/sumL, quadrature[i]/sumQ
	}
	r.Close(t, "weights", laplace, 1e-13, true)
	r.Close(t, "weights", quadrature, 1e-5, true) // the next term is of order T
}

func TestTiltedRingOracle(t *testing.T) {
	for _, r := range oracle.Load(t, "testdata/lf.json", "q1/tilted-ring") {
		ring := NewTiltedRing(1, r.In("f"))
		r.Close(t, "affinity", []float64{ring.Circulation() / r.In("T")}, 1e-15, true)
		turn := ring.Value([]float64{0.3}) - ring.Value([]float64{0.3 + 2*math.Pi})
		r.Close(t, "affinity", []float64{turn / r.In("T")}, 1e-14, true)
		// dx = (f + sin x) dt
		g := make([]float64, 1)
		if ring.Gradient(g, []float64{1.1}); math.Abs(-g[0]-r.In("f")-math.Sin(1.1)) > 1e-15 {
			t.Errorf("%s: drift %v at 1.1", r.ID, -g[0])
		}
	}
	if p := NewTiltedRing(1, 1.5).Critical(); p != nil {
		t.Errorf("a ring tilted beyond its amplitude has critical points %v", p)
	}
	for _, f := range []float64{0.3, -0.3, 0} {
		points := NewTiltedRing(0.8, f).Critical()
		if len(points) != 2 {
			t.Fatalf("force %g: %d critical points, want 2", f, len(points))
		}
		for _, p := range points {
			if !(0 <= p.X[0] && p.X[0] < 2*math.Pi) {
				t.Errorf("force %g: %s at %v, want it in [0, 2π)", f, p.Kind(), p.X)
			}
		}
	}
}

// The rates of escape of [LF] by the formula of Kramers, from the curvatures.
func TestDoubleWellCurvatures(t *testing.T) {
	r := oracle.Load(t, "testdata/lf.json", "fp-eig/double-well-T0.2")[0]
	w, hess := NewDoubleWell(r.In("c0"), 1), mat.NewSymDense(1, nil)
	curvature := map[int]float64{}
	for _, p := range w.Critical() {
		w.Hessian(hess, p.X)
		curvature[p.Index] = hess.At(0, 0)
	}
	rate := math.Sqrt(-curvature[0]*curvature[1]) / (2 * math.Pi) * math.Exp(-w.Barrier/r.In("T"))
	r.Close(t, "kramers_rate", []float64{rate}, 1e-14, true)
	wide := NewDoubleWell(0.7, 1.3)
	if got, want := wide.Value([]float64{0.9}), 0.7*math.Pow(0.81/1.69-1, 2); math.Abs(got-want) > 1e-15 {
		t.Errorf("E(0.9) = %v, want %v", got, want)
	}
}

func layers(r oracle.Record, keys ...string) (all []mat.Matrix) {
	for _, key := range keys {
		rows := r.Inputs[key].([]any)
		var data []float64
		for _, row := range rows {
			for _, v := range row.([]any) {
				data = append(data, v.(float64))
			}
		}
		all = append(all, mat.NewDense(len(rows), len(data)/len(rows), data))
	}
	return all
}

func TestHomogeneousOracle(t *testing.T) {
	for _, r := range oracle.Load(t, "testdata/nh.json", "nh.ch.relu.") {
		h := NewHomogeneous(layers(r, "W1", "W2")...)
		if _, ok := r.Inputs["b1"]; ok {
			h = h.WithBias(r.Ins("b1"))
		}
		x, l := r.Ins("x"), r.In("lambda")
		y := []float64{l * x[0], l * x[1]}
		g, gy := make([]float64, 2), make([]float64, 2)
		h.Gradient(g, x)
		h.Gradient(gy, y)
		r.Close(t, "h", h.Output(x), 1e-15, false)
		r.Close(t, "E", []float64{h.Value(x)}, 1e-15, true)
		r.Close(t, "xdot", []float64{-g[0], -g[1]}, 1e-15, true)
		r.Close(t, "x_dot_grad_E", []float64{x[0]*g[0] + x[1]*g[1]}, 1e-15, true)
		r.Close(t, "E_lambda_x", []float64{h.Value(y)}, 1e-14, true)
		r.Close(t, "xdot_at_lambda_x", []float64{-gy[0], -gy[1]}, 1e-14, true)
		hx, hy := h.Output(x), h.Output(y)
		r.Close(t, "homogeneity_defect_h", []float64{hy[0] - l*hx[0], hy[1] - l*hx[1]}, 1e-14, false)
		r.Close(t, "equivariance_defect_flow", []float64{l*g[0] - gy[0], l*g[1] - gy[1]}, 1e-14, false)
	}
}

// A bias that is scaled along keeps h homogeneous.
func TestScaledBias(t *testing.T) {
	b, lb := []float64{0.3, -0.1, 0.2}, make([]float64, 3)
	shallow := NewHomogeneous(net.layers[0], net.layers[1])
	for _, l := range []float64{0.37, 2, 41} {
		for i := range b {
			lb[i] = l * b[i]
		}
		x, lx := []float64{0.7, -0.4}, []float64{l * 0.7, l * -0.4}
		for i, h := range shallow.WithBias(lb).Output(lx) {
			if want := l * shallow.WithBias(b).Output(x)[i]; math.Abs(h-want) > 1e-13*math.Abs(want) {
				t.Errorf("h_%d(%g x; %g b) = %v, want %v", i, l, l, h, want)
			}
		}
	}
}

// [CH] Theorem 3, corrected, on a deeper network: degree 2 for λ > 0, and not
// for λ < 0; Euler's identity.
func TestHomogeneity(t *testing.T) {
	g := make([]float64, 2)
	for _, x := range [][]float64{{0.7, -0.4}, {-1.3, 0.2}, {0.4, 0.55}} {
		for _, l := range []float64{1e-3, 0.37, 41} {
			got, want := net.Value([]float64{l * x[0], l * x[1]}), l*l*net.Value(x)
			if math.Abs(got-want) > 1e-13*want {
				t.Errorf("E(%g x) = %v at %v, want %v", l, got, x, want)
			}
		}
		net.Gradient(g, x)
		if euler := x[0]*g[0] + x[1]*g[1]; math.Abs(euler-2*net.Value(x)) > 1e-13*euler {
			t.Errorf("x·∇E = %v, 2E = %v at %v", euler, 2*net.Value(x), x)
		}
	}
	x := []float64{0.7, -0.4}
	if a, b := net.Value([]float64{-x[0], -x[1]}), net.Value(x); math.Abs(a-b) < 0.01*b {
		t.Errorf("E(-x) = %v and E(x) = %v agree: the rectifier is missing", a, b)
	}
}
