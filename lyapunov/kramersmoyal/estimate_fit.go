package kramersmoyal

import (
	"fmt"
	"math"
	"slices"

	"hopflow/lyapunov/freeenergy"
)

// Coefficients are the Kramers-Moyal coefficients of data, divided by the
// factorial and by Δt already,
//
//	D_n(x) = <Δx^n | x>/(n! Δt),  ∂p/∂t = Σ_n (-∂)^n (D_n p),
//
// so that D_1 is the drift (of Itô) and D_2 = T K. In the plane n is a
// multi-index: D_{pq} = <Δx^p Δy^q | x>/(p! q! Δt), and the mixed D_11 is twice
// the entry T K^{xy} of the matrix; see Drift and Diffusion.
//
// They are known in the cells where there are data enough, Cells, and nowhere
// else; Missing names the others. Nothing is interpolated into an empty cell.
type Coefficients struct {
	Grid      *freeenergy.Grid
	Step      float64   // Δt
	Bandwidth []float64 // the width of the kernel along each coordinate
	N         int       // increments that begin on the grid
	Outside   int       // and beyond it: these were not used
	Cells     []int     // the cells with an estimate, ascending
	Missing   []Gap     // the others

	how       Regression
	layout    *layout
	cells     [2]int
	width     [2]float64
	sums      []float64
	window    window
	scratch   []neighbour
	lines     []line    // of each cell
	moment    []float64 // of each cell and power, fitted
	noise     []float64 // of each cell and pair of powers: covariance of its sums
	value     []float64 // of each power, then of each of Cells
	stderr    []float64
	corrected bool
	removed   []float64 // by the correction: of each cell and component
}

// A Gap is a cell without an estimate.
type Gap struct {
	Cell      int
	Count     int     // increments that begin in it
	Effective float64 // in its window, 0 if they do not determine a plane there
}

// Fit returns the coefficients of all that was added. It is an error if there is
// no increment on the grid, the bandwidth is not positive and finite, or no cell
// has MinCount.
func (e *Estimator) Fit() (*Coefficients, error) {
	c := new(Coefficients)
	if err := e.FitTo(c); err != nil {
		return nil, err
	}
	return c, nil
}

// FitTo is Fit into the memory of c, which a Fit on the same grid before has
// made.
func (e *Estimator) FitTo(c *Coefficients) error {
	if e.err != nil {
		return fmt.Errorf("kramersmoyal: the sums are spoilt; Reset the estimator: %w", e.err)
	}
	n := 0.0
	for cell := range e.grid.Len() {
		n += e.sums[cell*len(e.layout.powers)]
	}
	if n == 0 {
		return fmt.Errorf("kramersmoyal: none of %d increments begins on the grid: lay it over the data (Series.Box)", e.outside)
	}
	h := resize(c.Bandwidth, e.grid.Dim())
	if err := e.how.Bandwidth.choose(h, e); err != nil {
		return err
	}
	for a, v := range h {
		if !(v > 0) || math.IsInf(v, 0) {
			return fmt.Errorf("kramersmoyal: bandwidth %v along %s: give a positive finite width, or a rule", v, coordinate(a))
		}
	}
	sums := append(c.sums[:0], e.sums...)
	c.begin(e, h)
	c.sums = sums
	c.N, c.Outside = int(n), e.outside
	c.corrected = false
	c.fitAll()
	if len(c.Cells) == 0 {
		return fmt.Errorf("kramersmoyal: no cell has an effective count of %g: %d increments on %d cells with bandwidth %.3g; take a longer series, a wider bandwidth, fewer cells, or a lower MinCount", c.how.MinCount, c.N, c.Grid.Len(), h)
	}
	c.valueAll()
	return c.checkFinite()
}

// checkFinite returns an error if a coefficient or its standard error is not a
// finite number: a time step, or an increment, out of all proportion.
func (c *Coefficients) checkFinite() error {
	points := len(c.Cells)
	for i, v := range c.value {
		if v -= c.stderr[i]; v-v != 0 {
			return fmt.Errorf("kramersmoyal: the coefficient of powers %v in cell %d is %v ± %v with the time step %v: measure states and times in their own units", c.layout.powers[i/points], c.Cells[i%points], c.value[i], c.stderr[i], c.Step)
		}
	}
	return nil
}

