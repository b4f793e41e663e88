package setup

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// Module is the path of the module that Find looks for.
const Module = "hopflow"

// Project is a clone of the module.
type Project struct {
	Root string // absolute path of the folder with go.mod

	goOnce sync.Once
	goTool goTool
	goErr  error
}

// Find walks up from dir to the folder whose go.mod declares the module.
func Find(dir string) (*Project, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("setup: %w", err)
	}
	for d := start; ; d = filepath.Dir(d) {
		if modulePath(filepath.Join(d, "go.mod")) == Module {
			p := &Project{Root: d}
			return p, p.checkRoot()
		}
		if d == filepath.Dir(d) {
			return nil, fmt.Errorf("setup: neither %s nor a folder above it has the go.mod of module %s: run the command inside the clone", start, Module)
		}
	}
}

// modulePath returns the path in the module line of a go.mod, or "".
func modulePath(file string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if f := strings.Fields(sc.Text()); len(f) >= 2 && f[0] == "module" {
			return strings.Trim(f[1], `"`)
		}
	}
	return ""
}

// checkRoot refuses a folder name that a part of the environment cannot carry:
// PATH is split at the list separator, GoNB splits -go_work at commas.
func (p *Project) checkRoot() error {
	if i := strings.IndexAny(p.Root, ",\n"+string(os.PathListSeparator)); i >= 0 && runtime.GOOS != "windows" {
		return fmt.Errorf("setup: the folder name %q contains %q, which PATH or the kernel cannot carry: rename or move the clone (spaces are fine)", p.Root, p.Root[i])
	}
	return nil
}

// Lab is the folder that holds everything set-up makes.
func (p *Project) Lab() string { return filepath.Join(p.Root, ".lab") }

// State is the folder for what a running lab writes: HOPFLOW_STATE, or Lab.
func (p *Project) State() string {
	if s := os.Getenv("HOPFLOW_STATE"); s != "" {
		if abs, err := filepath.Abs(s); err == nil {
			return abs
		}
	}
	return p.Lab()
}

// Python is the interpreter of the Python environment.
func (p *Project) Python() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(p.venv(), "Scripts", "python.exe")
	}
	return filepath.Join(p.venv(), "bin", "python")
}

// RuntimeDir is Jupyter's runtime folder: connection files and server files,
// readable by the user alone.
func (p *Project) RuntimeDir() string { return filepath.Join(p.State(), "jupyter", "runtime") }

// LogDir is the folder of the logs of server and kernels.
func (p *Project) LogDir() string { return filepath.Join(p.State(), "log") }

// ConfigDir is the committed, read-only Jupyter configuration.
func (p *Project) ConfigDir() string { return filepath.Join(p.Root, "tools", "jupyter") }

func (p *Project) venv() string   { return filepath.Join(p.Lab(), "venv") }
func (p *Project) bin() string    { return filepath.Join(p.Lab(), "bin") }
func (p *Project) stamps() string { return filepath.Join(p.Lab(), "stamp") }
func (p *Project) tools() string  { return filepath.Join(p.Root, "tools") }
func (p *Project) cache() string  { return filepath.Join(p.State(), "cache") }

// share is the environment's own Jupyter data folder.
func (p *Project) share() string { return filepath.Join(p.venv(), "share", "jupyter") }

// makeState creates the folders a running lab writes to, private to the user:
// the runtime folder holds tokens. It is cheap, and done by every Ensure.
func (p *Project) makeState() error {
	dirs := []string{p.LogDir(), p.cache(), p.RuntimeDir(), p.goConfig()}
	for _, d := range []string{"config", "data", "ipython"} {
		dirs = append(dirs, filepath.Join(p.State(), "jupyter", d))
	}
	for _, d := range dirs {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return p.unwritable(err)
		}
	}
	if err := os.Chmod(p.RuntimeDir(), 0o700); err != nil {
		return p.unwritable(err)
	}
	mode := filepath.Join(p.goConfig(), "mode")
	if _, err := os.Stat(mode); err == nil {
		return nil
	}
	return p.unwritable(os.WriteFile(mode, []byte("off\n"), 0o600))
}

// unwritable adds the remedy to an error of writing below the clone.
func (p *Project) unwritable(err error) error {
	if err == nil {
		return nil
	}
	remedy := "clone into a folder that you may write to (about 1.5 GB), or make this one writable"
	var at *os.PathError
	if p.State() != p.Lab() && errors.As(err, &at) && !strings.HasPrefix(at.Path, p.Lab()) {
		remedy = "set HOPFLOW_STATE to a folder that you may write to"
	}
	if errors.Is(err, os.ErrPermission) || isReadOnly(err) {
		return &Failure{Step: "folders", What: "the folder is read-only: " + err.Error(), Remedy: remedy, Err: err}
	}
	return &Failure{Step: "folders", What: err.Error(), Remedy: remedy, Err: err}
}
