package freeenergy

import (
	"fmt"
	"math"
)

// Nodes and weights on [-1, 1] of the 15-point rule of Kronrod and the 7-point
// rule of Gauss whose nodes are every other of its own (Piessens et al.,
// QUADPACK, 1983, routine qk15).
var (
	kronrodNode = [15]float64{
		-0.991455371120812639206854697526329, -0.949107912342758524526189684047851, -0.864864423359769072789712788640926,
		-0.741531185599394439863864773280788, -0.586087235467691130294144691258470, -0.405845151377397166906606412076961,
		-0.207784955007898467600689403773245, 0, 0.207784955007898467600689403773245, 0.405845151377397166906606412076961,
		0.586087235467691130294144691258470, 0.741531185599394439863864773280788, 0.864864423359769072789712788640926,
		0.949107912342758524526189684047851, 0.991455371120812639206854697526329,
	}
	kronrodWeight = [15]float64{
		0.022935322010529224963732008058970, 0.063092092629978553290700663189204, 0.104790010322250183839876322541518,
		0.140653259715525918745189590510238, 0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
		0.204432940075298892414161999234649, 0.209482141084727828012999174891714, 0.204432940075298892414161999234649,
		0.190350578064785409913256402421014, 0.169004726639267902826583426598550, 0.140653259715525918745189590510238,
		0.104790010322250183839876322541518, 0.063092092629978553290700663189204, 0.022935322010529224963732008058970,
	}
	gaussWeight = [15]float64{
		0, 0.129484966168869693270611432679082, 0, 0.279705391489276667901467771423780, 0, 0.381830050505118944950369775488975,
		0, 0.417959183673469387755102040816327, 0, 0.381830050505118944950369775488975, 0, 0.279705391489276667901467771423780,
		0, 0.129484966168869693270611432679082, 0,
	}
)

// A part is a box of the division, in u.
type part struct {
	lo, hi [3]float64
	value  float64 // integral of exp((ref-E)/T)
	err    float64
	axis   int        // to divide next
	least  float64    // least energy met
	lowest [3]float64 // where it was met, in u
	unseen bool       // contains a minimum that no point comes near
}

// A stencil is the points of a part on each axis, ends included: 17 in u and x,
// with dx/du times the half length.
type stencil struct {
	n     int // axes
	u, x  [3][17]float64
	jac   [3][17]float64
	inner [3][2]int // the points of the rule: 1 to 15, or 0 alone on an axis too many
	// The weight at each point of the rule, for a second look.
	weight []float64
}

// index of a point of the rule among the weights.
func (s *stencil) index(at [3]int) (k int) {
	for d := range s.n {
		k = 15*k + at[d] - 1
	}
	return k
}

func (in *integrator) stencil(p *part) *stencil {
	s := &in.points
	s.n = len(in.axes)
	if s.weight == nil {
		s.weight = make([]float64, []int{15, 225, 3375}[s.n-1])
	}
	for d := range 3 {
		s.jac[d][0] = 1
		if d >= s.n {
			s.inner[d] = [2]int{0, 1}
			continue
		}
		s.inner[d] = [2]int{1, 16}
		half, mid := (p.hi[d]-p.lo[d])/2, p.lo[d]+(p.hi[d]-p.lo[d])/2
		for k := range 17 {
			u := p.lo[d]
			switch {
			case k == 16:
				u = p.hi[d]
			case k > 0:
				u = mid + half*kronrodNode[k-1]
			}
			x, jac := in.axes[d].at(u)
			s.u[d][k], s.x[d][k], s.jac[d][k] = u, x, half*jac
		}
	}
	return s
}

// evaluate applies the product rule to a part.
func (in *integrator) evaluate(p *part) error {
	s := in.stencil(p)
	var gauss [3]float64
	p.value, p.least = 0, math.Inf(1)
	x := make([]float64, s.n)
	var at [3]int
	for at[2] = s.inner[2][0]; at[2] < s.inner[2][1]; at[2]++ {
		for at[1] = s.inner[1][0]; at[1] < s.inner[1][1]; at[1]++ {
			for at[0] = s.inner[0][0]; at[0] < s.inner[0][1]; at[0]++ {
				v, f, err := in.weigh(s, at, x)
				if err != nil {
					return err
				}
				s.weight[s.index(at)] = f
				if v < p.least {
					p.least, p.lowest = v, [3]float64{s.u[0][at[0]], s.u[1][at[1]], s.u[2][at[2]]}
				}
				for d := range s.n {
					f *= kronrodWeight[at[d]-1]
				}
				p.value += f
				for d := range s.n {
					gauss[d] += f * gaussWeight[at[d]-1] / kronrodWeight[at[d]-1]
				}
			}
		}
	}
	p.err = 50 * 2.2e-16 * p.value
	if err := in.faces(p, s, x); err != nil {
		return err
	}
	in.judge(p, gauss)
	return nil
}

