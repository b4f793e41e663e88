package adjoint

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows"
	"hopflow/flows/ode"
)

// The states of equal steps are those of package ode.
func TestStatesAreThoseOfODE(t *testing.T) {
	base, x0, theta := twoTanh()
	base.Record = true
	for _, m := range methods {
		p := *base
		p.Method, p.Settings = m, &ode.Settings{Step: 0.1}
		g := mustGradient(t, &p, x0, theta)
		e := p.Model.At(theta, 1)
		tr, err := ode.Solve(func(dst []float64, t float64, x []float64) { e.Rate(dst, t, x, nil) }, x0, 0, 2, m, p.Settings)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(tr.T, g.States.T) || !slices.Equal(tr.T, g.Grid) {
			t.Fatalf("%v: other times", m)
		}
		for k := range tr.X {
			agrees(t, m.Name, g.States.X[k], tr.X[k], 2e-15)
		}
	}
}

// Under error control the gradient is that of the frozen sequence: to give it as
// a Grid changes no bit, and the sequence fits the tolerance.
func TestFrozenSequence(t *testing.T) {
	p, x0, theta := twoTanh()
	p.Observed = []Observation{{T: 1.3, Loss: LinearLoss{1, 1}}, {T: 0.4, Loss: LinearLoss{1, 0}}, {T: 1.3, Loss: LinearLoss{0, 2}}}
	p.Running = Along(0.5, SquaredDistance(nil))
	g := mustGradient(t, p, x0, theta)
	q := *p
	q.Grid = g.Grid
	again := mustGradient(t, &q, x0, theta)
	if !slices.Equal(g.numbers(), again.numbers()) || g.Loss != again.Loss {
		t.Error("the frozen sequence gives other bits")
	}
	for _, at := range []float64{0, 0.4, 1.3, 2} {
		if !slices.Contains(g.Grid, at) {
			t.Errorf("no step ends at %g: %v", at, g.Grid)
		}
	}
	exact := *p
	exact.Method, exact.Settings = ode.DormandPrince8, finely
	want := mustGradient(t, &exact, x0, theta)
	agrees(t, "gradient", g.numbers(), want.numbers(), 1e-6)
	agrees(t, "loss", []float64{g.Loss}, []float64{want.Loss}, 1e-7)
	// A stretch begins with the length of step that the one before ended with.
	if g.Steps > 60 {
		t.Errorf("%d steps", g.Steps)
	}
}

// A sweep that is used again gives what a new one gives, with other parameters,
// and with another number of steps.
func TestSweepIsUsedAgain(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 4))
	for range 20 {
		p, x0, theta := aRandomProblem(rng)
		p.Checkpoints = rng.IntN(3)
		s := p.Sweep()
		for range 3 {
			if _, err := s.Loss(x0, theta); err != nil {
				t.Fatal(err)
			}
			g, err := s.Gradient(x0, theta)
			if err != nil {
				t.Fatal(err)
			}
			want := mustGradient(t, p, x0, theta)
			if !slices.Equal(g.numbers(), want.numbers()) || g.Loss != want.Loss || g.Extra != want.Extra || g.Bytes != want.Bytes {
				t.Errorf("%v: %+v, anew %+v", p.Model, g, want)
			}
			for j := range theta {
				theta[j] *= 1.1
			}
		}
	}
}

// A batch is its states one by one: the mean of the losses, the sum of the
// gradients.
func TestBatchIsTheMean(t *testing.T) {
	const batch = 3
	p, _, theta := twoTanh()
	p.Method, p.Settings, p.Running = ode.RK4, &ode.Settings{Step: 0.1}, Along(1, SquaredDistance([]float64{1, 2}))
	all := []float64{0.4, -0.7, 0.2, 1, 0.3, -0.5} // two coordinates of three states
	q := *p
	q.Batch = batch
	for _, road := range roads[:3] {
		g, err := road.by(&q, all, theta)
		if err != nil {
			t.Fatal(err)
		}
		mean := &Gradient{X0: make([]float64, 2*batch), Theta: make([]float64, len(theta))}
		for k := range batch {
			one, err := road.by(p, []float64{all[k], all[batch+k]}, theta)
			if err != nil {
				t.Fatal(err)
			}
			mean.Loss += one.Loss / batch
			mean.T0 += one.T0 / batch
			mean.T1 += one.T1 / batch
			addScaled(mean.Theta, 1.0/batch, one.Theta)
			mean.X0[k], mean.X0[batch+k] = one.X0[0]/batch, one.X0[1]/batch
		}
		agrees(t, road.name, g.numbers(), mean.numbers(), 1e-14)
		agrees(t, road.name, []float64{g.Loss}, []float64{mean.Loss}, 1e-14)
	}
}

