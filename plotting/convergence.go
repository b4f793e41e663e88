package plotting

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A convergence is an error against a step on two logarithmic axes.
type convergence struct {
	name   string
	data   points
	style  int
	slope  float64
	offset float64 // of the fit, log10 err = offset + slope log10 h
}

// Convergence draws errors against steps on two logarithmic axes, writes the
// slope of the least-squares line through the logarithms behind the name, and
// draws a triangle of the nearest half-integer slope beside the points, if one
// is within 0.2. It needs two different steps or more; a value that is not
// positive is an error. It panics if the two slices differ in length.
func (f *Figure) Convergence(name string, steps, errors []float64) *Figure {
	mustMatch(len(steps), len(errors))
	f.x.log, f.y.log = true, true
	f.add(&convergence{name: name, data: copyPoints(XY{steps, errors}), style: f.style(name)})
	return f
}

func (c *convergence) what() string { return "convergence " + quote(c.name) }

func (c *convergence) check(f *Figure) error {
	for i := range c.data.x {
		if c.data.x[i] <= 0 || c.data.y[i] <= 0 {
			return fmt.Errorf("plotting: %s: (%g, %g) at index %d has no logarithm; leave out steps whose error is zero", c.what(), c.data.x[i], c.data.y[i], i)
		}
	}
	if err := c.data.check(c.what(), f, false); err != nil {
		return err
	}
	if slices.Min(c.data.x) == slices.Max(c.data.x) {
		return fmt.Errorf("plotting: %s: a slope needs two different steps", c.what())
	}
	c.fit()
	return nil
}

// fit is the least-squares line through the logarithms.
func (c *convergence) fit() {
	n := float64(len(c.data.x))
	var mx, my float64
	for i := range c.data.x {
		mx += math.Log10(c.data.x[i]) / n
		my += math.Log10(c.data.y[i]) / n
	}
	var xx, xy float64
	for i := range c.data.x {
		dx := math.Log10(c.data.x[i]) - mx
		xx += dx * dx
		xy += dx * (math.Log10(c.data.y[i]) - my)
	}
	c.slope = xy / xx
	c.offset = my - c.slope*mx
}

func (c *convergence) extent(f *Figure) extent { return c.data.extent(f) }

func (c *convergence) draw(s *surface) {
	sty := styleOf(c.style)
	lo, hi := slices.Min(c.data.x), slices.Max(c.data.x)
	at := func(h float64) vg.Point {
		return s.point(h, math.Pow(10, c.offset+c.slope*math.Log10(h)))
	}
	s.stroke(sty.line(lineWidth), []vg.Point{at(lo), at(hi)})
	for i := range c.data.x {
		s.marker(sty.shape, s.point(c.data.x[i], c.data.y[i]), markRadius*1.1, sty.color, white)
	}
	c.triangle(s, lo, hi)
}

// reference is the half-integer near the slope.
func (c *convergence) reference() (order float64, ok bool) {
	order = math.Round(2*c.slope) / 2
	return order, order != 0 && math.Abs(order-c.slope) <= 0.2
}

// triangle draws the reference slope below the line, over the third of its
// range from the middle on, with the order at the upright side.
func (c *convergence) triangle(s *surface, lo, hi float64) {
	order, ok := c.reference()
	if !ok {
		return
	}
	x0 := math.Pow(10, 0.58*math.Log10(hi)+0.42*math.Log10(lo))
	x1 := math.Pow(10, 0.82*math.Log10(hi)+0.18*math.Log10(lo))
	y0 := math.Pow(10, c.offset+c.slope*math.Log10(x0))
	a, b := s.point(x0, y0), s.point(x1, y0*math.Pow(x1/x0, order))
	// Move it off the line, to the right and below (above, if it falls).
	d := vg.Point{X: b.X - a.X, Y: b.Y - a.Y}
	l := vg.Length(math.Hypot(float64(d.X), float64(d.Y)))
	off := vg.Point{X: d.Y, Y: -d.X}.Scale(14 * px / l)
	if d.Y < 0 {
		off = off.Scale(-1)
	}
	a, b = a.Add(off), b.Add(off)
	corner := vg.Point{X: b.X, Y: a.Y}
	s.stroke(draw.LineStyle{Color: referC, Width: hairline}, []vg.Point{a, corner, b, a})
	beside := placement{at: vg.Point{X: b.X + 5*px, Y: (a.Y + b.Y) / 2}, anchor: anchor{y: 0.5}, halo: true}
	if t, err := typeset(number(order, 2), noteSize, false); err == nil { // digits have glyphs
		s.text(t, beside, softInk)
	}
}

func (c *convergence) legend(*Figure) (string, func(*draw.Canvas, vg.Rectangle)) {
	sty := styleOf(c.style)
	line := lineThumb(sty.line(lineWidth))
	name := "slope " + decimal(c.slope, 2)
	if c.name != "" {
		name = c.name + ", " + name
	}
	return name, func(canvas *draw.Canvas, r vg.Rectangle) {
		line(canvas, r)
		paintMarker(canvas, sty.shape, middle(r), markRadius*1.1, sty.color, white)
	}
}
