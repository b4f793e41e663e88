package adjoint

import (
	"math"

	"hopflow/flows"
)

// differences returns the products from central differences at two steps,
// extrapolated: their error falls like the fourth power of the step.
func (c *examination) differences(s flows.State, a []float64) products {
	rate := make([]float64, len(s.X))
	at := func(t float64, x, theta []float64) float64 {
		c.model.At(theta, 1).Rate(rate, t, x, nil)
		return dot(a, rate)
	}
	along := func(v []float64, i int, f func() float64) float64 {
		diff := func(h float64) float64 {
			old := v[i]
			v[i] = old + h
			up, right := f(), v[i]
			v[i] = old - h
			down, left := f(), v[i]
			v[i] = old
			return (up - down) / (right - left)
		}
		h := 1e-3 * math.Max(1, math.Abs(v[i]))
		return (4*diff(h/2) - diff(h)) / 3
	}
	x, theta, t := clone(s.X), clone(c.theta), []float64{s.T}
	f := func() float64 { return at(t[0], x, theta) }
	p := products{make([]float64, len(x)), make([]float64, len(theta)), along(t, 0, f)}
	for i := range x {
		p.x[i] = along(x, i, f)
	}
	for i := range theta {
		p.theta[i] = along(theta, i, f)
	}
	return p
}

// complexStep returns the products from imaginary increments of 1e-100, whose
// square is nothing: Im f(x + iεe_j)/ε is ∂f/∂x_j to the last bit.
func (c *examination) complexStep(m Complex, s flows.State, a []float64) products {
	const eps = 1e-100
	x, theta, t := lifted(s.X), lifted(c.theta), []complex128{complex(s.T, 0)}
	rate := make([]complex128, len(x))
	along := func(v []complex128, i int) (sum float64) {
		old := v[i]
		v[i] += complex(0, eps)
		m.RateComplex(rate, t[0], x, theta)
		v[i] = old
		for j, r := range rate {
			sum += a[j] * (imag(r) / eps)
		}
		return sum
	}
	p := products{make([]float64, len(x)), make([]float64, len(theta)), along(t, 0)}
	for i := range x {
		p.x[i] = along(x, i)
	}
	for i := range theta {
		p.theta[i] = along(theta, i)
	}
	return p
}

func lifted(x []float64) []complex128 {
	z := make([]complex128, len(x))
	for i, v := range x {
		z[i] = complex(v, 0)
	}
	return z
}

func dot(a, b []float64) (s float64) {
	for i, v := range a {
		s += v * b[i]
	}
	return s
}
