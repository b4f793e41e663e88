package adjoint

import (
	"math"

	"hopflow/lyapunov/activation"
)

// Add returns a + b.
func (a Var) Add(b Var) Var { return a.binary(b, a.value+b.value, 1, 1) }

// Sub returns a - b.
func (a Var) Sub(b Var) Var { return a.binary(b, a.value-b.value, 1, -1) }

// Mul returns a b.
func (a Var) Mul(b Var) Var { return a.binary(b, a.value*b.value, b.value, a.value) }

// Div returns a/b.
func (a Var) Div(b Var) Var {
	q := a.value / b.value
	return a.binary(b, q, 1/b.value, -q/b.value)
}

// Plus returns a + c.
func (a Var) Plus(c float64) Var { return a.unary(a.value+c, 1) }

// Times returns c a.
func (a Var) Times(c float64) Var { return a.unary(c*a.value, c) }

// Neg returns -a.
func (a Var) Neg() Var { return a.unary(-a.value, -1) }

// Pow returns a^p, p a constant. For a variable b, a^b is b.Mul(a.Log()).Exp().
func (a Var) Pow(p float64) Var {
	if p == 0 {
		return a.unary(1, 0)
	}
	return a.unary(math.Pow(a.value, p), p*math.Pow(a.value, p-1))
}

// Exp returns e^a.
func (a Var) Exp() Var {
	e := math.Exp(a.value)
	return a.unary(e, e)
}

// Log returns ln a.
func (a Var) Log() Var { return a.unary(math.Log(a.value), 1/a.value) }

// Sqrt returns √a.
func (a Var) Sqrt() Var {
	r := math.Sqrt(a.value)
	return a.unary(r, 0.5/r)
}

// Sin returns sin a.
func (a Var) Sin() Var {
	s, c := math.Sincos(a.value)
	return a.unary(s, c)
}

// Cos returns cos a.
func (a Var) Cos() Var {
	s, c := math.Sincos(a.value)
	return a.unary(c, -s)
}

// Atan returns arctan a.
func (a Var) Atan() Var { return a.unary(math.Atan(a.value), 1/(1+a.value*a.value)) }

// Tanh returns tanh a.
func (a Var) Tanh() Var { return a.unary(math.Tanh(a.value), sech2(a.value)) }

// Apply returns σ(a).
func (a Var) Apply(f activation.Function) Var { return a.unary(f.Value(a.value), f.Deriv(a.value)) }

// Dot returns Σ a_i b_i. It panics if the lengths differ.
func Dot(a, b []Var) (sum Var) {
	if len(a) != len(b) {
		panic(lengthMismatch("b of Dot", len(b), len(a)))
	}
	for i := range a {
		sum = sum.Add(a[i].Mul(b[i]))
	}
	return sum
}
