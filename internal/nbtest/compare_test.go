package nbtest

import (
	"image"
	"os"
	"strings"
	"testing"
)

func TestCompareFinds(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*testing.T, *Notebook)
		want   string // part of the report, "" for no difference
	}{
		{"nothing", func(*testing.T, *Notebook) {}, ""},
		{"a number", in(check1, func(c *Cell) { c.Outputs[0].Text = strings.Replace(c.Outputs[0].Text, "got 1", "got 2", 1) }),
			"-✓ claim HF-1.1a  a statement  got 1  want 1  error ≤ 1e-15  tol 1e-12\n+✓ claim HF-1.1a  a statement  got 2"},
		{"lost text", in(compute1, func(c *Cell) { c.Outputs = nil }), "stdout differs from what is committed\n--- committed\n+++ this run\n@@ -1 +1 @@\n-E(0.3) = 0.031500"},
		{"no line end", in(compute1, stdout("E(0.3) = 0.031500")), "+E(0.3) = 0.031500 (no line end)"},
		{"stderr", in(compute1, func(c *Cell) { c.Outputs = append(c.Outputs, &Output{Type: "stream", Name: "stderr", Text: "oh\n"}) }), "stderr differs"},
		{"chunks", in(compute1, func(c *Cell) {
			c.Outputs = []*Output{{Type: "stream", Name: "stdout", Text: "E(0.3) "}, {Type: "stream", Name: "stdout", Text: "= 0.031500\n"}}
		}), ""},
		{"a pixel", in(figure1, func(c *Cell) { c.Outputs[0].Data["image/png"] = dotted(40, 7, 200) }), "differs from the committed one in 2 of 6144 pixels, first at (0, 0), by up to 255"},
		{"lost figure", in(figure1, func(c *Cell) { c.Outputs = nil }), `a figure ("A parabola of the energy E`},
		{"extra figure", in(figure1, func(c *Cell) { c.Outputs = append(c.Outputs, c.Outputs[0]) }), "was shown now and is not committed"},
		{"size", in(figure1, func(c *Cell) { c.Outputs[0].Data["image/png"] = encode(image.NewRGBA(image.Rect(0, 0, 95, 64))) }), "the figure has (95,64) pixels, and (96,64) are committed"},
		{"css size", in(figure1, func(c *Cell) { c.Outputs[0].Metadata["image/png"].(map[string]any)["width"] = 47 }), "the figure is shown at 47 x 32, and 48 x 32 is committed"},
		{"alt", in(figure1, func(c *Cell) { c.Outputs[0].Metadata["image/png"].(map[string]any)["alt"] = "other" }), "the alt text differs"},
		{"plain text", in(figure1, func(c *Cell) { c.Outputs[0].Data["text/plain"] = "other" }), "text/plain differs"},
		{"other type", in(figure1, func(c *Cell) { c.Outputs[0].Data["text/html"] = "x" }), "display 1 has image/png, text/html, text/plain, and image/png, text/plain is committed"},
		{"broken png", in(figure1, func(c *Cell) { c.Outputs[0].Data["image/png"] = "AAAA" }), "the figure is no PNG"},
		{"other cells", func(_ *testing.T, nb *Notebook) { nb.Cells = nb.Cells[1:] }, "cells, run with"},
	} {
		t.Run(c.name, func(t *testing.T) {
			committed, got := sample(t), sample(t)
			c.change(t, got)
			list := Compare(committed, got)
			if c.want == "" {
				if len(list) > 0 {
					t.Errorf("found %v", list)
				}
				return
			}
			if len(list) != 1 || !strings.Contains(list[0].String(), c.want) || !strings.HasPrefix(list[0].Where, committed.Path) {
				t.Errorf("found %v, want one with %q", list, c.want)
			}
		})
	}
}

func TestCompareUnrun(t *testing.T) {
	committed, got := sample(t), sample(t)
	in(compute1, func(c *Cell) { c.Count, c.Outputs = 0, nil })(t, committed)
	if list := Compare(committed, got); len(list) != 1 || list[0].What != "it was committed without being run" {
		t.Errorf("found %v", list)
	}
}

// A shade is no difference, more than a shade is one, in a single pixel.
func TestPixelTolerance(t *testing.T) {
	base := &Output{Data: map[string]any{"image/png": dotted(5, 6, 100)}}
	a, err := decodeImage(base)
	if err != nil {
		t.Fatal(err)
	}
	for shade, off := range map[uint8]int{100: 0, 100 + maxChannel: 0, 100 - maxChannel: 0, 101 + maxChannel: 1, 0: 1} {
		b, err := decodeImage(&Output{Data: map[string]any{"image/png": dotted(5, 6, shade)}})
		if err != nil {
			t.Fatal(err)
		}
		p := comparePixels(a, b)
		if p.off != off || off == 1 && p.first != image.Pt(5, 6) {
			t.Errorf("shade %d: %+v, want %d pixels off", shade, p, off)
		}
	}
}

