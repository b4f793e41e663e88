package plotting

import (
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// whiskers are markers with a vertical bar of uncertainty each.
type whiskers struct {
	name      string
	data      points
	low, high []float64
	style     int
}

// ErrorBars draws a marker at each point, with a bar from y-err to y+err. With
// the name of a line it has the line's colour, and they share one entry in the
// legend. It panics if there are not as many errors as points.
func (f *Figure) ErrorBars(name string, data XYer, err []float64) *Figure {
	mustMatch(data.Len(), len(err))
	w := &whiskers{name: name, data: copyPoints(data), style: f.style(name)}
	for i, y := range w.data.y {
		w.low, w.high = append(w.low, y-err[i]), append(w.high, y+err[i])
	}
	f.add(w)
	return f
}

func (w *whiskers) what() string { return "error bars " + quote(w.name) }

func (w *whiskers) ends() (low, high points) {
	return points{x: w.data.x, y: w.low}, points{x: w.data.x, y: w.high}
}

func (w *whiskers) check(f *Figure) error {
	if err := w.data.check(w.what(), f, false); err != nil {
		return err
	}
	low, high := w.ends()
	if err := low.check("the lower ends of "+w.what(), f, false); err != nil {
		return err
	}
	if err := high.check("the upper ends of "+w.what(), f, false); err != nil {
		return err
	}
	for i := range w.low {
		if w.low[i] > w.high[i] {
			return fmt.Errorf("plotting: %s: the error at index %d is %g; it has to be positive", w.what(), i, (w.high[i]-w.low[i])/2)
		}
	}
	return nil
}

func (w *whiskers) extent(f *Figure) extent {
	low, high := w.ends()
	e := low.extent(f)
	e.join(high.extent(f))
	return e
}

// capWidth is half the length of the stroke at the end of a bar.
const capWidth = 3 * px

func (w *whiskers) draw(s *surface) {
	sty := styleOf(w.style)
	line := draw.LineStyle{Color: sty.color, Width: 1.25 * px}
	for i, x := range w.data.x {
		low, high := s.point(x, w.low[i]), s.point(x, w.high[i])
		s.stroke(line, []vg.Point{low, high})
		for _, end := range []vg.Point{low, high} {
			s.stroke(line, []vg.Point{{X: end.X - capWidth, Y: end.Y}, {X: end.X + capWidth, Y: end.Y}})
		}
		s.marker(sty.shape, s.point(x, w.data.y[i]), markRadius*0.8, sty.color, white)
	}
}

func (w *whiskers) legend(*Figure) (string, func(*draw.Canvas, vg.Rectangle)) {
	sty := styleOf(w.style)
	return w.name, func(c *draw.Canvas, r vg.Rectangle) {
		x := middle(r).X
		c.StrokeLine2(draw.LineStyle{Color: sty.color, Width: 1.25 * px}, x, r.Min.Y, x, r.Max.Y)
		paintMarker(c, sty.shape, middle(r), markRadius*0.8, sty.color, white)
	}
}
