package wasserstein

import "math"

// evaluate computes the functions at the points of clouds, and looks at some
// entries.
func (k *LowRank) evaluate(clouds ...*features) error {
	for _, f := range clouds {
		for d := range k.axes {
			if err := k.evaluateAxis(f, d); err != nil {
				return err
			}
		}
	}
	k.err = 0
	for _, a := range k.axes {
		k.err += a.err
	}
	if k.err = math.Max(k.err, k.sampled()); !(k.err <= k.tol) {
		return &Error{Reason: ErrDegree, Iterations: k.axes[0].degree, MarginalError: k.err, Tolerance: k.tol, Epsilon: k.eps}
	}
	return nil
}

func (k *LowRank) evaluateAxis(f *features, d int) error {
	a := &k.axes[d]
	if a.degree == 0 { // the constant of the second dimension of a line
		fill(f.phi[d], 1)
		return nil
	}
	slack := 1e-12 * (a.hi - a.lo)
	for i := range f.n {
		if t := f.theta.At(i, d); !(t >= a.lo-slack && t <= a.hi+slack) {
			return &CostError{Reason: ErrCost, Row: i, Column: i, Value: t}
		}
	}
	k.to, k.axis = f, d
	k.crew.run(panels(f.n), f.n*a.degree >= manyEntries/16, k.tasks.evaluate)
	return nil
}

func (k *LowRank) evaluateBlock(b int) {
	a, f := &k.axes[k.axis], k.to
	lo, hi := b*panelPoints, min((b+1)*panelPoints, f.n)
	work := k.scratch(b)
	theta := work[len(work)-(hi-lo):]
	for i := range theta {
		theta[i] = f.theta.At(lo+i, k.axis)
	}
	a.values(f.phi[k.axis][lo:], f.n, theta, work)
}

// sampled returns the largest error of 256 entries: at places that depend on
// nothing but the sizes.
func (k *LowRank) sampled() (worst float64) {
	const samples, golden = 256, 0.6180339887498949
	for s := range samples {
		i := s * k.x.n / samples
		_, part := math.Modf(float64(s+1) * golden)
		j := int(part * float64(k.y.n))
		c := squared(k.x.theta.RawRowView(i), k.y.theta.RawRowView(j))
		worst = math.Max(worst, math.Abs(k.At(i, j)-math.Exp(-c/(2*k.eps))))
	}
	return worst
}
