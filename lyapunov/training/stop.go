package training

import (
	"fmt"
	"math"
)

// EarlyStop says when a training is over before its last step. The zero value:
// never.
type EarlyStop struct {
	// Patience > 0 stops when as many steps have passed without a new best
	// value, and sets theta back to the best one. 0: off.
	Patience int
	// Tolerance is by how much a value must undercut the best one to count as
	// new, as a fraction of the magnitude of that; 0: by anything.
	Tolerance float64
	// Measure returns the value that Patience judges, at best the loss on data
	// that are held out. nil: the loss itself, which is noise where batches are
	// drawn.
	Measure func(theta []float64) (float64, error)
	// Gradient > 0 stops when the 2-norm of the gradient is at most that.
	Gradient float64
	// Loss, if not 0, stops when the loss is at most that.
	Loss float64
}

// A Reason is why a training is over.
type Reason int

// The reasons. Running is that of a training which is not over.
const (
	Running    Reason = iota
	Exhausted         // Loop.Steps steps were taken
	Stalled           // EarlyStop.Patience steps brought nothing better
	Stationary        // the gradient is as small as EarlyStop.Gradient
	Reached           // the loss is as small as EarlyStop.Loss
)

// String returns the reason in words.
func (r Reason) String() string {
	words := []string{"running", "all steps taken", "no improvement", "gradient small", "loss reached"}
	if r < 0 || int(r) >= len(words) {
		return fmt.Sprintf("Reason(%d)", int(r))
	}
	return words[r]
}

func (s EarlyStop) mustBeSound() {
	if s.Patience < 0 || !(s.Tolerance >= 0) || !(s.Gradient >= 0) || math.IsNaN(s.Loss) {
		panic("training: EarlyStop with a negative or NaN bound; 0 switches it off")
	}
}

// judge keeps the best state and decides whether the training goes on.
func (r *run) judge() {
	p := &r.now
	if better(p.Watched, p.Best, r.Stop.Tolerance) || p.Step == 0 {
		p.Best, p.BestStep = p.Watched, p.Step
		if r.Stop.Patience > 0 {
			r.best = append(r.best[:0], r.theta...)
		}
	}
	switch {
	case r.Stop.Loss != 0 && p.Loss <= r.Stop.Loss:
		p.Reason = Reached
	case p.Gradient <= r.Stop.Gradient && r.Stop.Gradient > 0:
		p.Reason = Stationary
	case r.Stop.Patience > 0 && p.Step-p.BestStep >= r.Stop.Patience:
		p.Reason = Stalled
		copy(r.theta, r.best)
	case p.Step >= r.Steps:
		p.Reason = Exhausted
	}
}

func better(v, best, tolerance float64) bool {
	return v < best-tolerance*math.Abs(best)
}
