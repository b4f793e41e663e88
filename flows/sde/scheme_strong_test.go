package sde

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"hopflow/internal/trials"
	"hopflow/lyapunov/verify"
)

// coupled holds the increments of many paths on the finest grid, to be summed
// for the coarser ones: dw[1][j][k][i] is increment k of component j of path i.
type coupled struct {
	steps int
	h     float64
	dw    map[int][][][]float64 // by the number of fine steps in a coarse one
	w     [][]float64           // W at the end
}

func newCoupled(wiener, paths, steps int, seed uint64) *coupled {
	r := rand.New(rand.NewPCG(seed, 0x5de))
	c := &coupled{steps: steps, h: 1 / float64(steps), w: newRows(wiener, paths).all, dw: map[int][][][]float64{}}
	for j := range wiener {
		c.dw[1] = append(c.dw[1], newRows(steps, paths).all)
		for _, row := range c.dw[1][j] {
			for i := range row {
				row[i] = math.Sqrt(c.h) * r.NormFloat64()
				c.w[j][i] += row[i]
			}
		}
	}
	return c
}

// every returns the increments of steps that many fine steps long.
func (c *coupled) every(coarse int) [][][]float64 {
	if c.dw[coarse] == nil {
		for _, fine := range c.dw[1] {
			sums := newRows(c.steps/coarse, len(fine[0])).all
			for k, row := range fine {
				add(sums[k/coarse:k/coarse+1], 1, [][]float64{row})
			}
			c.dw[coarse] = append(c.dw[coarse], sums)
		}
	}
	return c.dw[coarse]
}

// run steps all paths to t = 1, coarse fine steps at a time.
func (c *coupled) run(t *testing.T, scheme Scheme, s *System, x0 []float64, coarse int) [][]float64 {
	t.Helper()
	paths := len(c.w[0])
	stepper, err := scheme.Stepper(s, paths)
	if err != nil {
		t.Fatal(err)
	}
	if stepper.Channels() != len(c.w) {
		t.Fatalf("%d channels, want %d", stepper.Channels(), len(c.w))
	}
	x, dw := newRows(s.Dim, paths).all, newRows(len(c.w), paths).all
	for d, v := range x0 {
		fill(x[d:d+1], v)
	}
	h, increments := c.h*float64(coarse), c.every(coarse)
	for k := range c.steps / coarse {
		for j := range dw {
			copy(dw[j], increments[j][k])
		}
		stepper.Step(float64(k)*h, h, x, dw)
		if err := failed(stepper); err != nil {
			t.Fatal(err)
		}
	}
	return x
}

// strongOrder fits the power of h by which E|X_h(1) - X(1)| falls, over the
// given numbers of steps.
func strongOrder(t *testing.T, scheme Scheme, s *System, x0 []float64, want [][]float64, c *coupled, steps ...int) verify.Slope {
	t.Helper()
	var h, e []float64
	for _, n := range steps {
		x := c.run(t, scheme, s, x0, c.steps/n)
		var sum float64
		for i := range x[0] {
			var d float64
			for k := range x {
				d = math.Hypot(d, x[k][i]-want[k][i])
			}
			sum += d
		}
		h, e = append(h, 1/float64(n)), append(e, sum/float64(len(x[0])))
	}
	slope, err := verify.FitSlope(h, e)
	if err != nil {
		t.Fatal(err)
	}
	return slope
}

