package training

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRunYieldsEveryState(t *testing.T) {
	theta := []float64{1}
	var steps []int
	var last Progress
	for p, err := range (Loop{Method: SGD{Rate: 0.25}, Objective: bowl(2), Steps: 5}).Run(theta) {
		if err != nil {
			t.Fatal(err)
		}
		if want := math.Pow(0.5, float64(p.Step)); theta[0] != want || p.Loss != want*want || p.Gradient != 2*want || p.Best != p.Loss || p.BestStep != p.Step {
			t.Errorf("step %d: θ = %v, %+v", p.Step, theta[0], p)
		}
		steps, last = append(steps, p.Step), p
	}
	if !slices.Equal(steps, []int{0, 1, 2, 3, 4, 5}) || last.Reason != Exhausted {
		t.Errorf("steps %v, end %v", steps, last.Reason)
	}
}

func TestBreakKeepsAndResumes(t *testing.T) {
	theta := []float64{1}
	loop := Loop{Method: SGD{Rate: 0.25}, Objective: bowl(2), Steps: 5}
	for p := range loop.Run(theta) {
		if p.Step == 2 {
			break
		}
	}
	if theta[0] != 0.25 {
		t.Fatalf("θ = %v at the break, want that of step 2, 0.25", theta[0])
	}
	if last, err := loop.Train(theta); err != nil || last.Step != 5 || theta[0] != math.Pow(0.5, 7) {
		t.Errorf("resumed: θ = %v, %+v, %v", theta[0], last, err)
	}
}

func TestDeterministic(t *testing.T) {
	train := func() []float64 {
		theta := []float64{1.2, -0.7}
		if _, err := (Loop{Method: Adam{Rate: 0.03}, Objective: quartic, Steps: 300, Clip: 1}).Train(theta); err != nil {
			t.Fatal(err)
		}
		return theta
	}
	if a, b := train(), train(); !slices.Equal(a, b) {
		t.Errorf("%v, then %v", a, b)
	}
}

func TestClipIsReported(t *testing.T) {
	theta := []float64{2.7, 3.6}
	var clipped []bool
	loop := Loop{Method: SGD{Rate: 1}, Objective: bowl(1, 1), Steps: 4, Clip: 2}
	for p := range loop.Run(theta) {
		if want := []float64{4.5, 2.5, 0.5, 0, 0}[p.Step]; math.Abs(p.Gradient-want) > 1e-14 {
			t.Errorf("step %d: |g| = %v, want %v, that before clipping", p.Step, p.Gradient, want)
		}
		clipped = append(clipped, p.Clipped)
	}
	if !slices.Equal(clipped, []bool{true, true, false, false, false}) {
		t.Errorf("clipped: %v", clipped)
	}
}

func TestEarlyStop(t *testing.T) {
	// The loss of a rate beyond the limit falls for no step: best is the start.
	theta := []float64{1}
	loop := Loop{Method: SGD{Rate: 1.5}, Objective: bowl(2), Steps: 100, Stop: EarlyStop{Patience: 3}}
	last, err := loop.Train(theta)
	if err != nil || last.Reason != Stalled || last.Step != 3 || last.BestStep != 0 || last.Best != 1 || theta[0] != 1 {
		t.Errorf("diverging: %+v, θ = %v, %v", last, theta, err)
	}
	// What is held out has its best value on the way: |θ - ¼| is least at step 2.
	theta = []float64{1}
	held := func(th []float64) (float64, error) { return math.Abs(th[0] - 0.25), nil }
	loop = Loop{Method: SGD{Rate: 0.25}, Objective: bowl(2), Steps: 100, Stop: EarlyStop{Patience: 4, Measure: held}}
	if last, err = loop.Train(theta); err != nil || last.BestStep != 2 || last.Step != 6 || theta[0] != 0.25 || last.Best != 0 {
		t.Errorf("held out: %+v, θ = %v, %v", last, theta, err)
	}
	// Improvements of a factor 4 do not count if 80 % are asked for.
	theta = []float64{1}
	loop = Loop{Method: SGD{Rate: 0.25}, Objective: bowl(2), Steps: 100, Stop: EarlyStop{Patience: 1, Tolerance: 0.8}}
	if last, _ = loop.Train(theta); last.Reason != Stalled || last.Step != 1 || theta[0] != 1 {
		t.Errorf("tolerance: %+v, θ = %v", last, theta)
	}
	theta = []float64{1}
	loop = Loop{Method: SGD{Rate: 0.25}, Objective: bowl(2), Steps: 100, Stop: EarlyStop{Gradient: 0.5}}
	if last, _ = loop.Train(theta); last.Reason != Stationary || last.Step != 2 {
		t.Errorf("gradient: %+v", last)
	}
	theta = []float64{1}
	loop.Stop = EarlyStop{Loss: 1.0 / 64}
	if last, _ = loop.Train(theta); last.Reason != Reached || last.Step != 3 || last.Reason.String() != "loss reached" {
		t.Errorf("loss: %+v", last)
	}
}

