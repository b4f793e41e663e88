package kramersmoyal

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A Gaussian is the law N(mean, cov) of a jump; a covariance without rank, as
// of a jump that is certain, is welcome. Use NewGaussian or Normal.
type Gaussian struct {
	mean []float64
	cov  []float64 // row-major
	root []float64 // row-major square root of cov
}

// NewGaussian returns N(mean, cov). It is an error if a number is not finite or
// cov has a negative eigenvalue. It panics if the lengths differ.
func NewGaussian(mean []float64, cov mat.Symmetric) (*Gaussian, error) {
	n := cov.SymmetricDim()
	if len(mean) != n || n == 0 {
		panic("kramersmoyal: length mismatch")
	}
	g := &Gaussian{mean: slices.Clone(mean), cov: make([]float64, n*n), root: make([]float64, n*n)}
	for i, m := range mean {
		if notFinite(m) {
			return nil, fmt.Errorf("kramersmoyal: mean %d of a Gaussian is %v, want a finite number", i, m)
		}
		for j := range n {
			g.cov[i*n+j] = cov.At(i, j)
			if notFinite(g.cov[i*n+j]) {
				return nil, fmt.Errorf("kramersmoyal: covariance %d, %d of a Gaussian is %v, want a finite number", i, j, g.cov[i*n+j])
			}
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(cov, true) {
		return nil, fmt.Errorf("kramersmoyal: the eigenvalues of the covariance %.6g were not found: check its entries", g.cov)
	}
	values := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	top := math.Max(math.Abs(values[0]), math.Abs(values[n-1]))
	for k, v := range values {
		if v < -1e-13*top {
			return nil, fmt.Errorf("kramersmoyal: the covariance of a Gaussian has the eigenvalue %.6g, want none below 0: it is no covariance", v)
		}
		for i := range n {
			for j := range n {
				g.root[i*n+j] += vectors.At(i, k) * vectors.At(j, k) * math.Sqrt(max(v, 0))
			}
		}
	}
	return g, nil
}

// Normal returns N(mean, variance) in one dimension; variance 0 is a jump that
// is certain. It panics unless both are finite and the variance not negative.
func Normal(mean, variance float64) *Gaussian {
	if !(variance >= 0) || notFinite(variance) || notFinite(mean) {
		panic(fmt.Sprintf("kramersmoyal: a normal law of mean %v and variance %v: want finite numbers and a variance that is not negative", mean, variance))
	}
	return &Gaussian{mean: []float64{mean}, cov: []float64{variance}, root: []float64{math.Sqrt(variance)}}
}

func notFinite(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// Dim returns n.
func (g *Gaussian) Dim() int { return len(g.mean) }

// Moment returns M_α by the theorem of Isserlis, which as a recursion is
//
//	M_{γ+e_i} = m_i M_γ + Σ_j C_ij γ_j M_{γ-e_j}.
func (g *Gaussian) Moment(orders ...int) float64 {
	checkOrders(len(g.mean), orders)
	b := newBox(orders)
	n := len(orders)
	m := make([]float64, b.size)
	m[0] = 1
	gamma := make([]int, n)
	for at := 1; at < b.size; at++ {
		b.coords(gamma, at)
		i := firstPositive(gamma)
		gamma[i]--
		below := at - b.stride[i]
		m[at] = g.mean[i] * m[below]
		for j, c := range gamma {
			if c > 0 {
				m[at] += g.cov[i*n+j] * float64(c) * m[below-b.stride[j]]
			}
		}
	}
	return m[b.size-1]
}

// Sample stores mean + cov^½ z with normal z in dst.
func (g *Gaussian) Sample(dst []float64, src rand.Source) {
	n := len(g.mean)
	if len(dst) != n {
		panic("kramersmoyal: length mismatch")
	}
	r := rand.New(src)
	copy(dst, g.mean)
	for j := range n {
		z := r.NormFloat64()
		for i := range n {
			dst[i] += g.root[i*n+j] * z
		}
	}
}

// Characteristic returns exp(i k·m - k·C k/2).
func (g *Gaussian) Characteristic(k ...float64) complex128 {
	n := len(g.mean)
	if len(k) != n {
		panic("kramersmoyal: length mismatch")
	}
	var phase, square float64
	for i := range n {
		phase += k[i] * g.mean[i]
		for j := range n {
			square += k[i] * g.cov[i*n+j] * k[j]
		}
	}
	return cmplx.Exp(complex(-square/2, phase))
}
