package adjoint

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"hopflow/lyapunov/activation"
)

// formatName and formatVersion begin every file. A file of another version is
// refused: a reader that guesses would make other numbers of it.
const (
	formatName    = "hopflow network"
	formatVersion = 1
)

// What a file may ask for, before any of it is believed.
const (
	mostBytes  = 1 << 30
	mostLayers = 10000
	mostDepth  = 32
)

// envelope is the outer object of a file. SHA256 is of the bytes of Network
// without the white space between its tokens.
type envelope struct {
	Format  string          `json:"format"`
	Version int             `json:"version"`
	SHA256  string          `json:"sha256"`
	Network json.RawMessage `json:"network"`
}

// networkRecord holds the layers and the parameters, block by block.
type networkRecord struct {
	Layers []layerRecord `json:"layers"`
	Blocks []blockRecord `json:"blocks"`
}

// A layerRecord is a constructor of this package with its arguments.
type layerRecord struct {
	Kind      string           `json:"kind"`
	In        int              `json:"in,omitempty"`
	Out       int              `json:"out,omitempty"`
	Tau       float64          `json:"tau,omitempty"`
	Functions []functionRecord `json:"functions,omitempty"`
	Layers    []layerRecord    `json:"layers,omitempty"`
}

// A functionRecord is an activation of package activation.
type functionRecord struct {
	Name   string  `json:"name"`
	Rate   float64 `json:"rate"`
	Center float64 `json:"center,omitempty"`
	Leak   float64 `json:"leak,omitempty"`
}

// A blockRecord is a Block with its entries, row by row.
type blockRecord struct {
	Name   string    `json:"name"`
	Rows   int       `json:"rows"`
	Cols   int       `json:"cols"`
	Values []float64 `json:"values"`
}

func (l affine) record() (layerRecord, error) {
	kind := "linear"
	switch {
	case l.time:
		kind = "time-affine"
	case l.bias:
		kind = "affine"
	}
	return layerRecord{Kind: kind, In: l.in, Out: l.out}, nil
}

func (l skip) record() (layerRecord, error) {
	inner, err := l.inner.records()
	kind := map[string]string{"Residual": "residual", "Leak": "leak", "Relax": "relax"}[l.kind]
	return layerRecord{Kind: kind, Tau: l.tau, Layers: inner}, err
}

