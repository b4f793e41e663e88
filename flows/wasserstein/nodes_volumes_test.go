package wasserstein

import (
	"math"
	"testing"

	"hopflow/lyapunov/freeenergy"
)

// Nodes may be 2√ε apart, and no farther.
func TestNodesSpacing(t *testing.T) {
	p, g, _ := onLine(t, 50, 1, 1)
	d := math.Pi / 50 / 2 / math.Sqrt(0.25) // in the flat chart, of the edges; centers vary a little
	p.Epsilon = d * d / 4 * 1.3
	if _, err := p.Nodes(freeenergy.Uniformly(g)); err != nil {
		t.Error(err)
	}
	p.Epsilon = d * d / 4 * 0.9
	_, err := p.Nodes(freeenergy.Uniformly(g))
	named(t, "apart", err, ErrSpacing, "times as many")
}

// Lyapunov differs from F by O(ε²/h).
func TestLyapunovIsNearF(t *testing.T) {
	var es, gaps []float64
	for _, eps := range []float64{0.008, 0.004, 0.002} {
		p, g, _ := onLine(t, 150, 1e-3, eps)
		q, err := freeenergy.Gibbs(g, p.Energy, 60)
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.Nodes(q)
		if err != nil {
			t.Fatal(err)
		}
		es, gaps = append(es, eps), append(gaps, math.Abs(mustLyapunov(t, n)-n.FreeEnergy()))
	}
	if o := orderOf(t, es, gaps); !(math.Abs(o-2) <= 0.2) {
		t.Errorf("order %.2f in ε, differences %.3g", o, gaps)
	}
}
