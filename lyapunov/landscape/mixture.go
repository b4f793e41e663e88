package landscape

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hopflow/lyapunov/freeenergy"
)

// Mixture is E(x) = -ln Σ w_i N(x; m_i, Σ_i): the energy whose Gibbs density at
// T = 1 is the mixture of Gaussians. At another temperature that is so for
// Scale(T, mixture). Use NewMixture: the zero value is not valid.
type Mixture struct {
	weights []float64
	parts   []*freeenergy.Gaussian
}

var _ Smooth = (*Mixture)(nil)

// NewMixture returns the mixture of the parts. It is an error if a weight is
// not positive or they do not sum to 1 within 1e-12. It panics if there is no
// part or the lengths or dimensions differ.
func NewMixture(weights []float64, parts ...*freeenergy.Gaussian) (*Mixture, error) {
	if len(parts) == 0 || len(weights) != len(parts) {
		panic(fmt.Sprintf("landscape: %d weights for a mixture of %d parts", len(weights), len(parts)))
	}
	var sum float64
	for i, w := range weights {
		if !(w > 0) {
			return nil, fmt.Errorf("landscape: weight %d of a mixture is %v: leave out parts of weight 0", i, w)
		}
		sum += w
		length(parts[i].Mean(), parts[0].Dim())
	}
	if !(math.Abs(sum-1) <= 1e-12) {
		return nil, fmt.Errorf("landscape: the weights of a mixture sum to %.15g, want 1: divide them by their sum", sum)
	}
	return &Mixture{weights: slices.Clone(weights), parts: slices.Clone(parts)}, nil
}

// Dim returns the dimension of the Gaussians.
func (m *Mixture) Dim() int { return m.parts[0].Dim() }

// Prob returns the density of the mixture at x.
func (m *Mixture) Prob(x []float64) float64 { return math.Exp(-m.Value(x)) }

// Value returns -ln Σ w_i N(x; m_i, Σ_i), finite also where the density
// underflows.
func (m *Mixture) Value(x []float64) float64 {
	v, _ := m.shares(x)
	return v
}

// shares returns E(x) and the share of each part in the density at x.
func (m *Mixture) shares(x []float64) (value float64, share []float64) {
	length(x, m.Dim())
	logs := make([]float64, len(m.parts))
	for i, p := range m.parts {
		logs[i] = math.Log(m.weights[i]) + p.LogProb(x)
	}
	top := slices.Max(logs)
	var sum float64
	for i, l := range logs {
		logs[i] = math.Exp(l - top)
		sum += logs[i]
	}
	for i := range logs {
		logs[i] /= sum
	}
	return -top - math.Log(sum), logs
}

// Gradient stores Σ r_i Σ_i⁻¹(x - m_i) in dst, r_i the share of part i.
func (m *Mixture) Gradient(dst, x []float64) {
	length(dst, m.Dim())
	_, share := m.shares(x)
	clear(dst)
	g := make([]float64, m.Dim())
	for k, p := range m.parts {
		p.Score(g, x)
		for i, gi := range g {
			dst[i] -= share[k] * gi
		}
	}
}

// Hessian stores Σ r_i (Σ_i⁻¹ - g_i g_iᵀ) + g gᵀ in dst, with g_i = Σ_i⁻¹(x -
// m_i) and g = Σ r_i g_i.
func (m *Mixture) Hessian(dst *mat.SymDense, x []float64) {
	_, share := m.shares(x)
	n := m.Dim()
	dst.Zero()
	total, g, part := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil), mat.NewSymDense(n, nil)
	for k, p := range m.parts {
		p.Score(g.RawVector().Data, x)
		p.Precision(part)
		part.ScaleSym(share[k], part)
		dst.AddSym(dst, part)
		dst.SymRankOne(dst, -share[k], g)
		total.AddScaledVec(total, share[k], g)
	}
	dst.SymRankOne(dst, 1, total)
}

// Minima returns the modes that are reached uphill from the means of the parts,
// each once. In more than one dimension a mixture can have modes beyond these.
func (m *Mixture) Minima() [][]float64 {
	var found [][]float64
	for _, p := range m.parts {
		x, ok := m.mode(p.Mean())
		if ok && !slices.ContainsFunc(found, func(y []float64) bool { return near(x, y) }) {
			found = append(found, x)
		}
	}
	return found
}

func near(x, y []float64) bool {
	for i := range x {
		if math.Abs(x[i]-y[i]) > 1e-6*math.Max(1, math.Abs(x[i])) {
			return false
		}
	}
	return true
}

// mode climbs from x by the fixed-point iteration (Σ r_i Σ_i⁻¹) x = Σ r_i
// Σ_i⁻¹ m_i, which never lowers the density, and reports whether it arrived.
func (m *Mixture) mode(x []float64) ([]float64, bool) {
	n := m.Dim()
	g, step := make([]float64, n), mat.NewVecDense(n, nil)
	a, part := mat.NewSymDense(n, nil), mat.NewSymDense(n, nil)
	for range 100000 {
		_, share := m.shares(x)
		a.Zero()
		for k, p := range m.parts {
			p.Precision(part)
			part.ScaleSym(share[k], part)
			a.AddSym(a, part)
		}
		m.Gradient(g, x)
		var chol mat.Cholesky
		if !chol.Factorize(a) || chol.SolveVecTo(step, mat.NewVecDense(n, g)) != nil {
			return nil, false
		}
		size := 0.0
		for i := range x {
			x[i] -= step.AtVec(i)
			size = math.Max(size, math.Abs(step.AtVec(i))/math.Max(1, math.Abs(x[i])))
		}
		if size < 1e-15 {
			return x, true
		}
	}
	return x, mat.Norm(step, 2) < 1e-10
}
