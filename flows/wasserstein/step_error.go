package wasserstein

import (
	"errors"
	"fmt"
)

// Why a proximal recursion cannot start or go on, beside the reasons of Error,
// MeasureError and CostError. errors.Is finds them.
var (
	// ErrTemperature: T is not positive and finite.
	ErrTemperature = errors.New("temperature is not a positive finite number")
	// ErrStep: h is not positive and finite.
	ErrStep = errors.New("step h is not a positive finite number")
	// ErrBias: ε > 2hT, so that the plan's own entropy is more than the free
	// energy may have.
	ErrBias = errors.New("ε is above 2hT")
	// ErrEnergy: f is NaN or infinite at a point.
	ErrEnergy = errors.New("energy is not finite")
	// ErrLeft: a point has left the chart.
	ErrLeft = errors.New("a point has left the manifold")
	// ErrCoincide: two points are the same.
	ErrCoincide = errors.New("two points coincide")
	// ErrMassLost: the weights do not sum to 1 any more.
	ErrMassLost = errors.New("mass is lost")
	// ErrUnderflow: a row or a column of the kernel vanishes, or has no digits.
	ErrUnderflow = errors.New("a row of the kernel underflows")
	// ErrInner: the inner iteration has reached its limit.
	ErrInner = errors.New("the inner iteration has not converged")
	// ErrSpacing: nodes lie farther apart than the kernel reaches.
	ErrSpacing = errors.New("nodes are too far apart for ε")
	// ErrLarge: a dense kernel of so many points would not fit.
	ErrLarge = errors.New("too many points for a dense kernel")
	// ErrConstant: all energies, or all weights, are one number: no line fits.
	ErrConstant = errors.New("nothing varies")
)

var stepRemedies = map[error]string{
	ErrTemperature: "give T > 0; without noise, step the points with geometry.Proximal",
	ErrStep:        "give h > 0, small against the time in which the density changes",
	ErrEnergy:      "keep the points inside the domain of the energy",
	ErrLeft:        "move the points with a scheme that stays inside, such as Machine.Sphere, or reflect them: Mover.Reflected",
	ErrCoincide:    "merge them and add their weights, or start them apart",
	ErrMassLost:    "take a dense kernel (LowRankFrom: -1), or raise ε",
	ErrUnderflow:   "raise ε, take a dense kernel (LowRankFrom: -1), which goes over to logarithms, or move the points less in a step",
	ErrInner:       "raise MaxIterations, loosen the Tolerance, raise ε, or lower h",
	ErrTolerance:   "loosen the Tolerance: 1e-14 is what rounding leaves",
	ErrLarge:       "take fewer points, or raise ε and give a chart with a finite box of one or two dimensions: then a kernel of low rank does",
	ErrConstant:    "take three points or more, of different energies and weights; weights that are all equal have the slope 0",
}

// A StepError says why a proximal recursion cannot start or go on. errors.As
// finds it.
type StepError struct {
	Reason        error // one of those above, or ErrTolerance
	K             int   // the step that failed, from 1; 0 before the first one
	Point, Other  int   // the points to blame, from 0; Point -1 if none is
	Value         float64
	Bound         float64 // what Value should have been at most
	Iterations    int     // where ErrInner
	MarginalError float64 // where ErrInner
}

// Error names the reason, the place and the remedy.
func (e *StepError) Error() string {
	var what string
	remedy := stepRemedies[e.Reason]
	switch e.Reason {
	case ErrTemperature:
		what = fmt.Sprintf("T = %v", e.Value)
	case ErrStep:
		what = fmt.Sprintf("h = %v", e.Value)
	case ErrBias:
		what = fmt.Sprintf("ε = %.6g, 2hT = %.6g, so that T - ε/(2h) is negative", e.Value, e.Bound)
		remedy = fmt.Sprintf("take ε <= %.6g, or a longer step; Cloud takes any ε, with its bias", e.Bound)
	case ErrEnergy, ErrLeft:
		what = fmt.Sprintf("point %d: %v", e.Point, e.Value)
	case ErrCoincide:
		what = fmt.Sprintf("points %d and %d", e.Point, e.Other)
	case ErrMassLost:
		what = fmt.Sprintf("Σ w = %.15g", e.Value)
	case ErrUnderflow:
		what = fmt.Sprintf("point %d: %.3g", e.Point, e.Value)
	case ErrInner:
		what = fmt.Sprintf("max |Δ ln z| = %.3g after %d iterations, tolerance %.3g, marginal error %.3g", e.Value, e.Iterations, e.Bound, e.MarginalError)
	case ErrLarge:
		what = fmt.Sprintf("%.0f, at most %.0f", e.Value, e.Bound)
	case ErrSpacing:
		what = fmt.Sprintf("nodes %d and %d lie %.3g apart, √ε = %.3g", e.Point, e.Other, e.Value, e.Bound)
		remedy = fmt.Sprintf("take at least %.0f times as many nodes an axis, or raise ε; coarser ones pin the mass where it is", e.Value/e.Bound+0.5)
	default:
		what = fmt.Sprintf("%v", e.Value)
	}
	if e.K > 0 {
		what = fmt.Sprintf("step %d: %s", e.K, what)
	}
	return fmt.Sprintf("wasserstein: %v: %s: %s", e.Reason, what, remedy)
}

// Unwrap returns the reason.
func (e *StepError) Unwrap() error { return e.Reason }
