package plotting

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Graph is nodes with arrows between them, returned for what is seldom said
// of one.
type Graph struct {
	f       *Figure
	nodes   points
	edges   [][2]int
	value   []float64 // colours the nodes, or nil
	bar     *colorBar
	ringed  map[int]bool
	ringing string // name of the ringed nodes
	names   []string
	lines   []*textLine
	spacing float64                // of the nodes in data units; 0: from their number
	plain   func(edge [2]int) bool // edges that need no head, or nil
}

// Graph draws a disc at each node and an arrow along each edge, from the node
// with the first index to that with the second. An edge that has a reverse is
// bent, so that both are seen; an edge from a node to itself is not drawn, Ring
// marks it. An edge to a node that does not exist is an error.
func (f *Figure) Graph(nodes XYer, edges [][2]int) *Graph {
	g := &Graph{f: f, nodes: copyPoints(nodes), edges: append([][2]int(nil), edges...)}
	f.add(g)
	return g
}

// Bare leaves the axes out: for a picture whose positions mean nothing.
func (f *Figure) Bare() *Figure { f.bare = true; return f }

// Values gives each node the colour of its value, and the figure a colour bar
// with the label. It panics if there are not as many values as nodes.
func (g *Graph) Values(values []float64, label string) *Graph {
	mustMatch(len(g.nodes.x), len(values))
	g.value, g.bar = append([]float64(nil), values...), g.f.colorBar(label)
	g.f.ready = false
	return g
}

// Ring marks nodes by a second circle; the name stands in the legend. It panics
// if there is no such node.
func (g *Graph) Ring(name string, nodes ...int) *Graph {
	if g.ringed == nil {
		g.ringed = map[int]bool{}
	}
	g.ringing = name
	for _, i := range nodes {
		g.ringed[i] = g.nodes.x[i] == g.nodes.x[i] // panics beyond the nodes
	}
	g.f.ready = false
	return g
}

// Names writes a name beside each node; empty names are left out. It panics if
// there are not as many names as nodes.
func (g *Graph) Names(names ...string) *Graph {
	mustMatch(len(g.nodes.x), len(names))
	g.names = names
	g.f.ready = false
	return g
}

func (g *Graph) what() string { return fmt.Sprintf("the graph of %d nodes", len(g.nodes.x)) }

func (g *Graph) check(f *Figure) error {
	if err := g.nodes.check(g.what(), f, false); err != nil {
		return err
	}
	for k, e := range g.edges {
		for _, i := range e {
			if i < 0 || i >= len(g.nodes.x) {
				return fmt.Errorf("plotting: %s: edge %d goes from %d to %d; nodes are numbered from 0 to %d", g.what(), k, e[0], e[1], len(g.nodes.x)-1)
			}
		}
	}
	if g.value != nil {
		if err := (points{x: g.value, y: g.value}).check("the values of "+g.what(), &Figure{}, false); err != nil {
			return err
		}
		g.bar.reach(g.value)
	}
	g.lines = make([]*textLine, len(g.names))
	for i, name := range g.names {
		if name == "" {
			continue
		}
		var err error
		if g.lines[i], err = typeset(name, noteSize, false); err != nil {
			return err
		}
	}
	return nil
}

func (g *Graph) extent(f *Figure) extent {
	e := g.nodes.extent(f)
	if g.f.bare { // room for the discs at the border
		e.x0, e.x1, e.y0, e.y1 = e.x0-0.75, e.x1+0.75, e.y0-0.75, e.y1+0.75
	}
	return e
}

func (g *Graph) tight() (x, y, floor bool) { return g.f.bare, g.f.bare, false }

// Radii of a node: large enough for its colour, small enough for its neighbours.
const minNode, maxNode = 1.3 * px, 6 * px

func (g *Graph) radius(s *surface) vg.Length {
	r := 0.25 * vg.Length(math.Sqrt(float64((s.Max.X-s.Min.X)*(s.Max.Y-s.Min.Y))/float64(len(g.nodes.x))))
	if g.spacing > 0 {
		r = 0.36 * (s.point(s.x.lo+g.spacing, s.y.lo).X - s.Min.X)
	}
	return min(maxNode, max(minNode, r))
}

func (g *Graph) draw(s *surface) {
	r := g.radius(s)
	reverse := map[[2]int]bool{}
	for _, e := range g.edges {
		reverse[[2]int{e[1], e[0]}] = true
	}
	for _, e := range g.edges {
		if e[0] != e[1] {
			g.edge(s, e, r, reverse[e])
		}
	}
	for i := range g.nodes.x {
		at := s.point(g.nodes.x[i], g.nodes.y[i])
		if g.ringed[i] {
			s.marker(disc, at, r+2.4*px, white, ink)
		}
		s.marker(disc, at, r, g.tone(i), markRimC)
	}
	for i, l := range g.lines {
		if l != nil {
			g.name(s, l, s.point(g.nodes.x[i], g.nodes.y[i]), r)
		}
	}
}