// x' = A x: dL/dA is the block on the right of exp T[[Aᵀ, r x0ᵀ], [0, Aᵀ]], and
// dL/dx0 = exp(AᵀT) r, for random A.
func TestLinearInClosedForm(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 5))
	for range 30 {
		d := 1 + rng.IntN(4)
		a, x0, c := make([]float64, d*d), make([]float64, d), make([]float64, d)
		for _, v := range [][]float64{a, x0, c} {
			for i := range v {
				v[i] = rng.NormFloat64()
			}
		}
		span := 0.2 + rng.Float64()
		p := &Problem{Model: linear(d), T0: 0.7, T1: 0.7 + span, Terminal: SquaredDistance(c), Method: ode.DormandPrince8, Settings: finely}
		var flow mat.Dense
		A := mat.NewDense(d, d, a)
		flow.Scale(span, A)
		flow.Exp(&flow)
		x1, r := mat.NewVecDense(d, nil), mat.NewVecDense(d, nil)
		x1.MulVec(&flow, mat.NewVecDense(d, x0))
		r.SubVec(x1, mat.NewVecDense(d, c))
		var dx0, both mat.Dense
		dx0.Mul(flow.T(), r)
		block := mat.NewDense(2*d, 2*d, nil)
		block.Slice(0, d, 0, d).(*mat.Dense).Copy(A.T())
		block.Slice(d, 2*d, d, 2*d).(*mat.Dense).Copy(A.T())
		block.Slice(0, d, d, 2*d).(*mat.Dense).Outer(1, r, mat.NewVecDense(d, x0))
		block.Scale(span, block)
		both.Exp(block)
		dA := mat.DenseCopyOf(both.Slice(0, d, d, 2*d)).RawMatrix().Data
		var velocity mat.VecDense
		velocity.MulVec(A, x1)
		dT := mat.Dot(r, &velocity)
		for _, road := range roads[:2] {
			g, err := road.by(p, x0, a)
			if err != nil {
				t.Fatal(err)
			}
			agrees(t, road.name, g.numbers(), append(append(slices.Clone(dx0.RawMatrix().Data), dA...), -dT, dT), 1e-11)
		}
		s, err := p.Sensitivities(x0, a)
		if err != nil {
			t.Fatal(err)
		}
		if s.Bytes != 8*d*(1+d+d*d+2) || s.Stored != 1 {
			t.Errorf("%d bytes for %d coordinates", s.Bytes, d)
		}
		agrees(t, "∂x/∂x0", s.StateX0.RawMatrix().Data, flow.RawMatrix().Data, 1e-12)
		agrees(t, "∂x/∂T1", s.StateT1, velocity.RawVector().Data, 1e-12)
		agrees(t, "-∂x/∂T0", s.StateT0, negated(velocity.RawVector().Data), 1e-12)
	}
}

func negated(v []float64) []float64 {
	out := make([]float64, len(v))
	for i := range v {
		out[i] = -v[i]
	}
	return out
}

// Logistic growth: ∂x/∂x0 = x(1-x)/(x0(1-x0)), ∂x/∂θ = T x(1-x), at any time, by
// forward sensitivities; [NH] Theorem 1 as printed gives other numbers.
func TestLogisticInClosedForm(t *testing.T) {
	const th, x0, span = 1.3, 0.2, 1.5
	p := &Problem{Model: logisticGrowth, T1: span, Terminal: SquaredDistance(nil), Method: ode.DormandPrince8, Settings: finely, Record: true}
	s, err := p.Sensitivities([]float64{x0}, []float64{th})
	if err != nil {
		t.Fatal(err)
	}
	for k, at := range s.Tangents.T {
		x := s.States.X[k][0]
		agrees(t, "sensitivities", s.Tangents.X[k], []float64{x * (1 - x) / (x0 * (1 - x0)), at * x * (1 - x)}, 1e-13)
	}
	// a(t) = a(t1) - ∫ a ∂f/∂x, the printed sign, is da/dt = +a ∂f/∂x back from t1.
	x1 := s.X1[0]
	printed, err := ode.Solve(func(dst []float64, t float64, a []float64) {
		x := x0 * math.Exp(th*t) / (1 + x0*(math.Exp(th*t)-1))
		dst[0] = a[0] * th * (1 - 2*x)
	}, []float64{x1}, span, 0, ode.DormandPrince8, finely)
	if err != nil {
		t.Fatal(err)
	}
	agrees(t, "a(0) as printed", printed.Last().X, []float64{0.441147}, 1e-5)
	if d := deviation(printed.Last().X, s.X0); d < 0.5 {
		t.Errorf("as printed it misses by %g only", d)
	}
	a, err := p.Adjoint([]float64{x0}, []float64{th})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	for k, at := range a.T {
		x := s.States.X[k][0]
		agrees(t, "a(t)", a.X[k], []float64{x1 * x1 * (1 - x1) / (x * (1 - x))}, 1e-12)
		if at == 0 && deviation(a.X[k], s.X0) > 1e-14 {
			t.Error("a(0) is not dL/dx0")
		}
	}
}

