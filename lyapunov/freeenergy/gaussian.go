package freeenergy

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A Gaussian is the normal density N(mean, cov) on Rⁿ: what the quadratures of
// this package are compared with, and the density of every Ornstein-Uhlenbeck
// process. Use NewGaussian or Normal: the zero value is not valid.
type Gaussian struct {
	mean   []float64
	cov    *mat.SymDense
	inv    *mat.SymDense
	logDet float64
}

// NewGaussian returns N(mean, cov). It is an error if a number is not finite
// or cov is not positive definite. It panics if the lengths differ.
func NewGaussian(mean []float64, cov mat.Symmetric) (*Gaussian, error) {
	n := cov.SymmetricDim()
	if len(mean) != n {
		panic("freeenergy: length mismatch")
	}
	p := &Gaussian{mean: slices.Clone(mean), cov: mat.NewSymDense(n, nil), inv: mat.NewSymDense(n, nil)}
	p.cov.CopySym(cov)
	for i, m := range mean {
		if math.IsNaN(m) || math.IsInf(m, 0) {
			return nil, fmt.Errorf("freeenergy: mean %d of a Gaussian is %v, want a finite number", i, m)
		}
		for j := range n {
			if c := cov.At(i, j); math.IsNaN(c) || math.IsInf(c, 0) {
				return nil, fmt.Errorf("freeenergy: covariance (%d, %d) of a Gaussian is %v, want a finite number", i, j, c)
			}
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(p.cov) {
		return nil, fmt.Errorf("freeenergy: covariance of a Gaussian is not positive definite: %v", mat.Formatted(p.cov, mat.FormatMATLAB()))
	}
	if err := chol.InverseTo(p.inv); err != nil {
		return nil, fmt.Errorf("freeenergy: covariance of a Gaussian: %w: rescale the coordinates", err)
	}
	p.logDet = chol.LogDet()
	return p, nil
}

// Normal returns the Gaussian on the line with the given mean and variance. It
// panics unless the mean is finite and the variance positive and finite.
func Normal(mean, variance float64) *Gaussian {
	if !(variance > 0) || math.IsInf(variance, 0) || math.IsNaN(mean) || math.IsInf(mean, 0) {
		panic(fmt.Sprintf("freeenergy: a Gaussian of mean %v and variance %v", mean, variance))
	}
	return &Gaussian{
		mean: []float64{mean}, cov: mat.NewSymDense(1, []float64{variance}),
		inv: mat.NewSymDense(1, []float64{1 / variance}), logDet: math.Log(variance),
	}
}

// Dim returns n.
func (p *Gaussian) Dim() int { return len(p.mean) }

// Mean returns a copy of the mean.
func (p *Gaussian) Mean() []float64 { return slices.Clone(p.mean) }

// Covariance stores the covariance in dst.
func (p *Gaussian) Covariance(dst *mat.SymDense) { dst.CopySym(p.cov) }

// Precision stores the inverse of the covariance in dst.
func (p *Gaussian) Precision(dst *mat.SymDense) { dst.CopySym(p.inv) }

// LogProb returns the logarithm of the density at x.
func (p *Gaussian) LogProb(x []float64) float64 {
	n := float64(len(p.mean))
	return -(n*math.Log(2*math.Pi) + p.logDet + p.square(x)) / 2
}

// Prob returns the density at x, as NewDensity takes it.
func (p *Gaussian) Prob(x []float64) float64 { return math.Exp(p.LogProb(x)) }

// square returns (x-m)ᵀ Σ⁻¹ (x-m).
func (p *Gaussian) square(x []float64) (s float64) {
	if len(x) != len(p.mean) {
		panic("freeenergy: length mismatch")
	}
	for i := range x {
		for j := range x {
			s += p.inv.At(i, j) * (x[i] - p.mean[i]) * (x[j] - p.mean[j])
		}
	}
	return s
}

// Score stores ∇ ln p = -Σ⁻¹(x - m) in dst.
func (p *Gaussian) Score(dst, x []float64) {
	if len(x) != len(p.mean) || len(dst) != len(p.mean) {
		panic("freeenergy: length mismatch")
	}
	for i := range dst {
		dst[i] = 0
		for j := range x {
			dst[i] -= p.inv.At(i, j) * (x[j] - p.mean[j])
		}
	}
}

// Entropy returns ½ ln det(2πe Σ).
func (p *Gaussian) Entropy() float64 {
	return (float64(len(p.mean))*(1+math.Log(2*math.Pi)) + p.logDet) / 2
}

// KL returns KL(p||q) in closed form,
//
//	½ (tr(Q⁻¹Σ) - n + (m - m_q)ᵀ Q⁻¹ (m - m_q) + ln det Q - ln det Σ).
//
// It panics if the dimensions differ.
func (p *Gaussian) KL(q *Gaussian) float64 {
	s := q.square(p.mean) - float64(len(p.mean)) + q.logDet - p.logDet
	for i := range p.mean {
		for j := range p.mean {
			s += q.inv.At(i, j) * p.cov.At(i, j)
		}
	}
	return s / 2
}
