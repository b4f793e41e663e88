package plotting

import (
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Place is where the legend stands.
type Place int

// Best is a corner where nothing is covered; if there is none, above the axes
// in at most two rows; and else to the right of them.
const (
	Best Place = iota
	TopRight
	TopLeft
	BottomRight
	BottomLeft
	Above
	Outside
	None
)

const (
	thumbWidth = 28 * px
	legendGap  = 14 * px // between the axes and a legend outside
	legendPad  = 6 * px
	entryPitch = 18 * px
)

// A legend entry is a name with a small sample of the mark.
type entry struct {
	name   *textLine
	thumbs []func(c *draw.Canvas, r vg.Rectangle)
}

// An exhibitor is a mark with an entry in the legend, unless its name is empty.
type exhibitor interface {
	legend(f *Figure) (name string, thumb func(c *draw.Canvas, r vg.Rectangle))
}

type legendLayout struct {
	entries       []entry
	width, height vg.Length // as a column
}

// newLegend collects the names, each once.
func newLegend(f *Figure) (*legendLayout, error) {
	l := &legendLayout{}
	if f.legend == None {
		return nil, nil
	}
	var names []string
	for _, m := range f.marks {
		e, ok := m.(exhibitor)
		if !ok {
			continue
		}
		name, thumb := e.legend(f)
		if name == "" || slices.Contains(f.legendHidden, name) {
			continue
		}
		k := 0
		for k < len(names) && names[k] != name {
			k++
		}
		if k == len(names) {
			line, err := typeset(name, legendSize, false)
			if err != nil {
				return nil, err
			}
			names = append(names, name)
			l.entries = append(l.entries, entry{name: line})
			l.width = max(l.width, line.width)
		}
		l.entries[k].thumbs = append(l.entries[k].thumbs, thumb)
	}
	if len(l.entries) == 0 {
		return nil, nil
	}
	l.width += thumbWidth + thumbGap + 2*legendPad
	l.height = vg.Length(len(l.entries))*entryPitch + 2*legendPad - 4*px
	return l, nil
}

// probe measures what the marks cover, without drawing.
func (p *panel) probe(s *surface) {
	dry := *s
	dry.dry, dry.taken = true, newOccupancy(s.Rectangle)
	for _, m := range p.f.marks {
		if _, ok := m.(*Contours); !ok {
			m.draw(&dry)
		}
	}
	dry.others = dry.taken.clone()
	for _, m := range p.f.marks {
		if _, ok := m.(*Contours); ok {
			m.draw(&dry)
		}
	}
	s.taken, s.others = dry.taken, dry.others
}

// settle decides where the legend stands, once the insets are known.
func (p *panel) settle(outer vg.Rectangle) error {
	if p.names == nil || p.place != Best {
		return nil
	}
	s := p.surface(nil, outer)
	p.probe(s)
	for _, place := range []Place{TopRight, TopLeft, BottomRight, BottomLeft} {
		r := p.names.rectangle(s.Rectangle, place)
		fits := r.Min.X >= s.Min.X && r.Min.Y >= s.Min.Y && r.Max.X <= s.Max.X && r.Max.Y <= s.Max.Y
		if fits && s.taken.within(r) == 0 {
			p.place = place
			return nil
		}
	}
	p.place = Outside
	if len(p.names.rows(p.rowWidth())) <= 2 {
		p.place = Above
	}
	return p.measure(outer.Size())
}

// rowWidth is the room for names above the axes: over the colour bar too.
func (p *panel) rowWidth() vg.Length { return p.size.X + p.right }

// rows splits the entries into lines of text of at most that width.
func (l *legendLayout) rows(width vg.Length) (rows [][]entry) {
	x := width
	for _, e := range l.entries {
		if w := e.width(); len(rows) == 0 || x+w > width {
			rows, x = append(rows, nil), 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		x += e.width() + legendGap
	}
	return rows
}

const thumbGap = 7 * px

func (e entry) width() vg.Length { return thumbWidth + thumbGap + e.name.width }

// rectangle of the legend as a column.
func (l *legendLayout) rectangle(data vg.Rectangle, place Place) (r vg.Rectangle) {
	const inset = 8 * px
	switch place {
	case TopLeft, BottomLeft:
		r.Min.X = data.Min.X + inset
	case Outside:
		r.Min.X = data.Max.X + legendGap
	default:
		r.Min.X = data.Max.X - inset - l.width
	}
	switch place {
	case BottomLeft, BottomRight:
		r.Min.Y = data.Min.Y + inset
	case Outside:
		r.Min.Y = data.Max.Y - l.height
	default:
		r.Min.Y = data.Max.Y - inset/2 - l.height
	}
	r.Max = r.Min.Add(vg.Point{X: l.width, Y: l.height})
	return r
}

func (p *panel) drawLegend(s *surface) {
	switch {
	case p.names == nil:
	case p.place == Above:
		p.drawRows(s)
	default:
		p.drawColumn(s)
	}
}

func (p *panel) drawRows(s *surface) {
	rows := p.names.rows(p.rowWidth())
	for i, row := range rows {
		at := vg.Point{X: s.Min.X, Y: s.Max.Y + p.aboveGap() + entryPitch*(vg.Length(len(rows)-1-i)+0.5)}
		for _, e := range row {
			e.draw(&s.Canvas, at)
			at.X += e.width() + legendGap
		}
	}
}

func (p *panel) drawColumn(s *surface) {
	l := p.names
	r := l.rectangle(s.Rectangle, p.place)
	if p.place == Outside && p.bar != nil {
		r = r.Add(vg.Point{X: p.bar.width()})
	}
	if p.place != Outside {
		s.FillPolygon(panelC, corners(r))
	}
	for i, e := range l.entries {
		e.draw(&s.Canvas, vg.Point{X: r.Min.X + legendPad, Y: r.Max.Y - legendPad + 2*px - entryPitch*(vg.Length(i)+0.5)})
	}
}

// draw puts sample and name to the right of a point.
func (e entry) draw(c *draw.Canvas, at vg.Point) {
	box := vg.Rectangle{Min: vg.Point{X: at.X, Y: at.Y - 5*px}, Max: vg.Point{X: at.X + thumbWidth, Y: at.Y + 5*px}}
	for _, t := range e.thumbs {
		t(c, box)
	}
	at.X += thumbWidth + thumbGap
	paintText(c, e.name, placement{at: at, anchor: anchor{y: 0.5}}, ink)
}

func corners(r vg.Rectangle) []vg.Point {
	return []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}}
}

// lineThumb is the sample of a line.
func lineThumb(sty draw.LineStyle) func(*draw.Canvas, vg.Rectangle) {
	return func(c *draw.Canvas, r vg.Rectangle) {
		y := (r.Min.Y + r.Max.Y) / 2
		c.StrokeLine2(sty, r.Min.X, y, r.Max.X, y)
	}
}
