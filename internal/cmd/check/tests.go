package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// tests runs go test over all packages.
func (c *checker) tests(ctx context.Context) {
	args := []string{"test", "-json", "-timeout=60m"}
	if c.options.short {
		args = append(args, "-short")
	}
	c.goTest(ctx, append(args, "./..."))
}

// goTest runs go test -json and counts its tests: those without subtests, and
// the subtests of the others. Only failures show what they printed. vars are
// added to the environment.
func (c *checker) goTest(ctx context.Context, args []string, vars ...string) {
	cmd := c.goCommand(ctx, args...)
	cmd.Env = append(os.Environ(), vars...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		c.fail("go test", "%v", err)
		return
	}
	failed := c.failed
	r := testReport{checker: c, packages: map[string]*testPackage{}, builds: map[string]string{}}
	err = r.read(stdout)
	werr := cmd.Wait()
	switch {
	case err != nil:
		c.fail("go test", "its output cannot be read: %v", err)
	case werr != nil && c.failed == failed && ctx.Err() == nil:
		c.fail("go test", "%v\n%s", werr, bytes.TrimSpace(complaint.Bytes()))
	}
}

// A testEvent is a line of go test -json.
type testEvent struct {
	Action, Package, ImportPath, Test, Output, FailedBuild string
	Elapsed                                                float64
}

// A testPackage collects what its tests say while they run.
type testPackage struct {
	result map[string]string // test: pass, fail or skip; "" while it runs
	output map[string]string // "" for the package itself
}

// A testReport turns events into counts and lines.
type testReport struct {
	checker  *checker
	packages map[string]*testPackage
	builds   map[string]string // what the compiler said
}

func (r *testReport) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e testEvent
			if jerr := json.Unmarshal(line, &e); jerr != nil {
				fmt.Fprint(r.checker.out, string(line)) // go's own words, between the events
			} else {
				r.take(e)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *testReport) take(e testEvent) {
	if e.ImportPath != "" {
		r.builds[e.ImportPath] += e.Output
		return
	}
	p := r.packages[e.Package]
	if p == nil {
		p = &testPackage{map[string]string{}, map[string]string{}}
		r.packages[e.Package] = p
	}
	switch e.Action {
	case "run":
		p.result[e.Test] = ""
	case "output":
		p.output[e.Test] += e.Output
	case "pass", "fail", "skip":
		if e.Test != "" {
			p.result[e.Test] = e.Action
			return
		}
		r.finish(e, p)
		delete(r.packages, e.Package)
	}
}

// finish counts the tests of a package that has ended.
func (r *testReport) finish(e testEvent, p *testPackage) {
	c := r.checker
	passed, failed := 0, 0
	for _, name := range slices.Sorted(maps.Keys(p.result)) {
		if p.isParent(name) && p.result[name] != "fail" {
			continue
		}
		switch p.result[name] {
		case "pass":
			passed++
		case "skip":
			c.skip(e.Package+" "+name, "%s", skipReason(p.output[name]))
		default: // failed, or cut off in the middle
			if p.isParent(name) && p.childFailed(name) {
				continue
			}
			failed++
			c.fail(e.Package+" "+name, "\n%s", strings.TrimRight(p.output[name], "\n"))
		}
	}
	c.pass(passed)
	if e.Action == "fail" && failed == 0 {
		c.fail(e.Package, "\n%s%s", r.builds[e.FailedBuild], strings.TrimRight(p.output[""], "\n"))
	} else if e.Action == "fail" {
		fmt.Fprint(c.out, p.output[""])
	}
	if passed+failed > 0 {
		fmt.Fprintf(c.out, "go test %s  %d passed, %d failed, %.1f s\n", e.Package, passed, failed, e.Elapsed)
	}
}

func (p *testPackage) isParent(name string) bool {
	for other := range p.result {
		if strings.HasPrefix(other, name+"/") {
			return true
		}
	}
	return false
}

func (p *testPackage) childFailed(name string) bool {
	for other, result := range p.result {
		if strings.HasPrefix(other, name+"/") && result != "pass" && result != "skip" {
			return true
		}
	}
	return false
}

// skipReason takes the words of t.Skip out of what a test printed.
func skipReason(output string) string {
	reason := "no reason given"
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "--- ") {
			continue
		}
		if _, words, ok := strings.Cut(line, ".go:"); ok {
			_, line, _ = strings.Cut(words, ": ")
		}
		reason = line
	}
	return reason
}
