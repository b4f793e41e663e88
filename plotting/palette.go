package plotting

import (
	"image/color"
	"math"
	"sync"
)

// palette holds the colours of the first six series. They were searched for so
// that any two differ by a CIEDE2000 of at least 15 for normal, deuteranope
// and protanope vision, and each has a contrast of at least 3 on white; the
// test measures all of it.
var palette = []color.NRGBA{
	{R: 0x23, G: 0x67, B: 0xc9, A: 255}, // blue
	{R: 0xdd, G: 0x6a, B: 0x10, A: 255}, // orange
	{R: 0x02, G: 0x79, B: 0x60, A: 255}, // green
	{R: 0x6f, G: 0x0f, B: 0x5c, A: 255}, // plum
	{R: 0xd9, G: 0x6f, B: 0x94, A: 255}, // pink
	{R: 0x60, G: 0x3d, B: 0x0d, A: 255}, // brown
}

// A Ramp is a colour for each number from 0 to 1.
type Ramp struct {
	stops []color.NRGBA
	once  sync.Once
	table [rampSize]color.NRGBA
}

const rampSize = 128

// Sequential runs from dark violet to bright yellow, perceptually uniform and
// monotone in lightness: viridis of S. van der Walt and N. Smith (2015),
// through nine of its published colours.
var Sequential = &Ramp{stops: []color.NRGBA{
	hex(0x440154), hex(0x472d7b), hex(0x3b528b), hex(0x2c728e), hex(0x21918c),
	hex(0x28ae80), hex(0x5ec962), hex(0xaddc30), hex(0xfde725),
}}

// Diverging runs from blue over near white in the middle to orange; its
// lightness rises and falls alike on both sides.
var Diverging = &Ramp{stops: []color.NRGBA{
	lch(0.36, 0.125, 258), lch(0.57, 0.120, 256), lch(0.77, 0.070, 254),
	lch(0.965, 0.004, 90),
	lch(0.77, 0.099, 62), lch(0.57, 0.120, 52), lch(0.36, 0.090, 44),
}}

// At returns the colour of t, which is moved into [0, 1] when it lies outside.
// NaN has no colour: it is transparent.
func (r *Ramp) At(t float64) color.NRGBA {
	if math.IsNaN(t) {
		return color.NRGBA{}
	}
	r.once.Do(r.fill)
	return r.table[int(min(1, max(0, t))*(rampSize-1)+0.5)]
}

// fill interpolates the stops in OKLab by a cubic through each of them
// (Catmull-Rom), which has no visible kinks at the stops.
func (r *Ramp) fill() {
	p := make([]oklab, len(r.stops))
	for i, c := range r.stops {
		p[i] = toOKLab(c)
	}
	at := func(i int) oklab { return p[min(len(p)-1, max(0, i))] }
	for k := range r.table {
		s := float64(k) / (rampSize - 1) * float64(len(p)-1)
		i := min(int(s), len(p)-2)
		r.table[k] = cubic(at(i-1), at(i), at(i+1), at(i+2), s-float64(i)).color()
	}
}

func cubic(a, b, c, d oklab, t float64) (y oklab) {
	for k := range y {
		m0, m1 := (c[k]-a[k])/2, (d[k]-b[k])/2
		y[k] = (2*t*t*t-3*t*t+1)*b[k] + (t*t*t-2*t*t+t)*m0 + (3*t*t-2*t*t*t)*c[k] + (t*t*t-t*t)*m1
	}
	return y
}

// An oklab is a colour in OKLab, the perceptual space of B. Ottosson (2020):
// lightness, green to red, blue to yellow.
type oklab [3]float64

func toOKLab(c color.NRGBA) oklab {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return oklab{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

func (o oklab) color() color.NRGBA {
	l := cube(o[0] + 0.3963377774*o[1] + 0.2158037573*o[2])
	m := cube(o[0] - 0.1055613458*o[1] - 0.0638541728*o[2])
	s := cube(o[0] - 0.0894841775*o[1] - 1.2914855480*o[2])
	return color.NRGBA{
		R: encode(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		G: encode(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		B: encode(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
		A: 255,
	}
}

// lch is a colour of OKLab by lightness, chroma and hue in degrees.
func lch(l, c, h float64) color.NRGBA {
	sin, cos := math.Sincos(h * math.Pi / 180)
	return oklab{l, c * cos, c * sin}.color()
}

func hex(rgb uint32) color.NRGBA {
	return color.NRGBA{R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb), A: 255}
}

func cube(x float64) float64 { return x * x * x }

// linear undoes the transfer curve of sRGB (IEC 61966-2-1).
func linear(c uint8) float64 {
	v := float64(c) / 255
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func encode(v float64) uint8 {
	if v <= 0.0031308 {
		v *= 12.92
	} else {
		v = 1.055*math.Pow(v, 1/2.4) - 0.055
	}
	return uint8(min(1, max(0, v))*255 + 0.5)
}
