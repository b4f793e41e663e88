package plotting

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// arrowHead is a swept-back head with its point at tip, in the direction of the
// unit vector u.
func arrowHead(tip, u vg.Point, length vg.Length) (p vg.Path) {
	n := vg.Point{X: -u.Y, Y: u.X}
	back := tip.Sub(u.Scale(length))
	p.Move(tip)
	p.Line(back.Add(n.Scale(0.42 * length)))
	p.Line(tip.Sub(u.Scale(0.72 * length)))
	p.Line(back.Sub(n.Scale(0.42 * length)))
	p.Close()
	return p
}

// An arrowField is a lattice of arrows.
type arrowField struct {
	name       string
	x, y, u, v []float64
	pitch      [2]float64 // of the lattice, in data units
	tone       color.NRGBA
}

// Arrows draws a vector field by arrows at nx by ny nodes of the rectangle from
// (x0, y0) to (x1, y1). Each arrow is centred on its node and tangent to the
// flow; lengths are in proportion, the longest one fits the lattice. It panics
// as GridFunc does.
func (f *Figure) Arrows(name string, field func(x, y float64) (u, v float64), x0, x1 float64, nx int, y0, y1 float64, ny int) *Figure {
	g := newLattice(x0, x1, nx, y0, y1, ny)
	a := &arrowField{name: name, tone: softInk}
	for r := range ny {
		for c := range nx {
			u, v := field(g.X(c), g.Y(r))
			a.x, a.y = append(a.x, g.X(c)), append(a.y, g.Y(r))
			a.u, a.v = append(a.u, u), append(a.v, v)
		}
	}
	a.pitch = [2]float64{(x1 - x0) / float64(nx-1), (y1 - y0) / float64(ny-1)}
	f.add(a)
	return f
}

func (a *arrowField) what() string { return "the arrows " + quote(a.name) }

func (a *arrowField) check(f *Figure) error {
	if f.x.log || f.y.log {
		return fmt.Errorf("plotting: %s need linear axes", a.what())
	}
	for i := range a.u {
		for _, w := range []float64{a.u[i], a.v[i]} {
			if why := badValue(w, false); why != "" {
				return fmt.Errorf("plotting: %s: the vector at (%g, %g) has a component that is %s", a.what(), a.x[i], a.y[i], why)
			}
		}
	}
	return nil
}

func (a *arrowField) extent(*Figure) extent {
	e := nowhere()
	for i := range a.x {
		e.include(a.x[i], a.y[i])
	}
	// Half an arrow sticks out.
	e.x0, e.x1 = e.x0-a.pitch[0]/2, e.x1+a.pitch[0]/2
	e.y0, e.y1 = e.y0-a.pitch[1]/2, e.y1+a.pitch[1]/2
	return e
}

func (a *arrowField) tight() (x, y, floor bool) { return true, false, false }

func (a *arrowField) draw(s *surface) {
	unit := s.point(s.x.lo+a.pitch[0], s.y.lo+a.pitch[1]).Sub(s.Min)
	sx, sy := float64(unit.X)/a.pitch[0], float64(unit.Y)/a.pitch[1]
	longest := 0.0
	for i := range a.u {
		longest = max(longest, math.Hypot(a.u[i]*sx, a.v[i]*sy))
	}
	room := 0.92 * min(unit.X, unit.Y)
	for i := range a.u {
		w := vg.Point{X: vg.Length(a.u[i] * sx), Y: vg.Length(a.v[i] * sy)}
		n := vg.Length(math.Hypot(float64(w.X), float64(w.Y)))
		at := s.point(a.x[i], a.y[i])
		if longest == 0 || n/vg.Length(longest)*room < 1.5*px { // too short for a direction
			s.inside(a.tone, discPath(at, 0.9*px))
			continue
		}
		s.arrow(at, w.Scale(1/n), n/vg.Length(longest)*room, a.tone)
	}
}

// arrow draws one arrow centred on a point.
func (s *surface) arrow(at, u vg.Point, length vg.Length, c color.Color) {
	if !s.Contains(at) {
		return
	}
	head := min(arrowLength, 0.55*length)
	tip := at.Add(u.Scale(length / 2))
	s.stroke(draw.LineStyle{Color: c, Width: min(1.3*px, max(0.8*px, length/12))}, []vg.Point{at.Sub(u.Scale(length / 2)), tip.Sub(u.Scale(0.72 * head))})
	s.inside(c, arrowHead(tip, u, head))
}

func (a *arrowField) legend(*Figure) (string, func(*draw.Canvas, vg.Rectangle)) {
	return a.name, arrowThumb(a.tone)
}

// arrowThumb is the sample of an arrow.
func arrowThumb(c color.NRGBA) func(*draw.Canvas, vg.Rectangle) {
	return func(canvas *draw.Canvas, r vg.Rectangle) {
		y := middle(r).Y
		canvas.StrokeLine2(draw.LineStyle{Color: c, Width: 1.2 * px}, r.Min.X, y, r.Max.X-0.7*arrowLength, y)
		canvas.SetColor(c)
		canvas.Fill(arrowHead(vg.Point{X: r.Max.X, Y: y}, vg.Point{X: 1}, arrowLength))
	}
}
