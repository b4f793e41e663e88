package adjoint_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/adjoint"
	"hopflow/lyapunov/activation"
	"hopflow/lyapunov/hopfield"
)

// equalNetworks reports whether two networks have the same numbers and functions.
func equalNetworks(a, b *hopfield.Continuous) bool {
	same := mat.Equal(a.W(), b.W()) && reflect.DeepEqual(a.B(), b.B()) && reflect.DeepEqual(a.Tau(), b.Tau()) && a.Symmetric() == b.Symmetric()
	for i := range a.Dim() {
		same = same && a.Activation(i) == b.Activation(i)
	}
	return same
}

// A trained network comes back, symmetric or not, with its τ and functions, and
// so do its parameters.
func TestSaveHopfield(t *testing.T) {
	one := network(t, rows([]float64{-0.7}), []float64{5e-324}, 1e-300)
	for _, c := range []*hopfield.Continuous{symmetric3(t, 0.7), asymmetric3(t), one} {
		var b bytes.Buffer
		if err := adjoint.SaveHopfield(&b, c); err != nil {
			t.Fatal(err)
		}
		back, err := adjoint.LoadHopfield(&b)
		if err != nil {
			t.Fatal(err)
		}
		if !equalNetworks(c, back) {
			t.Errorf("W = %v, b = %v, τ = %v came back as %v, %v, %v", c.W(), c.B(), c.Tau(), back.W(), back.B(), back.Tau())
		}
	}
	name := filepath.Join(t.TempDir(), "net.json")
	if err := adjoint.SaveHopfieldFile(name, symmetric3(t, 0.7)); err != nil {
		t.Fatal(err)
	}
	if back, err := adjoint.LoadHopfieldFile(name); err != nil || !equalNetworks(symmetric3(t, 0.7), back) {
		t.Errorf("%v, %v", back, err)
	}
	if err := os.WriteFile(name, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if c, err := adjoint.LoadHopfieldFile(name); c != nil || !errors.Is(err, adjoint.ErrTruncated) || !strings.Contains(err.Error(), name) {
		t.Errorf("the error does not name the file: %v", err)
	}
}

// Version 1 of the format, as a file of then.
func TestHopfieldFormat(t *testing.T) {
	const name = "testdata/hopfield_v1.json"
	c, err := adjoint.LoadHopfieldFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want, err := network(t, rows([]float64{0, 0.8}, []float64{0.8, 0}), []float64{0.1, -0.2}, 1, 2.5).WithActivations(activation.NewTanh(1), activation.NewArctan(0.8))
	if err != nil {
		t.Fatal(err)
	}
	if !equalNetworks(c, want) {
		t.Errorf("W = %v, b = %v, τ = %v", c.W(), c.B(), c.Tau())
	}
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := adjoint.SaveHopfield(&b, c); err != nil || !bytes.Equal(b.Bytes(), file) {
		t.Errorf("saved again it is\n%s, not\n%s", b.Bytes(), file)
	}
}

// hopfieldFile is a file whose checksum is right.
func hopfieldFile(content string) string {
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(content)); err != nil {
		panic(err)
	}
	sum := sha256.Sum256(compact.Bytes())
	return fmt.Sprintf(`{"format":"hopflow hopfield","version":1,"sha256":%q,"network":%s}`, hex.EncodeToString(sum[:]), content)
}

const pairOfUnits = `{"W":[[0,1],[1,0]],"b":[0,0],"tau":[1,1],"functions":[{"name":"tanh","rate":1},{"name":"tanh","rate":1}]}`

