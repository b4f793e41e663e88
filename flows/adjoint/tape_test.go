package adjoint

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hopflow/flows"
)

// lotkaVolterra has a season: x' = x (a - b y) + sin t, y' = y (c x - d).
func lotkaVolterra() Model {
	return Trace(2, 4, func(dst []Var, t Var, x, p []Var) {
		dst[0] = x[0].Mul(p[0].Sub(p[1].Mul(x[1]))).Add(t.Sin())
		dst[1] = x[1].Mul(p[2].Mul(x[0]).Sub(p[3]))
	})
}

// Every operation against its derivative, and against differences of itself.
func TestArithmetic(t *testing.T) {
	type slopes = []float64
	for name, c := range map[string]struct {
		f    func(a, b Var) Var
		want func(a, b float64) (float64, slopes)
	}{
		"Add":   {Var.Add, func(a, b float64) (float64, slopes) { return a + b, slopes{1, 1} }},
		"Sub":   {Var.Sub, func(a, b float64) (float64, slopes) { return a - b, slopes{1, -1} }},
		"Mul":   {Var.Mul, func(a, b float64) (float64, slopes) { return a * b, slopes{b, a} }},
		"Div":   {Var.Div, func(a, b float64) (float64, slopes) { return a / b, slopes{1 / b, -a / (b * b)} }},
		"same":  {func(a, _ Var) Var { return a.Mul(a) }, func(a, _ float64) (float64, slopes) { return a * a, slopes{2 * a, 0} }},
		"Plus":  {func(a, _ Var) Var { return a.Plus(2.5) }, func(a, _ float64) (float64, slopes) { return a + 2.5, slopes{1, 0} }},
		"Times": {func(a, _ Var) Var { return a.Times(2.5) }, func(a, _ float64) (float64, slopes) { return 2.5 * a, slopes{2.5, 0} }},
		"Neg":   {func(a, _ Var) Var { return a.Neg() }, func(a, _ float64) (float64, slopes) { return -a, slopes{-1, 0} }},
		"Pow":   {func(a, _ Var) Var { return a.Pow(2.7) }, func(a, _ float64) (float64, slopes) { return math.Pow(a, 2.7), slopes{2.7 * math.Pow(a, 1.7), 0} }},
		"Pow 0": {func(a, _ Var) Var { return a.Pow(0) }, func(a, _ float64) (float64, slopes) { return 1, slopes{0, 0} }},
		"a^b": {func(a, b Var) Var { return b.Mul(a.Log()).Exp() }, func(a, b float64) (float64, slopes) {
			p := math.Pow(a, b)
			return p, slopes{b * p / a, p * math.Log(a)}
		}},
		"Exp":   {func(a, _ Var) Var { return a.Exp() }, func(a, _ float64) (float64, slopes) { return math.Exp(a), slopes{math.Exp(a), 0} }},
		"Log":   {func(a, _ Var) Var { return a.Log() }, func(a, _ float64) (float64, slopes) { return math.Log(a), slopes{1 / a, 0} }},
		"Sqrt":  {func(a, _ Var) Var { return a.Sqrt() }, func(a, _ float64) (float64, slopes) { return math.Sqrt(a), slopes{0.5 / math.Sqrt(a), 0} }},
		"Sin":   {func(a, _ Var) Var { return a.Sin() }, func(a, _ float64) (float64, slopes) { return math.Sin(a), slopes{math.Cos(a), 0} }},
		"Cos":   {func(a, _ Var) Var { return a.Cos() }, func(a, _ float64) (float64, slopes) { return math.Cos(a), slopes{-math.Sin(a), 0} }},
		"Atan":  {func(a, _ Var) Var { return a.Atan() }, func(a, _ float64) (float64, slopes) { return math.Atan(a), slopes{1 / (1 + a*a), 0} }},
		"Tanh":  {func(a, _ Var) Var { return a.Tanh() }, func(a, _ float64) (float64, slopes) { c := math.Cosh(a); return math.Tanh(a), slopes{1 / (c * c), 0} }},
		"Apply": {func(a, _ Var) Var { return a.Apply(logistic) }, func(a, _ float64) (float64, slopes) { return logistic.Value(a), slopes{logistic.Deriv(a), 0} }},
		"Dot":   {func(a, b Var) Var { return Dot([]Var{a, b}, []Var{b, b}) }, func(a, b float64) (float64, slopes) { return a*b + b*b, slopes{b, a + 2*b} }},
		"const": {func(a, b Var) Var { return Const(3).Mul(a).Div(Const(2)).Sub(Const(1).Sub(b)) }, func(a, b float64) (float64, slopes) { return 1.5*a - 1 + b, slopes{1.5, 1} }},
	} {
		for _, x := range [][]float64{{0.7, 1.3}, {2.4, -0.6}, {11, 0.05}} {
			value, got := Differentiate(func(v []Var) Var { return c.f(v[0], v[1]) }, x)
			wantValue, want := c.want(x[0], x[1])
			for i, v := range append(got, value) {
				w := append(want, wantValue)[i]
				if math.Abs(v-w) > 4e-15*math.Abs(w) {
					t.Errorf("%s at %v: number %d is %.17g, want %.17g", name, x, i, v, w)
				}
			}
		}
	}
}

