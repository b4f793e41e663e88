package hopfield

import "math/bits"

// resolve finds the attractors, and for each state its own and the way there.
func (g *Graph) resolve() {
	n := len(g.Next)
	g.Of, g.Steps, g.Flips = make([]int32, n), make([]int32, n), make([]int32, n)
	for i := range g.Of {
		g.Of[i] = -1
	}
	onWalk := make([]bool, n)
	var walk []int
	// The walks start in the order of the codes, but a cycle may be met from a state
	// below its smallest: attractors are numbered afterwards.
	for start := range g.Next {
		walk = walk[:0]
		i := start
		for ; g.Of[i] < 0 && !onWalk[i]; i = g.Next[i] {
			onWalk[i] = true
			walk = append(walk, i)
		}
		if g.Of[i] < 0 {
			g.close(i)
		}
		for k := len(walk) - 1; k >= 0; k-- {
			j := walk[k]
			onWalk[j] = false
			if g.Of[j] >= 0 {
				continue // on the cycle
			}
			next := g.Next[j]
			g.Of[j] = g.Of[next]
			g.Steps[j] = g.Steps[next] + 1
			g.Flips[j] = g.Flips[next] + int32(bits.OnesCount(uint(j^next)))
		}
	}
	g.number()
	for i, a := range g.Of {
		g.Attractors[a].Basin++
		g.Attractors[a].Depth = max(g.Attractors[a].Depth, int(g.Steps[i]))
	}
}

// close adds the cycle on which i lies.
func (g *Graph) close(i int) {
	cycle := []int{i}
	least := 0
	for j := g.Next[i]; j != i; j = g.Next[j] {
		if cycle = append(cycle, j); j < cycle[least] {
			least = len(cycle) - 1
		}
	}
	for _, j := range cycle {
		g.Of[j] = int32(len(g.Attractors))
	}
	codes := append(append(make([]int, 0, len(cycle)), cycle[least:]...), cycle[:least]...)
	g.Attractors = append(g.Attractors, Attractor{Codes: codes, Energy: g.Energy(codes[0])})
}

// number sorts the attractors by their smallest codes.
func (g *Graph) number() {
	rank := make([]int32, len(g.Attractors))
	sorted := make([]Attractor, 0, len(g.Attractors))
	for code, a := range g.Of {
		if g.Attractors[a].Codes[0] == code {
			rank[a] = int32(len(sorted))
			sorted = append(sorted, g.Attractors[a])
		}
	}
	g.Attractors = sorted
	for i, a := range g.Of {
		g.Of[i] = rank[a]
	}
}

// Cycles returns the attractors that are not fixed points: none for single updates of
// a symmetric network with W_ii >= 0, and 2-cycles only for synchronous ones of any
// symmetric network.
func (g *Graph) Cycles() (c []Attractor) {
	for _, a := range g.Attractors {
		if a.Period() > 1 {
			c = append(c, a)
		}
	}
	return c
}

// Fixed returns the codes of the fixed points, increasing. They are the same for all
// orders.
func (g *Graph) Fixed() (codes []int) {
	for _, a := range g.Attractors {
		if a.Period() == 1 {
			codes = append(codes, a.Codes[0])
		}
	}
	return codes
}

// Code returns the code of a state of -1 and +1. It panics if it has another length.
func (g *Graph) Code(x []float64) int {
	checkLen(x, g.net.n)
	return int(Pack(x).Code())
}

// Ends returns the attractor in which the state of a code ends. It panics unless 0 <=
// code < 2ⁿ.
func (g *Graph) Ends(code int) Attractor {
	g.check(code)
	return g.Attractors[g.Of[code]]
}

// Rising counts the states from which one sweep raises the energy: 0 for single
// updates of a symmetric network with W_ii >= 0, but not for synchronous ones, against
// [NH] Lemma 3. worst is the largest rise and from where; it is 0 from -1 if none.
func (g *Graph) Rising() (count int, worst float64, from int) {
	from = -1
	e := g.Energies()
	for i, next := range g.Next {
		if rise := e[next] - e[i]; rise > 0 {
			count++
			if rise > worst {
				worst, from = rise, i
			}
		}
	}
	return count, worst, from
}
