package adjoint

import (
	"gonum.org/v1/gonum/mat"

	"hopflow/flows"
)

// A Sensitivity is how the state at T1 depends on everything, and the gradient
// of the loss that follows from it by the chain rule forwards.
type Sensitivity struct {
	Gradient
	StateX0    *mat.Dense // ∂x(T1)/∂x0, d x d
	StateTheta *mat.Dense // ∂x(T1)/∂θ, d x p; nil without parameters
	StateT0    []float64  // ∂x(T1)/∂T0
	StateT1    []float64  // ∂x(T1)/∂T1
	// Tangents holds, at the steps, ∂x/∂x0 and ∂x/∂θ, row by row: a row is a
	// coordinate and has d + p numbers. nil unless Record is set.
	Tangents *flows.Trajectory
}

// Sensitivities returns the derivatives forwards: beside the state it carries
//
//	S = ∂x/∂(x0, θ, T0, T1),   S' = ∂f/∂x S + ∂f/∂θ,
//
// through every stage of every step, so that its gradient is that of the computed
// loss, as Gradient is, by another road. It keeps one state, and does the work of
// d products with a covector and d(d+p+2) numbers a stage: for few parameters, and
// as a test. The errors and panics are those of Gradient; it also panics unless
// Batch is 0 or 1.
func (p *Problem) Sensitivities(x0, theta []float64) (*Sensitivity, error) {
	if p.Batch > 1 {
		panic("adjoint: Sensitivities take one state: set Batch to 1")
	}
	s := p.Sweep()
	if err := s.begin(x0, theta); err != nil {
		return nil, err
	}
	s.clearGradient()
	v := newTangent(s, x0)
	times, d0, d1 := s.stretched()
	v.k = len(s.t) - len(times)
	if s.last() == s.steps() {
		v.k++
	}
	for k := range times {
		v.arrive()
		if k+1 < len(times) {
			if err := v.step(k, times, d0, d1); err != nil {
				return nil, err
			}
		}
	}
	return v.finish()
}

// stretched returns the times of the steps with ∂t_k/∂T0 and ∂t_k/∂T1. A stretch
// without length, between an end and the observation there, is a step of its own
// here, so that its length has a derivative.
func (s *Sweep) stretched() (t, d0, d1 []float64) {
	if s.first() == 0 {
		t, d0, d1 = append(t, s.t[0]), append(d0, 1), append(d1, 0)
	}
	for k, v := range s.t {
		a, b := s.shares(k)
		t, d0, d1 = append(t, v), append(d0, a), append(d1, b)
	}
	if n := s.steps(); s.last() == n {
		t, d0, d1 = append(t, s.t[n]), append(d0, 0), append(d1, 1)
	}
	return t, d0, d1
}

// A tangent is a state with its derivatives: a matrix of d rows, whose columns
// are x0, θ, T0 and T1.
type tangent struct {
	*Sweep
	cols    int
	x, mu   []float64 // state, and its derivatives, row by row
	k       int       // time where it is, on the grid of the problem: -1 or one too many in a stretch without length
	slopes  []float64
	tangent [][]float64 // of the slopes
	y       []float64   // derivatives of the argument of a stage
	memo    []float64
	unit    []float64         // a covector
	jac     []float64         // row of ∂f/∂x
	dtheta  []float64         // row of ∂f/∂θ, or ∂ℓ/∂θ
	total   []float64         // derivatives of the loss
	rows    *flows.Trajectory // of mu, if they are recorded
}

func newTangent(s *Sweep, x0 []float64) *tangent {
	d, p := s.n, len(s.theta)
	v := &tangent{Sweep: s, cols: d + p + 2, x: append([]float64(nil), x0...)}
	v.mu, v.y, v.total = make([]float64, d*v.cols), make([]float64, d*v.cols), make([]float64, v.cols)
	for i := range d {
		v.mu[i*v.cols+i] = 1
	}
	v.slopes, v.memo = make([]float64, len(s.stages.b)*d), make([]float64, s.evaluator.Memo())
	v.unit, v.jac, v.dtheta = make([]float64, d), make([]float64, d), make([]float64, p)
	if s.p.Record {
		v.rows = new(flows.Trajectory)
	}
	for range s.stages.b {
		v.tangent = append(v.tangent, make([]float64, d*v.cols))
	}
	return v
}

