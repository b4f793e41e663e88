package hopfield

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Each bad input is an error that says what, where and the remedy.
func TestDiscreteRefuses(t *testing.T) {
	sym := mat.NewDense(3, 3, []float64{0, 1, 0.3, 1, 0, 2, 0.3, 2, 0})
	skew := mat.DenseCopyOf(sym)
	skew.Set(2, 0, 0.1)
	nan := mat.DenseCopyOf(sym)
	nan.Set(1, 2, math.NaN())
	net, err := NewDiscrete(sym, nil, Keep)
	if err != nil {
		t.Fatal(err)
	}
	coin, err := NewDiscrete(sym, nil, Coin)
	if err != nil {
		t.Fatal(err)
	}
	big, err := NewDiscrete(mat.NewSymDense(21, nil), nil, Keep)
	if err != nil {
		t.Fatal(err)
	}
	lone, err := NewDiscrete(mat.NewDense(1, 1, []float64{-1}), nil, Keep)
	if err != nil {
		t.Fatal(err)
	}
	asym, err := NewDiscreteAsymmetric(mat.NewDense(2, 2, []float64{0, 1, -1, 0}), nil, Keep)
	if err != nil {
		t.Fatal(err)
	}
	up := []float64{1, 1, 1}
	batch := func(d *Discrete, s BatchSettings, x ...float64) error {
		_, err := d.RunBatch([]Bits{Pack(x)}, &s)
		return err
	}
	run := func(d *Discrete, o Order, x ...float64) error { _, err := d.Run(x, o); return err }
	graph := func(d *Discrete, o Order) error { _, err := d.Graph(o); return err }
	made := func(w mat.Matrix, b []float64, tie Tie) error { _, err := NewDiscrete(w, b, tie); return err }
	rule := func(r Rule, p ...[]float64) error { _, err := r(p); return err }
	curve := func(c Capacity) error { _, err := c.Curve(); return err }
	glauber := func(d *Discrete, temperature float64, x ...float64) error {
		_, err := d.Glauber(temperature, x, 1)
		return err
	}
	for want, err := range map[string]error{
		"W is not symmetric: W[0][2] = 0.3, W[2][0] = 0.1: use (W + Wᵀ)/2": made(skew, nil, Keep),
		"W is 2 x 3: a network of n units needs a square":                  made(mat.NewDense(2, 3, nil), nil, Keep),
		"W is empty":                               made(&mat.Dense{}, nil, Keep),
		"W[1][2] = NaN is not finite":              made(nan, nil, Keep),
		"b has 2 components, W is 3 x 3":           made(sym, up[:2], Keep),
		"b[1] = +Inf is not finite":                made(sym, []float64{0, math.Inf(1), 0}, Keep),
		"tie rule 7 is unknown":                    made(sym, nil, Tie(7)),
		"x[1] = 0 is not a state: use -1 or +1":    run(net, Fixed(), 1, 0, 1),
		"x[0] = NaN is not a state":                run(net, Fixed(), math.NaN(), 1, 1),
		"order [0 0 1] is not one of units 0 to 2": run(net, Fixed(0, 0, 1), up...),
		"order [2 0] leaves out units of 0 to 2":   run(net, Fixed(2, 0), up...),
		"order [0 1 3] is not one of units":        run(net, Fixed(0, 1, 3), up...),
		"at most -1 sweeps":                        run(net, Fixed().AtMost(-1), up...),
		"no fixed point and no cycle after 9 sweeps in the order shuffled (seed 1): W is not symm": run(lone, Shuffled(1).AtMost(9), 1),
		"after 5 sweeps in the order together: ties of Coin":                                       run(coin2(t), Together().AtMost(5), 1, 1, 1),
		"a state graph of 21 units has 2097152 states: at most 20":                                 graph(big, Fixed()),
		"a state graph in the order shuffled (seed 3)":                                             graph(net, Shuffled(3)),
		"with ties coin: where a state goes is random":                                             graph(coin, Fixed()),
		"probe 0 has 2 units, the network 3":                                                       batch(net, BatchSettings{}, 1, 1),
		"a batch with the tie rule Coin":                                                           batch(coin, BatchSettings{}, up...),
		"none may be negative":                                                                     batch(net, BatchSettings{Sweeps: -1}, up...),
		"probe 0 (and 0 more) has no fixed point after 7 sweeps: W is not symmetric or has a neg":  batch(lone, BatchSettings{AtMost: 7}, 1),
		"no patterns: give at least one":                                                           rule(Hebb),
		"pattern 1 has 2 components, pattern 0 has 3":                                              rule(Hebb, up, up[:2]),
		"pattern 0 is empty":                                                                       rule(Storkey, nil),
		"pattern 1[2] = 0.5 is not a state":                                                        rule(PseudoInverse, up, []float64{1, -1, 0.5}),
		"linearly dependent: drop":                                                                 rule(PseudoInverse, up, []float64{-1, -1, -1}),
		"2 patterns of 1 units are linearly dependent":                                             rule(HollowPseudoInverse, up[:1], up[:1]),
		"pattern 0[0] = 3 is not a state":                                                          rule(MacKay{}.Weights, []float64{3}),
		"no setting may be negative":                                                               rule(MacKay{Rate: -1}.Weights, up),
		"rate and decay[1] = NaN":                                                                  rule(MacKay{Decay: math.NaN()}.Weights, up),
		"MacKay's algorithm diverges in iteration":                                                 rule(MacKay{Rate: 1e200, Decay: 1e200, Iterations: 9}.Weights, up),
		"capacity of 1 units":                                                                      curve(Capacity{Units: 1}),
		"capacity without loads":                                                                   curve(Capacity{Units: 10}),
		"a standard error needs 2 networks":                                                        curve(Capacity{Units: 10, Loads: []float64{0.1}, Networks: 1}),
		"capacity with noise NaN":                                                                  curve(Capacity{Units: 10, Loads: []float64{0.1}, Noise: math.NaN()}),
		"recalled from overlap 2":                                                                  curve(Capacity{Units: 10, Loads: []float64{0.1}, Recalled: 2}),
		"load -0.1":                                                                                curve(Capacity{Units: 10, Loads: []float64{-0.1}}),
		"capacity with the tie rule Coin":                                                          curve(Capacity{Units: 10, Loads: []float64{0.1}, Tie: Coin}),
		"capacity at load 2, network 0: hopfield: 20 patterns of 10 units":                         curve(Capacity{Units: 10, Loads: []float64{2}, Rule: PseudoInverse}),
		"temperature 0: want a positive":                                                           glauber(net, 0, up...),
		"temperature NaN":                                                                          glauber(net, math.NaN(), up...),
		"W is not symmetric: W[0][1] = 1, W[1][0] = -1":                                            glauber(asym, 1, 1, 1),
		"x[2] = 2 is not a state":                                                                  glauber(net, 1, 1, 1, 2),
	} {
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "hopfield: ") {
			t.Errorf("error %q, want %q", err, want)
		}
	}
}

