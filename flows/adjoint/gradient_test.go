package adjoint

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hopflow/flows/ode"
	"hopflow/internal/trials"
	"hopflow/lyapunov/activation"
)

// aRandomModel is a network of one to three layers that may depend on time.
func aRandomModel(rng *rand.Rand) (*Network, []float64) {
	sigma := []activation.Function{activation.NewTanh(1), activation.NewTanh(0.7), activation.NewArctan(1.1), activation.NewRectifier(0.2, 2), logistic}
	d := 1 + rng.IntN(3)
	var layers []Layer
	width := d
	for k := rng.IntN(3); k >= 0; k-- {
		next := 1 + rng.IntN(4)
		if k == 0 {
			next = d
		}
		affine := []Layer{Affine(width, next), TimeAffine(width, next), Linear(width, next)}[rng.IntN(3)]
		layers = append(layers, affine)
		if k > 0 || rng.IntN(2) == 0 {
			layers = append(layers, Activation(sigma[rng.IntN(len(sigma))]))
		}
		width = next
	}
	switch rng.IntN(3) {
	case 0:
		layers = []Layer{Leak(0.5+rng.Float64(), layers...)}
	case 1:
		layers = []Layer{Relax(0.5+rng.Float64(), layers...)}
	}
	m := Layers(layers...)
	theta := m.Glorot(rng.Uint64())
	for j := range theta {
		theta[j] += 0.2 * rng.NormFloat64()
	}
	return m, theta
}

// shifting is the running loss t sin(mean θ² + mean x²): it depends on all.
type shifting struct{}

func (shifting) phase(x, theta []float64) float64 {
	return dot(theta, theta)/float64(len(theta)) + dot(x, x)/float64(len(x))
}

func (r shifting) Value(t float64, x, theta []float64, _ int) float64 {
	return t * math.Sin(r.phase(x, theta))
}

func (r shifting) Pull(dx, dtheta []float64, weight, t float64, x, theta []float64, _ int) float64 {
	sin, cos := math.Sincos(r.phase(x, theta))
	addScaled(dx, 2*weight*t*cos/float64(len(x)), x)
	if dtheta != nil {
		addScaled(dtheta, 2*weight*t*cos/float64(len(theta)), theta)
	}
	return weight * sin
}

var methods = []*ode.Tableau{ode.Euler, midpoint, ode.Heun, ode.Ralston, ode.RK4, ode.BogackiShampine, ode.DormandPrince, ode.DormandPrince8}

// aRandomProblem is a loss of a random network: at the end, along the way, at
// times between, in any combination, with equal or free steps.
func aRandomProblem(rng *rand.Rand) (p *Problem, x0, theta []float64) {
	m, theta := aRandomModel(rng)
	p = &Problem{Model: m, T0: rng.NormFloat64(), Batch: rng.IntN(4), Method: methods[rng.IntN(len(methods))]}
	p.T1 = p.T0 + (0.3+rng.Float64())*[]float64{1, 1, -1}[rng.IntN(3)]
	p.Settings = &ode.Settings{Step: 0.2 + 0.3*rng.Float64()}
	if p.Method.E != nil && rng.IntN(2) == 0 {
		p.Settings = &ode.Settings{RelTol: 1e-2, AbsTol: 1e-2}
	}
	n := m.Dim() * max(p.Batch, 1)
	state := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		return x
	}
	weights := func(n int) []float64 {
		w := make([]float64, n)
		for i := range w {
			w[i] = rng.Float64()
		}
		return w
	}
	which := 1 + rng.IntN(7)
	if which&1 != 0 {
		p.Terminal = SquaredDistance(state(n))
	}
	if which&2 != 0 {
		p.Running = []Running{Along(rng.Float64(), SquaredDistance(state(m.Dim()))), shifting{}, Penalty{Rate: 1}}[rng.IntN(3)]
	}
	if which&4 != 0 {
		for range 1 + rng.IntN(3) {
			share := []float64{0, rng.Float64(), rng.Float64(), 1}[rng.IntN(4)]
			at := p.T0 + (p.T1-p.T0)*share
			if rng.IntN(4) == 0 || share == 1 { // not where T1 would be without rounding
				at = p.T1
			}
			p.Observed = append(p.Observed, Observation{T: at, Loss: Quadratic{Target: state(m.Dim()), Weight: weights(m.Dim())}})
		}
	}
	return p, state(n), theta
}

// numbers returns all the derivatives in a row.
func (g *Gradient) numbers() []float64 {
	return append(append(append([]float64(nil), g.X0...), g.Theta...), g.T0, g.T1)
}

// Of a thousand models none misses by 1e-14. Of many more, one in 500 may:
// the real parts of a complex step are rounded elsewhere, and some losses are
// ill-conditioned.
func TestGradientIsThatOfTheComputedLoss(t *testing.T) {
	const models, quarters = 1000, 4
	allowed := models * (trials.Times(t) - 1) / 500 / quarters
	for quarter := range quarters {
		t.Run(fmt.Sprint(quarter), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(8, uint64(quarter)))
			var far []string
			imaginary, forwards := 0.0, 0.0
			for range models / quarters * trials.Times(t) {
				p, x0, theta := aRandomProblem(rng)
				i, f := threeRoads(t, p, x0, theta)
				imaginary, forwards = math.Max(imaginary, i), math.Max(forwards, f)
				if !(i <= 1e-14 && f <= 1e-14) {
					far = append(far, fmt.Sprintf("%v, %v: off by %.3g, %.3g", p.Model, p.Method, i, f))
				}
			}
			t.Logf("largest deviation %.2g from the complex step, %.2g from the forward sensitivities; %d beyond 1e-14", imaginary, forwards, len(far))
			if len(far) > allowed || !(imaginary <= 1e-12) {
				t.Errorf("%d beyond 1e-14:\n%s", len(far), strings.Join(far, "\n"))
			}
		})
	}
}

// threeRoads returns how far Gradient is from the complex step and, for one
// state, from the forward sensitivities. The losses are the same bits.
func threeRoads(t *testing.T, p *Problem, x0, theta []float64) (imaginary, forwards float64) {
	t.Helper()
	g := mustGradient(t, p, x0, theta)
	want, err := p.ComplexStep(x0, theta)
	if err != nil {
		t.Fatal(err)
	}
	if loss, err := p.Loss(x0, theta); err != nil || loss != g.Loss || loss != want.Loss {
		t.Errorf("%v: Loss %v, %v, in the gradients %v, %v", p.Model, loss, err, g.Loss, want.Loss)
	}
	imaginary = deviation(g.numbers(), want.numbers())
	if p.Batch > 1 {
		return imaginary, 0
	}
	s, err := p.Sensitivities(x0, theta)
	if err != nil {
		t.Fatal(err)
	}
	if s.Loss != g.Loss {
		t.Errorf("%v: forwards the loss is %v, backwards %v", p.Model, s.Loss, g.Loss)
	}
	return imaginary, deviation(s.numbers(), g.numbers())
}
