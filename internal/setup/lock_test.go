//go:build unix

package setup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// hold takes a lock file as another process would: a lock belongs to an opened
// file, not to a process.
func (f *fake) hold(name string, shared bool) *os.File {
	f.t.Helper()
	if err := os.MkdirAll(f.Lab(), 0o755); err != nil {
		f.t.Fatal(err)
	}
	l, err := tryLock(filepath.Join(f.Lab(), name), shared)
	if err != nil || l == nil {
		f.t.Fatalf("lock %v, %v", l, err)
	}
	return l
}

// waiting is the output of a set-up; it calls then once that waits for a lock.
type waiting struct {
	bytes.Buffer
	then func()
}

func (w *waiting) Write(p []byte) (int, error) {
	if w.then != nil && bytes.Contains(p, []byte("waiting for it")) {
		w.then()
		w.then = nil
	}
	return w.Buffer.Write(p)
}

func TestLockedByAnother(t *testing.T) {
	f := newFake(t)
	l := f.hold("lock", false)
	if err := writeHolder(l); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &waiting{then: func() { time.AfterFunc(3*lockPoll, cancel) }} // it looks again, and says nothing new
	err := f.Ensure(ctx, Options{Out: out})
	who := fmt.Sprintf("process %d since ", os.Getpid())
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), who) {
		t.Errorf("%v", err)
	}
	if n := strings.Count(out.String(), "waiting for it"); n != 1 || !strings.Contains(out.String(), who) {
		t.Errorf("said %q", out.String())
	}
	if ran := f.ran(); len(ran) > 0 {
		t.Errorf("ran %q without the lock", ran)
	}
	// Freed, the lock is taken; the file that stays locks nobody out.
	unlock(l)
	f.mustEnsure(Options{}, fresh...)
}

// A program that outlives its set-up keeps the lock, or the next set-up would
// remove what it is still writing.
func TestLockOutlivesItsSetup(t *testing.T) {
	f := newFake(t)
	l := f.hold("lock", false)
	cmd := exec.Command("cat") // until its input ends
	cmd.ExtraFiles = []*os.File{l}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer in.Close()
	l.Close() // as when the process is killed
	f.again()
	out := &waiting{then: func() {
		if ran := f.ran(); len(ran) > 0 {
			t.Errorf("ran %q without the lock", ran)
		}
		in.Close()
	}}
	if err := f.Ensure(t.Context(), Options{Out: out}); err != nil {
		t.Fatal(err)
	}
	if ran := f.ran(); out.then != nil || !slices.Equal(ran, fresh) {
		t.Errorf("ran %q, and said %q", ran, out.String())
	}
}

// Two set-ups at once: the work is done once.
func TestTwoAtOnce(t *testing.T) {
	f := newFake(t)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		p := &Project{Root: f.Root}
		wg.Go(func() { errs[i] = p.Ensure(t.Context(), Options{}) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if ran := f.ran(); len(ran) != len(fresh) {
		t.Errorf("ran %q", ran)
	}
}

func TestClean(t *testing.T) {
	f := newFake(t)
	if err := f.Clean(); err != nil {
		t.Errorf("nothing to clean: %v", err)
	}
	f.mustEnsure(Options{}, fresh...)
	release := f.HoldRunning()
	if err := f.Clean(); err == nil || !strings.Contains(err.Error(), "JupyterLab is running") {
		t.Errorf("cleaned under a running server: %v", err)
	}
	other := f.HoldRunning() // two labs at once are fine
	release()
	if err := f.Clean(); err == nil {
		t.Error("cleaned under the second server")
	}
	other()
	l := f.hold("lock", false)
	if err := f.Clean(); err == nil || !strings.Contains(err.Error(), "under way") {
		t.Errorf("cleaned under a set-up: %v", err)
	}
	unlock(l)
	if err := f.Clean(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(f.Root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		if e.Name() == ".lab" {
			t.Error(".lab is still there")
		}
	}
	if len(left) != 3 { // go.mod, go.sum, tools
		t.Errorf("more than .lab is gone: %v", left)
	}
}
