package plotting

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A histogram is a density: its bars have area 1 in all.
type histogram struct {
	name   string
	values []float64
	bins   int
	style  int
	edges  []float64
	height []float64
}

// maxBins bounds what the rule for the number of bins may ask for.
const maxBins = 200

// Histogram draws the density of the values in equal bins from the least to
// the greatest, with area 1, to be compared with a Function. Zero bins means
// the rule of Freedman and Diaconis (1981).
func (f *Figure) Histogram(name string, values []float64, bins int) *Figure {
	if bins < 0 {
		panic("plotting: a negative number of bins")
	}
	f.add(&histogram{name: name, values: slices.Clone(values), bins: bins, style: f.style(name)})
	return f
}

func (h *histogram) what() string { return "histogram " + quote(h.name) }

func (h *histogram) check(f *Figure) error {
	if f.y.log {
		return fmt.Errorf("plotting: %s stands on zero, which has no place on a logarithmic axis", h.what())
	}
	p := points{x: h.values, y: make([]float64, len(h.values))}
	if err := p.check(h.what(), f, false); err != nil {
		return err
	}
	sorted := slices.Clone(h.values)
	slices.Sort(sorted)
	lo, hi := sorted[0], sorted[len(sorted)-1]
	if lo == hi {
		return fmt.Errorf("plotting: %s: all %d values are %g, so there is no density", h.what(), len(sorted), lo)
	}
	n := h.bins
	if n == 0 {
		n = freedmanDiaconis(sorted)
	}
	sx := scale{lo: lo, hi: hi, log: f.x.log}
	h.edges, h.height = make([]float64, n+1), make([]float64, n)
	for k := range h.edges {
		h.edges[k] = sx.at(float64(k) / float64(n))
	}
	for _, v := range sorted {
		h.height[min(n-1, max(0, int(sx.norm(v)*float64(n))))]++
	}
	for k := range h.height {
		h.height[k] /= float64(len(sorted)) * (h.edges[k+1] - h.edges[k])
	}
	return nil
}

func freedmanDiaconis(sorted []float64) int {
	n := len(sorted)
	quartiles := sorted[(3*n)/4] - sorted[n/4]
	width := 2 * quartiles / math.Cbrt(float64(n))
	if !(width > 0) {
		return min(maxBins, max(1, int(math.Sqrt(float64(n)))))
	}
	return int(min(maxBins, max(1, math.Ceil((sorted[n-1]-sorted[0])/width))))
}

func (h *histogram) extent(*Figure) extent {
	return extent{x0: h.edges[0], x1: h.edges[len(h.edges)-1], y0: 0, y1: slices.Max(h.height)}
}

func (h *histogram) tight() (x, y, floor bool) { return false, false, true }

func (h *histogram) draw(s *surface) {
	c := styleOf(h.style).color
	rim := draw.LineStyle{Color: fade(c, 0.8), Width: hairline}
	var top []vg.Point
	for k, v := range h.height {
		a, b := s.point(h.edges[k], 0), s.point(h.edges[k+1], v)
		s.fill(fade(c, 0.28), corners(vg.Rectangle{Min: a, Max: b}))
		if k == 0 {
			top = append(top, a)
		} else {
			s.stroke(draw.LineStyle{Color: white, Width: 0.5 * px}, []vg.Point{a, {X: a.X, Y: min(b.Y, top[len(top)-1].Y)}})
		}
		top = append(top, vg.Point{X: a.X, Y: b.Y}, b)
	}
	last := top[len(top)-1]
	s.stroke(rim, append(top, vg.Point{X: last.X, Y: s.point(h.edges[0], 0).Y}))
}

func (h *histogram) legend(*Figure) (string, func(*draw.Canvas, vg.Rectangle)) {
	c := styleOf(h.style).color
	return h.name, func(canvas *draw.Canvas, r vg.Rectangle) {
		canvas.FillPolygon(fade(c, 0.28), corners(r))
		canvas.StrokeLines(draw.LineStyle{Color: fade(c, 0.8), Width: hairline}, append(corners(r), r.Min))
	}
}
