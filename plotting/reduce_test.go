package plotting

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
)

// TestReduce: figures of the gallery keep their pixels within the bound,
// and those without a smooth map become smaller.
func TestReduce(t *testing.T) {
	t.Parallel()
	smaller, looked := 0, 0
	for k, g := range gallery() {
		if k%3 > 0 {
			continue // every third one, to be quick
		}
		looked++
		img, err := rasterize(g.draw())
		if err != nil {
			t.Fatal(err)
		}
		full := img.(*image.RGBA)
		small := reduce(full)
		p, ok := small.(*image.Paletted)
		if !ok {
			continue // it came back whole
		}
		last, count := tolerances[len(tolerances)-1], map[[3]uint8]int{}
		for _, c := range tally(full) {
			count[c.rgb] = c.count
		}
		for j, i := range p.Pix {
			was, is := shade{rgb: [3]uint8(full.Pix[4*j : 4*j+3])}, p.Palette[i].(color.RGBA)
			bound := last.rim
			if float64(count[was.rgb]) > areaShare*float64(len(p.Pix)) {
				bound = last.area
			}
			if d := apartBy(was, shade{rgb: [3]uint8{is.R, is.G, is.B}}); d > bound || is.A != 255 {
				t.Fatalf("%s: pixel %d moves by %d, alpha %d", g.name, j, d, is.A)
			}
		}
		if size(t, small) < size(t, full)*2/3 {
			smaller++
		}
	}
	if smaller < looked/2 {
		t.Errorf("only %d of %d figures became smaller by a third", smaller, looked)
	}
}

// TestReduceKeeps: few colours survive exactly, too many come back as they were.
func TestReduceKeeps(t *testing.T) {
	few := image.NewRGBA(image.Rect(0, 0, 16, 16))
	for k := range 256 {
		copy(few.Pix[4*k:], []uint8{uint8(k), uint8(255 - k), uint8(k * 7), 255})
	}
	if _, n := imageDiffExact(few, reduce(few)); n != 0 {
		t.Errorf("%d of 256 colours were changed", n)
	}
	many := image.NewRGBA(image.Rect(0, 0, 256, 256))
	for k := range 256 * 256 {
		copy(many.Pix[4*k:], []uint8{uint8(k), uint8(k >> 8), uint8(k * 37), 255})
	}
	if got := reduce(many); got != image.Image(many) {
		t.Errorf("a picture of 65536 colours far apart became a %T", got)
	}
}

func imageDiffExact(a, b image.Image) (first image.Point, n int) {
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r, g, bl, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			if r != r2 || g != g2 || bl != b2 {
				if n == 0 {
					first = image.Pt(x, y)
				}
				n++
			}
		}
	}
	return first, n
}

func size(t *testing.T, img image.Image) int {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}