// TestStrongOrders fits the order of every scheme on coupled paths, 1,000 of
// them, and holds it to what the scheme's comment promises for the shape.
func TestStrongOrders(t *testing.T) {
	const paths, fine = 1000, 512
	flat := []float64{1.3}
	for seed := range uint64(min(20, trials.Times(t))) {
		c1, c2 := newCoupled(1, paths, fine, 7+seed), newCoupled(2, paths, fine, 77+seed)
		exact := func(p solved) [][]float64 {
			x, at, w := newRows(2, paths).all, make([]float64, 2), make([]float64, 2)
			for i := range paths {
				Gather(w, c2.w, i)
				p.exact(at, 1, w)
				Scatter(x, at, i)
			}
			return x
		}
		growth := newRows(1, paths).all
		for i := range growth[0] {
			growth[0][i] = 1.3 * math.Exp(0.6-0.8*0.8/2+0.8*c1.w[0][i])
		}
		strat := gbm(0.6-0.8*0.8/2, 0.8)
		strat.Calculus = Stratonovich
		diagonal, commuting := exact(tanhs(Ito)), exact(bent(Ito))
		well := c1.run(t, EulerMaruyama, doubleWell(Ito), []float64{0.5}, 1)
		torus := c1.run(t, RungeKutta, circle(Ito), []float64{0.5}, 1)
		levy := c2.run(t, EulerMaruyama, swept(Ito), []float64{0.5, 0.2}, 1)
		for _, k := range []struct {
			name   string
			scheme Scheme
			sys    *System
			x0     []float64
			want   [][]float64
			c      *coupled
			order  float64
		}{
			{"EulerMaruyama, GBM", EulerMaruyama, gbm(0.6, 0.8), flat, growth, c1, 0.5},
			{"Milstein, GBM", Milstein, gbm(0.6, 0.8), flat, growth, c1, 1},
			{"RungeKutta, GBM", RungeKutta, gbm(0.6, 0.8), flat, growth, c1, 1},
			{"ImplicitEuler, GBM", ImplicitEuler, gbm(0.6, 0.8), flat, growth, c1, 0.5},
			{"StochasticHeun, Stratonovich GBM", StochasticHeun, strat, flat, growth, c1, 1},
			{"Milstein, Stratonovich GBM", Milstein, strat, flat, growth, c1, 1},
			{"RungeKutta, Stratonovich GBM", RungeKutta, strat, flat, growth, c1, 1},
			{"EulerMaruyama, diagonal", EulerMaruyama, tanhs(Ito).sys, tanhs(Ito).x0, diagonal, c2, 0.5},
			{"Milstein, diagonal", Milstein, tanhs(Ito).sys, tanhs(Ito).x0, diagonal, c2, 1},
			{"Milstein, diagonal as commutative", Milstein, tanhs(Ito).sys.as(Commutative), tanhs(Ito).x0, diagonal, c2, 1},
			{"Milstein, anti-Itô", Milstein, tanhs(AntiIto).sys, tanhs(Ito).x0, diagonal, c2, 1},
			{"RungeKutta, diagonal", RungeKutta, tanhs(Ito).sys, tanhs(Ito).x0, diagonal, c2, 1},
			{"RungeKutta, α = 0.3", RungeKutta, tanhs(0.3).sys, tanhs(Ito).x0, diagonal, c2, 1},
			{"ImplicitEuler, diagonal", ImplicitEuler, tanhs(Ito).sys, tanhs(Ito).x0, diagonal, c2, 0.5},
			{"StochasticHeun, diagonal", StochasticHeun, tanhs(Stratonovich).sys, tanhs(Ito).x0, diagonal, c2, 1},
			{"EulerMaruyama, commutative", EulerMaruyama, bent(Ito).sys, bent(Ito).x0, commuting, c2, 0.5},
			{"Milstein, commutative", Milstein, bent(Ito).sys, bent(Ito).x0, commuting, c2, 1},
			{"Milstein, commutative, Stratonovich", Milstein, bent(Stratonovich).sys, bent(Ito).x0, commuting, c2, 1},
			{"RungeKutta, commutative", RungeKutta, bent(Ito).sys, bent(Ito).x0, commuting, c2, 1},
			{"RungeKutta, commutative, anti-Itô", RungeKutta, bent(AntiIto).sys, bent(Ito).x0, commuting, c2, 1},
			{"StochasticHeun, commutative", StochasticHeun, bent(Stratonovich).sys, bent(Ito).x0, commuting, c2, 1},
			{"EulerMaruyama, additive", EulerMaruyama, doubleWell(Ito), []float64{0.5}, well, c1, 1},
			{"Milstein, additive", Milstein, doubleWell(Ito), []float64{0.5}, well, c1, 1},
			{"RungeKutta, additive", RungeKutta, doubleWell(Stratonovich), []float64{0.5}, well, c1, 1},
			{"ImplicitEuler, additive", ImplicitEuler, doubleWell(Ito), []float64{0.5}, well, c1, 1},
			{"StochasticHeun, additive", StochasticHeun, doubleWell(Ito), []float64{0.5}, well, c1, 1},
			{"EulerMaruyama, circle", EulerMaruyama, circle(Ito), []float64{0.5}, torus, c1, 0.5},
			{"Milstein, circle", Milstein, circle(Ito), []float64{0.5}, torus, c1, 1},
			{"EulerMaruyama, area", EulerMaruyama, swept(Ito), []float64{0.5, 0.2}, levy, c2, 0.5},
			{"ImplicitEuler, area", ImplicitEuler, swept(Ito), []float64{0.5, 0.2}, levy, c2, 0.5},
			{"StochasticHeun, area", StochasticHeun, swept(Stratonovich), []float64{0.5, 0.2}, levy, c2, 0.5},
		} {
			slope := strongOrder(t, k.scheme, k.sys, k.x0, k.want, k.c, 8, 16, 32, 64)
			what := fmt.Sprintf("%s, seed %d: strong order %.3f ± %.3f", k.name, seed, slope.Order, slope.StdErr)
			t.Log(what)
			if !(math.Abs(slope.Order-k.order) <= 0.2) {
				t.Errorf("%s, want %g ± 0.2", what, k.order)
			}
		}
	}
}
