package hopfield

import (
	"fmt"
	"math"
	"math/bits"
)

// graphMost is how many units a whole state graph may have: 2²⁰ states.
const graphMost = 20

// A Graph is the map of all 2ⁿ states of a small network under one order of updates:
// where each goes in one sweep, and where it ends. States are numbered by their codes:
// bit i is set where x_i = +1 (see FromCode).
type Graph struct {
	// Next is where each state goes in one sweep, step or flip of the order. A fixed
	// point goes to itself. It is what plotting's Basins draws.
	Next []int
	// Attractors are the fixed points and cycles, by their smallest code.
	Attractors []Attractor
	// Of is the index in Attractors of the one that each state ends in.
	Of []int32
	// Steps is how many sweeps each state needs to get onto it; Flips is how many
	// units change on the way.
	Steps, Flips []int32

	net   *Discrete
	order Order
}

// An Attractor is a fixed point or a cycle of a Graph, with its basin.
type Attractor struct {
	Codes  []int   // in turn, from the smallest
	Energy float64 // of the first
	Basin  int     // states that end here, itself included
	Depth  int     // most sweeps that one of them needs
}

// Period returns 1 for a fixed point, else the length of the cycle.
func (a Attractor) Period() int { return len(a.Codes) }

// Graph returns the whole state graph in the order Fixed, Greedy or Together. It is an
// error if there are more than 20 units (the states no longer fit), if the order is
// random or the tie rule Coin: then a state does not say where it goes.
func (d *Discrete) Graph(o Order) (*Graph, error) {
	if d.n > graphMost {
		return nil, fmt.Errorf("hopfield: a state graph of %d units has %.0f states: at most %d units; Run from samples instead", d.n, math.Ldexp(1, d.n), graphMost)
	}
	if o.kind == shuffledOrder || d.tie == Coin {
		return nil, fmt.Errorf("hopfield: a state graph in the order %v with ties %v: where a state goes is random; use Fixed, Greedy or Together, and Keep or Plus", o, d.tie)
	}
	if err := o.check(d.n); err != nil {
		return nil, err
	}
	g := &Graph{net: d, order: o, Next: make([]int, 1<<d.n)}
	f := newGraphFields(d)
	units := o.units
	if units == nil {
		for i := range d.n {
			units = append(units, i)
		}
	}
	for code := range g.Next {
		switch o.kind {
		case togetherOrder:
			g.Next[code] = f.together(code)
		case greedyOrder:
			g.Next[code] = f.greedy(code)
		default:
			g.Next[code] = f.sweep(code, units)
		}
	}
	g.resolve()
	return g, nil
}

// graphFields gives the fields of all states as sums of two rows of tables: of the
// lower and of the upper half of the units.
type graphFields struct {
	d          *Discrete
	half, mask int
	low, high  []float64 // a row of n fields for each state of that half
	x          []float64
}

func newGraphFields(d *Discrete) *graphFields {
	f := &graphFields{d: d, half: d.n / 2, x: make([]float64, d.n)}
	f.mask = 1<<f.half - 1
	x := f.x
	table := func(from, to int, start []float64) []float64 {
		t := make([]float64, d.n<<(to-from))
		for code := range 1 << (to - from) {
			clear(x)
			for j := from; j < to; j++ {
				x[j] = float64(code>>(j-from)&1*2 - 1)
			}
			for i := range d.n {
				t[code*d.n+i] = d.row(i, x) + start[i]
			}
		}
		return t
	}
	f.low = table(0, f.half, d.b)
	f.high = table(f.half, d.n, make([]float64, d.n))
	return f
}

// rows returns two rows whose sum is the fields of a state.
func (f *graphFields) rows(code int) (low, high []float64) {
	n := f.d.n
	i, j := code&f.mask*n, code>>f.half*n
	return f.low[i : i+n : i+n], f.high[j : j+n : j+n]
}

// exactly returns h, the field of unit i as the sum of two rows, or, where the sign of
// that may be rounding, what Field returns.
func (f *graphFields) exactly(code, i int, h float64) float64 {
	if f.d.certain(i, h) {
		return h
	}
	for j := range f.x {
		f.x[j] = float64(code>>j&1*2 - 1)
	}
	return f.d.field(i, f.x)
}

// after returns the code after unit i has followed the field h.
func (f *graphFields) after(code, i int, h float64) int {
	switch {
	case h > 0 || h == 0 && f.d.tie == Plus:
		return code | 1<<i
	case h < 0:
		return code &^ (1 << i)
	}
	return code
}

func (f *graphFields) sweep(code int, units []int) int {
	low, high := f.rows(code)
	for _, i := range units {
		if next := f.after(code, i, f.exactly(code, i, low[i]+high[i])); next != code {
			code = next
			low, high = f.rows(code)
		}
	}
	return code
}

func (f *graphFields) together(code int) int {
	next := code
	low, high := f.rows(code)
	for i, h := range low {
		next = f.after(next, i, f.exactly(code, i, h+high[i]))
	}
	return next
}

func (f *graphFields) greedy(code int) int {
	best, least := code, 0.0
	low, high := f.rows(code)
	for i, h := range low {
		h = f.exactly(code, i, h+high[i])
		x := float64(code>>i&1*2 - 1)
		if !f.d.moves(x, h) {
			continue
		}
		if e := f.d.flip(x, h, i); best == code || e < least {
			best, least = code^1<<i, e
		}
	}
	return best
}

// Dim returns the number of units.
func (g *Graph) Dim() int { return g.net.n }

// Order returns the order of updates.
func (g *Graph) Order() Order { return g.order }

// State returns the state of a code. It panics unless 0 <= code < 2ⁿ.
func (g *Graph) State(code int) []float64 {
	g.check(code)
	return FromCode(uint64(code), g.net.n).State()
}

// Energy returns E of the state of a code. It panics unless 0 <= code < 2ⁿ.
func (g *Graph) Energy(code int) float64 { return g.net.Energy(g.State(code)) }

// Energies returns E of all states, by code.
func (g *Graph) Energies() []float64 {
	e := make([]float64, len(g.Next))
	x := g.State(0)
	h := make([]float64, g.net.n)
	g.net.fields(h, x)
	now := g.net.Energy(x) * g.net.scale
	e[0] = now / g.net.scale
	// A Gray code flips one unit from state to state.
	for k := 1; k < len(e); k++ {
		i := bits.TrailingZeros(uint(k))
		column, row := g.net.columns[i*g.net.n:], g.net.w[i*g.net.n:]
		var skew float64
		if !g.net.symmetric {
			for j, xj := range x {
				skew += (column[j] - row[j]) * xj / 2
			}
		}
		now += g.net.flip(x[i], h[i]+skew, i)
		x[i] = -x[i]
		for j := range h {
			h[j] += 2 * x[i] * column[j]
		}
		e[k^k>>1] = now / g.net.scale
	}
	return e
}

func (g *Graph) check(code int) {
	if code < 0 || code >= len(g.Next) {
		panic(fmt.Sprintf("hopfield: code %d of a graph of %d states", code, len(g.Next)))
	}
}
