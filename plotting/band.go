package plotting

import (
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A band is the region between two lines.
type band struct {
	name         string
	lower, upper points
	style        int
}

// Band fills the region between two lines over the same x. With the name of a
// line it has the line's colour, and they share one entry in the legend. It
// panics if the two differ in length.
func (f *Figure) Band(name string, lower, upper XYer) *Figure {
	mustMatch(lower.Len(), upper.Len())
	f.add(&band{name: name, lower: copyPoints(lower), upper: copyPoints(upper), style: f.style(name)})
	return f
}

func (b *band) what() string { return "band " + quote(b.name) }

func (b *band) check(f *Figure) error {
	if err := b.lower.check("the lower edge of "+b.what(), f, false); err != nil {
		return err
	}
	if err := b.upper.check("the upper edge of "+b.what(), f, false); err != nil {
		return err
	}
	for i := range b.lower.x {
		if b.lower.x[i] != b.upper.x[i] {
			return fmt.Errorf("plotting: %s: the edges have x = %g and %g at index %d; they must be over the same x", b.what(), b.lower.x[i], b.upper.x[i], i)
		}
		if b.lower.y[i] > b.upper.y[i] {
			return fmt.Errorf("plotting: %s: the lower edge %g is above the upper one %g at index %d", b.what(), b.lower.y[i], b.upper.y[i], i)
		}
	}
	return nil
}

func (b *band) extent(f *Figure) extent {
	e := b.lower.extent(f)
	e.join(b.upper.extent(f))
	return e
}

const bandAlpha = 0.2

func (b *band) draw(s *surface) {
	var pts []vg.Point
	for i := range b.lower.x {
		pts = append(pts, s.point(b.lower.x[i], b.lower.y[i]))
	}
	for i := len(b.upper.x) - 1; i >= 0; i-- {
		pts = append(pts, s.point(b.upper.x[i], b.upper.y[i]))
	}
	s.fill(fade(styleOf(b.style).color, bandAlpha), pts)
}

func (b *band) legend(*Figure) (string, func(*draw.Canvas, vg.Rectangle)) {
	return b.name, func(c *draw.Canvas, r vg.Rectangle) {
		c.FillPolygon(fade(styleOf(b.style).color, bandAlpha), corners(r))
	}
}
