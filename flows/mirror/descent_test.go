package mirror

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/ode"
	"hopflow/lyapunov"
	"hopflow/lyapunov/landscape"
	"hopflow/lyapunov/verify"
)

// generic is a quadratic energy on the cube with its minimum inside.
var (
	genericMin = []float64{0.3, 0.62, 0.45}
	generic    = must(landscape.NewQuadratic(mat.NewSymDense(3, []float64{2, 0.5, -0.3, 0.5, 1.3, 0.2, -0.3, 0.2, 0.9}), genericMin))
	generic0   = []float64{0.2, 0.55, 0.9}
	cubeMap    = BitEntropy(0.25, 0.6, 1.3)
)

// [HF] (15) in z on f(∇ψ(z)) is (5) in x, step for step, over 200 steps; the
// scheme of Remark 2 is another.
func TestMirrorIsNaturalGradient(t *testing.T) {
	psi := cubeMap.Conjugate().(Smooth)
	natural := must(Solve(generic, generic0, Natural{Map: cubeMap, Rule: Fixed(0.3)}, 200))
	dual := must(Solve(Compose(generic, psi), Gradient(cubeMap, generic0), Descent{Map: psi, Rule: Fixed(0.3)}, 200))
	remark := must(Solve(generic, generic0, Descent{Map: cubeMap, Rule: Fixed(0.3)}, 200))
	var apart float64
	for k := range natural.Len() {
		if !near(natural.X[k], dual.Z[k], 1e-14) || math.Abs(natural.F[k]-dual.F[k]) > 1e-14 {
			t.Fatalf("step %d: natural gradient %v, mirror descent %v", k, natural.X[k], dual.Z[k])
		}
		for i := range remark.X[k] {
			apart = math.Max(apart, math.Abs(remark.X[k][i]-natural.X[k][i]))
		}
	}
	if apart < 1e-3 {
		t.Errorf("Remark 2's scheme is within %g of (5): it should differ", apart)
	}
	if err := lyapunov.CheckEnergy(Compose(generic, psi), [][]float64{{0.4, -0.9, 0.1}, {-2, 0.3, 1}}); err != nil {
		t.Error(err)
	}
}

// The schemes differ by O(h²) in one step, and each from the flow by O(h) at a
// fixed time.
func TestOrders(t *testing.T) {
	var hs, once, mirror, natural []float64
	tr := must(ode.Solve(Flow(generic, cubeMap), Gradient(cubeMap, generic0), 0, 1, nil, &ode.Settings{AbsTol: 1e-13, RelTol: 1e-13}))
	exact := Gradient(cubeMap.Conjugate(), tr.Last().X)
	off := func(a, b []float64) float64 { return norm([]float64{a[0] - b[0], a[1] - b[1], a[2] - b[2]}) }
	for n := 16; n <= 512; n *= 2 {
		h := 1 / float64(n)
		a := must(Solve(generic, generic0, Descent{Map: cubeMap, Rule: Fixed(h)}, n))
		b := must(Solve(generic, generic0, Natural{Map: cubeMap, Rule: Fixed(h)}, n))
		hs, once = append(hs, h), append(once, off(a.X[1], b.X[1]))
		mirror, natural = append(mirror, off(a.Last().X, exact)), append(natural, off(b.Last().X, exact))
		if last := a.Trajectory().Last(); math.Abs(last.T-1) > 1e-12 {
			t.Errorf("time %g after %d steps of %g", last.T, n, h)
		}
	}
	for _, c := range []verify.Claim{
		verify.Order("a", "one step of mirror descent and natural gradient", hs, once, 2, 0.1),
		verify.Order("b", "mirror descent and the flow", hs, mirror, 1, 0.1),
		verify.Order("c", "natural gradient and the flow", hs, natural, 1, 0.1),
	} {
		if err := c.Err(); err != nil {
			t.Error(err)
		}
	}
}

