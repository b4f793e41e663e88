// Package oracle reads reference values for tests: JSON records made by other
// programs, with numbers as decimal strings of up to twenty digits.
package oracle

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// A Record is one reference computation.
type Record struct {
	ID       string
	What     string
	Inputs   map[string]any
	Expected map[string]any
	Digits   int
	Method   string
}

// Load returns the records of the file whose ID starts with prefix, and fails
// the test if there is none: a test without references would assert nothing.
func Load(t testing.TB, file, prefix string) []Record {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all, kept []Record
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for _, r := range all {
		if strings.HasPrefix(r.ID, prefix) {
			kept = append(kept, r)
		}
	}
	if len(kept) == 0 {
		t.Fatalf("%s has no record %s*", file, prefix)
	}
	return kept
}

// In returns the number inputs[key].
func (r Record) In(key string) float64 { return r.number(r.Inputs, key) }

// Ins returns the vector inputs[key]; a single number is a vector of one.
func (r Record) Ins(key string) []float64 { return r.vector(r.Inputs, key) }

// Text returns the string inputs[key].
func (r Record) Text(key string) string { return fmt.Sprint(r.Inputs[key]) }

// Want returns the number expected[key].
func (r Record) Want(key string) float64 { return r.number(r.Expected, key) }

// Wants returns the vector expected[key]; a single number is a vector of one.
func (r Record) Wants(key string) []float64 { return r.vector(r.Expected, key) }

// Close reports, as a test error, a number that misses expected[key] by more
// than tol, relative to the larger of 1 and the expected magnitude where
// relative is false, and to the expected magnitude itself where it is true.
func (r Record) Close(t testing.TB, key string, got []float64, tol float64, relative bool) {
	t.Helper()
	want := r.Wants(key)
	if len(got) != len(want) {
		t.Fatalf("%s %s: %d numbers, want %d", r.ID, key, len(got), len(want))
	}
	for i := range want {
		scale := math.Abs(want[i])
		if !relative {
			scale = math.Max(scale, 1)
		}
		if !(math.Abs(got[i]-want[i]) <= tol*scale) {
			t.Errorf("%s %s[%d] = %.17g, want %.17g (%s)", r.ID, key, i, got[i], want[i], r.Method)
		}
	}
}

func (r Record) number(m map[string]any, key string) float64 {
	v := r.vector(m, key)
	if len(v) != 1 {
		panic(fmt.Sprintf("oracle: %s: %s has %d numbers, want one", r.ID, key, len(v)))
	}
	return v[0]
}

func (r Record) vector(m map[string]any, key string) []float64 {
	switch v := m[key].(type) {
	case string, float64:
		return []float64{r.parse(key, v)}
	case []any:
		out := make([]float64, len(v))
		for i := range v {
			out[i] = r.parse(key, v[i])
		}
		return out
	}
	panic(fmt.Sprintf("oracle: %s has no number %q: %v", r.ID, key, m[key]))
}

func (r Record) parse(key string, v any) float64 {
	x, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	if err != nil {
		panic(fmt.Sprintf("oracle: %s: %s: %v", r.ID, key, err))
	}
	return x
}
