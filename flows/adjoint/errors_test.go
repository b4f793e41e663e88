package adjoint

import (
	"errors"
	"math"
	"strings"
	"testing"

	"hopflow/flows/ode"
)

// square is x' = x²: from 1 it is infinite at t = 1.
var square = Func{D: 1,
	F: func(dst []float64, _ float64, x, _ []float64) { dst[0] = x[0] * x[0] },
	VJP: func(dx, _ []float64, _ float64, x, _, a []float64) float64 {
		dx[0] += 2 * a[0] * x[0]
		return 0
	}}

// everyRoad is each function that solves a problem.
var everyRoad = append(roads[:len(roads):len(roads)], []struct {
	name string
	by   func(p *Problem, x0, theta []float64) (*Gradient, error)
}{
	{"Loss", func(p *Problem, x0, theta []float64) (*Gradient, error) {
		_, err := p.Loss(x0, theta)
		return nil, err
	}},
	{"Adjoint", func(p *Problem, x0, theta []float64) (*Gradient, error) {
		tr, err := p.Adjoint(x0, theta)
		if (tr == nil) == (err == nil) {
			panic("a trajectory or an error")
		}
		return nil, err
	}},
	{"Differences", (*Problem).Differences},
	{"checkpoints", func(p *Problem, x0, theta []float64) (*Gradient, error) {
		q := *p
		q.Checkpoints = 2
		return q.Gradient(x0, theta)
	}},
}...)

// refused reports unless every road gives the reason, with an *Error that names
// what is asked for.
func refused(t *testing.T, p *Problem, x0, theta []float64, reason error, words ...string) {
	t.Helper()
	for _, road := range everyRoad {
		g, err := road.by(p, x0, theta)
		var e *Error
		if g != nil || !errors.Is(err, reason) || !errors.As(err, &e) {
			t.Errorf("%s: %v, %v, want %v", road.name, g, err, reason)
			continue
		}
		for _, w := range words {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q does not say %q", road.name, err, w)
			}
		}
	}
}

func TestBlowUpNamesTheTime(t *testing.T) {
	p := &Problem{Model: square, T1: 2, Terminal: LinearLoss{1}}
	refused(t, p, []float64{1}, nil, ErrBlowUp, "at t = 1", "end T1 before it")
	_, err := p.Gradient([]float64{1}, nil)
	var e *Error
	if !errors.As(err, &e) || math.Abs(e.At.T-1) > 1e-9 || e.At.X[0] < 1e9 || e.Step < 10 {
		t.Errorf("%+v", e)
	}
	var cause *ode.Error
	if !errors.As(err, &cause) || !errors.Is(err, ode.ErrStepSize) && !errors.Is(err, ode.ErrNonFinite) {
		t.Errorf("the cause is lost: %v", err)
	}
	// Equal steps overshoot before they overflow: a few steps beyond.
	p.Method, p.Settings = ode.RK4, &ode.Settings{Step: 0.01}
	refused(t, p, []float64{1}, nil, ErrBlowUp, "step 10")
	if _, err := p.Gradient([]float64{1}, nil); !errors.As(err, &e) || e.At.T < 1 || e.At.T > 1.1 {
		t.Errorf("%+v", e)
	}
	for _, road := range roads { // all of them at the same place
		var other *Error
		if _, err := road.by(p, []float64{1}, nil); !errors.As(err, &other) || other.Step != e.Step || other.At.T != e.At.T || other.At.X[0] != e.At.X[0] {
			t.Errorf("%s: %+v, Gradient: %+v", road.name, other, e)
		}
	}
	// Up to there it is fine: x(t) = x0/(1 - x0 t), ∂x/∂x0 = 1/(1 - x0 t)².
	p = &Problem{Model: square, T1: 0.9, Terminal: LinearLoss{1}, Method: ode.DormandPrince8, Settings: finely}
	g := mustGradient(t, p, []float64{1}, nil)
	agrees(t, "x' = x²", append(g.X0, g.Loss, g.T1, g.T0), []float64{100, 10, 100, -100}, 1e-12)
	s, err := p.Sensitivities([]float64{1}, nil)
	if err != nil || s.StateTheta != nil {
		t.Fatalf("without parameters: ∂x/∂θ = %v, %v", s, err)
	}
	agrees(t, "∂x/∂x0 without parameters", s.StateX0.RawMatrix().Data, []float64{100}, 1e-12)
}

