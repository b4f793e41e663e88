package nbtest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Failure is what one cell did wrong, in words of its own for each way.
type Failure struct {
	Where  string // file, cell, prompt
	Cell   int    // from 0
	What   string
	Source string // the cell with its lines numbered and the failing one marked
	Kernel string // what the kernel said, as plain text; "" where it said nothing
}

// String is the whole report, in several lines.
func (f Failure) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", f.Where, f.What)
	b.WriteString(f.Source)
	if f.Kernel != "" {
		b.WriteString("  the kernel says:\n")
		for line := range strings.Lines(f.Kernel) {
			b.WriteString("    " + strings.TrimRight(line, "\n") + "\n")
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// place is where the kernel sees an error; the number is the prompt's.
var place = regexp.MustCompile(`Cell ?\[(\d+)\]:? Line (\d+)`)

// failure makes a report about cell i, with the line marked that the kernel
// names. An error in a function of an earlier cell shows that cell too.
func failure(nb *Notebook, i int, kernel, format string, args ...any) Failure {
	c := nb.Cells[i]
	f := Failure{Where: nb.Where(i), Cell: i, What: fmt.Sprintf(format, args...), Kernel: kernel}
	mark, other, otherMark := 0, -1, 0
	for _, m := range place.FindAllStringSubmatch(kernel, -1) {
		prompt, _ := strconv.Atoi(m[1])
		line, _ := strconv.Atoi(m[2])
		if prompt == c.Count && mark == 0 {
			mark = line
		} else if prompt != c.Count && other < 0 {
			other, otherMark = nb.byCount(prompt), line
		}
	}
	if g := parseGo(c.Source); mark == 0 && g.err != nil && kernel != "" {
		mark = g.line
	}
	f.Source = numbered(c.Source, mark)
	if other >= 0 {
		f.Source += fmt.Sprintf("  which uses cell %d:\n", other+1) + numbered(nb.Cells[other].Source, otherMark)
	}
	return f
}

func (nb *Notebook) byCount(count int) int {
	for i, c := range nb.Cells {
		if c.Count == count {
			return i
		}
	}
	return -1
}

// numbered prints a source with line numbers and an arrow at one of them.
func numbered(source string, mark int) string {
	var b strings.Builder
	for i, line := range strings.Split(source, "\n") {
		arrow := "  "
		if i+1 == mark {
			arrow = "->"
		}
		fmt.Fprintf(&b, "  %s %3d  %s\n", arrow, i+1, line)
	}
	return b.String()
}

// fault is a failure that left no output: of the kernel, not of the program.
func fault(nb *Notebook, i int, kind string, timeout time.Duration) Failure {
	if timeout == 0 {
		timeout = defaultTimeout
	}
	switch kind {
	case "timeout":
		return failure(nb, i, "", "timeout: the cell did not end within %v; let it do less, or show fewer steps", timeout)
	case "died":
		return failure(nb, i, "", "the kernel died while it ran the cell; look for memory without bound, and into .lab/log")
	case "flood":
		return failure(nb, i, "", "the cell printed more than 10 MB and was stopped; print a summary")
	}
	return failure(nb, i, "", "the kernel failed: %s", kind)
}

// judge says what a cell that was run did wrong. That nothing was raised is no
// proof that all is well: G8.
func judge(nb *Notebook, i int) []Failure {
	c := nb.Cells[i]
	out := c.Stream("stdout")
	if e := c.Err(); c.Has(TagRaises) {
		if e == nil {
			return []Failure{failure(nb, i, "", "the cell is tagged %q, and it raised nothing", TagRaises)}
		}
		return nil
	} else if e != nil {
		return []Failure{errorFailure(nb, i, e)}
	}
	var list []Failure
	if s := c.Stream("stderr"); s != "" {
		list = append(list, failure(nb, i, kernelText(s), "the cell wrote to stderr"))
	}
	for _, v := range verdicts(out) {
		if !v.holds {
			list = append(list, failure(nb, i, out, "%s %s is not green: %s", v.kind, v.id, v.text))
		}
	}
	texts := out
	for _, o := range c.Outputs {
		texts += "\n" + o.String("text/plain") + "\n" + o.String("text/markdown")
	}
	if m := notFinite.FindStringSubmatch(texts); m != nil && !c.Has(TagNaN) {
		list = append(list, failure(nb, i, out, "the cell printed %s and is not tagged %q", m[1], TagNaN))
	}
	if nb.FigureExpected(i) && len(c.Images()) == 0 {
		list = append(list, failure(nb, i, out, "the figure is missing: the cell or the caption behind it declares one, and no image arrived"))
	}
	return list
}

var testFailed = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// errorFailure words an error of the kernel: a red claim, a failing test, a
// panic, an exit, or a cell that was not built.
func errorFailure(nb *Notebook, i int, e *Output) Failure {
	c := nb.Cells[i]
	stdout, stderr := kernelText(c.Stream("stdout")), kernelText(c.Stream("stderr"))
	all := strings.TrimSpace(stdout + "\n" + stderr)
	for _, v := range verdicts(c.Stream("stdout")) {
		if !v.holds {
			return failure(nb, i, all, "%s %s is not green: %s", v.kind, v.id, v.text)
		}
	}
	if m := testFailed.FindStringSubmatch(stdout); m != nil {
		return failure(nb, i, all, "%s fails", m[1])
	}
	if line, ok := strings.CutPrefix(panicLine.FindString(stderr), "panic: "); ok {
		return failure(nb, i, all, "panic: %s", line)
	}
	if strings.HasPrefix(e.EValue, "exit status") || strings.HasPrefix(e.EValue, "signal:") {
		return failure(nb, i, all, "the cell's program ended with %s", strings.TrimSpace(e.EValue))
	}
	text := kernelText(strings.Join(e.Traceback, "\n"))
	if text == "" {
		text = kernelText(e.EValue)
	}
	return failure(nb, i, strings.TrimSpace(all+"\n"+text), "the cell does not compile")
}

var panicLine = regexp.MustCompile(`(?m)^panic: .*$`)

// Judge says what the cells of a notebook that was run elsewhere did wrong, by
// the rules of a Runner.
func Judge(nb *Notebook) []Failure {
	var list []Failure
	for i, c := range nb.Cells {
		if c.IsCode() {
			list = append(list, judge(nb, i)...)
		}
	}
	return list
}
