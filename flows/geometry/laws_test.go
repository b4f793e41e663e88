package geometry

import (
	"strings"
	"testing"

	"hopflow/lyapunov/activation"
)

// all is the one table of metrics: none without a row.
var all = []struct {
	name string
	m    interface {
		FlatDiagonal
		Connection
	}
	points [][]float64
}{
	{"tanh", NewTanh(0.25, 1.7), cube2},
	{"soft projections", NewSeparable(activation.SoftProjection(0.25), activation.SoftProjection(1.7)), cube2},
	{"literal", NewSeparable(activation.SoftProjectionLiteral(0.7), activation.SoftProjectionLiteral(0.3)), cube2},
	{"arctan and algebraic", NewSeparable(activation.NewArctan(0.7), activation.NewAlgebraic(1.3)), cube2},
	{"tanh(u) and logistic", NewSeparable(activation.NewTanh(0.7), activation.NewLogistic(1.3)), cube2},
	{"rectifiers", NewSeparable(activation.NewRectifier(0.2, 3), activation.NewRectifier(0, 1.7)), cube2},
}

func TestLaws(t *testing.T) {
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			for _, err := range []error{
				CheckMetric(c.m, c.points),
				CheckConnection(c.m, c.m, c.points),
				CheckChart(c.m, c.m, c.points),
				CheckDistance(func(x, y []float64) float64 { return ChartDistance(c.m, x, y) }, c.points),
			} {
				if err != nil {
					t.Error(err)
				}
			}
			g, err := ChartGeodesic(c.m, c.points[0], c.points[1])
			if err != nil {
				t.Fatal(err)
			}
			if err := CheckGeodesic(g, c.m, c.m, []float64{0.1, 0.37, 0.81}); err != nil {
				t.Error(err)
			}
		})
	}
	m := NewTanh(0.25, 1.7)
	if err := CheckDistance(m.Distance, append(cube2, []float64{0, 1}, []float64{1, 1}, []float64{0.3, 0})); err != nil {
		t.Error(err)
	}
}

// wrong is the tanh metric with one law broken.
type wrong struct {
	*Tanh
	law string
}

func (w wrong) Flat(dst, x, v []float64) {
	w.Tanh.Flat(dst, x, v)
	switch w.law {
	case "not symmetric":
		dst[0] += v[1]
	case "positive definite":
		for i := range dst {
			dst[i] = -dst[i]
		}
	}
}

func (w wrong) Sharp(dst, x, xi []float64) {
	xi = append([]float64(nil), xi...) // dst may be xi
	w.Tanh.Sharp(dst, x, xi)
	switch w.law {
	case "Sharp(Flat": // [HF] (22)/(23): the slope of the literal activation
		dst[0] /= 2
	case "not symmetric": // the inverse of the asymmetric G
		dst[0] -= w.inverse(0, x[0]) * w.inverse(1, x[1]) * xi[1]
	case "positive definite":
		for i := range dst {
			dst[i] = -dst[i]
		}
	}
}

func (w wrong) Christoffel(dst, x, u, v []float64) {
	w.Tanh.Christoffel(dst, x, u, v)
	switch w.law {
	case "Γ(v,u)":
		dst[0] += u[0] * v[1]
	case "differences of the metric":
		dst[1] = -dst[1]
	}
}

func (w wrong) Theta(dst, x []float64) {
	w.Tanh.Theta(dst, x)
	switch w.law {
	case "State(Theta": // [HF] (30): divided by β instead of √β
		dst[0] *= w.root[0]
	case "the metric has":
		dst[0] /= 2
	}
}

func (w wrong) State(dst, theta []float64) {
	if w.law == "the metric has" {
		theta = append([]float64{2 * theta[0]}, theta[1:]...)
	}
	w.Tanh.State(dst, theta)
}

func TestChecksFindBrokenLaws(t *testing.T) {
	pts := cube2[:3]
	expect := func(law string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), law) {
			t.Errorf("broken law %q: got %v", law, err)
		}
	}
	m := NewTanh(0.35, 1.7)
	for _, law := range []string{"Sharp(Flat", "not symmetric", "positive definite"} {
		expect(law, CheckMetric(wrong{m, law}, pts))
	}
	for _, law := range []string{"Γ(v,u)", "differences of the metric"} {
		expect(law, CheckConnection(wrong{m, law}, m, pts))
	}
	for _, law := range []string{"State(Theta", "the metric has"} {
		expect(law, CheckChart(wrong{m, law}, m, pts))
	}
	d := func(f func(x, y []float64) float64) error { return CheckDistance(f, pts) }
	expect("to itself", d(func(x, y []float64) float64 { return 1 + m.Distance(x, y) }))
	expect("positive number", d(func(x, y []float64) float64 { return -m.Distance(x, y) }))
	expect("back", d(func(x, y []float64) float64 { return m.Distance(x, y) * (1 + x[0]) }))
	expect("detour", d(func(x, y []float64) float64 { d := m.Distance(x, y); return d * d * d }))
	seg := Segment{cube2[0], cube2[1]}
	expect("keeps its speed", CheckGeodesic(seg, m, m, []float64{0.1, 0.37}))
	g, err := m.Geodesic(cube2[0], cube2[1])
	if err != nil {
		t.Fatal(err)
	}
	expect("γ'' + Γ", CheckGeodesic(g, m, wrong{m, "differences of the metric"}, []float64{0.1, 0.37}))
	expect("differences of the position", CheckGeodesic(fast{g}, m, m, []float64{0.1, 0.37}))
}

type fast struct{ *Geodesic }

func (f fast) Velocity(dst []float64, t float64) {
	f.Geodesic.Velocity(dst, t)
	for i := range dst {
		dst[i] *= 1.1
	}
}