// begin sets what does not depend on the data, and lets c look at the sums of e.
func (c *Coefficients) begin(e *Estimator, h []float64) {
	c.Grid, c.Step, c.Bandwidth = e.grid, e.step, h
	c.how, c.layout, c.cells, c.sums = e.how, e.layout, e.cells, e.sums
	for a := range h {
		c.width[a] = e.grid.Axis(a).Width(0)
	}
	c.window.open(c.how.Kernel, c.cells, c.width, h)
}

// fitAll finds the lines, the cells with an estimate, and the fitted moments.
func (c *Coefficients) fitAll() {
	cells, width := c.Grid.Len(), len(c.layout.powers)
	c.lines = resize(c.lines, cells)
	c.moment = resize(c.moment, cells*c.layout.size)
	c.Cells, c.Missing = c.Cells[:0], c.Missing[:0]
	for cell := range cells {
		count := c.sums[cell*width]
		m := c.moment[cell*c.layout.size:][:c.layout.size]
		clear(m)
		if count == 0 {
			c.Missing = append(c.Missing, Gap{Cell: cell})
			continue
		}
		c.scratch = c.near(c.scratch, &c.window, cell)
		near := c.scratch
		l, effective := c.fit(near)
		c.lines[cell] = l
		if effective < c.how.MinCount {
			c.Missing = append(c.Missing, Gap{cell, int(count), effective})
		} else {
			c.Cells = append(c.Cells, cell)
		}
		if effective == 0 { // for the noise of this cell alone
			for k := range m {
				m[k] = c.sums[cell*width+k] / count
			}
			continue
		}
		for i := range near {
			v := l.at(&near[i])
			for k, s := range c.sums[near[i].cell*width:][:len(m)] {
				m[k] += v * s
			}
		}
	}
}

// valueAll forms the coefficients and their standard errors.
func (c *Coefficients) valueAll() {
	c.measureNoise()
	size, pairs, points := c.layout.size, len(c.layout.pairs), len(c.Cells)
	c.value, c.stderr = resize(c.value, size*points), resize(c.stderr, size*points)
	clear(c.value[:points]) // of the power 0 there is none
	clear(c.stderr[:points])
	var variance, scale [15]float64 // of the powers up to order 4
	var at [15]int
	for k := 1; k < size; k++ {
		scale[k], at[k] = c.scale(k), c.layout.variance(k)
	}
	for i, cell := range c.Cells {
		clear(variance[:])
		l := c.lines[cell]
		c.scratch = c.near(c.scratch, &c.window, cell)
		near := c.scratch
		for j := range near {
			v := l.at(&near[j])
			noise := c.noise[near[j].cell*pairs:][:pairs]
			for k := 1; k < size; k++ {
				variance[k] += v * v * noise[at[k]]
			}
		}
		for k := 1; k < size; k++ {
			c.value[k*points+i] = scale[k] * c.moment[cell*size+k]
			c.stderr[k*points+i] = scale[k] * math.Sqrt(max(0, variance[k]))
		}
	}
}

// scale is 1/(p! q! Δt), which makes a coefficient of a moment.
func (c *Coefficients) scale(k int) float64 {
	p := c.layout.powers[k]
	return 1 / (c.Step * float64(factorialOf[p[0]]*factorialOf[p[1]]))
}

var factorialOf = [...]int{1, 1, 2, 6, 24}

// measureNoise stores the covariance of the sums of each cell: of Σ Δx^j and Σ
// Δx^k, given where the increments begin, the sum of (Δx^j - M_j)(Δx^k - M_k).
// The increments of a Markov process have, once their conditional mean is taken
// off, no correlation with those before, so that sums of these add up.
func (c *Coefficients) measureNoise() {
	l := c.layout
	width, size, pairs := len(l.powers), l.size, len(l.pairs)
	c.noise = resize(c.noise, c.Grid.Len()*pairs)
	for cell := range c.Grid.Len() {
		s, m, v := c.sums[cell*width:][:width], c.moment[cell*size:][:size], c.noise[cell*pairs:][:pairs]
		if s[0] == 0 {
			clear(v)
			continue
		}
		var g gaussian
		if l.order == 2 {
			g = c.gaussianOf(m)
		}
		for i, pair := range l.pairs {
			j, k := pair[0], pair[1]
			p, q := l.powers[j], l.powers[k]
			if product := l.place[p[0]+q[0]][p[1]+q[1]]; product >= 0 {
				v[i] = s[product] - m[j]*s[k] - m[k]*s[j] + m[j]*m[k]*s[0]
			} else {
				v[i] = s[0] * g.covariance(p, q)
			}
		}
	}
}

