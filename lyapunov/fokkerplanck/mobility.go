package fokkerplanck

import (
	"fmt"
	"math"
)

// A Mobility is the operator K(x) = S(x) + A(x), of which only the action is
// needed here: dst = K(x) ξ, linear in ξ. A lyapunov.Mobility is one, and so is
// a Riemannian metric, whose Sharp is G⁻¹. S has to be positive definite.
type Mobility interface {
	// Sharp stores K(x) ξ in dst, which does not overlap x and ξ.
	Sharp(dst, x, xi []float64)
}

// A Tensor is a Mobility given by its matrix: it stores K(x), row-major, in k.
type Tensor func(k, x []float64)

// Sharp stores K(x) ξ in dst.
func (f Tensor) Sharp(dst, x, xi []float64) {
	n := len(x)
	var buf [9]float64 // a grid has at most three axes
	k := buf[:n*n]
	f(k, x)
	for a := range n {
		dst[a] = 0
		for b := range n {
			dst[a] += k[a*n+b] * xi[b]
		}
	}
}

// Diagonal is the Mobility S = diag(f(x)): f stores the entries in dst.
type Diagonal func(dst, x []float64)

// Sharp stores diag(f(x)) ξ in dst.
func (f Diagonal) Sharp(dst, x, xi []float64) {
	f(dst, x)
	for a := range dst {
		dst[a] *= xi[a]
	}
}

// Isotropic is the Mobility S = f(x) I.
type Isotropic func(x []float64) float64

// Sharp stores f(x) ξ in dst.
func (f Isotropic) Sharp(dst, x, xi []float64) {
	k := f(x)
	for a := range dst {
		dst[a] = k * xi[a]
	}
}

// Constant returns the Mobility with the given rows, the same everywhere:
// Constant([]float64{1, 0.75}, []float64{-0.75, 1}) is I plus a rotation. It
// panics unless the rows make a square matrix.
func Constant(rows ...[]float64) Mobility {
	var flat []float64
	for _, r := range rows {
		if len(r) != len(rows) {
			panic("fokkerplanck: a mobility of unequal rows and columns")
		}
		flat = append(flat, r...)
	}
	return Tensor(func(k, _ []float64) { copy(k, flat) })
}

// A tensor is K at one point, split.
type tensor struct {
	n    int
	s, a [9]float64 // symmetric and antisymmetric part, row-major
	xi   [3]float64
	col  [3]float64
}

// at evaluates K(x). A nil mobility is the identity.
func (k *tensor) at(m Mobility, x []float64) error {
	n := len(x)
	k.n = n
	var full [9]float64
	for b := range n {
		xi, col := k.xi[:n], k.col[:n]
		clear(xi)
		xi[b] = 1
		if m == nil {
			copy(col, xi)
		} else {
			m.Sharp(col, x, xi)
		}
		for a := range n {
			full[a*n+b] = col[a]
			if math.IsNaN(col[a]) || math.IsInf(col[a], 0) {
				return fmt.Errorf("fokkerplanck: mobility K[%d][%d] is %v at x = %.6g: choose a box inside its domain, or correct its formula", a, b, col[a], x)
			}
		}
	}
	for a := range n {
		for b := range n {
			k.s[a*n+b] = (full[a*n+b] + full[b*n+a]) / 2
			k.a[a*n+b] = (full[a*n+b] - full[b*n+a]) / 2
		}
	}
	return nil
}

// diagonal reports whether S has no entry off the diagonal, but for rounding.
func (k *tensor) diagonal() bool {
	for a := range k.n {
		for b := range a {
			if math.Abs(k.s[a*k.n+b]) > 1e-14*math.Sqrt(math.Abs(k.s[a*k.n+a]*k.s[b*k.n+b])) {
				return false
			}
		}
	}
	return true
}

// rotates reports whether A is not 0.
func (k *tensor) rotates() bool { return k.a != [9]float64{} }

// check returns an error unless S is positive definite; semidefinite lets a
// diagonal S have zeros.
func (k *tensor) check(x []float64, semidefinite bool) error {
	n, l := k.n, k.s
	if semidefinite && k.diagonal() {
		for a := range n {
			if l[a*n+a] < 0 {
				return fmt.Errorf("fokkerplanck: S[%d][%d] = %.6g is negative at x = %.6g: the symmetric part of K has to be positive semidefinite", a, a, l[a*n+a], x)
			}
		}
		return nil
	}
	for c := range n { // Cholesky; a pivot that is not positive refutes it
		for b := range c {
			l[c*n+c] -= l[c*n+b] * l[c*n+b]
		}
		if !(l[c*n+c] > 0) {
			return fmt.Errorf("fokkerplanck: the symmetric part of K is not positive definite at x = %.6g: S = %.6g; without that the free energy need not decrease", x, k.s[:n*n])
		}
		l[c*n+c] = math.Sqrt(l[c*n+c])
		for a := c + 1; a < n; a++ {
			for b := range c {
				l[a*n+c] -= l[a*n+b] * l[c*n+b]
			}
			l[a*n+c] /= l[c*n+c]
		}
	}
	return nil
}

// solve returns S⁻¹ u for a positive definite S, by elimination.
func (k *tensor) solve(u [3]float64) [3]float64 {
	n, m := k.n, k.s
	for c := range n {
		for r := c + 1; r < n; r++ {
			f := m[r*n+c] / m[c*n+c]
			for b := c; b < n; b++ {
				m[r*n+b] -= f * m[c*n+b]
			}
			u[r] -= f * u[c]
		}
	}
	for r := n - 1; r >= 0; r-- {
		for b := r + 1; b < n; b++ {
			u[r] -= m[r*n+b] * u[b]
		}
		u[r] /= m[r*n+r]
	}
	return u
}
