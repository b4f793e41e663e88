// Check tests everything: the form of the Go files, vet, the tests, the linter
// of the notebooks, every notebook through the real kernel and compared with
// what is committed, the generated pages, and the lab in a real browser.
//
//	go tool check [-short] [-long] [-run regexp] [-browser name]
//
// Its last line is "N passed, N failed", with ", N skipped" behind it where
// something was skipped. It exits with 1 where anything failed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"

	"hopflow/internal/setup"
)

const usage = `go tool check tests all of the project. Its last line is "N passed, N failed".

In order: Go (form, vet, tests), the notebooks' linter, each notebook in the real
kernel against its committed outputs, the generated pages, and JupyterLab in a real
browser where Chromium is installed. What is missing of the environment is made first.

`

// options are the flags.
type options struct {
	short, long bool
	pattern     string
	notebooks   *regexp.Regexp
	browser     string
}

func parse(args []string, out io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("check", flag.ContinueOnError)
	f.SetOutput(out)
	f.BoolVar(&o.short, "short", false, "Go alone: no set-up, no notebooks, no browser")
	f.BoolVar(&o.long, "long", false, "more: property and statistical tests with ten to a hundred times the cases, notebooks twice in one kernel, the students' variants, the image")
	f.StringVar(&o.pattern, "run", "", "run only the notebooks whose name matches the `regexp` (all are linted)")
	f.StringVar(&o.browser, "browser", "10", "the notebook opened in the browser, by the `start` of its name")
	f.Usage = func() {
		fmt.Fprint(out, usage)
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("%q is not a flag; go tool check -h lists them", f.Arg(0))
	}
	if o.short && o.long {
		return o, errors.New("-short and -long exclude each other")
	}
	var err error
	if o.notebooks, err = regexp.Compile(o.pattern); err != nil {
		return o, fmt.Errorf("-run: %w", err)
	}
	return o, nil
}

func main() {
	o, err := parse(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p, err := setup.Find(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
		os.Exit(2)
	}
	c := &checker{project: p, options: o, out: os.Stdout}
	c.all(ctx)
	if ctx.Err() != nil {
		c.fail("stopped", "it was interrupted, and what came later was not checked")
	}
	fmt.Fprintln(c.out, c.closing())
	if c.failed > 0 {
		stop()
		os.Exit(1)
	}
}

// A checker counts what passes, fails and is skipped.
type checker struct {
	project                 *setup.Project
	options                 options
	out                     io.Writer
	passed, failed, skipped int
}

// all runs the checks in order; each goes on where an earlier one failed.
func (c *checker) all(ctx context.Context) {
	begun := time.Now()
	ready := false
	if !c.options.short {
		ready = c.setup(ctx)
	}
	steps := []func(context.Context){c.gofmt, c.vet, c.tests}
	if !c.options.short {
		steps = append(steps, func(ctx context.Context) { c.notebooks(ctx, ready) })
	}
	if c.options.long {
		steps = append(steps, c.properties, c.image)
	}
	for _, step := range steps {
		if ctx.Err() != nil {
			return
		}
		step(ctx)
	}
	fmt.Fprintf(c.out, "%.0f s\n", time.Since(begun).Seconds())
}

// setup makes the environment, with what the browser test needs where there is
// a browser.
func (c *checker) setup(ctx context.Context) bool {
	_, err := chromium()
	err = c.project.Ensure(ctx, setup.Options{Browser: err == nil, Out: c.out})
	if err != nil {
		c.fail("set-up", "%v", err)
	}
	return err == nil
}

// pass counts n checks that are as they should be.
func (c *checker) pass(n int) { c.passed += n }

// fail counts a check that is not, and says why.
func (c *checker) fail(what, format string, args ...any) {
	c.failed++
	fmt.Fprintf(c.out, "FAILED %s: %s\n", what, fmt.Sprintf(format, args...))
}

// skip counts a check that could not be made, and says why.
func (c *checker) skip(what, format string, args ...any) {
	c.skipped++
	fmt.Fprintf(c.out, "skipped %s: %s\n", what, fmt.Sprintf(format, args...))
}

// closing is the last line.
func (c *checker) closing() string {
	line := fmt.Sprintf("%d passed, %d failed", c.passed, c.failed)
	if c.skipped > 0 {
		line += fmt.Sprintf(", %d skipped", c.skipped)
	}
	return line
}
