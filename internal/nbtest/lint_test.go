package nbtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSampleIsClean(t *testing.T) {
	nb := sample(t)
	for _, f := range (Linter{}).Notebook(nb) {
		t.Error(f)
	}
}

// replace changes the source of the cell that holds old.
func replace(old, new string) func(*testing.T, *Notebook) {
	return func(t *testing.T, nb *Notebook) {
		_, c := cellWith(t, nb, old)
		c.Source = strings.Replace(c.Source, old, new, 1)
	}
}

// in changes the cell that holds a text.
func in(text string, change func(*Cell)) func(*testing.T, *Notebook) {
	return func(t *testing.T, nb *Notebook) {
		_, c := cellWith(t, nb, text)
		change(c)
	}
}

const (
	compute1 = "const x1 = 0.3"
	figure1  = "fig := plotting.New"
	check1   = `"HF-1.1a"`
	setup1   = "const gain"
)

func stdout(text string) func(*Cell) {
	return func(c *Cell) { c.Outputs = []*Output{{Type: "stream", Name: "stdout", Text: text}} }
}

// Each rule has a notebook that breaks it, and its message.
var broken = []struct {
	name   string
	change func(*testing.T, *Notebook)
	want   string // part of the one finding that names the rule
}{
	// code
	{"shell", replace("const x1", "!ls\nconst x1"), `gives the order "!ls"`},
	{"env", replace("const x1", "%env A=1\nconst x1"), `gives the order "%env A=1"; take the line out: it changes the kernel`},
	{"reset", replace("const x1", "%reset\nconst x1"), `gives the order "%reset"`},
	{"goflags", replace("const x1", "%goflags -race\nconst x1"), `gives the order "%goflags -race"`},
	{"script", in(compute1, func(c *Cell) { c.Source = "%%script bash\nls" }), `gives the order "%%script bash"; take the line out: the cell is no Go`},
	{"unknown order", replace("const x1", "%magic\nconst x1"), `gives the order "%magic"; take the line out: only %%`},
	{"var call", replace(setup1, "var w = math.Sqrt(2)\n\nconst gain"), "the package-level var w calls a function"},
	{"redefined func", replace("%%\n// Compute", "func gain() float64 { return 2 }\n\n%%\n// Compute"), "redefines the const gain of cell 2"},
	{"redefined answer", replace("func answer2(x float64) float64 { return math.NaN() }", "func answer1(x float64) float64 { return 1 }"), "redefines the func answer1"},
	{"does not parse", replace("const x1", "const const x1"), "line 3 does not parse as Go"},
	{"long func", replace(setup1, "func f() {\n"+strings.Repeat("\tprintln()\n", 11)+"}\n\nconst gain"), "the function f has 11 lines"},
	{"drawing func", replace(setup1, "func draw() { plotting.Show(nil) }\n\nconst gain"), "the function draw draws"},
	{"path", replace("const x1", "_ = \"/data/me/data.csv\"\nconst x1"), "holds the absolute path /data/me/data.csv"},
	{"windows path", replace("const x1", `_ = "C:\\data\\x.csv"`+"\nconst x1"), `holds the absolute path C:\data\x.csv`},
	{"empty cell", in(compute1, func(c *Cell) { c.Source = " " }), "the cell is empty"},
	{"test runs all", replace("%test", "%test -test.v"), "which runs other tests too"},
	{"two tests", replace("%test\n", "%test\nfunc TestMore(t *testing.T) {}\n"), "the %test cell holds 2 tests, not one"},
	// size
	{"long cell", in(setup1, func(c *Cell) { c.Source += strings.Repeat("\n// a line", 20) }), "the cell has 28 lines, and the limit is 25"},
	{"long compute", in(compute1, func(c *Cell) { c.Source += strings.Repeat("\n_ = 1", 14) }), "the compute cell has 18 lines, and the limit is 15"},
	{"median", func(t *testing.T, nb *Notebook) {
		for _, c := range nb.Cells {
			if c.IsCode() {
				c.Source += strings.Repeat("\n// a line", 8)
			}
		}
	}, "the median code cell has"},
	{"few cells", func(t *testing.T, nb *Notebook) {
		i, _ := cellWith(t, nb, compute1)
		nb.Cells = slices.Delete(nb.Cells, i, i+1)
	}, "it has 9 code cells besides the exercises"},
	{"few words", replace(strings.Repeat("\n\nThis is a line of eight words of filler.", 120), ""), "words of prose; between 1200 and 2000"},
	{"many words", in("**Derivation.**", func(c *Cell) { c.Source += strings.Repeat(" word", 900) }), "words of prose; between 1200 and 2000"},
	{"bytes", in("**Derivation.**", func(c *Cell) { c.Source += "\n```\n" + strings.Repeat("x", 1_000_000) + "\n```" }), "bytes, and the limit is 1000000"},
	{"raw cell", func(_ *testing.T, nb *Notebook) {
		nb.Cells = slices.Insert(nb.Cells, 3, &Cell{Type: "raw", ID: "raw", Metadata: map[string]any{}})
	}, "the cell is raw text"},
	// title
	{"no title", replace("# 10 ·", "10 ·"), "the first cell is not the title"},
	{"minutes", replace("30 minutes.", ""), "how many minutes"},
	{"needs", replace("Needs: nothing.", ""), "does not say what the reader needs"},
	{"needs no link", replace("Needs: nothing. (Or link the notebooks to read before, each as a file beside this one.)", "Needs: notebook 09."), `the line "Needs" links no earlier notebook`},
	{"command", replace("$$\\dot x", "$$\\qquadR \\dot x"), `the command \qquadR is not known: $$\qquadR`},
	{"brace", replace("$$\\dot x", "$$\\frac{1}{2 \\dot x"), "a formula has 3 { and 2 }"},
	{"able", replace("You will be able to", "You may"), "lacks \"you will be able to\""},
	{"two points", replace("- explain ... .", ""), `"You will be able to" has 2 points, not 3`},
	{"equation", replace("$$\\dot x", "$\\dot x"), "the title shows no equation"},
	{"title tag", replace("[HF] (1)", "(1)"), "the title cites no source"},
	{"imports shown", in(setup1, func(c *Cell) { delete(c.Metadata, "jupyter") }), "its input is not folded away"},
	{"dead link", replace("Needs: nothing.", "Needs: [Tour](00_nowhere.ipynb)."), "the link to 00_nowhere.ipynb leads nowhere"},
	{"absolute link", replace("Needs: nothing.", "Needs: nothing. See [x](/etc/x.md)."), "the link to /etc/x.md is an absolute path"},
	{"kind", func(_ *testing.T, nb *Notebook) { nb.Metadata["hopflow"] = map[string]any{"kind": "poem"} }, `metadata hopflow.kind is "poem"`},
	// blocks
	{"two blocks", replace("**Claim.**", "**Say.**"), "it has 2 blocks; between 3 and 6"},
	{"bold", replace("**State here what is true, in one bold sentence:**", "State here what is true."), "the claim has no bold statement"},
	{"claim tag", replace("bold sentence:** [HF] (1).", "bold sentence.**"), "the claim cites no source"},
	{"refuted", replace("It would be refuted by a number that differs: say which.", ""), "does not say what would refute it"},
	{"derivation", replace("**Derivation.**", "Steps."), "the block has no derivation"},
	{"long derivation", in("**Derivation.**", func(c *Cell) { c.Source += strings.Repeat("\n\n$$x=x$$", 9) }), "the derivation has 11 display lines"},
	{"aligned derivation", in("**Derivation.**", func(c *Cell) {
		c.Source += "\n\n$$\\begin{aligned}" + strings.Repeat("x&=x\\\\\n", 9) + "\\end{aligned}$$"
	}), "display lines, and the limit is 10"},
	{"change it", replace("**Change it.**", "Now."), `the block has no "change it"`},
	{"no check", in(check1, func(c *Cell) { c.Source = "%%\nfmt.Println(1)" }), "the block checks nothing"},
	{"no figure", func(t *testing.T, nb *Notebook) {
		i, _ := cellWith(t, nb, figure1)
		nb.Cells[i] = &Cell{ID: "other", Type: "code", Source: "%%\nprintln()", Count: 3, Metadata: map[string]any{}}
		nb.Cells[i+1].Source = "No caption."
	}, "the block has no figure"},
	{"no compute", in(compute1, func(c *Cell) { c.Source = "%%\nverify.Must()" }), "the block computes nothing"},
	{"few claims", in(check1, stdout("✓ claim HF-1.1a  a  got 1\n")), "it has 7 claims, and at least 8"},
	{"claim twice", in(`"HF-1.2a"`, stdout("✓ claim HF-1.1a  a  got 1\n")), "the claim HF-1.1a stands in cell"},
	{"red claim", in(check1, stdout("✗ claim HF-1.1a  a  got 1\n")), "the claim HF-1.1a is not green"},
	{"tour needs a claim", func(t *testing.T, nb *Notebook) {
		nb.Metadata["hopflow"] = map[string]any{"kind": KindTour}
		for _, c := range nb.Cells {
			if isCheck(c.Source) {
				c.Source, c.Outputs = "%%\nprintln()", nil
			}
		}
	}, "it has 0 claims, and at least 1"},
	// end
	{"summary", replace("## Summary", "## Done"), `the part "summary" is missing`},
	{"summary points", replace("- What surprised.\n- What it is good for.", ""), "the summary has 1 points"},
	{"in the code", replace("## In the code", "## Code"), `the part "in the code" is missing`},
	{"references", replace("## References", "## Books"), `the part "references" is missing`},
	{"errs", replace("## Where the source errs", "## Errata"), `the part "where the source errs" is missing`},
	{"empty part", in("## References", func(c *Cell) { c.Source, _, _ = strings.Cut(c.Source, "- [HF]") }), `the part "references" is empty`},
	{"footer", func(_ *testing.T, nb *Notebook) { nb.Cells = nb.Cells[:len(nb.Cells)-1] }, "the last cell is not the version footer"},
	{"notation", replace("## Notation", "## Letters"), "the notation table is missing"},
	{"two meanings", replace("| $E$ | energy |", "| $x$ | energy |"), `the symbol $x$ has two meanings: "state" and "energy"`},
	{"no meaning", replace("| $E$ | energy |", "| $E$ | |"), "has an empty field in the row of \"$E$\""},
	// exercises
	{"two exercises", replace("### Exercise 3", "### Task 3"), "it has 2 exercises"},
	{"no solution", in("func answer2(x float64) float64 { return gain", func(c *Cell) { c.Metadata = map[string]any{} }), "Exercise 2 has the cells (stub, test), not (stub, solution, test)"},
	{"solution shown", in("func answer2(x float64) float64 { return gain", func(c *Cell) { delete(c.Metadata, "jupyter") }), "the solution is not folded away"},
	{"stray solution", in(setup1, func(c *Cell) { c.Metadata["tags"] = []any{TagSolution} }), "a solution stands outside the exercises"},
	// figures
	{"no caption", replace("**Figure 10.1.** Say", "Say"), "the figure has no caption"},
	{"caption number", replace("**Figure 10.1.**", "**Figure 10.7.**"), `the caption starts "**Figure 10.7.**"; start it **Figure 10.1.**`},
	{"short caption", replace("Say what to look at, and what one would see if the claim were wrong.", "A parabola."), "the caption says next to nothing"},
	{"stray caption", replace("**Derivation.**", "**Figure 10.9.**"), "a caption stands behind no figure"},
	{"lost figure", in(figure1, func(c *Cell) { c.Outputs = nil }), "the figure is missing from the outputs"},
	{"two figures", in(figure1, func(c *Cell) { c.Outputs = append(c.Outputs, c.Outputs[0]) }), "the cell draws 2 figures"},
	{"no alt", in(figure1, func(c *Cell) {
		c.Outputs[0].Metadata = map[string]any{"image/png": map[string]any{"width": json.Number("48"), "height": json.Number("32")}}
	}), "the figure has no alt text"},
	{"short alt", in(figure1, func(c *Cell) { c.Outputs[0].Metadata["image/png"].(map[string]any)["alt"] = "a line" }), "the alt text has 6 characters"},
	{"plain text", in(figure1, func(c *Cell) { c.Outputs[0].Data["text/plain"] = "other" }), "text/plain of the figure is not its alt text"},
	{"density", in(figure1, func(c *Cell) {
		c.Outputs[0].Metadata["image/png"].(map[string]any)["width"] = json.Number("96")
	}), "the figure has 96 x 64 pixels and is shown at 96 x 32"},
	{"no png", in(figure1, func(c *Cell) { c.Outputs[0].Data["image/png"] = "AAAA" }), "the figure is no PNG"},
	{"many figures", func(t *testing.T, nb *Notebook) {
		i, c := cellWith(t, nb, figure1)
		for range 6 {
			nb.Cells = slices.Insert(nb.Cells, i, c)
		}
	}, "it has 9 figures, and the limit is 8"},
	// outputs
	{"not run", in(compute1, func(c *Cell) { c.Count, c.Outputs = 0, nil }), "the cell was not run"},
	{"counts", in(compute1, func(c *Cell) { c.Count = 7 }), "the execution count is 7, and in order it is 2"},
	{"stderr", in(compute1, func(c *Cell) { c.Outputs = append(c.Outputs, &Output{Type: "stream", Name: "stderr", Text: "oh\n"}) }), "the cell wrote to stderr: oh"},
	{"error", in(compute1, func(c *Cell) { c.Outputs = append(c.Outputs, &Output{Type: "error", EValue: "exit status 2"}) }), "the output is an error: exit status 2"},
	{"raises nothing", in(compute1, func(c *Cell) { c.Metadata["tags"] = []any{TagRaises} }), "and holds no error"},
	{"nan", in(compute1, stdout("x = NaN\n")), "the output holds NaN"},
	{"inf", in(compute1, stdout("x = -Inf\n")), "the output holds -Inf"},
	{"output path", in(compute1, stdout("read /data/me/x.csv\n")), "the output holds the absolute path /data/me/x.csv"},
	{"path in a shown error", in(compute1, func(c *Cell) {
		c.Metadata["tags"] = []any{TagRaises}
		c.Outputs = []*Output{{Type: "stream", Name: "stderr", Text: "panic\n\t/data/me/x.go:3\n"}, {Type: "error", EValue: "exit status 2"}}
	}), "the output holds the absolute path /data/me/x.go"},
	{"script output", in(compute1, func(c *Cell) {
		c.Outputs = append(c.Outputs, &Output{Type: "display_data", Data: map[string]any{"application/javascript": "x"}})
	}), "the output is a script"},
	{"html script", in(figure1, func(c *Cell) { c.Outputs[0].Data["text/html"] = "<script>x</script>" }), "HTML with a script"},
	{"html alone", in(compute1, func(c *Cell) {
		c.Outputs = append(c.Outputs, &Output{Type: "display_data", Data: map[string]any{"text/html": "<b>x</b>"}})
	}), "HTML is the only carrier"},
	{"svg", in(figure1, func(c *Cell) { c.Outputs[0].Data["image/svg+xml"] = "<svg/>" }), "the output holds SVG"},
	{"no verdict", in(check1, stdout("all is well\n")), "no verdict is among its outputs"},
	{"no text", in(compute1, func(c *Cell) { c.Outputs = nil }), "the cell prints, and no text is among its outputs"},
}

