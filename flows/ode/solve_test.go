package ode

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hopflow/flows"
	"hopflow/lyapunov/verify"
)

// vanDerPol is the oscillator x” = μ(1 - x²)x' - x with μ = 1.3, driven a
// little so that it depends on time.
func vanDerPol(dst []float64, t float64, x []float64) {
	dst[0] = x[1]
	dst[1] = 1.3*(1-x[0]*x[0])*x[1] - x[0] + 0.2*math.Sin(0.7*t)
}

// pendulum is a damped and driven one, gentle enough to show every order.
func pendulum(dst []float64, t float64, x []float64) {
	dst[0] = x[1]
	dst[1] = -math.Sin(x[0]) - 0.3*x[1] + 0.5*math.Sin(1.1*t)
}

var start = []float64{1.7, -0.4}

// equal returns settings that make n equal steps over span.
func equal(n int, span float64) *Settings { return &Settings{Step: math.Abs(span) / float64(n)} }

func distance(x, y []float64) float64 {
	var sum float64
	for i := range x {
		sum += (x[i] - y[i]) * (x[i] - y[i])
	}
	return math.Sqrt(sum)
}

// pull draws to 0, slowly enough for steps of 1e4.
func pull(dst []float64, _ float64, x []float64) { dst[0] = -1e-5 * x[0] }

