package langevin

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/sde"
	"hopflow/internal/trials"
	"hopflow/lyapunov/fokkerplanck"
	"hopflow/lyapunov/freeenergy"
	"hopflow/lyapunov/landscape"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Kramers on the line against quadrature: the error of the leading order falls
// like T, that of the corrected one like T².
func TestKramersAgainstQuadrature(t *testing.T) {
	well := landscape.NewDoubleWell(1.3, 0.9)
	for name, k := range map[string]func(x float64) float64{
		"constant": func(float64) float64 { return 0.6 },
		"variable": func(x float64) float64 { return math.Exp(0.4*x - 0.3*x*x) },
	} {
		var leading, corrected []float64
		temperatures := []float64{0.12, 0.06, 0.03}
		for _, T := range temperatures {
			d := Dynamics{Energy: well, Mobility: NewDiagonal(1, func(_ int, x float64) float64 { return k(x) }, nil), Temperature: T}
			time := must(d.Line(math.Inf(-1), math.Inf(1)).MeanExit(-0.9, math.Inf(-1), 0.9))
			rate, _, err := d.Escape1D(-0.9, 0)
			if err != nil {
				t.Fatal(err)
			}
			leading = append(leading, must(d.Escape([]float64{-0.9}, []float64{0})).Rate*time-1)
			corrected = append(corrected, rate*time-1)
		}
		for i := range temperatures[1:] {
			if r := leading[i] / leading[i+1]; math.Abs(r-2) > 0.35 {
				t.Errorf("%s: leading errors %v fall by %.2f, want 2", name, leading, r)
			}
			if r := corrected[i] / corrected[i+1]; math.Abs(r-4) > 1.2 {
				t.Errorf("%s: corrected errors %v fall by %.2f, want 4", name, corrected, r)
			}
		}
	}
	d := Dynamics{Energy: well, Temperature: 0.1}
	if _, c, err := d.Escape1D(-0.9, 0); err != nil || math.Abs(c-0.1*3/(8*1.3)) > 1e-8 {
		t.Errorf("correction %.12g, %v, want 3T/8b = %.12g", c, err, 0.1*3/(8*1.3))
	}
}

// Mean first passage: quadrature against the grid of package fokkerplanck.
func TestHittingTimes(t *testing.T) {
	d := Dynamics{Energy: landscape.NewDoubleWell(1, 1), Temperature: 0.3}
	want := must(d.Line(math.Inf(-1), math.Inf(1)).MeanExit(-1, math.Inf(-1), 0.5))
	var errs []float64
	for _, n := range []int{200, 400} {
		grid := freeenergy.NewGrid(freeenergy.Uniform(-2.5, 2.5, n))
		g := must(fokkerplanck.New(grid, d.Equation(), nil))
		step := 5 / float64(n)
		times := must(g.HittingTimes(func(x []float64) bool { return x[0] > 0.5+step/2*0.99 })) // the cell beyond
		c := make([]float64, 1)
		at := 0.0
		for i, v := range times { // interpolate to -1, which is an edge
			grid.Center(c, i)
			if math.Abs(c[0]+1) < step*0.6 {
				at += v / 2
			}
		}
		errs = append(errs, math.Abs(at/want-1))
	}
	if !(errs[1] < 0.02 && errs[1] < 0.7*errs[0]) {
		t.Errorf("grid and quadrature differ by %v", errs)
	}
}

// tilt2 is a double well in x coupled to y, with one saddle at 0.
var tilt2 = function{2,
	func(x []float64) float64 {
		a, b := x[0]*x[0]-1, x[1]-0.3*x[0]
		return a*a + b*b
	},
	func(dst, x []float64) {
		a, b := x[0]*x[0]-1, x[1]-0.3*x[0]
		dst[0], dst[1] = 4*x[0]*a-0.6*b, 2*b
	}}

