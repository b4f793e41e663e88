//go:build unix

package setup

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFindGo(t *testing.T) {
	for _, c := range []struct{ says, version, want string }{
		{"go1.26.8", "go1.26.8", ""},
		{"go1.26.0", "go1.26.0", ""},
		{"go1.30.1", "go1.30.1", ""},
		{"devel go1.27-0a1b2c3d Mon Jan 5", "go1.27", ""},
		{"go1.26.8-custom build", "go1.26.8", ""},
		{"go1.25.9", "", "is go1.25.9; go1.26.0 or newer is needed"},
		{"go1.26rc1", "", "go1.26.0 or newer is needed"},
		{"go1.9", "", "go1.26.0 or newer is needed"},
		{"", "go1.26.8", ""}, // the fake's own answer
	} {
		f := newFake(t)
		t.Setenv("FAKE_GO", c.says)
		g, err := f.findGo()
		if c.want == "" && (err != nil || g.Version != c.version) {
			t.Errorf("%q: %q, %v", c.says, g.Version, err)
		}
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "remedy: install Go 1.26")) {
			t.Errorf("%q: %v", c.says, err)
		}
	}
}

func TestNoGo(t *testing.T) {
	f := newFake(t)
	t.Setenv("PATH", t.TempDir())
	if _, err := f.ensure(Options{}); err == nil || !strings.Contains(err.Error(), "go command is not in PATH") {
		t.Error(err)
	}
	f = newFake(t)
	f.write(filepath.Join(f.dir, "bin", "go"), "#!/bin/sh\necho 'go.mod requires go >= 1.26 (running go 1.22; GOTOOLCHAIN=local)' >&2\nexit 1\n", 0o755)
	if _, err := f.ensure(Options{}); err == nil || !strings.Contains(err.Error(), "GOTOOLCHAIN=local") || !strings.Contains(err.Error(), "install Go 1.26") {
		t.Error(err)
	}
}

// pythons fills a PATH with interpreters of given versions; "!" marks one
// without ensurepip, as Debian has it without python3-venv.
func pythons(f *fake, have map[string]string) {
	dir := f.t.TempDir()
	for name, v := range have {
		missing := ""
		if strings.HasSuffix(v, "!") {
			v, missing = strings.TrimSuffix(v, "!"), "ensurepip"
		}
		text := "#!/bin/sh\nprintf '%s\\n%s\\n%s\\n' " + v + " \"$0\" '" + missing + "'\n"
		if v == "broken" {
			text = "#!/bin/sh\nexit 127\n"
		}
		f.write(filepath.Join(dir, name), text, 0o755)
	}
	f.t.Setenv("PATH", dir)
	f.t.Setenv("HOPFLOW_PYTHON", "")
}

func TestFindPython(t *testing.T) {
	for _, c := range []struct {
		have map[string]string
		want string // program that is taken, or part of the error
		says []string
	}{
		{have: map[string]string{"python3": "3.11.2"}, want: "python3"},
		{have: map[string]string{"python3": "3.14.0", "python3.12": "3.12.1"}, want: "python3"},
		{have: map[string]string{"python3": "3.9.2", "python3.11": "3.11.2"}, want: "python3.11"},
		{have: map[string]string{"python3": "3.9.2", "python3.11": "3.11.2", "python3.13": "3.13.0"}, want: "python3.13"},
		{have: map[string]string{"python3": "broken", "python": "3.12.4"}, want: "python"},
		{have: map[string]string{"python3": "3.13.1!", "python3.11": "3.11.2"}, want: "python3.11"},
		{have: map[string]string{"python": "4.0.0"}, want: "python"},
		{have: map[string]string{"python3": "3.11.2!"}, says: []string{"python3 is 3.11.2 without the module ensurepip", "-venv"}},
		{have: map[string]string{"python3": "3.10.13", "python": "2.7.18"}, says: []string{"no Python 3.11 or newer", "python3 is 3.10.13; python is 2.7.18", "remedy"}},
		{have: map[string]string{}, says: []string{"no Python 3.11 or newer in PATH", "remedy: install Python 3.11"}},
	} {
		f := newFake(t)
		pythons(f, c.have)
		py, err := findPython(t.Context())
		if c.want != "" && (err != nil || filepath.Base(py.Path) != c.want) {
			t.Errorf("%v: took %q, %v", c.have, py.Path, err)
		}
		for _, s := range c.says {
			if err == nil || !strings.Contains(err.Error(), s) {
				t.Errorf("%v: %v\nwants %q", c.have, err, s)
			}
		}
	}
}

// A missing Python is said before anything is built.
func TestPythonFirst(t *testing.T) {
	f := newFake(t)
	t.Setenv("HOPFLOW_PYTHON", filepath.Join(f.dir, "nowhere"))
	if _, err := f.ensure(Options{}); err == nil || !strings.Contains(err.Error(), "prerequisites") {
		t.Error(err)
	}
	if ran := f.ran(); len(ran) > 0 {
		t.Errorf("ran %q first", ran)
	}
}

func TestPythonAtLeast(t *testing.T) {
	for have, want := range map[string]bool{"3.11.0": true, "3.11": true, "3.9.9": false, "3.10.1": false, "3.100.0": true, "4.0": true, "2.99": false, "3": false, "x.y": false, "": false} {
		if got := pythonAtLeast(have, MinPython); got != want {
			t.Errorf("%q: %v", have, got)
		}
	}
}

// The programs of set-up get the user's proxies and mirrors, and nothing that
// would send their product elsewhere.
func TestSetupEnv(t *testing.T) {
	f := newFake(t)
	for k, v := range map[string]string{"GOPROXY": "corp", "PIP_INDEX_URL": "corp", "HTTPS_PROXY": "corp", "PIP_TARGET": "/else", "GOBIN": "/else",
		"PYTHONPATH": "/else", "GOFLAGS": "-mod=mod", "GOOS": "plan9", "VIRTUAL_ENV": "/else", "GOWORK": "/else/go.work"} {
		t.Setenv(k, v)
	}
	env := f.setupEnv()
	for _, want := range []string{"GOPROXY=corp", "PIP_INDEX_URL=corp", "HTTPS_PROXY=corp", "GOWORK=off", "GOFLAGS=-mod=readonly -buildvcs=false"} {
		if !slices.Contains(env, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, kv := range env {
		if strings.Contains(kv, "/else") || strings.Contains(kv, "plan9") || strings.HasPrefix(kv, "PYTHONPATH=") {
			t.Errorf("%s passed on", kv)
		}
	}
}
