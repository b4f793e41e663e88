package plotting

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Room around the data, as a share of the axis.
const padX, padY = 0.025, 0.05

// A padder is a mark that wishes its extent to end at the axis: tightX and
// tightY to the sides, floor at the bottom alone.
type padder interface {
	tight() (x, y, floor bool)
}

// narrowest span of an axis as a share of its values. A narrower one would show
// rounding errors only, with numbers that look equal: draw the difference.
const narrowest = 1e-9

// ranges returns the scales of both axes: what Range says, or what the marks
// reach with some room.
func (f *Figure) ranges() (x, y scale) {
	e := nowhere()
	tightX, tightY, floor, whole := true, false, false, false
	for _, m := range f.marks {
		e.join(m.extent(f))
		var tx, ty, fl bool
		if t, ok := m.(*Map); ok {
			whole = whole || t.indexed()
		}
		if p, ok := m.(padder); ok {
			tx, ty, fl = p.tight()
		}
		tightX = tightX && tx
		tightY, floor = tightY || ty, floor || fl
	}
	if tightY { // a map fills the axes
		tightX = true
	}
	x = f.x.scale(e.x0, e.x1, pick(tightX, padX), pick(tightX, padX))
	y = f.y.scale(e.y0, e.y1, pick(tightY || floor, padY), pick(tightY, padY))
	x.whole, y.whole = whole, whole
	return x, y
}

// errSpan is an axis longer than the largest number.
func (a *axis) errSpan(s scale) error {
	if span := s.hi - s.lo; math.IsInf(span, 0) || !(span > 0) {
		return fmt.Errorf("plotting: the axis %s would run from %.4g to %.4g; scale the data or set a Range", quote(a.label), s.lo, s.hi)
	}
	return nil
}

func pick(tight bool, pad float64) float64 {
	if tight {
		return 0
	}
	return pad
}

func (a *axis) scale(lo, hi, below, above float64) scale {
	switch {
	case a.bound:
		return scale{lo: a.lo, hi: a.hi, log: a.log}
	case lo > hi: // only lines across the other axis
		return a.unit()
	case lo == hi && a.log:
		lo, hi, below, above = lo/2, hi*2, 0, 0
	case lo == hi:
		d := max(0.5, math.Abs(lo)*0.1)
		lo, hi, below, above = lo-d, hi+d, 0, 0
	case hi-lo < narrowest*max(math.Abs(lo), math.Abs(hi)):
		m, d := lo/2+hi/2, narrowest*max(math.Abs(lo), math.Abs(hi))
		lo, hi, below, above = m-d, m+d, 0, 0
	}
	if a.log {
		r := hi / lo
		return scale{lo: lo / math.Pow(r, below), hi: hi * math.Pow(r, above), log: true}
	}
	return scale{lo: lo - below*(hi-lo), hi: hi + above*(hi-lo)}
}

func (a *axis) unit() scale {
	if a.log {
		return scale{lo: 1, hi: 10, log: true}
	}
	return scale{lo: 0, hi: 1}
}

// A ruler is an axis ready to be drawn.
type ruler struct {
	scale
	ticks    []tick
	lines    []*textLine // of the labelled ticks, nil else
	exponent *textLine   // "×10⁵" at the end, or nil
	label    *textLine   // or nil
	silent   bool        // a neighbour's numbers serve for these too
}

func newRuler(a *axis, s scale, n int, silent bool) (*ruler, error) {
	r := &ruler{scale: s, silent: silent}
	var exp int
	var err error
	r.ticks, exp = ticksFor(s, n)
	for _, t := range r.ticks {
		var l *textLine
		if t.label != "" {
			if l, err = typeset(t.label, tickSize, false); err != nil {
				return nil, err
			}
		}
		r.lines = append(r.lines, l)
	}
	if exp != 0 {
		if r.exponent, err = typeset("×"+powerOfTen(exp), tickSize, false); err != nil {
			return nil, err
		}
	}
	if a.label != "" {
		r.label, err = typeset(a.label, labelSize, false)
	}
	return r, err
}

