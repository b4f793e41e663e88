package hopfield

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A Stability says how the network behaves near a state x, usually an
// equilibrium, with D = diag f'(Wx + b).
//
// For symmetric W the eigenvalues of the Jacobian T⁻¹(-I + DW) are real: it is
// similar to T^(-½)(-I + D^½ W D^½)T^(-½), T = diag τ, and only that symmetric
// matrix is diagonalised, since general solvers leave spurious imaginary parts.
// The equilibrium is stable iff Lambda = λ_max(D^½ W D^½) < 1, iff the Hessian
// D⁻¹ - W of E is positive definite; neither depends on τ.
type Stability struct {
	// Eigenvalues of the Jacobian, ascending by real part. Their imaginary parts
	// are 0 if W is symmetric.
	Eigenvalues []complex128
	// Lambda is λ_max(D^½ W D^½); for asymmetric W the largest real part of an
	// eigenvalue of DW.
	Lambda float64
	// Hessian has the eigenvalues of D⁻¹ - W, ascending; nil for asymmetric W.
	// They are +Inf for units with f' = 0.
	Hessian []float64

	slowest float64 // largest τ
}

// Abscissa returns the largest real part of an eigenvalue of the Jacobian, the
// rate at which the slowest perturbation grows (or, negative, decays).
func (s Stability) Abscissa() float64 { return real(s.Eigenvalues[len(s.Eigenvalues)-1]) }

// Stable reports whether the abscissa is negative.
func (s Stability) Stable() bool { return s.Abscissa() < 0 }

// Index returns the number of unstable directions: 0 at a stable equilibrium.
func (s Stability) Index() int {
	n := 0
	for _, l := range s.Eigenvalues {
		if real(l) > 0 {
			n++
		}
	}
	return n
}

// Real returns the real parts of the eigenvalues: all there is of them for
// symmetric W.
func (s Stability) Real() []float64 {
	out := make([]float64, len(s.Eigenvalues))
	for i, l := range s.Eigenvalues {
		out[i] = real(l)
	}
	return out
}

// Stability returns the stability of the state x. The error says that the
// eigenvalue solver failed, which it does for entries that are not finite.
func (c *Continuous) Stability(x []float64) (Stability, error) {
	checkLen(x, c.n)
	if err := checkFinite("x", x); err != nil {
		return Stability{}, err
	}
	a := make([]float64, c.n)
	c.Drive(a, x)
	return c.stability(a)
}

func (c *Continuous) stability(a []float64) (Stability, error) {
	d := make([]float64, c.n)
	for i, f := range c.f {
		d[i] = f.Deriv(a[i])
	}
	if c.symmetric {
		return c.stabilitySymmetric(d)
	}
	jac := mat.NewDense(c.n, c.n, nil)
	c.jacobian(jac, a)
	values, err := stabilityGeneral(jac)
	if err != nil {
		return Stability{}, err
	}
	for i := range c.n {
		for j := range c.n {
			jac.Set(i, j, d[i]*c.w[i*c.n+j])
		}
	}
	slopes, err := stabilityGeneral(jac)
	if err != nil {
		return Stability{}, err
	}
	return Stability{Eigenvalues: values, Lambda: real(slopes[c.n-1]), slowest: floats.Max(c.tau)}, nil
}

func (c *Continuous) stabilitySymmetric(d []float64) (Stability, error) {
	s := Stability{Eigenvalues: make([]complex128, c.n), slowest: floats.Max(c.tau)}
	scaled, jac := c.scaledWeights(d), mat.NewSymDense(c.n, nil)
	for i := range c.n {
		for j := i; j < c.n; j++ {
			v := scaled.At(i, j)
			if i == j {
				v--
			}
			jac.SetSym(i, j, v/math.Sqrt(c.tau[i]*c.tau[j]))
		}
	}
	values, err := stabilityValues(jac)
	if err != nil {
		return Stability{}, err
	}
	for i, v := range values {
		s.Eigenvalues[i] = complex(v, 0)
	}
	if values, err = stabilityValues(scaled); err != nil {
		return Stability{}, err
	}
	s.Lambda = values[c.n-1]
	s.Hessian, err = c.hessianValues(d)
	return s, err
}

