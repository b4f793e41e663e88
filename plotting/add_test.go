package plotting

import (
	"image"
	"image/color"
	"testing"

	"gonum.org/v1/plot/plotter"
)

// TestAdd: a plotter of gonum/plot lies where the same data of a Line lie, on
// linear and on logarithmic axes.
func TestAdd(t *testing.T) {
	for _, log := range []bool{false, true} {
		pixels := func(add func(f *Figure)) image.Image {
			f := New("x", "y").Size(300, 200)
			if log {
				f.LogX().LogY()
			}
			add(f)
			f.Range(1, 100, 1, 100)
			img, err := rasterize(f)
			if err != nil {
				t.Fatal(err)
			}
			return img
		}
		guest := pixels(func(f *Figure) {
			l, err := plotter.NewLine(plotter.XYs{{X: 2, Y: 3}, {X: 90, Y: 70}})
			if err != nil {
				t.Fatal(err)
			}
			l.Color, l.Width = palette[0], lineWidth
			f.Add(l)
		})
		own := pixels(func(f *Figure) { f.Line("", XY{X: []float64{2, 90}, Y: []float64{3, 70}}) })
		if _, n := imageDiff(guest, own); n > 0 {
			t.Errorf("log %v: %d pixels differ", log, n)
		}
	}
}

// TestLimits: the colours between the limits, and what lies beyond is known.
func TestLimits(t *testing.T) {
	f := New("x", "y")
	m := f.Fill(gridOf(5), "E").Limits(2, 6)
	if err := f.Err(); err != nil {
		t.Fatal(err)
	}
	b := m.bar
	for v, want := range map[float64]color.NRGBA{1: Sequential.At(0), 2: Sequential.At(0), 4: Sequential.At(0.5), 6: Sequential.At(1), 9: Sequential.At(1)} {
		if got := b.color(v); got != want {
			t.Errorf("%g has the colour %v, want %v", v, got, want)
		}
	}
	if b.min != 1 || b.max != 9 {
		t.Errorf("the values span %g to %g", b.min, b.max)
	}
	g := New("x", "y")
	d := g.Fill(gridOf(5), "E").Diverging(3)
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
	if d.bar.lo != -3 || d.bar.hi != 9 || d.bar.color(3) != Diverging.At(0.5) {
		t.Errorf("the diverging bar runs from %g to %g", d.bar.lo, d.bar.hi)
	}
}
