package setup

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// makePython builds the environment anew: pip cannot tell a package that an
// interrupted run left half copied from a whole one, and a new lock file should
// leave nothing of the old behind. What was fetched before comes from pip's
// cache, which is given up once the environment stands.
func makePython(ctx context.Context, s *session) error {
	p := s.p
	if err := os.RemoveAll(p.venv()); err != nil {
		return p.unwritable(err)
	}
	venv := s.program("python -m venv", p.setupEnv(), s.python.Path, "-m", "venv", p.venv())
	if _, err := venv.run(ctx); err != nil {
		return err
	}
	if err := s.pip(ctx, "requirements.lock"); err != nil {
		return err
	}
	return p.unwritable(os.RemoveAll(p.pipCache()))
}

// installBrowser adds the driver of the browser test to the environment.
func installBrowser(ctx context.Context, s *session) error {
	if err := s.pip(ctx, "browser.lock", "--force-reinstall"); err != nil {
		return err
	}
	return s.p.unwritable(os.RemoveAll(s.p.pipCache()))
}

// pip installs from a lock file: wheels alone, so that nothing is built or run,
// only those whose hash is in the file, and nothing that it would add by itself
// (the file is complete; older versions of pip mistake an extra for an unpinned
// package otherwise).
func (s *session) pip(ctx context.Context, lock string, more ...string) error {
	argv := []string{s.p.Python(), "-m", "pip", "install", "--no-deps", "--require-hashes", "--only-binary", ":all:",
		"--progress-bar", "off", "-r", filepath.Join(s.p.tools(), lock)}
	_, err := s.program("pip", s.p.setupEnv(), append(argv, more...)...).run(ctx)
	return err
}

// pythonMade checks that the environment's interpreter starts and is still of
// the version that the packages were installed for: an upgrade of the system's
// Python leaves a link to the new one beside packages of the old.
func (p *Project) pythonMade() bool {
	cmd := exec.Command(p.Python(), "-I", "-S", "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
	out, err := cmd.Output()
	if err != nil {
		return false
	}
	site := filepath.Join(p.venv(), "lib", "python"+strings.TrimSpace(string(out)), "site-packages")
	_, err = os.Stat(filepath.Join(site, "jupyterlab", "__init__.py"))
	return err == nil
}
