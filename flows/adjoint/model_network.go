package adjoint

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// A Network is a Model made of layers: f(t, x; θ) is their composition. Layers
// makes one.
type Network struct {
	layers chain
	dim    int
	blocks []Block
	params int
}

var (
	_ Model   = (*Network)(nil)
	_ Complex = (*Network)(nil)
)

// Layers returns the model that composes the layers, the first one first. The
// continuous Hopfield network and a non-autonomous network with a hidden layer:
//
//	Layers(Relax(tau, Affine(d, d), Activation(activation.NewTanh(1))))         // τx' = -x + tanh(W x + b)
//	Layers(TimeAffine(2, 3), Activation(activation.NewTanh(1)), Affine(3, 2))   // x' = W2 tanh(W1 x + b1 + u t) + b2
//
// It panics where the numbers that a layer gives are not those that the next one
// takes, and where no layer says how many coordinates a state has.
func Layers(layers ...Layer) *Network {
	m, err := newNetwork(layers)
	if err != nil {
		panic("adjoint: " + err.Error())
	}
	return m
}

func newNetwork(layers []Layer) (*Network, error) {
	for i, l := range layers {
		if l == nil {
			return nil, fmt.Errorf("layer %d is nil", i+1)
		}
	}
	m := &Network{layers: slices.Clone(layers)}
	m.dim = m.layers.width()
	if m.dim == 0 {
		return nil, fmt.Errorf("no layer of %v says how many coordinates a state has: give Activation a function for each", m)
	}
	out, err := m.layers.outputs(m.dim)
	if err != nil {
		return nil, err
	}
	if out != m.dim {
		return nil, fmt.Errorf("%v makes %d numbers of %d: a rate has as many as the state", m, out, m.dim)
	}
	m.blocks = named(m.layers.blocks(m.dim))
	m.params = count(m.blocks)
	return m, nil
}

// named gives the blocks their offsets, and numbers those names that come more
// than once: W1, b1, u, W2, b2.
func named(blocks []Block) []Block {
	times, seen, offset := map[string]int{}, map[string]int{}, 0
	for _, b := range blocks {
		times[b.Name]++
	}
	for i := range blocks {
		b := &blocks[i]
		b.Offset, offset = offset, offset+b.Len()
		if times[b.Name] > 1 {
			seen[b.Name]++
			b.Name += strconv.Itoa(seen[b.Name])
		}
	}
	return blocks
}

// String writes the layers as they were called for.
func (m *Network) String() string { return written("Layers", "", m.layers) }

// Dim returns the number of coordinates of one state.
func (m *Network) Dim() int { return m.dim }

// Params returns the number of parameters.
func (m *Network) Params() int { return m.params }

// Blocks returns the named parts of θ in order. A name that only one layer uses
// stands alone; one that several use is numbered from the first layer on.
func (m *Network) Blocks() []Block { return slices.Clone(m.blocks) }

// Block returns the part of theta with that name as a matrix that shares its
// entries; a vector has one column. theta is a parameter vector, or a gradient
// with respect to one. It panics on a name that there is not.
func (m *Network) Block(name string, theta []float64) *mat.Dense {
	b := m.find(name, theta)
	return mat.NewDense(b.Rows, b.Cols, m.Slice(name, theta))
}

// Slice returns the part of theta with that name as a slice that shares its
// entries, row by row.
func (m *Network) Slice(name string, theta []float64) []float64 {
	b := m.find(name, theta)
	return theta[b.Offset : b.Offset+b.Len() : b.Offset+b.Len()]
}

func (m *Network) find(name string, theta []float64) Block {
	if len(theta) != m.params {
		panic(lengthMismatch("theta", len(theta), m.params))
	}
	var names []string
	for _, b := range m.blocks {
		if b.Name == name {
			return b
		}
		names = append(names, b.Name)
	}
	panic(fmt.Sprintf("adjoint: no block %q; there are: %s", name, strings.Join(names, ", ")))
}

// Glorot returns parameters to start learning from: the entries of a matrix with
// n columns and m rows are uniform in ±√(6/(n+m)), so that neither states nor
// covectors grow on their way through a layer (Glorot and Bengio 2010, (16)); b
// and u are zero. The same seed gives the same numbers.
func (m *Network) Glorot(seed uint64) []float64 {
	theta := make([]float64, m.params)
	for i, b := range m.blocks {
		if !b.weights {
			continue
		}
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		limit := math.Sqrt(6 / float64(b.Rows+b.Cols))
		for j := range b.Len() {
			theta[b.Offset+j] = limit * (2*rng.Float64() - 1)
		}
	}
	return theta
}

// RateComplex stores f(t, x; θ) of one state in dst, with activations continued
// analytically. One that is not of package activation is continued to first
// order, σ(u + iv) = σ(u) + ivσ'(u), which is what a complex step asks for.
func (m *Network) RateComplex(dst []complex128, t complex128, x, theta []complex128) {
	switch {
	case len(theta) != m.params:
		panic(lengthMismatch("theta", len(theta), m.params))
	case len(x) != m.dim:
		panic(lengthMismatch("x", len(x), m.dim))
	case len(dst) != m.dim:
		panic(lengthMismatch("dst", len(dst), m.dim))
	}
	m.layers.complexRate(dst, t, x, theta)
}

// At returns the network at work on a batch.
func (m *Network) At(theta []float64, batch int) Evaluator {
	checkTheta(m, theta, batch)
	w := m.layers.at(m.dim, batch)
	w.reset(theta)
	return &networkEvaluator{w, m.dim * batch, m.params, w.memo()}
}

// A networkEvaluator is the outer end of the workers: it checks lengths.
type networkEvaluator struct {
	worker             worker
	size, params, kept int
}

var _ Reusable = (*networkEvaluator)(nil)

func (e *networkEvaluator) Memo() int { return e.kept }

func (e *networkEvaluator) Reset(theta []float64) {
	if len(theta) != e.params {
		panic(lengthMismatch("theta", len(theta), e.params))
	}
	e.worker.reset(theta)
}

func (e *networkEvaluator) Rate(dst []float64, t float64, x, memo []float64) {
	checkRate(dst, x, memo, e.size, e.kept)
	e.worker.rate(dst, t, x, memo)
}

func (e *networkEvaluator) Pull(dx, dtheta []float64, t float64, x, memo, a []float64) float64 {
	checkPull(dx, dtheta, x, memo, a, e.size, e.params, e.kept)
	return e.worker.pull(dx, dtheta, t, x, memo, a)
}