// A gaussian is the normal law of an increment.
type gaussian struct {
	mean [2]float64
	cov  [2][2]float64
}

// gaussianOf returns the normal law with the moments m.
func (c *Coefficients) gaussianOf(m []float64) (g gaussian) {
	dim := c.Grid.Dim()
	for a := range dim {
		g.mean[a] = m[1+a]
	}
	for a := range dim {
		for b := range dim {
			g.cov[a][b] = m[1+dim+a+b] - g.mean[a]*g.mean[b]
		}
	}
	return g
}

// covariance returns that of Δ^p, of order 1 or 2, and Δ^q, of order 2, by the
// theorem of Isserlis (1918).
func (g *gaussian) covariance(p, q [2]int) (total float64) {
	// The coordinates of the factors: x for those that p[0] counts, then y.
	var x, y [2]int
	if p[0] == 0 {
		x[0] = 1
	}
	x[1] = min(1, p[1])
	if q[0] == 0 {
		y[0] = 1
	}
	y[1] = min(1, q[1])
	if p[0]+p[1] == 1 {
		return g.cov[x[0]][y[0]]*g.mean[y[1]] + g.cov[x[0]][y[1]]*g.mean[y[0]]
	}
	for i := range 2 {
		for j := range 2 { // x_i with y_j, the others apart or together
			total += g.cov[x[i]][y[j]] * (g.mean[x[1-i]]*g.mean[y[1-j]] + g.cov[x[1-i]][y[1-j]]/2)
		}
	}
	return total
}

// D returns the coefficient with the given powers: D(1) and D(2) are drift and
// diffusion on the line, D(1, 0) and D(0, 1) the drift in the plane. It panics
// unless there is a power for each coordinate and their sum is from 1 to the
// order of the regression, or to 2 if the coefficients are Corrected.
func (c *Coefficients) D(powers ...int) *Curve {
	if len(powers) != c.Grid.Dim() {
		panic("kramersmoyal: length mismatch")
	}
	p := [2]int{}
	copy(p[:], powers)
	top := c.layout.order
	if c.corrected {
		top = 2
	}
	if degree := p[0] + p[1]; min(p[0], p[1]) < 0 || degree < 1 || degree > top {
		panic(fmt.Sprintf("kramersmoyal: no coefficient of powers %v: orders 1 to %d are estimated", powers, top))
	}
	k := c.layout.place[p[0]][p[1]]
	n := len(c.Cells)
	return &Curve{Grid: c.Grid, Cells: c.Cells, Value: c.value[k*n : (k+1)*n], StdErr: c.stderr[k*n : (k+1)*n]}
}

// Drift returns coordinate a of the drift, D_1.
func (c *Coefficients) Drift(a int) *Curve {
	powers := make([]int, c.Grid.Dim())
	powers[a] = 1
	return c.D(powers...)
}

// Diffusion returns the entry T K^{ab} of the diffusion matrix,
// <Δx_a Δx_b>/(2Δt).
func (c *Coefficients) Diffusion(a, b int) *Curve {
	powers := make([]int, c.Grid.Dim())
	powers[a]++
	powers[b]++
	d := c.D(powers...)
	if a != b {
		d.Value, d.StdErr = slices.Clone(d.Value), slices.Clone(d.StdErr)
		for i := range d.Value {
			d.Value[i] /= 2
			d.StdErr[i] /= 2
		}
	}
	return d
}

// Count returns the number of increments that begin in each of Cells.
func (c *Coefficients) Count() []int {
	n := make([]int, len(c.Cells))
	for i, cell := range c.Cells {
		n[i] = int(c.sums[cell*len(c.layout.powers)])
	}
	return n
}

// resize returns a slice of n elements, which need not be zero, in the memory of
// s if there is enough.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
