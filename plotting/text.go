package plotting

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// An anchor says which point of a text lies at the given place: 0 is left or
// bottom (the baseline), 0.5 the middle, 1 right or top.
type anchor struct{ x, y float64 }

// haloWidth is the white rim on both sides together.
const haloWidth = 4.5 * px

// A placement is where and how a text is drawn.
type placement struct {
	at    vg.Point
	angle float64 // radians, counterclockwise
	anchor
	halo bool // a white rim, for text over data
}

// paintText draws a typeset line.
func paintText(c vg.Canvas, l *textLine, p placement, col color.Color) {
	t := rotation(p.at, p.angle, vg.Point{
		X: -vg.Length(p.anchor.x) * l.width,
		Y: -vg.Length(p.anchor.y) * l.ascent,
	})
	outline := transform(l.outline, t)
	c.SetLineDash(nil, 0)
	if p.halo {
		c.SetColor(haloC)
		c.SetLineWidth(haloWidth)
		c.Stroke(outline)
		for _, s := range l.strokes {
			c.SetLineWidth(s.width + haloWidth)
			c.Stroke(transform(s.path, t))
		}
	}
	c.SetColor(col)
	c.Fill(outline)
	for _, s := range l.strokes {
		c.SetLineWidth(s.width)
		c.Stroke(transform(s.path, t))
	}
}

// rotation moves by off, turns by angle and moves to at.
func rotation(at vg.Point, angle float64, off vg.Point) func(vg.Point) vg.Point {
	s, k := math.Sincos(angle)
	sin, cos := vg.Length(s), vg.Length(k)
	return func(p vg.Point) vg.Point {
		p = p.Add(off)
		return vg.Point{X: at.X + cos*p.X - sin*p.Y, Y: at.Y + sin*p.X + cos*p.Y}
	}
}

func transform(path vg.Path, t func(vg.Point) vg.Point) vg.Path {
	out := make(vg.Path, len(path))
	for i, comp := range path {
		comp.Pos = t(comp.Pos)
		if n := len(comp.Control); n > 0 {
			control := make([]vg.Point, n)
			for k, q := range comp.Control {
				control[k] = t(q)
			}
			comp.Control = control
		}
		out[i] = comp
	}
	return out
}

// A note is a text at a point of the data.
type note struct {
	x, y float64
	text string
	line *textLine
}

// Text writes s beside the point (x, y), on the side where it covers the least;
// above and to the right if all are free. The text has a white rim, so it stays
// readable over lines and maps.
func (f *Figure) Text(x, y float64, s string) *Figure {
	f.add(&note{x: x, y: y, text: s})
	return f
}

func (n *note) check(f *Figure) (err error) {
	p := points{x: []float64{n.x}, y: []float64{n.y}}
	if err := p.check(n.what(), f, false); err != nil {
		return err
	}
	n.line, err = typeset(n.text, noteSize, false)
	return err
}

func (n *note) what() string { return "the text " + quote(n.text) }

func (n *note) extent(*Figure) extent { return extent{n.x, n.x, n.y, n.y} }

func (n *note) draw(s *surface) {
	at := s.point(n.x, n.y)
	if !s.Contains(at) {
		return // checkVisible has said so
	}
	const gap = 5 * px
	s.text(n.line, s.freest(n.line,
		placement{at: vg.Point{X: at.X + gap, Y: at.Y + gap}, halo: true},
		placement{at: vg.Point{X: at.X - gap, Y: at.Y + gap}, anchor: anchor{x: 1}, halo: true},
		placement{at: vg.Point{X: at.X + gap, Y: at.Y - gap}, anchor: anchor{y: 1}, halo: true},
		placement{at: vg.Point{X: at.X - gap, Y: at.Y - gap}, anchor: anchor{x: 1, y: 1}, halo: true}), ink)
}
