package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hopflow/internal/nbtest"
)

// project makes the folder of an empty project the working folder.
func project(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	mod := "module hopflow\n\ngo 1.26\n\nrequire (\n\tgithub.com/janpfeifer/gonb v0.11.4\n\tgonum.org/v1/gonum v0.17.0\n\tgonum.org/v1/plot v0.17.0\n)\n"
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte(mod), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	return root
}

// nb runs the command and returns what it printed.
func nb(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, &out)
	return out.String(), err
}

func TestHelp(t *testing.T) {
	out, err := nb(t)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range commands {
		if !strings.Contains(out, "  "+c.name+" "+c.args) || !strings.Contains(out, c.short) {
			t.Errorf("the help does not list %s:\n%s", c.name, out)
		}
		if help, _ := nb(t, c.name, "-h"); !strings.Contains(help, c.long) || !strings.HasPrefix(help, "go tool nb "+c.name) {
			t.Errorf("the help of %s:\n%s", c.name, help)
		}
	}
	if _, err := nb(t, "paint"); err == nil || !strings.Contains(err.Error(), `"paint"`) {
		t.Errorf("an unknown command: %v", err)
	}
}

func TestNewNotebook(t *testing.T) {
	root := project(t)
	out, err := nb(t, "new", "05_existence", "Does one exist?")
	if err != nil || !strings.Contains(out, filepath.Join("notebooks", "05_existence.ipynb")) {
		t.Fatalf("%s, %v", out, err)
	}
	n, err := nbtest.Read(filepath.Join(root, "notebooks", "05_existence.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	if last := n.Cells[len(n.Cells)-1].Source; last != "*Versions: Go 1.26, gonum v0.17.0, gonum/plot v0.17.0, GoNB v0.11.4.*" {
		t.Errorf("the footer is %q", last)
	}
	if _, err := nb(t, "new", "05_other", "Other"); err == nil || !strings.Contains(err.Error(), "number 05 is taken by") {
		t.Errorf("a number twice: %v", err)
	}
	if _, err := nb(t, "new", "06_x"); err == nil || !strings.Contains(err.Error(), "two arguments") {
		t.Errorf("no title: %v", err)
	}
	if _, err := nb(t, "new", "-tour", "06_tour", "Tour"); err != nil {
		t.Fatal(err)
	}
	if n, err = nbtest.Read(filepath.Join(root, "notebooks", "06_tour.ipynb")); err != nil || n.Kind() != nbtest.KindTour {
		t.Errorf("a tour: %v", err)
	}
}

func TestCleanCommand(t *testing.T) {
	root := project(t)
	if _, err := nb(t, "clean"); err == nil || !strings.Contains(err.Error(), "there are no notebooks") {
		t.Errorf("without notebooks: %v", err)
	}
	if _, err := nb(t, "new", "05_x", "X"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "notebooks", "05_x.ipynb")
	clean, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dirty := strings.Replace(string(clean), `"source_hidden": true`, `"source_hidden": false`, 1)
	dirty = strings.ReplaceAll(dirty, "\n ", "\n  ")
	if err := os.WriteFile(path, []byte(dirty), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := nb(t, "clean", "05"); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != string(clean) {
		t.Error("cleaning does not give the clean file")
	}
	if err := os.WriteFile(filepath.Join(root, "notebooks", "06_cut.ipynb"), clean[:200], 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := nb(t, "clean")
	if err == nil || err.Error() != "1 of 2 notebooks failed" || !strings.Contains(out, "06_cut.ipynb: is truncated after 200 bytes") {
		t.Errorf("a truncated one: %v\n%s", err, out)
	}
	if _, err := nb(t, "clean", "07"); err == nil || !strings.Contains(err.Error(), `no notebook is called "07"`) {
		t.Errorf("an unknown name: %v", err)
	}
}

func TestStudentCommand(t *testing.T) {
	root := project(t)
	if _, err := nb(t, "new", "05_x", "X"); err != nil {
		t.Fatal(err)
	}
	if _, err := nb(t, "student", "05"); err != nil {
		t.Fatal(err)
	}
	n, err := nbtest.Read(filepath.Join(root, "notebooks", "student", "05_x.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range n.Cells {
		if c.Has(nbtest.TagSolution) {
			t.Errorf("cell %d is a solution", i+1)
		}
	}
}

func TestIndexCommand(t *testing.T) {
	root := project(t)
	if _, err := nb(t, "new", "05_x", "X"); err != nil {
		t.Fatal(err)
	}
	if _, err := nb(t, "index", "-check"); err == nil || !strings.Contains(err.Error(), "not up to date: notebooks/equations.md, notebooks/errata.md") {
		t.Errorf("before: %v", err)
	}
	if out, err := nb(t, "index"); err != nil || out != "2 of 2 pages changed\n" {
		t.Errorf("%s, %v", out, err)
	}
	if out, err := nb(t, "index", "-check"); err != nil || !strings.Contains(out, "up to date") {
		t.Errorf("after: %s, %v", out, err)
	}
	data, err := os.ReadFile(filepath.Join(root, "notebooks", "equations.md"))
	if err != nil || !strings.Contains(string(data), "| [HF] (1) | [05](05_x.ipynb) 05 · X;") {
		t.Errorf("%v\n%s", err, data)
	}
}
