package mirror

import (
	"errors"
	"math"
	"strings"
	"testing"

	"hopflow/lyapunov"
)

func TestErrors(t *testing.T) {
	inside := []float64{0.2, 0.55, 0.9}
	nan := edited{generic, func(g, x []float64) { g[1] = math.NaN() }}
	worse := edited{generic, func(g, x []float64) {
		for i := range g {
			g[i] = -g[i]
		}
	}}
	for name, c := range map[string]struct {
		f      lyapunov.Energy
		x0     []float64
		m      Method
		reason error
		text   string
	}{
		"outside":        {generic, []float64{0.2, 1.5, 0.9}, Descent{Map: cubeMap, Rule: Fixed(0.1)}, ErrDomain, "coordinate 1 is 1.5"},
		"on the wall":    {generic, []float64{0.2, 0.5, 1}, Natural{Map: cubeMap, Rule: Fixed(0.1)}, ErrDomain, "coordinate 2 is 1"},
		"NaN start":      {generic, []float64{math.NaN(), 0.5, 0.5}, Descent{Map: Euclidean(3), Rule: Fixed(0.1)}, ErrDomain, "coordinate 0 is NaN"},
		"no solution":    {parabola{[][]float64{{0}}, []float64{30}}, []float64{0.5}, Descent{Map: Softplus(1), Rule: Fixed(0.1)}, ErrNoSolution, "BitEntropy instead of Softplus"},
		"barrier":        {parabola{[][]float64{{0}}, []float64{30}}, []float64{0.5}, Descent{Map: LogBarrier(1), Rule: Fixed(0.1)}, ErrNoSolution, "shorten the step"},
		"NaN gradient":   {nan, inside, Descent{Map: cubeMap, Rule: Fixed(0.1)}, ErrGradient, "coordinate 1 is NaN"},
		"NaN, natural":   {nan, inside, Natural{Map: cubeMap, Rule: Fixed(0.1)}, ErrGradient, "coordinate 1 is NaN"},
		"NaN, averaging": {nan, inside, DualAveraging{Map: cubeMap, Rule: Fixed(0.1)}, ErrGradient, "coordinate 1 is NaN"},
		"NaN, fast":      {nan, inside, Accelerated{Map: cubeMap, S: 0.1}, ErrGradient, "coordinate 1 is NaN"},
		"h = 0":          {generic, inside, Descent{Map: cubeMap, Rule: Fixed(0)}, ErrStep, "give h > 0"},
		"h < 0":          {generic, inside, Natural{Map: cubeMap, Rule: Fixed(-1)}, ErrStep, "give h > 0"},
		"h = NaN":        {generic, inside, DualAveraging{Map: cubeMap, Rule: InverseSqrt(math.NaN())}, ErrStep, "give h > 0"},
		"h = Inf":        {generic, inside, Descent{Map: cubeMap, Rule: LineSearch{First: math.Inf(1)}}, ErrStep, "give h > 0"},
		"s = 0":          {generic, inside, Accelerated{Map: cubeMap}, ErrStep, "give h > 0"},
		"uphill":         {worse, inside, Descent{Map: cubeMap, Rule: LineSearch{}}, ErrLineSearch, "gradient is that of the energy"},
		"uphill natural": {worse, inside, Natural{Map: cubeMap, Rule: LineSearch{}}, ErrLineSearch, "gradient is that of the energy"},
		"empty set":      {generic, inside, Descent{Map: cubeMap, Set: Cube(3, 2, 3), Rule: Fixed(0.1)}, ErrEmpty, "interval 0"},
		"infinite f":     {parabola{[][]float64{{1e300}}, []float64{0}}, []float64{1e100}, Descent{Map: Euclidean(1), Rule: Fixed(0.1)}, ErrEnergy, "value +Inf"},
		"blow-up":        {parabola{[][]float64{{9}}, []float64{0}}, []float64{1}, Descent{Map: Euclidean(1), Rule: Fixed(9e150)}, ErrEnergy, "shorten the step"},
	} {
		p, err := Solve(c.f, c.x0, c.m, 5)
		if !errors.Is(err, c.reason) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v, want %v with %q", name, err, c.reason, c.text)
		}
		for k := range p.F {
			if notFinite(p.F[k]) || notFinite(norm(p.X[k])) {
				t.Errorf("%s: iterate %d is not finite: %v", name, k, p.At(k))
			}
		}
	}
}

// edited has the gradient of an energy, changed.
type edited struct {
	lyapunov.Energy
	edit func(g, x []float64)
}

func (e edited) Gradient(dst, x []float64) {
	e.Energy.Gradient(dst, x)
	e.edit(dst, x)
}
