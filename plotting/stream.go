package plotting

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// streams are evenly spaced streamlines of a vector field.
type streams struct {
	name   string
	field  func(x, y float64) (u, v float64)
	domain extent
	woven  *weaver // of the last rectangle that it was drawn in
}

// Streamlines draws curves that follow a vector field over the rectangle from
// (x0, y0) to (x1, y1), evenly spaced on the page (B. Jobard and W. Lefer 1997),
// with arrowheads. They show directions; a Fill below them can show the speed.
// A component that is not finite is an error. It panics unless both sides
// increase.
func (f *Figure) Streamlines(name string, field func(x, y float64) (u, v float64), x0, x1, y0, y1 float64) *Figure {
	newLattice(x0, x1, 2, y0, y1, 2)
	f.add(&streams{name: name, field: field, domain: extent{x0, x1, y0, y1}})
	return f
}

func (st *streams) what() string { return "the streamlines " + quote(st.name) }

// check probes the field on a lattice; the lines themselves run on the page.
func (st *streams) check(f *Figure) error {
	if f.x.log || f.y.log {
		return fmt.Errorf("plotting: %s need linear axes", st.what())
	}
	d, moving := st.domain, false
	for r := range 21 {
		for c := range 21 {
			x, y := between(d.x0, d.x1, c, 21), between(d.y0, d.y1, r, 21)
			u, v := st.field(x, y)
			moving = moving || u != 0 || v != 0
			for _, w := range []float64{u, v} {
				if why := badValue(w, false); why != "" {
					return fmt.Errorf("plotting: %s: the field at (%g, %g) has a component that is %s", st.what(), x, y, why)
				}
			}
		}
	}
	if !moving {
		return fmt.Errorf("plotting: %s: the field is zero everywhere, so it has no direction", st.what())
	}
	return nil
}

func (st *streams) extent(*Figure) extent { return st.domain }

func (st *streams) tight() (x, y, floor bool) { return true, true, false }

const (
	streamGap  = 23 * px // between neighbours
	streamStep = 2 * px
	shortest   = 24 * px
)

func (st *streams) draw(s *surface) {
	w := st.woven
	if w == nil || w.s.Rectangle != s.Rectangle || w.s.x != s.x || w.s.y != s.y {
		w = newWeaver(st, s)
		st.woven = w
	}
	sty := draw.LineStyle{Color: softInk, Width: 1.2 * px}
	for _, line := range w.lines {
		r := newRope(line)
		s.strokeOver(sty, append([]vg.Point(nil), line...))
		n := max(1, int(r.length()/(150*px)))
		for k := range n {
			v := r.length() * (vg.Length(k) + 0.5) / vg.Length(n)
			a, b := r.at(max(0, v-2*px)), r.at(min(r.length(), v+2*px))
			d := b.Sub(a)
			if l := math.Hypot(float64(d.X), float64(d.Y)); l > 0 {
				u := d.Scale(1 / vg.Length(l))
				s.inside(softInk, arrowHead(r.at(v).Add(u.Scale(arrowLength/2)), u, arrowLength))
			}
		}
	}
}

func (st *streams) legend(*Figure) (string, func(*draw.Canvas, vg.Rectangle)) {
	return st.name, arrowThumb(softInk)
}

// A weaver places lines one beside the other. It keeps the points of finished
// lines in cells of one gap, so that only neighbours are looked at.
type weaver struct {
	st     *streams
	s      *surface
	area   vg.Rectangle
	nx, ny int
	cells  [][]vg.Point
	lines  [][]vg.Point
}

func newWeaver(st *streams, s *surface) *weaver {
	d := st.domain
	w := &weaver{st: st, s: s}
	w.area.Min, w.area.Max = s.point(d.x0, d.y0), s.point(d.x1, d.y1)
	w.area.Min.X, w.area.Min.Y = max(w.area.Min.X, s.Min.X), max(w.area.Min.Y, s.Min.Y)
	w.area.Max.X, w.area.Max.Y = min(w.area.Max.X, s.Max.X), min(w.area.Max.Y, s.Max.Y)
	size := w.area.Size()
	w.nx, w.ny = int(size.X/streamGap)+1, int(size.Y/streamGap)+1
	w.cells = make([][]vg.Point, w.nx*w.ny)
	w.try(middle(w.area))
	for k := 0; k < len(w.lines); k++ { // seeds beside each line
		line := w.lines[k]
		for i := 2; i < len(line)-2; i += 6 {
			d := line[i+1].Sub(line[i-1])
			l := vg.Length(math.Hypot(float64(d.X), float64(d.Y)))
			n := vg.Point{X: -d.Y / l, Y: d.X / l}
			w.try(line[i].Add(n.Scale(streamGap)))
			w.try(line[i].Sub(n.Scale(streamGap)))
		}
	}
	for j := range w.ny { // and in regions that no line reached
		for i := range w.nx {
			w.try(w.area.Min.Add(vg.Point{X: (vg.Length(i) + 0.5) * streamGap, Y: (vg.Length(j) + 0.5) * streamGap}))
		}
	}
	return w
}

