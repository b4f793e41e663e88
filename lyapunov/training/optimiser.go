package training

import (
	"fmt"
	"math"
)

// A Method is a rule that takes parameters a step down a gradient: SGD, Adam.
// It is immutable data that goroutines may share.
type Method interface {
	// New returns the method at work on n parameters, before its first step.
	New(n int) Optimiser
}

// An Optimiser is a Method at work: it owns the averages that this needs and
// counts its steps, allocates nothing per step, and belongs to one goroutine.
type Optimiser interface {
	// Step moves theta in place by one step, given the gradient of the loss
	// there, which it does not change. Both have the length that New was given;
	// Step panics if not.
	Step(theta, gradient []float64)
}

// mustMatch panics unless theta and gradient have length n.
func mustMatch(n int, theta, gradient []float64) {
	if len(theta) != n || len(gradient) != n {
		panic(fmt.Sprintf("training: %d parameters and a gradient of %d, the optimiser was made for %d", len(theta), len(gradient), n))
	}
}

// mustBeRate panics unless v is finite and not negative, or positive if it must be.
func mustBeRate(name string, v float64, positive bool) {
	if !(v >= 0) || math.IsInf(v, 0) || positive && v == 0 {
		panic(fmt.Sprintf("training: %s is %v, want a positive finite number", name, v))
	}
}

// fraction returns v as a fraction in [0, 1): 0 means the default, a negative
// value 0. It panics from 1 on, where an average would forget nothing.
func fraction(name string, v, byDefault float64) float64 {
	switch {
	case v == 0:
		return byDefault
	case math.IsNaN(v) || v >= 1:
		panic(fmt.Sprintf("training: %s is %v, want less than 1", name, v))
	}
	return math.Max(v, 0)
}
