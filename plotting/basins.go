package plotting

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Basins draws a map of a finite set into itself: state i goes to next[i]. Each
// basin of attraction is a rosette: its fixed point or cycle in the middle, ringed,
// and round it, ring by ring, the states that need one step more, joined to
// where they go. The largest basins come first. A state that goes nowhere (an index out of range) is an
// error. Positions mean nothing, so there are no axes.
func (f *Figure) Basins(next []int) *Graph {
	for i, j := range next {
		if j < 0 || j >= len(next) {
			f.fail(fmt.Errorf("plotting: state %d goes to state %d; states are numbered from 0 to %d", i, j, len(next)-1))
			next = nil
			break
		}
	}
	f.Bare().Equal()
	l := newRosettes(next)
	edges := make([][2]int, len(next))
	for i, j := range next {
		edges[i] = [2]int{i, j}
	}
	aspect := 0.85 * float64(f.width) / float64(f.height) // a colour bar needs room too
	g := f.Graph(l.pack(aspect), edges)
	g.spacing = 1
	g.plain = func(e [2]int) bool { return !g.ringed[e[0]] } // all lead inwards
	return g.Ring("fixed point or cycle", l.recurrent()...)
}

// rosettes is the layout of a map: one rosette for each of its cycles.
type rosettes struct {
	next    []int
	sources [][]int // the states that go to a state and lie on no cycle
	leaves  []int   // how many states without a source lead to a state
	cycles  [][]int
	x, y    []float64 // about the centre of the rosette
	radius  []float64 // of each rosette
}

// newRosettes finds the cycles, then the trees that hang on them.
func newRosettes(next []int) *rosettes {
	n := len(next)
	l := &rosettes{next: next, sources: make([][]int, n), leaves: make([]int, n), x: make([]float64, n), y: make([]float64, n)}
	onCycle := l.findCycles()
	for i, j := range next {
		if !onCycle[i] {
			l.sources[j] = append(l.sources[j], i)
		}
	}
	for _, c := range l.cycles {
		l.radius = append(l.radius, l.place(c))
	}
	return l
}

// findCycles walks from every state until it meets a state again; a walk that
// meets itself has closed a cycle.
func (l *rosettes) findCycles() (onCycle []bool) {
	onCycle = make([]bool, len(l.next))
	walk := make([]int, len(l.next)) // 1 + the state where the walk began
	for start := range l.next {
		i := start
		for walk[i] == 0 {
			walk[i] = start + 1
			i = l.next[i]
		}
		if walk[i] != start+1 {
			continue
		}
		cycle := []int{i}
		for j := l.next[i]; j != i; j = l.next[j] {
			cycle = append(cycle, j)
		}
		for _, j := range cycle {
			onCycle[j] = true
		}
		l.cycles = append(l.cycles, cycle)
	}
	return onCycle
}

func (l *rosettes) recurrent() []int { return slices.Concat(l.cycles...) }

// A seat is a state with the sector of the rosette that its tree may fill.
type seat struct {
	state   int
	from, w float64 // of the sector, in radians
}

// place seats the states of one basin about the origin and returns the radius.
func (l *rosettes) place(cycle []int) float64 {
	order := l.outwards(cycle)
	for _, i := range slices.Backward(order) {
		l.leaves[i] = 0
		for _, j := range l.sources[i] {
			l.leaves[i] += l.leaves[j]
		}
		l.leaves[i] = max(1, l.leaves[i])
	}
	ring := l.share(cycle, seat{w: 2 * math.Pi})
	r := 0.0
	if len(cycle) > 1 {
		r = max(0.9, 1.5*gapRadius(ring)) // rings need more room
	}
	for len(ring) > 0 {
		var outer []seat
		for _, s := range ring {
			sin, cos := math.Sincos(s.from + s.w/2)
			l.x[s.state], l.y[s.state] = r*cos, r*sin
			outer = append(outer, l.share(l.sources[s.state], s)...)
		}
		if ring = outer; len(ring) > 0 {
			r = max(r+1.3, gapRadius(ring))
		}
	}
	return r
}

// outwards lists the states of a basin, each after the one it goes to.
func (l *rosettes) outwards(cycle []int) []int {
	order := slices.Clone(cycle)
	for k := 0; k < len(order); k++ {
		order = append(order, l.sources[order[k]]...)
	}
	return order
}

// share divides a sector among states by the leaves of their trees.
func (l *rosettes) share(states []int, in seat) []seat {
	total := 0
	for _, i := range states {
		total += l.leaves[i]
	}
	seats, from := make([]seat, 0, len(states)), in.from
	for _, i := range states {
		w := in.w * float64(l.leaves[i]) / float64(total)
		seats = append(seats, seat{state: i, from: from, w: w})
		from += w
	}
	return seats
}

// gapRadius is where neighbours on a ring are one unit apart.
func gapRadius(ring []seat) float64 {
	if len(ring) < 2 {
		return 0
	}
	least := 2 * math.Pi
	for k, s := range ring {
		t := ring[(k+1)%len(ring)]
		d := t.from + t.w/2 - s.from - s.w/2
		if k == len(ring)-1 {
			d += 2 * math.Pi
		}
		least = min(least, d)
	}
	return 0.5 / math.Sin(min(least, math.Pi)/2)
}

// side is that of the square which a rosette takes.
func (l *rosettes) side(k int) float64 { return 2*l.radius[k] + 1.6 }

// pack puts the rosettes side by side on shelves, the largest first, as wide as
// makes them largest in a rectangle of that aspect, and returns where the states
// stand.
func (l *rosettes) pack(aspect float64) XY {
	order := make([]int, len(l.cycles))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(l.radius[b], l.radius[a]) })
	width, best, row := 0.0, math.Inf(1), 0.0
	for _, k := range order {
		row += l.side(k)
		if w, h := l.shelves(order, row, nil); math.Max(w, h*aspect) < best {
			width, best = row, math.Max(w, h*aspect)
		}
	}
	at := XY{X: make([]float64, len(l.next)), Y: make([]float64, len(l.next))}
	l.shelves(order, width, &at)
	return at
}

// shelves fills shelves of that width and returns what they take; with at it
// places the states.
func (l *rosettes) shelves(order []int, width float64, at *XY) (w, h float64) {
	left, top, shelf := 0.0, 0.0, 0.0
	for _, k := range order {
		side := l.side(k)
		if left > 0 && left+side > width*(1+1e-9) {
			left, top = 0, top-shelf
		}
		if left == 0 {
			shelf = side
		}
		if at != nil {
			for _, i := range l.outwards(l.cycles[k]) {
				at.X[i], at.Y[i] = left+side/2+l.x[i], top-side/2+l.y[i]
			}
		}
		left += side
		w = math.Max(w, left)
	}
	return w, shelf - top
}
