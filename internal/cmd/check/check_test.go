package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hopflow/internal/nbtest"
	"hopflow/internal/setup"
)

func TestParse(t *testing.T) {
	o, err := parse([]string{"-short", "-run", "^1"}, io.Discard)
	if err != nil || !o.short || !o.notebooks.MatchString("10_x") || o.notebooks.MatchString("01_x") {
		t.Errorf("%+v, %v", o, err)
	}
	for _, args := range [][]string{{"-short", "-long"}, {"-run", "("}, {"now"}, {"-fast"}} {
		if _, err := parse(args, io.Discard); err == nil {
			t.Errorf("%v is accepted", args)
		}
	}
	var help bytes.Buffer
	if _, err := parse([]string{"-h"}, &help); !errors.Is(err, flag.ErrHelp) || !strings.Contains(help.String(), "-short") || !strings.Contains(help.String(), "-run regexp") {
		t.Errorf("help: %v\n%s", err, help.String())
	}
}

func TestClosingLine(t *testing.T) {
	c := &checker{out: io.Discard}
	c.pass(3)
	if got := c.closing(); got != "3 passed, 0 failed" {
		t.Error(got)
	}
	c.fail("a", "b")
	c.skip("a", "b")
	c.skip("a", "b")
	if got := c.closing(); got != "3 passed, 1 failed, 2 skipped" {
		t.Error(got)
	}
}