// With h = 1/L, L from the eigenvalues against ∇²ψ at the centre, f falls at
// every step and stays under both bounds of [LFN]; so does D(x*, x_k).
func TestRelativeSmoothnessRates(t *testing.T) {
	centre := []float64{0.5, 0.5, 0.5}
	_, l, err := RelativeConstants(generic, cubeMap, centre, generic0, genericMin)
	if err != nil {
		t.Fatal(err)
	}
	p := must(Solve(generic, generic0, Descent{Map: cubeMap, Rule: Fixed(1 / l)}, 400))
	d := Bregman(cubeMap, genericMin, generic0)
	mu, top, err := RelativeConstants(generic, cubeMap, p.X...)
	if err != nil || !(0 < mu && mu < l && top <= l*(1+1e-12)) {
		t.Fatalf("μ = %g, L = %g on the path, %g at the centre: %v", mu, top, l, err)
	}
	for k, f := range p.F {
		if k > 0 && f > p.F[k-1]+1e-16 {
			t.Errorf("f rises to %g at step %d", f, k)
		}
		if k == 0 {
			continue
		}
		for _, m := range []float64{0, mu} {
			if bound := DescentBound(d, m, l, k); f > bound+1e-15 {
				t.Errorf("step %d: f - f* = %g over the bound %g with μ = %g", k, f, bound, m)
			}
		}
		if got, bound := Bregman(cubeMap, genericMin, p.X[k]), DistanceBound(d, mu, l, k); got > bound+1e-14 {
			t.Errorf("step %d: D(x*, x) = %g over the bound %g", k, got, bound)
		}
	}
	// With four times the step nothing of it holds.
	if long := must(Solve(generic, generic0, Descent{Map: cubeMap, Rule: Fixed(4 / l)}, 400)); long.Last().F < 1e-3 {
		t.Errorf("f = %g with h = 4/L: the test is vacuous", long.Last().F)
	}
	if a, b := DescentBound(d, 1e-9, l, 5), DescentBound(d, 0, l, 5); math.Abs(a/b-1) > 1e-6 {
		t.Errorf("bound %g for μ → 0, %g for μ = 0", a, b)
	}
}

// The line search finds the step without L, also where the first one has no
// solution or leaves the domain.
func TestLineSearch(t *testing.T) {
	_, l, _ := RelativeConstants(generic, cubeMap, []float64{0.5, 0.5, 0.5})
	for name, m := range map[string]Method{
		"mirror":      Descent{Map: cubeMap, Rule: LineSearch{First: 100}},
		"natural":     Natural{Map: cubeMap, Rule: LineSearch{First: 100}},
		"projected":   Projected(Cube(3, 0, 1), LineSearch{First: 100, Grow: 1.1}),
		"with a set":  Descent{Map: cubeMap, Set: Cube(3, 0.1, 0.8), Rule: LineSearch{Shrink: 0.7}},
		"log barrier": Descent{Map: LogBarrier(3), Rule: LineSearch{First: 100}},
	} {
		p, err := Solve(generic, generic0, m, 300)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for k := 1; k < p.Len(); k++ {
			if p.F[k] > p.F[k-1]+1e-15 {
				t.Errorf("%s: f rises from %g to %g at step %d", name, p.F[k-1], p.F[k], k)
			}
		}
		if f := p.Last().F; f > 1e-12 {
			t.Errorf("%s: f = %g after 300 steps", name, f)
		}
		if h := p.Step[1]; name == "mirror" && !(h > 0.5/l && h < 100) {
			t.Errorf("first step %g, 1/L = %g", h, 1/l)
		}
	}
}

