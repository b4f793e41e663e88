//go:build unix

package setup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeGo answers like the go command as far as set-up asks, and writes down
// what it was asked.
const fakeGo = `#!/bin/sh
[ "$1" = env ] || echo "go $*" >> "$FAKE/log"
[ "$1" = env ] || echo "$PWD|$GOPROXY|$GOFLAGS|$CGO_ENABLED|$GOWORK|$GOAMD64" >> "$FAKE/goenv"
what=go-$1
[ "$1" = build ] && [ "$2" = ./... ] && what=go-build-own
if [ -f "$FAKE/fail-$what" ]; then cat "$FAKE/fail-$what"; exit 1; fi
if [ -f "$FAKE/hang-$what" ]; then touch "$FAKE/hanging"; sleep 600; fi
case "$1" in
env) echo "{\"GOVERSION\":\"${FAKE_GO:-go1.26.8}\",\"GOROOT\":\"$FAKE/none\",\"GOCACHE\":\"$FAKE/gocache\",\"GOMODCACHE\":\"$FAKE/gomod\",\"GOPATH\":\"$FAKE/gopath\",\"GOENV\":\"off\"}" ;;
install) mkdir -p "$GOBIN"; for a; do case $a in */*) echo bin > "$GOBIN/${a##*/}"; chmod +x "$GOBIN/${a##*/}" ;; esac; done ;;
mod) mkdir -p "$FAKE/gomod/cache" ;;
build) mkdir -p "$FAKE/gocache/00" ;;
esac
exit 0
`

// fakePython answers like python3 and like the interpreter of an environment.
const fakePython = `#!/bin/sh
v=${FAKE_PYTHON:-3.11.2}
case "$1 $2" in
"-c import sys"*) printf '%s\n%s\n%s\n' "$v" "$0" "$FAKE_MISSING"; exit 0 ;;
"-I -S") echo "${v%.*}"; exit 0 ;;
esac
case "$2" in
venv) what=venv ;;
pip) what=pip ;;
*) what=cell; set -- cell ;;
esac
echo "$what $*" >> "$FAKE/log"
if [ -f "$FAKE/fail-$what" ]; then cat "$FAKE/fail-$what"; exit 1; fi
case "$what" in
venv) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
pip) site="$(dirname "$(dirname "$0")")/lib/python${v%.*}/site-packages/jupyterlab"; mkdir -p "$site"
  if [ -f "$FAKE/hang-pip" ]; then touch "$FAKE/hanging"; sleep 600; fi
  touch "$site/__init__.py" ;;
esac
exit 0
`

// fake is a clone with fake programs in PATH.
type fake struct {
	*Project
	t   *testing.T
	dir string
}

func newFake(t *testing.T) *fake {
	t.Helper()
	root := filepath.Join(t.TempDir(), "a clone") // a space, as in a user's folder
	f := &fake{Project: &Project{Root: root}, t: t, dir: t.TempDir()}
	for name, text := range map[string]string{
		"go.mod": "module hopflow\n", "go.sum": "sum\n",
		"tools/go.mod": "module hopflow/tools\n", "tools/go.sum": "toolsum\n",
		"tools/requirements.lock": "jupyterlab==4\n", "tools/browser.lock": "playwright==1\n",
		"tools/jupyter/overrides.json": "{}\n",
	} {
		f.write(filepath.Join(root, name), text, 0o644)
	}
	f.write(filepath.Join(f.dir, "bin", "go"), fakeGo, 0o755)
	f.write(filepath.Join(f.dir, "bin", "python3"), fakePython, 0o755)
	t.Setenv("PATH", filepath.Join(f.dir, "bin")+":/usr/bin:/bin")
	t.Setenv("FAKE", f.dir)
	t.Setenv("HOPFLOW_STATE", "")
	t.Setenv("HOPFLOW_PYTHON", filepath.Join(f.dir, "bin", "python3"))
	return f
}

func (f *fake) write(name, text string, mode os.FileMode) {
	f.t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		f.t.Fatal(err)
	}
}

// again is the same clone as the next command finds it.
func (f *fake) again() { f.Project = &Project{Root: f.Root} }

// knob makes a fake program fail with a text, or hang.
func (f *fake) knob(name, text string) { f.write(filepath.Join(f.dir, name), text, 0o644) }

func (f *fake) release(name string) {
	f.t.Helper()
	if err := os.Remove(filepath.Join(f.dir, name)); err != nil {
		f.t.Fatal(err)
	}
}

// ran returns what the fake programs were asked since the last call, a word or
// two each.
func (f *fake) ran() []string {
	f.t.Helper()
	name := filepath.Join(f.dir, "log")
	data, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		f.t.Fatal(err)
	}
	os.Remove(name)
	var words []string
	for line := range strings.Lines(string(data)) {
		w := strings.Fields(line)
		switch {
		case w[0] == "go" && w[1] == "install":
			w = []string{"install:" + strings.TrimPrefix(w[len(w)-1], "golang.org/x/tools/")}
		case w[0] == "go" && w[1] == "build" && w[2] == "./...":
			w = []string{"build:own"}
		case w[0] == "go":
			w = []string{w[1]}
		case w[0] == "pip":
			w = []string{"pip:" + strings.TrimSuffix(filepath.Base(line[strings.Index(line, "-r "):strings.Index(line, ".lock")]), ".lock")}
		default:
			w = w[:1]
		}
		words = append(words, w...)
	}
	return words
}