func mustSolve(t *testing.T, f flows.Field, x0 []float64, t0, t1 float64, m Method, s *Settings) *flows.Trajectory {
	t.Helper()
	tr, err := Solve(f, x0, t0, t1, m, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.Check(); err != nil {
		t.Fatal(err)
	}
	return tr
}

// The order again, by the route a user takes, on another problem and against a
// reference by another method.
func TestOrderOfSolve(t *testing.T) {
	const t0, t1 = 0.7, 4.3
	ref := mustSolve(t, pendulum, start, t0, t1, DormandPrince8, &Settings{RelTol: 1e-14, AbsTol: 1e-14}).Last().X
	for _, m := range []Method{Euler, Heun, Ralston, RK4, BogackiShampine, DormandPrince} {
		var h, e []float64
		for n := 12; n <= 12<<5; n *= 2 {
			tr := mustSolve(t, pendulum, start, t0, t1, m, equal(n, t1-t0))
			if tr.Len() != n+1 {
				t.Fatalf("%v: %d states, want %d", m, tr.Len(), n+1)
			}
			h, e = append(h, 1/float64(n)), append(e, distance(tr.Last().X, ref))
		}
		slope, err := verify.FitSlope(h, e)
		if err != nil || !(math.Abs(slope.Order-float64(m.Order())) <= 0.2) {
			t.Errorf("%v: order %.3f ± %.3f (%v), errors %.3g", m, slope.Order, slope.StdErr, err, e)
		}
	}
}

func TestErrorFollowsTolerance(t *testing.T) {
	const t0, t1 = 0.7, 9.1
	ref := mustSolve(t, vanDerPol, start, t0, t1, DormandPrince8, &Settings{RelTol: 1e-14, AbsTol: 1e-14}).Last().X
	for _, m := range []Method{Heun, BogackiShampine, DormandPrince, DormandPrince8} {
		tightest := 1e-11
		if m.Order() < 4 {
			tightest = 1e-7
		}
		for tol := 1e-4; tol > tightest/2; tol /= 10 {
			got := mustSolve(t, vanDerPol, start, t0, t1, m, &Settings{RelTol: tol, AbsTol: tol}).Last().X
			if e := distance(got, ref); !(e < 40*tol) {
				t.Errorf("%v at tolerance %.0e: error %.2g", m, tol, e)
			}
		}
	}
}

// A step costs the same whatever its length, and an error that falls like h^p
// makes h go like tol^(1/p).
func TestWorkGrowsWithTolerance(t *testing.T) {
	for _, m := range []Method{BogackiShampine, DormandPrince, DormandPrince8} {
		var tols, calls []float64
		for tol := 1e-4; tol > 5e-10; tol /= 10 {
			n := 0
			f := func(dst []float64, t float64, x []float64) { n++; vanDerPol(dst, t, x) }
			mustSolve(t, f, start, 0.7, 30.1, m, &Settings{RelTol: tol, AbsTol: tol})
			tols, calls = append(tols, tol), append(calls, float64(n))
		}
		slope, err := verify.FitSlope(tols, calls)
		want := -1 / float64(m.Order())
		if err != nil || !(math.Abs(slope.Order-want) <= 0.2*math.Abs(want)) {
			t.Errorf("%v: work grows like tol^%.3f, want %.3f (%v): %v calls", m, slope.Order, want, err, calls)
		}
	}
}

// The Arenstorf orbit, [HNW] II.0 (0.1), (0.2): a spacecraft round earth and
// moon comes back to its start after one period.
func TestArenstorf(t *testing.T) {
	const mu = 0.012277471
	orbit := func(dst []float64, _ float64, x []float64) {
		d1 := math.Pow((x[0]+mu)*(x[0]+mu)+x[1]*x[1], 1.5)
		d2 := math.Pow((x[0]-1+mu)*(x[0]-1+mu)+x[1]*x[1], 1.5)
		dst[0], dst[1] = x[2], x[3]
		dst[2] = x[0] + 2*x[3] - (1-mu)*(x[0]+mu)/d1 - mu*(x[0]-1+mu)/d2
		dst[3] = x[1] - 2*x[2] - (1-mu)*x[1]/d1 - mu*x[1]/d2
	}
	x0 := []float64{0.994, 0, 0, -2.00158510637908252240537862224}
	const period = 17.0652165601579625588917206249
	for _, c := range []struct {
		m     Method
		steps int // at most
		miss  float64
	}{{nil, 1500, 1e-6}, {DormandPrince8, 500, 1e-6}} {
		tr := mustSolve(t, orbit, x0, 0, period, c.m, &Settings{RelTol: 1e-11, AbsTol: 1e-11})
		miss := math.Hypot(tr.Last().X[0]-x0[0], tr.Last().X[1]-x0[1])
		if !(miss < c.miss) || tr.Len() > c.steps {
			t.Errorf("%v: misses its start by %.2g after %d steps", c.m, miss, tr.Len())
		}
	}
}

func TestTimeReversal(t *testing.T) {
	for _, m := range catalog {
		settings := equal(4000, 3.1)
		tol := math.Max(1e-11, 200*math.Pow(3.1/4000, float64(m.P)))
		there := mustSolve(t, vanDerPol, start, 0.7, 3.8, m, settings).Last()
		back := mustSolve(t, vanDerPol, there.X, 3.8, 0.7, m, settings)
		if d := distance(back.Last().X, start); !(d < tol) {
			t.Errorf("%v: there and back misses by %.2g", m, d)
		}
		if back.T[0] != 3.8 || back.Last().T != 0.7 {
			t.Errorf("%v: backwards from %v to %v", m, back.T[0], back.Last().T)
		}
		// Backwards is forwards along the reversed field, bit for bit.
		reversed := func(dst []float64, t float64, x []float64) {
			vanDerPol(dst, -t, x)
			for i := range dst {
				dst[i] = -dst[i]
			}
		}
		if m.E == nil {
			continue
		}
		a := mustSolve(t, vanDerPol, start, 0.7, -1.4, m, &Settings{RelTol: 1e-5})
		b := mustSolve(t, reversed, start, -0.7, 1.4, m, &Settings{RelTol: 1e-5})
		if a.Len() != b.Len() || !slices.Equal(a.Last().X, b.Last().X) {
			t.Errorf("%v: backwards %d states to %v, reversed %d to %v", m, a.Len(), a.Last().X, b.Len(), b.Last().X)
		}
	}
}

func TestLandsExactly(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 14))
	for k := range 300 {
		m := catalog[k%len(catalog)]
		t0 := 10 * (rng.Float64() - 0.5)
		t1 := t0 + 5*(rng.Float64()-0.5)
		s := &Settings{Step: 0.01 + 0.2*rng.Float64()}
		if m.E != nil && k%2 == 0 {
			s = &Settings{RelTol: 1e-4, AbsTol: 1e-4}
		}
		tr := mustSolve(t, vanDerPol, start, t0, t1, m, s)
		if tr.T[0] != t0 || tr.Last().T != t1 {
			t.Errorf("%v from %v to %v: goes from %v to %v", m, t0, t1, tr.T[0], tr.Last().T)
		}
		for i := 1; i < tr.Len(); i++ {
			if h := math.Abs(tr.T[i] - tr.T[i-1]); s.Step > 0 && h > s.Step*(1+1e-9) {
				t.Errorf("step of %v, longer than %v", h, s.Step)
			}
		}
	}
	// From 1e5+0.3 to 0.7, start + (target - start) is not the target.
	if tr := mustSolve(t, pull, []float64{0.2}, 1e5+0.3, 0.7, RK4, &Settings{Step: 1e4}); tr.Last().T != 0.7 || tr.Len() != 11 {
		t.Errorf("ends at %v after %d states", tr.Last().T, tr.Len())
	}
	// 1.1/0.1 is 11.000000000000002: it must not cost a twelfth step.
	if n := mustSolve(t, vanDerPol, start, 0, 1.1, RK4, &Settings{Step: 0.1}).Len(); n != 12 {
		t.Errorf("%d states in 11 steps", n)
	}
	if tr := mustSolve(t, vanDerPol, start, 0.7, 0.7, nil, nil); tr.Len() != 1 || !slices.Equal(tr.X[0], start) {
		t.Errorf("an empty interval gives %v", tr)
	}
}

