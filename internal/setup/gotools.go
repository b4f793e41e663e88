package setup

import (
	"context"
	"os"
	"path/filepath"
	"strings"
)

// toolPackages are the third-party tools, at the versions of tools/go.mod.
var toolPackages = map[string]string{
	"gonb":      "github.com/janpfeifer/gonb",
	"goimports": "golang.org/x/tools/cmd/goimports",
	"gopls":     "golang.org/x/tools/gopls",
}

// installTools builds tools into a folder beside .lab/bin and renames them one
// by one: a binary in .lab/bin is whole, and one in use is replaced, not
// overwritten.
func installTools(names ...string) func(context.Context, *session) error {
	return func(ctx context.Context, s *session) error {
		p := s.p
		part := filepath.Join(p.Lab(), "bin.part")
		if err := os.RemoveAll(part); err != nil {
			return p.unwritable(err)
		}
		argv := []string{s.go_.Path, "install", "-ldflags=-s"}
		for _, n := range names {
			argv = append(argv, toolPackages[n])
		}
		install := s.program("go install", p.setupEnv([2]string{"GOBIN", part}), argv...)
		install.dir = p.tools()
		if _, err := install.run(ctx); err != nil {
			return err
		}
		if err := os.MkdirAll(p.bin(), 0o755); err != nil {
			return p.unwritable(err)
		}
		for _, n := range names {
			if err := os.Rename(filepath.Join(part, n), filepath.Join(p.bin(), n)); err != nil {
				return p.unwritable(err)
			}
		}
		return p.unwritable(os.RemoveAll(part))
	}
}

// binaries checks that the named tools are there.
func (p *Project) binaries(names ...string) func() bool {
	return func() bool {
		for _, n := range names {
			st, err := os.Stat(filepath.Join(p.bin(), n))
			if err != nil || st.Size() == 0 || st.Mode()&0o111 == 0 {
				return false
			}
		}
		return true
	}
}

// downloadModules fetches the whole module graph. What the packages import is
// not enough: a cell's workspace loads the graph, and stops at the first go.mod
// that it would have to fetch.
func downloadModules(ctx context.Context, s *session) error {
	_, err := s.program("go mod download", s.p.setupEnv(), s.go_.Path, "mod", "download").run(ctx)
	return err
}

// cellImports are the packages of other modules that cells import most.
var cellImports = []string{
	"github.com/janpfeifer/gonb/gonbui",
	"gonum.org/v1/gonum/diff/fd",
	"gonum.org/v1/gonum/floats",
	"gonum.org/v1/gonum/integrate",
	"gonum.org/v1/gonum/integrate/quad",
	"gonum.org/v1/gonum/mat",
	"gonum.org/v1/gonum/mathext",
	"gonum.org/v1/gonum/optimize",
	"gonum.org/v1/gonum/stat",
	"gonum.org/v1/gonum/stat/distuv",
	"gonum.org/v1/plot",
	"gonum.org/v1/plot/plotter",
	"gonum.org/v1/plot/vg/draw",
	"gonum.org/v1/plot/vg/vgimg",
}

// warmCache compiles what cells link, with the kernel's own flags: the cache
// keys on them. The module's own packages come second, and one that does not
// compile is a note, not a failure: whoever is in the middle of changing it
// still wants the notebooks.
func warmCache(ctx context.Context, s *session) error {
	p := s.p
	env := p.KernelEnv()
	build := append([]string{s.go_.Path, "build"}, cellImports...)
	if _, err := s.program("go build", env, build...).run(ctx); err != nil {
		return err
	}
	if _, err := s.program("go build", env, s.go_.Path, "build", "./...").run(ctx); err != nil {
		if ctx.Err() != nil {
			return err
		}
		what, _, _ := strings.Cut(err.Error(), "\n  remedy")
		if f, ok := err.(*Failure); ok {
			what = f.Tail
		}
		s.notes = append(s.notes, "Note: a package of this clone does not compile, so cells that import it will fail:\n  "+strings.ReplaceAll(what, "\n", "\n  "))
	}
	return nil
}
