package setup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// The lowest versions that set-up builds with. The Python one is also what the
// lock files are resolved for.
const (
	MinGo     = "go1.26.0"
	MinPython = "3.11"
)

// goTool is the go command that set-up and kernels use, and its settings.
type goTool struct {
	Path     string // GOROOT/bin/go
	Version  string // "go1.26.8"
	Cache    string
	ModCache string
	GoPath   string
	Env      string // file of "go env -w", or "off"
}

// findGo asks the go command in PATH, inside the clone: with GOTOOLCHAIN=auto
// an older one has fetched the toolchain that go.mod asks for, and that one's
// GOROOT is the answer. Asked once.
func (p *Project) findGo() (goTool, error) {
	p.goOnce.Do(func() { p.goTool, p.goErr = askGo(p.Root) })
	return p.goTool, p.goErr
}

func askGo(root string) (goTool, error) {
	const remedy = "install Go 1.26 or newer (go.dev/dl, or the system's package manager) and put its bin folder into PATH"
	path, err := exec.LookPath("go")
	if err != nil {
		return goTool{}, &Failure{Step: "prerequisites", What: "the go command is not in PATH", Remedy: remedy, Err: err}
	}
	cmd := exec.Command(path, "env", "-json", "GOVERSION", "GOROOT", "GOCACHE", "GOMODCACHE", "GOPATH", "GOENV")
	cmd.Dir = root
	cmd.Env = withVars(os.Environ(), [][2]string{{"GOWORK", "off"}, {"GOFLAGS", ""}})
	out, err := cmd.Output()
	var e struct{ GOVERSION, GOROOT, GOCACHE, GOMODCACHE, GOPATH, GOENV string }
	if err == nil {
		err = json.Unmarshal(out, &e)
	}
	if err != nil {
		f := &Failure{Step: "prerequisites", What: path + " env failed: " + err.Error(), Remedy: remedy, Err: err}
		var x *exec.ExitError
		if errors.As(err, &x) {
			f.Tail = strings.TrimSpace(string(x.Stderr))
		}
		return goTool{}, f
	}
	// A development version ("devel go1.27-3f...") counts as its number.
	v := e.GOVERSION[max(0, strings.Index(e.GOVERSION, "go1")):]
	if f := strings.FieldsFunc(v, func(r rune) bool { return r == '-' || r == ' ' }); len(f) > 0 {
		v = f[0]
	}
	if version.Compare(v, MinGo) < 0 {
		return goTool{}, &Failure{Step: "prerequisites", What: fmt.Sprintf("%s is %s; %s or newer is needed", path, e.GOVERSION, MinGo), Remedy: remedy}
	}
	g := goTool{Path: filepath.Join(e.GOROOT, "bin", "go"), Version: v, Cache: e.GOCACHE, ModCache: e.GOMODCACHE, GoPath: e.GOPATH, Env: e.GOENV}
	if runtime.GOOS == "windows" {
		g.Path += ".exe"
	}
	if _, err := os.Stat(g.Path); err != nil {
		g.Path = path
	}
	return g, nil
}

// pythonNames are tried in this order, after HOPFLOW_PYTHON.
var pythonNames = []string{"python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"}

// pythonProbe prints version and path, then the modules it misses.
const pythonProbe = `import sys
missing = []
for m in ("venv", "ensurepip", "ssl"):
    try:
        __import__(m)
    except ImportError:
        missing.append(m)
print("%d.%d.%d" % sys.version_info[:3])
print(sys.executable)
print(" ".join(missing))`

// python is an interpreter that was found.
type python struct {
	Path, Version string
	Missing       []string
}

// findPython returns the first interpreter that is new enough and complete.
// The error says which were looked at and what each lacks.
func findPython(ctx context.Context) (python, error) {
	names := pythonNames
	if s := os.Getenv("HOPFLOW_PYTHON"); s != "" {
		names = []string{s}
	}
	var seen []string
	var incomplete *python
	for _, name := range names {
		py, err := probePython(ctx, name)
		switch {
		case err != nil:
			continue
		case !pythonAtLeast(py.Version, MinPython):
			seen = append(seen, fmt.Sprintf("%s is %s", name, py.Version))
		case len(py.Missing) > 0:
			seen = append(seen, fmt.Sprintf("%s is %s without the module %s", name, py.Version, strings.Join(py.Missing, ", ")))
			if incomplete == nil {
				incomplete = &py
			}
		default:
			return py, nil
		}
	}
	f := &Failure{Step: "prerequisites", What: "no Python " + MinPython + " or newer in PATH"}
	f.Remedy = pythonRemedy("python3", "install Python 3.11 or newer")
	if incomplete != nil {
		f.What = "Python is there, but not the modules that make an environment"
		f.Remedy = pythonRemedy("python3", "install Python with its venv and ensurepip modules")
	}
	if len(seen) > 0 {
		f.What += " (" + strings.Join(seen, "; ") + ")"
	}
	return python{}, f
}

func probePython(ctx context.Context, name string) (python, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return python{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "-c", pythonProbe)
	cmd.Env = without(os.Environ(), foreign)
	out, err := cmd.Output()
	if err != nil {
		return python{}, err
	}
	lines := strings.Split(strings.ReplaceAll(string(out), "\r", ""), "\n")
	if len(lines) < 3 || lines[1] == "" {
		return python{}, fmt.Errorf("setup: %s answers %q", path, out)
	}
	return python{Path: lines[1], Version: lines[0], Missing: strings.Fields(lines[2])}, nil
}

// pythonAtLeast compares the first two numbers of dotted versions.
func pythonAtLeast(have, want string) bool {
	h, w := strings.Split(have, "."), strings.Split(want, ".")
	for i := range 2 {
		if i >= len(h) {
			return false
		}
		a, err := strconv.Atoi(h[i])
		b, _ := strconv.Atoi(w[i])
		if err != nil || a != b {
			return err == nil && a > b
		}
	}
	return true
}

// pythonRemedy names the command of the system at hand.
func pythonRemedy(pkg, general string) string {
	for _, m := range []struct{ file, cmd string }{
		{"/usr/bin/apt-get", "sudo apt install " + pkg + " " + pkg + "-venv"},
		{"/usr/bin/dnf", "sudo dnf install " + pkg},
		{"/sbin/apk", "sudo apk add " + pkg},
		{"/usr/bin/pacman", "sudo pacman -S python"},
		{"/opt/homebrew/bin/brew", "brew install python"},
		{"/usr/local/bin/brew", "brew install python"},
	} {
		if _, err := os.Stat(m.file); err == nil {
			return general + ": " + m.cmd + "\n(or name one: HOPFLOW_PYTHON=/path/to/python3)"
		}
	}
	return general + " (Debian, Ubuntu: sudo apt install " + pkg + " " + pkg + "-venv)\n(or name one: HOPFLOW_PYTHON=/path/to/python3)"
}