func TestSample(t *testing.T) {
	times := []float64{0.7, 0.71, 0.9, 1.3, 1.31, 2.05, 3.8}
	backwards := slices.Clone(times)
	slices.Reverse(backwards)
	for _, m := range catalog {
		for _, at := range [][]float64{times, backwards} {
			s := equal(500, 3.1)
			if m.E != nil {
				s = &Settings{RelTol: 1e-7, AbsTol: 1e-7}
			}
			tr, err := Sample(vanDerPol, start, at, m, s)
			if err != nil || !slices.Equal(tr.T, at) || tr.Check() != nil {
				t.Fatalf("%v: times %v, %v", m, tr.T, err)
			}
			for k, tk := range at {
				want := mustSolve(t, vanDerPol, start, at[0], tk, DormandPrince8, &Settings{RelTol: 1e-13}).Last().X
				tol := 2e-5
				if m == Euler {
					tol = 0.2
				}
				if d := distance(tr.X[k], want); !(d < tol) {
					t.Errorf("%v at t = %v: misses by %.2g", m, tk, d)
				}
			}
			if !slices.Equal(tr.X[0], start) {
				t.Errorf("%v: starts at %v", m, tr.X[0])
			}
		}
	}
	if tr, err := Sample(vanDerPol, start, []float64{0.7}, nil, nil); err != nil || tr.Len() != 1 {
		t.Errorf("one time gives %v, %v", tr, err)
	}
}

// Interpolation costs no steps: those of a sampled solution are those of Solve.
func TestSampleStepsAsSolveDoes(t *testing.T) {
	count := func(run func(f flows.Field)) (n int) {
		run(func(dst []float64, t float64, x []float64) { n++; vanDerPol(dst, t, x) })
		return n
	}
	many := make([]float64, 1001)
	for k := range many {
		many[k] = 0.7 + 0.01*float64(k)
	}
	solved := count(func(f flows.Field) { _, _ = Solve(f, start, many[0], many[1000], nil, nil) })
	sampled := count(func(f flows.Field) { _, _ = Sample(f, start, many, nil, nil) })
	if solved != sampled || solved > 2000 {
		t.Errorf("Solve asks the field %d times, Sample %d times", solved, sampled)
	}
	// A step cut short to land on a time must not make the next ones short.
	few := []float64{0.7, 1.9, 1.900001, 5.3, 10.7}
	landing := count(func(f flows.Field) { _, _ = Sample(f, start, few, DormandPrince8, nil) })
	free := count(func(f flows.Field) { _, _ = Solve(f, start, few[0], few[4], DormandPrince8, nil) })
	if landing > free+13*8 {
		t.Errorf("three landings cost %d calls more than the %d of a free run", landing-free, free)
	}
}

