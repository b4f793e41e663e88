package plotting

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Contours is a set of level lines, returned for what is seldom said of one.
type Contours struct {
	f      *Figure
	data   *table
	levels []float64
	plain  bool
	gaps   bool
	lines  [][]curve
	labels []*textLine
}

// Contour draws the lines on which the grid has the given values, each with
// its number in a gap of the line. Without levels it chooses about seven round
// ones. A level that the grid does not reach is an error.
func (f *Figure) Contour(g GridXYZ, levels ...float64) *Contours {
	c := &Contours{f: f, data: copyGrid(g), levels: slices.Clone(levels)}
	f.add(c)
	return c
}

// Plain leaves the numbers out.
func (c *Contours) Plain() *Contours { c.plain = true; return c }

// Gaps says that NaN is meant: lines end there.
func (c *Contours) Gaps() *Contours { c.gaps = true; c.f.ready = false; return c }

func (c *Contours) what() string { return "the contour" }

func (c *Contours) check(f *Figure) error {
	if err := checkGrid(c.what(), c.data, c.gaps); err != nil {
		return err
	}
	if f.x.log && c.data.x[0] <= 0 || f.y.log && c.data.y[0] <= 0 {
		return fmt.Errorf("plotting: the grid of a contour on a logarithmic axis must be positive; it starts at (%g, %g)", c.data.x[0], c.data.y[0])
	}
	lo, hi := gridLimits(c.data)
	if len(c.levels) == 0 {
		c.levels = roundLevels(lo, hi)
	}
	c.lines, c.labels = nil, nil
	for _, v := range c.levels {
		if !(lo <= v && v <= hi) {
			return fmt.Errorf("plotting: contour level %g: the grid spans %.6g to %.6g; choose a level in between", v, lo, hi)
		}
		label, err := typeset(number(v, 4), noteSize, false)
		if err != nil {
			return err
		}
		c.lines, c.labels = append(c.lines, isolines(c.data, v)), append(c.labels, label)
	}
	return nil
}

// roundLevels are about seven round numbers between lo and hi.
func roundLevels(lo, hi float64) (levels []float64) {
	if lo == hi {
		return nil
	}
	ticks, _ := linearTicks(lo, hi, 8)
	for _, t := range ticks {
		if lo < t.v && t.v < hi {
			levels = append(levels, t.v)
		}
	}
	return levels
}

func (c *Contours) extent(*Figure) extent { return gridExtent(c.data) }

func (c *Contours) tight() (x, y, floor bool) { return true, true, false }

func (c *Contours) draw(s *surface) {
	sty := draw.LineStyle{Color: contourC, Width: 1.2 * px}
	if s.f.filled() {
		sty.Color = ink
	}
	var placed []vg.Point
	for k, curves := range c.lines {
		for _, cv := range curves {
			pts := make([]vg.Point, len(cv.x))
			for i := range pts {
				pts[i] = s.point(cv.x[i], cv.y[i])
			}
			for _, piece := range s.ClipLinesXY(pts) {
				c.drawCurve(s, sty, newRope(piece), c.labels[k], &placed)
			}
		}
	}
}

// drawCurve draws one piece with its number, if there is a place for it.
func (c *Contours) drawCurve(s *surface, sty draw.LineStyle, r *rope, label *textLine, placed *[]vg.Point) {
	width := label.width + 8*px
	at, ok := r.labelPlace(s, width, *placed)
	if c.plain || !ok {
		s.stroke(sty, r.pts)
		return
	}
	s.stroke(sty, r.part(0, at-width/2))
	s.stroke(sty, r.part(at+width/2, r.length()))
	a, b := r.at(at-width/2), r.at(at+width/2)
	angle := math.Atan2(float64(b.Y-a.Y), float64(b.X-a.X))
	if angle > math.Pi/2 || angle <= -math.Pi/2 { // upright
		angle += math.Pi
	}
	center := vg.Point{X: (a.X + b.X) / 2, Y: (a.Y + b.Y) / 2}
	*placed = append(*placed, center)
	p := placement{at: center, angle: angle, anchor: anchor{x: 0.5, y: 0.5}, halo: s.f.filled()}
	s.text(label, p, ink)
}

// A rope is a polyline measured along itself.
type rope struct {
	pts []vg.Point
	s   []vg.Length
}

func newRope(pts []vg.Point) *rope {
	r := &rope{pts: pts, s: make([]vg.Length, len(pts))}
	for i := 1; i < len(pts); i++ {
		d := pts[i].Sub(pts[i-1])
		r.s[i] = r.s[i-1] + vg.Length(math.Hypot(float64(d.X), float64(d.Y)))
	}
	return r
}

func (r *rope) length() vg.Length { return r.s[len(r.s)-1] }

// at is the point at arc length v.
func (r *rope) at(v vg.Length) vg.Point {
	i, _ := slices.BinarySearch(r.s, v)
	if i == 0 {
		return r.pts[0]
	}
	if i == len(r.s) {
		return r.pts[i-1]
	}
	t := (v - r.s[i-1]) / (r.s[i] - r.s[i-1])
	return r.pts[i-1].Add(r.pts[i].Sub(r.pts[i-1]).Scale(t))
}

// part is the polyline between two arc lengths.
func (r *rope) part(a, b vg.Length) (pts []vg.Point) {
	pts = append(pts, r.at(a))
	for i, v := range r.s {
		if a < v && v < b {
			pts = append(pts, r.pts[i])
		}
	}
	return append(pts, r.at(b))
}

// labelPlace finds where along the rope a number of that width stands best:
// where the rope is straight and level, away from the border, from other
// numbers and from other marks.
func (r *rope) labelPlace(s *surface, width vg.Length, placed []vg.Point) (best vg.Length, ok bool) {
	if r.length() < 1.8*width {
		return 0, false
	}
	cost := math.Inf(1)
	for v := width * 0.6; v <= r.length()-width*0.6; v += 3 * px {
		a, m, b := r.at(v-width/2), r.at(v), r.at(v+width/2)
		if c := labelCost(s, a, m, b, placed); c < cost {
			cost, best = c, v
		}
	}
	return best, cost < 1000
}

func labelCost(s *surface, a, m, b vg.Point, placed []vg.Point) float64 {
	chord := b.Sub(a)
	length := math.Hypot(float64(chord.X), float64(chord.Y))
	sag := m.Sub(a.Add(b).Scale(0.5))
	cost := 6 * math.Hypot(float64(sag.X), float64(sag.Y)) // bent
	cost += 8 * math.Abs(float64(chord.Y)) / length        // steep
	for _, q := range []vg.Point{a, m, b} {
		edge := min(q.X-s.Min.X, s.Max.X-q.X, q.Y-s.Min.Y, s.Max.Y-q.Y)
		if edge < 7*px {
			cost += 2000
		}
	}
	for _, q := range []vg.Point{a, m, b} {
		cost += 20 * float64(min(4, s.others.near(q, 5*px)))
	}
	for _, q := range placed {
		d := m.Sub(q)
		gap := math.Hypot(float64(d.X), float64(d.Y)) / float64(px)
		if gap < 44 {
			cost += 3 * (44 - gap)
		}
		if gap < 18 {
			cost += 2000
		}
	}
	return cost
}
