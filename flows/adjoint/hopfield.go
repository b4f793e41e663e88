package adjoint

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/hopfield"
)

// Weights says which weights of a Hopfield network are parameters.
type Weights int

const (
	// FullWeights: θ is W row by row, then b. Every entry of W is free.
	FullWeights Weights = iota
	// SymmetricWeights: θ is w_01, w_02, ..., w_12, ... above the diagonal, then
	// b. W = Wᵀ has a zero diagonal for every θ: what [NH] Algorithm 1 and 2
	// reach by projecting. The gradient of w_ij is G_ij + G_ji, G that of the
	// full matrix.
	SymmetricWeights
)

// A Hopfield is the Model of the continuous Hopfield network,
//
//	τ_i dx_i/dt = -x_i + f_i(a_i),   a = Wx + b,   θ = (W, b),
//
// [NH] Definition 5, with a time constant and an activation for each unit, which
// are no parameters. NewHopfield makes one from a hopfield.Continuous, Network
// makes a hopfield.Continuous of it again.
type Hopfield struct {
	n       int
	weights Weights
	tau     []float64
	f       []activation.Function
	inner   chain // f(Wx + b)
}

var (
	_ Model   = (*Hopfield)(nil)
	_ Complex = (*Hopfield)(nil)
)

// NewHopfield returns the model of networks with as many units as c, the same τ
// and f, and other weights and biases: c's own are Theta(c).
func NewHopfield(c *hopfield.Continuous, weights Weights) *Hopfield {
	if weights != FullWeights && weights != SymmetricWeights {
		panic(fmt.Sprintf("adjoint: unknown Weights(%d)", weights))
	}
	h := &Hopfield{n: c.Dim(), weights: weights, tau: c.Tau()}
	for i := range h.n {
		h.f = append(h.f, c.Activation(i))
	}
	row := h.f
	if allEqual(h.f) {
		row = h.f[:1]
	}
	h.inner = chain{Affine(h.n, h.n), Activation(row...)}
	return h
}

// allEqual reports whether one function serves all units, which is faster.
func allEqual(f []activation.Function) bool {
	for _, g := range f {
		if !reflect.TypeOf(g).Comparable() || g != f[0] {
			return false
		}
	}
	return true
}

// Dim returns the number of units.
func (h *Hopfield) Dim() int { return h.n }

// Params returns n² + n, or n(n-1)/2 + n for SymmetricWeights.
func (h *Hopfield) Params() int { return h.free() + h.n }

// free returns the number of weights among the parameters.
func (h *Hopfield) free() int {
	if h.weights == SymmetricWeights {
		return h.n * (h.n - 1) / 2
	}
	return h.n * h.n
}

// Theta returns the parameters of c. It is an error if c has another number of
// units or, for SymmetricWeights, if its W is not symmetric with zero diagonal.
// Only W and b are read.
func (h *Hopfield) Theta(c *hopfield.Continuous) ([]float64, error) {
	if c.Dim() != h.n {
		return nil, fmt.Errorf("adjoint: network of %d units, the model has %d: make the model from this network", c.Dim(), h.n)
	}
	if h.weights == FullWeights {
		return slices.Concat(c.W().RawMatrix().Data, c.B()), nil
	}
	w, err := hopfield.Upper(c.W())
	if err != nil {
		return nil, fmt.Errorf("adjoint: SymmetricWeights: %w, or take FullWeights", err)
	}
	return append(w, c.B()...), nil
}

// Network returns the network with these parameters. It is an error if one of
// them is not finite.
func (h *Hopfield) Network(theta []float64) (*hopfield.Continuous, error) {
	c, err := hopfield.NewAsymmetric(h.W(theta), h.B(theta), h.f[0], h.tau...)
	if err != nil {
		return nil, err
	}
	return c.WithActivations(h.f...)
}

// W returns the weights among the parameters as a matrix, a copy. Of a gradient
// with respect to SymmetricWeights it has each component twice.
func (h *Hopfield) W(theta []float64) *mat.Dense {
	return mat.NewDense(h.n, h.n, h.unfold(theta)[:h.n*h.n])
}

// B returns the biases among the parameters, a copy.
func (h *Hopfield) B(theta []float64) []float64 {
	return h.unfold(theta)[h.n*h.n:]
}

func (h *Hopfield) unfold(theta []float64) []float64 {
	if len(theta) != h.Params() {
		panic(lengthMismatch("theta", len(theta), h.Params()))
	}
	full := make([]float64, h.n*h.n+h.n)
	unfoldInto(h, full, theta)
	return full
}

// unfoldInto stores W and b in full, which has n² + n numbers.
func unfoldInto[T any](h *Hopfield, full, theta []T) {
	if h.weights == FullWeights {
		copy(full, theta)
		return
	}
	hopfield.SpreadUpper(full, h.n, theta)
	copy(full[h.n*h.n:], theta[h.free():])
}

// fold adds the gradient with respect to W and b to that with respect to θ.
func (h *Hopfield) fold(dtheta, full []float64) {
	hopfield.FoldUpper(dtheta, full, h.n)
	addScaled(dtheta[h.free():], 1, full[h.n*h.n:])
}

// Glorot returns parameters to start learning from: weights uniform in ±√(3/n),
// biases 0. The same seed gives the same numbers.
func (h *Hopfield) Glorot(seed uint64) []float64 {
	theta := make([]float64, h.Params())
	rng := rand.New(rand.NewPCG(seed, 0))
	limit := math.Sqrt(3 / float64(h.n))
	for i := range h.free() {
		theta[i] = limit * (2*rng.Float64() - 1)
	}
	return theta
}

// RateComplex stores f(x; θ) of one state in dst, with the activations continued
// as those of a Network are.
func (h *Hopfield) RateComplex(dst []complex128, t complex128, x, theta []complex128) {
	switch {
	case len(theta) != h.Params():
		panic(lengthMismatch("theta", len(theta), h.Params()))
	case len(x) != h.n:
		panic(lengthMismatch("x", len(x), h.n))
	case len(dst) != h.n:
		panic(lengthMismatch("dst", len(dst), h.n))
	}
	full := make([]complex128, h.n*h.n+h.n)
	unfoldInto(h, full, theta)
	h.inner.complexRate(dst, t, x, full)
	for i, v := range x {
		dst[i] = (dst[i] - v) / complex(h.tau[i], 0)
	}
}
