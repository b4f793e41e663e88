package wasserstein

import (
	"iter"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/geometry"
	"hopflow/lyapunov/freeenergy"
)

// Nodes is the proximal recursion on the cells of a grid that does tend to
// exp(-f/T). With the volumes v_j of the cells, and the kernel Γ = exp(-C/(2ε))
// scaled from both sides to the marginals v, K = DΓD, K1 = v, a step is
//
//	argmin_w min_M ε KL(M‖K) + h Σ w_j (f_j + T' ln(w_j/v_j)),  M1 = w_{k-1}, Mᵀ1 = w,
//
// where T' = T - ε/(2h): ε KL(M‖K) is, up to O(ε²), ½W² and ε/2 times the
// entropies of both of its marginals, so that T' puts in front of the entropy of
// w what is still missing from hT. That needs ε <= 2hT; at ε = 2hT nothing is
// missing, and a step takes one pass.
//
// The kernel is a product of one matrix an axis, so that grids of 200 x 200 nodes
// are fast. Its width is √ε: nodes may not lie farther apart than 2√ε in the flat
// chart. FlatGrid makes grids that are even there.
//
// What decreases in every step, to rounding, is Lyapunov: F plus the difference,
// of order ε²/h, between the plan's entropy and its approximation. F itself falls
// too until that close to its least value, and the stationary density is off the
// Gibbs density by as much.
type Nodes struct {
	p       JKO
	k       int
	density *freeenergy.Density
	v, w, f []float64
	x       *mat.Dense
	lnd     []float64 // ln D
	kernel  *Separable
	s       *inner
	reduced float64   // T'
	before  []float64 // ln z of the step before the last one; nil before there is one
}

// Nodes returns the recursion that starts from the density q, on its grid. It is
// an error if T, h or ε is not positive, ε > 2hT (ErrBias), f is not finite at a
// center, a center is outside the chart, nodes lie farther apart than 2√ε
// (ErrSpacing), or q fails its Check.
func (p JKO) Nodes(q *freeenergy.Density) (*Nodes, error) {
	if err := p.check(true); err != nil {
		return nil, err
	}
	if bound := 2 * p.Step * p.Temperature; !p.Biased && p.Epsilon > bound*(1+1e-12) {
		return nil, &StepError{Reason: ErrBias, Point: -1, Value: p.Epsilon, Bound: bound}
	}
	if q == nil || q.Grid == nil {
		return nil, &MeasureError{Reason: ErrEmpty, Index: -1}
	}
	if err := q.Check(); err != nil {
		return nil, err
	}
	g := q.Grid
	if g.Dim() != p.Energy.Dim() {
		return nil, &CostError{Reason: ErrDimension, Row: g.Dim(), Column: p.Energy.Dim()}
	}
	size := g.Len()
	n := &Nodes{p: p, density: q.Clone(), v: make([]float64, size), w: make([]float64, size), f: make([]float64, size),
		x: mat.NewDense(size, g.Dim(), nil), lnd: make([]float64, size), s: newInner(p, size, size)}
	for i := range size {
		g.Center(n.x.RawRowView(i), i)
		n.v[i] = g.Volume(i)
		n.w[i] = q.P[i] * n.v[i]
	}
	if total := sum(n.w); total != 1 { // Check allows 1e-8
		for i := range n.w {
			n.w[i] /= total
		}
	}
	if err := p.energies(n.f, 0, n.x.RawRowView); err != nil {
		return nil, err
	}
	if err := n.makeKernel(); err != nil {
		return nil, err
	}
	n.makeExponents()
	return n, nil
}

// makeExponents sets α = a/(1+a), a = hT'/ε, and b: with z' = Dz in the place of
// z, the iteration of K is one of Γ, z'_j = exp(b_j) (Γᵀy')_j^(-α),
//
//	b = -h f/(ε(1+a)) + α ln v + (1-α) ln D.
func (n *Nodes) makeExponents() {
	n.reduced = n.p.Temperature
	if !n.p.Biased {
		n.reduced = math.Max(0, n.reduced-n.p.Epsilon/(2*n.p.Step)) // ε = 2hT to rounding
	}
	a := n.p.Step * n.reduced / n.p.Epsilon
	n.s.alpha = a / (1 + a)
	rate := n.p.Step / (n.p.Epsilon * (1 + a))
	for j, f := range n.f {
		n.s.b[j] = -rate*f + n.s.alpha*math.Log(n.v[j]) + (1-n.s.alpha)*n.lnd[j]
	}
	copy(n.s.logz, n.lnd)
}

