package verify

import (
	"math"
	"regexp"
	"strings"
	"testing"
)

var verdictLine = regexp.MustCompile(`^(✓|✗) (claim|erratum) (\S+)  (.+)$`)

func TestClaimHolds(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name string
		c    Claim
		want bool
	}{
		{"inside", Claim{Got: 0.7 + 9e-13, Want: 0.7, Tol: 1e-12}, true},
		{"outside", Claim{Got: 0.7 + 2e-12, Want: 0.7, Tol: 1e-12}, false},
		{"relative above 1", Claim{Got: 1000 + 5e-10, Want: 1000, Tol: 1e-12}, true},
		{"absolute above 1", Claim{Got: 1000 + 5e-10, Want: 1000, Tol: 1e-12, Absolute: true}, false},
		{"absolute below 1", Claim{Got: 1e-20, Want: 2e-20, Tol: 1e-12}, true},
		{"NaN", Claim{Got: nan, Want: 0.7, Tol: 1}, false},
		{"NaN wanted", Claim{Got: nan, Want: nan, Tol: 1}, false},
		{"infinite", Claim{Got: inf, Want: inf, Tol: 1}, false},
		{"no tolerance", Claim{Got: 0.7, Want: 0.7}, false},
		{"infinite tolerance", Claim{Got: 0.7, Want: 0.9, Tol: inf}, false},
		{"bound kept", Bound("a", "b", 0.3, 0.4), true},
		{"bound met", Bound("a", "b", 0.4, 0.4), true},
		{"bound broken", Bound("a", "b", math.Nextafter(0.4, 1), 0.4), false},
		{"bound of NaN", Bound("a", "b", nan, 0.4), false},
		{"true", True("a", "b", true), true},
		{"false", True("a", "b", false), false},
		{"z", ZScore("a", "b", 1.3, 0.1, 1, 4.9, 100), true},
		{"z too large", ZScore("a", "b", 1.5, 0.1, 1, 4.9, 100), false},
		{"no standard error", ZScore("a", "b", 1, 0, 1, 4.9, 100), false},
	} {
		if got := c.c.Err() == nil; got != c.want {
			t.Errorf("%s: holds = %v, want %v (%v)", c.name, got, c.want, c.c.Err())
		}
	}
}

func TestFprint(t *testing.T) {
	var b strings.Builder
	failed := Fprint(&b,
		Claim{ID: "HF-29.a", What: "its  mid\npoint", Got: 0.43774565684953, Want: 0.43774565684951, Tol: 1e-12},
		Claim{ID: "HF-29.b", What: "its speed", Got: 0.5, Want: 0.75, Tol: 1e-12},
		Bound("HF-29.c", "its residual", 3e-14, 1e-12), True("HF-29.d", "it stays inside", true), Bound("HF-29.e", "length", 0.8, 0.7))
	want := strings.Join([]string{
		"✓ claim HF-29.a  its mid point    got 0.43774565685  want 0.43774565685  error ≤ 1e-13  tol 1e-12",
		"✗ claim HF-29.b  its speed        got 0.5            want 0.75           error 0.25     tol 1e-12",
		"✓ claim HF-29.c  its residual     got ≤ 1e-13        at most 1e-12",
		"✓ claim HF-29.d  it stays inside  got true           want true",
		"✗ claim HF-29.e  length           got 0.8            at most 0.7",
		"5 claims: 3 hold, 2 fail", ""}, "\n")
	if b.String() != want {
		t.Errorf("table:\n%s\nwant:\n%s", b.String(), want)
	}
	if len(failed) != 2 || failed[0] != "HF-29.b" || failed[1] != "HF-29.e" {
		t.Errorf("failed = %v", failed)
	}
	for _, line := range strings.Split(strings.TrimSpace(b.String()), "\n")[:5] {
		if m := verdictLine.FindStringSubmatch(line); m == nil || !strings.HasPrefix(m[3], "HF-29.") {
			t.Errorf("tools cannot parse %q", line)
		}
	}
}

