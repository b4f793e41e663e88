package wasserstein

import (
	"math"

	"hopflow/lyapunov/exponential"
)

// A Scaling is a coupling diag(u) Γ diag(v) of a kernel, given by logarithms.
type Scaling struct {
	LogU, LogV    []float64 // -Inf where a weight is zero
	Iterations    int
	MarginalError float64 // relative to the mass
	// Value is ⟨C, M⟩ + 2ε KL(M ‖ p qᵀ) for weights that sum to 1, by its dual; NaN
	// if the kernel does not tell its ε.
	Value float64
}

// dualOf returns Σ 2ε (log u - log w) w, the part of the value of one side.
func dualOf(eps float64, logu, w []float64) float64 {
	terms := make([]float64, len(w))
	for i, v := range w {
		if v > 0 {
			terms[i] = 2 * eps * (logu[i] - math.Log(v)) * v
		}
	}
	return sum(terms)
}

// Scale finds the scalings u, v of a kernel with
//
//	u ∘ Γv = p and v ∘ Γᵀu = q,
//
// Sinkhorn's iteration for kernels whose costs are never formed: those of grids
// of 200 x 200 points or of low rank. Weights are masses >= 0 of equal sums, and
// may be zero. The log domain is used where the kernel has one. Of the settings,
// Scaling and Start are not used.
//
// It is an error if the weights are no such masses, a *MeasureError, or the
// marginal error does not come below the tolerance, an *Error with what was
// reached: ErrDisconnected names a point that no mass reaches. It panics if the
// lengths do not fit.
func Scale(k Kernel, p, q []float64, s *Settings) (*Scaling, error) {
	rows, columns := k.Dims()
	mustLengths("a scaling", rows, columns, p, q)
	for _, w := range [][]float64{p, q} {
		if err := checkNonNegative(w); err != nil {
			return nil, err
		}
	}
	if a, b := sum(p), sum(q); !(math.Abs(a-b) <= massTolerance*math.Max(a, b)) {
		return nil, &MeasureError{Reason: ErrMass, Index: -1, Value: a / b}
	}
	c := newScaler(k, p, q, s.defaults())
	err := c.solve()
	u, v, eps := c.side[0].phi, c.side[1].phi, epsilonOf(k)
	return &Scaling{LogU: u, LogV: v, Iterations: c.iterations, MarginalError: c.error, Value: dualOf(eps, u, p) + dualOf(eps, v, q)}, err
}

// SymmetricScaling finds the scaling d of a symmetric kernel with d ∘ Γd = v, so
// that diag(d) Γ diag(d) has the volumes v as its sums: a diffusion that keeps
// them. LogU and LogV of the result are both log d. Otherwise as Scale; ω is not
// used: half the way each time halves the error if the kernel is positive
// definite.
func SymmetricScaling(k Kernel, v []float64, s *Settings) (*Scaling, error) {
	rows, columns := k.Dims()
	mustLengths("a symmetric scaling", rows, columns, v, v)
	if err := checkNonNegative(v); err != nil {
		return nil, err
	}
	c := newScaler(k, v, v, s.defaults())
	m := &c.side[0]
	for i, l := range m.logw {
		m.phi[i] = l / 2
	}
	c.side[1].phi = m.phi
	err := c.halve()
	return &Scaling{LogU: m.phi, LogV: m.phi, Iterations: c.iterations, MarginalError: c.error, Value: 2 * dualOf(epsilonOf(k), m.phi, v)}, err
}

// halve goes half the way to where the marginal holds, until it does.
func (c *scaler) halve() error {
	m := &c.side[0]
	var rounding stall
	for {
		miss, at := c.misses(0)
		if at >= 0 {
			return disconnected(c.k, at, -1)
		}
		if c.error = miss; miss <= c.set.Tolerance {
			return nil
		}
		if rounding.observe(miss) {
			return c.failed(ErrTolerance)
		}
		if c.iterations >= c.set.MaxIterations {
			return c.failed(ErrNotConverged)
		}
		c.iterations++
		for i, l := range m.sums {
			if m.w[i] > 0 {
				m.phi[i] = (m.phi[i] + m.logw[i] - l) / 2
			}
		}
	}
}

