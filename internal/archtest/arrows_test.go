package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A layer is a folder of the module with what the packages in it may import,
// apart from the standard library and each other: packages, or trees of them
// below a folder. Its tests may import internal/ besides.
type layer struct {
	folder string
	may    []string
}

const (
	gonum         = "gonum.org/v1/gonum"
	propertyTests = "pgregory.net/rapid" // in tests only
)

// layers is the picture of the architecture: flows -> lyapunov, plotting alone,
// nothing public on internal/. What is not listed may import everything.
// Of two layers that hold a package the first counts.
var layers = []layer{
	// Letters are rendered from fonts, in this package alone.
	{"lyapunov/patterns", []string{gonum, "golang.org/x/image"}},
	{"lyapunov", []string{gonum}},
	{"flows", []string{gonum, "hopflow/lyapunov"}},
	// golang.org/x/image has the font types that gonum/plot's own speak in.
	{"plotting", []string{gonum, "gonum.org/v1/plot", "golang.org/x/image", "codeberg.org/go-pdf/fpdf", "github.com/janpfeifer/gonb/gonbui"}},
	{"bench", []string{gonum, "hopflow/lyapunov", "hopflow/flows", "hopflow/plotting"}},
}

// never is what a layer may not reach in any number of steps: an import that is
// allowed could bring it in.
var never = map[string][]string{
	"lyapunov/patterns": {"gonum.org/v1/plot", "github.com/janpfeifer/gonb", "hopflow/flows", "hopflow/plotting", "hopflow/internal"},
	"lyapunov":          {"golang.org/x/image", "gonum.org/v1/plot", "github.com/janpfeifer/gonb", "hopflow/flows", "hopflow/plotting", "hopflow/internal"},
	"flows":             {"gonum.org/v1/plot", "github.com/janpfeifer/gonb", "hopflow/plotting", "hopflow/internal"},
	"plotting":          {"hopflow/lyapunov", "hopflow/flows", "hopflow/internal"},
}

// A listed package is what `go list -deps -json` says of it.
type listed struct {
	ImportPath, Dir                          string
	Standard                                 bool
	Imports, Deps, TestImports, XTestImports []string
	Module                                   *struct{ Main bool }
	Error                                    *struct{ Err string }
}

// list runs go list in dir for all its packages, what they import and what
// their tests import. Packages that do not build are listed too.
func list(dir string) ([]listed, error) {
	cmd := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Dir,Standard,Imports,Deps,TestImports,XTestImports,Module,Error", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list in %s: %w\n%s", dir, err, &stderr)
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		switch err := dec.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		}
		all = append(all, p)
	}
}

// below reports whether a package is the one named, or in a folder below it.
func below(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

func belowAny(pkg string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return below(pkg, f) })
}

// arrows returns the imports that no layer allows.
func arrows(all []listed) (breaches []string) {
	standard := map[string]bool{"unsafe": true}
	for _, p := range all {
		standard[p.ImportPath] = p.Standard
	}
	for _, p := range all {
		i := slices.IndexFunc(layers, func(l layer) bool { return below(p.ImportPath, "hopflow/"+l.folder) })
		if i < 0 {
			continue
		}
		l := layers[i]
		may := append([]string{"hopflow/" + l.folder}, l.may...)
		for _, imp := range p.Imports {
			if !isStandard(standard, imp) && !belowAny(imp, may) {
				breaches = append(breaches, fmt.Sprintf("%s imports %s: %s may import %v", p.ImportPath, imp, l.folder, may))
			}
		}
		may = append(may, "hopflow/internal", propertyTests)
		for _, imp := range slices.Concat(p.TestImports, p.XTestImports) {
			if !isStandard(standard, imp) && !belowAny(imp, may) {
				breaches = append(breaches, fmt.Sprintf("a test of %s imports %s: tests of %s may import %v", p.ImportPath, imp, l.folder, may))
			}
		}
		for _, dep := range p.Deps {
			if belowAny(dep, never[l.folder]) && !slices.Contains(p.Imports, dep) {
				breaches = append(breaches, fmt.Sprintf("%s depends on %s by way of another package", p.ImportPath, dep))
			}
		}
	}
	return breaches
}

