package plotting

import (
	"image/color"
	"math"

	imgdraw "image/draw"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The rasterizer's time grows with the square of what one path covers in a row
// of pixels: a noisy line of 10,000 points would take minutes. So long lines
// are thinned to what can be seen, and stroked in short pieces.

// devicePixel is the size of a pixel of a PNG.
const devicePixel = px * 96 / dpi

// thin leaves out points of a long line that change no pixel. If x only
// increases, each column of pixels keeps its first, lowest, highest and last
// point; else points within a fifth of a pixel of the last one go.
func thin(pts []vg.Point) []vg.Point {
	const long = 2000
	if len(pts) <= long {
		return pts
	}
	for i := 1; i < len(pts); i++ {
		if pts[i].X < pts[i-1].X {
			return spaced(pts)
		}
	}
	out := make([]vg.Point, 0, long)
	for i := 0; i < len(pts); {
		column := math.Floor(float64(pts[i].X / devicePixel))
		j, lo, hi := i, i, i
		for ; j < len(pts) && math.Floor(float64(pts[j].X/devicePixel)) == column; j++ {
			if pts[j].Y < pts[lo].Y {
				lo = j
			}
			if pts[j].Y > pts[hi].Y {
				hi = j
			}
		}
		last := -1
		for _, k := range []int{i, min(lo, hi), max(lo, hi), j - 1} {
			if k > last {
				out, last = append(out, pts[k]), k
			}
		}
		i = j
	}
	return out
}

func spaced(pts []vg.Point) []vg.Point {
	out := pts[:1:1]
	for i, p := range pts[1:] {
		d := p.Sub(out[len(out)-1])
		if d.X*d.X+d.Y*d.Y > devicePixel*devicePixel/25 || i == len(pts)-2 {
			out = append(out, p)
		}
	}
	return out
}

// pieceRise is how far up and down one path may go.
const pieceRise = 400 * px

// strokePiece draws a line that lies inside; on a raster in pieces. An opaque
// piece begins with the last segment of the one before, so that there is a
// join; dashes go on where they stopped.
func (s *surface) strokePiece(sty draw.LineStyle, pts []vg.Point) {
	if _, raster := s.Canvas.Canvas.(interface{ Image() imgdraw.Image }); !raster || len(pts) < 8 {
		s.StrokeLines(sty, pts)
		return
	}
	overlap := opaque(sty.Color)
	start, rise := 0, vg.Length(0)
	offset, walked := sty.DashOffs, vg.Length(0)
	var lastStep vg.Length
	for i := 1; i < len(pts); i++ {
		d := pts[i].Sub(pts[i-1])
		lastStep = vg.Length(math.Hypot(float64(d.X), float64(d.Y)))
		rise += vg.Length(math.Abs(float64(d.Y)))
		walked += lastStep
		if rise < pieceRise && i-start < 200 && i < len(pts)-1 {
			continue
		}
		sty.DashOffs = offset
		s.StrokeLines(sty, pts[start:i+1])
		start, rise = i, 0
		offset += walked
		walked = 0
		if overlap && i < len(pts)-1 {
			start, offset, walked = i-1, offset-lastStep, lastStep
		}
	}
}

func opaque(c color.Color) bool {
	_, _, _, a := c.RGBA()
	return a == 0xffff
}
