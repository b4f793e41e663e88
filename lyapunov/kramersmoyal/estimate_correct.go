package kramersmoyal

import (
	"fmt"
	"math"
	"slices"
)

// Corrected returns drift and diffusion without their error of first order in
// the time step; what is left is of the order Δt². It is for a process that is a
// diffusion and was observed every Δt, not for the iterates of a scheme such as
// Euler-Maruyama, whose increments have exactly the mean Δt D_1. D_3 and D_4, 0
// then, are not carried over.
//
// # Derivation
//
// For a diffusion d<f(x)>/dt = <L f>, L = D_a ∂_a + D_ab ∂_a ∂_b, and so
// <f> = f + Δt L f + Δt²/2 L²f + …, at the place x where the increment begins.
// Take f = y_a, with y the distance from x: L f = D_a, and once more
//
//	<Δx_a> = Δt D_a + Δt²/2 (D_b ∂_b D_a + D_bc ∂_b ∂_c D_a) + …
//
// Take f = y_a y_b: L f = y_a D_b + y_b D_a + 2 D_ab, and applying L again, at
// y = 0 only terms survive in which every y was differentiated:
//
//	<Δx_a Δx_b> = 2Δt D_ab + Δt² (D_a D_b + D_c ∂_c D_ab + D_ac ∂_c D_b
//	              + D_bc ∂_c D_a + D_cd ∂_c ∂_d D_ab) + …
//
// (on the line: Gottschall and Peinke 2008, Lade 2009). The terms of order Δt²
// may be formed with the estimates that have the error, since that changes the
// result by Δt² only. Derivatives are those of a parabola (a paraboloid) fitted to
// the increments in a window of Regression.Slope bandwidths. The standard errors
// include the noise of the correction, which outgrows the correction itself where
// D_2 Δt is not small against the square of that window.
//
// Cells in which the parabola is not determined move to Missing. It is an error
// if none is left, or the coefficients are corrected already.
func (c *Coefficients) Corrected() (*Coefficients, error) {
	if c.corrected {
		return nil, fmt.Errorf("kramersmoyal: these coefficients are corrected already")
	}
	d := *c
	d.corrected = true
	d.Cells, d.Missing = nil, slices.Clone(c.Missing)
	d.value, d.stderr = nil, nil
	d.removed = make([]float64, c.Grid.Len()*c.layout.components())
	parabolas := c.newParabolas()
	n := c.layout.components()
	f := c.newFunctional()
	var value, stderr [5][]float64
	for i, cell := range c.Cells {
		q, ok := parabolas.fit(cell)
		if !ok {
			d.Missing = append(d.Missing, Gap{Cell: cell, Count: c.Count()[i]})
			continue
		}
		d.Cells = append(d.Cells, cell)
		s := parabolas.state(cell, &q)
		for k := range n {
			d.removed[cell*n+k] = c.Step * c.bias(k, &s)
			value[k] = append(value[k], c.multiIndex(k)*(s[k]-d.removed[cell*n+k]))
			f.clear()
			var weight state
			weight[k] = 1
			parabolas.correct(&weight, &s)
			parabolas.add(f, cell, &q, &weight)
			stderr[k] = append(stderr[k], c.multiIndex(k)*math.Sqrt(c.variance(f)))
		}
	}
	if len(d.Cells) == 0 {
		return nil, fmt.Errorf("kramersmoyal: in no cell do the data determine the derivatives: take a larger Regression.Slope, or a longer series")
	}
	slices.SortFunc(d.Missing, func(a, b Gap) int { return a.Cell - b.Cell })
	d.value, d.stderr = make([]float64, len(d.Cells)), make([]float64, len(d.Cells)) // of the power 0
	for k := range n {                                                               // the others are not carried over
		d.value, d.stderr = append(d.value, value[k]...), append(d.stderr, stderr[k]...)
	}
	return &d, d.checkFinite()
}

// multiIndex is the factor from the entry of a tensor to the coefficient with
// that multi-index.
func (c *Coefficients) multiIndex(component int) float64 {
	if p := c.layout.powers[component+1]; p[0] == 1 && p[1] == 1 {
		return 2
	}
	return 1
}

// tensorScale makes a moment the entry of a tensor: D_a or D_ab.
func (c *Coefficients) tensorScale(component int) float64 {
	return c.scale(component+1) / c.multiIndex(component)
}

// A state is what the correction is a function of: the components D_j of drift
// and diffusion, followed by ∂_r D_j for each derivative r and component j.
type state [30]float64

// bias returns the term of order Δt of component k, divided by Δt.
func (c *Coefficients) bias(k int, s *state) float64 {
	dim, n := c.Grid.Dim(), c.layout.components()
	drift := func(a int) int { return a }
	entry := func(a, b int) int { return dim + a + b } // xx, xy, yy
	first := func(a, component int) float64 { return s[n+a*n+component] }
	second := func(a, b, component int) float64 { return s[n+(dim+a+b)*n+component] }
	var total float64
	for a := range dim { // L of the component itself
		total += s[drift(a)] * first(a, k)
		for b := range dim {
			total += s[entry(a, b)] * second(a, b, k)
		}
	}
	if k < dim {
		return total / 2
	}
	a, b := max(0, k-dim-1), min(1, k-dim) // 0: xx, 1: xy, 2: yy
	if dim == 1 {
		b = 0
	}
	total += s[drift(a)] * s[drift(b)]
	for d := range dim {
		total += s[entry(a, d)]*first(d, drift(b)) + s[entry(b, d)]*first(d, drift(a))
	}
	return total / 2
}

// A functional is a linear function of the sums Σ Δx, Σ Δy, Σ Δx², … of the cells,
// by whose noise it has a variance.
type functional struct {
	coef    []float64 // of each cell and component
	touched []int     // cells whose coefficients may not be 0
	seen    []bool
	near    []neighbour // scratch
	n       int
}

func (c *Coefficients) newFunctional() *functional {
	n := c.layout.components()
	return &functional{coef: make([]float64, c.Grid.Len()*n), seen: make([]bool, c.Grid.Len()), n: n}
}

func (f *functional) add(cell, component int, v float64) {
	if !f.seen[cell] {
		f.seen[cell] = true
		f.touched = append(f.touched, cell)
	}
	f.coef[cell*f.n+component] += v
}

func (f *functional) clear() {
	for _, cell := range f.touched {
		f.seen[cell] = false
		clear(f.coef[cell*f.n:][:f.n])
	}
	f.touched = f.touched[:0]
}

// addTo adds the functional to another one.
func (f *functional) addTo(g *functional, factor float64) {
	for _, cell := range f.touched {
		for k := range f.n {
			g.add(cell, k, factor*f.coef[cell*f.n+k])
		}
	}
}

// variance returns the variance of a functional.
func (c *Coefficients) variance(f *functional) (total float64) {
	pairs := len(c.layout.pairs)
	for _, cell := range f.touched {
		coef, noise := f.coef[cell*f.n:][:f.n], c.noise[cell*pairs:][:pairs]
		for k, v := range coef {
			total += v * v * noise[c.layout.pair(k+1, k+1)]
			for j := range k {
				total += 2 * v * coef[j] * noise[c.layout.pair(j+1, k+1)]
			}
		}
	}
	return max(0, total)
}

// addRaw adds factor times component k as it was before any correction.
func (c *Coefficients) addRaw(f *functional, cell, k int, factor float64) {
	l := c.lines[cell]
	factor *= c.tensorScale(k)
	f.near = c.near(f.near, &c.window, cell)
	for i := range f.near {
		f.add(f.near[i].cell, k, factor*l.at(&f.near[i]))
	}
}