func TestErrorsOfInput(t *testing.T) {
	ok := Problem{Model: linear(1), T1: 1, Terminal: LinearLoss{1}, Method: ode.RK4, Settings: &ode.Settings{Step: 0.1}}
	with := func(change func(p *Problem)) *Problem {
		p := ok
		change(&p)
		return &p
	}
	one, half := []float64{1}, []float64{0.5}
	refused(t, &ok, []float64{math.NaN()}, half, ErrInput, "x0 = [NaN]")
	refused(t, &ok, one, []float64{math.Inf(-1)}, ErrInput, "θ[0] = -Inf")
	refused(t, with(func(p *Problem) { p.T1 = math.Inf(1) }), one, half, ErrInput, "T1 = +Inf")
	refused(t, with(func(p *Problem) {
		p.Observed = []Observation{{T: 0.5, Loss: LinearLoss{1}}, {T: 1.5, Loss: LinearLoss{1}}}
	}),
		one, half, ErrObservation, "observation 1 at t = 1.5, interval from 0 to 1")
	refused(t, with(func(p *Problem) { p.Observed = []Observation{{T: math.NaN(), Loss: LinearLoss{1}}} }), one, half, ErrObservation, "NaN")
	refused(t, with(func(p *Problem) { p.T0, p.T1 = 1, 0; p.Observed = []Observation{{T: -0.5, Loss: LinearLoss{1}}} }), one, half, ErrObservation)
	for _, c := range []struct {
		grid []float64
		word string
	}{
		{[]float64{}, "no times"},
		{[]float64{0, 0.5}, "goes from 0 to 0.5, the interval from 0 to 1"},
		{[]float64{0.1, 1}, "from 0.1"},
		{[]float64{0, 0.6, 0.6, 1}, "step 2 goes from 0.6 to 0.6"},
		{[]float64{0, 0.7, 0.6, 1}, "step 2 goes from 0.7 to 0.6"},
		{[]float64{0, math.NaN(), 1}, "step 1"},
		{[]float64{0, 0.4, 1}, "observation 0, at 0.5"},
	} {
		refused(t, with(func(p *Problem) { p.Grid = c.grid; p.Observed = []Observation{{T: 0.5, Loss: LinearLoss{1}}} }),
			one, half, ErrGrid, c.word, "begin at T0")
	}
	refused(t, with(func(p *Problem) { p.Settings = &ode.Settings{Step: 0.1, MaxSteps: 5} }), one, half, ode.ErrMaxSteps, "raise MaxSteps")
	refused(t, with(func(p *Problem) { p.Method, p.Settings = nil, &ode.Settings{MaxSteps: 2} }), one, half, ode.ErrMaxSteps, "raise MaxSteps")
}

// hole is a loss that is NaN beyond 2 and whose gradient is huge.
var hole = LossFunc{
	Func: func(x []float64) float64 { return math.Sqrt(2 - x[0]) },
	Grad: func(dst, _ []float64) { dst[0] = 1e308 },
}

func TestErrorsOfLosses(t *testing.T) {
	p := &Problem{Model: linear(1), T1: 1, Method: ode.RK4, Settings: &ode.Settings{Step: 0.1}}
	one, theta := []float64{1}, []float64{1} // x(1) = e
	q := *p
	q.Terminal = hole
	refused(t, &q, one, theta, ErrLoss, "L = NaN", "at t = 1")
	q = *p
	q.Observed = []Observation{{T: 0.8, Loss: hole}}
	refused(t, &q, one, theta, ErrLoss, "at t = 0.8")
	q = *p
	q.Running = Along(1, hole)
	refused(t, &q, one, theta, ErrLoss, "L = NaN")
	q = *p
	q.Terminal = hole
	for _, road := range roads {
		if g, err := road.by(&q, []float64{0.1}, []float64{2.5}); g != nil || !errors.Is(err, ErrGradient) {
			t.Errorf("%s: a gradient that overflows: %v, %v", road.name, g, err)
		}
	}
}

func TestPanics(t *testing.T) {
	ok := Problem{Model: linear(1), T1: 1, Terminal: LinearLoss{1}, Method: ode.RK4, Settings: &ode.Settings{Step: 0.1}}
	one := []float64{1}
	for _, c := range []struct {
		words string
		by    func(p *Problem)
	}{
		{"x0 has length 2, want 1", func(p *Problem) { p.Gradient([]float64{1, 2}, one) }},
		{"x0 has length 1, want 3", func(p *Problem) { p.Batch = 3; p.Gradient(one, one) }},
		{"theta has length 0, want 1", func(p *Problem) { p.Loss(one, nil) }},
		{"no model", func(p *Problem) { p.Model = nil; p.Gradient(one, one) }},
		{"no loss", func(p *Problem) { p.Terminal = nil; p.Continuous(one, one) }},
		{"negative Batch", func(p *Problem) { p.Batch = -1; p.Gradient(one, one) }},
		{"Mismatch", func(p *Problem) { p.Mismatch = math.NaN(); p.Reintegrated(one, one) }},
		{"without a loss", func(p *Problem) { p.Observed = []Observation{{T: 0.5}}; p.Gradient(one, one) }},
		{"ode: the method has no error estimate", func(p *Problem) { p.Settings = nil; p.Gradient(one, one) }},
		{"ode: length mismatch", func(p *Problem) { p.Method = &ode.Tableau{P: 1, B: []float64{1}}; p.Gradient(one, one) }},
		{"take one state", func(p *Problem) { p.Batch = 2; p.Sensitivities([]float64{1, 2}, one) }},
		{"RateComplex", func(p *Problem) { p.Model = square; p.ComplexStep(one, nil) }},
		{"linear loss has length 2, want 1", func(p *Problem) { p.Terminal = LinearLoss{1, 2}; p.Gradient(one, one) }},
		{"target has length 3, want 1", func(p *Problem) { p.Terminal = SquaredDistance([]float64{1, 2, 3}); p.Gradient(one, one) }},
		{"weight has length 2, want 1", func(p *Problem) { p.Terminal = Quadratic{Weight: []float64{1, 2}}; p.Gradient(one, one) }},
		{"do not fill the batch", func(*Problem) { LinearLoss{1}.Value(one, 0) }},
		{"nil loss", func(*Problem) { Along(1, nil) }},
		{"negative number of steps", func(*Problem) { ExtraSteps(-1, 2) }},
	} {
		p := ok
		func() {
			defer func() {
				said, _ := recover().(string)
				if !strings.Contains(said, c.words) || !strings.HasPrefix(said, "adjoint: ") && !strings.HasPrefix(said, "ode: ") {
					t.Errorf("panics with %q, want %q", said, c.words)
				}
			}()
			c.by(&p)
			t.Errorf("no panic: %s", c.words)
		}()
	}
}
