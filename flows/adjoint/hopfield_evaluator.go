package adjoint

// At returns the network at work on a batch.
func (h *Hopfield) At(theta []float64, batch int) Evaluator {
	checkTheta(h, theta, batch)
	e := &hopfieldEvaluator{Hopfield: h, batch: batch, inner: h.inner.at(h.n, batch), covector: make([]float64, h.n*batch)}
	e.kept = e.inner.memo()
	if h.weights == SymmetricWeights {
		e.full = make([]float64, h.n*h.n+h.n)
		e.gradient = make([]float64, h.n*h.n+h.n)
	}
	e.Reset(theta)
	return e
}

type hopfieldEvaluator struct {
	*Hopfield
	batch, kept int
	inner       worker    // f(Wx + b)
	covector    []float64 // a/τ
	// W and b, and the gradient with respect to them; nil if θ is that already.
	full, gradient []float64
}

var _ Reusable = (*hopfieldEvaluator)(nil)

func (e *hopfieldEvaluator) Memo() int { return e.kept }

func (e *hopfieldEvaluator) Reset(theta []float64) {
	if len(theta) != e.Params() {
		panic(lengthMismatch("theta", len(theta), e.Params()))
	}
	if e.full == nil {
		e.inner.reset(theta)
		return
	}
	unfoldInto(e.Hopfield, e.full, theta)
	e.inner.reset(e.full)
}

func (e *hopfieldEvaluator) Rate(dst []float64, t float64, x, memo []float64) {
	checkRate(dst, x, memo, len(e.covector), e.kept)
	e.inner.rate(dst, t, x, memo)
	for i, tau := range e.tau {
		row := dst[i*e.batch : (i+1)*e.batch]
		for k, v := range x[i*e.batch : (i+1)*e.batch] {
			row[k] = (row[k] - v) / tau
		}
	}
}

func (e *hopfieldEvaluator) Pull(dx, dtheta []float64, t float64, x, memo, a []float64) float64 {
	checkPull(dx, dtheta, x, memo, a, len(e.covector), e.Params(), e.kept)
	for i, tau := range e.tau {
		for k := i * e.batch; k < (i+1)*e.batch; k++ {
			e.covector[k] = a[k] / tau
			dx[k] -= e.covector[k]
		}
	}
	if dtheta == nil || e.full == nil {
		return e.inner.pull(dx, dtheta, t, x, memo, e.covector)
	}
	clear(e.gradient)
	dt := e.inner.pull(dx, e.gradient, t, x, memo, e.covector)
	e.fold(dtheta, e.gradient)
	return dt
}
