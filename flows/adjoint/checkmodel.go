package adjoint

import (
	"fmt"
	"math"
	"math/rand/v2"

	"hopflow/flows"
)

// CheckModel holds a Model against its laws at the points, with theta, and
// returns an error that names the first law broken, and where:
//
//   - the rate is finite, and the same with a memo and without, alone and in a
//     batch;
//   - what a memo or a destination held before does not matter;
//   - Pull adds, to what was there;
//   - it adds aᵀ∂f/∂x and aᵀ∂f/∂θ and returns aᵀ∂f/∂t, for generic covectors a:
//     to 1e-12 of a complex step where the Model is Complex, else to 1e-7 of
//     differences, both relative to the largest of these numbers;
//   - in a batch too, there summed over the states in aᵀ∂f/∂θ and aᵀ∂f/∂t;
//   - the state, the parameters and the covector are left alone.
//
// Choose generic points: at a kink, or where a coordinate is zero, a wrong
// derivative can look right.
func CheckModel(m Model, theta []float64, points []flows.State) error {
	if len(theta) != m.Params() {
		return fmt.Errorf("adjoint: %d parameters, want %d", len(theta), m.Params())
	}
	if len(points) == 0 {
		return fmt.Errorf("adjoint: no points to check the model at")
	}
	for k, s := range points {
		if len(s.X) != m.Dim() {
			return fmt.Errorf("adjoint: point %d has %d coordinates, the model has %d", k, len(s.X), m.Dim())
		}
	}
	c := newExamination(m, theta)
	for _, s := range points {
		if err := c.alone(s); err != nil {
			return fmt.Errorf("%w, at t = %g, x = %v", err, s.T, s.X)
		}
	}
	return c.together(points)
}

// An examination is a model under CheckModel, with what it does to one state.
type examination struct {
	model Model
	theta []float64
	one   Evaluator
	rng   *rand.Rand // of covectors and of rubbish
}

func newExamination(m Model, theta []float64) *examination {
	return &examination{m, theta, m.At(theta, 1), rand.New(rand.NewPCG(14, 1))}
}

// rubbish returns n numbers that nobody should look at.
func (c *examination) rubbish(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = 1e3 * c.rng.NormFloat64()
	}
	return v
}

// generic returns n numbers of size 1.
func (c *examination) generic(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.Copysign(0.5+c.rng.Float64(), c.rng.Float64()-0.5)
	}
	return v
}

// alone checks the laws at one state.
func (c *examination) alone(s flows.State) error {
	a := c.generic(len(s.X))
	rate, err := c.rate(s)
	if err != nil {
		return err
	}
	got, err := c.pulled(s, rate, a)
	if err != nil {
		return err
	}
	want, tol := c.differences(s, a), 1e-7
	if f, ok := c.model.(Complex); ok {
		want, tol = c.complexStep(f, s, a), 1e-12
	}
	return got.compare(want, tol)
}

// rate returns f, after the laws of Rate.
func (c *examination) rate(s flows.State) ([]float64, error) {
	bare, kept := c.rubbish(len(s.X)), c.rubbish(len(s.X))
	c.one.Rate(bare, s.T, s.X, nil)
	c.one.Rate(kept, s.T, s.X, c.rubbish(c.one.Memo()))
	for i, v := range bare {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("adjoint: component %d of the rate is %v", i, v)
		}
		if v != kept[i] {
			return nil, fmt.Errorf("adjoint: component %d of the rate is %.17g without a memo, %.17g with one", i, v, kept[i])
		}
	}
	return bare, nil
}

