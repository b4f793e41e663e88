package wasserstein

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/internal/oracle"
	"hopflow/internal/trials"
	"hopflow/lyapunov/activation"
)

// [HF] (48a) without its factor 1/2: the action of the displacement
// interpolation is W_G² of (47). With it, it is half of that.
func TestActionRecord(t *testing.T) {
	for _, r := range oracle.Load(t, "testdata/ot.json", "hf-bb-") {
		const n = 64
		chart := geometry.NewTanh(r.In("beta"))
		x, y := mat.NewDense(n, 1, nil), mat.NewDense(n, 1, nil)
		for i := range n { // the law uniform in arcsin √x, by the middles of equal parts
			at := r.In("lo") + (r.In("hi")-r.In("lo"))*(float64(i)+0.5)/n
			x.Set(i, 0, math.Pow(math.Sin(at), 2))
			y.Set(i, 0, math.Pow(math.Sin(at+r.In("shift")), 2))
		}
		a, b := UniformMeasure(x), UniformMeasure(y)
		p, err := Exact(a, b, SquaredDistance(chart))
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "W2sq", []float64{p.Cost}, 1e-14, true)
		m, err := Displacement(p, a, b, chart)
		if err != nil {
			t.Fatal(err)
		}
		action, err := m.Action()
		if err != nil {
			t.Fatal(err)
		}
		r.Close(t, "action", []float64{action}, 1e-13, true)
		r.Close(t, "printed", []float64{action / 2}, 1e-13, true)
		if printed := r.Want("printed"); math.Abs(printed-p.Cost) < 10*1e-13 {
			t.Errorf("%s: the printed factor makes no difference", r.ID)
		}
	}
}

// The theorem of Benamou and Brenier for pairs of clouds: equality along
// geodesics, and at every time the same speed.
func TestDisplacement(t *testing.T) {
	algebraic := geometry.NewSeparable(activation.NewAlgebraic(0.8), activation.NewTanh(1.1))
	for k := range trials.Of(t, 30) {
		rng := rand.New(rand.NewPCG(31, uint64(k)))
		m := geometry.FlatDiagonal(geometry.NewTanh(0.7, 1.3))
		if k%25 == 1 { // its chart has no closed form
			m = algebraic
		}
		a, b := anyMeasure(rng, 1+rng.IntN(7), 2, k%4), anyMeasure(rng, 1+rng.IntN(7), 2, k%3)
		c := SquaredDistance(m)
		p, err := Exact(a, b, c)
		if err != nil {
			t.Fatal(err)
		}
		move, err := Displacement(p, a, b, m)
		if err != nil {
			t.Fatal(err)
		}
		action, err := move.Action()
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(action-p.Cost) > 1e-8*p.Cost {
			t.Errorf("case %d: action %.15g, W² %.15g", k, action, p.Cost)
		}
		for _, at := range []float64{0.1, 0.45, 0.8} {
			if v := move.SquaredSpeed(at); math.Abs(v-p.Cost) > 1e-8*p.Cost {
				t.Errorf("case %d: E|u|² = %.15g at t = %v, W² %.15g", k, v, at, p.Cost)
			}
		}
		if err := CheckMotion(move, a, b, c, 3, 1e-7); err != nil {
			t.Errorf("case %d: %v", k, err)
		}
		path, times, err := move.Path(1 + k%4)
		if err != nil {
			t.Fatal(err)
		}
		pieces, err := PathAction(path, times, c)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(pieces-p.Cost) > 1e-8*p.Cost {
			t.Errorf("case %d: %d pieces have action %.15g, W² %.15g", k, 1+k%4, pieces, p.Cost)
		}
	}
}

// Whatever else joins the same measures costs more: another coupling, another
// curve, another pace, a detour.
func TestOtherMotionsCostMore(t *testing.T) {
	m := geometry.NewTanh(0.7, 1.3)
	c := SquaredDistance(m)
	for k := range trials.Of(t, 20) {
		rng := rand.New(rand.NewPCG(32, uint64(k)))
		a, b := anyMeasure(rng, 2+rng.IntN(5), 2, 0), anyMeasure(rng, 2+rng.IntN(5), 2, 0)
		p, err := Exact(a, b, c)
		if err != nil {
			t.Fatal(err)
		}
		best, err := Displacement(p, a, b, m)
		if err != nil {
			t.Fatal(err)
		}
		others := map[string]*Motion{
			"hasty": best.Timed(func(t float64) float64 { return t * t }, func(t float64) float64 { return 2 * t }),
		}
		for name, o := range map[string]struct {
			coupling *Coupling
			connect  Connect
		}{
			"product":  {Product(a, b), Geodesics(m)},
			"segments": {p.M, Segments},
			"detour":   {p.M, detour(m, 0.03)},
		} {
			if others[name], err = Interpolate(o.coupling, a, b, m, o.connect); err != nil {
				t.Fatal(err)
			}
		}
		for name, o := range others {
			action, err := o.Action()
			if err != nil {
				t.Fatalf("case %d, %s: %v", k, name, err)
			}
			if !(action > p.Cost*(1+1e-9)) {
				t.Errorf("case %d, %s: action %.15g, no more than W² = %.15g", k, name, action, p.Cost)
			}
			if name == "hasty" && math.Abs(action-p.Cost*4/3) > 1e-8*p.Cost {
				t.Errorf("case %d: in haste %.15g, want 4/3 of %.15g", k, action, p.Cost)
			}
			if err := CheckMotion(o, a, b, c, 3, 1e-7); err != nil {
				t.Errorf("case %d, %s: %v", k, name, err)
			}
		}
	}
}