// step takes step k of the stretched sequence, with the derivatives.
func (v *tangent) step(k int, times, d0, d1 []float64) error {
	t, h := times[k], times[k+1]-times[k]
	cols := v.cols
	// Of t and h, by the last two columns.
	dt, dh := [2]float64{d0[k], d1[k]}, [2]float64{d0[k+1] - d0[k], d1[k+1] - d1[k]}
	for i, c := range v.stages.c {
		y := v.argument(i, h, v.x, v.slopes)
		v.combine(v.y, i, h, dh, v.stages.a[i])
		v.evaluator.Rate(part(v.slopes, i, v.n), t+c*h, y, v.memo)
		at := [2]float64{dt[0] + c*dh[0], dt[1] + c*dh[1]}
		for l := range v.n {
			v.differentiate(part(v.tangent[i], l, cols), l, t+c*h, y, at)
		}
		if b := v.stages.b[i]; v.p.Running != nil && b != 0 {
			v.run(b, h, t+c*h, y, at, dh)
		}
	}
	v.combine(v.y, len(v.stages.b), h, dh, v.stages.b)
	v.mu, v.y = v.y, v.mu
	v.k++
	if h == 0 { // a stretch without length: the state does not move
		return nil
	}
	v.move(v.lost, v.x, h, v.stages.b, v.slopes)
	if !flows.Finite(v.lost) {
		return v.fail(ErrBlowUp, v.k-1, v.x, "the next state is not finite")
	}
	copy(v.x, v.lost)
	return v.observe(v.k, v.x)
}

// arrive adds the derivatives of the observations where the tangent is.
func (v *tangent) arrive() {
	for j, at := range v.at {
		if at == v.k {
			v.add(v.p.Observed[v.order[j]].Loss)
		}
	}
	if v.p.Record && v.k >= 0 && v.k <= v.steps() {
		v.gradient.States.Append(flows.State{T: v.t[v.k], X: v.x})
		var rows []float64
		for i := range v.n {
			rows = append(rows, part(v.mu, i, v.cols)[:v.cols-2]...)
		}
		v.rows.Append(flows.State{T: v.t[v.k], X: rows})
	}
}

// add adds the derivatives of a loss of the state.
func (v *tangent) add(l Loss) {
	l.Gradient(v.scratch, v.x, 1)
	for i, g := range v.scratch {
		addScaled(v.total, g, part(v.mu, i, v.cols))
	}
}

// finish hands the result over.
func (v *tangent) finish() (*Sensitivity, error) {
	if v.p.Terminal != nil {
		v.add(v.p.Terminal)
	}
	d, p, g := v.n, len(v.theta), &v.gradient
	copy(g.X1, v.x)
	copy(v.lambda, v.total)
	copy(g.Theta, v.total[d:])
	g.T0, g.T1, g.Stored, g.Bytes = v.total[d+p], v.total[d+p+1], 1, 8*d*(v.cols+1)
	if _, err := v.Sweep.finish(); err != nil {
		return nil, err
	}
	out := &Sensitivity{Gradient: *g, Tangents: v.rows}
	all := mat.NewDense(d, v.cols, v.mu)
	out.StateX0 = mat.DenseCopyOf(all.Slice(0, d, 0, d))
	if p > 0 {
		out.StateTheta = mat.DenseCopyOf(all.Slice(0, d, d, d+p))
	}
	out.StateT0, out.StateT1 = mat.Col(nil, d+p, all), mat.Col(nil, d+p+1, all)
	return out, nil
}

// combine stores in dst the derivatives of x + h Σ w_j k_j over the first n
// stages.
func (v *tangent) combine(dst []float64, n int, h float64, dh [2]float64, weights []float64) {
	copy(dst, v.mu)
	for j, w := range weights[:n] {
		if w == 0 {
			continue
		}
		addScaled(dst, h*w, v.tangent[j])
		for l, k := range part(v.slopes, j, v.n) {
			row := part(dst, l, v.cols)
			row[v.cols-2] += dh[0] * w * k
			row[v.cols-1] += dh[1] * w * k
		}
	}
}

// differentiate stores the derivatives of component l of f.
func (v *tangent) differentiate(dst []float64, l int, t float64, y []float64, at [2]float64) {
	clear(v.unit)
	clear(v.jac)
	clear(v.dtheta)
	v.unit[l] = 1
	ft := v.evaluator.Pull(v.jac, v.dtheta, t, y, v.memo, v.unit)
	v.chain(dst, v.jac, ft, 1, at)
}

// chain stores the derivatives of a function whose gradient is jac in x, s ft in
// t and v.dtheta in θ.
func (v *tangent) chain(dst, jac []float64, ft, s float64, at [2]float64) {
	clear(dst)
	for m, j := range jac {
		addScaled(dst, s*j, part(v.y, m, v.cols))
	}
	addScaled(dst[v.n:v.cols-2], s, v.dtheta)
	dst[v.cols-2] += s * ft * at[0]
	dst[v.cols-1] += s * ft * at[1]
}

// run adds the running loss at a stage.
func (v *tangent) run(b, h, t float64, y []float64, at, dh [2]float64) {
	value := v.p.Running.Value(t, y, v.theta, 1)
	v.loss += h * b * value
	clear(v.jac)
	clear(v.dtheta)
	ft := v.p.Running.Pull(v.jac, v.dtheta, 1, t, y, v.theta, 1)
	row := make([]float64, v.cols)
	v.chain(row, v.jac, ft, h*b, at)
	row[v.cols-2] += dh[0] * b * value
	row[v.cols-1] += dh[1] * b * value
	addScaled(v.total, 1, row)
}
