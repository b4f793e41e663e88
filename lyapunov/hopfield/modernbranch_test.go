package hopfield

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestPitchfork(t *testing.T) {
	m, err := NewSoftmax(mat.NewDense(2, 1, []float64{1, -1}), 0.5, nil)
	if err != nil {
		t.Fatal(err)
	}
	branches, err := m.Diagram(0.4, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(branches) != 3 {
		t.Fatalf("%d branches, want the middle and two arms", len(branches))
	}
	middle := branches[0]
	if len(middle.Events) != 1 || middle.Events[0].Fold || math.Abs(middle.Events[0].Sharpness-1) > 1e-8 {
		t.Fatalf("events %+v, want a branch point at β = 1", middle.Events)
	}
	for _, p := range middle.Points {
		if math.Abs(p.X[0]) > 1e-12 || p.Stable() != (p.Sharpness < 1) {
			t.Errorf("β = %g: x = %g, stable %v", p.Sharpness, p.X[0], p.Stable())
		}
	}
	for _, arm := range branches[1:] {
		if end := arm.Points[len(arm.Points)-1]; arm.Points[0].Sharpness > 1+1e-8 || end.Sharpness != 3 || len(arm.Events) != 0 {
			t.Errorf("an arm from β = %g to %g with events %v", arm.Points[0].Sharpness, end.Sharpness, arm.Events)
		}
		for _, p := range arm.Points[1:] {
			if math.Abs(p.X[0]-math.Tanh(p.Sharpness*p.X[0])) > 1e-12 || p.Sharpness < 1 || !p.Stable() {
				t.Errorf("β = %g: x = %g, stable %v", p.Sharpness, p.X[0], p.Stable())
			}
		}
	}
	if branches[1].Points[9].X[0]*branches[2].Points[9].X[0] > 0 {
		t.Error("the arms are on one side")
	}
	curves := middle.Curves(func(p BranchPoint) float64 { return p.X[0] })
	if len(curves) != 2 || !curves[0].Stable || curves[1].Stable || curves[0].Len()+curves[1].Len() != len(middle.Points)+1 {
		t.Errorf("%d curves of the middle, want a stable and an unstable one", len(curves))
	}
}

// With a bias the pitchfork breaks up: x = tanh(β(x + δ/2)) has a fold where also
// 1 = β(1 - x²).
func TestFold(t *testing.T) {
	const delta = 0.1
	m, err := NewSoftmax(mat.NewDense(2, 1, []float64{1, -1}), 0.5, &ModernSettings{Bias: []float64{delta, 0}})
	if err != nil {
		t.Fatal(err)
	}
	branches, err := m.Diagram(0.4, 6, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(branches) != 2 || len(branches[0].Events) != 0 || len(branches[1].Events) != 1 {
		t.Fatalf("%d branches, want one without events and one with a fold", len(branches))
	}
	e := branches[1].Events[0]
	x := e.X[0]
	if !e.Fold || e.Kind() != "fold" || math.Abs(x-math.Tanh(e.Sharpness*(x+delta/2))) > 1e-12 || math.Abs(e.Sharpness*(1-x*x)-1) > 1e-6 {
		t.Errorf("fold %+v, 1 - β(1-x²) = %g", e, 1-e.Sharpness*(1-x*x))
	}
	// The branch comes from the lost pattern at β = 6 and returns there, unstable.
	last := branches[1].Points[len(branches[1].Points)-1]
	if branches[1].Points[0].Sharpness != 6 || last.Sharpness != 6 || !branches[1].Points[0].Stable() || last.Stable() {
		t.Errorf("from β = %g to %g", branches[1].Points[0].Sharpness, last.Sharpness)
	}
	one, err := m.WithSharpness(6).Branch(branches[1].Points[0].X, 0.4, nil)
	if err != nil || len(one.Events) != 1 || math.Abs(one.Events[0].Sharpness-e.Sharpness) > 1e-8 {
		t.Errorf("the branch alone: %v, %v", one.Events, err)
	}
}

// Patterns of equal standing lose their mean together: -1 + β/n has multiplicity
// n-1. Two similar ones and a third merge in two steps.
func TestDiagrams(t *testing.T) {
	for n := 3; n <= 5; n++ {
		w := mat.NewDense(n, n, nil)
		for i := range n {
			w.Set(i, i, 1)
		}
		m, err := NewSoftmax(w, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		branches, err := m.Diagram(1, 12, nil)
		if err != nil {
			t.Fatal(err)
		}
		if e := branches[0].Events; len(e) != 1 || e[0].Crossing != n-1 || math.Abs(e[0].Sharpness/float64(n)-1) > 1e-8 {
			t.Errorf("n = %d: the mean has events %+v, want one of %d rates at β = n", n, e, n-1)
		}
		if stable := stableAt(branches, 12); stable != n {
			t.Errorf("n = %d: %d stable equilibria at β = 12, want %d", n, stable, n)
		}
	}
	w := mat.NewDense(3, 3, []float64{1, 0, 0, 0.96, 0.28, 0, 0, 0, 1})
	m, err := NewSoftmax(w, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	branches, err := m.Diagram(1, 120, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		beta float64
		want int
	}{{1.5, 1}, {8, 2}, {110, 3}} {
		if got := stableAt(branches, c.beta); got != c.want {
			t.Errorf("β = %g: %d stable equilibria, want %d", c.beta, got, c.want)
		}
	}
	// The similar two have |v_0 - v_1|² = 0.08 and stand alone at large β: their mean
	// splits in a pitchfork at β |v_0 - v_1|² = 4.
	split := 0
	for _, b := range branches {
		for _, e := range b.Events {
			if !e.Fold && math.Abs(e.Sharpness-50) < 1e-3 {
				split++
			}
		}
		for _, p := range b.Points {
			if p.Residual > 1e-11 {
				t.Fatalf("|∇E| = %g at β = %g", p.Residual, p.Sharpness)
			}
		}
	}
	if split != 1 {
		t.Errorf("%d pitchforks at β = 50, want one", split)
	}
}

// A third pattern off the axis of two similar ones breaks their pitchfork up into a
// branch without events and one with a fold, where the rate does vanish; between the
// two is a gap below the step. On the axis they cross.
func TestImperfectPitchfork(t *testing.T) {
	for _, third := range []float64{160, 170, 175, 190, 205, 220, 235, 250, 265} {
		w := mat.NewDense(3, 2, nil)
		for k, degrees := range []float64{45, 85, third} {
			sin, cos := math.Sincos(degrees * math.Pi / 180)
			w.SetRow(k, []float64{cos, sin})
		}
		m, err := NewSoftmax(w, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		branches, err := m.Diagram(0.8, 16, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(branches) != 3 || len(branches[0].Events) != 0 || !branches[0].Points[len(branches[0].Points)-1].Stable() {
			t.Fatalf("third pattern at %v°: %d branches, events of the first %+v; want three, and no events of a stable first", third, len(branches), branches[0].Events)
		}
		for _, b := range branches[1:] {
			if len(b.Events) != 1 || !b.Events[0].Fold {
				t.Fatalf("third pattern at %v°: events %+v, want one fold", third, b.Events)
			}
			e := b.Events[0]
			if rate := m.WithSharpness(e.Sharpness).Rates(e.X)[1]; math.Abs(rate) > 1e-7 {
				t.Errorf("third pattern at %v°: the rate is %g at the fold", third, rate)
			}
			for i, p := range b.Points[1:] {
				if modernDistance(p.X, b.Points[i].X) > 0.051 {
					t.Errorf("third pattern at %v°: a jump near β = %v", third, p.Sharpness)
				}
			}
		}
		if fold := branches[1].Events[0].Sharpness; fold < 8.54 || fold > 8.6 || stableAt(branches, 15) != 3 {
			t.Errorf("third pattern at %v°: a fold at β = %v and %d memories at 15", third, fold, stableAt(branches, 15))
		}
	}
}

// stableAt counts the stable pieces of branches that pass the sharpness.
func stableAt(branches []*ModernBranch, beta float64) (count int) {
	for _, b := range branches {
		for i, p := range b.Points[1:] {
			last := b.Points[i]
			if p.Stable() && last.Stable() && (p.Sharpness-beta)*(last.Sharpness-beta) < 0 {
				count++
			}
			if p.Sharpness == beta && p.Stable() {
				count++
			}
		}
		if b.Points[0].Sharpness == beta && b.Points[0].Stable() {
			count++
		}
	}
	return count
}

func TestBranchRefuses(t *testing.T) {
	m, err := NewSoftmax(mat.NewDense(2, 1, []float64{1, -1}), 0.5, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Diagram(0.4, 3, &BranchSettings{Points: 4}); err == nil {
		t.Error("four points suffice")
	}
	if _, err := m.Diagram(0.4, 3, &BranchSettings{Branches: 1}); err == nil {
		t.Error("one branch suffices")
	}
	if _, err := m.Branch([]float64{math.NaN()}, 2, nil); err == nil {
		t.Error("a branch from NaN")
	}
	modernPanics(t, "to = from", func() { m.Branch([]float64{0}, 0.5, nil) })
	modernPanics(t, "lo = hi", func() { m.Diagram(2, 2, nil) })
	modernPanics(t, "negative step", func() { m.Diagram(1, 2, &BranchSettings{Step: -1}) })
}
