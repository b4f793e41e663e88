package adjoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hopflow/lyapunov/activation"
)

func saved(t testing.TB, m *Network, theta []float64) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Save(&b, m, theta); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// known reports whether all activations have a name in the format.
func known(m *Network) bool {
	return Save(io.Discard, m, make([]float64, m.Params())) == nil
}

// Every beginning of a file is cut short, and whatever bit is turned, what is
// loaded without an error is what was saved: only the letters of a name outside
// the network, and the white space, may be others.
func TestEveryCutAndEveryBit(t *testing.T) {
	m := Layers(Relax(0.5, Affine(2, 2), Activation(tanh, logistic)))
	theta := m.Glorot(1)
	file := saved(t, m, theta)
	for n := range len(file) - 1 { // the last byte ends the line
		if _, _, err := Load(bytes.NewReader(file[:n])); !errors.Is(err, ErrTruncated) {
			t.Fatalf("%d of %d bytes: %v", n, len(file), err)
		}
	}
	for i := range 8 * len(file) {
		turned := bytes.Clone(file)
		turned[i/8] ^= 1 << (i % 8)
		got, back, err := Load(bytes.NewReader(turned))
		if err == nil && (got.String() != m.String() || !same(back, theta)) {
			t.Errorf("bit %d of byte %d, %q: another network", i%8, i/8, file[i/8])
		}
		if inside := i/8 > bytes.Index(file, []byte("{\"layers")) && i/8 < len(file)-3; inside && !errors.Is(err, ErrChecksum) && !errors.Is(err, ErrTruncated) {
			t.Errorf("bit %d of byte %d, %q: %v", i%8, i/8, file[i/8], err)
		}
	}
}

// What is loaded is the same network, bit for bit, edge values included.
func TestSaveLoad(t *testing.T) {
	edges := []float64{math.Copysign(0, -1), 5e-324, -math.MaxFloat64, 0.1, 1.0 / 3}
	rapid.Check(t, func(t *rapid.T) {
		m := drawNetwork(t)
		if !known(m) {
			return
		}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		theta := randomly(rng, m.Params())
		for i := range theta {
			if k := rng.IntN(20); k < len(edges) {
				theta[i] = edges[k]
			}
		}
		var b bytes.Buffer
		if err := Save(&b, m, theta); err != nil {
			t.Fatal(err)
		}
		got, back, err := Load(&b)
		if err != nil {
			t.Fatalf("%v: %v", m, err)
		}
		if got.String() != m.String() || fmt.Sprint(got.Blocks()) != fmt.Sprint(m.Blocks()) || !same(back, theta) || len(back) != len(theta) {
			t.Fatalf("%v came back as %v, or its parameters did not", m, got)
		}
	})
}

// Version 1 of the format, as a file of then.
func TestFormat(t *testing.T) {
	m, theta, err := LoadFile("testdata/network_v1.json")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.String(), "Layers(Relax(0.5, Affine(2, 2), Activation(Tanh{Rate:1})))"; got != want {
		t.Errorf("loaded %s, want %s", got, want)
	}
	if want := []float64{0.5, -1.2, 0.9, 0.3, 0.1, -0.2}; !same(theta, want) {
		t.Errorf("parameters %v, want %v", theta, want)
	}
	file, err := os.ReadFile("testdata/network_v1.json")
	if err != nil {
		t.Fatal(err)
	}
	if got := saved(t, m, theta); !bytes.Equal(got, file) {
		t.Errorf("saved again it is\n%s, not\n%s", got, file)
	}
	// White space is nobody's business.
	var wide bytes.Buffer
	if err := json.Indent(&wide, file, "", "\t"); err != nil {
		t.Fatal(err)
	}
	if _, again, err := Load(&wide); err != nil || !same(again, theta) {
		t.Errorf("indented: %v, parameters %v", err, again)
	}
}