func (g *Graph) tone(i int) color.Color {
	if g.value == nil {
		return palette[0]
	}
	return g.bar.color(g.value[i])
}

// edge draws an arrow from rim to rim, bent to its left if there is one back.
func (g *Graph) edge(s *surface, e [2]int, r vg.Length, bent bool) {
	a, b := s.point(g.nodes.x[e[0]], g.nodes.y[e[0]]), s.point(g.nodes.x[e[1]], g.nodes.y[e[1]])
	d := b.Sub(a)
	n := vg.Length(math.Hypot(float64(d.X), float64(d.Y)))
	ends := [2]vg.Length{r, r}
	for k, i := range e {
		if g.ringed[i] {
			ends[k] += 2.4 * px
		}
	}
	if n <= ends[0]+ends[1]+px {
		return
	}
	u := d.Scale(1 / n)
	control := a.Add(d.Scale(0.5))
	if bent {
		control = control.Add(vg.Point{X: -u.Y, Y: u.X}.Scale(0.22 * n))
	}
	curve := bezier(a, control, b)
	curve = shorten(curve, ends[0])
	reverseInPlace(curve)
	curve = shorten(curve, ends[1])
	reverseInPlace(curve)
	tip, before := curve[len(curve)-1], curve[len(curve)-2]
	head := min(arrowLength*0.8, 0.5*n)
	s.stroke(draw.LineStyle{Color: spineC, Width: min(hairline, max(0.5*px, n/20))}, append([]vg.Point(nil), curve...))
	if d = tip.Sub(before); !(g.plain != nil && g.plain(e)) && head > 2*px && (d.X != 0 || d.Y != 0) {
		s.inside(spineC, arrowHead(tip, d.Scale(1/vg.Length(math.Hypot(float64(d.X), float64(d.Y)))), head))
	}
}

// bezier samples a quadratic curve.
func bezier(a, control, b vg.Point) []vg.Point {
	const n = 24
	pts := make([]vg.Point, 0, n+1)
	for k := range n + 1 {
		t := vg.Length(k) / n
		pts = append(pts, a.Scale((1-t)*(1-t)).Add(control.Scale(2*t*(1-t))).Add(b.Scale(t*t)))
	}
	return pts
}

// shorten cuts off what lies within the radius r of the first point.
func shorten(pts []vg.Point, r vg.Length) []vg.Point {
	dist := func(p vg.Point) vg.Length {
		d := p.Sub(pts[0])
		return vg.Length(math.Hypot(float64(d.X), float64(d.Y)))
	}
	k := 1
	for k < len(pts)-1 && dist(pts[k]) < r {
		k++
	}
	lo, hi := dist(pts[k-1]), dist(pts[k])
	t := min(1, max(0, (r-lo)/(hi-lo)))
	start := pts[k-1].Scale(1 - t).Add(pts[k].Scale(t))
	return append([]vg.Point{start}, pts[k:]...)
}

func reverseInPlace(pts []vg.Point) {
	for i, j := 0, len(pts)-1; i < j; i, j = i+1, j-1 {
		pts[i], pts[j] = pts[j], pts[i]
	}
}

// name writes beside a node, where it covers the least.
func (g *Graph) name(s *surface, l *textLine, at vg.Point, r vg.Length) {
	gap := r + 5*px
	s.text(l, s.freest(l,
		placement{at: vg.Point{X: at.X + gap, Y: at.Y}, anchor: anchor{y: 0.5}, halo: true},
		placement{at: vg.Point{X: at.X - gap, Y: at.Y}, anchor: anchor{x: 1, y: 0.5}, halo: true},
		placement{at: vg.Point{X: at.X, Y: at.Y + gap}, anchor: anchor{x: 0.5}, halo: true},
		placement{at: vg.Point{X: at.X, Y: at.Y - gap}, anchor: anchor{x: 0.5, y: 1}, halo: true}), ink)
}

func (g *Graph) legend(*Figure) (string, func(*draw.Canvas, vg.Rectangle)) {
	if len(g.ringed) == 0 {
		return "", nil
	}
	return g.ringing, func(c *draw.Canvas, r vg.Rectangle) {
		paintMarker(c, disc, middle(r), markRadius+2.4*px, white, ink)
		paintMarker(c, disc, middle(r), markRadius, palette[0], markRimC)
	}
}
