package plotting

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// px is a CSS pixel, the unit of every length in this package. A PNG has two
// device pixels to a CSS pixel.
const px vg.Length = 0.75

// dpi is the density of a PNG: 2 device pixels to a CSS pixel of 1/96 inch.
const dpi = 192

// Sizes of the style sheet in CSS pixels.
const (
	defaultWidth, defaultHeight = 640, 400

	titleSize  = 14 * px
	labelSize  = 13 * px
	tickSize   = 12 * px
	legendSize = 12 * px
	noteSize   = 12 * px // Text, contour labels, slopes

	margin     = 12 * px // around everything
	tickLength = 4 * px
	tickGap    = 4 * px // between a tick and its number
	labelGap   = 7 * px // between the numbers and the label of an axis

	lineWidth   = 1.75 * px
	hairline    = 1 * px
	markRadius  = 3.4 * px
	dotRadius   = 1.3 * px
	arrowLength = 7 * px
)

// The neutral colours: everything that is not data. The background is always
// white, so that a figure is a readable card on a dark page too.
var (
	white     = color.NRGBA{R: 255, G: 255, B: 255, A: 255}
	ink       = color.NRGBA{R: 0x1f, G: 0x29, B: 0x33, A: 255} // text
	softInk   = color.NRGBA{R: 0x4a, G: 0x55, B: 0x63, A: 255} // numbers on axes, arrows
	contourC  = color.NRGBA{R: 0x5b, G: 0x6b, B: 0x7f, A: 255} // contour lines
	spineC    = color.NRGBA{R: 0x7b, G: 0x87, B: 0x94, A: 255} // axis lines, ticks
	gridC     = color.NRGBA{R: 0xe7, G: 0xea, B: 0xee, A: 255}
	haloC     = color.NRGBA{R: 255, G: 255, B: 255, A: 225}
	casingC   = color.NRGBA{R: 255, G: 255, B: 255, A: 190} // below a line that crosses a filled map
	panelC    = color.NRGBA{R: 255, G: 255, B: 255, A: 215} // behind a legend
	referC    = color.NRGBA{R: 0x6b, G: 0x77, B: 0x85, A: 255}
	markRimC  = color.NRGBA{R: 0x1f, G: 0x29, B: 0x33, A: 150}
	emptyTile = color.NRGBA{R: 0xf1, G: 0xf3, B: 0xf5, A: 255}
)

// A seriesStyle tells one series from another by two channels at least: by
// its colour, and by its dashes or its marker.
type seriesStyle struct {
	color  color.NRGBA
	dashes []vg.Length
	shape  markShape
}

var dashPatterns = [][]vg.Length{
	nil,
	{7 * px, 3.5 * px},
	{2 * px, 2.5 * px},
	{9 * px, 3 * px, 2 * px, 3 * px},
	{13 * px, 4 * px},
	{8 * px, 2.5 * px, 2 * px, 2.5 * px, 2 * px, 2.5 * px},
}

// styleOf returns the style of the k-th series. The seventh has the first
// one's colour with other dashes and another marker, and so on.
func styleOf(k int) seriesStyle {
	turn := k / len(palette)
	return seriesStyle{
		color:  palette[k%len(palette)],
		dashes: dashPatterns[(k+turn)%len(dashPatterns)],
		shape:  markShape((k + turn) % int(markShapes)),
	}
}

func (s seriesStyle) line(width vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: s.color, Width: width, Dashes: s.dashes}
}

func fade(c color.NRGBA, alpha float64) color.NRGBA {
	c.A = uint8(float64(c.A)*alpha + 0.5)
	return c
}
