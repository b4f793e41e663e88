package training

import (
	"fmt"
	"math"
)

// A Schedule returns the factor of the rate at a step, counted from 0. nil is
// Constant. A factor of 0 makes the step stand still.
type Schedule func(step int) float64

// Constant is the factor 1.
func Constant(int) float64 { return 1 }

// at returns the rate of a step. It panics if the factor is negative or not
// finite: a schedule is code, not data.
func (s Schedule) at(rate float64, step int) float64 {
	if s == nil {
		return rate
	}
	f := s(step)
	if !(f >= 0) || math.IsInf(f, 0) {
		panic(fmt.Sprintf("training: the schedule is %v at step %d, want a finite factor that is not negative", f, step))
	}
	return rate * f
}

// Cosine falls from 1 at step 0 to floor at the given number of steps, and
// stays there: floor + (1-floor)(1 + cos πk/steps)/2. It panics unless steps is
// positive and 0 <= floor <= 1.
func Cosine(steps int, floor float64) Schedule {
	mustBeSpan("Cosine", steps, floor)
	return func(step int) float64 {
		if step >= steps {
			return floor
		}
		return floor + (1-floor)*(1+math.Cos(math.Pi*float64(step)/float64(steps)))/2
	}
}

// Exponential falls geometrically from 1 to floor > 0 at the given number of
// steps, and stays there: floor^(k/steps). It panics unless steps is positive
// and 0 < floor <= 1.
func Exponential(steps int, floor float64) Schedule {
	mustBeSpan("Exponential", steps, floor)
	if floor == 0 {
		panic("training: Exponential never reaches 0: give a floor above it, or use Cosine")
	}
	return func(step int) float64 {
		if step >= steps {
			return floor
		}
		return math.Pow(floor, float64(step)/float64(steps))
	}
}

// Harmonic is 1/(1 + k/steps): its sum is infinite and that of its squares
// finite, which lets a noisy descent both reach the minimum and settle there
// (Robbins and Monro, Ann. Math. Stat. 22 (1951) 400-407). It panics unless
// steps is positive.
func Harmonic(steps int) Schedule {
	mustBeSpan("Harmonic", steps, 1)
	return func(step int) float64 { return 1 / (1 + float64(step)/float64(steps)) }
}

// Warmup rises in equal steps, (k+1)/steps at step k, to 1, and then follows
// the schedule after, which counts from there; nil is Constant. It panics
// unless steps is positive.
func Warmup(steps int, after Schedule) Schedule {
	mustBeSpan("Warmup", steps, 1)
	return func(step int) float64 {
		if step < steps {
			return float64(step+1) / float64(steps)
		}
		return after.at(1, step-steps)
	}
}

func mustBeSpan(name string, steps int, floor float64) {
	if steps <= 0 || !(0 <= floor && floor <= 1) {
		panic(fmt.Sprintf("training: %s over %d steps down to %v: want a positive number of steps, and a floor in [0, 1]", name, steps, floor))
	}
}