func (c chain) records() ([]layerRecord, error) {
	all := make([]layerRecord, len(c))
	for i, l := range c {
		var err error
		if all[i], err = l.record(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (l activationLayer) record() (layerRecord, error) {
	functions, err := functionRecords(l.functions)
	return layerRecord{Kind: "activation", Functions: functions}, err
}

// functionRecords describes activations of package activation.
func functionRecords(functions []activation.Function) ([]functionRecord, error) {
	var all []functionRecord
	for _, f := range functions {
		switch f := f.(type) {
		case activation.Tanh:
			all = append(all, functionRecord{Name: "tanh", Rate: f.Rate})
		case activation.Logistic:
			all = append(all, functionRecord{Name: "logistic", Rate: f.Rate, Center: f.Center})
		case activation.Arctan:
			all = append(all, functionRecord{Name: "arctan", Rate: f.Rate})
		case activation.Algebraic:
			all = append(all, functionRecord{Name: "algebraic", Rate: f.Rate})
		case activation.Rectifier:
			all = append(all, functionRecord{Name: "rectifier", Rate: f.Rate, Leak: f.Leak})
		default:
			return nil, fileError(ErrUnknown, "the activation %T has no name in the format", f)
		}
	}
	return all, nil
}

// layersOf returns what the records describe. left bounds how many there may be in
// all.
func layersOf(records []layerRecord, depth int, left *int) ([]Layer, error) {
	if len(records) > 0 && depth > mostDepth {
		return nil, fileError(ErrShape, "layers are nested deeper than %d", mostDepth)
	}
	if *left -= len(records); *left < 0 {
		return nil, fileError(ErrShape, "more than %d layers", mostLayers)
	}
	all := make([]Layer, len(records))
	for i, r := range records {
		inner, err := layersOf(r.Layers, depth+1, left)
		if err != nil {
			return nil, err
		}
		if all[i], err = r.layer(inner); err != nil {
			return nil, err
		}
		if again, err := all[i].record(); err != nil || !r.says(again) {
			return nil, fileError(ErrShape, "layer %d, of kind %s, has no use for all that is said of it", i+1, r.Kind)
		}
	}
	return all, nil
}

// says reports whether two records have the same arguments: a tau that a linear
// layer would not look at is no part of a whole file.
func (r layerRecord) says(o layerRecord) bool {
	return r.Kind == o.Kind && r.In == o.In && r.Out == o.Out && r.Tau == o.Tau &&
		slices.Equal(r.Functions, o.Functions) && len(r.Layers) == len(o.Layers)
}

// layer calls the constructor that the record names. What the constructor would
// panic at is refused before.
func (r layerRecord) layer(inner []Layer) (Layer, error) {
	switch r.Kind {
	case "affine", "linear", "time-affine":
		if r.In < 1 || r.Out < 1 || r.In > math.MaxInt32 || r.Out > math.MaxInt32/r.In {
			return nil, fileError(ErrShape, "a layer %s from %d numbers to %d", r.Kind, r.In, r.Out)
		}
		return newAffine(r.In, r.Out, r.Kind != "linear", r.Kind == "time-affine"), nil
	case "activation":
		return r.activation()
	case "residual":
		return r.skip(inner, Residual)
	case "leak", "relax":
		if !(r.Tau > 0) || math.IsInf(1/r.Tau, 0) {
			return nil, fileError(ErrShape, "a layer %s with τ = %g", r.Kind, r.Tau)
		}
		of := Leak
		if r.Kind == "relax" {
			of = Relax
		}
		return r.skip(inner, func(layers ...Layer) Layer { return of(r.Tau, layers...) })
	}
	return nil, fileError(ErrUnknown, "a layer of kind %q", r.Kind)
}

func (r layerRecord) skip(inner []Layer, of func(...Layer) Layer) (Layer, error) {
	if in := chain(inner).width(); in != 0 {
		if out, err := chain(inner).outputs(in); err != nil || out != in {
			return nil, fileError(ErrShape, "a layer %s adds %d numbers to %d", r.Kind, out, in)
		}
	}
	return of(inner...), nil
}

func (r layerRecord) activation() (Layer, error) {
	all, err := functionsOf(r.Functions)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fileError(ErrShape, "an activation layer without a function")
	}
	return Activation(all...), nil
}

// functionsOf returns the activations that the records describe.
func functionsOf(records []functionRecord) ([]activation.Function, error) {
	all := make([]activation.Function, len(records))
	for i, f := range records {
		if !(f.Rate > 0) || f.Leak < 0 || f.Leak >= 1 {
			return nil, fileError(ErrShape, "an activation %s of rate %g and leak %g", f.Name, f.Rate, f.Leak)
		}
		switch f.Name {
		case "tanh":
			all[i] = activation.NewTanh(f.Rate)
		case "logistic":
			all[i] = activation.Logistic{Rate: f.Rate, Center: f.Center}
		case "arctan":
			all[i] = activation.NewArctan(f.Rate)
		case "algebraic":
			all[i] = activation.NewAlgebraic(f.Rate)
		case "rectifier":
			all[i] = activation.NewRectifier(f.Leak, f.Rate)
		default:
			return nil, fileError(ErrUnknown, "an activation called %q", f.Name)
		}
	}
	return all, nil
}

// recordBlocks cuts theta into the blocks of the network.
func (m *Network) recordBlocks(theta []float64) []blockRecord {
	all := make([]blockRecord, len(m.blocks))
	for i, b := range m.blocks {
		all[i] = blockRecord{b.Name, b.Rows, b.Cols, m.Slice(b.Name, theta)}
	}
	return all
}

// joinBlocks returns the parameters from the blocks, which have to be those of the network.
func (m *Network) joinBlocks(records []blockRecord) ([]float64, error) {
	if len(records) != len(m.blocks) {
		return nil, fileError(ErrShape, "%d blocks of parameters for %v, which has %d", len(records), m, len(m.blocks))
	}
	var theta []float64
	for i, b := range m.blocks {
		r := records[i]
		if r.Name != b.Name || r.Rows != b.Rows || r.Cols != b.Cols || len(r.Values) != b.Len() {
			return nil, fileError(ErrShape, "block %d is %s, %d x %d with %d numbers, want %s, %d x %d", i+1, r.Name, r.Rows, r.Cols, len(r.Values), b.Name, b.Rows, b.Cols)
		}
		theta = append(theta, r.Values...)
	}
	return theta, nil
}

// finite returns an error that names the first parameter that is not finite.
func (m *Network) finite(theta []float64) error {
	for _, b := range m.blocks {
		for j, v := range m.Slice(b.Name, theta) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fileError(ErrNotFinite, "entry (%d, %d) of %s is %v", j/b.Cols, j%b.Cols, b.Name, v)
			}
		}
	}
	return nil
}

// fileError is an error of a given kind with what was found.
func fileError(kind error, format string, args ...any) error {
	return fmt.Errorf("adjoint: %w: %s: %s", kind, fmt.Sprintf(format, args...), fileRemedies[kind])
}
