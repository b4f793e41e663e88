package plotting

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestRosettes: whatever the map, its cycles are those that iteration finds, no
// two states stand closer than half a unit, and no rosette enters another.
func TestRosettes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		next := rapid.SliceOfN(rapid.IntRange(0, n-1), n, n).Draw(t, "next")
		l := newRosettes(next)
		recurrent := l.recurrent()
		for i := range n {
			if got, want := slices.Contains(recurrent, i), comesBack(next, i); got != want {
				t.Fatalf("state %d of %v: on a cycle %v, want %v", i, next, got, want)
			}
		}
		if slices.Sort(recurrent); len(slices.Compact(recurrent)) != len(l.recurrent()) {
			t.Fatalf("a state of %v lies on two cycles: %v", next, l.cycles)
		}
		at := l.pack(1.6)
		for i := range n {
			for j := range i {
				if d := math.Hypot(at.X[i]-at.X[j], at.Y[i]-at.Y[j]); d < 0.5 {
					t.Fatalf("states %d and %d of %v are %g apart", i, j, next, d)
				}
			}
		}
	})
}

// comesBack iterates n steps from i and asks whether i was met again.
func comesBack(next []int, i int) bool {
	j := next[i]
	for range next {
		if j == i {
			return true
		}
		j = next[j]
	}
	return false
}

// TestRosetteOfOneBasin: a chain of rings about a fixed point, each state
// farther out than the one it goes to.
func TestRosetteOfOneBasin(t *testing.T) {
	next := []int{0, 0, 0, 1, 1, 2, 3, 3, 3, 6}
	l := newRosettes(next)
	if len(l.cycles) != 1 || !slices.Equal(l.cycles[0], []int{0}) {
		t.Fatalf("cycles %v, want the fixed point 0", l.cycles)
	}
	for i, j := range next[1:] {
		if in, out := math.Hypot(l.x[j], l.y[j]), math.Hypot(l.x[i+1], l.y[i+1]); out < in+1 {
			t.Errorf("state %d stands at radius %g, its successor %d at %g", i+1, out, j, in)
		}
	}
}

func TestGraphErrors(t *testing.T) {
	square := XY{X: []float64{0, 1, 1, 0}, Y: []float64{0, 0, 1, 1}}
	for _, c := range []struct {
		name, want string
		draw       func(f *Figure)
	}{
		{"edge", "edge 1 goes from 2 to 4", func(f *Figure) { f.Graph(square, [][2]int{{0, 1}, {2, 4}}) }},
		{"negative", "edge 0 goes from -1 to 2", func(f *Figure) { f.Graph(square, [][2]int{{-1, 2}}) }},
		{"NaN node", "y at index 1 is NaN", func(f *Figure) { f.Graph(XY{X: []float64{0, 1}, Y: []float64{0, math.NaN()}}, nil) }},
		{"infinite value", "+Inf", func(f *Figure) { f.Graph(square, nil).Values([]float64{0, 1, math.Inf(1), 2}, "E") }},
		{"no nodes", "no points", func(f *Figure) { f.Graph(XY{}, nil) }},
		{"nowhere", "state 1 goes to state 7", func(f *Figure) { f.Basins([]int{0, 7, 2}) }},
		{"two bars", "second one", func(f *Figure) {
			f.Graph(square, nil).Values([]float64{0, 1, 2, 3}, "E")
			f.ScatterValues(square, []float64{0, 1, 2, 3}, "F")
		}},
	} {
		f := New("x", "y")
		c.draw(f)
		if err := f.Err(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the error is %v, want it to say %q", c.name, err, c.want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a ring round a node that does not exist is accepted")
		}
	}()
	New("x", "y").Graph(square, nil).Ring("lost", 9)
}

// TestBentEdges: an edge ends on the rim of both discs, and an edge and its
// reverse take different ways.
func TestBentEdges(t *testing.T) {
	f := New("x", "y").Range(-1, 2, -1, 2)
	g := f.Graph(XY{X: []float64{0, 1}, Y: []float64{0, 0}}, [][2]int{{0, 1}, {1, 0}})
	if err := f.Err(); err != nil {
		t.Fatal(err)
	}
	p, err := newPanel(f)
	if err != nil {
		t.Fatal(err)
	}
	page := f.card().page()
	if err := p.measure(page.Size()); err != nil {
		t.Fatal(err)
	}
	s := p.surface(newCanvas(f.card()), page)
	a, b := s.point(0, 0), s.point(1, 0)
	there := bezier(a, a.Add(b).Scale(0.5), b)
	short := shorten(there, g.radius(s))
	if d := float64(short[0].X - a.X); math.Abs(d-float64(g.radius(s))) > 1e-9 {
		t.Errorf("the edge starts %g from the centre of a disc of radius %v", d, g.radius(s))
	}
	if got := short[len(short)-1]; got != b {
		t.Errorf("cutting one end moved the other from %v to %v", b, got)
	}
}
