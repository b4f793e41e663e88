// Package nbtest reads, writes, lints, runs and compares the notebooks.
//
// # What a notebook is
//
// A file notebooks/NN_snake_case.ipynb of format 4.5 for the kernel "gonb". It
// is committed executed, in the one form that Clean gives it: no times, no
// paths of a machine, one stream of text a cell, counts 1, 2, 3 ... Read
// explains a file that is none of that; a Linter judges one that is.
//
// # Template
//
// New writes it, and the linter asks for it. Parts are found by their headings;
// a bold opening such as "**Claim.**" counts as one.
//
//	cell 1        "# Title", one equation with its tag, "NN minutes", "Needs:" with
//	              links or "nothing", "You will be able to" with three points
//	first code    the imports, folded away
//	Notation      a table | symbol | meaning |
//	3-6 blocks    Claim (bold, with tag, and what would refute it), Derivation,
//	              code that computes, code that draws with a caption cell
//	              "**Figure NN.k.**" behind it, code with verify.Must or
//	              verify.Errata, Change it
//	the end       Where the source errs, Summary (3-5 points), Exercises (3-5),
//	              In the code, References; last cell tagged "versions"
//
// The notebook's metadata may say {"hopflow": {"kind": "tour"}}. A tour has no
// blocks, no equation in its title, and needs one claim where a derivation
// needs eight; all other rules are the same. There is no exception by name.
//
// Tags of a cell: "exercise", "solution", "versions"; "raises-exception" for one
// that shows how an error looks (it has to fail, and its text is compared);
// "nan-ok" for one whose text has to hold NaN or Inf.
//
// # Exercises
//
// Under the heading "### Exercise k" stand three code cells:
//
//	tag exercise   func half(x float64) float64 { return math.NaN() }
//	tag solution   func half(x float64) float64 { return x / 2 }
//	%test          func TestHalf(t *testing.T) {
//	                   verify.Answer(t, "half of 3", half(3), 1.5, 1e-12)
//	               }
//
// The kernel keeps the last definition of a name, so the committed notebook, run
// from top to bottom, tests the solution and prints "correct". Student takes
// the solution cells out: the test meets the stub, prints "missing" (or, for
// a wrong answer, "not yet, because ..."), and fails. A failing test gives an
// error output and writes "exit status 1" to stderr, a cell that does not
// compile an error output: both are what grading programs score as nothing.
//
// A cell %test, as the kernel has it, runs go test on the Test functions of
// that cell alone, verbosely; the times that it prints are normalised. With
// flags of its own it would run the tests of all earlier cells too, unless one
// of the flags is -test.run=^TestName$; then it prints no names and no times.
// testdata/exercise.ipynb is an example of both.
//
// # Running
//
// A Runner starts run.py, which drives the kernel through nbclient and reports
// each cell as it ends. It ran is not a test: a run fails on an error, on
// anything on stderr, on NaN or Inf without the tag, on a figure that is
// declared (by plotting.Show or a caption) and missing, on a claim that is not
// green, on a kernel that died, on time, and on text without end. The kernel
// ends with the run, also when the Go side is killed: run.py stops it when its
// standard input ends.
package nbtest
