package plotting

import (
	"errors"
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A panel is a figure being laid out on a rectangle: the insets are what stands
// around the data.
type panel struct {
	f                        *Figure
	x, y                     *ruler
	sx, sy                   scale
	silentX, silentY         bool // numbers and label stand at a neighbour
	left, right, top, bottom vg.Length
	title                    *textLine
	bar                      *barLayout
	names                    *legendLayout
	place                    Place    // of the names
	size                     vg.Point // of the data
}

func newPanel(f *Figure) (*panel, error) {
	if err := f.Err(); err != nil {
		return nil, err
	}
	p := &panel{f: f}
	p.sx, p.sy = f.ranges()
	err := errors.Join(f.x.errSpan(p.sx), f.y.errSpan(p.sy))
	if err != nil {
		return nil, err
	}
	if f.title != "" {
		if p.title, err = typeset(f.title, titleSize, true); err != nil {
			return nil, err
		}
	}
	if p.names, err = newLegend(f); err != nil {
		return nil, err
	}
	p.place = f.legend
	if f.bar != nil {
		if p.bar, err = f.bar.layout(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Distances between ticks that read well, in lengths.
const tickPitchX, tickPitchY = 74 * px, 50 * px

// measure computes rulers and insets for a panel of that size. Ticks depend on
// the room, which depends on the ticks: the second round settles it.
func (p *panel) measure(size vg.Point) (err error) {
	w, h := size.X*0.8, size.Y*0.8
	for range 2 {
		p.size = vg.Point{X: w, Y: h}
		if err = p.rule(); err != nil {
			return err
		}
		p.inset()
		w, h = size.X-p.left-p.right, size.Y-p.top-p.bottom
		if p.f.equal {
			w, h = p.fitEqual(w, h)
		}
	}
	p.size = vg.Point{X: w, Y: h}
	if w < 30*px || h < 30*px {
		return fmt.Errorf("plotting: no room is left for the data; enlarge the figure with Size or shorten its labels")
	}
	return p.fitLabels(w, h)
}

// rule chooses the ticks: fewer than the pitch allows, if their numbers would
// run together.
func (p *panel) rule() (err error) {
	ny := max(2, int(p.size.Y/tickPitchY))
	if p.y, err = newRuler(&p.f.y, p.sy, ny, p.silentY); err != nil {
		return err
	}
	nx := int(p.size.X / tickPitchX)
	if p.f.equal { // one step for both axes, if there is room
		nx = int(float64(ny) * (p.sx.hi - p.sx.lo) / (p.sy.hi - p.sy.lo))
	}
	for n := max(2, nx); ; n-- {
		if p.x, err = newRuler(&p.f.x, p.sx, n, p.silentX); err != nil {
			return err
		}
		if n <= 2 || p.x.total() < 0.65*p.size.X {
			return nil
		}
	}
}

func (p *panel) inset() {
	p.left, p.right, p.top, p.bottom = 0, 0, 0, 0
	if !p.f.bare {
		p.insetAxes()
	}
	p.top += p.titleHeight()
	if p.bar != nil {
		p.right = p.bar.width()
	}
	if p.names != nil && p.place == Outside {
		p.right += legendGap + p.names.width
	}
	if p.names != nil && p.place == Above {
		rows := len(p.names.rows(p.rowWidth()))
		p.top = max(p.top, p.aboveGap()+vg.Length(rows)*entryPitch+p.titleHeight())
	}
}

// insetAxes leaves room for the numbers and the labels.
func (p *panel) insetAxes() {
	p.left, p.bottom = tickLength, tickLength
	if !p.silentY {
		p.left += tickGap + p.y.widest()
		if p.y.label != nil {
			p.left += labelGap + labelSize
		}
		if p.y.exponent != nil {
			p.top = tickSize + 2*px
		}
	}
	if !p.silentX {
		p.bottom += tickGap + capHeight*tickSize
		if p.x.exponent != nil {
			p.bottom += tickSize
		}
		if p.x.label != nil {
			p.bottom += labelGap + (capHeight+depth)*labelSize
		}
	}
	p.overhang()
}

// aboveGap is between the axes and names above them.
func (p *panel) aboveGap() vg.Length {
	if p.y.exponent != nil && !p.silentY {
		return tickSize + 4*px
	}
	return 4 * px
}

// overhang leaves room for numbers that stick out at the ends of the axes.
func (p *panel) overhang() {
	for i, l := range p.x.lines {
		if l != nil && !p.silentX && p.x.norm(p.x.ticks[i].v) > 0.9 {
			p.right = max(p.right, l.width/2)
		}
		if l != nil && !p.silentX && p.x.norm(p.x.ticks[i].v) < 0.05 {
			p.left = max(p.left, l.width/2)
		}
	}
	for i, l := range p.y.lines {
		if l != nil && p.y.norm(p.y.ticks[i].v) > 0.9 {
			p.top = max(p.top, capHeight*tickSize/2)
		}
	}
}

func (p *panel) titleHeight() vg.Length {
	if p.title == nil {
		return 0
	}
	return titleSize + 6*px
}

// fitEqual shrinks one side so that both axes have one scale.
func (p *panel) fitEqual(w, h vg.Length) (vg.Length, vg.Length) {
	dx, dy := vg.Length(p.sx.hi-p.sx.lo), vg.Length(p.sy.hi-p.sy.lo)
	if w/dx < h/dy {
		return w, w * dy / dx
	}
	return h * dx / dy, h
}

// fitLabels makes sure that no label is longer than its axis leaves room for.
func (p *panel) fitLabels(w, h vg.Length) error {
	if !p.silentX && p.x.label != nil && !p.f.bare && p.x.label.width > w+p.left+p.right {
		return fmt.Errorf("plotting: the label %s is longer than the figure is wide; shorten it or enlarge the figure with Size", quote(p.f.x.label))
	}
	if !p.silentY && p.y.label != nil && !p.f.bare && p.y.label.width > h+p.top+p.bottom {
		return fmt.Errorf("plotting: the label %s is longer than the figure is high; shorten it or enlarge the figure with Size", quote(p.f.y.label))
	}
	return nil
}

// surface is where the data goes in a rectangle with the insets around it.
func (p *panel) surface(c vg.Canvas, outer vg.Rectangle) *surface {
	data := vg.Rectangle{
		Min: vg.Point{X: outer.Min.X + p.left, Y: outer.Min.Y + p.bottom},
		Max: vg.Point{X: outer.Max.X - p.right, Y: outer.Max.Y - p.top},
	}
	if p.f.equal {
		w, h := p.fitEqual(data.Max.X-data.Min.X, data.Max.Y-data.Min.Y)
		center := vg.Point{X: (data.Min.X + data.Max.X) / 2, Y: (data.Min.Y + data.Max.Y) / 2}
		data.Min.X, data.Max.X = center.X-w/2, center.X+w/2
		data.Min.Y, data.Max.Y = center.Y-h/2, center.Y+h/2
	}
	data.Min.X, data.Min.Y = snap(data.Min.X, 2*px), snap(data.Min.Y, 2*px)
	data.Max.X, data.Max.Y = snap(data.Max.X, 2*px), snap(data.Max.Y, 2*px)
	return &surface{Canvas: draw.Canvas{Canvas: c, Rectangle: data}, f: p.f, x: p.sx, y: p.sy}
}

// draw paints the panel.
func (p *panel) draw(c vg.Canvas, outer vg.Rectangle) {
	s := p.surface(c, outer)
	data := s.Rectangle
	if !p.f.bare && !p.f.covered() {
		p.x.drawGrid(&s.Canvas, false)
		p.y.drawGrid(&s.Canvas, true)
	}
	p.probe(s)
	for _, m := range p.f.marks {
		m.draw(s)
	}
	if !p.f.bare {
		p.x.drawBelow(&s.Canvas, data.Min.Y-p.bottom)
		p.y.drawLeft(&s.Canvas, data.Min.X-p.left)
	}
	if p.title != nil {
		at := vg.Point{X: data.Min.X, Y: data.Max.Y + p.top - capHeight*titleSize}
		paintText(c, p.title, placement{at: at}, ink)
	}
	if p.bar != nil {
		p.bar.draw(c, data)
	}
	p.drawLegend(s)
}

// covered reports whether a field lies over the whole background, where grid
// lines would be taken for data.
func (f *Figure) covered() bool {
	for _, m := range f.marks {
		switch m.(type) {
		case *Map, *Contours, *streams, *arrowField:
			return true
		}
	}
	return false
}
