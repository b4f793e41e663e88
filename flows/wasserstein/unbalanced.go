package wasserstein

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Penalties are the prices λ of missing each marginal: +Inf for one that must
// hold.
type Penalties struct{ A, B float64 }

// SemiRelaxed holds the first marginal and prices the second: the proximal step
// of [HF] section V-C1 is
//
//	Unbalanced(p, q, c, eps, SemiRelaxed(h*T), nil), q_j = exp(-f(x_j)/T),
//
// and its new weights are the Columns of the result.
func SemiRelaxed(lambda float64) Penalties { return Penalties{A: math.Inf(1), B: lambda} }

func (p Penalties) check() error {
	for _, l := range []float64{p.A, p.B} {
		if !(l > 0) {
			return &Error{Reason: ErrPenalty, Value: l}
		}
	}
	return nil
}

// Unbalanced returns the matrix M >= 0 that minimises twice
//
//	½⟨C, M⟩ + ε⟨M, log M - 1⟩ + λ_A KL(M 1 ‖ p) + λ_B KL(Mᵀ 1 ‖ q),
//
// where KL(r ‖ p) = Σ r log(r/p) - r + p: M = diag(y) Γ diag(z) with
//
//	y = (p ⊘ Γz)^(λ_A/(λ_A+ε)), z = (q ⊘ Γᵀy)^(λ_B/(λ_B+ε)).
//
// The weights are positive masses of any sum; where both marginals must hold the
// sums have to agree. The result's Value is the minimum, and its MarginalError
// what the sums miss those by that the scalings call for, p y^(-ε/λ_A) and
// q z^(-ε/λ_B), relative to the mass.
//
// Errors are those of Sinkhorn, and ErrPenalty if a λ is not positive. It panics
// if the lengths do not fit.
func Unbalanced(p, q []float64, c mat.Matrix, eps float64, lambda Penalties, s *Settings) (*SinkhornResult, error) {
	for _, w := range [][]float64{p, q} {
		if err := checkMasses(w); err != nil {
			return nil, err
		}
	}
	return UnbalancedLog(logs(p), logs(q), c, eps, lambda, s)
}

// UnbalancedLog is Unbalanced with weights given by their logarithms, such as
// -f/T, which may be far below what a weight can be, except where the marginal
// must hold.
func UnbalancedLog(logp, logq []float64, c mat.Matrix, eps float64, lambda Penalties, s *Settings) (*SinkhornResult, error) {
	if err := checkEpsilon(eps); err != nil {
		return nil, err
	}
	if err := lambda.check(); err != nil {
		return nil, err
	}
	if err := CheckCosts(c); err != nil {
		return nil, err
	}
	if rows, columns := c.Dims(); len(logp) != rows || len(logq) != columns {
		panic("wasserstein: length mismatch: Unbalanced needs a weight for each row and each column of the costs")
	}
	for side, l := range [][]float64{logp, logq} {
		if err := checkLogs(l, math.IsInf([]float64{lambda.A, lambda.B}[side], 1)); err != nil {
			return nil, err
		}
	}
	if math.IsInf(lambda.A, 1) && math.IsInf(lambda.B, 1) {
		if a, b := masses(logp), masses(logq); !(math.Abs(a-b) <= massTolerance*math.Max(a, b)) {
			return nil, &MeasureError{Reason: ErrMass, Index: -1, Value: a / b}
		}
	}
	d, ok := c.(*mat.Dense)
	if !ok {
		d = mat.DenseCopyOf(c)
	}
	solve := newSolver(matrixRows{d}, logp, logq, mat.Max(d), eps, s.defaults())
	solve.side[0].lambda, solve.side[1].lambda = lambda.A, lambda.B
	r, err := solve.solve()
	if r != nil {
		r.Value = r.primal(lambda)
	}
	return r, err
}

// checkLogs returns an error unless the weights with these logarithms are finite
// numbers, which may underflow where their sums need not hold.
func checkLogs(logw []float64, hold bool) error {
	for i, l := range logw {
		switch w := math.Exp(l); {
		case math.IsNaN(l) || math.IsInf(l, 0) || math.IsInf(w, 0):
			return &MeasureError{Reason: ErrWeight, Index: i, Value: w}
		case hold && w == 0:
			return &MeasureError{Reason: ErrZero, Index: i}
		}
	}
	return nil
}

func masses(logw []float64) (s float64) {
	for _, l := range logw {
		s += math.Exp(l)
	}
	return s
}

// checkMasses returns an error unless all weights are positive and finite.
func checkMasses(w []float64) error {
	if len(w) == 0 {
		return &MeasureError{Reason: ErrEmpty, Index: -1}
	}
	if i := notPositive(w); i >= 0 {
		reason := ErrWeight
		if w[i] == 0 {
			reason = ErrZero
		}
		return &MeasureError{Reason: reason, Index: i, Value: w[i]}
	}
	return nil
}

// primal returns the value of Unbalanced: with log M = log y + log z - C/(2ε) the
// costs cancel.
func (r *SinkhornResult) primal(lambda Penalties) float64 {
	y, z := r.LogScalings()
	rows, columns := r.Rows(), r.Columns()
	terms := []float64{-2 * r.Epsilon * r.Mass}
	for i, m := range rows {
		terms = append(terms, 2*r.Epsilon*m*y[i], penalty(lambda.A, m, r.loga[i]))
	}
	for j, m := range columns {
		terms = append(terms, 2*r.Epsilon*m*z[j], penalty(lambda.B, m, r.logb[j]))
	}
	return sum(terms)
}

// penalty returns 2λ (m log(m/w) - m + w).
func penalty(lambda, m, logw float64) float64 {
	if math.IsInf(lambda, 1) {
		return 0
	}
	kl := math.Exp(logw) - m
	if m > 0 {
		kl += m * (math.Log(m) - logw)
	}
	return 2 * lambda * kl
}
