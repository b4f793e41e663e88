package plotting

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A Picture is what Show displays: a *Figure or *Multiples.
type Picture interface {
	// Err returns the first error, or nil.
	Err() error
	// Save writes a .png, .svg or .pdf file.
	Save(file string) error
	paint(c vg.Canvas) error
	card() card
}

// A card is what stands round the drawing.
type card struct {
	width, height int // CSS pixels
	alt, caption  string
}

func (f *Figure) card() card {
	return card{width: f.width, height: f.height, alt: f.alt, caption: f.caption}
}

func (m *Multiples) card() card {
	return card{width: m.width, height: m.height, alt: m.alt, caption: m.caption}
}

func (c card) size() vg.Point {
	return vg.Point{X: vg.Length(c.width) * px, Y: vg.Length(c.height) * px}
}

// page is the card without its margin.
func (c card) page() vg.Rectangle {
	m := vg.Point{X: margin, Y: margin}
	return vg.Rectangle{Min: m, Max: c.size().Sub(m)}
}

func (f *Figure) paint(c vg.Canvas) error {
	p, err := newPanel(f)
	if err != nil {
		return err
	}
	page := f.card().page()
	if err := p.measure(page.Size()); err != nil {
		return err
	}
	if err := p.settle(page); err != nil {
		return err
	}
	blank(c, f.card())
	p.draw(c, page)
	return nil
}

func (m *Multiples) paint(c vg.Canvas) error {
	if err := m.Err(); err != nil {
		return err
	}
	blank(c, m.card())
	return m.draw(c, m.card().page())
}

// blank makes the card white.
func blank(c vg.Canvas, k card) {
	d := draw.NewCanvas(c, k.size().X, k.size().Y)
	d.FillPolygon(white, corners(d.Rectangle))
}

// Save writes the figure to a file: .png with two pixels to a CSS pixel, .svg
// or .pdf.
func (f *Figure) Save(file string) error { return save(f, file) }

// Save writes the panels to a file: .png with two pixels to a CSS pixel, .svg
// or .pdf.
func (m *Multiples) Save(file string) error { return save(m, file) }

func save(p Picture, file string) error {
	var data []byte
	var err error
	switch ext := strings.ToLower(filepath.Ext(file)); ext {
	case ".png":
		data, err = encodePNG(p)
	case ".svg":
		data, err = encodeSVG(p)
	case ".pdf":
		data, err = encodePDF(p)
	default:
		return fmt.Errorf("plotting: %s: a figure is saved as .png, .svg or .pdf, not as %q", file, ext)
	}
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

func newCanvas(k card) *vgimg.Canvas {
	return vgimg.NewWith(vgimg.UseWH(k.size().X, k.size().Y), vgimg.UseDPI(dpi))
}

// rasterize draws at two pixels to a CSS pixel.
func rasterize(p Picture) (image.Image, error) {
	c := newCanvas(p.card())
	if err := p.paint(c); err != nil {
		return nil, err
	}
	return c.Image(), nil
}

func encodePNG(p Picture) ([]byte, error) {
	img, err := rasterize(p)
	if err != nil {
		return nil, err
	}
	if full, ok := img.(*image.RGBA); ok {
		img = reduce(full)
	}
	var b bytes.Buffer
	err = png.Encode(&b, img)
	return b.Bytes(), err
}

// encodeSVG adds the alternative text as the title of the image.
func encodeSVG(p Picture) ([]byte, error) {
	size := p.card().size()
	c := vgsvg.New(size.X, size.Y)
	if err := p.paint(c); err != nil {
		return nil, err
	}
	svg, err := written(c)
	if err != nil || p.card().alt == "" {
		return svg, err
	}
	var title bytes.Buffer
	if err := xml.EscapeText(&title, []byte(p.card().alt)); err != nil {
		return nil, err
	}
	start := bytes.Index(svg, []byte("<svg"))
	end := start + bytes.IndexByte(svg[max(0, start):], '>') + 1
	if start < 0 || end <= start {
		return nil, fmt.Errorf("plotting: the SVG has no root element")
	}
	head := fmt.Sprintf("\n<title>%s</title>", title.String())
	return append(svg[:end:end], append([]byte(head), svg[end:]...)...), nil
}

func encodePDF(p Picture) ([]byte, error) {
	size := p.card().size()
	fpdf.SetDefaultCatalogSort(true) // else two images come in any order
	c := vgpdf.New(size.X, size.Y)
	if err := p.paint(c); err != nil {
		return nil, err
	}
	pdf, err := written(c)
	undate(pdf)
	return pdf, err
}

// undate writes one date over the time of writing, so that a figure has the
// same bytes each time.
func undate(pdf []byte) {
	const epoch = "19700101000000"
	for _, key := range []string{"/CreationDate (D:", "/ModDate (D:"} {
		if i := bytes.Index(pdf, []byte(key)); i >= 0 {
			copy(pdf[i+len(key):], epoch)
		}
	}
}

func written(w io.WriterTo) ([]byte, error) {
	var b bytes.Buffer
	_, err := w.WriteTo(&b)
	return b.Bytes(), err
}
