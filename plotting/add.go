package plotting

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A guest is a plotter of gonum/plot among the marks.
type guest struct{ p plot.Plotter }

// Add draws any plotter of gonum/plot, for what this package has no method
// for. It is not restyled, and has no entry in the legend.
func (f *Figure) Add(p plot.Plotter) *Figure {
	f.add(&guest{p})
	return f
}

func (g *guest) check(*Figure) error { return nil }

func (g *guest) extent(*Figure) extent {
	e := nowhere()
	if r, ok := g.p.(plot.DataRanger); ok {
		e.x0, e.x1, e.y0, e.y1 = r.DataRange()
	}
	return e
}

func (g *guest) draw(s *surface) {
	if s.dry {
		return
	}
	p := plot.New()
	p.X.Min, p.X.Max, p.X.Scale = s.x.lo, s.x.hi, normalizer(s.x)
	p.Y.Min, p.Y.Max, p.Y.Scale = s.y.lo, s.y.hi, normalizer(s.y)
	g.p.Plot(draw.Canvas{Canvas: s.Canvas.Canvas, Rectangle: s.Rectangle}, p)
	vg.Initialize(s.Canvas.Canvas)
}

func normalizer(s scale) plot.Normalizer {
	if s.log {
		return plot.LogScale{}
	}
	return plot.LinearScale{}
}
