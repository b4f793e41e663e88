package fokkerplanck

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hopflow/internal/trials"
	"hopflow/lyapunov/freeenergy"
)

// wavy is a random energy: a confining quadratic and a few waves.
type wavy struct {
	stiff, amp, phase []float64
	wave              [][]float64
}

func (w *wavy) Dim() int { return len(w.stiff) }

func (w *wavy) Value(x []float64) float64 {
	var e float64
	for d, k := range w.stiff {
		e += k * x[d] * x[d] / 2
	}
	for m, a := range w.amp {
		s := w.phase[m]
		for d, k := range w.wave[m] {
			s += k * x[d]
		}
		e += a * math.Sin(s)
	}
	return e
}

func (w *wavy) Gradient(dst, x []float64) {
	for d, k := range w.stiff {
		dst[d] = k * x[d]
	}
	for m, a := range w.amp {
		s := w.phase[m]
		for d, k := range w.wave[m] {
			s += k * x[d]
		}
		for d, k := range w.wave[m] {
			dst[d] += a * k * math.Cos(s)
		}
	}
}

// problem is a random equation on a random grid with a random start.
type problem struct {
	grid     *freeenergy.Grid
	equation Equation
	settings Settings
	start    *freeenergy.Density
	tau      float64
	steps    int
	what     string
}

func logUniform(rng *rand.Rand, lo, hi float64) float64 {
	return lo * math.Pow(hi/lo, rng.Float64())
}

// randomProblem draws case k. Periodic axes carry whole waves and no confinement.
func randomProblem(k int) problem {
	rng := rand.New(rand.NewPCG(4, uint64(k)))
	dim := 1 + rng.IntN(3)
	most := []int{64, 14, 6}[dim-1]
	full := dim > 1 && rng.IntN(2) == 0
	e := &wavy{stiff: make([]float64, dim)}
	axes := make([]freeenergy.Axis, dim)
	circle := make([]bool, dim)
	for d := range axes {
		n := 2 + rng.IntN(most-1)
		if full {
			n = most - rng.IntN(2)
		}
		switch circle[d] = rng.IntN(4) == 0; {
		case circle[d]:
			axes[d] = freeenergy.Periodic(0, 2*math.Pi, n)
		case full || rng.IntN(2) == 0:
			axes[d] = freeenergy.Uniform(-2, 2, n).Walled()
		default:
			edges := []float64{-2}
			for range n {
				edges = append(edges, edges[len(edges)-1]+logUniform(rng, 0.02, 0.5))
			}
			axes[d] = freeenergy.Edges(edges).Walled()
		}
		if !circle[d] {
			e.stiff[d] = 5 * rng.Float64()
		}
	}
	for range rng.IntN(4) {
		wave := make([]float64, dim)
		for d := range wave {
			if circle[d] {
				wave[d] = float64(rng.IntN(4))
			} else {
				wave[d] = 6 * rng.Float64()
			}
		}
		e.amp, e.phase, e.wave = append(e.amp, 3*rng.NormFloat64()), append(e.phase, 6*rng.Float64()), append(e.wave, wave)
	}
	p := problem{grid: freeenergy.NewGrid(axes...), tau: logUniform(rng, 1e-6, 1e4), steps: 3}
	p.equation = Equation{Energy: e, Temperature: logUniform(rng, 0.1, 10), Mobility: randomMobility(rng, dim, full)}
	p.settings = Settings{Solver: Solver(rng.IntN(3))}
	spike := rng.IntN(3) == 0
	p.start, _ = freeenergy.Normalized(p.grid, func(x []float64) float64 {
		if spike && rng.IntN(2) == 0 {
			return 0
		}
		return math.Exp(4 * rng.NormFloat64())
	})
	if p.start == nil { // all spikes missed
		p.start = freeenergy.Uniformly(p.grid)
	}
	p.what = fmt.Sprintf("case %d: dim %d, %d cells, full %v, T = %.3g, τ = %.3g, solver %d", k, dim, p.grid.Len(), full, p.equation.Temperature, p.tau, p.settings.Solver)
	return p
}