// module writes a module hopflow with the files and returns a checker of it.
func module(t *testing.T, files map[string]string) (*checker, *bytes.Buffer) {
	t.Helper()
	root := t.TempDir()
	all := map[string]string{"go.mod": "module hopflow\n\ngo 1.26\n\n// github.com/janpfeifer/gonb v0.11.4 gonum.org/v1/gonum v0.17.0 gonum.org/v1/plot v0.17.0\n"}
	for path, text := range files {
		all[path] = text
	}
	for path, text := range all {
		full := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := setup.Find(root)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	o, err := parse(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return &checker{project: p, options: o, out: &out}, &out
}

func TestGofmt(t *testing.T) {
	c, out := module(t, map[string]string{"a/good.go": "package a\n", ".lab/bad.go": "package   a\n"})
	c.gofmt(t.Context())
	if c.passed != 1 || c.failed != 0 {
		t.Errorf("good files: %s", out)
	}
	c, out = module(t, map[string]string{"a/wide.go": "package   a\n", "a/broken.go": "package\n"})
	c.gofmt(t.Context())
	if c.failed != 1 || !strings.Contains(out.String(), "FAILED gofmt: run gofmt -w on a/broken.go a/wide.go") {
		t.Errorf("bad files: %s", out)
	}
}

// What go test -json writes, shortened: names, results and outputs of one
// package with passing, failing, skipped and nested tests, one that does not
// build, and one that ends in the middle of a test.
const events = `{"Action":"run","Package":"p/a","Test":"TestGood"}
{"Action":"output","Package":"p/a","Test":"TestGood","Output":"chatter\n"}
{"Action":"pass","Package":"p/a","Test":"TestGood"}
{"Action":"run","Package":"p/a","Test":"TestTable"}
{"Action":"run","Package":"p/a","Test":"TestTable/one"}
{"Action":"pass","Package":"p/a","Test":"TestTable/one"}
{"Action":"run","Package":"p/a","Test":"TestTable/two"}
{"Action":"output","Package":"p/a","Test":"TestTable/two","Output":"    a_test.go:7: two is wrong\n"}
{"Action":"fail","Package":"p/a","Test":"TestTable/two"}
{"Action":"fail","Package":"p/a","Test":"TestTable"}
{"Action":"run","Package":"p/a","Test":"TestSkip"}
{"Action":"output","Package":"p/a","Test":"TestSkip","Output":"=== RUN   TestSkip\n"}
{"Action":"output","Package":"p/a","Test":"TestSkip","Output":"    a_test.go:9: needs a kernel: go tool lab\n"}
{"Action":"output","Package":"p/a","Test":"TestSkip","Output":"--- SKIP: TestSkip (0.00s)\n"}
{"Action":"skip","Package":"p/a","Test":"TestSkip"}
{"Action":"output","Package":"p/a","Output":"FAIL\tp/a\t0.1s\n"}
{"Action":"fail","Package":"p/a","Elapsed":0.1}
{"ImportPath":"p/b [p/b.test]","Action":"build-output","Output":"b.go:3: undefined: x\n"}
{"ImportPath":"p/b [p/b.test]","Action":"build-fail"}
{"Action":"output","Package":"p/b","Output":"FAIL\tp/b [build failed]\n"}
{"Action":"fail","Package":"p/b","FailedBuild":"p/b [p/b.test]"}
{"Action":"run","Package":"p/c","Test":"TestDies"}
{"Action":"output","Package":"p/c","Test":"TestDies","Output":"panic: oh\n"}
{"Action":"fail","Package":"p/c"}
{"Action":"output","Package":"p/d","Output":"?   \tp/d\t[no test files]\n"}
{"Action":"skip","Package":"p/d"}
`

func TestCountsTests(t *testing.T) {
	c := &checker{}
	var out bytes.Buffer
	c.out = &out
	r := testReport{checker: c, packages: map[string]*testPackage{}, builds: map[string]string{}}
	if err := r.read(strings.NewReader(events)); err != nil {
		t.Fatal(err)
	}
	if got := c.closing(); got != "2 passed, 3 failed, 1 skipped" {
		t.Errorf("%s\n%s", got, &out)
	}
	for _, want := range []string{
		"FAILED p/a TestTable/two: \n    a_test.go:7: two is wrong\n",
		"skipped p/a TestSkip: needs a kernel: go tool lab\n",
		"go test p/a  2 passed, 1 failed, 0.1 s\n",
		"FAILED p/b: \nb.go:3: undefined: x\nFAIL\tp/b [build failed]\n",
		"FAILED p/c TestDies: \npanic: oh\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "chatter") || strings.Contains(out.String(), "FAILED p/a TestTable:") {
		t.Errorf("too much is said:\n%s", &out)
	}
}

// The real go command on a real module.
func TestGoTest(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it builds a module")
	}
	c, out := module(t, map[string]string{
		"a/a_test.go": "package a\n\nimport \"testing\"\n\nfunc TestGood(t *testing.T) {}\n\nfunc TestBad(t *testing.T) { t.Fatal(\"bad\") }\n",
		"b/b_test.go": "package b\n\nimport \"testing\"\n\nfunc TestB(t *testing.T) { undefined() }\n",
	})
	c.tests(t.Context())
	if got := c.closing(); got != "1 passed, 2 failed" || !strings.Contains(out.String(), "undefined: undefined") || !strings.Contains(out.String(), "bad") {
		t.Errorf("%s\n%s", got, out)
	}
	c.vet(t.Context())
	if c.failed != 3 || !strings.Contains(out.String(), "FAILED go vet") {
		t.Errorf("vet of a package that does not compile:\n%s", out)
	}
}

func TestNotebooksWithoutKernel(t *testing.T) {
	nb, err := nbtest.New("05_sample.ipynb", "Sample")
	if err != nil {
		t.Fatal(err)
	}
	data, err := nb.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	c, out := module(t, map[string]string{"notebooks/05_sample.ipynb": string(data), "notebooks/06_cut.ipynb": string(data[:400])})
	c.notebooks(t.Context(), false)
	for _, want := range []string{
		"06_cut.ipynb: is truncated after 400 bytes",
		"FAILED lint 05_sample:",
		"the cell was not run; go tool nb run 05_sample",
		"skipped generated pages:",
		"skipped notebooks in the kernel: the set-up failed",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if got := c.closing(); got != "0 passed, 2 failed, 2 skipped" {
		t.Error(got)
	}
}

// The command itself, from the outside: the closing line is the last one, and
// the exit code is 1 where anything failed.
func TestCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it builds the command and a module")
	}
	binary := filepath.Join(t.TempDir(), "check")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for test, want := range map[string]struct {
		last string
		code int
	}{
		"func TestA(t *testing.T) {}":              {"3 passed, 0 failed", 0},
		"func TestA(t *testing.T) { t.Error(1) }":  {"2 passed, 1 failed", 1},
		"func TestA(t *testing.T) { t.Skip(`x`) }": {"2 passed, 0 failed, 1 skipped", 0},
	} {
		c, _ := module(t, map[string]string{"a/a_test.go": "package a\n\nimport \"testing\"\n\n" + test + "\n"})
		cmd := exec.Command(binary, "-short")
		cmd.Dir = filepath.Join(c.project.Root, "a") // anywhere below the root
		out, err := cmd.Output()
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if cmd.ProcessState.ExitCode() != want.code || lines[len(lines)-1] != want.last {
			t.Errorf("%s: exit %d, %v\n%s", test, cmd.ProcessState.ExitCode(), err, out)
		}
	}
}

// Cancelling ends a go test that would run on.
func TestInterrupt(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it builds a module")
	}
	c, out := module(t, map[string]string{"a/a_test.go": "package a\n\nimport (\n\t\"os\"\n\t\"testing\"\n\t\"time\"\n)\n\nfunc TestLong(t *testing.T) {\n\tos.WriteFile(\"begun\", nil, 0o600)\n\ttime.Sleep(10 * time.Minute)\n}\n"})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cancelled := make(chan time.Time, 1)
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(filepath.Join(c.project.Root, "a", "begun")); err == nil {
				cancelled <- time.Now() // not before: to build it takes as long as it takes
				cancel()
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	c.tests(ctx)
	if ctx.Err() == nil {
		t.Fatalf("it ended by itself:\n%s", out)
	}
	if took := time.Since(<-cancelled); took >= stopDelay { // then it was killed
		t.Errorf("it ended %v after it was cancelled:\n%s", took, out)
	}
}
