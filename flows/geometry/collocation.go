package geometry

import (
	"fmt"
	"math"
)

// Collocation solves the geodesic boundary value problem of diagonal metrics,
// [HF] (11) and (12), corrected: one scalar equation γ” + Γ(γ) γ'² = 0 with
// γ(0) = x_i, γ(1) = y_i for each coordinate. γ is the polynomial that meets
// the equation at Chebyshev points, found by Newton's method. It knows the
// metric only through Symbol and Entry, so it is independent of the closed
// form, and its error falls exponentially with the degree.
//
// Use NewCollocation. It holds its working space: one value serves one
// goroutine at a time, and no call allocates.
type Collocation struct {
	n     int       // degree; n+1 points t_k = (1 - cos πk/n)/2
	t     []float64 // the points
	d, d2 []float64 // first and second derivative matrices, row-major
	x, v  []float64 // the curve and its velocity at the points
	jac   []float64 // (n-1)²
	step  []float64 // n-1
}

// NewCollocation returns a solver with polynomials of the given degree, at
// least 4; 24 gives 1e-12 for points within [0.05, 0.95] of the tanh metric.
func NewCollocation(degree int) *Collocation {
	if degree < 4 {
		panic("geometry: collocation needs a degree of at least 4")
	}
	n := degree
	c := &Collocation{n: n, t: make([]float64, n+1), d: make([]float64, (n+1)*(n+1)), d2: make([]float64, (n+1)*(n+1)),
		x: make([]float64, n+1), v: make([]float64, n+1), jac: make([]float64, (n-1)*(n-1)), step: make([]float64, n-1)}
	for k := range c.t {
		s := math.Sin(math.Pi * float64(k) / float64(2*n))
		c.t[k] = s * s
	}
	c.differentiation()
	return c
}

// differentiation fills the derivative matrices of the interpolating
// polynomial from barycentric weights; the diagonal makes each row sum to
// zero, which keeps the constant's derivative exact.
func (c *Collocation) differentiation() {
	m := c.n + 1
	weight := func(k int) float64 {
		w := 1.0
		if k == 0 || k == c.n {
			w = 0.5
		}
		if k%2 == 1 {
			return -w
		}
		return w
	}
	for i := range m {
		for j := range m {
			if i != j {
				a := weight(j) / weight(i) / (c.t[i] - c.t[j])
				c.d[i*m+j] = a
				c.d[i*m+i] -= a
			}
		}
	}
	for i := range m {
		for k := range m {
			for j := range m {
				c.d2[i*m+j] += c.d[i*m+k] * c.d[k*m+j]
			}
		}
	}
}

// Distance returns the length √Σ g_ii(x) γ_i'(0)² of the geodesic from x to y.
// It is an error if a point does not lie inside the manifold or Newton's
// method does not converge.
func (c *Collocation) Distance(m Diagonal, x, y []float64) (float64, error) {
	lengths(m.Dim(), x, y)
	var s float64
	for i := range x {
		if err := c.solve(m, i, x[i], y[i]); err != nil {
			return math.NaN(), err
		}
		s += m.Entry(i, x[i]) * c.v[0] * c.v[0]
	}
	return math.Sqrt(s), nil
}

// Log stores the initial velocity of the geodesic from x to y in dst, under
// the conditions of Distance.
func (c *Collocation) Log(dst []float64, m Diagonal, x, y []float64) error {
	lengths(m.Dim(), dst, x, y)
	for i := range x {
		if err := c.solve(m, i, x[i], y[i]); err != nil {
			return err
		}
		dst[i] = c.v[0]
	}
	return nil
}

// solve leaves the geodesic of coordinate i in c.x and its velocity in c.v.
// Newton's step is shortened where it would carry the curve more than 99 % of
// the way to an end of its interval. Convergence is judged by the polynomial:
// its last coefficients have to have died out, or the degree is too low.
func (c *Collocation) solve(m Diagonal, i int, a, b float64) error {
	for k, p := range [2]float64{a, b} {
		if g := m.Entry(i, p); !(g > 0) || math.IsInf(g, 0) {
			return &CoordinateError{Point: [2]string{"x", "y"}[k], Coordinate: i, Value: p, Lo: 0, Hi: 1, Open: true}
		}
	}
	for k, t := range c.t {
		c.x[k] = (1-t)*a + t*b
	}
	if a == b {
		clear(c.v)
		return nil
	}
	last := math.Inf(1)
	for range 60 {
		c.residual(m, i)
		if !c.factorSolve() {
			break
		}
		size := c.advance(m, i)
		if size <= 1e-14*math.Abs(b-a) || (size <= 1e-10*math.Abs(b-a) && size >= last) {
			c.velocity()
			return c.resolved(i, a, b)
		}
		last = size
	}
	return fmt.Errorf("geometry: collocation of coordinate %d from %v to %v does not converge: take points further from the boundary, or the flat chart", i, a, b)
}

