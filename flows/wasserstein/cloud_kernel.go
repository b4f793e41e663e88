package wasserstein

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// mostDense is the number of points up to which a kernel may store all pairs: 3.2
// GB.
const (
	mostDense = 20_000
	mostPairs = mostDense * mostDense
)

// chooseKernel makes the kernel of low rank where it is cheaper: a product takes
// some 4 N r² operations instead of 2 N², and the N² exponentials are saved.
func (c *Cloud) chooseKernel() error {
	n, dim := c.x.Dims()
	from := c.p.LowRankFrom
	if from == 0 {
		from = 400
	}
	if from > 0 && n >= from && dim <= 2 && c.boxed() {
		tol := c.p.KernelTolerance
		if tol == 0 {
			tol = 1e-9
		}
		low, err := LowRankKernel(c.p.Chart, c.x, c.x, c.p.Epsilon, tol)
		switch {
		case err == nil && 5*low.axes[0].rank*low.axes[1].rank <= 8*n:
			c.low, c.shifted = low, true
			c.s.lowError = low.err
			c.panels = make([]float64, panelPoints*low.axes[0].degree+panelPoints*low.axes[1].degree+panelPoints)
			return nil
		case err != nil && !errors.Is(err, ErrDegree):
			return err
		}
	}
	if n > mostDense {
		return &StepError{Reason: ErrLarge, Point: -1, Value: float64(n), Bound: mostDense}
	}
	return nil
}

// boxed reports whether the flat coordinates lie in a finite box for good.
func (c *Cloud) boxed() bool {
	if c.p.Chart == nil {
		return false
	}
	for d := range c.p.Chart.Dim() {
		if lo, hi := c.p.Chart.Box(d); math.IsInf(hi-lo, 0) {
			return false
		}
	}
	return true
}

// weigh finds the new weights, by the cheapest kernel that has the digits.
func (c *Cloud) weigh(out *Step) error {
	if c.low != nil {
		shifted := c.shifted
		c.shifted = false // unless the step succeeds
		if err := c.low.advance(c.at, c.nextAt, shifted, c.panels); err != nil {
			return err
		}
		if r := c.s.solve(c.low, c.w); r.trouble < 0 {
			out.Low, out.KernelError = true, r.kernel
			return r.report(out, c.s)
		}
	}
	if n := len(c.w); n > mostDense {
		return &StepError{Reason: ErrLarge, K: out.K, Point: -1, Value: float64(n), Bound: mostDense}
	}
	if err := c.moveDense(); err != nil {
		return err
	}
	lowError := c.s.lowError
	c.s.lowError = 0
	r := c.s.solve(c.dense, c.w)
	if r.trouble >= 0 {
		fill(c.s.logz, 0)
		r = c.s.solveLog(c.dense, c.w)
	}
	c.s.lowError = lowError
	return r.report(out, c.s)
}

// moveDense fills the dense kernel, which it makes on first use.
func (c *Cloud) moveDense() (err error) {
	if c.dense == nil {
		c.dense, err = CloudKernel(nil, c.at, c.nextAt, c.p.Epsilon)
		return err
	}
	return c.dense.Move(nil, c.at, c.nextAt)
}

// report fills in the report of a step, and returns an error unless the inner
// iteration has converged.
func (r innerEnd) report(out *Step, s *inner) error {
	out.Iterations, out.Residual, out.MarginalError, out.Log = r.iterations, r.residual, r.marginal, r.log
	switch {
	case r.trouble >= 0:
		return &StepError{Reason: ErrUnderflow, K: out.K, Point: r.trouble, Value: r.value}
	case !(r.residual <= s.tol):
		return &StepError{Reason: ErrInner, K: out.K, Point: -1, Value: r.residual, Bound: s.tol,
			Iterations: r.iterations, MarginalError: r.marginal}
	}
	return nil
}

// advance gives the kernel new flat coordinates: those of its columns become
// those of its rows, with all features, if shifted says that they are the same
// points, so that only new points are evaluated. It does not allocate.
func (k *LowRank) advance(rows, columns *mat.Dense, shifted bool, work []float64) error {
	if shifted {
		k.x, k.y = k.y, k.x
	} else if err := k.place(&k.x, rows, work); err != nil {
		return err
	}
	return k.place(&k.y, columns, work)
}

// place evaluates the features of points given by their flat coordinates.
func (k *LowRank) place(f *features, theta *mat.Dense, work []float64) error {
	f.theta.Copy(theta)
	line, work := work[:panelPoints], work[panelPoints:]
	for d := range k.axes {
		a := &k.axes[d]
		if a.degree == 0 {
			fill(f.phi[d], 1)
			continue
		}
		slack := 1e-12 * (a.hi - a.lo)
		for lo := 0; lo < f.n; lo += panelPoints {
			hi := min(lo+panelPoints, f.n)
			for i := lo; i < hi; i++ {
				t := theta.At(i, d)
				if !(t >= a.lo-slack && t <= a.hi+slack) {
					return &StepError{Reason: ErrLeft, Point: i, Value: t}
				}
				line[i-lo] = t
			}
			a.values(f.phi[d][lo:], f.n, line[:hi-lo], work)
		}
	}
	return nil
}
