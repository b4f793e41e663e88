package plotting

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A colorBar maps values to colours and shows the map beside the axes.
type colorBar struct {
	label     string
	ramp      *Ramp
	lo, hi    float64 // ends of the bar
	fixed     bool    // by Limits
	middle    float64
	diverging bool
	min, max  float64 // of the values
	seen      bool
}

// colorBar returns the bar of the figure with that label. A figure has one: a
// second label is an error.
func (f *Figure) colorBar(label string) *colorBar {
	if f.bar == nil {
		f.bar = &colorBar{label: label, ramp: Sequential}
	} else if f.bar.label != label {
		f.fail(fmt.Errorf("plotting: a figure has one colour bar, and %s would be a second one beside %s; draw two panels with Grid", quote(label), quote(f.bar.label)))
	}
	return f.bar
}

// reach widens the bar to the values, if Limits has not fixed it.
func (b *colorBar) reach(values []float64) {
	if !b.seen {
		b.min, b.max, b.seen = math.Inf(1), math.Inf(-1), true
	}
	for _, v := range values {
		b.min, b.max = min(b.min, v), max(b.max, v)
	}
	if b.fixed {
		return
	}
	b.lo, b.hi = b.min, b.max
	if b.diverging {
		d := max(b.max-b.middle, b.middle-b.min)
		b.lo, b.hi = b.middle-d, b.middle+d
	}
	if b.lo == b.hi {
		b.lo, b.hi = b.lo-0.5, b.hi+0.5
	}
}

// color of a value; with Diverging and Limits each side has its own scale.
func (b *colorBar) color(v float64) color.NRGBA {
	if b.diverging && b.lo < b.middle && b.middle < b.hi {
		if v < b.middle {
			return b.ramp.At(0.5 * (v - b.lo) / (b.middle - b.lo))
		}
		return b.ramp.At(0.5 + 0.5*(v-b.middle)/(b.hi-b.middle))
	}
	return b.ramp.At((v - b.lo) / (b.hi - b.lo))
}

const barWidth, barGap = 12 * px, 14 * px

// A barLayout is a colour bar ready to be drawn.
type barLayout struct {
	*colorBar
	ruler *ruler
}

func (b *colorBar) layout() (*barLayout, error) {
	a := axis{label: b.label}
	r, err := newRuler(&a, scale{lo: b.lo, hi: b.hi}, 5, false)
	return &barLayout{colorBar: b, ruler: r}, err
}

// width that the bar takes to the right of the axes.
func (b *barLayout) width() vg.Length {
	w := barGap + barWidth + tickLength + tickGap + b.ruler.widest()
	if b.ruler.label != nil {
		w += labelGap + labelSize
	}
	return w
}

func (b *barLayout) draw(c vg.Canvas, data vg.Rectangle) {
	r := vg.Rectangle{
		Min: vg.Point{X: snap(data.Max.X+barGap, 2*px), Y: data.Min.Y},
		Max: vg.Point{X: snap(data.Max.X+barGap+barWidth, 2*px), Y: data.Max.Y},
	}
	n := int(math.Round(float64((r.Max.Y-r.Min.Y)/px))) * 2
	img := image.NewNRGBA(image.Rect(0, 0, 1, n))
	for j := range n {
		img.SetNRGBA(0, n-1-j, b.color(b.lo+(b.hi-b.lo)*(float64(j)+0.5)/float64(n)))
	}
	b.paint(c, r, img)
	b.points(c, r)
	x := r.Max.X
	for i, t := range b.ruler.ticks {
		if b.ruler.lines[i] == nil {
			continue
		}
		y := r.Min.Y + vg.Length(b.ruler.norm(t.v))*(r.Max.Y-r.Min.Y)
		ys := snap(y, hairline)
		(&draw.Canvas{Canvas: c}).StrokeLine2(spineStyle, x, ys, x+tickLength, ys)
		at := vg.Point{X: x + tickLength + tickGap, Y: y}
		paintText(c, b.ruler.lines[i], placement{at: at, anchor: anchor{y: 0.5}}, softInk)
	}
	if b.ruler.exponent != nil {
		paintText(c, b.ruler.exponent, placement{at: vg.Point{X: r.Min.X, Y: r.Max.Y + 8*px}}, softInk)
	}
	if b.ruler.label != nil {
		at := vg.Point{X: data.Max.X + b.width() - depth*labelSize, Y: (r.Min.Y + r.Max.Y) / 2}
		paintText(c, b.ruler.label, placement{at: at, angle: math.Pi / 2, anchor: anchor{x: 0.5}}, ink)
	}
}

// paint stretches the one column of the image to the bar.
func (b *barLayout) paint(c vg.Canvas, r vg.Rectangle, img *image.NRGBA) {
	w := int(math.Round(float64(barWidth/px))) * 2
	wide := image.NewNRGBA(image.Rect(0, 0, w, img.Rect.Dy()))
	for j := range img.Rect.Dy() {
		for i := range w {
			wide.SetNRGBA(i, j, img.NRGBAAt(0, j))
		}
	}
	paintImage(c, r, wide)
}

// points at the ends say that values lie beyond.
func (b *barLayout) points(c vg.Canvas, r vg.Rectangle) {
	x := (r.Min.X + r.Max.X) / 2
	if b.max > b.hi {
		(&draw.Canvas{Canvas: c}).FillPolygon(b.color(b.hi), []vg.Point{{X: r.Min.X, Y: r.Max.Y + px}, {X: r.Max.X, Y: r.Max.Y + px}, {X: x, Y: r.Max.Y + 8*px}})
	}
	if b.min < b.lo {
		(&draw.Canvas{Canvas: c}).FillPolygon(b.color(b.lo), []vg.Point{{X: r.Min.X, Y: r.Min.Y - px}, {X: r.Max.X, Y: r.Min.Y - px}, {X: x, Y: r.Min.Y - 8*px}})
	}
}