// K returns the number of steps taken.
func (n *Nodes) K() int { return n.k }

// Time returns K h.
func (n *Nodes) Time() float64 { return float64(n.k) * n.p.Step }

// Weights returns the masses of the cells: the recursion's own.
func (n *Nodes) Weights() []float64 { return n.w }

// Energies returns f at the centers: the recursion's own.
func (n *Nodes) Energies() []float64 { return n.f }

// Measure returns a copy of centers and masses.
func (n *Nodes) Measure() (*Measure, error) { return Normalized(n.x, n.w) }

// Density returns the density now, w/v. It is the recursion's own and changes
// with the next step: Clone it to keep it.
func (n *Nodes) Density() *freeenergy.Density {
	for i, m := range n.w {
		n.density.P[i] = m / n.v[i]
	}
	return n.density
}

// FreeEnergy returns Σ w (f + T ln(w/v)) now.
func (n *Nodes) FreeEnergy() float64 {
	_, free, _, _ := freeEnergy(n.w, n.f, n.v, n.p.Temperature)
	return free
}

// Steps takes n steps.
func (n *Nodes) Steps(count int) iter.Seq2[Step, error] { return steps(n, count) }

// Step takes one step.
func (n *Nodes) Step() (Step, error) {
	begin := time.Now()
	out := Step{K: n.k + 1, BiasTemperature: EffectiveTemperature(n.reduced, n.p.Epsilon, n.p.Step)}
	n.extrapolate()
	r := n.s.solve(n.kernel, n.w)
	if r.trouble >= 0 {
		copy(n.s.logz, n.lnd)
		r = n.s.solveLog(n.kernel, n.w)
	}
	if err := r.report(&out, n.s); err != nil {
		return out, err
	}
	if err := n.p.report(&out, n.s.w, n.f, n.v); err != nil {
		return out, err
	}
	n.k++
	n.w, n.s.w = n.s.w, n.w
	out.Elapsed = time.Since(begin)
	return out, nil
}

// extrapolate starts the inner iteration on the line through the last two
// results.
func (n *Nodes) extrapolate() {
	if n.before == nil {
		n.before = slices.Clone(n.s.logz)
		return
	}
	for i, l := range n.s.logz {
		n.s.logz[i], n.before[i] = 2*l-n.before[i], l
	}
}

// FlatGrid returns the grid whose cells are equal in a flat chart with a finite
// box: that of the tanh metric has narrow cells at the sides of the cube. All
// axes are Walled. It panics unless there are as many numbers of cells as
// coordinates, or one for all.
func FlatGrid(chart geometry.Chart, cells ...int) *freeenergy.Grid {
	dim := chart.Dim()
	if len(cells) != 1 && len(cells) != dim {
		panic("wasserstein: a flat grid needs a number of cells for each coordinate, or one for all")
	}
	axes := make([]freeenergy.Axis, dim)
	theta, x := make([]float64, dim), make([]float64, dim)
	for d := range dim { // any interior point for the other coordinates
		lo, hi := chart.Box(d)
		if !(hi > lo) || math.IsInf(hi-lo, 0) {
			panic("wasserstein: a flat grid needs a chart with a finite box")
		}
		theta[d] = lo/2 + hi/2
	}
	for d := range dim {
		lo, hi := chart.Box(d)
		m, at := cells[d%len(cells)], slices.Clone(theta)
		edges := make([]float64, m+1)
		for i := range edges {
			at[d] = lo + (hi-lo)*float64(i)/float64(m)
			if i == m {
				at[d] = hi
			}
			chart.State(x, at)
			edges[i] = x[d]
		}
		axes[d] = freeenergy.Edges(edges).Walled()
	}
	return freeenergy.NewGrid(axes...)
}
