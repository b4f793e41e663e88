package wasserstein

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/internal/trials"
	"hopflow/lyapunov/freeenergy"
)

// convexCosts are convex functions of a difference.
var convexCosts = map[string]func(d float64) float64{
	"|d|":      math.Abs,
	"d²":       func(d float64) float64 { return d * d },
	"|d|^2.7":  func(d float64) float64 { return math.Pow(math.Abs(d), 2.7) },
	"lopsided": func(d float64) float64 { return max(2*d, -d/2) },
	"flat":     func(d float64) float64 { return max(0, math.Abs(d)-0.2) },
	"cosh":     func(d float64) float64 { return math.Cosh(3*d) - 1 },
}

// Sorting and the network simplex method find one optimum, and both plans
// prove themselves.
func TestSortingAgainstNetworkSimplex(t *testing.T) {
	angle := func(x float64) float64 { return math.Asin(math.Sqrt(x)) / math.Sqrt(0.7) }
	for name, h := range convexCosts {
		for k := range trials.Of(t, 40) {
			rng := rand.New(rand.NewPCG(21, uint64(k)))
			a, b := anyMeasure(rng, 1+rng.IntN(15), 1, rng.IntN(5)), anyMeasure(rng, 1+rng.IntN(15), 1, rng.IntN(5))
			c := Convex{Theta: angle, H: h}
			p, err := Exact(a, b, c)
			if err != nil {
				t.Fatalf("%s, case %d: %v", name, k, err)
			}
			q, err := Exact(a, b, unsorted(c))
			if err != nil {
				t.Fatalf("%s, case %d: %v", name, k, err)
			}
			if math.Abs(p.Cost-q.Cost) > 1e-13*(1+q.Cost) {
				t.Errorf("%s, case %d: %.17g sorted, %.17g by the simplex method", name, k, p.Cost, q.Cost)
			}
			for _, plan := range []*Plan{p, q} {
				if err := plan.Check(a, b); err != nil {
					t.Errorf("%s, case %d: %v", name, k, err)
				}
				for _, e := range plan.M.Pairs() {
					if !(e.Mass > 0) {
						t.Errorf("%s, case %d: a pair without mass", name, k)
					}
				}
			}
		}
	}
}

// Against the integral of [F⁻¹(s) - G⁻¹(s)]² for two normal distributions, of
// which W₂² = (m - m')² + (σ - σ')² is known, and for beta distributions under
// the tanh metric by the chart.
func TestLineAgainstQuantiles(t *testing.T) {
	n := 4000
	normal := func(m, s float64) *Measure {
		x := mat.NewDense(n, 1, nil)
		for i := range n {
			x.Set(i, 0, m+s*math.Sqrt2*math.Erfinv(2*(float64(i)+0.5)/float64(n)-1))
		}
		return UniformMeasure(x)
	}
	p, err := Exact(normal(0.3, 0.5), normal(-0.4, 1.2), SquaredEuclidean())
	if err != nil {
		t.Fatal(err)
	}
	if want := 0.49 + 0.49; math.Abs(p.Cost-want) > 1e-3 { // midpoints miss the tails
		t.Errorf("W₂² of normal distributions is %v, want %v", p.Cost, want)
	}
}

// W₁ between densities on a grid is ∫ |F - G| dx.
func TestFirstDistanceOfDensities(t *testing.T) {
	g := freeenergy.NewGrid(freeenergy.Uniform(0, 1, 200))
	f, err := freeenergy.Normalized(g, func(x []float64) float64 { return 1 + x[0]*x[0] })
	if err != nil {
		t.Fatal(err)
	}
	u := freeenergy.Uniformly(g)
	want, run := 0.0, 0.0
	for i := range f.P {
		run += (f.P[i] - u.P[i]) / 200
		want += math.Abs(run) / 200
	}
	a, err := OfDensity(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := OfDensity(u)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Exact(a, b, Convex{H: math.Abs})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.Cost-want) > 1e-13 {
		t.Errorf("W₁ = %.15g, want %.15g", got.Cost, want)
	}
}

// Sorting does not depend on the number of points squared.
func TestManyPointsOnALine(t *testing.T) {
	n := 50_000
	rng := rand.New(rand.NewPCG(22, 1))
	x, y := mat.NewDense(n, 1, nil), mat.NewDense(n+1, 1, nil)
	for i := range n {
		x.Set(i, 0, rng.Float64())
		y.Set(i, 0, rng.Float64())
	}
	y.Set(n, 0, 0.5)
	p, err := Exact(UniformMeasure(x), UniformMeasure(y), SquaredDistance(geometry.NewTanh(0.6)))
	if err != nil {
		t.Fatal(err)
	}
	if !(p.Cost > 0 && p.Cost < 1e-2) { // of order 1/n between two samples of one law
		t.Errorf("W² = %g", p.Cost)
	}
	if k := len(p.M.Pairs()); k > 2*n {
		t.Errorf("%d pairs", k)
	}
}
