package adjoint

import "fmt"

// Trace returns the Model with dim coordinates and so many parameters whose rate
// f stores in dst, in scalar code. Its products with a covector come from going
// back through that code:
//
//	adjoint.Trace(2, 1, func(dst []adjoint.Var, t adjoint.Var, x, theta []adjoint.Var) {
//		dst[0] = x[1]
//		dst[1] = x[1].Mul(x[0].Mul(x[0]).Sub(adjoint.Const(1))).Mul(theta[0]).Add(x[0]).Neg()
//	})
//
// f may branch on values; it is called again on the way back, which costs one
// more rate and keeps nothing. What f leaves in dst is zero where it stores
// nothing. It panics on negative numbers and a nil f.
func Trace(dim, params int, f func(dst []Var, t Var, x, theta []Var)) *Traced {
	if dim < 1 || params < 0 || f == nil {
		panic(fmt.Sprintf("adjoint: Trace of %d coordinates and %d parameters: want at least one coordinate, and a function", dim, params))
	}
	return &Traced{dim, params, f}
}

// Traced is a Model in scalar code. Trace makes one.
type Traced struct {
	dim, params int
	f           func(dst []Var, t Var, x, theta []Var)
}

var _ Model = (*Traced)(nil)

// Dim returns the number of coordinates of one state.
func (m *Traced) Dim() int { return m.dim }

// Params returns the number of parameters.
func (m *Traced) Params() int { return m.params }

// At returns the model at work on a batch, which it takes state by state. It
// allocates nothing once its tape has grown to the length of the computation.
func (m *Traced) At(theta []float64, batch int) Evaluator {
	checkTheta(m, theta, batch)
	vars := make([]Var, 2*m.dim+m.params)
	return &tracedEvaluator{
		Traced: m, batch: batch, numbers: theta, tape: new(tape), state: make([]float64, m.dim),
		dst: vars[:m.dim], x: vars[m.dim : 2*m.dim], theta: vars[2*m.dim:],
	}
}

type tracedEvaluator struct {
	*Traced
	batch         int
	numbers       []float64 // θ
	tape          *tape
	state         []float64
	dst, x, theta []Var
}

var _ Reusable = (*tracedEvaluator)(nil)

func (e *tracedEvaluator) Memo() int { return 0 }

func (e *tracedEvaluator) Reset(theta []float64) {
	if len(theta) != e.params {
		panic(lengthMismatch("theta", len(theta), e.params))
	}
	e.numbers = theta
}

// run computes the rate of state k. On a tape the first records are t, x, θ.
func (e *tracedEvaluator) run(on *tape, t float64, x []float64, k int) {
	if on != nil {
		on.records = on.records[:0]
	}
	time := on.input(t)
	takeState(e.state, x, k, e.batch)
	on.inputs(e.x, e.state)
	on.inputs(e.theta, e.numbers)
	clear(e.dst)
	e.f(e.dst, time, e.x, e.theta)
}

func (e *tracedEvaluator) Rate(dst []float64, t float64, x, memo []float64) {
	checkRate(dst, x, memo, e.dim*e.batch, 0)
	for k := range e.batch {
		e.run(nil, t, x, k)
		for i, v := range e.dst {
			dst[i*e.batch+k] = v.value
		}
	}
}

func (e *tracedEvaluator) Pull(dx, dtheta []float64, t float64, x, memo, a []float64) (dt float64) {
	checkPull(dx, dtheta, x, memo, a, e.dim*e.batch, e.params, 0)
	for k := range e.batch {
		e.run(e.tape, t, x, k)
		e.tape.begin()
		for i, v := range e.dst {
			e.tape.seed(v, a[i*e.batch+k])
		}
		e.tape.sweep()
		slopes := e.tape.slopes
		dt += slopes[0]
		for i := range e.dim {
			dx[i*e.batch+k] += slopes[1+i]
		}
		for i := range dtheta {
			dtheta[i] += slopes[1+e.dim+i]
		}
	}
	return dt
}