func TestStepsIsARestartableIterator(t *testing.T) {
	x0 := slices.Clone(start)
	seq := Steps(vanDerPol, x0, 0.7, 3.8, nil, nil)
	x0[0] = math.NaN() // Steps has its copy
	var ends [2][]float64
	for k := range ends {
		n := 0
		for s, err := range seq {
			if err != nil {
				t.Fatal(err)
			}
			if n++; k == 1 && n == 5 {
				break
			}
			ends[k] = slices.Clone(s.X)
		}
	}
	again := mustSolve(t, vanDerPol, start, 0.7, 3.8, nil, nil)
	if !slices.Equal(ends[0], again.Last().X) || !slices.Equal(ends[1], again.X[3]) {
		t.Errorf("ranging twice gives %v, want %v and %v", ends, again.Last().X, again.X[3])
	}
}

func TestStepsAllocateNothingPerStep(t *testing.T) {
	for _, c := range []struct {
		m Method
		s func(n int) *Settings
	}{
		{RK4, func(n int) *Settings { return equal(n, 1.3) }},
		{nil, func(n int) *Settings { return &Settings{MaxStep: 1.3 / float64(n)} }},
	} {
		allocs := func(n int) float64 {
			return testing.AllocsPerRun(5, func() {
				for _, err := range Steps(vanDerPol, start, 0.7, 2, c.m, c.s(n)) {
					if err != nil {
						t.Fatal(err)
					}
				}
			})
		}
		if few, many := allocs(100), allocs(3000); few != many {
			t.Errorf("%v: %g allocations in 100 steps, %g in 3000", c.m, few, many)
		}
	}
}

// One Method, many goroutines: the results are those of one (run with -race).
func TestMethodsAreShared(t *testing.T) {
	for _, m := range catalog {
		want := fmt.Sprint(mustSolve(t, vanDerPol, start, 0.7, 2.4, m, equal(40, 1.7)).X)
		got := make(chan string)
		for range 8 {
			go func() {
				tr, err := Solve(vanDerPol, start, 0.7, 2.4, m, equal(40, 1.7))
				if err != nil {
					got <- err.Error()
					return
				}
				got <- fmt.Sprint(tr.X)
			}()
		}
		for range 8 {
			if g := <-got; g != want {
				t.Errorf("%v: a goroutine gets another trajectory", m)
			}
		}
	}
}

// Linear flows have a closed form: random ones, of every size from 0.
func TestLinearFlows(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 7))
	for k := range 100 {
		n := k % 6
		rate, x0 := make([]float64, n), make([]float64, n)
		for i := range n {
			rate[i], x0[i] = 4*(rng.Float64()-0.6), math.Exp(20*(rng.Float64()-0.5))
		}
		f := func(dst []float64, t float64, x []float64) {
			for i := range dst {
				dst[i] = rate[i] * math.Cos(0.7*t) * x[i]
			}
		}
		t0, t1 := rng.Float64(), 2+rng.Float64()
		x := mustSolve(t, f, x0, t0, t1, nil, &Settings{RelTol: 1e-10, AbsTol: -1}).Last().X
		for i := range n {
			want := x0[i] * math.Exp(rate[i]*(math.Sin(0.7*t1)-math.Sin(0.7*t0))/0.7)
			if !(math.Abs(x[i]-want) <= 1e-8*want) {
				t.Errorf("rate %v: %v, want %v", rate[i], x[i], want)
			}
		}
	}
}
