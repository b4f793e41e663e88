package wasserstein

import "math"

// Divergence returns the Sinkhorn divergence
//
//	S(a, b) = V(a, b) - (V(a, a) + V(b, b))/2
//
// where V is the Value of Sinkhorn. For kernels exp(-C/(2ε)) that are positive
// definite, such as that of a flat chart, it is 0 where a = b and positive
// elsewhere, to rounding (Feydy et al. 2019); as ε falls to 0 it comes to W₂², much
// earlier than V itself does, and as ε rises, for squared distances in a flat
// chart, to the squared distance of the means. The cost has to be symmetric. Errors as in Sinkhorn; the Settings' Start is for
// V(a, b).
func Divergence(a, b *Measure, c Cost, eps float64, s *Settings) (float64, error) {
	cross, err := Sinkhorn(a, b, c, eps, s)
	if err != nil {
		return math.NaN(), err
	}
	v := cross.Value
	for _, m := range []*Measure{a, b} {
		self, err := SelfSinkhorn(m, c, eps, s)
		if err != nil {
			return math.NaN(), err
		}
		v -= self.Value / 2
	}
	return v, nil
}

// DivergenceOn is Divergence of two weights on the points of one symmetric kernel,
// such as the cells of a grid. Errors as in Scale.
func DivergenceOn(k Kernel, p, q []float64, s *Settings) (float64, error) {
	cross, err := Scale(k, p, q, s)
	if err != nil {
		return math.NaN(), err
	}
	v := cross.Value
	for _, w := range [][]float64{p, q} {
		self, err := SymmetricScaling(k, w, s)
		if err != nil {
			return math.NaN(), err
		}
		v -= self.Value / 2
	}
	return v, nil
}

// SelfSinkhorn is Sinkhorn from a measure to itself under a symmetric cost, where
// both potentials are one: its iteration, half the way each time, halves the
// error if the kernel is positive definite. Settings other than the tolerance and
// the number of iterations are not used.
func SelfSinkhorn(a *Measure, c Cost, eps float64, s *Settings) (*SinkhornResult, error) {
	if err := checkBoth(c, a, a); err != nil {
		return nil, err
	}
	if err := checkEpsilon(eps); err != nil {
		return nil, err
	}
	if err := checkPairs(a.Len(), a.Len(), mostPairs); err != nil {
		return nil, err
	}
	from, _, err := costRows(c, a, a)
	if err != nil {
		return nil, err
	}
	set := s.defaults()
	k := newDense(a.Len(), a.Len(), eps)
	k.from = from
	k.refill()
	logw := logs(a.W)
	d, err := SymmetricScaling(k, a.W, &Settings{Tolerance: set.Tolerance / 2, MaxIterations: set.MaxIterations})
	if d == nil {
		return nil, err
	}
	f := make([]float64, a.Len())
	for i, l := range d.LogU {
		f[i] = 2 * eps * (l - logw[i])
	}
	r := &SinkhornResult{F: f, G: f, Epsilon: eps, Iterations: d.Iterations, from: from, loga: logw, logb: logw}
	t := newTally(r)
	t.run()
	r.Mass, r.Cost = t.mass, t.cost
	for i, m := range t.rows {
		r.MarginalError += math.Abs(m - a.W[i])
		r.Value += 2 * f[i] * a.W[i]
	}
	for j, m := range t.columns {
		r.MarginalError += math.Abs(m - a.W[j])
	}
	r.Value -= 2 * eps * (r.Mass - sum(a.W))
	if err == nil && !(r.MarginalError <= set.Tolerance) {
		err = &Error{Reason: ErrTolerance, Iterations: r.Iterations, MarginalError: r.MarginalError, Tolerance: set.Tolerance, Epsilon: eps}
	}
	return r, err
}
