package plotting

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A crossline runs from side to side at one value.
type crossline struct {
	v        float64
	vertical bool
	name     string
	line     *textLine // of the name, nil without one
}

// HLine draws a thin line across the figure at height y, with a text near
// one end if one is given. The axis reaches it.
func (f *Figure) HLine(y float64, text ...string) *Figure { return f.cross(y, false, text) }

// VLine draws a thin line up the figure at x, with a text beside it if one is
// given. The axis reaches it.
func (f *Figure) VLine(x float64, text ...string) *Figure { return f.cross(x, true, text) }

func (f *Figure) cross(v float64, vertical bool, text []string) *Figure {
	l := &crossline{v: v, vertical: vertical}
	if len(text) > 1 {
		panic("plotting: a line across has one text")
	}
	if len(text) == 1 {
		l.name = text[0]
	}
	f.add(l)
	return f
}

func (l *crossline) what() string {
	if l.name != "" {
		return "the line " + quote(l.name)
	}
	if l.vertical {
		return "VLine(" + number(l.v, 6) + ")"
	}
	return "HLine(" + number(l.v, 6) + ")"
}

func (l *crossline) check(f *Figure) error {
	p := points{x: []float64{1}, y: []float64{l.v}}
	if l.vertical {
		p.x, p.y = p.y, p.x
	}
	if err := p.check(l.what(), f, false); err != nil {
		return err
	}
	if l.name == "" {
		return nil
	}
	var err error
	l.line, err = typeset(l.name, noteSize, false)
	return err
}

func (l *crossline) extent(*Figure) extent {
	e := nowhere()
	if l.vertical {
		e.x0, e.x1 = l.v, l.v
	} else {
		e.y0, e.y1 = l.v, l.v
	}
	return e
}

func (l *crossline) tight() (x, y, floor bool) { return true, false, false }

func (l *crossline) draw(s *surface) {
	sty := draw.LineStyle{Color: referC, Width: hairline, Dashes: []vg.Length{4 * px, 3 * px}}
	a, b := vg.Point{X: s.Min.X, Y: snap(s.Y(s.y.norm(l.v)), hairline)}, vg.Point{X: s.Max.X}
	b.Y = a.Y
	const gap = 5 * px
	places := []placement{
		{at: vg.Point{X: s.Max.X, Y: a.Y + gap}, anchor: anchor{x: 1}}, {at: vg.Point{X: s.Max.X, Y: a.Y - gap}, anchor: anchor{x: 1, y: 1}},
		{at: vg.Point{X: s.Min.X + gap, Y: a.Y + gap}}, {at: vg.Point{X: s.Min.X + gap, Y: a.Y - gap}, anchor: anchor{y: 1}},
	}
	if l.vertical {
		a = vg.Point{X: snap(s.X(s.x.norm(l.v)), hairline), Y: s.Min.Y}
		b = vg.Point{X: a.X, Y: s.Max.Y}
		places = []placement{
			{at: vg.Point{X: a.X + gap, Y: s.Max.Y}, anchor: anchor{y: 1}}, {at: vg.Point{X: a.X - gap, Y: s.Max.Y}, anchor: anchor{x: 1, y: 1}},
			{at: vg.Point{X: a.X + gap, Y: s.Min.Y + gap}}, {at: vg.Point{X: a.X - gap, Y: s.Min.Y + gap}, anchor: anchor{x: 1}},
		}
	}
	s.stroke(sty, []vg.Point{a, b})
	if l.line != nil {
		p := s.freest(l.line, places...)
		p.halo = true
		s.text(l.line, p, softInk)
	}
}
