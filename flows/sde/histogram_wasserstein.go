package sde

import (
	"fmt"
	"math"
	"slices"

	"hopflow/lyapunov/freeenergy"
)

// A W1Test is the Wasserstein distance W₁ = ∫|F_N - F| dx of a sample from a
// distribution, beside what it would be by chance: F_N - F is then a Brownian
// bridge over √N.
type W1Test struct {
	Distance float64
	Expected float64 // mean of the distance if the sample is from the distribution
	StdErr   float64 // its standard deviation then
	Z        float64 // (Distance - Expected) / StdErr
	N        int
}

// A CDF is a distribution function that is linear between points.
type CDF struct {
	x, f            []float64
	mean, deviation float64 // of √N W₁ by chance
}

// CDFOf returns the distribution function of a density in one dimension: linear
// inside a cell. It panics if the density is in more, or on a circle.
func CDFOf(q *freeenergy.Density) (*CDF, error) {
	if q.Grid.Dim() != 1 || q.Grid.Axis(0).IsPeriodic() {
		panic("sde: a distribution function is of a density on a line: take a Marginal")
	}
	if err := q.Check(); err != nil {
		return nil, err
	}
	a := q.Grid.Axis(0)
	c := &CDF{x: make([]float64, a.Len()+1), f: make([]float64, a.Len()+1)}
	for i := range a.Len() {
		c.x[i] = a.Edge(i)
		c.f[i+1] = c.f[i] + q.P[i]*a.Width(i)
	}
	c.x[a.Len()], c.f[a.Len()] = a.Edge(a.Len()), 1
	c.byChance()
	return c, nil
}

// TabulateCDF returns the distribution function f by its values at n+1 points
// of [lo, hi], outside of which it is taken for 0 and 1. It is an error if f is
// not that within 1e-6, or falls.
func TabulateCDF(f func(x float64) float64, lo, hi float64, n int) (*CDF, error) {
	c := &CDF{x: Times(lo, hi, n), f: make([]float64, n+1)}
	for i, x := range c.x {
		c.f[i] = f(x)
		if !(c.f[i] >= -1e-12 && c.f[i] <= 1+1e-12) || i > 0 && c.f[i] < c.f[i-1]-1e-12 {
			return nil, fmt.Errorf("sde: a distribution function that is %g at %g: it rises from 0 to 1", c.f[i], x)
		}
	}
	if c.f[0] > 1e-6 || c.f[n] < 1-1e-6 {
		return nil, fmt.Errorf("sde: a distribution function from %g to %g on [%g, %g]: tabulate it on a wider interval", c.f[0], c.f[n], lo, hi)
	}
	c.f[0], c.f[n] = 0, 1
	c.byChance()
	return c, nil
}

// W1 compares a sample of independent numbers with the distribution. It is an
// error if one is not finite.
func (c *CDF) W1(sample []float64) (W1Test, error) {
	x := slices.Clone(sample)
	slices.Sort(x) // NaN come first
	n := len(x)
	if n < 2 || math.IsNaN(x[0]) || math.IsInf(x[0], 0) || math.IsInf(x[n-1], 0) {
		return W1Test{}, fmt.Errorf("sde: W1 of %d numbers: take two or more, all finite", n)
	}
	root := math.Sqrt(float64(n))
	w := W1Test{N: n, Distance: c.distance(x), Expected: c.mean / root, StdErr: c.deviation / root}
	w.Z = (w.Distance - w.Expected) / w.StdErr
	return w, nil
}

// distance integrates |F_N - F| between all points of either.
func (c *CDF) distance(x []float64) (d float64) {
	n, last := float64(len(x)), len(c.x)-1
	at := min(x[0], c.x[0])
	for i, k := 0, 0; i < len(x) || k <= last; {
		to := math.Inf(1)
		if i < len(x) {
			to = x[i]
		}
		if k <= last {
			to = min(to, c.x[k])
		}
		// F is linear on [at, to], between points k-1 and k; F_N is i/n.
		d += area(c.inside(k, at)-float64(i)/n, c.inside(k, to)-float64(i)/n, to-at)
		at = to
		for i < len(x) && x[i] == to {
			i++
		}
		for k <= last && c.x[k] == to {
			k++
		}
	}
	return d
}

// inside returns F at a point between those with numbers k-1 and k.
func (c *CDF) inside(k int, x float64) float64 {
	switch {
	case k == 0:
		return 0
	case k == len(c.x):
		return 1
	}
	s := (x - c.x[k-1]) / (c.x[k] - c.x[k-1])
	return c.f[k-1] + s*(c.f[k]-c.f[k-1])
}

// area returns the integral of the absolute value of what goes from a to b
// along a straight line of the given length.
func area(a, b, length float64) float64 {
	if a*b >= 0 {
		return math.Abs(a+b) / 2 * length
	}
	return (a*a + b*b) / (2 * math.Abs(a-b)) * length
}

// byChance computes mean and standard deviation of ∫|B(F(x))| dx, B a Brownian
// bridge: for normal numbers of correlation ρ, cov(|X|, |Y|) = (2/π)(√(1-ρ²) + ρ
// asin ρ - 1) σσ'. The integrals go over at most 256 strips.
func (c *CDF) byChance() {
	cells := len(c.x) - 1
	strips := min(256, cells)
	f, weight := make([]float64, strips), make([]float64, strips) // F, and width σ
	for s := range strips {
		lo, hi := s*cells/strips, (s+1)*cells/strips
		width := c.x[hi] - c.x[lo]
		for k := lo; k < hi; k++ {
			f[s] += (c.f[k] + c.f[k+1]) / 2 * (c.x[k+1] - c.x[k]) / width
		}
		weight[s] = width * math.Sqrt(max(0, f[s]*(1-f[s])))
	}
	variance := 0.0
	for i, u := range f {
		c.mean += weight[i] * math.Sqrt(2/math.Pi)
		variance += weight[i] * weight[i] * (1 - 2/math.Pi)
		for j, v := range f[:i] {
			if weight[i] == 0 || weight[j] == 0 {
				continue
			}
			rho := min(1, math.Sqrt(v*(1-u)/(u*(1-v)))) // v <= u
			variance += 2 * weight[i] * weight[j] * (2 / math.Pi) * (math.Sqrt(1-rho*rho) + rho*math.Asin(rho) - 1)
		}
	}
	c.deviation = math.Sqrt(variance)
}

// W1Between returns the Wasserstein distance W₁ of two samples of numbers. It
// panics if one is empty.
func W1Between(a, b []float64) float64 {
	if len(a) == 0 || len(b) == 0 {
		panic("sde: W1 of an empty sample")
	}
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	var d float64
	at := min(a[0], b[0])
	for i, k := 0, 0; i < len(a) || k < len(b); {
		to := math.Inf(1)
		if i < len(a) {
			to = a[i]
		}
		if k < len(b) {
			to = min(to, b[k])
		}
		d += math.Abs(float64(i)/float64(len(a))-float64(k)/float64(len(b))) * (to - at)
		at = to
		for i < len(a) && a[i] == to {
			i++
		}
		for k < len(b) && b[k] == to {
			k++
		}
	}
	return d
}
