package mirror

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Coupled is the candidate of [HF] (20) and (32) with κ ≠ 0,
//
//	Σ (x_i ln x_i + (1-x_i) ln(1-x_i))/(4β_i) + κ Π x_i,
//
// which for n >= 2 is not what it is said to be: its Hessian has the entries
// κ Π_{k≠i,j} x_k off the diagonal, so it is not the diagonal metric of the
// Hopfield flow, and for large |κ| not convex. For n = 2 it is positive
// definite on all of the cube iff |κ| < 1/√(β1β2), the worst point being the
// centre: erratum HF-32. It is no Legendre function here; the type serves to
// show that. For n = 1 the product is a linear term and does no harm.
type Coupled struct {
	gain  []float64
	kappa float64
	psi   *Separable
}

// NewCoupled returns the candidate. It panics where BitEntropy does, and if κ
// is not finite.
func NewCoupled(kappa float64, beta ...float64) *Coupled {
	finite("κ", kappa)
	return &Coupled{slices.Clone(beta), kappa, BitEntropy(beta...)}
}

// Dim returns the number of coordinates.
func (c *Coupled) Dim() int { return len(c.gain) }

// others returns the product of the coordinates other than i and j.
func others(x []float64, i, j int) float64 {
	p := 1.0
	for k, v := range x {
		if k != i && k != j {
			p *= v
		}
	}
	return p
}

// Value returns the candidate's value at x.
func (c *Coupled) Value(x []float64) float64 {
	return c.psi.Value(x) + c.kappa*others(x, -1, -1)
}

// Gradient stores [HF] (33), as printed, in dst.
func (c *Coupled) Gradient(dst, x []float64) {
	c.psi.Gradient(dst, x)
	for i := range dst {
		dst[i] += c.kappa * others(x, i, -1)
	}
}

// Hessian stores the matrix of second derivatives at x in dst.
func (c *Coupled) Hessian(dst *mat.SymDense, x []float64) {
	for i, xi := range x {
		dst.SetSym(i, i, c.psi.term[i].Deriv2(xi))
		for j := range i {
			dst.SetSym(i, j, c.kappa*others(x, i, j))
		}
	}
}

// Eigenvalues returns those of the Hessian at x, in ascending order: the first
// is negative where the candidate is not convex.
func (c *Coupled) Eigenvalues(x []float64) []float64 {
	lengths(len(c.gain), len(x))
	h := mat.NewSymDense(len(x), nil)
	c.Hessian(h, x)
	var eig mat.EigenSym
	if !eig.Factorize(h, false) {
		return slices.Repeat([]float64{math.NaN()}, len(x))
	}
	return eig.Values(nil)
}

// Bound returns 1/√(β1β2), the |κ| from which on the candidate of two
// coordinates is no longer convex. It panics unless there are two.
func (c *Coupled) Bound() float64 {
	lengths(2, len(c.gain))
	return 1 / math.Sqrt(c.gain[0]*c.gain[1])
}
