package archtest

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// A rule looks at the project and says what breaks it, an item a breach. Its
// fixtures are small projects that break it.
type rule struct {
	name     string
	check    func(*tree) []string
	fixtures []fixture
}

// A fixture is a file that breaks a rule once, and what is said then; and
// perhaps a peer beside it that does not break it.
type fixture struct {
	path, text, want string
	peer             *fixture
}

var (
	longText     = strings.Repeat("\n", longestFile)
	longFunction = "package flows\n\nfunc f() {" + strings.Repeat("\n", longestFunction) + "}\n"
	flowsDoc     = "// Package flows moves.\npackage flows\n"
	module       = "module hopflow\n\ngo 1.26\n"
)

var rules = []rule{
	{"Go parses", parses, []fixture{
		{path: "flows/a.go", text: "package flows\nfunc {\n", want: "flows/a.go:2:6"},
	}},
	{"packages and folders are named after their nouns", named, []fixture{
		{path: "flows/util/a.go", text: "package util\n", want: "flows/util/a.go: a package named util"},
		{path: "flows/a.go", text: "package common\n", want: "flows/a.go: a package named common"},
		{path: "docker/helpers/README.md", text: "\n", want: "docker/helpers/README.md: a folder named helpers"},
	}},
	{"a file is one noun", filesAreShort, []fixture{
		{path: "flows/a.go", text: "package flows\n" + longText, want: "flows/a.go: 401 lines",
			peer: &fixture{path: "flows/b.go", text: "// long: one table\npackage flows\n" + longText}},
		{path: "flows/a.go", text: "// long:\npackage flows\n" + longText, want: "flows/a.go: 402 lines"},
	}},
	{"a function is one idea", functionsAreShort, []fixture{
		{path: "flows/a.go", text: longFunction, want: "flows/a.go:3: f has 61 lines",
			peer: &fixture{path: "flows/a_test.go", text: longFunction}},
	}},
	{"random numbers have a seed of their own", randomIsSeeded, []fixture{
		{path: "flows/a.go", text: "package flows\nimport r \"math/rand/v2\"\nvar x = r.Float64()\n", want: "flows/a.go:3: math/rand/v2.Float64",
			peer: &fixture{path: "flows/b.go", text: "package flows\nimport \"math/rand/v2\"\nvar g *rand.Rand = rand.New(rand.NewPCG(1, 2))\nfunc f(rand *rand.Rand) { rand.Float64() }\n"}},
		{path: "flows/a_test.go", text: "package flows\nimport \"math/rand\"\nvar x = rand.Intn(3)\n", want: "flows/a_test.go:3: math/rand.Intn"},
		{path: "flows/a.go", text: "package flows\nimport . \"math/rand/v2\"\nvar x = Float64()\n", want: "flows/a.go:2: math/rand/v2 imported as ."},
	}},
	{"what is exported is documented", documented, []fixture{
		{path: "flows/a.go", text: flowsDoc + "func Go() {}\n", want: "flows/a.go:3: Go has no comment",
			peer: &fixture{path: "flows/b.go", text: "package flows\ntype hidden struct{}\nfunc (hidden) Go() {}\n// All of these are documented.\nconst (\nA = 1\nB = 2\n)\n"}},
		{path: "flows/a.go", text: flowsDoc + "// T is.\ntype T[K any] struct{}\nfunc (*T[K]) Go() {}\n", want: "flows/a.go:5: T.Go has no comment"},
		{path: "flows/a.go", text: flowsDoc + "// Of a group of types each has its own.\ntype (\nT int\n)\n", want: "flows/a.go:5: T has no comment"},
		{path: "flows/a.go", text: flowsDoc + "var a, B int\n", want: "flows/a.go:3: B has no comment"},
		{path: "flows/a.go", text: flowsDoc + "// T is.\ntype T interface {\nGo()\n}\n", want: "flows/a.go:5: T.Go has no comment"},
		{path: "flows/a.go", text: "package flows\n", want: "flows: package flows has no comment",
			peer: &fixture{path: "flows/ode/a.go", text: "// Package ode solves.\npackage ode\n"}},
	}},
	{"nothing tells of a machine", noMachine, []fixture{
		{path: "docker/start", text: "#!/bin/sh\ncd /ro" + "ot/x\n", want: "docker/start:2: a machine's path"},
		{path: "notebooks/a.ipynb", text: `"source": ["/ho` + `me/ada/x"]`, want: "notebooks/a.ipynb:1: a machine's path",
			peer: &fixture{path: "README.md", text: "https://example.org/wo" + "rk/ and ../home/ and /home/<name>\n"}},
		{path: "tools/requirements.lock", text: "\n--index-url https://py" + "pi.org/simple\n", want: "tools/requirements.lock:2: a package registry"},
	}},
	{"the module is lean", moduleIsLean, []fixture{
		{path: "README.md", want: "go.mod: is missing"},
		{path: "go.mod", text: "module example.org/hopflow\n\ngo 1.26\n", want: "go.mod: module example.org/hopflow has a dot"},
		{path: "go.mod", text: "module hopflow\n\ngo 1.26.3\n", want: "go.mod: go 1.26.3"},
		{path: "go.mod", text: module + "toolchain go1.26.3\n", want: "go.mod: toolchain"},
		{path: "go.mod", text: module + "require (\n" + strings.Repeat("\tx.org/x v1.0.0 // why\n\ty.org/y v1.0.0 // indirect\n", 13) + ")\n", want: "go.mod: 13 direct requirements"},
		{path: "go.mod", text: module + "require x.org/x v1.0.0\nrequire y.org/y v1.0.0\nrequire z.org/z v1.0.0 // why\n", want: "go.mod: x.org/x is required",
			peer: &fixture{path: "CONTRIBUTING.md", text: "| y.org/y | draws |\n"}},
	}},
}

func TestRules(t *testing.T) {
	tree, err := read(os.DirFS(root(t)))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.files) < 20 {
		t.Fatalf("%d files are not the project", len(tree.files))
	}
	for _, r := range rules {
		for _, breach := range r.check(tree) {
			t.Errorf("%s: %s", r.name, breach)
		}
	}
}

func TestRulesCanFail(t *testing.T) {
	for _, r := range rules {
		for _, f := range r.fixtures {
			files := fstest.MapFS{f.path: {Data: []byte(f.text)}}
			if f.peer != nil {
				files[f.peer.path] = &fstest.MapFile{Data: []byte(f.peer.text)}
			}
			tree, err := read(files)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.check(tree); len(got) != 1 || !strings.Contains(got[0], f.want) {
				t.Errorf("%s: the fixture gives %q, want one breach with %q", r.name, got, f.want)
			}
		}
		if len(r.fixtures) == 0 {
			t.Errorf("%s: no fixture shows that the rule can fail", r.name)
		}
	}
}

func TestSkippedIsNotRead(t *testing.T) {
	files := fstest.MapFS{"a.go": {Data: []byte("package a\n")}, "logo.png": {Data: []byte{0x89, 'P', 0}}}
	for _, name := range skipped {
		files[name+"/util/a.go"] = &fstest.MapFile{Data: []byte("package util\n")}
	}
	tree, err := read(files)
	if err != nil || len(tree.files) != 1 {
		t.Errorf("read gives %d files, %v, want 1", len(tree.files), err)
	}
}

// say formats one breach.
func say(f *file, line int, format string, args ...any) string {
	where := f.path
	if line > 0 {
		where = fmt.Sprintf("%s:%d", f.path, line)
	}
	return where + ": " + fmt.Sprintf(format, args...)
}
