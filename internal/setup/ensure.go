package setup

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Options says what is wanted beyond a kernel that runs notebooks.
type Options struct {
	Complete bool      // gopls, for completion and help in JupyterLab
	Browser  bool      // playwright, for the browser test
	Out      io.Writer // progress; nil for none
}

// Ensure makes what is missing and repairs what is half made. A second call
// with the same options finds everything current in a fraction of a second. One
// set-up at a time: a second one waits for the first.
func (p *Project) Ensure(ctx context.Context, o Options) error {
	out := o.Out
	if out == nil {
		out = io.Discard
	}
	if runtime.GOOS == "windows" {
		return &Failure{Step: "prerequisites", What: "the kernel (GoNB) does not build on Windows",
			Remedy: "use WSL 2 (wsl --install, then clone and run the same command inside it) or the image in docker/"}
	}
	g, err := p.findGo()
	if err != nil {
		return err
	}
	if err := p.makeState(); err != nil {
		return err
	}
	all, err := p.steps(g)
	if err != nil {
		return err
	}
	if len(p.pending(wanted(all, o))) == 0 {
		return nil
	}
	if err := os.MkdirAll(p.Lab(), 0o755); err != nil {
		return p.unwritable(err)
	}
	held, err := p.lock(ctx, out)
	if err != nil {
		return err
	}
	defer unlock(held)
	todo := p.pending(wanted(all, o)) // the holder before us may have done it
	if len(todo) == 0 {
		return nil
	}
	s := &session{p: p, go_: g, held: held}
	if err := s.begin(ctx, todo, out); err != nil {
		return err
	}
	start := time.Now()
	if err := s.runSteps(ctx, todo, all, out); err != nil {
		return err
	}
	for _, n := range s.notes {
		fmt.Fprintln(out, n)
	}
	fmt.Fprintf(out, "Set up in %s.\n", seconds(time.Since(start)))
	return nil
}

// Ready reports whether Ensure with the same options would find everything
// current. It makes nothing.
func (p *Project) Ready(o Options) bool {
	g, err := p.findGo()
	if err != nil {
		return false
	}
	all, err := p.steps(g)
	return err == nil && len(p.pending(wanted(all, o))) == 0
}

// begin looks for what the pending steps need from the system, so that a
// missing Python is said before minutes of building.
func (s *session) begin(ctx context.Context, todo []*step, out io.Writer) error {
	for _, st := range todo {
		if st.name != "python" {
			continue
		}
		py, err := findPython(ctx)
		if err != nil {
			return err
		}
		s.python = py
		fmt.Fprintf(out, "Setting up in %s, with %s and Python %s (%s).\n", s.p.Lab(), s.go_.Version, py.Version, py.Path)
		return nil
	}
	fmt.Fprintf(out, "Setting up in %s, with %s.\n", s.p.Lab(), s.go_.Version)
	return nil
}

// wanted leaves out the steps that the options do not ask for.
func wanted(all []*step, o Options) []*step {
	var w []*step
	for _, st := range all {
		if st.name == "completion" && !o.Complete || st.name == "browser" && !o.Browser {
			continue
		}
		w = append(w, st)
	}
	return w
}

// steps are all the steps, in order; the expensive one that notebooks can do
// without, gopls, is last.
func (p *Project) steps(g goTool) ([]*step, error) {
	in := map[string]string{}
	for _, f := range []string{"go.sum", "tools/go.sum", "tools/requirements.lock", "tools/browser.lock", "tools/jupyter/overrides.json"} {
		data, err := os.ReadFile(filepath.Join(p.Root, filepath.FromSlash(f)))
		if err != nil {
			return nil, &Failure{Step: "files", What: err.Error(), Remedy: "the clone is incomplete: git status, git restore " + f, Err: err}
		}
		in[f] = string(data)
	}
	series := g.Version // "go1.26": tools built with it read that version's sources
	if f := strings.SplitN(series, ".", 3); len(f) == 3 {
		series = f[0] + "." + f[1]
	}
	kernel := fmt.Sprint(p.Root, kernelVars, g.Path, specs)
	const sec = time.Second
	return []*step{
		{name: "python", title: "Python environment with JupyterLab", cost: 45 * sec,
			key: []string{p.Root, in["tools/requirements.lock"]}, made: p.pythonMade, run: makePython},
		{name: "tools", title: "Go kernel and goimports", cost: 25 * sec,
			key: []string{in["tools/go.sum"], series}, made: p.binaries("gonb", "goimports"), run: installTools("gonb", "goimports")},
		{name: "modules", title: "Go modules", cost: 10 * sec,
			key: []string{in["go.sum"], g.ModCache}, made: isDir(g.ModCache), run: downloadModules},
		{name: "kernel", title: "Kernel and JupyterLab settings", cost: 1 * sec, needs: []string{"python"},
			key: []string{kernel, in["tools/jupyter/overrides.json"]}, made: p.specsMade, run: writeSpecs},
		{name: "warm", title: "Go build cache for notebook cells", cost: 25 * sec, needs: []string{"modules"},
			key: []string{in["go.sum"], kernel, g.Version, g.Cache}, made: isDir(g.Cache), run: warmCache},
		{name: "first", title: "First cell through the kernel", cost: 5 * sec, needs: []string{"tools", "kernel", "warm"}, run: firstCell},
		{name: "browser", title: "Browser driver for the tests", cost: 15 * sec, needs: []string{"python"},
			key: []string{in["tools/browser.lock"]}, run: installBrowser},
		{name: "completion", title: "gopls, for completion in JupyterLab", cost: 130 * sec,
			key: []string{in["tools/go.sum"], series}, made: p.binaries("gopls"), run: installTools("gopls")},
	}, nil
}

// isDir checks that a folder is there and has something in it.
func isDir(dir string) func() bool {
	return func() bool {
		f, err := os.Open(dir)
		if err != nil {
			return false
		}
		defer f.Close()
		names, _ := f.Readdirnames(1)
		return len(names) > 0
	}
}
