package plotting

import (
	"image"
	"image/color"
	imgdraw "image/draw"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A surface is the rectangle between the axes with the map from data to it.
// The backends cannot clip, so every line and polygon is clipped here.
type surface struct {
	draw.Canvas
	f     *Figure
	x, y  scale
	taken *occupancy // what the marks cover, measured before anything is drawn
	dry   bool       // measure only

	others *occupancy // what is covered by marks that are not contours
}

// A scale maps one axis of the data to [0, 1].
type scale struct {
	lo, hi float64
	log    bool
	whole  bool // the axis counts: ticks at whole numbers only
}

func (s scale) norm(v float64) float64 {
	if s.log {
		return math.Log(v/s.lo) / math.Log(s.hi/s.lo)
	}
	return (v - s.lo) / (s.hi - s.lo)
}

// at is the inverse of norm.
func (s scale) at(t float64) float64 {
	if s.log {
		return s.lo * math.Pow(s.hi/s.lo, t)
	}
	return s.lo + t*(s.hi-s.lo)
}

func (s *surface) point(x, y float64) vg.Point {
	return vg.Point{X: s.X(s.x.norm(x)), Y: s.Y(s.y.norm(y))}
}

// farAway bounds coordinates before they are clipped, so that a line that
// leaves the picture by a factor of 1e300 does not overflow.
const farAway = 1e6

func tame(p vg.Point) vg.Point {
	return vg.Point{X: min(farAway, max(-farAway, p.X)), Y: min(farAway, max(-farAway, p.Y))}
}

// stroke draws a polyline, clipped.
func (s *surface) stroke(sty draw.LineStyle, pts []vg.Point) {
	for i := range pts {
		pts[i] = tame(pts[i])
	}
	for _, piece := range s.ClipLinesXY(pts) {
		if s.dry {
			s.taken.line(piece)
		} else {
			s.strokePiece(sty, piece)
		}
	}
}

// strokeOver draws a polyline that stays visible on a filled map: with a white
// casing, if the figure has one.
func (s *surface) strokeOver(sty draw.LineStyle, pts []vg.Point) {
	if s.f.filled() && !s.dry {
		casing := sty
		casing.Color, casing.Width, casing.Dashes = casingC, sty.Width+2*px, nil
		s.stroke(casing, append([]vg.Point(nil), pts...))
	}
	s.stroke(sty, pts)
}

// fill draws a polygon, clipped. Its inside counts as free: a legend may lie
// on a band, not on a line.
func (s *surface) fill(c color.Color, pts []vg.Point) {
	for i := range pts {
		pts[i] = tame(pts[i])
	}
	if pts = s.ClipPolygonXY(pts); len(pts) > 2 && !s.dry {
		s.FillPolygon(c, pts)
	}
}

// inside fills a shape that is drawn whole or not at all.
func (s *surface) inside(c color.Color, path vg.Path) {
	for _, p := range path {
		if p.Type == vg.CloseComp {
			continue
		}
		if !s.Contains(p.Pos) {
			return
		}
		if s.dry {
			s.taken.point(p.Pos)
		}
	}
	if !s.dry {
		s.SetColor(c)
		s.Fill(path)
	}
}

func (s *surface) text(l *textLine, p placement, c color.Color) {
	s.taken.text(l, p) // so that the next text keeps clear of it
	if !s.dry {
		paintText(s.Canvas, l, p, c)
	}
}

// picture draws an image that fills a rectangle.
func (s *surface) picture(r vg.Rectangle, img image.Image) {
	if !s.dry {
		paintImage(s.Canvas.Canvas, r, img)
	}
}

// paintImage draws an image that has the device pixels of the rectangle: on a
// raster pixel by pixel, without resampling.
func paintImage(c vg.Canvas, r vg.Rectangle, img image.Image) {
	raster, ok := c.(interface{ Image() imgdraw.Image })
	if !ok {
		c.DrawImage(r, img)
		return
	}
	dst := raster.Image()
	x := int(math.Round(r.Min.X.Dots(dpi)))
	y := dst.Bounds().Max.Y - int(math.Round(r.Max.Y.Dots(dpi)))
	size := img.Bounds().Size()
	imgdraw.Draw(dst, image.Rect(x, y, x+size.X, y+size.Y), img, img.Bounds().Min, imgdraw.Over)
}

// snap moves a coordinate to where a line of that width has sharp edges at
// one and at two device pixels to the CSS pixel.
func snap(v, width vg.Length) vg.Length {
	if int(math.Round(float64(width/px)))%2 == 1 {
		return (vg.Length(math.Floor(float64(v/px))) + 0.5) * px
	}
	return vg.Length(math.Round(float64(v/px))) * px
}
