package hopfield

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A Modern is the network of [NH] Theorem 12,
//
//	τ dx/dt = -∇E(x) = -x + Wᵀ∇F(Wx + b) + v,   E(x) = ½|x|² - v·x - F(Wx + b),
//
// of d units x and n hidden ones, with a Potential F. It is itself the energy:
// a lyapunov.Energy with Hessian, a landscape.Smooth.
//
// With F = LogSumExp the rows of W are n stored patterns and the network
// retrieves them: [NH] Example 14 and 15, corrected. NewSoftmax makes it; the
// methods that need it (Weights, Separation, RetrievalBound, Retrieve ...) panic
// with another F.
//
// Along the flow dE/dt = -|∇E|²/τ: no limit cycles. Trajectories tend to sets of
// equilibria, to single ones where these are isolated or F is analytic; [NH]
// Theorem 12's "fixed point or limit circle", corrected. MexicanHat is the
// counter-example to more.
//
// A Modern does not change; goroutines may share it. Derived in notebook 08.
type Modern struct {
	n, d    int
	w       []float64 // row-major, n rows of d
	b, v    []float64
	tau     float64
	f       Potential
	scratch *sync.Pool // of *modernScratch
}

type modernScratch struct{ z, y, a, x []float64 } // n, n, n, d

// ModernSettings holds the parts of a Modern network that are often zero. A nil
// pointer means all of them are.
type ModernSettings struct {
	Bias  []float64 // b, one for each row of W; nil is 0. MeanShiftBias(W) makes any norms fair
	Input []float64 // v, one for each column of W; nil is 0
	Tau   float64   // time constant; 0 is 1
}

// NewModern returns the network with weights w of n × d and potential f. It is an
// error if w is empty, something is not finite, a length does not fit, or E is
// not bounded below as far as f tells (Curved): F may grow like c|z|² with
// c‖W‖² < ½ at most. It panics if f is nil or τ is negative.
func NewModern(w mat.Matrix, f Potential, s *ModernSettings) (*Modern, error) {
	if f == nil {
		panic("hopfield: nil potential")
	}
	if s == nil {
		s = &ModernSettings{}
	}
	n, d := w.Dims()
	if n == 0 || d == 0 {
		return nil, fmt.Errorf("hopfield: W is %d x %d: give a row for each hidden unit, a column for each component of x", n, d)
	}
	if err := checkFiniteMatrix("W", w); err != nil {
		return nil, err
	}
	m := &Modern{n: n, d: d, b: make([]float64, n), v: make([]float64, d), tau: 1, f: f}
	m.w = mat.DenseCopyOf(w).RawMatrix().Data
	if s.Tau != 0 {
		modernPositive("τ", s.Tau)
		m.tau = s.Tau
	}
	for _, part := range []struct {
		name string
		dst  []float64
		src  []float64
	}{{"Bias", m.b, s.Bias}, {"Input", m.v, s.Input}} {
		if part.src == nil {
			continue
		}
		if len(part.src) != len(part.dst) {
			return nil, fmt.Errorf("hopfield: %s has %d components, W of %d x %d needs %d: give one each, or nil for 0", part.name, len(part.src), n, d, len(part.dst))
		}
		if err := checkFinite(part.name, part.src); err != nil {
			return nil, err
		}
		copy(part.dst, part.src)
	}
	m.scratch = &sync.Pool{New: func() any {
		return &modernScratch{make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, d)}
	}}
	if err := m.checkBelow(); err != nil {
		return nil, err
	}
	return m, nil
}

// NewSoftmax returns the network that stores the rows of patterns, with
// F = LogSumExp of the given sharpness. It panics unless the sharpness is
// positive and finite; the errors are those of NewModern.
func NewSoftmax(patterns mat.Matrix, sharpness float64, s *ModernSettings) (*Modern, error) {
	return NewModern(patterns, NewLogSumExp(sharpness), s)
}

// checkBelow returns an error if E is known to have no lower bound, or not known
// to have one.
func (m *Modern) checkBelow() error {
	c, ok := m.f.(Curved)
	if !ok {
		return nil
	}
	g := c.Growth()
	if g == 0 {
		return nil
	}
	if norm := m.norm(); norm > 0 && !(g*norm*norm < 0.5) {
		return fmt.Errorf("hopfield: E has no lower bound that holds for certain: F grows like %g|z|² or faster and ‖W‖ = %.3g, want less than ½|z|²/‖W‖²: scale W down, take another F, or NewDenseMemory for states of -1 and +1", g, norm)
	}
	return nil
}

// norm returns ‖W‖, the largest singular value.
func (m *Modern) norm() float64 {
	var svd mat.SVD
	if !svd.Factorize(mat.NewDense(m.n, m.d, m.w), mat.SVDNone) {
		return math.Inf(1)
	}
	return svd.Values(nil)[0]
}

