package nbtest

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"time"
)

//go:embed run.py
var runScript string

// A Runner runs notebooks through the kernel, without a front end.
type Runner struct {
	Python  string        // interpreter that has nbclient
	Env     []string      // environment of Python and of the kernel
	Kernel  string        // kernelspec; default TestKernel
	Timeout time.Duration // for one cell; default 10 minutes
	// KeepGoing runs the cells behind a failing one too.
	KeepGoing bool
	// Twice runs all cells, then all cells again in the same kernel, and reports
	// the second time: what a reader gets who presses Run All once more.
	Twice bool
	// Progress, where not nil, is told each code cell when it is done.
	Progress func(cell int, took time.Duration)
}

// A Run is what running a notebook gave.
type Run struct {
	Notebook *Notebook // with the new outputs, cleaned; cells behind a stop were not run
	Failures []Failure // none: it succeeded
	Took     time.Duration
	Claims   int // green ones
	Errata   int
}

// defaultTimeout is far above what a cell may take (15 s): a slow machine is no
// failure, a cell that hangs is one.
const defaultTimeout = 10 * time.Minute

// Run runs all cells of a copy of nb, in the folder of its file. What the
// notebook does wrong is in the Run; the error is for what keeps it from being
// run at all, or ctx's where that ended. The kernel has ended when Run returns.
func (r *Runner) Run(ctx context.Context, nb *Notebook) (*Run, error) {
	start := time.Now()
	copied, err := nb.unrun()
	if err != nil {
		return nil, err
	}
	s := session{runner: r, nb: copied}
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	Clean(copied, "")
	run := &Run{Notebook: copied, Failures: s.failures}
	for i, c := range copied.Cells {
		if s.ran[i] {
			run.Failures = append(run.Failures, judge(copied, i)...)
		}
		for _, v := range verdicts(c.Stream("stdout")) {
			switch {
			case v.holds && v.kind == "claim":
				run.Claims++
			case v.holds:
				run.Errata++
			}
		}
	}
	run.Took = time.Since(start)
	return run, nil
}

// unrun returns a copy without outputs.
func (nb *Notebook) unrun() (*Notebook, error) {
	data, err := nb.Bytes()
	if err != nil {
		return nil, err
	}
	copied, err := Parse(nb.Path, data)
	if err != nil {
		return nil, err
	}
	for _, c := range copied.Cells {
		c.Count, c.Outputs = 0, nil
	}
	return copied, nil
}

// A session is one process of run.py.
type session struct {
	runner   *Runner
	nb       *Notebook
	ran      map[int]bool
	failures []Failure
}

// An event is a line of run.py.
type event struct {
	Event   string
	Cell    int
	Seconds float64
	Count   int
	Outputs []any
	Kind    string
	Text    string
}

func (s *session) run(ctx context.Context) error {
	order, err := s.order()
	if err != nil {
		return err
	}
	s.ran = map[int]bool{}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.runner.Python, "-u", "-c", runScript)
	cmd.Env = s.runner.Env
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	cmd.Cancel = stdin.Close // the script stops its kernel, then itself
	cmd.WaitDelay = time.Minute
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cannot start Python: %w; go tool lab -setup-only makes the environment", err)
	}
	_, err = stdin.Write(order)
	ended := false
	if err == nil {
		ended, err = s.follow(stdout)
	}
	if err != nil {
		cancel() // the script is of no more use
	}
	werr := cmd.Wait()
	switch {
	case context.Cause(ctx) != nil && err == nil:
		return context.Cause(ctx)
	case err != nil:
		return fmt.Errorf("%s: %w", s.nb.Path, err)
	case !ended:
		return fmt.Errorf("%s: the script that runs notebooks ended early (%v): %s", s.nb.Path, werr, kernelText(complaint.String()))
	}
	return nil
}

func (s *session) order() ([]byte, error) {
	data, err := s.nb.Bytes()
	if err != nil {
		return nil, err
	}
	folder, err := filepath.Abs(filepath.Dir(s.nb.Path))
	if err != nil {
		return nil, err
	}
	kernel, timeout := s.runner.Kernel, s.runner.Timeout
	if kernel == "" {
		kernel = TestKernel
	}
	if timeout == 0 {
		timeout = defaultTimeout
	}
	passes := 1
	if s.runner.Twice {
		passes = 2
	}
	line, err := json.Marshal(map[string]any{
		"notebook": string(data), "folder": folder, "kernel": kernel,
		"timeout": max(1, int(timeout.Seconds())), "passes": passes, "keep_going": s.runner.KeepGoing,
	})
	return append(line, '\n'), err
}

// follow reads events until the script ends.
func (s *session) follow(r io.Reader) (ended bool, err error) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return ended, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return false, err
		}
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		var e event
		if err := d.Decode(&e); err != nil {
			return false, fmt.Errorf("the script that runs notebooks wrote %q: %w", firstLine(string(line)), err)
		}
		ended = ended || e.Event == "end"
		if err := s.take(e); err != nil {
			return false, err
		}
	}
}

func (s *session) take(e event) error {
	switch e.Event {
	case "cell":
		c := s.nb.Cells[e.Cell]
		c.Count, c.Outputs = e.Count, nil
		for _, v := range e.Outputs {
			o, err := parseOutput(v)
			if err != nil {
				return fmt.Errorf("cell %d: %w", e.Cell+1, err)
			}
			c.Outputs = append(c.Outputs, o)
		}
		s.ran[e.Cell] = true
		if s.runner.Progress != nil {
			s.runner.Progress(e.Cell, time.Duration(e.Seconds*float64(time.Second)))
		}
	case "fault":
		if e.Kind == "start" {
			return fmt.Errorf("the kernel did not start: %s; go tool lab -setup-only repairs the environment", e.Text)
		}
		s.failures = append(s.failures, fault(s.nb, e.Cell, e.Kind, s.runner.Timeout))
	}
	return nil
}
