package adjoint

import (
	"fmt"
	"strings"
)

// A Layer is a map of a state, or of what another layer made of it, with
// parameters of its own. Affine, Linear, TimeAffine, Activation, Residual, Leak
// and Relax make them, Layers makes a Model of them. Layers are immutable. For a
// map of another kind write a Model: Func and Trace do most of it.
type Layer interface {
	fmt.Stringer
	// width returns how many numbers have to go in, 0 where any number can.
	width() int
	// outputs returns how many numbers come out for so many that go in.
	outputs(in int) (int, error)
	// blocks returns the parameters, in the order in which θ has them.
	blocks(in int) []Block
	// at returns the layer at work on a batch. It has to be reset before use.
	at(in, batch int) worker
	// complexRate maps one state; theta are the parameters of this layer.
	complexRate(dst []complex128, t complex128, x, theta []complex128)
	// record describes the layer in the file format.
	record() (layerRecord, error)
}

// A worker is a Layer at work on a batch: an Evaluator whose output need not be
// as long as its input. The lengths are the caller's business.
type worker interface {
	reset(theta []float64)
	// memo returns how many numbers rate keeps, input whether pull wants x too.
	memo() int
	input() bool
	// rate stores; memo may be nil. pull adds; dtheta may be nil.
	rate(dst []float64, t float64, x, memo []float64)
	pull(dx, dtheta []float64, t float64, x, memo, a []float64) float64
}

// A Block is a named part of θ: a matrix in row-major order, or a vector, whose
// Cols is 1.
type Block struct {
	Name       string
	Rows, Cols int
	Offset     int // of its first entry in θ

	weights bool // fed by Cols inputs: Glorot draws it, all else starts at 0
}

// Len returns the number of its entries.
func (b Block) Len() int { return b.Rows * b.Cols }

// count returns the number of parameters of so many blocks.
func count(blocks []Block) (n int) {
	for _, b := range blocks {
		n += b.Len()
	}
	return n
}

// written joins the layers as their constructors were called.
func written(name, head string, layers []Layer) string {
	var b strings.Builder
	b.WriteString(name + "(" + head)
	for i, l := range layers {
		if i > 0 || head != "" {
			b.WriteString(", ")
		}
		b.WriteString(l.String())
	}
	return b.String() + ")"
}
