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
	"strconv"
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
// another length. SaveHopfield keeps a hopfield.Continuous; a Func or a Traced is
// code, and has no file.
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
	return seal(w, formatName, networkRecord{layers, m.recordBlocks(theta)})
}

// seal writes a content into an envelope.
func seal(w io.Writer, format string, record any) error {
	content, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("adjoint: save: %w", err)
	}
	file, err := json.Marshal(envelope{format, formatVersion, checksum(content), content})
	if err != nil {
		return fmt.Errorf("adjoint: save: %w", err)
	}
	if _, err := w.Write(append(file, '\n')); err != nil {
		return fmt.Errorf("adjoint: save: %w", err)
	}
	return nil
}

// Load reads what Save wrote: the network, which computes the same bits, and its
// parameters. Whatever is wrong with the file is one of the errors from ErrForeign
// to ErrSize, with what was found; nothing is guessed or repaired.
func Load(r io.Reader) (*Network, []float64, error) {
	var n networkRecord
	if err := unseal(r, formatName, &n); err != nil {
		return nil, nil, err
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

// unseal decodes the content of a file of this format and version, whose checksum
// is right.
func unseal(r io.Reader, format string, record any) error {
	file, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err != nil {
		return fmt.Errorf("adjoint: load: %w", err)
	}
	if len(file) > mostBytes {
		return fileError(ErrSize, "more than %d bytes", mostBytes)
	}
	content, err := opened(file, format)
	if err != nil {
		return err
	}
	if err := strictly(content, record); err != nil {
		return fileError(ErrShape, "%v", err)
	}
	return nil
}

// opened returns the content of such a file without white space.
func opened(file []byte, format string) ([]byte, error) {
	var e envelope
	d := json.NewDecoder(bytes.NewReader(file))
	err := d.Decode(&e)
	begins := bytes.Contains(file[:min(len(file), 100)], []byte(strconv.Quote(format)))
	var otherwise *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF:
		return nil, fileError(ErrTruncated, "it ends after %d bytes", len(file))
	case errors.As(err, &otherwise) && e.Format == format && e.Version != formatVersion:
		return nil, fileError(ErrVersion, "%v, this program reads version %d", err, formatVersion)
	case err != nil && begins:
		return nil, fileError(ErrChecksum, "%v", err)
	case err != nil:
		return nil, fileError(ErrForeign, "%v", err)
	case e.Format != format:
		return nil, fileError(ErrForeign, "its format is %.60q, want %q", e.Format, format)
	case e.Version != formatVersion:
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

// strictly decodes JSON whose fields all have to be known, and which has no null:
// Go would take it for 0, and other programs write it for NaN.
func strictly(content []byte, v any) error {
	if bytes.Contains(content, []byte("null")) {
		return errors.New("there is null in the place of a value")
	}
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

func checksum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// SaveFile is Save to a file, which is replaced only by a whole new one.
func SaveFile(name string, m *Network, theta []float64) error {
	return replaceFile(name, func(w io.Writer) error { return Save(w, m, theta) })
}

// replaceFile writes a file beside the one of that name, and then puts it in its
// place.
func replaceFile(name string, save func(w io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("adjoint: save: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if err = save(f); err != nil {
		f.Close()
		return err
	}
	if err = errors.Join(f.Chmod(0o644), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("adjoint: save: %w", err)
	}
	return nil
}

// LoadFile is Load from a file.
func LoadFile(name string) (m *Network, theta []float64, err error) {
	err = readFile(name, func(r io.Reader) (err error) {
		m, theta, err = Load(r)
		return err
	})
	return m, theta, err
}

// readFile opens a file, and adds its name to the error of load.
func readFile(name string, load func(r io.Reader) error) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("adjoint: load: %w", err)
	}
	defer f.Close()
	if err := load(f); err != nil {
		return fmt.Errorf("%w (%s)", err, name)
	}
	return nil
}