// pulled returns what Pull adds, after the laws that need no derivative.
func (c *examination) pulled(s flows.State, rate, a []float64) (products, error) {
	var runs [2]products
	x, covector, theta := clone(s.X), clone(a), clone(c.theta)
	for k := range runs {
		memo := c.rubbish(c.one.Memo())
		c.one.Rate(clone(rate), s.T, s.X, memo)
		runs[k] = products{make([]float64, len(s.X)), make([]float64, len(c.theta)), 0}
		runs[k].t = c.one.Pull(runs[k].x, runs[k].theta, s.T, s.X, memo, a)
		if !same(x, s.X) || !same(covector, a) || !same(theta, c.theta) {
			return products{}, fmt.Errorf("adjoint: the model writes to the state, to the covector or to its parameters")
		}
		// Onto something: zeros would hide a Pull that stores.
		onto, there := c.generic(len(s.X)), c.generic(len(c.theta))
		dx, dtheta := clone(onto), clone(there)
		c.one.Pull(dx, dtheta, s.T, s.X, memo, a)
		for i := range dx {
			dx[i] -= onto[i]
		}
		for i := range dtheta {
			dtheta[i] -= there[i]
		}
		if err := (products{dx, dtheta, runs[k].t}).compare(runs[k], 1e-12); err != nil {
			return products{}, fmt.Errorf("adjoint: Pull does not add to what is there: %w", err)
		}
		alone := make([]float64, len(s.X))
		if t := c.one.Pull(alone, nil, s.T, s.X, memo, a); t != runs[k].t || !same(alone, runs[k].x) {
			return products{}, fmt.Errorf("adjoint: Pull gives other numbers where dtheta is nil")
		}
	}
	if !same(runs[0].x, runs[1].x) || !same(runs[0].theta, runs[1].theta) || runs[0].t != runs[1].t {
		return products{}, fmt.Errorf("adjoint: Pull depends on what the memo held before Rate filled it")
	}
	return runs[0], nil
}

// together checks the batch of all points against each alone. A batch has one
// time, so the time is that of the first.
func (c *examination) together(points []flows.State) error {
	n, d, t := len(points), c.model.Dim(), points[0].T
	x, a := make([]float64, d*n), c.generic(d*n)
	for k, s := range points {
		putState(x, s.X, k, n)
	}
	all := c.model.At(c.theta, n)
	rate, memo := c.rubbish(d*n), c.rubbish(all.Memo())
	all.Rate(rate, t, x, memo)
	got := products{make([]float64, d*n), make([]float64, len(c.theta)), 0}
	got.t = all.Pull(got.x, got.theta, t, x, memo, a)

	want := products{make([]float64, d*n), make([]float64, len(c.theta)), 0}
	one, dx := make([]float64, d), make([]float64, d)
	for k, s := range points {
		kept := make([]float64, c.one.Memo())
		c.one.Rate(one, t, s.X, kept)
		for i, v := range one {
			if got := rate[i*n+k]; !(math.Abs(got-v) <= 1e-12*math.Max(1, largest(one))) {
				return fmt.Errorf("adjoint: component %d of the rate of point %d is %.15g in a batch, %.15g alone", i, k, got, v)
			}
		}
		clear(dx)
		takeState(one, a, k, n)
		want.t += c.one.Pull(dx, want.theta, t, s.X, kept, one)
		putState(want.x, dx, k, n)
	}
	if err := got.compare(want, 1e-12); err != nil {
		return fmt.Errorf("adjoint: a batch of %d and the same states one by one: %w", n, err)
	}
	return nil
}

// products are aᵀ∂f/∂x, aᵀ∂f/∂θ and aᵀ∂f/∂t.
type products struct {
	x, theta []float64
	t        float64
}

func (p products) compare(want products, tol float64) error {
	scale := math.Max(math.Max(largest(want.x), largest(want.theta)), math.Abs(want.t))
	tol *= math.Max(scale, 1e-3)
	for i, v := range p.x {
		if !(math.Abs(v-want.x[i]) <= tol) {
			return fmt.Errorf("adjoint: aᵀ∂f/∂x has component %d = %.15g, want %.15g", i, v, want.x[i])
		}
	}
	for i, v := range p.theta {
		if !(math.Abs(v-want.theta[i]) <= tol) {
			return fmt.Errorf("adjoint: aᵀ∂f/∂θ has component %d = %.15g, want %.15g", i, v, want.theta[i])
		}
	}
	if !(math.Abs(p.t-want.t) <= tol) {
		return fmt.Errorf("adjoint: aᵀ∂f/∂t = %.15g, want %.15g", p.t, want.t)
	}
	return nil
}

func largest(x []float64) (m float64) {
	for _, v := range x {
		m = math.Max(m, math.Abs(v))
	}
	return m
}

func clone(x []float64) []float64 { return append([]float64(nil), x...) }

// same reports whether the numbers are the same, bit for bit.
func same(x, y []float64) bool {
	for i, v := range x {
		if math.Float64bits(v) != math.Float64bits(y[i]) {
			return false
		}
	}
	return true
}
