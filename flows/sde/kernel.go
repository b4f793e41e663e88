package sde

import (
	"fmt"
	"math"

	"hopflow/flows"
	"hopflow/lyapunov/freeenergy"
)

// A Kernel is the transition law of one step of EulerMaruyama in one
// dimension, X⁺ ~ N(x + a(x) h, b(x)² h), as a stochastic matrix on the cells
// of an axis: the law of the scheme itself, without sampling. Its stationary
// density is what a long run of the scheme draws from, which differs from the
// stationary density of the equation by the scheme's bias.
//
// The matrix has the Gaussian density at the centers times the width of the
// target (Nyström's method with the midpoint rule), each row divided by its
// sum. Where a and b are smooth that is exact to rounding as soon as the
// standard deviation of a step is 1.5 cells; where one of them has a kink or a
// jump, put an edge there, and the error falls like the square of the width.
//
// A walled axis reflects the step at its ends, a periodic one wraps it around.
// Any other has to be so wide that what leaves it does not matter: see Leak.
//
// Use NewKernel.
type Kernel struct {
	grid  *freeenergy.Grid
	first []int       // rows[i][k] goes from cell i to cell first[i]+k, modulo the length
	rows  [][]float64 // of sum 1
	leak  []float64   // mass that left the axis from cell i
}

// mostKernel bounds the numbers of a kernel and of its elimination: half a
// gigabyte.
const mostKernel = 1 << 26

// NewKernel returns the kernel of a step h. It is an error if the system is not
// one-dimensional, autonomous and Itô (or additive), if a coefficient is not
// finite or the noise vanishes at a center, if the cells are wider than the
// standard deviation of a step, and if there are so many that the matrix
// takes more than half a gigabyte. It panics unless h > 0 is finite.
func NewKernel(s *System, axis freeenergy.Axis, h float64) (*Kernel, error) {
	s.mustMean()
	if !(h > 0) || math.IsInf(h, 0) {
		panic(fmt.Sprintf("sde: a kernel of step h = %g", h))
	}
	if s.Dim != 1 {
		return nil, fmt.Errorf("sde: a kernel of %d dimensions: it is for one; use an Ensemble", s.Dim)
	}
	if err := s.meantIn(Ito, "Kernel"); err != nil {
		return nil, err
	}
	k := &Kernel{grid: freeenergy.NewGrid(axis)}
	n, entries := axis.Len(), 0
	for i := range n {
		step, err := stepFrom(s, axis.Center(i), h)
		if err != nil {
			return nil, err
		}
		first, row, leak, err := step.row(axis, i)
		if err != nil {
			return nil, err
		}
		if entries += len(row); entries > mostKernel {
			return nil, fmt.Errorf("sde: a kernel of %d cells has more than %d entries: take fewer cells or a smaller step", n, mostKernel)
		}
		k.first, k.rows, k.leak = append(k.first, first), append(k.rows, row), append(k.leak, leak)
	}
	return k, nil
}

// A gaussianStep is the law of one step from x.
type gaussianStep struct{ x, mean, sigma float64 }

// stepFrom asks the system for its coefficients at x, at three times.
func stepFrom(s *System, x, h float64) (gaussianStep, error) {
	var at gaussianStep
	a, b, dw := make([]float64, 1), make([]float64, 1), make([]float64, s.wiener())
	for k, t := range [...]float64{0, 0.37, 5.1} {
		s.Drift(a, t, []float64{x})
		var variance float64
		for j := range dw {
			dw[j] = 1
			s.Noise(b, t, []float64{x}, dw)
			dw[j] = 0
			variance += b[0] * b[0] * h
		}
		now := gaussianStep{x, x + a[0]*h, math.Sqrt(variance)}
		if !flows.Finite(a) || math.IsNaN(variance) || math.IsInf(variance, 0) {
			return at, fmt.Errorf("sde: the drift is %g and the variance of a step %g at x = %g: choose an axis inside the domain", a[0], variance, x)
		}
		if k > 0 && now != at {
			return at, fmt.Errorf("sde: the coefficients at x = %g change with time: a stationary kernel needs an autonomous system; use an Ensemble", x)
		}
		at = now
	}
	if at.sigma == 0 {
		return at, fmt.Errorf("sde: the noise vanishes at x = %g, where the step has no density: choose an axis without that point", x)
	}
	return at, nil
}

// reachOfStep is where a Gaussian is below rounding, in standard deviations.
const reachOfStep = 8.5

