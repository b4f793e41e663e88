package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"hopflow/internal/nbtest"
)

// Norms of time (REQUIREMENTS G3). A slower machine is no failure, so what is
// above them is said and not counted.
const (
	notebookNorm = 90 * time.Second
	cellNorm     = 15 * time.Second
)

// notebooks lints all notebooks, runs those that are wanted, and checks the
// generated pages.
func (c *checker) notebooks(ctx context.Context, ready bool) {
	files, err := nbtest.Files(c.project.Root)
	if err != nil {
		c.fail("notebooks", "%v", err)
		return
	}
	var nbs []*nbtest.Notebook
	broken := 0
	for _, path := range files {
		if rel, err := filepath.Rel(c.project.Root, path); err == nil {
			path = c.shown(path, rel)
		}
		nb, err := nbtest.Read(path)
		if err != nil {
			broken++
			c.fail("notebook", "%v", err)
			continue
		}
		nbs = append(nbs, nb)
	}
	c.lint(nbs)
	if broken == 0 {
		c.index(nbs)
	} else {
		c.skip("generated pages", "not every notebook can be read")
	}
	if !ready {
		c.skip("notebooks in the kernel", "the set-up failed")
		return
	}
	c.execute(ctx, nbs)
	if ctx.Err() == nil {
		c.browser(ctx, nbs)
	}
}

// shown is the path that messages give: relative where one is at the root.
func (c *checker) shown(path, rel string) string {
	if wd, err := os.Getwd(); err == nil && wd == c.project.Root {
		return rel
	}
	return path
}

func (c *checker) lint(nbs []*nbtest.Notebook) {
	versions, err := nbtest.Versions(c.project.Root)
	if err != nil {
		c.fail("lint", "%v", err)
		return
	}
	for i, findings := range (nbtest.Linter{Versions: versions}).All(nbs) {
		if len(findings) == 0 {
			c.pass(1)
			fmt.Fprintf(c.out, "lint %s  ok\n", nbs[i].Name())
			continue
		}
		var lines []string
		for _, f := range findings {
			lines = append(lines, "  "+f.String())
		}
		c.fail("lint "+nbs[i].Name(), "%d findings\n%s", len(findings), strings.Join(lines, "\n"))
	}
}

func (c *checker) index(nbs []*nbtest.Notebook) {
	pages, err := nbtest.Index(c.project.Root, nbs)
	if err != nil {
		c.fail("generated pages", "%v", err)
		return
	}
	stale, err := nbtest.StaleIndex(c.project.Root, pages)
	switch {
	case err != nil:
		c.fail("generated pages", "%v", err)
	case len(stale) > 0:
		c.fail("generated pages", "not up to date: %s; go tool nb index writes them", strings.Join(stale, ", "))
	default:
		c.pass(1)
		fmt.Fprintln(c.out, "generated pages  ok")
	}
}

// execute runs notebooks through the kernel and compares them with what is
// committed.
func (c *checker) execute(ctx context.Context, nbs []*nbtest.Notebook) {
	if runtime.GOARCH != committedOn {
		fmt.Fprintf(c.out, "numbers and pixels of notebooks are not compared: those committed are of %s, and %s rounds otherwise; their claims are checked\n", committedOn, runtime.GOARCH)
	}
	for _, nb := range nbs {
		if ctx.Err() != nil {
			return
		}
		if !c.options.notebooks.MatchString(nb.Name()) {
			c.skip("notebook "+nb.Name(), "-run %s does not match it", c.options.pattern)
			continue
		}
		c.notebook(ctx, nb, false)
		if c.options.long && ctx.Err() == nil {
			c.notebook(ctx, nb, true)
			c.student(ctx, nb)
		}
	}
}

// committedOn is the processor whose outputs are committed.
const committedOn = "amd64"

// compare tells where a run on a processor differs from what is committed. On
// another than committedOn that is all but the last digits, and what hangs on them.
func compare(processor string, committed, got *nbtest.Notebook) []nbtest.Difference {
	if processor != committedOn {
		return nbtest.CompareWords(committed, got)
	}
	return nbtest.Compare(committed, got)
}

// notebook runs one through the kernel, once or twice, and compares what it
// gives (the second time) with what is committed.
func (c *checker) notebook(ctx context.Context, nb *nbtest.Notebook, twice bool) {
	what, passes := "notebook "+nb.Name(), 1
	if twice {
		passes = 2
		what += ", twice in one kernel"
	}
	shown := newProgress(c.out, what, nb, passes)
	r := &nbtest.Runner{Python: c.project.Python(), Env: c.project.Env(), Twice: twice, Progress: shown.cell}
	run, err := r.Run(ctx, nb)
	shown.clear()
	if err != nil {
		if ctx.Err() == nil {
			c.fail(what, "%v", err)
		}
		return
	}
	var reports []string
	for _, f := range run.Failures {
		reports = append(reports, f.String())
	}
	if len(reports) == 0 {
		for _, d := range compare(runtime.GOARCH, nb, run.Notebook) {
			reports = append(reports, d.String())
		}
		if len(reports) > 0 {
			reports = append(reports, "if the new outputs are right: go tool nb run "+nb.Name())
		}
	}
	if len(reports) > 0 {
		run.Notebook.Path = filepath.Join(c.project.Lab(), "log", nb.Name()+".ipynb")
		if run.Notebook.Write() == nil {
			reports = append(reports, "this run: "+run.Notebook.Path)
		}
		c.fail(what, "after %.1f s\n%s", run.Took.Seconds(), strings.Join(reports, "\n\n"))
		return
	}
	c.pass(1)
	fmt.Fprintf(c.out, "%s  ok, %d claims, %d errata, %.1f s%s\n", what, run.Claims, run.Errata, run.Took.Seconds(), shown.slow(run.Took))
}

// student runs the variant without solutions: each test has to fail with a
// word on what is missing.
func (c *checker) student(ctx context.Context, nb *nbtest.Notebook) {
	what := "student's variant of " + nb.Name()
	student, err := nbtest.Student(nb)
	if err != nil {
		c.fail(what, "%v", err)
		return
	}
	r := &nbtest.Runner{Python: c.project.Python(), Env: c.project.Env(), KeepGoing: true}
	run, err := r.Run(ctx, student)
	if err != nil {
		if ctx.Err() == nil {
			c.fail(what, "%v", err)
		}
		return
	}
	failures := nbtest.CheckStudent(run)
	if len(failures) == 0 {
		c.pass(1)
		fmt.Fprintf(c.out, "%s  ok, %.1f s\n", what, run.Took.Seconds())
		return
	}
	var reports []string
	for _, f := range failures {
		reports = append(reports, f.String())
	}
	c.fail(what, "\n%s", strings.Join(reports, "\n\n"))
}
