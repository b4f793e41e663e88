package langevin

import (
	"fmt"
	"math"
)

// A Schedule is a temperature that depends on time, T(t) >= 0: what annealing
// runs with.
type Schedule func(t float64) float64

// ConstantTemperature returns T(t) = T. It panics unless T is finite and not
// negative.
func ConstantTemperature(T float64) Schedule {
	notNegative("temperature", T)
	return func(float64) float64 { return T }
}

// LinearCooling returns the line from T0 at time 0 to T1 at time over, and T1
// after it. It panics unless the temperatures are finite and not negative and
// over is positive.
func LinearCooling(T0, T1, over float64) Schedule {
	notNegative("temperature", T0)
	notNegative("temperature", T1)
	positive("time of cooling", over)
	return func(t float64) float64 {
		s := math.Min(math.Max(t/over, 0), 1)
		return (1-s)*T0 + s*T1
	}
}

// ExponentialCooling returns T0 (T1/T0)^(t/over): T0 at time 0, T1 at time
// over, falling by equal factors in equal times, and T1 after it. It panics
// unless all are positive and finite.
func ExponentialCooling(T0, T1, over float64) Schedule {
	positive("temperature", T0)
	positive("temperature", T1)
	positive("time of cooling", over)
	return func(t float64) float64 {
		s := math.Min(math.Max(t/over, 0), 1)
		return T0 * math.Pow(T1/T0, s)
	}
}

// LogarithmicCooling returns c/ln(2 + t). With c above the deepest barrier that
// a well other than the global minimum has around it, the law of the process
// concentrates on the global minimum (Geman and Hwang 1986; Hajek 1988); with
// less, some of it is left behind for ever. It panics unless c is positive and
// finite.
func LogarithmicCooling(c float64) Schedule {
	positive("depth c", c)
	return func(t float64) float64 { return c / math.Log(2+math.Max(t, 0)) }
}

// positive panics unless v is positive and finite.
func positive(name string, v float64) {
	if !(v > 0) || math.IsInf(v, 0) {
		panic(fmt.Sprintf("langevin: %s is %v, want a positive finite number", name, v))
	}
}

// notNegative panics unless v is finite and at least 0.
func notNegative(name string, v float64) {
	if !(v >= 0) || math.IsInf(v, 0) {
		panic(fmt.Sprintf("langevin: %s is %v, want a finite number, at least 0", name, v))
	}
}

// length panics unless x has n coordinates.
func length(x []float64, n int) {
	if len(x) != n {
		panic(fmt.Sprintf("langevin: %d coordinates, want %d", len(x), n))
	}
}