// isStandard knows the packages that go list met, and otherwise (imports of
// tests only) goes by the rule that other people's paths begin with a host.
func isStandard(known map[string]bool, pkg string) bool {
	if std, ok := known[pkg]; ok {
		return std
	}
	first, _, _ := strings.Cut(pkg, "/")
	return pkg != "C" && first != "hopflow" && !strings.Contains(first, ".")
}

func TestArrows(t *testing.T) {
	all, err := list(root(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []string{"hopflow/lyapunov", "hopflow/flows/ode"} {
		if !slices.ContainsFunc(all, func(p listed) bool { return p.ImportPath == l }) {
			t.Errorf("go list does not know %s", l)
		}
	}
	for _, breach := range arrows(all) {
		t.Error(breach)
	}
}

// A module that breaks every arrow, through the real go list.
func TestArrowsCanFail(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":                   "module hopflow\n\ngo 1.26\n",
		"lyapunov/a.go":            "package lyapunov\n\nimport _ \"hopflow/flows\"\n",
		"lyapunov/fine.go":         "package lyapunov\n\nimport (\n\t_ \"math\"\n\t_ \"hopflow/lyapunov/verify\"\n)\n",
		"lyapunov/verify/a.go":     "package verify\n\nimport _ \"hopflow/internal/oracle\"\n",
		"lyapunov/patterns/a.go":   "package patterns\n\nimport (\n\t_ \"golang.org/x/image/font\"\n\t_ \"hopflow/lyapunov/activation\"\n)\n",
		"lyapunov/activation/a.go": "package activation\n\nimport _ \"golang.org/x/image/font\"\n",
		"lyapunov/hopfield/a.go":   "package hopfield\n\nimport _ \"hopflow/lyapunov/patterns\"\n",
		"flows/a.go":               "package flows\n\nimport _ \"hopflow/plotting\"\n",
		"flows/ode/a.go":           "package ode\n\nimport _ \"hopflow/lyapunov/verify\"\n",
		"flows/ode/a_test.go":      "package ode\n\nimport (\n\t_ \"hopflow/internal/oracle\"\n\t_ \"hopflow/bench\"\n)\n",
		"flows/sde/a_test.go":      "package sde_test\n\nimport (\n\t_ \"testing/fstest\"\n\t_ \"example.org/other\"\n)\n",
		"flows/sde/a.go":           "package sde\n",
		"plotting/a.go":            "package plotting\n",
		"bench/a.go":               "package bench\n",
		"internal/oracle/a.go":     "package oracle\n\nimport _ \"hopflow/bench\"\n",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	all, err := list(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, breach := range arrows(all) {
		what, _, _ := strings.Cut(breach, ":")
		got = append(got, what)
	}
	slices.Sort(got)
	want := []string{
		"a test of hopflow/flows/ode imports hopflow/bench",
		"a test of hopflow/flows/sde imports example.org/other",
		"hopflow/flows imports hopflow/plotting",
		"hopflow/flows/ode depends on hopflow/internal/oracle by way of another package",
		"hopflow/lyapunov depends on hopflow/internal/oracle by way of another package",
		"hopflow/lyapunov depends on hopflow/plotting by way of another package",
		"hopflow/lyapunov imports hopflow/flows",
		"hopflow/lyapunov/activation imports golang.org/x/image/font",
		"hopflow/lyapunov/hopfield depends on golang.org/x/image/font by way of another package",
		"hopflow/lyapunov/patterns imports hopflow/lyapunov/activation",
		"hopflow/lyapunov/verify imports hopflow/internal/oracle",
	}
	if !slices.Equal(got, want) {
		t.Errorf("breaches:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