// A table wider than a notebook's output has its numbers below the statements.
func TestFprintWide(t *testing.T) {
	var b strings.Builder
	long := "a statement that needs more room than is left beside the four numbers of a claim"
	Fprint(&b, Claim{ID: "HF-29.a", What: long, Got: 0.4377456568, Want: 0.4377456568, Tol: 1e-12}, True("HF-29.b", "short", true))
	want := strings.Join([]string{
		"✓ claim HF-29.a  " + long,
		"    got 0.4377456568  want 0.4377456568  error ≤ 1e-15  tol 1e-12",
		"✓ claim HF-29.b  short",
		"    got true          want true",
		"2 claims: 2 hold, 0 fail", ""}, "\n")
	if b.String() != want {
		t.Errorf("table:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestFprintWideSample(t *testing.T) {
	var b strings.Builder
	long := "a statement that needs more room than is left beside the four numbers of a claim"
	Fprint(&b, ZScore("DM-1.e", long, 0.51, 0.01, 0.5, 4.9, 5000))
	want := "✓ claim DM-1.e  " + long + "\n    (N = 5000, standard error 0.01, |z| ≤ 4.9)\n    got "
	if !strings.HasPrefix(b.String(), want) {
		t.Errorf("table:\n%s\nwant:\n%s", b.String(), want)
	}
}

// So has an erratum.
func TestErratumWide(t *testing.T) {
	var b strings.Builder
	long := "a statement that needs more room than is left beside the number of an erratum, twenty words long"
	FprintErrata(&b, Erratum{ID: "HF-30", Printed: long, Correct: "⊘ √β", Route: "quadrature of (13b)", AsPrinted: 1.5, Corrected: 0.5, Independent: 0.5, Tol: 1e-3})
	want := strings.Join([]string{
		"erratum HF-30",
		"  printed      " + long,
		"               1.5",
		"  corrected    ⊘ √β",
		"               0.5",
		"  independent  quadrature of (13b)",
		"               0.5",
		"✓ erratum HF-30  corrected = independent within 0.001; as printed it misses by 1", ""}, "\n")
	if b.String() != want {
		t.Errorf("text:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestErratum(t *testing.T) {
	good := Erratum{ID: "HF-30", Printed: "⊘ β", Correct: "⊘ √β", Route: "quadrature of (13b)",
		AsPrinted: 1.728133, Corrected: 0.967983366099, Independent: 0.967983366099, Tol: 1e-12}
	var b strings.Builder
	if failed := FprintErrata(&b, good); failed != nil {
		t.Errorf("a good erratum does not stand: %s", b.String())
	}
	want := strings.Join([]string{
		"erratum HF-30",
		"  printed      ⊘ β                  1.728133",
		"  corrected    ⊘ √β                 0.967983366099",
		"  independent  quadrature of (13b)  0.967983366099",
		"✓ erratum HF-30  corrected = independent within 1e-12; as printed it misses by 0.76", ""}, "\n")
	if b.String() != want {
		t.Errorf("text:\n%s\nwant:\n%s", b.String(), want)
	}
	bad := map[string]func(*Erratum){
		"differ by more than":   func(e *Erratum) { e.Corrected += 1e-9 },
		"no error shows":        func(e *Erratum) { e.AsPrinted = e.Independent + 5e-12 },
		"not positive":          func(e *Erratum) { e.Tol = 0 },
		"independent route NaN": func(e *Erratum) { e.Independent = math.NaN() },
	}
	for text, change := range bad {
		e := good
		change(&e)
		if err := e.Err(); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("want an error with %q, got %v", text, err)
		}
	}
	good.AsPrinted = math.NaN()
	b.Reset()
	if failed := FprintErrata(&b, good); failed != nil || !strings.Contains(b.String(), "has no value") || strings.Contains(b.String(), "NaN") {
		t.Errorf("a printed formula without a value: %s", b.String())
	}
}

func TestPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"no claims":        func() { Must() },
		"no errata":        func() { Errata() },
		"claims fail: c-1": func() { Must(Claim{ID: "c-1", What: "meant to fail in this test", Got: 1, Want: 2, Tol: 0.1}) },
		"do not stand":     func() { Errata(Erratum{ID: "e-1", Tol: 1}) },
		"needs an ID":      func() { Must(Claim{ID: "a b"}) },
		"length mismatch":  func() { FitSlope([]float64{1}, nil) },
	} {
		func() {
			defer func() {
				if r, _ := recover().(string); !strings.Contains(r, name) {
					t.Errorf("want a panic with %q, got %q", name, r)
				}
			}()
			f()
		}()
	}
}

func TestFitSlope(t *testing.T) {
	h := []float64{0.4, 0.2, 0.1, 0.05, 0.025}
	// log err = 0.3 + 2.6 log h + r with residuals r that sum to zero and are
	// orthogonal to log h: the fit returns 2.6 and 0.3 exactly, and the
	// standard error follows from |r|² = 0.01² (4+1+16+1+4)... by hand.
	r := []float64{0.02, -0.01, -0.04, 0.01, 0.02}
	var err []float64
	for i := range h {
		err = append(err, math.Exp(0.3+2.6*math.Log(h[i])+r[i]))
	}
	s, e := FitSlope(h, err)
	if e != nil {
		t.Fatal(e)
	}
	// With x = 2,1,0,-1,-2 halvings: Σx r = 0.04-0.01+0-0.01-0.04 = -0.02.
	ln2 := math.Ln2
	shift := -0.02 / (10 * ln2)
	if math.Abs(s.Order-(2.6+shift)) > 1e-12 {
		t.Errorf("order = %.15g, want %.15g", s.Order, 2.6+shift)
	}
	sse := 0.0026 - 0.02*0.02/10
	if want := math.Sqrt(sse / 3 / (10 * ln2 * ln2)); math.Abs(s.StdErr-want) > 1e-12 {
		t.Errorf("standard error = %.15g, want %.15g", s.StdErr, want)
	}
	if c := Order("o", "falls", h, err, 2.6, 0.2); c.Err() != nil {
		t.Error(c.Err())
	}
	if c := Order("o", "falls", h, err, 3, 0.2); c.Err() == nil {
		t.Error("order 2.6 passes as 3")
	}
	for name, bad := range map[string][2][]float64{
		"at least 3":       {{1, 2}, {1, 2}},
		"has no logarithm": {{0.1, 0.2, 0.3}, {1, 0, 1}},
		"all steps are":    {{0.5, 0.5, 0.5}, {1, 2, 3}},
	} {
		if _, e := FitSlope(bad[0], bad[1]); e == nil || !strings.Contains(e.Error(), name) {
			t.Errorf("want an error with %q, got %v", name, e)
		}
		if c := Order("o", "bad", bad[0], bad[1], 1, 0.2); c.Err() == nil {
			t.Errorf("%s: a fit that cannot be made passes", name)
		}
	}
}

func TestDigits(t *testing.T) {
	for _, c := range []struct {
		x, tol float64
		want   string
	}{
		{0.43774565684953, 1e-12, "0.43774565685"},
		{0.967983366099, 1e-6, "0.967983"},
		{2.0000000001, 0.2, "2"},
		{1.98, 0.2, "1.98"},
		{0, 1e-12, "0"},
		{-1e-17, 1e-12, "0"},
		{1.25e-7, 1e-20, "1.25e-7"},
		{math.NaN(), 1e-3, "NaN"},
	} {
		if got := digits(c.x, c.tol); got != c.want {
			t.Errorf("digits(%g, %g) = %q, want %q", c.x, c.tol, got, c.want)
		}
	}
}