// try grows a line from a seed that has room around it.
func (w *weaver) try(seed vg.Point) {
	if !w.in(seed) || w.near(seed, 0.98*streamGap) {
		return
	}
	back, ahead := w.grow(seed, -1, nil), w.grow(seed, 1, nil)
	line := make([]vg.Point, 0, len(back)+len(ahead)+1)
	for i := len(back) - 1; i >= 0; i-- {
		line = append(line, back[i])
	}
	line = append(append(line, seed), ahead...)
	if vg.Length(len(line)-1)*streamStep < shortest {
		return
	}
	for _, p := range line {
		c := w.cell(p)
		w.cells[c] = append(w.cells[c], p)
	}
	w.lines = append(w.lines, line)
}

// grow follows the field by midpoint steps of one length until it stops, leaves
// the area, comes near another line or back to itself.
func (w *weaver) grow(p vg.Point, sign vg.Length, line []vg.Point) []vg.Point {
	const most = 4000
	for len(line) < most {
		u, ok := w.direction(p)
		if !ok {
			return line
		}
		before := u
		u, ok = w.direction(p.Add(u.Scale(sign * streamStep / 2)))
		if !ok || u.X*before.X+u.Y*before.Y < 0.5 { // at an equilibrium
			return line
		}
		p = p.Add(u.Scale(sign * streamStep))
		if !w.in(p) || w.near(p, streamGap/2) || loops(line, p) {
			return line
		}
		line = append(line, p)
	}
	return line
}

// loops reports whether p comes back to an older part of its own line.
func loops(line []vg.Point, p vg.Point) bool {
	const skip = 34 // steps, three gaps long
	for i := 0; i < len(line)-skip; i += 2 {
		if d := line[i].Sub(p); d.X*d.X+d.Y*d.Y < streamGap*streamGap/9 {
			return true
		}
	}
	return false
}

// direction of the field on the page.
func (w *weaver) direction(p vg.Point) (vg.Point, bool) {
	s := w.s
	x := s.x.at(float64((p.X - s.Min.X) / (s.Max.X - s.Min.X)))
	y := s.y.at(float64((p.Y - s.Min.Y) / (s.Max.Y - s.Min.Y)))
	u, v := w.st.field(x, y)
	u *= float64(s.Max.X-s.Min.X) / (s.x.hi - s.x.lo)
	v *= float64(s.Max.Y-s.Min.Y) / (s.y.hi - s.y.lo)
	n := math.Hypot(u, v)
	if !(n > 0) || math.IsInf(n, 0) {
		return vg.Point{}, false
	}
	return vg.Point{X: vg.Length(u / n), Y: vg.Length(v / n)}, true
}

func (w *weaver) in(p vg.Point) bool {
	return p.X >= w.area.Min.X && p.X <= w.area.Max.X && p.Y >= w.area.Min.Y && p.Y <= w.area.Max.Y
}

func (w *weaver) cell(p vg.Point) int {
	i := min(w.nx-1, max(0, int((p.X-w.area.Min.X)/streamGap)))
	j := min(w.ny-1, max(0, int((p.Y-w.area.Min.Y)/streamGap)))
	return j*w.nx + i
}

func (w *weaver) near(p vg.Point, gap vg.Length) bool {
	c := w.cell(p)
	i, j := c%w.nx, c/w.nx
	for b := max(0, j-1); b <= min(w.ny-1, j+1); b++ {
		for a := max(0, i-1); a <= min(w.nx-1, i+1); a++ {
			for _, q := range w.cells[b*w.nx+a] {
				if d := q.Sub(p); d.X*d.X+d.Y*d.Y < gap*gap {
					return true
				}
			}
		}
	}
	return false
}
