package ode

import "math"

// Settings say how finely to step. A nil *Settings means all defaults.
type Settings struct {
	// Step > 0 divides the interval into equal steps, as long as possible but
	// not longer than Step (to rounding), and switches error control off.
	// 0, the default: error control, for which the method needs an estimate.
	Step float64
	// AbsTol and RelTol bound the estimated error of each step: its root mean
	// square over the coordinates, each divided by AbsTol + RelTol |x|, is at
	// most 1. 0 means the defaults, 1e-10 and 1e-8; a negative value switches
	// one of them off, not both. The error at t1 is usually of their size
	// times what the flow itself stretches distances by.
	AbsTol, RelTol float64
	// InitialStep is the length of the first step tried under error control.
	// 0, the default: from the size of f and of its change, [HNW] II.4.
	InitialStep float64
	// MinStep is the length below which error control gives up with
	// ErrStepSize. 0, the default, and any smaller length, mean 16 spacings of
	// the floating-point numbers at t.
	MinStep float64
	// MaxStep bounds the steps of error control. 0, the default: no bound.
	MaxStep float64
	// MaxSteps bounds the steps tried, rejected ones included. 0 means the
	// default, 1,000,000; a negative value switches the bound off. Equal steps
	// that are too many are refused before the first.
	MaxSteps int
}

// resolved returns the settings with the defaults filled in, the switched-off
// bounds as 0 (tolerances) or the largest value (limits). It panics on values
// that mean nothing.
func (s *Settings) resolved() Settings {
	var r Settings
	if s != nil {
		r = *s
	}
	for _, v := range []float64{r.Step, r.InitialStep, r.MinStep, r.MaxStep} {
		if !(v >= 0) || math.IsInf(v, 0) {
			panic("ode: a step in Settings is negative or not finite")
		}
	}
	r.AbsTol = tolerance(r.AbsTol, 1e-10)
	r.RelTol = tolerance(r.RelTol, 1e-8)
	if r.AbsTol == 0 && r.RelTol == 0 {
		panic("ode: both tolerances are switched off")
	}
	if r.MaxStep == 0 {
		r.MaxStep = math.Inf(1)
	}
	switch {
	case r.MaxSteps == 0:
		r.MaxSteps = 1_000_000
	case r.MaxSteps < 0:
		r.MaxSteps = math.MaxInt
	}
	return r
}

func tolerance(v, byDefault float64) float64 {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		panic("ode: a tolerance is not finite")
	case v == 0:
		return byDefault
	}
	return math.Max(v, 0)
}