func (c *Collocation) velocity() {
	m := c.n + 1
	for k := range m {
		row := c.d[k*m : (k+1)*m]
		var s float64
		for j, x := range c.x {
			s += row[j] * x
		}
		c.v[k] = s
	}
}

// residual stores the residual of the interior points in c.step and its
// derivative in c.jac. Γ' is taken from a difference of Γ: Newton's method
// needs it to a few digits only.
func (c *Collocation) residual(m Diagonal, i int) {
	c.velocity()
	n, w := c.n, c.n+1
	for k := 1; k < n; k++ {
		x, v := c.x[k], c.v[k]
		h := 1e-5 * math.Min(math.Abs(x)+1e-9, math.Abs(1-x)+1e-9)
		g := m.Symbol(i, x)
		slope := (m.Symbol(i, x+h) - m.Symbol(i, x-h)) / (2 * h)
		r := g * v * v
		row := c.jac[(k-1)*(n-1) : k*(n-1)]
		d, d2 := c.d[k*w:(k+1)*w], c.d2[k*w:(k+1)*w]
		for j, xj := range c.x {
			r += d2[j] * xj
		}
		gv := 2 * g * v
		for j := range row {
			row[j] = d2[j+1] + gv*d[j+1]
		}
		row[k-1] += slope * v * v
		c.step[k-1] = r
	}
}

// factorSolve replaces c.step by jac⁻¹ step, by elimination with row pivots.
// It reports whether the matrix was regular.
func (c *Collocation) factorSolve() bool {
	n := c.n - 1
	for k := range n {
		p := k
		for r := k + 1; r < n; r++ {
			if math.Abs(c.jac[r*n+k]) > math.Abs(c.jac[p*n+k]) {
				p = r
			}
		}
		pivot := c.jac[p*n : (p+1)*n]
		if !(math.Abs(pivot[k]) > 0) {
			return false
		}
		if p != k {
			top := c.jac[k*n : (k+1)*n]
			for j := k; j < n; j++ {
				top[j], pivot[j] = pivot[j], top[j]
			}
			c.step[k], c.step[p] = c.step[p], c.step[k]
			pivot = top
		}
		inv := 1 / pivot[k]
		for r := k + 1; r < n; r++ {
			row := c.jac[r*n : (r+1)*n]
			f := row[k] * inv
			for j := k + 1; j < n; j++ {
				row[j] -= f * pivot[j]
			}
			c.step[r] -= f * c.step[k]
		}
	}
	for k := n - 1; k >= 0; k-- {
		s := c.step[k]
		row := c.jac[k*n : (k+1)*n]
		for j := k + 1; j < n; j++ {
			s -= row[j] * c.step[j]
		}
		c.step[k] = s / row[k]
	}
	return true
}

// advance takes the Newton step, whole or shortened, and returns its size.
func (c *Collocation) advance(m Diagonal, i int) float64 {
	fraction := 1.0
	for ; fraction > 1e-9; fraction /= 2 {
		ok := true
		for k, s := range c.step {
			if g := m.Entry(i, c.x[k+1]-fraction*s*1.01); !(g > 0) || math.IsInf(g, 0) {
				ok = false
				break
			}
		}
		if ok {
			break
		}
	}
	var size float64
	for k, s := range c.step {
		c.x[k+1] -= fraction * s
		size = math.Max(size, math.Abs(s))
	}
	return size
}

// resolved returns an error unless the last two Chebyshev coefficients of the
// curve are below 1e-9 of its extent.
func (c *Collocation) resolved(i int, a, b float64) error {
	for _, k := range [2]int{c.n, c.n - 1} {
		var s float64
		for j, x := range c.x {
			w := 2 / float64(c.n)
			if j == 0 || j == c.n {
				w /= 2
			}
			if k == c.n {
				w /= 2
			}
			s += w * x * math.Cos(math.Pi*float64(k*(c.n-j))/float64(c.n))
		}
		if !(math.Abs(s) <= 1e-9*math.Abs(b-a)) {
			return fmt.Errorf("geometry: a polynomial of degree %d does not resolve coordinate %d from %v to %v (last coefficient %.2g): raise the degree, or take the flat chart", c.n, i, a, b, math.Abs(s))
		}
	}
	return nil
}
