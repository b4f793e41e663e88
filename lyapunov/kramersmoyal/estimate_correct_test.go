package kramersmoyal

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/internal/oracle"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/verify"
)

// exactly returns pairs in which the increments from each center have the given
// mean and mean square: two of each, above and below the mean.
func exactly(dt float64, g *freeenergy.Grid, moments func(x float64) (m1, m2 float64)) *Series {
	var from, to []float64
	for i := range g.Len() {
		x := g.Axis(0).Center(i)
		m1, m2 := moments(x)
		spread := math.Sqrt(m2 - m1*m1)
		from = append(from, x, x)
		to = append(to, x+m1-spread, x+m1+spread)
	}
	return Pairs(dt, mat.NewDense(len(from), 1, from), mat.NewDense(len(to), 1, to))
}

// The moments of dx = -k x dt + √(2T) dW over a finite step, exactly.
func exactOU(k, T, dt float64) func(x float64) (m1, m2 float64) {
	lost := -math.Expm1(-k * dt)
	return func(x float64) (m1, m2 float64) {
		return -lost * x, lost*lost*x*x + T/k*(-math.Expm1(-2*k*dt))
	}
}

func TestExactMomentsAreTheRecord(t *testing.T) {
	for _, r := range oracle.Load(t, records, "km/ou") {
		m1, m2 := exactOU(r.In("k"), r.In("T"), r.In("dt"))(r.In("x"))
		r.Close(t, "M1", []float64{m1}, 1e-15, true)
		r.Close(t, "M2", []float64{m2}, 1e-15, true)
		// D2 is half of the record's, which has no factorial in it.
		for _, dt := range []float64{1e-3, 1e-4} {
			g := lineGrid(1, 2, 10) // the record's x is on an edge: take the mean of its neighbours
			c := estimated(t, exactly(dt, g, exactOU(r.In("k"), r.In("T"), dt)), g, &Regression{Bandwidth: Fixed(0.4), MinCount: 1, Slope: 2})
			d, err := c.Corrected()
			if err != nil {
				t.Fatal(err)
			}
			mean := func(c *Curve) float64 { return (c.Value[4] + c.Value[5]) / 2 }
			if got := mean(d.D(1)); math.Abs(got-r.Want("D1")) > 10*dt*dt {
				t.Errorf("dt %g: corrected drift %.9g, record %g", dt, got, r.Want("D1"))
			}
			if got := 2 * mean(d.D(2)); math.Abs(got-r.Want("D2")) > 0.05 {
				t.Errorf("dt %g: corrected diffusion %.9g, record %g", dt, got/2, r.Want("D2")/2)
			}
		}
	}
}

// The error of an estimate from exact moments is of the first order in the time
// step, and of the second when corrected: for the process of Ornstein and
// Uhlenbeck, and for its square-law image y = sinh x, whose noise depends on the
// state.
func TestFiniteStepOrders(t *testing.T) {
	const k, T = 1.7, 0.6
	g := lineGrid(-0.5, 1.5, 401)
	image := func(dt float64) func(y float64) (m1, m2 float64) {
		keep := math.Exp(-k * dt)
		v := T / k * (1 - keep*keep)
		return func(y float64) (m1, m2 float64) { // <sinh z> and <sinh² z> of z ~ N(keep x, v)
			x := math.Asinh(y)
			mean := math.Exp(v/2) * math.Sinh(keep*x)
			square := (math.Exp(2*v)*math.Cosh(2*keep*x) - 1) / 2
			return mean - y, square - 2*y*mean + y*y
		}
	}
	for _, p := range []struct {
		name          string
		moments       func(dt float64) func(x float64) (m1, m2 float64)
		drift, square func(x float64) float64
	}{
		{"OU", func(dt float64) func(x float64) (float64, float64) { return exactOU(k, T, dt) },
			func(x float64) float64 { return -k * x }, func(float64) float64 { return T }},
		{"sinh", image,
			func(y float64) float64 { return T*y - k*math.Asinh(y)*math.Sqrt(1+y*y) }, func(y float64) float64 { return T * (1 + y*y) }},
	} {
		var steps []float64
		var errs [4][]float64
		for _, dt := range []float64{0.04, 0.02, 0.01, 0.005} {
			c := estimated(t, exactly(dt, g, p.moments(dt)), g, &Regression{Bandwidth: Fixed(0.006), MinCount: 1, Slope: 5})
			d, err := c.Corrected()
			if err != nil {
				t.Fatal(err)
			}
			steps = append(steps, dt)
			for i, c := range []*Coefficients{c, d} {
				errs[2*i] = append(errs[2*i], farthest(c.D(1), func(x []float64) float64 { return p.drift(x[0]) }))
				errs[2*i+1] = append(errs[2*i+1], farthest(c.D(2), func(x []float64) float64 { return p.square(x[0]) }))
			}
		}
		for i, what := range []string{"D1", "D2", "D1 corrected", "D2 corrected"} {
			want := []float64{1, 1, 2, 2}[i]
			t.Log(p.name, what, errs[i])
			if err := verify.Order("time", p.name+" "+what, steps, errs[i], want, 0.25).Err(); err != nil {
				t.Error(err)
			}
		}
	}
}

