package wasserstein

import (
	"errors"
	"fmt"
)

// What can be wrong with a measure. errors.Is finds them.
var (
	// ErrEmpty: there is no point.
	ErrEmpty = errors.New("empty support")
	// ErrLength: the numbers of weights and of points differ.
	ErrLength = errors.New("lengths differ")
	// ErrPoint: a coordinate is NaN or infinite.
	ErrPoint = errors.New("point is not finite")
	// ErrWeight: a weight is negative, NaN or infinite.
	ErrWeight = errors.New("weight is not a positive finite number")
	// ErrZero: a weight is zero.
	ErrZero = errors.New("weight is zero")
	// ErrMass: the weights do not sum to 1.
	ErrMass = errors.New("weights do not sum to 1")
)

var measureRemedies = map[error]string{
	ErrEmpty:  "give at least one point",
	ErrLength: "give a weight for each row of X",
	ErrPoint:  "drop the point, or look at what made it",
	ErrWeight: "weights are masses: where they are logarithms or values of a density, exponentiate or multiply by cell volumes first",
	ErrZero:   "drop the point: Normalized does that",
	ErrMass:   "divide by the sum if the scale means nothing: Normalized does that; use Unbalanced if it does",
}

// A MeasureError says why points and weights make no measure. errors.As finds
// it.
type MeasureError struct {
	Reason     error   // one of those above
	Index      int     // the first point to blame, from 0; -1 if none is
	Coordinate int     // of that point, where ErrPoint
	Value      float64 // the coordinate, the weight, the sum, or the number of weights
	Want       float64 // the number of points, where ErrLength
}

// Error names the reason, the place and the remedy.
func (e *MeasureError) Error() string {
	var what string
	switch e.Reason {
	case ErrEmpty:
		what = "no points"
	case ErrLength:
		what = fmt.Sprintf("%v weights, %v points", e.Value, e.Want)
	case ErrPoint:
		what = fmt.Sprintf("coordinate %d of point %d is %v", e.Coordinate, e.Index, e.Value)
	case ErrWeight, ErrZero:
		what = fmt.Sprintf("weight %d is %v", e.Index, e.Value)
	default:
		what = fmt.Sprintf("their sum is %.15g", e.Value)
	}
	return fmt.Sprintf("wasserstein: %v: %s: %s", e.Reason, what, measureRemedies[e.Reason])
}

// Unwrap returns the reason.
func (e *MeasureError) Unwrap() error { return e.Reason }