// Mirror descent keeps the state in the cube with steps that throw the natural
// gradient out at once, and carries z past what x can hold.
func TestNeverLeavesTheCube(t *testing.T) {
	steep := parabola{[][]float64{{0, 0}, {0, 0}}, []float64{30, -2}}
	for h := 0.01; h < 1e4; h *= 10 {
		p, err := Solve(steep, []float64{0.9, 0.2}, Descent{Map: BitEntropy(1, 0.6), Rule: Fixed(h)}, 20)
		if err != nil {
			t.Fatal(err)
		}
		for k, x := range p.X {
			if !(0 <= x[0] && x[0] <= 1 && 0 <= x[1] && x[1] <= 1) || notFinite(p.Z[k][0]) {
				t.Fatalf("h = %g: x = %v, z = %v", h, x, p.Z[k])
			}
		}
	}
	_, err := Solve(steep, []float64{0.9, 0.2}, Natural{Map: BitEntropy(1, 0.6), Rule: Fixed(0.1)}, 20)
	var e *Error
	if !errors.As(err, &e) || e.Reason != ErrLeft || e.Coordinate != 0 || math.Abs(e.Value-1.98) > 1e-14 {
		t.Errorf("natural gradient: %v", err)
	}
}

// Accelerated mirror descent obeys the bound of [19] at every step, beats
// descent on an ill-conditioned problem, and follows its flow to O(√s).
func TestAccelerated(t *testing.T) {
	ill := must(landscape.NewQuadratic(mat.NewSymDense(3, []float64{1, 0, 0, 0, 0.03, 0, 0, 0, 0.001}), genericMin))
	beta := 1.3
	for _, c := range []struct {
		name string
		m    Accelerated
		at   []float64
	}{
		{"bit entropy", Accelerated{Map: cubeMap, S: 1 / (2 * beta), Gamma: beta}, generic0},
		{"bit entropy, r = 5", Accelerated{Map: cubeMap, S: 1 / (2 * beta), Gamma: beta, R: 5}, generic0},
		{"Euclid", Accelerated{Map: Euclidean(3), S: 0.5}, generic0},
		{"Euclid in a box", Accelerated{Map: Euclidean(3), Set: Cube(3, 0, 1), S: 0.5}, generic0},
	} {
		p := must(Solve(ill, c.at, c.m, 600))
		d, r := Bregman(c.m.Map, genericMin, c.at), byDefault(c.m.R, 3)
		for k := 1; k < p.Len(); k++ {
			if bound := AcceleratedBound(d, p.F[0], c.m.S, r, k); p.F[k] > bound {
				t.Fatalf("%s: f - f* = %g at step %d over the bound %g", c.name, p.F[k], k, bound)
			}
		}
		_, l, _ := RelativeConstants(ill, c.m.Map.(Smooth), []float64{0.5, 0.5, 0.5})
		plain := must(Solve(ill, c.at, Descent{Map: c.m.Map, Rule: Fixed(1 / l)}, 600))
		c.m.Restart = true
		again := must(Solve(ill, c.at, c.m, 600))
		if a, b, g := p.Last().F, again.Last().F, plain.Last().F; !(a < g/4) || !(b < g/4) {
			t.Errorf("%s: f = %g accelerated, %g with restart, %g plain", c.name, a, b, g)
		}
	}
	// On the simplex, with a minimum at a vertex.
	f := parabola{[][]float64{{0.2, 0, 0}, {0, 0.2, 0}, {0, 0, 0.2}}, []float64{0.5, 0.1, 0.2}}
	p := must(Solve(f, []float64{0.2, 0.55, 0.25}, Accelerated{Map: SimplexEntropy(3), S: 1}, 800))
	if x := p.Last().X; math.Abs(x[0]-1) > 1e-3 {
		t.Errorf("on the simplex: %v", x)
	}
}

