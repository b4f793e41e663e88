package wasserstein

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"
)

// An ExactStep is the proximal recursion (54) itself, without the entropy of the
// plan, on a fixed support:
//
//	argmin_w min_M ½⟨C, M⟩ + h Σ w_j (f_j + T ln(w_j/v_j)),  M1 = w_{k-1}, Mᵀ1 = w, M >= 0,
//
// a convex problem in n² variables, solved to rounding by an active-set method
// that prices n² pairs a pivot: the reference that the entropic forms are held
// against, for supports of up to some hundred points.
//
// On a fixed support it pins: mass moves from one point to another only where
// that lowers f + T ln w by more than d²/(2h). The smaller the step, the less
// moves, and below the threshold nothing does.
type ExactStep struct {
	p       JKO
	k       int
	x       *mat.Dense
	v, w, f []float64
	cost    *mat.Dense
	plan    *mat.Dense
	moved   float64
}

// ExactStep returns the recursion that starts from m and stays on its points. v
// are the volumes that the points stand for; nil is 1 for all. It is an error if
// T or h is not positive, m is no measure, two of its points coincide, one is
// outside the chart or the domain of f, or a volume is not positive.
func (p JKO) ExactStep(m *Measure, v []float64) (*ExactStep, error) {
	if err := p.check(false); err != nil {
		return nil, err
	}
	if err := p.checkStart(m); err != nil {
		return nil, err
	}
	n := m.Len()
	if v == nil {
		v = make([]float64, n)
		fill(v, 1)
	}
	if len(v) != n {
		panic(fmt.Sprintf("wasserstein: length mismatch: %d volumes for %d points", len(v), n))
	}
	if i := notPositive(v); i >= 0 {
		return nil, &MeasureError{Reason: ErrWeight, Index: i, Value: v[i]}
	}
	e := &ExactStep{p: p, x: mat.DenseCopyOf(m.X), v: slices.Clone(v), w: slices.Clone(m.W), f: make([]float64, n)}
	at := mat.NewDense(n, m.Dim(), nil)
	if err := p.flatCoordinates(at, e.x, 0); err != nil {
		return nil, err
	}
	if err := p.energies(e.f, 0, e.x.RawRowView); err != nil {
		return nil, err
	}
	e.cost = mat.NewDense(n, n, nil)
	e.cost.Apply(func(i, j int, _ float64) float64 { return squared(at.RawRowView(i), at.RawRowView(j)) }, e.cost)
	return e, nil
}

// Weights returns the weights now: the recursion's own.
func (e *ExactStep) Weights() []float64 { return e.w }

// Energies returns f at the points: the recursion's own.
func (e *ExactStep) Energies() []float64 { return e.f }

// Measure returns a copy of points and weights.
func (e *ExactStep) Measure() (*Measure, error) { return Normalized(e.x, e.w) }

// Plan returns the plan of the last step, with the weights before as its rows'
// sums; nil before the first. It is the recursion's own.
func (e *ExactStep) Plan() *mat.Dense { return e.plan }

// SquaredDistance returns ⟨C, M⟩ of the last step, W_G² between the weights before
// and after it.
func (e *ExactStep) SquaredDistance() float64 { return e.moved }

// FreeEnergy returns Σ w (f + T ln(w/v)) now.
func (e *ExactStep) FreeEnergy() float64 {
	_, free, _, _ := freeEnergy(e.w, e.f, e.v, e.p.Temperature)
	return free
}

// Steps takes n steps.
func (e *ExactStep) Steps(n int) iter.Seq2[Step, error] { return steps(e, n) }

// Step takes one step.
func (e *ExactStep) Step() (Step, error) {
	begin := time.Now()
	out := Step{K: e.k + 1, BiasTemperature: e.p.Temperature}
	n := len(e.w)
	q := newForest(e.w)
	hT := e.p.Step * e.p.Temperature
	for i, from := range q.source {
		to := q.c[i*n : (i+1)*n]
		for j, c := range e.cost.RawRowView(from) {
			to[j] = c / (2 * hT)
		}
	}
	for j, f := range e.f {
		q.phi[j] = f/e.p.Temperature - math.Log(e.v[j])
	}
	least, err := q.solve(e.p.pivotLimit(n))
	out.Iterations, out.Residual = q.pivots, math.Max(0, -least)
	if err != nil {
		err.K = out.K
		return out, err
	}
	plan, w := mat.NewDense(n, n, nil), make([]float64, n)
	rows, moved := make([]float64, n), 0.0
	for j, l := range q.logq {
		w[j] = math.Exp(l)
	}
	for _, d := range q.edges {
		from := q.source[d.i]
		plan.Set(from, d.j, d.flow)
		rows[from] += d.flow
		moved += d.flow * e.cost.At(from, d.j)
	}
	for i, r := range rows {
		out.MarginalError += math.Abs(r - e.w[i])
	}
	if err := e.p.report(&out, w, e.f, e.v); err != nil {
		return out, err
	}
	e.k, e.w, e.plan, e.moved = out.K, w, plan, moved
	out.Elapsed = time.Since(begin)
	return out, nil
}

// pivotLimit is far above what any problem has taken.
func (p JKO) pivotLimit(n int) int {
	if p.MaxIterations <= 0 {
		return 1000 + 100*n
	}
	return p.MaxIterations
}
