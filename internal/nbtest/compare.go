package nbtest

import (
	"fmt"
	"image"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// maxChannel is how far a colour channel of a pixel may be off, of 255. Another
// processor rounds the edge of a line a shade lighter or darker; a line that
// moved by a fraction of a pixel is off by more.
const maxChannel = 12

// A Difference is one place where a run does not give what is committed.
type Difference struct {
	Where string // file, cell, prompt
	Cell  int    // from 0; -1 for the whole file
	What  string
	Diff  string // a unified diff; "" where What says it all
}

// String is the whole report, in several lines.
func (d Difference) String() string {
	if d.Diff == "" {
		return d.Where + ": " + d.What
	}
	return d.Where + ": " + d.What + "\n" + strings.TrimRight(d.Diff, "\n")
}

// Compare lists where the outputs of a run differ from those committed. Text
// has to be the same to the letter, figures the same in size, alt text and, to
// a shade, in each pixel. The notebooks are compared as Clean leaves them.
func Compare(committed, got *Notebook) []Difference {
	return comparison{nb: committed}.of(got)
}

// CompareWords is Compare where the last digits are others: on arm64, say, Go fuses
// multiplications with additions, and a committed notebook was run on amd64. Verdicts
// and all other words have to be the same, and figures have to be there in the same
// size with the same alt text. Numbers, spaces and pixels are not compared.
func CompareWords(committed, got *Notebook) []Difference {
	return comparison{nb: committed, words: true}.of(got)
}

type comparison struct {
	nb    *Notebook
	words bool // not the numbers
	list  []Difference
}

func (c comparison) of(got *Notebook) []Difference {
	committed := c.nb
	if len(committed.Cells) != len(got.Cells) {
		return []Difference{{committed.Path, -1, fmt.Sprintf("committed with %d cells, run with %d", len(committed.Cells), len(got.Cells)), ""}}
	}
	for i, want := range committed.Cells {
		if want.IsCode() {
			c.cell(i, want, got.Cells[i])
		}
	}
	return c.list
}

func (c *comparison) add(i int, diff, format string, args ...any) {
	c.list = append(c.list, Difference{c.nb.Where(i), i, fmt.Sprintf(format, args...), diff})
}

func (c *comparison) cell(i int, want, got *Cell) {
	if want.Count == 0 && got.Count > 0 {
		c.add(i, "", "it was committed without being run")
		return
	}
	for _, name := range []string{"stdout", "stderr"} {
		c.text(i, name, stable(want.Stream(name)), stable(got.Stream(name)))
	}
	c.text(i, "the error", errorText(want), errorText(got))
	w, g := displays(want), displays(got)
	for k := range min(len(w), len(g)) {
		c.display(i, k, w[k], g[k])
	}
	for _, o := range w[min(len(w), len(g)):] {
		c.add(i, "", "%s is committed and was not shown now", describe(o))
	}
	for _, o := range g[min(len(w), len(g)):] {
		c.add(i, "", "%s was shown now and is not committed", describe(o))
	}
}

func (c *comparison) text(i int, what, want, got string) {
	if want != got && !(c.words && words(want) == words(got)) {
		c.add(i, unifiedDiff(want, got, "committed", "this run"), "%s differs from what is committed", what)
	}
}

var (
	number = regexp.MustCompile(`[-−+]?[0-9][0-9.,]*(?:e[-+]?[0-9]+)?|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+`)
	spaces = regexp.MustCompile(`[\s|]+`) // and the lines of tables, which numbers make longer
)

// words returns a text without what other digits may change.
func words(s string) string {
	return strings.TrimSpace(spaces.ReplaceAllString(number.ReplaceAllString(s, "#"), " "))
}

// The kernel points from a stack to the cell, except where a piece of the text
// ends inside the file's name: whether it does depends on the pipe.
var cellPointer = regexp.MustCompile(` \[\[ Cell (?:\[\d+\] )?Line \d+ \]\] `)

func stable(s string) string { return cellPointer.ReplaceAllString(normalise(s), "") }

func errorText(c *Cell) string {
	e := c.Err()
	if e == nil {
		return ""
	}
	return kernelText(e.EName + ": " + e.EValue + "\n" + strings.Join(e.Traceback, "\n"))
}

func displays(c *Cell) []*Output {
	var list []*Output
	for _, o := range c.Outputs {
		if o.Data != nil {
			list = append(list, o)
		}
	}
	return list
}

func describe(o *Output) string {
	if _, ok := o.Data["image/png"]; ok {
		return fmt.Sprintf("a figure (%.60q)", o.Alt())
	}
	return "an output (" + strings.Join(slices.Sorted(maps.Keys(o.Data)), ", ") + ")"
}

// display compares the k-th display of a cell.
func (c *comparison) display(i, k int, want, got *Output) {
	w, g := slices.Sorted(maps.Keys(want.Data)), slices.Sorted(maps.Keys(got.Data))
	if !slices.Equal(w, g) {
		c.add(i, "", "display %d has %s, and %s is committed", k+1, strings.Join(g, ", "), strings.Join(w, ", "))
		return
	}
	for _, mime := range w {
		switch {
		case mime == "image/png":
			c.image(i, want, got)
		case !reflect.DeepEqual(want.Data[mime], got.Data[mime]):
			c.text(i, mime, stable(fmt.Sprint(want.Data[mime])), stable(fmt.Sprint(got.Data[mime])))
		}
	}
	c.metadata(i, want, got)
}

// metadata compares what says how an output is shown.
func (c *comparison) metadata(i int, want, got *Output) {
	ww, wh, wok := cssSize(want)
	gw, gh, gok := cssSize(got)
	if ww != gw || wh != gh || wok != gok {
		c.add(i, "", "the figure is shown at %d x %d, and %d x %d is committed", gw, gh, ww, wh)
	}
	if want.Alt() != got.Alt() {
		c.add(i, unifiedDiff(want.Alt()+"\n", got.Alt()+"\n", "committed", "this run"), "the alt text differs from what is committed")
	}
}

func (c *comparison) image(i int, want, got *Output) {
	if want.String("image/png") == got.String("image/png") {
		return
	}
	w, err := decodeImage(want)
	if err != nil {
		c.add(i, "", "the committed figure is no PNG: %v", err)
		return
	}
	g, err := decodeImage(got)
	if err != nil {
		c.add(i, "", "the figure is no PNG: %v", err)
		return
	}
	if w.Bounds().Size() != g.Bounds().Size() {
		c.add(i, "", "the figure has %v pixels, and %v are committed", g.Bounds().Size(), w.Bounds().Size())
		return
	}
	if c.words {
		return
	}
	if p := comparePixels(w, g); p.off > 0 {
		c.add(i, "", "the figure differs from the committed one in %d of %d pixels, first at (%d, %d), by up to %d of 255 (%d are allowed)",
			p.off, p.all, p.first.X, p.first.Y, p.most, maxChannel)
	}
}

// pixels tells two images of one size apart.
type pixels struct {
	all, off int
	first    image.Point
	most     int
}

func comparePixels(a, b image.Image) pixels {
	size, origin, other := a.Bounds().Size(), a.Bounds().Min, b.Bounds().Min
	p := pixels{all: size.X * size.Y}
	for y := range size.Y {
		for x := range size.X {
			d := channelDistance(a, b, origin.Add(image.Pt(x, y)), other.Add(image.Pt(x, y)))
			p.most = max(p.most, d)
			if d > maxChannel {
				if p.off == 0 {
					p.first = image.Pt(x, y)
				}
				p.off++
			}
		}
	}
	return p
}

// channelDistance is the largest difference of a channel, of 255.
func channelDistance(a, b image.Image, pa, pb image.Point) int {
	r1, g1, b1, a1 := a.At(pa.X, pa.Y).RGBA()
	r2, g2, b2, a2 := b.At(pb.X, pb.Y).RGBA()
	most := 0
	for _, pair := range [][2]uint32{{r1, r2}, {g1, g2}, {b1, b2}, {a1, a2}} {
		most = max(most, int(max(pair[0], pair[1])-min(pair[0], pair[1]))/257)
	}
	return most
}