func TestUnifiedDiff(t *testing.T) {
	a := "1\n2\n3\n4\n5\n6\n7\n8\n9\n"
	b := "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n"
	want := "--- a\n+++ b\n@@ -3 +3 @@\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n 9\n+10\n"
	if got := unifiedDiff(a, b, "a", "b"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	far := "1\n2\n3\n4\n5\n6\n7\n8\nnine\n"
	if got := unifiedDiff("one"+a[1:], far, "a", "b"); !strings.Contains(got, "@@ -1 +1 @@\n-one\n+1\n 2\n 3\n@@ -7 +7 @@\n 7\n 8\n-9\n+nine\n") {
		t.Errorf("two places:\n%s", got)
	}
	long := strings.Repeat("x\n", 3000)
	if got := unifiedDiff("a\n"+long+"b\n", "c\n"+strings.Repeat("y\n", 3000)+"b\n", "a", "b"); !strings.Contains(got, "-a\n") || !strings.Contains(got, "+c\n") {
		t.Error("texts too long for the table are not shown as replaced")
	}
}

func TestErrorPointersAreNoDifference(t *testing.T) {
	a := read(t, "testdata/shows_an_error.ipynb")
	b := read(t, "testdata/shows_an_error.ipynb")
	s := b.Cells[1].Outputs[0]
	s.Text = strings.Replace(s.Text, " [[ Cell [2] Line 2 ]] ", "", 1)
	if s.Text == a.Cells[1].Outputs[0].Text {
		t.Fatal("the example has lost its pointer to the cell")
	}
	if list := Compare(a, b); len(list) > 0 {
		t.Errorf("found %v", list)
	}
	s.Text = strings.Replace(s.Text, "on purpose", "by chance", 1)
	if list := Compare(a, b); len(list) != 1 {
		t.Errorf("another panic: found %v", list)
	}
}

func TestExamplesHoldNoMachinePath(t *testing.T) {
	for _, name := range []string{"exercise", "shows_an_error"} {
		data, err := os.ReadFile("testdata/" + name + ".ipynb")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []string{os.TempDir() + "/", "gonb_", `\u001b`} {
			if strings.Contains(string(data), m) {
				t.Errorf("%s holds %q", name, m)
			}
		}
	}
}

func TestCompareWords(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*testing.T, *Notebook)
		want   string
	}{
		{"nothing", func(*testing.T, *Notebook) {}, ""},
		{"other digits", in(check1, func(c *Cell) {
			c.Outputs[0].Text = strings.Replace(c.Outputs[0].Text, "got 1  want 1  error ≤ 1e-15", "got 0.99999999  want 1  error ≤ 1e-8", 1)
		}), ""},
		{"a verdict", in(check1, func(c *Cell) { c.Outputs[0].Text = strings.Replace(c.Outputs[0].Text, "✓", "✗", 1) }), "-✓ claim"},
		{"a word", in(compute1, stdout("F(0.3) = 0.031500\n")), "-E(0.3)"},
		{"a number lost", in(compute1, stdout("E(0.3) = NaN\n")), "+E(0.3) = NaN"},
		{"pixels", in(figure1, func(c *Cell) { c.Outputs[0].Data["image/png"] = dotted(40, 7, 200) }), ""},
		{"size", in(figure1, func(c *Cell) { c.Outputs[0].Data["image/png"] = encode(image.NewRGBA(image.Rect(0, 0, 95, 64))) }), "the figure has (95,64) pixels"},
		{"lost figure", in(figure1, func(c *Cell) { c.Outputs = nil }), "was not shown now"},
		{"alt", in(figure1, func(c *Cell) { c.Outputs[0].Metadata["image/png"].(map[string]any)["alt"] = "other" }), "the alt text differs"},
	} {
		committed, got := sample(t), sample(t)
		c.change(t, got)
		list := CompareWords(committed, got)
		if c.want == "" && len(list) > 0 || c.want != "" && (len(list) != 1 || !strings.Contains(list[0].String(), c.want)) {
			t.Errorf("%s: found %v, want %q", c.name, list, c.want)
		}
	}
	for _, pair := range [][2]string{
		{"order  -0.98 \u00b1 2e-3\n  got 5", "order 1.2 \u00b1 1e-12 got  +14"},
		{"| 1 |  2.5 |\n", "| 10 | 2.45 |\n"},
		{"error ≤ 10⁻¹²", "error ≤ 10⁻⁹"},
	} {
		if a, b := words(pair[0]), words(pair[1]); a != b {
			t.Errorf("%q and %q", a, b)
		}
	}
}
