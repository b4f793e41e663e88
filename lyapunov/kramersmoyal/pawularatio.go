package kramersmoyal

import (
	"fmt"
	"math"
)

// A DiffusionTest asks whether increments over one time step are those of a
// diffusion.
type DiffusionTest struct {
	// Ratio is M_4/(3 M_2²), M_n = <Δx^n | x>, pooled over the increments that begin
	// in the cells with an estimate: Σ w M_4 / (3 Σ w M_2²), w = 1/M_2² by the
	// regression, so that each increment counts in units of its own spread. In terms
	// of coefficients it is 2 D_4/(D_2² Δt), as they are estimated at the step Δt. It
	// is 1 for Gaussian increments, and so for a diffusion as Δt -> 0; for
	// jumps it grows like 1/Δt, for then D_4 > 0, and by Pawula's theorem no D_n of
	// even order vanishes.
	Ratio  float64
	StdErr float64
	// Expected is the ratio of a diffusion to first order in Δt and second in the
	// width w of a cell,
	//
	//	1 + Δt (2 D_1 D_2'/D_2 + 2 D_2'²/D_2 + (4/3) D_2'') + (w D_2'/D_2)²/12,
	//
	// with the estimates of D_1 and D_2: a noise that depends on the state makes
	// increments over a finite step, and those from one cell, a mixture of Gaussians.
	Expected float64
	// Z is (Ratio - Expected)/StdErr.
	Z float64
	// N is the number of increments that were used.
	N int
	// Local is the ratio by the kernel regression at each of the cells.
	Local *Curve
}

// Diffusion reports |Z| <= zmax: the increments do not contradict a diffusion.
// zmax = 5.5 has a false-alarm rate below 1e-6, also with the skewness that
// fourth powers have in 10⁵ increments; Gaussian theory says 4e-8.
func (d DiffusionTest) Diffusion(zmax float64) bool { return math.Abs(d.Z) <= zmax }

// TestDiffusion tests the increments of coordinate a (0 is x): see
// DiffusionTest. It takes M_2² in each cell, without the bias of a square (as the
// mean of Δx_k² Δx_l² over pairs k ≠ l), so that a diffusion which varies from cell
// to cell does not look like a mixture.
//
// It tests what was observed, over one step: a process of jumps may pass if there
// were many small ones in it. It is an error if the regression is not of order 4,
// if the coefficients are Corrected, or if there are too few increments.
func (c *Coefficients) TestDiffusion(a int) (DiffusionTest, error) {
	if a < 0 || a >= c.Grid.Dim() {
		panic(fmt.Sprintf("kramersmoyal: no coordinate %d", a))
	}
	switch {
	case c.corrected:
		return DiffusionTest{}, fmt.Errorf("kramersmoyal: the ratio is that of what was observed: take the coefficients before the correction")
	case c.layout.order < 4:
		return DiffusionTest{}, fmt.Errorf("kramersmoyal: the ratio needs fourth moments: set Regression.Order to 4")
	}
	var t DiffusionTest
	r := c.newRatios(a)
	weight := make([]float64, c.Grid.Len()) // 0 where there is no estimate
	size, square := c.layout.size, c.square(a)
	for _, cell := range c.Cells {
		if m2 := c.moment[cell*size+square]; m2 > 0 && r.count[cell] >= 2 {
			weight[cell] = 1 / (m2 * m2)
			t.N += int(r.count[cell])
		}
	}
	var top, bottom float64
	for cell, w := range weight {
		top += w * r.fourth[cell]
		bottom += w * r.square[cell]
	}
	if t.N < 100 || !(bottom > 0) {
		return t, fmt.Errorf("kramersmoyal: %d increments in cells with two or more do not test a diffusion: take a longer series, or fewer cells", t.N)
	}
	t.Ratio = top / (3 * bottom)
	var variance float64
	for cell, w := range weight {
		variance += w * w * r.variance(cell, t.Ratio)
	}
	t.StdErr = math.Sqrt(variance) / (3 * bottom)
	if !(t.StdErr > 0) {
		return t, fmt.Errorf("kramersmoyal: all increments of a cell are equal up to their sign: this is no noise")
	}
	var err error
	if t.Expected, err = c.expectedRatio(a, r, weight); err != nil {
		return t, err
	}
	t.Z = (t.Ratio - t.Expected) / t.StdErr
	t.Local = r.local()
	if t.Z-t.Z != 0 {
		return t, fmt.Errorf("kramersmoyal: the ratio is %v ± %v, expected %v: measure states and times in their own units", t.Ratio, t.StdErr, t.Expected)
	}
	return t, allFinite(t.Local)
}

