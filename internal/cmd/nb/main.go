// Nb is for those who write notebooks: it runs and cleans them, begins a new
// one, makes the student's variant and the generated pages.
//
//	go tool nb run | clean | new | student | index
//
// go tool nb COMMAND -h explains each.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"hopflow/internal/nbtest"
	"hopflow/internal/setup"
)

// A command is one of nb's verbs.
type command struct {
	name, args, short, long string
	run                     func(context.Context, *tool, []string) error
	flags                   func(*tool, *flag.FlagSet)
}

// A tool is what the commands share: the project, where to print, and flags.
type tool struct {
	project  *setup.Project
	out      io.Writer
	check    bool
	tour     bool
	keep     bool
	versions string
}

var commands = []command{
	{"run", "[NAME ...]", "run notebooks and clean them, ready to commit",
		"Runs each notebook in the gonb kernel, from top to bottom, and writes it back executed\n" +
			"and cleaned. A notebook that fails is left as it was; what it did goes to .lab/log/NAME.ipynb.",
		runNotebooks, func(t *tool, f *flag.FlagSet) {
			f.BoolVar(&t.keep, "keep-going", false, "run the cells behind a failing one too")
		}},
	{"clean", "[NAME ...]", "clean notebooks without running them",
		"Writes each notebook in the one form that is committed: without times, paths and terminal\n" +
			"colours, text of a cell in one piece, counts in order, imports and solutions folded away.",
		cleanNotebooks, nil},
	{"new", "NN_name \"Title\"", "begin a notebook from the template",
		"Writes notebooks/NN_name.ipynb with every part that the linter asks for and a line of\n" +
			"guidance in each. It runs as it stands.",
		newNotebook, func(t *tool, f *flag.FlagSet) {
			f.BoolVar(&t.tour, "tour", false, "mark it as a tour: no blocks, one claim is enough")
		}},
	{"student", "[NAME ...]", "write the student's variant to notebooks/student/",
		"Takes the cells tagged \"solution\" out and clears the exercises.",
		studentNotebooks, func(t *tool, f *flag.FlagSet) {
			f.BoolVar(&t.check, "check", false, "run each variant: every test must fail with \"missing\" or \"not yet\", all else must succeed")
		}},
	{"index", "", "write notebooks/equations.md and notebooks/errata.md",
		"Lists where each equation of the sources stands, in notebooks and code, and every erratum\n" +
			"that the committed notebooks show.",
		writeIndex, func(t *tool, f *flag.FlagSet) {
			f.BoolVar(&t.check, "check", false, "write nothing; fail where a page is not up to date")
		}},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "nb: stopped")
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, "nb:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || strings.Contains(" -h -help --help help ", " "+args[0]+" ") {
		usage(out)
		return nil
	}
	for _, c := range commands {
		if c.name != args[0] {
			continue
		}
		t := &tool{out: out}
		f := flag.NewFlagSet("nb "+c.name, flag.ContinueOnError)
		f.SetOutput(out)
		f.Usage = func() {
			fmt.Fprintf(out, "go tool nb %s [flags] %s\n\n%s\n", c.name, c.args, c.long)
			if strings.Contains(c.args, "NAME") {
				fmt.Fprint(out, "NAME is a number, the start of a name, or a path; none means all notebooks.\n")
			}
			fmt.Fprintln(out)
			f.PrintDefaults()
		}
		if c.flags != nil {
			c.flags(t, f)
		}
		if err := f.Parse(args[1:]); err != nil {
			return err
		}
		var err error
		if t.project, err = setup.Find("."); err != nil {
			return err
		}
		if t.versions, err = nbtest.Versions(t.project.Root); err != nil {
			return err
		}
		return c.run(ctx, t, f.Args())
	}
	return fmt.Errorf("there is no command %q; go tool nb -h lists them", args[0])
}

func usage(out io.Writer) {
	fmt.Fprint(out, "go tool nb COMMAND writes notebooks ready to commit.\n\n")
	for _, c := range commands {
		fmt.Fprintf(out, "  %-26s %s\n", c.name+" "+c.args, c.short)
	}
	fmt.Fprint(out, "\ngo tool nb COMMAND -h explains one. go tool check runs and compares what is committed.\n")
}
