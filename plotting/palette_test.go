package plotting

import (
	"image/color"
	"math"
	"testing"
)

// A lab is a colour in CIELAB under D65.
type lab struct{ L, a, b float64 }

// vision is how an eye with a severity of one sees linear RGB: G. M. Machado,
// M. M. Oliveira, L. A. F. Fernandes, A physiologically-based model for
// simulation of color vision deficiency (2009), supplementary tables.
type vision struct {
	name string
	m    [3][3]float64
}

var visions = []vision{
	{"normal", [3][3]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
	{"protanope", [3][3]float64{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}},
	{"deuteranope", [3][3]float64{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}},
}

func (v vision) see(c color.NRGBA) lab {
	in := [3]float64{linear(c.R), linear(c.G), linear(c.B)}
	var out [3]float64
	for i := range out {
		for j := range in {
			out[i] += v.m[i][j] * in[j]
		}
		out[i] = min(1, max(0, out[i]))
	}
	return toLab(out)
}

func toLab(rgb [3]float64) lab {
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124564*rgb[0] + 0.3575761*rgb[1] + 0.1804375*rgb[2]) / 0.95047)
	y := f(0.2126729*rgb[0] + 0.7151522*rgb[1] + 0.0721750*rgb[2])
	z := f((0.0193339*rgb[0] + 0.1191920*rgb[1] + 0.9503041*rgb[2]) / 1.08883)
	return lab{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// difference is CIEDE2000 with unit weights, after G. Sharma, W. Wu, E. N.
// Dalal, The CIEDE2000 color-difference formula (2005).
func difference(p, q lab) float64 {
	const rad = math.Pi / 180
	cbar := (math.Hypot(p.a, p.b) + math.Hypot(q.a, q.b)) / 2
	g := 0.5 * (1 - math.Sqrt(seventh(cbar)))
	a1, a2 := (1+g)*p.a, (1+g)*q.a
	c1, c2 := math.Hypot(a1, p.b), math.Hypot(a2, q.b)
	h1, h2 := hue(a1, p.b), hue(a2, q.b)
	dh, hbar := h2-h1, h1+h2
	switch {
	case c1*c2 == 0:
		dh = 0
	case math.Abs(h1-h2) <= 180:
		hbar /= 2
	default:
		dh -= math.Copysign(360, dh)
		hbar = math.Mod(hbar/2+180, 360)
	}
	l, c := (p.L+q.L)/2, (c1+c2)/2
	t := 1 - 0.17*math.Cos((hbar-30)*rad) + 0.24*math.Cos(2*hbar*rad) + 0.32*math.Cos((3*hbar+6)*rad) - 0.20*math.Cos((4*hbar-63)*rad)
	sl := 1 + 0.015*(l-50)*(l-50)/math.Sqrt(20+(l-50)*(l-50))
	dl, dc := (q.L-p.L)/sl, (c2-c1)/(1+0.045*c)
	db := 2 * math.Sqrt(c1*c2) * math.Sin(dh/2*rad) / (1 + 0.015*c*t)
	rt := -2 * math.Sqrt(seventh(c)) * math.Sin(60*rad*math.Exp(-math.Pow((hbar-275)/25, 2)))
	return math.Sqrt(dl*dl + dc*dc + db*db + rt*dc*db)
}

func seventh(c float64) float64 { return math.Pow(c, 7) / (math.Pow(c, 7) + math.Pow(25, 7)) }

func hue(a, b float64) float64 { return math.Mod(math.Atan2(b, a)*180/math.Pi+360, 360) }

// TestDifference holds the formula to pairs of the table in Sharma, Wu and
// Dalal (2005), those that catch mistakes in the mean hue among them.
func TestDifference(t *testing.T) {
	for _, c := range []struct {
		p, q lab
		want float64
	}{
		{lab{50, 2.6772, -79.7751}, lab{50, 0, -82.7485}, 2.0425},
		{lab{50, -1.3802, -84.2814}, lab{50, 0, -82.7485}, 1.0000},
		{lab{50, 2.4900, -0.0010}, lab{50, -2.4900, 0.0011}, 7.2195},
		{lab{50, 2.5000, 0}, lab{73, 25, -18}, 27.1492},
		{lab{60.2574, -34.0099, 36.2677}, lab{60.4626, -34.1751, 39.4387}, 1.2644},
		{lab{2.0776, 0.0795, -1.1350}, lab{0.9033, -0.0636, -0.5514}, 0.9082},
	} {
		for _, d := range []float64{difference(c.p, c.q), difference(c.q, c.p)} {
			if math.Abs(d-c.want) > 6e-5 {
				t.Errorf("difference(%v, %v) = %.4f, want %.4f", c.p, c.q, d, c.want)
			}
		}
	}
}

// TestPalette: six series can be told apart by colour alone, by everybody, and
// seen on white. The measure rejects the palette that it must.
func TestPalette(t *testing.T) {
	if len(palette) < 6 {
		t.Fatalf("%d colours, want 6", len(palette))
	}
	if d, who := closest(palette[:6]); d < 15 {
		t.Errorf("two colours differ by %.1f for %s, want 15", d, who)
	}
	for i, c := range palette {
		if r := contrast(c); r < 3 {
			t.Errorf("colour %d has contrast %.2f on white, want 3", i, r)
		}
	}
	redGreen := []color.NRGBA{hex(0xd62728), hex(0x2ca02c), hex(0x8c564b)}
	if d, _ := closest(redGreen); d >= 15 {
		t.Errorf("red, green and brown pass with %.1f", d)
	}
}

func closest(cs []color.NRGBA) (d float64, who string) {
	d = math.Inf(1)
	for _, v := range visions {
		for i := range cs {
			for j := range i {
				if x := difference(v.see(cs[i]), v.see(cs[j])); x < d {
					d, who = x, v.name
				}
			}
		}
	}
	return d, who
}

// contrast with white, by the formula of the Web Content Accessibility
// Guidelines 2.
func contrast(c color.NRGBA) float64 {
	return 1.05 / (0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B) + 0.05)
}

