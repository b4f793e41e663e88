package kramersmoyal

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// The energy of a double well from the increments of an iterated map, whose first
// two conditional moments are known exactly, and with them what the integral has
// to give: 20 seeds.
func TestDoubleWell(t *testing.T) {
	const n, dt, T = 300_000, 0.01, 0.5
	g := lineGrid(-1.5, 1.5, 60)
	slope := func(x float64) float64 { return 4 * x * (x*x - 1) }
	energy := func(x float64) float64 { // T ln D2 + ∫ E'/(1 + dt E'²/2T), by Simpson
		d2 := func(x float64) float64 { return 1 + dt*slope(x)*slope(x)/(2*T) }
		const m = 2000
		h := x / m
		sum := 0.0
		for i := range m + 1 {
			w := 2.0 + 2*float64(i%2)
			if i == 0 || i == m {
				w = 1
			}
			sum += w * slope(float64(i)*h) / d2(float64(i)*h)
		}
		return T*math.Log(d2(x)) + sum*h/3
	}
	var z, zk []float64
	for seed := range uint64(seeds) {
		x := iterated(seed, n, 0.9, T, dt, func(x float64) float64 { return -slope(x) })
		c := estimated(t, NewSeries(dt, x), g, &Regression{Bandwidth: Fixed(0.1)})
		p, err := c.Potential(T)
		if err != nil {
			t.Fatal(err)
		}
		ref := g.Axis(0).Center(p.Reference)
		if math.Abs(math.Abs(ref)-1) > 0.3 || len(p.Dropped) > 0 {
			t.Errorf("seed %d: reference at %g, %d cells dropped", seed, ref, len(p.Dropped))
		}
		// Far from the reference one number, the difference between the wells, is in
		// all values: take three that are apart.
		for _, at := range []float64{-1.025 * math.Copysign(1, ref), 0.025, 1.375 * math.Copysign(1, ref)} {
			v, s, ok := p.Energy.At(at)
			if !ok {
				t.Fatalf("seed %d: no energy at %g", seed, at)
			}
			z = append(z, (v-(energy(at)-energy(ref)))/s)
		}
		zk = append(zk, zs(p.Mobility.Within([]float64{-1.3}, []float64{1.3}), 4, func(x []float64) float64 { return 1 + dt*slope(x[0])*slope(x[0])/(2*T) })...)
		if _, s, _ := p.Energy.At(ref); s != 0 {
			t.Errorf("seed %d: standard error %g at the reference", seed, s)
		}
		for i := range p.Boltzmann.Value { // the second road, whose noise is that of the hops
			at, b := p.Boltzmann.XY(i)
			e, s, _ := p.Energy.At(at)
			if side := math.Copysign(1, at) == math.Copysign(1, ref); side && math.Abs(at) < 1.3 && math.Abs(b-e) > 6*s+0.1 {
				t.Errorf("seed %d: at %.3f -T ln p = %.3f, from drift and diffusion %.3f ± %.3f", seed, at, b, e, s)
			}
		}
	}
	standard(t, "energy, N = 3e5", z)
	standard(t, "mobility, N = 3e5", zk)
}

