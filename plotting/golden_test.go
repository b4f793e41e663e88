package plotting

import (
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

var regen = flag.Bool("regen", false, "write the golden images instead of comparing with them")

// Fused multiply-add and another rasterizer move the edges of shapes by a part
// of a pixel: a few channels may differ by much, the picture may not.
const (
	channelTolerance = 24   // of 255, below this a pixel is the same
	pixelShare       = 2e-3 // of the pixels may differ by more
)

// TestGolden compares every kind of mark with the committed image that was
// looked at. What the numbers in it are is for other tests.
func TestGolden(t *testing.T) {
	for _, g := range gallery() {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			got, err := rasterize(g.draw())
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", g.name+".png")
			if *regen {
				writePNG(t, file, got)
				return
			}
			compareImages(t, file, got)
		})
	}
}

func compareImages(t *testing.T, file string, got image.Image) {
	t.Helper()
	r, err := os.Open(file)
	if err != nil {
		t.Fatalf("%v; run go test ./plotting -regen and look at the images", err)
	}
	defer r.Close()
	want, err := png.Decode(r)
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		t.Fatalf("the image is %v, the golden one %v", got.Bounds(), want.Bounds())
	}
	diff, n := imageDiff(got, want)
	if size := got.Bounds().Size(); float64(n) > pixelShare*float64(size.X*size.Y) {
		dir := filepath.Join(os.TempDir(), "hopflow-plotting")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		base := filepath.Join(dir, filepath.Base(file))
		writePNG(t, base, got)
		writePNG(t, base+".diff.png", diff)
		t.Errorf("%d pixels differ from %s; look at %s and %s.diff.png; if it is right, go test ./plotting -regen", n, file, base, base)
	}
}

// imageDiff marks in red what differs, on a pale copy.
func imageDiff(a, b image.Image) (*image.NRGBA, int) {
	d, n := image.NewNRGBA(a.Bounds()), 0
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			p, q := color.NRGBAModel.Convert(a.At(x, y)).(color.NRGBA), color.NRGBAModel.Convert(b.At(x, y)).(color.NRGBA)
			if apart(p.R, q.R) || apart(p.G, q.G) || apart(p.B, q.B) || apart(p.A, q.A) {
				n++
				d.SetNRGBA(x, y, color.NRGBA{R: 255, A: 255})
			} else {
				d.SetNRGBA(x, y, color.NRGBA{R: 192 + p.R/4, G: 192 + p.G/4, B: 192 + p.B/4, A: 255})
			}
		}
	}
	return d, n
}

func apart(a, b uint8) bool { return max(a, b)-min(a, b) > channelTolerance }

func writePNG(t *testing.T, file string, img image.Image) {
	t.Helper()
	w, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(w, img); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestGoldenCanFail: a moved line is seen by the comparison.
func TestGoldenCanFail(t *testing.T) {
	draw := func(shift float64) image.Image {
		f := New("x", "y").Range(0, 1, 0, 1)
		f.Line("a", XY{X: []float64{0, 1}, Y: []float64{0.2 + shift, 0.7 + shift}})
		img, err := rasterize(f)
		if err != nil {
			t.Fatal(err)
		}
		return img
	}
	if _, n := imageDiff(draw(0), draw(0)); n != 0 {
		t.Errorf("two drawings of one figure differ in %d pixels", n)
	}
	a := draw(0)
	if _, n := imageDiff(a, draw(0.01)); float64(n) < pixelShare*float64(a.Bounds().Dx()*a.Bounds().Dy()) {
		t.Errorf("a line moved by a hundredth of the axis changes only %d pixels", n)
	}
}