// Eyring-Kramers in the plane, reversible and not, against hitting times of
// the grid, up to the order of T.
func TestEyringKramers(t *testing.T) {
	T := 0.14
	for name, a := range map[string]float64{"reversible": 0, "rotating": 1.5} {
		d := Dynamics{Energy: tilt2, Mobility: ConstantRows([]float64{1, 0.2 + a}, []float64{0.2 - a, 1.3}), Temperature: T}
		e := must(d.Escape([]float64{-1, -0.3}, []float64{0, 0}))
		grid := freeenergy.NewGrid(freeenergy.Uniform(-1.9, 1.9, 76), freeenergy.Uniform(-1.9, 1.9, 76))
		g, err := fokkerplanck.New(grid, d.Equation(), &fokkerplanck.Settings{Current: fokkerplanck.Centred})
		if err != nil {
			g, err = fokkerplanck.New(grid, d.Equation(), nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		times := must(g.HittingTimes(func(x []float64) bool { return math.Hypot(x[0]-1, x[1]-0.3) < 0.25 }))
		i := grid.Index(18, 32) // (-0.975, -0.275)
		if ratio := times[i] * e.Rate; math.Abs(ratio-1) > 0.2 {
			t.Errorf("%s: time %.4g of the grid, %.4g of the formula", name, times[i], e.Time())
		}
		if name == "rotating" {
			if r := must(Dynamics{Energy: tilt2, Mobility: ConstantRows([]float64{1, 0.2}, []float64{0.2, 1.3}), Temperature: T}.Escape([]float64{-1, -0.3}, []float64{0, 0})); !(e.Rate > r.Rate) {
				t.Errorf("the rotation does not help: %g against %g", e.Rate, r.Rate)
			}
		}
	}
}

// With inertia: λ = √(γ²/4 + ω²) - γ/2, and Kramers' formula.
func TestKramersWithInertia(t *testing.T) {
	well := landscape.NewDoubleWell(1.3, 0.9)
	gamma, mass := 0.7, 1.6
	k := Kinetic{Energy: well, Mass: []float64{mass}, Friction: gamma, Temperature: 0.2}
	e := must(k.Dynamics().Escape([]float64{-0.9, 0}, []float64{0, 0}))
	omega0, omegaB := math.Sqrt(8*1.3/0.81/mass), math.Sqrt(4*1.3/0.81/mass)
	lambda := math.Sqrt(gamma*gamma/4+omegaB*omegaB) - gamma/2
	if math.Abs(e.Unstable/lambda-1) > 1e-12 {
		t.Errorf("λ = %v, want %v", e.Unstable, lambda)
	}
	if want := lambda / omegaB * omega0 / (2 * math.Pi) * math.Exp(-1.3/0.2); math.Abs(e.Rate/want-1) > 1e-12 {
		t.Errorf("rate %v, want %v", e.Rate, want)
	}
}

// Himmelblau's escapes have nothing closed to compare with; the saddle between
// the two wells on the right is below T, and refused.
func TestEscapeRefuses(t *testing.T) {
	d := paper.Dynamics()
	minima := (landscape.Himmelblau{}).Minima()
	saddles := [][]float64{}
	for _, p := range (landscape.Himmelblau{}).Critical() {
		if p.Index == 1 {
			saddles = append(saddles, p.X)
		}
	}
	if _, err := d.Escape(minima[0], saddles[0]); err == nil {
		t.Error("a barrier below T has a rate")
	}
	if e, err := d.Escape(minima[0], saddles[1]); err != nil || !(e.Rate > 0) {
		t.Errorf("escape over 67.7 at T = 25: %v, %v", e, err)
	}
	for _, c := range [][2][]float64{{saddles[0], minima[0]}, {minima[0], minima[1]}, {minima[0], {0.5, 0.5}}} {
		if _, err := d.Escape(c[0], c[1]); err == nil {
			t.Errorf("escape from %v over %v", c[0], c[1])
		}
	}
	mustPanic(t, "positive temperature", func() { _, _ = Dynamics{Energy: bumpy}.Escape(minima[0], saddles[0]) })
}

// The antisymmetric part makes the mean relax at the gap that Rates gives: the
// mean of Euler-Maruyama is (1 - hKM)^n x0 exactly.
func TestNonReversibleRelaxation(t *testing.T) {
	e := must(landscape.NewQuadratic(mat.NewSymDense(2, []float64{1.12, -0.16, -0.16, 2.88}), nil))
	k := ConstantRows([]float64{1, 0.75}, []float64{-0.75, 1})
	d := Dynamics{Energy: e, Mobility: k, Temperature: 1}
	const h, steps = 0.02, 60
	want := []float64{2, -1}
	for range steps {
		x, y := want[0], want[1]
		want[0], want[1] = x-h*(x+2*y), y-h*(-x+3*y) // K M = {{1, 2}, {-1, 3}}
	}
	for c := range 2 {
		pooledMean(t, sde.Ensemble{System: d.System(), Particles: 2000 * trials.Times(t), Step: h, Start: sde.At(2, -1)}, h*steps,
			func(x []float64) float64 { return x[c] }, want[c])
	}
}