// randomMobility is B Bᵀ with a random B that depends on the place, plus a
// random rotation in half of the cases, all 2π-periodic.
func randomMobility(rng *rand.Rand, dim int, full bool) Mobility {
	b := make([]float64, dim*dim)
	rot := make([]float64, dim*dim)
	turns := rng.IntN(2) == 0
	for i := range b {
		b[i] = rng.NormFloat64()
		rot[i] = rng.NormFloat64()
	}
	return Tensor(func(k, x []float64) {
		m := 1 + 0.5*math.Sin(x[0])
		for i := range dim {
			for j := range dim {
				k[i*dim+j] = 0
				if full || i == j {
					for l := range dim {
						k[i*dim+j] += m * b[i*dim+l] * b[j*dim+l]
					}
				}
				if i == j {
					k[i*dim+j] += 1
				}
				if turns && i != j {
					r := rot[min(i, j)*dim+max(i, j)] * math.Cos(x[dim-1])
					if i > j {
						r = -r
					}
					k[i*dim+j] += r
				}
			}
		}
	})
}

// notConverged says that an iteration was refused where the chain is not
// reversible: a current that outweighs diffusion by far, on a grid that does not
// resolve the energy. It is an error, not a wrong result.
func notConverged(p problem, g *Generator, err error) bool {
	return !g.reversible && p.settings.Solver == Multigrid && strings.Contains(err.Error(), "has not come to a residual")
}

// Random energies, full and diagonal S, A, densities with and without gaps, and
// steps from 1e-6 to 1e4: no certificate of implicit Euler is violated.
func TestImplicitEulerAlwaysCertified(t *testing.T) {
	refused, weak := 0, 0
	for k := range trials.Of(t, 300) {
		p := randomProblem(k)
		g, err := New(p.grid, p.equation, &p.settings)
		if err != nil {
			t.Fatalf("%s: %v", p.what, err)
		}
		last := math.Inf(1)
		for c, err := range g.Evolve(p.start, float64(p.steps)*p.tau, p.tau) {
			if err != nil && notConverged(p, g, err) {
				refused++
				break
			}
			if err != nil {
				t.Errorf("%s: %v\n%+v", p.what, err, c)
				break
			}
			if c.MinP < 0 || c.Dissipation < -c.Floor/p.tau || c.F > last+c.Floor || (c.Step > 0 && !(c.DeltaF <= -p.tau*c.Dissipation+c.Floor)) {
				t.Fatalf("%s: passed, and should not: %+v", p.what, c)
			}
			last = c.F
			if c.Step > 0 && c.Floor > p.equation.Temperature*(1e-5+300*c.Bound) {
				weak++ // the grid does not resolve a current: rounding outweighs F
			}
		}
	}
	t.Logf("%d of %d problems refused, %d certificates with a floor too high to mean much", refused, trials.Of(t, 300), weak)
	if 50*refused > trials.Of(t, 300) || 50*weak > trials.Of(t, 300) {
		t.Error("more than 2 %")
	}
}

// The other methods on the same problems: where they take the step at all, they
// keep what they promise; Uniformization and a short explicit step always do.
func TestOtherMethodsCertified(t *testing.T) {
	taken := map[string]int{}
	for k := range trials.Of(t, 300) / 2 {
		p := randomProblem(k)
		g, err := New(p.grid, p.equation, nil)
		if err != nil {
			t.Fatalf("%s: %v", p.what, err)
		}
		short := min(p.tau, 30/g.MaxRate())
		for _, m := range []struct {
			Method
			tau  float64
			must bool
		}{{Uniformization{}, short, true}, {ExplicitEuler{}, min(p.tau, 1/g.MaxRate()), true}, {Exponential{}, min(p.tau, 1e6/g.MaxRate()), false}, {TwoStage{}, p.tau, false}} {
			for c, err := range g.With(m.Method).Evolve(p.start, 2*m.tau, m.tau) {
				if err != nil {
					if m.must || c.Holds && c.Step > 0 {
						t.Errorf("%s, %v: %v", p.what, m.Method, err)
					}
					break
				}
				if c.MinP < -c.Bound/slicesMin(g.volume) || c.DeltaF > c.Allowed+c.Floor || math.Abs(c.MassError) > 1e-11+c.Bound {
					t.Fatalf("%s, %v: passed, and should not: %+v", p.what, m.Method, c)
				}
				if c.Step == 2 {
					taken[m.Method.String()]++
				}
			}
		}
	}
	t.Log(taken)
	for _, m := range []Method{Uniformization{}, ExplicitEuler{}, Exponential{}, TwoStage{}} {
		if taken[m.String()] < 10 {
			t.Errorf("%v took only %d of the problems", m, taken[m.String()])
		}
	}
}

func slicesMin(v []float64) float64 {
	least := math.Inf(1)
	for _, x := range v {
		least = min(least, x)
	}
	return least
}
