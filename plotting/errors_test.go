package plotting

import (
	"math"
	"path/filepath"
	"strings"
	"testing"
)

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

func simple() XY { return XY{X: []float64{0, 1, 2}, Y: []float64{1, 3, 2}} }

func broken(v float64) XY { return XY{X: []float64{0, 1, 2}, Y: []float64{1, v, 2}} }

func gridOf(v float64) GridXYZ {
	return GridValues([]float64{1, 2, 3, 4, v, 6, 7, 8, 9}, 0, 1, 3, 0, 1, 3)
}

// TestErrors: what cannot be drawn is an error that names series and place and
// says what to do. No point is dropped in silence.
func TestErrors(t *testing.T) {
	steps := []float64{0.1, 0.05}
	for _, c := range []struct {
		name string
		draw func(f *Figure)
		want []string // parts of the message
	}{
		{"empty figure", func(f *Figure) {}, []string{"empty", "add a Line"}},
		{"NaN in a line", func(f *Figure) { f.Line("RK4", broken(nan)) }, []string{`line "RK4"`, "y at index 1 is NaN", "Gaps()"}},
		{"NaN in x", func(f *Figure) { f.Line("RK4", XY{X: []float64{0, nan}, Y: []float64{0, 1}}) }, []string{"x at index 1 is NaN"}},
		{"Inf in a line", func(f *Figure) { f.Line("RK4", broken(inf)) }, []string{`line "RK4"`, "index 1", "+Inf"}},
		{"Inf in spite of gaps", func(f *Figure) { f.Line("RK4", broken(-inf)).Gaps() }, []string{"index 1", "-Inf"}},
		{"nothing but gaps", func(f *Figure) { f.Line("RK4", XY{X: []float64{0}, Y: []float64{nan}}).Gaps() }, []string{"nothing but gaps"}},
		{"empty line", func(f *Figure) { f.Line("RK4", XY{}) }, []string{`line "RK4" has no points`}},
		{"NaN in a function", func(f *Figure) { f.Function("root", math.Sqrt, -1, 1) }, []string{`function "root"`, "NaN", "Gaps()"}},
		{"pole of a function", func(f *Figure) { f.Function("pole", func(x float64) float64 { return 1 / x }, 0, 1) }, []string{`function "pole"`, "+Inf"}},
		{"NaN in a scatter", func(f *Figure) { f.Scatter("s", broken(nan)) }, []string{`scatter "s"`, "index 1"}},
		{"NaN in dots", func(f *Figure) { f.Points("p", broken(nan)) }, []string{`points "p"`, "index 1"}},
		{"NaN in a value", func(f *Figure) { f.ScatterValues(simple(), []float64{1, nan, 2}, "E") }, []string{"values", `"E"`, "index 1"}},
		{"NaN in a band", func(f *Figure) { f.Band("b", broken(nan), simple()) }, []string{"lower edge", `"b"`, "index 1"}},
		{"band upside down", func(f *Figure) { f.Band("b", broken(4), simple()) }, []string{"lower edge 4 is above", "index 1"}},
		{"band over two grids", func(f *Figure) { f.Band("b", simple(), XY{X: []float64{0, 1.5, 2}, Y: []float64{5, 5, 5}}) }, []string{"same x", "index 1"}},
		{"NaN in error bars", func(f *Figure) { f.ErrorBars("e", broken(nan), []float64{1, 1, 1}) }, []string{`error bars "e"`, "index 1"}},
		{"NaN as an error", func(f *Figure) { f.ErrorBars("e", simple(), []float64{1, nan, 1}) }, []string{"lower ends", `"e"`, "index 1"}},
		{"error without a logarithm", func(f *Figure) { f.LogY().ErrorBars("e", simple(), []float64{0, 9, 0}) }, []string{"lower ends", `"e"`, "index 1"}},
		{"negative error", func(f *Figure) { f.ErrorBars("e", simple(), []float64{1, 1, -0.5}) }, []string{"index 2 is -0.5", "positive"}},
		{"NaN in a histogram", func(f *Figure) { f.Histogram("h", []float64{1, nan, 2}, 3) }, []string{`histogram "h"`, "index 1"}},
		{"constant histogram", func(f *Figure) { f.Histogram("h", []float64{1, 1}, 3) }, []string{"no density"}},
		{"empty histogram", func(f *Figure) { f.Histogram("h", nil, 3) }, []string{"no points"}},
		{"NaN in a contour", func(f *Figure) { f.Contour(gridOf(nan), 3) }, []string{"contour", "column 1, row 1", "NaN"}},
		{"Inf in a contour", func(f *Figure) { f.Contour(gridOf(inf), 3).Gaps() }, []string{"column 1, row 1", "+Inf"}},
		{"level out of reach", func(f *Figure) { f.Contour(gridOf(5), 12) }, []string{"level 12", "spans 1 to 9"}},
		{"NaN in a map", func(f *Figure) { f.Fill(gridOf(nan), "E") }, []string{`map "E"`, "column 1, row 1"}},
		{"NaN in tiles", func(f *Figure) { f.Tiles(gridOf(nan), "W") }, []string{`map "W"`, "column 1, row 1"}},
		{"two bars", func(f *Figure) { f.Fill(gridOf(5), "E"); f.Tiles(gridOf(5), "W") }, []string{"one colour bar", "Grid"}},
		{"limits", func(f *Figure) { f.Fill(gridOf(5), "E").Limits(2, 2) }, []string{"Limits(2, 2)"}},
		{"map on a logarithm", func(f *Figure) { f.LogX().Fill(gridOf(5), "E") }, []string{"linear axes"}},
		{"NaN in arrows", func(f *Figure) {
			f.Arrows("drift", func(x, y float64) (float64, float64) { return nan, 0 }, 0, 1, 3, 0, 1, 3)
		}, []string{`arrows "drift"`, "(0, 0)", "NaN"}},
		{"NaN in streamlines", func(f *Figure) {
			f.Streamlines("drift", func(x, y float64) (float64, float64) { return 1, math.Sqrt(x - 0.5) }, 0, 1, 0, 1)
		}, []string{`streamlines "drift"`, "NaN"}},
		{"no field", func(f *Figure) {
			f.Streamlines("drift", func(x, y float64) (float64, float64) { return 0, 0 }, 0, 1, 0, 1)
		}, []string{"zero everywhere"}},
		{"error of zero", func(f *Figure) { f.Convergence("RK4", steps, []float64{1e-3, 0}) }, []string{`convergence "RK4"`, "index 1", "no logarithm"}},
		{"one step", func(f *Figure) { f.Convergence("RK4", []float64{0.1}, []float64{1}) }, []string{"two different steps"}},
		{"NaN error", func(f *Figure) { f.Convergence("RK4", steps, []float64{1, nan}) }, []string{"index 1", "NaN"}},
		{"logarithm of zero", func(f *Figure) { f.LogY().Line("E", broken(0)) }, []string{"index 1", "logarithmic"}},
		{"range", func(f *Figure) { f.Range(1, 1, 0, 2).Line("a", simple()) }, []string{"RangeX(1, 1)"}},
		{"out of sight", func(f *Figure) { f.Range(5, 6, 0, 2).Line("a", simple()) }, []string{`line "a"`, "outside the Range", "from 0 to 2"}},
		{"text out of sight", func(f *Figure) { f.Range(0, 1, 0, 2).Line("a", simple()); f.Text(3, 1, "there") }, []string{`text "there"`, "outside"}},
		{"HLine at NaN", func(f *Figure) { f.HLine(nan) }, []string{"HLine", "NaN"}},
		{"size", func(f *Figure) { f.Size(10, 10).Line("a", simple()) }, []string{"Size(10, 10)", "120 x 100"}},
		{"unknown glyph", func(f *Figure) { f.Line("漢", simple()) }, []string{"no glyph", "U+6F22"}},
		{"unknown command", func(f *Figure) { f.Line(`$\foo$`, simple()) }, []string{`\foo`, "Unicode"}},
		{"open dollar", func(f *Figure) { f.Line("costs $5", simple()) }, []string{"$"}},
		{"long label", func(f *Figure) { f.x.label = strings.Repeat("long ", 40); f.Line("a", simple()) }, []string{"longer than the figure is wide"}},
		{"equal logarithms", func(f *Figure) { f.Equal().LogX().Line("a", XY{X: []float64{1, 2}, Y: []float64{1, 2}}) }, []string{"Equal"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := New("x", "y")
			c.draw(f)
			_, err := rasterize(f)
			if err == nil {
				t.Fatal("drawn without an error")
			}
			for _, part := range append(c.want, "plotting: ") {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error %q does not say %q", err, part)
				}
			}
		})
	}
}

