package hopfield

import (
	"math/rand/v2"
	"runtime"
	"testing"
)

// twenty is a network of 20 units, the most that a graph can have.
func twenty(t testing.TB) *Discrete {
	w, err := Hebb(RandomPatterns(3, graphMost, rand.New(rand.NewPCG(14, 0))))
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDiscrete(w, nil, Keep)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// All 2²⁰ states within 100 MB, counting everything that is ever allocated; the
// basins add up, and samples of the runs agree.
func TestGraphOfTwenty(t *testing.T) {
	d := twenty(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	g, err := d.Graph(Fixed())
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if mb := float64(after.TotalAlloc-before.TotalAlloc) / 1e6; mb > 100 {
		t.Errorf("the graph takes %.0f MB", mb)
	}
	total := 0
	for k, a := range g.Attractors {
		total += a.Basin
		if k > 0 && a.Codes[0] <= g.Attractors[k-1].Codes[0] {
			t.Errorf("attractor %d is out of order", k)
		}
	}
	if total != len(g.Next) || len(g.Next) != 1<<20 {
		t.Errorf("the basins have %d states of %d", total, len(g.Next))
	}
	rng := rand.New(rand.NewPCG(14, 1))
	for range 50 {
		code := rng.IntN(len(g.Next))
		s, err := d.Run(g.State(code), Fixed())
		if err != nil {
			t.Fatal(err)
		}
		if g.Code(s.State) != g.Ends(code).Codes[0] || s.Flips != int(g.Flips[code]) {
			t.Errorf("state %d ends in %d, the graph says %d", code, g.Code(s.State), g.Ends(code).Codes[0])
		}
	}
}

func BenchmarkGraphOfTwenty(b *testing.B) {
	d := twenty(b)
	for _, o := range []Order{Fixed(), Greedy(), Together()} {
		b.Run(o.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Graph(o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// By hand, W and b of notebook 06: together, the states 3, 5 and 6 of the energies 1.5,
// 2.5 and 0.5 go to 5, 2 (9.5) and 5; one at a time nothing rises.
func TestRising(t *testing.T) {
	d := mustDiscrete(t, [][]float64{{0, 2, -1}, {2, 0, 3}, {-1, 3, 0}}, []float64{1, -2, 0.5}, Keep)
	for _, c := range []struct {
		order       Order
		count, from int
		worst       float64
	}{{Together(), 3, 5, 7}, {Fixed(), 0, -1, 0}} {
		g, err := d.Graph(c.order)
		if err != nil {
			t.Fatal(err)
		}
		if count, worst, from := g.Rising(); count != c.count || worst != c.worst || from != c.from {
			t.Errorf("%v: %d states rise, by up to %v from %d, want %d, %v, %d", c.order, count, worst, from, c.count, c.worst, c.from)
		}
	}
}

// The states of a cycle met from above its smallest code, and walks that join.
func TestResolve(t *testing.T) {
	g := &Graph{Next: []int{3, 2, 3, 2, 4, 4, 5, 1}, net: twenty(t)}
	g.net = mustDiscrete(t, [][]float64{{0, 1, 0}, {1, 0, 0}, {0, 0, 0}}, nil, Keep)
	g.resolve()
	if len(g.Attractors) != 2 || g.Attractors[0].Codes[0] != 2 || g.Attractors[0].Period() != 2 || g.Attractors[1].Codes[0] != 4 {
		t.Fatalf("attractors %+v", g.Attractors)
	}
	if a := g.Attractors[0]; a.Basin != 5 || a.Depth != 2 || g.Steps[7] != 2 || g.Flips[7] != 2+2 {
		t.Errorf("basin %+v, steps %v, flips %v", a, g.Steps, g.Flips)
	}
	if len(g.Cycles()) != 1 || len(g.Fixed()) != 1 {
		t.Errorf("%d cycles, %d fixed", len(g.Cycles()), len(g.Fixed()))
	}
}