// Whatever the content of the envelope, LoadHopfield gives a named error or a
// network that is saved and loaded to the same.
func FuzzLoadHopfield(f *testing.F) {
	f.Add(pairOfUnits)
	f.Add(`{"W":[[-0]],"b":[5e-324],"tau":[1e-300],"functions":[{"name":"rectifier","rate":2,"leak":0.1}]}`)
	f.Fuzz(func(t *testing.T, content string) {
		file := content
		if json.Valid([]byte(content)) {
			file = hopfieldFile(content)
		}
		c, err := adjoint.LoadHopfield(strings.NewReader(file))
		if err != nil {
			for _, kind := range []error{adjoint.ErrForeign, adjoint.ErrTruncated, adjoint.ErrVersion, adjoint.ErrChecksum, adjoint.ErrUnknown, adjoint.ErrShape} {
				if errors.Is(err, kind) {
					return
				}
			}
			t.Fatalf("an error without a name: %v", err)
		}
		var b bytes.Buffer
		if err := adjoint.SaveHopfield(&b, c); err != nil {
			t.Fatal(err)
		}
		if back, err := adjoint.LoadHopfield(&b); err != nil || !equalNetworks(c, back) {
			t.Fatalf("%s does not come back: %v", content, err)
		}
	})
}

func TestRefusedHopfieldFiles(t *testing.T) {
	if _, err := adjoint.LoadHopfield(strings.NewReader(hopfieldFile(pairOfUnits))); err != nil {
		t.Fatal(err)
	}
	edit := func(old, new string) string {
		if !strings.Contains(pairOfUnits, old) {
			t.Fatalf("no %q", old)
		}
		return hopfieldFile(strings.Replace(pairOfUnits, old, new, 1))
	}
	var layers bytes.Buffer
	m := adjoint.Layers(adjoint.Linear(1, 1))
	if err := adjoint.Save(&layers, m, m.Glorot(1)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, file string
		want       error
	}{
		{"empty", "", adjoint.ErrTruncated},
		{"cut", hopfieldFile(pairOfUnits)[:150], adjoint.ErrTruncated},
		{"a network of layers", layers.String(), adjoint.ErrForeign},
		{"version", strings.Replace(hopfieldFile(pairOfUnits), `"version":1`, `"version":7`, 1), adjoint.ErrVersion},
		{"a digit", strings.Replace(hopfieldFile(pairOfUnits), `[0,1]`, `[0,2]`, 1), adjoint.ErrChecksum},
		{"no units", edit(`[[0,1],[1,0]]`, `[]`), adjoint.ErrShape},
		{"not square", edit(`[1,0]]`, `[1]]`), adjoint.ErrShape},
		{"biases", edit(`"b":[0,0]`, `"b":[0]`), adjoint.ErrShape},
		{"time constants", edit(`"tau":[1,1]`, `"tau":[1]`), adjoint.ErrShape},
		{"functions", edit(`{"name":"tanh","rate":1},`, ``), adjoint.ErrShape},
		{"negative time", edit(`"tau":[1,1]`, `"tau":[1,-1]`), adjoint.ErrShape},
		{"tiny time", edit(`"tau":[1,1]`, `"tau":[1,1e-320]`), adjoint.ErrShape},
		{"null for NaN", edit(`"b":[0,0]`, `"b":[0,null]`), adjoint.ErrShape},
		{"overflow", edit(`"b":[0,0]`, `"b":[0,1e999]`), adjoint.ErrShape},
		{"unknown field", edit(`"b":`, `"noise":1,"b":`), adjoint.ErrShape},
		{"unknown function", edit(`"tanh"`, `"gelu"`), adjoint.ErrUnknown},
		{"rate", edit(`"rate":1`, `"rate":0`), adjoint.ErrShape},
		{"a leak too many", edit(`"rate":1`, `"rate":1,"leak":0.5`), adjoint.ErrShape},
	} {
		if got, err := adjoint.LoadHopfield(strings.NewReader(c.file)); !errors.Is(err, c.want) || got != nil {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	unknown, err := symmetric3(t).WithActivations(sinus{}, sinus{}, sinus{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := adjoint.SaveHopfield(&b, unknown); !errors.Is(err, adjoint.ErrUnknown) || b.Len() > 0 {
		t.Errorf("an unknown activation: %v, %d bytes", err, b.Len())
	}
}

// sinus is an activation that the format has no name for.
type sinus struct{}

func (sinus) Value(u float64) float64   { return math.Sin(u) }
func (sinus) Deriv(u float64) float64   { return math.Cos(u) }
func (sinus) Inverse(y float64) float64 { return math.Asin(y) }
func (sinus) Range() (lo, hi float64)   { return -1, 1 }