// row returns the row of cell i: the cells it reaches, the probabilities, and
// what leaves the axis.
func (g gaussianStep) row(axis freeenergy.Axis, i int) (first int, row []float64, leak float64, err error) {
	n := axis.Len()
	lo, hi := axis.Edge(0), axis.Edge(n)
	from, to := g.mean-reachOfStep*g.sigma, g.mean+reachOfStep*g.sigma
	if axis.IsPeriodic() {
		return g.wrapped(axis, i, from, to)
	}
	folded := axis.IsWalled() && !(lo <= from && to <= hi)
	if folded { // as far as the mirror images reach
		from, to = math.Min(from, 2*hi-to), math.Max(to, 2*lo-from)
	}
	a, b := 0, n-1
	for a < n-1 && axis.Edge(a+1) < from {
		a++
	}
	for b > a && axis.Edge(b) > to {
		b--
	}
	row = make([]float64, b-a+1)
	var mass float64
	for j := range row {
		p := g.density(axis.Center(a + j))
		if folded {
			p = g.reflected(axis.Center(a+j), lo, hi)
		}
		row[j] = p * axis.Width(a+j)
		mass += row[j]
	}
	expected := 1.0
	if !axis.IsWalled() {
		leak = normalCDF((lo-g.mean)/g.sigma) + normalCDF((g.mean-hi)/g.sigma)
		expected -= leak
	}
	if err := g.resolves(mass, expected, axis.Width(min(max(i, a), b))); err != nil {
		return 0, nil, 0, err
	}
	for j := range row {
		row[j] /= mass
	}
	return a, row, leak, nil
}

// wrapped returns the row of a cell of a circle.
func (g gaussianStep) wrapped(axis freeenergy.Axis, i int, from, to float64) (first int, row []float64, leak float64, err error) {
	n := axis.Len()
	width := (axis.Edge(n) - axis.Edge(0)) / float64(n)
	a := int(math.Floor((from - axis.Edge(0)) / width))
	b := int(math.Floor((to - axis.Edge(0)) / width))
	var mass float64
	row = make([]float64, min(n, b-a+1))
	for j := a; j <= b; j++ {
		p := g.density(axis.Edge(0)+(float64(j)+0.5)*width) * width
		row[(j-a)%n] += p
		mass += p
	}
	if err := g.resolves(mass, 1, width); err != nil {
		return 0, nil, 0, err
	}
	for j := range row {
		row[j] /= mass
	}
	return ((a % n) + n) % n, row, 0, nil
}

// resolves returns an error if the cells are too wide for the midpoint rule:
// if the sum of a row misses its integral or, where the axis cuts that off,
// could miss it.
func (g gaussianStep) resolves(mass, expected, width float64) error {
	switch {
	case mass == 0 && expected < 0.5:
		return fmt.Errorf("sde: a step from x = %.6g leads to %.6g ± %.2g, beyond the axis: widen the axis, or shorten the step", g.x, g.mean, g.sigma)
	case math.Abs(mass-1) <= 1e-6 || expected < 1-1e-9 && width <= g.sigma/0.86:
		return nil // within the error of 2 exp(-2π² (sigma/width)²)
	}
	return fmt.Errorf("sde: at x = %.6g a step has the standard deviation %.3g, a cell the width %.3g, and the row of the kernel sums to %.9g instead of %.9g: make the cells at most 2/3 of the standard deviation", g.x, g.sigma, width, mass, expected)
}

func (g gaussianStep) density(y float64) float64 {
	z := (y - g.mean) / g.sigma
	return math.Exp(-z*z/2) / (g.sigma * math.Sqrt(2*math.Pi))
}

// reflected is the density of a step that is folded at both ends: a sum over
// the mirror images of y.
func (g gaussianStep) reflected(y, lo, hi float64) float64 {
	period := 2 * (hi - lo)
	most := 1 + int(reachOfStep*g.sigma/period)
	var p float64
	for _, image := range [...]float64{y, 2*lo - y} {
		nearest := int(math.Round((g.mean - image) / period))
		for m := nearest - most; m <= nearest+most; m++ {
			p += g.density(image + float64(m)*period)
		}
	}
	return p
}

func normalCDF(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// Grid returns the axis as a grid of one dimension.
func (k *Kernel) Grid() *freeenergy.Grid { return k.grid }

// At returns the probability of a step from cell i to cell j.
func (k *Kernel) At(i, j int) float64 {
	n := len(k.rows)
	if i < 0 || i >= n || j < 0 || j >= n {
		panic("sde: no such cell")
	}
	if c := (j - k.first[i] + n) % n; c < len(k.rows[i]) {
		return k.rows[i][c]
	}
	return 0
}

// Step returns the density after one step from density p. It panics if p lives
// on another grid.
func (k *Kernel) Step(p *freeenergy.Density) *freeenergy.Density {
	if !p.Grid.Equal(k.grid) {
		panic("sde: a density on another grid than the kernel's")
	}
	n := len(k.rows)
	next := make([]float64, n)
	for i, row := range k.rows {
		mass := p.P[i] * k.grid.Volume(i)
		for c, q := range row {
			next[(k.first[i]+c)%n] += mass * q
		}
	}
	for j := range next {
		next[j] /= k.grid.Volume(j)
	}
	return &freeenergy.Density{Grid: k.grid, P: next}
}

// Leak returns the mass of p that one step would carry beyond the ends of the
// axis, and that the kernel deals out inside. It is 0 for walled and periodic
// axes.
func (k *Kernel) Leak(p *freeenergy.Density) float64 {
	var sum float64
	for i, l := range k.leak {
		sum += l * p.P[i] * k.grid.Volume(i)
	}
	return sum
}
