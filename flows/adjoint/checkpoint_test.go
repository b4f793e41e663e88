package adjoint

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"hopflow/flows/ode"
	"hopflow/internal/trials"
)

// The schedule is optimal: its steps are those of the formula, and the formula is
// the least number that dynamic programming over all schedules finds.
func TestExtraStepsAreLeast(t *testing.T) {
	const steps, most = 120, 7
	least := make([][]int, steps+1) // [l][c]
	for l := range least {
		least[l] = make([]int, most+1)
		for c := 1; c <= most && l > 1; c++ {
			best := l * (l - 1) / 2
			for m := 1; m < l && c > 1; m++ {
				best = min(best, m+least[l-m][c-1]+least[m][c])
			}
			least[l][c] = best
		}
	}
	for l := 1; l <= steps; l++ {
		for c := 1; c <= most; c++ {
			if got := ExtraSteps(l, c); got != least[l][c] {
				t.Fatalf("ExtraSteps(%d, %d) = %d, the least is %d", l, c, got, least[l][c])
			}
		}
	}
	// With one state kept every step begins again from there: l(l-1)/2.
	for _, l := range []int{3, 65_537, 70_000, 100_000} {
		if got, want := int64(ExtraSteps(l, 1)), int64(l)*int64(l-1)/2; got != want && math.MaxInt > math.MaxInt32 {
			t.Errorf("ExtraSteps(%d, 1) = %d, want %d", l, got, want)
		}
	}
	if got := ExtraSteps(1_000_000, 20); got <= 0 || got > 10_000_000 {
		t.Errorf("a million steps with 20 states take %d more", got)
	}
	if ExtraSteps(0, 3) != 0 || ExtraSteps(7, 0) != 0 {
		t.Error("no steps, or all kept, need nothing")
	}
}

// However few states are kept, the gradient has the same bits; the states kept
// and the steps repeated are counted while it runs, not computed.
func TestCheckpointsKeepTheBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 3))
	for range 20 * trials.Times(t) {
		p, x0, theta := aRandomProblem(rng)
		if rng.IntN(2) == 0 && p.Settings.Step > 0 {
			p.Settings = &ode.Settings{Step: 0.02}
		}
		p.Record = true
		want := mustGradient(t, p, x0, theta)
		for _, c := range []int{1, 2, 3, 5, want.Steps, want.Steps + 3} {
			q := *p
			q.Checkpoints = c
			g := mustGradient(t, &q, x0, theta)
			if !slices.Equal(g.numbers(), want.numbers()) || g.Loss != want.Loss || !slices.Equal(g.X1, want.X1) {
				t.Errorf("%v, %d checkpoints: other bits\n%v\n%v", p.Model, c, g.numbers(), want.numbers())
			}
			if fmt.Sprint(g.Adjoints) != fmt.Sprint(want.Adjoints) || fmt.Sprint(g.States) != fmt.Sprint(want.States) {
				t.Errorf("%v, %d checkpoints: other trajectories", p.Model, c)
			}
			if g.Stored != min(c, g.Steps) || g.Extra != ExtraSteps(g.Steps, min(c, g.Steps)) {
				t.Errorf("%d steps, %d checkpoints: %d stored, %d extra, want %d", g.Steps, c, g.Stored, g.Extra, ExtraSteps(g.Steps, c))
			}
		}
		if want.Stored != want.Steps || want.Extra != 0 {
			t.Errorf("%d steps, all kept: %d stored, %d extra", want.Steps, want.Stored, want.Extra)
		}
	}
}

// asked counts what is asked of a model.
type asked struct {
	Model
	rates, pulls *int
}

func (m asked) At(theta []float64, batch int) Evaluator {
	return &askedEvaluator{Evaluator: m.Model.At(theta, batch), asked: m}
}

type askedEvaluator struct {
	Evaluator
	asked
}

func (e *askedEvaluator) Rate(dst []float64, t float64, x, memo []float64) {
	*e.rates++
	e.Evaluator.Rate(dst, t, x, memo)
}

