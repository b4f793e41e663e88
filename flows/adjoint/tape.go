package adjoint

import "math"

// A Var is a number that remembers how it was computed, so that Trace and
// Differentiate can go back through the computation. Arithmetic is by methods:
// a b + 2 sin a is
//
//	a.Mul(b).Add(a.Sin().Times(2))
//
// The zero Var is the constant 0. A Var belongs to the call that it was made in
// and must not outlive it.
type Var struct {
	value float64
	tape  *tape // nil for a constant
	at    int32 // its record
}

// Const returns a constant.
func Const(c float64) Var { return Var{value: c} }

// Value returns the number, to branch on or to print: what is computed with it is
// not differentiated.
func (a Var) Value() float64 { return a.value }

// A tape has a record for each Var computed, in order.
type tape struct {
	records []record
	slopes  []float64 // of what is swept back, by each record
}

// A record is a Var as a function of at most two before it, by its derivatives
// with respect to them. One that depends on nothing refers to itself.
type record struct {
	left, right   int32
	dLeft, dRight float64
}

// input begins a Var that nothing is known of.
func (t *tape) input(v float64) Var {
	if t == nil {
		return Const(v)
	}
	at := int32(len(t.records))
	t.records = append(t.records, record{left: at, right: at})
	return Var{v, t, at}
}

// inputs begins as many as there are numbers.
func (t *tape) inputs(dst []Var, v []float64) {
	for i := range dst {
		dst[i] = t.input(v[i])
	}
}

// seed gives the sweep the derivative with respect to a Var. A constant takes
// none.
func (t *tape) seed(a Var, slope float64) {
	if a.tape == nil {
		return
	}
	if a.tape != t {
		panic("adjoint: a result is a Var of another trace: compute it from the arguments of this call")
	}
	t.slopes[a.at] += slope
}

// begin makes room for a sweep, with all derivatives zero.
func (t *tape) begin() {
	if cap(t.slopes) < len(t.records) {
		t.slopes = make([]float64, 2*len(t.records))
	}
	t.slopes = t.slopes[:len(t.records)]
	clear(t.slopes)
}

// sweep goes back from the last record to the first. A derivative that nothing
// arrives at is passed over, so that 0 times an infinite slope stays nothing.
func (t *tape) sweep() {
	for i := len(t.records) - 1; i >= 0; i-- {
		s, r := t.slopes[i], t.records[i]
		if s == 0 {
			continue
		}
		if int(r.left) != i {
			t.slopes[r.left] += s * r.dLeft
		}
		if int(r.right) != i {
			t.slopes[r.right] += s * r.dRight
		}
	}
}

// unary returns f(a), which has the derivative slope there.
func (a Var) unary(value, slope float64) Var {
	if a.tape == nil {
		return Const(value)
	}
	at := int32(len(a.tape.records))
	a.tape.records = append(a.tape.records, record{left: a.at, right: at, dLeft: slope})
	return Var{value, a.tape, at}
}

// binary returns f(a, b), which has these derivatives there.
func (a Var) binary(b Var, value, da, db float64) Var {
	switch {
	case b.tape == nil:
		return a.unary(value, da)
	case a.tape == nil:
		return b.unary(value, db)
	case a.tape != b.tape:
		panic("adjoint: a Var of another trace: compute only from the arguments of this call")
	}
	at := int32(len(a.tape.records))
	a.tape.records = append(a.tape.records, record{a.at, b.at, da, db})
	return Var{value, a.tape, at}
}

// Differentiate returns f(x) and its derivatives with respect to every x, by one
// sweep back through the computation.
func Differentiate(f func(x []Var) Var, x []float64) (value float64, gradient []float64) {
	t, in := &tape{}, make([]Var, len(x))
	t.inputs(in, x)
	y := f(in)
	t.begin()
	t.seed(y, 1)
	t.sweep()
	return y.value, append([]float64(nil), t.slopes[:len(x)]...)
}

// sech2 is the derivative of tanh, without the cancellation of 1 - tanh².
func sech2(u float64) float64 {
	e := math.Exp(-2 * math.Abs(u))
	return 4 * e / ((1 + e) * (1 + e))
}