// scaledWeights returns D^½ W D^½.
func (c *Continuous) scaledWeights(d []float64) *mat.SymDense {
	s := mat.NewSymDense(c.n, nil)
	for i := range c.n {
		for j := i; j < c.n; j++ {
			s.SetSym(i, j, math.Sqrt(d[i])*c.w[i*c.n+j]*math.Sqrt(d[j]))
		}
	}
	return s
}

// hessianValues returns the eigenvalues of D⁻¹ - W. Units with d = 0 have
// infinite ones, and the rest of the network does not see them.
func (c *Continuous) hessianValues(d []float64) ([]float64, error) {
	var live []int
	for i, di := range d {
		if !math.IsInf(1/di, 0) {
			live = append(live, i)
		}
	}
	out := make([]float64, 0, c.n)
	if len(live) > 0 {
		h := mat.NewSymDense(len(live), nil)
		for p, i := range live {
			for q := p; q < len(live); q++ {
				h.SetSym(p, q, -c.w[i*c.n+live[q]])
			}
			h.SetSym(p, p, 1/d[i]-c.w[i*c.n+i])
		}
		values, err := stabilityGraded(h)
		if err != nil {
			return nil, err
		}
		out = append(out, values...)
	}
	for len(out) < c.n {
		out = append(out, math.Inf(1))
	}
	return out, nil
}

// stabilityGraded returns the eigenvalues of a symmetric matrix whose diagonal
// entries may differ by many orders of magnitude, as those of D⁻¹ do where units
// have saturated: the usual solver errs by the rounding of the largest, Jacobi's
// rotations by that of each (Demmel and Veselić 1992).
func stabilityGraded(h *mat.SymDense) ([]float64, error) {
	n := h.SymmetricDim()
	least, most := math.Inf(1), 0.0
	for i := range n {
		least, most = math.Min(least, math.Abs(h.At(i, i))), math.Max(most, math.Abs(h.At(i, i)))
	}
	if most < 1e4*least {
		return stabilityValues(h)
	}
	for range 60 {
		still := true
		for i := range n {
			for j := i + 1; j < n; j++ {
				if math.Abs(h.At(i, j)) > 1e-16*math.Sqrt(math.Abs(h.At(i, i)))*math.Sqrt(math.Abs(h.At(j, j))) {
					still = false
					stabilityRotate(h, i, j)
				}
			}
		}
		if still {
			values := make([]float64, n)
			for i := range values {
				values[i] = h.At(i, i)
			}
			slices.Sort(values)
			return values, nil
		}
	}
	return nil, fmt.Errorf("hopfield: no eigenvalues of a Hessian of order %d with a diagonal from %.3g to %.3g: check that its entries are finite", n, least, most)
}

// stabilityRotate makes entry (i, j) zero by a rotation.
func stabilityRotate(h *mat.SymDense, i, j int) {
	hij := h.At(i, j)
	theta := (h.At(j, j) - h.At(i, i)) / (2 * hij)
	t := 1 / (math.Abs(theta) + math.Hypot(1, theta))
	if theta < 0 {
		t = -t
	}
	cos := 1 / math.Hypot(1, t)
	sin := t * cos
	h.SetSym(i, i, h.At(i, i)-t*hij)
	h.SetSym(j, j, h.At(j, j)+t*hij)
	h.SetSym(i, j, 0)
	for k := range h.SymmetricDim() {
		if k != i && k != j {
			p, q := h.At(k, i), h.At(k, j)
			h.SetSym(k, i, cos*p-sin*q)
			h.SetSym(k, j, sin*p+cos*q)
		}
	}
}

// stabilityValues returns the eigenvalues of a symmetric matrix, ascending.
func stabilityValues(s mat.Symmetric) ([]float64, error) {
	var eig mat.EigenSym
	if !eig.Factorize(s, false) {
		return nil, fmt.Errorf("hopfield: no eigenvalues of a symmetric matrix of order %d: check that its entries are finite", s.SymmetricDim())
	}
	return eig.Values(nil), nil
}

// stabilityGeneral returns the eigenvalues of a matrix, ascending by real part,
// then by imaginary part.
func stabilityGeneral(m mat.Matrix) ([]complex128, error) {
	var eig mat.Eigen
	if !eig.Factorize(m, mat.EigenNone) {
		n, _ := m.Dims()
		return nil, fmt.Errorf("hopfield: no eigenvalues of a matrix of order %d: check that its entries are finite", n)
	}
	return stabilitySorted(eig.Values(nil)), nil
}