// As many layers as there may be, and as deep.
func TestLargestFile(t *testing.T) {
	w := `{"kind":"linear","in":1,"out":1}`
	many := strings.Repeat(`{"kind":"residual"},`, mostLayers-1) + w
	deep := strings.Repeat(`{"kind":"residual","layers":[`, mostDepth) + w + strings.Repeat(`]}`, mostDepth)
	for _, layers := range []string{many, deep} {
		m, theta, err := Load(bytes.NewReader(sealed(`{"layers":[` + layers + `],"blocks":[{"name":"W","rows":1,"cols":1,"values":[3]}]}`)))
		if err != nil || len(theta) != 1 || theta[0] != 3 || m.Dim() != 1 {
			t.Errorf("%v, parameters %v", err, theta)
		}
	}
}

// sealed puts a network's JSON into an envelope with the checksum that it has.
func sealed(content string) []byte {
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(content)); err != nil {
		return []byte(content)
	}
	file, err := json.Marshal(envelope{formatName, formatVersion, checksum(compact.Bytes()), compact.Bytes()})
	if err != nil {
		panic(err)
	}
	return file
}

func TestRefusedFiles(t *testing.T) {
	m := Layers(Relax(0.5, Affine(2, 2), Activation(tanh)))
	good := string(saved(t, m, m.Glorot(1)))
	edit := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("no %q in %s", old, good)
		}
		return strings.Replace(good, old, new, 1)
	}
	hopfieldFile, err := os.ReadFile("testdata/hopfield_v1.json")
	if err != nil {
		t.Fatal(err)
	}
	layers := func(l string) string { return string(sealed(`{"layers":[` + l + `],"blocks":[]}`)) }
	// Whole files but for one layer too many, or one too deep.
	whole := func(l string) string {
		return string(sealed(`{"layers":[` + l + `{"kind":"linear","in":1,"out":1}` + strings.Repeat(`]}`, strings.Count(l, "layers")) + `],"blocks":[{"name":"W","rows":1,"cols":1,"values":[3]}]}`))
	}
	for _, c := range []struct {
		name, file string
		want       error
	}{
		{"empty", "", ErrTruncated},
		{"half", good[:len(good)/2], ErrTruncated},
		{"without its last brace", good[:len(good)-2], ErrTruncated},
		{"twice", good + good, ErrTruncated},
		{"picture", "\x89PNG\r\n\x1a\n", ErrForeign},
		{"another JSON", `{"cells": [], "nbformat": 4}`, ErrForeign},
		{"a list", `[1, 2]`, ErrForeign},
		{"no network", `{"format":"hopflow network","version":1,"sha256":""}`, ErrForeign},
		{"version", edit(`"version":1`, `"version":2`), ErrVersion},
		{"a digit", edit(`"rows":2`, `"rows":3`), ErrChecksum},
		{"a parameter", edit(`"values":[`, `"values":[7,`), ErrChecksum},
		{"the sum itself", edit(`"sha256":"`, `"sha256":"0`), ErrChecksum},
		{"NaN", edit(`"values":[`, `"values":[NaN,`), ErrChecksum},
		{"no JSON any more", edit(`"blocks":[`, `"blocks"![`), ErrChecksum},
		{"another version, otherwise", `{"format":"hopflow network","version":"2b","sha256":7}`, ErrVersion},
		{"the same version, otherwise", edit(`"sha256":"`, `"sha256":0,"was":"`), ErrChecksum},
		{"null for NaN", string(sealed(`{"layers":[{"kind":"linear","in":1,"out":1}],"blocks":[{"name":"W","rows":1,"cols":1,"values":[null]}]}`)), ErrShape},
		{"a Hopfield network", string(hopfieldFile), ErrForeign},
		{"a tau too many", string(sealed(`{"layers":[{"kind":"linear","in":1,"out":1,"tau":3}],"blocks":[{"name":"W","rows":1,"cols":1,"values":[1]}]}`)), ErrShape},
		{"a center too many", string(sealed(`{"layers":[{"kind":"activation","functions":[{"name":"tanh","rate":1,"center":3}]},{"kind":"linear","in":1,"out":1}],"blocks":[{"name":"W","rows":1,"cols":1,"values":[1]}]}`)), ErrShape},
		{"a layer too many", string(sealed(`{"layers":[{"kind":"linear","in":1,"out":1,"layers":[{"kind":"linear","in":1,"out":1}]}],"blocks":[{"name":"W","rows":1,"cols":1,"values":[1]}]}`)), ErrShape},
		{"overflow", string(sealed(`{"layers":[{"kind":"linear","in":1,"out":1}],"blocks":[{"name":"W","rows":1,"cols":1,"values":[1e999]}]}`)), ErrShape},
		{"unknown layer", layers(`{"kind":"attention"}`), ErrUnknown},
		{"unknown activation", layers(`{"kind":"activation","functions":[{"name":"gelu","rate":1}]}`), ErrUnknown},
		{"unknown field", layers(`{"kind":"affine","in":1,"out":1,"dropout":0.5}`), ErrShape},
		{"no layers", layers(``), ErrShape},
		{"no width", layers(`{"kind":"activation","functions":[{"name":"tanh","rate":1}]}`), ErrShape},
		{"no function", layers(`{"kind":"activation"}`), ErrShape},
		{"rate", layers(`{"kind":"activation","functions":[{"name":"tanh","rate":-1}]}`), ErrShape},
		{"leak", layers(`{"kind":"activation","functions":[{"name":"rectifier","rate":1,"leak":1}]}`), ErrShape},
		{"tau", layers(`{"kind":"leak","layers":[{"kind":"linear","in":1,"out":1}]}`), ErrShape},
		{"tiny tau", layers(`{"kind":"relax","tau":1e-320,"layers":[{"kind":"linear","in":1,"out":1}]}`), ErrShape},
		{"negative width", layers(`{"kind":"affine","in":-1,"out":1}`), ErrShape},
		{"no output", layers(`{"kind":"affine","in":1,"out":0}`), ErrShape},
		{"huge width", layers(`{"kind":"affine","in":3000000000,"out":3000000000}`), ErrShape},
		{"no parameters", layers(`{"kind":"affine","in":40000,"out":40000}`), ErrShape},
		{"misfit", layers(`{"kind":"affine","in":2,"out":3}`), ErrShape},
		{"misfit inside", layers(`{"kind":"residual","layers":[{"kind":"affine","in":2,"out":3}]}`), ErrShape},
		{"misfit between", layers(`{"kind":"affine","in":2,"out":3},{"kind":"affine","in":2,"out":2}`), ErrShape},
		{"depth", whole(strings.Repeat(`{"kind":"residual","layers":[`, mostDepth+1)), ErrShape},
		{"count", whole(strings.Repeat(`{"kind":"residual"},`, mostLayers)), ErrShape},
		{"block", string(sealed(`{"layers":[{"kind":"linear","in":1,"out":1}],"blocks":[{"name":"V","rows":1,"cols":1,"values":[1]}]}`)), ErrShape},
		{"block length", string(sealed(`{"layers":[{"kind":"linear","in":1,"out":1}],"blocks":[{"name":"W","rows":1,"cols":1,"values":[]}]}`)), ErrShape},
	} {
		got, theta, err := Load(strings.NewReader(c.file))
		if !errors.Is(err, c.want) || got != nil || theta != nil {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
			continue
		}
		if text := err.Error(); !strings.HasPrefix(text, "adjoint: ") || !strings.HasSuffix(text, fileRemedies[c.want]) || len(text) > 600 {
			t.Errorf("%s: the error does not say where and what to do: %s", c.name, text)
		}
	}
}

