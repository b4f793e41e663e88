package adjoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Save writes a network and its parameters as JSON, one object:
//
//	{
//	  "format":  "hopflow network",
//	  "version": 1,
//	  "sha256":  "of the bytes of network, without white space between tokens",
//	  "network": {
//	    "layers": [{"kind": "relax", "tau": 0.5, "layers": [
//	      {"kind": "affine", "in": 2, "out": 2},
//	      {"kind": "activation", "functions": [{"name": "tanh", "rate": 1}]}]}],
//	    "blocks": [
//	      {"name": "W", "rows": 2, "cols": 2, "values": [0.5, -1.2, 0.9, 0.3]},
//	      {"name": "b", "rows": 2, "cols": 1, "values": [0.1, -0.2]}]
//	  }
//	}
//
// A layer is of kind affine, linear or time-affine (with in, out), activation
// (with functions: tanh, arctan, algebraic with a rate, logistic with rate and
// center, rectifier with rate and leak), residual (with layers), leak or relax
// (with tau, layers). Blocks are in the order of Blocks, row by row, in decimals
// that give back the same bits. Whoever reads version 1 may rely on this.
//
// An activation that is not of package activation is ErrUnknown, a parameter that
// is not finite ErrNotFinite; nothing is written then. It panics on a theta of
// another length.
func Save(w io.Writer, m *Network, theta []float64) error {
	if len(theta) != m.params {
		panic(lengthMismatch("theta", len(theta), m.params))
	}
	if err := m.finite(theta); err != nil {
		return err
	}
	layers, err := m.layers.records()
	if err != nil {
		return err
	}
	content, err := json.Marshal(networkRecord{layers, m.recordBlocks(theta)})
	if err != nil {
		return fmt.Errorf("adjoint: save: %w", err)
	}
	file, err := json.Marshal(envelope{formatName, formatVersion, checksum(content), content})
	if err != nil {
		return fmt.Errorf("adjoint: save: %w", err)
	}
	if _, err := w.Write(append(file, '\n')); err != nil {
		return fmt.Errorf("adjoint: save: %w", err)
	}
	return nil
}

// Load reads what Save wrote: the network, which computes the same bits, and its
// parameters. Whatever is wrong with the file is one of the errors above, with
// what was found; nothing is guessed or repaired.
func Load(r io.Reader) (*Network, []float64, error) {
	file, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err != nil {
		return nil, nil, fmt.Errorf("adjoint: load: %w", err)
	}
	if len(file) > mostBytes {
		return nil, nil, fileError(ErrSize, "more than %d bytes", mostBytes)
	}
	content, err := opened(file)
	if err != nil {
		return nil, nil, err
	}
	var n networkRecord
	if err := strictly(content, &n); err != nil {
		return nil, nil, fileError(ErrShape, "%v", err)
	}
	left := mostLayers
	layers, err := layersOf(n.Layers, 0, &left)
	if err != nil {
		return nil, nil, err
	}
	m, err := newNetwork(layers)
	if err != nil {
		return nil, nil, fileError(ErrShape, "%v", err)
	}
	theta, err := m.joinBlocks(n.Blocks)
	if err != nil {
		return nil, nil, err
	}
	return m, theta, nil
}

// opened returns the content of a file of this format and version, whose checksum
// is right.
func opened(file []byte) ([]byte, error) {
	var e envelope
	d := json.NewDecoder(bytes.NewReader(file))
	if err := d.Decode(&e); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF {
			return nil, fileError(ErrTruncated, "it ends after %d bytes", len(file))
		}
		return nil, fileError(ErrForeign, "%v", err)
	}
	if e.Format != formatName {
		return nil, fileError(ErrForeign, "its format is %.60q, want %q", e.Format, formatName)
	}
	if e.Version != formatVersion {
		return nil, fileError(ErrVersion, "version %d, this program reads %d", e.Version, formatVersion)
	}
	if rest := bytes.TrimSpace(file[d.InputOffset():]); len(rest) > 0 {
		return nil, fileError(ErrTruncated, "%d bytes follow the end", len(rest))
	}
	var content bytes.Buffer
	if err := json.Compact(&content, e.Network); err != nil {
		return nil, fileError(ErrForeign, "it has no network")
	}
	if got := checksum(content.Bytes()); got != e.SHA256 {
		return nil, fileError(ErrChecksum, "its content has the checksum %.8s, it says %.8q", got, e.SHA256)
	}
	return content.Bytes(), nil
}

// strictly decodes JSON whose fields all have to be known.
func strictly(content []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

func checksum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// SaveFile is Save to a file, which is replaced only by a whole new one.
func SaveFile(name string, m *Network, theta []float64) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("adjoint: save: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	err = Save(f, m, theta)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	return err
}

// LoadFile is Load from a file.
func LoadFile(name string) (*Network, []float64, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("adjoint: load: %w", err)
	}
	defer f.Close()
	m, theta, err := Load(f)
	if err != nil {
		return nil, nil, fmt.Errorf("%w (%s)", err, name)
	}
	return m, theta, nil
}
