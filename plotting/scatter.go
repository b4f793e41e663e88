package plotting

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A markShape is the outline of a marker.
type markShape int

const (
	disc markShape = iota
	square
	triangle
	diamond
	triangleDown
	cross
	markShapes
)

func discPath(at vg.Point, r vg.Length) (p vg.Path) {
	p.Move(vg.Point{X: at.X + r, Y: at.Y})
	p.Arc(at, r, 0, 2*math.Pi)
	p.Close()
	return p
}

// outlines of equal weight to the eye, in units of the radius of the disc.
var outlines = map[markShape][]vg.Point{
	square:       {{X: -0.88, Y: -0.88}, {X: 0.88, Y: -0.88}, {X: 0.88, Y: 0.88}, {X: -0.88, Y: 0.88}},
	triangle:     {{X: -1.1, Y: -0.8}, {X: 1.1, Y: -0.8}, {X: 0, Y: 1.2}},
	diamond:      {{X: -1.25, Y: 0}, {X: 0, Y: -1.25}, {X: 1.25, Y: 0}, {X: 0, Y: 1.25}},
	triangleDown: {{X: -1.1, Y: 0.8}, {X: 0, Y: -1.2}, {X: 1.1, Y: 0.8}},
	cross: {{X: -1.2, Y: -0.7}, {X: -0.7, Y: -1.2}, {X: 0, Y: -0.5}, {X: 0.7, Y: -1.2}, {X: 1.2, Y: -0.7}, {X: 0.5, Y: 0},
		{X: 1.2, Y: 0.7}, {X: 0.7, Y: 1.2}, {X: 0, Y: 0.5}, {X: -0.7, Y: 1.2}, {X: -1.2, Y: 0.7}, {X: -0.5, Y: 0}},
}

func (m markShape) path(at vg.Point, r vg.Length) (p vg.Path) {
	pts, ok := outlines[m]
	if !ok {
		return discPath(at, r)
	}
	for i, q := range pts {
		if q = at.Add(q.Scale(r)); i == 0 {
			p.Move(q)
		} else {
			p.Line(q)
		}
	}
	p.Close()
	return p
}

// paintMarker fills a marker and gives it a thin rim, so that neighbours that
// overlap can be told apart.
func paintMarker(c vg.Canvas, m markShape, at vg.Point, r vg.Length, fill, rim color.Color) {
	path := m.path(at, r)
	c.SetColor(fill)
	c.Fill(path)
	c.SetColor(rim)
	c.SetLineDash(nil, 0)
	c.SetLineWidth(0.75 * px)
	c.Stroke(path)
}

func (s *surface) marker(m markShape, at vg.Point, r vg.Length, fill, rim color.Color) {
	if !s.Contains(at) {
		return
	}
	if s.dry {
		s.taken.point(at)
	} else {
		paintMarker(s, m, at, r, fill, rim)
	}
}

// A cloud is a set of points that no line joins.
type cloud struct {
	name  string
	kind  string
	data  points
	style int
	dots  bool
	value []float64 // colours the points, or nil
	bar   *colorBar
}

// Scatter draws a marker at each point.
func (f *Figure) Scatter(name string, data XYer) *Figure {
	f.add(&cloud{kind: "scatter", name: name, data: copyPoints(data), style: f.style(name)})
	return f
}

// Points draws a small dot at each point, for a cloud of many.
func (f *Figure) Points(name string, data XYer) *Figure {
	f.add(&cloud{kind: "points", name: name, data: copyPoints(data), style: f.style(name), dots: true})
	return f
}

// ScatterValues draws a disc at each point with the colour of its value, and a
// colour bar with the label. It panics if there are not as many values as
// points.
func (f *Figure) ScatterValues(data XYer, values []float64, label string) *Figure {
	mustMatch(data.Len(), len(values))
	c := &cloud{kind: "scatter", data: copyPoints(data), value: append([]float64(nil), values...)}
	c.bar = f.colorBar(label)
	f.add(c)
	return f
}

func (c *cloud) what() string {
	if c.value != nil {
		return "the value-coloured scatter " + quote(c.bar.label)
	}
	if c.name == "" {
		return c.kind + " without a name"
	}
	return c.kind + " " + quote(c.name)
}

func (c *cloud) check(f *Figure) error {
	if err := c.data.check(c.what(), f, false); err != nil {
		return err
	}
	if c.value == nil {
		return nil
	}
	p := points{x: c.value, y: c.value}
	linear := &Figure{}
	if err := p.check("the values of "+c.what(), linear, false); err != nil {
		return err
	}
	c.bar.reach(c.value)
	return nil
}

func (c *cloud) extent(f *Figure) extent { return c.data.extent(f) }

func (c *cloud) draw(s *surface) {
	sty := styleOf(c.style)
	for i := range c.data.x {
		at := s.point(c.data.x[i], c.data.y[i])
		switch {
		case c.value != nil:
			s.marker(disc, at, markRadius*1.1, c.bar.color(c.value[i]), markRimC)
		case c.dots && s.Contains(at):
			s.inside(fade(sty.color, dotAlpha(len(c.data.x))), discPath(at, dotRadius))
		case !c.dots:
			s.marker(sty.shape, at, markRadius, sty.color, white)
		}
	}
}

// dotAlpha thins out the dots of a large cloud, so that its density shows.
func dotAlpha(n int) float64 {
	return min(0.9, max(0.15, 12/math.Sqrt(float64(n))))
}

func (c *cloud) legend(*Figure) (string, func(*draw.Canvas, vg.Rectangle)) {
	if c.value != nil {
		return "", nil
	}
	sty := styleOf(c.style)
	return c.name, func(canvas *draw.Canvas, r vg.Rectangle) {
		if !c.dots {
			paintMarker(canvas, sty.shape, middle(r), markRadius, sty.color, white)
			return
		}
		for k, dy := range []vg.Length{2, -3, 3, -1, 2} {
			canvas.SetColor(sty.color)
			canvas.Fill(discPath(vg.Point{X: r.Min.X + thumbWidth*(0.2+0.15*vg.Length(k)), Y: middle(r).Y + dy*px}, dotRadius))
		}
	}
}
