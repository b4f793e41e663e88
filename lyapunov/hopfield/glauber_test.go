package hopfield

import (
	"hopflow/internal/trials"
	"math"
	"math/rand/v2"
	"testing"
)

// Detailed balance, exactly: q(x) p(x -> y) = q(y) p(y -> x) for states that differ in
// one unit, over random networks with any diagonal.
func TestGlauberDetailedBalance(t *testing.T) {
	for k := range trials.Of(t, 5000) {
		c := randomNet(t, k+1<<24, 6, anyDiagonal, true)
		temperature := 0.3 + 2*c.rng.Float64()
		graph, err := c.d.Graph(Fixed())
		if err != nil {
			t.Fatal(err)
		}
		q := graph.Gibbs(temperature)
		code := c.rng.IntN(len(q))
		g, err := c.d.Glauber(temperature, graph.State(code), 1)
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.d.n {
			other := code ^ 1<<i
			there, back := g.Plus(i), 1-g.Plus(i)
			if code>>i&1 == 1 {
				there, back = back, there
			}
			// The other state's own chain has to agree on the way back.
			o, err := c.d.Glauber(temperature, graph.State(other), 1)
			if err != nil {
				t.Fatal(err)
			}
			own := o.Plus(i)
			if code>>i&1 == 0 {
				own = 1 - own
			}
			if math.Abs(own-back) > 1e-12 || math.Abs(q[code]*there-q[other]*back) > 1e-12*(q[code]+q[other]) {
				t.Fatalf("%s, T = %v: q p is %v there and %v back", c.what, temperature, q[code]*there, q[other]*back)
			}
		}
	}
}

// Long chains visit the states as often as the enumeration says: the z-scores of all
// 32 states, of batch means, are within 5.5 (false alarm < 32 · 4e-8 · 2), for random
// scan and for sweeps.
func TestGlauberSamplesGibbs(t *testing.T) {
	d := mustDiscrete(t, [][]float64{
		{0.5, 1, -2, 1, 0}, {1, 0, 1, -1, 2}, {-2, 1, -1, 3, -1}, {1, -1, 3, 0, 1}, {0, 2, -1, 1, 0},
	}, []float64{0.5, -0.5, 1, -1, 0.25}, Keep)
	graph, err := d.Graph(Fixed())
	if err != nil {
		t.Fatal(err)
	}
	const temperature, chains, steps = 2.7, 400, 400
	q := graph.Gibbs(temperature)
	for name, step := range map[string]func(*Glauber){"random scan": (*Glauber).Step, "sweeps": (*Glauber).Sweep} {
		mean, square, energy := make([]float64, 32), make([]float64, 32), 0.0
		x := make([]float64, 5)
		for k := range chains {
			g, err := d.Glauber(temperature, RandomPatterns(1, 5, rand.New(rand.NewPCG(16, uint64(k))))[0], uint64(k))
			if err != nil {
				t.Fatal(err)
			}
			for range 100 {
				step(g)
			}
			visits := make([]float64, 32)
			for range steps {
				step(g)
				g.State(x)
				visits[graph.Code(x)] += 1. / steps
				energy += g.Energy() / steps / chains
			}
			for code, v := range visits {
				mean[code] += v / chains
				square[code] += v * v / chains
			}
		}
		var want float64
		for code, p := range q {
			stderr := math.Sqrt((square[code] - mean[code]*mean[code]) / (chains - 1))
			if z := (mean[code] - p) / stderr; math.Abs(z) > 5.5 {
				t.Errorf("%s: state %d has %v ± %v, want %v: z = %.1f", name, code, mean[code], stderr, p, z)
			}
			want += p * graph.Energy(code)
		}
		if math.Abs(energy-want) > 0.1 {
			t.Errorf("%s: mean energy %v, want %v", name, energy, want)
		}
	}
}

// Cold, the chain does what the signs say, and its steps allocate nothing.
func TestGlauberCold(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 0))
	patterns := RandomPatterns(2, 60, rng)
	w, err := Hebb(patterns)
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDiscrete(w, nil, Keep)
	if err != nil {
		t.Fatal(err)
	}
	x := Pack(patterns[0])
	x.Reverse(6, rng)
	g, err := d.Glauber(1e-3, x.State(), 4)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(20, g.Sweep); n != 0 {
		t.Errorf("a sweep allocates %g times", n)
	}
	if m := g.Overlap(patterns[0]); m != 1 {
		t.Errorf("the overlap is %v after cold sweeps, want 1", m)
	}
}
