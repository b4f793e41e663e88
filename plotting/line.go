package plotting

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Series is a line of a figure, returned for what is seldom said of one.
type Series struct {
	f           *Figure
	kind, name  string
	data        points
	sample      func(f *Figure) (points, error) // of a Function, else nil
	gaps, faint bool
	markers     bool
	styleIndex  int
}

// Line joins the points of data. Its name stands in the legend; lines without
// a name share one style. NaN is an error unless Gaps is called on the result,
// an infinity always is.
func (f *Figure) Line(name string, data XYer) *Series {
	return f.addSeries(&Series{kind: "line", name: name, data: copyPoints(data)})
}

func (f *Figure) addSeries(s *Series) *Series {
	s.f, s.styleIndex = f, f.style(s.name)
	f.add(s)
	return s
}

// Gaps says that NaN is meant: the line breaks there. On a logarithmic axis a
// value that is not positive breaks it too.
func (s *Series) Gaps() *Series { s.gaps = true; s.f.ready = false; return s }

// Faint draws the line thin and pale, for one of many.
func (s *Series) Faint() *Series { s.faint = true; return s }

// Markers puts a marker on each point, for data that are few.
func (s *Series) Markers() *Series { s.markers = true; return s }

// Like gives the series the style of the k-th name of the figure, from 0.
func (s *Series) Like(k int) *Series {
	if k < 0 {
		panic("plotting: negative style")
	}
	s.styleIndex = k
	return s
}

func (s *Series) what() string {
	if s.name == "" {
		return "a " + s.kind + " without a name"
	}
	return s.kind + " " + quote(s.name)
}

func (s *Series) check(f *Figure) (err error) {
	if s.sample != nil {
		if s.data, err = s.sample(f); err != nil {
			return err
		}
	}
	return s.data.check(s.what(), f, s.gaps)
}

func (s *Series) extent(f *Figure) extent { return s.data.extent(f) }

// tight: a function ends where its domain does.
func (s *Series) tight() (x, y, floor bool) { return s.sample != nil, false, false }

func (s *Series) style() draw.LineStyle {
	sty := styleOf(s.styleIndex).line(lineWidth)
	if s.faint {
		sty.Color, sty.Width = fade(styleOf(s.styleIndex).color, 0.35), hairline
	}
	return sty
}

func (s *Series) draw(c *surface) {
	sty := s.style()
	run := make([]vg.Point, 0, len(s.data.x))
	flush := func() {
		if len(run) > 1 {
			c.strokeOver(sty, thin(run))
		} else if len(run) == 1 && !s.markers { // between two gaps
			c.inside(sty.Color, discPath(run[0], sty.Width))
		}
		run = run[:0]
	}
	for i := range s.data.x {
		if drawable(s.data.x[i], s.data.y[i], c.f) {
			run = append(run, c.point(s.data.x[i], s.data.y[i]))
		} else {
			flush()
		}
	}
	flush()
	if s.markers {
		st := styleOf(s.styleIndex)
		for i := range s.data.x {
			if drawable(s.data.x[i], s.data.y[i], c.f) {
				c.marker(st.shape, c.point(s.data.x[i], s.data.y[i]), markRadius, st.color, white)
			}
		}
	}
}

func (s *Series) legend(*Figure) (string, func(*draw.Canvas, vg.Rectangle)) {
	line := lineThumb(s.style())
	if !s.markers {
		return s.name, line
	}
	st := styleOf(s.styleIndex)
	return s.name, func(c *draw.Canvas, r vg.Rectangle) {
		line(c, r)
		paintMarker(c, st.shape, middle(r), markRadius, st.color, white)
	}
}

func middle(r vg.Rectangle) vg.Point {
	return vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2}
}