// The reverse sweep through a random computation against the same in complex
// numbers, one step at a time.
func TestRandomComputations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "n")
		program := rapid.SliceOfN(rapid.IntRange(0, 1<<20), 1, 30).Draw(t, "program")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		x := randomly(rng, n)
		_, got := Differentiate(func(v []Var) Var { return interpret(v, program, realMachine) }, x)
		for i := range x {
			z := lifted(x)
			z[i] += 1e-100i
			if want := imag(interpret(z, program, complexMachine)) / 1e-100; math.Abs(got[i]-want) > 1e-12*math.Max(1, largest(got)) {
				t.Fatalf("derivative %d is %.17g, want %.17g", i, got[i], want)
			}
		}
	})
}

// A machine computes with numbers of one kind.
type machine[T any] struct {
	add, mul func(a, b T) T
	tanh     func(a T) T
}

var (
	realMachine    = machine[Var]{Var.Add, Var.Mul, Var.Tanh}
	complexMachine = machine[complex128]{
		func(a, b complex128) complex128 { return a + b },
		func(a, b complex128) complex128 { return a * b },
		complexTanh,
	}
)

// interpret appends a number per instruction, made of two that there are, and
// returns the sum of tanh of all.
func interpret[T any](x []T, program []int, m machine[T]) (sum T) {
	v := append([]T(nil), x...)
	for _, p := range program {
		a, b := v[p/3%len(v)], v[p/97%len(v)]
		switch p % 3 {
		case 0:
			v = append(v, m.add(m.tanh(a), b))
		case 1:
			v = append(v, m.mul(m.tanh(a), m.tanh(b)))
		default:
			v = append(v, m.tanh(a))
		}
	}
	for _, a := range v {
		sum = m.add(sum, m.tanh(a))
	}
	return sum
}

// What nothing depends on has no derivative, infinite slopes on the way or not.
func TestNoDependence(t *testing.T) {
	value, got := Differentiate(func(x []Var) Var { return x[0].Sqrt().Mul(Const(0)).Add(x[1]) }, []float64{0, 3})
	if value != 3 || got[1] != 1 || got[0] != 0 {
		t.Errorf("value %g, derivatives %v, want 3, 0, 1", value, got)
	}
	value, got = Differentiate(func([]Var) Var { return Const(2) }, []float64{1})
	if value != 2 || got[0] != 0 {
		t.Errorf("a constant has value %g and derivative %g", value, got[0])
	}
}

// A model may branch; what it does not store is zero.
func TestBranches(t *testing.T) {
	m := Trace(2, 1, func(dst []Var, _ Var, x, p []Var) {
		if x[0].Value() > 0 {
			dst[0] = p[0].Mul(x[1].Exp())
		}
	})
	for _, x := range [][]float64{{1.2, -0.3}, {-1.2, -0.3}} {
		if err := CheckModel(m, []float64{0.7}, []flows.State{{X: x}}); err != nil {
			t.Error(err)
		}
	}
	got := []float64{5, 5}
	m.At([]float64{0.7}, 1).Rate(got, 0, []float64{-1, 2}, nil)
	if got[0] != 0 || got[1] != 0 {
		t.Errorf("rate %v, want zeros", got)
	}
}

func TestForeignVar(t *testing.T) {
	var kept Var
	Differentiate(func(x []Var) Var { kept = x[0]; return kept }, []float64{1})
	for want, f := range map[string]func(x []Var) Var{
		"adjoint: a Var of another trace":             func(x []Var) Var { return x[0].Add(kept) },
		"adjoint: a result is a Var of another trace": func([]Var) Var { return kept },
		"adjoint: b of Dot has length 1, want 0":      func(x []Var) Var { return Dot(nil, x) },
	} {
		if got := panics(func() { Differentiate(f, []float64{2}) }); !strings.Contains(got, want) {
			t.Errorf("panics with %q, want %q", got, want)
		}
	}
	for _, f := range []func(){func() { Trace(0, 1, func([]Var, Var, []Var, []Var) {}) }, func() { Trace(1, -1, func([]Var, Var, []Var, []Var) {}) }, func() { Trace(1, 1, nil) }} {
		if got := panics(f); !strings.Contains(got, "adjoint: Trace of") {
			t.Errorf("panics with %q", got)
		}
	}
}
