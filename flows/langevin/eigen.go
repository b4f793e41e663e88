package langevin

import "math"

// An eigen is the spectral decomposition of a symmetric matrix by Jacobi's
// rotations, in working space of its own.
type eigen struct {
	n      int
	a      []float64
	value  []float64
	vector []float64 // column k belongs to value[k]
}

func newEigen(n int) *eigen {
	return &eigen{n: n, a: make([]float64, n*n), value: make([]float64, n), vector: make([]float64, n*n)}
}

// decompose finds eigenvalues and eigenvectors of s, to rounding. It sweeps
// over the entries off the diagonal until they are negligible; convergence is
// quadratic, and 30 sweeps are far more than any matrix needs.
func (e *eigen) decompose(s []float64) {
	n := e.n
	copy(e.a, s)
	clear(e.vector)
	for k := range n {
		e.vector[k*n+k] = 1
	}
	for range 30 {
		var off, on float64
		for a := range n {
			on += e.a[a*n+a] * e.a[a*n+a]
			for b := range a {
				off += e.a[a*n+b] * e.a[a*n+b]
			}
		}
		if off <= 1e-34*on {
			break
		}
		for q := 1; q < n; q++ {
			for p := range q {
				e.rotate(p, q)
			}
		}
	}
	for k := range n {
		e.value[k] = e.a[k*n+k]
	}
}

// rotate makes entry (p, q) zero.
func (e *eigen) rotate(p, q int) {
	n, a := e.n, e.a
	if a[p*n+q] == 0 {
		return
	}
	tau := (a[q*n+q] - a[p*n+p]) / (2 * a[p*n+q])
	t := 1 / (math.Abs(tau) + math.Hypot(1, tau))
	if tau < 0 {
		t = -t
	}
	c := 1 / math.Hypot(1, t)
	s := t * c
	for k := range n { // columns
		u, v := a[k*n+p], a[k*n+q]
		a[k*n+p], a[k*n+q] = c*u-s*v, s*u+c*v
		u, v = e.vector[k*n+p], e.vector[k*n+q]
		e.vector[k*n+p], e.vector[k*n+q] = c*u-s*v, s*u+c*v
	}
	for k := range n { // rows
		u, v := a[p*n+k], a[q*n+k]
		a[p*n+k], a[q*n+k] = c*u-s*v, s*u+c*v
	}
}
