package plotting

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestConvergenceSlope: the legend has the slope of the least-squares line.
func TestConvergenceSlope(t *testing.T) {
	for _, order := range []float64{0.5, 1, 2, 4, -1} {
		var h, e []float64
		for k := range 6 {
			s := 0.3 * math.Pow(0.45, float64(k))
			h, e = append(h, s), append(e, 0.07*math.Pow(s, order))
		}
		f := New("h", "error")
		f.Convergence("RK", h, e)
		if err := f.Err(); err != nil {
			t.Fatal(err)
		}
		c := f.marks[0].(*convergence)
		if math.Abs(c.slope-order) > 1e-12 || math.Abs(c.offset-math.Log10(0.07)) > 1e-12 {
			t.Errorf("the fit is %g, %g, want %g, %g", c.slope, c.offset, order, math.Log10(0.07))
		}
		name, _ := c.legend(f)
		if want := "RK, slope " + decimal(order, 2); name != want {
			t.Errorf("the legend says %q, want %q", name, want)
		}
		if ref, ok := c.reference(); !ok || ref != order {
			t.Errorf("the triangle has slope %g, want %g", ref, order)
		}
	}
	// Three points not on a line: slope by the closed formula, Sxy / Sxx.
	f := New("h", "error")
	f.Convergence("", []float64{1, 10, 100}, []float64{1, 1000, 10000})
	if err := f.Err(); err != nil {
		t.Fatal(err)
	}
	if s := f.marks[0].(*convergence).slope; math.Abs(s-2) > 1e-12 {
		t.Errorf("the slope is %g, want 2", s)
	}
	g := New("h", "error")
	g.Convergence("", []float64{1, 10}, []float64{1, math.Pow(10, 1.26)})
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
	if ref, ok := g.marks[0].(*convergence).reference(); ok {
		t.Errorf("slope 1.26 gets a triangle of %g", ref)
	}
}

// TestIsolines: a circle is one closed curve on the circle, a plane one open
// line across the grid, a saddle two.
func TestIsolines(t *testing.T) {
	at := func(f func(x, y float64) float64, level float64) []curve {
		return isolines(copyGrid(GridFunc(f, -1, 1, 41, -1, 1, 31)), level)
	}
	circle := at(func(x, y float64) float64 { return math.Hypot(x, y) }, 0.7)
	if len(circle) != 1 || !circle[0].closed {
		t.Fatalf("the circle has %d curves", len(circle))
	}
	for i := range circle[0].x {
		if r := math.Hypot(circle[0].x[i], circle[0].y[i]); math.Abs(r-0.7) > 2e-3 {
			t.Errorf("a point of the circle has radius %g", r)
		}
	}
	plane := at(func(x, y float64) float64 { return x + 2*y }, 0.3)
	if len(plane) != 1 || plane[0].closed {
		t.Fatalf("the plane has %d curves", len(plane))
	}
	if n := len(plane[0].x); n < 30 {
		t.Errorf("the line has %d points", n)
	}
	for i := range plane[0].x {
		if v := plane[0].x[i] + 2*plane[0].y[i]; math.Abs(v-0.3) > 1e-12 {
			t.Errorf("a point of the line has the value %g", v)
		}
	}
	for _, level := range []float64{0.01, -0.01} {
		if saddle := at(func(x, y float64) float64 { return x * y }, level); len(saddle) != 2 {
			t.Errorf("the saddle has %d curves at %g", len(saddle), level)
		}
	}
	hole := at(func(x, y float64) float64 {
		if math.Hypot(x, y) < 0.3 {
			return nan
		}
		return x
	}, 0.02)
	if len(hole) != 2 {
		t.Errorf("a line through a hole has %d curves, want 2", len(hole))
	}
	if none := at(func(x, y float64) float64 { return 1 }, 1); len(none) != 0 {
		t.Errorf("a plateau has %d curves", len(none))
	}
}

// TestFunctionSamples: no chord misses the graph by half a pixel, and a straight
// line costs the first samples only.
func TestFunctionSamples(t *testing.T) {
	for name, f := range map[string]func(float64) float64{
		"kink":  func(x float64) float64 { return math.Abs(x - 0.3217) },
		"spike": func(x float64) float64 { return 1 / (1 + 2500*(x-0.41)*(x-0.41)) },
		"step":  func(x float64) float64 { return math.Tanh(80 * (x - 0.2)) },
		"wave":  func(x float64) float64 { return math.Sin(30 * x) },
	} {
		p := sampleFunction(New("", ""), f, -1, 1)
		worst := 0.0
		for i := 1; i < len(p.x); i++ {
			if p.x[i] <= p.x[i-1] {
				t.Fatalf("%s: x does not increase at %d", name, i)
			}
			m := (p.x[i] + p.x[i-1]) / 2
			worst = max(worst, math.Abs(f(m)-(p.y[i]+p.y[i-1])/2))
		}
		if height := visibleHeight(New("", ""), p); worst > 0.5/defaultHeight*height {
			t.Errorf("%s: a chord misses by %.2g of the height", name, worst/height)
		}
	}
	if p := sampleFunction(New("", ""), func(x float64) float64 { return 2 * x }, 0, 1); len(p.x) != firstSamples {
		t.Errorf("a straight line takes %d samples", len(p.x))
	}
}

