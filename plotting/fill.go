package plotting

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/plot/vg"
)

// A Map is a grid drawn as colours, returned for what is seldom said of one.
type Map struct {
	f      *Figure
	data   *table
	blocks bool // tiles instead of a smooth map
	gaps   bool
	bar    *colorBar
	binary bool // a pattern of two values, in ink and white
	name   string
}

// Fill colours the plane by the grid, interpolated between its nodes, with a
// colour bar that carries the label. NaN is an error unless Gaps is called on
// the result.
func (f *Figure) Fill(g GridXYZ, label string) *Map {
	return f.addMap(&Map{data: copyGrid(g), name: label, bar: f.colorBar(label)})
}

// Tiles draws each node of the grid as one rectangle round it, with a colour
// bar that carries the label: for a matrix, where nothing lies in between.
func (f *Figure) Tiles(g GridXYZ, label string) *Map {
	return f.addMap(&Map{data: copyGrid(g), name: label, blocks: true, bar: f.colorBar(label)})
}

// Pattern draws the states of a network as a picture of square pixels, row by
// row from the top: the greatest value in ink, the least in white, without
// axes. It panics unless the values fill rows of that many columns.
func (f *Figure) Pattern(values []float64, columns int) *Map {
	if columns < 1 || len(values)%columns != 0 {
		panic("plotting: the values of a pattern must fill its rows")
	}
	t := &table{}
	rows := len(values) / columns
	for c := range columns {
		t.x = append(t.x, float64(c))
	}
	for r := range rows {
		t.y = append(t.y, float64(r))
		t.z = append(t.z, values[(rows-1-r)*columns:(rows-r)*columns]...)
	}
	f.bare, f.equal = true, true
	return f.addMap(&Map{data: t, blocks: true, binary: true, name: "pattern", bar: &colorBar{ramp: inkRamp}})
}

func (f *Figure) addMap(m *Map) *Map {
	m.f = f
	f.add(m)
	return m
}

var inkRamp = &Ramp{stops: []color.NRGBA{emptyTile, ink}}

// Gaps says that NaN is meant: the map is empty there.
func (m *Map) Gaps() *Map { m.gaps = true; m.f.ready = false; return m }

// Diverging colours the values by their distance from the middle, blue below
// and orange above; both ends are equally far from it.
func (m *Map) Diverging(middle float64) *Map {
	m.bar.ramp, m.bar.middle, m.bar.diverging = Diverging, middle, true
	return m
}

// Limits fixes the values at the ends of the colour bar. Values outside have
// the colour of the end, and the bar says so by a point.
func (m *Map) Limits(lo, hi float64) *Map {
	if !(lo < hi) || math.IsInf(hi-lo, 0) {
		m.f.fail(fmt.Errorf("plotting: Limits(%g, %g): the limits must be finite and increase", lo, hi))
		return m
	}
	m.bar.lo, m.bar.hi, m.bar.fixed = lo, hi, true
	return m
}

func (m *Map) what() string { return "the map " + quote(m.name) }

func (m *Map) check(f *Figure) error {
	if f.x.log || f.y.log {
		return fmt.Errorf("plotting: %s needs linear axes; make the grid over the logarithms", m.what())
	}
	if !m.blocks {
		if err := checkGrid(m.what(), m.data, m.gaps); err != nil {
			return err
		}
	} else if len(m.data.z) == 0 {
		return fmt.Errorf("plotting: %s is empty", m.what())
	} else if err := checkValues(m.what(), m.data, m.gaps); err != nil {
		return err
	}
	lo, hi := gridLimits(m.data)
	m.bar.reach([]float64{lo, hi})
	return nil
}

func (m *Map) extent(*Figure) extent {
	if !m.blocks {
		return gridExtent(m.data)
	}
	x, y := blockEdges(m.data.x), blockEdges(m.data.y)
	return extent{x0: x[0], x1: x[len(x)-1], y0: y[0], y1: y[len(y)-1]}
}

func (m *Map) tight() (x, y, floor bool) { return true, true, false }

// indexed reports whether the blocks are numbered by row and column.
func (m *Map) indexed() bool {
	if !m.blocks {
		return false
	}
	for _, v := range append(slices.Clone(m.data.x), m.data.y...) {
		if v != math.Trunc(v) {
			return false
		}
	}
	return true
}

// blockEdges are half way between the nodes.
func blockEdges(v []float64) []float64 {
	n := len(v)
	if n == 1 {
		return []float64{v[0] - 0.5, v[0] + 0.5}
	}
	e := make([]float64, n+1)
	for i := 1; i < n; i++ {
		e[i] = (v[i-1] + v[i]) / 2
	}
	e[0], e[n] = v[0]-(v[1]-v[0])/2, v[n-1]+(v[n-1]-v[n-2])/2
	return e
}

// draw makes one device pixel after another and hands over the picture.
func (m *Map) draw(s *surface) {
	if s.dry {
		return
	}
	const perPx = dpi / 96
	w := int(math.Round(float64((s.Max.X-s.Min.X)/px)) * perPx)
	h := int(math.Round(float64((s.Max.Y-s.Min.Y)/px)) * perPx)
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	cols, rows := m.locate(s.x, w, m.data.x), m.locate(s.y, h, m.data.y)
	for j := range h {
		row := rows[h-1-j]
		for i := range w {
			if c := m.value(cols[i], row); !math.IsNaN(c) {
				img.SetNRGBA(i, j, m.bar.color(c))
			}
		}
	}
	s.picture(s.Rectangle, img)
	if m.blocks && m.binary {
		m.frame(s)
	}
}

// A spot is a place along one axis of a grid: node i and the share of the way
// to the next one. Outside of the grid i is negative.
type spot struct {
	i int
	t float64
}

// locate finds the place in the grid of each of n pixels.
func (m *Map) locate(sc scale, n int, nodes []float64) []spot {
	edges := nodes
	if m.blocks {
		edges = blockEdges(nodes)
	}
	spots := make([]spot, n)
	for k := range spots {
		v := sc.at((float64(k) + 0.5) / float64(n))
		i := sort.SearchFloat64s(edges, v) - 1
		if v == edges[0] {
			i = 0
		}
		if i < 0 || i >= len(edges)-1 {
			spots[k].i = -1
			continue
		}
		spots[k] = spot{i: i, t: (v - edges[i]) / (edges[i+1] - edges[i])}
	}
	return spots
}

// value interpolates, or is NaN where there is nothing.
func (m *Map) value(c, r spot) float64 {
	if c.i < 0 || r.i < 0 {
		return math.NaN()
	}
	if m.blocks {
		return m.data.Z(c.i, r.i)
	}
	below := m.data.Z(c.i, r.i)*(1-c.t) + m.data.Z(c.i+1, r.i)*c.t
	above := m.data.Z(c.i, r.i+1)*(1-c.t) + m.data.Z(c.i+1, r.i+1)*c.t
	return below*(1-r.t) + above*r.t
}

// frame draws a thin border round a pattern, whose background is white.
func (m *Map) frame(s *surface) {
	x0, y0 := snap(s.Min.X, hairline), snap(s.Min.Y, hairline)
	x1, y1 := snap(s.Max.X-hairline/2, hairline), snap(s.Max.Y-hairline/2, hairline)
	r := vg.Rectangle{Min: vg.Point{X: x0, Y: y0}, Max: vg.Point{X: x1, Y: y1}}
	c := corners(r)
	s.StrokeLines(gridStyle, append(c, c[0], c[1])) // the first edge twice: a corner without a join has a notch
}
