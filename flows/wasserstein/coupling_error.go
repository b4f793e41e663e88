package wasserstein

import (
	"errors"
	"fmt"
)

// What can be wrong with a coupling or a plan. errors.Is finds them.
var (
	// ErrNegative: an entry is negative or not finite.
	ErrNegative = errors.New("entry of a coupling is not a finite number >= 0")
	// ErrMarginal: the sum of a row or a column is not the weight of its point.
	ErrMarginal = errors.New("marginal is not the weight")
	// ErrDual: u_i + v_j > C_ij, so that the potentials prove nothing.
	ErrDual = errors.New("potentials are not feasible")
	// ErrSlackness: mass is carried where u_i + v_j < C_ij.
	ErrSlackness = errors.New("complementary slackness fails")
	// ErrGap: the cost of the plan is not that of its potentials.
	ErrGap = errors.New("cost differs from the dual value")
	// ErrNotOptimal: the number of pivots was reached.
	ErrNotOptimal = errors.New("not optimal")
)

var couplingRemedies = map[error]string{
	ErrLength:     "check the coupling against the measures it was made for, in their order",
	ErrNegative:   "look at what made it; a mass is never negative",
	ErrMarginal:   "iterate further, or check it against the measures it was made for",
	ErrDual:       "the plan may cost too much: solve again with Exact",
	ErrSlackness:  "the plan may cost too much: solve again with Exact",
	ErrGap:        "the plan may cost too much: solve again with Exact",
	ErrNotOptimal: "rescale the costs so that the largest is near 1; if that does not help, this is a defect of the solver",
}

// A CouplingError says where a matrix fails to be a coupling, or a plan to be
// optimal. errors.As finds it.
type CouplingError struct {
	Reason      error // one of those above, or ErrLength
	Row, Column int   // from 0; -1 if the whole column or row is meant
	Got, Want   float64
}

// Error names the reason, the place and the remedy.
func (e *CouplingError) Error() string {
	where := fmt.Sprintf("entry %d, %d is %.9g, want %.9g", e.Row, e.Column, e.Got, e.Want)
	switch {
	case e.Reason == ErrLength:
		where = fmt.Sprintf("a matrix of %d x %d for measures of %v and %v points", e.Row, e.Column, e.Got, e.Want)
	case e.Reason == ErrNegative:
		where = fmt.Sprintf("entry %d, %d is %.9g", e.Row, e.Column, e.Got)
	case e.Reason == ErrNotOptimal:
		where = fmt.Sprintf("after %v pivots, for %d x %d points", e.Got, e.Row, e.Column)
	case e.Row < 0 && e.Column < 0:
		where = fmt.Sprintf("%.17g, want %.17g", e.Got, e.Want)
	case e.Row < 0:
		where = fmt.Sprintf("column %d sums to %.15g, want %.15g", e.Column, e.Got, e.Want)
	case e.Column < 0:
		where = fmt.Sprintf("row %d sums to %.15g, want %.15g", e.Row, e.Got, e.Want)
	}
	return fmt.Sprintf("wasserstein: %v: %s: %s", e.Reason, where, couplingRemedies[e.Reason])
}

// Unwrap returns the reason.
func (e *CouplingError) Unwrap() error { return e.Reason }