// detour bends geodesics of a chart: θ + ε sin(πt) towards the box's middle.
func detour(chart geometry.FlatDiagonal, eps float64) Connect {
	return func(x, y []float64) (geometry.Curve, error) {
		g, err := geometry.ChartGeodesic(chart, x, y)
		return bent{g, chart, eps}, err
	}
}

type bent struct {
	*geometry.Straight
	chart geometry.FlatDiagonal
	eps   float64
}

func (c bent) push(theta []float64, i int) float64 {
	if lo, hi := c.chart.Box(i); theta[i] > (lo+hi)/2 {
		return -c.eps
	}
	return c.eps
}

func (c bent) At(dst []float64, t float64) {
	start := make([]float64, len(dst))
	c.Theta(start, 0.5)
	c.Theta(dst, t)
	for i := range dst {
		dst[i] += c.push(start, i) * math.Sin(math.Pi*t)
	}
	c.chart.State(dst, dst)
}

func (c bent) Velocity(dst []float64, t float64) {
	start, from, to, x := make([]float64, len(dst)), make([]float64, len(dst)), make([]float64, len(dst)), make([]float64, len(dst))
	c.Theta(start, 0.5)
	c.Theta(from, 0)
	c.Theta(to, 1)
	c.At(x, t)
	for i := range dst {
		dst[i] = (to[i] - from[i] + c.push(start, i)*math.Pi*math.Cos(math.Pi*t)) / math.Sqrt(c.chart.Entry(i, x[i]))
	}
}

// To and from the boundary of the cube geodesics have their action; straight
// lines have none, which is an error.
func TestMotionOnTheBoundary(t *testing.T) {
	m := geometry.NewTanh(0.7, 1.3)
	a := UniformMeasure(points(2, 2, 0, 0, 1, 0.3))
	b := UniformMeasure(points(2, 2, 0, 1, 0.4, 1))
	p, err := Exact(a, b, SquaredDistance(m))
	if err != nil {
		t.Fatal(err)
	}
	move, err := Displacement(p, a, b, m)
	if err != nil {
		t.Fatal(err)
	}
	action, err := move.Action()
	if err != nil || math.Abs(action-p.Cost) > 1e-8*p.Cost {
		t.Errorf("action %.15g, W² %.15g: %v", action, p.Cost, err)
	}
	straight, err := Interpolate(p.M, a, b, m, Segments)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := straight.Action(); err == nil || !strings.Contains(err.Error(), "let them be geodesics") {
		t.Errorf("action of straight lines %v, %v", s, err)
	}
}

