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
	axis   int     // to divide next
	least  float64 // least energy met
	unseen bool    // contains a known minimum that no point comes near
}

// evaluate applies the product rule to a part.
func (in *integrator) evaluate(p *part) error {
	n := len(in.axes)
	var points [3]int
	var xs, ws [3][15]float64 // points and Kronrod weights times dx/du, by axis
	for d := range points {
		points[d] = 1
		ws[d][0] = 1
		if d >= n {
			continue
		}
		points[d] = 15
		half, mid := (p.hi[d]-p.lo[d])/2, p.lo[d]+(p.hi[d]-p.lo[d])/2
		for k, node := range kronrodNode {
			x, jac := in.axes[d].at(mid + half*node)
			xs[d][k], ws[d][k] = x, half*jac*kronrodWeight[k]
		}
	}
	var gauss [3]float64
	var square float64
	p.value, p.least = 0, math.Inf(1)
	x := make([]float64, n)
	for k := range points[2] {
		for j := range points[1] {
			for i := range points[0] {
				at := [3]int{i, j, k}
				for d := range x {
					x[d] = xs[d][at[d]]
				}
				v := in.e.Value(x)
				if math.IsNaN(v) || math.IsInf(v, -1) {
					return fmt.Errorf("freeenergy: energy is %v at x = %.6g: choose a box inside the domain of the energy, or correct its formula", v, x)
				}
				p.least = math.Min(p.least, v)
				f := math.Exp((in.ref-v)/in.T) * ws[0][i] * ws[1][j] * ws[2][k]
				p.value += f
				square += math.Abs(f)
				for d := range x {
					gauss[d] += f * gaussWeight[at[d]] / kronrodWeight[at[d]]
				}
			}
		}
	}
	in.used += points[0] * points[1] * points[2]
	p.err = 50 * 2.2e-16 * square
	in.judge(p, gauss)
	return nil
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
