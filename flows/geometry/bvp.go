package geometry

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/flows/ode"
)

// Log returns the initial velocity of the geodesic from x to y, so that
// Exp(x, Log(x, y)) = y, by shooting: Newton's method on the end point as a
// function of the velocity, with the Jacobian from differences and steps
// halved until the miss falls and the curve stays inside. The norm of the
// result is the distance. From a point to itself the velocity is 0.
//
// It works for any manifold; the points have to be interior, where the
// metric is finite. It is a *ShootingError, with the best velocity found, if
// Newton's method stops short of a miss of 1e-10, as where it diverges or the
// ends are conjugate.
func Log(m Manifold, x, y []float64, s *ode.Settings) ([]float64, error) {
	n := m.Dim()
	lengths(n, x, y)
	if err := inside("x", x, -math.MaxFloat64, math.MaxFloat64, false); err != nil {
		return nil, err
	}
	if err := inside("y", y, -math.MaxFloat64, math.MaxFloat64, false); err != nil {
		return nil, err
	}
	v := make([]float64, n)
	for i := range v {
		v[i] = y[i] - x[i]
	}
	miss, size, err := shoot(m, x, y, v, s)
	for tries := 0; err != nil && tries < 20; tries++ { // the straight guess may leave the manifold
		for i := range v {
			v[i] /= 2
		}
		miss, size, err = shoot(m, x, y, v, s)
	}
	if err != nil {
		return nil, &ShootingError{From: x, To: y, Miss: math.Inf(1), Cause: err}
	}
	var why error
	for round, before := 0, size; round < 100 && size > 1e-13; round++ {
		if round%8 == 7 {
			if size > before/2 {
				break // it diverges
			}
			before = size
		}
		var step []float64
		if step, why = newton(m, x, y, v, miss, s); why != nil {
			break
		}
		next, missed, sz := shorten(m, x, y, v, step, size, s)
		if next == nil {
			break // the miss falls no further: rounding, or a wall
		}
		v, miss, size = next, missed, sz
	}
	if size <= 1e-10 {
		return v, nil
	}
	return v, &ShootingError{From: x, To: y, Miss: size, Velocity: v, Cause: why}
}

// A ShootingError says that shooting finds no geodesic between two points.
type ShootingError struct {
	From, To []float64
	Miss     float64   // Euclidean distance of the best geodesic's end from To
	Velocity []float64 // its initial velocity; nil if none stays in the manifold
	Cause    error     // what stopped Newton's method, or nil: no step of it helped
}

// Error names the points, the miss, the cause and the remedy.
func (e *ShootingError) Error() string {
	why := ""
	if e.Cause != nil {
		why = fmt.Sprintf(" (%v)", e.Cause)
	}
	return fmt.Sprintf("geometry: shooting from %v to %v stops with a miss of %.3g%s: take points closer to each other or further from the boundary, go by a point between them, or use a chart where the metric has one", e.From, e.To, e.Miss, why)
}

// Unwrap returns the cause.
func (e *ShootingError) Unwrap() error { return e.Cause }

// shorten takes the Newton step from v, halved until the miss falls below half
// way to what the step promises; nil where no fraction of it helps.
func shorten(m Manifold, x, y, v, step []float64, size float64, s *ode.Settings) (next, miss []float64, newSize float64) {
	next = make([]float64, len(v))
	least := 1e-6
	if size <= 1e-10 { // good enough; what is left may be rounding
		least = 0.4
	}
	for fraction := 1.0; fraction > least; fraction /= 2 {
		for i := range next {
			next[i] = v[i] - fraction*step[i]
		}
		if missed, sz, err := shoot(m, x, y, next, s); err == nil && sz <= size*(1-fraction/4) {
			return next, missed, sz
		}
	}
	return nil, nil, size
}

// shoot returns the miss exp_x(v) - y and its Euclidean size.
func shoot(m Manifold, x, y, v []float64, s *ode.Settings) (miss []float64, size float64, err error) {
	end, _, err := Exp(m, x, v, s)
	if err != nil {
		return nil, math.Inf(1), err
	}
	for i := range end {
		end[i] -= y[i]
		size = math.Hypot(size, end[i])
	}
	return end, size, nil
}

// newton returns J⁻¹ miss, J the derivative of the end point by the velocity.
func newton(m Manifold, x, y, v, miss []float64, s *ode.Settings) ([]float64, error) {
	n := len(v)
	jac := mat.NewDense(n, n, nil)
	w := append([]float64(nil), v...)
	for j := range n {
		h := 1e-6 * math.Max(math.Abs(v[j]), 1e-3)
		w[j] = v[j] + h
		missed, _, err := shoot(m, x, y, w, s)
		if err != nil {
			w[j] = v[j] - h
			h = -h
			if missed, _, err = shoot(m, x, y, w, s); err != nil {
				return nil, err
			}
		}
		for i := range n {
			jac.Set(i, j, (missed[i]-miss[i])/h)
		}
		w[j] = v[j]
	}
	var step mat.VecDense
	if err := step.SolveVec(jac, mat.NewVecDense(n, miss)); err != nil {
		return nil, fmt.Errorf("geometry: the end of the geodesic from %v does not depend on its velocity in every direction (conjugate point): %w", x, err)
	}
	return step.RawVector().Data, nil
}