func TestLintFindings(t *testing.T) {
	for _, b := range broken {
		t.Run(b.name, func(t *testing.T) {
			nb := sample(t)
			b.change(t, nb)
			for _, f := range (Linter{}).Notebook(nb) {
				if strings.Contains(f.String(), b.want) {
					if f.Remedy == "" || !strings.HasPrefix(f.Where, nb.Path) || f.Cell >= 0 && !strings.Contains(f.Where, ": cell ") {
						t.Errorf("the finding lacks file, cell or remedy: %+v", f)
					}
					return
				}
			}
			t.Errorf("no finding says %q; found %v", b.want, (Linter{}).Notebook(nb))
		})
	}
}

// What looks like a fault and is none.
func TestLintAllows(t *testing.T) {
	for name, change := range map[string]func(*testing.T, *Notebook){
		"tour without blocks": func(t *testing.T, nb *Notebook) {
			nb.Metadata["hopflow"] = map[string]any{"kind": KindTour}
			for _, c := range nb.Cells {
				c.Source = strings.NewReplacer("**Claim.**", "**Look.**", "$$\\dot x=-K\\,\\nabla E\\qquad\\text{[HF] (1)}$$", "").Replace(c.Source)
			}
		},
		"var without call": replace(setup1, "var (\n\tn = len(\"x\")\n\tx = []float64{1, float64(2)}\n\tf = func() float64 { return math.Sqrt(2) }\n)\n\nconst gain"),
		"nan with tag": in(compute1, func(c *Cell) {
			stdout("x = NaN\n")(c)
			c.Metadata["tags"] = []any{TagNaN}
		}),
		"words like Inf":   in(compute1, stdout("Infinity norm of a NaNo tube, Info\n")),
		"fractions":        in(compute1, stdout("1/2, and/or, 3/4/5, https://example.org/a/b\n")),
		"flags":            replace("%%\n// Compute", "%% -n=3\n// Compute"),
		"main twice":       replace("const x1", "_ = func() { main := 1; _ = main }\nconst x1"),
		"quiet test":       replace("%test\n", "%test -test.run=^TestAnswer1$\n"),
		"html beside":      in(figure1, func(c *Cell) { c.Outputs[0].Data["text/html"] = "<input type=range oninput='show(1)'>" }),
		"link to a place":  replace("Needs: nothing.", "Needs: nothing. See [below](#summary) and [there](https://example.org)."),
		"alt of the whole": in(figure1, func(c *Cell) { c.Outputs[0].Metadata["alt"] = c.Outputs[0].Alt() }),
	} {
		t.Run(name, func(t *testing.T) {
			nb := sample(t)
			change(t, nb)
			for _, f := range (Linter{}).Notebook(nb) {
				t.Error(f)
			}
		})
	}
}