// ratios has Σ Δ⁴ and the unbiased N M_2² of each cell.
type ratios struct {
	c                     *Coefficients
	count, fourth, square []float64
	// Noise of Σ Δ² and Σ Δ⁴, and the mean of Δ².
	v22, v24, v44, m2 []float64
}

func (c *Coefficients) newRatios(a int) *ratios {
	at := func(n int) int {
		if a == 0 {
			return c.layout.place[n][0]
		}
		return c.layout.place[0][n]
	}
	r := &ratios{c: c}
	for cell := range c.Grid.Len() {
		s := c.sums[cell*len(c.layout.powers):][:len(c.layout.powers)]
		n, s2, s4, s6, s8 := s[0], s[at(2)], s[at(4)], s[at(6)], s[at(8)]
		if n < 2 { // no unbiased square
			n, s2, s4, s6, s8 = 0, 0, 0, 0, 0
		}
		r.count = append(r.count, n)
		r.fourth = append(r.fourth, s4)
		r.square = append(r.square, max(0, (s2*s2-s4)/max(1, n-1)))
		m := max(1, n)
		r.m2 = append(r.m2, s2/m)
		r.v22 = append(r.v22, s4-s2*s2/m)
		r.v24 = append(r.v24, s6-s2*s4/m)
		r.v44 = append(r.v44, s8-s4*s4/m)
	}
	return r
}

// variance returns that of Σ Δ⁴ - 3 ratio N M_2² in a cell, to first order in the
// noise: of δM_4 - 6 ratio M_2 δM_2.
func (r *ratios) variance(cell int, ratio float64) float64 {
	b := 6 * ratio * r.m2[cell]
	return max(0, r.v44[cell]-2*b*r.v24[cell]+b*b*r.v22[cell])
}

// local returns the ratio at each of the cells with the weights of the
// regression.
func (r *ratios) local() *Curve {
	c := r.c
	curve := &Curve{Grid: c.Grid}
	var near []neighbour
	for _, cell := range c.Cells {
		near = c.near(near, &c.window, cell)
		l := c.lines[cell]
		var top, bottom, v float64
		for i := range near {
			n := &near[i]
			top += l.at(n) * r.fourth[n.cell]
			bottom += l.at(n) * r.square[n.cell]
		}
		if !(bottom > 0) {
			continue
		}
		ratio := top / (3 * bottom)
		for i := range near {
			n := &near[i]
			v += l.at(n) * l.at(n) * r.variance(n.cell, ratio)
		}
		curve.Cells = append(curve.Cells, cell)
		curve.Value = append(curve.Value, ratio)
		curve.StdErr = append(curve.StdErr, math.Sqrt(v)/(3*bottom))
	}
	return curve
}

// expectedRatio returns the ratio of a diffusion to first order in Δt, pooled
// over the cells with an estimate.
//
// With D = D_1 and B = D_2, applying L = D ∂ + B ∂² three times to y⁴ gives
//
//	M_4 = 12 B² Δt² + Δt³ (12 D² B + 36 D B B' + 24 D' B² + 24 B B'² + 28 B² B''),
//
// and M_2 is in Corrected; in M_4/(3 M_2²) the terms with D² and D' cancel. In the
// plane the terms in Δt are those of the derivatives along the coordinate alone.
//
// In a cell where D_2 varies, the mean of M_4 ∝ D_2² is more than the square of
// the mean of M_2 ∝ D_2, by the variance of D_2 there.
func (c *Coefficients) expectedRatio(a int, r *ratios, weight []float64) (float64, error) {
	p := c.newParabolas()
	dim, n := c.Grid.Dim(), c.layout.components()
	d, b := a, dim+2*a // places of D_a and D_aa among the components
	var sum, total float64
	for _, cell := range c.Cells {
		q, ok := p.fit(cell)
		if !ok || weight[cell] == 0 {
			continue
		}
		s := p.state(cell, &q)
		slope, bend := s[n+a*n+b], s[n+(dim+2*a)*n+b]
		e := c.Step * ((2*s[d]*slope+2*slope*slope)/s[b] + 4./3*bend)
		for along := range dim { // D_2 varies by w D_2' in the cell
			v := c.width[along] * s[n+along*n+b] / s[b]
			e += v * v / 12
		}
		w := weight[cell] * r.square[cell]
		sum += w * e
		total += w
	}
	if !(total > 0) {
		return 0, fmt.Errorf("kramersmoyal: in no cell do the data determine the slope of D_2: take a larger Regression.Slope, or a longer series")
	}
	return 1 + sum/total, nil
}