// TestFirstErrorSticks: the first one is reported, everywhere.
func TestFirstErrorSticks(t *testing.T) {
	f := New("x", "y")
	f.Range(3, 2, 0, 1)
	f.Line("a", broken(nan))
	first := f.Err()
	if first == nil || !strings.Contains(first.Error(), "RangeX(3, 2)") {
		t.Fatalf("Err is %v", first)
	}
	if err := f.Save(filepath.Join(t.TempDir(), "a.png")); err != first {
		t.Errorf("Save gives %v", err)
	}
	if err := Grid(1, 1, f).Err(); err == nil || !strings.Contains(err.Error(), "panel 1") {
		t.Errorf("Grid gives %v", err)
	}
	defer func() {
		if r := recover(); r != first {
			t.Errorf("Show panics with %v", r)
		}
	}()
	Show(f)
}

// TestPanics: what no data can cause.
func TestPanics(t *testing.T) {
	ok := func(x, y float64) float64 { return x }
	for name, do := range map[string]func(){
		"XY":            func() { XY{X: []float64{1}}.Len() },
		"Band":          func() { New("", "").Band("", simple(), XY{}) },
		"ErrorBars":     func() { New("", "").ErrorBars("", simple(), nil) },
		"ScatterValues": func() { New("", "").ScatterValues(simple(), nil, "") },
		"Convergence":   func() { New("", "").Convergence("", []float64{1}, nil) },
		"GridFunc":      func() { GridFunc(ok, 0, 1, 1, 0, 1, 2) },
		"GridFunc back": func() { GridFunc(ok, 1, 0, 2, 0, 1, 2) },
		"GridValues":    func() { GridValues(make([]float64, 3), 0, 1, 2, 0, 1, 2) },
		"Pattern":       func() { New("", "").Pattern(make([]float64, 3), 2) },
		"Function":      func() { New("", "").Function("", math.Sin, 1, 1) },
		"Histogram":     func() { New("", "").Histogram("", nil, -1) },
		"Grid":          func() { Grid(1, 1) },
		"Grid full":     func() { Grid(1, 1, New("", ""), New("", "")) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if s, ok := recover().(string); !ok || !strings.HasPrefix(s, "plotting: ") {
					t.Errorf("the panic is %q", s)
				}
			}()
			do()
		})
	}
}

// TestGaps: gaps that are meant are drawn, and data that were handed over do
// not change afterwards.
func TestGaps(t *testing.T) {
	f := New("x", "y")
	data := broken(nan)
	f.Line("a", data).Gaps()
	data.Y[0] = inf
	f.Contour(gridOf(nan), 3).Gaps()
	if _, err := rasterize(f); err != nil {
		t.Error(err)
	}
	g := New("x", "y")
	g.Fill(gridOf(nan), "E").Gaps()
	if _, err := rasterize(g); err != nil {
		t.Error(err)
	}
	h := New("x", "y").LogY()
	h.Line("a", broken(0)).Gaps()
	if _, err := rasterize(h); err != nil {
		t.Error(err)
	}
}