func TestAcceleratedFollowsItsFlow(t *testing.T) {
	const T = 3.0
	start := append(append([]float64(nil), generic0...), Gradient(cubeMap, generic0)...)
	field := AcceleratedFlow(generic, cubeMap, 3)
	tr := must(ode.Solve(field, start, 0, T, nil, &ode.Settings{AbsTol: 1e-12, RelTol: 1e-12, MaxStep: 0.01}))
	d := Bregman(cubeMap, genericMin, generic0)
	for k := 1; k < tr.Len(); k++ { // f - f* <= r² D/t²
		if f, at := generic.Value(tr.X[k][:3]), tr.T[k]; f > 9*d/(at*at) {
			t.Fatalf("f = %g at t = %g over r² D/t² = %g", f, at, 9*d/(at*at))
		}
	}
	exact := tr.Last().X[:3]
	var roots, errs []float64
	for n := 40; n <= 1280; n *= 2 {
		s := T / float64(n)
		p := must(Solve(generic, generic0, Accelerated{Map: cubeMap, S: s * s}, n))
		x := p.Last().X
		roots, errs = append(roots, s), append(errs, norm([]float64{x[0] - exact[0], x[1] - exact[1], x[2] - exact[2]}))
		if at := p.Trajectory().Last().T; math.Abs(at-T) > 1e-9 {
			t.Errorf("time %g", at)
		}
	}
	if err := verify.Order("AMD", "discretisation and flow", roots, errs, 1, 0.15).Err(); err != nil {
		t.Error(err)
	}
}

// Without a set and with a fixed step dual averaging is mirror descent; with a
// set both find the constrained minimum, by other ways.
func TestDualAveraging(t *testing.T) {
	a := must(Solve(generic, generic0, Descent{Map: cubeMap, Rule: Fixed(0.2)}, 100))
	b := must(Solve(generic, generic0, DualAveraging{Map: cubeMap, Rule: Fixed(0.2)}, 100))
	for k := range a.F {
		if !near(a.X[k], b.X[k], 1e-13) {
			t.Fatalf("step %d: %v and %v", k, a.X[k], b.X[k])
		}
	}
	set := HalfSpace{[]float64{1, 1, 0}, 0.6}
	c := must(Solve(generic, generic0, Descent{Map: cubeMap, Set: set, Rule: Fixed(0.2)}, 3000)).Last()
	d := must(Solve(generic, generic0, DualAveraging{Map: cubeMap, Set: set, Rule: Fixed(0.2)}, 3000)).Last()
	if !near(c.X, d.X, 1e-9) || near(c.Z, d.Z, 1e-3) {
		t.Errorf("with a set: %v and %v, z %v and %v", c.X, d.X, c.Z, d.Z)
	}
	g := gradientOf(generic, c.X) // -∇f in the normal cone: a multiple of (1, 1, 0)
	if math.Abs(g[2]) > 1e-9 || math.Abs(g[0]-g[1]) > 1e-9 || !(g[0] < -1e-3) {
		t.Errorf("gradient %v at the constrained minimum %v", g, c.X)
	}
	e := must(Solve(generic, generic0, DualAveraging{Map: cubeMap, Rule: InverseSqrt(0.5)}, 4000)).Last()
	if e.F > 1e-3 {
		t.Errorf("with decreasing steps f = %g", e.F)
	}
}

