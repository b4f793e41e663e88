package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A tree is every file of the project that people read, as text and, if it is
// Go, as syntax.
type tree struct{ files []*file }

type file struct {
	path   string // slash-separated, from the root
	text   []byte
	syntax *ast.File // nil unless it is Go outside testdata
	fset   *token.FileSet
	broken error // why it does not parse
}

// skipped holds what is not read: other people's text, and what tools make (the
// ignored folders of .gitignore).
var skipped = []string{".git", ".lab", "go.sum", ".ipynb_checkpoints", "screenshots", "student"}

func read(fsys fs.FS) (*tree, error) {
	t := new(tree)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case slices.Contains(skipped, d.Name()):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular():
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil || bytes.IndexByte(text, 0) >= 0 { // an image, an archive
			return err
		}
		f := &file{path: name, text: text, fset: token.NewFileSet()}
		if path.Ext(name) == ".go" && !strings.Contains("/"+name, "/testdata/") {
			f.syntax, f.broken = parser.ParseFile(f.fset, name, text, parser.ParseComments)
		}
		t.files = append(t.files, f)
		return nil
	})
	return t, err
}

// golang yields the files with syntax.
func (t *tree) golang(yield func(*file) bool) {
	for _, f := range t.files {
		if f.syntax != nil && !yield(f) {
			return
		}
	}
}

func (f *file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

func (f *file) line(n ast.Node) int { return f.fset.Position(n.Pos()).Line }

func (f *file) lines() int { return bytes.Count(f.text, []byte("\n")) }

// root returns the folder of the project's go.mod.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "go.mod")); err != nil || !bytes.HasPrefix(text, []byte("module ")) {
		t.Fatalf("no go.mod in %s: run the test inside the project (%v)", dir, err)
	}
	return dir
}