// widest number of a vertical axis.
func (r *ruler) widest() (w vg.Length) {
	for _, l := range r.lines {
		if l != nil {
			w = max(w, l.width)
		}
	}
	return w
}

// total width of the numbers of a horizontal axis.
func (r *ruler) total() (w vg.Length) {
	for _, l := range r.lines {
		if l != nil {
			w += l.width
		}
	}
	return w
}

var (
	spineStyle = draw.LineStyle{Color: spineC, Width: hairline}
	gridStyle  = draw.LineStyle{Color: gridC, Width: hairline}
)

// drawGrid draws the light lines below the data.
func (r *ruler) drawGrid(c *draw.Canvas, vertical bool) {
	for i, t := range r.ticks {
		if r.lines[i] == nil {
			continue
		}
		if p := r.norm(t.v); vertical {
			y := snap(c.Y(p), hairline)
			c.StrokeLine2(gridStyle, c.Min.X, y, c.Max.X, y)
		} else {
			x := snap(c.X(p), hairline)
			c.StrokeLine2(gridStyle, x, c.Min.Y, x, c.Max.Y)
		}
	}
}

// drawBelow draws the horizontal axis along the lower edge.
func (r *ruler) drawBelow(c *draw.Canvas, bottom vg.Length) {
	y := snap(c.Min.Y, hairline)
	c.StrokeLine2(spineStyle, snap(c.Min.X, hairline)-hairline/2, y, c.Max.X, y)
	base := c.Min.Y - tickLength - tickGap - capHeight*tickSize
	for i, t := range r.ticks {
		x, length := snap(c.X(r.norm(t.v)), hairline), tickLength
		if r.lines[i] == nil {
			length /= 2
		}
		c.StrokeLine2(spineStyle, x, y, x, y-length)
		if r.lines[i] != nil && !r.silent {
			paintText(c, r.lines[i], placement{at: vg.Point{X: c.X(r.norm(t.v)), Y: base}, anchor: anchor{x: 0.5}}, softInk)
		}
	}
	if r.silent {
		return
	}
	if r.exponent != nil {
		paintText(c, r.exponent, placement{at: vg.Point{X: c.Max.X, Y: base - tickSize*1.25}, anchor: anchor{x: 1}}, softInk)
	}
	if r.label != nil {
		at := vg.Point{X: c.Center().X, Y: bottom + depth*labelSize}
		paintText(c, r.label, placement{at: at, anchor: anchor{x: 0.5}}, ink)
	}
}

// drawLeft draws the vertical axis along the left edge.
func (r *ruler) drawLeft(c *draw.Canvas, left vg.Length) {
	x := snap(c.Min.X, hairline)
	c.StrokeLine2(spineStyle, x, snap(c.Min.Y, hairline)-hairline/2, x, c.Max.Y)
	end := c.Min.X - tickLength - tickGap
	for i, t := range r.ticks {
		y, length := snap(c.Y(r.norm(t.v)), hairline), tickLength
		if r.lines[i] == nil {
			length /= 2
		}
		c.StrokeLine2(spineStyle, x, y, x-length, y)
		if r.lines[i] != nil && !r.silent {
			paintText(c, r.lines[i], placement{at: vg.Point{X: end, Y: c.Y(r.norm(t.v))}, anchor: anchor{x: 1, y: 0.5}}, softInk)
		}
	}
	if r.silent {
		return
	}
	if r.exponent != nil {
		paintText(c, r.exponent, placement{at: vg.Point{X: c.Min.X, Y: c.Max.Y + 6*px}, anchor: anchor{x: 0.5}}, softInk)
	}
	if r.label != nil {
		at := vg.Point{X: left + labelSize - depth*labelSize, Y: c.Center().Y}
		paintText(c, r.label, placement{at: at, angle: math.Pi / 2, anchor: anchor{x: 0.5}}, ink)
	}
}
