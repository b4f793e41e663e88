package nbtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hopflow/internal/setup"
)

var update = flag.Bool("update", false, "run the example notebooks of testdata anew and write them")

// TestExamples runs the notebooks of testdata that are committed with outputs.
func TestExamples(t *testing.T) {
	r := kernelRunner(t)
	for _, name := range []string{"exercise", "shows_an_error"} {
		nb := read(t, "testdata/"+name+".ipynb")
		run := mustRun(t, r, nb)
		for _, f := range run.Failures {
			t.Error(f)
		}
		if *update && !t.Failed() {
			if err := run.Notebook.Write(); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for _, d := range Compare(nb, run.Notebook) {
			t.Error(d)
		}
	}
}

// kernelRunner is a runner on the project's environment; without one, and with
// -short, the test is skipped.
func kernelRunner(t *testing.T) *Runner {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: it runs a kernel")
	}
	p, err := setup.Find(".")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(p.Lab(), "venv", "share", "jupyter", "kernels", TestKernel)); err != nil {
		t.Skip("the environment is not set up: go tool lab -setup-only")
	}
	return &Runner{Python: p.Python(), Env: p.Env(), Timeout: 10 * time.Minute}
}

func read(t *testing.T, path string) *Notebook {
	t.Helper()
	nb, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

func mustRun(t *testing.T, r *Runner, nb *Notebook) *Run {
	t.Helper()
	run, err := r.Run(t.Context(), nb)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// Every way to fail has its own words, shows the line, and stops the run or not.
func TestFailingNotebooks(t *testing.T) {
	r := kernelRunner(t)
	for _, c := range []struct {
		name   string
		what   string // start of Failure.What
		line   string // the marked line of the source, "" for none
		kernel string // part of what the kernel says
	}{
		{"panic", "panic: runtime error: index out of range [0] with length 0", "fmt.Println(x[len(x)])", "goroutine 1"},
		{"earlier", "panic: runtime error: index out of range [-1]", "fmt.Println(last(nil))", "main.last"},
		{"compile", "the cell does not compile", "fmt.Println(y)", "undefined: y"},
		{"syntax", "the cell does not compile", "x := 3 +", "expected operand"},
		{"exit", "the cell's program ended with exit status 3", "", "exit status 3"},
		{"test", "TestHalf fails", "", "half of 3 is not 2"},
		{"stderr", "the cell wrote to stderr", "", "careful"},
		{"nan", `the cell printed NaN and is not tagged "nan-ok"`, "", "mean: NaN"},
		{"red", "claim HF-1.a is not green: one and one", "verify.Must(", "0 hold, 1 fail"},
		{"soft", "claim HF-1.a is not green: one and one", "", "✗"},
		{"figure", "the figure is missing", "", "no figure"},
		{"raises", `the cell is tagged "raises-exception", and it raised nothing`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			run := mustRun(t, r, read(t, "testdata/fails/"+c.name+".ipynb"))
			if len(run.Failures) != 1 {
				t.Fatalf("%d failures, want one: %v", len(run.Failures), run.Failures)
			}
			f := run.Failures[0]
			if !strings.HasPrefix(f.What, c.what) {
				t.Errorf("What is %q, want it to start %q", f.What, c.what)
			}
			if !strings.HasPrefix(f.Where, "testdata/fails/"+c.name+".ipynb: cell ") || !strings.Contains(f.Where, "(In [") {
				t.Errorf("Where is %q: no file, cell and prompt", f.Where)
			}
			marked := ""
			if _, rest, ok := strings.Cut(f.Source, "->"); ok {
				marked = firstLine(rest)
			}
			// The kernel loses a place of a panic where its text arrives in pieces.
			places := map[string]int{"panic": 1, "earlier": 2, "red": 1}[c.name]
			lost := strings.Count(f.Kernel, "[[ Cell [") < places
			if !lost && !strings.Contains(marked, c.line) || c.line == "" && marked != "" {
				t.Errorf("the marked line is %q, want %q; the source:\n%s", marked, c.line, f.Source)
			}
			if !strings.Contains(f.Kernel, c.kernel) || strings.Contains(f.Kernel, "\x1b") || strings.Contains(f.Kernel, "&lt;") {
				t.Errorf("the kernel's text is %q, want %q in it, without colours and HTML", f.Kernel, c.kernel)
			}
			if strings.Contains(f.String(), os.TempDir()+"/") {
				t.Errorf("the report has a path of this machine:\n%s", f)
			}
			if last := run.Notebook.Cells[len(run.Notebook.Cells)-1]; c.name == "exit" && last.Count != 0 {
				t.Error("the cell behind an error was run")
			}
		})
	}
}

// An error in a function of another cell shows both, and a place that the
// kernel lost takes no other's mark.
func TestFailureShowsBothCells(t *testing.T) {
	nb := read(t, "testdata/fails/earlier.ipynb")
	for i, c := range nb.Cells {
		c.Count = i + 1
	}
	const inner, outer = "main.last(...)\n\t [[ Cell [1] Line 2 ]] cell/main.go\n", "main.main()\n\t [[ Cell [2] Line 2 ]] cell/main.go\n"
	const lost = "main.main()\n\tcell/main.go:14\n"
	call, body := "->   2  fmt.Println(last(nil))", "->   2  \treturn x[len(x)-1]"
	for _, c := range []struct {
		name, kernel string
		want         map[string]bool
	}{
		{"both", inner + outer, map[string]bool{call: true, "which uses cell 1:": true, body: true}},
		{"outer lost", inner + lost, map[string]bool{call: false, "which uses cell 1:": true, body: true}},
		{"inner lost", lost + outer, map[string]bool{call: true, "which uses cell 1:": false, body: false}},
		{"both lost", lost, map[string]bool{"->": false, "fmt.Println(last(nil))": true}},
	} {
		source := failure(nb, 1, c.kernel, "panic").Source
		for text, there := range c.want {
			if strings.Contains(source, text) != there {
				t.Errorf("%s: %q there: %v, want %v, in\n%s", c.name, text, !there, there, source)
			}
		}
	}
}

// TestTwice: what only works in a fresh kernel is found by the second pass.
func TestTwice(t *testing.T) {
	r := *kernelRunner(t)
	nb := read(t, "testdata/fails/exit.ipynb")
	nb.Cells[0].Source = "%%\nfmt.Println(os.Mkdir(filepath.Join(os.TempDir(), \"once\"), 0o700))"
	for _, twice := range []bool{false, true} {
		r.Twice = twice
		got := mustRun(t, &r, nb).Notebook.Cells[0].Stream("stdout")
		if worked := got == "<nil>\n"; worked == twice {
			t.Errorf("twice %v: the cell printed %q", twice, got)
		}
	}
}

func TestTimeoutAndFlood(t *testing.T) {
	for name, want := range map[string]string{"timeout": "timeout: the cell did not end within 3s", "flood": "the cell printed more than 10 MB"} {
		t.Run(name, func(t *testing.T) {
			r := *kernelRunner(t)
			if name == "timeout" {
				r.Timeout = 3 * time.Second
			}
			t.Parallel()
			run := mustRun(t, &r, read(t, "testdata/fails/"+name+".ipynb"))
			if len(run.Failures) == 0 || !strings.HasPrefix(run.Failures[0].What, want) {
				t.Fatalf("failures: %v, want %q", run.Failures, want)
			}
		})
	}
}

// A cell that kills its kernel: the kernel is the program's parent. The program
// would live on by itself: the run has to end it.
func TestKernelDies(t *testing.T) {
	r, mark := markedRunner(t)
	nb := read(t, "testdata/fails/exit.ipynb")
	nb.Cells[0].Source = "%%\np, err := os.FindProcess(os.Getppid())\nif err == nil {\n\terr = p.Kill()\n}\nfmt.Println(err)\ntime.Sleep(10 * time.Minute)"
	run := mustRun(t, r, nb)
	if len(run.Failures) == 0 || !strings.HasPrefix(run.Failures[0].What, "the kernel died") {
		t.Fatalf("failures: %v", run.Failures)
	}
	assertNoneLeft(t, mark)
}

// markedRunner marks all that it starts with a variable of this test.
func markedRunner(t *testing.T) (r *Runner, mark string) {
	t.Helper()
	r = kernelRunner(t)
	mark = fmt.Sprintf("NBTEST_%s_%d=1", t.Name(), os.Getpid())
	r.Env = append(slices.Clone(r.Env), mark)
	return r, mark
}

// Cancelling ends the kernel and the program in it.
func TestCancelStopsKernel(t *testing.T) {
	r, mark := markedRunner(t)
	ctx, cancel := context.WithCancel(t.Context())
	nb := read(t, "testdata/fails/timeout.ipynb")
	begun := filepath.Join(t.TempDir(), "begun")
	nb.Cells[0].Source = fmt.Sprintf("%%%%\nif err := os.WriteFile(%q, nil, 0o600); err != nil {\n\tpanic(err)\n}\ntime.Sleep(10 * time.Minute)", begun)
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(begun); err == nil {
				cancel()
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	if _, err := r.Run(ctx, nb); !errors.Is(err, context.Canceled) {
		t.Fatalf("err = %v, want that it was cancelled", err)
	}
	assertNoneLeft(t, mark)
}

// assertNoneLeft checks that no process with the mark in its environment runs:
// the kernel, the program of a cell, gopls.
func assertNoneLeft(t *testing.T, mark string) {
	t.Helper()
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Skip("no /proc to look for processes in")
	}
	left := marked(t, mark)
	for begun := time.Now(); len(left) > 0; left = marked(t, mark) { // a killed process takes a moment to go
		if time.Since(begun) > 20*time.Second {
			t.Fatalf("left running: %v", left)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// marked lists the commands with a text in their environment.
func marked(t *testing.T, mark string) (commands []string) {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if env, err := os.ReadFile(path); err == nil && strings.Contains(string(env), mark) {
			command, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
			commands = append(commands, strings.ReplaceAll(string(command), "\x00", " "))
		}
	}
	return commands
}

// Of the example of exercises: a right answer passes, a stub is "missing", a
// wrong answer "not yet", one that does not compile an error.
func TestExercises(t *testing.T) {
	r := *kernelRunner(t)
	nb := read(t, "testdata/exercise.ipynb")
	student, err := Student(nb)
	if err != nil {
		t.Fatal(err)
	}
	r.KeepGoing = true
	for _, f := range CheckStudent(mustRun(t, &r, student)) {
		t.Error(f)
	}
	// Four readers' answers to one exercise, each under a name of its own.
	answers := []string{"func half0(x float64) float64 { return x / 2 }", "func half1(x float64) float64 { return x / 3 }", "func half2(x float64) { return x / 2 }", "// nothing"}
	var cells []*Cell
	for i, source := range answers {
		test := strings.NewReplacer("half(", fmt.Sprintf("half%d(", i), "TestHalf", fmt.Sprintf("TestHalf%d", i)).Replace(student.Cells[4].Source)
		for _, s := range []string{source, test} {
			cells = append(cells, &Cell{ID: fmt.Sprint("cell-", len(cells)), Type: "code", Metadata: map[string]any{}, Source: s})
		}
	}
	nb.Cells = append(nb.Cells[1:2], cells...)
	cells = mustRun(t, &r, nb).Notebook.Cells[1:]
	if c := cells[1]; c.Err() != nil || !strings.Contains(c.Stream("stdout"), "\ncorrect: half of 3") {
		t.Errorf("a right answer: %q, error %v", c.Stream("stdout"), c.Err())
	}
	if c := cells[3]; c.Err() == nil || !strings.Contains(c.Stream("stdout"), "\nnot yet, because half of 3 is too small by 0.5") {
		t.Errorf("a wrong answer: %q, error %v", c.Stream("stdout"), c.Err())
	}
	if cells[5].Err() == nil {
		t.Error("an answer that does not compile passes")
	}
	if cells[7].Err() == nil {
		t.Error("no answer passes")
	}
}

// CheckStudent notices a test that the stub passes and one without feedback.
func TestStudentCheckFinds(t *testing.T) {
	r := *kernelRunner(t)
	r.KeepGoing = true
	student, err := Student(read(t, "testdata/exercise.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	student.Cells[3].Source = "func half(x float64) float64 { return 1.5 }"
	student.Cells[7].Source = "%test\nfunc TestSquare(t *testing.T) {\n\tt.Fail()\n}"
	student.Cells[10].Source = "%test\nfunc TestLarger(t *testing.T) {\n\tlarger()\n}"
	got := CheckStudent(mustRun(t, &r, student))
	want := []string{"the test passes though nothing was answered", "the test fails without", "the cell does not compile"}
	if len(got) != len(want) {
		t.Fatalf("found %v", got)
	}
	for i, w := range want {
		if !strings.HasPrefix(got[i].What, w) {
			t.Errorf("finding %d is %q, want %q", i+1, got[i].What, w)
		}
	}
}

// G4: 20 programs send 50 figures each; none gets lost and the order is kept.
func TestDisplaysArrive(t *testing.T) {
	r := kernelRunner(t)
	const runs, displays = 20, 50
	nb := read(t, "testdata/exercise.ipynb")
	cells := []*Cell{{ID: "imports", Type: "code", Metadata: map[string]any{}, Source: "import (\n\t\"github.com/janpfeifer/gonb/gonbui\"\n\t\"github.com/janpfeifer/gonb/gonbui/protocol\"\n)"}}
	for i := range runs {
		cells = append(cells, &Cell{ID: fmt.Sprint("run-", i), Type: "code", Metadata: map[string]any{}, Source: fmt.Sprintf(`%%%%
var b bytes.Buffer
if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 200, 100))); err != nil {
	panic(err)
}
for k := range %d {
	gonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{
		protocol.MIMEImagePNG: b.Bytes(), protocol.MIMETextPlain: fmt.Sprintf("%d.%%d", k)}})
}
gonbui.Sync()`, displays, i)})
	}
	nb.Cells = cells
	run := mustRun(t, r, nb)
	for _, f := range run.Failures {
		t.Error(f)
	}
	for i, c := range run.Notebook.Cells[1:] {
		if len(c.Images()) != displays {
			t.Errorf("run %d: %d of %d figures arrived", i, len(c.Images()), displays)
		}
		for k, o := range c.Images() {
			if want := fmt.Sprintf("%d.%d", i, k); o.String("text/plain") != want {
				t.Errorf("run %d: figure %d is %q, want %q", i, k, o.String("text/plain"), want)
				break
			}
		}
	}
}

// A notebook from the template runs as it stands, all green, and lacks nothing
// but words.
func TestTemplateRuns(t *testing.T) {
	r := kernelRunner(t)
	nb, err := New(filepath.Join(t.TempDir(), "05_new.ipynb"), "New")
	if err != nil {
		t.Fatal(err)
	}
	run := mustRun(t, r, nb)
	for _, f := range run.Failures {
		t.Error(f)
	}
	if run.Claims != 9 {
		t.Errorf("%d claims are green, want 9", run.Claims)
	}
	for _, f := range (Linter{}).Notebook(run.Notebook) {
		if !strings.Contains(f.What, "words of prose") {
			t.Error(f)
		}
	}
}