func TestRefusedSaves(t *testing.T) {
	m := Layers(TimeAffine(2, 3), Activation(tanh), Affine(3, 2))
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		theta := m.Glorot(1)
		m.Block("W2", theta).Set(1, 2, v)
		var b bytes.Buffer
		err := Save(&b, m, theta)
		if !errors.Is(err, ErrNotFinite) || !strings.Contains(err.Error(), fmt.Sprintf("entry (1, 2) of W2 is %v", v)) || b.Len() > 0 {
			t.Errorf("%v: %v, %d bytes written", v, err, b.Len())
		}
	}
	for _, m := range []*Network{Layers(Affine(2, 2), Activation(foreign)), Layers(Affine(2, 2), Residual(Activation(foreign)))} {
		if err := Save(io.Discard, m, m.Glorot(1)); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "arsinh") {
			t.Errorf("an unknown activation: %v", err)
		}
	}
	if got := panics(func() { _ = Save(io.Discard, m, nil) }); got != "adjoint: theta has length 0, want 20" {
		t.Errorf("panics with %q", got)
	}
	if err := Save(full{}, m, m.Glorot(1)); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
	if _, _, err := Load(full{}); !errors.Is(err, errFull) {
		t.Errorf("a reader that fails: %v", err)
	}
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
func (full) Read([]byte) (int, error)  { return 0, errFull }

