package hopfield

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"hopflow/internal/oracle"
)

const discreteRecords = "testdata/discrete.json"

// recordMatrix returns the matrix inputs[key] or expected[key] of a record.
func recordMatrix(t testing.TB, r oracle.Record, from map[string]any, key string) *mat.Dense {
	t.Helper()
	rows, ok := from[key].([]any)
	if !ok {
		t.Fatalf("%s has no matrix %s", r.ID, key)
	}
	var m *mat.Dense
	for i, row := range rows {
		v := oracle.Record{ID: r.ID, Inputs: map[string]any{key: row}}.Ins(key)
		if m == nil {
			m = mat.NewDense(len(rows), len(v), nil)
		}
		m.SetRow(i, v)
	}
	return m
}

func recordRows(m *mat.Dense) (rows [][]float64) {
	for i := range m.RawMatrix().Rows {
		rows = append(rows, slices.Clone(m.RawRowView(i)))
	}
	return rows
}

func recordNet(t testing.TB, r oracle.Record) *Discrete {
	t.Helper()
	tie := Keep
	if r.Inputs["tie"] == "plus" {
		tie = Plus
	}
	w := recordMatrix(t, r, r.Inputs, "W")
	d, err := NewDiscrete(w, r.Ins("b"), tie)
	if err != nil && strings.Contains(err.Error(), "not symmetric") {
		d, err = NewDiscreteAsymmetric(w, r.Ins("b"), tie)
	}
	if err != nil {
		t.Fatal(err)
	}
	if !d.Exact() {
		t.Errorf("%s: the network is not exact", r.ID)
	}
	return d
}

func recordOrder(r oracle.Record) Order {
	if r.Inputs["update"] == "sync" {
		return Together()
	}
	return Fixed()
}

func TestDiscreteEnergyRecords(t *testing.T) {
	for _, r := range oracle.Load(t, discreteRecords, "nh.disc.energy") {
		d, x := recordNet(t, r), r.Ins("x")
		h, flips, ch := make([]float64, d.Dim()), make([]float64, d.Dim()), make([]float64, d.Dim())
		d.Field(h, x)
		// [CH]'s energy is -xᵀWx: that of 2W without biases.
		var twice mat.Dense
		twice.Scale(2, d.W())
		c, err := NewDiscrete(&twice, nil, Keep)
		if err != nil {
			t.Fatal(err)
		}
		for i := range flips {
			flips[i], ch[i] = d.Flip(x, i), c.Flip(x, i)
			y := slices.Clone(x)
			y[i] = -y[i]
			if got := d.Energy(y) - d.Energy(x); got != flips[i] {
				t.Errorf("%s: unit %d changes the energy by %v, Flip says %v", r.ID, i, got, flips[i])
			}
		}
		for key, got := range map[string][]float64{"E": {d.Energy(x)}, "h": h, "dE_flip": flips, "E_ch": {c.Energy(x)}, "dE_ch_flip": ch} {
			r.Close(t, key, got, 0x1p-60, true)
		}
	}
}

func TestTwoTimeRecords(t *testing.T) {
	for _, r := range oracle.Load(t, discreteRecords, "nh.disc.twotime") {
		d, x := recordNet(t, r), r.Ins("x0")
		states := recordMatrix(t, r, r.Expected, "states")
		e, e2 := []float64{d.Energy(x)}, []float64(nil)
		for k := range int(r.In("T")) {
			next := make([]float64, d.Dim())
			d.Synchronous(next, x)
			if !slices.Equal(next, states.RawRowView(k+1)) {
				t.Errorf("%s: step %d goes to %v, want %v", r.ID, k+1, next, states.RawRowView(k+1))
			}
			e, e2 = append(e, d.Energy(next)), append(e2, d.TwoTime(next, x))
			x = next
		}
		r.Close(t, "E", e, 0x1p-60, true)
		r.Close(t, "E2", e2, 0x1p-60, true)
	}
}

