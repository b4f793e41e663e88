package adjoint

// A Model is the right-hand side of dx/dt = f(t, x; θ), with what its adjoint
// needs. It is immutable: goroutines may share it. Layers, Func and Trace make
// one from layers, from closed forms and from scalar code; CheckModel holds one
// against its laws.
type Model interface {
	// Dim returns d, the number of coordinates of one state.
	Dim() int
	// Params returns the length of θ.
	Params() int
	// At returns the model at work on so many states at once, with these
	// parameters. theta is not copied: whoever changes it makes a new Evaluator,
	// or calls Reset where it is Reusable. It panics on a theta of another
	// length, and unless batch > 0.
	At(theta []float64, batch int) Evaluator
}

// An Evaluator is a Model at work on a batch of states. It owns the scratch that
// this needs and allocates nothing per call, so it belongs to one goroutine.
//
// States are coordinate-major: x[i*batch+k] is coordinate i of state k, so that a
// batch of one is a plain vector. dst, dx and a have the layout of x; none of the
// arguments may overlap another.
type Evaluator interface {
	// Memo returns how many numbers Rate leaves for Pull: derivatives and inner
	// states, so that the reverse sweep computes no activation again.
	Memo() int
	// Rate stores f(t, x; θ) in dst and, unless memo is nil, what Pull needs in
	// memo, whose length is Memo.
	Rate(dst []float64, t float64, x, memo []float64)
	// Pull adds aᵀ∂f/∂x to dx and, unless dtheta is nil, aᵀ∂f/∂θ, summed over the
	// batch, to dtheta. It returns aᵀ∂f/∂t, summed too. memo is what Rate left at
	// the same t and x.
	Pull(dx, dtheta []float64, t float64, x, memo, a []float64) float64
}

// A Reusable Evaluator takes other parameters into the same workspace. The
// evaluators of this package are Reusable.
type Reusable interface {
	// Reset makes theta the parameters from now on. It is not copied. It panics on
	// another length.
	Reset(theta []float64)
}

// Complex is a Model that continues analytically to complex arguments. Then
// Im f(x + iεv)/ε is ∂f/∂x v to the last bit, without a difference: the complex
// step that the tests compare gradients with.
type Complex interface {
	// RateComplex stores f(t, x; θ) of one state in dst.
	RateComplex(dst []complex128, t complex128, x, theta []complex128)
}

// checkTheta panics unless the parameters and the batch fit the model.
func checkTheta(m Model, theta []float64, batch int) {
	if len(theta) != m.Params() {
		panic(lengthMismatch("theta", len(theta), m.Params()))
	}
	if batch < 1 {
		panic("adjoint: a batch has at least one state")
	}
}
