package adjoint

import "fmt"

// Func is a Model in closed form: f and its products with a covector, one state
// at a time. The logistic equation x' = θ x (1 - x):
//
//	adjoint.Func{
//		D: 1, P: 1,
//		F: func(dst []float64, _ float64, x, th []float64) { dst[0] = th[0] * x[0] * (1 - x[0]) },
//		VJP: func(dx, dth []float64, _ float64, x, th, a []float64) float64 {
//			dx[0] += a[0] * th[0] * (1 - 2*x[0])
//			dth[0] += a[0] * x[0] * (1 - x[0])
//			return 0
//		},
//	}
//
// CheckModel finds a slip in VJP; Trace needs none.
type Func struct {
	D int // coordinates of one state
	P int // parameters
	// F stores f(t, x; θ) in dst.
	F func(dst []float64, t float64, x, theta []float64)
	// VJP adds aᵀ∂f/∂x to dx and aᵀ∂f/∂θ to dtheta, and returns aᵀ∂f/∂t: 0 where
	// f does not depend on t.
	VJP func(dx, dtheta []float64, t float64, x, theta, a []float64) float64
}

var _ Model = Func{}

// Dim returns D.
func (f Func) Dim() int { return f.D }

// Params returns P.
func (f Func) Params() int { return f.P }

// At returns the model at work on a batch. It panics without F or VJP, and unless
// D > 0 and P >= 0.
func (f Func) At(theta []float64, batch int) Evaluator {
	if f.D < 1 || f.P < 0 {
		panic(fmt.Sprintf("adjoint: Func of %d coordinates and %d parameters: want at least one coordinate", f.D, f.P))
	}
	if f.F == nil || f.VJP == nil {
		panic("adjoint: Func needs both F and VJP: Trace derives the second from the first")
	}
	checkTheta(f, theta, batch)
	e := &funcEvaluator{Func: f, theta: theta, batch: batch, unwanted: make([]float64, f.P)}
	for _, v := range []*[]float64{&e.x, &e.a, &e.out} {
		*v = make([]float64, f.D)
	}
	return e
}

// A funcEvaluator takes the states of a batch out one by one.
type funcEvaluator struct {
	Func
	theta     []float64
	batch     int
	x, a, out []float64 // of one state
	unwanted  []float64 // takes the place of a nil dtheta
}

var _ Reusable = (*funcEvaluator)(nil)

func (e *funcEvaluator) Memo() int { return 0 }

func (e *funcEvaluator) Reset(theta []float64) {
	if len(theta) != e.P {
		panic(lengthMismatch("theta", len(theta), e.P))
	}
	e.theta = theta
}

func (e *funcEvaluator) Rate(dst []float64, t float64, x, memo []float64) {
	checkRate(dst, x, memo, e.D*e.batch, 0)
	if e.batch == 1 {
		e.F(dst, t, x, e.theta)
		return
	}
	for k := range e.batch {
		takeState(e.x, x, k, e.batch)
		e.F(e.out, t, e.x, e.theta)
		putState(dst, e.out, k, e.batch)
	}
}

func (e *funcEvaluator) Pull(dx, dtheta []float64, t float64, x, memo, a []float64) (dt float64) {
	checkPull(dx, dtheta, x, memo, a, e.D*e.batch, e.P, 0)
	if dtheta == nil {
		dtheta = e.unwanted
	}
	if e.batch == 1 {
		return e.VJP(dx, dtheta, t, x, e.theta, a)
	}
	for k := range e.batch {
		takeState(e.x, x, k, e.batch)
		takeState(e.a, a, k, e.batch)
		takeState(e.out, dx, k, e.batch)
		dt += e.VJP(e.out, dtheta, t, e.x, e.theta, e.a)
		putState(dx, e.out, k, e.batch)
	}
	return dt
}

// takeState stores state k of a batch in dst.
func takeState(dst, x []float64, k, batch int) {
	for i := range dst {
		dst[i] = x[i*batch+k]
	}
}

// putState stores x as state k of a batch.
func putState(dst, x []float64, k, batch int) {
	for i, v := range x {
		dst[i*batch+k] = v
	}
}
