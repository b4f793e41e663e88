package setup

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// foreign are variables of the caller's that would change what set-up builds
// or what Jupyter loads: another Python's modules, another Jupyter's kernels
// and configuration, another target than this machine.
var foreign = []string{
	"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "CONDA_PREFIX",
	"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_REQUIREMENT", "PIP_DRY_RUN", "PIP_CONSTRAINT",
	"JUPYTER_PATH", "JUPYTER_TOKEN", "JUPYTER_TOKEN_FILE", "JUPYTER_NO_CONFIG",
	"GOBIN", "GOOS", "GOARCH", "GOFLAGS", "GOWORK", "GO111MODULE",
}

// kernelVars is the part of a kernel's environment that decides what go build
// compiles, and so what set-up has to put into the build cache:
//   - GOPROXY=off: GoNB runs "go get" before each cell; without a proxy to ask
//     that takes 0.07 s instead of a second, and go.mod's versions stand.
//   - CGO_ENABLED=0 and -ldflags=-s: a cell links in half the time; -s drops
//     symbol tables, panics keep their line numbers.
//   - GOTOOLCHAIN=local, GOWORK=auto: the user's own settings cannot make a
//     cell download a toolchain or lose its workspace.
//   - GOAMD64=v1: from v3 on the compiler fuses multiplications with additions,
//     which changes last digits, and the outputs are compared to the letter.
var kernelVars = [][2]string{
	{"CGO_ENABLED", "0"},
	{"GO111MODULE", "on"},
	{"GOAMD64", "v1"},
	{"GOFLAGS", "-buildvcs=false -ldflags=-s"},
	{"GOPROXY", "off"},
	{"GOTOOLCHAIN", "local"},
	{"GOWORK", "auto"},
}

// Env is the environment for Jupyter, nbclient and everything below them: the
// caller's, without what is foreign, with every folder a tool would choose in
// the home moved into the state folder. Go's module and build caches and its
// settings file stay the user's.
func (p *Project) Env() []string {
	jup := filepath.Join(p.State(), "jupyter")
	vars := [][2]string{
		{"JUPYTER_CONFIG_DIR", filepath.Join(jup, "config")},
		{"JUPYTER_CONFIG_PATH", p.ConfigDir()},
		{"JUPYTER_DATA_DIR", filepath.Join(jup, "data")},
		{"JUPYTER_RUNTIME_DIR", p.RuntimeDir()},
		{"JUPYTER_PREFER_ENV_PATH", "1"},
		{"JUPYTER_PLATFORM_DIRS", "0"},
		{"IPYTHONDIR", filepath.Join(jup, "ipython")},
		{"PYTHONNOUSERSITE", "1"},
		{"XDG_CACHE_HOME", p.cache()},
		{"XDG_CONFIG_HOME", filepath.Join(p.cache(), "config")},
		{"XDG_DATA_HOME", filepath.Join(p.cache(), "share")},
		{"GOPLSCACHE", filepath.Join(p.cache(), "gopls")},
	}
	path := []string{filepath.Dir(p.Python()), p.bin()}
	if g, err := p.findGo(); err == nil {
		path = append(path, filepath.Dir(g.Path))
		vars = append(vars, [][2]string{
			{"GOCACHE", g.Cache}, {"GOMODCACHE", g.ModCache}, {"GOPATH", g.GoPath}, {"GOENV", g.Env},
		}...)
	}
	path = append(path, os.Getenv("PATH"))
	vars = append(vars, [2]string{"PATH", strings.Join(path, string(os.PathListSeparator))})
	return withVars(without(os.Environ(), foreign), vars)
}

// KernelEnv is Env with the variables that kernel.json adds: a go command run
// with it shares the build cache with notebook cells.
func (p *Project) KernelEnv() []string { return withVars(p.Env(), kernelVars) }

// setupEnv is the environment for the programs that set-up runs: the caller's
// proxies, indexes, certificates and caches, nothing that redirects output.
func (p *Project) setupEnv(vars ...[2]string) []string {
	base := [][2]string{
		{"GOWORK", "off"}, {"GOFLAGS", "-mod=readonly -buildvcs=false"}, {"CGO_ENABLED", "0"}, {"GOTOOLCHAIN", "local"},
		{"PIP_CACHE_DIR", p.pipCache()}, {"PIP_DISABLE_PIP_VERSION_CHECK", "1"}, {"PIP_NO_INPUT", "1"},
	}
	return withVars(without(os.Environ(), foreign), append(base, vars...))
}

// pipCache keeps what pip has fetched while a set-up is unfinished, so that an
// interrupted one does not download again.
func (p *Project) pipCache() string { return filepath.Join(p.Lab(), "pip") }

// goConfig is the folder where Go's telemetry looks for its mode under Env.
// (On macOS Go derives it from HOME, which set-up does not touch.)
func (p *Project) goConfig() string {
	return filepath.Join(p.cache(), "config", "go", "telemetry")
}

// without returns env without the named variables.
func without(env, names []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(kv string) bool {
		k, _, _ := strings.Cut(kv, "=")
		if runtime.GOOS == "windows" {
			k = strings.ToUpper(k)
		}
		return slices.Contains(names, k)
	})
}

// withVars returns env with each variable set once.
func withVars(env []string, vars [][2]string) []string {
	names := make([]string, len(vars))
	for i, v := range vars {
		names[i] = v[0]
	}
	env = without(env, names)
	for i, v := range vars {
		if !slices.Contains(names[i+1:], v[0]) {
			env = append(env, v[0]+"="+v[1])
		}
	}
	return env
}
