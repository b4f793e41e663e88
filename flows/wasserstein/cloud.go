package wasserstein

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"
)

// A Cloud is the recursion of [HF] section V-C1 on a weighted cloud: the points
// move by a step of the stochastic differential equation, from x_{k-1} to x_k,
// and the weights by
//
//	ϱ_k = argmin_ϱ min_M ½⟨C, M⟩ + ε⟨M, ln M⟩ + h⟨f + T ln ϱ, ϱ⟩,  M1 = ϱ_{k-1}, Mᵀ1 = ϱ,
//
// C_ij = d_G²(x_{k-1}^i, x_k^j), and f at the new points. The kernel is dense for
// few points and of low rank for many; where it underflows, the step goes
// through logarithms.
//
// The weights do not tend to Gibbs weights, at T, ε and h as in [HF] not even
// nearly: the entropy of the plan acts as that of a temperature ε/(2h) more, and
// the weights follow the density of the cloud, smoothed by the kernel. FitGibbs
// says by how much. Nor are they masses: the cloud is distributed as ϱ_k already,
// so that moments come from the points alone.
type Cloud struct {
	p           JKO
	mover       Mover
	k           int
	x, next     *mat.Dense // points
	at, nextAt  *mat.Dense // and their flat coordinates
	w, f, fNext []float64
	s           *inner
	dense       *Dense
	low         *LowRank
	panels      []float64 // scratch of low.advance
	shifted     bool      // low has x as its columns
}

// Cloud returns the recursion that starts from the points and weights of m, and
// moves the points by mover. It is an error if ε, h or T is not positive, m is no
// measure, two of its points coincide, or one is outside the chart or the domain
// of the energy.
func (p JKO) Cloud(m *Measure, mover Mover) (*Cloud, error) {
	if err := p.check(true); err != nil {
		return nil, err
	}
	if err := p.checkStart(m); err != nil {
		return nil, err
	}
	if mover == nil {
		panic("wasserstein: a cloud needs a Mover: Diffuse makes one of a stochastic differential equation")
	}
	n := m.Len()
	dense := func() *mat.Dense { return mat.NewDense(n, m.Dim(), nil) }
	c := &Cloud{p: p, mover: mover, x: mat.DenseCopyOf(m.X), next: dense(), at: dense(), nextAt: dense(),
		w: slices.Clone(m.W), f: make([]float64, n), fNext: make([]float64, n), s: newInner(p, n, n)}
	if err := p.flatCoordinates(c.at, c.x, 0); err != nil {
		return nil, err
	}
	if err := p.energies(c.f, 0, c.x.RawRowView); err != nil {
		return nil, err
	}
	return c, c.chooseKernel()
}

// Restart sets the recursion back to the points and weights of m, in the memory
// that it has; the mover is not set back. It is an error if m is no measure, or a
// point is outside the chart or the domain of the energy. It panics if m has
// another size.
func (c *Cloud) Restart(m *Measure) error {
	if err := m.Check(); err != nil {
		return err
	}
	if n, dim := c.x.Dims(); m.Len() != n || m.Dim() != dim {
		panic(fmt.Sprintf("wasserstein: length mismatch: a cloud of %d points in %d dimensions restarts with %d in %d", n, dim, m.Len(), m.Dim()))
	}
	if err := c.p.flatCoordinates(c.nextAt, m.X, 0); err != nil {
		return err
	}
	if err := c.p.energies(c.fNext, 0, m.Point); err != nil {
		return err
	}
	c.x.Copy(m.X)
	copy(c.w, m.W)
	c.at, c.nextAt, c.f, c.fNext = c.nextAt, c.at, c.fNext, c.f
	c.k, c.shifted = 0, false
	fill(c.s.logz, 0)
	return nil
}

// checkStart returns an error unless m is a measure of different points.
func (p JKO) checkStart(m *Measure) error {
	if err := m.Check(); err != nil {
		return err
	}
	if m.Dim() != p.Energy.Dim() {
		return &CostError{Reason: ErrDimension, Row: m.Dim(), Column: p.Energy.Dim()}
	}
	order := make([]int, m.Len())
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return slices.Compare(m.Point(i), m.Point(j)) })
	for k, j := range order[1:] {
		if i := order[k]; slices.Equal(m.Point(i), m.Point(j)) {
			return &StepError{Reason: ErrCoincide, Point: min(i, j), Other: max(i, j)}
		}
	}
	return nil
}

// flatCoordinates stores those of all points, and returns an error for one that
// has none.
func (p JKO) flatCoordinates(dst, x *mat.Dense, k int) error {
	n, dim := x.Dims()
	for i := range n {
		row, theta := x.RawRowView(i), dst.RawRowView(i)
		if p.Chart == nil {
			copy(theta, row)
		} else {
			p.Chart.Theta(theta, row)
		}
		for d := range dim {
			if math.IsNaN(theta[d]) || math.IsInf(theta[d], 0) {
				return &StepError{Reason: ErrLeft, K: k, Point: i, Value: row[d]}
			}
		}
	}
	return nil
}

// K returns the number of steps taken.
func (c *Cloud) K() int { return c.k }

// Time returns K h.
func (c *Cloud) Time() float64 { return float64(c.k) * c.p.Step }

// Points returns x_k, a row a point: the cloud's own.
func (c *Cloud) Points() *mat.Dense { return c.x }

// Weights returns ϱ_k, with sum 1: the cloud's own.
func (c *Cloud) Weights() []float64 { return c.w }

// Energies returns f(x_k): the cloud's own.
func (c *Cloud) Energies() []float64 { return c.f }

// Measure returns a copy of the points with their weights.
func (c *Cloud) Measure() (*Measure, error) { return Normalized(c.x, c.w) }

// Fit returns the fit of the weights by Gibbs weights: FitGibbs.
func (c *Cloud) Fit() (GibbsFit, error) { return FitGibbs(c.w, c.f, c.p.Temperature) }

// Steps takes n steps.
func (c *Cloud) Steps(n int) iter.Seq2[Step, error] { return steps(c, n) }

// Step takes one step.
func (c *Cloud) Step() (Step, error) {
	begin, k := time.Now(), c.k+1
	out := Step{K: k, BiasTemperature: EffectiveTemperature(c.p.Temperature, c.p.Epsilon, c.p.Step)}
	c.next.Copy(c.x)
	if err := c.mover(c.next, c.Time(), c.p.Step); err != nil {
		return out, fmt.Errorf("wasserstein: step %d: the points do not move: %w", k, err)
	}
	if err := c.p.flatCoordinates(c.nextAt, c.next, k); err != nil {
		return out, err
	}
	if err := c.p.energies(c.fNext, k, c.next.RawRowView); err != nil {
		return out, err
	}
	a := c.p.Temperature * c.p.Step / c.p.Epsilon
	c.s.alpha = a / (1 + a)
	for j, f := range c.fNext {
		c.s.b[j] = -c.s.alpha * f / c.p.Temperature
	}
	if err := c.weigh(&out); err != nil {
		return out, err
	}
	if err := c.p.report(&out, c.s.w, c.fNext, nil); err != nil {
		return out, err
	}
	c.k = k
	c.x, c.next, c.at, c.nextAt, c.f, c.fNext = c.next, c.x, c.nextAt, c.at, c.fNext, c.f
	c.w, c.s.w = c.s.w, c.w
	c.shifted = c.low != nil
	out.Elapsed = time.Since(begin)
	return out, nil
}
