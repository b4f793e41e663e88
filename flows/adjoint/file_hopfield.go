package adjoint

import (
	"io"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/hopfield"
)

// hopfieldFormat begins a file of SaveHopfield.
const hopfieldFormat = "hopflow hopfield"

// hopfieldRecord is a hopfield.Continuous.
type hopfieldRecord struct {
	W         [][]float64      `json:"W"`
	B         []float64        `json:"b"`
	Tau       []float64        `json:"tau"`
	Functions []functionRecord `json:"functions"`
}

// SaveHopfield writes a continuous Hopfield network, trained by whatever
// algorithm, as Save does a network of layers:
//
//	{
//	  "format":  "hopflow hopfield",
//	  "version": 1,
//	  "sha256":  "of the bytes of network, without white space between tokens",
//	  "network": {
//	    "W": [[0, 0.8], [0.8, 0]], "b": [0.1, -0.2], "tau": [1, 2.5],
//	    "functions": [{"name": "tanh", "rate": 1}, {"name": "arctan", "rate": 0.8}]
//	  }
//	}
//
// with a row of W, a number of b, a τ and a function (as in Save) for each unit.
// An activation that is not of package activation is ErrUnknown; nothing is
// written then. What is trained is the parameters of a model, whose network is
// Hopfield.Network; the way back is Hopfield.Theta.
func SaveHopfield(w io.Writer, c *hopfield.Continuous) error {
	r := hopfieldRecord{B: c.B(), Tau: c.Tau()}
	weights, functions := c.W(), make([]activation.Function, c.Dim())
	for i := range functions {
		r.W, functions[i] = append(r.W, weights.RawRowView(i)), c.Activation(i)
	}
	var err error
	if r.Functions, err = functionRecords(functions); err != nil {
		return err
	}
	return seal(w, hopfieldFormat, r)
}

// LoadHopfield reads what SaveHopfield wrote: the network, which computes the same
// bits. Whatever is wrong with the file is one of the errors of Load.
func LoadHopfield(r io.Reader) (*hopfield.Continuous, error) {
	var h hopfieldRecord
	if err := unseal(r, hopfieldFormat, &h); err != nil {
		return nil, err
	}
	n := len(h.W)
	if n == 0 || len(h.B) != n || len(h.Tau) != n || len(h.Functions) != n || slices.ContainsFunc(h.W, func(row []float64) bool { return len(row) != n }) {
		return nil, fileError(ErrShape, "%d rows of W, %d b, %d τ, %d functions", n, len(h.B), len(h.Tau), len(h.Functions))
	}
	functions, err := functionsOf(h.Functions)
	if err != nil {
		return nil, err
	}
	if again, err := functionRecords(functions); err != nil || !slices.Equal(again, h.Functions) {
		return nil, fileError(ErrShape, "a function has no use for all that is said of it")
	}
	for i, tau := range h.Tau {
		if !(tau > 0) || math.IsInf(1/tau, 0) {
			return nil, fileError(ErrShape, "τ[%d] is %g", i, tau)
		}
	}
	c, err := hopfield.NewAsymmetric(mat.NewDense(n, n, slices.Concat(h.W...)), h.B, functions[0], h.Tau...)
	if err == nil {
		c, err = c.WithActivations(functions...)
	}
	if err != nil {
		return nil, fileError(ErrShape, "%v", err)
	}
	return c, nil
}

// SaveHopfieldFile is SaveHopfield to a file, which is replaced only by a whole
// new one.
func SaveHopfieldFile(name string, c *hopfield.Continuous) error {
	return replaceFile(name, func(w io.Writer) error { return SaveHopfield(w, c) })
}

// LoadHopfieldFile is LoadHopfield from a file.
func LoadHopfieldFile(name string) (c *hopfield.Continuous, err error) {
	err = readFile(name, func(r io.Reader) (err error) {
		c, err = LoadHopfield(r)
		return err
	})
	return c, err
}
