package hopfield

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hopflow/internal/trials"
	"hopflow/lyapunov/activation"
)

// x = tanh(g(2x + b)), one unit: a fold where the slope 2g(1 - x²) is 1, which the
// branch is followed round.
func TestBranchFolds(t *testing.T) {
	c, err := NewContinuous(mat.NewDense(1, 1, []float64{2}), []float64{0.3}, activation.NewTanh(1))
	if err != nil {
		t.Fatal(err)
	}
	// From the left-hand memory at a large gain down to its fold, and back up
	// along the saddle.
	b, err := c.Continue([]float64{-0.9}, 3, 0.2, 0.01)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Folds) != 1 || b.Gain[b.Len()-1] != 3 {
		t.Fatalf("folds %v, ends at %v; want one fold, and the end at the gain 3 again", b.Folds, b.Gain[b.Len()-1])
	}
	k := b.Folds[0]
	if math.Abs(b.Lambda[k]-1) > 0.05 {
		t.Errorf("λ_max = %v at the fold, want 1", b.Lambda[k])
	}
	stable, unstable := b.StableParts()
	if len(stable) != 1 || len(unstable) != 1 {
		t.Errorf("%d stable and %d unstable pieces, want one each", len(stable), len(unstable))
	}
	curve := b.Component(0)
	for k := range curve.Len() {
		g, x := curve.XY(k)
		if gap := math.Abs(x - math.Tanh(g*(2*x+0.3))); gap > 1e-12 {
			t.Fatalf("point %d misses the equation by %v", k, gap)
		}
	}
}

// From small gain the branch of the one global equilibrium leads, on random
// networks, to an equilibrium that the enumeration knows.
func TestBranchAgainstEquilibria(t *testing.T) {
	for i := range trials.Of(t, 40) {
		c, _, _ := contRandomUpTo(t, 3, 61, uint64(i))
		b, err := c.Continue(make([]float64, c.n), 0.01, 2, 0.05)
		if err != nil {
			t.Fatalf("case %d: %v", i, err)
		}
		last := b.Len() - 1
		if b.Gain[last] != 2 {
			t.Fatalf("case %d: the branch ends at the gain %v", i, b.Gain[last])
		}
		all, err := c.WithGain(2).Equilibria()
		if err != nil {
			t.Fatalf("case %d: %v", i, err)
		}
		e := equilibriumAt(all, b.States[last])
		if e == nil || math.Abs(e.Stability.Lambda-b.Lambda[last]) > 1e-9 {
			t.Fatalf("case %d: the branch ends at %v, which is not among the %d equilibria", i, b.States[last], len(all))
		}
		for k := range last {
			if d := floats.Distance(b.States[k], b.States[k+1], 2); d > 0.25 {
				t.Fatalf("case %d: a jump of %v", i, d)
			}
		}
	}
}

// The pitchfork of W12 = 2, b = 0 at the gain 1/2: the branch x = 0 passes it and
// loses its stability there.
func TestBranchPassesPitchfork(t *testing.T) {
	c, err := NewContinuous(mat.NewDense(2, 2, []float64{0, 2, 2, 0}), nil, activation.NewTanh(1))
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Continue([]float64{0, 0}, 0.1, 1.03, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	for k, g := range b.Gain {
		if floats.Norm(b.States[k], 2) > 1e-12 || math.Abs(b.Lambda[k]-2*g) > 1e-12 {
			t.Fatalf("gain %v: x = %v, λ_max = %v, want 0 and 2g", g, b.States[k], b.Lambda[k])
		}
	}
	if gain, err := c.ConvexGain(); err != nil || gain != 0.5 {
		t.Errorf("convex gain %v, %v, want 1/2", gain, err)
	}
	if _, err := c.Continue([]float64{0, 0}, 1, 1, 0); err == nil || !strings.Contains(err.Error(), "two different") {
		t.Errorf("no interval of gains: %v", err)
	}
	if _, err := c.Continue([]float64{0, 0}, 0, 1, -1); err == nil || !strings.Contains(err.Error(), "step of -1") {
		t.Errorf("negative step: %v", err)
	}
}

// DW has eigenvalues ±2i g at 0 for W = [[2 -4] [2 -2]], real parts below 1: with one
// τ the point is stable, with τ = (1, 10) it is not above g = 11/18: the trace of
// T⁻¹(gW - 1) is 2g - 1 - (2g + 1)/10.
func TestBranchStabilityDependsOnTau(t *testing.T) {
	for _, c := range []struct {
		tau    []float64
		border float64
	}{{[]float64{3}, math.Inf(1)}, {[]float64{1, 10}, 11. / 18}} {
		net, err := NewAsymmetric(mat.NewDense(2, 2, []float64{2, -4, 2, -2}), nil, activation.NewTanh(1), c.tau...)
		if err != nil {
			t.Fatal(err)
		}
		b, err := net.Continue([]float64{0, 0}, 0.1, 1.2, 0.01)
		if err != nil {
			t.Fatal(err)
		}
		for k, g := range b.Gain {
			if b.Stable[k] != (g < c.border) || math.Abs(b.Lambda[k]) > 1e-7 {
				t.Errorf("τ = %v: at the gain %v stable is %v, Λ = %v", c.tau, g, b.Stable[k], b.Lambda[k])
			}
		}
		if _, unstable := b.StableParts(); len(unstable) != len(c.tau)-1 {
			t.Errorf("τ = %v: %d unstable parts", c.tau, len(unstable))
		}
	}
}

// A small bias breaks the same pitchfork up: the branch from small gain is stable all
// the way, however small the gap is against the step; that of the other memory turns
// back at a fold and ends at the saddle.
func TestBranchKeepsClear(t *testing.T) {
	for _, bias := range []float64{1e-8, 1e-6, 1e-4, 1e-2} {
		c, err := NewContinuous(mat.NewDense(2, 2, []float64{0, 2, 2, 0}), []float64{bias, 2 * bias}, activation.NewTanh(1))
		if err != nil {
			t.Fatal(err)
		}
		b, err := c.Continue([]float64{0, 0}, 0.1, 1.03, 0.1)
		if err != nil {
			t.Fatal(err)
		}
		curve := b.Component(0)
		if _, x := curve.XY(curve.Len() - 1); !curve.Stable || len(b.Folds) != 0 || x < 0.9 {
			t.Errorf("bias %g: stable %v, folds %v, x = %v at the end; want the memory", bias, curve.Stable, b.Folds, x)
		}
	}
	for _, bias := range []float64{1e-6, 1e-4, 1e-2} {
		c, err := NewContinuous(mat.NewDense(2, 2, []float64{0, 2, 2, 0}), []float64{bias, 2 * bias}, activation.NewTanh(1))
		if err != nil {
			t.Fatal(err)
		}
		b, err := c.Continue([]float64{-0.96, -0.96}, 1.03, 0.1, 0.1)
		if err != nil {
			t.Fatal(err)
		}
		curve := b.Component(0)
		if g, x := curve.XY(curve.Len() - 1); curve.Stable || len(b.Folds) != 1 || g != 1.03 || math.Abs(x) > 0.02 {
			t.Errorf("bias %g: folds %v, x = %v at the gain %v; want one fold, and the saddle", bias, b.Folds, x, g)
		}
	}
}
