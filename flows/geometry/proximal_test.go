package geometry

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/optimize"
	"pgregory.net/rapid"

	"hopflow/internal/oracle"
	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/landscape"
)

// [HF] (56) on the line, by both kinds of metric. Table I's d² for ½ d² is the
// step of half the length: as printed it misses.
func TestProximalOracle(t *testing.T) {
	for _, r := range oracle.Load(t, hf, "hf-prox-") {
		beta, h, x := r.In("beta"), r.In("h"), r.Ins("xk")
		e := bowl(r.In("a"), r.In("c"))
		rest := r.In("a") * r.In("c") * r.In("c") // bowl leaves out the constant
		for _, c := range []FlatDiagonal{NewTanh(beta), NewSeparable(activation.SoftProjection(beta))} {
			p, err := Proximal(c, e, h, x)
			if err != nil {
				t.Fatal(err)
			}
			r.Close(t, "x", p.X, 1e-12, true)
			r.Close(t, "objective", []float64{p.Objective + h*rest}, 1e-12, true)
			half, err := Proximal(c, e, h/2, x) // d² + hf = 2 (½ d² + (h/2) f)
			if err != nil {
				t.Fatal(err)
			}
			r.Close(t, "table1", half.X, 1e-12, true)
			if d := math.Abs(p.X[0] - r.Want("table1")); d < 1e-3 {
				t.Errorf("%s: Table I as printed misses by %v only", r.ID, d)
			}
			explicit, err := NaturalStep(c, e, h)(x)
			if err != nil {
				t.Fatal(err)
			}
			r.Close(t, "explicit", explicit, 1e-14, true)
		}
	}
}

// In two dimensions against BFGS on the objective, for the four wells of [HF]
// (59): of several minimisers the one whose basin the descent from x comes to.
func TestProximalAgainstBFGS(t *testing.T) {
	m, e := NewTanh(0.25, 0.6), landscape.Himmelblau{}
	for _, h := range []float64{1e-4, 1e-3, 1e-2} {
		for _, x := range cube2 {
			p, err := Proximal(m, e, h, x)
			if err != nil {
				t.Error(err)
				continue
			}
			if p.Residual > 1e-11 || p.Objective > h*e.Value(x) {
				t.Errorf("h = %g from %v: %+v", h, x, p)
			}
			if d := m.Distance(p.X, x); math.Abs(d*d/2+h*e.Value(p.X)-p.Objective) > 1e-12*p.Objective {
				t.Errorf("h = %g from %v: objective %v, by the distance %v", h, x, p.Objective, d*d/2+h*e.Value(p.X))
			}
			from, y, g := make([]float64, 2), make([]float64, 2), make([]float64, 2)
			m.Theta(from, x)
			state := func(theta []float64) { // continued beyond the box, where BFGS tries steps
				for i, a := range theta {
					y[i] = math.Pow(math.Sin(a*math.Sqrt(m.Gain(i))), 2)
				}
			}
			problem := optimize.Problem{Func: func(theta []float64) float64 {
				state(theta)
				return (math.Pow(theta[0]-from[0], 2)+math.Pow(theta[1]-from[1], 2))/2 + h*e.Value(y)
			}, Grad: func(grad, theta []float64) {
				state(theta)
				e.Gradient(g, y)
				for i := range grad {
					b := math.Sqrt(m.Gain(i))
					grad[i] = theta[i] - from[i] + h*g[i]*b*math.Sin(2*b*theta[i])
				}
			}}
			near2 := []float64{p.Theta[0] + 1e-3, p.Theta[1] - 2e-3}
			best, err := optimize.Minimize(problem, near2, &optimize.Settings{GradientThreshold: 1e-9}, &optimize.BFGS{})
			if err != nil {
				t.Error(err)
			}
			near(t, "θ by BFGS", best.X, p.Theta, 1e-6)
		}
	}
	// E = -50 (x - 0.5)² has a maximum at 0.5: with h small the objective has its
	// minimum there, with h large a maximum.
	hill := bowl(-50, 0.5)
	flat := NewSeparable(activation.NewLogistic(1)) // θ = 0 at x = 1/2 exactly
	if p, err := Proximal(flat, hill, 1e-3, []float64{0.5}); err != nil || p.X[0] != 0.5 {
		t.Errorf("at the top of a hill: %+v, %v", p, err)
	}
	if _, err := Proximal(flat, hill, 1, []float64{0.5}); err == nil || !strings.Contains(err.Error(), "saddle") {
		t.Errorf("at the top of a hill with h = 1: %v", err)
	}
	if p, err := Proximal(NewTanh(0.25), hill, 1, []float64{0.50001}); err != nil || p.X[0] < 0.9 {
		t.Errorf("beside the top with h = 1: %+v, %v", p, err)
	}
}

// The proximal and the explicit step differ by O(h²); the proximal one never
// raises the energy.
func TestPropertyProximal(t *testing.T) {
	m, x := NewTanh(0.7, 1.3), []float64{0.4, 0.7}
	e := form{[][]float64{{2, 0.5}, {0.5, 4}}, []float64{0.6, 2.4}}
	var hs, errs []float64
	for h := 0.05; h > 0.001; h /= 2 {
		a, _ := NaturalStep(m, e, h)(x)
		b, err := ProximalStep(m, e, h)(x)
		if err != nil {
			t.Fatal(err)
		}
		hs, errs = append(hs, h), append(errs, math.Hypot(a[0]-b[0], a[1]-b[1]))
	}
	order(t, hs, errs, 2)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 3).Draw(t, "n")
		beta, x := make([]float64, n), make([]float64, n)
		e := form{make([][]float64, n), make([]float64, n)}
		entry := rapid.Float64Range(-20, 20)
		for i := range n {
			beta[i] = math.Pow(10, rapid.Float64Range(-2, 2).Draw(t, "log β"))
			x[i] = rapid.Float64Range(1e-6, 1-1e-6).Draw(t, "x")
			e.b[i] = entry.Draw(t, "b")
			e.a[i] = make([]float64, n)
			for j := range i + 1 {
				e.a[i][j] = entry.Draw(t, "a")
				e.a[j][i] = e.a[i][j]
			}
		}
		h := math.Pow(10, rapid.Float64Range(-4, 1).Draw(t, "log h"))
		m := NewTanh(beta...)
		p, err := Proximal(m, e, h, x)
		if err != nil {
			if !strings.Contains(err.Error(), "saddle") {
				t.Fatal(err)
			}
			return
		}
		if rise := e.Value(p.X) - e.Value(x); rise > 1e-12*(1+math.Abs(e.Value(x))) || p.Residual > 1e-9 {
			t.Fatalf("the energy rises by %v, residual %v", rise, p.Residual)
		}
		if rate := DescentRate(m, e, x); !(rate <= 0) {
			t.Fatalf("rate of descent %v", rate)
		}
		if y, err := HiddenStep(m, e, h)(x); err == nil && outside(m, y) >= 0 {
			t.Fatalf("the hidden state's step leaves the cube: %v", y)
		}
	})
}
