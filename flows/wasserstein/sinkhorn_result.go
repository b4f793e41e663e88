package wasserstein

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/exponential"
)

// A SinkhornResult is a coupling given by its potentials,
//
//	M_ij = a_i b_j exp((f_i + g_j - C_ij)/(2ε)),
//
// which as ε falls to 0 come to dual potentials of exact transport, like U and V
// of a Plan.
type SinkhornResult struct {
	F, G          []float64
	Epsilon       float64
	Iterations    int     // over all levels of ε
	MarginalError float64 // ‖M 1 - a‖₁ + ‖Mᵀ 1 - b‖₁, of these potentials, relative to the mass
	Mass          float64 // Σ M
	Cost          float64 // ⟨C, M⟩
	// Value is ⟨C, M⟩ + 2ε KL(M ‖ a bᵀ) by its dual, which is below the minimum by
	// the square of the marginal error. For relaxed marginals it is the primal
	// value of Unbalanced.
	Value      float64
	loga, logb []float64
	from       source
	omega      float64 // the last relaxation
}

// Dims returns the numbers of points of both measures.
func (r *SinkhornResult) Dims() (rows, columns int) { return len(r.F), len(r.G) }

// row stores row i of the coupling, and its costs, and returns its sum.
func (r *SinkhornResult) row(dst, cost []float64, i int) float64 {
	r.from.row(cost, i)
	rate := 1 / (2 * r.Epsilon)
	for j, c := range cost {
		dst[j] = (r.F[i]+r.G[j]-c)*rate + r.logb[j]
	}
	return exponential.Row(dst, dst, 1, r.loga[i])
}

// Plan returns the coupling as a matrix.
func (r *SinkhornResult) Plan() *mat.Dense {
	m := mat.NewDense(len(r.F), len(r.G), nil)
	cost := make([]float64, len(r.G))
	for i := range r.F {
		r.row(m.RawRowView(i), cost, i)
	}
	return m
}

// Rows returns M 1, the marginal on the first points.
func (r *SinkhornResult) Rows() []float64 {
	out := make([]float64, len(r.F))
	row, cost := make([]float64, len(r.G)), make([]float64, len(r.G))
	for i := range out {
		out[i] = r.row(row, cost, i)
	}
	return out
}

// Columns returns Mᵀ 1, the marginal on the second points.
func (r *SinkhornResult) Columns() []float64 {
	out := make([]float64, len(r.G))
	row, cost := make([]float64, len(r.G)), make([]float64, len(r.G))
	for i := range r.F {
		r.row(row, cost, i)
		for j, m := range row {
			out[j] += m
		}
	}
	return out
}

// LogScalings returns log y and log z of M = diag(y) Γ diag(z).
func (r *SinkhornResult) LogScalings() (y, z []float64) {
	y, z = make([]float64, len(r.F)), make([]float64, len(r.G))
	for i, f := range r.F {
		y[i] = r.loga[i] + f/(2*r.Epsilon)
	}
	for j, g := range r.G {
		z[j] = r.logb[j] + g/(2*r.Epsilon)
	}
	return y, z
}

// Divergence returns KL(M ‖ a bᵀ) = Σ M_ij (f_i + g_j - C_ij)/(2ε), for a
// coupling of probability measures.
func (r *SinkhornResult) Divergence() float64 { return (r.Value - r.Cost) / (2 * r.Epsilon) }

// finite reports whether all potentials are numbers.
func (r *SinkhornResult) finite() bool {
	for _, v := range [][]float64{r.F, r.G} {
		for _, x := range v {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return false
			}
		}
	}
	return true
}