// coin2 is three free units: at T = 0 with Coin each tosses for ever.
func coin2(t *testing.T) *Discrete {
	d, err := NewDiscrete(mat.NewSymDense(3, nil), nil, Coin)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What only a mistake in a program does, panics and says what.
func TestDiscretePanics(t *testing.T) {
	d := coin2(t)
	keep := mustDiscrete(t, [][]float64{{0, 1}, {-1, 0}}, nil, Keep)
	g, err := keep.Graph(Together())
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float64, 3)
	for want, f := range map[string]func(){
		"length mismatch: 2 components, want 3":      func() { d.Energy(x[:2]) },
		"length mismatch: 3 components, want 2":      func() { keep.TwoTime(x, x) },
		"Update with the tie rule Coin":              func() { d.Update(x, 0) },
		"Synchronous with the tie rule Coin":         func() { d.Synchronous(x, x) },
		"code 4 of a graph of 4 states":              func() { g.State(4) },
		"the Gibbs law of a network whose W":         func() { g.Gibbs(1) },
		"temperature -1":                             func() { g.Gibbs(-1) },
		"unit 3 of 3":                                func() { Pack(x).Flip(3) },
		"a code of 65 units":                         func() { NewBits(65).Code() },
		"a code of 70 units":                         func() { FromCode(0, 70) },
		"4 units to reverse of 3":                    func() { Pack(x).Reverse(4, nil) },
		"length mismatch: states of 3 and of 2 unit": func() { Pack(x).Distance(NewBits(2)) },
		"overlap of states of no units":              func() { NewBits(0).Overlap(NewBits(0)) },
	} {
		func() {
			defer func() {
				if s, ok := recover().(string); !ok || !strings.Contains(s, want) {
					t.Errorf("recovered %q, want %q", s, want)
				}
			}()
			f()
		}()
	}
}

// Ties are what they are also as -0.0, and in a network of Hebb, whose 1/n is no
// float64: 0.1 + 0.2 - 0.3 is not 0 there, but the field is.
func TestTiesAreExact(t *testing.T) {
	minus := math.Copysign(0, -1)
	for _, x := range []float64{-1, 1} {
		if Keep.sign(minus, x, nil) != x || Plus.sign(minus, x, nil) != 1 {
			t.Errorf("-0.0 is not a tie for the state %v", x)
		}
	}
	d := mustDiscrete(t, [][]float64{
		{0, 0.1, 0.2, 0.3, 0}, {0.1, 0, 0, 0, 0}, {0.2, 0, 0, 0, 0}, {0.3, 0, 0, 0, 0}, {0, 0, 0, 0, 0},
	}, nil, Keep)
	if h := make([]float64, 5); !d.Exact() {
		t.Error("tenths of five units are not exact")
	} else if d.Field(h, []float64{-1, 1, 1, -1, 1}); h[0] != 0 {
		t.Errorf("the field is %v, want 0", h[0])
	}
	if d := mustDiscrete(t, [][]float64{{0, math.Pi}, {math.Pi, 0}}, nil, Keep); d.Exact() || !math.IsInf(d.FlipBound(), 1) {
		t.Error("π is no fraction")
	}
	if d := mustDiscrete(t, [][]float64{{0, 1 << 51}, {1 << 51, 0}}, nil, Keep); !d.Exact() {
		t.Error("2⁵² units add up exactly")
	}
	if d := mustDiscrete(t, [][]float64{{0, 1 << 52}, {1 << 52, 0}}, nil, Keep); d.Exact() {
		t.Error("2⁵³ units need not add up exactly")
	}
	if d := mustDiscrete(t, [][]float64{{0}}, []float64{1 << 52}, Keep); d.Exact() {
		t.Error("-2E of a bias of 2⁵² units is 2⁵³ units")
	}
	if d := mustDiscrete(t, [][]float64{{0, 1e300}, {1e300, 0}}, nil, Keep); d.Exact() {
		t.Error("1e300 units do not add up exactly")
	}
}