// MeanShiftBias returns b_i = -½|v_i|² for the rows v_i of w. With it the energy
// of the softmax network is -β⁻¹ ln Σ exp(-β|x - v_i|²/2) for patterns of any
// norms, and its flow is the Gaussian mean shift.
func MeanShiftBias(w mat.Matrix) []float64 {
	n, d := w.Dims()
	b := make([]float64, n)
	for i := range n {
		for j := range d {
			b[i] -= w.At(i, j) * w.At(i, j) / 2
		}
	}
	return b
}

// Dim returns the number of components d of x.
func (m *Modern) Dim() int { return m.d }

// Hidden returns the number n of hidden units, the rows of W.
func (m *Modern) Hidden() int { return m.n }

// Potential returns F.
func (m *Modern) Potential() Potential { return m.f }

// Tau returns the time constant.
func (m *Modern) Tau() float64 { return m.tau }

// Pattern returns a copy of row k of W.
func (m *Modern) Pattern(k int) []float64 { return append([]float64(nil), m.row(k)...) }

func (m *Modern) row(k int) []float64 { return m.w[k*m.d : (k+1)*m.d : (k+1)*m.d] }

// Drive stores z = Wx + b, the input of the hidden units, in dst of length n. dst
// does not overlap x.
func (m *Modern) Drive(dst, x []float64) {
	checkLen(dst, m.n)
	checkLen(x, m.d)
	for i := range dst {
		dst[i] = m.b[i] + floats.Dot(m.row(i), x)
	}
}

// Value returns E(x) = ½|x|² - v·x - F(Wx + b).
func (m *Modern) Value(x []float64) float64 {
	s := m.scratch.Get().(*modernScratch)
	defer m.scratch.Put(s)
	m.Drive(s.z, x)
	return floats.Dot(x, x)/2 - floats.Dot(m.v, x) - m.f.Value(s.z)
}

// Gradient stores ∇E(x) = x - Wᵀ∇F(Wx + b) - v in dst. dst does not overlap x.
func (m *Modern) Gradient(dst, x []float64) {
	m.Update(dst, x)
	for i, xi := range x {
		dst[i] = xi - dst[i]
	}
}

// Field stores dx/dt = -∇E(x)/τ in dst. It has the shape of a flows.Field, does
// not depend on t, and dst does not overlap x.
func (m *Modern) Field(dst []float64, t float64, x []float64) {
	m.Update(dst, x)
	for i, xi := range x {
		dst[i] = (dst[i] - xi) / m.tau
	}
}

// Update stores Wᵀ∇F(Wx + b) + v in dst: one Euler step of Δt = τ, one step of
// the concave-convex procedure (the minimiser of E with F replaced by its tangent
// at x), and for F = LogSumExp softmax attention of the query x to W as keys and
// values. E falls by |Update(x) - x|²/2 at least if F is convex. dst does not
// overlap x.
func (m *Modern) Update(dst, x []float64) {
	checkLen(dst, m.d)
	s := m.scratch.Get().(*modernScratch)
	defer m.scratch.Put(s)
	m.Drive(s.z, x)
	m.f.Gradient(s.y, s.z)
	m.back(dst, s.y)
	floats.Add(dst, m.v)
}

// back stores Wᵀy in dst.
func (m *Modern) back(dst, y []float64) {
	clear(dst)
	for i, yi := range y {
		floats.AddScaled(dst, yi, m.row(i))
	}
}

// HessianTimes stores ∇²E(x) u = u - Wᵀ∇²F(Wx + b)Wu in dst, in 4nd operations.
// dst overlaps neither x nor u.
func (m *Modern) HessianTimes(dst, x, u []float64) {
	checkLen(dst, m.d)
	checkLen(u, m.d)
	s := m.scratch.Get().(*modernScratch)
	defer m.scratch.Put(s)
	m.Drive(s.z, x)
	for i := range s.y {
		s.y[i] = floats.Dot(m.row(i), u)
	}
	m.f.HessianTimes(s.a, s.z, s.y)
	m.back(dst, s.a)
	for i, ui := range u {
		dst[i] = ui - dst[i]
	}
}

// Hessian stores ∇²E(x) = I - Wᵀ∇²F(Wx + b)W in dst, which has order d. For
// F = LogSumExp it is I - β Cov_p, p the weights at x: [NH] Lemma 16, corrected
// (the source has lost the β).
func (m *Modern) Hessian(dst *mat.SymDense, x []float64) {
	column, unit := make([]float64, m.d), make([]float64, m.d)
	for j := range unit {
		unit[j] = 1
		m.HessianTimes(column, x, unit)
		unit[j] = 0
		for i := j; i < m.d; i++ {
			dst.SetSym(i, j, column[i])
		}
	}
}

// Jacobian stores ∂(dx/dt)/∂x = -∇²E(x)/τ, which is (-I + β Cov_p)/τ for
// F = LogSumExp, in dst of order d.
func (m *Modern) Jacobian(dst *mat.SymDense, x []float64) {
	m.Hessian(dst, x)
	dst.ScaleSym(-1/m.tau, dst)
}