// TestHistogramArea: the bars have area 1 and hold every value.
func TestHistogramArea(t *testing.T) {
	var v []float64
	for k := range 999 {
		v = append(v, normal(k))
	}
	for _, bins := range []int{0, 1, 7, 60} {
		h := &histogram{values: v, bins: bins}
		if err := h.check(New("", "")); err != nil {
			t.Fatal(err)
		}
		area := 0.0
		for k := range h.height {
			area += h.height[k] * (h.edges[k+1] - h.edges[k])
		}
		if math.Abs(area-1) > 1e-12 {
			t.Errorf("%d bins have area %g", bins, area)
		}
	}
}

// TestStreamlines: neighbours keep their distance, and each step follows the
// field.
func TestStreamlines(t *testing.T) {
	f := streamFigure().(*Figure)
	p, err := newPanel(f)
	if err != nil {
		t.Fatal(err)
	}
	page := f.card().page()
	if err := p.measure(page.Size()); err != nil {
		t.Fatal(err)
	}
	s := p.surface(nil, page)
	w := newWeaver(f.marks[0].(*streams), s)
	if len(w.lines) < 10 {
		t.Fatalf("%d lines", len(w.lines))
	}
	for i, line := range w.lines {
		for k := 1; k < len(line); k++ {
			u, _ := w.direction(line[k-1])
			d := line[k].Sub(line[k-1])
			if cos := float64(u.X*d.X+u.Y*d.Y) / float64(streamStep); cos < 0.95 {
				t.Fatalf("line %d leaves the field at step %d: cosine %g", i, k, cos)
			}
			for j, other := range w.lines[:i] {
				for _, q := range other {
					if e := line[k].Sub(q); math.Hypot(float64(e.X), float64(e.Y)) < float64(streamGap)*0.49 {
						t.Fatalf("lines %d and %d are %g apart", i, j, math.Hypot(float64(e.X), float64(e.Y)))
					}
				}
			}
		}
	}
}

// TestReproducible: two drawings have the same bytes, in each format.
func TestReproducible(t *testing.T) {
	dir := t.TempDir()
	for _, g := range gallery() {
		if g.name != "contour" && g.name != "shared" && g.name != "tiles" && g.name != "streamlines" {
			continue
		}
		for _, ext := range []string{".png", ".svg", ".pdf"} {
			var last []byte
			for range 2 {
				file := filepath.Join(dir, g.name+ext)
				if err := g.draw().Save(file); err != nil {
					t.Fatal(err)
				}
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if last != nil && !bytes.Equal(data, last) {
					t.Errorf("%s%s has other bytes the second time", g.name, ext)
				}
				last = data
			}
		}
	}
}

func TestSave(t *testing.T) {
	f := New("x", "y").Alt("A line & a <mark>")
	f.Line("a", simple())
	dir := t.TempDir()
	for ext, magic := range map[string]string{".png": "\x89PNG", ".SVG": "<?xml", ".pdf": "%PDF"} {
		file := filepath.Join(dir, "a"+ext)
		if err := f.Save(file); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(data, []byte(magic)) {
			t.Errorf("%s starts %q", ext, data[:8])
		}
		if ext == ".SVG" && !strings.Contains(string(data), "<title>A line &amp; a &lt;mark&gt;</title>") {
			t.Error("the SVG has no title")
		}
	}
	if err := f.Save("a.gif"); err == nil || !strings.Contains(err.Error(), ".png, .svg or .pdf") {
		t.Errorf("Save as .gif gives %v", err)
	}
}

// TestExtremes: numbers far apart neither overflow nor hang.
func TestExtremes(t *testing.T) {
	for _, v := range []float64{1e300, 1e-300, 5e-324, 1e16 + 2} {
		f := New("x", "y")
		f.Line("a", XY{X: []float64{0, v}, Y: []float64{-v, v}})
		if _, err := rasterize(f); err != nil {
			t.Errorf("%g: %v", v, err)
		}
		g := New("x", "y").Range(0, 1, 0, 1)
		g.Line("a", XY{X: []float64{0, 1}, Y: []float64{-v, v}})
		if _, err := rasterize(g); err != nil {
			t.Errorf("%g cut: %v", v, err)
		}
	}
	near := New("x", "y")
	near.Line("a", XY{X: []float64{1e16, 1e16 + 2}, Y: []float64{0.25, 0.25 + 1e-16}})
	if _, err := rasterize(near); err != nil {
		t.Error(err)
	}
	far := New("x", "y")
	far.Line("a", XY{X: []float64{0, 1}, Y: []float64{-1.7e308, 1.7e308}})
	if _, err := rasterize(far); err == nil || !strings.Contains(err.Error(), "the axis \"y\"") {
		t.Errorf("an axis of infinite length gives %v", err)
	}
	one := New("x", "y")
	one.Scatter("point", XY{X: []float64{3}, Y: []float64{1e6}})
	if _, err := rasterize(one); err != nil {
		t.Error(err)
	}
}