func TestProject(t *testing.T) {
	theta := []float64{1, 0.5}
	loop := Loop{Method: SGD{Rate: 0.25}, Objective: bowl(1, 3), Steps: 6,
		Project: func(th []float64, step int) {
			if step%2 == 0 {
				mean := (th[0] + th[1]) / 2
				th[0], th[1] = mean, mean
			}
		}}
	for p, err := range loop.Run(theta) {
		if err != nil {
			t.Fatal(err)
		}
		if equal := theta[0] == theta[1]; equal != (p.Step > 0 && p.Step%2 == 0) {
			t.Errorf("step %d: θ = %v", p.Step, theta)
		}
	}
}

func TestFailuresAreNamed(t *testing.T) {
	boom := errors.New("blow-up at t = 0.7")
	for _, c := range []struct {
		name string
		bad  func(g []float64) (float64, error)
		want error
		text string
	}{
		{"loss", func([]float64) (float64, error) { return math.Inf(1), nil }, ErrLoss, "+Inf"},
		{"gradient", func(g []float64) (float64, error) { g[1] = math.Inf(-1); return 1, nil }, ErrGradient, "component 1 of 2 is -Inf"},
		{"norm", func(g []float64) (float64, error) { g[0], g[1] = 1.5e308, -1.5e308; return 1, nil }, ErrGradient, "norm overflows"},
		{"left out", func(g []float64) (float64, error) { g[0] = 1; return 1, nil }, ErrGradient, "component 1 of 2 is NaN"},
		{"objective", func([]float64) (float64, error) { return 0, boom }, boom, "blow-up"},
	} {
		for _, at := range []int{0, 3} {
			theta := []float64{1, 2}
			objective := func(g, th []float64, step int) (float64, error) {
				if step == at {
					if c.name != "left out" {
						clear(g)
					}
					return c.bad(g)
				}
				return bowl(1, 1)(g, th, step)
			}
			last, err := (Loop{Method: SGD{Rate: 0.5}, Objective: objective, Steps: 9}).Train(theta)
			var e *Error
			if !errors.Is(err, c.want) || !errors.As(err, &e) || e.Step != at || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%s at step %d: %v", c.name, at, err)
			}
			if want := math.Pow(0.5, math.Max(0, float64(at-1))); theta[0] != want || at > 0 && last.Step != at-1 {
				t.Errorf("%s at step %d: θ = %v, last %+v: want the last good ones", c.name, at, theta, last)
			}
		}
	}
	_, err := (Loop{Method: SGD{Rate: 0.5}, Objective: bowl(1), Steps: 9, Stop: EarlyStop{
		Measure: func([]float64) (float64, error) { return math.NaN(), nil }}}).Train([]float64{1})
	if !errors.Is(err, ErrMeasure) {
		t.Errorf("measure: %v", err)
	}
	// A rate far beyond the limit ends in a named error, not in NaN.
	theta := []float64{1}
	_, err = (Loop{Method: SGD{Rate: 1e9}, Objective: bowl(1), Steps: 1000}).Train(theta)
	if !errors.Is(err, ErrLoss) || !isFinite(theta[0]) || !strings.Contains(err.Error(), "lower Rate") {
		t.Errorf("divergence: θ = %v, %v", theta, err)
	}
}

func TestBatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := Batches{N: rapid.IntRange(1, 40).Draw(t, "N"), Size: rapid.IntRange(0, 45).Draw(t, "Size"), Seed: rapid.Uint64().Draw(t, "Seed")}
		epoch := rapid.IntRange(0, 1000).Draw(t, "epoch")
		seen := make([]int, b.N)
		for k := range b.PerEpoch() {
			batch := b.At(epoch*b.PerEpoch() + k)
			if len(batch) == 0 || b.Size > 0 && len(batch) > b.Size {
				t.Fatalf("batch of %d", len(batch))
			}
			for _, i := range batch {
				seen[i]++
			}
		}
		for i, n := range seen {
			if n != 1 {
				t.Fatalf("example %d has %d turns an epoch", i, n)
			}
		}
	})
	if b := (Batches{N: 5, Size: 2, InOrder: true}); !slices.Equal(b.At(3), []int{0, 1}) || !slices.Equal(b.At(5), []int{4}) {
		t.Errorf("in order: %v, %v", b.At(3), b.At(5))
	}
	if b := (Batches{N: 5, Seed: 3}); !slices.Equal(b.At(7), []int{0, 1, 2, 3, 4}) {
		t.Errorf("all examples: %v", b.At(7))
	}
	b := Batches{N: 30, Size: 10, Seed: 1}
	if !slices.Equal(b.At(4), b.At(4)) || slices.Equal(b.At(1), b.At(4)) || slices.Equal(b.At(1), (Batches{N: 30, Size: 10, Seed: 2}).At(1)) {
		t.Error("batches must be a function of seed and step, and change with both")
	}
}
