package nbtest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	_ "image/png" // figures are PNG
	"regexp"
	"strings"
	"unicode/utf8"
)

var captionStart = regexp.MustCompile(`^\*\*Figure (\d+)\.(\d+)\.\*\*`)

// lintFigures checks the figures: one a cell, at twice the pixels, with a text
// for who cannot see it and a caption right behind.
func (r *report) lintFigures() {
	k := 0
	for i, c := range r.nb.Cells {
		if c.IsMarkdown() && captionStart.MatchString(c.Source) && (i == 0 || len(r.nb.Cells[i-1].Images()) == 0 && !r.nb.FigureExpected(i-1)) {
			r.add(i, "put the caption right behind the cell that draws", "a caption stands behind no figure")
		}
		if !c.IsCode() {
			continue
		}
		images := c.Images()
		switch {
		case len(images) > 1:
			r.add(i, "one figure a cell, small multiples in one image", "the cell draws %d figures", len(images))
		case len(images) == 0 && r.nb.FigureExpected(i) && c.Count > 0:
			r.add(i, "go tool nb run "+r.nb.Name(), "the figure is missing from the outputs")
		}
		if len(images) == 0 && !r.nb.FigureExpected(i) {
			continue
		}
		k++
		r.lintCaption(i, k)
		for _, o := range images {
			r.lintImage(i, o)
		}
	}
	if k > maxFigures {
		r.add(-1, "draw fewer; small multiples are one figure", "it has %d figures, and the limit is %d", k, maxFigures)
	}
}

func (r *report) lintCaption(i, k int) {
	want := fmt.Sprintf("**Figure %s.%d.**", r.nb.Number(), k)
	if !r.nb.captioned(i) {
		r.add(i, "add a Markdown cell behind it that starts "+want, "the figure has no caption")
		return
	}
	caption := r.nb.Cells[i+1].Source
	if rest, ok := strings.CutPrefix(caption, want); !ok {
		r.add(i+1, "start it "+want, "the caption starts %q", captionStart.FindString(caption))
	} else if proseWords(rest) < 8 {
		r.add(i+1, "say what to look at and what would be wrong", "the caption says next to nothing")
	}
}

func (r *report) lintImage(i int, o *Output) {
	const how = "give plotting.Show's figure an alt text: type, axes, range, the point"
	alt := o.Alt()
	switch n := utf8.RuneCountInString(alt); {
	case n == 0:
		r.add(i, how, "the figure has no alt text")
	case n < minAlt || n > maxAlt:
		r.add(i, how, "the alt text has %d characters; between %d and %d are asked for", n, minAlt, maxAlt)
	case strings.TrimSpace(o.String("text/plain")) != strings.TrimSpace(alt):
		r.add(i, "send the alt text as text/plain too", "text/plain of the figure is not its alt text")
	}
	img, err := decodeImage(o)
	if err != nil {
		r.add(i, "go tool nb run "+r.nb.Name(), "the figure is no PNG: %v", err)
		return
	}
	w, h, ok := cssSize(o)
	if size := img.Bounds().Size(); !ok || size.X != 2*w || size.Y != 2*h {
		r.add(i, "draw at 192 dpi and send width and height in CSS pixels as metadata", "the figure has %d x %d pixels and is shown at %d x %d, not at half of it", size.X, size.Y, w, h)
	}
}

// cssSize is the size that the figure is shown at.
func cssSize(o *Output) (w, h int, ok bool) {
	m, _ := o.Metadata["image/png"].(map[string]any)
	w, okW := whole(m["width"])
	h, okH := whole(m["height"])
	return w, h, okW && okH
}

func whole(v any) (int, bool) {
	switch v := v.(type) {
	case json.Number:
		n, err := v.Int64()
		return int(n), err == nil
	case int:
		return v, true
	case float64:
		return int(v), v == float64(int(v))
	}
	return 0, false
}

func decodeImage(o *Output) (image.Image, error) {
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(o.String("image/png")), ""))
	if err != nil {
		return nil, err
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	return img, err
}
