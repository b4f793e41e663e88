package sde

import "hopflow/flows"

// A Calculus is the point of a step at which the noise is evaluated: 0 is its
// beginning, 1 its end. A System means
//
//	dX = a dt + b(X(t + α dt)) dW = (a + α Σ_j (∂_{b_j} b_j)) dt + b dW (Itô),
//
// with b_j the columns of b.
type Calculus float64

// The calculi that have names.
const (
	Ito          Calculus = 0
	Stratonovich Calculus = 0.5
	AntiIto      Calculus = 1
)

// A Shape is a promise about the noise b(t, x), which cheaper schemes live by
// and CheckSystem tests.
type Shape int

// The shapes, from the widest to the narrowest.
const (
	General     Shape = iota
	Commutative       // (∂_{b_j} b_k) = (∂_{b_k} b_j) for every pair of columns
	Diagonal          // Wiener = Dim and dX_i has b_i(t, x_i) dW_i and no other noise
	Additive          // b does not depend on x
)

// A System is the stochastic differential equation dX = a dt + b dW. Only Dim,
// Drift and Noise are needed. The functions are called from many goroutines at
// once, so that they keep no state, and they write every component of dst,
// which does not overlap the other arguments. CheckSystem holds a System
// against all of this.
type System struct {
	// Dim is the number n of coordinates.
	Dim int
	// Wiener is the number m of independent Brownian motions; 0 is Dim.
	Wiener int
	// Drift stores a(t, x), n numbers.
	Drift flows.Field
	// Noise stores b(t, x) dw in dst: linear in dw, m numbers.
	Noise func(dst []float64, t float64, x, dw []float64)
	// Calculus says which integral is meant; the zero value is Itô's.
	Calculus Calculus
	// Shape says what is promised about Noise; the zero value promises nothing.
	Shape Shape

	// NoiseDeriv, if it is known, stores the derivative of b(t, x) dw in the
	// direction v: Σ_i v_i ∂_i b(t, x) dw. Milstein's scheme and the change of
	// calculus need it.
	NoiseDeriv func(dst []float64, t float64, x, v, dw []float64)

	// DriftBlock and NoiseBlock, if they are known, are Drift and Noise for many
	// particles at once: x[d][i] is coordinate d of particle i, dw[j][i] is
	// increment j of particle i, and all rows have one length. They are an
	// order of magnitude faster than a call for each particle.
	DriftBlock func(dst [][]float64, t float64, x [][]float64)
	NoiseBlock func(dst [][]float64, t float64, x, dw [][]float64)
	// VarianceBlock, for systems of Shape Diagonal, stores b_i(t, x)². An
	// Ensemble under EulerMaruyama is faster still with it: the square root and
	// the normal numbers are then made in one pass.
	VarianceBlock func(dst [][]float64, t float64, x [][]float64)
}

// A Scheme is a rule that takes particles one step further. It is immutable
// data that goroutines may share.
type Scheme interface {
	// Orders returns the strong and the weak order of convergence on systems
	// with smooth coefficients that grow at most linearly.
	Orders() (strong, weak float64)
	// Stepper returns the scheme at work on a system, with scratch for blocks
	// of up to size particles. It is an error if the system lacks what the
	// scheme needs or is meant in another calculus; the error says what to do.
	Stepper(s *System, size int) (Stepper, error)
}

// A Stepper takes the steps of one scheme for one system. It owns its scratch,
// allocates nothing per step and belongs to one goroutine.
type Stepper interface {
	// Channels returns how many independent Brownian increments a particle
	// needs in a step: often m, more for schemes with further randomness.
	Channels() int
	// Step moves the particles of a block from t to t+h in place. x[d][i] is
	// coordinate d of particle i, dw[j][i] its increment j: a normal number of
	// mean 0 and variance h, which Step may overwrite. All rows have one length,
	// at most the size that the Stepper was made for.
	Step(t, h float64, x, dw [][]float64)
}
