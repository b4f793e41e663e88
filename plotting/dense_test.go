package plotting

import (
	"image"
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func noisy(n int) (pts []vg.Point) {
	for k := range n {
		pts = append(pts, vg.Point{X: vg.Length(k) * 500 / vg.Length(n), Y: vg.Length(300 * noise(k))})
	}
	return pts
}

// TestThin: a column of pixels has at most four points, the extremes among
// them; ends stay; a short line is left alone.
func TestThin(t *testing.T) {
	pts := noisy(200000)
	out := thin(pts)
	if columns := 1334; len(out) > 4*(columns+1) {
		t.Errorf("%d points for %d columns", len(out), columns)
	}
	if out[0] != pts[0] || out[len(out)-1] != pts[len(pts)-1] {
		t.Error("an end is lost")
	}
	span := func(pts []vg.Point) (lo, hi [700]vg.Length) {
		for k := range lo {
			lo[k], hi[k] = vg.Length(math.Inf(1)), vg.Length(math.Inf(-1))
		}
		for _, p := range pts {
			k := int(p.X / devicePixel / 2)
			lo[k], hi[k] = min(lo[k], p.Y), max(hi[k], p.Y)
		}
		return lo, hi
	}
	lo, hi := span(pts)
	if l, h := span(out); l != lo || h != hi {
		t.Error("an extreme is lost")
	}
	if short := noisy(100); len(thin(short)) != 100 {
		t.Error("a short line is thinned")
	}
	var circle []vg.Point
	for k := range 50000 {
		s, c := math.Sincos(float64(k) / 50000 * 2 * math.Pi)
		circle = append(circle, vg.Point{X: vg.Length(100 * c), Y: vg.Length(100 * s)})
	}
	round := thin(circle)
	if len(round) > 20000 || round[len(round)-1] != circle[len(circle)-1] {
		t.Errorf("a circle keeps %d points", len(round))
	}
	for i := 1; i < len(round); i++ {
		if d := round[i].Sub(round[i-1]); math.Hypot(float64(d.X), float64(d.Y)) > float64(devicePixel) {
			t.Fatalf("a gap at %d", i)
		}
	}
}

// TestPieces: a line in pieces looks like the line in one, dashed and solid.
func TestPieces(t *testing.T) {
	var pts []vg.Point
	for k := range 400 {
		x := float64(k) / 400
		pts = append(pts, vg.Point{X: vg.Length(20 + 400*x), Y: vg.Length(150 + 120*math.Sin(25*x))})
	}
	for _, k := range []int{0, 1, 3} {
		sty := styleOf(k).line(lineWidth)
		draws := func(do func(s *surface)) image.Image {
			f := New("", "")
			c := newCanvas(f.card())
			do(&surface{Canvas: draw.NewCanvas(c, 480, 300), f: f})
			return c.Image()
		}
		whole := draws(func(s *surface) { s.StrokeLines(sty, pts) })
		pieces := draws(func(s *surface) { s.strokePiece(sty, pts) })
		if _, n := imageDiff(whole, pieces); n > 200 { // edges at the seams, of 10,000 on the line
			t.Errorf("style %d: %d pixels differ", k, n)
		}
	}
}
