package bench

import (
	"math"
	"testing"

	"hopflow/flows/adjoint"
	"hopflow/flows/ode"
)

// The generator against NumPy's default_rng(1).standard_normal, tail included.
func TestPCG(t *testing.T) {
	g := newPCG(1)
	var first, last, sum, most float64
	for k := range 200_000 {
		v := g.normal()
		if k == 0 {
			first = v
		}
		last, sum, most = v, sum+v, math.Max(most, math.Abs(v))
	}
	for _, c := range []struct {
		what           string
		got, want, tol float64
	}{
		{"first", first, 0.345584192064786, 1e-15}, {"last", last, -0.04415526720711727, 1e-15},
		{"largest", most, 4.406353522522504, 1e-15}, {"sum", sum, -496.67869609618776, 1e-13},
	} {
		if math.Abs(c.got-c.want) > c.tol*math.Abs(c.want) {
			t.Errorf("%s is %.17g, want %.17g", c.what, c.got, c.want)
		}
	}
}

// What is timed is what the other programs compute: loss and single entries of
// the gradient against a reverse sweep in NumPy.
func TestAdjointGradient(t *testing.T) {
	for batch, want := range map[int][]float64{
		1:  {9.594517646023675, -0.0060358603591542485, 0.1690120673578581, 0.13879253961661325},
		64: {9.009870287725523, -0.0005158369487933779, 0.03711018952514624, 0.002168633431509582},
	} {
		m, theta, x0 := network(batch)
		p := adjoint.Problem{Model: m, Method: ode.RK4, Settings: &ode.Settings{Step: 0.01}, T1: 1, Batch: batch, Terminal: adjoint.Quadratic{}}
		g, err := p.Gradient(x0, theta)
		if err != nil {
			t.Fatal(err)
		}
		got := []float64{g.Loss, m.Block("W", g.Theta).At(3, 5), m.Slice("b", g.Theta)[7], g.X0[11*batch]}
		for i, v := range got {
			if math.Abs(v-want[i]) > 1e-13*math.Max(math.Abs(want[i]), 0.1) {
				t.Errorf("batch %d: number %d is %.17g, want %.17g", batch, i, v, want[i])
			}
		}
	}
}

// A gradient lays down its steps anew, which allocates a little, but nothing a
// step: twice as many steps allocate no more.
func TestAdjointAllocations(t *testing.T) {
	allocated := func(step float64) float64 {
		run, _ := gradients(adjoint.Problem{Method: ode.RK4, Settings: &ode.Settings{Step: step}}, 1)()
		run()
		return allocations(run)
	}
	if few, more := allocated(0.02), allocated(0.01); few != more || more > 20 {
		t.Errorf("%g allocations for 50 steps, %g for 100", few, more)
	}
}
