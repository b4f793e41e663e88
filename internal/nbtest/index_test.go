package nbtest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSourceTags(t *testing.T) {
	for text, want := range map[string]string{
		"by [HF] (30), corrected":                     "[HF] (30)",
		"[HF] (8)-(10) and more":                      "[HF] (8); [HF] (9); [HF] (10)",
		"[HF] (13b), (24) and Theorem 1 hold":         "[HF] (13b); [HF] (24); [HF] Theorem 1",
		"[LF] Thm. 8, [NH] Alg 2":                     "[LF] Theorem 8; [NH] Algorithm 2",
		"[LF] App. B.1; [HF] Table I; [CH] section 1": "[LF] Appendix B.1; [HF] Table I; [CH] Section 1",
		"[HF] Figs. 2 and 3 of [HF] II-A":             "[HF] Figure 2",
		"[HF] A. Halder, sections II-A and IV-A":      "",
		"[LF] Ansatz 10":                              "[LF] Ansatz 10",
		"(30) alone, [XX] (1)":                        "",
	} {
		var got []string
		for _, tag := range sourceTags(text) {
			got = append(got, tag.String())
		}
		if s := strings.Join(got, "; "); s != want {
			t.Errorf("sourceTags(%q) = %q, want %q", text, s, want)
		}
	}
}

// project is a tiny one with a package and the sample.
func project(t *testing.T) (root string, nb *Notebook) {
	t.Helper()
	root = t.TempDir()
	source := `// Package geometry is about [HF] (1).
package geometry

// Distance is [HF] (30), corrected.
func Distance() float64 {
	return 0 // as [HF] (2) has it
}

// A Metric is [HF] (24).
type Metric struct{}

// Norm is by [LF] Theorem 8 and [HF] (30).
func (m *Metric) Norm() float64 { return 0 }

const (
	One = 1 // [NH] Remark 6
	Two = 2 // [NH] Remark 10
)
`
	for path, data := range map[string]string{
		"flows/geometry/metric.go":      source,
		"flows/geometry/metric_test.go": "package geometry\n\n// [HF] (99)\n",
		"flows/geometry/testdata/x.go":  "package x\n\n// [HF] (98)\n",
		"internal/x.go":                 "package x\n\n// [HF] (97)\n",
		"notebooks/x.txt":               "",
	} {
		full := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	nb = sample(t)
	nb.Path = filepath.Join(root, "notebooks", "10_sample.ipynb")
	in(check1, stdout("erratum HF-30\n  printed      ‖x ⊘ β‖ | a    1.728133\n  corrected    ‖x ⊘ √β‖\n               0.967983366099\n  independent  quadrature of (13b)  0.967983366099\n✓ erratum HF-30  corrected = independent within 1e-12; as printed it misses by 0.76\n"))(t, nb)
	return root, nb
}

func TestIndex(t *testing.T) {
	root, nb := project(t)
	pages, err := Index(root, []*Notebook{nb})
	if err != nil {
		t.Fatal(err)
	}
	equations := pages["notebooks/equations.md"]
	file := "(../flows/geometry/metric.go)"
	wants := []string{ // in this order
		"| [LF] Theorem 8 |  | [`geometry.Metric.Norm`]" + file + " |\n",
		"| [NH] Remark 6 |  | [`geometry.One`]" + file + " |\n",
		"| [NH] Remark 10 |  | [`geometry.Two`]" + file + " |\n",
		"| [HF] (1) | [10](10_sample.ipynb) 10 · Sample; [10](10_sample.ipynb) 1 Name of the idea;",
		"[`package geometry`]" + file + " |\n",
		"| [HF] (2) |  | [`geometry.Distance`]" + file + " |\n",
		"| [HF] (24) |  | [`geometry.Metric`]" + file + " |\n",
		"| [HF] (30) |  | [`geometry.Distance`]" + file + "; [`geometry.Metric.Norm`]" + file + " |\n",
	}
	at := 0
	for _, want := range wants {
		i := strings.Index(equations[at:], want)
		if i < 0 {
			t.Fatalf("%q is missing or out of order in\n%s", want, equations)
		}
		at += i
	}
	if strings.Contains(equations, "9") && (strings.Contains(equations, "(97)") || strings.Contains(equations, "(98)") || strings.Contains(equations, "(99)")) {
		t.Error("tests, testdata or internal are listed")
	}
	row := "| HF-30 | `‖x ⊘ β‖ \\| a` = 1.728133 | `‖x ⊘ √β‖` = 0.967983366099 | quadrature of (13b) = 0.967983366099 | corrected = independent within 1e-12; as printed it misses by 0.76 | [10](10_sample.ipynb) |\n"
	if !strings.HasSuffix(pages["notebooks/errata.md"], row) {
		t.Errorf("errata:\n%s", pages["notebooks/errata.md"])
	}
}

func TestIndexFreshness(t *testing.T) {
	root, nb := project(t)
	pages, err := Index(root, []*Notebook{nb})
	if err != nil {
		t.Fatal(err)
	}
	both := []string{"notebooks/equations.md", "notebooks/errata.md"}
	if stale, err := StaleIndex(root, pages); err != nil || !slices.Equal(stale, both) {
		t.Errorf("before writing: %v, %v", stale, err)
	}
	if err := WriteIndex(root, pages); err != nil {
		t.Fatal(err)
	}
	again, err := Index(root, []*Notebook{nb})
	if err != nil {
		t.Fatal(err)
	}
	if stale, err := StaleIndex(root, again); err != nil || len(stale) != 0 {
		t.Errorf("after writing: %v, %v", stale, err)
	}
	in(compute1, func(c *Cell) { c.Source += " // [CH] Theorem 3" })(t, nb)
	if again, err = Index(root, []*Notebook{nb}); err != nil {
		t.Fatal(err)
	}
	if stale, err := StaleIndex(root, again); err != nil || !slices.Equal(stale, both[:1]) {
		t.Errorf("after a new tag: %v, %v", stale, err)
	}
}

func TestNamed(t *testing.T) {
	files := []string{"n/00_tour.ipynb", "n/10_geodesics.ipynb", "n/11_mirror.ipynb"}
	for names, want := range map[string]string{
		"":                          "n/00_tour.ipynb n/10_geodesics.ipynb n/11_mirror.ipynb",
		"10":                        "n/10_geodesics.ipynb",
		"11 00":                     "n/00_tour.ipynb n/11_mirror.ipynb",
		"1":                         "n/10_geodesics.ipynb n/11_mirror.ipynb",
		"notebooks/11_mirror.ipynb": "n/11_mirror.ipynb",
	} {
		got, err := Named(files, strings.Fields(names))
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("Named(%q) = %v, %v; want %s", names, got, err, want)
		}
	}
	if _, err := Named(files, []string{"12"}); err == nil || !strings.Contains(err.Error(), `"12"`) {
		t.Errorf("an unknown name: %v", err)
	}
}
