package setup

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	root := filepath.Join(t.TempDir(), "my clone")
	deep := filepath.Join(root, "tools", "jupyter")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if p, err := Find(deep); err == nil || !strings.Contains(err.Error(), "inside the clone") {
		t.Errorf("found %v, %v where there is none", p, err)
	}
	write("go.mod", "// a comment\nmodule hopflow // ours\n\ngo 1.26\n")
	write("tools/go.mod", "module hopflow/tools\n") // another module on the way up
	p, err := Find(deep)
	if err != nil || p.Root != root {
		t.Errorf("found %v, %v", p, err)
	}
	write("go.mod", "module example.org/other\n")
	if p, err := Find(deep); err == nil {
		t.Errorf("took another module at %s", p.Root)
	}
}

func TestFolderNames(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("other separators")
	}
	for name, ok := range map[string]bool{"/a/plain": true, "/with space/x": true, "/ümlaut/é$x": true, "/a,b": false, "/a:b": false, "/a\nb": false} {
		p := &Project{Root: name}
		if err := p.checkRoot(); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}
