package hopfield

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/activation"
)

// A Continuous is the network of graded units of [NH] Definition 5,
//
//	τ_i dx_i/dt = -x_i + f_i(a_i),   a = Wx + b,
//
// with W of n × n, any diagonal, and a time constant and an activation for
// each unit. The box of the ranges of f is forward invariant, and what starts
// outside enters it in finite time, unless f attains the ends of its range.
//
// For W = Wᵀ the flow descends Energy, whatever the τ_i and f_i: no limit
// cycles, and every trajectory tends to a connected set of equilibria (LaSalle);
// to a single one where they are isolated or f is analytic. [NH] Theorem 9's
// "fixed point or limit circle", corrected. NewAsymmetric makes networks
// without an energy, and those do have limit cycles.
//
// A Continuous does not change; goroutines may share it. Derived in notebook 07.
type Continuous struct {
	n         int
	w         []float64 // row-major
	b, tau    []float64
	f         []activation.Function
	symmetric bool
	common    bool // all τ equal
}

// NewContinuous returns the network with symmetric weights w, biases b (nil: 0),
// activation f, and the time constants tau: none for 1, one for all units, or
// one for each. It is an error if w is not square, symmetric and finite, if sums
// of its entries may overflow, or a length does not fit, or a τ is not positive
// and finite; it panics if f is nil.
func NewContinuous(w mat.Matrix, b []float64, f activation.Function, tau ...float64) (*Continuous, error) {
	c, err := NewAsymmetric(w, b, f, tau...)
	if err != nil {
		return nil, err
	}
	if !c.symmetric {
		return nil, fmt.Errorf("%w, or NewAsymmetric for a network without an energy", checkSymmetric("W", w))
	}
	return c, nil
}

// NewAsymmetric is NewContinuous for any square w. A network whose w is not
// symmetric has no energy: Energy and OutputEnergy panic, ConvexGain and
// StepBound are errors, and trajectories may run into limit cycles, which Settle
// reports with their period.
func NewAsymmetric(w mat.Matrix, b []float64, f activation.Function, tau ...float64) (*Continuous, error) {
	if f == nil {
		panic("hopfield: nil activation")
	}
	if err := checkSquare("W", w); err != nil {
		return nil, err
	}
	n, _ := w.Dims()
	c := &Continuous{n: n, w: make([]float64, n*n), b: make([]float64, n), tau: make([]float64, n), f: make([]activation.Function, n)}
	for i := range n {
		for j := range n {
			c.w[i*n+j] = w.At(i, j)
		}
		c.f[i] = f
	}
	c.symmetric = checkSymmetric("W", w) == nil
	if err := c.setBias(b); err != nil {
		return nil, err
	}
	if err := c.setTau(tau); err != nil {
		return nil, err
	}
	if err := checkSum(c.w, c.b); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Continuous) setBias(b []float64) error {
	if b == nil {
		return nil
	}
	if len(b) != c.n {
		return fmt.Errorf("hopfield: %d biases for %d units: give one each, or nil for 0", len(b), c.n)
	}
	copy(c.b, b)
	return checkFinite("b", b)
}

func (c *Continuous) setTau(tau []float64) error {
	switch len(tau) {
	case 0:
		tau = []float64{1}
	case 1, c.n:
	default:
		return fmt.Errorf("hopfield: %d time constants for %d units: give none for 1, one, or one each", len(tau), c.n)
	}
	c.common = true
	for i := range c.tau {
		c.tau[i] = tau[i%len(tau)]
		c.common = c.common && c.tau[i] == c.tau[0]
		if !(c.tau[i] > 0) || math.IsInf(c.tau[i], 0) {
			return fmt.Errorf("hopfield: τ[%d] is %v, want a positive finite number", i, c.tau[i])
		}
	}
	return nil
}

// WithActivations returns the network with an activation for each unit.
func (c *Continuous) WithActivations(f ...activation.Function) (*Continuous, error) {
	if len(f) != c.n {
		return nil, fmt.Errorf("hopfield: %d activations for %d units: give one each", len(f), c.n)
	}
	if slices.Contains(f, nil) {
		return nil, errors.New("hopfield: nil activation")
	}
	d := *c
	d.f = slices.Clone(f)
	return &d, nil
}

