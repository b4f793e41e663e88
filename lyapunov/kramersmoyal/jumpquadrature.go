package kramersmoyal

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/integrate/quad"
)

// mostPanels bounds the work of an integral.
const mostPanels = 4000

type rule struct{ node, weight []float64 }

func newRule(n int) rule {
	r := rule{make([]float64, n), make([]float64, n)}
	quad.Legendre{}.FixedLocations(r.node, r.weight, -1, 1)
	return r
}

// A pair of rules of Gauss and Legendre on [-1, 1]: their difference is the error
// estimate of a panel.
type pair struct{ fine, coarse rule }

var (
	wide  = pair{newRule(16), newRule(10)}
	short = pair{newRule(8), newRule(5)} // for panels that are known to be short
)

func (r rule) integrate(f func(u float64) float64, lo, hi float64) (sum, abs float64) {
	half, mid := (hi-lo)/2, lo+(hi-lo)/2
	for i, x := range r.node {
		v := half * r.weight[i] * f(mid+half*x)
		sum += v
		abs += math.Abs(v)
	}
	return sum, abs
}

// A panel is an interval with the integral over it.
type panel struct{ lo, hi, value, abs, err float64 }

func (r pair) panel(f func(float64) float64, lo, hi float64) panel {
	p := panel{lo: lo, hi: hi}
	p.value, p.abs = r.fine.integrate(f, lo, hi)
	coarse, _ := r.coarse.integrate(f, lo, hi)
	// The fine rule is far better than the coarse one: where they agree to δ, its
	// own error is of the order δ^1.5 (as QUADPACK estimates it).
	miss := math.Abs(p.value - coarse)
	p.err = 4 * eps * p.abs
	if p.abs > 0 {
		p.err += math.Min(miss, p.abs*math.Pow(200*miss/p.abs, 1.5))
	}
	if notFinite(p.value) {
		p.err = math.Inf(1)
	}
	return p
}

// An integral is what quadrature found: the value, the integral of |f|, an
// estimate of the error, and the panels from left to right.
type integral struct {
	value, abs, err float64
	panels          []panel
}

// integrate halves the panel with the largest error until the sum of the errors
// is below tol times the integral of |f|, or there are too many. The caller looks
// at err. The first panels lie between the given ends.
func integrate(f func(float64) float64, ends []float64, tol float64) integral {
	var q panels
	for i := range len(ends) - 1 {
		q = append(q, wide.panel(f, ends[i], ends[i+1]))
	}
	for {
		var in integral
		worst := 0
		for i, p := range q {
			in.value, in.abs, in.err = in.value+p.value, in.abs+p.abs, in.err+p.err
			if p.err > q[worst].err {
				worst = i
			}
		}
		w := q[worst]
		mid := w.lo + (w.hi-w.lo)/2
		if in.err <= tol*in.abs || len(q) >= mostPanels || !(w.lo < mid && mid < w.hi) {
			sort.Sort(q)
			in.panels = q
			return in
		}
		q[worst] = wide.panel(f, w.lo, mid)
		q = append(q, wide.panel(f, mid, w.hi))
	}
}

type panels []panel

func (q panels) Len() int           { return len(q) }
func (q panels) Less(i, j int) bool { return q[i].lo < q[j].lo }
func (q panels) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }

// within returns the place in a panel up to which f integrates to target, with an
// error of tol p.value.
func (r pair) within(f func(float64) float64, p panel, target, tol float64) float64 {
	lo, hi := p.lo, p.hi
	u := lo + (hi-lo)*target/p.value
	for range 60 { // Newton, kept between the ends by halving
		mass, _ := r.fine.integrate(f, p.lo, u)
		miss := mass - target
		if miss > 0 {
			hi = u
		} else {
			lo = u
		}
		if math.Abs(miss) <= tol*p.value || hi-lo <= 4*eps*math.Abs(u) {
			break
		}
		if u -= miss / f(u); !(lo < u && u < hi) {
			u = lo + (hi-lo)/2
		}
	}
	return u
}

const eps = 0x1p-52
