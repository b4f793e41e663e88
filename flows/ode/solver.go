package ode

import (
	"math"
	"slices"

	"hopflow/flows"
)

// A solver moves a state along a field towards a target time, step by step.
type solver struct {
	Settings
	method  Method
	field   flows.Field
	stepper Stepper

	t       float64   // time of x
	x       []float64 // last good state
	from    float64   // time at which the last step began
	next    []float64 // state that a step tries
	errs    []float64 // its estimated error
	tried   int
	length  float64 // of the step that error control proposes, > 0; 0: not yet known
	control controller

	target      float64 // where the solver is going, NaN before it is told
	start       float64 // where it was when target was set,
	count, done int     // and, for steps of equal length, how many there are
}

func newSolver(f flows.Field, x0 []float64, t0 float64, m Method, s Settings) *solver {
	if f == nil {
		panic("ode: nil field")
	}
	if m == nil {
		m = DormandPrince
	}
	n := len(x0)
	v := &solver{Settings: s, method: m, field: f, stepper: m.Stepper(f, n), t: t0, from: t0, target: math.NaN()}
	if v.Step == 0 && !v.stepper.Estimate(nil) {
		panic("ode: the method has no error estimate: set Settings.Step")
	}
	v.x, v.next, v.errs = slices.Clone(x0), make([]float64, n), make([]float64, n)
	v.length = v.InitialStep
	v.control = controller{p: float64(m.Order()), previous: floor}
	return v
}

// reach steps towards target until t is reached or passed.
func (v *solver) reach(t, target float64) error {
	if v.target != target {
		if err := v.aim(target); err != nil {
			return err
		}
	}
	for v.t != t && (v.t < t) == (v.start < target) {
		if err := v.advance(); err != nil {
			return err
		}
	}
	return nil
}

// state returns where the solver is; X is its own slice.
func (v *solver) state() flows.State { return flows.State{T: v.t, X: v.x} }

func (v *solver) fail(reason error, h float64) error {
	return &Error{Reason: reason, At: v.state().Clone(), H: h, Tried: v.tried}
}

// aim sets the time that the next steps go to, and land on.
func (v *solver) aim(target float64) error {
	span := target - v.t
	if !flows.Finite(v.x) || math.IsNaN(span) || math.IsInf(span, 0) {
		return v.fail(ErrNonFinite, 0)
	}
	v.start, v.target, v.count, v.done = v.t, target, 0, 0
	if span == 0 {
		return nil
	}
	if v.Step == 0 {
		if v.belowRounding() {
			return v.fail(ErrTolerance, 0)
		}
		if v.length == 0 {
			v.length = firstStep(v.field, v.t, v.x, span, v.method.Order(), &v.Settings)
		}
		return nil
	}
	// One rounding error must not cost a whole step: 1.1/0.1 > 11.
	count := math.Ceil(math.Abs(span) / v.Step * (1 - 1e-12))
	count = max(1, count)
	h := span / count
	switch {
	case v.t+h == v.t || target-h == target:
		return v.fail(ErrStepSize, h)
	case count > float64(v.MaxSteps-v.tried):
		return v.fail(ErrMaxSteps, h)
	}
	v.count = int(count)
	return nil
}

// advance takes one step towards the target.
func (v *solver) advance() error {
	if v.count > 0 {
		return v.advanceEqual()
	}
	return v.advanceControlled()
}

// advanceEqual takes one of count equal steps. The times are those of the grid,
// not sums of rounded steps.
func (v *solver) advanceEqual() error {
	v.done++
	t := v.target
	if v.done < v.count {
		t = v.start + (v.target-v.start)*(float64(v.done)/float64(v.count))
	}
	h := t - v.t
	v.tried++
	v.stepper.Step(v.next, v.t, h, v.x)
	if !flows.Finite(v.next) {
		return v.fail(v.why(), h)
	}
	v.accept(t)
	return nil
}

// advanceControlled tries steps until the estimated error of one is within the
// tolerances. A try that is not finite counts as one with too large an error:
// its stages may have left the domain.
func (v *solver) advanceControlled() error {
	for {
		h, t := v.propose()
		switch {
		case v.tried >= v.MaxSteps:
			return v.fail(ErrMaxSteps, h)
		case t == v.t: // MaxStep is shorter than the spacing of times
			return v.fail(ErrStepSize, h)
		}
		v.tried++
		v.stepper.Step(v.next, v.t, h, v.x)
		v.stepper.Estimate(v.errs)
		err, good := v.weighted(v.errs, v.x, v.next), flows.Finite(v.next)
		if err <= 1 && good {
			factor := v.control.accept(err)
			// A step cut short to land on the target says little about how long
			// the next may be.
			if h = math.Abs(h); h < v.length && factor >= 1 {
				v.length = math.Max(v.length, factor*h)
			} else {
				v.length = factor * h
			}
			v.accept(t)
			return nil
		}
		if !good {
			err = math.NaN()
		}
		v.length = math.Abs(h) * v.control.reject(err)
		if v.length < v.least() {
			if good {
				return v.fail(ErrStepSize, h)
			}
			return v.fail(v.why(), h)
		}
	}
}

// why returns the reason for which the last step has no finite result.
func (v *solver) why() error {
	if f, ok := v.stepper.(Fallible); ok && f.Err() != nil {
		return f.Err()
	}
	return ErrNonFinite
}

// belowRounding reports whether the tolerances ask for more than rounding lets
// any step from here resolve.
func (v *solver) belowRounding() bool {
	var size float64
	for _, x := range v.x {
		size = math.Max(size, math.Abs(x))
	}
	return v.AbsTol+v.RelTol*size < 0x1p-52*size
}

// propose returns the step to try and the time it leads to: the target, if what
// is left is one step, or would leave a crumb.
func (v *solver) propose() (h, t float64) {
	left := v.target - v.t
	length := math.Min(math.Max(v.length, v.least()), v.MaxStep)
	if math.Abs(left) <= 1.01*length {
		return left, v.target
	}
	h = math.Copysign(length, left)
	return h, v.t + h
}

// least returns the length below which a step no longer advances the time.
func (v *solver) least() float64 {
	spacing := math.Nextafter(math.Abs(v.t), math.Inf(1)) - math.Abs(v.t)
	return math.Max(v.MinStep, 16*spacing)
}

// accept makes the state that was tried the state at t.
func (v *solver) accept(t float64) {
	v.x, v.next = v.next, v.x
	v.from, v.t = v.t, t
}
