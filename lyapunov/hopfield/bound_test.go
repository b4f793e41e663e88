package hopfield

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestLambertW0(t *testing.T) {
	// From 40-digit arithmetic.
	for _, c := range []struct{ x, want float64 }{
		{-0.36787944117144, -0.99999988771640612313}, {-0.3678, -0.97936071495783051713}, {-0.367, -0.93239918474792821668}, {-0.36, -0.80608431597081762445}, {-0.3, -0.48940222718021493357}, {-0.2, -0.25917110181907376448}, {-0.1, -0.11183255915896297182}, {-0.001, -0.0010010015026718858443}, {-1e-10, -1.0000000001000000364e-10}, {1e-05, 9.9999000014999741519e-6}, {0.1, 0.091276527160862268943}, {0.5, 0.35173371124919582602}, {1, 0.567143290409783873}, {2.7, 0.99662873426547749887}, {3.5, 1.1302893269741358265}, {10, 1.7455280027406993831}, {1000.0, 5.2496028524015962271}, {10000000000.0, 20.028685413304950781}, {1e+100, 224.84310644511850156}, {1e+308, 702.64136203410681209}, {1.7e+308, 703.17123645148866816},
	} {
		if got := LambertW0(c.x); math.Abs(got-c.want) > 4e-16*math.Abs(c.want) {
			t.Errorf("W₀(%g) = %.17g, want %.17g", c.x, got, c.want)
		}
	}
	for x := -0.3678; x < 1e6; x += 0.01 + math.Abs(x)/3 {
		// w exp(w) amplifies an error of w by 1 + w.
		if w := LambertW0(x); math.Abs(w*math.Exp(w)-x) > 4e-16*math.Abs(x)*(2+math.Abs(w)) {
			t.Errorf("W₀(%g) = %g, w exp w = %g", x, w, w*math.Exp(w))
		}
	}
	// Up to the largest number, w + ln w = ln x.
	for x := 1e300; x < math.MaxFloat64/1.1; x *= 1.1 {
		if w := LambertW0(x); math.Abs(w+math.Log(w)-math.Log(x)) > 4e-16*w {
			t.Errorf("W₀(%g) = %.17g, w + ln w - ln x = %g", x, w, w+math.Log(w)-math.Log(x))
		}
	}
	if LambertW0(0) != 0 || LambertW0(-1/math.E) != -1 || !math.IsInf(LambertW0(math.Inf(1)), 1) || !math.IsNaN(LambertW0(-0.4)) || !math.IsNaN(LambertW0(math.NaN())) {
		t.Error("W₀ at the ends of its domain, or outside")
	}
}

func TestBoundEdges(t *testing.T) {
	one, err := NewSoftmax(mat.NewDense(1, 2, []float64{3, 4}), 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b := one.RetrievalBound(0); !b.Applies || b.Radius != 0 || b.SelfConsistent(1) != 0 || !math.IsInf(b.Separation, 1) {
		t.Errorf("a single pattern: %+v", b)
	}
	e, err := one.FixedPoint([]float64{-1, 9}, nil)
	if err != nil || e.X[0] != 3 || e.X[1] != 4 || !e.Stable() || !one.OneEquilibrium() {
		t.Errorf("the equilibrium of a single pattern is %v (%v)", e.X, err)
	}
	twins, err := NewSoftmax(mat.NewDense(2, 1, []float64{1, 1}), 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b := twins.RetrievalBound(1); !b.Applies || b.Radius != 0 || b.Separation != 0 {
		t.Errorf("twins: %+v", b)
	}
	faint, err := NewSoftmax(mat.NewDense(2, 2, []float64{1e-200, 0, 0, 1e-200}), 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b := faint.RetrievalBound(0); !b.Applies || math.Abs(b.Radius/math.Sqrt2/1e-200-1) > 1e-14 || b.OneStep != 2e-200 {
		t.Errorf("faint patterns: %+v", b)
	}
	pair, err := NewSoftmax(mat.NewDense(2, 1, []float64{1, -1}), 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if e := pair.equilibrium([]float64{0}, 0); pair.OneEquilibrium() || e.Kind() != "degenerate" || e.Stable() || e.Index() != 0 {
		t.Errorf("the pitchfork: one equilibrium %v, %s, stable %v, index %d", pair.OneEquilibrium(), e.Kind(), e.Stable(), e.Index())
	}
	tanh, err := NewModern(mat.NewDense(1, 1, []float64{1}), waves{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	modernPanics(t, "a bound without softmax", func() { tanh.RetrievalBound(0) })
	modernPanics(t, "a sharpness without softmax", func() { tanh.WithSharpness(2) })
}