// The derivatives with respect to the ends, by moving them, where observations
// are at the ends too, and where the interval has no length.
func TestEndsOfTheInterval(t *testing.T) {
	base, x0, theta := twoTanh()
	base.T0 = 0.3
	base.Running = shifting{}
	at := func(times ...float64) (o []Observation) {
		for i, v := range times {
			o = append(o, Observation{T: v, Loss: LinearLoss{1, float64(i)}})
		}
		return o
	}
	for _, settings := range []*ode.Settings{{Step: 0.2}, {RelTol: 1e-4, AbsTol: 1e-4}} {
		for _, c := range []struct {
			t1       float64
			observed []Observation
		}{
			{2, nil}, {2, at(1)}, {2, at(0.3)}, {2, at(2)}, {2, at(0.3, 2)}, {2, at(0.3, 1.2, 2, 1.2)},
			{-1, at(0.3, 0, -1)}, {-1, nil}, {0.3, nil}, {0.3, at(0.3)},
		} {
			p := *base
			p.T1, p.Observed, p.Settings = c.t1, c.observed, settings
			g := mustGradient(t, &p, x0, theta)
			exact, err := p.ComplexStep(x0, theta)
			if err != nil {
				t.Fatal(err)
			}
			agrees(t, "complex step", g.numbers(), exact.numbers(), 1e-14)
			moved, err := p.Differences(x0, theta)
			if err != nil {
				t.Fatal(err)
			}
			agrees(t, "differences", g.numbers(), moved.numbers(), 1e-8)
			s, err := p.Sensitivities(x0, theta)
			if err != nil {
				t.Fatal(err)
			}
			agrees(t, "sensitivities", s.numbers(), g.numbers(), 1e-14)
			stored, err := p.Continuous(x0, theta)
			if err != nil {
				t.Fatal(err)
			}
			agrees(t, "continuous", stored.numbers(), g.numbers(), 1e-2)
			if len(c.observed) > 0 && c.observed[0].T == p.T0 && math.Abs(stored.T0-g.T0) > 1e-2*math.Abs(g.T0) {
				t.Errorf("%v: T0 %v, %v", c, stored.T0, g.T0)
			}
		}
	}
}

// Several observations: the adjoint jumps by their gradients.
func TestAdjointJumpsAtObservations(t *testing.T) {
	p := &Problem{Model: linear(1), T1: 3, Method: ode.DormandPrince8, Settings: finely, Observed: Observations(&flows.Trajectory{T: []float64{1, 2}, X: [][]float64{{2}, {-1}}})}
	theta := []float64{-0.4}
	a, err := p.Adjoint([]float64{1.5}, theta)
	if err != nil {
		t.Fatal(err)
	}
	x := func(t float64) float64 { return 1.5 * math.Exp(-0.4*t) }
	for k, at := range a.T {
		want := 0.0
		if at <= 2 {
			want += (x(2) + 1) * math.Exp(-0.4*(2-at))
		}
		if at <= 1 {
			want += (x(1) - 2) * math.Exp(-0.4*(1-at))
		}
		agrees(t, "a(t)", a.X[k], []float64{want}, 1e-12)
	}
	g := mustGradient(t, p, []float64{1.5}, theta)
	agrees(t, "loss", []float64{g.Loss}, []float64{(math.Pow(x(1)-2, 2) + math.Pow(x(2)+1, 2)) / 2}, 1e-12)
	if g.T1 != 0 {
		t.Errorf("nothing is observed beyond 2, but dL/dT1 = %g", g.T1)
	}
	agrees(t, "dL/dT0", []float64{g.T0}, []float64{0.4 * 1.5 * g.X0[0]}, 1e-12)
}

// The memory for every step is enough to the byte, and T1 alone can overflow.
func TestLimitsAreExact(t *testing.T) {
	p := &Problem{Model: linear(1), Method: ode.Euler, Settings: &ode.Settings{Step: 0.25}, T1: 1, Terminal: LinearLoss{1}, Memory: 8 * 4 * 2}
	if g := mustGradient(t, p, []float64{1}, []float64{1}); g.Extra != 0 || g.Bytes != p.Memory {
		t.Errorf("%+v", g)
	}
	p.Memory--
	if g := mustGradient(t, p, []float64{1}, []float64{1}); g.Extra == 0 || g.Bytes > p.Memory {
		t.Errorf("%+v", g)
	}
	p.Terminal, p.T1, p.Settings = LossFunc{Func: func(x []float64) float64 { return 1 }, Grad: func(dst, _ []float64) { dst[0] = 1e308 }}, 1e-3, &ode.Settings{Step: 1}
	if g, err := p.Gradient([]float64{100}, []float64{-1}); !errors.Is(err, ErrGradient) {
		t.Errorf("%+v, %v", g, err)
	}
}