// A mobility that depends on the state: y = sinh x of a linear process has T K = T
// (1 + y²) and E = k asinh(y)²/2 + T ln(1 + y²)/2.
func TestStateDependentMobility(t *testing.T) {
	const n, dt, T, k = 400_000, 0.01, 0.5, 1.2
	energy := func(y float64) float64 { x := math.Asinh(y); return k*x*x/2 + T/2*math.Log(1+y*y) }
	g := lineGrid(-1.8, 1.8, 72)
	worst := 0.0
	for seed := range uint64(seeds) {
		x := sampledOU(seed, n, k, T, dt)
		for i := range x {
			x[i] = math.Sinh(x[i])
		}
		d, err := estimated(t, NewSeries(dt, x), g, &Regression{Bandwidth: Fixed(0.2)}).Corrected()
		if err != nil {
			t.Fatal(err)
		}
		p, err := d.Potential(T)
		if err != nil {
			t.Fatal(err)
		}
		ref := g.Axis(0).Center(p.Reference)
		for i := range p.Energy.Value {
			y, v := p.Energy.XY(i)
			if i%6 != 0 || p.Energy.StdErr[i] == 0 {
				continue
			}
			z := (v - (energy(y) - energy(ref))) / p.Energy.StdErr[i]
			worst = max(worst, math.Abs(z))
		}
		for i := range p.Mobility.Value {
			y, v := p.Mobility.XY(i)
			// The window's curvature: h²/10 K'' = 0.008; the rest is noise.
			if math.Abs(v-(1+y*y)) > 0.012+6.1*p.Mobility.StdErr[i] {
				t.Errorf("seed %d: K(%.3f) = %.4f ± %.4f, want %.4f", seed, y, v, p.Mobility.StdErr[i], 1+y*y)
			}
		}
	}
	t.Logf("worst z of the energy %.2f", worst)
	if worst > 6.1 {
		t.Errorf("a z-score of %.2f in the energy", worst)
	}
}

// A rotation in the plane: drift, energy, and what is no gradient.
func TestRotation(t *testing.T) {
	const n, dt, T, k, omega = 200_000, 0.02, 0.6, 0.9, 1.3
	g := planeGrid(-1.2, 1.2, 12)
	var zd, zc []float64
	for seed := range uint64(seeds) {
		x, y := turning(seed, n, k, omega, T, dt)
		c := estimated(t, NewSeries(dt, x, y), g, &Regression{Order: 2, Bandwidth: Fixed(0.35)})
		// The exact conditional mean over a step.
		keep := math.Exp(-k * dt)
		sin, cos := math.Sincos(omega * dt)
		at := func(x []float64) (u, v float64) {
			return (keep*(cos*x[0]+sin*x[1]) - x[0]) / dt, (keep*(cos*x[1]-sin*x[0]) - x[1]) / dt
		}
		z1, _ := c.Drift(0).Within([]float64{-1, -1}, []float64{1, 1}).Worst(func(x []float64) float64 { u, _ := at(x); return u })
		z2, _ := c.Drift(1).Within([]float64{-1, -1}, []float64{1, 1}).Worst(func(x []float64) float64 { _, v := at(x); return v })
		zd = append(zd, z1, z2)
		if seed > 0 && testing.Short() {
			continue
		}
		p, err := mustCorrect(t, c).PlanePotential(T)
		if err != nil {
			t.Fatal(err)
		}
		// The force is kx + ω(-y, x), of curl 2ω.
		const want = 2 * omega
		zc = append(zc, (p.Curl-want)/p.CurlStdErr)
		if !(p.NonGradient > 0.5) || !(p.Noise < p.NonGradient/2) {
			t.Errorf("seed %d: not a gradient %.3f, noise %.3f", seed, p.NonGradient, p.Noise)
		}
		checkBowl(t, p, k)
	}
	worst := 0.0
	for _, z := range zd {
		worst = max(worst, math.Abs(z))
	}
	t.Logf("worst drift z %.2f; curl z %.2f", worst, zc)
	if worst > 7 { // of 20 x 2 x 100 values
		t.Errorf("drift: a z-score of %.2f", worst)
	}
	for _, z := range zc {
		if math.Abs(z) > 5.5 {
			t.Errorf("curl: a z-score of %.2f", z)
		}
	}
}

// checkBowl holds an energy against k|x|²/2 and the rest against a rotation.
func checkBowl(t *testing.T, p *PlanePotential, k float64) {
	t.Helper()
	e := p.Energy.Within([]float64{-0.8, -0.8}, []float64{0.8, 0.8})
	ref := make([]float64, 2)
	p.Energy.Grid.Center(ref, p.Reference)
	for i := range e.Value {
		x := e.Place(i)
		want := k / 2 * (x[0]*x[0] + x[1]*x[1] - ref[0]*ref[0] - ref[1]*ref[1])
		if math.Abs(e.Value[i]-want) > 0.12 {
			t.Fatalf("E%.3v = %.3f, want %.3f", x, e.Value[i], want)
		}
	}
}

