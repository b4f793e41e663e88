package sde

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/verify"
)

// normalNodes returns nodes and weights for expectations of one normal number.
func normalNodes(n int) (z, w []float64) {
	z, w = make([]float64, n), make([]float64, n)
	quad.Hermite{}.FixedLocations(z, w, math.Inf(-1), math.Inf(1))
	for i := range z {
		w[i] /= math.Sqrt(math.Pi) // they are for ∫ exp(-x²) f dx
		z[i] *= math.Sqrt2
	}
	return z, w
}

// expect returns E f(X⁺) for a step from each of the points, exactly: it steps
// a block with one particle for each node of the quadrature.
func expect(t *testing.T, scheme Scheme, s *System, h float64, points [][]float64, nodes int, f func(x []float64) []float64) [][]float64 {
	t.Helper()
	z, w := normalNodes(nodes)
	stepper, err := scheme.Stepper(s, nodes*nodes)
	if err != nil {
		t.Fatal(err)
	}
	m := stepper.Channels()
	var out [][]float64
	at := make([]float64, s.Dim)
	for _, p := range points {
		count := int(math.Pow(float64(nodes), float64(m)))
		x, dw := newRows(s.Dim, count).all, newRows(m, count).all
		weight := make([]float64, count)
		for i := range count {
			Scatter(x, p, i)
			weight[i] = 1
			for j, rest := 0, i; j < m; j, rest = j+1, rest/nodes {
				dw[j][i] = math.Sqrt(h) * z[rest%nodes]
				weight[i] *= w[rest%nodes]
			}
		}
		stepper.Step(0, h, x, dw)
		if err := failed(stepper); err != nil {
			t.Fatal(err)
		}
		var mean []float64
		for i := range count {
			Gather(at, x, i)
			v := f(append([]float64(nil), at...))
			if mean == nil {
				mean = make([]float64, len(v))
			}
			for k := range v {
				mean[k] += weight[i] * v[k]
			}
		}
		out = append(out, mean)
	}
	return out
}

// onCircle returns E f(X_h(1)) for 65 starts x on the circle, by the scheme's
// own backward equation u(x) = E u(X⁺(x)) on trigonometric polynomials.
func onCircle(t *testing.T, scheme Scheme, s *System, steps int) []float64 {
	t.Helper()
	const n = 65
	points := make([][]float64, n)
	for i := range points {
		points[i] = []float64{2 * math.Pi * float64(i) / n}
	}
	// The cardinal functions of the interpolation, sin(nd/2)/(n sin(d/2)).
	cardinal := func(x []float64) []float64 {
		l := make([]float64, n)
		for i := range l {
			if d := (x[0] - points[i][0]) / 2; math.Abs(math.Sin(d)) > 1e-12 {
				l[i] = math.Sin(n*d) / (n * math.Sin(d))
			} else {
				l[i] = 1
			}
		}
		return l
	}
	rows := expect(t, scheme, s, 1/float64(steps), points, 40, cardinal)
	p := mat.NewDense(n, n, nil)
	for i, r := range rows {
		p.SetRow(i, r)
	}
	u := mat.NewVecDense(n, nil)
	for i, x := range points {
		u.SetVec(i, math.Sin(x[0])+math.Cos(2*x[0]+0.3))
	}
	for range steps {
		next := mat.NewVecDense(n, nil)
		next.MulVec(p, u)
		u = next
	}
	return u.RawVector().Data
}

// distance is the root mean square of a difference.
func distance(a, b []float64) float64 {
	var sum float64
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum / float64(len(a)))
}

// TestWeakOrders fits, without sampling, the power of h by which the
// expectation of a function falls to its limit, on a nonlinear system with
// multiplicative noise; and finds one limit by all schemes and calculi.
func TestWeakOrders(t *testing.T) {
	ito := circle(Ito)
	strat, err := ito.In(Stratonovich)
	if err != nil {
		t.Fatal(err)
	}
	anti, err := ito.In(AntiIto)
	if err != nil {
		t.Fatal(err)
	}
	still := circle(Ito)
	still.Shape = Additive
	still.Noise = func(dst []float64, _ float64, _, dw []float64) { dst[0] = 0.8 * dw[0] }
	limits := map[*System][]float64{}
	for _, k := range []struct {
		name   string
		scheme Scheme
		sys    *System
		order  float64
		same   *System
	}{
		{"EulerMaruyama", EulerMaruyama, ito, 1, ito},
		{"ImplicitEuler", ImplicitEuler, ito, 1, ito},
		{"Milstein", Milstein, ito, 1, ito},
		{"Milstein in Stratonovich's calculus", Milstein, strat, 1, ito},
		{"Milstein in the anti-Itô calculus", Milstein, anti, 1, ito},
		{"RungeKutta", RungeKutta, ito, 1, ito},
		{"RungeKutta in the anti-Itô calculus", RungeKutta, anti, 1, ito},
		{"StochasticHeun", StochasticHeun, strat, 1, ito},
		{"EulerMaruyama, additive", EulerMaruyama, still, 1, still},
		{"ImplicitEuler, additive", ImplicitEuler, still, 1, still},
		{"RungeKutta, additive", RungeKutta, still, 1, still},
		{"StochasticHeun, additive", StochasticHeun, still, 2, still},
	} {
		var h, e []float64
		var u [5][]float64
		for i := range u {
			u[i] = onCircle(t, k.scheme, k.sys, 16<<i)
			if i > 0 {
				h, e = append(h, 1/float64(int(8)<<i)), append(e, distance(u[i], u[i-1]))
			}
		}
		slope, err := verify.FitSlope(h, e)
		if err != nil {
			t.Fatal(err)
		}
		what := fmt.Sprintf("%s: weak order %.3f ± %.3f", k.name, slope.Order, slope.StdErr)
		t.Log(what)
		if !(math.Abs(slope.Order-k.order) <= 0.2) {
			t.Errorf("%s, want order %g ± 0.2", what, k.order)
		}
		limit := make([]float64, len(u[4]))
		for i := range limit { // extrapolated twice
			r := math.Pow(2, k.order)
			a, b := (r*u[3][i]-u[2][i])/(r-1), (r*u[4][i]-u[3][i])/(r-1)
			limit[i] = (2*r*b - a) / (2*r - 1)
		}
		if want := limits[k.same]; want == nil {
			limits[k.same] = limit
		} else if d := distance(limit, want); !(d < 3e-6) {
			t.Errorf("%s: the limit is %.2g from that of the first scheme", k.name, d)
		} else {
			t.Logf("  limit within %.2g", d)
		}
	}
}