func TestUpdateAndOrders(t *testing.T) {
	d := mustDiscrete(t, [][]float64{{0, 2, -1}, {2, 0, 3}, {-1, 3, 0}}, []float64{1, -2, 0.5}, Keep)
	x := []float64{1, -1, 1}
	if !d.Update(x, 0) || !slices.Equal(x, []float64{-1, -1, 1}) {
		t.Errorf("unit 0 with field -2 goes to %v", x)
	}
	s, err := d.Run([]float64{1, -1, 1}, Fixed(2, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	// By hand: the field -3.5 flips unit 2 at a gain of 7.
	if s.Energies[0] != 2.5 || s.Energies[1] != 2.5-7 || !s.Fixed() || !d.IsFixed(s.State) {
		t.Errorf("energies %v, state %v", s.Energies, s.State)
	}
	// (2 + 1 + 3 + 1 + 2 + ½) over the least field that there may be, ½.
	if got := d.FlipBound(); got != 19 {
		t.Errorf("at most %v flips, want 19", got)
	}
	g, err := d.Run([]float64{1, -1, 1}, Greedy())
	if err != nil || g.Energies[1] != 2.5-7 || g.Sweeps != g.Flips {
		t.Errorf("greedy: %+v, %v: the first flip gains 7", g, err)
	}
	for o, want := range map[string]Order{"fixed": Fixed(), "fixed [2 0 1]": Fixed(2, 0, 1), "greedy": Greedy(), "together": Together(), "shuffled (seed 7)": Shuffled(7)} {
		if want.String() != o {
			t.Errorf("order %q, want %q", want, o)
		}
	}
}

func mustDiscrete(t testing.TB, w [][]float64, b []float64, tie Tie) *Discrete {
	t.Helper()
	m := mat.NewDense(len(w), len(w), nil)
	for i, row := range w {
		m.SetRow(i, row)
	}
	d, err := NewDiscrete(m, b, tie)
	if err != nil {
		d, err = NewDiscreteAsymmetric(m, b, tie)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The shuffles of one word for several places are uniform: all 7! orders of seven units
// (six places from one word) and of three and four, by Pearson's χ² (false alarm < 1e-6).
func TestShufflerUniform(t *testing.T) {
	for _, c := range []struct {
		n, orders, batch int
	}{{7, 5040, 6}, {3, 6, 2}, {4, 24, 1}} {
		s := newShuffler(c.n, 9, uint64(c.batch))
		s.batch = c.batch
		count := map[string]int{}
		const rounds = 200000
		for range rounds {
			for i := range s.units { // a biased shuffle of a shuffled order would look uniform
				s.units[i] = uint32(i)
			}
			u := s.next()
			key := make([]byte, len(u))
			for i, v := range u {
				key[i] = byte(v)
			}
			count[string(key)]++
		}
		if len(count) != c.orders {
			t.Errorf("n = %d: %d orders, want %d", c.n, len(count), c.orders)
		}
		want, chi := float64(rounds)/float64(c.orders), 0.0
		for _, k := range count {
			chi += (float64(k) - want) * (float64(k) - want) / want
		}
		if p := (distuv.ChiSquared{K: float64(c.orders - 1)}).Survival(chi); !(p > 1e-6) {
			t.Errorf("n = %d, batch %d: χ² = %.1f has probability %.2g", c.n, c.batch, chi, p)
		}
	}
	if big := newShuffler(1<<13, 1, 1); big.batch != 2 || len(big.next()) != 1<<13 || !isPermutation(big.units) {
		t.Errorf("a shuffle of 8192 is not a permutation by twos")
	}
}

func isPermutation(u []uint32) bool {
	v := slices.Clone(u)
	slices.Sort(v)
	for i := range v {
		if v[i] != uint32(i) {
			return false
		}
	}
	return true
}

// Four ways to the same states: lanes of 16 bits or float64, stopped or not, any
// number of workers; and the run of probe 0 alone.
func TestBatchAgrees(t *testing.T) {
	for _, tie := range []Tie{Keep, Plus} {
		rng := rand.New(rand.NewPCG(5, uint64(tie)))
		n := 130
		w, err := Hebb(RandomPatterns(8, n, rng)) // an even number: ties occur
		if err != nil {
			t.Fatal(err)
		}
		d, err := NewDiscrete(w, nil, tie)
		if err != nil {
			t.Fatal(err)
		}
		if !d.Exact() || d.lanes == nil {
			t.Fatal("the network of Hebb is not exact in lanes")
		}
		var probes []Bits
		for _, p := range RandomPatterns(23, n, rng) {
			probes = append(probes, Pack(p))
		}
		want, err := d.RunBatch(probes, &BatchSettings{Seed: 3, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		float := *d
		float.lanes = nil
		for name, c := range map[string]struct {
			d *Discrete
			s BatchSettings
		}{
			"two workers":     {d, BatchSettings{Seed: 3, Workers: 2}},
			"many workers":    {d, BatchSettings{Seed: 3, Workers: 64}},
			"float64":         {&float, BatchSettings{Seed: 3}},
			"no stop":         {d, BatchSettings{Seed: 3, Sweeps: 60}},
			"float64 no stop": {&float, BatchSettings{Seed: 3, Sweeps: 60, Workers: 3}},
		} {
			got, err := c.d.RunBatch(probes, &c.s)
			if err != nil {
				t.Fatal(err)
			}
			for k := range want {
				if got[k].Distance(want[k]) != 0 {
					t.Errorf("%v, %s: probe %d ends %d units elsewhere", tie, name, k, got[k].Distance(want[k]))
				}
			}
		}
		s, err := d.Run(probes[0].State(), Shuffled(3))
		if err != nil || Pack(s.State).Distance(want[0]) != 0 {
			t.Errorf("%v: the run alone ends elsewhere: %v", tie, err)
		}
		for k := range want {
			if !d.IsFixed(want[k].State()) {
				t.Errorf("%v: probe %d does not rest", tie, k)
			}
		}
	}
}

// With Coin a network rests where nothing is at a tie, and wanders without a change of
// energy where something is; the same seed, the same way.
func TestCoin(t *testing.T) {
	triangle := mustDiscrete(t, [][]float64{{0, -1, -1}, {-1, 0, -1}, {-1, -1, 0}}, nil, Coin)
	s, err := triangle.Run([]float64{1, 1, 1}, Fixed().AtMost(50).Seeded(3))
	if err == nil || s.Period != 0 || s.Flips < 20 {
		t.Fatalf("the triangle rests: %+v, %v", s, err)
	}
	again, _ := triangle.Run([]float64{1, 1, 1}, Fixed().AtMost(50).Seeded(3))
	other, _ := triangle.Run([]float64{1, 1, 1}, Fixed().AtMost(50).Seeded(4))
	if !slices.Equal(s.Energies, again.Energies) || s.Flips != again.Flips || s.Flips == other.Flips {
		t.Errorf("%d, %d and %d flips of the seeds 3, 3, 4", s.Flips, again.Flips, other.Flips)
	}
	for k, e := range s.Energies[1:] {
		if e != -1 {
			t.Fatalf("the energy is %v after flip %d, want -1", e, k+1)
		}
	}
	if triangle.IsFixed(s.State) {
		t.Error("a unit at a tie stays with Coin")
	}
	pair := mustDiscrete(t, [][]float64{{0, 1}, {1, 0}}, nil, Coin)
	if s, err := pair.Run([]float64{1, -1}, Fixed()); err != nil || !s.Fixed() || s.Flips != 1 {
		t.Errorf("two units without ties: %+v, %v", s, err)
	}
}