// A file is replaced whole or not at all, and nothing is left lying about.
func TestSaveFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "net.json")
	m := Layers(Leak(2, Affine(2, 2), Activation(activation.NewLogistic(1))))
	first, second := m.Glorot(1), m.Glorot(2)
	for _, theta := range [][]float64{first, second} {
		if err := SaveFile(name, m, theta); err != nil {
			t.Fatal(err)
		}
	}
	second[0] = math.NaN()
	if err := SaveFile(name, m, second); !errors.Is(err, ErrNotFinite) {
		t.Errorf("NaN is saved: %v", err)
	}
	if _, theta, err := LoadFile(name); err != nil || !same(theta, m.Glorot(2)) {
		t.Errorf("%v, parameters %v", err, theta)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("%d files are left, want 1", len(files))
	}
	if err := os.WriteFile(name, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := LoadFile(name); !errors.Is(err, ErrTruncated) || !strings.Contains(err.Error(), name) {
		t.Errorf("the error does not name the file: %v", err)
	}
	if _, _, err := LoadFile(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := SaveFile(filepath.Join(dir, "none", "net.json"), m, first); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

// Whatever the bytes, Load gives a named error or a network that saves to a file
// that loads to the same. whole says to take them for the content of an envelope,
// which a fuzzer would not find the checksum of.
func FuzzLoad(f *testing.F) {
	for _, m := range networks() {
		if known(m) {
			file := saved(f, m, m.Glorot(1))
			var e envelope
			if err := json.Unmarshal(file, &e); err != nil {
				f.Fatal(err)
			}
			f.Add(file, false)
			f.Add([]byte(e.Network), true)
		}
	}
	f.Add([]byte(`{"layers":[{"kind":"leak","tau":1e-300,"layers":[{"kind":"linear","in":1,"out":1}]}],"blocks":[{"name":"W","rows":1,"cols":1,"values":[-0]}]}`), true)
	f.Fuzz(func(t *testing.T, data []byte, whole bool) {
		if whole {
			data = sealed(string(data))
		}
		m, theta, err := Load(bytes.NewReader(data))
		if err != nil {
			for kind := range fileRemedies {
				if errors.Is(err, kind) {
					return
				}
			}
			t.Fatalf("an error without a name: %v", err)
		}
		var again bytes.Buffer
		if err := Save(&again, m, theta); err != nil {
			t.Fatal(err)
		}
		back, same2, err := Load(&again)
		if err != nil || back.String() != m.String() || !same(theta, same2) {
			t.Fatalf("%v came back as %v: %v", m, back, err)
		}
		x := make([]float64, m.Dim())
		m.At(theta, 1).Rate(clone(x), 0, x, nil)
	})
}