func TestVersionFooter(t *testing.T) {
	root := t.TempDir()
	mod := "module m\n\ngo 1.26\n\nrequire (\n\tgithub.com/janpfeifer/gonb v0.11.4\n\tgonum.org/v1/gonum v0.17.0\n\tgonum.org/v1/plot v0.16.0\n)\n"
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte(mod), 0o600); err != nil {
		t.Fatal(err)
	}
	versions, err := Versions(root)
	if want := "*Versions: Go 1.26, gonum v0.17.0, gonum/plot v0.16.0, GoNB v0.11.4.*"; err != nil || versions != want {
		t.Fatalf("%q, %v; want %q", versions, err, want)
	}
	nb := sample(t)
	if f := (Linter{versions}).Notebook(nb); len(f) != 1 || !strings.Contains(f[0].What, "the version footer differs from go.mod") {
		t.Errorf("an old footer: %v", f)
	}
	Clean(nb, versions)
	if f := (Linter{versions}).Notebook(nb); len(f) != 0 {
		t.Errorf("the cleaned footer: %v", f)
	}
}

func TestSymbolsAcrossNotebooks(t *testing.T) {
	a, b := sample(t), sample(t)
	lists := (Linter{}).All([]*Notebook{a, b})
	if len(lists[0])+len(lists[1]) != 0 {
		t.Fatalf("the same table twice: %v", lists)
	}
	replace("| $E$ | energy |", "| $E$ | an Energy, in nats |")(t, b)
	if lists = (Linter{}).All([]*Notebook{a, b}); len(lists[1]) != 0 {
		t.Errorf("a remark behind the meaning: %v", lists[1])
	}
	replace("| $E$ | an Energy, in nats |", "| $E$ | expectation |")(t, b)
	lists = (Linter{}).All([]*Notebook{a, b})
	if len(lists[0]) != 0 || len(lists[1]) != 1 || !strings.Contains(lists[1][0].What, `the symbol $E$ means "expectation" here and "energy" in`) {
		t.Errorf("two meanings: %v", lists)
	}
}
