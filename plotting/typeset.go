package plotting

import (
	"fmt"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"

	stdfont "golang.org/x/image/font"
)

// A textLine is a typeset label: outlines, in lengths, with the origin at the
// left end of the baseline. Drawn as outlines it is as sharp at any angle and
// looks the same in every format, whatever fonts the reader has.
type textLine struct {
	outline         vg.Path
	strokes         []penStroke
	width           vg.Length
	ascent, descent vg.Length // of the font, so that neighbours line up
}

type penStroke struct {
	path  vg.Path
	width vg.Length
}

const (
	scriptScale = 0.72
	superRise   = 0.38
	subDrop     = 0.17
	stacked     = 0.09 // farther up or down, if it stands above the other
	capHeight   = 0.70 // of Liberation Sans, in units of the font size
	depth       = 0.21
)

// typeset lays out a label of one line. It fails on a syntax error and on a
// character that neither the font nor this package has.
func typeset(s string, size vg.Length, bold bool) (*textLine, error) {
	atoms, err := parse(s)
	if err != nil {
		return nil, err
	}
	l := &textLine{ascent: capHeight * size, descent: depth * size}
	p := pen{line: l, size: size, bold: bold}
	for _, a := range atoms {
		if err := p.put(a); err != nil {
			return nil, fmt.Errorf("plotting: label %q: %w", s, err)
		}
	}
	l.width = max(p.x, p.high)
	return l, nil
}

// A pen moves along the baseline.
type pen struct {
	line       *textLine
	size       vg.Length
	bold       bool
	x          vg.Length
	start      vg.Length // where the last script began
	high       vg.Length // the farthest end of scripts above each other
	level      int
	prev       sfnt.GlyphIndex
	prevFont   *sfnt.Font
	scriptSeen bool
}

func (p *pen) put(a atom) error {
	p.turn(a.level)
	size, rise := p.size, vg.Length(0)
	switch a.level {
	case 1:
		size, rise = size*scriptScale, superRise*p.size
		if p.scriptSeen {
			rise += stacked * p.size
		}
	case -1:
		size, rise = size*scriptScale, -subDrop*p.size
		if p.scriptSeen {
			rise -= stacked * p.size
		}
	}
	face := p.face(a)
	g, err := face.GlyphIndex(nil, a.r)
	if err != nil {
		return err
	}
	if g == 0 {
		return p.draw(a.r, size, rise)
	}
	if p.prevFont == face {
		if k, err := face.Kern(nil, p.prev, g, unitsPerEm(face), stdfont.HintingNone); err == nil {
			p.x += scaled(k, face, size)
		}
	}
	if err := p.glyph(face, g, size, rise); err != nil {
		return err
	}
	p.prev, p.prevFont = g, face
	return nil
}

// turn moves to another level; a superscript right behind a subscript is set
// above it.
func (p *pen) turn(level int) {
	if level == p.level {
		return
	}
	p.prevFont = nil
	switch {
	case level != 0 && p.level != 0 && !p.scriptSeen:
		p.high, p.x, p.scriptSeen = max(p.high, p.x), p.start, true
	case level != 0:
		p.x = max(p.x, p.high)
		p.start, p.scriptSeen = p.x, false
	default:
		p.x = max(p.x, p.high)
	}
	p.level = level
}

func (p *pen) face(a atom) *sfnt.Font {
	f := font.Font{Typeface: "Liberation", Variant: "Sans"}
	if a.italic {
		f.Style = stdfont.StyleItalic
	}
	if p.bold {
		f.Weight = stdfont.WeightBold
	}
	return font.DefaultCache.Lookup(f, p.size).Face
}

func unitsPerEm(f *sfnt.Font) fixed.Int26_6 { return fixed.Int26_6(f.UnitsPerEm()) }

// scaled turns font units into a length.
func scaled(v fixed.Int26_6, f *sfnt.Font, size vg.Length) vg.Length {
	return vg.Length(v) / vg.Length(f.UnitsPerEm()) * size
}

func (p *pen) glyph(f *sfnt.Font, g sfnt.GlyphIndex, size, rise vg.Length) error {
	segments, err := f.LoadGlyph(nil, g, unitsPerEm(f), nil)
	if err != nil {
		return err
	}
	at := func(q fixed.Point26_6) vg.Point {
		return vg.Point{X: p.x + scaled(q.X, f, size), Y: rise - scaled(q.Y, f, size)}
	}
	path := p.line.outline
	for i, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				path.Close()
			}
			path.Move(at(s.Args[0]))
		case sfnt.SegmentOpLineTo:
			path.Line(at(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			path.QuadTo(at(s.Args[0]), at(s.Args[1]))
		case sfnt.SegmentOpCubeTo:
			path.CubeTo(at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
		}
	}
	if len(segments) > 0 {
		path.Close()
	}
	p.line.outline = path
	adv, err := f.GlyphAdvance(nil, g, unitsPerEm(f), stdfont.HintingNone)
	if err != nil {
		return err
	}
	p.x += scaled(adv, f, size)
	return nil
}

// draw puts a symbol that the font lacks.
func (p *pen) draw(r rune, size, rise vg.Length) error {
	p.prevFont = nil
	if r == thinSpace {
		p.x += size / 5
		return nil
	}
	s, ok := symbols[r]
	if !ok {
		return fmt.Errorf("no glyph for %q (U+%04X); say it in other characters", r, r)
	}
	for _, pts := range s.strokes {
		var path vg.Path
		for i, q := range pts {
			at := vg.Point{X: p.x + vg.Length(q[0])*size, Y: rise + vg.Length(q[1])*size}
			if i == 0 {
				path.Move(at)
			} else {
				path.Line(at)
			}
		}
		p.line.strokes = append(p.line.strokes, penStroke{path: path, width: penWidth * size})
	}
	p.x += vg.Length(s.advance) * size
	return nil
}