// logProductOf returns the product of a kernel with vectors given by their
// logarithms: its own, or one that goes through numbers scaled by the largest.
func logProductOf(k Kernel) func(dst, logv []float64, transposed bool) {
	if l, ok := k.(LogKernel); ok {
		return func(dst, logv []float64, transposed bool) {
			if transposed {
				l.LogApplyTransposed(dst, logv)
			} else {
				l.LogApply(dst, logv)
			}
		}
	}
	rows, columns := k.Dims()
	work := make([]float64, max(rows, columns))
	return func(dst, logv []float64, transposed bool) {
		top := math.Inf(-1)
		for _, l := range logv {
			top = max(top, l)
		}
		w := work[:len(logv)]
		exponential.Row(w, logv, 1, -top)
		if transposed {
			k.ApplyTransposed(dst, w)
		} else {
			k.Apply(dst, w)
		}
		for i, s := range dst {
			dst[i] = top + math.Log(s) // NaN for an approximation that is negative
		}
	}
}

// A scaler is a scaling under way, all in logarithms.
type scaler struct {
	side       [2]marginal
	k          Kernel
	product    func(dst, logv []float64, transposed bool)
	set        Settings
	omega      relaxation
	iterations int
	error      float64
}

func newScaler(k Kernel, p, q []float64, set Settings) *scaler {
	c := &scaler{k: k, set: set, product: logProductOf(k)}
	c.side = [2]marginal{newMarginal(logs(p)), newMarginal(logs(q))}
	for i := range c.side {
		copy(c.side[i].phi, c.side[i].logw)
	}
	c.omega.reset(set.Relaxation)
	return c
}

// solve ends with a plain update of the rows, and reports the error of the
// columns that is left.
func (c *scaler) solve() error {
	tol := c.set.Tolerance
	c.error = math.Inf(1)
	var rounding stall
	for c.iterations < c.set.MaxIterations {
		omega := c.omega.factor
		plain := c.error < tol
		if plain {
			omega = 1
		}
		rows, at := c.update(0, omega)
		if at >= 0 {
			return disconnected(c.k, at, -1)
		}
		c.iterations++
		columns, at := c.misses(1)
		if at >= 0 {
			return disconnected(c.k, -1, at)
		}
		if plain && columns <= tol {
			c.error = columns
			return nil
		}
		if c.error = rows + columns; rounding.observe(c.error) {
			return c.failed(ErrTolerance)
		}
		c.side[1].relaxLog(omega)
		c.omega.observe(c.error)
	}
	return c.failed(ErrNotConverged)
}

func (c *scaler) failed(reason error) error {
	return &Error{Reason: reason, Iterations: c.iterations, MarginalError: c.error, Tolerance: c.set.Tolerance, Epsilon: epsilonOf(c.k)}
}

func (c *scaler) update(side int, omega float64) (miss float64, bad int) {
	miss, bad = c.misses(side)
	c.side[side].relaxLog(omega)
	return miss, bad
}

// misses computes the log sums of a side and returns how much they miss its
// weights, relative to the mass, and the first point without a sum, or -1.
func (c *scaler) misses(side int) (miss float64, bad int) {
	m, other := &c.side[side], &c.side[1-side]
	c.product(m.sums, other.phi, side == 1)
	var mass float64
	for i, l := range m.sums {
		if m.w[i] == 0 {
			continue
		}
		if math.IsNaN(l) || math.IsInf(l, 0) {
			return math.NaN(), i
		}
		got := math.Exp(m.phi[i] + l)
		miss += math.Abs(got - m.w[i])
		mass += m.w[i]
	}
	return miss / mass, -1
}

// relaxLog is relax for log sums.
func (m *marginal) relaxLog(omega float64) {
	far := farFrom(omega)
	for i, l := range m.sums {
		if m.w[i] == 0 {
			continue
		}
		delta := m.logw[i] - l - m.phi[i]
		if delta < far {
			delta *= omega
		}
		m.phi[i] += delta
	}
}

// checkNonNegative returns an error unless all weights are finite and >= 0, and
// one is positive.
func checkNonNegative(w []float64) error {
	for i, v := range w {
		if !(v >= 0) || math.IsInf(v, 0) {
			return &MeasureError{Reason: ErrWeight, Index: i, Value: v}
		}
	}
	if s := sum(w); !(s > 0) || math.IsInf(s, 0) {
		return &MeasureError{Reason: ErrMass, Index: -1, Value: s}
	}
	return nil
}
