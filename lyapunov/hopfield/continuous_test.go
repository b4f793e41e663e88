package hopfield

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hopflow/internal/oracle"
	"hopflow/lyapunov/activation"
)

// contSoftsign is f(a) = a/(1 + |a|): heavy tails, and no integral of the inverse.
type contSoftsign struct{}

func (contSoftsign) Value(u float64) float64 { return u / (1 + math.Abs(u)) }
func (contSoftsign) Deriv(u float64) float64 { return 1 / ((1 + math.Abs(u)) * (1 + math.Abs(u))) }
func (contSoftsign) Range() (lo, hi float64) { return -1, 1 }
func (contSoftsign) Mode() float64           { return 0 }
func (contSoftsign) Inverse(y float64) float64 {
	if !(-1 <= y && y <= 1) {
		return math.NaN()
	}
	return y / (1 - math.Abs(y))
}

// contCentredArctan is (2/π) arctan(πa/2): slope 1 and values in (-1, 1).
type contCentredArctan struct{}

func (contCentredArctan) Value(u float64) float64 { return 2 / math.Pi * math.Atan(math.Pi*u/2) }
func (contCentredArctan) Deriv(u float64) float64 { return 1 / (1 + math.Pi*math.Pi*u*u/4) }
func (contCentredArctan) Range() (lo, hi float64) { return -1, 1 }
func (contCentredArctan) Mode() float64           { return 0 }
func (contCentredArctan) Inverse(y float64) float64 {
	if !(-1 <= y && y <= 1) {
		return math.NaN()
	}
	return 2 / math.Pi * math.Tan(math.Pi*y/2)
}

// contClip is the identity cut off at ±1: flat pieces, f' = 0 there.
type contClip struct{}

func (contClip) Value(u float64) float64   { return math.Max(-1, math.Min(1, u)) }
func (contClip) Range() (lo, hi float64)   { return -1, 1 }
func (contClip) Mode() float64             { return 0 }
func (contClip) Inverse(y float64) float64 { return y }
func (contClip) Deriv(u float64) float64 {
	if math.Abs(u) < 1 {
		return 1
	}
	return 0
}

func contActivation(v any) activation.Function {
	m := v.(map[string]any)
	beta, ok := m["beta"].(float64)
	if !ok {
		beta = 1
	}
	switch m["name"] {
	case "tanh":
		return activation.NewTanh(beta)
	case "logistic":
		return activation.NewLogistic(beta)
	case "softsign":
		return contSoftsign{}
	case "arctan":
		return contCentredArctan{}
	}
	panic(fmt.Sprint("no activation ", m["name"]))
}

// contNumbers flattens nested lists of numbers.
func contNumbers(v any) (out []float64) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			out = append(out, contNumbers(e)...)
		}
	case float64:
		out = []float64{v}
	case string:
		f, err := strconv.ParseFloat(v, 64)
		if err != nil {
			panic(err)
		}
		out = []float64{f}
	}
	return out
}

func contRecords(t *testing.T, prefix string) []oracle.Record {
	return oracle.Load(t, "testdata/continuous.json", prefix)
}

// contNetwork is the network of a record; missing b and tau are 0 and 1.
func contNetwork(t *testing.T, r oracle.Record) *Continuous {
	t.Helper()
	w := contNumbers(r.Inputs["W"])
	n := int(math.Round(math.Sqrt(float64(len(w)))))
	f := activation.Function(activation.NewTanh(1))
	if r.Inputs["f"] != nil {
		f = contActivation(r.Inputs["f"])
	}
	tau := 1.0
	if v, ok := r.Inputs["tau"].(float64); ok {
		tau = v
	}
	var b []float64
	if r.Inputs["b"] != nil {
		b = r.Ins("b")
	}
	c, err := NewAsymmetric(mat.NewDense(n, n, w), b, f, tau)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// contClose compares with a nested list of a record.
func contClose(t *testing.T, r oracle.Record, key string, got []float64, tol float64) {
	t.Helper()
	want := contNumbers(r.Expected[key])
	if len(got) != len(want) {
		t.Fatalf("%s %s: %d numbers, want %d", r.ID, key, len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol*math.Max(1, math.Abs(want[i]))) {
			t.Errorf("%s %s[%d] = %.17g, want %.17g", r.ID, key, i, got[i], want[i])
		}
	}
}

// contRandom is a network with random weights of random scale, any diagonal,
// different activations and time constants, and a state in the range.
func contRandom(t *testing.T, seed, i uint64) (*Continuous, []float64, *rand.Rand) {
	t.Helper()
	return contRandomUpTo(t, 6, seed, i)
}

// contRandomUpTo is contRandom with at most the given number of units.
func contRandomUpTo(t *testing.T, most int, seed, i uint64) (*Continuous, []float64, *rand.Rand) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, i))
	n := 1 + rng.IntN(most)
	scale := math.Exp(3*rng.Float64() - 1.5)
	w := mat.NewSymDense(n, nil)
	b, tau, f := make([]float64, n), make([]float64, n), make([]activation.Function, n)
	for p := range n {
		for q := p; q < n; q++ {
			w.SetSym(p, q, scale*rng.NormFloat64())
		}
		b[p], tau[p] = scale*rng.NormFloat64()/2, math.Exp(2*rng.Float64()-1)
		f[p] = contAny(rng)
	}
	c, err := NewContinuous(w, b, f[0], tau...)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = c.WithActivations(f...); err != nil {
		t.Fatal(err)
	}
	x := make([]float64, n)
	for p := range x {
		x[p] = f[p].Value(2 * rng.NormFloat64())
	}
	return c, x, rng
}

