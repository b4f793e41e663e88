package setup

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

// tailLines is how much of a failed program's output is shown.
const tailLines = 12

// tail is a writer that keeps the last lines.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const tailBytes = 1 << 16

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if len(t.buf) > 2*tailBytes {
		t.buf = bytes.Clone(t.buf[len(t.buf)-tailBytes:])
	}
	return len(p), nil
}

// String returns the last lines that say something.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var lines []string
	for l := range strings.SplitSeq(strings.ReplaceAll(string(t.buf), "\r", "\n"), "\n") {
		if l = strings.TrimRight(l, " \t"); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines[max(0, len(lines)-tailLines):], "\n")
}

// program is a command that a step runs.
type program struct {
	step string // title of the step, for the message
	name string // what the reader knows it as: pip, go install
	dir  string
	env  []string
	argv []string
	held *os.File // the lock, kept as long as the program runs
}

// run runs it with its output kept, and explains a failure. Cancelling the
// context ends the program and, where the system has them, its process group; on
// Linux the death of this process ends the program.
func (c program) run(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	cmd.Dir, cmd.Env = c.dir, c.env
	var out tail
	cmd.Stdout, cmd.Stderr = &out, &out
	if c.held != nil {
		cmd.ExtraFiles = []*os.File{c.held}
	}
	// The system sends the signal of ownGroup when the thread ends that started
	// the program.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	ownGroup(cmd)
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	if err == nil {
		return out.String(), nil
	}
	if ctx.Err() != nil {
		return "", &Failure{Step: c.step, What: "stopped", Remedy: "run the command again: it goes on at this step", Err: ctx.Err()}
	}
	return "", explain(c.step, c.name, err, out.String())
}