// weigh returns the energy at a point of a stencil and its weight.
func (in *integrator) weigh(s *stencil, at [3]int, x []float64) (v, f float64, err error) {
	f = 1
	for d := range s.n {
		x[d] = s.x[d][at[d]]
		f *= s.jac[d][at[d]]
	}
	in.used++
	v = in.e.Value(x)
	if math.IsNaN(v) || math.IsInf(v, -1) {
		return v, f, fmt.Errorf("freeenergy: energy is %v at x = %.6g: choose a box inside the domain of the energy, or correct its formula", v, x)
	}
	return v, f * math.Exp((in.ref-v)/in.T), nil
}

// faces looks at the faces of a part. Where the weight on one is many times that
// at the nearest point of the rule, a well beyond it reaches into the part, and
// the rule has stepped over what it has there: that strip is an error.
func (in *integrator) faces(p *part, s *stencil, x []float64) error {
	const resolved = 4
	for d := range s.n {
		var at [3]int
		e, g := (d+1)%3, (d+2)%3
		for at[e] = s.inner[e][0]; at[e] < s.inner[e][1]; at[e]++ {
			for at[g] = s.inner[g][0]; at[g] < s.inner[g][1]; at[g]++ {
				for _, end := range [2][2]int{{0, 1}, {16, 15}} {
					at[d] = end[0]
					_, face, err := in.weigh(s, at, x)
					if err != nil {
						return err
					}
					at[d] = end[1]
					if face > resolved*s.weight[s.index(at)] {
						p.err += s.strip(face, d, at)
					}
				}
			}
		}
	}
	return nil
}

// strip returns the integral of a weight between a face across axis d and the
// points of the rule next to it.
func (s *stencil) strip(weight float64, d int, at [3]int) float64 {
	const gap = 0.00427 * 2 // of the half length
	weight *= gap
	for o := range s.n {
		if o != d {
			weight *= kronrodWeight[at[o]-1]
		}
	}
	return weight
}

// judge fills in error and axis from the Gauss sums, one for each axis with
// Kronrod's rule on the others.
func (in *integrator) judge(p *part, gauss [3]float64) {
	p.axis, p.unseen = 0, false
	var worst float64
	for d := range in.axes {
		miss := math.Abs(gauss[d] - p.value)
		if miss > worst {
			worst, p.axis = miss, d
		}
		// Kronrod's error is far below Gauss's: QUADPACK's rule for how far.
		if p.value > 0 {
			p.err += math.Min(miss, p.value*math.Pow(200*miss/p.value, 1.5))
		}
	}
	for k, u := range in.minima {
		inside, width := true, 0.0
		for d, ud := range u {
			inside = inside && p.lo[d] <= ud && ud <= p.hi[d]
			if w := (p.hi[d] - p.lo[d]) / in.axes[d].length(); w > width {
				width = w
				if p.least > in.depths[k]+in.T && inside {
					p.axis = d
				}
			}
		}
		if inside && p.least > in.depths[k]+in.T && width > 1e-12 {
			p.unseen = true
		}
	}
}

// far reports whether a part lies in the outer half of an infinite axis.
func (p *part) far(axes []substitution) bool {
	for d, a := range axes {
		if a.beyond((p.lo[d] + p.hi[d]) / 2) {
			return true
		}
	}
	return false
}

// partHeap gives up the unseen first, then the largest error.
type partHeap []*part

func (h partHeap) Len() int { return len(h) }
func (h partHeap) Less(i, j int) bool {
	if h[i].unseen != h[j].unseen {
		return h[i].unseen
	}
	return h[i].err > h[j].err
}
func (h partHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *partHeap) Push(x any)   { *h = append(*h, x.(*part)) }
func (h *partHeap) Pop() any {
	last := len(*h) - 1
	p := (*h)[last]
	*h = (*h)[:last]
	return p
}
