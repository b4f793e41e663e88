package langevin

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/integrate/quad"
)

// points is the number of nodes of a panel.
const points = 16

// rule is the rule of Gauss and Legendre on [-1, 1] with the integrals of the
// polynomials through its nodes from -1 to each node.
var rule = sync.OnceValue(func() (r struct {
	node, weight [points]float64
	upTo         [points][points]float64
}) {
	quad.Legendre{}.FixedLocations(r.node[:], r.weight[:], -1, 1)
	var p [points][points + 1]float64 // p[i][k] = P_k(node i)
	for i, t := range r.node {
		p[i][0], p[i][1] = 1, t
		for k := 1; k < points; k++ {
			p[i][k+1] = (float64(2*k+1)*t*p[i][k] - float64(k)*p[i][k-1]) / float64(k+1)
		}
	}
	for i, t := range r.node {
		for j := range r.node {
			sum := t + 1
			for k := 1; k < points; k++ { // ∫P_k = (P_{k+1} - P_{k-1})/(2k+1)
				sum += p[j][k] * (p[i][k+1] - p[i][k-1])
			}
			r.upTo[i][j] = sum * r.weight[j] / 2
		}
	}
	return r
})

// panels integrates along a route.
type panels struct {
	line   *Line
	route  route
	s0, m0 float64 // ln s, ln m at the start
	side   side
}

// A share is what one panel adds.
type share struct{ scale, speed, nested float64 }

// march goes outward panel by panel until the end, or, where the functions
// cannot be evaluated any more, until nothing has been added for a while.
func (p *panels) march() (side, error) {
	width := p.route.last / math.Ceil(p.route.last)
	if p.route.last <= 1 {
		width = p.route.last / 8
	}
	edges := between(p.breaks(), 0, p.route.last)
	var before, last share
	w, idle := 0.0, 0
	for w < p.route.last*(1-1e-12) {
		next := math.Min(w+width, p.route.last)
		for len(edges) > 0 && edges[0] <= w {
			edges = edges[1:]
		}
		cut := len(edges) > 0 && edges[0] < next
		if cut {
			next = edges[0]
		}
		got, ok := p.settle(w, next, p.panel(w, next), 40)
		if !ok && idle >= 4 {
			break
		}
		if !ok {
			return p.side, errPanels
		}
		if p.negligible(got) {
			idle++
		} else {
			idle = 0
		}
		if !cut {
			before, last = last, got
		}
		w = next
	}
	if p.route.tail && idle < 4 {
		p.side.scale += beyond(before.scale, last.scale)
		p.side.speed += beyond(before.speed, last.speed)
		p.side.nested += beyond(before.nested, last.nested)
	}
	return p.side, nil
}

func (p *panels) breaks() (at []float64) {
	x, _ := p.route.at(p.route.last)
	start, _ := p.route.at(0)
	for _, b := range between(p.line.Breaks, start, x) {
		at = append(at, p.route.to(b))
	}
	return at
}

// negligible reports whether a panel adds nothing to what is needed.
func (p *panels) negligible(got share) bool {
	const little = 1e-18
	if p.side.out {
		return p.side.infinite.speed || got.speed <= little*p.side.speed
	}
	return got.scale <= little*p.side.scale && got.nested <= little*p.side.nested &&
		(p.side.infinite.speed || got.speed <= little*p.side.speed)
}

// beyond returns the rest of a geometric series from its last two terms.
func beyond(before, last float64) float64 {
	r := last / before
	if !(r > 0 && r < 1) {
		return 0
	}
	return last * r / (1 - r)
}

// settle halves a panel until its halves add up to it, and adds them to the
// side.
func (p *panels) settle(a, b float64, whole share, depth int) (share, bool) {
	mid := a + (b-a)/2
	left := p.panel(a, mid)
	kept := p.side
	p.add(left)
	right := p.panel(mid, b)
	sum := share{left.scale + right.scale, left.speed + right.speed, left.nested + right.nested}
	tol := 3e-13 + p.route.blur(b) // exponents of hundreds have that rounding
	if near(sum.scale, whole.scale, tol, kept.scale) && near(sum.speed, whole.speed, tol, kept.speed) && near(sum.nested, whole.nested, tol, kept.nested) {
		p.add(right)
		return sum, true
	}
	if depth == 0 || math.IsNaN(sum.speed+sum.scale+sum.nested) {
		return sum, false
	}
	p.side = kept
	left, ok := p.settle(a, mid, left, depth-1)
	if !ok {
		return left, false
	}
	right, ok = p.settle(mid, b, p.panel(mid, b), depth-1)
	return share{left.scale + right.scale, left.speed + right.speed, left.nested + right.nested}, ok
}

// near reports whether two values of a panel agree to tol, or to the rounding of
// what is there already.
func near(a, b, tol, already float64) bool {
	return math.Abs(a-b) <= tol*math.Abs(a)+1e-16*already+1e-300
}

func (p *panels) add(s share) {
	p.side.scale += s.scale
	p.side.speed += s.speed
	p.side.nested += s.nested
}

// panel integrates over w in [a, b], with m from the start of the route on.
func (p *panels) panel(a, b float64) (got share) {
	r := rule()
	half := (b - a) / 2
	var s, m [points]float64
	for i, t := range r.node {
		x, slope := p.route.at(a + half*(t+1))
		if !p.side.out { // else it may overflow, and is not needed
			s[i] = math.Exp(p.line.LogScale(x)-p.s0) * slope
		}
		if m[i] = math.Exp(p.line.LogSpeed(x)-p.m0) * slope; p.side.out && p.side.infinite.speed {
			m[i] = 0
		}
	}
	for i := range s {
		inner := p.side.speed
		for j, v := range m {
			inner += half * r.upTo[i][j] * v
		}
		got.scale += half * r.weight[i] * s[i]
		got.speed += half * r.weight[i] * m[i]
		got.nested += half * r.weight[i] * s[i] * inner
	}
	return got
}
