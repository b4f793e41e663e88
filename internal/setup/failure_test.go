//go:build unix

package setup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFailuresAreRecognised(t *testing.T) {
	for _, c := range []struct{ knob, text, what, remedy string }{
		{"fail-pip", "WARNING: Retrying ... Temporary failure in name resolution\nERROR: No matching distribution found for anyio==4", "network did not answer", "PIP_INDEX_URL"},
		{"fail-go-mod", "go: x: Get \"...\": dial tcp: lookup host: no such host", "network did not answer", "goes on at this step"},
		{"fail-go-mod", "module lookup disabled by GOPROXY=off", "network did not answer", "GOPROXY"},
		{"fail-pip", "THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "not what the lock file says", "do not use it"},
		{"fail-go-install", "verifying module: checksum mismatch\nSECURITY ERROR", "not what the lock file says", "do not use it"},
		{"fail-pip", "OSError: [Errno 28] No space left on device", "disk is full", "free some"},
		{"fail-pip", "SSLError(SSLCertVerificationError(1, 'certificate verify failed'))", "certificate is not trusted", "PIP_CERT"},
		{"fail-go-build", "mkdir /x: read-only file system", "read-only", "GOCACHE"},
		{"fail-go-install", "compile: signal: killed", "out of memory", "GOMAXPROCS"},
		{"fail-cell", "fork/exec /tmp/gonb_1/gonb_1: Permission denied", "cannot run what it builds", "TMPDIR"},
	} {
		f := newFake(t)
		f.knob(c.knob, c.text+"\n")
		_, err := f.ensure(Options{})
		if err == nil || !strings.Contains(err.Error(), c.what) || !strings.Contains(err.Error(), c.remedy) || !strings.Contains(err.Error(), strings.Split(c.text, "\n")[0]) {
			t.Errorf("%s saying %q:\n%v\nwants %q and %q", c.knob, c.text, err, c.what, c.remedy)
		}
	}
}

func TestReadOnlyFolder(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root writes everywhere")
	}
	f := newFake(t)
	os.Chmod(f.Root, 0o555)
	defer os.Chmod(f.Root, 0o755)
	_, err := f.ensure(Options{})
	if err == nil || !strings.Contains(err.Error(), "read-only") || !strings.Contains(err.Error(), "clone into a folder") {
		t.Fatal(err)
	}
}

// A file where the folder should be stops root too.
func TestUnwritable(t *testing.T) {
	f := newFake(t)
	f.write(f.Lab(), "a file", 0o644)
	_, err := f.ensure(Options{})
	if err == nil || !strings.Contains(err.Error(), "remedy: clone into a folder that you may write to") {
		t.Fatal(err)
	}
	f.write(filepath.Join(f.dir, "file"), "", 0o644)
	t.Setenv("HOPFLOW_STATE", filepath.Join(f.dir, "file", "below"))
	_, err = f.ensure(Options{})
	if err == nil || !strings.Contains(err.Error(), "set HOPFLOW_STATE to a folder") {
		t.Fatal(err)
	}
}

func TestIncompleteClone(t *testing.T) {
	f := newFake(t)
	os.Remove(filepath.Join(f.tools(), "requirements.lock"))
	_, err := f.ensure(Options{})
	if err == nil || !strings.Contains(err.Error(), "git restore tools/requirements.lock") {
		t.Fatal(err)
	}
}