func (e *askedEvaluator) Pull(dx, dtheta []float64, t float64, x, memo, a []float64) float64 {
	*e.pulls++
	return e.Evaluator.Pull(dx, dtheta, t, x, memo, a)
}

// What Extra says is what the model is asked for: every step once, the extra ones
// again, every stage pulled once.
func TestExtraIsWhatTheModelIsAsked(t *testing.T) {
	var rates, pulls int
	m := asked{linear(2), &rates, &pulls}
	for _, c := range []int{0, 1, 2, 7, 40} {
		rates, pulls = 0, 0
		p := &Problem{Model: m, Method: ode.RK4, Settings: &ode.Settings{Step: 1.0 / 40}, T1: 1, Terminal: LinearLoss{1, 2}, Checkpoints: c}
		g := mustGradient(t, p, []float64{1, 2}, []float64{0, 1, -1, 0})
		if rates != 4*(40+ExtraSteps(40, c)) || pulls != 4*40 || g.Extra != ExtraSteps(40, c) {
			t.Errorf("%d checkpoints: %d rates, %d pulls, extra %d", c, rates, pulls, g.Extra)
		}
	}
}

// Memory chooses the checkpoints: all steps if they fit, else as many states as
// do; Bytes says what was taken, and never more than Memory.
func TestMemoryIsABudget(t *testing.T) {
	p := &Problem{Model: linear(8), Method: ode.RK4, Settings: &ode.Settings{Step: 0.005}, T1: 1, Terminal: LinearLoss(make([]float64, 8))}
	x0, theta := make([]float64, 8), make([]float64, 64)
	x0[0], theta[1] = 1, 0.3
	all := mustGradient(t, p, x0, theta)
	if all.Bytes != 8*200*(8+4*8) {
		t.Errorf("all steps take %d bytes", all.Bytes)
	}
	for _, memory := range []int{1 << 20, 40_000, 10_000, 400} {
		p.Memory = memory
		g := mustGradient(t, p, x0, theta)
		if !slices.Equal(g.numbers(), all.numbers()) {
			t.Errorf("%d bytes: other bits", memory)
		}
		if g.Bytes > memory || memory < all.Bytes && g.Bytes < min(memory-64, 64*g.Steps) {
			t.Errorf("%d of %d bytes used, %d states", g.Bytes, memory, g.Stored)
		}
	}
	for _, c := range []struct {
		p    Problem
		want error
	}{
		{Problem{Memory: 383}, ErrMemory},                 // one state and the stages of a step are 384
		{Problem{Memory: 400, Checkpoints: 2}, ErrMemory}, // two do not fit
		{Problem{Memory: -1}, ErrMemory},
		{Problem{Checkpoints: -1}, ErrCheckpoints},
	} {
		q := *p
		q.Memory, q.Checkpoints = c.p.Memory, c.p.Checkpoints
		if g, err := q.Gradient(x0, theta); g != nil || !errors.Is(err, c.want) {
			t.Errorf("memory %d, checkpoints %d: %v, %v", q.Memory, q.Checkpoints, g, err)
		}
	}
}

// binomial against Pascal's triangle, and where it ends.
func TestBinomial(t *testing.T) {
	const rows = 61 // C(61, 30) is below MaxInt
	row := []uint64{1}
	for n := range rows {
		for k, want := range row {
			if got := uint64(binomial(n, k)); got != want && want < math.MaxInt {
				t.Errorf("C(%d, %d) = %d, want %d", n, k, got, want)
			}
		}
		next := make([]uint64, n+2)
		for k, v := range row {
			next[k] += v
			next[k+1] += v
		}
		row = next
	}
	for _, c := range [][3]int{{3, -1, 0}, {3, 4, 0}, {80, 40, math.MaxInt}, {1000, 500, math.MaxInt}} {
		if got := binomial(c[0], c[1]); got != c[2] {
			t.Errorf("C(%d, %d) = %d, want %d", c[0], c[1], got, c[2])
		}
	}
}