// Without a rotation nothing is left, and the curl is 0 within its error.
func TestGradientInThePlane(t *testing.T) {
	x, y := turning(4, 400_000, 0.9, 0, 0.6, 0.02)
	c := estimated(t, NewSeries(0.02, x, y), planeGrid(-1.4, 1.4, 20), &Regression{Order: 2, Bandwidth: Fixed(0.3)})
	p, err := c.PlanePotential(0.6)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("not a gradient %.3f, noise %.3f, curl %.3f ± %.3f", p.NonGradient, p.Noise, p.Curl, p.CurlStdErr)
	if p.NonGradient > 1.5*p.Noise || math.Abs(p.Curl) > 4.9*p.CurlStdErr {
		t.Errorf("not a gradient %.3f, noise %.3f, curl %.3f ± %.3f", p.NonGradient, p.Noise, p.Curl, p.CurlStdErr)
	}
	checkBowl(t, p, 0.9)
}

// Exact moments, no noise: the force of a full D2 that depends on the state is
// T D2⁻¹ (div D2 - D1).
func TestForceFromExactMoments(t *testing.T) {
	const k, omega, T, dt = 0.8, 0, 0.4, 1e-4
	g := planeGrid(-0.5, 0.5, 25)
	c := estimated(t, bentPairs(g, k, omega, T, dt), g, &Regression{Order: 2, Bandwidth: Fixed(0.05), MinCount: 1})
	for name, c := range map[string]*Coefficients{"raw": c, "corrected": mustCorrect(t, c)} {
		p, err := c.PlanePotential(T)
		if err != nil {
			t.Fatal(err)
		}
		// y = v + x²/4 keeps areas, so E = k (x² + (y - x²/4)²)/2.
		e := p.Energy.Within([]float64{-0.4, -0.4}, []float64{0.4, 0.4})
		ref := make([]float64, 2)
		g.Center(ref, p.Reference)
		energy := func(x []float64) float64 { v := x[1] - x[0]*x[0]/4; return k / 2 * (x[0]*x[0] + v*v) }
		for i := range e.Value {
			if x := e.Place(i); math.Abs(e.Value[i]-energy(x)+energy(ref)) > 2e-3 {
				t.Fatalf("%s: E%.3v = %.5f, want %.5f", name, x, e.Value[i], energy(x)-energy(ref))
			}
		}
		for a := range 2 {
			f := p.Force[a].Within([]float64{-0.4, -0.4}, []float64{0.4, 0.4})
			for i := range f.Value {
				x := f.Place(i)
				v := x[1] - x[0]*x[0]/4
				want := []float64{k * (x[0] - v*x[0]/2), k * v}[a]
				if math.Abs(f.Value[i]-want) > 3e-3 {
					t.Fatalf("%s: force %d at %.3v = %.5f, want %.5f", name, a, x, f.Value[i], want)
				}
			}
		}
		if p.NonGradient > 0.02 {
			t.Errorf("%s: %.4f of the force is no gradient", name, p.NonGradient)
		}
	}
}

func mustCorrect(t *testing.T, c *Coefficients) *Coefficients {
	t.Helper()
	d, err := c.Corrected()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestNoNoiseNoEnergy(t *testing.T) {
	g := lineGrid(0, 1, 10)
	var from, to []float64
	for i := range 10 {
		for range 5 {
			from, to = append(from, g.Axis(0).Center(i)), append(to, g.Axis(0).Center(i))
		}
	}
	c := estimated(t, Pairs(0.1, mat.NewDense(50, 1, from), mat.NewDense(50, 1, to)), g, &Regression{Bandwidth: Fixed(0.2), MinCount: 2})
	if _, err := c.Potential(1); err == nil || !strings.Contains(err.Error(), "D_2 = 0 in cell 0") {
		t.Errorf("a potential without noise: %v", err)
	}
}
