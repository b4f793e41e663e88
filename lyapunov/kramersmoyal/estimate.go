package kramersmoyal

import (
	"fmt"
	"math"

	"hopflow/lyapunov/freeenergy"
)

// Regression says how coefficients are estimated. A nil *Regression is the zero
// value.
type Regression struct {
	// Order is the highest order of the coefficients, 2 or 4; 0 means 4. Order 2
	// takes half the time, but has the standard error of D2 only by assuming that
	// increments are Gaussian, as those of a diffusion are over a short step.
	Order int
	// Kernel weighs the increments by the distance of their beginning.
	Kernel Kernel
	// Bandwidth gives the width of the kernel; nil means Silverman{}.
	Bandwidth Bandwidth
	// NadarayaWatson takes the weighted mean of the increments. Otherwise a
	// straight line (a plane) is fitted to them, and its value at the center taken:
	// the bias of the mean that comes from a sloping density, h² D1' p'/p, is gone
	// then, and so is the one at the ends of the data (Fan and Gijbels 1996,
	// section 3.2). Where a window holds a single cell, both are the mean.
	NadarayaWatson bool
	// Slope is the width of the window for derivatives of coefficients (which
	// Corrected, TestDiffusion and Potential in the plane need), in bandwidths; 0
	// means 3.
	Slope float64
	// MinCount is the least effective number of increments in a window, (Σl)²/Σl²
	// with their weights l, and 0 means 20. Cells with less are left out and named
	// in Missing, and so are all cells in which no increment begins.
	MinCount float64
	// Workers is the number of goroutines; 0 means GOMAXPROCS. The result does not
	// depend on it, to the last bit.
	Workers int
}

// An Estimator takes in series, piece by piece, and forms coefficients of all of
// them. It goes over each value once and keeps nothing but sums for each cell, so
// that its memory does not depend on the length: for a series too long for
// memory, add it in blocks, each beginning with the last value of the one before.
type Estimator struct {
	grid    *freeenergy.Grid
	step    float64
	how     Regression
	layout  *layout
	cells   [2]int
	at      [2]cellIndex
	sums    []float64 // a row for each cell, in the layout's order
	outside int
	err     error // of what was added: the sums are spoilt then
	pass    pass
}

// NewEstimator returns an estimator of coefficients at the centers of a grid of
// equal cells in one or two dimensions, for increments over the time step. It
// is an error if the step is not positive and finite, an axis has fewer than two
// cells, unequal ones or is periodic, there are more than two axes, or a field of
// the regression is out of its range.
func NewEstimator(g *freeenergy.Grid, step float64, r *Regression) (*Estimator, error) {
	e := &Estimator{grid: g, step: step}
	if r != nil {
		e.how = *r
	}
	if err := e.settle(); err != nil {
		return nil, err
	}
	e.cells = [2]int{1, 1}
	for a := range g.Dim() {
		axis := g.Axis(a)
		n := axis.Len()
		lo, hi := axis.Edge(0), axis.Edge(n)
		if n < 2 {
			return nil, fmt.Errorf("kramersmoyal: %d cell on axis %s: at least 2, better 50, are needed to see a dependence on the state", n, coordinate(a))
		}
		if axis.IsPeriodic() {
			return nil, fmt.Errorf("kramersmoyal: axis %s is periodic: unwrap the angle, and lay a uniform axis over it", coordinate(a))
		}
		width := (hi - lo) / float64(n)
		for i := range n {
			if math.Abs(axis.Width(i)-width) > 1e-9*width {
				return nil, fmt.Errorf("kramersmoyal: cell %d of axis %s is %.9g wide, the mean is %.9g: cells have to be equal, use freeenergy.Uniform", i, coordinate(a), axis.Width(i), width)
			}
		}
		e.cells[a] = n
		e.at[a] = cellIndex{scale: 1 / width, shift: 1 - lo/width}
	}
	e.layout = layoutOf(g.Dim(), e.how.Order)
	e.sums = make([]float64, g.Len()*len(e.layout.powers))
	e.pass.prepare(e)
	return e, nil
}