// TestTextContrast: words need 4.5.
func TestTextContrast(t *testing.T) {
	for _, c := range []color.NRGBA{ink, softInk, contourC, referC} {
		if r := contrast(c); r < 4.5 {
			t.Errorf("%v has contrast %.2f on white, want 4.5", c, r)
		}
	}
}

// TestSequential: lightness rises all the way for every eye, in steps that no
// eye takes for a border: viridis is even in another measure than CIEDE2000.
func TestSequential(t *testing.T) {
	for _, v := range visions {
		last, least, most := math.Inf(-1), math.Inf(1), 0.0
		for k := range 65 {
			p := v.see(Sequential.At(float64(k) / 64))
			if p.L <= last {
				t.Errorf("%s: lightness falls at %d/64", v.name, k)
			}
			last = p.L
			if k > 0 && v.name == "normal" {
				d := difference(v.see(Sequential.At(float64(k-1)/64)), p)
				least, most = min(least, d), max(most, d)
			}
		}
		if v.name == "normal" && most > 4*least {
			t.Errorf("steps of colour from %.2f to %.2f", least, most)
		}
	}
}

// TestDiverging: lightness rises to the middle and falls from it alike, and the
// two ends differ for every eye.
func TestDiverging(t *testing.T) {
	l := func(x float64) float64 { return visions[0].see(Diverging.At(x)).L }
	for k := range 32 {
		a, b := float64(k)/64, float64(k+1)/64
		if l(a) >= l(b) || l(1-a) >= l(1-b) {
			t.Errorf("lightness does not rise towards the middle at %d/64", k)
		}
		if d := math.Abs(l(a) - l(1-a)); d > 6 {
			t.Errorf("the sides differ in lightness by %.1f at %d/64", d, k)
		}
	}
	for _, v := range visions {
		if d := difference(v.see(Diverging.At(0.15)), v.see(Diverging.At(0.85))); d < 25 {
			t.Errorf("%s: the sides differ by %.1f", v.name, d)
		}
	}
	if c := Diverging.At(math.NaN()); c.A != 0 {
		t.Errorf("NaN has the colour %v", c)
	}
}

// TestStyles: neighbours differ in dashes and in markers too, and the seventh
// series is not the first.
func TestStyles(t *testing.T) {
	for i := range 12 {
		for j := range i {
			a, b := styleOf(i), styleOf(j)
			same := a.color == b.color
			dashes := len(a.dashes) == len(b.dashes)
			for k := 0; dashes && k < len(a.dashes); k++ {
				dashes = a.dashes[k] == b.dashes[k]
			}
			if same && dashes || same && a.shape == b.shape {
				t.Errorf("series %d and %d look alike", i, j)
			}
			if i < 6 && (dashes || a.shape == b.shape) {
				t.Errorf("series %d and %d differ in colour only", i, j)
			}
		}
	}
}
