// Package activation holds the activation functions σ of Hopfield networks:
// increasing functions of one hidden variable u with derivatives, inverse and
// the integral of the inverse, accurate also where the function has saturated.
//
// An activation fixes a geometry: the metric of the state x = σ(u) is
// g(x) = 1/σ'(σ⁻¹(x)), [HF] (4). [HF] section II asks for a homeomorphism that
// is differentiable almost everywhere and strictly increasing; that is not
// enough. The range of a homeomorphism of the line is open, so it is (0, 1)
// and not [0, 1], and σ' > 0 must hold everywhere: 1/2 + tanh(s³)/2 has all
// the listed properties, and its metric is infinite at x = 1/2. The functions
// here are smooth with σ' > 0.
//
// Derived in notebook 10.
package activation

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// A Function is a strictly increasing function of one variable with σ' > 0.
type Function interface {
	// Value returns σ(u).
	Value(u float64) float64
	// Deriv returns σ'(u) > 0.
	Deriv(u float64) float64
	// Inverse returns σ⁻¹(y). At the ends of the range it is ∓Inf, outside NaN.
	Inverse(y float64) float64
	// Range returns the open interval of the values, which may be infinite.
	Range() (lo, hi float64)
}

// Smooth is a Function with the two further quantities that the geometry and
// the mirror maps use. All functions of this package are Smooth.
type Smooth interface {
	Function
	// Deriv2 returns σ''(u).
	Deriv2(u float64) float64
	// InverseIntegral returns a primitive of σ⁻¹ at y: one term of the mirror
	// potential ψ*, [HF] (20), corrected. NaN outside the range.
	InverseIntegral(y float64) float64
}

// positive panics unless v is a positive finite number.
func positive(name string, v float64) {
	if !(v > 0) || math.IsInf(v, 0) {
		panic(fmt.Sprintf("activation: %s is %v, want a positive finite number", name, v))
	}
}

// Check holds a Function against its laws at the hidden values us, and returns
// an error that names the first law broken and where. At each u the value lies
// in the range, the function increases, the derivative is positive and agrees
// with differences of the value, and the inverse undoes the value to the
// precision that float64 leaves (an error of the inverse is measured in y).
// For a Smooth function the second derivative is compared with differences of
// the first, and the integral of the inverse with its own derivative. Beyond
// the range, the inverse is NaN.
func Check(f Function, us []float64) error {
	us = slices.Clone(us)
	slices.Sort(us)
	lo, hi := f.Range()
	if !(lo < hi) {
		return fmt.Errorf("activation: range (%v, %v) is empty", lo, hi)
	}
	last := lo
	for _, u := range us {
		y := f.Value(u)
		if !(lo <= y && y <= hi) {
			return fmt.Errorf("activation: value %v at u = %v leaves the range (%v, %v)", y, u, lo, hi)
		}
		if y < last {
			return fmt.Errorf("activation: value decreases to %v at u = %v", y, u)
		}
		last = y
	}
	for _, u := range us {
		y := f.Value(u)
		if err := checkDeriv(f, u); err != nil {
			return err
		}
		if back := f.Value(f.Inverse(y)); math.Abs(back-y) > 1e-14*math.Max(math.Abs(y), 1) {
			return fmt.Errorf("activation: σ(σ⁻¹(y)) = %.17g at y = %.17g = σ(%v)", back, y, u)
		}
		if s, ok := f.(Smooth); ok {
			if err := checkSmooth(s, u); err != nil {
				return err
			}
		}
	}
	return checkOutside(f, lo, hi)
}

func checkDeriv(f Function, u float64) error {
	d := f.Deriv(u)
	if !(d > 0) {
		return fmt.Errorf("activation: derivative %v at u = %v is not positive", d, u)
	}
	if got := slope(f.Value, u); math.Abs(got-d) > 1e-7*d+1e-10 {
		return fmt.Errorf("activation: derivative is %.9g at u = %v, differences of the value give %.9g", d, u, got)
	}
	return nil
}

func checkSmooth(s Smooth, u float64) error {
	d, d2 := s.Deriv(u), s.Deriv2(u)
	if got := slope(s.Deriv, u); math.Abs(got-d2) > 1e-7*math.Max(math.Abs(d2), d) {
		return fmt.Errorf("activation: second derivative is %.9g at u = %v, differences of the first give %.9g", d2, u, got)
	}
	// d/du of the primitive at y = σ(u) is σ⁻¹(y) σ'(u) = u σ'(u).
	primitive := func(v float64) float64 { return s.InverseIntegral(s.Value(v)) }
	scale := 1e-7*math.Abs(u)*d + 1e-10*math.Max(math.Abs(primitive(u)), 1)
	if got := slope(primitive, u); math.Abs(got-u*d) > scale {
		return fmt.Errorf("activation: integral of the inverse has slope %.9g in u at u = %v, want u σ'(u) = %.9g", got, u, u*d)
	}
	return nil
}

func checkOutside(f Function, lo, hi float64) error {
	var errs []error
	for _, y := range []float64{lo - 0.1, hi + 0.1} {
		if got := f.Inverse(y); !math.IsInf(y, 0) && !math.IsNaN(got) {
			errs = append(errs, fmt.Errorf("activation: inverse is %v at y = %v outside the range, want NaN", got, y))
		}
	}
	return errors.Join(errs...)
}

// slope returns f'(u) by central differences at two steps, extrapolated.
func slope(f func(float64) float64, u float64) float64 {
	diff := func(h float64) float64 { return (f(u+h) - f(u-h)) / ((u + h) - (u - h)) }
	h := 2e-3 * math.Max(1, math.Abs(u)/8)
	a, b, c := diff(h), diff(h/2), diff(h/4)
	b, c = (4*b-a)/3, (4*c-b)/3
	return (16*c - b) / 15
}
