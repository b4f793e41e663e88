package langevin

import (
	"math"
	"slices"
)

// LineOf returns the diffusion with the given drift a and diffusivity D (half
// the square of the noise) of an Itô equation, whose scale density it finds by
// quadrature of a/D from an inner point on: panels of 16 points of Gauss and
// Legendre, in the coordinate that a Line is integrated in, divided at the
// breaks. It panics unless lo < from < hi and both functions are given.
func LineOf(drift, diffusivity func(x float64) float64, lo, from, hi float64, breaks ...float64) *Line {
	if drift == nil || diffusivity == nil || !(lo < from && from < hi) {
		panic("langevin: LineOf needs a drift, a diffusivity, and an inner point")
	}
	l := &Line{Lo: lo, Hi: hi, Breaks: breaks}
	ratio := func(x float64) float64 { return drift(x) / diffusivity(x) }
	down, up := newCumulative(ratio, l.way(from, lo), breaks), newCumulative(ratio, l.way(from, hi), breaks)
	l.LogScale = func(x float64) float64 {
		if x < from {
			return down.at(x)
		}
		return -up.at(x)
	}
	l.LogSpeed = func(x float64) float64 { return -l.LogScale(x) - math.Log(diffusivity(x)) }
	l.mustMean()
	return l
}

// A cumulative is the integral of a function outward along a route.
type cumulative struct {
	f     func(x float64) float64
	route route
	edges []float64 // ascending in w
	sums  []float64 // up to each edge
}

func newCumulative(f func(x float64) float64, r route, breaks []float64) *cumulative {
	c := &cumulative{f: f, route: r}
	const width = 0.25
	for w := 0.0; w <= r.last; w += width {
		c.edges = append(c.edges, w)
	}
	start, _ := r.at(0)
	end, _ := r.at(r.last)
	for _, b := range between(breaks, start, end) {
		c.edges = append(c.edges, r.to(b))
	}
	slices.Sort(c.edges)
	c.sums = make([]float64, len(c.edges))
	for i := 1; i < len(c.edges); i++ {
		c.sums[i] = c.sums[i-1] + c.panel(c.edges[i-1], c.edges[i])
	}
	return c
}

func (c *cumulative) panel(a, b float64) (sum float64) {
	r := rule()
	half := (b - a) / 2
	for i, t := range r.node {
		x, slope := c.route.at(a + half*(t+1))
		sum += half * r.weight[i] * c.f(x) * slope
	}
	return sum
}

// at returns the integral from the start of the route to x.
func (c *cumulative) at(x float64) float64 {
	w := c.route.to(x)
	i, found := slices.BinarySearch(c.edges, w)
	if found {
		return c.sums[i]
	}
	if i == 0 || math.IsNaN(w) {
		return math.NaN()
	}
	return c.sums[i-1] + c.panel(c.edges[i-1], w)
}
