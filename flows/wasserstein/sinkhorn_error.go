package wasserstein

import (
	"errors"
	"fmt"
)

// Why a problem with entropy is not solved. errors.Is finds them.
var (
	// ErrEpsilon: ε is not positive and finite, or so near to 0 or Inf that
	// 1/(2ε) or 2ε times a logarithm is not.
	ErrEpsilon = errors.New("ε is not a positive finite number")
	// ErrPenalty: the penalty of a marginal is not positive.
	ErrPenalty = errors.New("penalty of a marginal is not positive")
	// ErrNotConverged: the marginal error is above the tolerance after the most
	// iterations that were allowed.
	ErrNotConverged = errors.New("not converged")
	// ErrTolerance: the tolerance is below what rounding lets the marginals reach.
	ErrTolerance = errors.New("tolerance below rounding")
	// ErrDisconnected: a row or a column of Γ is zero, so that no mass can leave
	// or reach a point.
	ErrDisconnected = errors.New("a point is disconnected")
	// ErrDegree: a kernel of low rank does not reach its tolerance.
	ErrDegree = errors.New("the interpolation does not reach the tolerance")
)

var sinkhornRemedies = map[error]string{
	ErrEpsilon:      "give ε > 0, at most 1e300 and such that 1/(2ε) is a number, in the unit of half the cost; Exact takes no ε",
	ErrPenalty:      "give λ > 0, or +Inf for a marginal that must hold; without a marginal there is no transport",
	ErrNotConverged: "raise MaxIterations, raise ε, or loosen the Tolerance; Exact needs no ε",
	ErrTolerance:    "loosen the Tolerance, or raise ε",
	ErrDisconnected: "raise ε, take Sinkhorn or a kernel with a log domain, or drop the point",
	ErrDegree:       "take DenseKernel, raise ε, or loosen the tolerance",
}

// An Error says why a problem with entropy is not solved. What was reached comes
// with it where there is a result. errors.As finds it.
type Error struct {
	Reason        error   // one of those above
	Iterations    int     // done
	MarginalError float64 // reached; for ErrDegree the error of the kernel
	Tolerance     float64 // asked for
	Epsilon       float64
	Value         float64 // the penalty, where ErrPenalty
	Row, Column   int     // of Γ, where ErrDisconnected; -1 if it is the other one
}

// Error names the reason, the place and the remedy.
func (e *Error) Error() string {
	var what string
	switch e.Reason {
	case ErrEpsilon:
		what = fmt.Sprintf("ε = %v", e.Epsilon)
	case ErrPenalty:
		what = fmt.Sprintf("λ = %v", e.Value)
	case ErrDisconnected:
		side, at := "row", e.Row
		if e.Row < 0 {
			side, at = "column", e.Column
		}
		what = fmt.Sprintf("%s %d of Γ is not positive at ε = %.6g", side, at, e.Epsilon)
	case ErrDegree:
		what = fmt.Sprintf("error %.3g at degree %d, tolerance %.3g, ε = %.6g", e.MarginalError, e.Iterations, e.Tolerance, e.Epsilon)
	default:
		what = fmt.Sprintf("marginal error %.3g after %d iterations, tolerance %.3g, ε = %.6g", e.MarginalError, e.Iterations, e.Tolerance, e.Epsilon)
	}
	return fmt.Sprintf("wasserstein: %v: %s: %s", e.Reason, what, sinkhornRemedies[e.Reason])
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Reason }