func contAny(rng *rand.Rand) activation.Function {
	rate := math.Exp(rng.Float64() - 0.5)
	switch rng.IntN(6) {
	case 0:
		return activation.NewTanh(rate)
	case 1:
		return activation.NewLogistic(4 * rate)
	case 2:
		return activation.NewAlgebraic(2 * rate)
	case 3:
		return activation.NewArctan(3 * rate)
	case 4:
		return contSoftsign{}
	}
	return activation.SoftProjection(rate)
}

func TestNewContinuousErrors(t *testing.T) {
	tanh := activation.NewTanh(1)
	two := mat.NewDense(2, 2, []float64{0, 1, 1, 0})
	for _, c := range []struct {
		want string
		make func() (*Continuous, error)
	}{
		{"not symmetric", func() (*Continuous, error) {
			return NewContinuous(mat.NewDense(2, 2, []float64{0, 1, 2, 0}), nil, tanh)
		}},
		{"NewAsymmetric", func() (*Continuous, error) {
			return NewContinuous(mat.NewDense(2, 2, []float64{0, 1, 2, 0}), nil, tanh)
		}},
		{"2 x 3", func() (*Continuous, error) { return NewAsymmetric(mat.NewDense(2, 3, nil), nil, tanh) }},
		{"W[0][1] = NaN", func() (*Continuous, error) {
			return NewContinuous(mat.NewDense(2, 2, []float64{0, math.NaN(), 1, 0}), nil, tanh)
		}},
		{"3 biases for 2 units", func() (*Continuous, error) { return NewContinuous(two, make([]float64, 3), tanh) }},
		{"b[1] = +Inf", func() (*Continuous, error) { return NewContinuous(two, []float64{0, math.Inf(1)}, tanh) }},
		{"3 time constants", func() (*Continuous, error) { return NewContinuous(two, nil, tanh, 1, 2, 3) }},
		{"energies may overflow", func() (*Continuous, error) {
			return NewContinuous(mat.NewDense(2, 2, []float64{0, 1e308, 1e308, 0}), nil, tanh)
		}},
		{"τ[1] is 0", func() (*Continuous, error) { return NewContinuous(two, nil, tanh, 1, 0) }},
	} {
		if _, err := c.make(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error is %v, want one with %q", err, c.want)
		}
	}
	c, err := NewAsymmetric(mat.NewDense(2, 2, []float64{0, 1, 2, 0}), nil, tanh)
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func(){
		"symmetric":       func() { c.Energy() },
		"smaller gain":    func() { c.WithGain(1e308) },
		"gain is NaN":     func() { c.WithGain(math.NaN()) },
		"length mismatch": func() { c.Drive(make([]float64, 2), make([]float64, 3)) },
		"nil activation":  func() { NewContinuous(two, nil, nil) },
	} {
		func() {
			defer func() {
				if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), name) {
					t.Errorf("panic is %v, want one with %q", r, name)
				}
			}()
			call()
		}()
	}
	if _, err := c.StepBound(); err == nil || !strings.Contains(err.Error(), "no") {
		t.Errorf("StepBound of an asymmetric network: %v", err)
	}
}

func TestContinuousFieldAllocates(t *testing.T) {
	c, x, _ := contRandom(t, 3, 1)
	dst := make([]float64, c.Dim())
	if n := testing.AllocsPerRun(100, func() { c.Field(dst, 0, x) }); n != 0 {
		t.Errorf("Field allocates %v times", n)
	}
	if floats.HasNaN(dst) {
		t.Errorf("Field is %v", dst)
	}
}