// farthest returns the largest error in the middle of the grid, away from the
// ends where windows are cut.
func farthest(c *Curve, truth func(x []float64) float64) (worst float64) {
	lo, hi := make([]float64, c.Grid.Dim()), make([]float64, c.Grid.Dim())
	for a := range lo {
		axis := c.Grid.Axis(a)
		n := axis.Len()
		lo[a], hi[a] = axis.Edge(n/4), axis.Edge(n-n/4)
	}
	c = c.Within(lo, hi)
	for i, v := range c.Value {
		worst = max(worst, math.Abs(v-truth(c.Place(i))))
	}
	return worst
}

// In the plane, with every term of the correction: <Δx_a> and <Δx_a Δx_b> of a
// linear process with rotation, in coordinates bent by y -> y + x²/4.
func TestFiniteStepOrdersInThePlane(t *testing.T) {
	const k, omega, T = 0.8, 1.5, 0.4
	g := freeenergy.NewGrid(freeenergy.Uniform(0.2, 0.8, 21), freeenergy.Uniform(-0.6, 0, 21))
	truth := func(x, y float64) (d [5]float64) { // by Itô's formula
		v := y - x*x/4
		dx, dv := -k*x+omega*v, -k*v-omega*x
		return [5]float64{dx, dv + x*dx/2 + T/2, T, T * x / 2, T * (1 + x*x/4)}
	}
	var steps []float64
	var errs [10][]float64
	for _, dt := range []float64{0.08, 0.04, 0.02} {
		c := estimated(t, bentPairs(g, k, omega, T, dt), g, &Regression{Order: 2, Bandwidth: Fixed(0.03), MinCount: 1, Slope: 3})
		d, err := c.Corrected()
		if err != nil {
			t.Fatal(err)
		}
		steps = append(steps, dt)
		for i, c := range []*Coefficients{c, d} {
			for j, curve := range []*Curve{c.Drift(0), c.Drift(1), c.Diffusion(0, 0), c.Diffusion(0, 1), c.Diffusion(1, 1)} {
				errs[5*i+j] = append(errs[5*i+j], farthest(curve, func(x []float64) float64 { return truth(x[0], x[1])[j] }))
			}
		}
	}
	for i := range errs {
		want := 1 + float64(i/5)
		t.Log(i, errs[i])
		if err := verify.Order("time", "component", steps, errs[i], want, 0.3).Err(); err != nil {
			t.Error(i, err)
		}
	}
}

// bentPairs are increments from each center whose first two moments are exact: by
// Gauss-Hermite points of the linear process, three for each normal.
func bentPairs(g *freeenergy.Grid, k, omega, T, dt float64) *Series {
	node := []float64{-math.Sqrt(3), 0, 0, 0, 0, math.Sqrt(3)} // weights 1/6, 2/3, 1/6
	keep := math.Exp(-k * dt)
	sin, cos := math.Sincos(omega * dt)
	noise := math.Sqrt(T / k * (1 - keep*keep))
	var from, to []float64
	at := make([]float64, 2)
	for cell := range g.Len() {
		g.Center(at, cell)
		x, v := at[0], at[1]-at[0]*at[0]/4
		for _, a := range node {
			for _, b := range node {
				nx, nv := keep*(cos*x+sin*v)+noise*a, keep*(cos*v-sin*x)+noise*b
				from = append(from, at[0], at[1])
				to = append(to, nx, nv+nx*nx/4)
			}
		}
	}
	return Pairs(dt, mat.NewDense(len(from)/2, 2, from), mat.NewDense(len(to)/2, 2, to))
}

// Standard errors of corrected coefficients, 20 seeds, against what the
// correction makes of the exact moments; without it the same data miss T.
func TestCorrectedStandardErrors(t *testing.T) {
	const n, dt, T, k = 200_000, 0.1, 0.7, 1.3
	g := lineGrid(-1.2, 1.2, 48)
	lambda := -math.Expm1(-k*dt) / dt
	alpha, beta := lambda*lambda*dt/2, T*-math.Expm1(-2*k*dt)/(2*k*dt)
	drift := func(x []float64) float64 { return -lambda*x[0] - dt/2*lambda*lambda*x[0] }
	square := func(x []float64) float64 {
		a, b := -lambda*x[0], alpha*x[0]*x[0]+beta
		return b - dt/2*(a*a+a*2*alpha*x[0]-2*b*lambda+b*2*alpha)
	}
	if miss := math.Abs(square([]float64{0.9}) - T); miss > 0.02 || miss < 1e-4 {
		t.Fatalf("the correction leaves %g", miss)
	}
	var z1, z2, raw []float64
	for seed := range uint64(seeds) {
		c := estimated(t, NewSeries(dt, sampledOU(seed, n, k, T, dt)), g, &Regression{Bandwidth: Fixed(0.15)})
		d, err := c.Corrected()
		if err != nil {
			t.Fatal(err)
		}
		z1 = append(z1, zs(d.D(1), 12, drift)...)
		z2 = append(z2, zs(d.D(2), 12, square)...)
		raw = append(raw, zs(c.D(2), 12, func([]float64) float64 { return T })...)
	}
	standard(t, "D1 corrected, N = 2e5", z1)
	standard(t, "D2 corrected, N = 2e5", z2)
	worst := 0.0
	for _, z := range raw {
		worst = max(worst, math.Abs(z))
	}
	if worst < 10 {
		t.Errorf("without the correction the worst z is only %.1f", worst)
	}
}
