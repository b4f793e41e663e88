//go:build unix

package setup

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func (f *fake) ensure(o Options) (string, error) {
	f.t.Helper()
	f.again()
	var out bytes.Buffer
	o.Out = &out
	ctx, cancel := context.WithTimeout(f.t.Context(), 2*time.Minute)
	defer cancel()
	err := f.Ensure(ctx, o)
	return out.String(), err
}

func (f *fake) mustEnsure(o Options, want ...string) {
	f.t.Helper()
	out, err := f.ensure(o)
	if err != nil {
		f.t.Fatalf("%v\n%s", err, out)
	}
	if got := f.ran(); !slices.Equal(got, want) {
		f.t.Fatalf("ran  %q\nwant %q", got, want)
	}
}

// Only what the lock file names, by its hash, and nothing that would be built.
func TestPipIsStrict(t *testing.T) {
	f := newFake(t)
	if _, err := f.ensure(Options{Browser: true}); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(filepath.Join(f.dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(log)) {
		if !strings.HasPrefix(line, "pip ") {
			continue
		}
		n++
		for _, flag := range []string{"--require-hashes", "--only-binary :all:", "--no-deps"} {
			if !strings.Contains(line, flag) {
				t.Errorf("no %s in %q", flag, line)
			}
		}
	}
	if n != 2 {
		t.Errorf("pip ran %d times", n)
	}
}

// The lock file is complete: the environment made from it lacks nothing.
func TestEnvironmentIsComplete(t *testing.T) {
	p, err := Find(".")
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() || !p.Ready(Options{}) {
		t.Skip("wants a set-up clone (go tool lab -setup-only), and not -short")
	}
	cmd := exec.Command(p.Python(), "-m", "pip", "--disable-pip-version-check", "check")
	cmd.Env = p.Env()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

var fresh = []string{"venv", "pip:requirements", "install:cmd/goimports", "mod", "build", "build:own", "cell"}

func TestFreshThenNothing(t *testing.T) {
	f := newFake(t)
	if f.Ready(Options{}) {
		t.Error("ready before set-up")
	}
	f.mustEnsure(Options{}, fresh...)
	f.mustEnsure(Options{})
	if !f.Ready(Options{}) || f.Ready(Options{Complete: true}) {
		t.Error("ready is wrong")
	}
	f.mustEnsure(Options{Complete: true}, "install:gopls")
	f.mustEnsure(Options{Browser: true}, "pip:browser")
	f.mustEnsure(Options{Complete: true, Browser: true})
	if left, _ := filepath.Glob(filepath.Join(f.Lab(), "*.part")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	if _, err := os.Stat(f.pipCache()); !os.IsNotExist(err) {
		t.Errorf("pip's cache stays: %v", err)
	}
}

// Each step is cut short in turn. The next run starts there, and no earlier.
func TestResume(t *testing.T) {
	for _, c := range []struct {
		knob  string
		again []string
	}{
		{"fail-venv", fresh},
		{"fail-pip", fresh},
		{"fail-go-install", fresh[2:]},
		{"fail-go-mod", fresh[3:]},
		{"fail-go-build", fresh[4:]},
		{"fail-cell", fresh[6:]},
	} {
		t.Run(c.knob, func(t *testing.T) {
			f := newFake(t)
			f.knob(c.knob, "it broke\n")
			out, err := f.ensure(Options{})
			var fail *Failure
			if !errors.As(err, &fail) || fail.Remedy == "" || !strings.Contains(err.Error(), "it broke") {
				t.Fatalf("error without its remedy or last lines: %v", err)
			}
			if !strings.HasSuffix(out, "failed\n") {
				t.Errorf("progress ends %q", out)
			}
			f.ran()
			f.release(c.knob)
			f.mustEnsure(Options{}, c.again...)
			f.mustEnsure(Options{})
		})
	}
}

// A program that is killed leaves half a product; the run after makes it anew.
// It waits for no program of the killed one: that would hang for ten minutes.
func TestKilledInTheMiddle(t *testing.T) {
	for _, knob := range []string{"hang-pip", "hang-go-install"} {
		t.Run(knob, func(t *testing.T) {
			f := newFake(t)
			f.knob(knob, "")
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			go func() {
				for ctx.Err() == nil {
					if _, err := os.Stat(filepath.Join(f.dir, "hanging")); err == nil {
						cancel()
					}
					time.Sleep(10 * time.Millisecond)
				}
			}()
			if err := f.Ensure(ctx, Options{}); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			f.ran()
			f.release(knob)
			again := fresh
			if knob != "hang-pip" {
				again = fresh[2:]
			}
			f.mustEnsure(Options{}, again...)
		})
	}
}

// What goes missing, or changes, is made again with all that is built on it.
func TestRepair(t *testing.T) {
	f := newFake(t)
	f.mustEnsure(Options{}, fresh...)
	for _, c := range []struct {
		name  string
		spoil func()
		want  []string
	}{
		{"environment removed", func() { os.RemoveAll(f.venv()) }, []string{"venv", "pip:requirements", "cell"}},
		{"interpreter upgraded", func() { t.Setenv("FAKE_PYTHON", "3.14.1") }, []string{"venv", "pip:requirements", "cell"}},
		{"lock file changed", func() { f.write(filepath.Join(f.tools(), "requirements.lock"), "jupyterlab==5\n", 0o644) },
			[]string{"venv", "pip:requirements", "cell"}},
		{"kernel removed", func() { os.Remove(filepath.Join(f.bin(), "gonb")) }, []string{"install:cmd/goimports", "cell"}},
		{"kernel empty", func() { os.Truncate(filepath.Join(f.bin(), "gonb"), 0) }, []string{"install:cmd/goimports", "cell"}},
		{"tools changed", func() { f.write(filepath.Join(f.tools(), "go.sum"), "other\n", 0o644) }, []string{"install:cmd/goimports", "cell"}},
		{"modules changed", func() { f.write(filepath.Join(f.Root, "go.sum"), "other\n", 0o644) }, []string{"mod", "build", "build:own", "cell"}},
		{"build cache cleaned", func() { os.RemoveAll(filepath.Join(f.dir, "gocache")) }, []string{"build", "build:own", "cell"}},
		{"kernelspec removed", func() { os.Remove(f.specFile("gonb")) }, []string{"cell"}},
		{"settings changed", func() { f.write(filepath.Join(f.ConfigDir(), "overrides.json"), "{ }\n", 0o644) }, []string{"cell"}},
		{"stamp torn", func() { os.Truncate(filepath.Join(f.stamps(), "first"), 7) }, []string{"cell"}},
		{"go patch release", func() { t.Setenv("FAKE_GO", "go1.26.9") }, []string{"build", "build:own", "cell"}},
		{"go release", func() { t.Setenv("FAKE_GO", "go1.27.0") }, []string{"install:cmd/goimports", "build", "build:own", "cell"}},
	} {
		c.spoil()
		t.Log(c.name)
		f.mustEnsure(Options{}, c.want...)
		f.mustEnsure(Options{})
	}
}

// A stamp of a step that is not wanted now must not survive the product it was
// built on.
func TestStampsOfUnwantedSteps(t *testing.T) {
	f := newFake(t)
	f.mustEnsure(Options{Browser: true}, append(slices.Clone(fresh), "pip:browser")...)
	os.RemoveAll(f.venv())
	f.mustEnsure(Options{}, "venv", "pip:requirements", "cell")
	f.mustEnsure(Options{Browser: true}, "pip:browser")
}

func TestOwnPackageThatDoesNotCompile(t *testing.T) {
	f := newFake(t)
	f.knob("fail-go-build-own", "flows/x.go:3: undefined: y\n")
	out, err := f.ensure(Options{})
	if err != nil || !strings.Contains(out, "does not compile") || !strings.Contains(out, "undefined: y") {
		t.Fatalf("error %v, output %q", err, out)
	}
}

// With every stamp current nothing in .lab but the state is written: the
// installation may be read-only and belong to somebody else.
func TestCurrentWritesNothing(t *testing.T) {
	f := newFake(t)
	state := t.TempDir()
	t.Setenv("HOPFLOW_STATE", state)
	f.mustEnsure(Options{}, fresh...)
	before := tree(t, f.Root)
	state = t.TempDir() // another one, as of another user
	t.Setenv("HOPFLOW_STATE", state)
	f.mustEnsure(Options{})
	if after := tree(t, f.Root); !slices.Equal(before, after) {
		t.Errorf("before %q\nafter  %q", before, after)
	}
	for _, kv := range f.Env() {
		if name, v, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "XDG_") || name == "JUPYTER_RUNTIME_DIR" {
			if !strings.HasPrefix(v, state) {
				t.Errorf("%s is outside HOPFLOW_STATE", kv)
			}
		}
	}
}

// tree lists names, sizes and times below a folder.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := d.Info()
		names = append(names, path+" "+st.ModTime().String())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
