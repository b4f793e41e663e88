package main

import (
	"bytes"
	"errors"
	"flag"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"hopflow/internal/setup"
)

func TestFlags(t *testing.T) {
	for _, c := range []struct{ args, refused string }{
		{"", ""},
		{"-setup-only", ""},
		{"-no-browser -port 9000", ""},
		{"-ip ::1", ""},
		{"-ip 127.0.0.2", ""},
		{"-ip 0.0.0.0 -container", ""},
		{"-ip 192.0.2.7 -certfile c.pem -keyfile k.pem", ""},
		{"-ip 0.0.0.0", "without encryption"},
		{"-ip ::", "without encryption"},
		{"-ip 192.0.2.7", "without encryption"},
		{"-ip 192.0.2.7 -certfile c.pem", "go together"},
		{"-ip localhost", "not an address"},
		{"-ip", "usage"},
		{"-port 0", "from 1 to 65535"},
		{"-port -1", "from 1 to 65535"},
		{"-port 65536", "from 1 to 65535"},
		{"-port x", "usage"},
		{"-clean -setup-only", "give it alone"},
		{"-token secret", "usage"}, // no way to put the token into an argument
		{"notebook.ipynb", "not a flag"},
	} {
		var out bytes.Buffer
		_, err := parse(strings.Fields(c.args), &out)
		if c.refused == "" && err != nil {
			t.Errorf("%q: %v", c.args, err)
		}
		if c.refused != "" && (err == nil || !strings.Contains(err.Error(), c.refused)) {
			t.Errorf("%q: %v, wants %q", c.args, err, c.refused)
		}
	}
}

func TestHelp(t *testing.T) {
	var out bytes.Buffer
	if _, err := parse([]string{"-h"}, &out); !errors.Is(err, flag.ErrHelp) {
		t.Error(err)
	}
	for _, name := range []string{"setup-only", "no-browser", "port", "clean", "ip", "certfile", "keyfile", "container", "Ctrl-C"} {
		if !strings.Contains(out.String(), name) {
			t.Errorf("the help does not mention %s", name)
		}
	}
}

func TestPorts(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	busy := l.Addr().(*net.TCPAddr).Port
	err = portFree("127.0.0.1", busy)
	if err == nil || !strings.Contains(err.Error(), strconv.Itoa(busy)) || !strings.Contains(err.Error(), "remedy") {
		t.Errorf("busy port: %v", err)
	}
	if _, err := freePort("127.0.0.1", firstPort+portRange); err == nil {
		t.Error("a port beyond the range")
	}
	port, err := freePort("127.0.0.1", firstPort)
	if err != nil || port < firstPort || port >= firstPort+portRange {
		t.Errorf("free port %d, %v", port, err)
	}
}

// A busy port that was asked for is said before anything is set up.
func TestBusyPortFirst(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	o := options{ip: "127.0.0.1", port: l.Addr().(*net.TCPAddr).Port}
	t.Chdir(newClone(t).Root)
	if err := run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "cannot be used") {
		t.Error(err)
	}
}

func TestCommandLineHoldsNoSecret(t *testing.T) {
	p := newClone(t)
	tok := token{secret: newSecret(), file: filepath.Join(p.RuntimeDir(), "token-1")}
	for _, c := range []struct {
		o      options
		scheme string
		remote bool
	}{
		{options{ip: "127.0.0.1"}, "http://127.0.0.1:8888/lab", false},
		{options{ip: "::1"}, "http://[::1]:8888/lab", false},
		{options{ip: "0.0.0.0", container: true}, "http://127.0.0.1:8888/lab", false},
		{options{ip: "192.0.2.7", certFile: "c", keyFile: "k"}, "https://192.0.2.7:8888/lab", true},
	} {
		s := newServer(p, c.o, 8888, tok)
		args := strings.Join(s.cmd.Args, " ")
		if strings.Contains(args, tok.secret) || strings.Contains(args, "token") {
			t.Errorf("%+v: arguments %q", c.o, args)
		}
		if s.url != c.scheme {
			t.Errorf("%+v: %s", c.o, s.url)
		}
		if got := strings.Contains(args, "allow_remote_access=True"); got != c.remote {
			t.Errorf("%+v: remote access %v", c.o, got)
		}
		for _, kv := range s.cmd.Env {
			if strings.Contains(kv, tok.secret) {
				t.Errorf("%+v: environment %q", c.o, kv)
			}
		}
	}
}

func TestOpener(t *testing.T) {
	t.Setenv("BROWSER", "")
	for goos, want := range map[string]string{"linux": "xdg-open", "darwin": "open", "windows": "rundll32"} {
		argv := opener(goos, "file:///a b/x.html")
		if argv[0] != want || argv[len(argv)-1] != "file:///a%20b/x.html" {
			t.Errorf("%s: %q", goos, argv)
		}
	}
	t.Setenv("BROWSER", "firefox")
	if argv := opener("linux", "file:///x"); argv[0] != "firefox" {
		t.Errorf("BROWSER: %q", argv)
	}
}

// newClone is an empty clone with the folders of a running lab.
func newClone(t *testing.T) *setup.Project {
	t.Helper()
	t.Setenv("HOPFLOW_STATE", "")
	root := t.TempDir()
	writeFile(t, filepath.Join(root, "go.mod"), "module hopflow\n")
	p, err := setup.Find(root)
	if err != nil {
		t.Fatal(err)
	}
	makeDir(t, p.RuntimeDir())
	return p
}