// On a curved manifold: great circles.
func TestDisplacementOnASphere(t *testing.T) {
	s := geometry.NewSphere(2)
	rng := rand.New(rand.NewPCG(33, 1))
	draw := func() *Measure {
		m, err := anyMeasure(rng, 6, 2, 0).Push(2, func(dst, x []float64) { dst[0], dst[1] = 0.6+1.8*x[0], 3*x[1] })
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	a, b, c := draw(), draw(), SquaredOf(s.Distance)
	p, err := Exact(a, b, c)
	if err != nil {
		t.Fatal(err)
	}
	move, err := Interpolate(p.M, a, b, s, func(x, y []float64) (geometry.Curve, error) { return s.Geodesic(x, y) })
	if err != nil {
		t.Fatal(err)
	}
	if action, err := move.Action(); err != nil || math.Abs(action-p.Cost) > 1e-10*p.Cost {
		t.Errorf("action %.15g, W² %.15g: %v", action, p.Cost, err)
	}
	if err := CheckMotion(move, a, b, c, 4, 1e-7); err != nil {
		t.Error(err)
	}
}

// CheckMotion finds a motion that misses its end and a velocity that is too
// small.
func TestCheckMotionRefuses(t *testing.T) {
	rng := rand.New(rand.NewPCG(34, 1))
	m := geometry.NewTanh(0.7, 1.3)
	a, b, other := anyMeasure(rng, 4, 2, 0), anyMeasure(rng, 5, 2, 0), anyMeasure(rng, 5, 2, 0)
	c := SquaredDistance(m)
	p, err := Exact(a, b, c)
	if err != nil {
		t.Fatal(err)
	}
	move, err := Displacement(p, a, b, m)
	if err != nil {
		t.Fatal(err)
	}
	identity, slow := func(t float64) float64 { return t }, func(float64) float64 { return 0.7 }
	for name, o := range map[string]struct {
		m    *Motion
		a, b *Measure
		text string
	}{
		"other end":   {move.Timed(func(t float64) float64 { return t * 2 }, func(float64) float64 { return 2 }), a, b, "misses b"},
		"other start": {move, other, b, ""},
		"slow":        {move.Timed(identity, slow), a, b, "is the velocity that of the curves"},
		"short":       {move.Timed(func(t float64) float64 { return t / 2 }, func(float64) float64 { return 0.5 }), a, b, "exceeds the action"},
	} {
		if err := CheckMotion(o.m, o.a, o.b, c, 3, 1e-7); err == nil || !strings.Contains(err.Error(), o.text) {
			t.Errorf("%s: %v, want %q", name, err, o.text)
		}
	}
}

func TestMotionErrors(t *testing.T) {
	m := geometry.NewTanh(0.7)
	a, b := UniformMeasure(points(2, 1, 0.2, 0.6)), UniformMeasure(points(2, 1, 0.3, 1.2))
	plan := &Plan{M: Product(a, b)}
	if _, err := Displacement(plan, a, b, m); err == nil || !strings.Contains(err.Error(), "points 0 and 1 cannot be connected") {
		t.Errorf("outside: %v", err)
	}
	if _, err := Displacement(plan, a, UniformMeasure(points(1, 1, 0.5)), m); !errors.Is(err, ErrLength) {
		t.Errorf("other measures: %v", err)
	}
	if _, err := Displacement(plan, a, b, geometry.NewTanh(1, 2)); !errors.Is(err, ErrDimension) {
		t.Errorf("other dimension: %v", err)
	}
	plane := UniformMeasure(points(2, 2, 0.3, 0.4, 0.5, 0.6))
	if _, err := Displacement(plan, a, plane, m); !errors.Is(err, ErrDimension) {
		t.Errorf("one dimension differs: %v", err)
	}
	far := &Motion{Metric: m, Mass: []float64{1}, Curves: []geometry.Curve{geometry.Segment{X: []float64{0}, Y: []float64{math.Inf(1)}}}}
	if _, err := far.At(0.5); !errors.Is(err, ErrPoint) {
		t.Errorf("infinite: %v", err)
	}
	if _, err := PathAction([]*Measure{a, a, b}, []float64{0, 0.3, 1}, SquaredDistance(m)); !errors.Is(err, ErrCost) || !strings.Contains(err.Error(), "measures 1 and 2") {
		t.Errorf("path: %v", err)
	}
}

// ExampleDisplacement moves one cloud into another; the action is W², whatever
// the number of pieces.
func ExampleDisplacement() {
	metric := geometry.NewTanh(0.7, 1.3)
	a := UniformMeasure(mat.NewDense(2, 2, []float64{0.3, 0.3, 0.6, 0.8}))
	b := UniformMeasure(mat.NewDense(3, 2, []float64{0.2, 0.9, 0.5, 0.5, 0.9, 0.1}))
	plan, _ := Exact(a, b, SquaredDistance(metric))
	move, _ := Displacement(plan, a, b, metric)
	action, _ := move.Action()
	straight, _ := Interpolate(plan.M, a, b, metric, Segments)
	more, _ := straight.Action()
	fmt.Printf("W² %.9f, action %.9f, along straight lines in x %.9f\n", plan.Cost, action, more)
	// Output:
	// W² 0.346822721, action 0.346822721, along straight lines in x 0.351338191
}

// A metric that depends on the state and is not diagonal: along two straight
// lines the action is a polynomial's integral.
func TestActionOfAFullMetric(t *testing.T) {
	m := full{}
	a, b := must(NewMeasure(points(2, 2, 0, 0, 1, 0), []float64{0.3, 0.7})), must(NewMeasure(points(2, 2, 1, 2, 1, 3), []float64{0.3, 0.7}))
	move := must(Interpolate(must(NewCoupling(points(2, 2, 0.3, 0, 0, 0.7))), a, b, m, Segments))
	// On (t, 2t): 1 + t² + 4t² + 4(2 + 2t); on (1, 3t): 9(2 + 3t).
	if got, want := must(move.Action()), 0.3*(9+5./3+4)+0.7*9*3.5; !(math.Abs(got-want) <= 1e-12*want) {
		t.Errorf("action %.15g, want %.15g", got, want)
	}
	if got, want := move.SquaredSpeed(0.37), 0.3*(9+5*0.37*0.37+8*0.37)+0.7*9*(2+3*0.37); !(math.Abs(got-want) <= 1e-14*want) {
		t.Errorf("E[uᵀGu] = %.15g at 0.37, want %.15g", got, want)
	}
}

// A full metric is G = [[1 + x², xy/2], [xy/2, 2 + y]].
type full struct{}

func (full) Dim() int { return 2 }
func (full) Flat(dst, x, v []float64) {
	p, q := v[0], v[1]
	dst[0], dst[1] = (1+x[0]*x[0])*p+x[0]*x[1]/2*q, x[0]*x[1]/2*p+(2+x[1])*q
}
func (full) Sharp(dst, x, xi []float64) { dst[0], dst[1] = math.NaN(), math.NaN() }
