package plotting

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
)

// occupancy is a coarse picture of what is covered, for placing legends and
// labels. All methods work on nil.
type occupancy struct {
	vg.Rectangle
	nx, ny int
	cells  []uint16
}

const cellSize = 4 * px

func newOccupancy(r vg.Rectangle) *occupancy {
	o := &occupancy{Rectangle: r}
	o.nx = int((r.Max.X-r.Min.X)/cellSize) + 1
	o.ny = int((r.Max.Y-r.Min.Y)/cellSize) + 1
	o.cells = make([]uint16, o.nx*o.ny)
	return o
}

func (o *occupancy) clone() *occupancy {
	c := *o
	c.cells = slices.Clone(o.cells)
	return &c
}

func (o *occupancy) point(p vg.Point) {
	if o == nil {
		return
	}
	i, j := int((p.X-o.Min.X)/cellSize), int((p.Y-o.Min.Y)/cellSize)
	if i >= 0 && i < o.nx && j >= 0 && j < o.ny && o.cells[j*o.nx+i] < math.MaxUint16 {
		o.cells[j*o.nx+i]++
	}
}

func (o *occupancy) line(pts []vg.Point) {
	if o == nil {
		return
	}
	for i := 1; i < len(pts); i++ {
		d := pts[i].Sub(pts[i-1])
		n := int(math.Hypot(float64(d.X), float64(d.Y))/float64(cellSize)) + 1
		for k := range n {
			o.point(pts[i-1].Add(d.Scale(vg.Length(k) / vg.Length(n))))
		}
	}
}

func (o *occupancy) text(l *textLine, p placement) {
	b := l.box(p)
	for x := b.Min.X; x <= b.Max.X; x += cellSize {
		for y := b.Min.Y; y <= b.Max.Y; y += cellSize {
			o.point(vg.Point{X: x, Y: y})
		}
	}
}

// near counts what lies within a distance of a point.
func (o *occupancy) near(p vg.Point, d vg.Length) int {
	off := vg.Point{X: d, Y: d}
	return o.within(vg.Rectangle{Min: p.Sub(off), Max: p.Add(off)})
}

// within counts what a rectangle would cover.
func (o *occupancy) within(r vg.Rectangle) (n int) {
	if o == nil {
		return 0
	}
	at := func(v, lo vg.Length, most int) int { return min(most, max(0, int((v-lo)/cellSize))) }
	i0, i1 := at(r.Min.X-cellSize/2, o.Min.X, o.nx), at(r.Max.X+cellSize*1.5, o.Min.X, o.nx)
	j0, j1 := at(r.Min.Y-cellSize/2, o.Min.Y, o.ny), at(r.Max.Y+cellSize*1.5, o.Min.Y, o.ny)
	for j := j0; j < j1; j++ {
		for _, c := range o.cells[j*o.nx+i0 : j*o.nx+i1] {
			n += int(c)
		}
	}
	return n
}

// box is the upright rectangle round a text.
func (l *textLine) box(p placement) vg.Rectangle {
	t := rotation(p.at, p.angle, vg.Point{X: -vg.Length(p.anchor.x) * l.width, Y: -vg.Length(p.anchor.y) * l.ascent})
	r := vg.Rectangle{Min: p.at, Max: p.at}
	for k, q := range []vg.Point{{}, {X: l.width}, {X: l.width, Y: l.ascent}, {Y: l.ascent}} {
		if q = t(q); k == 0 {
			r.Min, r.Max = q, q
		}
		r.Min.X, r.Min.Y = min(r.Min.X, q.X), min(r.Min.Y, q.Y)
		r.Max.X, r.Max.Y = max(r.Max.X, q.X), max(r.Max.Y, q.Y)
	}
	return r
}

// freest returns the placement that covers the least and does not leave the
// data; the first ones win a draw.
func (s *surface) freest(l *textLine, ps ...placement) placement {
	best, cost := ps[0], math.MaxInt
	for _, p := range ps {
		b := l.box(p)
		n := 0
		if s.taken != nil {
			n = s.taken.within(b)
		}
		if b.Min.X < s.Min.X-px || b.Min.Y < s.Min.Y-px || b.Max.X > s.Max.X+px || b.Max.Y > s.Max.Y+px {
			n += 1 << 20
		}
		if n < cost {
			best, cost = p, n
		}
	}
	return best
}
