package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"hopflow/internal/nbtest"
)

// A progress shows, on a terminal, which cell is running.
type progress struct {
	out      io.Writer
	what     string
	nb       *nbtest.Notebook
	terminal bool
	done     int
	all      int
	slowest  time.Duration
	at       int
}

func newProgress(out io.Writer, what string, nb *nbtest.Notebook, passes int) *progress {
	p := &progress{out: out, what: what, nb: nb}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	for _, c := range nb.Cells {
		if c.IsCode() {
			p.all += passes
		}
	}
	p.show()
	return p
}

// cell notes a cell that is done.
func (p *progress) cell(i int, took time.Duration) {
	p.done++
	if took > p.slowest {
		p.slowest, p.at = took, i
	}
	p.show()
}

func (p *progress) show() {
	if p.terminal {
		fmt.Fprintf(p.out, "\r%s  %d of %d cells ", p.what, p.done, p.all)
	}
}

// clear takes the line away.
func (p *progress) clear() {
	if p.terminal {
		fmt.Fprintf(p.out, "\r%s\r", strings.Repeat(" ", len(p.what)+30))
	}
}

// slow says what took longer than the norm.
func (p *progress) slow(took time.Duration) string {
	s := ""
	if took > notebookNorm {
		s += fmt.Sprintf(" (slow: the norm is %v)", notebookNorm)
	}
	if p.slowest > cellNorm {
		s += fmt.Sprintf(" (slow: cell %d took %.0f s, the norm is %v)", p.at+1, p.slowest.Seconds(), cellNorm)
	}
	return s
}