// settle puts in the defaults and checks the ranges.
func (e *Estimator) settle() error {
	r := &e.how
	if e.grid.Dim() > 2 {
		return fmt.Errorf("kramersmoyal: a grid in %d dimensions: coefficients are estimated in one or two", e.grid.Dim())
	}
	if !(e.step > 0) || math.IsInf(e.step, 0) {
		return fmt.Errorf("kramersmoyal: time step %v: give the time between two values, positive and finite", e.step)
	}
	if r.Order == 0 {
		r.Order = 4
	}
	if r.Bandwidth == nil {
		r.Bandwidth = Silverman{}
	}
	if r.MinCount == 0 {
		r.MinCount = 20
	}
	if r.Slope == 0 {
		r.Slope = 3
	}
	switch {
	case r.Order != 2 && r.Order != 4:
		return fmt.Errorf("kramersmoyal: order %d: ask for 2 or 4", r.Order)
	case r.Kernel != EpanechnikovKernel && r.Kernel != GaussianKernel:
		return fmt.Errorf("kramersmoyal: kernel %d is unknown: EpanechnikovKernel or GaussianKernel", int(r.Kernel))
	case !(r.MinCount >= 1) || math.IsInf(r.MinCount, 0):
		return fmt.Errorf("kramersmoyal: MinCount %v: at least 1", r.MinCount)
	case !(r.Slope > 0) || math.IsInf(r.Slope, 0):
		return fmt.Errorf("kramersmoyal: Slope %v: a positive number of bandwidths", r.Slope)
	case r.Workers < 0:
		return fmt.Errorf("kramersmoyal: %d workers", r.Workers)
	}
	return nil
}

// Estimate returns the coefficients of one series at the centers of a grid; a
// nil grid is s.Box(100) on the line and s.Box(40, 40) in the plane. It fails as
// NewEstimator, Estimator.Add and Estimator.Fit do.
func Estimate(s *Series, g *freeenergy.Grid, r *Regression) (*Coefficients, error) {
	if s.err != nil {
		return nil, s.err
	}
	if g == nil {
		var err error
		if g, err = s.Box([][]int{{100}, {40, 40}}[s.dim-1]...); err != nil {
			return nil, err
		}
	}
	e, err := NewEstimator(g, s.step, r)
	if err != nil {
		return nil, err
	}
	if err := e.Add(s); err != nil {
		return nil, err
	}
	return e.Fit()
}

// Reset forgets what was added.
func (e *Estimator) Reset() {
	clear(e.sums)
	e.outside, e.err = 0, nil
}

// Add takes in a series. It is an error if a value is not finite (the error gives
// its index), or the step is another than the estimator's; the estimator is of
// no use then until Reset. It panics if the dimensions differ.
func (e *Estimator) Add(s *Series) error {
	if s.dim != e.grid.Dim() {
		panic("kramersmoyal: length mismatch")
	}
	if s.err != nil {
		return s.err
	}
	if math.Abs(s.step-e.step) > 1e-9*e.step {
		return fmt.Errorf("kramersmoyal: a series with time step %v for an estimator of step %v: use one estimator for each step", s.step, e.step)
	}
	if e.err == nil && !e.pass.run(e, s) {
		e.err = s.locate()
	}
	return e.err
}

// spread returns standard deviation and number of the places on axis a where
// increments begin, from the centers of the cells.
func (e *Estimator) spread(a int) (sigma, count float64) {
	axis := e.grid.Axis(a)
	width := len(e.layout.powers)
	var sum, square float64
	for cell := range e.grid.Len() {
		n := e.sums[cell*width]
		i := cell % e.cells[0]
		if a == 1 {
			i = cell / e.cells[0]
		}
		u := float64(i) // centers in cells: no cancellation far from 0
		count += n
		sum += n * u
		square += n * u * u
	}
	variance := square/count - sum/count*(sum/count)
	return math.Sqrt(max(variance, 0)) * axis.Width(0), count
}