// decay is x' = -θ x in so many coordinates, cheap for many steps.
func decay(d int) Func {
	return Func{D: d, P: 1,
		F: func(dst []float64, _ float64, x, th []float64) {
			for i, v := range x {
				dst[i] = -th[0] * v
			}
		},
		VJP: func(dx, dth []float64, _ float64, x, th, a []float64) float64 {
			addScaled(dx, -th[0], a)
			dth[0] -= dot(a, x)
			return 0
		}}
}

// What is allocated, by the count of the runtime, is what Bytes says, the times of
// the steps and a workspace that does not grow: with log2 n states for n steps,
// memory like log n, and at most log2 n solutions more.
func TestMemoryIsMeasured(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	const d, workspace = 256, 60_000 // bytes: 2 stages + 8 vectors, the evaluator, and what is small
	x0 := filled(d, 1)
	for _, n := range []int{100, 1_000, 10_000} {
		grid := make([]float64, n+1)
		for k := range grid {
			grid[k] = float64(k) / float64(n)
		}
		states := int(math.Ceil(math.Log2(float64(n))))
		p := &Problem{Model: decay(d), Method: ode.Heun, Grid: grid, T1: 1, Terminal: SquaredDistance(nil), Checkpoints: states}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		g := mustGradient(t, p, x0, []float64{0.7})
		runtime.ReadMemStats(&after)
		allocated := int(after.TotalAlloc - before.TotalAlloc)
		t.Logf("%d steps, %d states: %d bytes allocated, %d for states and stages; %d steps again", n, states, allocated, g.Bytes, g.Extra)
		if g.Stored != states || g.Bytes != 8*d*(states+1+2) || g.Extra > states*n {
			t.Errorf("%d steps: %d states, %d bytes, %d extra", n, g.Stored, g.Bytes, g.Extra)
		}
		if extra := allocated - g.Bytes - 8*len(grid); extra < 0 || extra > workspace {
			t.Errorf("%d steps: %d bytes allocated beyond the %d reported and the times", n, extra, g.Bytes)
		}
	}
}

// As many states as steps, and half as many, take a plan of their own length and no
// more: a call in a call for each would take the stack.
func TestManyCheckpoints(t *testing.T) {
	const n = 100_000
	for _, c := range []int{n / 2, n} {
		p := &Problem{Model: decay(1), Method: ode.Euler, Settings: &ode.Settings{Step: 1.0 / n, MaxSteps: 2 * n}, T1: 1, Terminal: LinearLoss{1}, Checkpoints: c}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		g := mustGradient(t, p, []float64{1}, []float64{0.3})
		runtime.ReadMemStats(&after)
		if g.Stored != c || g.Extra != ExtraSteps(n, c) {
			t.Errorf("%d stored, %d extra", g.Stored, g.Extra)
		}
		if grown := int64(after.StackSys) - int64(before.StackSys); grown > 4<<20 {
			t.Errorf("%d states: the stack grows by %d bytes", c, grown)
		}
	}
}

// raceDetector is set by race_test.go.
var raceDetector bool

// A sweep allocates nothing per step, and once warm nothing that grows with the
// number of steps.
func TestSweepAllocatesNothingPerStep(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	m := Layers(Leak(1, Affine(4, 4), Activation(tanh)))
	theta, x0 := m.Glorot(1), []float64{1, 2, 3, 4}
	for _, c := range []int{0, 3} {
		var allocs [2]float64
		for i, n := range []float64{10, 200} {
			p := &Problem{Model: m, Method: ode.RK4, Settings: &ode.Settings{Step: 1 / n}, T1: 1, Terminal: SquaredDistance(x0), Running: Along(1, SquaredDistance(x0)), Checkpoints: c}
			s := p.Sweep()
			allocs[i] = testing.AllocsPerRun(20, func() {
				if _, err := s.Gradient(x0, theta); err != nil {
					t.Error(err)
				}
			})
		}
		if allocs[1] > allocs[0]+1 || allocs[1] > 30 {
			t.Errorf("%d checkpoints: %v allocations for 10 and 200 steps", c, allocs)
		}
	}
}
