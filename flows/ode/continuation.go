package ode

import "math"

// follow follows the curve of solutions (y, τ) from (x, 0) by arc length until
// it reaches τ = h, and solves there. Lengths of y are measured in units of
// scale, τ in units of h; no step is longer than longest. H. B. Keller, in Applications of Bifurcation Theory
// (1977) 359.
func (q *equation) follow(y []float64, longest float64) bool {
	const most = 10_000 // steps
	n := q.n
	q.scale = 1e-3
	for _, x := range q.x {
		q.scale = math.Max(q.scale, math.Abs(x))
	}
	copy(q.u, q.x)
	q.u[n] = 0
	clear(q.tangent)
	q.tangent[n] = 1
	if !q.turn(q.u) {
		return false
	}
	for ds, k := longest/25, 0; k < most && ds > 1e-12; k++ {
		for i, t := range q.tangent {
			q.next[i] = q.u[i] + ds*t*q.unit(i)
		}
		// A solution has τ > 0: another sign is a branch that passes by.
		if !q.correct(ds) || q.next[n] <= 0 {
			ds /= 4
			continue
		}
		if q.next[n] >= 1 { // past the end: solve there, from between
			part := (1 - q.u[n]) / (q.next[n] - q.u[n])
			for i := range y {
				y[i] = q.u[i] + part*(q.next[i]-q.u[i])
			}
			if q.newton(y, q.h) {
				return true
			}
			ds /= 4
			continue
		}
		copy(q.v, q.tangent)
		if !q.turn(q.next) || inner(q.v, q.tangent) < 0.9 { // a corner, or another branch
			copy(q.tangent, q.v)
			ds /= 4
			continue
		}
		copy(q.u, q.next)
		ds = math.Min(2*ds, longest)
	}
	return false
}

// unit returns the unit in which coordinate i of the curve is measured.
func (q *equation) unit(i int) float64 {
	if i == q.n {
		return 1
	}
	return q.scale
}

// border fills lu with the derivative of the residual at u = (y, τ/h), in the
// units of the curve, and the tangent as its last row.
func (q *equation) border(u []float64) bool {
	n := q.n
	y, tau := u[:n], u[n]*q.h
	if !q.residual(q.f, y, tau) {
		return false
	}
	for i, p := range q.push {
		q.lu[i*(n+1)+n] = q.h * p / q.scale
	}
	if !q.differentiate(y, tau) {
		return false
	}
	for i := range n {
		copy(q.lu[i*(n+1):], q.jac[i*n:(i+1)*n])
	}
	copy(q.lu[n*(n+1):], q.tangent)
	return true
}

// turn replaces the tangent by that at u, in the same sense.
func (q *equation) turn(u []float64) bool {
	if !q.border(u) {
		return false
	}
	clear(q.delta)
	q.delta[q.n] = 1
	if !q.linear(q.n + 1) {
		return false
	}
	length := norm(q.delta)
	for i, d := range q.delta {
		q.tangent[i] = d / length
	}
	return true
}

// correct moves next to the curve, across the tangent.
func (q *equation) correct(ds float64) bool {
	n := q.n
	for k := range 8 {
		if !q.border(q.next) {
			return false
		}
		for i, f := range q.f {
			q.delta[i] = -f / q.scale
		}
		q.delta[n] = ds
		for i, t := range q.tangent {
			q.delta[n] -= t * (q.next[i] - q.u[i]) / q.unit(i)
		}
		if !q.linear(n + 1) {
			return false
		}
		size := norm(q.delta)
		for i, d := range q.delta {
			q.next[i] += d * q.unit(i)
		}
		switch {
		case size <= 1e-9:
			return true
		case size > ds/4 || k > 0 && size > ds/16: // too far to be sure of the branch
			return false
		}
	}
	return false
}
