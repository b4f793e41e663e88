package hopfield

import (
	"hopflow/internal/trials"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// thirtieths is a random network whose numbers are multiples of 1/30: neither integers
// over a power of 2 nor decimals, so that ties are a matter of rounding.
func thirtieths(t *testing.T, n int, tie Tie, rng *rand.Rand) *Discrete {
	t.Helper()
	w, b := mat.NewSymDense(n, nil), make([]float64, n)
	for i := range n {
		for j := i + 1; j < n; j++ {
			w.SetSym(i, j, float64(rng.IntN(7)-3)/30)
		}
		b[i] = float64(rng.IntN(3)-1) / 30
	}
	d, err := NewDiscrete(w, b, tie)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Where fields are rounded, a field near 0 has one sign for all: fixed points, graphs
// and runs agree to the last state.
func TestRoundedFieldsAgree(t *testing.T) {
	near := 0
	for k := range (trials.Of(t, 5000) + 9) / 10 { // each has whole graphs of 128 or 512 states
		rng := rand.New(rand.NewPCG(18, uint64(k)))
		d := thirtieths(t, 7+2*rng.IntN(2), Tie(k%2), rng)
		if d.Exact() {
			continue
		}
		var fixed []int
		h := make([]float64, d.n)
		for code := range 1 << d.n {
			x := FromCode(uint64(code), d.n).State()
			if d.IsFixed(x) {
				fixed = append(fixed, code)
			}
			d.Field(h, x)
			for i, v := range h {
				if v != 0 && math.Abs(v) <= d.slack[i] {
					near++
				}
			}
		}
		for _, o := range []Order{Fixed(), Together(), Greedy()} {
			g, err := d.Graph(o)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(g.Fixed(), fixed) {
				t.Fatalf("case %d: %v has the fixed points %v, IsFixed says %v", k, o, g.Fixed(), fixed)
			}
			if o.kind == greedyOrder {
				continue // of flips that gain the same it may take another one
			}
			for code := k % 7; code < len(g.Next); code += 37 {
				s, err := d.Run(g.State(code), o)
				if err != nil {
					t.Fatal(err)
				}
				if a := g.Ends(code); !slices.Contains(a.Codes, g.Code(s.State)) || s.Flips != int(g.Flips[code]) {
					t.Fatalf("case %d, %v: from %d the run ends in %d after %d flips, the graph in %v after %d", k, o, code, g.Code(s.State), s.Flips, a.Codes, g.Flips[code])
				}
			}
		}
	}
	if near == 0 {
		t.Error("no field is within rounding of 0: nothing was tried")
	}
}

// At the borders of words, exact or not: a batch does what the runs do, and ends where
// IsFixed agrees.
func TestBatchAtWordBorders(t *testing.T) {
	for _, n := range []int{1, 2, 3, 63, 64, 65, 127, 128, 129} {
		for _, tie := range []Tie{Keep, Plus} {
			rng := rand.New(rand.NewPCG(19, uint64(n)))
			hebb, err := Hebb(RandomPatterns(4, n, rng))
			if err != nil {
				t.Fatal(err)
			}
			lanes, err := NewDiscrete(hebb, nil, tie)
			if err != nil {
				t.Fatal(err)
			}
			if lanes.lanes == nil {
				t.Fatalf("n = %d: no lanes", n)
			}
			for name, d := range map[string]*Discrete{"lanes": lanes, "rounded": thirtieths(t, n, tie, rng)} {
				for k := range 5 {
					x := RandomPatterns(1, n, rng)[0]
					got, err := d.RunBatch([]Bits{Pack(x)}, &BatchSettings{Seed: uint64(k)})
					if err != nil {
						t.Fatal(err)
					}
					want, err := d.Run(x, Shuffled(uint64(k)))
					if err != nil {
						t.Fatal(err)
					}
					if !slices.Equal(got[0].State(), want.State) || !d.IsFixed(want.State) {
						t.Errorf("n = %d, %s, %v: a batch and a run end apart by %d units", n, name, tie, got[0].Distance(Pack(want.State)))
					}
				}
			}
		}
	}
}

// Decimals are tenths, hundredths, ...: their ties are ties.
func TestDecimalsAreExact(t *testing.T) {
	w := mat.NewSymDense(7, nil)
	w.SetSym(0, 1, 0.1)
	w.SetSym(0, 2, 0.2)
	w.SetSym(0, 3, 0.3)
	w.SetSym(4, 5, -1.25)
	d, err := NewDiscrete(w, []float64{0, 0, 0.003, 0, 0, 0, 0}, Keep)
	if err != nil {
		t.Fatal(err)
	}
	h := make([]float64, 7)
	if d.Field(h, []float64{1, 1, 1, -1, 1, 1, 1}); !d.Exact() || h[0] != 0 || h[4] != -1.25 || h[2] != 0.203 {
		t.Errorf("exact %v, fields %v", d.Exact(), h)
	}
}

// Hebb's weights and biases of half their unit: fourteenths of seven units.
func TestHalvesOfHebbAreExact(t *testing.T) {
	w, err := Hebb(RandomPatterns(3, 7, rand.New(rand.NewPCG(21, 0))))
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDiscrete(w, []float64{1. / 14, 0, -3. / 14, 0, 0, 0, 0}, Keep)
	if err != nil || !d.Exact() || d.scale != 14 {
		t.Errorf("fourteenths of seven units: exact %v over %v, %v", d.Exact(), d.scale, err)
	}
}

// A limit of k sweeps makes k sweeps, and a fixed point that they reach is found.
func TestAtMost(t *testing.T) {
	rng := rand.New(rand.NewPCG(20, 1))
	d := thirtieths(t, 40, Keep, rng)
	x := RandomPatterns(1, 40, rng)[0]
	for _, o := range []Order{Fixed(), Greedy(), Shuffled(3)} {
		all, err := d.Run(x, o)
		if err != nil || all.Sweeps < 2 {
			t.Fatalf("%v: %d sweeps, %v: too few to cut off", o, all.Sweeps, err)
		}
		same, err := d.Run(x, o.AtMost(all.Sweeps))
		if err != nil || !same.Fixed() || !slices.Equal(same.State, all.State) {
			t.Errorf("%v: %d sweeps are enough, but: %v", o, all.Sweeps, err)
		}
		less, err := d.Run(x, o.AtMost(all.Sweeps-1))
		if err == nil || !strings.Contains(err.Error(), "allow more (Order.AtMost), or give W and b that are integers") || less.Period != 0 || less.Sweeps != all.Sweeps-1 || less.Path[less.Sweeps].Distance(all.Path[less.Sweeps]) != 0 || less.Path[less.Sweeps].Distance(Pack(less.State)) != 0 {
			t.Errorf("%v: at most %d sweeps: %d were made, %v", o, all.Sweeps-1, less.Sweeps, err)
		}
	}
	all, err := d.Run(x, Shuffled(3))
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.RunBatch([]Bits{Pack(x)}, &BatchSettings{Seed: 3, AtMost: all.Sweeps})
	if err != nil || got[0].Distance(Pack(all.State)) != 0 {
		t.Errorf("a batch of at most %d sweeps: %v", all.Sweeps, err)
	}
	got, err = d.RunBatch([]Bits{Pack(x)}, &BatchSettings{Seed: 3, AtMost: all.Sweeps - 1})
	if err == nil || got[0].Distance(all.Path[all.Sweeps-1]) != 0 {
		t.Errorf("a batch of at most %d sweeps: %v", all.Sweeps-1, err)
	}
}

// Numbers whose sums overflow are refused; NaN in a state is not a tie; what is no
// state is no fixed point.
func TestDiscreteEdges(t *testing.T) {
	huge := mat.NewSymDense(3, []float64{0, 1e308, -1e308, 1e308, 0, 1e308, -1e308, 1e308, 0})
	if _, err := NewDiscrete(huge, nil, Keep); err == nil || !strings.Contains(err.Error(), "may overflow; divide W and b by one number") {
		t.Errorf("weights of 1e308: %v", err)
	}
	d := mustDiscrete(t, [][]float64{{0, 1}, {1, 0}}, nil, Plus)
	x, y := []float64{math.NaN(), 1}, make([]float64, 2)
	if d.Synchronous(y, x); !math.IsNaN(y[0]) || !math.IsNaN(y[1]) {
		t.Errorf("from NaN a synchronous update goes to %v", y)
	}
	for _, x := range [][]float64{{math.NaN(), 1}, {0, 0}, {0.5, 0.5}} {
		if d.IsFixed(x) {
			t.Errorf("%v is a fixed point", x)
		}
	}
	// One and two units, the smallest numbers.
	tiny := mustDiscrete(t, [][]float64{{0, 5e-324}, {5e-324, 0}}, nil, Keep)
	s, err := tiny.Run([]float64{1, -1}, Fixed())
	if err != nil || !slices.Equal(s.State, []float64{-1, -1}) || tiny.Flip([]float64{1, -1}, 0) != -1e-323 {
		t.Errorf("weights of 5e-324: %+v, %v, a flip gains %v", s, err, tiny.Flip([]float64{1, -1}, 0))
	}
	one := mustDiscrete(t, [][]float64{{0}}, []float64{-0.37}, Keep)
	if g, err := one.Graph(Together()); err != nil || !slices.Equal(g.Fixed(), []int{0}) || one.Energy([]float64{-1}) != -0.37 {
		t.Errorf("one unit: %v, %v", g, err)
	}
}
