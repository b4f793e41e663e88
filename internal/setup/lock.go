package setup

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// lockPoll is how often a waiting set-up looks again.
const lockPoll = 200 * time.Millisecond

// lock waits for its turn; while it waits, out says for whom. The holder's
// process and start time are in the lock file. The programs of a set-up get the
// opened file too: should one outlive a set-up that was killed, the lock stays
// until it is done.
func (p *Project) lock(ctx context.Context, out io.Writer) (*os.File, error) {
	file := filepath.Join(p.Lab(), "lock")
	for said := false; ; {
		f, err := tryLock(file, false)
		if err != nil {
			return nil, p.unwritable(err)
		}
		if f != nil {
			if err := writeHolder(f); err != nil {
				unlock(f)
				return nil, p.unwritable(err)
			}
			return f, nil
		}
		if !said {
			fmt.Fprintf(out, "Another set-up of this clone is under way (%s); waiting for it.\n", holder(file))
			said = true
		}
		select {
		case <-ctx.Done():
			return nil, &Failure{Step: "lock", What: "another set-up of this clone is under way (" + holder(file) + ")",
				Remedy: "wait for it, or end it, and run the command again", Err: ctx.Err()}
		case <-time.After(lockPoll):
		}
	}
}

func writeHolder(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt(fmt.Appendf(nil, "process %d since %s\n", os.Getpid(), time.Now().Format("15:04:05")), 0)
	return err
}

// holder says who has the lock, as far as the file tells.
func holder(file string) string {
	data, err := os.ReadFile(file)
	if s := strings.TrimSpace(string(data)); err == nil && s != "" {
		return s
	}
	return "process unknown, lock file " + file
}

// HoldRunning marks the clone as in use by a server until release is called, so
// that Clean refuses. Where the mark cannot be set (a read-only installation)
// nothing can be removed either, and release does nothing.
func (p *Project) HoldRunning() (release func()) {
	f, err := tryLock(filepath.Join(p.Lab(), "running"), true)
	if err != nil || f == nil {
		return func() {}
	}
	return func() { unlock(f) }
}

// Clean removes .lab and nothing else. It refuses while a server runs from it
// or a set-up is under way.
func (p *Project) Clean() error {
	if _, err := os.Lstat(p.Lab()); os.IsNotExist(err) {
		return nil
	}
	for _, l := range []struct{ file, what, remedy string }{
		{"running", "JupyterLab is running from this clone", "stop it (Ctrl-C in its terminal) and run the command again"},
		{"lock", "a set-up of this clone is under way", "wait for it, or end it, and run the command again"},
	} {
		f, err := tryLock(filepath.Join(p.Lab(), l.file), false)
		if err != nil {
			return p.unwritable(err)
		}
		if f == nil {
			return &Failure{Step: "clean", What: l.what, Remedy: l.remedy}
		}
		defer unlock(f)
	}
	if err := os.RemoveAll(p.Lab()); err != nil {
		return p.unwritable(err)
	}
	return nil
}
