//go:build unix

package setup

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestKernelSpecs(t *testing.T) {
	f := newFake(t)
	f.mustEnsure(Options{}, fresh...)
	for _, name := range []string{"gonb", "gonb-test"} {
		data, err := os.ReadFile(filepath.Join(f.Lab(), "venv", "share", "jupyter", "kernels", name, "kernel.json"))
		if err != nil {
			t.Fatal(err)
		}
		var k kernelSpec
		if err := json.Unmarshal(data, &k); err != nil {
			t.Fatal(err)
		}
		wantArgv := []string{f.Lab() + "/bin/gonb", "--kernel", "{connection_file}", "-logtostderr=false", "-stderrthreshold=3",
			"-log_dir=" + f.Lab() + "/log", "-go_work=" + f.Root}
		if name == "gonb-test" {
			wantArgv = append(wantArgv, "-raw_error=true")
		}
		if !slices.Equal(k.Argv, wantArgv) {
			t.Errorf("%s: argv %q", name, k.Argv)
		}
		for _, kv := range [][2]string{{"GOPROXY", "off"}, {"GOFLAGS", "-buildvcs=false -ldflags=-s"}, {"CGO_ENABLED", "0"}, {"GOTOOLCHAIN", "local"}, {"GOWORK", "auto"}, {"GOAMD64", "v1"}} {
			if k.Env[kv[0]] != kv[1] {
				t.Errorf("%s: %s=%q", name, kv[0], k.Env[kv[0]])
			}
		}
		wantPath := f.Lab() + "/bin:" + f.dir + "/bin:${PATH}"
		if name == "gonb-test" { // no gopls, from wherever
			wantPath = f.Lab() + "/bin-test:" + f.dir + "/bin:" + systemPath
		}
		if k.Env["PATH"] != wantPath {
			t.Errorf("%s: PATH=%q, want %q", name, k.Env["PATH"], wantPath)
		}
		if _, err := os.Stat(filepath.Join(f.Lab(), "bin-test", "goimports")); err != nil {
			t.Error(err)
		}
		if k.Language != "go" || k.InterruptMode != "message" || k.DisplayName == "" {
			t.Errorf("%s: %+v", name, k)
		}
	}
}

// The cache is warmed with what kernel.json says, or the first cell is slow.
func TestWarmAsTheKernel(t *testing.T) {
	f := newFake(t)
	t.Setenv("GOAMD64", "v3")
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOPROXY", "https://proxy.example")
	f.mustEnsure(Options{}, fresh...)
	data, err := os.ReadFile(filepath.Join(f.dir, "goenv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	want := []string{
		f.Root + "/tools|https://proxy.example|-mod=readonly -buildvcs=false|0|off|v3", // install
		f.Root + "|https://proxy.example|-mod=readonly -buildvcs=false|0|off|v3",       // download
		f.Root + "|off|-buildvcs=false -ldflags=-s|0|auto|v1",                          // build
		f.Root + "|off|-buildvcs=false -ldflags=-s|0|auto|v1",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got  %q\nwant %q", lines, want)
	}
}

// A dollar sign in the folder's name is not taken for a variable.
func TestSpecOfAnOddFolder(t *testing.T) {
	p := &Project{Root: "/x/$HOME y"}
	k := p.newSpec("Go", false, "/usr/local/go/bin")
	if want := "/x/$$HOME y/.lab/bin:/usr/local/go/bin:${PATH}"; k.Env["PATH"] != want {
		t.Errorf("PATH=%q", k.Env["PATH"])
	}
	if got := k.Argv[len(k.Argv)-1]; got != "-go_work=/x/$HOME y" {
		t.Errorf("argv ends %q", got)
	}
}

// Nothing of what runs below Env lands in the home, and no other Jupyter is
// consulted.
func TestEnvKeepsOutOfTheHome(t *testing.T) {
	f := newFake(t)
	t.Setenv("HOME", "/the/home")
	t.Setenv("JUPYTER_PATH", "/other/jupyter")
	t.Setenv("PYTHONPATH", "/other/python")
	t.Setenv("JUPYTER_TOKEN", "leak")
	env := map[string]string{}
	for _, kv := range f.Env() {
		k, v, _ := strings.Cut(kv, "=")
		if _, twice := env[k]; twice {
			t.Errorf("%s twice", k)
		}
		env[k] = v
	}
	for _, k := range []string{"JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "GOPLSCACHE"} {
		if !strings.HasPrefix(env[k], f.Lab()+"/") {
			t.Errorf("%s=%q", k, env[k])
		}
	}
	for k, want := range map[string]string{"GOCACHE": f.dir + "/gocache", "GOMODCACHE": f.dir + "/gomod", "GOENV": "off", "GOPATH": f.dir + "/gopath"} {
		if env[k] != want {
			t.Errorf("%s=%q: moving the settings folder moved it", k, env[k])
		}
	}
	for _, k := range []string{"JUPYTER_PATH", "PYTHONPATH", "JUPYTER_TOKEN"} {
		if v, there := env[k]; there {
			t.Errorf("%s=%q passed on", k, v)
		}
	}
	if !strings.HasPrefix(env["PATH"], f.Lab()+"/venv/bin:"+f.Lab()+"/bin:") {
		t.Errorf("PATH=%q", env["PATH"])
	}
	if env["JUPYTER_CONFIG_PATH"] != f.Root+"/tools/jupyter" {
		t.Errorf("JUPYTER_CONFIG_PATH=%q", env["JUPYTER_CONFIG_PATH"])
	}
}

// The runtime folder holds tokens: nobody else may look in.
func TestStateIsPrivate(t *testing.T) {
	f := newFake(t)
	os.MkdirAll(f.RuntimeDir(), 0o777)
	os.Chmod(f.RuntimeDir(), 0o777)
	f.mustEnsure(Options{}, fresh...)
	for _, d := range []string{f.RuntimeDir(), f.LogDir()} {
		st, err := os.Stat(d)
		if err != nil || st.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", d, st.Mode(), err)
		}
	}
	mode, err := os.ReadFile(filepath.Join(f.Lab(), "cache", "config", "go", "telemetry", "mode"))
	if err != nil || string(mode) != "off\n" {
		t.Errorf("telemetry mode %q, %v", mode, err)
	}
}