// Stochastic mirror descent: N = 400 runs with their own streams. The mean of
// f at the averaged point is under its bound by more than 4.9 standard errors,
// and noise costs: it lies above the value without noise.
func TestStochastic(t *testing.T) {
	const runs, n, sigma = 400, 60, 0.4
	rule := InverseSqrt(0.5)
	quiet := must(Solve(generic, generic0, Descent{Map: cubeMap, Rule: rule}, n))
	var sum, squares, largest float64
	for k := range runs {
		p := must(Solve(Noisy(generic, sigma, rand.NewPCG(11, uint64(k))), generic0, Descent{Map: cubeMap, Rule: rule}, n))
		f := generic.Value(p.Mean())
		sum, squares = sum+f, squares+f*f
		for _, x := range p.X {
			g := norm(gradientOf(generic, x))
			largest = math.Max(largest, g*g)
		}
	}
	mean := sum / runs
	stderr := math.Sqrt((squares/runs - mean*mean) / (runs - 1))
	d := Bregman(cubeMap, genericMin, generic0)
	// ψ is 1/max β strongly convex in the Euclidean norm.
	bound := StochasticBound(d, largest+3*sigma*sigma, 1/1.3, rule, n)
	if !(mean+4.9*stderr < bound) {
		t.Errorf("E f = %g ± %.2g over the bound %g", mean, stderr, bound)
	}
	if without := generic.Value(quiet.Mean()); !(mean-4.9*stderr > without) {
		t.Errorf("E f = %g ± %.2g, without noise %g: the noise is not there", mean, stderr, without)
	}
	a := must(Solve(Noisy(generic, sigma, rand.NewPCG(11, 3)), generic0, DualAveraging{Map: cubeMap, Rule: rule}, n))
	b := must(Solve(Noisy(generic, sigma, rand.NewPCG(11, 3)), generic0, DualAveraging{Map: cubeMap, Rule: rule}, n))
	if !near(a.Last().X, b.Last().X, 0) {
		t.Error("the same stream gives other iterates")
	}
}

func TestSampled(t *testing.T) {
	parts := []lyapunov.Energy{landscape.Harmonic(1, 0.2, 0.3), landscape.Harmonic(2, 0.8, 0.4), landscape.Harmonic(3, 0.5, 0.9)}
	f := Sampled(rand.NewPCG(5, 1), parts...)
	x := []float64{0.35, 0.6}
	if got, want := f.Value(x), (parts[0].Value(x)+parts[1].Value(x)+parts[2].Value(x))/3; math.Abs(got-want) > 1e-15 {
		t.Errorf("value %g, want %g", got, want)
	}
	const n = 20000
	var sum, squares [2]float64
	for range n {
		g := gradientOf(f, x)
		for i, v := range g {
			sum[i] += v
			squares[i] += v * v
		}
	}
	want := gradientOf(landscape.Scale(1./3, landscape.Sum(parts...)), x)
	for i := range want {
		mean := sum[i] / n
		stderr := math.Sqrt((squares[i]/n - mean*mean) / (n - 1))
		if err := verify.ZScore("g", "mean of the sampled gradient", mean, stderr, want[i], 4.9, n).Err(); err != nil {
			t.Error(err)
		}
	}
}

// Steps can be left at any time and ranged over again, and does not allocate
// per step.
func TestSteps(t *testing.T) {
	for name, m := range map[string]Method{
		"descent":     Descent{Map: cubeMap, Rule: Fixed(0.1)},
		"search":      Descent{Map: cubeMap, Rule: LineSearch{Grow: 1.5}},
		"set":         Descent{Map: cubeMap, Set: HalfSpace{[]float64{1, 1, 0}, 0.6}, Rule: Fixed(0.1)},
		"projected":   Projected(Cube(3, 0, 1), Fixed(0.1)),
		"averaging":   DualAveraging{Map: cubeMap, Rule: InverseSqrt(0.1)},
		"accelerated": Accelerated{Map: cubeMap, S: 0.1, Restart: true},
		"natural":     Natural{Map: cubeMap, Rule: Fixed(0.1)},
	} {
		steps := Steps(generic, generic0, m)
		run := func(n int) (last Iterate) {
			for it, err := range steps {
				if err != nil {
					t.Fatal(err)
				}
				if it.K == n {
					return it.Clone()
				}
			}
			return last
		}
		if a, b := run(50), run(50); !near(a.X, b.X, 0) || a.F != b.F || a.K != 50 {
			t.Errorf("%s: a second range gives %v, the first gave %v", name, b, a)
		}
		short, long := testing.AllocsPerRun(3, func() { run(10) }), testing.AllocsPerRun(3, func() { run(210) })
		if short != long {
			t.Errorf("%s: %g allocations in 10 steps, %g in 210", name, short, long)
		}
	}
}
