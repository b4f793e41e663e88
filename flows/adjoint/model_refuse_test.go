package adjoint

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"hopflow/lyapunov/activation"
)

// panics returns what f panics with, or "".
func panics(f func()) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

func TestRefusedLayers(t *testing.T) {
	for want, f := range map[string]func(){
		"layer 3: Affine(3, 2) gets 2 numbers, takes 3":               func() { Layers(Affine(2, 2), Activation(tanh), Affine(3, 2)) },
		"makes 3 numbers of 2":                                        func() { Layers(Affine(2, 3)) },
		"no layer of Layers(Activation(Tanh{Rate:1})) says how many":  func() { Layers(Activation(tanh)) },
		"no layer of Layers() says how many":                          func() { Layers() },
		"layer 1 is nil":                                              func() { Layers(nil) },
		"adds 3 numbers to 2":                                         func() { Residual(Affine(2, 3)) },
		"Leak: τ is 0":                                                func() { Leak(0, Affine(2, 2)) },
		"Relax: τ is NaN":                                             func() { Relax(math.NaN(), Affine(2, 2)) },
		"Relax: τ is +Inf":                                            func() { Relax(math.Inf(1), Affine(2, 2)) },
		"Leak: τ is 5e-324":                                           func() { Leak(5e-324, Affine(2, 2)) },
		"Residual: a layer is nil":                                    func() { Residual(nil) },
		"Affine(0, 2): a layer has at least one number":               func() { Affine(0, 2) },
		"Linear(2, -1): a layer has at least one number":              func() { Linear(2, -1) },
		"Activation without a function":                               func() { Activation() },
		"an activation function is nil":                               func() { Activation(nil) },
		"layer 2: Activation(Tanh{Rate:1}, Tanh{Rate:1}) gets 3 numb": func() { Layers(Affine(2, 3), Activation(tanh, tanh), Affine(3, 2)) },
		"Func of 0 coordinates and 0 parameters":                      func() { Func{F: square.F, VJP: square.VJP}.At(nil, 1) },
		"Func of 1 coordinates and -1 parameters":                     func() { Func{D: 1, P: -1, F: square.F, VJP: square.VJP}.At(nil, 1) },
		"Func needs both F and VJP":                                   func() { Func{D: 1}.At(nil, 1) },
		`no block "V"; there are: W, b`:                               func() { m := Layers(Affine(2, 2)); m.Block("V", m.Glorot(1)) },
		"theta has length 5, want 6":                                  func() { Layers(Affine(2, 2)).Block("W", make([]float64, 5)) },
	} {
		if got := panics(f); !strings.HasPrefix(got, "adjoint: ") || !strings.Contains(got, want) {
			t.Errorf("panics with %q, want %q", got, want)
		}
	}
}

func TestWrongLengths(t *testing.T) {
	for name, m := range map[string]Model{"network": Layers(Relax(1, Affine(2, 2), Activation(activation.NewTanh(1)))), "closed form": logisticEquation(), "traced": lotkaVolterra()} {
		d, p := m.Dim(), m.Params()
		e := m.At(make([]float64, p), 3)
		v := func(n int) []float64 { return make([]float64, n) }
		x, th, memo := v(3*d), v(p), v(e.Memo())
		for want, f := range map[string]func(){
			fmt.Sprintf("theta has length %d, want %d", p+1, p):   func() { m.At(v(p+1), 1) },
			fmt.Sprintf("theta has length %d, want %d", p+2, p):   func() { e.(Reusable).Reset(v(p + 2)) },
			"a batch has at least one state":                      func() { m.At(th, 0) },
			fmt.Sprintf("x has length %d, want %d", d, 3*d):       func() { e.Rate(x, 0, v(d), nil) },
			fmt.Sprintf("dst has length %d, want %d", d, 3*d):     func() { e.Rate(v(d), 0, x, nil) },
			fmt.Sprintf("memo has length %d", e.Memo()+1):         func() { e.Rate(x, 0, x, v(e.Memo()+1)) },
			fmt.Sprintf("x has length %d, want %d", d+1, 3*d):     func() { e.Pull(x, th, 0, v(d+1), memo, x) },
			fmt.Sprintf("a has length %d, want %d", d, 3*d):       func() { e.Pull(x, th, 0, x, memo, v(d)) },
			fmt.Sprintf("dx has length %d, want %d", d, 3*d):      func() { e.Pull(v(d), th, 0, x, memo, x) },
			fmt.Sprintf("dtheta has length %d, want %d", p+1, p):  func() { e.Pull(x, v(p+1), 0, x, memo, x) },
			fmt.Sprintf("memo has length %d, want", e.Memo()+100): func() { e.Pull(x, th, 0, x, v(e.Memo()+100), x) },
		} {
			if got := panics(f); !strings.HasPrefix(got, "adjoint: ") || !strings.Contains(got, want) {
				t.Errorf("%s: panics with %q, want %q", name, got, want)
			}
		}
	}
}
