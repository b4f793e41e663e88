//go:build unix

package main

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// probeKernel starts the Go kernel as JupyterLab would, and returns the
// server's family of processes.
func (l *lab) probeKernel() []process {
	a := l.do(request{method: "POST", path: "/api/kernels", header: l.with(), body: `{"name": "gonb"}`})
	if a.code != 201 {
		l.t.Fatalf("kernel: %d, %.300q", a.code, a.body)
	}
	for range 1200 { // a minute
		if family := descendants(l.cmd.Process.Pid); len(family) > 0 {
			time.Sleep(time.Second) // for gopls to start too
			return descendants(l.cmd.Process.Pid)
		}
		time.Sleep(50 * time.Millisecond)
	}
	l.t.Fatal("no process of the kernel")
	return nil
}

// The token is in one private file, and nowhere else that can be read.
func (l *lab) probeSecrets(family []process) {
	for _, pid := range append([]process{{pid: l.cmd.Process.Pid}}, family...) {
		for _, name := range []string{"cmdline", "environ"} {
			data, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid.pid, name))
			if err == nil && bytes.Contains(data, []byte(l.tok.secret)) {
				l.t.Errorf("process %d has the token in its %s", pid.pid, name)
			}
		}
	}
	err := filepath.WalkDir(l.state, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		st, err := d.Info()
		if err != nil || !st.Mode().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		inRuntime := filepath.Dir(path) == l.p.RuntimeDir()
		if bytes.Contains(data, []byte(l.tok.secret)) && !inRuntime {
			l.t.Errorf("%s holds the token", path)
		}
		if inRuntime && st.Mode().Perm()&0o077 != 0 {
			l.t.Errorf("%s has mode %v", path, st.Mode())
		}
		return nil
	})
	if err != nil && !os.IsNotExist(err) {
		l.t.Error(err)
	}
	if st, err := os.Stat(l.p.RuntimeDir()); err != nil || st.Mode().Perm() != 0o700 {
		l.t.Errorf("runtime folder: %v, %v", st.Mode(), err)
	}
}

// After the stop nothing is left: no port, no kernel, no gopls, no secret.
func (l *lab) probeStopped(family []process) {
	u, _ := url.Parse(l.base)
	if c, err := net.DialTimeout("tcp", u.Host, time.Second); err == nil {
		c.Close()
		// Another server that has taken the port since would refuse the token.
		if status, err := l.ask(l.tok); err != nil || strings.HasPrefix(status, "200 ") {
			l.t.Errorf("the port is still open: %q, %v", status, err)
		}
	}
	if left := alive(append(family, marked(l.mark)...)); len(left) > 0 {
		l.t.Errorf("processes left: %+v", left)
	}
	files, _ := filepath.Glob(filepath.Join(l.p.RuntimeDir(), "*"))
	for _, f := range files {
		if data, err := os.ReadFile(f); err == nil && bytes.Contains(data, []byte(l.tok.secret)) {
			l.t.Errorf("%s still holds the token", f)
		}
	}
}
