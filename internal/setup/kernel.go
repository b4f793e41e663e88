package setup

import (
	"context"
	_ "embed"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// kernelSpec is the content of kernel.json.
type kernelSpec struct {
	Argv          []string          `json:"argv"`
	DisplayName   string            `json:"display_name"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode"`
	Env           map[string]string `json:"env"`
}

// specs are the kernels. gonb-test is for runs without a reader: a compile error
// arrives as text with cell and line instead of as HTML, and no gopls is started,
// which nobody would ask and which loads the whole module once a kernel.
var specs = []struct {
	name, display string
	test          bool
}{
	{"gonb", "Go", false},
	{"gonb-test", "Go (for tests)", true},
}

// systemPath is where a test kernel finds the system's programs: a PATH of the
// user's might hold a gopls.
const systemPath = "/usr/bin:/bin:/usr/sbin:/sbin"

// newSpec is kernel.json for this clone. Jupyter expands ${NAME} in the values
// of env, so a dollar sign of a folder's name is doubled.
func (p *Project) newSpec(display string, test bool, goBin string) kernelSpec {
	argv := []string{filepath.Join(p.bin(), "gonb"), "--kernel", "{connection_file}",
		// Its log goes to files, and only a fatal line to stderr, where a
		// notebook run would take it for output of the cell. Where .lab is
		// read-only the kernel writes them to the temporary folder instead.
		"-logtostderr=false", "-stderrthreshold=3", "-log_dir=" + p.kernelLogs(),
		"-go_work=" + p.Root}
	tools, rest := p.bin(), "${PATH}"
	if test {
		argv = append(argv, "-raw_error=true")
		tools, rest = p.testBin(), systemPath
	}
	env := map[string]string{}
	for _, v := range kernelVars {
		env[v[0]] = v[1]
	}
	const sep = string(os.PathListSeparator)
	env["PATH"] = strings.ReplaceAll(tools+sep+goBin, "$", "$$") + sep + rest
	return kernelSpec{Argv: argv, DisplayName: display, Language: "go", InterruptMode: "message", Env: env}
}

// kernelLogs is fixed at set-up, as all of kernel.json: HOPFLOW_STATE may differ
// from one run to the next without anything to make anew.
func (p *Project) kernelLogs() string { return filepath.Join(p.Lab(), "log") }

// testBin is the folder of the tools of a test kernel: goimports.
func (p *Project) testBin() string { return filepath.Join(p.Lab(), "bin-test") }

func (p *Project) linkTestTools() error {
	link := filepath.Join(p.testBin(), "goimports")
	if err := os.RemoveAll(p.testBin()); err != nil {
		return p.unwritable(err)
	}
	if err := os.MkdirAll(p.testBin(), 0o755); err != nil {
		return p.unwritable(err)
	}
	return p.unwritable(os.Symlink(filepath.Join("..", "bin", "goimports"), link))
}

func (p *Project) specFile(name string) string {
	return filepath.Join(p.share(), "kernels", name, "kernel.json")
}

func (p *Project) overridesFile() string {
	return filepath.Join(p.share(), "lab", "settings", "overrides.json")
}

// writeSpecs writes the kernelspecs and JupyterLab's default settings into the
// environment. They hold absolute paths, or belong where Jupyter looks, so they
// are made here and not committed.
func writeSpecs(_ context.Context, s *session) error {
	p := s.p
	if err := os.MkdirAll(p.kernelLogs(), 0o700); err != nil {
		return p.unwritable(err)
	}
	if err := p.linkTestTools(); err != nil {
		return err
	}
	for _, k := range specs {
		data, err := json.MarshalIndent(p.newSpec(k.display, k.test, filepath.Dir(s.go_.Path)), "", "  ")
		if err != nil {
			return err
		}
		if err := writeFile(p.specFile(k.name), append(data, '\n')); err != nil {
			return p.unwritable(err)
		}
	}
	data, err := os.ReadFile(filepath.Join(p.ConfigDir(), "overrides.json"))
	if err != nil {
		return err
	}
	return p.unwritable(writeFile(p.overridesFile(), data))
}

func (p *Project) specsMade() bool {
	for _, f := range []string{p.specFile("gonb"), p.specFile("gonb-test"), p.overridesFile(), p.testBin()} {
		if _, err := os.Stat(f); err != nil {
			return false
		}
	}
	return true
}

//go:embed firstcell.py
var firstCellScript string

// firstCell runs cells through the kernel as a notebook would: it proves that
// the parts work together, and has the linker, the fonts and the test package
// in the caches before the reader's own first cell.
func firstCell(ctx context.Context, s *session) error {
	_, err := s.program("the kernel", s.p.Env(), s.p.Python(), "-c", firstCellScript, s.p.Root).run(ctx)
	if f, ok := err.(*Failure); ok && strings.Contains(strings.ToLower(f.Tail), "permission denied") {
		f.What = "the kernel cannot run what it builds"
		f.Remedy = "the folder for temporary files must allow programs to run (not mounted noexec): set TMPDIR to one that does, and see that GOCACHE (go env GOCACHE) is writable"
	}
	return err
}
