package training

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/optimize"
)

// rosenbrock has its minimum, 0, at (1, 1), at the end of a bent valley.
func rosenbrock(g, th []float64, _ int) (float64, error) {
	x, y := th[0], th[1]
	g[0] = -2*(1-x) - 400*x*(y-x*x)
	g[1] = 200 * (y - x*x)
	return (1-x)*(1-x) + 100*(y-x*x)*(y-x*x), nil
}

func TestMinimise(t *testing.T) {
	for name, m := range map[string]optimize.Method{"default": nil, "BFGS": &optimize.BFGS{}, "L-BFGS": &optimize.LBFGS{}, "CG": &optimize.CG{}} {
		theta := []float64{-1.2, 1}
		r, err := Minimise(rosenbrock, theta, m, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if math.Abs(theta[0]-1) > 1e-7 || math.Abs(theta[1]-1) > 1e-7 || !slices.Equal(r.X, theta) {
			t.Errorf("%s: θ = %v, result %v", name, theta, r.X)
		}
		again := []float64{-1.2, 1}
		if _, err := Minimise(rosenbrock, again, m, nil); err != nil || !slices.Equal(theta, again) {
			t.Errorf("%s: %v, then %v, %v", name, theta, again, err)
		}
	}
}

// One evaluation serves the value and the gradient that are asked for apart.
func TestMinimiseEvaluatesOnce(t *testing.T) {
	calls := 0
	count := func(g, th []float64, step int) (float64, error) {
		calls++
		return rosenbrock(g, th, step)
	}
	r, err := Minimise(count, []float64{-1.2, 1}, &optimize.BFGS{}, nil)
	if err != nil || calls > r.FuncEvaluations+2 {
		t.Errorf("%d calls for %d values and %d gradients, %v", calls, r.FuncEvaluations, r.GradEvaluations, err)
	}
}

func TestMinimiseSaysWhyItStopped(t *testing.T) {
	theta := []float64{-1.2, 1}
	_, err := Minimise(rosenbrock, theta, nil, &optimize.Settings{MajorIterations: 3})
	if !errors.Is(err, ErrNotConverged) || !strings.Contains(err.Error(), "IterationLimit after 3 iterations") {
		t.Errorf("limit: %v", err)
	}
	start, _ := rosenbrock(make([]float64, 2), []float64{-1.2, 1}, 0)
	if f, _ := rosenbrock(make([]float64, 2), theta, 0); f >= start {
		t.Errorf("no partial result: loss %v at %v, %v at the start", f, theta, start)
	}
	wrong := func(g, th []float64, step int) (float64, error) {
		f, err := rosenbrock(g, th, step)
		g[0], g[1] = -g[0], -g[1]
		return f, err
	}
	if _, err = Minimise(wrong, []float64{-1.2, 1}, nil, nil); !errors.Is(err, ErrNotConverged) || !strings.Contains(err.Error(), "not that of the loss") {
		t.Errorf("wrong sign of the gradient: %v", err)
	}
	slope := func(g, th []float64, _ int) (float64, error) { g[0] = 1; return th[0], nil }
	if _, err = Minimise(slope, []float64{0}, nil, nil); !errors.Is(err, ErrNotConverged) {
		t.Errorf("unbounded below: %v", err)
	}
	nan := func(g, _ []float64, _ int) (float64, error) { g[0] = 1; return math.NaN(), nil }
	if _, err = Minimise(nan, []float64{0}, nil, nil); !errors.Is(err, ErrLoss) {
		t.Errorf("NaN at the start: %v", err)
	}
}

// The objective exists for θ < 2 only, and the minimum at 1.9 is near the edge:
// the line search steps back.
func TestMinimiseStepsBackFromFailures(t *testing.T) {
	refused := 0
	edge := func(g, th []float64, _ int) (float64, error) {
		if th[0] >= 2 {
			refused++
			return -100, errors.New("outside") // a loss that comes with an error is none
		}
		g[0] = -1 + 0.1/(2-th[0])
		return -th[0] - 0.1*math.Log(2-th[0]), nil
	}
	for name, m := range map[string]optimize.Method{"BFGS": &optimize.BFGS{}, "L-BFGS": nil} {
		refused = 0
		theta := []float64{1.5}
		if _, err := Minimise(edge, theta, m, nil); err != nil || math.Abs(theta[0]-1.9) > 1e-8 {
			t.Errorf("%s: θ = %v, want 1.9: %v", name, theta, err)
		}
		if refused == 0 {
			t.Errorf("%s never left the domain: the test tests nothing", name)
		}
	}
}