// WithGain returns the network with f(g a) in place of f(a): its weights and
// biases are g times those of c. It panics unless g is finite, and sums of the weights
// remain so.
func (c *Continuous) WithGain(g float64) *Continuous {
	if math.IsNaN(g) || math.IsInf(g, 0) {
		panic(fmt.Sprintf("hopfield: gain is %v, want a finite number", g))
	}
	d := *c
	d.w, d.b = slices.Clone(c.w), slices.Clone(c.b)
	floats.Scale(g, d.w)
	floats.Scale(g, d.b)
	if err := checkSum(d.w, d.b); err != nil {
		panic(fmt.Sprintf("%v, or take a smaller gain than %v", err, g))
	}
	return &d
}

// Dim returns the number of units n.
func (c *Continuous) Dim() int { return c.n }

// Symmetric reports whether W = Wᵀ.
func (c *Continuous) Symmetric() bool { return c.symmetric }

// W returns a copy of the weights.
func (c *Continuous) W() *mat.Dense { return mat.NewDense(c.n, c.n, slices.Clone(c.w)) }

// B returns a copy of the biases.
func (c *Continuous) B() []float64 { return slices.Clone(c.b) }

// Tau returns a copy of the time constants, one for each unit.
func (c *Continuous) Tau() []float64 { return slices.Clone(c.tau) }

// Activation returns the activation of unit i.
func (c *Continuous) Activation(i int) activation.Function { return c.f[i] }

// Drive stores a = Wx + b, the input of each unit, in dst. dst does not overlap x.
func (c *Continuous) Drive(dst, x []float64) {
	checkLen(dst, c.n)
	checkLen(x, c.n)
	for i := range dst {
		dst[i] = c.b[i] + floats.Dot(c.w[i*c.n:(i+1)*c.n], x)
	}
}

// Output stores y = f(Wx + b) in dst. dst does not overlap x.
func (c *Continuous) Output(dst, x []float64) {
	c.Drive(dst, x)
	for i, a := range dst {
		dst[i] = c.f[i].Value(a)
	}
}

// Field stores dx/dt = (-x + f(Wx + b))/τ in dst. It has the shape of a
// flows.Field, does not depend on t, and allocates nothing. dst does not
// overlap x.
func (c *Continuous) Field(dst []float64, t float64, x []float64) {
	c.Output(dst, x)
	for i, y := range dst {
		dst[i] = (y - x[i]) / c.tau[i]
	}
}

// Activations stores the velocity of a = Wx + b along the flow,
//
//	da/dt = (-a + Wf(a) + b)/τ,
//
// in dst: closed in a, without an inverse of W, where all τ are equal. It
// panics if they are not (then da/dt needs x). Only b + range W is the image of
// states x; an a off it approaches it. dst does not overlap a.
func (c *Continuous) Activations(dst []float64, t float64, a []float64) {
	if !c.common {
		panic("hopfield: the dynamics of a = Wx + b is closed only where all τ are equal")
	}
	checkLen(dst, c.n)
	checkLen(a, c.n)
	copy(dst, c.b)
	for j, aj := range a {
		y := c.f[j].Value(aj)
		for i := range dst {
			dst[i] += c.w[i*c.n+j] * y
		}
	}
	for i := range dst {
		dst[i] = (dst[i] - a[i]) / c.tau[0]
	}
}

// Jacobian stores ∂(dx/dt)/∂x = T⁻¹(-I + D W), D = diag f'(Wx + b), T = diag τ,
// in dst, which is n × n or empty.
func (c *Continuous) Jacobian(dst *mat.Dense, x []float64) {
	a := make([]float64, c.n)
	c.Drive(a, x)
	c.jacobian(dst, a)
}

func (c *Continuous) jacobian(dst *mat.Dense, a []float64) {
	if dst.IsEmpty() {
		dst.ReuseAs(c.n, c.n)
	}
	for i := range c.n {
		d := c.f[i].Deriv(a[i])
		for j := range c.n {
			v := d * c.w[i*c.n+j]
			if i == j {
				v--
			}
			dst.Set(i, j, v/c.tau[i])
		}
	}
}
